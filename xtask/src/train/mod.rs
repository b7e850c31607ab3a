//! `cargo xtask train`: the technique model from upstream files, the same bytes every time.

mod boost;
pub mod corpus;
pub mod layer;

use crate::evaluate::judged::{self, FOLDS, Judged};
use crate::evaluate::{Outcome, outcomes, thresholds};
use anyhow::{Context, Result, bail, ensure};
use bartizan::Document;
use bartizan::learning::solver;
use bartizan::mapping::Mapper;
use bartizan::mapping::features::features;
use bartizan::mapping::model::{Label, Model, Parameters, Row, Writer, idf, quantise_idf};
use bartizan::mapping::tokens::tokenize;
use bartizan::mapping::verdict::Layer;
use bartizan_knowledge::Pack;
use corpus::{Corpus, Kind};
use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::path::{Path, PathBuf};
use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};

/// Trains the technique model.
#[derive(clap::Args, Clone, Debug)]
pub struct Arguments {
    /// Folder with data/knowledge and data/attack-mapping
    /// [default: BARTIZAN_SHARED, else ../shared]
    #[arg(long, value_name = "DIR")]
    shared: Option<PathBuf>,
    /// Where the model goes; its recipe is written beside it
    #[arg(long, default_value = "crates/bartizan-knowledge/data/model.bin")]
    out: PathBuf,
    /// Only check that the committed model belongs to its recipe and to the sources in the tree
    #[arg(long)]
    check: bool,
    /// Keep the linear model and the forest as they are in the file; fit the document model and thresholds anew
    #[arg(long)]
    refit: bool,
    /// Labels trained at a time
    #[arg(long, default_value_t = 1)]
    threads: usize,
    /// Leave out the procedure examples of the groups, campaigns and software named in FILE, one id or name a line:
    /// for measuring on a set that was made from their ATT&CK pages. Give another --out
    #[arg(long, value_name = "FILE")]
    without: Option<PathBuf>,
    #[command(flatten)]
    settings: Settings,
}

/// What decides the result. Kept in the recipe.
#[derive(clap::Args, Clone, Debug)]
pub struct Settings {
    /// Seed of the order of examples
    #[arg(long, default_value_t = 1)]
    seed: u64,
    /// Cost of an error on a positive or certain negative example
    #[arg(long, default_value_t = 0.25)]
    cost: f32,
    /// Share of it for a TRAM sentence and a technique outside TRAM's list
    #[arg(long, default_value_t = 0.05)]
    unknown: f32,
    /// Share of it for an example of another technique
    #[arg(long, default_value_t = 0.3)]
    other: f32,
    /// Share of it for a sentence about defence
    #[arg(long, default_value_t = 0.5)]
    defence: f32,
    /// Sentences of each technique description
    #[arg(long, default_value_t = 3)]
    descriptions: usize,
    /// Sentences of each mitigation
    #[arg(long, default_value_t = 2)]
    mitigations: usize,
    /// Fewest examples of a label
    #[arg(long, default_value_t = 4)]
    support: usize,
    /// Fewest rows with a feature
    #[arg(long, default_value_t = 2)]
    frequency: u32,
    /// Weights below this are dropped
    #[arg(long, default_value_t = 0.08)]
    prune: f32,
    /// Most passes
    #[arg(long, default_value_t = 25)]
    passes: usize,
    /// Share of the median norm below which a sentence is not stretched
    #[arg(long, default_value_t = 0.8)]
    floor: f32,
}

/// Sources that decide what a feature is: a change of any makes the model stale.
const SOURCES: &[&str] = &[
    "crates/bartizan/src/mapping/tokens.rs",
    "crates/bartizan/src/mapping/features.rs",
    "xtask/src/train/corpus.rs",
    "crates/bartizan/src/learning/solver.rs",
    "xtask/src/train/boost.rs",
    "xtask/src/train/layer.rs",
    "xtask/data/plain.txt",
    "xtask/data/behaviours.tsv",
    "xtask/data/plain-documents.txt",
    "crates/bartizan/src/mapping/lexicon.txt",
];

