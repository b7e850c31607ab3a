//! The form `.eval`: an archive of JSON documents.

use std::io::{Read, Seek};

use super::index::{Index, Key, Place};
use super::{Parts, only, tell};
use crate::archive::{Archive, Entry};
use crate::diagnostic::Told;
use crate::json::{Fault, Json, Note, Scanner};
use crate::log::{Log, reductions};
use crate::{Code, Diagnostic, Error, Limits};

/// Below it are the samples.
pub(super) const SAMPLES: &str = "samples/";
const HEADER: &str = "header.json";
const START: &str = "_journal/start.json";
const CHANGES: &str = "_journal/config_updates/";
const ROWS: &str = "_journal/summaries/";
const SUMMARIES: &str = "summaries.json";
const REDUCTIONS: &str = "reductions.json";

pub(super) fn open<R: Read + Seek>(
    source: &mut R,
    length: u64,
    limits: &Limits,
    told: &mut Told,
) -> Result<(Parts, Log, Index), Error> {
    let archive = Archive::read(source, length, limits, told)?;
    let mut index = Index::default();
    places(&archive, &mut index, limits, told);
    let header = header(&archive, source, limits, told)?;
    if header.is_none() && index.keys.is_empty() {
        return Err(Error::new(
            Code::NotALog,
            "an archive without a header or samples of Inspect that can be read",
        ));
    }
    if header.is_none() {
        told.add(Code::NoHeader, "", "neither header.json nor _journal/start.json can be read");
    }
    let mut log = Log::read(header.unwrap_or(Json::Object(Box::default())), told);
    if let Some(entry) = archive.find(REDUCTIONS) {
        let read = unpack(&archive, entry, source, limits).and_then(|mut scanner| {
            let all = reductions(&mut scanner)?;
            scanner.finish()?;
            Ok(all)
        });
        match read {
            Ok(all) => log.reductions = all,
            Err(fault) => tell(fault, REDUCTIONS, told)?,
        }
    }
    list(&archive, source, &mut index, limits, told)?;
    Ok((Parts::Eval(archive), log, index))
}

fn unpack<'a, R: Read + Seek>(
    archive: &Archive,
    entry: &Entry,
    source: &'a mut R,
    limits: &Limits,
) -> Result<Scanner<impl Read + use<'a, R>>, Fault> {
    Ok(Scanner::new(archive.unpack(entry, source, limits).map_err(Fault::Io)?, limits))
}

/// The document of an entry.
pub(super) fn json<R: Read + Seek>(
    archive: &Archive,
    entry: &Entry,
    source: &mut R,
    limits: &Limits,
) -> Result<(Json, Vec<Note>), Fault> {
    only(archive.unpack(entry, source, limits).map_err(Fault::Io)?, limits)
}

/// The header; of a run that goes on or was killed, how it began, with the changes of its configuration.
fn header<R: Read + Seek>(
    archive: &Archive,
    source: &mut R,
    limits: &Limits,
    told: &mut Told,
) -> Result<Option<Json>, Error> {
    if let Some(header) = document(archive, HEADER, source, limits, told)? {
        return Ok(Some(header));
    }
    let Some(start) = document(archive, START, source, limits, told)? else { return Ok(None) };
    told.add(Code::Unfinished, "", "there is no header: the run goes on, or was killed");
    let mut names: Vec<&str> = archive.below(CHANGES).map(|entry| &*entry.name).collect();
    names.sort_by_key(|name| numbered(name, CHANGES));
    let mut changes = Vec::new();
    for name in names {
        changes.extend(document(archive, name, source, limits, told)?);
    }
    let mut members = start.members().to_vec();
    if !changes.is_empty() && matches!(start, Json::Object(_)) {
        members.push(("config_updates".into(), Json::Array(changes.into())));
        return Ok(Some(Json::Object(members.into())));
    }
    Ok(Some(start))
}

fn document<R: Read + Seek>(
    archive: &Archive,
    name: &str,
    source: &mut R,
    limits: &Limits,
    told: &mut Told,
) -> Result<Option<Json>, Error> {
    let Some(entry) = archive.find(name) else { return Ok(None) };
    match json(archive, entry, source, limits) {
        Ok((json, notes)) => {
            for (code, at, seen) in notes {
                told.push(Diagnostic { code, place: name.to_owned(), at: Some(at), seen });
            }
            Ok(Some(json))
        }
        Err(fault) => tell(fault, name, told).map(|()| None),
    }
}

fn numbered(name: &str, prefix: &str) -> u64 {
    name.strip_prefix(prefix)
        .and_then(|rest| rest.strip_suffix(".json"))
        .and_then(|number| number.parse().ok())
        .unwrap_or(u64::MAX)
}

/// `ID_epoch_N`, where the identifier may hold anything.
fn key(name: &str) -> Option<Key> {
    let (id, epoch) = name.rsplit_once("_epoch_")?;
    let plain = !epoch.is_empty() && epoch.bytes().all(|one| one.is_ascii_digit());
    Some(Key { id: id.into(), epoch: epoch.parse().ok().filter(|_| plain)? })
}

fn places(archive: &Archive, index: &mut Index, limits: &Limits, told: &mut Told) {
    for entry in &archive.entries {
        let Some(name) = entry.name.strip_prefix(SAMPLES) else {
            let known = [HEADER, SUMMARIES, REDUCTIONS].contains(&&*entry.name)
                || entry.name.starts_with("_journal/");
            if !known && !entry.name.ends_with('/') {
                told.add(Code::Foreign, &entry.name, "no entry that Inspect writes");
            }
            continue;
        };
        if let Some(key) = name.strip_suffix(".json").and_then(key) {
            index.add(key, Place::Entry(entry.name.clone()), limits, told);
        } else if let Some(key) = name.strip_suffix("/sample.json").and_then(key) {
            let prefix = entry.name.strip_suffix("sample.json").unwrap_or_default();
            index.add(key, Place::Chunks(prefix.into()), limits, told);
        } else if !chunk(archive, name) && !entry.name.ends_with('/') {
            told.add(Code::Foreign, &entry.name, "no entry that Inspect writes");
        }
    }
}

/// Whether it is a part of a sample that stands in parts.
fn chunk(archive: &Archive, name: &str) -> bool {
    let slashes = name.match_indices('/').map(|(at, _)| &name[..at]);
    slashes
        .filter(|prefix| key(prefix).is_some())
        .any(|prefix| archive.find(&format!("{SAMPLES}{prefix}/sample.json")).is_some())
}

/// The log's own list of samples: one document at the end of a run, until then one for each time that samples were written.
fn list<R: Read + Seek>(
    archive: &Archive,
    source: &mut R,
    index: &mut Index,
    limits: &Limits,
    told: &mut Told,
) -> Result<(), Error> {
    let mut lists: Vec<&Entry> = archive.find(SUMMARIES).into_iter().collect();
    if lists.is_empty() {
        lists = archive.below(ROWS).filter(|entry| entry.name.ends_with(".json")).collect();
        lists.sort_by_key(|entry| numbered(&entry.name, ROWS));
    }
    for entry in lists {
        index.begin_list();
        let read = unpack(archive, entry, source, limits).and_then(|mut scanner| {
            scanner.open_array()?;
            let mut first = true;
            while scanner.item(first)? {
                first = false;
                let left = scanner.memory_left();
                index.list(&scanner.value()?, limits);
                scanner.restore(left);
            }
            scanner.finish()
        });
        if let Err(fault) = read {
            tell(fault, &entry.name, told)?;
        }
    }
    Ok(())
}
