//! A log for every code.

use std::io::{Cursor, Read, Seek, SeekFrom};

use bartizan_inspect::{Code, Error, Limits, LogFile, Severity};
use zip::CompressionMethod::{Deflated, Stored};

use super::archives::{HEADER, sample, zipped};
use super::{ours, whole_within};

fn told(bytes: &[u8], limits: Limits) -> Vec<Code> {
    whole_within(bytes, limits).map_or_else(|error| vec![error.code()], |read| read.codes())
}

fn json(samples: &str) -> Vec<u8> {
    format!(r#"{{"version":2,"status":"success","eval":{{"task":"t","model":"m"}},"samples":[{samples}]}}"#)
        .into_bytes()
}

fn archive(entries: &[(&str, &str)]) -> Vec<u8> {
    let all: Vec<(&str, &str)> = entries.iter().copied().chain([("header.json", HEADER)]).collect();
    zipped(Stored, &all)
}

/// The archive with the byte changed that stands so far behind the first place of a text.
fn changed(mut bytes: Vec<u8>, text: &[u8], offset: usize, byte: u8) -> Vec<u8> {
    let at = bytes.windows(text.len()).position(|one| one == text).expect("the text");
    bytes[at + offset] = byte;
    bytes
}

/// A source that fails.
struct Failing;

impl Read for Failing {
    fn read(&mut self, _: &mut [u8]) -> std::io::Result<usize> {
        Err(std::io::Error::other("the disk is gone"))
    }
}

impl Seek for Failing {
    fn seek(&mut self, _: SeekFrom) -> std::io::Result<u64> {
        Ok(0)
    }
}

fn case(code: Code) -> Vec<Code> {
    let usual = Limits::default();
    let one = sample(1);
    let long = format!(r#"{{"id":1,"epoch":1,"input":"{}"}}"#, "long ".repeat(200));
    match code {
        Code::Io => vec![LogFile::open(Failing, usual).map(|_| ()).expect_err("it fails").code()],
        Code::NotALog => told(b"no log", usual),
        Code::Version => told(
            &json("").into_iter().map(|one| if one == b'2' { b'9' } else { one }).collect::<Vec<_>>(),
            usual,
        ),
        Code::Member => told(&json(r#"{"id":1,"epoch":"first"}"#), usual),
        Code::Unfinished => told(&ours("killed.eval"), usual),
        Code::NoHeader => told(&zipped(Stored, &[("samples/1_epoch_1.json", &one)]), usual),
        Code::Truncated | Code::Cut => told(&ours("cut.eval"), usual),
        Code::Damaged => {
            told(&changed(archive(&[("samples/1_epoch_1.json", &one)]), b"\"C\"", 1, b'I'), usual)
        }
        // The method stands behind signature, versions and flags: in the directory.
        Code::Method => {
            told(&changed(archive(&[("samples/1_epoch_1.json", &one)]), b"PK\x01\x02", 10, 12), usual)
        }
        Code::Superseded => {
            let both = archive(&[("samples/1_epoch_1.json", &one), ("samples/2_epoch_1.json", &one)]);
            let mut renamed = both.clone();
            for at in 0..both.len() - 22 {
                if both[at..].starts_with(b"samples/2_epoch_1.json") {
                    renamed[at + 8] = b'1';
                }
            }
            told(&renamed, usual)
        }
        Code::Foreign => told(&archive(&[("notes.txt", "")]), usual),
        // The end record says how many entries there are.
        Code::Directory => {
            told(&changed(archive(&[("samples/1_epoch_1.json", &one)]), b"PK\x05\x06", 10, 9), usual)
        }
        Code::Syntax => told(&json(r#"{"id":1,"epoch":1,"input":tru}"#), usual),
        Code::Ended => told(&json(&one)[..100], usual),
        Code::Utf8 => told(&changed(json(&one), b"\"q\"", 1, 0xff), usual),
        Code::Duplicate => told(&json(r#"{"id":1,"epoch":1,"input":"a","input":"b"}"#), usual),
        Code::Surrogate => told(&json(r#"{"id":1,"epoch":1,"metadata":{"\ud800":1}}"#), usual),
        Code::Entries => told(&json(&format!("{one},{one}")), Limits { entries: 1, ..usual }),
        Code::Bytes => told(&json(&long), Limits { document_bytes: 500, ..usual }),
        Code::Memory => told(&json(&long), Limits { memory: 800, ..usual }),
        Code::StringBytes => told(&json(&long), Limits { string_bytes: 500, ..usual }),
        Code::Depth => {
            told(&json(&format!(r#"{{"id":1,"epoch":1,"x":{}{}}}"#, "[".repeat(600), "]".repeat(600))), usual)
        }
        Code::Ratio => {
            let zeros = format!(r#"{{"id":1,"epoch":1,"input":"{}"}}"#, "0".repeat(100_000));
            told(
                &zipped(Deflated, &[("samples/1_epoch_1.json", &zeros), ("header.json", HEADER)]),
                Limits { ratio: 10, ratio_from: 1_000, ..usual },
            )
        }
        Code::Window => told(&ours("plain.eval"), Limits { window: 1_024, ..usual }),
        Code::Diagnostics => {
            told(&archive(&[("a", ""), ("b", ""), ("c", "")]), Limits { diagnostics: 1, ..usual })
        }
        Code::Twice => told(&json(&format!("{one},{one}")), usual),
        Code::Name => told(&archive(&[("samples/7_epoch_1.json", &one)]), usual),
        Code::Missing => told(&archive(&[("summaries.json", r#"[{"id":1,"epoch":1}]"#)]), usual),
        Code::Unlisted => told(
            &archive(&[
                ("samples/1_epoch_1.json", &one),
                ("summaries.json", "[]"),
                ("_journal/summaries/1.json", "[]"),
            ]),
            usual,
        ),
        Code::Count => told(&ours("version-1.json"), usual),
        Code::Summary => {
            let list = r#"[{"id":1,"epoch":1,"scores":{"match":{"value":"I"}}}]"#;
            told(&archive(&[("samples/1_epoch_1.json", &one), ("summaries.json", list)]), usual)
        }
    }
}

#[test]
fn every_code_has_a_case() {
    for code in Code::ALL {
        let found = case(*code);
        assert!(found.contains(code), "{code}: {found:?}");
    }
}

#[test]
fn codes_are_words_of_their_own() {
    let mut words: Vec<&str> = Code::ALL.iter().map(|code| code.as_str()).collect();
    words.sort_unstable();
    words.dedup();
    assert_eq!(words.len(), Code::ALL.len());
    assert!(Code::ALL.iter().all(|code| ["note", "warning", "error"].contains(&code.severity().as_str())));
    assert!(Severity::Note < Severity::Error);
}

/// A disk that fails is no damaged log.
#[test]
fn a_failing_source() {
    struct Later(Cursor<Vec<u8>>, bool);
    impl Read for Later {
        fn read(&mut self, room: &mut [u8]) -> std::io::Result<usize> {
            if self.1 { Err(std::io::Error::other("gone")) } else { self.0.read(room) }
        }
    }
    impl Seek for Later {
        fn seek(&mut self, to: SeekFrom) -> std::io::Result<u64> {
            // Reading fails from the second half on.
            let at = self.0.seek(to)?;
            self.1 = at > 3_000 && at < 8_000;
            Ok(at)
        }
    }
    for name in ["plain.eval", "tiny.json"] {
        let read =
            LogFile::open(Later(Cursor::new(ours(name)), false), Limits::default()).and_then(|mut file| {
                for number in 0..file.keys().len() {
                    file.sample(number)?;
                }
                Ok(())
            });
        assert!(read.as_ref().is_err_and(Error::is_io), "{name}: {read:?}");
    }
}
