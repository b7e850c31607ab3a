//! The rule of access against what its sources say: FIRST's Traffic Light Protocol 2.0 and the roles of docs/server.md.

use bartizan_clearinghouse::access::{
    Admission, Audience, CaseAccess, Collection, Decision, Group, Member, Principal, Refusal, Rights, Role,
    Roles, Scope, Scopes, Thing, Verb, decide,
};
use bartizan_clearinghouse::pap::Pap;
use bartizan_stix::Tlp;

const NOW: i64 = 1_000;

fn person(id: i64, organisation: i64, roles: &[Role]) -> Principal {
    Principal::person(id.into(), organisation.into(), Roles::of(roles))
}

/// Organisation 1 runs collection 9; organisation 2 reads it; 3 is a client of 2; 4 has nothing to do with it.
fn collection() -> Collection {
    let mut collection = Collection::new(9.into(), 1.into());
    collection.members.insert(2.into(), Rights { read: true, write: false });
    collection.named.insert(21.into());
    collection
}

fn client(id: i64) -> Principal {
    Principal { client_of: Some(2.into()), ..person(id, 3, &[Role::Reader]) }
}

fn reads(principal: &Principal, audience: &Audience, collection: &Collection) -> bool {
    let thing = Thing::Content { audience, collection: Some(collection) };
    decide(principal, Verb::Read, &thing, NOW).allowed()
}

#[test]
fn tlp_reaches_whom_first_says() {
    // FIRST, TLP 2.0: RED for the eyes of individual recipients only; AMBER+STRICT to the organisation only; AMBER to the
    // organisation and its clients; GREEN within the community; CLEAR to the world.
    let (owner, member) = (person(11, 1, &[Role::Reader]), person(20, 2, &[Role::Reader]));
    let named = person(21, 2, &[Role::Reader]);
    let outsider = person(40, 4, &[Role::Reader]);
    let anyone = Principal::anyone();
    let private = collection();
    let public = Collection { public: true, ..collection() };
    // Marking, owner, member, named person of the member, client of the member, outsider, anyone; then with a public collection.
    let expected = [
        (Tlp::Clear, [true, true, true, true, false, false], [true, true, true, true, true, true]),
        (Tlp::Green, [true, true, true, true, false, false], [true, true, true, true, false, false]),
        (Tlp::Amber, [true, true, true, true, false, false], [true, true, true, true, false, false]),
        (Tlp::AmberStrict, [true, true, true, false, false, false], [true, true, true, false, false, false]),
        (Tlp::Red, [false, false, true, false, false, false], [false, false, true, false, false, false]),
    ];
    for (marking, in_private, in_public) in expected {
        let audience = Audience::new(1.into(), marking).in_collection(9.into());
        for (collection, row) in [(&private, in_private), (&public, in_public)] {
            let who = [&owner, &member, &named, &client(30), &outsider, &anyone];
            let got = who.map(|p| reads(p, &audience, collection));
            assert_eq!(got, row, "{marking} public={}", collection.public);
        }
    }
}

#[test]
fn red_is_for_its_author_too_and_for_nobody_else_of_the_organisation() {
    let audience =
        Audience { author: Some(11.into()), ..Audience::new(1.into(), Tlp::Red).in_collection(9.into()) };
    assert!(reads(&person(11, 1, &[Role::Analyst]), &audience, &collection()));
    assert!(!reads(&person(12, 1, &[Role::Coordinator, Role::Admin]), &audience, &collection()));
}

#[test]
fn an_embargo_holds_until_its_moment_and_not_after() {
    let audience =
        Audience { embargo: Some(NOW + 1), ..Audience::new(1.into(), Tlp::Clear).in_collection(9.into()) };
    let public = Collection { public: true, ..collection() };
    let member = person(20, 2, &[Role::Reader]);
    let thing = Thing::Content { audience: &audience, collection: Some(&public) };
    for (now, expected) in [(NOW, false), (NOW + 1, true)] {
        assert_eq!(decide(&member, Verb::Read, &thing, now).allowed(), expected);
        assert_eq!(decide(&Principal::anyone(), Verb::Read, &thing, now).allowed(), expected);
    }
    assert!(reads(&person(11, 1, &[Role::Reader]), &audience, &public), "its owner reads it before");
}

