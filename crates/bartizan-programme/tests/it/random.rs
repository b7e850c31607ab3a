//! A hundred thousand logs that chance wrote: none leads to a state that is forbidden, loses an event, or folds to two things. What
//! must hold is computed a second time, from the log alone and in another way: the clock counts down hour by hour, acts of two people
//! are put together from their events.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use bartizan_programme::Digest;
use bartizan_programme::determination::Standing;
use bartizan_programme::finding::{Kind, Seen, Step};
use bartizan_programme::grant::{self, Call, Usage};
use bartizan_programme::rules::{Act, Endpoint, Programme};
use bartizan_programme::run::Judgement;
use bartizan_programme::time::{DAY, HOUR};
use bartizan_programme::window::{Action, Actor, CheckResult, Event, State, Window};

use crate::world::*;

/// xorshift64*: the same logs each time.
struct Chance(u64);

impl Chance {
    fn below(&mut self, most: usize) -> usize {
        self.0 ^= self.0 >> 12;
        self.0 ^= self.0 << 25;
        self.0 ^= self.0 >> 27;
        let high = self.0.wrapping_mul(0x2545_f491_4f6c_dd1d) >> 33;
        usize::try_from(high % most.max(1) as u64).expect("small")
    }

    fn of<'a, T>(&mut self, all: &'a [T]) -> &'a T {
        &all[self.below(all.len())]
    }
}

/// Rules with short times, so that chance comes to their ends.
fn short() -> Arc<Programme> {
    let text = bartizan_programme::rules::THIRTY_DAY
        .replacen("days = 30", "days = 4", 1)
        .replacen("most_lead_days = 14", "most_lead_days = 2", 1)
        .replacen("most_extension_days = 14", "most_extension_days = 3", 1)
        .replacen("most_pause_days = 10", "most_pause_days = 2", 1)
        .replacen("proposal_hours = 72", "proposal_hours = 20", 1);
    Arc::new(Programme::parse(text.as_bytes()).expect("short"))
}

