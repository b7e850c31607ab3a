//! Deconfliction over a season. `cargo run --release --example scans` prints the figures of all seeds.

mod scanners;

use scanners::{Season, season};

#[test]
fn maintainers_get_far_fewer_duplicates_and_nobody_learns_a_scope() {
    let world = Season { scanners: 50, projects: 1_000, days: 30, k: 3, seed: 1 };
    let (without, with) = (season(world, false), season(world, true));
    assert!(without.duplicates > 250, "{without:?}");
    // The goal: at least 60% fewer.
    assert!(with.duplicates * 10 <= without.duplicates * 4, "{} of {}", with.duplicates, without.duplicates);
    assert!(with.occupied > 1_000 && with.exchanged > 50, "{with:?}");
    assert_eq!((with.least_candidates, with.disclosures), (3, 0));
    assert_eq!(with, season(world, true), "the same seed, the same season");
}
