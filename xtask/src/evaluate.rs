//! `cargo xtask evaluate`: figures against labelled material, by the scorer that comes with it.

mod observables;

use crate::train::corpus::{LabelledReport, reports};
use anyhow::{Context, Result, ensure};
use bartizan::mapping::model::{Model, Scratch};
use bartizan::mapping::tokens::tokenize;
use serde_json::json;
use std::io::Write;
use std::path::{Path, PathBuf};

/// What to measure.
#[derive(clap::Args, Clone, Debug)]
pub struct Arguments {
    #[command(subcommand)]
    what: What,
}

#[derive(clap::Subcommand, Clone, Debug)]
enum What {
    /// Technique mapping on TRAM dev and AnnoCTR dev
    Mapping(Mapping),
    /// Names, places, sectors and dates on AnnoCTR
    Entities(crate::entities::Arguments),
    /// Observables on the labelled reports of data/ioc
    Observables(observables::Observables),
}

#[derive(clap::Args, Clone, Debug)]
struct Mapping {
    /// Folder with data/attack-mapping [default: BARTIZAN_SHARED, else ../shared]
    #[arg(long, value_name = "DIR")]
    shared: Option<PathBuf>,
    /// The model
    #[arg(long, default_value = "crates/bartizan-knowledge/data/model.bin")]
    model: PathBuf,
    /// Where predictions go
    #[arg(long, default_value = "target/evaluate")]
    out: PathBuf,
    /// The linear model alone, best sentence score for each document
    #[arg(long)]
    model_alone: bool,
    /// Bootstrap samples for the intervals
    #[arg(long, default_value_t = 0)]
    bootstrap: u32,
}

/// Coefficients of the document layer, as `evaluate mapping --fit` left them; none before the first fit.
pub fn document_layer(root: &Path) -> Result<Vec<f32>> {
    let path = root.join("xtask/data/document-layer.txt");
    let Ok(text) = std::fs::read_to_string(&path) else { return Ok(Vec::new()) };
    text.lines()
        .filter(|l| !l.is_empty() && !l.starts_with('#'))
        .map(|l| l.split_whitespace().next().unwrap_or("").parse().with_context(|| format!("{l}: no number")))
        .collect()
}

/// Runs the chore.
pub fn run(root: &Path, arguments: &Arguments) -> Result<()> {
    match &arguments.what {
        What::Mapping(mapping) => run_mapping(root, mapping),
        What::Entities(entities) => crate::entities::run(root, entities),
        What::Observables(observables) => observables::run(root, observables),
    }
}

fn run_mapping(root: &Path, arguments: &Mapping) -> Result<()> {
    let shared = crate::train::shared(root, &arguments.shared).join("data/attack-mapping");
    let out = root.join(&arguments.out);
    std::fs::create_dir_all(&out)?;
    let bytes = std::fs::read(root.join(&arguments.model))?;
    let model = Model::open(&bytes).context("no model")?;
    for (set, credit) in [("tram-dev", "exact"), ("annoctr-dev", "parent"), ("annoctr-train", "parent")] {
        let gold = reports(&shared.join(format!("{set}.jsonl.xz")))?;
        let predictions = alone(&model, &gold);
        score(&shared, &out, set, credit, &gold, &predictions, arguments.bootstrap)?;
    }
    Ok(())
}

/// Predictions of the linear model alone, one record for each sentence.
fn alone(model: &Model, gold: &[LabelledReport]) -> Vec<serde_json::Value> {
    let mut scratch = Scratch::default();
    let mut tokens = Vec::new();
    let mut out = Vec::new();
    for report in gold {
        for s in &report.sentences {
            tokens.clear();
            tokenize(&s.text, &mut tokens);
            if !model.score(&s.text, &tokens, &mut scratch) {
                continue;
            }
            let techniques: Vec<_> = model
                .labels
                .iter()
                .zip(&scratch.scores)
                .filter(|(_, score)| **score > -1.0)
                .map(|(l, score)| json!({"id": l.id, "score": score}))
                .collect();
            out.push(
                json!({"doc_id": report.doc_id, "sentence_id": s.sentence_id, "techniques": techniques}),
            );
        }
    }
    out
}

/// Writes gold and predictions and runs the scorer twice: threshold from this very set (an upper bound).
fn score(
    shared: &Path,
    out: &Path,
    set: &str,
    credit: &str,
    gold: &[LabelledReport],
    predictions: &[serde_json::Value],
    bootstrap: u32,
) -> Result<()> {
    let gold_path = out.join(format!("{set}.gold.jsonl"));
    let mut file = std::io::BufWriter::new(std::fs::File::create(&gold_path)?);
    for r in gold {
        let sentences: Vec<_> = r
            .sentences
            .iter()
            .map(|s| json!({"sentence_id": s.sentence_id, "text": s.text, "labels": s.labels}))
            .collect();
        writeln!(file, "{}", json!({"doc_id": r.doc_id, "sentences": sentences, "universe": r.universe}))?;
    }
    file.flush()?;
    let pred_path = out.join(format!("{set}.pred.jsonl"));
    let mut file = std::io::BufWriter::new(std::fs::File::create(&pred_path)?);
    for p in predictions {
        writeln!(file, "{p}")?;
    }
    file.flush()?;
    let attack = out.join("attack.json");
    std::fs::write(&attack, crate::train::corpus::read(&shared.join("attack.json.xz"))?)?;
    println!("== {set} ({credit})");
    let status = std::process::Command::new("python3")
        .arg(shared.join("eval_mapping.py"))
        .args(["--credit", credit, "--bootstrap", &bootstrap.to_string()])
        .arg("--gold")
        .arg(&gold_path)
        .arg("--pred")
        .arg(&pred_path)
        .arg("--attack")
        .arg(&attack)
        .arg("--tune-gold")
        .arg(&gold_path)
        .arg("--tune-pred")
        .arg(&pred_path)
        .status()?;
    ensure!(status.success(), "the scorer failed");
    Ok(())
}
