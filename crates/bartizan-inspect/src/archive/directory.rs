//! The directory at the end of an archive.

use std::io::{self, BufReader, ErrorKind, Read, Seek, SeekFrom};

use super::{END, Entry, NAMES, long, name, number, short, wide};
use crate::diagnostic::Told;
use crate::{Code, Limits};

/// What stands at the end of the file.
pub(super) enum Found {
    /// The entries of the directory.
    Entries(Vec<Entry>),
    /// No directory.
    None,
    /// A directory that cannot be right.
    Wrong(String),
}

/// Where the directory is.
struct Place {
    begins: u64,
    size: u64,
    count: u64,
    /// Bytes before the archive, to be added to every offset.
    before: u64,
}

/// End record and the longest comment after it.
const TAIL: u64 = 22 + 65_535;

pub(super) fn read<R: Read + Seek>(
    source: &mut R,
    length: u64,
    limits: &Limits,
    told: &mut Told,
) -> io::Result<Found> {
    let Some(place) = place(source, length)? else { return Ok(Found::None) };
    let place = match place {
        Ok(place) => place,
        Err(why) => return Ok(Found::Wrong(why)),
    };
    source.seek(SeekFrom::Start(place.begins))?;
    let mut reader = BufReader::new(source.by_ref().take(place.size));
    let (mut entries, mut names) = (Vec::new(), 0);
    for number in 0..place.count {
        match entry(&mut reader, place.before) {
            Ok(one) => {
                names += one.name.len();
                if entries.len() >= limits.entries || names > NAMES {
                    let left = place.count - number;
                    told.add(
                        Code::Entries,
                        "",
                        format!("{left} entries were left out: there are more than {}", limits.entries),
                    );
                    break;
                }
                entries.push(one);
            }
            Err(error) if matches!(error.kind(), ErrorKind::UnexpectedEof | ErrorKind::InvalidData) => {
                return Ok(Found::Wrong(format!(
                    "the directory has {} entries and names {}",
                    number, place.count
                )));
            }
            Err(error) => return Err(error),
        }
    }
    Ok(Found::Entries(entries))
}

fn place<R: Read + Seek>(source: &mut R, length: u64) -> io::Result<Option<Result<Place, String>>> {
    let from = length.saturating_sub(TAIL + 20);
    source.seek(SeekFrom::Start(from))?;
    let mut tail = Vec::new();
    source.by_ref().take(TAIL + 20).read_to_end(&mut tail)?;
    let fits =
        |at: &usize| tail.len() - at >= 22 && tail.len() - at - 22 >= usize::from(short(&tail[*at..], 20));
    let ends = tail.windows(4).enumerate().filter(|(_, four)| **four == END).map(|(at, _)| at);
    let Some(at) = ends.rev().find(fits) else { return Ok(None) };
    let end = &tail[at..];
    let mut place =
        Place { begins: number(end, 16, 4), size: number(end, 12, 4), count: number(end, 10, 2), before: 0 };
    let mut ends = from + at as u64;
    if at >= 20 && tail[at - 20..].starts_with(b"PK\x06\x07") {
        let stated = number(&tail[at - 20..], 8, 8);
        let Some(record) = wide_end(source, stated, ends - 20)? else {
            return Ok(Some(Err("the end of the directory points nowhere".into())));
        };
        ends = record.0;
        (place.begins, place.size, place.count) =
            (number(&record.1, 48, 8), number(&record.1, 40, 8), number(&record.1, 32, 8));
    }
    // As Python does: the directory ends where its end record begins, whatever stands before the archive.
    let Some(begins) = ends.checked_sub(place.size) else {
        return Ok(Some(Err("the directory is larger than the file".into())));
    };
    match begins.checked_sub(place.begins) {
        Some(before) => Ok(Some(Ok(Place { begins, before, ..place }))),
        None => Ok(Some(Err("the directory begins after its end".into()))),
    }
}

/// The end record of a large archive: where it begins, and its 56 bytes. Python looks right before its locator.
fn wide_end<R: Read + Seek>(source: &mut R, stated: u64, locator: u64) -> io::Result<Option<(u64, Vec<u8>)>> {
    for at in [locator.checked_sub(56), Some(stated)].into_iter().flatten() {
        if at > locator {
            continue;
        }
        source.seek(SeekFrom::Start(at))?;
        let mut record = Vec::new();
        source.by_ref().take(56).read_to_end(&mut record)?;
        if record.len() == 56 && record.starts_with(b"PK\x06\x06") {
            return Ok(Some((at, record)));
        }
    }
    Ok(None)
}

fn entry(reader: &mut impl Read, before: u64) -> io::Result<Entry> {
    let mut head = [0; 46];
    reader.read_exact(&mut head)?;
    if !head.starts_with(b"PK\x01\x02") {
        return Err(ErrorKind::InvalidData.into());
    }
    let mut text = vec![0; usize::from(short(&head, 28))];
    reader.read_exact(&mut text)?;
    let mut extra = vec![0; usize::from(short(&head, 30))];
    reader.read_exact(&mut extra)?;
    io::copy(&mut reader.take(u64::from(short(&head, 32))), &mut io::sink())?;
    let (mut packed, mut size, mut header) =
        (number(&head, 20, 4), number(&head, 24, 4), number(&head, 42, 4));
    wide(&extra, &mut [&mut size, &mut packed, &mut header]);
    Ok(Entry {
        name: name(text),
        flags: short(&head, 8),
        method: short(&head, 10),
        crc: long(&head, 16),
        packed,
        size,
        header: header.saturating_add(before),
    })
}