/// The lines of a list of ids and names, in lower case.
fn left_out(list: Option<&Path>) -> Result<BTreeSet<String>> {
    let Some(list) = list else { return Ok(BTreeSet::new()) };
    let text = std::fs::read_to_string(list).with_context(|| list.display().to_string())?;
    Ok(text.lines().map(|l| l.trim().to_lowercase()).filter(|l| !l.is_empty()).collect())
}

/// The folder of upstream data: as given, else from the environment, else beside the repository.
pub fn shared(root: &Path, given: &Option<PathBuf>) -> PathBuf {
    given
        .clone()
        .or_else(|| std::env::var_os("BARTIZAN_SHARED").map(PathBuf::from))
        .unwrap_or_else(|| root.join("../shared"))
}

/// Code of a source file: what stands before its tests.
fn code(text: &str) -> &str {
    text.split("#[cfg(test)]").next().unwrap_or(text)
}

/// The part of the recipe that depends on the tree.
fn tree(root: &Path) -> Result<String> {
    SOURCES
        .iter()
        .map(|s| {
            let text = std::fs::read_to_string(root.join(s)).with_context(|| (*s).to_owned())?;
            Ok(format!("source {} {s}\n", corpus::sha256(code(&text).as_bytes())))
        })
        .collect()
}

/// Runs the chore.
pub fn run(root: &Path, arguments: &Arguments) -> Result<()> {
    let out = root.join(&arguments.out);
    let recipe_path = out.with_extension("recipe.txt");
    if arguments.check {
        return check(root, &out, &recipe_path);
    }
    let shared = shared(root, &arguments.shared);
    let choice = corpus::Choice {
        description_sentences: arguments.settings.descriptions,
        defence_sentences: arguments.settings.mitigations,
        without: left_out(arguments.without.as_deref())?,
    };
    let corpus = corpus::load(&shared, &root.join("xtask/data"), &choice)?;
    let mut recipe = String::from("How model.bin was made: cargo xtask train\n");
    recipe += &format!("settings {:?}\n", arguments.settings);
    for (name, sum) in &corpus.files {
        recipe += &format!("input {sum} {name}\n");
    }
    if !choice.without.is_empty() {
        let list: Vec<&str> = choice.without.iter().map(String::as_str).collect();
        recipe += &format!("without {}\n", list.join(", "));
    }
    let mapping = shared.join("data/attack-mapping");
    for (name, _) in judged::SETS {
        let name = format!("{name}.jsonl.xz");
        recipe += &format!("input {} {name}\n", corpus::sha256(&std::fs::read(mapping.join(&name))?));
    }
    recipe += &tree(root)?;
    if arguments.refit {
        return refit(root, &out, &recipe_path, recipe, &mapping);
    }
    let mut model = linear(&corpus, arguments, None)?;
    let layer = fit(root, &corpus, arguments, &mapping, &model)?;
    recipe += &format!("thresholds {:?}\n", layer.thresholds);
    model.parameters.recipe = digest(&recipe);
    model.parameters.document = layer.numbers();
    model.parameters.forest = layer.forest.numbers();
    let bytes = model.bytes();
    std::fs::create_dir_all(out.parent().context("no folder")?)?;
    std::fs::write(&out, &bytes)?;
    recipe += &format!("output {} {} bytes\n", corpus::sha256(&bytes), bytes.len());
    std::fs::write(&recipe_path, recipe)?;
    println!("wrote {} ({} bytes)", out.display(), bytes.len());
    Ok(())
}

/// Where the recipe's digest and, behind it, the document model stand in the file (see `Writer::bytes`).
const RECIPE_AT: usize = 32;
const DOCUMENT_AT: usize = RECIPE_AT + 32;

