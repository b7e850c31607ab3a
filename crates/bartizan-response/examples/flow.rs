//! How far the order of behaviours agrees with a reader's: `tests/labels/flow.tsv` says how it was read.
//!
//! `xz -dc annoctr-*.xz tram-*.xz | cargo run --release -p bartizan-response --example flow`
//!
//! Reports come by standard input, one JSON object a line with `doc_id` and `sentences`. Two measurements: `found` with the
//! techniques that the analysis finds, as users get it; `given` with exactly the labelled techniques at the labelled places, which
//! measures the order alone. `--show dev` lists every pair of that part that was got wrong.

#![allow(clippy::disallowed_methods, missing_docs)]

use bartizan::{Analysis, Analyzer, Confidence, Evidence, Input, OperatingPoint, Options, Provenance};
use bartizan::{Span, TechniqueMapping};
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
fn act(flow: &Flow, analysis: &Analysis, places: &Places, (offset, id): &(usize, String)) -> Option<usize> {
    let at = *places.get(offset)?;
    let family = |i: &usize| parent(&analysis.techniques[flow.acts[*i].technique as usize].id) == parent(id);
    let far = |i: &usize| {
        let far = flow.acts[*i].evidence.iter().map(|e| (e.sentence.start as usize).abs_diff(at));
        far.min().unwrap_or(usize::MAX)
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

/// Where the sentence at an offset of the report's text begins in the text of the analysis, in bytes: readers take marks of
/// layout and addresses of links out. A sentence that is not found again has no place.
type Places = BTreeMap<usize, usize>;

fn places(analysis: &Analysis, report: &Report, text: &str) -> Places {
    let mut letters = String::new();
    let mut bytes = Vec::new();
    for (at, c) in analysis.document.text.char_indices().filter(|(_, c)| c.is_ascii_alphanumeric()) {
        letters.push(c);
        bytes.push(at);
    }
    let mut out = Places::new();
    for (offset, _) in report.pairs.iter().flat_map(|p| [&p.a, &p.b]) {
        let line = text.chars().skip(*offset).take_while(|c| *c != '\n');
        let line: String = line.filter(char::is_ascii_alphanumeric).take(60).collect();
        let expected = text.chars().take(*offset).filter(char::is_ascii_alphanumeric).count();
        for length in [60, 30, 15] {
            let start = &line[..line.len().min(length)];
            let found = letters.match_indices(start).map(|(at, _)| at);
            if let Some(at) = found.min_by_key(|at| at.abs_diff(expected)) {
                out.insert(*offset, bytes[at]);
                break;
            }
        }
    }
    out
}

/// The analysis with the labelled techniques at the labelled places and no others. The words that spoke for a technique are
/// kept where the analysis has it.
fn given(analysis: &Analysis, report: &Report, places: &Places) -> Analysis {
    let document = &analysis.document;
    let mut wanted: BTreeMap<String, Vec<Evidence>> = BTreeMap::new();
    for (offset, id) in report.pairs.iter().flat_map(|p| [&p.a, &p.b]) {
        let Some(at) = places.get(offset) else { continue };
        let sentence = document.sentence_of(Span::new(*at, *at + 1));
        let evidence = wanted.entry(id.clone()).or_default();
        if !evidence.iter().any(|e| e.sentence == sentence) {
            evidence.push(Evidence { span: sentence, sentence });
        }
    }
    let techniques = wanted.into_iter().map(|(id, mut evidence)| {
        evidence.sort_by_key(|e| e.sentence);
        let found = analysis.techniques.iter().find(|t| t.id == id);
        let found = found.or_else(|| analysis.techniques.iter().find(|t| parent(&t.id) == parent(&id)));
        TechniqueMapping {
            name: found.map_or_else(String::new, |t| t.name.clone()),
            domain: "enterprise-attack".to_owned(),
            tactics: Vec::new(),
            mapped_from: None,
            confidence: Confidence::CERTAIN,
            provenance: Provenance::Inferred,
            evidence,
            reasons: found.map_or_else(Vec::new, |t| t.reasons.clone()),
            id,
        }
    });
    Analysis { techniques: techniques.collect(), ..analysis.clone() }
}

fn main() {
    let arguments: Vec<String> = std::env::args().collect();
    let option = |name: &str| arguments.iter().position(|a| a == name).and_then(|i| arguments.get(i + 1));
    let show = option("--show");
    let labels = labels();
    let pack = Pack::built_in();
    let analyzer = Analyzer::new(pack);
    let mut counts: BTreeMap<String, Count> = BTreeMap::new();
    for line in std::io::stdin().lock().lines() {
        let line = line.expect("reports in UTF-8");
        let value: serde_json::Value = serde_json::from_str(&line).expect("one JSON object a line");
        let Some((id, report)) = value["doc_id"].as_str().and_then(|id| labels.get_key_value(id)) else {
            continue;
        };
        let sentences = value["sentences"].as_array().expect("sentences");
        let text: Vec<&str> = sentences.iter().filter_map(|s| s["text"].as_str()).collect();
        let text = text.join("\n");
        let input = Input::new("report.txt", text.as_bytes());
        let analyze =
            |point| analyzer.analyze(&input, &Options { point, ..Options::default() }).expect("readable");
        let found = analyze(OperatingPoint::Strict);
        let places = places(&found, report, &text);
        let all = given(&analyze(OperatingPoint::All), report, &places);
        for (analysis, how) in [(&found, "found"), (&all, "given")] {
            let flow = order(analysis, pack, Genre::Threat);
            let count = counts.entry(format!("{} {how}", report.part)).or_default();
            judge(
                &flow,
                analysis,
                (report, &places),
                count,
                (show == Some(&report.part)).then_some((id, how)),
            );
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

/// Lays a flow beside the labels; `show` says it in words.
fn judge(
    flow: &Flow,
    analysis: &Analysis,
    (report, places): (&Report, &Places),
    count: &mut Count,
    show: Option<(&String, &str)>,
) {
    let name = |i: usize| analysis.techniques[flow.acts[i].technique as usize].id.as_str();
    let mut labelled = Vec::new();
    for pair in &report.pairs {
        count.pairs += 1;
        let ordered = pair.label != "none";
        count.ordered += usize::from(ordered);
        let both = act(flow, analysis, places, &pair.a).zip(act(flow, analysis, places, &pair.b));
        let lost = both.is_none();
        let said = match both.filter(|(a, b)| a != b) {
            None => "none",
            Some((a, b)) => {
                labelled.extend([(a, b), (b, a)]);
                count.reachable += usize::from(ordered);
                if reaches(flow, a, b) {
                    "before"
                } else if reaches(flow, b, a) {
                    "after"
                } else {
                    "none"
                }
            }
        };
        count.said += usize::from(said != "none");
        count.right += usize::from(said != "none" && said == pair.label);
        count.reversed += usize::from(said != "none" && ordered && said != pair.label);
        if let Some((id, how)) = show.filter(|_| said != pair.label) {
            let lost = if lost { " (no act)" } else { "" };
            println!("{how} {id:.40} {:?} {:?}: {}, said {said}{lost}", pair.a, pair.b, pair.label);
        }
    }
    for e in &flow.edges {
        let (a, b) = (e.before as usize, e.after as usize);
        let known = labelled.contains(&(a, b));
        count.unlabelled += usize::from(!known);
        if let Some((id, how)) = show {
            let text = &analysis.document.text;
            let at = text[..e.why.span().start as usize].chars().count();
            println!(
                "{how} {id:.40} edge {} < {} {:?} at {at}{}: {}",
                name(a),
                name(b),
                e.why.span().of(text),
                if known { "" } else { " UNLABELLED" },
                analysis.document.sentence_of(e.why.span()).of(text)
            );
        }
    }
}
