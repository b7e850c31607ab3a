//! The value of a score, with the arithmetic of Python that Inspect has.

use std::collections::BTreeMap;

use crate::json::Json;

/// The value of a score.
#[derive(Clone, Debug, PartialEq)]
pub enum Value {
    /// One value.
    One(Scalar),
    /// A list.
    List(Vec<Scalar>),
    /// An object: members in their order.
    Keys(Vec<(String, Scalar)>),
}

/// A plain value.
#[derive(Clone, Debug)]
pub enum Scalar {
    /// `null`, or something that no score should have.
    Null,
    /// `true` or `false`.
    Bool(bool),
    /// A whole number.
    Int(i128),
    /// Any other number.
    Float(f64),
    /// A text: `C`, `I`, `P`, `N`, or anything.
    Text(String),
}

impl Value {
    /// Reads a value. At the root `null` is `NaN`: so old logs wrote it, and Inspect reads it.
    pub fn read(json: &Json) -> Self {
        match json {
            Json::Array(items) => Self::List(items.iter().map(Scalar::read).collect()),
            Json::Object(members) => {
                Self::Keys(members.iter().map(|(key, one)| (key.to_string(), Scalar::read(one))).collect())
            }
            Json::Null => Self::One(Scalar::Float(f64::NAN)),
            one => Self::One(Scalar::read(one)),
        }
    }

    /// Whether nothing was scored: `NaN` at the root.
    pub fn is_unscored(&self) -> bool {
        matches!(self, Self::One(one) if one.is_nan())
    }

    /// As a number: the value itself, or a member of it.
    pub fn number(&self, key: Option<&str>) -> Option<f64> {
        match (self, key) {
            (Self::One(one), None) => Some(one.to_float()),
            (Self::Keys(members), Some(key)) => {
                members.iter().rev().find(|(name, _)| name == key).map(|(_, one)| one.to_float())
            }
            _ => None,
        }
    }

    /// About how many bytes it takes.
    pub(crate) fn weight(&self) -> usize {
        let scalar = |one: &Scalar| 48 + if let Scalar::Text(text) = one { text.len() } else { 0 };
        match self {
            Self::One(one) => scalar(one),
            Self::List(items) => 48 + items.iter().map(scalar).sum::<usize>(),
            Self::Keys(members) => {
                48 + members.iter().map(|(key, one)| 48 + key.len() + scalar(one)).sum::<usize>()
            }
        }
    }

    /// Whether two values are equal but for `tolerance`, which is relative for numbers larger than 1.
    pub fn is_close(&self, other: &Self, tolerance: f64) -> bool {
        let all = |a: &[Scalar], b: &[Scalar]| {
            a.len() == b.len() && a.iter().zip(b).all(|(a, b)| a.is_close(b, tolerance))
        };
        match (self, other) {
            (Self::One(a), Self::One(b)) => a.is_close(b, tolerance),
            (Self::List(a), Self::List(b)) => all(a, b),
            (Self::Keys(a), Self::Keys(b)) => {
                let others: BTreeMap<&str, &Scalar> =
                    b.iter().map(|(key, one)| (key.as_str(), one)).collect();
                a.len() == b.len()
                    && a.iter()
                        .all(|(key, a)| others.get(key.as_str()).is_some_and(|b| a.is_close(b, tolerance)))
            }
            _ => false,
        }
    }
}

impl Scalar {
    pub(crate) fn read(json: &Json) -> Self {
        match json {
            Json::Bool(value) => Self::Bool(*value),
            Json::Number(number) => match number.is_int().then(|| number.text().parse()) {
                Some(Ok(whole)) => Self::Int(whole),
                _ => Self::Float(number.as_f64()),
            },
            Json::String(_) | Json::Odd(_) => Self::Text(json.as_str().unwrap_or_default().to_owned()),
            Json::Null | Json::Array(_) | Json::Object(_) => Self::Null,
        }
    }

    /// Whether it is the mark of something that was not scored.
    pub fn is_nan(&self) -> bool {
        matches!(self, Self::Float(value) if value.is_nan())
    }

    /// The same for values that are equal, and for no others.
    pub(super) fn key(&self) -> (u8, u64, &str) {
        match self {
            Self::Null => (0, 0, ""),
            Self::Text(text) => (1, 0, text),
            // Zero has two signs, and `NaN` many forms.
            other => match other.numeric() {
                Some(number) if number.is_nan() => (3, 0, ""),
                number => (2, (number.unwrap_or_default() + 0.0).to_bits(), ""),
            },
        }
    }

    /// The number that Python compares with, if it is one.
    pub(crate) fn numeric(&self) -> Option<f64> {
        match self {
            Self::Bool(value) => Some(f64::from(u8::from(*value))),
            Self::Int(value) => Some(whole(*value)),
            Self::Float(value) => Some(*value),
            Self::Null | Self::Text(_) => None,
        }
    }

    /// Inspect's `value_to_float()`: `C` is 1, `P` 0.5, `I` and `N` are 0; numbers are themselves; `yes` and `true` are 1, `no` and
    /// `false` 0 in any case of letters; a text that is a finite number is that number; anything else is 0.
    pub fn to_float(&self) -> f64 {
        if let Some(number) = self.numeric() {
            return number;
        }
        let Self::Text(text) = self else { return 0.0 };
        match text.as_str() {
            "C" => return 1.0,
            "P" => return 0.5,
            "I" | "N" => return 0.0,
            _ => {}
        }
        match text.to_lowercase().as_str() {
            "yes" | "true" => 1.0,
            "no" | "false" => 0.0,
            other => python_float(other).filter(|value| value.is_finite()).unwrap_or(0.0),
        }
    }

