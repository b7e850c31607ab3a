//! How far the order of behaviours agrees with a reader's: `tests/labels/flow.tsv` says how it was read.
//!
//! `xz -dc annoctr-*.xz tram-*.xz | cargo run --release -p bartizan-response --example flow`
//!
//! Reports come by standard input, one JSON object a line with `doc_id` and `sentences`. `--show dev` lists every pair of that
//! part that was got wrong, `--acts dev` what was taken for a behaviour.

#![allow(clippy::disallowed_methods, missing_docs)]

use bartizan::{Analysis, Analyzer, Input, Options};
use bartizan_knowledge::Pack;
use bartizan_response::flow::{Flow, order};
use bartizan_response::genre::Genre;
use std::collections::BTreeMap;
use std::io::BufRead;

const LABELS: &str = include_str!("../tests/labels/flow.tsv");

/// What a reader says of two places.
struct Pair {
    a: (usize, String),
    b: (usize, String),
    label: String,
}

struct Report {
    part: String,
    pairs: Vec<Pair>,
}

#[derive(Default)]
struct Count {
    pairs: usize,
    ordered: usize,
    /// Ordered pairs whose techniques are both among the acts.
    reachable: usize,
    said: usize,
    right: usize,
    reversed: usize,
    /// Pairs of acts put in order that no label speaks of.
    unlabelled: usize,
}

fn labels() -> BTreeMap<String, Report> {
    let mut names = BTreeMap::new();
    let mut out: BTreeMap<String, Report> = BTreeMap::new();
    for line in LABELS.lines().filter(|l| !l.starts_with('#')) {
        let fields: Vec<&str> = line.split('\t').collect();
        match fields[..] {
            ["document", number, part, id] => {
                names.insert(number.to_owned(), id.to_owned());
                out.insert(id.to_owned(), Report { part: part.to_owned(), pairs: Vec::new() });
            }
            [number, a, at, b, bt, label] => {
                let place = |n: &str, t: &str| (n.parse().expect("an offset"), t.to_owned());
                let report = out.get_mut(&names[number]).expect("a document");
                report.pairs.push(Pair { a: place(a, at), b: place(b, bt), label: label.to_owned() });
            }
            _ => panic!("not a label: {line}"),
        }
    }
    out
}

fn parent(id: &str) -> &str {
    id.split('.').next().unwrap_or(id)
}

/// The act of a technique, or of one of its family, told nearest to a place.
fn act(flow: &Flow, analysis: &Analysis, (offset, id): &(usize, String)) -> Option<usize> {
    let family = |i: &usize| parent(&analysis.techniques[flow.acts[*i].technique as usize].id) == parent(id);
    let text = &analysis.document.text;
    let point = |at: u32| text.get(..at as usize).map_or(0, |t| t.chars().count());
    let far = |i: &usize| {
        let places = flow.acts[*i].evidence.iter().map(|e| point(e.sentence.start).abs_diff(*offset));
        places.min().unwrap_or(usize::MAX)
    };
    (0..flow.acts.len()).filter(family).min_by_key(far)
}

fn reaches(flow: &Flow, from: usize, to: usize) -> bool {
    let (mut seen, mut open) = (vec![from], vec![from]);
    while let Some(at) = open.pop() {
        for e in flow.edges.iter().filter(|e| e.before as usize == at) {
            let next = e.after as usize;
            if next == to {
                return true;
            }
            if !seen.contains(&next) {
                seen.push(next);
                open.push(next);
            }
        }
    }
    false
}

fn main() {
    let arguments: Vec<String> = std::env::args().collect();
    let option = |name: &str| arguments.iter().position(|a| a == name).and_then(|i| arguments.get(i + 1));
    let (show, acts) = (option("--show"), option("--acts"));
    let labels = labels();
    let pack = Pack::built_in();
    let analyzer = Analyzer::new(pack);
    let mut counts: BTreeMap<&str, Count> = BTreeMap::new();
    for line in std::io::stdin().lock().lines() {
        let line = line.expect("reports in UTF-8");
        let value: serde_json::Value = serde_json::from_str(&line).expect("one JSON object a line");
        let Some(report) = value["doc_id"].as_str().and_then(|id| labels.get(id)) else { continue };
        let sentences = value["sentences"].as_array().expect("sentences");
        let text: Vec<&str> = sentences.iter().filter_map(|s| s["text"].as_str()).collect();
        let text = text.join("\n");
        let input = Input::new("report.txt", text.as_bytes());
        let analysis = analyzer.analyze(&input, &Options::default()).expect("readable");
        let flow = order(&analysis, pack, Genre::Threat);
        let name = |i: usize| analysis.techniques[flow.acts[i].technique as usize].id.as_str();
        if acts == Some(&report.part) {
            println!("## {}", value["doc_id"]);
            for (i, a) in flow.acts.iter().enumerate() {
                println!("{i} {} {}", name(i), a.evidence[0].sentence.of(&analysis.document.text));
            }
        }
        let count = counts.entry(&report.part).or_default();
        let mut labelled = Vec::new();
        for pair in &report.pairs {
            count.pairs += 1;
            let ordered = pair.label != "none";
            count.ordered += usize::from(ordered);
            let both = act(&flow, &analysis, &pair.a).zip(act(&flow, &analysis, &pair.b));
            let found = both.is_some();
            let said = match both.filter(|(a, b)| a != b) {
                None => "none",
                Some((a, b)) => {
                    labelled.extend([(a, b), (b, a)]);
                    count.reachable += usize::from(ordered);
                    if reaches(&flow, a, b) {
                        "before"
                    } else if reaches(&flow, b, a) {
                        "after"
                    } else {
                        "none"
                    }
                }
            };
            count.said += usize::from(said != "none");
            count.right += usize::from(said != "none" && said == pair.label);
            count.reversed += usize::from(said != "none" && ordered && said != pair.label);
            if show == Some(&report.part) && said != pair.label {
                let lost = if found { "" } else { " (no act)" };
                println!("{} {:?} {:?}: {}, said {said}{lost}", value["doc_id"], pair.a, pair.b, pair.label);
            }
        }
        for e in &flow.edges {
            let (a, b) = (e.before as usize, e.after as usize);
            let known = labelled.contains(&(a, b));
            count.unlabelled += usize::from(!known);
            if show == Some(&report.part) {
                let text = &analysis.document.text;
                let at = text[..e.why.span().start as usize].chars().count();
                println!(
                    "{} edge {} < {} {} {:?} at {at}{}: {}",
                    value["doc_id"],
                    name(a),
                    name(b),
                    e.why.as_str(),
                    e.why.span().of(text),
                    if known { "" } else { " UNLABELLED" },
                    analysis.document.sentence_of(e.why.span()).of(text)
                );
            }
        }
    }
    for (part, c) in counts {
        let share = |n: usize, of: usize| n as f64 / of.max(1) as f64;
        println!(
            "{part}: {} pairs, {} ordered by the reader ({} of techniques found); {} ordered by us, {} right, {} reversed: \
             precision {:.3}, recall {:.3}, recall of techniques found {:.3}; {} edges without a label",
            c.pairs,
            c.ordered,
            c.reachable,
            c.said,
            c.right,
            c.reversed,
            share(c.right, c.said),
            share(c.right, c.ordered),
            share(c.right, c.reachable),
            c.unlabelled
        );
    }
}
