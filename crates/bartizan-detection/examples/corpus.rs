//! `corpus write OUT REPORT…` writes everything that is generated, a folder each; `corpus select RULES TOP REPORT…` prints the
//! best rules of a corpus for each report, with the reasons and the sentences of their techniques. A report that ends in
//! `.jsonl` holds many, one a line with `doc_id` and `text`. For looking at while developing.

use std::path::{Path, PathBuf};

use bartizan::{Analysis, Analyzer, Input, Options};
use bartizan_detection::{Detections, select};
use bartizan_knowledge::Pack;
use bartizan_sigma::rule::{self, Document};

type Failure = Box<dyn std::error::Error>;

fn main() -> Result<(), Failure> {
    let mut arguments = std::env::args().skip(1);
    let mode = arguments.next().unwrap_or_default();
    let place = PathBuf::from(arguments.next().unwrap_or_default());
    match mode.as_str() {
        "write" => each(arguments, |name, analysis, found| {
            let folder = place.join(name);
            std::fs::create_dir_all(&folder)?;
            for rule in &found.rules {
                std::fs::write(folder.join(rule.file_name()), &rule.yaml)?;
            }
            Ok(())
        }),
        "select" => {
            let top: usize = arguments.next().unwrap_or_default().parse()?;
            let mut rules = Vec::new();
            walk(&place, &mut rules);
            let started = std::time::Instant::now();
            let corpus = select::Corpus::new(rules, Pack::built_in());
            println!("{} rules indexed in {:?}", corpus.rules().len(), started.elapsed());
            each(arguments, |name, analysis, found| {
                let started = std::time::Instant::now();
                let selected = corpus.select(analysis, found, select::Limits::default());
                println!("== {name}: {} selected in {:?}", selected.len(), started.elapsed());
                for one in selected.iter().take(top) {
                    let rule = &corpus.rules()[one.rule];
                    println!(
                        "{name}\t{}\t{:.1}\t{}\t{}",
                        rule.id,
                        one.score,
                        rule.title,
                        one.reasons.join("; ")
                    );
                    for technique in one.techniques.iter().take(2) {
                        let technique = &analysis.techniques[*technique];
                        let said = technique.evidence.first().map(|e| e.sentence.of(&analysis.document.text));
                        let said: String =
                            said.unwrap_or_default().split_whitespace().collect::<Vec<_>>().join(" ");
                        println!("        {}: {}", technique.id, said.chars().take(220).collect::<String>());
                    }
                }
                Ok(())
            })
        }
        _ => Err("corpus write OUT REPORT… | corpus select RULES TOP REPORT…".into()),
    }
}

fn each(
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

/// Rules below a folder, in the order of their paths.
fn walk(path: &Path, out: &mut Vec<(String, rule::Rule)>) {
    let mut entries: Vec<_> =
        std::fs::read_dir(path).into_iter().flatten().flatten().map(|e| e.path()).collect();
    entries.sort();
    for path in entries {
        if path.is_dir() {
            walk(&path, out);
        } else if path.extension().is_some_and(|e| e == "yml") {
            let text = std::fs::read_to_string(&path).unwrap_or_default();
            let name = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
            for document in rule::parse(&text).unwrap_or_default() {
                if let Document::Rule(rule) = document {
                    out.push((name.clone(), *rule));
                }
            }
        }
    }
}
