//! Modifiers: what `Field|contains|all` does to the values.
//!
//! Source: Sigma Modifiers specification 2.1.0.

use std::net::IpAddr;

use super::{Cidr, Link, Number, Order, Part, Regex, Text, TimePart, Value};

/// A modifier.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[allow(missing_docs)] // the names are the specification's
pub enum Modifier {
    All,
    StartsWith,
    EndsWith,
    Contains,
    Exists,
    Cased,
    Neq,
    Re,
    IgnoreCase,
    MultiLine,
    DotAll,
    Base64,
    Base64Offset,
    Utf16,
    Utf16Le,
    Utf16Be,
    WinDash,
    Cidr,
    FieldRef,
    Expand,
    Less,
    LessEqual,
    Greater,
    GreaterEqual,
    Time(TimePart),
}

impl Modifier {
    /// From its name in a rule.
    pub fn from_name(name: &str) -> Option<Self> {
        Some(match name {
            "all" => Self::All,
            "startswith" => Self::StartsWith,
            "endswith" => Self::EndsWith,
            "contains" => Self::Contains,
            "exists" => Self::Exists,
            "cased" => Self::Cased,
            "neq" => Self::Neq,
            "re" => Self::Re,
            "i" | "ignorecase" => Self::IgnoreCase,
            "m" | "multiline" => Self::MultiLine,
            "s" | "dotall" => Self::DotAll,
            "base64" => Self::Base64,
            "base64offset" => Self::Base64Offset,
            "utf16" => Self::Utf16,
            "utf16le" | "wide" => Self::Utf16Le,
            "utf16be" => Self::Utf16Be,
            "windash" => Self::WinDash,
            "cidr" => Self::Cidr,
            "fieldref" => Self::FieldRef,
            "expand" => Self::Expand,
            "lt" => Self::Less,
            "lte" => Self::LessEqual,
            "gt" => Self::Greater,
            "gte" => Self::GreaterEqual,
            "minute" => Self::Time(TimePart::Minute),
            "hour" => Self::Time(TimePart::Hour),
            "day" => Self::Time(TimePart::Day),
            "week" => Self::Time(TimePart::Week),
            "month" => Self::Time(TimePart::Month),
            "year" => Self::Time(TimePart::Year),
            _ => return None,
        })
    }
}

/// Between the modifiers a string may be bytes (`wide` before `base64`).
enum Step {
    Value(Value),
    Bytes(Vec<u8>),
}

/// The values under their modifiers, and how they are joined.
///
/// # Errors
/// What the modifier cannot be applied to, in words.
pub(super) fn apply(modifiers: &[Modifier], values: Vec<Value>) -> Result<(Vec<Value>, Link), String> {
    let link = if modifiers.contains(&Modifier::All) { Link::And } else { Link::Or };
    let mut out = Vec::with_capacity(values.len());
    for value in values {
        let mut step = Step::Value(value);
        for modifier in modifiers {
            step = one(*modifier, step)?;
        }
        out.push(match step {
            Step::Value(value) => value,
            Step::Bytes(bytes) => text_of_bytes(&bytes)?,
        });
    }
    Ok((out, link))
}

fn text_of_bytes(bytes: &[u8]) -> Result<Value, String> {
    match std::str::from_utf8(bytes) {
        Ok(text) => Ok(Value::plain(text)),
        Err(_) => Err("`wide` leaves bytes that are no text: `base64` or `base64offset` must follow".into()),
    }
}

