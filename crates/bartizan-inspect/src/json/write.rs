//! Written again: nothing that Python's `json` reads differently than in the original.

use std::fmt::{self, Write};

use super::Json;

impl fmt::Display for Json {
    /// Compact JSON, with `NaN` and `Infinity` as Python writes them, and numbers as they were written.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Null => f.write_str("null"),
            Self::Bool(value) => write!(f, "{value}"),
            Self::Number(number) => f.write_str(number.text()),
            Self::String(text) => quoted(text, &[], f),
            Self::Odd(odd) => quoted(&odd.text, &odd.halves, f),
            Self::Array(items) => {
                f.write_char('[')?;
                for (place, item) in items.iter().enumerate() {
                    if place > 0 {
                        f.write_char(',')?;
                    }
                    write!(f, "{item}")?;
                }
                f.write_char(']')
            }
            Self::Object(members) => {
                f.write_char('{')?;
                for (place, (key, value)) in members.iter().enumerate() {
                    if place > 0 {
                        f.write_char(',')?;
                    }
                    quoted(key, &[], f)?;
                    write!(f, ":{value}")?;
                }
                f.write_char('}')
            }
        }
    }
}

fn quoted(text: &str, halves: &[(usize, u16)], f: &mut fmt::Formatter<'_>) -> fmt::Result {
    f.write_char('"')?;
    let mut halves = halves.iter().peekable();
    for (at, one) in text.char_indices() {
        if let Some((_, half)) = halves.next_if(|(place, _)| *place == at) {
            write!(f, "\\u{half:04x}")?;
            continue;
        }
        match one {
            '"' => f.write_str("\\\"")?,
            '\\' => f.write_str("\\\\")?,
            '\n' => f.write_str("\\n")?,
            '\r' => f.write_str("\\r")?,
            '\t' => f.write_str("\\t")?,
            control if u32::from(control) < 0x20 => write!(f, "\\u{:04x}", u32::from(control))?,
            other => f.write_char(other)?,
        }
    }
    f.write_char('"')
}