/// Writes a new document model into the file, which is otherwise what the recipe's inputs would give again.
fn refit(root: &Path, out: &Path, recipe_path: &Path, mut recipe: String, sets: &Path) -> Result<()> {
    let mut bytes = std::fs::read(out).with_context(|| out.display().to_string())?;
    let old = Model::open(&bytes).context("no model")?.parameters.document;
    let mapper = Mapper::with_model(Pack::built_in(), bytes.clone().leak());
    let layer = documents(mapper, sets, &judged::plain_documents(root)?)?;
    recipe += &format!("thresholds {:?}\n", layer.thresholds);
    let raw = |numbers: &[f32]| numbers.iter().flat_map(|x| x.to_le_bytes()).collect::<Vec<u8>>();
    let place = DOCUMENT_AT..DOCUMENT_AT + old.len() * 4;
    ensure!(bytes.get(place.clone()) == Some(raw(&old).as_slice()), "{} has another layout", out.display());
    bytes[place].copy_from_slice(&raw(&layer.numbers()));
    bytes[RECIPE_AT..DOCUMENT_AT].copy_from_slice(&digest(&recipe));
    std::fs::write(out, &bytes)?;
    recipe += &format!("output {} {} bytes\n", corpus::sha256(&bytes), bytes.len());
    std::fs::write(recipe_path, recipe)?;
    println!("wrote {}", out.display());
    Ok(())
}

/// The forest from TRAM's training reports out of fold, the document model and thresholds from the development sets.
fn fit(root: &Path, corpus: &Corpus, arguments: &Arguments, sets: &Path, model: &Writer) -> Result<Layer> {
    let pack = Pack::built_in();
    let training = corpus::reports(&sets.join("tram-train.jsonl.xz"))?;
    let plain = judged::plain_documents(root)?;
    let mut examples = Vec::new();
    for fold in 0..FOLDS {
        let bytes = linear(corpus, arguments, Some(fold))?.bytes().leak();
        println!("fold {fold} of {FOLDS}");
        let mapper = Mapper::with_model(pack, bytes);
        let unseen: Vec<Judged> = training
            .iter()
            .enumerate()
            .filter(|(i, _)| i % FOLDS == fold)
            .map(|(_, r)| Judged::new(pack, r, false, 1.0))
            .collect();
        layer::sentence_examples(&mapper, pack, &unseen.iter().collect::<Vec<_>>(), &mut examples);
    }
    println!("{} examples for the forest", examples.len());
    let mapper = Mapper::with_model(pack, model.clone().bytes().leak());
    let forest = layer::forest(&mapper, examples, &plain);
    documents(mapper.with_layer(Layer { forest, ..Layer::default() }), sets, &plain)
}

/// The document model and the thresholds, under the linear model and the forest of `mapper`.
fn documents(mut mapper: Mapper, sets: &Path, plain: &[Document]) -> Result<Layer> {
    let pack = Pack::built_in();
    let sets = judged::sets(sets)?;
    let judged = judged::judge(pack, &sets);
    let (folds, mut whole) = layer::cross(&mapper, pack, &judged, plain);
    let mut results: Vec<Vec<Outcome>> = judged.iter().map(|_| Vec::new()).collect();
    for (fold, layer) in folds.into_iter().enumerate() {
        mapper = mapper.with_layer(layer);
        for (all, some) in results.iter_mut().zip(outcomes(&mapper, pack, &judged, Some(fold))) {
            all.extend(some);
        }
    }
    whole.thresholds = thresholds(&judged, &results);
    println!("thresholds {:?}", whole.thresholds);
    Ok(whole)
}

fn check(root: &Path, out: &Path, recipe_path: &Path) -> Result<()> {
    let recipe = std::fs::read_to_string(recipe_path).with_context(|| recipe_path.display().to_string())?;
    let bytes = std::fs::read(out).with_context(|| out.display().to_string())?;
    ensure!(
        recipe.contains(&tree(root)?),
        "{}: sources have changed since the model was trained; run cargo xtask train",
        out.display()
    );
    let line = format!("output {} {} bytes\n", corpus::sha256(&bytes), bytes.len());
    ensure!(recipe.ends_with(&line), "{} is not what {} describes", out.display(), recipe_path.display());
    let head = recipe.strip_suffix(&line).unwrap_or_default();
    let Some(model) = bartizan::mapping::model::Model::open(&bytes) else {
        bail!("{} is no model", out.display())
    };
    ensure!(digest(head) == model.parameters.recipe, "{} was made by another recipe", out.display());
    println!("{} belongs to its recipe: {} labels", out.display(), model.labels.len());
    Ok(())
}

