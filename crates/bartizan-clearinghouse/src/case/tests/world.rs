//! What becomes true in the world, fixes, breaks.

use super::*;

fn under_embargo() -> Room {
    let mut room = Room::usual();
    room.propose("cert", "e1", 20).expect("proposed");
    room.answer("cert", Some("e1"), true).expect("in force");
    room
}

#[test]
fn what_is_public_ends_the_embargo_and_vendors_know() {
    for what in [Happening::PublicAware, Happening::ExploitPublic] {
        let mut room = under_embargo();
        room.add("late", &[Role::Vendor], &["late/x"]);
        assert_eq!(room.fix("late"), Some(FixState::Unaware));
        room.happen(what, None).expect("happens");
        assert_eq!(room.case.embargo, EmbargoState::Exited);
        // The two states that give way at once are never seen: pX and vP.
        assert!(room.case.world.public);
        assert_eq!(room.fix("late"), Some(FixState::Aware));
        room.add("later", &[Role::Vendor], &["later/x"]);
        assert_eq!(room.fix("later"), Some(FixState::Aware));
        assert_eq!(room.happen(Happening::PublicAware, None), Err(Code::CaseEventStep));
        assert_eq!(room.propose("cert", "e2", 3), Err(Code::EmbargoStep));
    }
    let mut room = Room::usual();
    room.happen(Happening::PublicAware, None).expect("happens");
    assert_eq!(room.propose("cert", "e1", 3), Err(Code::NotQuiet));
}

#[test]
fn attacks_end_the_embargo_unless_somebody_says_why_not() {
    let mut room = under_embargo();
    room.happen(Happening::AttacksObserved, None).expect("happens");
    assert_eq!((room.case.embargo, room.case.world.public), (EmbargoState::Exited, false));

    let mut room = under_embargo();
    room.propose("acme", "e2", 25).expect("a revision");
    room.happen(Happening::AttacksObserved, Some("two victims, both told")).expect("happens");
    assert_eq!(room.case.embargo, EmbargoState::Active);
    assert!(room.case.proposals.is_empty() && room.case.kept.is_some());
    assert_eq!(room.propose("cert", "e3", 3), Err(Code::NotQuiet));
    let reason = ExitReason::AttacksObserved;
    room.say("cert", Action::Exit { reason, words: Some(words("they spread")) }).expect("ends after all");

    let mut room = under_embargo();
    assert_eq!(room.happen(Happening::PublicAware, Some("no")), Err(Code::EmbargoStep));
    room.propose("acme", "e2", 25).expect("a revision");
    room.happen(Happening::ExploitPublic, None).expect("ends a revision too");
    assert_eq!(room.case.embargo, EmbargoState::Exited);
    let mut room = Room::usual();
    room.propose("acme", "e1", 25).expect("proposed");
    room.happen(Happening::AttacksObserved, None).expect("happens");
    assert_eq!(room.case.embargo, EmbargoState::None, "what was only proposed is rejected");
}

#[test]
fn fixes_are_made_and_deployed_by_who_accepted_in_order() {
    let mut room = Room::usual();
    let fix = |who: &str, step| Action::Fix { participant: name(who), step };
    assert_eq!(room.say("acme", fix("acme", FixStep::Ready)), Err(Code::FixNotAccepted));
    for who in ["acme", "brix", "bank"] {
        room.accept(who);
    }
    assert_eq!(room.say("bank", fix("bank", FixStep::Ready)), Err(Code::NoPartInFix));
    assert_eq!(room.say("bank", fix("bank", FixStep::Deploy)), Err(Code::FixStep), "no fix is ready");
    assert_eq!(room.say("brix", fix("brix", FixStep::Deploy)), Err(Code::FixStep));
    assert_eq!(room.say("acme", fix("brix", FixStep::Ready)), Err(Code::NotYours));
    room.say("cert", fix("brix", FixStep::Ready)).expect("the coordinator says it for the vendor");
    assert_eq!(room.case.fix_state(), Some(FixState::Ready));
    room.say("bank", fix("bank", FixStep::Deploy)).expect("deployed");
    assert_eq!(room.case.fix_state(), Some(FixState::Deployed));
    room.say("acme", fix("acme", FixStep::Ready)).expect("ready");
    assert_eq!(room.say("acme", fix("acme", FixStep::Deploy)), Err(Code::NoPartInFix));
    // An embargo after deployment needs a reason ("Negotiating Embargoes").
    assert_eq!(room.propose("acme", "e1", 3), Err(Code::ReasonNeeded));
}

/// Akrites, process for public disclosure, section 5.3.
#[test]
fn breaks_are_answered_by_the_matrix() {
    use {Course as C, Exposure as E, Origin as O};
    let courses = [
        (E::Existence, [C::Hold, C::Hold, C::Hold]),
        (E::Partial, [C::Assess, C::Accelerate, C::Assess]),
        (E::Full, [C::Accelerate, C::Accelerate, C::Accelerate]),
    ];
    for (exposure, row) in courses {
        for (&origin, course) in O::ALL.iter().zip(row) {
            let plan = plan(exposure, origin);
            assert_eq!(plan.course, course, "{exposure} {origin}");
            assert_eq!(plan.at_once, exposure == E::Full && origin == O::Malicious);
            assert_eq!(plan.duties.contains(&Duty::Publish), course == C::Accelerate);
            assert_eq!(
                plan.duties.contains(&Duty::CoordinateThirdParty),
                origin == O::ThirdParty && exposure != E::Existence
            );
            assert!(plan.duties.starts_with(&[Duty::Snapshot]) && plan.duties.ends_with(&[Duty::Review]));
        }
    }
    let mut room = under_embargo();
    let out = |text: &str, exposure| {
        let (incident, origin) = (name(text), Origin::Accident);
        Action::Break { incident, exposure, origin, words: words("a public commit") }
    };
    let decide = |text: &str, course, reason: Option<&str>| Action::Decide {
        incident: name(text),
        course,
        reason: reason.map(words),
    };
    room.say("acme", out("b1", Exposure::Existence)).expect("anybody tells");
    room.say("finder", out("b2", Exposure::Full)).expect("anybody tells");
    assert_eq!(room.say("acme", decide("b1", Course::Hold, None)), Err(Code::CoordinatorOnly));
    assert_eq!(room.say("cert", decide("b1", Course::Accelerate, None)), Err(Code::ReasonNeeded));
    room.say("cert", decide("b1", Course::Hold, None)).expect("as the matrix says");
    assert_eq!(room.say("cert", decide("b1", Course::Hold, None)), Err(Code::UnknownBreak));
    assert_eq!(room.say("cert", decide("b2", Course::Hold, Some("please"))), Err(Code::BreakFull));
    room.say("cert", decide("b2", Course::Accelerate, None)).expect("as the matrix says");
    let reason = ExitReason::Broken;
    room.say("cert", Action::Exit { reason, words: Some(words("all is out")) }).expect("ends");
}
