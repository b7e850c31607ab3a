//! All answers that an adversary gets, joined: over all names, over days, over a catalogue that changes. Whoever scans a project is one
//! of at least *k*: for each of them the whole record of what the adversary was told is the same, byte for byte.

use std::collections::{BTreeMap, BTreeSet};

use proptest::prelude::*;
use proptest::sample::Index;

use super::{HOUR, at, target};
use crate::scan::answer::blocks;
use crate::scan::catalogue::{Adding, Catalogue, Names};
use crate::scan::{Asking, Part, Presence, Rules, Target, answer};

const DAY: i64 = 24 * HOUR;
const K: usize = 3;
const PROJECTS: usize = 9;

/// The names of a project: what a package index, a forge and the list of products call it.
fn all_names(project: usize) -> [String; 3] {
    [
        format!("pkg:npm/p{project}"),
        format!("repo:git.example/p{project}"),
        format!("cpe:a:p{project}:p{project}"),
    ]
}

fn targets(project: usize) -> [Target; 3] {
    [
        target(&format!("pkg:npm/p{project}")),
        target(&format!("https://git.example/p{project}")),
        target(&format!("cpe:2.3:a:p{project}:p{project}:*:*:*:*:*:*:*:*")),
    ]
}

/// What the coordinator does on a day.
#[derive(Clone, Debug)]
enum Turn {
    /// Adds projects with some of their names (bits), always the first of them: without one name in common they would be two.
    Add(Vec<(usize, u8)>),
    Remove(usize),
    Nothing,
}

fn some(names: [String; 3], bits: u8) -> Names {
    let chosen = names.into_iter().enumerate().filter(|(n, _)| bits & (1 << n) != 0);
    chosen.map(|(_, name)| name).collect()
}

/// The catalogue as it is from each day on.
fn history(turns: &[(i64, Turn)], rules: &Rules) -> Vec<(i64, Catalogue)> {
    let mut now = at("2026-12-01T10:30:00Z");
    let mut catalogue = Catalogue::default();
    let mut all = Vec::new();
    let mut next = 1;
    for (n, (days, turn)) in turns.iter().enumerate() {
        now += days * DAY;
        match turn {
            Turn::Add(lines) => {
                let lines: Vec<Names> = lines.iter().map(|(p, bits)| some(all_names(*p), bits | 1)).collect();
                let secret = [u8::try_from(n).expect("few turns"); 32];
                catalogue
                    .add(&lines, &Adding { now, rules, secret: &secret, next })
                    .expect("nothing is joined");
                next = 1 + catalogue.units.values().map(|unit| unit.block).max().unwrap_or(0).max(next);
            }
            Turn::Remove(project) => {
                for name in all_names(*project) {
                    catalogue.remove(&name, now);
                }
            }
            Turn::Nothing => {}
        }
        all.push((now, catalogue.clone()));
    }
    all
}

/// Everything an adversary is told who asks about every name at once and about one project after the other: hour by hour around each
/// change, and on days between.
fn record(history: &[(i64, Catalogue)], victim: (usize, u8), began: i64, rules: &Rules) -> Vec<Vec<Part>> {
    let cells = some(all_names(victim.0), victim.1);
    let mut told = Vec::new();
    for (n, (from, catalogue)) in history.iter().enumerate() {
        let until = history.get(n + 1).map_or(from + 2 * DAY, |(next, _)| *next);
        let places: BTreeMap<_, _> = catalogue
            .units
            .keys()
            .filter_map(|name| Some((name.clone(), catalogue.place_of(name)?)))
            .collect();
        let presence = |block: i64| Presence {
            block: block.to_string(),
            began,
            until: began + 20 * DAY,
            lease: began + 20 * DAY,
            ended: None,
        };
        let victims: Vec<Presence> = catalogue.told(&cells, began).into_iter().map(presence).collect();
        let mut now = *from;
        while now < until {
            let known: Vec<Presence> = victims.iter().filter(|p| p.began <= now).cloned().collect();
            let everything: Vec<Target> = (0..PROJECTS).flat_map(targets).collect();
            let one = usize::try_from(now / HOUR).expect("after 1970") % PROJECTS;
            for scope in [everything, targets(one).to_vec()] {
                let asking = Asking { intent: "x", targets: &scope, places: &places, others: 9 };
                told.push(answer(&asking, &known, rules, now));
            }
            // Never past the last hour.
            let last = until - HOUR;
            now = if now - from < 2 * HOUR || now >= last { now + HOUR } else { last.min(now + 3 * DAY) };
        }
    }
    told
}