fn digest(text: &str) -> [u8; 32] {
    use sha2::Digest;
    sha2::Sha256::digest(text.as_bytes()).into()
}

/// Parent of a sub-technique id.
fn parent(id: &str) -> &str {
    match id.rsplit_once('.') {
        Some((head, _)) if head != "AML" => head,
        _ => id,
    }
}

/// Labels with enough examples, and how many each has; a child counts for its parent.
fn labels(corpus: &Corpus, support: usize) -> Vec<(String, usize)> {
    let mut counts: BTreeMap<&str, usize> = BTreeMap::new();
    for row in &corpus.rows {
        let all: BTreeSet<&str> = row.labels.iter().flat_map(|l| [l.as_str(), parent(l)]).collect();
        for label in all {
            *counts.entry(label).or_default() += 1;
        }
    }
    counts
        .into_iter()
        .filter(|&(l, n)| n >= support && corpus.catalogue.live.contains_key(l))
        .map(|(l, n)| (l.to_owned(), n))
        .collect()
}

/// Rows as sparse vectors; columns are the features that occur often enough.
struct Vectors {
    matrix: solver::Matrix,
    squares: Vec<f32>,
    /// Hash and quantised idf of each column.
    columns: Vec<(u32, u8)>,
    norm_floor: f32,
}

fn vectors(corpus: &Corpus, settings: &Settings) -> Vectors {
    let mut tokens = Vec::new();
    let mut found = Vec::new();
    let mut rows: Vec<Vec<u32>> = Vec::with_capacity(corpus.rows.len());
    let mut frequency: BTreeMap<u32, u32> = BTreeMap::new();
    for row in &corpus.rows {
        tokens.clear();
        tokenize(&row.text, &mut tokens);
        features(&row.text, &tokens, &mut found);
        for f in &found {
            *frequency.entry(f.hash).or_default() += 1;
        }
        rows.push(found.iter().map(|f| f.hash).collect());
    }
    let total = rows.len() as f32;
    let columns: Vec<(u32, u8)> = frequency
        .iter()
        .filter(|&(_, &n)| n >= settings.frequency)
        .map(|(&hash, &n)| (hash, quantise_idf(((1.0 + total) / (1.0 + n as f32)).ln() + 1.0)))
        .collect();
    let number: HashMap<u32, u32> = columns.iter().enumerate().map(|(i, c)| (c.0, i as u32)).collect();
    let known: Vec<Vec<u32>> =
        rows.iter().map(|r| r.iter().filter_map(|h| number.get(h).copied()).collect()).collect();
    let norm = |r: &[u32]| r.iter().map(|&c| idf(columns[c as usize].1).powi(2)).sum::<f32>().sqrt();
    let mut norms: Vec<f32> = known.iter().map(|r| norm(r)).filter(|n| *n > 0.0).collect();
    norms.sort_by(f32::total_cmp);
    let norm_floor = settings.floor * norms.get(norms.len() / 2).copied().unwrap_or(1.0);
    let mut matrix = solver::Matrix { starts: vec![0], items: vec![], columns: columns.len() };
    let mut squares = Vec::with_capacity(known.len());
    for row in &known {
        let scale = norm(row).max(norm_floor);
        matrix.items.extend(row.iter().map(|&c| (c, idf(columns[c as usize].1) / scale)));
        matrix.starts.push(matrix.items.len() as u32);
        let from = matrix.starts[matrix.starts.len() - 2] as usize;
        squares.push(matrix.items[from..].iter().map(|(_, x)| x * x).sum());
    }
    Vectors { matrix, squares, columns, norm_floor }
}