#[test]
fn what_may_not_be_known_is_unknown_and_not_forbidden() {
    let audience = Audience::new(1.into(), Tlp::AmberStrict).in_collection(9.into());
    let outsider = person(40, 4, &[Role::Coordinator, Role::Admin, Role::Auditor]);
    let collection = collection();
    let content = Thing::Content { audience: &audience, collection: Some(&collection) };
    for verb in Verb::ALL {
        assert_eq!(decide(&outsider, verb, &content, NOW), Decision::Deny(Refusal::Unknown), "{verb:?}");
        let thing = Thing::Collection(&collection);
        assert_eq!(decide(&outsider, verb, &thing, NOW), Decision::Deny(Refusal::Unknown), "{verb:?}");
    }
    let thing = Thing::Collection(&collection);
    let member = person(20, 2, &[Role::Analyst]);
    assert_eq!(decide(&member, Verb::Add, &thing, NOW), Decision::Deny(Refusal::Forbidden));
    assert_eq!(decide(&Principal::anyone(), Verb::Add, &thing, NOW), Decision::Deny(Refusal::SignIn));
}

#[test]
fn running_a_node_or_reading_its_log_is_no_reading_of_content() {
    let audience = Audience::new(1.into(), Tlp::Clear).in_collection(9.into());
    let public = Collection { public: true, ..collection() };
    for role in [Role::Admin, Role::Auditor] {
        assert!(!reads(&person(11, 1, &[role]), &audience, &public), "{role:?}");
    }
    assert!(decide(&person(11, 1, &[Role::Auditor]), Verb::Read, &Thing::Audit, NOW).allowed());
    for role in Role::ALL {
        for verb in [Verb::Add, Verb::Remove, Verb::Review, Verb::Manage] {
            let decision = decide(&person(11, 1, &[role]), verb, &Thing::Audit, NOW);
            assert!(!decision.allowed(), "nobody changes the log: {role:?} {verb:?}");
        }
    }
}

#[test]
fn a_token_does_no_more_than_its_scopes() {
    let collection = collection();
    let thing = Thing::Collection(&collection);
    let mut token = person(11, 1, &[Role::Coordinator]);
    for (scopes, expected) in [
        (Scopes::of(&[Scope::Read]), [true, false, false]),
        (Scopes::of(&[Scope::Write]), [false, true, false]),
        (Scopes::of(&[Scope::Manage]), [false, false, true]),
        (Scopes::ALL, [true, true, true]),
    ] {
        token.scopes = scopes;
        let got =
            [Verb::Read, Verb::Add, Verb::Manage].map(|verb| decide(&token, verb, &thing, NOW).allowed());
        assert_eq!(got, expected, "{}", scopes.text());
    }
}

#[test]
fn nobody_gives_what_they_do_not_have_nor_takes_over_who_may_more() {
    // The class of OpenCTI CVE-2026-44730: an organisation's administrator pulls a more powerful person into their own.
    let coordinator = person(11, 1, &[Role::Coordinator, Role::Analyst]);
    let member = |organisation: i64, roles: &[Role]| Member {
        id: 12.into(),
        organisation: organisation.into(),
        roles: Roles::of(roles),
    };
    let may = |member: Member, after: &[Role]| {
        decide(&coordinator, Verb::Manage, &Thing::Person(member, Roles::of(after)), NOW).allowed()
    };
    assert!(may(member(1, &[Role::Analyst]), &[Role::Coordinator]));
    assert!(!may(member(1, &[Role::Analyst]), &[Role::Admin]), "gives a role they lack");
    assert!(!may(member(1, &[Role::Admin]), &[Role::Analyst]), "takes one they lack");
    assert!(!may(member(1, &[Role::Auditor]), &[Role::Auditor]), "changes somebody who has one they lack");
    assert!(!may(member(2, &[]), &[Role::Reader]), "another organisation's");
}

#[test]
fn who_is_in_a_group_is_known_in_it_and_to_who_runs_it() {
    // The class of MISP#1720: metadata of a sharing group leaks its membership.
    let group = Group { id: 5.into(), owner: 1.into(), members: [2.into()].into() };
    let thing = Thing::Group(&group);
    for (organisation, expected) in [(1, true), (2, true), (3, false), (4, false)] {
        let who = person(1, organisation, &[Role::Coordinator, Role::Admin]);
        assert_eq!(decide(&who, Verb::Read, &thing, NOW).allowed(), expected, "{organisation}");
    }
}

