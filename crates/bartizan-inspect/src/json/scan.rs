//! Reading JSON from a stream: one value at a time, in bounded memory.

use std::io::{self, Read};

use super::number::is_number;
use super::{Json, Number};
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

    fn wrong(&self, wanted: &str) -> Fault {
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

    /// The next value.
    pub fn value(&mut self) -> Result<Json, Fault> {
        if self.place() == 0 {
            self.mark()?;
        }
        self.nested(0)
    }

    fn nested(&mut self, depth: usize) -> Result<Json, Fault> {
        match self.look()? {
            None => Err(self.ended("a document")),
            Some(b'{') => self.object(depth),
            Some(b'[') => self.array(depth),
            Some(b'"') => {
                self.advance(1);
                self.string()
            }
            Some(_) => self.word(),
        }
    }

    fn deeper(&self, depth: usize) -> Result<usize, Fault> {
        let most = self.limits.depth;
        if depth >= most {
            return Err(Fault::told(Code::Depth, self.place(), format!("nested more than {most} times")));
        }
        Ok(depth + 1)
    }

    fn object(&mut self, depth: usize) -> Result<Json, Fault> {
        let depth = self.deeper(depth)?;
        let at = self.place();
        self.open_object()?;
        let mut members = Vec::new();
        while let Some(key) = self.key(members.is_empty())? {
            self.charge(2 * size_of::<(Box<str>, Json)>())?;
            let value = self.nested(depth)?;
            members.push((key, value));
        }
        if repeated(&members) {
            self.note(Code::Duplicate, at, "an object has a key twice");
        }
        Ok(Json::Object(members.into_boxed_slice()))
    }

    fn array(&mut self, depth: usize) -> Result<Json, Fault> {
        let depth = self.deeper(depth)?;
        self.open_array()?;
        let mut items = Vec::new();
        while self.item(items.is_empty())? {
            self.charge(2 * size_of::<Json>())?;
            let value = self.nested(depth)?;
            items.push(value);
        }
        Ok(Json::Array(items.into_boxed_slice()))
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

    /// A number or a constant.
    fn word(&mut self) -> Result<Json, Fault> {
        let mut word = Vec::new();
        let at = self.place();
        while let Some(one) = self.peek()? {
            if !(one.is_ascii_alphanumeric() || matches!(one, b'-' | b'+' | b'.')) {
                break;
            }
            if word.len() >= self.limits.string_bytes.min(1 << 20) {
                return Err(Fault::told(Code::StringBytes, at, "a number of too many digits"));
            }
            word.push(one);
            self.advance(1);
        }
        match word.as_slice() {
            b"null" => Ok(Json::Null),
            b"true" => Ok(Json::Bool(true)),
            b"false" => Ok(Json::Bool(false)),
            text if is_number(text) || matches!(text, b"NaN" | b"Infinity" | b"-Infinity") => {
                self.charge(text.len() + HEAP)?;
                Ok(Json::Number(Number::new(std::str::from_utf8(text).unwrap_or("NaN"))))
            }
            text if self.peek()?.is_none() && !text.is_empty() => Err(self.ended("a number or a constant")),
            _ => Err(Fault::told(Code::Syntax, at, "expected a value")),
        }
    }

    /// Passes over the next value without looking closely; what is wrong within it is found when it is read.
    pub fn skip(&mut self) -> Result<(), Fault> {
        let mut depth = 0_u64;
        loop {
            match self.look()? {
                None => return Err(self.ended("a document")),
                Some(b'"') => {
                    self.advance(1);
                    self.skip_string()?;
                }
                Some(b'{' | b'[') => {
                    depth += 1;
                    self.advance(1);
                }
                Some(b'}' | b']') if depth == 0 => return Err(self.wrong("a value")),
                Some(b'}' | b']') => {
                    depth -= 1;
                    self.advance(1);
                }
                Some(b',' | b':') if depth > 0 => self.advance(1),
                Some(b',' | b':') => return Err(self.wrong("a value")),
                Some(_) => self.skip_word()?,
            }
            // Between the parts of an array or object the next turn goes on; a value that stands alone is done.
            if depth == 0 {
                return Ok(());
            }
        }
    }

    fn skip_word(&mut self) -> Result<(), Fault> {
        loop {
            let ahead = self.ahead()?;
            let taken = ahead.iter().take_while(|one| {
                !matches!(one, b',' | b':' | b']' | b'}' | b'"' | b' ' | b'\t' | b'\n' | b'\r')
            });
            let (taken, all) = (taken.count(), ahead.len());
            self.advance(taken);
            if taken < all || all == 0 {
                return Ok(());
            }
        }
    }

    fn skip_string(&mut self) -> Result<(), Fault> {
        loop {
            let ahead = self.ahead()?;
            if ahead.is_empty() {
                return Err(self.ended("a string"));
            }
            let (stop, all) = (memchr::memchr2(b'"', b'\\', ahead), ahead.len());
            let Some(stop) = stop else {
                self.advance(all);
                continue;
            };
            let quote = ahead[stop] == b'"';
            self.advance(stop + 1);
            if quote {
                return Ok(());
            }
            // Whatever is escaped is no end of the string.
            if self.next()?.is_none() {
                return Err(self.ended("a string"));
            }
        }
    }
}

fn repeated(members: &[(Box<str>, Json)]) -> bool {
    if members.len() <= 8 {
        return members
            .iter()
            .enumerate()
            .any(|(place, (key, _))| members[..place].iter().any(|(other, _)| other == key));
    }
    let mut keys: Vec<&str> = members.iter().map(|(key, _)| &**key).collect();
    keys.sort_unstable();
    keys.windows(2).any(|pair| pair[0] == pair[1])
}
