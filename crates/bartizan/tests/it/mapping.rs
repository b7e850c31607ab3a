//! Technique mapping against hand-labelled cases (`tests/cases/mapping/*.md`) and against any text at all.
//!
//! A case is a second-level heading, a fenced block with the report (the word after the fence is the format) and
//! a list of expectations:
//! `- yes ID PROVENANCE ["words of the evidence"]`, `- from OLD ID`, `- no ID`, `- nothing`, `- code CODE`,
//! `- at balanced`.

use bartizan::{Analysis, Analyzer, Code, Input, OperatingPoint, Options};
use bartizan_knowledge::{Pack, Resolution};
use proptest::prelude::*;
use std::sync::OnceLock;

fn analyzer() -> &'static Analyzer {
    static ANALYZER: OnceLock<Analyzer> = OnceLock::new();
    ANALYZER.get_or_init(|| Analyzer::new(Pack::built_in()))
}

fn analyze(name: &str, text: &str, point: OperatingPoint) -> Analysis {
    let options = Options { point, ..Options::default() };
    analyzer().analyze(&Input::new(name, text), &options).expect("text is analysable")
}

/// What must hold for every mapping of every analysis.
fn check_invariants(analysis: &Analysis) {
    let text = &analysis.document.text;
    for t in &analysis.techniques {
        let known =
            Pack::built_in().technique(&t.id).unwrap_or_else(|| panic!("{} is not in the pack", t.id));
        assert_eq!(t.name, known.name);
        assert!((0.0..=1.0).contains(&t.confidence.get()), "{}: {}", t.id, t.confidence.get());
        assert!(!t.evidence.is_empty(), "{} has no evidence", t.id);
        for e in &t.evidence {
            for span in [e.span, e.sentence] {
                assert!(
                    text.get(span.range()).is_some_and(|s| !s.is_empty()),
                    "{}: {span:?} is no place",
                    t.id
                );
            }
            assert!(e.sentence.contains(e.span), "{}: {:?} is not in {:?}", t.id, e.span, e.sentence);
        }
        if let Some(old) = &t.mapped_from {
            assert!(matches!(Pack::built_in().resolve(old), Resolution::Replaced(new) if new == t.id));
        }
    }
}

struct Case {
    title: String,
    format: String,
    text: String,
    expectations: Vec<String>,
}

fn cases(markdown: &str) -> Vec<Case> {
    let mut out = Vec::new();
    for part in markdown.split("\n## ").skip(1) {
        let (title, rest) = part.split_once('\n').expect("a title line");
        let (_, rest) = rest.split_once("~~~").expect("a fence");
        let (format, rest) = rest.split_once('\n').expect("a format");
        let (text, rest) = rest.split_once("\n~~~").expect("a closing fence");
        let expectations: Vec<String> =
            rest.lines().filter_map(|l| l.strip_prefix("- ")).map(str::to_owned).collect();
        assert!(!expectations.is_empty(), "{title}: nothing is expected");
        out.push(Case { title: title.into(), format: format.trim().into(), text: text.into(), expectations });
    }
    out
}

fn check_case(file: &str, case: &Case) {
    let at = format!("{file}: {}", case.title);
    let balanced = case.expectations.iter().any(|e| e == "at balanced");
    let point = if balanced { OperatingPoint::Balanced } else { OperatingPoint::Strict };
    let analysis = analyze(&format!("case.{}", case.format), &case.text, point);
    check_invariants(&analysis);
    let found: Vec<String> = analysis
        .techniques
        .iter()
        .map(|t| format!("{} {} {:.2}", t.id, t.provenance.as_str(), t.confidence.get()))
        .collect();
    for expectation in &case.expectations {
        let words: Vec<&str> = expectation.split_whitespace().collect();
        match words.as_slice() {
            ["yes", id, provenance, ..] => {
                let t = analysis.techniques.iter().find(|t| t.id == *id);
                let t = t.unwrap_or_else(|| panic!("{at}: no {id} in {found:?}"));
                assert_eq!(t.provenance.as_str(), *provenance, "{at}: {id} in {found:?}");
                if let Some((_, quote)) = expectation.split_once('"') {
                    let quote = quote.trim_end_matches('"');
                    let quotes: Vec<&str> =
                        t.evidence.iter().map(|e| e.span.of(&analysis.document.text)).collect();
                    assert!(quotes.contains(&quote), "{at}: {id}: {quotes:?}");
                }
            }
            ["from", old, id] => {
                let t = analysis.techniques.iter().find(|t| t.id == *id);
                assert_eq!(t.and_then(|t| t.mapped_from.as_deref()), Some(*old), "{at}: {found:?}");
            }
            ["no", id] => {
                assert!(!analysis.techniques.iter().any(|t| t.id == *id), "{at}: {id} in {found:?}");
            }
            ["nothing"] => assert!(analysis.techniques.is_empty(), "{at}: {found:?}"),
            ["code", code] => {
                let said: Vec<&str> = analysis.diagnostics.iter().map(|d| d.code.as_str()).collect();
                assert!(said.contains(code), "{at}: {said:?}");
            }
            ["silent", code] => {
                assert!(analysis.diagnostics.iter().all(|d| d.code.as_str() != *code), "{at}: {code}");
            }
            ["at", "balanced"] => {}
            _ => panic!("{at}: what is {expectation:?}?"),
        }
    }
}

