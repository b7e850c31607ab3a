//! Grants: none without what it needs, and no call beyond it.

use std::net::IpAddr;

use bartizan_programme::grant::{Call, Grant, MOST_SOURCES, Terms, Usage, in_use, issue, may_call};
use bartizan_programme::rules::{Endpoint, Internal, Level};
use bartizan_programme::time::{DAY, HOUR};
use bartizan_programme::window::{Action, State};
use bartizan_programme::{Code, Digest, Name};

use crate::world::*;

fn codes(room: &Room, change: impl FnOnce(&mut Terms)) -> Vec<Code> {
    let mut terms = terms();
    change(&mut terms);
    match issue(&room.window, &room.window.agreements, &terms, room.now) {
        Ok(_) => Vec::new(),
        Err(error) => error.faults().iter().map(|fault| fault.code).collect(),
    }
}

/// A call that the grant of [`terms`] permits.
fn call(checkpoint: &Name) -> Call<'_> {
    Call {
        endpoint: Endpoint::Chat,
        internals: &[],
        checkpoint,
        source: Some(IpAddr::from([192, 0, 2, 7])),
        used: Usage::default(),
        wants: Usage { calls: 1, tokens: 1_000, money_micros: 100 },
    }
}

fn grant(room: &Room) -> &Grant {
    &room.window.grants[&name("grant-1")]
}

