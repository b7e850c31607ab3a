//! Embargoes: proposals, consents, limits, ends.

use super::*;

fn active(days: i64) -> Room {
    let mut room = Room::usual();
    room.propose("cert", "e1", days).expect("proposed");
    for who in ["finder", "acme", "brix"] {
        room.answer(who, Some("e1"), true).expect("agreed");
    }
    room.answer("cert", Some("e1"), true).expect("in force");
    room
}

#[test]
fn an_embargo_is_proposed_agreed_to_revised_and_ended() {
    let mut room = active(20);
    assert_eq!(room.case.embargo, EmbargoState::Active);
    assert!(room.case.embargoed(room.now));
    let states = ["cert", "finder", "acme", "bank"].map(|who| room.consent(who));
    assert_eq!(states[..3], [ConsentState::Signatory; 3]);
    assert_eq!(states[3], ConsentState::Invited);
    // Content goes to who agreed, not to who was asked; the silent one is not in.
    assert!(room.case.may_have_content(&name("acme")) && !room.case.may_have_content(&name("bank")));

    // A revision lapses every consent (section 9.2); the terms stay in force.
    room.propose("acme", "e2", 25).expect("a revision");
    assert_eq!(room.case.embargo, EmbargoState::Revise);
    assert!(["cert", "finder", "acme", "brix"].iter().all(|who| room.consent(who) == ConsentState::Lapsed));
    assert_eq!(room.case.end().expect("an end").at, room.now + 20 * DAY);
    room.answer("acme", Some("e2"), true).expect("agrees to its own");
    room.answer("brix", Some("e2"), false).expect("refuses");
    room.answer("cert", Some("e2"), true).expect("in force");
    assert_eq!(room.case.end().expect("an end").at, room.now + 25 * DAY);
    let states = ["cert", "acme", "brix", "finder"].map(|who| room.consent(who));
    use ConsentState as C;
    assert_eq!(states, [C::Signatory, C::Signatory, C::Declined, C::Lapsed]);
    room.answer("finder", None, true).expect("agrees to the terms in force");

    // It ends at its time, not before, and then no consent is left.
    let ended = Action::Exit { reason: ExitReason::Ended, words: None };
    assert_eq!(room.say("cert", ended.clone()), Err(Code::NotEnded));
    room.now += 25 * DAY;
    assert!(!room.case.embargoed(room.now), "it does not outlast its time though nobody said so");
    room.say("cert", ended).expect("ends");
    assert_eq!(room.case.embargo, EmbargoState::Exited);
    assert!(["cert", "finder", "acme", "bank"].iter().all(|who| room.consent(who) == C::NoEmbargo));
    assert_eq!(room.propose("cert", "e3", 3), Err(Code::EmbargoStep));
}

#[test]
fn a_refused_revision_leaves_the_terms_and_does_not_renew_consents() {
    let mut room = active(20);
    room.propose("brix", "e2", 28).expect("a revision");
    room.answer("cert", Some("e2"), false).expect("turned down");
    assert_eq!(room.case.embargo, EmbargoState::Active);
    assert_eq!(room.case.end().expect("an end").at, room.now + 20 * DAY);
    // Prior signatories answer again; the coordinator's decision was its answer.
    assert_eq!((room.consent("cert"), room.consent("acme")), (ConsentState::Signatory, ConsentState::Lapsed));
    room.answer("acme", None, true).expect("again");
    assert_eq!(room.consent("acme"), ConsentState::Signatory);
}

#[test]
fn the_shortest_proposal_is_decided_first() {
    let mut room = Room::usual();
    room.propose("acme", "long", 25).expect("proposed");
    room.propose("finder", "short", 10).expect("against it");
    assert_eq!(room.answer("cert", Some("long"), true), Err(Code::ShorterOpen));
    room.answer("acme", Some("long"), true).expect("stays with its own");
    room.answer("cert", Some("short"), true).expect("in force");
    // Acme agreed to other terms: it has not agreed to these.
    assert_eq!(
        (room.consent("finder"), room.consent("acme")),
        (ConsentState::Signatory, ConsentState::Lapsed)
    );
    assert!(room.case.proposals.is_empty());
    assert_eq!(room.answer("cert", Some("long"), true), Err(Code::UnknownProposal));
}

#[test]
fn a_turned_down_or_withdrawn_proposal_leaves_no_embargo() {
    let mut room = Room::usual();
    room.propose("acme", "e1", 10).expect("proposed");
    room.propose("finder", "e2", 12).expect("against it");
    assert_eq!(room.say("acme", Action::Withdraw { proposal: name("e2") }), Err(Code::NotYours));
    room.say("acme", Action::Withdraw { proposal: name("e1") }).expect("withdrawn");
    assert_eq!(room.case.embargo, EmbargoState::Proposed);
    room.answer("cert", Some("e2"), false).expect("turned down");
    assert_eq!((room.case.embargo, room.consent("acme")), (EmbargoState::None, ConsentState::NoEmbargo));
    assert_eq!(room.propose("acme", "e1", 9), Err(Code::NameTaken));
    room.propose("acme", "e3", 9).expect("one may try again");
}