/// What chance may say; most of it has no place most of the time.
fn action(chance: &mut Chance, window: &Window, now: i64) -> Action {
    let said = || words("So.");
    let pick = |chance: &mut Chance, all: &[&str]| name(chance.of::<&str>(all));
    let number = 1 + chance.below(usize::try_from(window.events).expect("few") + 1) as u64;
    let runs = ["r1", "r2", "r3", "r4"];
    let findings = ["f1", "f2"];
    match chance.below(40) {
        0 => Action::Assign {
            part: part(*chance.of(&[
                ("new", "firm", "tester"),
                ("tess", "firm", "auditor"),
                ("pat", "institute", "evaluation-lead"),
                ("ove", "lab", "developer-liaison"),
                ("new", "institute", "evaluation-lead"),
                ("toni", "firm", "tester"),
                ("new", "lab", "tester"),
                ("aud", "court", "tester"),
                ("pat", "institute", "programme-manager"),
            ])),
        },
        1 if chance.below(6) == 0 => {
            let (person, _, role) = *chance.of(PARTS);
            Action::Relieve { person: name(person), role: id(role), words: said() }
        }
        2 | 3 => {
            let check = chance.of(&window.programme.checks).id.clone();
            let result = *chance.of(&[CheckResult::Passed, CheckResult::Passed, CheckResult::Failed]);
            Action::Check { check, result, words: said() }
        }
        4 => Action::Accept { begins: now + HOUR * chance.below(60) as i64, words: said() },
        5 if chance.below(4) == 0 => Action::Decline { words: said() },
        6 => Action::Pause {
            reason: id(chance.of::<&str>(&["endpoint-down", "tester-request", "harness-incident"])),
            words: said(),
        },
        7 => Action::Resume { words: said() },
        8 => Action::Extend { days: u32::try_from(chance.below(4)).expect("small"), words: said() },
        9 if chance.below(4) == 0 => Action::Withdraw { words: said() },
        10 => {
            let day = format!("2026-12-{:02}", 1 + chance.below(28));
            let release = (chance.below(4) > 0).then(|| day.parse().expect("a day"));
            Action::ChangeRelease { release, words: said() }
        }
        11 if chance.below(4) == 0 => Action::End { words: said() },
        12 if chance.below(6) == 0 => {
            Action::EndAgreement { agreement: name(chance.of(AL1).0), words: said() }
        }
        13 if chance.below(6) == 0 => Action::WithdrawKey {
            key: name(&public(&key(chance.of::<&str>(&["lab", "firm"]))).fingerprint()),
            words: said(),
        },
        14 | 15 => {
            let mut terms = terms();
            let label = *chance.of(&["g1", "g2", "g3"]);
            terms.credential = Digest::of(label.as_bytes());
            terms.begins = now + HOUR * (chance.below(20) as i64 - 5);
            terms.ends = terms.begins + HOUR * (1 + chance.below(80) as i64);
            Action::Grant { grant: name(label), terms }
        }
        16 => Action::Revoke { grant: pick(chance, &["g1", "g2", "grant-1"]), words: said() },
        17 => Action::Plan { plan: pick(chance, &["p1", "p2", "p3"]), body: plan(chance.of(&RUNS).1) },
        18 | 19 => Action::BeginRun {
            run: pick(chance, &runs),
            plan: pick(chance, &["p1", "p2", "p3"]),
            grant: pick(chance, &["g1", "g2", "grant-1"]),
            environment: Digest::of(b"e"),
        },
        20 | 21 => Action::EndRun { run: pick(chance, &runs), end: end("log", 12) },
        22 | 23 => Action::JudgeRun {
            run: pick(chance, &runs),
            judgement: *chance.of(&[
                Judgement::Valid,
                Judgement::Valid,
                Judgement::Suspect,
                Judgement::Invalidated,
            ]),
            anomalies: vec![],
            words: said(),
        },
        24 => {
            let mut body = finding(*chance.of(Kind::ALL));
            body.runs = [pick(chance, &runs)].into();
            Action::Find { finding: pick(chance, &findings), body }
        }
        25 | 26 => {
            let step = match chance.below(7) {
                0 | 1 => Step::Send { words: said() },
                2 => Step::Ask { words: said() },
                3 => Step::Accept { words: said() },
                4 => Step::Mend { checkpoint: name("falcon-7"), words: said() },
                5 => Step::Retest { run: pick(chance, &runs), seen: *chance.of(Seen::ALL), words: said() },
                _ => Step::Close { words: said() },
            };
            Action::Talk { finding: pick(chance, &findings), step }
        }
        27 => {
            Action::HandOver { finding: pick(chance, &findings), report: name("r"), digest: Digest::of(b"r") }
        }
        28 => {
            let mut determination = results(*chance.of(Standing::ALL), DECIDED);
            for result in &mut determination.results {
                let of = |run: &&str| {
                    window.runs_made.get(&name(run)).is_some_and(|run| run.suite == result.suite)
                };
                result.runs = runs.iter().filter(|run| of(run)).map(|run| name(run)).collect();
                if result.runs.is_empty() {
                    (result.standing, result.samples) = (Standing::NotDecidable, 0);
                }
            }
            Action::Determine { determination }
        }
        29 => Action::Publish { audience: id("public"), source: 1, digest: Digest::of(b"p") },
        30 => Action::Certify { organisation: name("firm"), certificate: Digest::of(b"c"), words: said() },
        31 => Action::Close { words: said() },
        32 => Action::Refuse { proposal: number, words: said() },
        33 => Action::Retract { proposal: number },
        _ => Action::Second { proposal: window.proposals.keys().last().copied().unwrap_or(number) },
    }
}

/// Who says it: mostly somebody who may, sometimes anybody.
fn speaker(chance: &mut Chance, programme: &Programme, window: &Window, action: &Action) -> Actor {
    let anybody = |chance: &mut Chance| {
        let (person, ..) = *chance.of(PARTS);
        Actor { person: name(person), role: id(chance.of(PARTS).2) }
    };
    if chance.below(6) == 0 {
        return anybody(chance);
    }
    let roles = match (action, action.act()) {
        (_, Some(act)) => &programme.act(act).by,
        (
            Action::Second { proposal } | Action::Refuse { proposal, .. } | Action::Retract { proposal },
            None,
        ) => match window.proposals.get(proposal).and_then(|one| one.action.act()) {
            Some(act) => &programme.act(act).second,
            None => return anybody(chance),
        },
        _ => return anybody(chance),
    };
    let fitting: Vec<&(&str, &str, &str)> = PARTS.iter().filter(|part| roles.contains(&id(part.2))).collect();
    if fitting.is_empty() { anybody(chance) } else { actor(chance.of(&fitting).0) }
}

