//! `corpus write OUT REPORT…` writes everything that is generated, a folder each; `corpus select RULES TOP REPORT…` prints the
//! best rules of a corpus for each report, with the reasons and the sentences of their techniques; `corpus noise
//! EVENTS REPORT…` runs the rules of all reports over benign events, one JSON object a line, and counts. A report that ends in
//! `.jsonl` holds many, one a line with `doc_id` and `text`. For looking at while developing.

// An example reads, writes and times; the library does not.
#![allow(clippy::disallowed_methods)]

use std::{
    collections::BTreeMap,
    path::{Path, PathBuf},
};

use bartizan::{Analysis, Analyzer, Input, Options};
use bartizan_detection::{Detection, Detections, lists, noise, report, select, suricata, yara};
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
        "noise" => {
            let mut rules: BTreeMap<String, Detection> = BTreeMap::new();
            each(arguments, |_, _, found| {
                rules.extend(found.rules.iter().map(|rule| (rule.id.clone(), rule.clone())));
                Ok(())
            })?;
            let rules: Vec<Detection> = rules.into_values().collect();
            let mut trial = noise::Trial::new(&rules);
            for line in std::fs::read_to_string(&place)?.lines() {
                trial.run(serde_json::from_str(line)?, noise::Label::Benign);
            }
            let counts = trial.counts();
            let mut levels: BTreeMap<_, (usize, usize, u64)> = BTreeMap::new();
            for ((rule, matches), outcome) in
                rules.iter().zip(&counts.rules).zip(noise::judge(&rules, &counts, &noise::Bounds::default()))
            {
                let of = levels.entry((rule.level, rule.kind)).or_default();
                of.0 += 1;
                of.1 += usize::from(matches.benign > 0);
                of.2 += matches.benign;
                if matches.benign > 0 {
                    println!(
                        "{}\t{}\t{}\t{}\t{outcome:?}",
                        matches.benign,
                        rule.level.as_str(),
                        rule.id,
                        rule.title
                    );
                }
            }
            println!("{} rules, {} events", rules.len(), counts.benign);
            for ((level, kind), (rules, fired, matches)) in levels {
                let rate = matches as f64 * 1e6 / counts.benign.max(1) as f64;
                let (level, kind) = (level.as_str(), kind.as_str());
                println!(
                    "{level} {kind}: {rules} rules, {fired} fired, {matches} matches, {rate:.1} in a million events"
                );
            }
            Ok(())
        }
        _ => {
            Err("corpus noise EVENTS REPORT… | corpus write OUT REPORT… | corpus select RULES TOP REPORT…"
                .into())
        }
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
