//! `cargo xtask evaluate`: figures against labelled material, by the scorer that comes with it.

pub mod fit;
mod free;
pub mod judged;
mod observables;
mod pdf;

use crate::train::corpus::{LabelledReport, read};
use anyhow::{Context, Result, bail, ensure};
use bartizan::Options;
use bartizan::mapping::model::{Model, Scratch};
use bartizan::mapping::tokens::tokenize;
use bartizan::mapping::verdict::sigmoid;
use bartizan::mapping::{Candidate, Mapper, Support};
use bartizan_knowledge::Pack;
use judged::{FOLDS, Judged, Set, plain_documents};
use serde_json::{Value, json};
use std::collections::BTreeMap;
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
    /// Technique mapping on TRAM dev and AnnoCTR train and dev
    Mapping(Mapping),
    /// False alarms: every file below a folder is taken to be free of techniques
    TechniqueFree(free::TechniqueFree),
    /// Names, places, sectors and dates on AnnoCTR
    Entities(crate::entities::Arguments),
    /// Relations stated by the reports of data/ioc: a sample to judge, or a judged one scored
    Relations(crate::relations::Arguments),
    /// Observables on the labelled reports of data/ioc
    Observables(observables::Observables),
    /// The PDF reader against pdftotext
    Pdf(pdf::Pdf),
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
    /// Fit the document model anew without each fold of the reports, and score that fold
    #[arg(long)]
    cross: bool,
    /// Bootstrap samples for the intervals
    #[arg(long, default_value_t = 0)]
    bootstrap: u32,
    /// Show the worst errors of a set
    #[arg(long)]
    errors: Option<String>,
}

/// Runs the chore.
pub fn run(root: &Path, arguments: &Arguments) -> Result<()> {
    match &arguments.what {
        What::Mapping(mapping) => run_mapping(root, mapping),
        What::TechniqueFree(free) => free::run(free),
        What::Entities(entities) => crate::entities::run(root, entities),
        What::Relations(arguments) => crate::relations::run(root, arguments),
        What::Observables(observables) => observables::run(root, observables),
        What::Pdf(arguments) => pdf::run(arguments),
    }
}

fn run_mapping(root: &Path, arguments: &Mapping) -> Result<()> {
    let shared = crate::train::shared(root, &arguments.shared).join("data/attack-mapping");
    let out = root.join(&arguments.out);
    std::fs::create_dir_all(&out)?;
    let bytes: &'static [u8] = std::fs::read(root.join(&arguments.model))?.leak();
    let sets = judged::sets(&shared)?;
    let scorer = Scorer { shared: &shared, out: &out, bootstrap: arguments.bootstrap };
    if arguments.model_alone {
        let model = Model::open(bytes).context("no model")?;
        for set in &sets {
            scorer.score(set, "both", "model alone", &alone(&model, &set.reports))?;
        }
        return Ok(());
    }
    let pack = Pack::built_in();
    ensure!(!pack.techniques().is_empty(), "the pack has no techniques");
    let judged = judged::judge(pack, &sets);
    let mut mapper = Mapper::with_model(pack, bytes);
    if let Some(name) = &arguments.errors {
        let Some(at) = sets.iter().position(|s| s.name == name) else { bail!("no set {name}") };
        return errors(&mapper, pack, &judged[at]);
    }
    if !arguments.cross {
        let results = outcomes(&mapper, pack, &judged, None);
        return report(&scorer, &sets, &judged, &results, mapper.layer().thresholds);
    }
    let plain = plain_documents(root)?;
    let (folds, _) = crate::train::layer::cross(&mapper, pack, &judged, &plain);
    let mut results: Vec<Vec<Outcome>> = judged.iter().map(|_| Vec::new()).collect();
    let mut flagged = 0;
    for (fold, layer) in folds.into_iter().enumerate() {
        let strict = mapper.layer().thresholds[0];
        mapper = mapper.with_layer(layer);
        for (all, some) in results.iter_mut().zip(outcomes(&mapper, pack, &judged, Some(fold))) {
            all.extend(some);
        }
        for d in plain.iter().skip(fold).step_by(FOLDS) {
            let found = mapper.candidates(d, &Options::default(), &mut Vec::new());
            flagged += usize::from(found.iter().any(|c| c.probability >= strict));
        }
    }
    report(&scorer, &sets, &judged, &results, mapper.layer().thresholds)?;
    println!("technique-free texts with any technique at strict: {flagged} of {}", plain.len());
    Ok(())
}

/// What the mapper says of the reports, of one fold or of all.
pub fn outcomes(
    mapper: &Mapper,
    pack: &Pack,
    judged: &[Vec<Judged>],
    fold: Option<usize>,
) -> Vec<Vec<Outcome>> {
    let wanted = |j: &&Judged| fold.is_none_or(|fold| j.fold == fold);
    judged.iter().map(|set| set.iter().filter(wanted).map(|j| outcome(mapper, pack, j)).collect()).collect()
}

