//! `cargo xtask evaluate entities`: names against the labels of AnnoCTR, strict spans.
//!
//! AnnoCTR is CC BY-SA 4.0: it is read from a path, nothing of it is kept.

use anyhow::{Context, Result};
use bartizan::entity::Recognizer;
use bartizan::observable::Extractor;
use bartizan::{BlockKind, Document, EntityKind, Options, Region, Sentence, Span};
use bartizan_knowledge::Pack;
use std::collections::{BTreeMap, BTreeSet};
use std::io::Read;
use std::path::{Path, PathBuf};

/// What to measure, and on what.
#[derive(clap::Args, Clone, Debug)]
pub struct Arguments {
    /// Folder with data/attack-mapping [default: BARTIZAN_SHARED, else ../shared]
    #[arg(long, value_name = "DIR")]
    shared: Option<PathBuf>,
    /// Part of the set: dev or train
    #[arg(long, default_value = "dev")]
    split: String,
    /// List this many of the commonest misses and false hits for each class
    #[arg(long, default_value_t = 0)]
    errors: usize,
    /// Write every miss and every false hit of actors, malware and tools with its sentence to this file
    #[arg(long, value_name = "FILE")]
    list: Option<PathBuf>,
    /// Show how often actors, malware and tools of each step of confidence are labelled so; 10 steps are tenths
    #[arg(long, value_name = "STEPS")]
    reliability: Option<usize>,
}

#[derive(serde::Deserialize)]
struct Row {
    tokens: Vec<String>,
    text: String,
    ne_tags: Vec<String>,
    te_tags: Vec<String>,
    ce_tags: Vec<String>,
}

/// Classes that are measured, by label of the set.
const CLASSES: [(&str, &[&str]); 5] = [
    ("actor", &["GROUP"]),
    ("malware+tool", &["MALWARE", "TOOL"]),
    ("country", &["LOC"]),
    ("sector", &["SECTOR"]),
    ("dated event", &["DATE"]),
];

/// Kinds of entity that answer the first two classes.
const NAMED: [&[EntityKind]; 2] = [&[EntityKind::Actor], &[EntityKind::Malware, EntityKind::Tool]];

/// Mentions and entities of one step of confidence, and how many of them the labels confirm.
#[derive(Clone, Copy, Default)]
struct Bin {
    mentions: usize,
    confirmed: usize,
    entities: usize,
    /// Entities of which half of the mentions or more are confirmed.
    right: usize,
    sum: f64,
}

#[derive(Default)]
struct Tally {
    hit: usize,
    missed: BTreeMap<String, usize>,
    extra: BTreeMap<String, usize>,
}

