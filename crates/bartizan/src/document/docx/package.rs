//! The parts of a DOCX file: a ZIP archive read by fixed part names, within a budget.
//!
//! Names in the archive are only compared, never used as paths. The budget counts what really comes out of the
//! decompressor, not what the archive claims.

use super::super::Builder;
use crate::{Code, Diagnostic, Error, Input};
use std::borrow::Cow;
use std::collections::BTreeMap;
use std::io::{Cursor, Read};
use zip::ZipArchive;

/// Most entries of an archive; a Word document has some dozens.
const MOST_ENTRIES: usize = 20_000;

/// An opened package.
pub(super) struct Package<'a> {
    source: Source<'a>,
    budget: usize,
}

enum Source<'a> {
    Whole(Box<ZipArchive<Cursor<&'a [u8]>>>),
    /// The directory at the end is lost: what could be read from the front.
    Rescued(BTreeMap<String, Vec<u8>>),
}

/// Whether an archive lists more entries than a document can have, so that it is not opened at all.
pub(in super::super) fn is_overfull(bytes: &[u8]) -> bool {
    memchr::memmem::find_iter(bytes, b"PK\x01\x02").take(MOST_ENTRIES + 1).count() > MOST_ENTRIES
}

impl<'a> Package<'a> {
    /// Opens the archive, or rescues what a truncated one still holds.
    pub fn open(input: &'a Input, budget: usize, builder: &mut Builder) -> Result<Self, Error> {
        if is_overfull(&input.bytes) {
            let message =
                format!("{} is an archive of more than {MOST_ENTRIES} entries, no document", input.name);
            return Err(Error::new(Code::ExpandsTooFar, message));
        }
        match ZipArchive::new(Cursor::new(input.bytes.as_slice())) {
            Ok(archive) => Ok(Self { source: Source::Whole(Box::new(archive)), budget }),
            Err(error) => {
                let parts = rescue(&input.bytes, budget);
                if parts.is_empty() {
                    let message = format!("{} is a damaged DOCX file ({error}); fetch it again", input.name);
                    return Err(Error::new(Code::Damaged, message));
                }
                let message =
                    format!("the archive is damaged ({error}); {} parts could still be read", parts.len());
                builder.document_mut().diagnostics.push(Diagnostic::new(Code::Damaged, message));
                Ok(Self { source: Source::Rescued(parts), budget })
            }
        }
    }

    /// Names of the parts that start with `prefix` and end with `.xml`, in order.
    pub fn names(&self, prefix: &str) -> Vec<String> {
        let fits = |name: &str| name.starts_with(prefix) && name.ends_with(".xml");
        let mut names: Vec<String> = match &self.source {
            Source::Whole(archive) => {
                archive.file_names().flatten().filter(|n| fits(n)).map(Cow::into_owned).collect()
            }
            Source::Rescued(parts) => parts.keys().filter(|n| fits(n)).cloned().collect(),
        };
        names.sort();
        names.truncate(64);
        names
    }

    /// The text of a part; none if it is missing, cannot be read or expands beyond the budget, which is noted.
    pub fn part(&mut self, name: &str, builder: &mut Builder) -> Option<String> {
        let budget = self.budget;
        let mut note =
            |code, message: String| builder.document_mut().diagnostics.push(Diagnostic::new(code, message));
        let bytes = match &mut self.source {
            Source::Rescued(parts) => parts.remove(name)?,
            Source::Whole(archive) => {
                let file = match archive.by_name(name) {
                    Ok(file) => file,
                    Err(zip::result::ZipError::FileNotFound) => return None,
                    Err(error) => {
                        note(Code::Damaged, format!("part {name} cannot be read: {error}"));
                        return None;
                    }
                };
                let mut bytes = Vec::new();
                let outcome = file.take(budget as u64 + 1).read_to_end(&mut bytes);
                if bytes.len() > budget {
                    note(
                        Code::ExpandsTooFar,
                        format!("part {name} expands beyond {budget} bytes; it was not read"),
                    );
                    return None;
                }
                if let Err(error) = outcome {
                    note(Code::Damaged, format!("part {name} is damaged ({error}); its beginning was read"));
                }
                bytes
            }
        };
        self.budget = self.budget.saturating_sub(bytes.len());
        Some(decode(&bytes))
    }
}

/// XML is UTF-8, or UTF-16 with a mark.
fn decode(bytes: &[u8]) -> String {
    match encoding_rs::Encoding::for_bom(bytes) {
        Some((encoding, _)) => encoding.decode(bytes).0.into_owned(),
        None => String::from_utf8_lossy(bytes).into_owned(),
    }
}

/// Reads entries from the front of an archive whose directory is missing.
fn rescue(bytes: &[u8], budget: usize) -> BTreeMap<String, Vec<u8>> {
    let mut parts = BTreeMap::new();
    let mut cursor = Cursor::new(bytes);
    let mut left = budget;
    for _ in 0..1000 {
        let Ok(Some(mut file)) = zip::read::read_zipfile_from_stream(&mut cursor) else { break };
        let name = file.name().map(Cow::into_owned).unwrap_or_default();
        let mut content = Vec::new();
        let whole = file.by_ref().take(left as u64).read_to_end(&mut content).is_ok();
        left = left.saturating_sub(content.len());
        if name.ends_with(".xml") || name.ends_with(".rels") {
            parts.insert(name, content);
        }
        if !whole || left == 0 {
            // The rest of a broken stream is not to be trusted, and dropping `file` would read it.
            std::mem::forget(file);
            break;
        }
    }
    parts
}