/// What the mapper says of one report, in the gold's terms.
pub struct Outcome {
    doc_id: String,
    /// With what is stated.
    document: BTreeMap<String, f32>,
    /// Read from names and descriptions only.
    inferred: BTreeMap<String, f32>,
    sentences: Vec<BTreeMap<String, f32>>,
}

fn outcome(mapper: &Mapper, pack: &Pack, j: &Judged) -> Outcome {
    let mut sentences = vec![BTreeMap::new(); j.report.sentences.len()];
    let raise = |map: &mut BTreeMap<String, f32>, id: String, p: f32| {
        map.entry(id).and_modify(|old| *old = p.max(*old)).or_insert(p);
    };
    let id_of = |technique: u32| pack.techniques().get(technique as usize).and_then(|t| j.project(t.id));
    let mut each = |technique: u32, s: &Support| {
        if let Some(id) = id_of(technique) {
            raise(&mut sentences[s.sentence as usize], id, sigmoid(s.logit));
        }
    };
    let candidates = mapper.candidates_and_supports(&j.document, &Options::default(), &mut each);
    let (mut document, mut without) = (BTreeMap::new(), BTreeMap::new());
    for c in candidates {
        if let Some(id) = id_of(c.technique) {
            raise(&mut document, id.clone(), c.probability);
            raise(&mut without, id, inferred(mapper, &c));
        }
    }
    Outcome { doc_id: j.report.doc_id.clone(), document, inferred: without, sentences }
}

/// The probability without what is stated.
fn inferred(mapper: &Mapper, candidate: &Candidate) -> f32 {
    sigmoid(mapper.layer().document(&candidate.standing))
}

/// Strict: the lowest threshold with a precision of 0.8 on average over the sets; balanced: the best mean F1.
pub fn thresholds(judged: &[Vec<Judged>], results: &[Vec<Outcome>]) -> [f32; 2] {
    let at = |threshold: f32| -> (f32, f32) {
        let (mut precision, mut f1) = (0.0, 0.0);
        for (set, outcomes) in judged.iter().zip(results) {
            let counts = count(set, outcomes, |o| &o.inferred, threshold);
            precision += counts.precision() / judged.len() as f32;
            f1 += counts.f1() / judged.len() as f32;
        }
        (precision, f1)
    };
    let grid: Vec<(f32, (f32, f32))> = (5..95).map(|i| i as f32 / 100.0).map(|t| (t, at(t))).collect();
    let strict = grid.iter().find(|g| g.1.0 >= 0.8).map_or(0.9, |g| g.0);
    let balanced = grid.iter().max_by(|a, b| a.1.1.total_cmp(&b.1.1)).map_or(0.5, |g| g.0);
    [strict.max(balanced), balanced]
}

/// Pairs of document and technique.
#[derive(Default)]
struct Counts {
    right: usize,
    predicted: usize,
    gold: usize,
}

impl Counts {
    fn precision(&self) -> f32 {
        self.right as f32 / self.predicted.max(1) as f32
    }

    fn recall(&self) -> f32 {
        self.right as f32 / self.gold.max(1) as f32
    }

    fn f1(&self) -> f32 {
        2.0 * self.right as f32 / (self.predicted + self.gold).max(1) as f32
    }
}

fn count(
    set: &[Judged],
    outcomes: &[Outcome],
    which: impl Fn(&Outcome) -> &BTreeMap<String, f32>,
    threshold: f32,
) -> Counts {
    let by_id: BTreeMap<&str, &Judged> = set.iter().map(|j| (j.report.doc_id.as_str(), j)).collect();
    let mut out = Counts::default();
    for o in outcomes {
        let j = by_id[o.doc_id.as_str()];
        out.gold += j.all.len();
        for (technique, _) in which(o).iter().filter(|(_, p)| **p >= threshold) {
            out.predicted += 1;
            out.right += usize::from(j.all.contains(technique));
        }
    }
    out
}

