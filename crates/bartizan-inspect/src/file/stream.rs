//! The form `.json`: one document, whose samples are found without being read.

use std::io::{BufReader, Read, Seek, SeekFrom};

use super::index::{Index, Key, Place};
use super::{Parts, only, tell};
use crate::diagnostic::Told;
use crate::json::{Fault, Json, Note, Scanner};
use crate::log::{Id, Log, reductions};
use crate::{Code, Diagnostic, Error, Limits};

/// What was found in a document.
#[derive(Default)]
struct Found {
    header: Vec<(Box<str>, Json)>,
    members: Vec<(String, u64, u64)>,
    reductions: Vec<crate::log::Reduction>,
    index: Index,
    /// Whether a member of that name came.
    samples: bool,
}

pub(super) fn open<R: Read>(
    source: &mut R,
    limits: &Limits,
    told: &mut Told,
) -> Result<(Parts, Log, Index), Error> {
    let mut scanner = Scanner::new(source, limits);
    let mut found = Found::default();
    let read = members(&mut scanner, &mut found, limits, told);
    let notes = std::mem::take(&mut scanner.notes);
    let a_log = found.header.iter().any(|(key, value)| &**key == "eval" && matches!(value, Json::Object(_)));
    if let Err(fault) = read {
        if !a_log && !matches!(fault, Fault::Io(_)) {
            return Err(Error::new(
                Code::NotALog,
                format!("neither an archive nor a JSON log: {}", fault.diagnostic("")),
            ));
        }
        tell(fault, "", told)?;
    } else if !a_log {
        return Err(Error::new(Code::NotALog, "a JSON document without a member eval"));
    }
    for (code, at, seen) in notes {
        told.push(Diagnostic { code, place: "header".into(), at: Some(at), seen });
    }
    let mut log = Log::read(Json::Object(found.header.into()), told);
    if !found.reductions.is_empty() {
        log.reductions = found.reductions;
    }
    if log.json.get("status").is_none() {
        told.add(Code::Unfinished, "", "there is no status: the log is not whole");
    }
    Ok((Parts::Json(found.members), log, found.index))
}

fn members<R: Read>(
    scanner: &mut Scanner<R>,
    found: &mut Found,
    limits: &Limits,
    told: &mut Told,
) -> Result<(), Fault> {
    scanner.mark()?;
    scanner.open_object()?;
    let mut first = true;
    while let Some(key) = scanner.key(first)? {
        first = false;
        if found.members.len() >= 1_000 {
            return Err(Fault::told(Code::Entries, scanner.place(), "more than 1000 members"));
        }
        let next = scanner.look()?;
        let from = scanner.place();
        let again =
            found.members.iter().any(|(name, _, _)| **name == *key) || (&*key == "samples" && found.samples);
        if again {
            told.push(Diagnostic {
                code: Code::Duplicate,
                place: key.to_string(),
                at: Some(from),
                seen: "a member that stands twice".into(),
            });
            // The last counts.
            if &*key == "samples" {
                found.index = Index::default();
            }
        }
        found.samples |= &*key == "samples";
        match &*key {
            "samples" if next == Some(b'[') => samples(scanner, found, limits, told)?,
            "reductions" => found.reductions = reductions(scanner)?,
            _ => found.header.push((key.clone(), scanner.value()?)),
        }
        if &*key != "samples" {
            found.members.push((key.into(), from, scanner.place()));
        }
        if scanner.place() > limits.total_bytes {
            return Err(Fault::told(
                Code::Bytes,
                scanner.place(),
                format!("more than {} bytes", limits.total_bytes),
            ));
        }
    }
    scanner.finish()
}

fn samples<R: Read>(
    scanner: &mut Scanner<R>,
    found: &mut Found,
    limits: &Limits,
    told: &mut Told,
) -> Result<(), Fault> {
    scanner.open_array()?;
    let mut first = true;
    while scanner.item(first)? {
        first = false;
        let next = scanner.look()?;
        let from = scanner.place();
        if next != Some(b'{') {
            scanner.skip()?;
            told.add(Code::Member, "samples", "something that is no object");
            continue;
        }
        let key = sample(scanner)?;
        if scanner.place() > limits.total_bytes {
            return Err(Fault::told(
                Code::Bytes,
                scanner.place(),
                format!("more than {} bytes", limits.total_bytes),
            ));
        }
        if scanner.place() - from > limits.document_bytes {
            let place = format!("sample {} epoch {}", key.id, key.epoch);
            told.add(Code::Bytes, &place, format!("it has more than {} bytes", limits.document_bytes));
            continue;
        }
        found.index.add(key, Place::Bytes(from, scanner.place()), limits, told);
    }
    Ok(())
}

/// Passes over a sample and finds which it is.
fn sample<R: Read>(scanner: &mut Scanner<R>) -> Result<Key, Fault> {
    scanner.open_object()?;
    let left = scanner.memory_left();
    let (mut id, mut epoch, mut first) = (Id::default(), 1, true);
    while let Some(key) = scanner.key(first)? {
        first = false;
        match &*key {
            "id" => id = Id::read(&scanner.value()?).unwrap_or_default(),
            "epoch" => epoch = scanner.value()?.as_u64().unwrap_or(1),
            _ => scanner.skip()?,
        }
    }
    scanner.restore(left);
    Ok(Key { id: id.text.into(), epoch })
}

/// The value between two bytes.
pub(super) fn json<R: Read + Seek>(
    source: &mut R,
    from: u64,
    to: u64,
    limits: &Limits,
) -> Result<(Json, Vec<Note>), Fault> {
    source.seek(SeekFrom::Start(from)).map_err(Fault::Io)?;
    only(BufReader::new(source.take(to.saturating_sub(from))), limits)
}
