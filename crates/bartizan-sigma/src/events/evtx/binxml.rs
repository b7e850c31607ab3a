//! BinXml: a tree of elements, with templates filled in.

use serde_json::Value;

use super::bytes::Cursor;
use super::json;
use super::value;
use crate::error::Error;
use crate::events::fault;

/// The deepest nesting of elements and templates; Windows' own events have about 8.
const MOST_DEPTH: usize = 48;
/// The most nodes and bytes of text that one record may become, and one chunk.
const MOST_OF_RECORD: usize = 2 << 20;
const MOST_OF_CHUNK: usize = 16 << 20;
/// What a node is counted as, beside its text.
const NODE: usize = 64;

/// An element with what it holds.
#[derive(Clone, Debug, Default)]
pub(super) struct Element {
    pub(super) name: String,
    pub(super) attributes: Vec<(String, Vec<Value>)>,
    pub(super) children: Vec<Child>,
}

#[derive(Clone, Debug)]
pub(super) enum Child {
    Element(Element),
    Value(Value),
}

/// A value that a template is filled with.
#[derive(Clone, Copy, Debug)]
struct Filling {
    kind: u8,
    at: usize,
    size: usize,
}

/// Where something stands: within a template, which is filled with values; or as a value itself, whose elements
/// carry no dependency ids.
#[derive(Clone, Copy)]
struct Inside<'f> {
    fillings: &'f [Filling],
    value: bool,
    depth: usize,
}

impl Inside<'_> {
    fn deeper(self) -> Result<Self, Error> {
        match self.depth < MOST_DEPTH {
            true => Ok(Self { depth: self.depth + 1, ..self }),
            false => Err(fault("nested too deep")),
        }
    }
}

/// Reads the records of one chunk.
pub(super) struct Reader<'c> {
    chunk: &'c [u8],
    left_of_chunk: usize,
    left: usize,
}

impl<'c> Reader<'c> {
    pub(super) fn new(chunk: &'c [u8]) -> Self {
        Self { chunk, left_of_chunk: MOST_OF_CHUNK, left: 0 }
    }

    /// The event between two places.
    pub(super) fn record(&mut self, at: usize, end: usize) -> Result<Value, Error> {
        self.left = MOST_OF_RECORD.min(self.left_of_chunk);
        let before = self.left;
        let inside = Inside { fillings: &[], value: false, depth: 0 };
        let children = self.fragment(&mut Cursor::new(self.chunk, at, end), inside);
        self.left_of_chunk -= before - self.left;
        let root = children?.into_iter().find_map(|child| match child {
            Child::Element(element) => Some(element),
            Child::Value(_) => None,
        });
        root.map(json::document).ok_or_else(|| fault("it holds no element"))
    }

    fn spend(&mut self, text: usize) -> Result<(), Error> {
        let left = self.left.checked_sub(NODE + text);
        self.left = left.ok_or_else(|| fault("it grows over the limit of an event"))?;
        Ok(())
    }

    /// What stands up to the end of a fragment, or of an element.
    fn fragment(&mut self, from: &mut Cursor<'c>, inside: Inside<'_>) -> Result<Vec<Child>, Error> {
        let mut children = Vec::new();
        while !from.is_done() {
            match from.u8()? & !0x40 {
                0x00 | 0x04 => break,
                0x0f => drop(from.take(3)?),
                0x01 => {
                    // The flag of the token says whether attributes follow.
                    let has = self.chunk.get(from.at() - 1).is_some_and(|token| token & 0x40 != 0);
                    children.push(Child::Element(self.element(from, has, inside.deeper()?)?));
                }
                0x0c => children.extend(self.template(from, inside.deeper()?)?),
                0x0a => drop(self.name(from)?),
                0x0b => {
                    let units = from.u16()?;
                    from.take(usize::from(units) * 2)?;
                }
                token => self.content(token, from, inside, &mut children)?,
            }
        }
        Ok(children)
    }

    fn element(
        &mut self,
        from: &mut Cursor<'c>,
        has_attributes: bool,
        inside: Inside<'_>,
    ) -> Result<Element, Error> {
        if !inside.value {
            from.u16()?;
        }
        from.u32()?;
        let name = self.name(from)?;
        self.spend(name.len())?;
        let mut element = Element { name, ..Element::default() };
        if has_attributes {
            from.u32()?;
            while from.peek().is_some_and(|token| token & !0x40 == 0x06) {
                from.u8()?;
                let name = self.name(from)?;
                self.spend(name.len())?;
                element.attributes.push((name, self.attribute(from, inside)?));
            }
        }
        match from.u8()? {
            0x02 => element.children = self.fragment(from, inside)?,
            0x03 => {}
            token => return Err(fault(format!("an element is followed by {token:#04x}"))),
        }
        Ok(element)
    }

