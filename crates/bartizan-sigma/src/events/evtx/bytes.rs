//! Numbers and text out of bytes, never past their end.

use crate::error::Error;
use crate::events::fault;

/// A place in a chunk, and where its part ends.
#[derive(Clone, Copy, Debug)]
pub(super) struct Cursor<'c> {
    bytes: &'c [u8],
    at: usize,
    end: usize,
}

impl<'c> Cursor<'c> {
    pub(super) fn new(bytes: &'c [u8], at: usize, end: usize) -> Self {
        Self { bytes, at, end: end.min(bytes.len()) }
    }

    pub(super) fn at(&self) -> usize {
        self.at
    }

    pub(super) fn is_done(&self) -> bool {
        self.at >= self.end
    }

    pub(super) fn peek(&self) -> Option<u8> {
        if self.is_done() { None } else { self.bytes.get(self.at).copied() }
    }

    pub(super) fn take(&mut self, count: usize) -> Result<&'c [u8], Error> {
        let to = self.at.checked_add(count).filter(|to| *to <= self.end);
        let taken = to.and_then(|to| self.bytes.get(self.at..to));
        let taken = taken.ok_or_else(|| fault("it ends before its time"))?;
        self.at += count;
        Ok(taken)
    }

    fn array<const N: usize>(&mut self) -> Result<[u8; N], Error> {
        self.take(N)?.try_into().map_err(|_| fault("it ends before its time"))
    }

    pub(super) fn u8(&mut self) -> Result<u8, Error> {
        Ok(u8::from_le_bytes(self.array()?))
    }

    pub(super) fn u16(&mut self) -> Result<u16, Error> {
        Ok(u16::from_le_bytes(self.array()?))
    }

    pub(super) fn u32(&mut self) -> Result<u32, Error> {
        Ok(u32::from_le_bytes(self.array()?))
    }

    pub(super) fn u64(&mut self) -> Result<u64, Error> {
        Ok(u64::from_le_bytes(self.array()?))
    }

    /// UTF-16 text of so many units.
    pub(super) fn utf16(&mut self, units: usize) -> Result<String, Error> {
        Ok(utf16(self.take(units.saturating_mul(2))?))
    }
}

/// UTF-16, little-endian; halves of a pair become the replacement character, an odd last byte is left out.
pub(super) fn utf16(bytes: &[u8]) -> String {
    let units = bytes.chunks_exact(2).map(|pair| match pair {
        [low, high] => u16::from_le_bytes([*low, *high]),
        _ => 0,
    });
    char::decode_utf16(units).map(|c| c.unwrap_or(char::REPLACEMENT_CHARACTER)).collect()
}