#[test]
fn what_one_organisation_added_another_does_not_take_back() {
    let mut collection = collection();
    collection.members.insert(2.into(), Rights { read: true, write: true });
    let audience = Audience::new(2.into(), Tlp::Green).in_collection(9.into());
    let thing = Thing::Content { audience: &audience, collection: Some(&collection) };
    let removes = |p: Principal| decide(&p, Verb::Remove, &thing, NOW).allowed();
    assert!(removes(person(20, 2, &[Role::Analyst])));
    assert!(removes(person(11, 1, &[Role::Coordinator])), "who runs the collection may");
    assert!(!removes(person(12, 1, &[Role::Analyst])));
    assert!(!removes(person(22, 2, &[Role::Reader])));
}

#[test]
fn an_audience_of_another_collection_is_not_read_through_this_one() {
    let elsewhere = Audience::new(1.into(), Tlp::Green).in_collection(8.into());
    assert!(!reads(&person(20, 2, &[Role::Reader]), &elsewhere, &collection()));
    let nowhere = Audience::new(1.into(), Tlp::Clear);
    assert!(!reads(&person(20, 2, &[Role::Reader]), &nowhere, &collection()), "what is shared with nobody");
}

#[test]
fn a_token_is_its_owners_and_makes_nothing_that_may_more() {
    let owner = person(11, 1, &[Role::Reader]);
    let may = |principal: &Principal, scopes: Scopes| {
        decide(principal, Verb::Manage, &Thing::Token(11.into(), scopes), NOW).allowed()
    };
    assert!(may(&owner, Scopes::ALL));
    assert!(!may(&person(12, 1, &[Role::Coordinator, Role::Admin]), Scopes::of(&[Scope::Read])), "another's");
    let manages = Principal { scopes: Scopes::of(&[Scope::Read, Scope::Manage]), ..owner.clone() };
    assert!(may(&manages, Scopes::of(&[Scope::Read])));
    assert!(!may(&manages, Scopes::of(&[Scope::Write])), "stronger than itself");
    let reads = Principal { scopes: Scopes::of(&[Scope::Read]), ..owner };
    assert!(!may(&reads, Scopes::of(&[Scope::Read])), "it manages nothing");
}

#[test]
fn pap_says_what_may_be_done_and_never_who_reads() {
    // MISP's taxonomy PAP: RED only what cannot be noticed outside, AMBER passive look-ups, GREEN active measures, CLEAR anything.
    let member = person(20, 2, &[Role::Analyst]);
    let collection = collection();
    for (pap, forward, act) in [
        (None, true, true),
        (Some(Pap::Clear), true, true),
        (Some(Pap::Green), true, true),
        (Some(Pap::Amber), true, false),
        (Some(Pap::Red), false, false),
    ] {
        let audience = Audience::new(1.into(), Tlp::Green).in_collection(9.into());
        let thing = Thing::Use { audience: &audience, collection: Some(&collection), pap };
        let got = [Verb::Read, Verb::Forward, Verb::Act].map(|v| decide(&member, v, &thing, NOW).allowed());
        assert_eq!(got, [true, forward, act], "{pap:?}");
        let outsider = person(40, 4, &[Role::Analyst]);
        for verb in Verb::ALL {
            assert_eq!(decide(&outsider, verb, &thing, NOW), Decision::Deny(Refusal::Unknown), "{verb:?}");
        }
    }
    // TLP:RED is for persons: not even who is named has a program send it on.
    let audience = Audience::new(1.into(), Tlp::Red).in_collection(9.into());
    let thing = Thing::Use { audience: &audience, collection: Some(&collection), pap: None };
    let named = person(21, 2, &[Role::Analyst]);
    assert!(decide(&named, Verb::Read, &thing, NOW).allowed());
    assert!(!decide(&named, Verb::Forward, &thing, NOW).allowed());
    // What does not state its label is not used.
    let audience = Audience::new(1.into(), Tlp::Clear).in_collection(9.into());
    let content = Thing::Content { audience: &audience, collection: Some(&collection) };
    assert!(!decide(&member, Verb::Forward, &content, NOW).allowed());
}

