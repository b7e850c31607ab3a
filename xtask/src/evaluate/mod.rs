//! `cargo xtask evaluate`: figures against labelled material, by the scorer that comes with it.

mod fit;
mod free;
mod observables;
mod pdf;

use crate::train::corpus::{LabelledReport, read, reports};
use anyhow::{Context, Result, bail, ensure};
use bartizan::mapping::model::{Model, Scratch};
use bartizan::mapping::tokens::tokenize;
use bartizan::mapping::verdict::{
    DOCUMENT, DOCUMENT_NAMES, Layer, SENTENCE, SENTENCE_NAMES, document_features, sentence_features, sigmoid,
};
use bartizan::mapping::{Candidate, Mapper, Support};
use bartizan::{BlockKind, Document, Options, Region, Sentence};
use bartizan_knowledge::{Pack, Resolution};
use serde_json::{Value, json};
use std::collections::{BTreeMap, BTreeSet};
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
    /// Fit the document layer on these reports and write it; figures are cross-validated over documents
    #[arg(long)]
    fit: bool,
    /// Bootstrap samples for the intervals
    #[arg(long, default_value_t = 0)]
    bootstrap: u32,
    /// Show the worst errors of a set
    #[arg(long)]
    errors: Option<String>,
}

/// File of the document layer's numbers.
const LAYER: &str = "xtask/data/document-layer.txt";
/// Development sets, the credit they are scored with, and whether they count for thresholds.
const SETS: [(&str, &str); 3] =
    [("tram-dev", "exact"), ("annoctr-dev", "parent"), ("annoctr-train", "parent")];
/// Folds of the cross-validation over documents.
const FOLDS: usize = 5;

/// Coefficients of the document layer, as `evaluate mapping --fit` left them; none before the first fit.
pub fn document_layer(root: &Path) -> Result<Vec<f32>> {
    let Ok(text) = std::fs::read_to_string(root.join(LAYER)) else { return Ok(Vec::new()) };
    text.lines()
        .filter(|l| !l.is_empty() && !l.starts_with('#'))
        .map(|l| l.split_whitespace().next().unwrap_or("").parse().with_context(|| format!("{l}: no number")))
        .collect()
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

/// A labelled set with everything that is needed to judge a candidate.
struct Set {
    name: &'static str,
    credit: &'static str,
    reports: Vec<LabelledReport>,
}

/// One report's gold and its document.
struct Judged<'r> {
    report: &'r LabelledReport,
    document: Document,
    universe: Option<BTreeSet<String>>,
    parent_credit: bool,
    sentences: Vec<BTreeSet<String>>,
    all: BTreeSet<String>,
    fold: usize,
    /// Of a set of its own, so that sets weigh alike.
    weight: f32,
}

fn parent(id: &str) -> &str {
    id.split('.').next().unwrap_or(id)
}

fn current(pack: &Pack, id: &str) -> Option<String> {
    match pack.resolve(id) {
        Resolution::Current => Some(id.to_owned()),
        Resolution::Replaced(new) => Some(new.to_owned()),
        Resolution::Deprecated | Resolution::Unknown => None,
    }
}

/// As the scorer projects: into the universe, then to the credit.
fn project(id: &str, universe: Option<&BTreeSet<String>>, parent_credit: bool) -> Option<String> {
    let id = match universe {
        Some(u) if !u.contains(id) => parent(id),
        _ => id,
    };
    if universe.is_some_and(|u| !u.contains(id)) {
        return None;
    }
    Some(if parent_credit { parent(id) } else { id }.to_owned())
}

impl<'r> Judged<'r> {
    fn new(pack: &Pack, report: &'r LabelledReport, parent_credit: bool, weight: f32) -> Self {
        let universe: Option<BTreeSet<String>> =
            report.universe.as_ref().map(|u| u.iter().filter_map(|id| current(pack, id)).collect());
        let gold = |labels: &[String]| -> BTreeSet<String> {
            labels
                .iter()
                .filter_map(|id| current(pack, id))
                .filter_map(|id| project(&id, universe.as_ref(), parent_credit))
                .collect()
        };
        let sentences: Vec<_> = report.sentences.iter().map(|s| gold(&s.labels)).collect();
        let all = sentences.iter().flatten().cloned().collect();
        let fold = report.doc_id.bytes().fold(7usize, |h, b| h.wrapping_mul(31).wrapping_add(usize::from(b)))
            % FOLDS;
        Self { report, document: document(report), universe, parent_credit, sentences, all, fold, weight }
    }