fn turn() -> impl Strategy<Value = (i64, Turn)> {
    let line = (0..PROJECTS, 1u8..8);
    let turn = prop_oneof![
        3 => proptest::collection::vec(line, 1..9).prop_map(Turn::Add),
        2 => (0..PROJECTS).prop_map(Turn::Remove),
        1 => Just(Turn::Nothing),
    ];
    (prop_oneof![4 => 0i64..12, 1 => 100i64..140], turn)
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 48, ..ProptestConfig::default() })]

    /// A scan of a project, by any of its names, begun at any time: at least *k* projects would have left the same record.
    #[test]
    fn whoever_scans_is_one_of_k_over_all_names_and_days(
        turns in proptest::collection::vec(turn(), 1..9), which: Index, when: Index, bits in 1u8..8, hours in 0i64..30,
    ) {
        let rules = Rules { k: K, ..Rules::default() };
        let history = history(&turns, &rules);
        let (from, catalogue) = &history[when.index(history.len())];
        let began = from + hours * HOUR;
        let catalogue = history.iter().rfind(|(from, _)| *from <= began).map_or(catalogue, |(_, c)| c);
        let victim = which.index(PROJECTS);
        let cells = some(all_names(victim), bits);
        let here = record(&history, (victim, bits), began, &rules);
        let blocks = catalogue.told(&cells, began);
        prop_assert!(blocks.len() <= 1, "all names of a project are in one block: {:?}", blocks);
        // Who else could it be? Somebody in the same block by a name that it had when this began; or, seen nowhere, anybody unseen.
        let mut alike = 0;
        for project in 0..PROJECTS {
            let by = (1u8..8).rev().find(|bits| catalogue.told(&some(all_names(project), *bits), began) == blocks);
            let same = by.is_some_and(|bits| record(&history, (project, bits), began, &rules) == here);
            alike += usize::from(same);
            if alike == K {
                break;
            }
        }
        if blocks.is_empty() {
            let nobody = record(&history, (victim, 0), began, &rules);
            prop_assert_eq!(here, nobody, "what is in no block shows nowhere");
        } else {
            prop_assert!(alike >= K, "{} projects fit", alike);
        }
    }

    /// A project has one block, whatever is added, removed and added again; and a block that answers has *k* projects.
    #[test]
    fn a_project_is_in_one_block(turns in proptest::collection::vec(turn(), 1..14)) {
        let rules = Rules { k: K, ..Rules::default() };
        for (_, catalogue) in history(&turns, &rules) {
            let mut of: BTreeMap<&str, BTreeSet<i64>> = BTreeMap::new();
            for (name, unit) in &catalogue.units {
                if unit.removed.is_none() {
                    of.entry(&unit.project).or_default().insert(unit.block);
                }
                if let Some(placed) = catalogue.place_of(name) {
                    let counted = placed.members;
                    let place = BTreeMap::from([(name.clone(), placed)]);
                    let answered = targets_of(name).and_then(|t| blocks(&t, &place, K)).is_some();
                    prop_assert_eq!(answered, counted >= K);
                }
            }
            prop_assert!(of.values().all(|blocks| blocks.len() == 1), "{:?}", of);
        }
    }
}

