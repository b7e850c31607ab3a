//! A log as it is read: its header at once, its samples one at a time.

mod chunks;
mod eval;
mod index;
mod stream;

use std::io::{Read, Seek, SeekFrom};
use std::ops::ControlFlow;

use crate::archive::{Archive, END, ENTRY};
use crate::diagnostic::Told;
use crate::json::{Fault, Json, Scanner};
use crate::log::Log;
use crate::sample::Sample;
use crate::{Code, Diagnostic, Error, Limits};

pub use index::Key;
use index::{Index, Place};

/// The form of a log.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Form {
    /// An archive.
    Eval,
    /// One JSON document.
    Json,
}

/// Where things are, in either form.
#[derive(Debug)]
enum Parts {
    Eval(Archive),
    /// Members of the document but for its samples: the name, and from where to where.
    Json(Vec<(String, u64, u64)>),
}

/// A log that is being read.
///
/// ```
/// use bartizan_inspect::{Limits, LogFile};
///
/// let text = br#"{"version": 2, "status": "success", "eval": {"task": "sums", "model": "a/b"},
///     "samples": [{"id": 1, "epoch": 1, "input": "1+1", "target": "2", "scores": {"match": {"value": "C"}}}]}"#;
/// let mut file = LogFile::open(std::io::Cursor::new(text), Limits::default())?;
/// assert_eq!(file.log().eval.task, "sums");
/// let sample = file.sample(0)?.expect("the only one");
/// assert_eq!(sample.scores[0].1.value.number(None), Some(1.0));
/// assert!(file.told().is_empty());
/// # Ok::<(), bartizan_inspect::Error>(())
/// ```
#[derive(Debug)]
pub struct LogFile<R> {
    source: R,
    limits: Limits,
    parts: Parts,
    log: Log,
    told: Told,
    index: Index,
    unnamed: Option<String>,
}

impl<R: Read + Seek> LogFile<R> {
    /// Opens a log: reads everything but its samples, and finds where these are.
    ///
    /// # Errors
    /// The source cannot be read, or is no log. What is wrong with a log is told: [`LogFile::told`].
    pub fn open(mut source: R, limits: Limits) -> Result<Self, Error> {
        let mut told = Told::new(limits.diagnostics);
        let length = source.seek(SeekFrom::End(0))?;
        source.seek(SeekFrom::Start(0))?;
        let mut four = Vec::new();
        source.by_ref().take(4).read_to_end(&mut four)?;
        let opened = if four == ENTRY || four == END {
            eval::open(&mut source, length, &limits, &mut told)?
        } else {
            source.seek(SeekFrom::Start(0))?;
            stream::open(&mut source, &limits, &mut told)?
        };
        let (parts, log, mut index) = opened;
        index.sort(&mut told);
        count(&log, index.keys.len(), &mut told);
        let unnamed = log.results.as_ref().and_then(|results| Some(results.scores.first()?.name.clone()));
        Ok(Self { source, limits, parts, log, told, index, unnamed })
    }

    /// In which form it is.
    pub fn form(&self) -> Form {
        match self.parts {
            Parts::Eval(_) => Form::Eval,
            Parts::Json(_) => Form::Json,
        }
    }

    /// The log without its samples.
    pub fn log(&self) -> &Log {
        &self.log
    }

    /// What was found wrong or odd so far, each thing once. Samples are looked at when they are read.
    pub fn told(&self) -> &[Diagnostic] {
        &self.told.list
    }

    /// The samples that there are, by epoch and then by identifier, as Inspect orders them.
    pub fn keys(&self) -> &[Key] {
        &self.index.keys
    }

    /// Which sample it is: its number for [`LogFile::sample`].
    pub fn find(&self, id: &str, epoch: u64) -> Option<usize> {
        self.index.find(id, epoch)
    }

    /// Reads a sample by its number; `None` if it cannot be read, which is told.
    ///
    /// # Errors
    /// The source cannot be read.
    pub fn sample(&mut self, number: usize) -> Result<Option<Sample>, Error> {
        let Some(key) = self.index.keys.get(number) else { return Ok(None) };
        let place = format!("sample {} epoch {}", key.id, key.epoch);
        let (json, notes) = match self.sample_json(number) {
            Ok(read) => read,
            Err(fault) => return tell(fault, &place, &mut self.told).map(|()| None),
        };
        let Self { told, index, .. } = self;
        for (code, at, seen) in notes {
            told.push(Diagnostic { code, place: place.clone(), at: Some(at), seen });
        }
        let sample = Sample::read(json, self.unnamed.as_deref(), &place, told);
        index.check(number, &sample, &place, told);
        Ok(Some(sample))
    }