#[test]
fn passing_the_report_on_agrees_to_the_shortest_proposal() {
    let mut room = Room::usual();
    room.add("late", &[Role::Vendor], &["late/x"]);
    room.propose("acme", "e1", 14).expect("proposed");
    room.propose("acme", "e2", 7).expect("proposed");
    room.report("cert", "late", ReportStep::Receive);
    assert_eq!(room.case.embargo, EmbargoState::Active);
    assert_eq!(room.case.end().expect("an end").at, room.now + 7 * DAY);
}

#[test]
fn the_tightest_limit_ends_it_and_says_why() {
    let mut room = active(28);
    let limit = |text: &str, source, days: i64| Action::Limit {
        limit: name(text),
        source,
        until: START + days * DAY,
        words: words("https://example.org/policy"),
    };
    room.say("cert", limit("distros", Source::CoordinatingList, 14)).expect("a limit");
    room.say("cert", limit("talk", Source::Commitment, 21)).expect("a limit");
    room.say("cert", limit("kernel", Source::UpstreamPolicy, 14)).expect("a limit");
    room.say("cert", limit("far", Source::Default, 90)).expect("a limit");
    let end = room.case.end().expect("an end");
    assert_eq!(end.at, START + 14 * DAY);
    assert_eq!(
        end.limit,
        Some((name("kernel"), Source::UpstreamPolicy)),
        "of equal times the more binding rule"
    );
    let later: Vec<&str> = end.later.iter().map(|(name, _)| name.as_str()).collect();
    assert_eq!(later, ["distros", "talk", "far"]);
}

#[test]
fn more_than_thirty_days_from_validation_need_a_reason() {
    let mut room = Room::usual();
    room.propose("acme", "e1", 30).expect("thirty days");
    assert_eq!(room.propose("acme", "e2", 31), Err(Code::LongWithoutReason));
    let until = START + 60 * DAY;
    let reason = Some(words("silicon of several vendors"));
    room.say("acme", Action::Propose { proposal: name("e2"), until, reason }).expect("with a reason");
    // Later, what is left of the thirty days is less.
    room.now += 10 * DAY;
    assert_eq!(room.propose("acme", "e3", 25), Err(Code::LongWithoutReason));
    assert_eq!(room.propose("acme", "e3", 0), Err(Code::EndNotAhead));
}

#[test]
fn silence_is_counted_as_a_refusal_only_after_its_time_and_is_told_apart() {
    let mut room = active(28);
    let time_out = Action::TimeOut { participant: name("bank") };
    room.now += 7 * DAY - 1;
    assert_eq!(room.say("cert", time_out.clone()), Err(Code::NotOverdue));
    room.now += 1;
    room.say("cert", time_out.clone()).expect("overdue");
    assert_eq!(room.consent("bank"), ConsentState::Declined);
    assert!(room.case.participants[&name("bank")].consent.timed_out);
    // A shorter time to answer is lengthened to 72 hours; who was asked again can agree.
    let invite = Action::Invite { participant: name("bank"), answer_by: Some(room.now + HOUR) };
    room.say("cert", invite).expect("asked again");
    room.now += 71 * HOUR;
    assert_eq!(room.say("cert", time_out), Err(Code::NotOverdue));
    room.answer("bank", None, true).expect("agrees");
    assert_eq!(room.consent("bank"), ConsentState::Signatory);
    let again = Action::Invite { participant: name("bank"), answer_by: None };
    assert_eq!(room.say("cert", again), Err(Code::ConsentStep), "consent is not taken back by asking again");
}

#[test]
fn a_report_that_public_tools_have_seen_has_no_embargo() {
    let mut room = Room::open(Tooling::PublicAi);
    assert_eq!(room.propose("cert", "e1", 7), Err(Code::NoEmbargoAvailable));
    let mut room = Room::open(Tooling::Unknown);
    assert_eq!(room.propose("cert", "e1", 7), Err(Code::ToolingUnknown));
    room.say("cert", Action::SayTooling { tooling: Tooling::Private }).expect("said");
    room.propose("cert", "e1", 7).expect("then");
    // What comes out later ends what was agreed.
    let mut room = active(20);
    room.say("cert", Action::SayTooling { tooling: Tooling::PublicAi }).expect("said");
    assert_eq!(room.case.embargo, EmbargoState::Exited);
    assert_eq!(room.case.exit.as_ref().expect("why").0, ExitReason::PublicAi);
    assert_eq!(room.say("cert", Action::SayTooling { tooling: Tooling::Private }), Err(Code::ToolingSaid));
}
