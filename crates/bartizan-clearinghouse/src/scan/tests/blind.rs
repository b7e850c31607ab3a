//! What an adversary learns of another's scope: which blocks are occupied, and nothing else.

use std::collections::{BTreeMap, BTreeSet};

use proptest::prelude::*;

use super::{HOUR, at, target};
use crate::scan::answer::blocks;
use crate::scan::catalogue::{Adding, Catalogue, Names};
use crate::scan::{Asking, Part, Placed, Presence, Rules, Seen, Target, answer};

const NOW: &str = "2026-12-01T10:20:00Z";
/// Things that the tests' catalogue may hold.
const THINGS: usize = 60;

fn name(n: usize) -> String {
    format!("pkg:npm/p{n}")
}

fn placed(catalogue: &Catalogue) -> BTreeMap<String, Placed> {
    let names = catalogue.units.keys();
    names.filter_map(|name| Some((name.clone(), catalogue.place_of(name)?))).collect()
}

/// A catalogue of these things, each a project of one name.
pub(super) fn grown(
    mut before: Catalogue,
    things: impl IntoIterator<Item = usize>,
    k: usize,
    secret: u8,
) -> Catalogue {
    let lines: Vec<Names> = things.into_iter().map(|n| Names::from([name(n)])).collect();
    let next = before.units.values().map(|unit| unit.block).max().unwrap_or(0) + 1;
    let rules = Rules { k, ..Rules::default() };
    let adding = Adding { now: 0, rules: &rules, secret: &[secret; 32], next };
    before.add(&lines, &adding).expect("nothing clashes");
    before
}

fn made(things: impl IntoIterator<Item = usize>, k: usize, secret: u8) -> BTreeMap<String, Placed> {
    placed(&grown(Catalogue::default(), things, k, secret))
}

/// Somebody active in the blocks of these targets, since before this period.
fn present(targets: &[Target], places: &BTreeMap<String, Placed>, k: usize) -> Vec<Presence> {
    let now = at(NOW);
    let blocks = targets.iter().filter_map(|t| blocks(t, places, k)).flatten();
    blocks
        .map(|block| Presence {
            block,
            began: now - 5 * HOUR,
            until: now + 50 * HOUR,
            lease: now + HOUR,
            ended: None,
        })
        .collect()
}

fn ask(scope: &[Target], places: &BTreeMap<String, Placed>, others: &[Presence], now: i64) -> Vec<Part> {
    let asking = Asking { intent: "of-the-test", targets: scope, places, others: 5 };
    answer(&asking, others, &Rules::default(), now)
}

fn scope(things: &[usize]) -> Vec<Target> {
    things.iter().map(|n| target(&name(*n))).collect()
}

#[test]
fn an_answer_is_told_by_parts_and_days() {
    let places = made(0..6, 3, 1);
    let first = places[&name(0)].block;
    let mates: Vec<usize> = (0..6).filter(|n| places[&name(*n)].block == first).collect();
    let rest: Vec<usize> = (0..6).filter(|n| places[&name(*n)].block != first).collect();
    assert_eq!((mates.len(), rest.len()), (3, 3));
    let others = present(&scope(&mates[..1]), &places, 3);
    // Asked about another member of the block: the same is told.
    let parts = ask(&scope(&[mates[2], rest[0], 99]), &places, &others, at(NOW));
    let told: Vec<_> = parts.iter().map(|p| (p.seen, p.until)).collect();
    assert_eq!(
        told,
        [(Seen::Now, Some(at("2026-12-04T00:00:00Z"))), (Seen::Clear, None), (Seen::Mediated, None)]
    );
    assert_eq!(parts[0].scope, [name(mates[2])], "the asker's own words");
    // With too few others it could be, nothing is told at all.
    let few = Asking { intent: "x", targets: &scope(&mates), places: &places, others: 2 };
    assert!(answer(&few, &others, &Rules::default(), at(NOW)).iter().all(|p| p.seen == Seen::Mediated));
}

#[test]
fn what_ended_is_told_as_lately_if_it_was_more_than_a_moment() {
    let places = made(0..3, 3, 1);
    let now = at(NOW);
    let seen = |began: i64, lease: i64, ended: Option<i64>| {
        let block = places[&name(0)].block.to_string();
        let other = Presence { block, began, until: now + 100 * HOUR, lease, ended };
        ask(&scope(&[1]), &places, &[other], now)[0].seen
    };
    assert_eq!(seen(now - 9 * HOUR, now + HOUR, None), Seen::Now);
    assert_eq!(seen(now - 9 * HOUR, now - 2 * HOUR, None), Seen::Lately, "its heartbeats stopped");
    assert_eq!(seen(now - 9 * HOUR, now + HOUR, Some(now - 2 * HOUR)), Seen::Lately);
    assert_eq!(seen(now - 9 * HOUR, now + HOUR, Some(now - 9 * HOUR + 1)), Seen::Clear, "a moment only");
    let old = now - 40 * 24 * HOUR;
    assert_eq!(seen(old - 9 * HOUR, old, None), Seen::Clear, "more than thirty days ago");
}