/// Runs the chore.
pub fn run(root: &Path, arguments: &Arguments) -> Result<()> {
    let path =
        crate::train::shared(root, &arguments.shared).join("data/attack-mapping/annoctr-entities.tar.zst");
    let file = std::fs::File::open(&path).with_context(|| format!("cannot open {}", path.display()))?;
    let mut archive = tar::Archive::new(zstd::Decoder::new(file)?);
    let mut members = BTreeSet::new();
    let mut labelled = BTreeMap::new();
    for entry in archive.entries()? {
        let mut entry = entry?;
        let path = entry.path()?.into_owned();
        let Some(stem) = path.file_stem().map(|s| s.to_string_lossy().into_owned()) else { continue };
        if path.parent().is_some_and(|p| p.ends_with(Path::new("text").join(&arguments.split))) {
            members.insert(stem);
        } else if path.parent().is_some_and(|p| p.ends_with("ner_json")) {
            let mut text = String::new();
            entry.read_to_string(&mut text)?;
            labelled.insert(stem, text);
        }
    }
    let pack = Pack::built_in();
    let (recognizer, extractor) = (Recognizer::new(pack), Extractor::new(pack));
    let mut tallies: [Tally; CLASSES.len()] = Default::default();
    let mut bytes = 0;
    let mut time = std::time::Duration::ZERO;
    let mut listed = String::new();
    let steps = arguments.reliability.unwrap_or(10).clamp(1, 100);
    let mut bins = vec![vec![Bin::default(); steps]; NAMED.len()];
    for name in &members {
        let rows: Vec<Row> = labelled
            .get(name)
            .with_context(|| format!("{name}: no labels"))?
            .lines()
            .map(serde_json::from_str)
            .collect::<Result<_, _>>()?;
        let document = document(&rows);
        let options = Options::default();
        let extraction = extractor.extract(&document, &options);
        // Once before the clock starts: lists are read at first use.
        recognizer.recognize(&document, &extraction, &[], &options);
        let start = std::time::Instant::now();
        let claims = recognizer.recognize(&document, &extraction, &[], &options);
        time += start.elapsed();
        bytes += document.text.len();
        for (bins, ((class, labels), kinds)) in bins.iter_mut().zip(CLASSES.iter().zip(NAMED)) {
            let gold = gold(&rows, &document, labels);
            for e in claims.entities.iter().filter(|e| kinds.contains(&e.kind)) {
                let confirmed = e.evidence.iter().filter(|e| gold.contains(&e.span)).count();
                let p = f64::from(e.confidence.get());
                if let Some(bin) = bins.get_mut(((p * steps as f64) as usize).min(steps - 1)) {
                    bin.mentions += e.evidence.len();
                    bin.confirmed += confirmed;
                    bin.entities += 1;
                    bin.right += usize::from(confirmed * 2 >= e.evidence.len());
                    bin.sum += p * e.evidence.len() as f64;
                }
                for place in e.evidence.iter().filter(|e| !gold.contains(&e.span)) {
                    list(
                        &mut listed,
                        name,
                        &document,
                        "extra",
                        class,
                        place.span,
                        &format!("{} {p:.2}", e.name),
                    );
                }
            }
            for span in &gold {
                if !claims
                    .entities
                    .iter()
                    .any(|e| kinds.contains(&e.kind) && e.evidence.iter().any(|e| e.span == *span))
                {
                    let other = claims.entities.iter().find(|e| e.evidence.iter().any(|e| e.span == *span));
                    let note = other.map_or("", |e| e.kind.as_str());
                    list(&mut listed, name, &document, "missed", class, *span, note);
                }
            }
        }
        for ((class, labels), tally) in CLASSES.iter().zip(&mut tallies) {
            let gold = gold(&rows, &document, labels);
            let found: BTreeSet<Span> = if *class == "dated event" {
                claims.events.iter().flat_map(|e| &e.evidence).map(|e| e.span).collect()
            } else {
                claims
                    .entities
                    .iter()
                    .filter(|e| match *class {
                        "actor" => e.kind == EntityKind::Actor,
                        "country" => e.kind == EntityKind::Country,
                        "sector" => e.kind == EntityKind::Sector,
                        _ => matches!(e.kind, EntityKind::Malware | EntityKind::Tool),
                    })
                    .flat_map(|e| &e.evidence)
                    .map(|e| e.span)
                    .collect()
            };
            tally.hit += gold.intersection(&found).count();
            for miss in gold.difference(&found) {
                *tally.missed.entry(miss.of(&document.text).to_owned()).or_default() += 1;
            }
            for extra in found.difference(&gold) {
                *tally.extra.entry(extra.of(&document.text).to_owned()).or_default() += 1;
            }
        }
    }
    println!("AnnoCTR {}: {} reports, strict spans", arguments.split, members.len());
    println!(
        "{:<14} {:>5} {:>5} {:>5}  {:>5} {:>6} {:>6}",
        "class", "P", "R", "F1", "hits", "missed", "extra"
    );
    for ((class, _), t) in CLASSES.iter().zip(&tallies) {
        let (missed, extra): (usize, usize) = (t.missed.values().sum(), t.extra.values().sum());
        let ratio = |a: usize, b: usize| if a + b == 0 { 0.0 } else { a as f64 / (a + b) as f64 };
        let (p, r) = (ratio(t.hit, extra), ratio(t.hit, missed));
        let f = if p + r > 0.0 { 2.0 * p * r / (p + r) } else { 0.0 };
        println!("{class:<14} {p:>5.3} {r:>5.3} {f:>5.3}  {:>5} {missed:>6} {extra:>6}", t.hit);
    }
    println!("{:.1} MB/s for this stage", bytes as f64 / 1e6 / time.as_secs_f64());
    if arguments.reliability.is_some() {
        reliability(&bins);
    }
    if let Some(path) = &arguments.list {
        std::fs::write(path, listed).with_context(|| format!("cannot write {}", path.display()))?;
    }
    if arguments.errors > 0 {
        for ((class, _), t) in CLASSES.iter().zip(&tallies) {
            for (what, counts) in [("missed", &t.missed), ("extra", &t.extra)] {
                let mut top: Vec<_> = counts.iter().collect();
                top.sort_by_key(|(text, n)| (std::cmp::Reverse(**n), text.as_str()));
                let list: Vec<String> = top
                    .iter()
                    .take(arguments.errors)
                    .map(|(text, n)| format!("{} ×{n}", text.replace('\n', " ")))
                    .collect();
                println!("{class} {what}: {}", list.join(", "));
            }
        }
    }
    Ok(())
}

