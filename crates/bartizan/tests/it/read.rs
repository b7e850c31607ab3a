//! `analysis.json` read back: the same bytes again, and no value from a file that cannot be trusted.

use bartizan::exchange::{self, Format, read};
use bartizan::{Analyzer, Code, Error, Input, Limits, Options};
use bartizan_knowledge::Pack;
use bartizan_stix::Tlp;
use proptest::prelude::*;
use serde_json::{Value, json};
use std::sync::LazyLock;

const REPORT: &str = "# Naïve 🐍 loader by APT29\n\nTLP:GREEN\n\nOn 3 May 2026 the loader contacted evil[.]top (T1071.001) and \
    198[.]51[.]100[.]7. APT29 used Mimikatz to dump LSASS memory.\n\n| File | SHA-1 |\n|---|---|\n| a.exe | \
    da39a3ee5e6b4b0d3255bfef95601890afd80709 |\n\n- It deleted shadow copies:\n\n```\nvssadmin.exe delete shadows /all\n```\n\n\
    > Organizations should implement multi-factor authentication (M1032).\n\nVersion 1.2.3.4 of [the page](https://a.example/x) is clean.\n";

fn bytes(analysis: &bartizan::Analysis) -> Vec<u8> {
    exchange::render(Format::Json, analysis, Pack::built_in())
}

fn report() -> Vec<u8> {
    static BYTES: LazyLock<Vec<u8>> = LazyLock::new(|| {
        let analyzer = Analyzer::new(Pack::built_in());
        let options =
            Options { now: 1_795_000_000, point: bartizan::OperatingPoint::All, ..Options::default() };
        bytes(&analyzer.analyze(&Input::new("a.md", REPORT), &options).expect("a report"))
    });
    BYTES.clone()
}

fn again(bytes: impl Into<Vec<u8>>) -> Result<bartizan::Analysis, Error> {
    read::analysis(&Input::new("analysis.json", bytes), &Limits::default())
}

#[test]
fn what_is_read_writes_the_same_bytes() {
    let first = report();
    assert!(read::is_analysis(&first) && !read::is_analysis(REPORT.as_bytes()));
    let analysis = again(first.clone()).expect("our own file");
    assert!(!analysis.techniques.is_empty() && !analysis.relations.is_empty() && !analysis.events.is_empty());
    assert!(!analysis.mitigations.is_empty() && !analysis.withheld.is_empty(), "the report shows every list");
    assert_eq!(analysis.marking, Some(Tlp::Green));
    assert!(bytes(&analysis) == first);
    let marked = [b"\xEF\xBB\xBF\n".to_vec(), first.clone()].concat();
    assert!(read::is_analysis(&marked) && bytes(&again(marked).expect("a byte order mark")) == first);
}

/// A default marking stays a default, and a marking may lack a place.
#[test]
fn a_missing_label_stays_missing() {
    let mut value: Value = serde_json::from_slice(&report()).expect("JSON");
    value["marking"] = json!("TLP:AMBER");
    value["marking_is_default"] = json!(true);
    value["document"]["marking"] = json!({ "label": "TLP:AMBER+STRICT", "start": null, "end": null });
    let analysis = again(value.to_string()).expect("a file");
    assert_eq!(analysis.marking, None);
    assert_eq!(analysis.document.metadata.marking, Some((Tlp::AmberStrict, None)));
    let written: Value = serde_json::from_slice(&bytes(&analysis)).expect("JSON");
    assert_eq!(written["document"], value["document"]);
    assert_eq!((&written["marking"], &written["marking_is_default"]), (&json!("TLP:AMBER"), &json!(true)));
}

/// The number is rounded after its word was chosen: at an edge both must come out as they were.
#[test]
fn a_probability_at_the_edge_of_a_word_keeps_both() {
    for (number, word) in
        [(0.945, "very likely"), (0.945, "almost certain"), (0.545, "likely"), (1.0, "almost certain")]
    {
        let mut value: Value = serde_json::from_slice(&report()).expect("JSON");
        value["techniques"][0]["confidence"] = json!(number);
        value["techniques"][0]["confidence_word"] = json!(word);
        let written: Value =
            serde_json::from_slice(&bytes(&again(value.to_string()).expect("a file"))).expect("JSON");
        assert_eq!(written["techniques"][0]["confidence"], json!(number));
        assert_eq!(written["techniques"][0]["confidence_word"], json!(word));
    }
}

