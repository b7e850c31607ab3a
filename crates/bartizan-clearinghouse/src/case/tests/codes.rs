//! Refusals that the other tests do not reach; every code has a test.

use super::*;

#[test]
fn logs_of_anybody_are_folded_or_refused() {
    let room = Room::usual();
    assert_eq!(Case::fold(&[]).map_err(|e| e.1.code), Err(Code::NotOpened));
    let without = Case::fold(&room.log[1..]).map_err(|(number, e)| (number, e.code));
    assert_eq!(without, Err((2, Code::NotOpened)));
    let mut gap = room.log.clone();
    gap.remove(3);
    assert_eq!(Case::fold(&gap).map_err(|(number, e)| (number, e.code)), Err((5, Code::WrongOrder)));
    let mut twice = room.log.clone();
    twice.insert(1, Event { number: 2, ..twice[0].clone() });
    assert_eq!(Case::fold(&twice).map_err(|(number, e)| (number, e.code)), Err((2, Code::AlreadyOpened)));
    let mut back = room.log.clone();
    back[4].at -= 1;
    assert_eq!(Case::fold(&back).map_err(|(number, e)| (number, e.code)), Err((5, Code::TimeRunsBack)));
    for at in [i64::MIN, -1, i64::MAX] {
        let mut never = room.log.clone();
        never[0].at = at;
        assert_eq!(Case::fold(&never).map_err(|(_, e)| e.code), Err(Code::TimeRunsBack));
    }
}

#[test]
fn participants_are_what_they_can_be() {
    let mut room = Room::usual();
    let add = |who: &str, roles: &[Role], products: &[&str]| Action::Add {
        participant: name(who),
        roles: roles.iter().copied().collect(),
        products: names(products),
    };
    assert_eq!(room.say("nobody", add("x", &[Role::Other], &[])), Err(Code::UnknownParticipant));
    assert_eq!(room.say("cert", add("acme", &[Role::Other], &[])), Err(Code::ParticipantExists));
    assert_eq!(room.say("cert", add("x", &[], &[])), Err(Code::NoRole));
    assert_eq!(room.say("cert", add("x", &[Role::Vendor], &[])), Err(Code::NoRole));
    assert_eq!(room.say("cert", add("x", &[Role::Other], &["p"])), Err(Code::NoRole));
    let many: Vec<String> = (0..=MOST_PRODUCTS).map(|n| format!("p{n}")).collect();
    let many: Vec<&str> = many.iter().map(String::as_str).collect();
    assert_eq!(room.say("cert", add("x", &[Role::Vendor], &many)), Err(Code::TooMany));
    let receive = Action::Report { participant: name("press"), step: ReportStep::Receive };
    // Whom one does not meet in the case one neither tells nor finds there.
    assert_eq!(room.say("finder", receive.clone()), Err(Code::NotYours));
    let nobody = Action::Report { participant: name("nobody"), step: ReportStep::Receive };
    assert_eq!(room.say("finder", nobody), Err(Code::NotYours));
    let all = names(&["acme", "finder", "press"]);
    room.say("cert", Action::Thread { thread: name("all"), participants: all }).expect("opened");
    assert_eq!(room.say("acme", receive.clone()), Err(Code::SenderNotAccepted));
    room.say("finder", receive.clone()).expect("the finder has accepted");
    assert_eq!(room.say("finder", receive), Err(Code::ReportStep));
}

#[test]
fn names_and_words_of_others_are_refused_when_they_are_none() {
    for bad in ["", "a b", "a\u{202e}b", "<b>", "é", &"x".repeat(129)] {
        assert_eq!(bad.parse::<Name>().map_err(|e| e.code), Err(Code::MalformedName), "{bad}");
    }
    for bad in ["", " \n", "a\u{202e}b", "a\u{0}b", &"x".repeat(4097)] {
        assert_eq!(bad.parse::<Words>().map_err(|e| e.code), Err(Code::MalformedWords), "{bad:?}");
    }
    let text = serde_json::to_string(&Room::usual().log).expect("written");
    let log: Vec<Event> = serde_json::from_str(&text).expect("read");
    assert_eq!(log, Room::usual().log);
    assert!(serde_json::from_str::<Vec<Event>>(&text.replace("\"acme\"", "\"a b\"")).is_err());
}

#[test]
fn every_code_is_in_a_test() {
    let tests = [
        include_str!("codes.rs"),
        include_str!("embargoes.rs"),
        include_str!("evidence.rs"),
        include_str!("merged.rs"),
        include_str!("rooms.rs"),
        include_str!("world.rs"),
    ]
    .concat();
    for code in Code::ALL {
        assert!(tests.contains(&format!("Code::{code:?}")), "{code:?} has no test");
        assert!(code.as_str().starts_with("case.") && code.meaning().ends_with('.'));
    }
}

#[test]
fn the_seed_of_the_fuzzer_is_a_log() {
    let log: Vec<Event> =
        serde_json::from_str(include_str!("../../../../../fuzz/seeds/case/embargo.json")).expect("reads");
    assert_eq!(Case::fold(&log).expect("folds").embargo, EmbargoState::Exited);
}
