//! Whole windows.

use bartizan_programme::determination::Standing;
use bartizan_programme::finding::{Kind, Seen, Step, TalkState, handover};
use bartizan_programme::time::{DAY, text};
use bartizan_programme::window::{Action, Event, State, Window};
use bartizan_programme::{Code, Digest};

use crate::world::*;

#[test]
fn a_whole_window_from_submission_to_closure() {
    assert_eq!(text(T), "2026-12-01T00:00:00Z");
    let mut room = Room::running();
    assert_eq!(room.window.state(room.now), State::Running);
    assert_eq!(room.window.runs_between(room.now), Some((T + DAY, T + 31 * DAY)));
    for (run, plan) in RUNS {
        room.run(run, plan);
    }
    // A finding, its feedback, a mended checkpoint, a retest.
    room.say("tess", Action::Find { finding: name("f-1"), body: finding(Kind::SafeguardBypass) });
    let talk = |step| Action::Talk { finding: name("f-1"), step };
    room.say("toni", talk(Step::Send { words: words("See the steps.") }));
    let talked = &room.window.findings[&name("f-1")].talk;
    assert_eq!(
        (talked.state, talked.round, talked.answer_by(3)),
        (TalkState::Sent, 1, Some(room.now + 3 * DAY))
    );
    room.say("lin", talk(Step::Ask { words: words("With which temperature?") }));
    room.say("toni", talk(Step::Send { words: words("Zero.") }));
    room.say("lin", talk(Step::Accept { words: words("We look into it.") }));
    let mended = checkpoint(9, bartizan_programme::window::Safeguards::On);
    room.say("lin", Action::AddCheckpoint { name: name("falcon-8"), checkpoint: mended });
    room.say("lin", talk(Step::Mend { checkpoint: name("falcon-8"), words: words("A filter.") }));
    // A run on the old one shows nothing of the new one.
    let retest =
        |run: &str| Step::Retest { run: name(run), seen: Seen::Gone, words: words("Not seen again.") };
    assert_eq!(room.refused("tess", talk(retest("run-1"))), Some(Code::RetestRun));
    let mut again = terms();
    (again.checkpoint, again.credential) = (name("falcon-8"), Digest::of(b"another"));
    (again.begins, again.ends) = (room.now, room.now + 5 * DAY);
    room.say("pat", Action::Grant { grant: name("grant-2"), terms: again });
    let environment = Digest::of(b"environment");
    let (plan, grant) = (name("plan-smoke-knowledge"), name("grant-2"));
    room.say("tess", Action::BeginRun { run: name("run-4"), plan, grant, environment });
    room.say("tess", Action::EndRun { run: name("run-4"), end: end("run-4", 12) });
    room.say("tess", talk(retest("run-4")));
    assert_eq!(room.window.findings[&name("f-1")].talk.state, TalkState::Resolved);
    // A vulnerability in somebody else's software leaves without the transcript.
    room.say("tess", Action::Find { finding: name("f-2"), body: finding(Kind::ThirdPartyVulnerability) });
    let gone = handover(&room.window, &name("w-7"), &name("f-2"), ["user: look at it\nassistant: it writes"]);
    let gone = gone.expect("nothing is taken from the transcript");
    assert_eq!(gone.provenance.runs.len(), 1);
    assert_eq!(gone.provenance.runs[0].2, Some(Digest::of(b"run-1")));
    let (report, digest) = (name("report-9"), Digest::of(b"report"));
    room.say("toni", Action::HandOver { finding: name("f-2"), report, digest });
    // A grant is revoked, and the proof says so.
    room.say("aud", Action::Revoke { grant: name("grant-1"), words: words("Found in a public place.") });
    let grant = &room.window.grants[&name("grant-1")];
    let proof = grant.proof(&name("grant-1"), &name("w-7"), None).expect("revoked");
    assert!(proof.ends_with("\"window\":\"w-7\"}\n") && proof.contains("\"by\":\"aud\""), "{proof}");
    // The time is over.
    room.wait(40 * DAY);
    assert_eq!(room.window.state(room.now), State::Ended);
    assert_eq!(room.window.runs_between(room.now), None);
    room.say("eva", Action::Determine { determination: results(Standing::Below, DECIDED) });
    let determined = room.window.determinations[0].clone();
    assert_eq!(
        (determined.overall, determined.by.0, determined.second.0),
        (Standing::Below, name("eva"), name("mo"))
    );
    for audience in ["classified", "developer", "partner", "public"] {
        let digest = Digest::of(audience.as_bytes());
        room.say("pat", Action::Publish { audience: id(audience), source: 1, digest });
    }
    let close = || Action::Close { words: words("Done.") };
    assert_eq!(room.refused("pat", close()), Some(Code::CertificateMissing));
    let certificate = Digest::of(b"certificate");
    room.say("toni", Action::Certify { organisation: name("firm"), certificate, words: words("All of it.") });
    room.say("pat", close());
    assert_eq!(room.window.state(room.now), State::Closed);
    assert_eq!(room.refused("pat", close()), Some(Code::WindowClosed));
    // The log is everything.
    let text = serde_json::to_string(&room.log).expect("written");
    let log: Vec<Event> = serde_json::from_str(&text).expect("read");
    assert_eq!(log, room.log);
    assert_eq!(Window::fold(&room.programme, &log).expect("folded"), room.window);
}