#[test]
fn an_analyst_marks_more_strictly_and_only_a_reviewer_less() {
    let before = Audience { embargo: Some(NOW + 10), ..Audience::new(1.into(), Tlp::Amber) };
    let after = |marking, embargo| Audience { marking, embargo, ..before.clone() };
    let may = |who: &Principal, after: &Audience, freer: bool| {
        let thing = Thing::Marking { audience: &before, collection: None, after, freer };
        decide(who, Verb::Review, &thing, NOW)
    };
    let (analyst, reviewer) = (person(11, 1, &[Role::Analyst]), person(12, 1, &[Role::Reviewer]));
    let (reader, coordinator) = (person(13, 1, &[Role::Reader]), person(14, 1, &[Role::Coordinator]));
    let held = Some(NOW + 10);
    for (change, freer, strict) in [
        (after(Tlp::AmberStrict, held), false, true),
        (after(Tlp::Amber, Some(NOW + 20)), false, true),
        (after(Tlp::Amber, held), true, false),
        (after(Tlp::Green, held), false, false),
        (after(Tlp::Red, Some(NOW + 5)), false, false),
        (after(Tlp::Red, None), false, false),
    ] {
        assert_eq!(may(&analyst, &change, freer).allowed(), strict, "{change:?} {freer}");
        assert!(may(&reviewer, &change, freer).allowed() && may(&coordinator, &change, freer).allowed());
        assert_eq!(may(&reader, &change, freer), Decision::Deny(Refusal::Forbidden));
        let elsewhere = person(20, 2, &[Role::Reviewer, Role::Coordinator]);
        assert_eq!(may(&elsewhere, &change, freer), Decision::Deny(Refusal::Unknown));
    }
    // A marking is no way to give something to another owner or another collection.
    let taken = Audience { owner: 2.into(), ..before.clone() };
    assert!(!may(&reviewer, &taken, false).allowed());
    assert!(!may(&reviewer, &before.clone().in_collection(9.into()), false).allowed());
    let token = Principal { scopes: Scopes::of(&[Scope::Read]), ..reviewer };
    assert!(!may(&token, &after(Tlp::AmberStrict, held), false).allowed());
}

#[test]
fn what_an_operator_does_about_an_advisory_is_between_it_and_the_owner() {
    // docs/clearinghouse.md, "Advisories": acknowledgements are seen by the owner and by that operator.
    let receipt = Thing::Receipt { owner: 1.into(), operator: 2.into() };
    for (organisation, role, reads, says) in [
        (1, Role::Coordinator, true, false),
        (1, Role::Reader, true, false),
        (1, Role::Admin, false, false),
        (2, Role::Analyst, true, true),
        (2, Role::Reader, true, false),
        (2, Role::Auditor, false, false),
        (4, Role::Coordinator, false, false),
    ] {
        let who = person(50, organisation, &[role]);
        assert_eq!(decide(&who, Verb::Read, &receipt, NOW).allowed(), reads, "{organisation} {role:?}");
        assert_eq!(decide(&who, Verb::Add, &receipt, NOW).allowed(), says, "{organisation} {role:?}");
        for verb in [Verb::Remove, Verb::Review, Verb::Manage, Verb::Forward, Verb::Act] {
            assert!(!decide(&who, verb, &receipt, NOW).allowed(), "nobody changes what was said: {verb:?}");
        }
    }
    assert_eq!(
        decide(&person(40, 4, &[Role::Analyst]), Verb::Read, &receipt, NOW),
        Decision::Deny(Refusal::Unknown)
    );
    assert_eq!(decide(&Principal::anyone(), Verb::Read, &receipt, NOW), Decision::Deny(Refusal::SignIn));
}

#[test]
fn an_inventory_is_known_to_its_organisation_alone_whatever_others_run() {
    // "Akrites says the same about members' SBOMs": what is installed stays with who has it.
    let thing = Thing::Inventory(1.into());
    let every = [Role::Reader, Role::Analyst, Role::Reviewer, Role::Coordinator, Role::Admin, Role::Auditor];
    let client = Principal { client_of: Some(1.into()), ..person(30, 3, &every) };
    for verb in Verb::ALL {
        for outsider in [&person(40, 4, &every), &client] {
            assert_eq!(decide(outsider, verb, &thing, NOW), Decision::Deny(Refusal::Unknown), "{verb:?}");
        }
        assert_eq!(decide(&Principal::anyone(), verb, &thing, NOW), Decision::Deny(Refusal::SignIn));
        for role in [Role::Admin, Role::Auditor] {
            let own = person(11, 1, &[role]);
            assert_eq!(
                decide(&own, verb, &thing, NOW),
                Decision::Deny(Refusal::Unknown),
                "{role:?} {verb:?}"
            );
        }
    }
    for (role, expected) in [
        (Role::Reader, [true, false, false, false]),
        (Role::Analyst, [true, true, false, false]),
        (Role::Reviewer, [true, true, true, false]),
        (Role::Coordinator, [true, true, true, true]),
    ] {
        let own = person(11, 1, &[role]);
        let got = [Verb::Read, Verb::Add, Verb::Review, Verb::Manage]
            .map(|v| decide(&own, v, &thing, NOW).allowed());
        assert_eq!(got, expected, "{role:?}");
    }
    let token = Principal { scopes: Scopes::of(&[Scope::Read]), ..person(11, 1, &[Role::Analyst]) };
    assert!(!decide(&token, Verb::Add, &thing, NOW).allowed());
}