fn one(modifier: Modifier, step: Step) -> Result<Step, String> {
    let value = match (modifier, step) {
        (Modifier::Base64, step) => {
            return bytes(step).map(|bytes| Step::Value(Value::plain(&base64(&bytes))));
        }
        (Modifier::Base64Offset, step) => {
            let bytes = bytes(step)?;
            let offsets = (0..3).map(|offset| base64_at(&bytes, offset).map(|text| Value::plain(&text)));
            // Of so short a text some encoding has no character of its own, so that it would be found everywhere.
            let offsets =
                offsets.collect::<Option<_>>().ok_or("`base64offset` needs a text of two bytes or more")?;
            return Ok(Step::Value(Value::AnyOf(offsets)));
        }
        (Modifier::Utf16 | Modifier::Utf16Le | Modifier::Utf16Be, step) => {
            return wide(modifier, step).map(Step::Bytes);
        }
        (_, Step::Value(value)) => value,
        (_, Step::Bytes(bytes)) => text_of_bytes(&bytes)?,
    };
    // What is an alternative of several is changed in each of them.
    let value = match (modifier, value) {
        (modifier, Value::AnyOf(values)) => {
            let mut out = Vec::with_capacity(values.len());
            for value in values {
                match one(modifier, Step::Value(value))? {
                    Step::Value(value) => out.push(value),
                    Step::Bytes(bytes) => out.push(text_of_bytes(&bytes)?),
                }
            }
            Value::AnyOf(out)
        }
        (Modifier::All | Modifier::Neq, value) => value,
        (Modifier::Contains | Modifier::StartsWith | Modifier::EndsWith, value) => anchor(modifier, value)?,
        (Modifier::Cased, Value::Text { text, .. }) => Value::Text { text, cased: true },
        (Modifier::Exists, Value::Bool(yes)) => Value::Exists(yes),
        (Modifier::Exists, _) => return Err("`exists` takes true or false".into()),
        (Modifier::Re, value) => Value::Regex(Regex {
            pattern: source_of(&value)?,
            ignore_case: false,
            multi_line: false,
            dot_all: false,
        }),
        (Modifier::IgnoreCase | Modifier::MultiLine | Modifier::DotAll, Value::Regex(regex)) => {
            Value::Regex(Regex {
                ignore_case: regex.ignore_case || modifier == Modifier::IgnoreCase,
                multi_line: regex.multi_line || modifier == Modifier::MultiLine,
                dot_all: regex.dot_all || modifier == Modifier::DotAll,
                ..regex
            })
        }
        (Modifier::IgnoreCase | Modifier::MultiLine | Modifier::DotAll, _) => {
            return Err("`i`, `m` and `s` follow `re`".into());
        }
        (Modifier::WinDash, Value::Text { text, cased }) => dashes(&text, cased),
        (Modifier::Cidr, value) => Value::Cidr(cidr(&source_of(&value)?)?),
        (Modifier::FieldRef, value) => {
            Value::FieldRef { field: source_of(&value)?, starts: false, ends: false }
        }
        (Modifier::Expand, Value::Text { text, cased }) => {
            Value::Text { text: text.with_placeholders(), cased }
        }
        (Modifier::Expand, value) => value,
        (Modifier::Less, value) => Value::Compare(Order::Less, number(&value)?),
        (Modifier::LessEqual, value) => Value::Compare(Order::LessEqual, number(&value)?),
        (Modifier::Greater, value) => Value::Compare(Order::Greater, number(&value)?),
        (Modifier::GreaterEqual, value) => Value::Compare(Order::GreaterEqual, number(&value)?),
        (Modifier::Time(part), value) => Value::Time(part, number(&value)?),
        (Modifier::Cased | Modifier::WinDash, _) => {
            return Err("`cased` and `windash` take text".into());
        }
        (
            Modifier::Base64
            | Modifier::Base64Offset
            | Modifier::Utf16
            | Modifier::Utf16Le
            | Modifier::Utf16Be,
            value,
        ) => value, // handled above
    };
    Ok(Step::Value(value))
}

fn anchor(modifier: Modifier, value: Value) -> Result<Value, String> {
    let (open, close) = (modifier != Modifier::StartsWith, modifier != Modifier::EndsWith);
    Ok(match value {
        Value::Text { mut text, cased } => {
            if open {
                text = text.open();
            }
            if close {
                text = text.close();
            }
            Value::Text { text, cased }
        }
        Value::Number(number) => return anchor(modifier, Value::plain(number.text())),
        Value::Regex(mut regex) => {
            if open && !regex.pattern.starts_with(".*") && !regex.pattern.starts_with('^') {
                regex.pattern.insert_str(0, ".*");
            }
            if close && !regex.pattern.ends_with(".*") && !regex.pattern.ends_with('$') {
                regex.pattern.push_str(".*");
            }
            Value::Regex(regex)
        }
        Value::FieldRef { field, .. } => Value::FieldRef {
            field,
            starts: modifier != Modifier::EndsWith,
            ends: modifier != Modifier::StartsWith,
        },
        _ => return Err("`contains`, `startswith` and `endswith` take text".into()),
    })
}

fn source_of(value: &Value) -> Result<String, String> {
    match value {
        // Wildcards are plain characters here, so the text is written back.
        Value::Text { text, .. } => Ok(text.bare()),
        Value::Number(number) => Ok(number.text().to_owned()),
        _ => Err("text is needed here".into()),
    }
}

fn number(value: &Value) -> Result<Number, String> {
    let parsed = match value {
        Value::Number(number) => return Ok(number.clone()),
        Value::Text { text, .. } => text.as_plain().and_then(|text| {
            let whole = text.parse().ok().map(Number::from_integer);
            whole.or_else(|| text.parse().ok().and_then(Number::from_fraction))
        }),
        _ => None,
    };
    parsed.ok_or_else(|| "a number is needed here".into())
}