#[test]
fn a_window_that_is_declined_or_withdrawn_is_closed_without_a_determination() {
    let mut room = Room::submitted();
    room.say("pat", Action::Decline { words: words("No room this year.") });
    assert_eq!(room.window.state(room.now), State::Declined);
    room.say("pat", Action::Close { words: words("Done.") });
    assert_eq!(room.window.state(room.now), State::Closed);

    let mut room = Room::running();
    let withdraw =
        room.try_say("lin", Action::Withdraw { words: words("We start again.") }).expect("proposed");
    assert_eq!(room.window.state(room.now), State::Running, "two people of the developer withdraw");
    room.say("ove", Action::Second { proposal: withdraw });
    assert_eq!((room.window.state(room.now), room.window.runs_between(room.now)), (State::Withdrawn, None));
    assert_eq!(
        room.refused("eva", Action::Determine { determination: results(Standing::Below, DECIDED) }),
        Some(Code::WrongState)
    );
    // Somebody had access, so something is to be destroyed.
    assert_eq!(room.refused("pat", Action::Close { words: words("Done.") }), Some(Code::CertificateMissing));
}

#[test]
fn a_changed_rule_rewrites_nothing() {
    let room = Room::running();
    let other = changed("days = 30\nmost_lead", "days = 20\nmost_lead");
    assert_eq!(
        Window::fold(&other, &room.log).map_err(|(number, e)| (number, e.code())),
        Err((1, Code::OtherRules))
    );
    assert_eq!(Window::fold(&room.programme, &room.log).expect("folded"), room.window);
}

#[test]
fn logs_of_anybody_are_folded_or_refused() {
    let room = Room::running();
    let fold = |log: &[Event]| Window::fold(&room.programme, log).map_err(|(number, e)| (number, e.code()));
    assert_eq!(fold(&[]), Err((1, Code::NotSubmitted)));
    assert_eq!(fold(&room.log[1..]), Err((2, Code::NotSubmitted)));
    let mut gap = room.log.clone();
    gap.remove(3);
    assert_eq!(fold(&gap), Err((5, Code::WrongOrder)));
    let mut twice = room.log.clone();
    twice.insert(1, Event { number: 2, ..twice[0].clone() });
    assert_eq!(fold(&twice), Err((2, Code::AlreadySubmitted)));
    let mut back = room.log.clone();
    back[4].at -= 1;
    assert_eq!(fold(&back), Err((5, Code::TimeRunsBack)));
    for at in [i64::MIN, -1, i64::MAX] {
        let mut never = room.log.clone();
        never[0].at = at;
        assert_eq!(fold(&never), Err((1, Code::TimeRunsBack)));
    }
}

/// The fuzzer's seed is a whole window. `BARTIZAN_RENEW=1` writes it.
#[test]
fn the_seed_of_the_fuzzer_is_a_log() {
    let mut room = Room::determined();
    let certificate = Digest::of(b"certificate");
    room.say("toni", Action::Certify { organisation: name("firm"), certificate, words: words("All of it.") });
    room.say("pat", Action::Close { words: words("Done.") });
    let lines: Vec<String> =
        room.log.iter().map(|event| serde_json::to_string(event).expect("written")).collect();
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/../../fuzz/seeds/window/closed.jsonl");
    if std::env::var_os("BARTIZAN_RENEW").is_some() {
        std::fs::write(path, format!("{}\n", lines.join("\n"))).expect("written");
    }
    let seed = std::fs::read_to_string(path).expect("there");
    let log: Vec<Event> = seed.lines().map(|line| serde_json::from_str(line).expect(line)).collect();
    assert_eq!(log, room.log, "renew it with BARTIZAN_RENEW=1");
}

#[test]
fn events_are_read_strictly() {
    let room = Room::determined();
    for event in &room.log {
        let value = serde_json::to_value(event).expect("written");
        let read = |value: &serde_json::Value| serde_json::from_value::<Event>(value.clone());
        assert_eq!(&read(&value).expect("read"), event);
        for place in ["", "/by", "/action"] {
            let mut more = value.clone();
            let object = more.pointer_mut(place).and_then(|value| value.as_object_mut()).expect("an object");
            object.insert("more".to_owned(), true.into());
            assert!(read(&more).is_err(), "{place} of {more}");
        }
        for key in value["action"].as_object().expect("an object").keys() {
            let mut less = value.clone();
            less["action"].as_object_mut().expect("an object").remove(key);
            let optional = key == "release";
            assert!(read(&less).is_err() || optional, "{key} of {less}");
        }
    }
}

#[test]
fn evidence_is_kept_as_long_as_the_programme_says() {
    let mut room = Room::submitted();
    assert_eq!(room.window.kept_until(), None);
    room.say("pat", Action::Decline { words: words("No.") });
    room.say("pat", Action::Close { words: words("Done.") });
    assert_eq!(room.window.kept_until(), Some(T + 365 * DAY));
}
