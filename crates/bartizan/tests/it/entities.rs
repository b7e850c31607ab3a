//! Entities, relations, events and mitigations: Markdown cases, and properties that hold of any text.
//!
//! A case is a heading, a fenced `text` block and a fenced `expect` block. In `expect`, one line is one demand:
//! `KIND: NAME [ID] (ROLE)`, `relation: SOURCE | KIND | TARGET`, `event: FIRST..LAST | WORDS`,
//! `obligation: DAYS d | WORDS` or `obligation: FIRST..LAST | WORDS`, `mitigation: ID`, `none: KINDS` and
//! `only: KINDS` (nothing of that kind but what the case names).
#![allow(clippy::disallowed_methods, reason = "the harness reads its cases")]

use bartizan::entity::Recognizer;
use bartizan::observable::Extraction;
use bartizan::{
    Analysis, Analyzer, BlockKind, Document, EntityKind, EventKind, Evidence, Input, NodeRef, Options,
    Region, Sentence,
};
use bartizan_knowledge::Pack;
use proptest::prelude::*;
use std::collections::BTreeSet;
use std::sync::OnceLock;

fn analyzer() -> &'static Analyzer {
    static ANALYZER: OnceLock<Analyzer> = OnceLock::new();
    ANALYZER.get_or_init(|| Analyzer::new(Pack::built_in()))
}

fn analyze(text: &str) -> Analysis {
    analyzer().analyze(&Input::new("case.txt", text), &Options::default()).expect("a text is read")
}

/// What a node is called.
fn label(analysis: &Analysis, node: NodeRef) -> String {
    match node {
        NodeRef::Entity(i) => analysis.entities[i as usize].name.clone(),
        NodeRef::Observable(i) => analysis.observables[i as usize].value.clone(),
        NodeRef::Technique(i) => analysis.techniques[i as usize].id.clone(),
        NodeRef::Mitigation(i) => analysis.mitigations[i as usize].id.clone(),
    }
}

/// All claims as the lines a case would demand.
fn claims(analysis: &Analysis) -> Vec<(String, String)> {
    let mut out = Vec::new();
    for e in &analysis.entities {
        let id = e.knowledge_id.as_ref().map_or(String::new(), |id| format!(" [{id}]"));
        let role = e.role.as_ref().map_or(String::new(), |r| format!(" ({r})"));
        out.push((e.kind.as_str().to_owned(), format!("{}{id}{role}", e.name)));
    }
    for r in &analysis.relations {
        let line =
            format!("{} | {} | {}", label(analysis, r.source), r.kind.as_str(), label(analysis, r.target));
        out.push(("relation".to_owned(), line));
    }
    for e in &analysis.events {
        let kind = if e.kind == EventKind::Obligation { "obligation" } else { "event" };
        let range = format!(
            "{}..{}",
            e.when.earliest.as_deref().unwrap_or(""),
            e.when.latest.as_deref().unwrap_or("")
        );
        let when = e.when.days.map_or(range, |d| format!("{d} d"));
        out.push((kind.to_owned(), format!("{when} | {}", e.summary)));
    }
    for m in &analysis.mitigations {
        out.push(("mitigation".to_owned(), m.id.clone()));
    }
    out
}

/// Whether a claim answers a demand: names are whole, ids and roles only where the case gives them.
fn answers(kind: &str, demand: &str, claim: &str) -> bool {
    match kind {
        "event" | "obligation" => {
            let (when, words) = demand.split_once('|').unwrap_or((demand, ""));
            let (at, summary) = claim.split_once('|').unwrap_or((claim, ""));
            when.trim() == at.trim() && summary.to_lowercase().contains(&words.trim().to_lowercase())
        }
        "relation" | "mitigation" => demand.eq_ignore_ascii_case(claim),
        _ => {
            let name = |line: &str| {
                line.split(" [").next().unwrap_or("").split(" (").next().unwrap_or("").to_lowercase()
            };
            name(demand) == name(claim)
                && (!demand.contains(" [")
                    || claim
                        .contains(demand[demand.find(" [").unwrap_or(0)..].split(']').next().unwrap_or("")))
                && (!demand.contains(" (") || claim.ends_with(&demand[demand.find(" (").unwrap_or(0)..]))
        }
    }
}

/// Every place a claim points at lies in the text, on character boundaries.
fn check_places(analysis: &Analysis) {
    let text = &analysis.document.text;
    let check = |what: &str, evidence: &[Evidence]| {
        assert!(!evidence.is_empty(), "{what}: no evidence");
        for e in evidence {
            for span in [e.span, e.sentence] {
                assert!(!span.is_empty(), "{what}: empty span");
                assert!(text.get(span.range()).is_some(), "{what}: {span:?} lies outside the text");
            }
        }
    };
    analysis.entities.iter().for_each(|e| check(&e.name, &e.evidence));
    analysis.relations.iter().for_each(|r| check(r.kind.as_str(), &r.evidence));
    analysis.events.iter().for_each(|e| check(&e.summary, &e.evidence));
    analysis.mitigations.iter().for_each(|m| check(&m.id, &m.evidence));
    for r in &analysis.relations {
        assert_ne!(r.source, r.target, "a thing is in relation to itself");
    }
}