    fn project(&self, id: &str) -> Option<String> {
        project(id, self.universe.as_ref(), self.parent_credit)
    }
}

/// The report as the product would read it from lines: each sentence a paragraph.
fn document(report: &LabelledReport) -> Document {
    let mut builder = bartizan::document::Builder::new();
    let mut spans = Vec::new();
    for s in &report.sentences {
        // A blank sentence keeps its place in the numbering.
        let text = if s.text.trim().is_empty() { "-" } else { &s.text };
        spans.extend(builder.block(BlockKind::Paragraph, Region::Main, None, text));
    }
    let mut document = builder.finish();
    document.sentences =
        spans.into_iter().enumerate().map(|(i, span)| Sentence { span, block: i as u32 }).collect();
    document
}

fn run_mapping(root: &Path, arguments: &Mapping) -> Result<()> {
    let shared = crate::train::shared(root, &arguments.shared).join("data/attack-mapping");
    let out = root.join(&arguments.out);
    std::fs::create_dir_all(&out)?;
    let bytes: &'static [u8] = std::fs::read(root.join(&arguments.model))?.leak();
    let mut sets = Vec::new();
    for (name, credit) in SETS {
        sets.push(Set { name, credit, reports: reports(&shared.join(format!("{name}.jsonl.xz")))? });
    }
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
    let judged: Vec<Vec<Judged>> = sets
        .iter()
        .map(|set| {
            let pairs: usize = set.reports.iter().flat_map(|r| &r.sentences).map(|s| s.labels.len()).sum();
            let weight = 1000.0 / pairs.max(1) as f32;
            set.reports.iter().map(|r| Judged::new(pack, r, set.credit == "parent", weight)).collect()
        })
        .collect();
    let mapper = Mapper::with_model(pack, bytes);
    let plain = plain_documents(root)?;
    if arguments.fit {
        let everything: Vec<&Judged> = judged.iter().flatten().collect();
        let mut cross: Vec<(Layer, usize)> = Vec::new();
        let mut mapper = mapper;
        for fold in 0..FOLDS {
            let rest: Vec<&Judged> = everything.iter().copied().filter(|j| j.fold != fold).collect();
            let plain: Vec<&Document> =
                plain.iter().enumerate().filter(|(i, _)| i % FOLDS != fold).map(|(_, d)| d).collect();
            let layer;
            (layer, mapper) = fit_layer(mapper, pack, &rest, &plain);
            cross.push((layer, fold));
        }
        let mut results: Vec<Vec<Outcome>> = judged.iter().map(|_| Vec::new()).collect();
        for (layer, fold) in &cross {
            mapper = mapper.with_layer(layer.clone());
            for (set, outcomes) in judged.iter().zip(&mut results) {
                for j in set.iter().filter(|j| j.fold == *fold) {
                    outcomes.push(outcome(&mapper, pack, j));
                }
            }
        }
        let thresholds = thresholds(&judged, &results);
        let (mut layer, back) = fit_layer(mapper, pack, &everything, &plain.iter().collect::<Vec<_>>());
        mapper = back;
        layer.thresholds = thresholds;
        write_layer(root, &layer)?;
        println!("thresholds {thresholds:?}");
        report(&scorer, &sets, &judged, &results, thresholds)?;
        let mut flagged = 0;
        for (i, d) in plain.iter().enumerate() {
            let (layer, _) = &cross[i % FOLDS];
            mapper = mapper.with_layer(layer.clone());
            let found = mapper.candidates(d, &Options::default(), &mut Vec::new());
            flagged += usize::from(found.iter().any(|c| c.probability >= thresholds[0]));
        }
        println!("technique-free texts with any technique at strict: {flagged} of {}", plain.len());
        return Ok(());
    }
    let results: Vec<Vec<Outcome>> =
        judged.iter().map(|set| set.iter().map(|j| outcome(&mapper, pack, j)).collect()).collect();
    if let Some(name) = &arguments.errors {
        let Some(at) = sets.iter().position(|s| s.name == name) else { bail!("no set {name}") };
        return errors(&mapper, pack, &judged[at]);
    }
    let numbers = document_layer(root)?;
    report(&scorer, &sets, &judged, &results, Layer::read(&numbers).thresholds)
}

