//! Who reads what of a window of model testing: the table of docs/model-testing.md, asked of the one rule.

use bartizan_clearinghouse::access::{
    Decision, EditionAccess, Matter, OrganisationId, PersonId, Principal, Refusal, Role, Roles, Scope,
    Scopes, Thing, Verb, WindowAccess, WindowSide, decide,
};

const RUNS: OrganisationId = OrganisationId(1);
const LAB: OrganisationId = OrganisationId(2);
const FIRM: OrganisationId = OrganisationId(3);
const RIVAL: OrganisationId = OrganisationId(4);
const COURT: OrganisationId = OrganisationId(5);

fn window() -> WindowAccess {
    let people = [
        (1, WindowSide::Programme),
        (2, WindowSide::Developer),
        (3, WindowSide::Tester),
        (4, WindowSide::Tester),
        (5, WindowSide::Oversight),
    ];
    let people = people.map(|(person, side)| (PersonId(person), [side].into()));
    WindowAccess { runs: RUNS, developer: LAB, people: people.into() }
}

fn person(number: i64, of: OrganisationId) -> Principal {
    Principal { scopes: Scopes::ALL, ..Principal::person(PersonId(number), of, Roles::of(&[Role::Reader])) }
}

fn asked(p: &Principal, verb: Verb, matter: Matter, of: Option<OrganisationId>) -> Decision {
    decide(p, verb, &Thing::Window { window: &window(), matter, of }, 0)
}

/// Of the firm's pieces: programme, developer, the firm, its rival, oversight.
const TABLE: [(Matter, [bool; 5]); 9] = [
    (Matter::Front, [true, true, true, true, true]),
    (Matter::Agreement, [true, false, true, false, true]),
    (Matter::Endpoint, [false, true, false, false, false]),
    (Matter::Grant, [true, true, true, false, true]),
    (Matter::Testing, [true, false, true, false, true]),
    (Matter::Finding, [true, false, true, false, true]),
    (Matter::Feedback, [true, true, true, false, true]),
    (Matter::Determination, [true, true, true, true, true]),
    (Matter::Whole, [true, false, false, false, true]),
];

#[test]
fn each_side_reads_what_the_table_says_and_nothing_else() {
    assert_eq!(TABLE.map(|(matter, _)| matter), Matter::ALL);
    let who = [person(1, RUNS), person(2, LAB), person(3, FIRM), person(4, RIVAL), person(5, COURT)];
    for (matter, expected) in TABLE {
        for (p, expected) in who.iter().zip(expected) {
            let decision = asked(p, Verb::Read, matter, Some(FIRM));
            let wanted = if expected { Decision::Allow } else { Decision::Deny(Refusal::Unknown) };
            assert_eq!(decision, wanted, "{matter:?} by {p:?}");
            // What belongs to nobody in particular is nobody's own.
            let own = matches!(
                matter,
                Matter::Agreement | Matter::Grant | Matter::Testing | Matter::Finding | Matter::Feedback
            );
            if own && matches!(p.organisation, Some(FIRM | RIVAL)) {
                assert_eq!(
                    asked(p, Verb::Read, matter, None),
                    Decision::Deny(Refusal::Unknown),
                    "{matter:?}"
                );
            }
        }
    }
}

#[test]
fn who_has_no_part_knows_nothing_and_who_answers_for_it_its_front() {
    for of in [RUNS, LAB, FIRM, COURT] {
        for role in Role::ALL {
            let p =
                Principal { scopes: Scopes::ALL, ..Principal::person(PersonId(9), of, Roles::of(&[role])) };
            for matter in Matter::ALL {
                let front = matter == Matter::Front && role == Role::Coordinator && matches!(of, RUNS | LAB);
                let wanted = if front { Decision::Allow } else { Decision::Deny(Refusal::Unknown) };
                assert_eq!(asked(&p, Verb::Read, matter, Some(of)), wanted, "{matter:?} {role:?} {of:?}");
            }
            // Whoever has no part says nothing in it.
            assert!(!asked(&p, Verb::Add, Matter::Front, None).allowed());
        }
    }
    let anyone = Principal::anyone();
    assert_eq!(asked(&anyone, Verb::Read, Matter::Front, None), Decision::Deny(Refusal::SignIn));
}

#[test]
fn a_token_does_what_it_is_for() {
    let reads = Principal { scopes: Scopes::of(&[Scope::Read]), ..person(3, FIRM) };
    assert!(asked(&reads, Verb::Read, Matter::Front, None).allowed());
    assert_eq!(asked(&reads, Verb::Add, Matter::Front, None), Decision::Deny(Refusal::Forbidden));
    for verb in [Verb::Remove, Verb::Review, Verb::Manage, Verb::Forward, Verb::Act] {
        assert!(!asked(&person(1, RUNS), verb, Matter::Front, None).allowed(), "{verb:?}");
    }
}

#[test]
fn an_edition_is_read_by_who_gets_it() {
    let edition =
        |public, withdrawn| EditionAccess { runs: RUNS, recipients: [LAB].into(), public, withdrawn };
    let reads = |p: &Principal, e: &EditionAccess| decide(p, Verb::Read, &Thing::Edition(e), 0).allowed();
    let coordinator = Principal { roles: Roles::of(&[Role::Coordinator]), ..person(9, RUNS) };
    for (public, withdrawn, expected) in [
        (false, false, [true, true, false, false]),
        (true, false, [true, true, true, true]),
        (true, true, [true, false, false, false]),
    ] {
        let e = edition(public, withdrawn);
        let who = [coordinator.clone(), person(2, LAB), person(3, FIRM), Principal::anyone()];
        assert_eq!(who.map(|p| reads(&p, &e)), expected, "{public} {withdrawn}");
    }
}