#[test]
fn what_later_versions_and_stages_add_is_ignored() {
    let mut value: Value = serde_json::from_slice(&report()).expect("JSON");
    value["schema_version"] = json!("1.7");
    value["assessment"] = json!({ "risk": [1, 2, { "a": null }] });
    value["document"]["blocks"][0]["colour"] = json!("red");
    value["techniques"][0]["evidence"][0]["sentence"]["more"] = json!([[]]);
    assert!(bytes(&again(value.to_string()).expect("a later file")) == report());
}

/// Each change makes a file that must be refused, with the code it must be refused with.
#[test]
fn a_file_that_contradicts_itself_is_refused() {
    type Change = fn(&mut Value);
    let cases: &[(&str, Code, Change)] = &[
        ("another major version", Code::AnalysisVersion, |v| v["schema_version"] = json!("2.0")),
        ("no version", Code::AnalysisMalformed, |v| v["schema_version"] = json!(1)),
        ("no text", Code::AnalysisMalformed, |v| v["document"]["text"] = Value::Null),
        ("a negative offset", Code::AnalysisMalformed, |v| v["document"]["blocks"][0]["start"] = json!(-1)),
        ("an offset beyond 32 bits", Code::AnalysisMalformed, |v| {
            v["document"]["blocks"][0]["end"] = json!(4_294_967_296_u64);
        }),
        ("a block past the end", Code::AnalysisInconsistent, |v| {
            let last = v["document"]["blocks"].as_array().expect("blocks").len() - 1;
            v["document"]["blocks"][last]["end"] = json!(1_000_000);
        }),
        ("blocks over each other", Code::AnalysisInconsistent, |v| {
            v["document"]["blocks"][1]["start"] = json!(0);
        }),
        ("a heading without level", Code::AnalysisInconsistent, |v| {
            v["document"]["blocks"][0]["level"] = Value::Null;
        }),
        ("a sentence in no block", Code::AnalysisInconsistent, |v| {
            v["document"]["sentences"][0]["block"] = json!(9999);
        }),
        ("a sentence outside its block", Code::AnalysisInconsistent, |v| {
            v["document"]["sentences"][1]["block"] = json!(0);
        }),
        ("an end before its start", Code::AnalysisInconsistent, |v| {
            v["techniques"][0]["evidence"][0]["end"] = json!(0);
        }),
        ("a quotation that is not there", Code::AnalysisInconsistent, |v| {
            v["techniques"][0]["evidence"][0]["quote"] = json!("something else");
        }),
        ("a sentence past the end", Code::AnalysisInconsistent, |v| {
            v["observables"][0]["evidence"][0]["sentence"]["end"] = json!(u32::MAX);
        }),
        ("half a place", Code::AnalysisInconsistent, |v| v["document"]["marking"]["end"] = Value::Null),
        ("a claim without evidence", Code::AnalysisInconsistent, |v| {
            v["entities"][0]["evidence"] = json!([])
        }),
        ("an unknown claim", Code::AnalysisInconsistent, |v| v["relations"][0]["source"] = json!("e9999")),
        ("the claim before the first", Code::AnalysisInconsistent, |v| {
            v["relations"][0]["target"] = json!("e0")
        }),
        ("no claim at all", Code::AnalysisInconsistent, |v| v["relations"][0]["target"] = json!("é1")),
        ("a number spelt oddly", Code::AnalysisInconsistent, |v| v["relations"][0]["target"] = json!("e+1")),
        ("more than certain", Code::AnalysisInconsistent, |v| v["observables"][0]["confidence"] = json!(1.5)),
        ("a word that does not fit", Code::AnalysisInconsistent, |v| {
            v["observables"][0]["confidence_word"] = json!("unlikely?");
        }),
        ("a weight beyond numbers", Code::AnalysisInconsistent, |v| {
            v["techniques"][0]["reasons"] = json!([{ "text": "x", "weight": 1e300 }]);
        }),
        ("an unknown kind", Code::AnalysisInconsistent, |v| v["observables"][0]["type"] = json!("ipv5")),
        ("a domain that leaves its quotes", Code::AnalysisInconsistent, |v| {
            let observables = v["observables"].as_array_mut().expect("observables");
            let domain = observables.iter_mut().find(|o| o["type"] == "domain").expect("a domain");
            domain["value"] = json!("evil.top\"; sid:1;)\nalert");
        }),
        ("an id with a line break", Code::AnalysisInconsistent, |v| {
            v["techniques"][0]["id"] = json!("T1\nx: y")
        }),
        ("an unknown label", Code::AnalysisInconsistent, |v| v["marking"] = json!("TLP:PURPLE")),
        ("a time that is none", Code::AnalysisInconsistent, |v| v["generated"] = json!("yesterday")),
        ("a day that is none", Code::AnalysisInconsistent, |v| {
            v["events"][0]["when"]["earliest"] = json!("2026-02-30");
        }),
        ("an unknown finding", Code::AnalysisInconsistent, |v| {
            v["diagnostics"] =
                json!([{ "code": "x", "severity": "note", "message": "", "start": null, "end": null }]);
        }),
        ("no hash", Code::AnalysisInconsistent, |v| v["document"]["sha256"] = json!("../../x")),
    ];
    for (what, code, change) in cases {
        let mut value: Value = serde_json::from_slice(&report()).expect("JSON");
        change(&mut value);
        let error = again(value.to_string()).expect_err(what);
        assert_eq!(error.code(), *code, "{what}: {error}");
        assert!(error.to_string().len() < 400, "{what}: {error}");
    }
}