/// One line of the list of errors: the place within its sentence, marked.
fn list(
    out: &mut String,
    report: &str,
    document: &Document,
    what: &str,
    class: &str,
    span: Span,
    note: &str,
) {
    let sentence = document.sentence_of(span);
    let text = &document.text;
    let piece =
        |from: u32, to: u32| text.get(from as usize..to as usize).unwrap_or("").replace(['\n', '\t'], " ");
    *out += &format!(
        "{class}\t{what}\t{}\t{note}\t{report}\t{}[[{}]]{}\n",
        piece(span.start, span.end),
        piece(sentence.start, span.start),
        piece(span.start, span.end),
        piece(span.end, sentence.end)
    );
}

fn reliability(bins: &[Vec<Bin>]) {
    for ((class, _), bins) in CLASSES.iter().zip(bins) {
        println!("{class}: confidence said, and share of mentions and of entities that the labels confirm");
        for t in bins.iter().filter(|t| t.mentions > 0) {
            println!(
                "  said {:.2}  mentions {:.2} of {:>4}  entities {:.2} of {:>4}",
                t.sum / t.mentions as f64,
                t.confirmed as f64 / t.mentions as f64,
                t.mentions,
                t.right as f64 / t.entities as f64,
                t.entities
            );
        }
    }
}

/// One paragraph and sentence for each row, as the set splits it.
fn document(rows: &[Row]) -> Document {
    let mut builder = bartizan::document::Builder::new();
    for row in rows {
        builder.block(BlockKind::Paragraph, Region::Main, None, &row.text);
    }
    let mut document = builder.finish();
    document.sentences =
        document.blocks.iter().enumerate().map(|(i, b)| Sentence { span: b.span, block: i as u32 }).collect();
    document
}

/// Spans of the labels, by finding the tokens one after the other.
fn gold(rows: &[Row], document: &Document, labels: &[&str]) -> BTreeSet<Span> {
    let mut spans = BTreeSet::new();
    for (row, block) in rows.iter().filter(|r| !r.text.trim().is_empty()).zip(&document.blocks) {
        // What was built is searched, not the row: a builder may drop a character.
        let (text, base) = (block.span.of(&document.text), block.span.start as usize);
        for tags in [&row.ne_tags, &row.te_tags, &row.ce_tags] {
            let mut at = 0;
            let mut open: Option<(usize, usize, &str)> = None;
            for (token, tag) in row.tokens.iter().zip(tags) {
                let Some(start) = text.get(at..).and_then(|t| t.find(token.as_str())).map(|i| at + i) else {
                    continue;
                };
                at = start + token.len();
                let (mark, label) = tag.split_once('-').unwrap_or(("O", ""));
                match (&mut open, mark) {
                    (Some((_, end, known)), "I") if *known == label => *end = at,
                    _ => {
                        if let Some((from, to, _)) = open.take() {
                            spans.insert(place(text, base, from, to));
                        }
                        if mark == "B" && labels.contains(&label) {
                            open = Some((start, at, label));
                        }
                    }
                }
            }
            if let Some((from, to, _)) = open {
                spans.insert(place(text, base, from, to));
            }
        }
    }
    spans
}

/// A label's span. One report of the set has its tokens cut one letter late (`hinese `): those are put right.
fn place(text: &str, base: usize, from: usize, to: usize) -> Span {
    let before = text.get(..from).and_then(|t| t.chars().next_back());
    let last = text.get(from..to).and_then(|t| t.chars().next_back());
    match (before, last) {
        (Some(b), Some(l)) if b.is_ascii_alphabetic() && !l.is_alphanumeric() && l.is_ascii() => {
            Span::new(base + from - 1, base + to - 1)
        }
        _ => Span::new(base + from, base + to),
    }
}
