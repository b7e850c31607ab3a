//! Figures of finding duplicates on the labelled set: `cargo run --release --example duplicates [train|dev|test] [seed] [flaws]`.

#[path = "../tests/labelled/mod.rs"]
mod labelled;

use labelled::dev::DEV;
use labelled::labelled;
use labelled::material::TRAIN;
use labelled::measure::measure;
use labelled::test::TEST;

fn main() {
    let mut arguments = std::env::args().skip(1);
    let part = arguments.next().unwrap_or_else(|| "test".into());
    let (material, usual) = match part.as_str() {
        "train" => (TRAIN, 101),
        "dev" => (DEV, 202),
        _ => (TEST, 401),
    };
    let mut numbers = arguments.map(|text| text.parse::<usize>().expect("a number"));
    let seed = numbers.next().unwrap_or(usual);
    let flaws = numbers.next().unwrap_or(400);
    let figures = measure(&labelled(&material, seed as u64, flaws));
    println!("{part}, seed {seed}: {} reports, {} pairs are duplicates", figures.reports, figures.duplicates);
    let (right, all) = (figures.automatic_right, figures.automatic);
    println!("automatic: {right} of {all} pairs right, precision {:.4}", figures.precision());
    println!("with proposals: {} found, recall {:.4}", figures.found, figures.recall());
    let (right, all) = (figures.proposals_right, figures.proposals);
    println!("proposals: {right} of {all} right, precision {:.4}", figures.proposal_precision());
    println!("credits lost: {}", figures.credits_lost);
    println!("wrong: {:?}\nmissed: {:?}", figures.wrong, figures.missed);
}