/// Runs the scorer on sentences and on documents, and prints operating points and calibration.
fn report(
    scorer: &Scorer,
    sets: &[Set],
    judged: &[Vec<Judged>],
    results: &[Vec<Outcome>],
    thresholds: [f32; 2],
) -> Result<()> {
    let mut deciles = [(0.0f32, 0u32, 0u32); 10];
    for ((set, judged), outcomes) in sets.iter().zip(judged).zip(results) {
        let by_id: BTreeMap<&str, &Judged> = judged.iter().map(|j| (j.report.doc_id.as_str(), j)).collect();
        let list = |map: &BTreeMap<String, f32>| -> Vec<Value> {
            map.iter().map(|(t, p)| json!({"id": t, "score": p})).collect()
        };
        let (mut sentences, mut documents, mut inferred) = (Vec::new(), Vec::new(), Vec::new());
        for o in outcomes {
            let j = by_id[o.doc_id.as_str()];
            for (s, found) in j.report.sentences.iter().zip(&o.sentences) {
                sentences.push(
                    json!({"doc_id": o.doc_id, "sentence_id": s.sentence_id, "techniques": list(found)}),
                );
            }
            documents.push(json!({"doc_id": o.doc_id, "techniques": list(&o.document)}));
            inferred.push(json!({"doc_id": o.doc_id, "techniques": list(&o.inferred)}));
            for (t, p) in &o.inferred {
                let d = &mut deciles[((p * 10.0) as usize).min(9)];
                d.0 += p;
                d.1 += 1;
                d.2 += u32::from(j.all.contains(t));
            }
        }
        scorer.score(set, "sentence", "sentence, as claims", &sentences)?;
        scorer.score(set, "document", "document, as claims: a stated id is sure", &documents)?;
        scorer.score(set, "document", "document, as bartizan map scores it", &inferred)?;
        for (name, t) in [("strict", thresholds[0]), ("balanced", thresholds[1])] {
            let all = count(judged, outcomes, |o| &o.document, t);
            let read = count(judged, outcomes, |o| &o.inferred, t);
            println!(
                "{} {name} {t:.2}: precision {:.3} recall {:.3} F1 {:.3}; as scored {:.3} {:.3} {:.3}",
                set.name,
                all.precision(),
                all.recall(),
                all.f1(),
                read.precision(),
                read.recall(),
                read.f1()
            );
        }
    }
    println!("calibration by decile: mean probability, share right, count");
    for (sum, n, right) in deciles.iter().filter(|d| d.1 > 0) {
        println!("  {:.3} {:.3} {n}", sum / *n as f32, *right as f32 / *n as f32);
    }
    Ok(())
}

/// Prints the most confident document-level errors with their best sentence.
fn errors(mapper: &Mapper, pack: &Pack, judged: &[Judged]) -> Result<()> {
    let mut wrong = Vec::new();
    for j in judged {
        for c in mapper.candidates(&j.document, &Options::default(), &mut Vec::new()) {
            let Some(t) = pack.techniques().get(c.technique as usize) else { continue };
            let Some(id) = j.project(t.id) else { continue };
            if !j.all.contains(&id) {
                let text = c.supports.first().map_or("", |s| s.around.of(&j.document.text));
                let shown: String = text.chars().take(180).collect();
                wrong.push((c.probability, t.id, t.name, c.provenance, shown));
            }
        }
    }
    wrong.sort_by(|a, b| b.0.total_cmp(&a.0));
    for (p, id, name, provenance, text) in wrong.iter().take(80) {
        println!("{p:.2} {id} {name} [{}] {text}", provenance.as_str());
    }
    Ok(())
}

/// Predictions of the linear model alone, one record for each sentence.
fn alone(model: &Model, gold: &[LabelledReport]) -> Vec<Value> {
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

/// The scorer that comes with the data.
struct Scorer<'p> {
    shared: &'p Path,
    out: &'p Path,
    bootstrap: u32,
}

impl Scorer<'_> {
    /// Writes gold and predictions and runs it, with the best threshold of this very set: an upper bound.
    fn score(&self, set: &Set, level: &str, what: &str, predictions: &[Value]) -> Result<()> {
        let gold_path = self.out.join(format!("{}.gold.jsonl", set.name));
        let mut file = std::io::BufWriter::new(std::fs::File::create(&gold_path)?);
        for r in &set.reports {
            let sentences: Vec<_> = r
                .sentences
                .iter()
                .map(|s| json!({"sentence_id": s.sentence_id, "text": s.text, "labels": s.labels}))
                .collect();
            writeln!(
                file,
                "{}",
                json!({"doc_id": r.doc_id, "sentences": sentences, "universe": r.universe})
            )?;
        }
        file.flush()?;
        let pred_path = self.out.join(format!("{}.{level}.pred.jsonl", set.name));
        let mut file = std::io::BufWriter::new(std::fs::File::create(&pred_path)?);
        for p in predictions {
            writeln!(file, "{p}")?;
        }
        file.flush()?;
        let attack = self.out.join("attack.json");
        std::fs::write(&attack, read(&self.shared.join("attack.json.xz"))?)?;
        println!("== {} {what} ({})", set.name, set.credit);
        let mut command = std::process::Command::new("python3");
        command
            .arg(self.shared.join("eval_mapping.py"))
            .args(["--credit", set.credit, "--level", level, "--bootstrap", &self.bootstrap.to_string()])
            .arg("--gold")
            .arg(&gold_path)
            .arg("--pred")
            .arg(&pred_path)
            .arg("--attack")
            .arg(&attack);
        command.arg("--tune-gold").arg(&gold_path).arg("--tune-pred").arg(&pred_path);
        ensure!(command.status()?.success(), "the scorer failed");
        Ok(())
    }
}
