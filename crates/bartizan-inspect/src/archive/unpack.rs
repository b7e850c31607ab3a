//! The bytes of an entry, unpacked and checked.

use std::cell::RefCell;
use std::fmt;
use std::io::{self, BufReader, Read, Seek, SeekFrom, Take};
use std::rc::Rc;

use flate2::Crc;
use flate2::bufread::DeflateDecoder;

use super::frames::Frames;
use super::{ENTRY, Entry, short};
use crate::{Code, Limits};

/// A finding on its way through readers that know errors only.
#[derive(Debug)]
pub(crate) struct Coded {
    pub code: Code,
    pub what: String,
}

impl Coded {
    pub fn error(code: Code, what: impl Into<String>) -> io::Error {
        io::Error::other(Self { code, what: what.into() })
    }
}

impl fmt::Display for Coded {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.what)
    }
}

impl std::error::Error for Coded {}

/// Where an error of the source itself is put down: the unpackers wrap errors, and a failing disk is no damaged log.
type Failure = Rc<RefCell<Option<io::Error>>>;

/// A source whose errors are put down.
struct Noted<'a, R> {
    source: &'a mut R,
    failure: Failure,
}

impl<R: Read> Read for Noted<'_, R> {
    fn read(&mut self, room: &mut [u8]) -> io::Result<usize> {
        loop {
            match self.source.read(room) {
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                Err(error) => {
                    let kind = error.kind();
                    *self.failure.borrow_mut() = Some(error);
                    return Err(kind.into());
                }
                read => return read,
            }
        }
    }
}

type Packed<'a, R> = BufReader<Take<Noted<'a, R>>>;

enum Method<'a, R> {
    Stored(Packed<'a, R>),
    Deflate(Box<DeflateDecoder<Packed<'a, R>>>),
    Zstd(Box<Frames<Packed<'a, R>>>),
}

/// The unpacked bytes of an entry.
pub(crate) struct Unpacked<'a, R> {
    method: Method<'a, R>,
    failure: Failure,
    crc: Crc,
    wanted: u32,
    size: u64,
    /// The most that may come, and the code of the limit that says so.
    most: (u64, Code),
    done: u64,
}

impl<'a, R: Read + Seek> Unpacked<'a, R> {
    pub fn new(entry: &Entry, length: u64, source: &'a mut R, limits: &Limits) -> io::Result<Self> {
        if entry.flags & 1 != 0 || !matches!(entry.method, 0 | 8 | 93) {
            let what = format!(
                "it is packed by method {}{}",
                entry.method,
                if entry.flags & 1 == 0 { "" } else { ", and encrypted" }
            );
            return Err(Coded::error(Code::Method, what));
        }
        let data = data(entry, source)?;
        if data.checked_add(entry.packed).is_none_or(|ends| ends > length) {
            return Err(Coded::error(Code::Damaged, "it is longer than the file"));
        }
        source.seek(SeekFrom::Start(data))?;
        let failure = Failure::default();
        let noted = Noted { source, failure: Rc::clone(&failure) };
        let packed = BufReader::with_capacity(32 * 1024, noted.take(entry.packed));
        let method = match entry.method {
            0 => Method::Stored(packed),
            8 => Method::Deflate(Box::new(DeflateDecoder::new(packed))),
            _ => Method::Zstd(Box::new(Frames::new(packed, limits.window))),
        };
        let ratio = entry.packed.saturating_mul(limits.ratio).max(limits.ratio_from);
        let most = if ratio < limits.document_bytes {
            (ratio, Code::Ratio)
        } else {
            (limits.document_bytes, Code::Bytes)
        };
        Ok(Self { method, failure, crc: Crc::new(), wanted: entry.crc, size: entry.size, most, done: 0 })
    }
}

/// Where the bytes of the entry begin: after its own header, which names it too.
fn data<R: Read + Seek>(entry: &Entry, source: &mut R) -> io::Result<u64> {
    source.seek(SeekFrom::Start(entry.header))?;
    let mut head = Vec::new();
    source.by_ref().take(30).read_to_end(&mut head)?;
    if head.len() < 30 || !head.starts_with(&ENTRY) {
        return Err(Coded::error(Code::Damaged, "no entry stands where the directory says"));
    }
    let (named, more) = (u64::from(short(&head, 26)), u64::from(short(&head, 28)));
    let mut text = Vec::new();
    source.by_ref().take(named).read_to_end(&mut text)?;
    if super::name(text) != entry.name {
        return Err(Coded::error(
            Code::Damaged,
            "the entry that stands where the directory says has another name",
        ));
    }
    Ok(entry.header + 30 + named + more)
}

impl<R: Read> Unpacked<'_, R> {
    fn fault(&self, error: io::Error) -> io::Error {
        if let Some(own) = self.failure.borrow_mut().take() {
            return own;
        }
        if error.get_ref().is_some_and(|inner| inner.is::<Coded>()) {
            return error;
        }
        Coded::error(Code::Damaged, format!("it cannot be unpacked: {error}"))
    }

    fn end(&self) -> io::Result<()> {
        if self.done != self.size {
            return Err(Coded::error(
                Code::Damaged,
                format!("it has {} bytes, and should have {}", self.done, self.size),
            ));
        }
        if self.crc.sum() != self.wanted {
            return Err(Coded::error(Code::Damaged, "its bytes are not those of its checksum"));
        }
        Ok(())
    }
}

impl<R: Read> Read for Unpacked<'_, R> {
    fn read(&mut self, room: &mut [u8]) -> io::Result<usize> {
        if room.is_empty() {
            return Ok(0);
        }
        let read = match &mut self.method {
            Method::Stored(packed) => packed.read(room),
            Method::Deflate(packed) => packed.read(room),
            Method::Zstd(packed) => packed.read(room),
        };
        let read = read.map_err(|error| self.fault(error))?;
        if read == 0 {
            self.end()?;
            return Ok(0);
        }
        self.crc.update(&room[..read]);
        self.done += read as u64;
        if self.done > self.size {
            return Err(Coded::error(
                Code::Damaged,
                format!("it has more than the {} bytes that it should have", self.size),
            ));
        }
        if self.done > self.most.0 {
            let what = match self.most.1 {
                Code::Ratio => format!("it grows to more than {} bytes", self.most.0),
                _ => format!("it has more than {} bytes", self.most.0),
            };
            return Err(Coded::error(self.most.1, what));
        }
        Ok(read)
    }
}
