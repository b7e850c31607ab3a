//! `cargo xtask evaluate observables`: the extractor against labelled reports, by the scorer beside them.

use anyhow::{Context, Result, ensure};
use bartizan::observable::Extractor;
use bartizan::{Input, Options, Verdict, document};
use serde_json::{Value, json};
use std::collections::BTreeMap;
use std::io::{BufRead, BufReader, Write};
use std::path::{Path, PathBuf};

#[derive(clap::Args, Clone, Debug)]
pub struct Observables {
    /// Folder with data/ioc [default: BARTIZAN_SHARED, else ../shared]
    #[arg(long, value_name = "DIR")]
    shared: Option<PathBuf>,
    /// Where predictions go
    #[arg(long, default_value = "target/evaluate")]
    out: PathBuf,
    /// Show this many errors of each kind
    #[arg(long, default_value_t = 0)]
    errors: u32,
    /// Only this source
    #[arg(long)]
    source: Option<String>,
    /// Name given to every document, so that its extension decides nothing; else the document's own id
    #[arg(long)]
    name: Option<String>,
    /// Only real reports: leave out the word-tagged blocks of APTNER and the peers' own test cases
    #[arg(long)]
    reports: bool,
    /// Show where values that contain this text were found, and what was withheld
    #[arg(long, value_name = "TEXT")]
    find: Vec<String>,
    /// How often "indicator" is said of required values, and how often of others, by reason
    #[arg(long)]
    verdicts: bool,
}

pub fn run(root: &Path, arguments: &Observables) -> Result<()> {
    let data = crate::train::shared(root, &arguments.shared).join("data/ioc");
    let out = root.join(&arguments.out);
    std::fs::create_dir_all(&out)?;
    let predictions = out.join("observables.jsonl");
    let mut file = std::io::BufWriter::new(std::fs::File::create(&predictions)?);
    let extractor = Extractor::new(bartizan_knowledge::Pack::built_in());
    let labels = labels(&data.join("dev_labels.jsonl.gz"))?;
    let options = Options::default();
    let mut bytes = 0;
    let mut tally: BTreeMap<(String, String), (u32, u32)> = BTreeMap::new();
    for line in lines(&data.join("dev_docs.jsonl.gz"))? {
        let record: Value = serde_json::from_str(&line?)?;
        let (id, text) = (field(&record, "doc_id")?, field(&record, "text")?);
        bytes += text.len();
        let name = arguments.name.clone().unwrap_or_else(|| id.to_owned());
        let document = match document::read(&Input::new(name, text), &options) {
            Ok(document) => document,
            Err(error) => {
                eprintln!("{id}: {error}");
                continue;
            }
        };
        let extraction = extractor.extract(&document, &options);
        find(&arguments.find, id, &document, &extraction);
        let iocs: Vec<Value> = extraction
            .observables
            .iter()
            .map(|o| json!({"type": o.kind.as_str(), "value": o.value}))
            .collect();
        writeln!(file, "{}", json!({"doc_id": id, "iocs": iocs}))?;
        if let Some(required) = labels.get(id) {
            for o in &extraction.observables {
                let value = o.value.to_ascii_lowercase();
                let value = value.split_once("://").map_or(value.as_str(), |(_, v)| v).trim_end_matches('/');
                let Some(is_required) = required.get(&(o.kind.as_str().to_owned(), value.to_owned())) else {
                    continue;
                };
                let entry =
                    tally.entry((o.verdict.as_str().to_owned(), o.verdict_reason.clone())).or_default();
                if *is_required == (o.verdict == Verdict::Indicator) { entry.0 += 1 } else { entry.1 += 1 }
            }
        }
    }
    file.flush()?;
    println!("{:.2} MB of text", bytes as f64 / 1e6);
    if arguments.verdicts {
        println!("{:>6} {:>6}  verdict and reason (agrees with the labels, disagrees)", "yes", "no");
        for ((verdict, reason), (yes, no)) in &tally {
            println!("{yes:>6} {no:>6}  {verdict}: {reason}");
        }
    }
    let mut gold = data.join("dev_labels.jsonl.gz");
    if arguments.reports {
        let kept: Vec<String> = lines(&gold)?
            .filter(|line| {
                line.as_ref().map_or(true, |l| {
                    !l.contains(r#""source": "aptner""#) && !l.contains(r#""source": "case-"#)
                })
            })
            .collect::<std::io::Result<_>>()?;
        gold = out.join("reports.labels.jsonl");
        std::fs::write(&gold, kept.join("\n"))?;
    }
    let mut command = std::process::Command::new("python3");
    command.arg(data.join("score_iocs.py")).arg(&gold).arg(&predictions);
    if arguments.errors > 0 {
        command.args(["--errors", &arguments.errors.to_string()]);
    }
    if let Some(source) = &arguments.source {
        command.args(["--source", source]);
    }
    ensure!(command.status().context("python3 is needed for the scorer")?.success(), "the scorer failed");
    Ok(())
}

/// Prints the places of values that contain one of `needles`.
fn find(
    needles: &[String],
    id: &str,
    document: &document::Document,
    extraction: &bartizan::observable::Extraction,
) {
    let text = &document.text;
    let around = |start: usize, end: usize| {
        let low = (start.saturating_sub(60)..=start).find(|i| text.is_char_boundary(*i)).unwrap_or(start);
        let high = (end..(end + 60).min(text.len())).rev().find(|i| text.is_char_boundary(*i)).unwrap_or(end);
        format!("{:?} [{}] {:?}", &text[low..start], &text[start..end], &text[end..high.max(end)])
    };
    for needle in needles {
        for o in extraction.observables.iter().filter(|o| o.value.to_lowercase().contains(needle)) {
            for e in o.evidence.iter().take(3) {
                let (start, end) = (e.span.start as usize, e.span.end as usize);
                println!(
                    "{id} {} {} {:?} ({}) {:?}\n    {}",
                    o.kind.as_str(),
                    o.value,
                    o.verdict,
                    o.verdict_reason,
                    o.attributes,
                    around(start, end)
                );
            }
        }
        for w in extraction.withheld.iter().filter(|w| w.value.to_lowercase().contains(needle)) {
            println!(
                "{id} WITHHELD {} {}: {}\n    {}",
                w.kind.as_str(),
                w.value,
                w.reason,
                around(w.span.start as usize, w.span.end as usize)
            );
        }
    }
}

type Labels = BTreeMap<String, BTreeMap<(String, String), bool>>;

/// Labels by document: (type, value) and whether it is required.
fn labels(path: &Path) -> Result<Labels> {
    let mut out = Labels::new();
    for line in lines(path)? {
        let record: Value = serde_json::from_str(&line?)?;
        let mut values = BTreeMap::new();
        for ioc in record["iocs"].as_array().into_iter().flatten() {
            let value = field(ioc, "value")?.to_ascii_lowercase();
            let value =
                value.split_once("://").map_or(value.as_str(), |(_, v)| v).trim_end_matches('/').to_owned();
            values.insert((field(ioc, "type")?.to_owned(), value), ioc["level"] != "accepted");
        }
        out.insert(field(&record, "doc_id")?.to_owned(), values);
    }
    Ok(out)
}

fn field<'v>(value: &'v Value, name: &str) -> Result<&'v str> {
    value[name].as_str().with_context(|| format!("no {name}"))
}

fn lines(path: &Path) -> Result<impl Iterator<Item = std::io::Result<String>>> {
    let file = std::fs::File::open(path).with_context(|| path.display().to_string())?;
    Ok(BufReader::new(flate2::read::GzDecoder::new(file)).lines())
}