/// The second reckoning: from the log alone.
#[derive(Default)]
struct Reckoning {
    hour: i64,
    begins: Option<i64>,
    /// Hours that are left to run.
    left: i64,
    extended: i64,
    pause_left: i64,
    /// Whether a pause lasts, and whether it stops the clock.
    paused: Option<bool>,
    release: Option<i64>,
    over: bool,
    gone: Option<State>,
    determined: bool,
    closed: bool,
    proposed: BTreeMap<u64, (Action, Actor, i64)>,
    held: BTreeMap<String, BTreeSet<String>>,
    counts: BTreeMap<Act, usize>,
}

impl Reckoning {
    /// Counts down to an hour.
    fn until(&mut self, hour: i64) {
        while self.hour < hour {
            if self.begins.is_some_and(|begins| begins <= self.hour) && !self.over {
                match self.paused {
                    Some(true) if self.pause_left > 0 => self.pause_left -= 1,
                    _ => self.left -= 1,
                }
            }
            self.hour += 1;
            self.over |=
                self.begins.is_some() && (self.left <= 0 || self.release.is_some_and(|day| day <= self.hour));
        }
    }

    fn state(&self) -> State {
        match self.begins {
            _ if self.closed => State::Closed,
            _ if self.gone.is_some() => self.gone.expect("gone"),
            _ if self.determined => State::Determined,
            None => State::Submitted,
            Some(_) if self.over => State::Ended,
            Some(begins) if self.hour < begins => State::Accepted,
            Some(_) if self.paused.is_some() => State::Paused,
            Some(_) => State::Running,
        }
    }

    /// Takes an event that the window took.
    fn take(&mut self, programme: &Programme, event: &Event) {
        let (action, by) = match &event.action {
            Action::Second { proposal } => {
                let (action, by, at) = self.proposed.remove(proposal).expect("it was proposed and not done");
                let act = action.act().expect("an act");
                assert_ne!(by.person, event.by.person, "two people are two");
                assert!(
                    programme.act(act).by.contains(&by.role)
                        && programme.act(act).second.contains(&event.by.role)
                );
                assert!(event.at < at + 20 * HOUR, "it had not lapsed");
                (action, by)
            }
            Action::Refuse { proposal, .. } => {
                let (_, by, _) = self.proposed.remove(proposal).expect("it waited");
                return assert_ne!(by.person, event.by.person);
            }
            Action::Retract { proposal } => {
                let (_, by, _) = self.proposed.remove(proposal).expect("it waited");
                return assert_eq!(by.person, event.by.person);
            }
            action => {
                let act = action.act().expect("an act");
                if !programme.act(act).second.is_empty() {
                    self.proposed.insert(event.number, (action.clone(), event.by.clone(), event.at));
                    return;
                }
                (action.clone(), event.by.clone())
            }
        };
        let act = action.act().expect("an act");
        let state = self.state();
        assert!(programme.act(act).by.contains(&by.role));
        if act != Act::Submit {
            assert!(state.allows(act), "{act} while {state}");
        }
        *self.counts.entry(act).or_default() += 1;
        let hours = |at: i64| (at - T) / HOUR;
        match action {
            Action::Submit { parts, submission, .. } => {
                self.release = submission.release.map(|day| hours(day.begins()));
                for part in parts {
                    self.held.entry(part.person.to_string()).or_default().insert(part.role.to_string());
                }
            }
            Action::Assign { part } => {
                let held = self.held.entry(part.person.to_string()).or_default();
                held.insert(part.role.to_string());
                for pair in &programme.separations {
                    let both = held.contains(pair.roles.0.as_str()) && held.contains(pair.roles.1.as_str());
                    assert!(!both, "{} has {held:?}", part.person);
                }
            }
            Action::Accept { begins, .. } => {
                self.begins = Some(hours(begins).max(self.hour));
                self.left = 4 * 24;
                self.pause_left = 2 * 24;
            }
            Action::Pause { reason, .. } => self.paused = Some(reason != id("tester-request")),
            Action::Resume { .. } => self.paused = None,
            Action::Extend { days, .. } => {
                self.left += i64::from(days) * 24;
                self.extended += i64::from(days);
                assert!(self.extended <= 3, "extended by {} days", self.extended);
            }
            Action::ChangeRelease { release, .. } => self.release = release.map(|day| hours(day.begins())),
            Action::End { .. } => self.over = true,
            Action::Withdraw { .. } => self.gone = Some(State::Withdrawn),
            Action::Decline { .. } => self.gone = Some(State::Declined),
            Action::Determine { .. } => self.determined = true,
            Action::Close { .. } => self.closed = true,
            _ => {}
        }
    }
}

