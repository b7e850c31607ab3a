//! Roles, separation of duties, acts of two people.

use bartizan_programme::rules::Act;
use bartizan_programme::time::{DAY, HOUR};
use bartizan_programme::window::{
    Action, Actor, CheckResult, Event, Safeguards, State, Submission, Window, look,
};
use bartizan_programme::{Code, Digest};

use crate::world::*;

fn assign(person: &str, organisation: &str, role: &str) -> Action {
    Action::Assign { part: part((person, organisation, role)) }
}

fn relieve(person: &str, role: &str) -> Action {
    Action::Relieve { person: name(person), role: id(role), words: words("Elsewhere.") }
}

#[test]
fn a_window_begins_with_people_who_can_go_on() {
    let programme = programme();
    let open = |change: &dyn Fn(&mut Action)| {
        let mut action = submit(&programme, submission());
        change(&mut action);
        let first = Event { number: 1, at: T, by: actor("lin"), action };
        Window::open(&programme, &first).map_err(|error| error.code())
    };
    assert!(open(&|_| {}).is_ok());
    let parts = |change: &dyn Fn(&mut Vec<bartizan_programme::window::Part>)| {
        open(&|action| {
            if let Action::Submit { parts, .. } = action {
                change(parts);
            }
        })
    };
    assert_eq!(parts(&|parts| parts.retain(|one| one.person != name("lin"))).err(), Some(Code::NoRole));
    assert_eq!(
        parts(&|parts| parts.retain(|one| one.organisation != name("institute"))).err(),
        Some(Code::NobodyAssigns)
    );
    assert_eq!(parts(&|parts| parts.push(part(("x", "firm", "king")))).err(), Some(Code::UnknownRole));
    let same = open(&|action| {
        if let Action::Submit { runs, .. } = action {
            *runs = name("lab");
        }
    });
    assert_eq!(same.err(), Some(Code::SameOrganisation));
    let many = open(&|action| {
        if let Action::Submit { submission, .. } = action {
            submission.checkpoints =
                (0..33).map(|n| (name(&format!("c{n}")), checkpoint(n, Safeguards::On))).collect();
        }
    });
    assert_eq!(many.err(), Some(Code::TooMany));
    let other = Event {
        number: 1,
        at: T,
        by: Actor { person: name("tess"), role: id("tester") },
        action: submit(&programme, submission()),
    };
    assert_eq!(Window::open(&programme, &other).map_err(|e| e.code()).err(), Some(Code::NotAllowed));
}

#[test]
fn nobody_has_two_roles_that_are_apart_not_even_one_after_the_other() {
    let mut room = Room::running();
    for (person, organisation, role, code) in [
        // The pairs of the example, from both ends.
        ("tess", "firm", "auditor", Code::Separation),
        ("mo", "institute", "evaluation-lead", Code::Separation),
        ("eva", "institute", "programme-manager", Code::Separation),
        ("eva", "institute", "tester", Code::Separation),
        ("lin", "lab", "developer-officer", Code::Separation),
        // Roles are for people of their side.
        ("lin", "lab", "tester", Code::WrongSide),
        ("tess", "firm", "developer-liaison", Code::WrongSide),
        ("tess", "firm", "programme-officer", Code::WrongSide),
        ("new", "lab", "auditor", Code::WrongSide),
        // A person is of one organisation.
        ("tess", "other", "test-lead", Code::OtherOrganisation),
        ("tess", "firm", "tester", Code::HasRole),
        ("tess", "firm", "queen", Code::UnknownRole),
    ] {
        assert_eq!(room.refused("mo", assign(person, organisation, role)), Some(code), "{person} {role}");
    }
    room.say("mo", relieve("tess", "tester"));
    assert_eq!(room.refused("mo", relieve("tess", "tester")), Some(Code::NoRole));
    assert_eq!(
        room.refused("mo", assign("tess", "firm", "auditor")),
        Some(Code::Separation),
        "she was a tester"
    );
    room.say("mo", assign("tess", "firm", "tester"));
    let error = room.try_say("mo", assign("mo", "institute", "evaluation-lead")).expect_err("apart");
    assert!(error.is_forbidden() && error.to_string().contains("two people"), "{error}");
    // Somebody can always give roles.
    room.say("mo", relieve("pat", "programme-officer"));
    assert_eq!(room.refused("mo", relieve("mo", "programme-manager")), Some(Code::NobodyAssigns));
    // Who lost a role does nothing in it.
    assert_eq!(room.refused("pat", relieve("mo", "programme-manager")), Some(Code::NoRole));
    let who: Vec<String> = room.window.parts().map(|part| part.person.to_string()).collect();
    assert!(!who.contains(&"pat".to_owned()) && who.contains(&"tess".to_owned()), "{who:?}");
}

