//! Reading JSON from a stream: one value at a time, in bounded memory.

use std::io::{self, Read};

use crate::diagnostic::{Diagnostic, shown};
use crate::limits::DEPTH;
use crate::{Code, Limits};

const BUFFER: usize = 64 * 1024;
/// What an allocation costs beyond its bytes, at worst. Room in lists counts twice: they grow by doubling.
pub(super) const HEAP: usize = 32;

/// Why a value could not be read.
#[derive(Debug)]
pub(crate) enum Fault {
    /// The source failed, or a reader between it and us has a finding of its own in the error.
    Io(io::Error),
    /// What was found, and at which byte.
    Told(Code, Option<u64>, String),
}

impl Fault {
    pub fn told(code: Code, at: u64, what: impl Into<String>) -> Self {
        Self::Told(code, Some(at), what.into())
    }

    /// As a finding about `place`. A source that failed says so.
    pub fn diagnostic(self, place: &str) -> Diagnostic {
        let (code, at, seen) = match self {
            Self::Told(code, at, seen) => (code, at, seen),
            Self::Io(error) => (Code::Io, None, error.to_string()),
        };
        Diagnostic { code, place: shown(place), at, seen }
    }
}

/// A finding that is no fault: the code, the byte, what was seen.
pub(crate) type Note = (Code, u64, String);

/// A reader of JSON.
pub(crate) struct Scanner<R> {
    source: R,
    buffer: Box<[u8]>,
    at: usize,
    filled: usize,
    base: u64,
    memory: usize,
    pub(super) scratch: Vec<u8>,
    pub(super) limits: Limits,
    /// Odd things about what was read.
    pub notes: Vec<Note>,
}

impl<R: Read> Scanner<R> {
    pub fn new(source: R, limits: &Limits) -> Self {
        let limits = Limits { depth: limits.depth.min(DEPTH), ..limits.clone() };
        let memory = limits.memory;
        Self {
            source,
            buffer: vec![0; BUFFER].into_boxed_slice(),
            at: 0,
            filled: 0,
            base: 0,
            memory,
            scratch: Vec::new(),
            limits,
            notes: Vec::new(),
        }
    }

    /// The byte of the document that comes next.
    pub fn place(&self) -> u64 {
        self.base + self.at as u64
    }

    /// Gives back memory: values that were read since there was so much left are kept no longer.
    pub fn restore(&mut self, left: usize) {
        self.memory = left;
    }

    /// What is left of the memory that values may take.
    pub fn memory_left(&self) -> usize {
        self.memory
    }

    /// Takes memory for something that is kept.
    pub fn charge(&mut self, bytes: usize) -> Result<(), Fault> {
        let Some(left) = self.memory.checked_sub(bytes) else {
            let most = self.limits.memory;
            return Err(Fault::told(
                Code::Memory,
                self.place(),
                format!("more than {most} bytes of memory are needed"),
            ));
        };
        self.memory = left;
        Ok(())
    }

    pub(super) fn note(&mut self, code: Code, at: u64, what: &str) {
        if self.notes.len() < self.limits.diagnostics.min(1_000) {
            self.notes.push((code, at, what.to_owned()));
        }
    }

    pub(super) fn ended(&self, within: &str) -> Fault {
        Fault::told(Code::Ended, self.place(), format!("it ends within {within}"))
    }

    pub(super) fn wrong(&self, wanted: &str) -> Fault {
        Fault::told(Code::Syntax, self.place(), format!("expected {wanted}"))
    }

    /// What is buffered; empty at the end only.
    pub(super) fn ahead(&mut self) -> Result<&[u8], Fault> {
        while self.at == self.filled {
            self.base += self.filled as u64;
            (self.at, self.filled) = (0, 0);
            match self.source.read(&mut self.buffer) {
                Ok(0) => break,
                Ok(read) => self.filled = read,
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                Err(error) => return Err(Fault::Io(error)),
            }
        }
        Ok(&self.buffer[self.at..self.filled])
    }

    pub(super) fn advance(&mut self, by: usize) {
        self.at += by;
    }

