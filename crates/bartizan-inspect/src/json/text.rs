//! Strings, escapes, and halves of surrogate pairs.

use std::io::Read;

use super::Json;
use super::scan::{Fault, HEAP, Scanner};
use crate::Code;

/// A string with halves of surrogate pairs. Python's `json` reads `"\ud800"` as a string of one code point that no UTF-8 can hold.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Odd {
    /// The string, with `U+FFFD` in place of each half.
    pub text: String,
    /// Where the halves stand in `text` (bytes), and which they are.
    pub halves: Vec<(usize, u16)>,
}

impl<R: Read> Scanner<R> {
    /// A string, its opening quote already taken.
    pub(super) fn string(&mut self) -> Result<Json, Fault> {
        let mut halves = Vec::new();
        let text = self.text(&mut halves)?;
        if halves.is_empty() {
            return Ok(Json::String(text));
        }
        self.charge(halves.len() * 16 + 64)?;
        Ok(Json::Odd(Box::new(Odd { text: text.into_string(), halves })))
    }

    /// A key, its opening quote already taken.
    pub(super) fn key_text(&mut self) -> Result<Box<str>, Fault> {
        let mut halves = Vec::new();
        let at = self.place();
        let text = self.text(&mut halves)?;
        if !halves.is_empty() {
            self.note(Code::Surrogate, at, "a key with half of a surrogate pair");
        }
        Ok(text)
    }

    fn text(&mut self, halves: &mut Vec<(usize, u16)>) -> Result<Box<str>, Fault> {
        let begun = self.place();
        let mut bytes = std::mem::take(&mut self.scratch);
        bytes.clear();
        let read = self.collect(&mut bytes, halves);
        let text = read.and_then(|()| {
            self.charge(bytes.len() + HEAP)?;
            let text = std::str::from_utf8(&bytes)
                .map_err(|_| Fault::told(Code::Utf8, begun, "a string that is not UTF-8"))?;
            Ok(text.into())
        });
        // One long string should not keep its room for the rest of the log.
        if bytes.capacity() > 1 << 20 {
            bytes = Vec::new();
        }
        self.scratch = bytes;
        text
    }

    fn collect(&mut self, bytes: &mut Vec<u8>, halves: &mut Vec<(usize, u16)>) -> Result<(), Fault> {
        let most = self.limits.string_bytes;
        loop {
            let run = self.ahead()?;
            if run.is_empty() {
                return Err(self.ended("a string"));
            }
            let stop = memchr::memchr2(b'"', b'\\', run);
            let plain = &run[..stop.unwrap_or(run.len())];
            if let Some(bad) = plain.iter().position(|one| *one < 0x20) {
                let at = self.place() + bad as u64;
                return Err(Fault::told(Code::Syntax, at, "a control character in a string"));
            }
            let taken = plain.len();
            if bytes.len() + taken > most {
                return Err(Fault::told(
                    Code::StringBytes,
                    self.place(),
                    format!("a string of more than {most} bytes"),
                ));
            }
            if bytes.capacity() - bytes.len() < taken {
                // By a quarter, not by doubling: the room of a long string is part of what the memory limit promises.
                bytes.reserve_exact(taken.max(bytes.len() / 4));
            }
            bytes.extend_from_slice(plain);
            self.advance(taken);
            match stop {
                None => {}
                Some(_) if self.peek()? == Some(b'"') => {
                    self.advance(1);
                    return Ok(());
                }
                Some(_) => self.escape(bytes, halves)?,
            }
        }
    }

    fn escape(&mut self, bytes: &mut Vec<u8>, halves: &mut Vec<(usize, u16)>) -> Result<(), Fault> {
        let at = self.place();
        self.advance(1);
        let Some(one) = self.next()? else { return Err(self.ended("a string")) };
        let plain = match one {
            b'"' | b'\\' | b'/' => one,
            b'b' => 8,
            b'f' => 12,
            b'n' => b'\n',
            b'r' => b'\r',
            b't' => b'\t',
            b'u' => {
                let unit = self.unit()?;
                return self.units(at, unit, bytes, halves);
            }
            _ => return Err(Fault::told(Code::Syntax, at, "an escape that JSON does not know")),
        };
        bytes.push(plain);
        Ok(())
    }

    /// One UTF-16 unit, and the second if they are a pair; a half alone is kept as such.
    fn units(
        &mut self,
        at: u64,
        unit: u16,
        bytes: &mut Vec<u8>,
        halves: &mut Vec<(usize, u16)>,
    ) -> Result<(), Fault> {
        let mut unit = unit;
        loop {
            let mut next = None;
            if (0xd800..0xdc00).contains(&unit) && self.peek_two()? == Some(*b"\\u") {
                self.advance(2);
                next = Some(self.unit()?);
            }
            let pair: Vec<u16> = std::iter::once(unit).chain(next).collect();
            if let Some(Ok(one)) = char::decode_utf16(pair.iter().copied()).next() {
                bytes.extend_from_slice(one.encode_utf8(&mut [0; 4]).as_bytes());
                return Ok(());
            }
            if halves.len() >= 1 << 16 {
                return Err(Fault::told(
                    Code::StringBytes,
                    at,
                    "more halves of surrogate pairs than can be meant",
                ));
            }
            halves.push((bytes.len(), unit));
            bytes.extend_from_slice("\u{fffd}".as_bytes());
            match next {
                None => return Ok(()),
                Some(other) => unit = other,
            }
        }
    }

    fn unit(&mut self) -> Result<u16, Fault> {
        let at = self.place();
        let mut unit = 0;
        for _ in 0..4 {
            let Some(one) = self.next()? else { return Err(self.ended("an escape")) };
            let digit = char::from(one).to_digit(16);
            let digit = digit
                .ok_or_else(|| Fault::told(Code::Syntax, at, "an escape without four hexadecimal digits"))?;
            unit = unit * 16 + u16::try_from(digit).unwrap_or(0);
        }
        Ok(unit)
    }
}