#[test]
fn each_does_what_the_rules_say_and_nothing_else() {
    let room = Room::submitted();
    for act in Act::ALL {
        for (person, _, role) in PARTS {
            let may = room.window.may(&actor(person), *act, T);
            let listed = room.programme.act(*act).by.contains(&id(role));
            let expected = match (listed, State::Submitted.allows(*act)) {
                (false, _) => Some(Code::NotAllowed),
                (true, false) => Some(Code::WrongState),
                (true, true) => None,
            };
            assert_eq!(may.err().map(|e| e.code()), expected, "{person} {act}");
            let allowed = room.window.allowed(&name(person), T).contains_key(act);
            assert_eq!(allowed, expected.is_none(), "{person} {act}");
        }
    }
    let nobody = Actor { person: name("nobody"), role: id("tester") };
    assert_eq!(room.window.may(&nobody, Act::Find, T).map_err(|e| e.code()), Err(Code::NoRole));
    let another = Actor { person: name("tess"), role: id("programme-manager") };
    assert_eq!(room.window.may(&another, Act::Assign, T).map_err(|e| e.code()), Err(Code::NoRole));
}

#[test]
fn two_people_are_two_and_both_still_may() {
    let extend = || Action::Extend { days: 1, words: words("A day.") };
    let mut room = Room::running();
    let proposal = room.try_say("pat", extend()).expect("proposed");
    let second = Action::Second { proposal };
    assert_eq!(room.window.clock.extended(), 0, "it waits");
    assert_eq!(room.window.waiting(room.now).map(|(number, _)| number).collect::<Vec<_>>(), [proposal]);
    // Another role, the same person, nobody.
    assert_eq!(room.refused("eva", second.clone()), Some(Code::NotSecond));
    assert_eq!(room.refused("pat", second.clone()), Some(Code::NotSecond));
    let stranger = Actor { person: name("x"), role: id("programme-manager") };
    assert_eq!(room.try_as(stranger, second.clone()).map_err(|e| e.code()), Err(Code::NoRole));
    assert_eq!(room.refused("mo", Action::Second { proposal: 999 }), Some(Code::UnknownProposal));
    assert_eq!(room.refused("mo", Action::Retract { proposal }), Some(Code::NotProposer));
    room.say("mo", Action::Refuse { proposal, words: words("No.") });
    assert_eq!(room.refused("mo", second.clone()), Some(Code::UnknownProposal));
    let proposal = room.try_say("pat", extend()).expect("proposed");
    assert_eq!(room.refused("eva", Action::Refuse { proposal, words: words("No.") }), Some(Code::NotSecond));
    room.say("pat", Action::Retract { proposal });

    // One person with both roles is still one person. The rules of the example keep them apart, these do not.
    let mut room = Room::of(changed(
        "roles = [\"programme-manager\", \"programme-officer\"]",
        "roles = [\"auditor\", \"programme-officer\"]",
    ));
    room.accept();
    room.say("mo", assign("pat", "institute", "programme-manager"));
    let proposal = room.try_say("pat", extend()).expect("proposed");
    let both = Actor { person: name("pat"), role: id("programme-manager") };
    assert_eq!(
        room.try_as(both.clone(), Action::Second { proposal }).map_err(|e| e.code()),
        Err(Code::SamePerson)
    );
    let refuse = Action::Refuse { proposal, words: words("No.") };
    assert_eq!(room.try_as(both, refuse).map_err(|e| e.code()), Err(Code::SamePerson));
    // Who lost the role proposes nothing any more.
    room.say("mo", relieve("pat", "programme-officer"));
    assert_eq!(room.refused("mo", Action::Second { proposal }), Some(Code::ProposerGone));

    // What waits too long waits no longer.
    let mut room = Room::running();
    let proposal = room.try_say("pat", extend()).expect("proposed");
    room.wait(72 * HOUR);
    assert_eq!(room.window.waiting(room.now).count(), 0);
    assert_eq!(room.refused("mo", Action::Second { proposal }), Some(Code::ProposalLapsed));
    // What has no place any more is not done.
    let proposal = room.try_say("pat", extend()).expect("proposed");
    room.say("pat", Action::End { words: words("Done.") });
    assert_eq!(room.refused("mo", Action::Second { proposal }), Some(Code::WrongState));
    // What could not be done is not proposed.
    let mut room = Room::submitted();
    let accept = Action::Accept { begins: T, words: words("Welcome.") };
    assert_eq!(room.refused("pat", accept), Some(Code::ChecksOpen));
}

#[test]
fn a_window_holds_so_many_proposals() {
    let mut room = Room::running();
    let propose = |room: &mut Room| room.try_say("pat", Action::Extend { days: 1, words: words("A day.") });
    for _ in 0..bartizan_programme::window::MOST_PROPOSALS {
        propose(&mut room).expect("proposed");
    }
    assert_eq!(propose(&mut room).map_err(|e| (e.code(), e.is_spent())), Err((Code::TooMany, true)));
    room.wait(73 * HOUR);
    propose(&mut room).expect("those have lapsed");
}