    pub(super) fn peek(&mut self) -> Result<Option<u8>, Fault> {
        Ok(self.ahead()?.first().copied())
    }

    pub(super) fn next(&mut self) -> Result<Option<u8>, Fault> {
        let one = self.peek()?;
        self.advance(usize::from(one.is_some()));
        Ok(one)
    }

    /// The next two bytes, wherever the buffer ends.
    pub(super) fn peek_two(&mut self) -> Result<Option<[u8; 2]>, Fault> {
        if self.filled - self.at == 1 {
            self.buffer[0] = self.buffer[self.at];
            self.base += self.at as u64;
            (self.at, self.filled) = (0, 1);
            loop {
                match self.source.read(&mut self.buffer[1..]) {
                    Ok(read) => self.filled += read,
                    Err(error) if error.kind() == io::ErrorKind::Interrupted => continue,
                    Err(error) => return Err(Fault::Io(error)),
                }
                break;
            }
        }
        let ahead = self.ahead()?;
        Ok(ahead.first_chunk().copied())
    }

    /// The next byte that is no white space.
    pub fn look(&mut self) -> Result<Option<u8>, Fault> {
        loop {
            let ahead = self.ahead()?;
            let spaces = ahead.iter().take_while(|one| matches!(one, b' ' | b'\t' | b'\n' | b'\r')).count();
            let found = ahead.get(spaces).copied();
            let end = ahead.is_empty();
            self.advance(spaces);
            if found.is_some() || end {
                return Ok(found);
            }
        }
    }

    /// Takes a byte order mark, if one begins the document.
    pub fn mark(&mut self) -> Result<(), Fault> {
        if self.ahead()?.starts_with("\u{feff}".as_bytes()) {
            self.advance(3);
        }
        Ok(())
    }

    /// Nothing but white space is left.
    pub fn finish(&mut self) -> Result<(), Fault> {
        match self.look()? {
            None => Ok(()),
            Some(_) => Err(self.wrong("the end")),
        }
    }

    /// Takes the `{` that comes next.
    pub fn open_object(&mut self) -> Result<(), Fault> {
        self.open(b'{', "an object")
    }

    /// Takes the `[` that comes next.
    pub fn open_array(&mut self) -> Result<(), Fault> {
        self.open(b'[', "an array")
    }

    fn open(&mut self, wanted: u8, name: &str) -> Result<(), Fault> {
        match self.look()? {
            Some(one) if one == wanted => {
                self.advance(1);
                Ok(())
            }
            None => Err(self.ended("a document")),
            Some(_) => Err(self.wrong(name)),
        }
    }

    /// The next key with its colon, or `None` at the end of the object.
    pub fn key(&mut self, first: bool) -> Result<Option<Box<str>>, Fault> {
        if !self.more(first, b'}', "an object")? {
            return Ok(None);
        }
        if self.look()? != Some(b'"') {
            return Err(self.wrong_or_ended("a key", "an object"));
        }
        self.advance(1);
        let key = self.key_text()?;
        if self.look()? != Some(b':') {
            return Err(self.wrong_or_ended("a colon", "an object"));
        }
        self.advance(1);
        Ok(Some(key))
    }

    /// Whether another item of an array comes.
    pub fn item(&mut self, first: bool) -> Result<bool, Fault> {
        self.more(first, b']', "an array")
    }

    fn more(&mut self, first: bool, close: u8, name: &str) -> Result<bool, Fault> {
        match self.look()? {
            None => Err(self.ended(name)),
            Some(one) if one == close => {
                self.advance(1);
                Ok(false)
            }
            Some(b',') if !first => {
                self.advance(1);
                match self.look()? {
                    Some(one) if one == close => Err(self.wrong("a value after the comma")),
                    _ => Ok(true),
                }
            }
            Some(_) if first => Ok(true),
            Some(_) => Err(self.wrong("a comma or the end")),
        }
    }

    fn wrong_or_ended(&mut self, wanted: &str, within: &str) -> Fault {
        match self.look() {
            Err(fault) => fault,
            Ok(None) => self.ended(within),
            Ok(Some(_)) => self.wrong(wanted),
        }
    }
}