#[test]
fn no_json_deep_json_and_big_json_are_refused() {
    let code = |text: String| again(text).map(|_| ()).expect_err("refused").code();
    for text in ["", "{}", "[]", "{\"schema_version\":\"1.0\"", "{\"schema_version\":\"1.0\"}", "\u{0}"] {
        assert_eq!(code(text.to_owned()), Code::AnalysisMalformed, "{text}");
    }
    // Deep where it is ignored, and deep where it is read.
    let nested = "[".repeat(1_000_000);
    assert_eq!(code(format!("{{\"schema_version\":\"1.0\",\"x\":{nested}")), Code::AnalysisMalformed);
    assert_eq!(
        code(format!("{{\"schema_version\":\"1.0\",\"techniques\":{nested}")),
        Code::AnalysisMalformed
    );
    let limits = Limits { input_bytes: 100, ..Limits::default() };
    let error = read::analysis(&Input::new("a.json", report()), &limits).expect_err("too large");
    assert_eq!(error.code(), Code::InputTooLarge);
    let limits = Limits { text_bytes: 100, ..Limits::default() };
    let error = read::analysis(&Input::new("a.json", report()), &limits).expect_err("too long");
    assert_eq!(error.code(), Code::TextTooLong);
}

#[test]
fn a_file_cut_anywhere_is_refused() {
    let bytes = report();
    for end in (0..bytes.len() - 2).step_by(997) {
        assert!(again(bytes[..end].to_vec()).is_err(), "{end}");
    }
}

/// What was spoiled is refused, or it is an analysis that writes itself and is read again.
fn refused_or_whole(spoiled: Vec<u8>) {
    if let Ok(analysis) = again(spoiled) {
        let first = bytes(&analysis);
        assert!(bytes(&again(first.clone()).expect("our own file")) == first);
        let pack = Pack::built_in();
        for format in Format::ALL {
            exchange::render(format, &analysis, pack);
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(200))]

    #[test]
    fn spoiled_bytes_are_refused_or_whole(changes in prop::collection::vec(any::<(prop::sample::Index, u8)>(), 1..4)) {
        let mut spoiled = report();
        for (at, byte) in changes {
            let at = at.index(spoiled.len());
            spoiled[at] = byte;
        }
        refused_or_whole(spoiled);
    }

    /// Digits stay digits: offsets, ids, days and probabilities of a file that is still JSON.
    #[test]
    fn spoiled_numbers_are_refused_or_whole(changes in prop::collection::vec(any::<(prop::sample::Index, u8)>(), 1..3)) {
        let mut spoiled = report();
        let digits: Vec<usize> = (0..spoiled.len()).filter(|at| spoiled[*at].is_ascii_digit()).collect();
        for (at, digit) in changes {
            spoiled[digits[at.index(digits.len())]] = b'0' + digit % 10;
        }
        refused_or_whole(spoiled);
    }
}