fn may(room: &Room, change: impl FnOnce(&mut Call<'_>)) -> Vec<Code> {
    let checkpoint = name("falcon-7");
    let mut call = call(&checkpoint);
    change(&mut call);
    match may_call(&room.window, &room.window.agreements, grant(room), &call, room.now) {
        Ok(()) => Vec::new(),
        Err(error) => error.faults().iter().map(|fault| fault.code).collect(),
    }
}

#[test]
fn a_grant_needs_every_agreement_of_its_level_by_everybody() {
    let room = Room::agreed();
    assert_eq!(codes(&room, |_| {}), []);
    let given = issue(&room.window, &room.window.agreements, &terms(), room.now).expect("given");
    assert_eq!(given.agreements, AL1.iter().map(|(kind, _)| name(kind)).collect());
    // Each of them is needed: without any one of the signatures there is no grant.
    for (kind, parties) in AL1 {
        for missing in *parties {
            let mut room = Room::accepted();
            for organisation in ["lab", "firm", "institute"] {
                let signer = name("head");
                room.say(
                    "pat",
                    Action::RegisterKey {
                        party: name(organisation),
                        signer,
                        key: public(&key(organisation)),
                    },
                );
            }
            for (other, parties) in AL1 {
                let terms = agreement(other, parties);
                room.say("pat", Action::Agree { agreement: name(other), terms: terms.clone() });
                for party in parties.iter().filter(|party| other != kind || *party != missing) {
                    let signature = signature(&key(party), &terms);
                    room.say("pat", Action::Sign { agreement: name(other), party: name(party), signature });
                }
            }
            assert_eq!(codes(&room, |_| {}), [Code::AgreementMissing], "{kind} without {missing}");
            let grant = Action::Grant { grant: name("g"), terms: terms() };
            assert_eq!(room.refused("pat", grant), Some(Code::AgreementMissing));
            assert!(room.window.grants.is_empty());
        }
    }
    assert_eq!(codes(&Room::accepted(), |_| {}), [Code::AgreementMissing; 5], "one for each");
    // A deeper level needs one more; people that a list does not name get nothing.
    let mut room = Room::agreed();
    assert_eq!(
        codes(&room, |terms| (terms.level, terms.ends) = (Level::Al2, T + 10 * DAY)),
        [Code::AgreementMissing]
    );
    room.say("mo", Action::Assign { part: part(("new", "firm", "tester")) });
    assert_eq!(codes(&room, |terms| terms.holder = name("new")), [Code::AgreementMissing]);
    // Agreements of others are not ours.
    room.say("mo", Action::Assign { part: part(("tim", "other", "tester")) });
    assert_eq!(codes(&room, |terms| terms.holder = name("tim")), [Code::AgreementMissing; 5]);
}

#[test]
fn a_grant_stays_within_window_and_level() {
    let room = Room::agreed();
    let unknown = Code::UnknownCheckpoint;
    assert_eq!(codes(&room, |t| t.holder = name("lin")), [Code::NotTester]);
    assert_eq!(codes(&room, |t| t.holder = name("nobody")), [Code::NotTester]);
    assert_eq!(codes(&room, |t| t.checkpoint = name("falcon-6")), [unknown]);
    assert_eq!(codes(&room, |t| t.checkpoint = name("falcon-7-bare")), [Code::SafeguardsOff]);
    assert_eq!(codes(&room, |t| t.endpoints.clear()), [Code::BeyondLevel]);
    assert_eq!(
        codes(&room, |t| t.internals = [Internal::Reasoning, Internal::Weights].into()),
        [Code::BeyondLevel; 2]
    );
    assert_eq!(codes(&room, |t| t.budget.calls = 0), [Code::BudgetTerms]);
    assert_eq!(codes(&room, |t| t.budget.calls = 1_000_001), [Code::BudgetTerms]);
    assert_eq!(codes(&room, |t| t.budget.tokens = u64::MAX), [Code::BudgetTerms]);
    assert_eq!(codes(&room, |t| t.budget.money_micros = u64::MAX), [Code::BudgetTerms]);
    assert_eq!(codes(&room, |t| t.sources.clear()), [Code::SourceTerms]);
    assert_eq!(
        codes(&room, |t| t.sources = ["192.0.0.0/23".parse().expect("one")].into()),
        [Code::SourceTerms]
    );
    assert_eq!(
        codes(&room, |t| t.sources = ["2001:db8::/47".parse().expect("one")].into()),
        [Code::SourceTerms]
    );
    let many = |t: &mut Terms| {
        t.sources = (0..=MOST_SOURCES).map(|n| format!("192.0.2.{n}").parse().expect("one")).collect()
    };
    assert_eq!(codes(&room, many), [Code::SourceTerms]);
    assert_eq!(codes(&room, |t| t.begins = T + DAY - 1), [Code::GrantTime]);
    assert_eq!(codes(&room, |t| (t.begins, t.ends) = (T + 5 * DAY, T + 31 * DAY + 1)), [Code::GrantTime]);
    assert_eq!(codes(&room, |t| t.ends = t.begins), [Code::GrantTime]);
    assert_eq!(
        codes(&room, |t| t.credential = "0".repeat(64).parse().expect("a digest")),
        [Code::CredentialTaken]
    );
    assert_eq!(codes(&Room::running(), |_| {}), [Code::CredentialTaken]);
    assert_eq!(codes(&Room::submitted(), |t| t.level = Level::Al3)[0], Code::WindowNotOpen);
}

#[test]
fn levels_that_a_programme_does_not_give_are_not_given() {
    let text = bartizan_programme::rules::THIRTY_DAY;
    let (before, after) = text.split_once("[[level]]\nid = \"AL3\"").expect("three levels");
    let (_, after) = after.split_once("\n\n").expect("more");
    let text = format!("{before}{after}").replace(", \"AL3\"]", "]");
    let programme = bartizan_programme::rules::Programme::parse(text.as_bytes()).expect("two levels");
    let mut room = Room::of(std::sync::Arc::new(programme));
    room.accept();
    room.agree();
    assert_eq!(codes(&room, |t| t.level = Level::Al3), [Code::LevelUnknown]);
}

#[test]
fn a_call_is_permitted_or_every_reason_is_told() {
    let mut room = Room::running();
    assert_eq!(may(&room, |_| {}), []);
    assert_eq!(may(&room, |call| call.endpoint = Endpoint::Embeddings), [Code::CallEndpoint]);
    let inside = &[Internal::LogProbabilities, Internal::Reasoning];
    assert_eq!(may(&room, |call| call.internals = inside), [Code::CallInternal; 2]);
    assert_eq!(may(&room, |call| call.source = None), [Code::CallSource]);
    assert_eq!(may(&room, |call| call.source = "192.0.2.16".parse().ok()), [Code::CallSource]);
    assert_eq!(may(&room, |call| call.source = "::ffff:192.0.2.15".parse().ok()), []);
    let other = name("falcon-7-bare");
    let mut wrong = call(&other);
    wrong.source = None;
    let error =
        may_call(&room.window, &room.window.agreements, grant(&room), &wrong, room.now).expect_err("wrong");
    let told: Vec<Code> = error.faults().iter().map(|fault| fault.code).collect();
    assert_eq!(told, [Code::CallCheckpoint, Code::CallSource], "all of them");
    // The budget, to the last of it.
    let used = |calls, tokens, money_micros| Usage { calls, tokens, money_micros };
    assert_eq!(may(&room, |call| call.used = used(99, 99_000, 999_900)), []);
    assert_eq!(may(&room, |call| call.used = used(100, 0, 0)), [Code::CallBudget]);
    assert_eq!(may(&room, |call| call.used = used(0, 99_001, 0)), [Code::CallBudget]);
    assert_eq!(may(&room, |call| call.used = used(0, 0, 999_901)), [Code::CallBudget]);
    assert_eq!(may(&room, |call| call.wants = used(u64::MAX, u64::MAX, u64::MAX)), [Code::CallBudget]);
    assert_eq!(
        may(&room, |call| (call.used, call.wants) = (used(u64::MAX, u64::MAX, 0), used(1, 1, 0))),
        [Code::CallBudget]
    );
    assert_eq!(
        may(&room, |call| call.wants = used(0, 0, 0)),
        [Code::CallBudget],
        "a call that counts as none"
    );
    // The grant's time, to the microsecond.
    room.now = T + 20 * DAY - 1;
    assert_eq!(may(&room, |_| {}), []);
    room.now = T + 20 * DAY;
    assert_eq!(may(&room, |_| {}), [Code::CallLate]);
    room.now = T + DAY - 1;
    assert_eq!(may(&room, |_| {}), [Code::CallEarly, Code::CallWindow], "the window begins then, too");
}

#[test]
fn what_changes_after_a_grant_changes_what_it_permits() {
    // A pause, and its end.
    let mut room = Room::running();
    room.say("mo", Action::Pause { reason: id("harness-incident"), words: words("It got out.") });
    assert_eq!(may(&room, |_| {}), [Code::CallWindow]);
    room.say("pat", Action::Resume { words: words("It is back.") });
    assert_eq!(may(&room, |_| {}), []);
    // Revocation: from that microsecond on.
    room.wait(HOUR);
    room.say("toni", Action::Revoke { grant: name("grant-1"), words: words("Lost.") });
    assert_eq!(may(&room, |_| {}), [Code::CallRevoked]);
    let at = room.now;
    room.now = at - 1;
    assert_eq!(may(&room, |_| {}), []);
    room.now = at;
    let again = Action::Revoke { grant: name("grant-1"), words: words("Lost.") };
    assert_eq!(room.refused("mo", again), Some(Code::GrantRevoked));
    let none = Action::Revoke { grant: name("none"), words: words("Lost.") };
    assert_eq!(room.refused("mo", none), Some(Code::UnknownGrant));
    // The holder leaves.
    let mut room = Room::running();
    room.say("mo", Action::Relieve { person: name("tess"), role: id("tester"), words: words("Left.") });
    assert_eq!(may(&room, |_| {}), [Code::CallHolder]);
    // Any one of the agreements ends, or the key of any signature is withdrawn.
    for (kind, _) in AL1 {
        let mut room = Room::running();
        room.say("mo", Action::EndAgreement { agreement: name(kind), words: words("Over.") });
        assert_eq!(may(&room, |_| {}), [Code::CallAgreement], "{kind}");
    }
    let mut room = Room::running();
    let key = name(&public(&key("firm")).fingerprint());
    room.say("mo", Action::WithdrawKey { key, words: words("Stolen.") });
    assert_eq!(may(&room, |_| {}), [Code::CallAgreement; 5]);
    // The time is over, though the grant would last.
    let mut room = Room::running();
    room.say("pat", Action::End { words: words("Done.") });
    assert_eq!(may(&room, |_| {}), [Code::CallWindow]);
    // Agreements run out in the middle of it.
    let mut room = Room::accepted();
    for organisation in ["lab", "firm", "institute"] {
        let key = public(&crate::world::key(organisation));
        room.say("pat", Action::RegisterKey { party: name(organisation), signer: name("head"), key });
    }
    for (kind, parties) in AL1 {
        let mut terms = agreement(kind, parties);
        terms.until = T + 3 * DAY;
        room.say("pat", Action::Agree { agreement: name(kind), terms: terms.clone() });
        for party in *parties {
            let signature = signature(&crate::world::key(party), &terms);
            room.say("pat", Action::Sign { agreement: name(kind), party: name(party), signature });
        }
    }
    room.say("pat", Action::Grant { grant: name("grant-1"), terms: terms() });
    room.now = T + 3 * DAY - 1;
    assert_eq!(may(&room, |_| {}), []);
    room.now += 1;
    assert_eq!(may(&room, |_| {}), [Code::CallAgreement; 5]);
}

#[test]
fn runs_need_a_grant_in_use_and_a_plan_that_fits_it() {
    let mut room = Room::running();
    room.say("toni", Action::Plan { plan: name("p"), body: plan("smoke-reading") });
    room.say("toni", Action::Plan { plan: name("deep"), body: plan("smoke-knowledge-elicited") });
    let begin = |run: &str, plan: &str, grant: &str| Action::BeginRun {
        run: name(run),
        plan: name(plan),
        grant: name(grant),
        environment: Digest::of(b"environment"),
    };
    assert_eq!(room.refused("tess", begin("r", "none", "grant-1")), Some(Code::UnknownPlan));
    assert_eq!(room.refused("tess", begin("r", "p", "none")), Some(Code::UnknownGrant));
    assert_eq!(room.refused("tess", begin("r", "deep", "grant-1")), Some(Code::BeyondLevel));
    room.say("tess", begin("r", "p", "grant-1"));
    assert_eq!(room.refused("tess", begin("r", "p", "grant-1")), Some(Code::NameTaken));
    let end_run = |run: &str, samples| Action::EndRun { run: name(run), end: end(run, samples) };
    assert_eq!(room.refused("tess", end_run("none", 10)), Some(Code::UnknownRun));
    let valid = |run: &str| Action::JudgeRun {
        run: name(run),
        judgement: bartizan_programme::run::Judgement::Valid,
        anomalies: vec![],
        words: words("Looked at."),
    };
    assert_eq!(room.refused("toni", valid("r")), Some(Code::RunLog), "what has no log is not valid");
    let mut without = end("r", 10);
    without.log = None;
    assert_eq!(room.refused("tess", Action::EndRun { run: name("r"), end: without }), Some(Code::RunLog));
    room.say("tess", end_run("r", 10));
    assert_eq!(room.refused("tess", end_run("r", 10)), Some(Code::RunEnded));
    room.say("toni", begin("r-2", "p", "grant-1"));
    room.say("toni", end_run("r-2", 10));
    assert_eq!(room.refused("toni", valid("r-2")), Some(Code::OwnRun));
    room.say("eva", valid("r-2"));
    room.say("mo", Action::Revoke { grant: name("grant-1"), words: words("Lost.") });
    assert_eq!(room.refused("tess", begin("r-3", "p", "grant-1")), Some(Code::CallRevoked));
    // Nothing runs outside the window.
    let mut room = Room::running();
    room.say("toni", Action::Plan { plan: name("p"), body: plan("smoke-reading") });
    room.say("pat", Action::End { words: words("Done.") });
    assert_eq!(room.refused("tess", begin("r", "p", "grant-1")), Some(Code::WrongState));
    assert_eq!(
        in_use(&room.window, &room.window.agreements, grant(&room), room.now).map_err(|e| e.code()),
        Err(Code::CallWindow)
    );
    assert_eq!(room.window.state(room.now), State::Ended);
}