#[test]
fn a_case_is_known_to_whom_it_concerns() {
    // Organisation 1 runs it, 2 has the report, 3 was asked and has not agreed, 4 is in nothing; 5 is in it and was told nothing.
    let parties = [
        (2.into(), Admission { asked: true, content: true }),
        (3.into(), Admission { asked: true, content: false }),
        (5.into(), Admission { asked: false, content: false }),
    ];
    let open = CaseAccess { parties: parties.into(), ..CaseAccess::new(1.into()) };
    let kept = CaseAccess { named_only: true, read_in: [21.into(), 12.into()].into(), ..open.clone() };
    // What each may: nothing, the front, the content, to write, to decide, to run it.
    let may = |case: &CaseAccess, p: &Principal| {
        let verbs = [Verb::List, Verb::Read, Verb::Add, Verb::Review, Verb::Manage];
        let thing = Thing::Case(case);
        verbs
            .map(|verb| if decide(p, verb, &thing, NOW).allowed() { 'x' } else { '-' })
            .iter()
            .collect::<String>()
    };
    let all = [Role::Reader, Role::Analyst, Role::Reviewer, Role::Coordinator, Role::Admin, Role::Auditor];
    let row = |case: &CaseAccess, id: i64, organisation: i64| {
        all.map(|role| may(case, &person(id, organisation, &[role])))
    };
    let none = "-----";
    assert_eq!(row(&open, 11, 1), ["xx---", "xxx--", "xxxx-", "xxxxx", none, none]);
    assert_eq!(row(&open, 20, 2), ["xx---", "xxx--", "xxxx-", "xxxx-", none, none]);
    // Asked: those who decide answer, nobody reads, and nobody else has to know.
    assert_eq!(row(&open, 30, 3), [none, none, "x--x-", "x--x-", none, none]);
    assert_eq!(row(&open, 40, 4), [none; 6]);
    assert_eq!(row(&open, 50, 5), [none; 6]);
    // Under embargo by name alone, but for who runs it; and somebody of the others has to answer.
    assert_eq!(row(&kept, 11, 1), [none, none, none, "xxxxx", none, none]);
    assert_eq!(row(&kept, 12, 1), ["xx---", "xxx--", "xxxx-", "xxxxx", none, none]);
    assert_eq!(row(&kept, 20, 2), [none, none, "x--x-", "x--x-", none, none]);
    assert_eq!(row(&kept, 21, 2), ["xx---", "xxx--", "xxxx-", "xxxx-", none, none]);
    assert_eq!(may(&kept, &Principal::anyone()), none);
    // Nobody removes a case.
    assert!(!decide(&person(11, 1, &[Role::Coordinator]), Verb::Remove, &Thing::Case(&open), NOW).allowed());
}

#[test]
fn a_scan_is_known_to_its_people_its_owners_and_the_coordinator() {
    // Organisation 1 has the desk, 2 scans, 3 owns what is alive, 4 has nothing to do with it.
    let intent = Thing::ScanIntent { desk: 1.into(), scanner: 2.into(), owners: &[3.into()] };
    let verbs = [Verb::Read, Verb::Add, Verb::Remove, Verb::Review, Verb::Manage];
    let all = [Role::Reader, Role::Analyst, Role::Reviewer, Role::Coordinator, Role::Admin, Role::Auditor];
    for (organisation, roles, expected) in [
        (1, &[Role::Coordinator][..], [true, false, true, false, true]),
        // The rest of the desk's organisation has not the coordinator's eyes.
        (1, &[Role::Reviewer, Role::Analyst, Role::Reader, Role::Admin], [false; 5]),
        (2, &[Role::Reader], [true, false, false, false, false]),
        (2, &[Role::Analyst], [true, true, true, false, false]),
        (2, &[Role::Coordinator], [true, true, true, false, false]),
        (3, &[Role::Reader], [true, false, false, false, false]),
        (3, &[Role::Analyst], [true, false, true, false, false]),
        (3, &[Role::Reviewer], [true, false, true, true, false]),
        (3, &[Role::Admin], [false; 5]),
        (4, &all, [false; 5]),
    ] {
        let who = person(1, organisation, roles);
        let got = verbs.map(|verb| decide(&who, verb, &intent, NOW).allowed());
        assert_eq!(got, expected, "{organisation} {roles:?}");
        if expected == [false; 5] {
            assert_eq!(decide(&who, Verb::Read, &intent, NOW), Decision::Deny(Refusal::Unknown));
        }
    }
    // A token for writing stops; one for reading does not.
    let mut scanner = person(1, 2, &[Role::Analyst]);
    scanner.scopes = Scopes::of(&[Scope::Write]);
    assert!(decide(&scanner, Verb::Remove, &intent, NOW).allowed());
    scanner.scopes = Scopes::of(&[Scope::Read]);
    assert!(!decide(&scanner, Verb::Remove, &intent, NOW).allowed());
}

