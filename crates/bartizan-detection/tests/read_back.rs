//! An analysis read back from its file gives the same file and the same detections.

// Tests read files; the library does not.
#![allow(clippy::disallowed_methods)]

use std::io::Read;
use std::path::{Path, PathBuf};

use bartizan::exchange::{self, Format, read};
use bartizan::{Analyzer, Input, Limits, Options};
use bartizan_detection::{Detections, detect, report};
use bartizan_knowledge::Pack;

fn check(analyzer: &Analyzer, input: &Input) {
    let pack = Pack::built_in();
    let options = bartizan_detection::Options { author: "x".to_owned(), date: "2026-11-30".to_owned() };
    let name = &input.name;
    let analysis = match analyzer.analyze(input, &Options { now: 1_795_000_000, ..Options::default() }) {
        Ok(analysis) => analysis,
        Err(error) => panic!("{name}: {error}"),
    };
    let file = exchange::render(Format::Json, &analysis, pack);
    let again = read::analysis(&Input::new("analysis.json", file.clone()), &Limits::default());
    let again = again.unwrap_or_else(|error| panic!("{name}: {error}"));
    assert!(exchange::render(Format::Json, &again, pack) == file, "{name}: written again it differs");
    let (first, second) = (detect(&analysis, pack, &options), detect(&again, pack, &options));
    let rules = |found: &Detections| found.rules.iter().map(|r| r.yaml.clone()).collect::<Vec<_>>();
    assert_eq!(rules(&first), rules(&second), "{name}");
    assert!(
        report::verdicts(&analysis, &first, None) == report::verdicts(&again, &second, None),
        "{name}: verdicts differ"
    );
}

#[test]
fn samples_come_back() {
    let analyzer = Analyzer::new(Pack::built_in());
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../samples");
    let mut paths: Vec<PathBuf> =
        std::fs::read_dir(root).expect("the samples").map(|e| e.expect("an entry").path()).collect();
    paths.retain(|path| path.is_file());
    paths.sort();
    assert!(paths.len() >= 3);
    for path in paths {
        let bytes = std::fs::read(&path).expect("a sample");
        check(&analyzer, &Input::new(path.file_name().expect("a name").to_string_lossy(), bytes));
    }
}

/// Every tenth of the developer's reports, if they are there.
#[test]
fn reports_come_back() {
    let Some(root) = std::env::var_os("BARTIZAN_SHARED") else {
        eprintln!("skipped: no reports (set BARTIZAN_SHARED)");
        return;
    };
    let path = PathBuf::from(root).join("data/ioc/dev_docs.jsonl.gz");
    let mut text = String::new();
    let file = std::fs::File::open(path).expect("the developer's reports");
    flate2::read::GzDecoder::new(file).read_to_string(&mut text).expect("JSON lines");
    let analyzer = Analyzer::new(Pack::built_in());
    let mut count = 0;
    for line in text.lines().step_by(10) {
        let value: serde_json::Value = serde_json::from_str(line).expect("JSON");
        let name = format!("{}.txt", value["doc_id"].as_str().expect("an id"));
        check(&analyzer, &Input::new(name, value["text"].as_str().expect("a text").as_bytes()));
        count += 1;
    }
    assert!(count >= 50, "{count}");
}
