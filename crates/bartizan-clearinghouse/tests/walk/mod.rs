//! A walk of commands chosen at random from a seed, and what has to hold after each of them.

mod check;

use std::collections::BTreeSet;

use bartizan_clearinghouse::case::*;

/// Participants that are spoken of; the last two are in no case.
const WHO: [&str; 9] = ["cert", "f", "v1", "v2", "vd", "d", "o", "late", "nobody"];
/// Most commands of one case.
const CASE_LENGTH: u64 = 200;

/// What was counted.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct Count {
    /// Commands that were asked.
    pub steps: u64,
    /// Those that were taken.
    pub taken: u64,
    /// Cases.
    pub cases: u64,
    /// Codes of refusals that were seen.
    pub codes: BTreeSet<Code>,
    /// States of a participant that were seen.
    pub states: BTreeSet<Reduced>,
}

/// SplitMix64 (Steele, Lea, Flood 2014): a few lines, the same everywhere.
struct Dice(u64);

impl Dice {
    fn roll(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ (z >> 31)
    }

    fn below(&mut self, n: usize) -> usize {
        (self.roll() % n as u64) as usize
    }

    fn of<T: Copy>(&mut self, all: &[T]) -> T {
        all[self.below(all.len())]
    }

    fn one_in(&mut self, n: usize) -> bool {
        self.below(n) == 0
    }

    fn who(&mut self) -> Name {
        let end = if self.one_in(20) { WHO.len() } else { WHO.len() - 2 };
        name(WHO[self.below(end)])
    }

    fn thing(&mut self, kind: &str, of: usize) -> Name {
        name(&format!("{kind}{}", self.below(of)))
    }
}

fn name(text: &str) -> Name {
    text.parse().expect("a name")
}

fn words() -> Words {
    "because".parse().expect("words")
}

/// Asks `steps` commands and checks everything after each.
pub fn walk(seed: u64, steps: u64) -> Count {
    let mut dice = Dice(seed);
    let mut count = Count::default();
    while count.steps < steps {
        count.cases += 1;
        one_case(&mut dice, &mut count, steps);
    }
    count
}

fn one_case(dice: &mut Dice, count: &mut Count, steps: u64) {
    let mut now = 1_780_000_000_000_000;
    let tooling = if dice.one_in(8) { dice.of(Tooling::ALL) } else { Tooling::Private };
    let vendor = dice.one_in(5);
    let roles = if vendor { BTreeSet::from([Role::Vendor]) } else { BTreeSet::new() };
    let products = if vendor { BTreeSet::from([name("own")]) } else { BTreeSet::new() };
    let first =
        Event { number: 1, at: now, by: name("cert"), action: Action::Open { roles, products, tooling } };
    let mut case = Case::open(&first).expect("opens");
    let mut log = vec![first];
    for step in 0..CASE_LENGTH {
        if count.steps == steps || (case.closed() && dice.one_in(4)) {
            break;
        }
        count.steps += 1;
        now += if dice.one_in(4) { (dice.roll() % (4 * DAY as u64)) as i64 } else { 0 };
        let action = if step < 14 && dice.one_in(3) { begin(dice) } else { action(dice, &case, now) };
        let by = match (dice.below(4), &action) {
            (0, _) => dice.who(),
            (
                1 | 2,
                Action::Report { participant, .. }
                | Action::Fix { participant, .. }
                | Action::Answer { participant, .. }
                | Action::State { participant, .. },
            ) => participant.clone(),
            (1, Action::Write { thread, .. } | Action::Read { thread, .. }) => thread.clone(),
            _ => name("cert"),
        };
        let number = if dice.one_in(60) { dice.roll() % 9 } else { case.events + 1 };
        let at = if dice.one_in(60) { now - DAY } else { now };
        let event = Event { number, at, by, action };
        let before = case.clone();
        match case.apply(&event) {
            Ok(()) => {
                count.taken += 1;
                log.push(event);
                check::allowed(&before, &case);
                check::holds(&case, &mut count.states);
            }
            Err(refusal) => {
                count.codes.insert(refusal.code);
                assert_eq!(case, before, "a refusal changes nothing: {event:?}");
            }
        }
        assert_eq!(case.events, log.len() as u64, "no event is lost");
    }
    assert_eq!(Case::fold(&log).expect("its own log folds"), case, "folded again it is the same");
}

/// What gets a case going.
fn begin(dice: &mut Dice) -> Action {
    if dice.one_in(3) {
        let step = dice.of(&[ReportStep::Validate, ReportStep::Accept]);
        return Action::Report { participant: name("cert"), step };
    }
    let n = 1 + dice.below(WHO.len() - 2);
    let vendor = matches!(WHO[n], "v1" | "v2" | "vd" | "late");
    let mut roles = BTreeSet::from([match WHO[n] {
        "f" => Role::Finder,
        "d" => Role::Deployer,
        "o" => Role::Other,
        _ => Role::Vendor,
    }]);
    if WHO[n] == "vd" {
        roles.insert(Role::Deployer);
    }
    let products = if vendor { [name("p0"), name("p1")].into() } else { BTreeSet::new() };
    Action::Add { participant: name(WHO[n]), roles, products }
}