/// What must hold of a window after each event.
fn holds(window: &Window, log: &[Event], reckoning: &Reckoning, now: i64) {
    assert_eq!(window.state(now), reckoning.state(), "{:#?}", window.clock);
    assert_eq!(window.events, log.len() as u64, "no event is lost");
    let count = |act| reckoning.counts.get(&act).copied().unwrap_or(0);
    assert_eq!(window.grants.len(), count(Act::Grant));
    assert_eq!(window.runs_made.len(), count(Act::BeginRun));
    assert_eq!(window.findings.len(), count(Act::Find));
    assert_eq!(window.determinations.len(), count(Act::Determine));
    assert_eq!(window.published.len(), count(Act::Publish));
    let talked: usize = window.findings.values().map(|one| one.talk.steps.len()).sum();
    assert_eq!(talked, count(Act::SendFinding) + count(Act::AnswerFinding) + count(Act::Retest));
    let judged: usize = window.runs_made.values().map(|run| run.judged.len()).sum();
    assert_eq!(judged, count(Act::JudgeRun));
    let revoked = window.grants.values().filter(|grant| grant.revoked.is_some()).count();
    assert_eq!(revoked, count(Act::Revoke));
    // Nobody calls but while it runs, and never under a grant without its agreements.
    let checkpoint = name("falcon-7");
    let open = window.runs_between(now);
    assert_eq!(open.is_some(), matches!(reckoning.state(), State::Running | State::Accepted));
    for grant in window.grants.values() {
        let call = Call {
            endpoint: Endpoint::Chat,
            internals: &[],
            checkpoint: &checkpoint,
            source: "192.0.2.1".parse().ok(),
            used: Usage::default(),
            wants: Usage { calls: 1, tokens: 1, money_micros: 1 },
        };
        if grant::may_call(window, &window.agreements, grant, &call, now).is_ok() {
            assert_eq!(reckoning.state(), State::Running);
            assert!(grant.revoked.is_none() && grant.terms.begins <= now && now < grant.terms.ends);
            let (from, until) = open.expect("it runs");
            assert!(from <= now && now < until);
            for (kind, _) in AL1 {
                let held = &window.agreements.agreements()[&name(kind)];
                assert!(window.agreements.lacks(held, now).is_empty());
            }
        }
    }
    if let Some(last) = window.determinations.last() {
        assert_ne!(last.by.0, last.second.0);
    }
    if reckoning.closed && window.left.is_none() {
        assert!(window.certificates_missing().is_empty() && window.determination_stands());
    }
}

/// How a log begins: as handed in, or after what chance would need long for.
fn beginnings(programme: &Arc<Programme>) -> Vec<(Window, Vec<Event>, i64)> {
    let mut submitted = Room::of(Arc::clone(programme));
    let mut all = vec![(submitted.window.clone(), submitted.log.clone(), submitted.now)];
    for check in programme.checks.clone() {
        submitted
            .say("pat", Action::Check { check: check.id, result: CheckResult::Passed, words: words("So.") });
    }
    all.push((submitted.window.clone(), submitted.log.clone(), submitted.now));
    submitted.agree();
    all.push((submitted.window.clone(), submitted.log.clone(), submitted.now));
    submitted.say("pat", Action::Accept { begins: T, words: words("So.") });
    let mut grant = terms();
    (grant.begins, grant.ends) = (T, T + 4 * DAY);
    submitted.say("pat", Action::Grant { grant: name("grant-1"), terms: grant });
    for (label, plan_id) in [("p1", RUNS[0].1), ("p2", RUNS[1].1)] {
        submitted.say("toni", Action::Plan { plan: name(label), body: plan(plan_id) });
    }
    all.push((submitted.window.clone(), submitted.log.clone(), submitted.now));
    for (run, plan) in [("r1", "p1"), ("r2", "p2")] {
        let (run, plan, grant, environment) = (name(run), name(plan), name("grant-1"), Digest::of(b"e"));
        submitted.say("tess", Action::BeginRun { run, plan, grant, environment });
    }
    submitted.say("tess", Action::EndRun { run: name("r1"), end: end("log", 12) });
    let mut body = finding(Kind::Capability);
    body.runs = [name("r1")].into();
    submitted.say("tess", Action::Find { finding: name("f1"), body });
    submitted.say("toni", Action::Talk { finding: name("f1"), step: Step::Send { words: words("So.") } });
    all.push((submitted.window.clone(), submitted.log.clone(), submitted.now));
    all.push((submitted.window.clone(), submitted.log.clone(), submitted.now));
    all
}

