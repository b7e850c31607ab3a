//! Writes `report.html` for a file, or for the fixture of the tests, with its rules, into the file named second.
//!
//! `cargo run -p bartizan-page --example report -- INPUT|fixture|load OUTPUT`

#![allow(clippy::disallowed_methods, missing_docs)]

#[path = "../tests/it/fixture.rs"]
mod fixture;
#[path = "../tests/it/load.rs"]
mod load;

use bartizan::{Analyzer, Input, Options};
use bartizan_knowledge::Pack;

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let mut args = std::env::args().skip(1);
    let (Some(input), Some(output)) = (args.next(), args.next()) else {
        return Err("usage: report INPUT|fixture|load OUTPUT".into());
    };
    let pack = Pack::built_in();
    let analysis = match input.as_str() {
        "fixture" => fixture::analysis(),
        "load" => load::analysis(60, 220, 5_000),
        path => {
            let name = path.rsplit('/').next().unwrap_or(path);
            Analyzer::new(pack).analyze(&Input::new(name, std::fs::read(path)?), &Options::default())?
        }
    };
    let (found, queries) = match input.as_str() {
        "fixture" => fixture::detections(&analysis),
        _ => fixture::rules(&analysis),
    };
    let options = bartizan_response::Options::default();
    let assessment = bartizan_response::assess(&analysis, pack, Some(&found), &options);
    let parts =
        bartizan_page::Parts { detections: Some(&found), queries: &queries, assessment: Some(&assessment) };
    let begun = std::time::Instant::now();
    let html = bartizan_page::report(&analysis, pack, &parts);
    let first = begun.elapsed();
    let again = std::time::Instant::now();
    let rounds = 20;
    for _ in 0..rounds {
        std::hint::black_box(bartizan_page::report(&analysis, pack, &parts));
    }
    eprintln!(
        "{} bytes, {} rules, first {first:?}, then {:?} each",
        html.len(),
        found.rules.len(),
        again.elapsed() / rounds
    );
    std::fs::write(output, html)?;
    Ok(())
}
