//! Attempts, what is said of urgency, and what each is shown.

use super::*;
use crate::priority::{AUTOMATABLE, BuiltIn, decide};

fn attempt(result: Tried, evidence: &[&str]) -> Action {
    Action::Attempt {
        verifier: name("ann"),
        environment: name("sha256:00"),
        result,
        evidence: names(evidence),
        words: words("ran the proof in the image"),
    }
}

#[test]
fn nothing_is_confirmed_without_an_attempt_of_somebody_else() {
    let mut room = Room::usual();
    room.accept("acme");
    // That the vendor accepts a report confirms nothing.
    assert_eq!(room.case.verified(), Verified::Claimed);
    assert_eq!(room.say("finder", attempt(Tried::Reproduced, &[])), Err(Code::EvidenceNeeded));
    room.say("finder", attempt(Tried::Reproduced, &["sha256:01"])).expect("tried");
    assert_eq!(room.case.verified(), Verified::ByFinder);
    room.say("cert", attempt(Tried::NotReproduced, &[])).expect("tried");
    assert_eq!(room.case.verified(), Verified::ByFinder);
    room.say("cert", attempt(Tried::Reproduced, &["sha256:02"])).expect("tried again");
    assert_eq!(room.case.verified(), Verified::Confirmed);
    room.say("acme", attempt(Tried::Reproduced, &["sha256:03"])).expect("tried");
    assert_eq!(room.case.verified(), Verified::Independently);
    // Who takes it back by a later attempt no longer counts.
    room.say("cert", attempt(Tried::Inconclusive, &[])).expect("tried again");
    assert_eq!(room.case.verified(), Verified::Confirmed);
    assert_eq!(room.say("press", attempt(Tried::Reproduced, &["sha256:04"])), Err(Code::ReportStep));
    assert_eq!(room.case.attempts.len(), 5);
}

#[test]
fn what_is_said_of_urgency_has_a_source_and_a_date() {
    let mut room = Room::usual();
    let say = |point: &str, keys: &[&str], source: &str| Action::Say {
        point: name(point),
        keys: names(keys),
        source: name(source),
        date: START,
        words: words("looked at"),
    };
    assert_eq!(room.say("acme", say(AUTOMATABLE, &["Y"], "acme")), Err(Code::CoordinatorOnly));
    assert_eq!(room.say("cert", say("ssvc:NONE:1.0.0", &["Y"], "cert")), Err(Code::UnknownPoint));
    assert_eq!(room.say("cert", say(AUTOMATABLE, &["maybe"], "cert")), Err(Code::UnknownPoint));
    assert_eq!(room.say("cert", say(AUTOMATABLE, &[], "cert")), Err(Code::UnknownPoint));
    room.say("cert", say(AUTOMATABLE, &["Y"], "cert")).expect("said");
    room.say("cert", say("cisa:KEV:1.0.0", &["Y"], "KEV")).expect("said");
    // The last word of one source holds.
    room.say("cert", say(AUTOMATABLE, &["N"], "cert")).expect("said");
    assert_eq!(room.case.said.len(), 2);
    let decision = decide(BuiltIn::Bod2604.table(), &room.case.said).expect("decides");
    // BOD 26-04: in KEV and not to be automated: 14 days, or with exposure and total impact 3 days with forensics.
    assert_eq!(decision.keys(), ["14D", "3DF"]);
}

#[test]
fn nobody_is_shown_who_else_is_in_a_case() {
    let mut room = Room::usual();
    let seen = |room: &Room, viewer: &str| -> Vec<String> {
        room.case.met(&name(viewer)).map(|(who, _)| who.to_string()).collect()
    };
    assert_eq!(seen(&room, "acme"), ["acme", "cert"]);
    assert_eq!(seen(&room, "cert").len(), 6);
    room.say("cert", attempt(Tried::Inconclusive, &[])).expect("tried");
    room.say("finder", attempt(Tried::Inconclusive, &[])).expect("tried");
    room.propose("brix", "e1", 20).expect("proposed");
    let shown = |room: &Room, viewer: &str| {
        let viewer = name(viewer);
        room.log.iter().filter(|event| room.case.shows(&viewer, event)).cloned().collect::<Vec<_>>()
    };
    assert_eq!(shown(&room, "cert"), room.log);
    let told = serde_json::to_string(&shown(&room, "acme")).expect("written");
    for other in ["finder", "bank", "press"] {
        assert!(!told.contains(other), "{other} in {told}");
    }
    // That terms were proposed concerns all; by whom is told to those who meet.
    let proposal = room.log.last().expect("an event").clone();
    assert!(room.case.shows(&name("acme"), &proposal) && !room.case.names(&name("acme"), &proposal));
    room.say("cert", Action::Thread { thread: name("fix"), participants: names(&["acme", "brix"]) })
        .expect("opened");
    assert!(room.case.names(&name("acme"), &proposal));
    assert_eq!(seen(&room, "acme"), ["acme", "brix", "cert"]);
}
