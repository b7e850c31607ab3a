//! Archives as others write them, and as they are damaged.

use std::io::{Cursor, Write};

use bartizan_inspect::{Code, Limits};
use zip::write::SimpleFileOptions;
use zip::{CompressionMethod, ZipWriter};

use super::{ours, whole, whole_within};

pub const HEADER: &str =
    r#"{"version":2,"status":"success","eval":{"task":"t","model":"m"},"plan":{},"stats":{}}"#;

pub fn sample(id: u32) -> String {
    format!(r#"{{"id":{id},"epoch":1,"input":"q","target":"a","scores":{{"match":{{"value":"C"}}}}}}"#)
}

/// An archive by the crate `zip`.
pub fn zipped(method: CompressionMethod, entries: &[(&str, &str)]) -> Vec<u8> {
    let mut writer = ZipWriter::new(Cursor::new(Vec::new()));
    for (name, text) in entries {
        writer.start_file(*name, SimpleFileOptions::default().compression_method(method)).expect(name);
        writer.write_all(text.as_bytes()).expect(name);
    }
    writer.finish().expect("an archive").into_inner()
}

fn two() -> Vec<(String, String)> {
    let mut entries: Vec<(String, String)> =
        (1..=2).map(|id| (format!("samples/{id}_epoch_1.json"), sample(id))).collect();
    entries.push(("header.json".into(), HEADER.into()));
    entries
}

fn borrowed(entries: &[(String, String)]) -> Vec<(&str, &str)> {
    entries.iter().map(|(name, text)| (name.as_str(), text.as_str())).collect()
}

#[test]
fn stored_and_deflated() {
    for method in [CompressionMethod::Stored, CompressionMethod::Deflated] {
        let read = whole(&zipped(method, &borrowed(&two())));
        assert_eq!((read.samples.len(), read.codes()), (2, vec![]), "{method:?}");
    }
}

#[test]
fn something_before_the_archive_and_after_it() {
    let archive = zipped(CompressionMethod::Stored, &borrowed(&two()));
    // Python reads both: it looks for the end from behind. What begins otherwise is no archive for us, so the front stays.
    let mut long = archive.clone();
    long.extend_from_slice(b"trailing bytes");
    let read = whole(&long);
    assert_eq!((read.samples.len(), read.codes()), (2, vec![]));
    let mut twice = archive.clone();
    twice.extend_from_slice(&archive);
    assert_eq!((whole(&twice).samples.len(), whole(&twice).codes()), (2, vec![]));
}

/// As `zipfile` of Python writes it with `force_zip64`, and with more than 65,535 entries.
#[test]
fn large_archives() {
    let mut writer = ZipWriter::new(Cursor::new(Vec::new()));
    for (name, text) in two() {
        writer.start_file(name, SimpleFileOptions::default().large_file(true)).expect("an entry");
        writer.write_all(text.as_bytes()).expect("its bytes");
    }
    for number in 0..66_000 {
        let plain = SimpleFileOptions::default().compression_method(CompressionMethod::Stored);
        writer.start_file(format!("_journal/summaries/x{number}.txt"), plain).expect("an entry");
    }
    let archive = writer.finish().expect("an archive").into_inner();
    let read = whole(&archive);
    assert_eq!((read.samples.len(), read.codes()), (2, vec![]));
    // And without its directory.
    let read = whole(&archive[..archive.len() - 100]);
    assert_eq!((read.samples.len(), read.codes()), (2, vec![Code::Truncated]));
}

#[test]
fn the_last_of_two_entries_counts() {
    // The crate `zip` refuses to write a name twice.
    let mut entries = two();
    entries.insert(1, ("samples/3_epoch_1.json".into(), sample(1).replace("\"C\"", "\"I\"")));
    let mut archive = zipped(CompressionMethod::Stored, &borrowed(&entries));
    for at in 0..archive.len() - 21 {
        if archive[at..].starts_with(b"samples/3_epoch_1.json") {
            archive[at + 8] = b'1';
        }
    }
    let read = whole(&archive);
    assert_eq!((read.samples.len(), read.codes()), (2, vec![Code::Superseded]));
    assert_eq!(read.samples[0].score("match").and_then(|score| score.value.number(None)), Some(0.0));
}

/// Every cut of a log: what is read is as in the whole log, and something is told unless nothing is missing.
#[test]
fn every_cut() {
    for name in ["plain.eval", "tiny.json"] {
        let bytes = ours(name);
        let all = whole(&bytes);
        for end in (0..bytes.len()).step_by(53) {
            let Ok(read) = whole_within(&bytes[..end], Limits::default()) else { continue };
            assert!(!read.codes().is_empty(), "{name} {end}");
            for sample in &read.samples {
                assert!(all.samples.contains(sample), "{name} {end}");
            }
        }
    }
}

/// Every changed byte of an archive: samples are as they were, or something is told. The bytes of an entry have a checksum.
#[test]
fn every_changed_byte() {
    let bytes = ours("plain.eval");
    let all = whole(&bytes);
    for at in (0..bytes.len()).step_by(7) {
        let mut changed = bytes.clone();
        changed[at] ^= 0x11;
        let Ok(read) = whole_within(&changed, Limits::default()) else { continue };
        for sample in &read.samples {
            assert!(all.samples.contains(sample) || !read.codes().is_empty(), "{at}");
        }
        assert!(read.samples.len() == all.samples.len() || !read.codes().is_empty(), "{at}");
    }
}
