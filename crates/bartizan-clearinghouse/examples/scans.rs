//! Deconfliction over a season: `cargo run --release -p bartizan-clearinghouse --example scans [seeds] [days] [k] [scanners] [projects]`.

#[path = "../tests/scanners/mod.rs"]
mod scanners;

use scanners::{Season, season};

fn main() {
    let mut numbers = std::env::args().skip(1).map(|text| text.parse::<u32>().expect("a number"));
    let mut next = |usual: u32| numbers.next().unwrap_or(usual);
    let (seeds, days, k, scanners, projects) = (next(5), next(60), next(3), next(50), next(1_000));
    println!("{scanners} scanners, {projects} projects, {days} days, k = {k}");
    for seed in 1..=seeds {
        let world = Season {
            scanners: scanners as usize,
            projects: projects as usize,
            days: days.into(),
            k: k as usize,
            seed: seed.into(),
        };
        let (without, with) = (season(world, false), season(world, true));
        let per = |part: usize, whole: usize| 100.0 * part as f64 / whole.max(1) as f64;
        println!("seed {seed}");
        for (name, figures) in [("without", &without), ("with", &with)] {
            println!(
                "  {name:>7}: {} scans, {} reports, {} duplicates ({:.1}%), {} vulnerabilities, {} days waited",
                figures.scans,
                figures.reports,
                figures.duplicates,
                per(figures.duplicates, figures.reports),
                figures.found,
                figures.waited
            );
        }
        let fewer = 100.0 - per(with.duplicates, without.duplicates);
        let found = per(with.found, without.found);
        println!("  duplicates: {fewer:.1}% fewer; vulnerabilities reported: {found:.1}% of without");
        println!(
            "  told {} parts, {} of them occupied; the occupied project is one of at least {}; {} of {} exchanges within that changed an answer",
            with.told, with.occupied, with.least_candidates, with.disclosures, with.exchanged
        );
    }
}
