//! An archive that was cut off: from the header of one entry to the next.

use std::io::{self, Read, Seek, SeekFrom};

use super::{ENTRY, Entry, NAMES, long, name, number, short, wide};
use crate::diagnostic::Told;
use crate::{Code, Limits};

/// An entry whose sizes follow its bytes (APPNOTE 4.4.4, bit 3). Inspect writes none.
const SIZES_FOLLOW: u16 = 8;

pub(super) fn read<R: Read + Seek>(
    source: &mut R,
    length: u64,
    limits: &Limits,
    told: &mut Told,
) -> io::Result<Vec<Entry>> {
    let (mut entries, mut at, mut names) = (Vec::new(), 0_u64, 0);
    while at < length {
        let Some((entry, data)) = header(source, at)? else {
            if !is_directory(source, at)? {
                told.add(
                    Code::Cut,
                    "",
                    format!("{} bytes from byte {at} on are no whole entry", length - at),
                );
            }
            break;
        };
        if entry.flags & SIZES_FOLLOW != 0 && entry.packed == 0 {
            told.add(
                Code::Cut,
                &entry.name,
                "its length stands after it, so that neither it nor what follows can be found",
            );
            break;
        }
        names += entry.name.len();
        if entries.len() >= limits.entries || names > NAMES {
            told.add(
                Code::Entries,
                "",
                format!("entries were left out: there are more than {}", limits.entries),
            );
            break;
        }
        let ends = data.saturating_add(entry.packed);
        if ends > length {
            let missing = ends - length;
            told.add(
                Code::Cut,
                &entry.name,
                format!("the last {missing} of its {} bytes are missing", entry.packed),
            );
            break;
        }
        at = ends;
        entries.push(entry);
    }
    Ok(entries)
}

/// The entry whose header stands there, and where its bytes begin.
fn header<R: Read + Seek>(source: &mut R, at: u64) -> io::Result<Option<(Entry, u64)>> {
    source.seek(SeekFrom::Start(at))?;
    let mut head = Vec::new();
    source.by_ref().take(30).read_to_end(&mut head)?;
    if head.len() < 30 || !head.starts_with(&ENTRY) {
        return Ok(None);
    }
    let (named, more) = (u64::from(short(&head, 26)), u64::from(short(&head, 28)));
    let (mut text, mut extra) = (Vec::new(), Vec::new());
    source.by_ref().take(named).read_to_end(&mut text)?;
    source.by_ref().take(more).read_to_end(&mut extra)?;
    if text.len() as u64 != named || extra.len() as u64 != more {
        return Ok(None);
    }
    let (mut packed, mut size) = (number(&head, 18, 4), number(&head, 22, 4));
    wide(&extra, &mut [&mut size, &mut packed]);
    let entry = Entry {
        name: name(text),
        flags: short(&head, 6),
        method: short(&head, 8),
        crc: long(&head, 14),
        packed,
        size,
        header: at,
    };
    Ok(Some((entry, at + 30 + named + more)))
}

fn is_directory<R: Read + Seek>(source: &mut R, at: u64) -> io::Result<bool> {
    source.seek(SeekFrom::Start(at))?;
    let mut four = Vec::new();
    source.by_ref().take(4).read_to_end(&mut four)?;
    Ok(four == b"PK\x01\x02")
}
