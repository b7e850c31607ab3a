//! Windows event logs (`.evtx`), chunk by chunk.
//!
//! Sources: [MS-EVEN6] 2.2.12 (BinXml); "Windows XML Event Log (EVTX) format" of the libyal project for the file, its
//! chunks and records. Sums are not checked: a log that was not closed cleanly is still evidence.
//!
//! A chunk is read for itself, within a budget of nodes and text, so that a hostile file costs no more than its size.

mod binxml;
mod bytes;
mod json;
mod value;

use serde_json::Value;

use super::fault;
use crate::error::Error;
use binxml::Reader;
use bytes::Cursor;

/// The bytes of a file's header; chunks follow it.
pub const HEADER: usize = 4096;
/// The bytes of a chunk.
pub const CHUNK: usize = 65_536;

const FILE_MARK: &[u8] = b"ElfFile\0";
const CHUNK_MARK: &[u8] = b"ElfChnk\0";
const RECORD_MARK: u32 = 0x2a2a;
/// Where the records of a chunk begin.
const FIRST_RECORD: usize = 512;
/// Signature, size, number, time; then the event, then the size again.
const RECORD_HEAD: usize = 24;

/// Whether a file that begins so is an event log.
pub fn is_log(head: &[u8]) -> bool {
    head.starts_with(FILE_MARK)
}

/// Calls `take` with each event of a chunk, or with why there is none. A chunk of zeros holds none.
pub fn events<E>(chunk: &[u8], take: &mut dyn FnMut(Result<Value, Error>) -> Result<(), E>) -> Result<(), E> {
    if chunk.iter().all(|b| *b == 0) {
        return Ok(());
    }
    if !chunk.starts_with(CHUNK_MARK) {
        return take(Err(fault("a chunk of the log does not begin as one")));
    }
    let free = Cursor::new(chunk, 48, chunk.len()).u32().unwrap_or(0) as usize;
    // A chunk that was being written may not say how far it goes.
    let end = if free > FIRST_RECORD && free <= chunk.len() { free } else { chunk.len() };
    let mut reader = Reader::new(chunk);
    let mut at = FIRST_RECORD;
    while let Some((size, number)) = head(chunk, at, end) {
        let event = reader
            .record(at + RECORD_HEAD, at + size - 4)
            .map_err(|e| fault(format!("record {number}: {}", e.message())));
        take(event)?;
        at += size;
    }
    Ok(())
}

/// Size and number of the record at a place; none where the records end.
fn head(chunk: &[u8], at: usize, end: usize) -> Option<(usize, u64)> {
    let mut cursor = Cursor::new(chunk, at, end);
    let mark = cursor.u32().ok()?;
    let size = cursor.u32().ok()? as usize;
    let number = cursor.u64().ok()?;
    let fits = size > RECORD_HEAD + 4 && at.checked_add(size).is_some_and(|to| to <= end);
    (mark == RECORD_MARK && fits).then_some((size, number))
}