/// What each row says about one label; rows that say nothing are left out.
fn examples(
    corpus: &Corpus,
    label: &str,
    settings: &Settings,
    without: Option<usize>,
) -> Vec<solver::Example> {
    let domain = corpus.catalogue.live.get(label).map_or(0, |l| l.1);
    let own_parent = parent(label);
    let asked = corpus.universe.contains(label) || corpus.universe.contains(own_parent);
    let mut out = Vec::new();
    for (i, row) in corpus.rows.iter().enumerate() {
        if without.is_some_and(|fold| row.report.is_some_and(|r| r % FOLDS == fold)) {
            continue;
        }
        let positive = row.labels.iter().any(|l| l == label || parent(l) == label);
        // "Some kind of X": whether it is this kind is unknown.
        let parent_only = own_parent != label && row.labels.contains(own_parent);
        let share = if positive {
            1.0
        } else if parent_only {
            0.0
        } else {
            match row.kind {
                Kind::Report if asked => 1.0,
                Kind::Report => settings.unknown,
                Kind::Example if row.domain != domain => 0.0,
                Kind::Example => settings.other,
                Kind::Defence if row.domain != domain => 0.0,
                Kind::Defence => settings.defence,
                Kind::Own if row.labels.is_empty() => 1.0,
                Kind::Own => settings.other,
                Kind::Plain => 1.0,
            }
        };
        if share > 0.0 {
            out.push(solver::Example { row: i as u32, positive, cost: settings.cost * share });
        }
    }
    out
}

/// The linear model; without the reports of one fold, if so wanted.
fn linear(corpus: &Corpus, arguments: &Arguments, without: Option<usize>) -> Result<Writer> {
    let settings = &arguments.settings;
    let labels = labels(corpus, settings.support);
    let vectors = vectors(corpus, settings);
    println!(
        "{} rows, {} features, {} labels, {} values",
        corpus.rows.len(),
        vectors.columns.len(),
        labels.len(),
        vectors.matrix.items.len()
    );
    let next = AtomicUsize::new(0);
    let done = Mutex::new(BTreeMap::new());
    std::thread::scope(|scope| {
        for _ in 0..arguments.threads.max(1) {
            scope.spawn(|| {
                loop {
                    let i = next.fetch_add(1, Ordering::Relaxed);
                    let Some((label, _)) = labels.get(i) else { break };
                    let examples = examples(corpus, label, settings, without);
                    let effort =
                        solver::Effort { passes: settings.passes, tolerance: 0.1, seed: settings.seed };
                    let (w, bias) = solver::train(
                        &vectors.matrix,
                        &vectors.squares,
                        &examples,
                        effort,
                        &solver::Start::default(),
                    );
                    let kept: Vec<(u32, f32)> = w
                        .iter()
                        .enumerate()
                        .filter(|(_, w)| w.abs() >= settings.prune)
                        .map(|(c, w)| (c as u32, *w))
                        .collect();
                    if let Ok(mut done) = done.lock() {
                        done.insert(i, (kept, bias));
                    }
                }
            });
        }
    });
    let done = done.into_inner().map_err(|_| anyhow::anyhow!("a trainer panicked"))?;
    ensure!(done.len() == labels.len(), "a trainer panicked");
    let mut rows: Vec<Vec<(u16, i8)>> = vec![Vec::new(); vectors.columns.len()];
    let mut table = Vec::with_capacity(labels.len());
    for (i, (weights, bias)) in &done {
        let top = weights.iter().map(|w| w.1.abs()).fold(0.0f32, f32::max);
        let scale = if top > 0.0 { top / 127.0 } else { 1.0 };
        let (id, count) = &labels[*i];
        table.push(Label { id: id.clone(), bias: *bias, scale, support: (*count as f32).ln() });
        for &(column, w) in weights {
            let byte = (w / scale).round().clamp(-127.0, 127.0) as i8;
            if byte != 0 {
                rows[column as usize].push((u16::try_from(*i)?, byte));
            }
        }
    }
    let features: Vec<Row> = vectors
        .columns
        .iter()
        .zip(rows)
        // A feature without weights still counts for the norm; keeping it costs seven bytes.
        .map(|(&(hash, q), row)| (hash, q, row))
        .collect();
    println!("{} weights", features.iter().map(|f| f.2.len()).sum::<usize>());
    let parameters = Parameters { norm_floor: vectors.norm_floor, ..Parameters::default() };
    Ok(Writer { labels: table, parameters, features })
}