/// A command of any kind.
fn action(dice: &mut Dice, case: &Case, now: i64) -> Action {
    let far = [-1, 0, 1, HOUR, DAY, 3 * DAY, 10 * DAY, 29 * DAY, 40 * DAY, 100 * DAY, i64::MAX / 2];
    let until = now.saturating_add(dice.of(&far));
    let some_words = if dice.one_in(2) { Some(words()) } else { None };
    match dice.below(30) {
        0 => begin(dice),
        1..=7 => {
            let participant = dice.who();
            let state = case.participants.get(&participant).map_or(ReportState::Start, |p| p.report);
            let can = |step: &&ReportStep| state.after(**step).is_some();
            let sensible: Vec<ReportStep> = ReportStep::ALL.iter().filter(can).copied().collect();
            let blind = sensible.is_empty() || dice.one_in(3);
            let step = dice.of(if blind { ReportStep::ALL } else { &sensible });
            let step = if step == ReportStep::Close && !dice.one_in(6) { ReportStep::Accept } else { step };
            Action::Report { participant, step }
        }
        8..=10 => Action::Fix { participant: dice.who(), step: dice.of(FixStep::ALL) },
        11 if dice.one_in(3) => Action::Happen { what: dice.of(Happening::ALL), keep: some_words },
        11 | 12 => Action::Propose { proposal: dice.thing("e", 40), until, reason: some_words },
        13..=17 => {
            let open: Vec<&Name> = case.proposals.keys().collect();
            let known = if open.is_empty() { dice.thing("e", 40) } else { dice.of(&open).clone() };
            let proposal = if dice.one_in(3) { None } else { Some(known) };
            let participant = if dice.one_in(3) { case.coordinator.clone() } else { dice.who() };
            Action::Answer { participant, proposal, accept: !dice.one_in(3) }
        }
        18 => Action::Withdraw { proposal: dice.thing("e", 40) },
        19 => Action::Invite { participant: dice.who(), answer_by: Some(until).filter(|_| dice.one_in(2)) },
        20 => Action::TimeOut { participant: dice.who() },
        21 if dice.one_in(4) => Action::Exit { reason: dice.of(ExitReason::ALL), words: some_words },
        21 => {
            Action::Limit { limit: dice.thing("l", 9), source: dice.of(Source::ALL), until, words: words() }
        }
        22 => {
            let (exposure, origin) = (dice.of(Exposure::ALL), dice.of(Origin::ALL));
            Action::Break { incident: dice.thing("b", 9), exposure, origin, words: words() }
        }
        23 => {
            Action::Decide { incident: dice.thing("b", 9), course: dice.of(Course::ALL), reason: some_words }
        }
        24 if dice.one_in(3) => {
            let (report, public_on) = (dice.thing("r", 6), Some(until).filter(|_| dice.one_in(2)));
            Action::Merge { report, finder: dice.who(), public_ai: dice.one_in(30), public_on }
        }
        24 if dice.one_in(4) => Action::Split { report: dice.thing("r", 6), words: words() },
        24 => gate(dice),
        25 => Action::ReadIn {
            person: dice.thing("q", 3),
            participant: dice.who(),
            until,
            prerequisites: Prerequisites { hardware_key: !dice.one_in(3), agreements: !dice.one_in(3) },
            emergency: dice.one_in(2),
        },
        26 => Action::ReadOut { person: dice.thing("q", 3), reason: words() },
        27 if dice.one_in(3) => Action::Unstate { participant: dice.who(), product: dice.thing("p", 3) },
        27 => {
            let all = Justification::ALL;
            let justification = Some(dice.of(all)).filter(|_| dice.one_in(2));
            let (stand, participant, product) = (dice.of(Stand::ALL), dice.who(), dice.thing("p", 3));
            Action::State { participant, product, stand, justification, words: words() }
        }
        28 if dice.one_in(4) => {
            let participants = (0..dice.below(3)).map(|_| dice.who()).collect();
            Action::Thread { thread: dice.thing("t", 3), participants }
        }
        28 => Action::Write { thread: talk(dice), message: dice.thing("m", 99) },
        _ if dice.one_in(12) => Action::SayTooling { tooling: dice.of(Tooling::ALL) },
        _ => Action::Read { thread: talk(dice), up_to: dice.below(6) as u32 },
    }
}

fn talk(dice: &mut Dice) -> Name {
    if dice.one_in(2) { dice.who() } else { dice.thing("t", 3) }
}

fn gate(dice: &mut Dice) -> Action {
    let finding = match dice.below(4) {
        0 => Finding::NeedToKnow { ground: if dice.one_in(2) { Ground::Task } else { dice.of(Ground::ALL) } },
        1 => Finding::Capacity { contribution: dice.of(Contribution::ALL) },
        2 => {
            let confirmed = !dice.one_in(4);
            Finding::Identity { confirmed, sponsored: !dice.one_in(4), no_objection: !dice.one_in(4) }
        }
        _ if dice.one_in(3) => Finding::Failed { which: dice.of(Gate::ALL) },
        _ => Finding::NeedToKnow { ground: Ground::Task },
    };
    let judge = if dice.one_in(9) { dice.thing("q", 3) } else { name("lead") };
    Action::Gate { person: dice.thing("q", 3), judge, finding, words: words() }
}