    /// Python's `str()` of it.
    pub fn label(&self) -> String {
        match self {
            Self::Null => "None".into(),
            Self::Bool(true) => "True".into(),
            Self::Bool(false) => "False".into(),
            Self::Int(value) => value.to_string(),
            Self::Float(value) => python_repr(*value),
            Self::Text(text) => text.clone(),
        }
    }

    fn is_close(&self, other: &Self, tolerance: f64) -> bool {
        match (self.numeric(), other.numeric()) {
            (Some(a), Some(b)) => close(a, b, tolerance),
            _ => self == other,
        }
    }
}

/// As Python compares: `True == 1 == 1.0`, and a text is no number. `NaN` equals itself here, since it is a mark.
impl PartialEq for Scalar {
    fn eq(&self, other: &Self) -> bool {
        self.key() == other.key()
    }
}

/// Whether two numbers are equal but for `tolerance`, which is relative for numbers larger than 1; `NaN` equals `NaN`.
pub fn close(a: f64, b: f64, tolerance: f64) -> bool {
    a == b || (a.is_nan() && b.is_nan()) || (a - b).abs() <= tolerance * a.abs().max(b.abs()).max(1.0)
}

#[expect(
    clippy::cast_precision_loss,
    reason = "as Python's float() of a large int, but for the largest, which it refuses"
)]
fn whole(value: i128) -> f64 {
    value as f64
}

/// Python's `float()` of a text: white space around, underscores between digits, `inf` and `nan`.
fn python_float(text: &str) -> Option<f64> {
    let text = text.trim_matches(|one: char| one.is_whitespace() || ('\u{1c}'..='\u{1f}').contains(&one));
    let bytes = text.as_bytes();
    let between = |at: usize| {
        let digit =
            |place: Option<usize>| place.and_then(|place| bytes.get(place)).is_some_and(u8::is_ascii_digit);
        digit(at.checked_sub(1)) && digit(Some(at + 1))
    };
    if bytes.iter().enumerate().any(|(at, one)| *one == b'_' && !between(at)) {
        return None;
    }
    // Rust reads `infinity` and `nan` too, but also nothing that Python does not, once these are looked at.
    let plain = text.replace('_', "");
    if plain.is_empty()
        || !plain.bytes().all(|one| one.is_ascii_digit() || matches!(one, b'+' | b'-' | b'.' | b'e' | b'E'))
    {
        return None;
    }
    plain.parse().ok()
}

/// Python's `repr()` of a float: the fewest digits that read back the same, with an exponent below 1e-4 and from 1e16 on.
pub(crate) fn python_repr(value: f64) -> String {
    if value.is_nan() {
        return "nan".into();
    }
    if value.is_infinite() {
        return if value > 0.0 { "inf".into() } else { "-inf".into() };
    }
    let scientific = format!("{value:e}");
    let (digits, exponent) = scientific.split_once('e').unwrap_or((&scientific, "0"));
    let exponent: i32 = exponent.parse().unwrap_or(0);
    if value != 0.0 && !(-4..16).contains(&exponent) {
        let sign = if exponent < 0 { '-' } else { '+' };
        return format!("{digits}e{sign}{:02}", exponent.unsigned_abs());
    }
    let plain = value.to_string();
    if plain.contains('.') { plain } else { format!("{plain}.0") }
}

#[cfg(test)]
mod tests {
    use super::{Scalar, python_repr};

    /// Answers of `value_to_float()` and `str()` in Python 3.11 with `inspect_ai` 0.3.285.
    #[test]
    fn as_python() {
        for (text, value) in [
            ("C", 1.0),
            ("c", 0.0),
            ("P", 0.5),
            ("I", 0.0),
            ("N", 0.0),
            ("Yes", 1.0),
            ("TRUE", 1.0),
            ("no", 0.0),
            ("False", 0.0),
            ("-5", -5.0),
            ("2.72", 2.72),
            ("1e3", 1000.0),
            (" 7 ", 7.0),
            ("1_000", 1000.0),
            ("1__0", 0.0),
            ("_1", 0.0),
            ("nan", 0.0),
            ("inf", 0.0),
            ("1e999", 0.0),
            (".5", 0.5),
            ("5.", 5.0),
            ("", 0.0),
            ("0x10", 0.0),
            ("+2", 2.0),
        ] {
            assert_eq!(Scalar::Text(text.into()).to_float(), value, "{text:?}");
        }
        for (value, text) in [
            (1.0, "1.0"),
            (0.1, "0.1"),
            (1e16, "1e+16"),
            (123_456_789_012_345_680.0, "1.2345678901234568e+17"),
            (1e15, "1000000000000000.0"),
            (0.0001, "0.0001"),
            (0.00001, "1e-05"),
            (-0.0, "-0.0"),
            (1e100, "1e+100"),
            (2.5e-7, "2.5e-07"),
            (f64::NAN, "nan"),
        ] {
            assert_eq!(python_repr(value), text);
        }
        assert_eq!(Scalar::Bool(true), Scalar::Int(1));
        assert_eq!(Scalar::Float(1.0), Scalar::Int(1));
        assert_ne!(Scalar::Text("1".into()), Scalar::Int(1));
    }
}
