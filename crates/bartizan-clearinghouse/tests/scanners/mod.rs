//! A season of scanning: fifty scanners, a thousand projects, with and without deconfliction.
//!
//! What is assumed, so that it can be doubted: scanners choose projects by popularity (Zipf); a scan takes one to three days; each finds
//! each vulnerability of the project with probability 0.5; what is found is reported to the maintainer; a vulnerability that was reported
//! is fixed after 30 days, and not found any more. A report is a duplicate if the vulnerability was reported before.
//!
//! With deconfliction a scanner registers the projects that it would take next, is answered blind, and takes the first project of a part
//! that is clear; else it waits a day. It never learns anything else. No scanner cheats, and nobody answers the coordinator.

use std::collections::{BTreeMap, BTreeSet};

use bartizan_clearinghouse::scan::answer::blocks;
use bartizan_clearinghouse::scan::{
    Asking, Intent, Part, Placed, Presence, Rules, Seen, Wire, answer, catalogue,
};
use bartizan_clearinghouse::time;

const HOUR: i64 = 3_600_000_000;
const DAY: i64 = 24 * HOUR;
/// When reported vulnerabilities are fixed.
const FIXED: i64 = 30;
/// Projects that a scanner names in an intent.
const NAMED: usize = 8;
/// Intents that it registers a day at most.
const TRIES: usize = 3;

/// What is simulated.
#[derive(Clone, Copy, Debug)]
pub struct Season {
    pub scanners: usize,
    pub projects: usize,
    pub days: i64,
    pub k: usize,
    pub seed: u64,
}

/// What came of it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Figures {
    /// Scans that were done.
    pub scans: usize,
    /// Reports to maintainers.
    pub reports: usize,
    /// Of these, what was reported before.
    pub duplicates: usize,
    /// Different vulnerabilities reported.
    pub found: usize,
    /// Days on which a scanner waited.
    pub waited: usize,
    /// Parts answered.
    pub told: usize,
    /// Of these, `now` or `lately`.
    pub occupied: usize,
    /// The smallest number of projects of which the occupied one may be any, as far as everybody together can tell.
    pub least_candidates: usize,
    /// Answers that differed when an occupied project was exchanged for another of its candidates.
    pub disclosures: usize,
    /// Exchanges that were tried.
    pub exchanged: usize,
}

/// Small, known and good enough here: SplitMix64.
struct Dice(u64);

impl Dice {
    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ (z >> 31)
    }

    fn below(&mut self, n: usize) -> usize {
        usize::try_from(self.next() % u64::try_from(n.max(1)).expect("small")).expect("small")
    }

    fn half(&mut self) -> bool {
        self.next() >> 63 == 1
    }
}

struct World {
    season: Season,
    rules: Rules,
    places: BTreeMap<String, Placed>,
    /// For each project, when each of its vulnerabilities was reported first.
    holes: Vec<Vec<Option<i64>>>,
    /// Popularity, summed up.
    popularity: Vec<usize>,
}

fn name(project: usize) -> String {
    format!("pkg:generic/project-{project}")
}

impl World {
    fn new(season: Season) -> Self {
        let mut dice = Dice(season.seed);
        let rules = Rules { k: season.k, ..Rules::default() };
        let lines: Vec<catalogue::Names> = (0..season.projects).map(|n| [name(n)].into()).collect();
        let adding = catalogue::Adding { now: 0, rules: &rules, secret: &[7; 32], next: 1 };
        let mut listed = catalogue::Catalogue::default();
        listed.add(&lines, &adding).expect("nothing clashes");
        let places =
            (0..season.projects).filter_map(|n| Some((name(n), listed.place_of(&name(n))?))).collect();
        let holes = (0..season.projects).map(|_| vec![None; 1 + dice.below(5)]).collect();
        let mut sum = 0;
        let popularity = (0..season.projects)
            .map(|rank| {
                sum += 1_000_000 / (rank + 10);
                sum
            })
            .collect();
        Self { season, rules, places, holes, popularity }
    }

    /// A project that a scanner would take: popular ones more often, none twice.
    fn wanted(&self, dice: &mut Dice, done: &BTreeSet<usize>) -> Option<usize> {
        (0..200).find_map(|_| {
            let at = dice.below(*self.popularity.last()?);
            let project = self.popularity.partition_point(|sum| *sum <= at);
            (!done.contains(&project)).then_some(project)
        })
    }

    /// A scan that ends: what it finds is reported.
    fn scan(&mut self, project: usize, day: i64, dice: &mut Dice, figures: &mut Figures) {
        figures.scans += 1;
        for reported in &mut self.holes[project] {
            let fixed = reported.is_some_and(|first| day >= first + FIXED);
            if !dice.half() || fixed {
                continue;
            }
            figures.reports += 1;
            match reported {
                Some(_) => figures.duplicates += 1,
                None => {
                    figures.found += 1;
                    *reported = Some(day);
                }
            }
        }
    }
}

/// Something that somebody is at, or was.
#[derive(Clone)]
struct Taken {
    scanner: usize,
    project: usize,
    presence: Presence,
}