macro_rules! case_files {
    ($($(#[$attribute:meta])* $name:ident),+) => { $(
        #[test]
        $(#[$attribute])*
        fn $name() {
            let file = concat!(stringify!($name), ".md");
            for case in cases(include_str!(concat!("../cases/mapping/", stringify!($name), ".md"))) {
                check_case(file, &case);
            }
        }
    )+ };
}

case_files!(stated, contexts, languages, technique_free, named, described);

#[test]
fn mapping_codes_are_stable() {
    for (code, text) in [
        (Code::RevokedId, "mapping.revoked-id"),
        (Code::DeprecatedId, "mapping.deprecated-id"),
        (Code::UntrainedLanguage, "mapping.untrained-language"),
        (Code::UnknownId, "mapping.unknown-id"),
    ] {
        assert_eq!(code.as_str(), text);
    }
}

#[test]
fn operating_points_nest() {
    let text = "The loader was sent as a macro document in a phishing email. It started powershell.exe with an \
                encoded command, wrote itself to the Run key and collected passwords from browsers. \
                It then downloaded a second payload over HTTPS and injected it into explorer.exe.";
    let ids = |point| -> Vec<String> {
        analyze("a.txt", text, point).techniques.into_iter().map(|t| t.id).collect()
    };
    let (strict, balanced, all) =
        (ids(OperatingPoint::Strict), ids(OperatingPoint::Balanced), ids(OperatingPoint::All));
    // A parent that stands for a sub-technique not sure enough (back-off) gives way to it where less will do.
    let holds = |wider: &[String], id: &String| {
        wider.iter().any(|w| w == id || w.strip_prefix(id.as_str()).is_some_and(|rest| rest.starts_with('.')))
    };
    assert!(strict.iter().all(|t| holds(&balanced, t)), "{strict:?} {balanced:?}");
    assert!(balanced.iter().all(|t| holds(&all, t)), "{balanced:?} {all:?}");
    assert!(strict.len() <= balanced.len() && balanced.len() < all.len());
}

/// At most one in twenty texts of policy, advertising, news, advice and manuals gets any technique by default.
#[test]
#[expect(clippy::disallowed_methods, reason = "eighty files are read, not built in")]
fn technique_free_texts_stay_free() {
    let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/cases/technique-free");
    let mut names: Vec<_> = std::fs::read_dir(folder)
        .expect("the folder")
        .map(|e| e.expect("an entry").file_name().into_string().expect("a plain name"))
        .filter(|n| n.starts_with(|c: char| c.is_ascii_digit()))
        .collect();
    names.sort();
    assert!(names.len() >= 60, "{}", names.len());
    let flagged: Vec<String> = names
        .iter()
        .filter_map(|name| {
            let text = std::fs::read_to_string(format!("{folder}/{name}")).expect("a text");
            let found = analyze(name, &text, OperatingPoint::Strict).techniques;
            (!found.is_empty())
                .then(|| format!("{name}: {:?}", found.iter().map(|t| &t.id).collect::<Vec<_>>()))
        })
        .collect();
    assert!(flagged.len() * 20 <= names.len(), "{flagged:#?}");
}

#[test]
fn same_text_same_mappings() {
    let text = "The actor used PsExec and scheduled tasks to run ransomware on every server in the domain.";
    let one = analyze("a.txt", text, OperatingPoint::All).techniques;
    assert_eq!(one, analyze("a.txt", text, OperatingPoint::All).techniques);
}

/// Pieces that reach every branch: ids, names, cues, headings, odd characters.
fn piece() -> impl Strategy<Value = String> {
    prop_oneof![
        "\\PC{0,40}",
        Just("T1059.001".to_owned()),
        Just("(T1574.002)".to_owned()),
        Just("T9999".to_owned()),
        Just("did not use Process Hollowing".to_owned()),
        Just("phishing emails with macros download and execute powershell.exe".to_owned()),
        Just("C:\\Windows\\é\\x.dll HKCU\\Software\\Run".to_owned()),
        Just("\n\n## Mitigations\n\n".to_owned()),
        Just(
            "\n\n| ID | Technique |\n|---|---|\n| T1047 | Windows Management Instrumentation |\n\n"
                .to_owned()
        ),
        Just("’s \u{202e}\u{a0}\u{feff}".to_owned()),
    ]
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 96, ..ProptestConfig::default() })]

    #[test]
    fn any_text_keeps_the_invariants(pieces in proptest::collection::vec(piece(), 1..14), markdown: bool) {
        let text = pieces.join(" ");
        prop_assume!(!text.trim().is_empty());
        let name = if markdown { "a.md" } else { "a.txt" };
        let options = Options { point: OperatingPoint::All, ..Options::default() };
        if let Ok(analysis) = analyzer().analyze(&Input::new(name, text), &options) {
            check_invariants(&analysis);
        }
    }
}
