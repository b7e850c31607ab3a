//! `cargo xtask bench`: speed of single stages on one core, for BENCHMARKS.md. `scripts/bench.py` measures the whole
//! program beside a peer.

use anyhow::{Context, Result};
use bartizan::entity::Recognizer;
use bartizan::mapping::Mapper;
use bartizan::observable::Extractor;
use bartizan::{Analyzer, Input, Options, document};
use bartizan_knowledge::Pack;
use std::hint::black_box;
use std::io::Read;
use std::path::{Path, PathBuf};
use std::time::Instant;

/// Where the material is.
#[derive(clap::Args, Clone, Debug)]
pub struct Arguments {
    /// Folder with data/ioc [default: BARTIZAN_SHARED, else ../shared]
    #[arg(long, value_name = "DIR")]
    shared: Option<PathBuf>,
    /// Runs of each stage; the best counts
    #[arg(long, default_value_t = 7)]
    rounds: u32,
    /// Only the whole analysis of each document, as one JSON object: for a script that times a peer beside it
    #[arg(long)]
    whole: bool,
}

/// Least CPU seconds for the whole analysis of all documents, one after the other, and their bytes.
fn whole(texts: &[String], pack: &'static Pack, rounds: u32) -> (f64, usize) {
    let analyzer = Analyzer::new(pack);
    let inputs: Vec<Input> = texts.iter().map(|text| Input::new("developer.txt", text.as_bytes())).collect();
    let options = Options::default();
    let seconds = best(rounds, || {
        for input in &inputs {
            // A document that is refused costs what it costs.
            drop(black_box(analyzer.analyze(input, &options)));
        }
    });
    (seconds, texts.iter().map(String::len).sum())
}

/// Runs the chore.
pub fn run(root: &Path, arguments: &Arguments) -> Result<()> {
    let shared = arguments
        .shared
        .clone()
        .or_else(|| std::env::var_os("BARTIZAN_SHARED").map(PathBuf::from))
        .unwrap_or_else(|| root.join("../shared"));
    let texts = texts(&shared.join("data/ioc/dev_docs.jsonl.gz"))?;
    let options = Options::default();
    let pack = Pack::built_in();
    if arguments.whole {
        let (seconds, bytes) = whole(&texts, pack, arguments.rounds);
        println!("{}", serde_json::json!({ "seconds": seconds, "documents": texts.len(), "bytes": bytes }));
        return Ok(());
    }
    let text = texts.join("\n\n");
    let (extractor, recognizer, mapper) = (Extractor::new(pack), Recognizer::new(pack), Mapper::new(pack));
    let input = Input::new("developer.txt", text.as_bytes());
    let document = document::read(&input, &options)?;
    let extraction = extractor.extract(&document, &options);
    let size = document.text.len() as f64 / 1e6;

    let reading = best(arguments.rounds, || black_box(document::read(&input, &options)).is_ok());
    let walks = best(arguments.rounds, || black_box(extractor.candidates(&document.text)));
    let patterns = best(arguments.rounds, || black_box(extractor.extract(&document, &options)));
    let names = best(arguments.rounds, || black_box(recognizer.names(&document, &extraction)));
    let mapping =
        best(arguments.rounds, || black_box(mapper.map(&document, &extraction, &options, &mut Vec::new())));
    let techniques = mapper.map(&document, &extraction, &options, &mut Vec::new());
    let entities = best(arguments.rounds, || {
        black_box(recognizer.recognize(&document, &extraction, &techniques, &options))
    });

    println!("{:.2} MB in one text, {} sentences\n", size, document.sentences.len());
    println!("| stage | ms | |\n|---|---|---|");
    let rate = |seconds: f64| format!("{:.0} MB/s", size / seconds);
    let sentences = document.sentences.len() as f64;
    for (stage, seconds, figure) in [
        ("reading the text", reading, rate(reading)),
        ("patterns alone", walks, rate(walks)),
        ("observables, judged", patterns, rate(patterns)),
        ("names of the pack", names, rate(names)),
        ("patterns and names", walks + names, rate(walks + names)),
        ("observables and names", patterns + names, rate(patterns + names)),
        ("technique mapping", mapping, format!("{:.0} sentences/s", sentences / mapping)),
        ("entities, relations, events", entities, rate(entities)),
    ] {
        println!("| {stage} | {:.1} | {figure} |", seconds * 1e3);
    }
    Ok(())
}

fn texts(path: &Path) -> Result<Vec<String>> {
    let file = std::fs::File::open(path).with_context(|| format!("{}", path.display()))?;
    let mut lines = String::new();
    flate2::read::GzDecoder::new(file).read_to_string(&mut lines)?;
    lines
        .lines()
        .map(|line| {
            let row: serde_json::Value = serde_json::from_str(line)?;
            row["text"].as_str().map(str::to_owned).context("a row without text")
        })
        .collect()
}

/// Least CPU seconds of `rounds` runs.
fn best<T>(rounds: u32, mut work: impl FnMut() -> T) -> f64 {
    let start = Instant::now();
    let mut least = f64::INFINITY;
    for _ in 0..rounds {
        let (wall, cpu) = (start.elapsed(), cpu());
        work();
        let spent = match (cpu, self::cpu()) {
            (Some(before), Some(after)) => after - before,
            _ => (start.elapsed() - wall).as_secs_f64(),
        };
        least = least.min(spent);
    }
    least
}

/// CPU seconds of this thread, where the system says so (Linux): on a shared machine the wall clock measures others.
fn cpu() -> Option<f64> {
    let stat = std::fs::read_to_string("/proc/thread-self/schedstat").ok()?;
    Some(stat.split(' ').next()?.parse::<u64>().ok()? as f64 / 1e9)
}