/// Runs one case; returns what is wrong.
fn run(text: &str, expect: &str) -> Vec<String> {
    // Cases are wrapped to be read; where a reader of documents breaks lines is another stage's matter.
    let paragraphs: Vec<String> =
        text.split("\n\n").map(|p| p.lines().collect::<Vec<_>>().join(" ")).collect();
    let analysis = analyze(&paragraphs.join("\n\n"));
    check_places(&analysis);
    let claims = claims(&analysis);
    let mut wrong = Vec::new();
    let mut demanded: Vec<(String, String)> = Vec::new();
    let mut only: BTreeSet<String> = BTreeSet::new();
    for line in expect.lines().map(str::trim).filter(|l| !l.is_empty()) {
        let (kind, rest) = line.split_once(": ").expect("a demand has a colon");
        match kind {
            "none" | "only" => only.extend(rest.split(", ").map(str::to_owned)),
            _ => {
                if !claims.iter().any(|(k, c)| k == kind && answers(kind, rest, c)) {
                    wrong.push(format!("missing {line}"));
                }
                demanded.push((kind.to_owned(), rest.to_owned()));
            }
        }
    }
    for kind in only {
        for (_, claim) in claims.iter().filter(|(k, _)| *k == kind) {
            if !demanded.iter().any(|(k, d)| *k == kind && answers(&kind, d, claim)) {
                wrong.push(format!("invented {kind}: {claim}"));
            }
        }
    }
    if !wrong.is_empty() {
        wrong.extend(claims.iter().map(|(k, c)| format!("    has {k}: {c}")));
    }
    wrong
}

/// The fenced block of a language in a case.
fn block<'a>(case: &'a str, language: &str) -> Option<&'a str> {
    let open = format!("```{language}\n");
    let start = case.find(&open)? + open.len();
    case.get(start..)?.split("\n```").next()
}

#[test]
fn cases() {
    let folder = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/cases/entities");
    let mut files: Vec<_> = std::fs::read_dir(folder).expect("cases").flatten().map(|f| f.path()).collect();
    files.sort();
    let (mut count, mut wrong) = (0, Vec::new());
    for file in files {
        let content = std::fs::read_to_string(&file).expect("a case is text");
        for case in content.split("\n## ").skip(1) {
            let name = case.lines().next().unwrap_or("");
            let (Some(text), Some(expect)) = (block(case, "text"), block(case, "expect")) else {
                panic!("{}: {name}: a case needs a text and an expect block", file.display());
            };
            count += 1;
            for line in run(text, expect) {
                wrong.push(format!(
                    "{}: {name}: {line}",
                    file.file_name().unwrap_or_default().to_string_lossy()
                ));
            }
        }
    }
    assert!(count >= 40, "only {count} cases were read");
    assert!(wrong.is_empty(), "\n{}", wrong.join("\n"));
}

#[test]
fn nothing_is_taken_from_furniture_references_and_code() {
    let pack = Pack::built_in();
    let recognizer = Recognizer::new(pack);
    let text = "Lazarus Group deployed Emotet against banks in Japan on May 3, 2024.";
    for (kind, region, some) in [
        (BlockKind::Paragraph, Region::Main, true),
        (BlockKind::Paragraph, Region::Appendix, true),
        (BlockKind::Paragraph, Region::Furniture, false),
        (BlockKind::Paragraph, Region::References, false),
        (BlockKind::Code, Region::Main, false),
    ] {
        let mut builder = bartizan::document::Builder::new();
        let span = builder.block(kind, region, None, text).expect("not blank");
        let mut document: Document = builder.finish();
        document.sentences = vec![Sentence { span, block: 0 }];
        let claims = recognizer.recognize(&document, &Extraction::default(), &[], &Options::default());
        assert_eq!(!claims.entities.is_empty(), some, "{kind:?} {region:?}");
        assert_eq!(!claims.events.is_empty(), some, "{kind:?} {region:?}");
    }
}

#[test]
fn the_same_text_gives_the_same_claims() {
    let text = "On 4 March 2024, Mustang Panda used PlugX and Cobalt Strike against ministries in Vietnam. \
                PlugX, attributed to Mustang Panda, communicates with 203.0.113.9.";
    let (a, b) = (analyze(text), analyze(text));
    assert_eq!(a.entities, b.entities);
    assert_eq!(a.relations, b.relations);
    assert_eq!(a.events, b.events);
    assert!(a.entities.iter().any(|e| e.kind == EntityKind::Malware));
}

/// Pieces that the rules look for, in any order.
fn piece() -> impl Strategy<Value = String> {
    prop_oneof![
        3 => prop::sample::select(vec![
            "Lazarus Group", "APT28", "Emotet", "Play", "ransomware", "the", "uses", "was used by", "targets", "banks",
            "in", "China", "Russian", "-linked", "CVE-2024-3400", "June", "2", ",", "2026", "within", "30", "-", "day",
            "window", "must", "by", "no later than", "“", "”", "Act", "Executive Order", "14028", "EO", "titled",
            "AI developers", "affects", "Department of", "Ministry", "Inc", "breach at", "confirmed", "dubbed", "XyzRAT",
            "backdoor", "UNC", "1234", "Storm-0558", "Salt Typhoon", "between", "and", "March", "May", "Q2", "early",
            "since at least", "last week", "user training", "should", "203.0.113.7", "evil.example", "\n\n", "\n", ". ",
            "; ", "'s", "’s", "(", ")", "aka", "also known as", "à", "日本", "\u{a0}", "U.S.", "/", "0", "9999", "31",
        ]).prop_map(str::to_owned),
        1 => any::<String>(),
    ]
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(192))]

    #[test]
    fn any_text_gives_claims_with_places(pieces in prop::collection::vec(piece(), 0..60)) {
        let text = pieces.join(" ");
        if let Ok(analysis) = analyzer().analyze(&Input::new("any.txt", text), &Options::default()) {
            check_places(&analysis);
        }
    }
}
