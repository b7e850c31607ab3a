//! `regression DIR`: the events of SigmaHQ's regression data quoted as a report would, one at a time; the rules that come
//! of it over all events. Prints a line for each and the figures.

// An example is a program of its own: it may read.
#![allow(clippy::disallowed_methods)]

use std::path::{Path, PathBuf};

use bartizan::{Analyzer, Input, Options};
use bartizan_knowledge::Pack;
use bartizan_sigma::{
    eval::{Evaluator, Event},
    rule::{self, Document},
};
use serde_json::Value;

fn walk(path: &Path, out: &mut Vec<PathBuf>) {
    let mut entries: Vec<_> =
        std::fs::read_dir(path).into_iter().flatten().flatten().map(|e| e.path()).collect();
    entries.sort();
    for path in entries {
        if path.is_dir() {
            walk(&path, out);
        } else if path.extension().is_some_and(|e| e == "json") {
            out.push(path);
        }
    }
}

/// What a report would quote of an event.
fn quoted(event: &Value) -> Option<String> {
    let data = &event["Event"]["EventData"];
    let get = |key: &str| data[key].as_str().filter(|v| !v.is_empty());
    if let Some(line) = get("CommandLine") {
        return Some(format!("The attackers ran the following command:\n\n    {line}\n"));
    }
    if let Some(key) = get("TargetObject") {
        return Some(format!("The malware changed the registry value `{key}` to stay on the system.\n"));
    }
    for field in ["TargetFilename", "ImageLoaded"] {
        if let Some(path) = get(field) {
            return Some(format!("The malware dropped the malicious file `{path}` and loaded it.\n"));
        }
    }
    if let Some(pipe) = get("PipeName") {
        return Some(format!("The malware created the named pipe `\\\\.\\pipe{pipe}`.\n"));
    }
    None
}

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let analyzer = Analyzer::new(Pack::built_in());
    let options = bartizan_detection::Options { author: "Bartizan".into(), date: "2026-11-30".into() };
    let mut files = Vec::new();
    walk(Path::new(&std::env::args().nth(1).unwrap_or_default()), &mut files);
    let mut groups: Vec<(String, Vec<Value>)> = Vec::new();
    for file in &files {
        let text = std::fs::read_to_string(file)?;
        let events =
            serde_json::Deserializer::from_str(&text).into_iter::<Value>().collect::<Result<Vec<_>, _>>()?;
        let id = file.file_stem().unwrap_or_default().to_string_lossy().into_owned();
        groups.push((id, events));
    }
    let (mut with, mut fired, mut rules, mut rules_fired, mut others, mut pairs) =
        (0, 0, 0, 0, 0_usize, 0_usize);
    for (number, (id, events)) in groups.iter().enumerate() {
        let Some(text) = events.iter().find_map(quoted) else {
            println!("{id} nothing to quote");
            continue;
        };
        let analysis = analyzer.analyze(&Input::new("report.md", text.as_bytes()), &Options::default())?;
        let found = bartizan_detection::detect(&analysis, Pack::built_in(), &options);
        let seen: Vec<_> = analysis
            .observables
            .iter()
            .map(|o| format!("{}={} ({})", o.kind.as_str(), o.value, o.verdict.as_str()))
            .collect();
        if found.rules.is_empty() {
            let why: Vec<_> = found.refused.iter().map(|r| r.reason.clone()).collect();
            println!(
                "{id} NO RULE: {} | {} | {}",
                text.trim().replace("\n", " "),
                seen.join("; "),
                why.join("; ")
            );
            continue;
        }
        with += 1;
        let mut own = false;
        for rule in &found.rules {
            let mut evaluator = Evaluator::default();
            for document in rule::parse(&rule.yaml)? {
                if let Document::Rule(rule) = document {
                    evaluator.add(&rule)?;
                }
            }
            rules += 1;
            let mut this = false;
            for (other, (other_id, events)) in groups.iter().enumerate() {
                for event in events {
                    let hit = !evaluator.run(&Event::new(event.clone()), true).is_empty();
                    pairs += 1;
                    if hit && other == number {
                        this = true;
                    } else if hit {
                        others += 1;
                        println!("    {} also fires on {other_id}", rule.title);
                    }
                }
            }
            rules_fired += usize::from(this);
            own |= this;
        }
        fired += usize::from(own);
        if !own {
            println!(
                "{id} MISSES: {} | {} | {}",
                text.trim().replace('\n', " "),
                seen.join("; "),
                found.rules[0].yaml.split("detection:").nth(1).unwrap_or_default().replace('\n', " ")
            );
        }
    }
    println!(
        "{} cases, {with} with rules, {fired} fire on their own event; {rules} rules, {rules_fired} fire on it; {others} of {pairs} pairs beside it ({:.3} %)",
        groups.len(),
        100.0 * others as f64 / pairs.max(1) as f64
    );
    Ok(())
}
