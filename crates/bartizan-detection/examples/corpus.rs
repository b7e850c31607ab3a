//! `corpus write OUT REPORT…` writes everything that is generated, a folder each; `corpus select RULES TOP REPORT…` prints the
//! best rules of a corpus for each report, with the reasons and the sentences of their techniques. A report that
//! ends in `.jsonl` holds many, one a line with `doc_id` and `text`. For looking at while developing.

// An example reads, writes and times; the library does not.
#![allow(clippy::disallowed_methods)]

#[path = "shared/reports.rs"]
mod reports;

use std::path::{Path, PathBuf};

use bartizan_detection::{lists, report, select, suricata, yara};
use bartizan_knowledge::Pack;
use bartizan_sigma::rule::{self, Document};
use reports::{Failure, each};

fn main() -> Result<(), Failure> {
    let mut arguments = std::env::args().skip(1);
    let mode = arguments.next().unwrap_or_default();
    let place = PathBuf::from(arguments.next().unwrap_or_default());
    match mode.as_str() {
        "write" => each(arguments, |name, analysis, found| {
            let folder = place.join(name);
            std::fs::create_dir_all(&folder)?;
            if let Some(rules) = suricata::rules(analysis) {
                std::fs::write(folder.join("network.rules"), rules)?;
            }
            if let Some(rules) = yara::rules(analysis) {
                std::fs::write(folder.join("files.yar"), rules)?;
            }
            for list in lists::all(analysis) {
                let path = folder.join("lists").join(&list.path);
                std::fs::create_dir_all(path.parent().unwrap_or(&folder))?;
                std::fs::write(path, &list.bytes)?;
            }
            std::fs::write(folder.join("verdicts.json"), report::verdicts(analysis, found, None))?;
            std::fs::write(folder.join("junit.xml"), report::junit(found))?;
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