fn targets_of(name: &str) -> Option<Target> {
    (0..PROJECTS)
        .flat_map(|p| all_names(p).into_iter().zip(targets(p)))
        .find(|(n, _)| n == name)
        .map(|(_, t)| t)
}

fn line(names: &[&str]) -> Names {
    names.iter().map(|name| (*name).to_owned()).collect()
}

fn add(catalogue: &mut Catalogue, now: i64, next: i64, lines: &[Names]) -> bool {
    let rules = Rules::default();
    catalogue.add(lines, &Adding { now, rules: &rules, secret: &[9; 32], next }).is_ok()
}

#[test]
fn what_is_removed_is_silent_and_comes_back_to_its_place() {
    let mut catalogue = Catalogue::default();
    assert!(add(&mut catalogue, 0, 1, &[line(&["a", "a2"]), line(&["b"]), line(&["c"])]));
    let of = |c: &Catalogue, name: &str| c.place_of(name).map(|p| (p.block, p.members));
    assert_eq!(of(&catalogue, "a2"), Some((1, 3)));
    assert!(catalogue.remove("a2", DAY) && !catalogue.remove("a", DAY));
    assert_eq!((of(&catalogue, "a"), of(&catalogue, "b")), (None, Some((1, 2))), "below k: silent");
    assert_eq!(catalogue.told([&"a".to_owned()], 5), [1].into(), "it still stands for what was scanned");
    // A new project does not fill the block up.
    assert!(add(&mut catalogue, 2 * DAY, 2, &[line(&["d"])]));
    assert_eq!((of(&catalogue, "b"), of(&catalogue, "d")), (Some((1, 2)), None));
    // Back: where it was, without the name that was wrong.
    assert!(add(&mut catalogue, 3 * DAY, 2, &[line(&["a"])]));
    assert_eq!((of(&catalogue, "a"), of(&catalogue, "a2")), (Some((1, 3)), None));
    // Gone for long: what is left waits for a new block, and scans of that time are not told in it.
    assert!(catalogue.remove("a", 4 * DAY));
    assert!(add(&mut catalogue, 4 * DAY + Rules::default().rest(), 2, &[line(&["e"])]));
    assert_eq!(of(&catalogue, "b"), Some((2, 4)));
    assert!(catalogue.told([&"b".to_owned()], 4 * DAY).is_empty());
}

#[test]
fn lines_that_share_a_name_are_one_and_what_is_apart_stays_so() {
    let mut catalogue = Catalogue::default();
    let lines = [line(&["a", "x"]), line(&["b"]), line(&["x", "y"]), line(&["c"]), line(&["d"])];
    assert!(add(&mut catalogue, 0, 1, &lines));
    assert_eq!(catalogue.units["y"].project, "a");
    assert_eq!(catalogue.units.values().filter(|u| u.block == 1).count(), 6, "four projects, six names");
    let before = catalogue.clone();
    assert!(!add(&mut catalogue, 1, 2, &[line(&["n"]), line(&["a", "b"])]), "they are two");
    assert_eq!(catalogue, before);
}

#[test]
fn a_line_has_all_names_of_a_project() {
    use crate::scan::catalogue::names;
    let text = "pkg:npm/p1  https://git.example/p1.git cpe:2.3:a:p1:p1:*:*:*:*:*:*:*:*";
    assert_eq!(names(text, "things"), Ok(all_names(1).into_iter().collect()));
    for wrong in
        ["", "   ", "x y", "pkg:npm/p1 192.0.2.0/24", &"pkg:npm/p ".repeat(9), "https://git.example/"]
    {
        let found = names(wrong, "things");
        assert!(found.is_err() || wrong.starts_with("pkg:npm/p "), "{wrong}: {found:?}");
    }
    let many: Vec<String> = (0..65).map(|n| format!("pkg:npm/p{n}")).collect();
    assert!(names(&many.join(" "), "things").is_err());
}
