//! Tests of the public interface.
#![allow(clippy::disallowed_methods)]

mod archives;
mod codes;
mod corpus;
mod hostile;
mod logs;
mod statistics;

use std::io::Cursor;
use std::ops::ControlFlow;
use std::path::Path;

use bartizan_inspect::score::Book;
use bartizan_inspect::{Code, Error, Limits, LogFile, Sample};

/// A log that is read whole.
struct Whole {
    file: LogFile<Cursor<Vec<u8>>>,
    samples: Vec<Sample>,
    book: Book,
}

fn whole_within(bytes: &[u8], limits: Limits) -> Result<Whole, Error> {
    let mut file = LogFile::open(Cursor::new(bytes.to_vec()), limits)?;
    let (mut samples, mut book) = (Vec::new(), Book::new(file.log()));
    file.each(|sample| {
        book.add(&sample);
        samples.push(sample);
        ControlFlow::<()>::Continue(())
    })?;
    Ok(Whole { file, samples, book })
}

fn whole(bytes: &[u8]) -> Whole {
    whole_within(bytes, Limits::default()).expect("a log")
}

impl Whole {
    fn codes(&self) -> Vec<Code> {
        let mut codes: Vec<Code> = self.file.told().iter().map(|one| one.code).collect();
        codes.sort();
        codes.dedup();
        codes
    }
}

/// A log of ours.
fn ours(name: &str) -> Vec<u8> {
    std::fs::read(Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/logs").join(name)).expect(name)
}

const OURS: [&str; 10] = [
    "chunked-limits.eval",
    "cut.eval",
    "edited.eval",
    "killed.eval",
    "plain.eval",
    "small.eval",
    "tiny.json",
    "tools.eval",
    "version-1.json",
    "views.eval",
];
