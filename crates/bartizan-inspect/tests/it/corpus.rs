//! Logs of Inspect's own tests, read without loss; their scores equal to 1e-9.

use std::collections::BTreeMap;
use std::io::{Cursor, Read};

use bartizan_inspect::score::Comparison;
use bartizan_inspect::{Code, Form, Limits, LogFile};
use serde_json::Value;

use super::whole;

fn files() -> Option<BTreeMap<String, Vec<u8>>> {
    let Some(root) = std::env::var_os("BARTIZAN_SHARED") else {
        eprintln!("skipped: no logs of Inspect (set BARTIZAN_SHARED)");
        return None;
    };
    let path = std::path::Path::new(&root).join("data/model-testing/inspect-log-fixtures.tar.zst");
    let Ok(packed) = std::fs::read(&path) else {
        eprintln!("skipped: no logs of Inspect at {}", path.display());
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
        if name.ends_with(".eval") || name.ends_with(".json") {
            files.insert(name, bytes);
        }
    }
    Some(files)
}

/// Documents of an archive, and samples, by another reader.
fn unzipped(bytes: &[u8]) -> (BTreeMap<String, Value>, Vec<Value>) {
    let mut archive = zip::ZipArchive::new(Cursor::new(bytes)).expect("an archive");
    let (mut documents, mut samples) = (BTreeMap::new(), Vec::new());
    for number in 0..archive.len() {
        let mut entry = archive.by_index(number).expect("an entry");
        let mut text = Vec::new();
        entry.read_to_end(&mut text).expect("its bytes");
        let json: Value = serde_json::from_slice(&text).expect("JSON");
        let name = entry.name().expect("a name").into_owned();
        if name.starts_with("samples/") { samples.push(json) } else { drop(documents.insert(name, json)) }
    }
    (documents, samples)
}

fn order(sample: &Value) -> String {
    format!("{} {}", sample["epoch"], sample["id"])
}

#[test]
fn every_log_is_read_without_loss() {
    let Some(files) = files() else { return };
    let (mut logs, mut metrics) = (0, 0);
    for (name, bytes) in &files {
        // Fixtures of events, no logs: Inspect does not read them either.
        if name.contains("test_skeleton") {
            let error = LogFile::open(Cursor::new(bytes.as_slice()), Limits::default()).expect_err(name);
            assert_eq!(error.code(), Code::NotALog, "{name}");
            continue;
        }
        let mut read = whole(bytes);
        let (documents, mut samples) = if read.file.form() == Form::Eval {
            unzipped(bytes)
        } else {
            let Value::Object(mut members) = serde_json::from_slice(bytes).expect(name) else {
                panic!("{name}")
            };
            let samples =
                members.remove("samples").and_then(|samples| samples.as_array().cloned()).unwrap_or_default();
            (members.into_iter().collect(), samples)
        };
        let mut found: Vec<Value> = read
            .samples
            .iter()
            .map(|one| serde_json::from_str(&one.json.to_string()).expect("JSON"))
            .collect();
        samples.sort_by_key(order);
        found.sort_by_key(order);
        assert_eq!(found, samples, "{name}");
        assert_eq!(read.file.documents().len(), documents.len(), "{name}");
        for (document, json) in &documents {
            let found = read.file.document(document).expect("bytes").expect("a document");
            assert_eq!(
                serde_json::from_str::<Value>(&found.to_string()).expect("JSON"),
                *json,
                "{name} {document}"
            );
        }
        // Two logs were cut down by hand to what their tests need.
        let count = matches!(
            name.rsplit('/').next(),
            Some("log_tool_call_error.json" | "2025-05-12T20-28-13-04-00_no-samples.json")
        );
        assert_eq!(read.codes(), if count { vec![Code::Count] } else { vec![] }, "{name}");
        let comparison = Comparison::of(read.file.log(), &read.book);
        assert!(comparison.is_equal(), "{name}: {comparison:?}");
        if !count {
            let equal = comparison.metrics.iter().filter(|one| one.computed.is_some()).count();
            let stored: usize = read
                .file
                .log()
                .results
                .iter()
                .flat_map(|results| &results.scores)
                .map(|score| score.metrics.len())
                .sum();
            assert!(equal >= stored, "{name}: {comparison:?}");
            metrics += stored;
        }
        logs += 1;
    }
    assert_eq!((logs, metrics), (21, 36));
}

#[test]
fn what_the_logs_hold() {
    let Some(files) = files() else { return };
    let by = |end: &str| {
        files.iter().find(|(name, _)| name.ends_with(end)).map(|(_, bytes)| whole(bytes)).expect(end)
    };
    let browser = by("_browser.json");
    assert!(
        browser.samples[0]
            .tool_runs()
            .iter()
            .all(|(at, run)| at.is_some() && run.function.starts_with("web_browser"))
    );
    let pooled = by("log_message_deduplication.eval");
    assert_eq!(pooled.file.log().version, 3);
    let sample = &pooled.samples[0];
    let models: Vec<usize> = sample
        .events()
        .iter()
        .filter(|event| event.kind == "model")
        .map(|event| sample.given(event).count())
        .collect();
    assert!(models.windows(2).all(|pair| pair[0] < pair[1]) && models[0] > 0, "{models:?}");
}
