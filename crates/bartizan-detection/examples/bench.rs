//! `bench`: a report of 50 techniques, made of our own library of behaviours; its rules generated, proven and converted for ten
//! platforms. Prints the median and best time of each part.

// An example may look at the clock.
#![allow(clippy::disallowed_methods, clippy::disallowed_types)]

use std::{collections::BTreeSet, fmt::Write, time::Instant};

use bartizan::{Analyzer, Input, Options};
use bartizan_detection::{PLATFORMS, Queries, detect, library, package};
use bartizan_knowledge::Pack;

const ROUNDS: usize = 9;
const TECHNIQUES: usize = 50;
const TARGETS: usize = 10;

/// One section for each technique: its id, what was done, with a cue, and the command line of an event.
fn report() -> String {
    let mut text = String::from("# An intrusion on Windows and Linux\n\n");
    let mut told: BTreeSet<&str> = BTreeSet::new();
    for behaviour in library() {
        let Some(id) = behaviour.techniques.iter().find(|id| !told.contains(id.as_str())) else { continue };
        let product = behaviour.log_source.product.as_deref();
        if told.len() == TECHNIQUES || !matches!(product, Some("windows" | "linux")) {
            continue;
        }
        told.insert(id);
        let cue = behaviour.cues.first().map(String::as_str).unwrap_or("this");
        let _ = writeln!(
            text,
            "## Step {}\n\nThe attackers used {cue} ({id}): {}\n",
            told.len(),
            behaviour.title
        );
        for line in behaviour.fires.iter().filter_map(|event| event["CommandLine"].as_str()) {
            let _ = writeln!(text, "```\n{line}\n```\n");
        }
        let n = told.len();
        let _ = writeln!(
            text,
            "It contacted c{n}.example-{n}[.]top and dropped `C:\\ProgramData\\Step{n}\\tool{n}.exe`.\n"
        );
    }
    text
}

/// Seconds of processor time so far, user and system, where the system tells (Linux: `/proc/self/stat`, 100 ticks a second).
fn processor() -> Option<f64> {
    let stat = std::fs::read_to_string("/proc/self/stat").ok()?;
    let mut fields = stat.rsplit(')').next()?.split_whitespace().skip(11);
    let ticks = fields.next()?.parse::<f64>().ok()? + fields.next()?.parse::<f64>().ok()?;
    Some(ticks / 100.0)
}

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let text = report();
    let analyzer = Analyzer::new(Pack::built_in());
    let options = bartizan_detection::Options { author: "Bartizan".into(), date: "2026-11-30".into() };
    let input = Input::new("report.md", text.as_bytes());
    let mut times: [Vec<f64>; 4] = Default::default();
    let mut told = String::new();
    let before = processor();
    for _ in 0..ROUNDS {
        let start = Instant::now();
        let analysis = analyzer.analyze(&input, &Options::default())?;
        let analysed = start.elapsed().as_secs_f64();
        let found = detect(&analysis, Pack::built_in(), &options);
        let proven = start.elapsed().as_secs_f64();
        let queries: Vec<Queries> = PLATFORMS.iter().take(TARGETS).map(|p| Queries::of(p, &found)).collect();
        let converted = start.elapsed().as_secs_f64();
        let files = package::files(&analysis, &found, &queries, None);
        let written = start.elapsed().as_secs_f64();
        let parts = [analysed, proven - analysed, converted - proven, written - converted];
        times.iter_mut().zip(parts).for_each(|(of, time)| of.push(time));
        let events: usize =
            found.rules.iter().map(|r| r.proof.positives.len() + r.proof.negatives.len()).sum();
        told = format!(
            "{} KB, {} techniques, {} rules tried on {events} events, {} queries for {TARGETS} platforms, {} files",
            text.len() / 1024,
            analysis.techniques.len(),
            found.rules.len(),
            queries.iter().map(|q| q.converted.len()).sum::<usize>(),
            files.len()
        );
    }
    println!("{told}; {ROUNDS} rounds, one thread");
    if let (Some(before), Some(now)) = (before, processor()) {
        println!("processor time of a round: {:.0} ms", (now - before) * 1e3 / ROUNDS as f64);
    }
    println!("| part | median ms | best ms |\n|---|---|---|");
    let names = ["analysis", "generate and prove", "convert for ten platforms", "package in memory"];
    let mut sums = (0.0, 0.0);
    for (name, times) in names.iter().zip(&mut times) {
        times.sort_by(f64::total_cmp);
        let (median, best) = (times[ROUNDS / 2] * 1e3, times[0] * 1e3);
        sums = (sums.0 + median, sums.1 + best);
        println!("| {name} | {median:.1} | {best:.1} |");
    }
    println!("| sum | {:.1} | {:.1} |", sums.0, sums.1);
    Ok(())
}
