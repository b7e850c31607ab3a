//! What a report states of a fix, against hand-labelled sentences: those the rules were mended by (`dev.tsv`), and those that nobody looked
//! at meanwhile (`test.tsv`). The figures are in ACCURACY.md, "Fixes".
#![allow(clippy::disallowed_methods, reason = "the harness reads its cases")]

use bartizan::exchange::{json, read};
use bartizan::{Analysis, Analyzer, EntityKind, FixState, Input, Limits, Options};
use bartizan_knowledge::Pack;
use std::sync::OnceLock;

const NAME: &str = "CVE-2026-0001";

fn analyze(text: &str) -> Analysis {
    static ANALYZER: OnceLock<Analyzer> = OnceLock::new();
    let analyzer = ANALYZER.get_or_init(|| Analyzer::new(Pack::built_in()));
    analyzer.analyze(&Input::new("case.txt", text), &Options::default()).expect("a text is read")
}

/// `fixed 2.3.1`, `available`, `none`, `-`.
fn told(analysis: &Analysis, name: &str) -> String {
    let entity = analysis.entities.iter().position(|e| e.knowledge_id.as_deref() == Some(name));
    let entity = u32::try_from(entity.unwrap_or_else(|| panic!("{name} is named"))).expect("few");
    match analysis.fix_of(entity) {
        None => "-".to_owned(),
        Some(s) => s.version.as_ref().map_or(s.state.as_str().to_owned(), |v| format!("fixed {v}")),
    }
}

struct Figures {
    right: usize,
    all: usize,
    /// Of `none`: claimed rightly, claimed, labelled.
    none: (usize, usize, usize),
    wrong: Vec<String>,
}

fn figures(split: &str) -> Figures {
    let path = format!("{}/tests/cases/fixes/{split}.tsv", env!("CARGO_MANIFEST_DIR"));
    let text = std::fs::read_to_string(path).expect("labels");
    let mut found = Figures { right: 0, all: 0, none: (0, 0, 0), wrong: Vec::new() };
    for line in text.lines().filter(|line| !line.starts_with('#')) {
        let (label, sentence) = line.split_once('\t').expect("a label and a text");
        let told = told(&analyze(sentence), NAME);
        found.all += 1;
        found.right += usize::from(told == label);
        found.none.0 += usize::from(told == "none" && label == "none");
        found.none.1 += usize::from(told == "none");
        found.none.2 += usize::from(label == "none");
        if told != label {
            found.wrong.push(format!("{label} as {told}: {sentence}"));
        }
    }
    let (right, claimed, labelled) = found.none;
    let shown = if split == "dev" { found.wrong.join("\n") } else { String::new() };
    eprintln!(
        "{split}: {} of {} right; none: precision {right}/{claimed}, recall {right}/{labelled}\n{shown}",
        found.right, found.all
    );
    found
}

#[test]
fn labelled_sentences_are_read_as_labelled() {
    let dev = figures("dev");
    assert_eq!(dev.right, dev.all);
    let test = figures("test");
    assert!(test.all >= 30);
    // Whoever is told that there is no fix is to be told rightly.
    let (right, claimed, labelled) = test.none;
    assert!(right * 10 >= claimed * 9, "precision {right}/{claimed}");
    assert!(right * 10 >= labelled * 7, "recall {right}/{labelled}");
    assert!(test.right * 10 >= test.all * 7, "{} of {}", test.right, test.all);
}

#[test]
fn each_vulnerability_has_its_own_statement_and_place() {
    let text = "CVE-2026-0001 was fixed in version 2.3.1, while CVE-2026-0002 remains unpatched.\n\nNothing is known of CVE-2026-0003.";
    let analysis = analyze(text);
    assert_eq!(told(&analysis, NAME), "fixed 2.3.1");
    assert_eq!(told(&analysis, "CVE-2026-0002"), "none");
    assert_eq!(told(&analysis, "CVE-2026-0003"), "-");
    let unfixed = analysis.unfixed();
    assert_eq!(unfixed.len(), 1);
    let (entity, statement) = unfixed[0];
    assert_eq!((entity.kind, entity.name.as_str()), (EntityKind::Vulnerability, "CVE-2026-0002"));
    let place = statement.evidence[0];
    assert_eq!(place.span.of(&analysis.document.text), "unpatched");
    assert!(place.sentence.of(&analysis.document.text).contains("remains unpatched"));
    assert!(statement.confidence.get() > 0.8);
    // What is patched in the end is patched, wherever the story begins.
    let story =
        "In May, no patch for CVE-2026-0001 was available. In June, Acme released a patch for CVE-2026-0001.";
    let analysis = analyze(story);
    assert_eq!(told(&analysis, NAME), "available");
    assert_eq!(
        analysis.fixes.iter().filter(|s| s.state == FixState::None).count(),
        1,
        "it is kept what was said"
    );
}

#[test]
fn what_is_written_is_read_again() {
    let analysis =
        analyze("CVE-2026-0001 was fixed in version 2.3.1. CVE-2026-0002 remains unpatched. Its flaw stays.");
    let text = serde_json::to_string(&json::document(&analysis)).expect("written");
    let again = read::analysis(&Input::new("analysis.json", text.as_str()), &Limits::default());
    assert_eq!(again.expect("read").fixes, analysis.fixes);
    let none = text.replace("\"fixes\"", "\"other\"");
    let again = read::analysis(&Input::new("analysis.json", none.as_str()), &Limits::default());
    assert!(again.map_or(true, |analysis| analysis.fixes.is_empty()), "files of before have none");
    for (from, to) in [("\"state\":\"none\"", "\"state\":\"soon\""), ("\"version\":\"2.3.1\",", "")] {
        let wrong = text.replacen(from, to, 1);
        assert!(
            read::analysis(&Input::new("analysis.json", wrong.as_str()), &Limits::default()).is_err(),
            "{to}"
        );
    }
}
