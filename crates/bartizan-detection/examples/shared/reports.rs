//! Reports of a command line, analysed one after the other.

use bartizan::{Analysis, Analyzer, Input, Options};
use bartizan_detection::Detections;
use bartizan_knowledge::Pack;

pub type Failure = Box<dyn std::error::Error>;

/// Gives every report with its detections to `f`; a report that ends in `.jsonl` holds many.
pub fn each(
    reports: impl Iterator<Item = String>,
    mut f: impl FnMut(&str, &Analysis, &Detections) -> Result<(), Failure>,
) -> Result<(), Failure> {
    let analyzer = Analyzer::new(Pack::built_in());
    let options = bartizan_detection::Options { author: "Bartizan".into(), date: "2026-11-30".into() };
    let mut one = |name: &str, bytes: &[u8]| {
        let analysis = analyzer.analyze(&Input::new(name, bytes), &Options::default())?;
        let found = bartizan_detection::detect(&analysis, Pack::built_in(), &options);
        f(&name.replace(|c: char| !c.is_ascii_alphanumeric(), "_"), &analysis, &found)
    };
    for path in reports {
        let bytes = std::fs::read(&path)?;
        if !path.ends_with(".jsonl") {
            one(&path, &bytes)?;
            continue;
        }
        for line in String::from_utf8(bytes)?.lines() {
            let value: serde_json::Value = serde_json::from_str(line)?;
            let name = format!("{}.txt", value["doc_id"].as_str().unwrap_or_default());
            one(&name, value["text"].as_str().unwrap_or_default().as_bytes())?;
        }
    }
    Ok(())
}
