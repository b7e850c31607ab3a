//! Values, built from a stream.

use std::io::Read;

use super::number::is_number;
use super::scan::{Fault, HEAP, Scanner};
use super::{Json, Number};
use crate::Code;

impl<R: Read> Scanner<R> {
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