    /// Reads one sample after the other. What cannot be read is passed over and told.
    ///
    /// # Errors
    /// The source cannot be read.
    pub fn each<B>(&mut self, mut visit: impl FnMut(Sample) -> ControlFlow<B>) -> Result<Option<B>, Error> {
        for number in 0..self.index.keys.len() {
            if let Some(sample) = self.sample(number)?
                && let ControlFlow::Break(answer) = visit(sample)
            {
                return Ok(Some(answer));
            }
        }
        Ok(None)
    }

    /// The names of everything in the log but its samples: entries of the archive, or members of the JSON document.
    pub fn documents(&self) -> Vec<String> {
        match &self.parts {
            Parts::Eval(archive) => {
                let names = archive.entries.iter().map(|entry| entry.name.to_string());
                names.filter(|name| !name.starts_with(eval::SAMPLES)).collect()
            }
            Parts::Json(members) => members.iter().map(|(name, _, _)| name.clone()).collect(),
        }
    }

    /// A document of the log as it stands there; `None` if there is none or it cannot be read, which is told.
    ///
    /// # Errors
    /// The source cannot be read.
    pub fn document(&mut self, name: &str) -> Result<Option<Json>, Error> {
        let read = match &self.parts {
            Parts::Eval(archive) => match archive.find(name) {
                Some(entry) => eval::json(archive, entry, &mut self.source, &self.limits),
                None => return Ok(None),
            },
            Parts::Json(members) => match members.iter().rev().find(|(one, _, _)| one == name) {
                Some((_, from, to)) => stream::json(&mut self.source, *from, *to, &self.limits),
                None => return Ok(None),
            },
        };
        match read {
            Ok((json, _)) => Ok(Some(json)),
            Err(fault) => tell(fault, name, &mut self.told).map(|()| None),
        }
    }

    fn sample_json(&mut self, number: usize) -> Result<(Json, Vec<crate::json::Note>), Fault> {
        match (&self.parts, self.index.place(number)) {
            (Parts::Eval(archive), Place::Entry(name)) => match archive.find(name) {
                Some(entry) => eval::json(archive, entry, &mut self.source, &self.limits),
                None => Err(Fault::Told(Code::Missing, None, "its entry is gone".into())),
            },
            (Parts::Eval(archive), Place::Chunks(prefix)) => {
                chunks::json(archive, prefix, &mut self.source, &self.limits)
            }
            (_, Place::Bytes(from, to)) => stream::json(&mut self.source, *from, *to, &self.limits),
            (Parts::Json(_), _) => Err(Fault::Told(Code::Missing, None, "it is nowhere".into())),
        }
    }
}

/// The results say of how many samples they were made.
fn count(log: &Log, found: usize, told: &mut Told) {
    let Some(results) = &log.results else { return };
    let found = found as u64;
    if found < results.completed_samples {
        let why = if log.eval.config.log_samples { "" } else { "; it was configured to have none" };
        told.add(
            Code::Count,
            "",
            format!("results of {} samples, the log has {found}{why}", results.completed_samples),
        );
    } else if found > results.total_samples && results.total_samples > 0 {
        told.add(
            Code::Count,
            "",
            format!("results of {} samples, the log has {found}", results.total_samples),
        );
    }
}

/// A fault of the source is an error; every other one is told.
fn tell(fault: Fault, place: &str, told: &mut Told) -> Result<(), Error> {
    match fault {
        Fault::Io(error) => match error.downcast::<crate::archive::Coded>() {
            Ok(coded) => told.add(coded.code, place, coded.what),
            Err(own) => return Err(own.into()),
        },
        other => told.push(other.diagnostic(place)),
    }
    Ok(())
}

/// The only value of a document.
fn only<S: Read>(source: S, limits: &Limits) -> Result<(Json, Vec<crate::json::Note>), Fault> {
    let mut scanner = Scanner::new(source, limits);
    let json = scanner.value()?;
    scanner.finish()?;
    Ok((json, scanner.notes))
}