fn cidr(text: &str) -> Result<Cidr, String> {
    let parse = || {
        let (address, prefix) = match text.split_once('/') {
            Some((address, prefix)) => (address, Some(prefix)),
            None => (text, None),
        };
        let address: IpAddr = address.parse().ok()?;
        let most = if address.is_ipv4() { 32 } else { 128 };
        let prefix: u8 = prefix.map_or(Some(most), |p| p.parse().ok())?;
        // Host bits must be zero, or the network means something else.
        let clean = match address {
            IpAddr::V4(a) => u32::from(a).checked_shl(u32::from(prefix)).unwrap_or(0) == 0,
            IpAddr::V6(a) => u128::from(a).checked_shl(u32::from(prefix)).unwrap_or(0) == 0,
        };
        (prefix <= most && clean).then_some(Cidr { address, prefix })
    };
    parse().ok_or_else(|| format!("`{text}` is no network in CIDR notation"))
}

/// The characters that stand for a dash on a Windows command line, in the
/// order the specification lists them.
const DASHES: [char; 5] = ['-', '/', '\u{2013}', '\u{2014}', '\u{2015}'];

/// Every way to write the dashes: one that opens a word (no word character
/// before it, one behind it) stands for any of the five.
fn dashes(text: &Text, cased: bool) -> Value {
    let mut variants: Vec<Vec<Part>> = vec![Vec::new()];
    let word = |c: char| c.is_alphanumeric() || c == '_';
    for part in text.parts() {
        let Part::Plain(run) = part else {
            variants.iter_mut().for_each(|v| v.push(part.clone()));
            continue;
        };
        let chars: Vec<char> = run.chars().collect();
        let mut from = 0;
        for at in 0..chars.len() {
            let opens = (chars[at] == '-' || chars[at] == '/')
                && !(at > 0 && word(chars[at - 1]))
                && chars.get(at + 1).is_some_and(|c| word(*c));
            // Past 625 variants the text is no command line any more.
            if !opens || variants.len() > 125 {
                continue;
            }
            let before: String = chars[from..at].iter().collect();
            variants = variants
                .into_iter()
                .flat_map(|variant| {
                    DASHES.map(|dash| {
                        let mut variant = variant.clone();
                        variant.push(Part::Plain(format!("{before}{dash}")));
                        variant
                    })
                })
                .collect();
            from = at + 1;
        }
        let rest: String = chars[from..].iter().collect();
        variants.iter_mut().for_each(|v| v.push(Part::Plain(rest.clone())));
    }
    Value::AnyOf(
        variants.into_iter().map(|parts| Value::Text { text: Text::from_parts(parts), cased }).collect(),
    )
}

fn plain_of(step: &Step) -> Result<String, String> {
    match step {
        Step::Value(Value::Text { text, .. }) => {
            text.as_plain().map(str::to_owned).ok_or_else(|| "wildcards cannot be encoded".to_owned())
        }
        Step::Value(Value::Number(number)) => Ok(number.text().to_owned()),
        _ => Err("only text can be encoded".into()),
    }
}

fn bytes(step: Step) -> Result<Vec<u8>, String> {
    match step {
        Step::Bytes(bytes) => Ok(bytes),
        other => plain_of(&other).map(String::into_bytes),
    }
}

fn wide(modifier: Modifier, step: Step) -> Result<Vec<u8>, String> {
    let text = plain_of(&step)?;
    let mut out = Vec::with_capacity(text.len() * 2 + 2);
    if modifier == Modifier::Utf16 {
        out.extend([0xff, 0xfe]);
    }
    for unit in text.encode_utf16() {
        match modifier {
            Modifier::Utf16Be => out.extend(unit.to_be_bytes()),
            _ => out.extend(unit.to_le_bytes()),
        }
    }
    Ok(out)
}

const ALPHABET: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

/// RFC 4648, section 4, with padding.
fn base64(bytes: &[u8]) -> String {
    let mut out = String::with_capacity(bytes.len().div_ceil(3) * 4);
    for chunk in bytes.chunks(3) {
        let n = chunk.iter().fold(0u32, |n, b| (n << 8) | u32::from(*b)) << (8 * (3 - chunk.len()));
        for i in 0..4 {
            if i <= chunk.len() {
                let index = (n >> (18 - 6 * i)) & 63;
                out.push(char::from(ALPHABET[index as usize]));
            } else {
                out.push('=');
            }
        }
    }
    out
}

/// The characters of the encoding that depend on nothing but `bytes`, if
/// `offset` unknown bytes stand before them and any number behind; none if there are no such characters.
fn base64_at(bytes: &[u8], offset: usize) -> Option<String> {
    let mut padded = vec![b' '; offset];
    padded.extend_from_slice(bytes);
    let encoded = base64(&padded);
    let from = *[0, 2, 3].get(offset)?;
    let cut = [0, 3, 2][padded.len() % 3];
    encoded.get(from..encoded.len().checked_sub(cut)?).filter(|text| !text.is_empty()).map(str::to_owned)
}