#[test]
fn submissions_are_looked_at_before_they_are_accepted() {
    let programme = programme();
    let codes = |change: &dyn Fn(&mut Submission)| {
        let mut submission = submission();
        change(&mut submission);
        let found: Vec<Code> = look(&programme, &submission, T).into_iter().map(|fault| fault.code).collect();
        found
    };
    assert_eq!(codes(&|_| {}), []);
    type Case<'c> = (&'c dyn Fn(&mut Submission), &'c [Code]);
    let cases: &[Case<'_>] = &[
        (&|s| s.checkpoints.clear(), &[Code::IntakeCheckpoint, Code::IntakeSafeguards]),
        (
            &|s| drop(s.checkpoints.insert(name("again"), checkpoint(7, Safeguards::On))),
            &[Code::IntakeSameDigest],
        ),
        (&|s| s.contacts.clear(), &[Code::IntakeContact]),
        (&|s| s.contacts = vec![s.contacts[0].clone(); 33], &[Code::IntakeTooMany]),
        (&|s| s.checkpoints.retain(|_, c| c.safeguards == Safeguards::On), &[Code::IntakeSafeguards]),
        (&|s| s.checkpoints.retain(|_, c| c.safeguards == Safeguards::Off), &[Code::IntakeReleased]),
        (&|s| s.release = "2026-12-01".parse().ok(), &[Code::IntakeReleasePast]),
        (&|s| s.release = "2026-12-30".parse().ok(), &[Code::IntakeReleaseNear]),
        (&|s| s.release = None, &[Code::IntakeNoRelease]),
    ];
    for (change, expected) in cases {
        assert_eq!(codes(change), *expected);
    }
    let blocks: Vec<Code> = Code::ALL.iter().copied().filter(|code| !code.blocks_acceptance()).collect();
    assert_eq!(
        blocks,
        [Code::IntakeReleaseNear, Code::IntakeNoRelease, Code::IntakeSafeguards, Code::IntakeReleased]
    );
    // What is wrong with the submission, and each check that is missing.
    let mut empty = submission();
    empty.contacts.clear();
    let mut room = Room::submitted();
    room.say("lin", Action::Amend { submission: empty });
    let against = room.window.against_acceptance(T);
    assert_eq!(against.len(), 1 + room.programme.checks.len());
    let check = |check: &str, result| Action::Check { check: id(check), result, words: words("Looked at.") };
    assert_eq!(room.refused("pat", check("nothing", CheckResult::Passed)), Some(Code::UnknownCheck));
    room.say("pat", check("contacts-answer", CheckResult::NotApplicable));
    assert_eq!(
        room.window.against_acceptance(T).len(),
        against.len(),
        "a required check is passed, or it is not"
    );
    room.say("pat", check("prior-results", CheckResult::NotApplicable));
    assert_eq!(room.window.against_acceptance(T).len(), against.len() - 1);
    room.say("lin", Action::Amend { submission: submission() });
    assert_eq!(room.window.against_acceptance(T).len(), room.programme.checks.len(), "checks are made again");
    // After acceptance checkpoints are only added.
    let mut room = Room::accepted();
    assert_eq!(room.refused("lin", Action::Amend { submission: submission() }), Some(Code::WrongState));
    let add = |name_: &str, byte| Action::AddCheckpoint {
        name: name(name_),
        checkpoint: checkpoint(byte, Safeguards::On),
    };
    assert_eq!(room.refused("lin", add("falcon-7", 9)), Some(Code::NameTaken));
    assert_eq!(room.refused("lin", add("falcon-9", 7)), Some(Code::NameTaken));
    room.say("lin", add("falcon-9", 9));
    assert!(room.window.submission.checkpoints.contains_key(&name("falcon-9")));
}

#[test]
fn closure_needs_what_the_rules_want() {
    let mut room = Room::determined();
    let certify = |organisation: &str| Action::Certify {
        organisation: name(organisation),
        certificate: Digest::of(b"certificate"),
        words: words("Destroyed."),
    };
    assert_eq!(room.window.certificates_missing(), [&name("firm")].into());
    assert_eq!(room.refused("toni", certify("institute")), Some(Code::OthersCertificate));
    assert_eq!(room.refused("pat", certify("nobody")), Some(Code::UnknownOrganisation));
    let publish =
        |audience: &str| Action::Publish { audience: id(audience), source: 1, digest: Digest::of(b"x") };
    assert_eq!(room.refused("pat", publish("everybody")), Some(Code::UnknownAudience));
    room.say("pat", certify("firm"));
    assert!(room.window.certificates_missing().is_empty());
    room.wait(DAY);
    room.say("pat", Action::Close { words: words("Done.") });
    let late = Action::Revoke { grant: name("grant-1"), words: words("Late.") };
    assert_eq!(room.refused("mo", late), Some(Code::WindowClosed));
}
