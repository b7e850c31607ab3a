//! `detect FILE…`: prints the rules of reports, and what became none. `detect --documents FILE`: counts over JSON lines
//! with `doc_id` and `text`. For looking at while developing.

use std::collections::{BTreeMap, BTreeSet};

use bartizan::{Analysis, Analyzer, Input, Options};
use bartizan_detection::Detections;
use bartizan_knowledge::Pack;

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let analyzer = Analyzer::new(Pack::built_in());
    let options = bartizan_detection::Options { author: "Bartizan".into(), date: "2026-11-30".into() };
    let mut arguments: Vec<String> = std::env::args().skip(1).collect();
    let documents = arguments.first().is_some_and(|a| a == "--documents");
    let mut counts = Counts::default();
    if documents {
        arguments.remove(0);
    }
    for path in arguments {
        let bytes = std::fs::read(&path)?;
        if documents {
            for line in String::from_utf8(bytes)?.lines() {
                let value: serde_json::Value = serde_json::from_str(line)?;
                let text = value["text"].as_str().unwrap_or_default();
                let name = format!("{}.txt", value["doc_id"].as_str().unwrap_or_default());
                let analysis = analyzer.analyze(&Input::new(name, text.as_bytes()), &Options::default())?;
                let found = bartizan_detection::detect(&analysis, Pack::built_in(), &options);
                counts.add(&analysis, &found);
            }
            continue;
        }
        let analysis = analyzer.analyze(&Input::new(path.clone(), bytes), &Options::default())?;
        let found = bartizan_detection::detect(&analysis, Pack::built_in(), &options);
        for rule in &found.rules {
            println!("{}---", rule.yaml);
        }
        counts.add(&analysis, &found);
    }
    counts.print();
    Ok(())
}

#[derive(Default)]
struct Counts {
    documents: usize,
    rules: usize,
    by_source: BTreeMap<String, usize>,
    by_level: BTreeMap<&'static str, usize>,
    ids: BTreeSet<String>,
    techniques: (usize, usize),
    unmatched: BTreeMap<String, usize>,
}

impl Counts {
    fn add(&mut self, analysis: &Analysis, found: &Detections) {
        self.documents += 1;
        self.rules += found.rules.len();
        let mut here = BTreeSet::new();
        for rule in &found.rules {
            *self.by_source.entry(rule.log_source.name()).or_default() += 1;
            *self.by_level.entry(rule.level.as_str()).or_default() += 1;
            if !here.insert(rule.id.clone()) {
                println!("TWICE {}", rule.id);
            }
            self.ids.insert(rule.id.clone());
            for finding in bartizan_sigma::lint::check(&rule.yaml) {
                println!("LINT {} {} {}\n{}", finding.code, finding.message, rule.title, rule.yaml);
            }
        }
        for refused in &found.refused {
            println!(
                "refused [{}] {} {}",
                refused.code,
                refused.reason,
                values(analysis, &refused.observables)
            );
        }
        for left in &found.undetectable {
            *self
                .unmatched
                .entry(analysis.observables[left.observable].kind.as_str().to_owned())
                .or_default() += 1;
        }
        self.techniques.0 += found.techniques.iter().filter(|t| !t.rules.is_empty()).count();
        self.techniques.1 += found.techniques.len();
    }

    fn print(&self) {
        println!("{} documents, {} rules, {} ids", self.documents, self.rules, self.ids.len());
        println!(
            "{:?}\n{:?}\nunmatched {:?}\ntechniques {:?}",
            self.by_source, self.by_level, self.unmatched, self.techniques
        );
    }
}

fn values(analysis: &Analysis, observables: &[usize]) -> String {
    let values: Vec<_> = observables.iter().take(3).map(|i| analysis.observables[*i].value.clone()).collect();
    values.join(" | ")
}