    /// The value of an attribute: everything up to the next attribute or the end of the start tag.
    fn attribute(&mut self, from: &mut Cursor<'c>, inside: Inside<'_>) -> Result<Vec<Value>, Error> {
        let mut children = Vec::new();
        while from.peek().is_some_and(|token| !matches!(token & !0x40, 0x02 | 0x03 | 0x06)) {
            let token = from.u8()? & !0x40;
            self.content(token, from, inside, &mut children)?;
        }
        let values = children.into_iter().filter_map(|child| match child {
            Child::Value(value) => Some(value),
            Child::Element(_) => None,
        });
        Ok(values.collect())
    }

    /// Text, references and substitutions.
    fn content(
        &mut self,
        token: u8,
        from: &mut Cursor<'c>,
        inside: Inside<'_>,
        children: &mut Vec<Child>,
    ) -> Result<(), Error> {
        let text = match token {
            0x05 => {
                let kind = from.u8()?;
                if kind != 0x01 {
                    return Err(fault(format!("text of type {kind:#04x}")));
                }
                let units = from.u16()?;
                from.utf16(usize::from(units))?
            }
            0x07 => {
                let units = from.u16()?;
                from.utf16(usize::from(units))?
            }
            0x08 => {
                let code = from.u16()?;
                char::from_u32(u32::from(code)).unwrap_or(char::REPLACEMENT_CHARACTER).to_string()
            }
            0x09 => entity(&self.name(from)?),
            0x0d | 0x0e => {
                let number = usize::from(from.u16()?);
                from.u8()?;
                let filling = inside.fillings.get(number).copied();
                let filling = filling.ok_or_else(|| fault("a value of its template is missing"))?;
                return self.filling(filling, inside, children);
            }
            other => return Err(fault(format!("an unknown token {other:#04x}"))),
        };
        self.spend(text.len())?;
        children.push(Child::Value(Value::String(text)));
        Ok(())
    }

    fn filling(
        &mut self,
        filling: Filling,
        inside: Inside<'_>,
        children: &mut Vec<Child>,
    ) -> Result<(), Error> {
        let mut from = Cursor::new(self.chunk, filling.at, filling.at + filling.size);
        match filling.kind {
            value::NULL => {}
            value::BINXML => {
                self.spend(filling.size)?;
                let inside = Inside { fillings: &[], value: true, ..inside.deeper()? };
                children.extend(self.fragment(&mut from, inside)?);
            }
            kind => {
                // Hexadecimal takes two letters a byte, the rest no more than that.
                self.spend(filling.size * 2)?;
                children.push(Child::Value(value::read(kind, from.take(filling.size)?)));
            }
        }
        Ok(())
    }

    fn template(&mut self, from: &mut Cursor<'c>, inside: Inside<'_>) -> Result<Vec<Child>, Error> {
        from.u8()?;
        from.u32()?;
        let place = from.u32()? as usize;
        let mut definition = Cursor::new(self.chunk, place, self.chunk.len());
        definition.take(20)?;
        let size = definition.u32()? as usize;
        let body = definition.at();
        // What is read again costs again: templates may use each other.
        self.spend(size.min(self.chunk.len()))?;
        if place == from.at() {
            // Its first use holds the definition.
            from.take(24)?;
            from.take(size)?;
        }
        let count = from.u32()? as usize;
        let mut fillings = Vec::new();
        for _ in 0..count {
            let (size, kind) = (from.u16()?, from.u8()?);
            from.u8()?;
            self.spend(0)?;
            fillings.push(Filling { kind, at: 0, size: usize::from(size) });
        }
        for filling in &mut fillings {
            filling.at = from.at();
            from.take(filling.size)?;
        }
        let inside = Inside { fillings: &fillings, value: false, ..inside };
        self.fragment(&mut Cursor::new(self.chunk, body, body.saturating_add(size)), inside)
    }

    /// A name, here or elsewhere in the chunk: next of its bucket, hash, length, text, zero.
    fn name(&self, from: &mut Cursor<'c>) -> Result<String, Error> {
        let place = from.u32()? as usize;
        let mut entry = Cursor::new(self.chunk, place, self.chunk.len());
        entry.take(6)?;
        let units = usize::from(entry.u16()?);
        let name = entry.utf16(units)?;
        if place == from.at() {
            from.take(8 + units * 2 + 2)?;
        }
        Ok(name)
    }
}

fn entity(name: &str) -> String {
    match name {
        "amp" => "&".into(),
        "lt" => "<".into(),
        "gt" => ">".into(),
        "quot" => "\"".into(),
        "apos" => "'".into(),
        other => format!("&{other};"),
    }
}