/// What the mapper says of one report, in the gold's terms.
struct Outcome {
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

fn fit_layer(mapper: Mapper, pack: &Pack, reports: &[&Judged], plain: &[&Document]) -> (Layer, Mapper) {
    let options = Options::default();
    let mut examples: Vec<fit::Example<SENTENCE>> = Vec::new();
    for j in reports {
        mapper.candidates_and_supports(&j.document, &options, &mut |technique, s| {
            let Some(id) = pack.techniques().get(technique as usize).and_then(|t| j.project(t.id)) else {
                return;
            };
            if s.signal.tokens > 0 {
                let gold = j.sentences[s.sentence as usize].contains(&id);
                examples.push((sentence_features(&s.signal), gold, j.weight));
            }
        });
    }
    for d in plain {
        mapper.candidates_and_supports(d, &options, &mut |_, s| {
            examples.push((sentence_features(&s.signal), false, 0.5));
        });
    }
    let mut layer = Layer { sentence: fit::logistic(&examples, 2.0), ..mapper.layer().clone() };
    let mapper = mapper.with_layer(layer.clone());
    let mut examples: Vec<fit::Example<DOCUMENT>> = Vec::new();
    for j in reports {
        for c in mapper.candidates(&j.document, &options, &mut Vec::new()) {
            let Some(id) = pack.techniques().get(c.technique as usize).and_then(|t| j.project(t.id)) else {
                continue;
            };
            examples.push((document_features(&c.standing), j.all.contains(&id), j.weight));
        }
    }
    for d in plain {
        for c in mapper.candidates(d, &options, &mut Vec::new()) {
            examples.push((document_features(&c.standing), false, 1.0));
        }
    }
    layer.document = fit::logistic(&examples, 1.0);
    (layer.clone(), mapper.with_layer(layer))
}

/// Technique-free texts of our own: paragraphs of a file, each a document.
fn plain_documents(root: &Path) -> Result<Vec<Document>> {
    let text = std::fs::read_to_string(root.join("xtask/data/plain-documents.txt")).unwrap_or_default();
    Ok(text
        .split("\n\n")
        .map(|p| p.lines().filter(|l| !l.starts_with('#')).collect::<Vec<_>>().join(" "))
        .filter(|p| !p.trim().is_empty())
        .enumerate()
        .map(|(i, p)| {
            let sentences: Vec<_> = p
                .split_inclusive(". ")
                .enumerate()
                .map(|(k, s)| crate::train::corpus::LabelledSentence {
                    sentence_id: k.to_string(),
                    text: s.trim().to_owned(),
                    labels: vec![],
                })
                .collect();
            document(&LabelledReport { doc_id: i.to_string(), sentences, universe: None })
        })
        .collect())
}

/// Strict: the lowest threshold with a precision of 0.8 on average over the sets; balanced: the best mean F1.
fn thresholds(judged: &[Vec<Judged>], results: &[Vec<Outcome>]) -> [f32; 2] {
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

fn write_layer(root: &Path, layer: &Layer) -> Result<()> {
    let names = SENTENCE_NAMES
        .iter()
        .map(|n| format!("sentence: {n}"))
        .chain(DOCUMENT_NAMES.iter().map(|n| format!("document: {n}")))
        .chain(["threshold: strict".to_owned(), "threshold: balanced".to_owned()]);
    let mut text = String::from(
        "# The document layer, made by `cargo xtask evaluate mapping --fit`; `cargo xtask train` puts it into the model.\n",
    );
    for (x, name) in layer.numbers().iter().zip(names) {
        text += &format!("{x:<12.4} {name}\n");
        println!("{x:>9.3}  {name}");
    }
    std::fs::write(root.join(LAYER), text)?;
    Ok(())
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
        scorer.score(set, "sentence", "sentence", &sentences)?;
        scorer.score(set, "document", "document, stated ids included", &documents)?;
        scorer.score(set, "document", "document, without what is stated", &inferred)?;
        for (name, t) in [("strict", thresholds[0]), ("balanced", thresholds[1])] {
            let all = count(judged, outcomes, |o| &o.document, t);
            let read = count(judged, outcomes, |o| &o.inferred, t);
            println!(
                "{} {name} {t:.2}: precision {:.3} recall {:.3} F1 {:.3}; without what is stated {:.3} {:.3} {:.3}",
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