proptest! {
    /// Two worlds that differ in who of a block somebody scans are the same to everybody else, whatever they ask.
    #[test]
    fn within_a_block_nobody_learns_which(
        things in proptest::collection::btree_set(0..THINGS, 3..THINGS), secret: u8, k in 3usize..6,
        victim: proptest::sample::Index, mate: proptest::sample::Index,
        asks in proptest::collection::vec(proptest::collection::vec(0..THINGS + 20, 1..12), 1..20),
    ) {
        let rules = Rules { k, ..Rules::default() };
        let places = made(things.iter().copied(), k, secret);
        let things: Vec<usize> = things.into_iter().collect();
        let victim = *victim.get(&things);
        let block = |n: &usize| places.get(&name(*n)).map(|p| p.block);
        let mates: Vec<usize> = things.iter().copied().filter(|n| block(n) == block(&victim)).collect();
        let other = *mate.get(&mates);
        let worlds = [victim, other].map(|n| present(&scope(&[n]), &places, k));
        for asked in asks {
            let asked: BTreeSet<usize> = asked.into_iter().collect();
            let asked = scope(&asked.into_iter().collect::<Vec<_>>());
            let [one, two] = worlds.each_ref().map(|world| {
                answer(&Asking { intent: "x", targets: &asked, places: &places, others: 9 }, world, &rules, at(NOW))
            });
            prop_assert_eq!(one, two);
        }
    }

    /// Outside the catalogue, and with fewer members than k, nothing depends on anybody.
    #[test]
    fn below_k_nothing_depends_on_others(
        things in proptest::collection::btree_set(0..THINGS, 0..12), secret: u8, scanned in proptest::collection::vec(0..THINGS, 1..9),
        asked in proptest::collection::btree_set(0..THINGS, 1..9),
    ) {
        // Blocks of three; then five are wanted.
        let places = made(things.iter().copied(), 3, secret);
        let places: BTreeMap<_, _> = places.into_iter().filter(|(_, p)| p.members < 5).collect();
        let rules = Rules { k: 5, ..Rules::default() };
        let others = present(&scope(&scanned), &places, 3);
        let asked = scope(&asked.into_iter().collect::<Vec<_>>());
        let asking = Asking { intent: "x", targets: &asked, places: &places, others: 9 };
        prop_assert_eq!(answer(&asking, &others, &rules, at(NOW)), answer(&asking, &[], &rules, at(NOW)));
    }

    /// Halving networks again and again finds the block, and not where in it somebody is.
    #[test]
    fn a_search_by_halves_ends_at_the_block(
        victim: u16, other: u16, asks in proptest::collection::vec((any::<u16>(), 16u8..33), 1..60),
    ) {
        let somebody = |low: u16| target(&format!("198.51.{}.{}/32", low >> 8, low & 255));
        let none = BTreeMap::new();
        let worlds = [victim, other].map(|low| present(&[somebody(low)], &none, 3));
        for (low, prefix) in asks {
            let asked = [target(&format!("198.51.{}.{}/{prefix}", low >> 8, low & 255))];
            let [one, two] = worlds.each_ref().map(|world| ask(&asked, &none, world, at(NOW)));
            prop_assert_eq!(&one, &two);
            prop_assert_eq!(one[0].seen, Seen::Now);
        }
    }

    /// Within a period an answer is the same, whatever begins, beats or ends in it.
    #[test]
    fn asking_again_gains_nothing(minutes in 0i64..60, begins in 1i64..60, ends in 1i64..60, beats in 0i64..60) {
        let places = made(0..3, 3, 1);
        let hour = at("2026-12-01T10:00:00Z");
        let minute = HOUR / 60;
        let block = places[&name(0)].block.to_string();
        let before = Presence { block: block.clone(), began: hour - 3 * HOUR, until: hour + 40 * HOUR, lease: hour + beats * minute, ended: None };
        let begun = Presence { began: hour + begins * minute, ..before.clone() };
        let ended = Presence { ended: Some(hour + ends * minute), lease: hour + 2 * HOUR, ..before.clone() };
        let now = hour + minutes * minute;
        let told = |others: &[Presence]| ask(&scope(&[1]), &places, others, now);
        prop_assert_eq!(told(&[begun]), told(&[]));
        prop_assert_eq!(told(std::slice::from_ref(&ended)), told(&[before]));
    }

    /// Blocks have at least k members, each thing one place, and what has a place keeps it.
    #[test]
    fn a_catalogue_grows_and_never_moves(
        first in proptest::collection::btree_set(0..THINGS, 0..40), second in proptest::collection::btree_set(0..THINGS, 0..40),
        k in 2usize..6, secret: u8,
    ) {
        let before = grown(Catalogue::default(), first, k, secret);
        let known = grown(before.clone(), second, k, secret ^ 1);
        for (cell, unit) in before.units {
            prop_assert!(unit.block == 0 || known.units[&cell] == unit);
        }
        let mut members: BTreeMap<i64, usize> = BTreeMap::new();
        for unit in known.units.values() {
            *members.entry(unit.block).or_default() += 1;
        }
        let waiting = members.remove(&0).unwrap_or(0);
        prop_assert!(waiting < k && members.values().all(|n| (k..2 * k).contains(n)), "{members:?}");
    }
}
