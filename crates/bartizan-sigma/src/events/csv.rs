//! Events as comma-separated values: the first record names the fields.
//!
//! Source: RFC 4180, read with the care that exports need: any of `,`, `;` and tabs between cells, ends of lines as
//! Unix has them, quotes inside a cell that does not begin with one.

use serde_json::{Map, Value};

use super::fault;
use crate::error::Error;

/// The most fields a header may name.
const MOST_FIELDS: usize = 10_000;

/// A cell: its text, and whether it stood in quotes.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Cell {
    /// The text, quotes undone.
    pub text: String,
    /// Only so is an empty cell an empty text, and not a field that is absent.
    pub quoted: bool,
}

/// A record on its way: quoted cells may go over several lines.
#[derive(Debug)]
pub struct Record {
    delimiter: char,
    cells: Vec<Cell>,
    /// Within a quoted cell.
    open: bool,
}

impl Record {
    /// An empty record.
    pub fn new(delimiter: char) -> Self {
        Self { delimiter, cells: Vec::new(), open: false }
    }

    /// Takes a line with its end. Whether the record is complete.
    pub fn push(&mut self, line: &str) -> bool {
        let ending = line.trim_end_matches(['\r', '\n']).len();
        // The mark at the beginning of a file stands before its first quote.
        let marked = !self.open && line.starts_with('\u{feff}');
        let mut rest = line.chars().skip(usize::from(marked)).peekable();
        if !self.open {
            self.cells.push(Cell::default());
        }
        let mut at = if marked { '\u{feff}'.len_utf8() } else { 0 };
        while let Some(c) = rest.next() {
            at += c.len_utf8();
            let Some(cell) = self.cells.last_mut() else { return true };
            if self.open {
                match (c, rest.peek()) {
                    ('"', Some('"')) => {
                        rest.next();
                        at += 1;
                        cell.text.push('"');
                    }
                    ('"', _) => self.open = false,
                    _ => cell.text.push(c),
                }
            } else if at > ending {
                // The end of the line, outside of quotes.
                break;
            } else if c == self.delimiter {
                self.cells.push(Cell::default());
            } else if c == '"' && cell.text.is_empty() && !cell.quoted {
                (self.open, cell.quoted) = (true, true);
            } else {
                cell.text.push(c);
            }
        }
        !self.open
    }

    /// Whether nothing was read yet.
    pub fn is_empty(&self) -> bool {
        self.cells.is_empty()
    }

    /// The cells, and an empty record for what follows.
    pub fn take(&mut self) -> Vec<Cell> {
        self.open = false;
        std::mem::take(&mut self.cells)
    }
}

/// What separates the cells of a header: whichever of tab, `;` and `,` stands there most often.
pub fn delimiter(header: &str) -> char {
    let count = |c: char| header.matches(c).count();
    [',', ';', '\t'].into_iter().rev().max_by_key(|c| count(*c)).unwrap_or(',')
}

/// The names of the fields.
#[derive(Clone, Debug)]
pub struct Header(Vec<String>);

impl Header {
    /// From the first record.
    ///
    /// # Errors
    /// Names that are all empty, and more than 10,000 of them.
    pub fn new(cells: Vec<Cell>) -> Result<Self, Error> {
        if cells.len() > MOST_FIELDS {
            return Err(fault(format!("{} fields in the header; the most is {MOST_FIELDS}", cells.len())));
        }
        let names: Vec<String> = cells.into_iter().map(|cell| cell.text.trim().to_owned()).collect();
        match names.iter().all(String::is_empty) {
            true => Err(fault("the header names no field")),
            false => Ok(Self(names)),
        }
    }

    /// The event of a record. Cells that are empty and unquoted are absent fields; a name that stands twice has both
    /// values.
    ///
    /// # Errors
    /// More cells than the header names: then there is no telling which is which.
    pub fn event(&self, cells: Vec<Cell>) -> Result<Value, Error> {
        if cells.len() > self.0.len() {
            let (have, want) = (cells.len(), self.0.len());
            return Err(fault(format!("{have} cells under a header of {want}")));
        }
        let mut map = Map::new();
        for (name, cell) in self.0.iter().zip(cells) {
            if name.is_empty() || (cell.text.is_empty() && !cell.quoted) {
                continue;
            }
            let value = Value::String(cell.text);
            match map.get_mut(name) {
                None => drop(map.insert(name.clone(), value)),
                Some(Value::Array(items)) => items.push(value),
                Some(first) => *first = Value::Array(vec![std::mem::take(first), value]),
            }
        }
        Ok(Value::Object(map))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(text: &str, expected: &[&str]) {
        let mut record = Record::new(delimiter(text.lines().next().unwrap_or_default()));
        let (mut header, mut found) = (None, Vec::new());
        for line in text.split_inclusive('\n') {
            if !record.push(line) {
                continue;
            }
            let cells = record.take();
            match &header {
                None => header = Some(Header::new(cells).unwrap()),
                Some(header) => found.push(header.event(cells).map_or("error".into(), |e| e.to_string())),
            }
        }
        assert_eq!(found, expected, "{text:?}");
    }

    #[test]
    fn cells() {
        check("a,b\r\n1,2\r\n", &[r#"{"a":"1","b":"2"}"#]);
        check("a;b\n\"x;\"\"y\"\"\nz\";\n", &[r#"{"a":"x;\"y\"\nz"}"#]);
        check("a\tb\ncmd \"x\" /c\t\"\"\n", &[r#"{"a":"cmd \"x\" /c","b":""}"#]);
        check("\u{feff}\"a\",b\n1\n1,2,3\n", &[r#"{"a":"1"}"#, "error"]);
        check("a,a\n1,2\n", &[r#"{"a":["1","2"]}"#]);
        check("a\n=cmd|'/c calc'!A1\n", &[r#"{"a":"=cmd|'/c calc'!A1"}"#]);
    }
}
