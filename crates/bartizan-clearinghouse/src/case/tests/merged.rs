//! What comes into a case with a report that is merged into it, and goes with it again.

use super::*;

fn merge(report: &str, finder: &str, public_ai: bool, days: Option<i64>) -> Action {
    let public_on = days.map(|days| START + days * DAY);
    Action::Merge { report: name(report), finder: name(finder), public_ai, public_on }
}

fn split(report: &str) -> Action {
    Action::Split { report: name(report), words: words("another cause after all") }
}

/// Under embargo for so many days.
fn embargoed(days: i64) -> Room {
    let mut room = Room::usual();
    room.propose("acme", "e1", days).expect("proposed");
    room.answer("cert", Some("e1"), true).expect("in force");
    room
}

#[test]
fn a_tighter_day_of_a_finder_constrains_and_goes_with_the_report() {
    let mut room = embargoed(28);
    let end = |room: &Room| room.case.end().expect("an end").at;
    room.say("cert", merge("r1", "late", false, Some(10))).expect("merged");
    assert_eq!(end(&room), START + 10 * DAY);
    assert_eq!(room.case.end().expect("an end").limit, Some((name("finder-1"), Source::Commitment)));
    room.say("cert", merge("r2", "finder", false, Some(20))).expect("merged");
    room.say("cert", split("r1")).expect("split");
    assert_eq!(end(&room), START + 20 * DAY, "what is left binds");
    room.say("cert", split("r2")).expect("split");
    assert_eq!(end(&room), START + 28 * DAY);
    assert!(room.case.limits.is_empty());
    room.say("cert", merge("r2", "finder", false, Some(5))).expect("merged again");
    assert_eq!(end(&room), START + 5 * DAY);
}

#[test]
fn what_public_tools_have_seen_leaves_nothing_to_keep_until_it_is_taken_out() {
    let mut room = embargoed(28);
    room.say("cert", merge("r1", "late", true, None)).expect("merged");
    assert_eq!((room.case.embargo, room.case.tooling), (EmbargoState::Exited, Tooling::PublicAi));
    assert_eq!(room.case.exit.as_ref().expect("why").0, ExitReason::PublicAi);
    room.say("cert", split("r1")).expect("split");
    assert_eq!(room.case.tooling, Tooling::Private);
    assert_eq!(room.case.embargo, EmbargoState::Exited, "who was told that it has ended was told so");
    // Where none was in force, one may be sought again.
    let mut room = Room::usual();
    room.propose("acme", "e1", 7).expect("proposed");
    room.say("cert", merge("r1", "late", true, None)).expect("merged");
    assert_eq!(room.case.embargo, EmbargoState::None);
    assert_eq!(room.propose("acme", "e2", 7), Err(Code::NoEmbargoAvailable));
    room.say("cert", split("r1")).expect("split");
    room.propose("acme", "e2", 7).expect("proposed");
    // What the coordinator itself said stays said.
    let mut room = Room::usual();
    room.say("cert", merge("r1", "late", true, None)).expect("merged");
    room.say("cert", Action::SayTooling { tooling: Tooling::PublicAi }).expect("said");
    room.say("cert", split("r1")).expect("split");
    assert_eq!(room.case.tooling, Tooling::PublicAi);
}

#[test]
fn who_sent_a_report_takes_part_as_its_finder_as_long_as_it_is_there() {
    let mut room = Room::usual();
    let of = |room: &Room, who: &str| {
        let participant = &room.case.participants[&name(who)];
        (participant.roles.iter().copied().collect::<Vec<_>>(), participant.report)
    };
    // One who is not in the case yet.
    room.say("cert", merge("r1", "late", false, None)).expect("merged");
    room.say("cert", merge("r2", "late", false, None)).expect("merged");
    assert_eq!(of(&room, "late"), (vec![Role::Finder], ReportState::Accepted));
    assert!(room.case.may_have_content(&name("late")));
    room.say("cert", split("r2")).expect("split");
    assert_eq!(of(&room, "late").0, [Role::Finder], "another report of it is left");
    room.say("cert", split("r1")).expect("split");
    assert_eq!(of(&room, "late"), (vec![Role::Other], ReportState::Closed));
    assert!(!room.case.may_have_content(&name("late")));
    // One who is in it and was told nothing; one who has it; the finder of the case; the coordinator.
    room.say("cert", merge("r3", "press", false, None)).expect("merged");
    assert_eq!(of(&room, "press"), (vec![Role::Finder, Role::Other], ReportState::Accepted));
    room.say("cert", split("r3")).expect("split");
    assert_eq!(of(&room, "press"), (vec![Role::Other], ReportState::Closed));
    room.say("cert", merge("r4", "acme", false, None)).expect("merged");
    assert_eq!(of(&room, "acme"), (vec![Role::Finder, Role::Vendor], ReportState::Accepted));
    room.say("cert", split("r4")).expect("split");
    assert_eq!(of(&room, "acme"), (vec![Role::Vendor], ReportState::Accepted), "a vendor keeps what it has");
    for who in ["finder", "cert"] {
        let before = of(&room, who);
        room.say("cert", merge("r5", who, false, None)).expect("merged");
        assert!(of(&room, who).0.contains(&Role::Finder));
        room.say("cert", split("r5")).expect("split");
        assert_eq!(of(&room, who), before, "{who}");
    }
}

#[test]
fn of_a_merge_others_are_told_only_what_changes_for_all() {
    let mut room = embargoed(28);
    room.say("cert", merge("r1", "late", false, None)).expect("merged");
    room.say("cert", merge("r2", "late", false, Some(9))).expect("merged");
    room.say("cert", merge("r3", "late", true, Some(9))).expect("merged");
    room.say("cert", split("r1")).expect("split");
    let told = |who: &str| -> Vec<String> {
        let shown = room.log.iter().rev().take(4).filter(|event| room.case.shows(&name(who), event));
        shown.map(|e| serde_json::to_string(&room.case.as_shown(&name(who), e)).expect("written")).collect()
    };
    for who in ["acme", "late", "press"] {
        let told = told(who);
        assert_eq!(told.len(), 2, "{told:?}");
        assert_eq!(told[0], r#"{"do":"say-tooling","tooling":"public-ai"}"#);
        assert!(told[1].contains(r#""do":"limit","limit":"finder-1","source":"commitment""#), "{told:?}");
        assert!(!told.concat().contains("r2") && !told.concat().contains("late"));
    }
    assert!(told("cert").iter().any(|text| text.contains(r#""report":"r1","finder":"late""#)));
}

#[test]
fn what_does_not_fit_is_refused() {
    let mut room = Room::usual();
    assert_eq!(room.say("acme", merge("r1", "acme", false, None)), Err(Code::CoordinatorOnly));
    assert_eq!(room.say("cert", split("r1")), Err(Code::UnknownMerge));
    room.say("cert", merge("r1", "late", false, None)).expect("merged");
    assert_eq!(room.say("cert", merge("r1", "late", false, None)), Err(Code::ReportMerged));
    assert_eq!(room.say("acme", split("r1")), Err(Code::CoordinatorOnly));
    room.say("cert", split("r1")).expect("split");
    assert_eq!(room.say("cert", split("r1")), Err(Code::UnknownMerge));
    let never =
        Action::Merge { report: name("r2"), finder: name("late"), public_ai: false, public_on: Some(-1) };
    assert_eq!(room.say("cert", never), Err(Code::EndNotAhead));
    room.say("cert", Action::Thread { thread: name("talk"), participants: names(&["acme"]) })
        .expect("opened");
    assert_eq!(room.say("cert", merge("r3", "talk", false, None)), Err(Code::NameTaken));
}