fn ask(world: &World, scanner: usize, scope: &[usize], taken: &[Taken], now: i64) -> Vec<Part> {
    let wire = Wire {
        scope: scope
            .iter()
            .map(|p| bartizan_clearinghouse::scan::Entry { purl: Some(name(*p)), ..Default::default() })
            .collect(),
        method: "model".into(),
        until: time::text(now + 3 * DAY),
        contact: "scanner".into(),
        ..Wire::default()
    };
    let intent = Intent::of(&wire, now, &world.rules).expect("an intent");
    let others: Vec<Presence> =
        taken.iter().filter(|t| t.scanner != scanner).map(|t| t.presence.clone()).collect();
    let name = format!("{scanner}-{now}");
    let others_ = world.season.scanners - 1;
    let asking = Asking { intent: &name, targets: intent.targets(), places: &world.places, others: others_ };
    answer(&asking, &others, &world.rules, now)
}

fn presence(world: &World, project: usize, began: i64, until: i64) -> Presence {
    let target = bartizan_clearinghouse::scan::Target::read(
        &bartizan_clearinghouse::scan::Entry { purl: Some(name(project)), ..Default::default() },
        "scope",
    );
    let block = blocks(&target.expect("a target"), &world.places, world.season.k).expect("in the catalogue");
    let block = block.into_iter().next().expect("one");
    Presence { block, began, until, lease: until, ended: None }
}

/// A season, with or without deconfliction.
pub fn season(season: Season, deconflicted: bool) -> Figures {
    let mut world = World::new(season);
    let mut figures = Figures { least_candidates: usize::MAX, ..Figures::default() };
    let mut dice: Vec<Dice> = (0..season.scanners)
        .map(|n| Dice(season.seed.wrapping_mul(31).wrapping_add(u64::try_from(n).expect("small") + 1)))
        .collect();
    let mut done = vec![BTreeSet::new(); season.scanners];
    // What each is at, and the day on which it ends.
    let mut busy: Vec<Option<(usize, i64)>> = vec![None; season.scanners];
    let mut taken: Vec<Taken> = Vec::new();
    for day in 0..season.days {
        for scanner in 0..season.scanners {
            // Scanners are at it at different hours, so that they see each other.
            let now = day * DAY + 2 * HOUR * i64::try_from(scanner % 12).expect("small") + HOUR;
            if let Some((project, ends)) = busy[scanner] {
                if day < ends {
                    continue;
                }
                busy[scanner] = None;
                world.scan(project, day, &mut dice[scanner], &mut figures);
            }
            let chosen = if deconflicted {
                choose(&world, scanner, &mut dice[scanner], &done[scanner], &taken, now, &mut figures)
            } else {
                world.wanted(&mut dice[scanner], &done[scanner])
            };
            let Some(project) = chosen else {
                figures.waited += 1;
                continue;
            };
            done[scanner].insert(project);
            let ends = day + 1 + i64::try_from(dice[scanner].below(3)).expect("small");
            busy[scanner] = Some((project, ends));
            taken.push(Taken { scanner, project, presence: presence(&world, project, now, ends * DAY) });
        }
        taken.retain(|t| t.presence.until >= day * DAY - world.rules.lately - DAY);
    }
    figures
}

fn choose(
    world: &World,
    scanner: usize,
    dice: &mut Dice,
    done: &BTreeSet<usize>,
    taken: &[Taken],
    now: i64,
    figures: &mut Figures,
) -> Option<usize> {
    for _ in 0..TRIES {
        let mut scope = Vec::new();
        for _ in 0..NAMED {
            let known: BTreeSet<usize> = done.iter().chain(&scope).copied().collect();
            scope.extend(world.wanted(dice, &known));
        }
        if scope.is_empty() {
            return None;
        }
        let parts = ask(world, scanner, &scope, taken, now);
        watch(world, scanner, &scope, taken, now, &parts, figures);
        let clear: BTreeSet<&String> =
            parts.iter().filter(|p| p.seen == Seen::Clear).flat_map(|p| &p.scope).collect();
        if let Some(project) = scope.iter().find(|p| clear.contains(&name(**p))) {
            return Some(*project);
        }
    }
    None
}

/// What the answer tells at most: for each part that is occupied, how many projects the occupied one may be; and whether the answer is
/// the same if it is each of them.
fn watch(
    world: &World,
    scanner: usize,
    scope: &[usize],
    taken: &[Taken],
    now: i64,
    parts: &[Part],
    figures: &mut Figures,
) {
    figures.told += parts.len();
    for part in parts.iter().filter(|p| matches!(p.seen, Seen::Now | Seen::Lately)) {
        figures.occupied += 1;
        let block = world.places[&part.scope[0]].block;
        let candidates: Vec<usize> =
            (0..world.season.projects).filter(|p| world.places[&name(*p)].block == block).collect();
        figures.least_candidates = figures.least_candidates.min(candidates.len());
        // Every fiftieth is tried out: too slow for all.
        if !figures.occupied.is_multiple_of(50) {
            continue;
        }
        let there = taken.iter().position(|t| t.scanner != scanner && candidates.contains(&t.project));
        let Some(there) = there else { continue };
        for candidate in candidates {
            let mut otherwise = taken.to_vec();
            let Presence { began, until, .. } = otherwise[there].presence;
            otherwise[there].project = candidate;
            otherwise[there].presence = presence(world, candidate, began, until);
            figures.exchanged += 1;
            figures.disclosures += usize::from(ask(world, scanner, scope, &otherwise, now) != parts);
        }
    }
}
