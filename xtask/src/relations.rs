//! `cargo xtask evaluate relations`: a sample of the relations found in the reports of data/ioc, to be judged by
//! reading, and the score of a judged one.
//!
//! The reports are other people's: the sample with its sentences goes to a path that is not kept; what is kept is
//! the file of judgements, which names endpoints and offsets only.

use crate::train::corpus::reports as labelled;
use anyhow::{Context, Result};
use bartizan::{Analysis, Analyzer, Input, NodeRef, Options};
use bartizan_knowledge::Pack;
use serde_json::Value;
use sha2::{Digest, Sha256};
use std::collections::BTreeMap;
use std::io::BufRead;
use std::path::{Path, PathBuf};

#[derive(clap::Args, Clone, Debug)]
pub struct Arguments {
    /// Folder with data/ioc [default: BARTIZAN_SHARED, else ../shared]
    #[arg(long, value_name = "DIR")]
    shared: Option<PathBuf>,
    /// Reports to read: ioc (the developer set of observables) or tram (train and dev of TRAM)
    #[arg(long, default_value = "ioc")]
    set: String,
    /// How many relations to draw
    #[arg(long, default_value_t = 200)]
    sample: usize,
    /// Decides which are drawn
    #[arg(long, default_value_t = 11)]
    seed: u64,
    /// Where the sample goes, with sentences
    #[arg(long, value_name = "FILE")]
    out: Option<PathBuf>,
    /// A file of judgements: says how many of the sample it covers, and the share it calls right
    #[arg(long, value_name = "FILE")]
    judged: Option<PathBuf>,
}

/// A relation as a line of the sample.
struct Row {
    /// Identifies document, kind and endpoints.
    id: String,
    kind: &'static str,
    source: String,
    target: String,
    report: String,
    start: u32,
    end: u32,
    sentence: String,
}

/// Runs the chore.
pub fn run(root: &Path, arguments: &Arguments) -> Result<()> {
    let analyzer = Analyzer::new(Pack::built_in());
    let mut rows = BTreeMap::new();
    let mut kinds: BTreeMap<&str, usize> = BTreeMap::new();
    let reports = reports(&crate::train::shared(root, &arguments.shared).join("data"), &arguments.set)?;
    for (id, text) in &reports {
        let name = if id.contains('.') { id.clone() } else { format!("{id}.txt") };
        let Ok(analysis) = analyzer.analyze(&Input::new(name, text.as_str()), &Options::default()) else {
            continue;
        };
        for relation in &analysis.relations {
            let (source, target) = (label(&analysis, relation.source), label(&analysis, relation.target));
            let kind = relation.kind.as_str();
            *kinds.entry(kind).or_default() += 1;
            let key = format!("{id}|{kind}|{source}|{target}");
            let Some(place) = relation.evidence.first() else { continue };
            // Drawing by the hash of the relation itself keeps a judged sample when other relations come or go.
            let rank = digest(&format!("{}|{key}", arguments.seed));
            rows.insert(
                rank,
                Row {
                    id: digest(&key).chars().take(10).collect(),
                    kind,
                    source,
                    target,
                    report: id.to_owned(),
                    start: place.sentence.start,
                    end: place.sentence.end,
                    sentence: place.sentence.of(&analysis.document.text).to_owned(),
                },
            );
        }
    }
    println!("{} relations in {} reports", kinds.values().sum::<usize>(), reports.len());
    for (kind, count) in &kinds {
        println!("  {kind:<20} {count}");
    }
    let sample: Vec<&Row> = rows.values().take(arguments.sample).collect();
    if let Some(out) = &arguments.out {
        let mut text = String::new();
        for r in &sample {
            let sentence = r.sentence.replace(['\n', '\t'], " ");
            text += &format!(
                "{}\t{}\t{}\t{}\t{}\t{}..{}\t{sentence}\n",
                r.id, r.kind, r.source, r.target, r.report, r.start, r.end
            );
        }
        std::fs::write(out, text).with_context(|| format!("cannot write {}", out.display()))?;
    }
    if let Some(path) = &arguments.judged {
        let text =
            std::fs::read_to_string(path).with_context(|| format!("cannot read {}", path.display()))?;
        score(&text, &sample);
    }
    Ok(())
}

/// Ids and texts of a set.
fn reports(data: &Path, set: &str) -> Result<Vec<(String, String)>> {
    match set {
        "ioc" => {
            let path = data.join("ioc/dev_docs.jsonl.gz");
            let file =
                std::fs::File::open(&path).with_context(|| format!("cannot open {}", path.display()))?;
            std::io::BufReader::new(flate2::read::GzDecoder::new(file))
                .lines()
                .map(|line| {
                    let record: Value = serde_json::from_str(&line?)?;
                    Ok((field(&record, "doc_id")?.to_owned(), field(&record, "text")?.to_owned()))
                })
                .collect()
        }
        "tram" => {
            let mut out = Vec::new();
            for part in ["tram-train", "tram-dev"] {
                for report in labelled(&data.join(format!("attack-mapping/{part}.jsonl.xz")))? {
                    // The set keeps sentences, not paragraphs.
                    let sentences: Vec<String> = report.sentences.into_iter().map(|s| s.text).collect();
                    out.push((report.doc_id, sentences.join("\n\n")));
                }
            }
            Ok(out)
        }
        other => anyhow::bail!("{other}: no such set; ioc and tram are known"),
    }
}

/// Prints what the judgements say of the sample.
fn score(judgements: &str, sample: &[&Row]) {
    let verdicts: BTreeMap<&str, &str> = judgements
        .lines()
        .filter(|l| !l.starts_with('#'))
        .filter_map(|l| {
            let mut fields = l.split('\t');
            Some((fields.next()?, fields.nth(5)?))
        })
        .collect();
    let known: Vec<&str> = sample.iter().filter_map(|r| verdicts.get(r.id.as_str()).copied()).collect();
    let right = known.iter().filter(|v| matches!(**v, "stated" | "entailed")).count();
    println!("{} of {} drawn are judged; {right} of them stated or entailed", known.len(), sample.len());
    for r in sample.iter().filter(|r| !verdicts.contains_key(r.id.as_str())) {
        println!("  not judged: {} {} | {} | {}", r.id, r.source, r.kind, r.target);
    }
}

fn field<'v>(record: &'v Value, name: &str) -> Result<&'v str> {
    record.get(name).and_then(Value::as_str).with_context(|| format!("a record has no {name}"))
}

fn digest(text: &str) -> String {
    Sha256::digest(text.as_bytes()).iter().map(|b| format!("{b:02x}")).collect()
}

fn label(analysis: &Analysis, node: NodeRef) -> String {
    let at = |name: Option<&String>| name.cloned().unwrap_or_default();
    match node {
        NodeRef::Entity(i) => at(analysis.entities.get(i as usize).map(|e| &e.name)),
        NodeRef::Observable(i) => at(analysis.observables.get(i as usize).map(|o| &o.value)),
        NodeRef::Technique(i) => at(analysis.techniques.get(i as usize).map(|t| &t.id)),
        NodeRef::Mitigation(i) => at(analysis.mitigations.get(i as usize).map(|m| &m.id)),
    }
}