#[test]
fn a_hundred_thousand_logs_of_chance_lead_nowhere_else() {
    let programme = short();
    let beginnings = beginnings(&programme);
    let mut chance = Chance(0x5eed_0f7e_5701);
    let (mut taken, mut refused) = (0u64, 0u64);
    let mut reached: BTreeMap<State, u64> = BTreeMap::new();
    let mut done: BTreeMap<Act, u64> = BTreeMap::new();
    let count: usize =
        std::env::var("BARTIZAN_LOGS").ok().and_then(|count| count.parse().ok()).unwrap_or(100_000);
    for at in 0..count {
        let (mut window, mut log, mut now) = chance.of(&beginnings).clone();
        let mut reckoning = Reckoning::default();
        for event in &log {
            reckoning.until((event.at - T) / HOUR);
            reckoning.take(&programme, event);
        }
        for _ in 0..chance.below(60) {
            now += HOUR * *chance.of(&[0, 0, 0, 1, 1, 2, 5, 12, 30]);
            reckoning.until((now - T) / HOUR);
            // Most of what has no place is not said, or logs would be long before anything happens.
            let mut said = action(&mut chance, &window, now);
            for _ in 0..chance.below(8) {
                let waits = window.waiting(now).next().is_some();
                if said.act().map_or(waits, |act| window.state(now).allows(act)) {
                    break;
                }
                said = action(&mut chance, &window, now);
            }
            let action = said;
            let by = speaker(&mut chance, &programme, &window, &action);
            let event = Event { number: window.events + 1, at: now, by, action };
            let before = (at % 50 == 0).then(|| window.clone());
            match window.apply(&event) {
                Ok(()) => {
                    reckoning.take(&programme, &event);
                    log.push(event);
                    taken += 1;
                }
                Err(error) => {
                    assert!(!error.faults().is_empty());
                    assert!(before.is_none_or(|before| before == window), "a refusal changes nothing");
                    refused += 1;
                }
            }
            holds(&window, &log, &reckoning, now);
            if window.closed.is_some() {
                break;
            }
        }
        *reached.entry(window.state(now)).or_default() += 1;
        for (act, count) in reckoning.counts {
            *done.entry(act).or_default() += u64::try_from(count).expect("few");
        }
        // The fold is a function of the log, and every beginning of the log leads where it led.
        if at % 20 == 0 {
            assert_eq!(Window::fold(&programme, &log), Ok(window.clone()));
            let (first, rest) = log.split_at(1 + chance.below(log.len()));
            let mut again = Window::fold(&programme, first).expect("a beginning");
            rest.iter().for_each(|event| again.apply(event).expect("the rest"));
            assert_eq!(again, window);
        }
        if at % 100 == 0 {
            let text = serde_json::to_string(&log).expect("written");
            assert_eq!(serde_json::from_str::<Vec<Event>>(&text).expect("read"), log);
        }
    }
    println!("{count} logs: {taken} events taken, {refused} refused; ended as {reached:?}; done {done:?}");
    // Chance came everywhere, or the test shows little.
    if count >= 10_000 {
        for state in State::ALL {
            assert!(reached.contains_key(state), "no log ended as {state}");
        }
        for act in Act::ALL.iter().filter(|act| !matches!(act, Act::Amend | Act::AddCheckpoint)) {
            assert!(done.contains_key(act), "no log did {act}");
        }
    }
}
