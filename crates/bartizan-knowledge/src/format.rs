//! The file: a header, a table of sections, the sections.
//!
//! ```text
//! 0   8   magic "BARTKNOW"
//! 8   4   format version, little endian (all integers are)
//! 12  4   number of sections
//! 16  32  SHA-256 of bytes 8..16 and of everything from byte 48 to the end
//! 48  12n table: tag (4 ASCII bytes), offset from the start of the file, length
//! …       sections: postcard, see `facts.rs` and `warnings.rs`
//! ```
//!
//! A reader ignores sections it does not know and takes a missing one as empty, so that adding a section needs no
//! new format version; changing the layout of one does.

use crate::Error;
use sha2::{Digest, Sha256};

/// First bytes of a pack.
pub(crate) const MAGIC: &[u8; 8] = b"BARTKNOW";
/// Raised when the layout of a section changes.
pub(crate) const VERSION: u32 = 1;
const HEADER: usize = 48;
const ROW: usize = 12;
/// No honest pack comes near this; decoding one costs memory in proportion.
const MAX_BYTES: usize = 64 << 20;

/// Name of a section.
pub(crate) type Tag = [u8; 4];

/// The sections of a pack.
#[derive(Clone, Debug, Default)]
pub(crate) struct Sections<'a> {
    rows: Vec<(Tag, &'a [u8])>,
}

impl<'a> Sections<'a> {
    /// Splits `bytes`. With `trusted` the checksum is not computed: those bytes are part of the program.
    pub(crate) fn split(bytes: &'a [u8], trusted: bool) -> Result<Self, Error> {
        if bytes.len() > MAX_BYTES {
            return Err(Error::new(format!("a pack of {} bytes; the most is {MAX_BYTES}", bytes.len())));
        }
        let (Some(head), Some(rest)) = (bytes.get(..HEADER), bytes.get(HEADER..)) else {
            return Err(Error::new("too short for a knowledge pack".into()));
        };
        if &head[..8] != MAGIC {
            return Err(Error::new("not a knowledge pack: the magic number is missing".into()));
        }
        let version = number(&head[8..12]);
        if version != VERSION {
            return Err(Error::new(format!("pack of format {version}; this program reads format {VERSION}")));
        }
        if !trusted && digest(head, rest)[..] != head[16..48] {
            return Err(Error::new("the checksum does not match: the file is damaged".into()));
        }
        let count = number(&head[12..16]) as usize;
        let table = rest
            .get(..count.saturating_mul(ROW))
            .ok_or_else(|| Error::new("section table is cut off".into()))?;
        let mut rows = Vec::with_capacity(count);
        for row in table.chunks_exact(ROW) {
            let tag = [row[0], row[1], row[2], row[3]];
            let start = number(&row[4..8]) as usize;
            let section = start
                .checked_add(number(&row[8..12]) as usize)
                .and_then(|end| bytes.get(start..end))
                .ok_or_else(|| Error::new(format!("section {} lies outside the file", tag.escape_ascii())))?;
            if rows.iter().any(|(t, _)| *t == tag) {
                return Err(Error::new(format!("section {} occurs twice", tag.escape_ascii())));
            }
            rows.push((tag, section));
        }
        Ok(Self { rows })
    }

    /// Bytes of a section; empty if there is none.
    pub(crate) fn get(&self, tag: Tag) -> &'a [u8] {
        self.rows.iter().find(|(t, _)| *t == tag).map_or(&[], |(_, b)| b)
    }

    /// Tags and sizes, in file order.
    pub(crate) fn sizes(&self) -> impl Iterator<Item = (&'static str, usize)> + '_ {
        self.rows.iter().map(|(tag, bytes)| (crate::facts::section_name(*tag), bytes.len()))
    }
}

/// Puts sections together.
pub(crate) fn join(sections: &[(Tag, Vec<u8>)]) -> Vec<u8> {
    let mut out = Vec::new();
    out.extend_from_slice(MAGIC);
    out.extend_from_slice(&VERSION.to_le_bytes());
    out.extend_from_slice(&(sections.len() as u32).to_le_bytes());
    out.extend_from_slice(&[0; 32]);
    let mut at = HEADER + ROW * sections.len();
    for (tag, bytes) in sections {
        out.extend_from_slice(tag);
        out.extend_from_slice(&(at as u32).to_le_bytes());
        out.extend_from_slice(&(bytes.len() as u32).to_le_bytes());
        at += bytes.len();
    }
    for (_, bytes) in sections {
        out.extend_from_slice(bytes);
    }
    let sum = digest(&out[..HEADER], &out[HEADER..]);
    out[16..48].copy_from_slice(&sum);
    out
}

fn digest(head: &[u8], rest: &[u8]) -> [u8; 32] {
    let mut sum = Sha256::new();
    sum.update(&head[8..16]);
    sum.update(rest);
    sum.finalize().into()
}

fn number(bytes: &[u8]) -> u32 {
    bytes.iter().rev().fold(0, |n, b| n << 8 | u32::from(*b))
}