#[test]
fn an_owner_registers_ranges_and_the_coordinator_verifies_them() {
    let range = Thing::ScanRange { owner: 3.into(), desk: 1.into() };
    let may = |organisation: i64, role: Role| {
        let who = person(1, organisation, &[role]);
        [Verb::Read, Verb::Add, Verb::Remove, Verb::Review]
            .map(|verb| decide(&who, verb, &range, NOW).allowed())
    };
    assert_eq!(may(3, Role::Reader), [true, false, false, false]);
    assert_eq!(may(3, Role::Reviewer), [true, false, false, false]);
    assert_eq!(may(3, Role::Coordinator), [true, true, true, false], "nobody verifies their own");
    assert_eq!(may(1, Role::Coordinator), [true, false, false, true]);
    assert_eq!(may(1, Role::Analyst), [false; 4]);
    assert_eq!(may(2, Role::Coordinator), [false; 4]);
}

#[test]
fn a_report_in_a_case_under_embargo_is_for_who_is_read_in_and_who_sent_it() {
    // docs/cases.md: organisation 1 took the report and runs the case, person 20 of organisation 2 sent it; 15 and 25 are read in.
    let named = |named_only| CaseAccess {
        parties: [(2.into(), Admission { asked: true, content: true })].into(),
        named_only,
        read_in: [15.into(), 20.into(), 25.into(), 35.into()].into(),
        ..CaseAccess::new(1.into())
    };
    let (open, hidden) = (named(false), named(true));
    let of = |case| Thing::Submission { desk: 1.into(), sender: 2.into(), person: 20.into(), case };
    // Who, and whether they read it: in no case, in an open one, in one under embargo; and whether they decide about it then.
    let roles = [Role::Reader, Role::Analyst, Role::Reviewer, Role::Coordinator];
    let mut rows: Vec<(Principal, [bool; 3], [bool; 3])> = vec![
        (Principal::anyone(), [false; 3], [false; 3]),
        (person(20, 2, &[Role::Reader]), [true; 3], [false; 3]),
        (person(20, 2, &[]), [false; 3], [false; 3]),
        (person(15, 1, &[]), [false; 3], [false; 3]),
    ];
    for role in roles {
        let decides = matches!(role, Role::Reviewer | Role::Coordinator);
        let runs = role == Role::Coordinator;
        let desk = [true, true, runs];
        rows.push((person(11, 1, &[role]), desk, desk.map(|reads| reads && decides)));
        rows.push((person(15, 1, &[role]), [true; 3], [decides; 3]));
        rows.push((person(21, 2, &[role]), [true, true, decides], [false; 3]));
        rows.push((person(25, 2, &[role]), [true; 3], [false; 3]));
        // Whoever is in the case and neither took nor sent the report reads the case, not the report.
        rows.push((person(35, 3, &[role]), [false; 3], [false; 3]));
    }
    for role in [Role::Admin, Role::Auditor] {
        for id in [11, 15] {
            rows.push((person(id, 1, &[role]), [false; 3], [false; 3]));
        }
    }
    for (who, reads, decides) in rows {
        for (case, (reads, decides)) in
            [None, Some(&open), Some(&hidden)].into_iter().zip(reads.into_iter().zip(decides))
        {
            for verb in Verb::ALL {
                let expected = match verb {
                    Verb::List | Verb::Read => reads,
                    Verb::Review => decides,
                    _ => false,
                };
                let found = decide(&who, verb, &of(case), NOW);
                let about = format!(
                    "{:?} of {:?} {} {verb:?} {case:?}",
                    who.person,
                    who.organisation,
                    who.roles.text()
                );
                assert_eq!(found.allowed(), expected, "{about}");
                if !reads && who.known() {
                    assert_eq!(found, Decision::Deny(Refusal::Unknown), "{about}");
                }
            }
        }
    }
}
