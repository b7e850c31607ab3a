//! The test documents of the OASIS CSAF TC: each says by its place in `testcases.json` which test it fails or passes.
#![allow(clippy::disallowed_methods)]

use std::collections::BTreeMap;
use std::io::Read;
use std::time::Instant;

use bartizan_advisory::csaf::{Extension, Options, validate};
use serde_json::Value;

/// The files of the archive `csaf-tests.tar.zst` under `$BARTIZAN_SHARED`.
fn files() -> Option<BTreeMap<String, Vec<u8>>> {
    let Some(root) = std::env::var_os("BARTIZAN_SHARED") else {
        eprintln!("skipped: no CSAF test documents (set BARTIZAN_SHARED)");
        return None;
    };
    let path = std::path::Path::new(&root).join("data/clearinghouse/csaf-tests.tar.zst");
    let Ok(packed) = std::fs::read(&path) else {
        eprintln!("skipped: no CSAF test documents at {}", path.display());
        return None;
    };
    let mut decoder = ruzstd::decoding::StreamingDecoder::new(packed.as_slice()).expect("a zstd stream");
    let mut tarball = Vec::new();
    decoder.read_to_end(&mut tarball).expect("a whole stream");
    let mut files = BTreeMap::new();
    for entry in tar::Archive::new(tarball.as_slice()).entries().expect("an archive") {
        let mut entry = entry.expect("an entry");
        let name = entry.path().expect("a name").display().to_string();
        let mut bytes = Vec::new();
        entry.read_to_end(&mut bytes).expect("its content");
        files.insert(name.trim_start_matches("./").to_owned(), bytes);
    }
    Some(files)
}

fn json(bytes: &[u8]) -> Value {
    serde_json::from_slice(bytes).expect("JSON")
}

/// The extensions that the corpus brings along.
fn extensions(files: &BTreeMap<String, Vec<u8>>) -> Vec<Extension> {
    let schemas = files
        .iter()
        .filter(|(name, _)| name.contains("test/extension/data/valid/") && name.contains("-content_"));
    schemas
        .filter_map(|(name, schema)| {
            let metadata = files.get(&name.replace("-content_", "-metadata_"))?;
            Some(Extension { schema: json(schema), metadata: json(metadata) })
        })
        .collect()
}

/// What the corpus says of a document, and what was found.
struct Case {
    name: String,
    test: String,
    should_fail: bool,
    should_be_valid: bool,
    fails: bool,
    is_valid: bool,
}

fn run(files: &BTreeMap<String, Vec<u8>>, version: &str) -> Vec<Case> {
    let base = format!("csaf_{version}/test/validator/data/");
    let options = Options {
        now: Some("2026-11-30T12:00:00Z".into()),
        extensions: extensions(files),
        ..Options::default()
    };
    let tests = json(&files[&format!("{base}testcases.json")]);
    let mut cases = Vec::new();
    for test in tests["tests"].as_array().expect("tests") {
        for (list, should_fail) in [("failures", true), ("valid", false)] {
            for document in test[list].as_array().into_iter().flatten() {
                let name = document["name"].as_str().expect("a name");
                let id = test["id"].as_str().expect("an id");
                let report = validate(&files[&format!("{base}{name}")], &options);
                cases.push(Case {
                    name: name.to_owned(),
                    test: id.to_owned(),
                    should_fail,
                    should_be_valid: document["valid"].as_bool().expect("a verdict"),
                    fails: report.failed(id),
                    is_valid: report.is_valid(),
                });
            }
        }
    }
    cases
}

/// Prints the figures; gives how many are right.
fn tell(version: &str, cases: &[Case]) -> usize {
    let right = cases.iter().filter(|case| case.fails == case.should_fail).count();
    println!("CSAF {version}: right {right} of {} on the test each document is for", cases.len());
    for case in cases.iter().filter(|case| case.fails != case.should_fail) {
        println!("  {} {}: should {}", case.test, case.name, if case.should_fail { "fail" } else { "pass" });
    }
    let also = cases.iter().filter(|case| case.is_valid == case.should_be_valid).count();
    println!("CSAF {version}: right {also} of {} on whether the document is valid at all", cases.len());
    for case in cases.iter().filter(|case| case.is_valid != case.should_be_valid) {
        println!(
            "  {} {}: should be {}",
            case.test,
            case.name,
            if case.should_be_valid { "valid" } else { "invalid" }
        );
    }
    right
}

#[test]
fn verdicts() {
    let Some(files) = files() else { return };
    let start = Instant::now();
    let (of_2_0, of_2_1) = (run(&files, "2.0"), run(&files, "2.1"));
    let time = start.elapsed();
    let (right_2_0, right_2_1) = (tell("2.0", &of_2_0), tell("2.1", &of_2_1));
    println!("{} documents in {time:?}", of_2_0.len() + of_2_1.len());
    assert!(right_2_0 * 239 >= 233 * of_2_0.len(), "at least 233 of 239 documents of 2.0");
    assert!(right_2_1 * 100 >= 95 * of_2_1.len(), "at least 95 % of the documents of 2.1");
    if !cfg!(debug_assertions) {
        assert!(time.as_secs_f64() < 1.0, "the whole corpus takes less than a second");
    }
}
