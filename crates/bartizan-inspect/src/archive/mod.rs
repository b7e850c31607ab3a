//! Archives (zip, APPNOTE 6.3.10) as far as Inspect writes them: stored, deflate (8), zstd (93), more than 4 GiB.
//!
//! Written here and not taken from a crate for three reasons: an archive that was cut off has no directory and is still read, by
//! walking from entry to entry; an entry that a later one of its name replaced is told; and the directory of a hostile file costs no
//! more memory than the limits say.

mod directory;
mod frames;
mod unpack;
mod walk;

use std::io::{self, Read, Seek};

use crate::diagnostic::Told;
use crate::{Code, Limits};

pub(crate) use unpack::Coded;

/// The signature that begins an entry.
pub(crate) const ENTRY: [u8; 4] = *b"PK\x03\x04";
/// The signature that begins the end of the directory.
pub(crate) const END: [u8; 4] = *b"PK\x05\x06";
/// Bytes of all names of a directory.
const NAMES: usize = 24 << 20;

/// An entry.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Entry {
    pub name: Box<str>,
    pub flags: u16,
    pub method: u16,
    pub crc: u32,
    /// Bytes in the archive.
    pub packed: u64,
    /// Bytes unpacked.
    pub size: u64,
    /// Where its own header begins.
    pub header: u64,
}

/// The entries of an archive, each name once, in the order of the archive.
#[derive(Clone, Debug, Default)]
pub(crate) struct Archive {
    pub entries: Vec<Entry>,
    /// Numbers of entries in the order of their names.
    by_name: Vec<usize>,
    length: u64,
}

impl Archive {
    /// Reads the directory, or walks where there is none.
    pub fn read<R: Read + Seek>(
        source: &mut R,
        length: u64,
        limits: &Limits,
        told: &mut Told,
    ) -> io::Result<Self> {
        let found = match directory::read(source, length, limits, told)? {
            directory::Found::Entries(entries) => entries,
            directory::Found::None => {
                told.add(
                    Code::Truncated,
                    "",
                    "the archive has no directory; its entries were looked for one after the other",
                );
                walk::read(source, length, limits, told)?
            }
            directory::Found::Wrong(why) => {
                told.add(
                    Code::Directory,
                    "",
                    format!("{why}; its entries were looked for one after the other"),
                );
                walk::read(source, length, limits, told)?
            }
        };
        let mut archive = Self { entries: latest(found, told), by_name: Vec::new(), length };
        archive.bounded(limits, told);
        archive.by_name = (0..archive.entries.len()).collect();
        archive.by_name.sort_by(|a, b| archive.entries[*a].name.cmp(&archive.entries[*b].name));
        Ok(archive)
    }

    /// The entry of that name.
    pub fn find(&self, name: &str) -> Option<&Entry> {
        let place = self.by_name.binary_search_by(|one| (*self.entries[*one].name).cmp(name)).ok()?;
        Some(&self.entries[self.by_name[place]])
    }

    /// The entries whose names begin so, by name.
    pub fn below<'a>(&'a self, prefix: &'a str) -> impl Iterator<Item = &'a Entry> {
        let from = self.by_name.partition_point(|one| &*self.entries[*one].name < prefix);
        let names = self.by_name[from..].iter().map(|one| &self.entries[*one]);
        names.take_while(move |entry| entry.name.starts_with(prefix))
    }

    /// The unpacked bytes of an entry; its end is reached only if size and checksum hold.
    pub fn unpack<'a, R: Read + Seek>(
        &self,
        entry: &Entry,
        source: &'a mut R,
        limits: &Limits,
    ) -> io::Result<unpack::Unpacked<'a, R>> {
        unpack::Unpacked::new(entry, self.length, source, limits)
    }

    fn bounded(&mut self, limits: &Limits, told: &mut Told) {
        let mut total = 0_u64;
        let within = self.entries.iter().take_while(|entry| {
            total = total.saturating_add(entry.size);
            total <= limits.total_bytes
        });
        let kept = within.count();
        if kept < self.entries.len() {
            let left = self.entries.len() - kept;
            told.add(
                Code::Bytes,
                "",
                format!(
                    "{left} entries were left out: unpacked, the log has more than {} bytes",
                    limits.total_bytes
                ),
            );
            self.entries.truncate(kept);
        }
    }
}

/// Of entries of the same name, the last.
fn latest(mut entries: Vec<Entry>, told: &mut Told) -> Vec<Entry> {
    let mut order: Vec<usize> = (0..entries.len()).collect();
    order.sort_by(|a, b| entries[*a].name.cmp(&entries[*b].name).then(a.cmp(b)));
    let mut replaced = vec![false; entries.len()];
    for pair in order.windows(2) {
        if entries[pair[0]].name == entries[pair[1]].name {
            replaced[pair[0]] = true;
            told.add(Code::Superseded, &entries[pair[0]].name, "a later entry of this name counts");
        }
    }
    let mut gone = replaced.into_iter();
    entries.retain(|_| !gone.next().unwrap_or(false));
    entries
}

/// Little-endian numbers of a header; bytes beyond its end count as zero.
fn number(bytes: &[u8], at: usize, width: usize) -> u64 {
    let digits = bytes.iter().skip(at).take(width).rev();
    digits.fold(0, |sum, one| sum << 8 | u64::from(*one))
}

fn short(bytes: &[u8], at: usize) -> u16 {
    u16::try_from(number(bytes, at, 2)).unwrap_or(u16::MAX)
}

fn long(bytes: &[u8], at: usize) -> u32 {
    u32::try_from(number(bytes, at, 4)).unwrap_or(u32::MAX)
}

/// Numbers that did not fit into 32 bits stand in the extra field 1 (APPNOTE 4.5.3), in the order in which they are missing.
fn wide(extra: &[u8], missing: &mut [&mut u64]) {
    let mut rest = extra;
    while rest.len() >= 4 {
        let (id, size) = (short(rest, 0), usize::from(short(rest, 2)));
        let body = &rest[4..rest.len().min(4 + size)];
        if id == 1 {
            for (place, one) in missing.iter_mut().filter(|one| ***one == u64::from(u32::MAX)).enumerate() {
                if body.len() >= (place + 1) * 8 {
                    **one = number(body, place * 8, 8);
                }
            }
            return;
        }
        rest = &rest[rest.len().min(4 + size)..];
    }
}

fn name(bytes: Vec<u8>) -> Box<str> {
    String::from_utf8(bytes)
        .unwrap_or_else(|wrong| String::from_utf8_lossy(wrong.as_bytes()).into_owned())
        .into()
}
