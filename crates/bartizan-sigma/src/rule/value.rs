//! What a field is compared with, after the modifiers have been applied.

use std::fmt;

use super::Text;

/// A number with its text: integers of any length up to 127 bits, fractions
/// as the shortest text that reads back the same.
#[derive(Clone, Debug, PartialEq)]
pub struct Number {
    text: String,
    value: f64,
    integer: bool,
}

impl Number {
    /// From an integer.
    pub fn from_integer(value: i128) -> Self {
        Self { text: value.to_string(), value: value as f64, integer: true }
    }

    /// From a fraction; infinite or undefined values are no numbers.
    pub fn from_fraction(value: f64) -> Option<Self> {
        value.is_finite().then(|| Self { text: format!("{value:?}"), value, integer: false })
    }

    /// The digits.
    pub fn text(&self) -> &str {
        &self.text
    }

    /// The value, rounded to a double.
    pub fn value(&self) -> f64 {
        self.value
    }

    /// Whether it has no fraction part.
    pub fn is_integer(&self) -> bool {
        self.integer
    }
}

impl fmt::Display for Number {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text)
    }
}

/// An order relation.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Order {
    /// `lt`
    Less,
    /// `lte`
    LessEqual,
    /// `gt`
    Greater,
    /// `gte`
    GreaterEqual,
}

impl Order {
    /// `<`, `<=`, `>` or `>=`.
    pub fn sign(self) -> &'static str {
        match self {
            Self::Less => "<",
            Self::LessEqual => "<=",
            Self::Greater => ">",
            Self::GreaterEqual => ">=",
        }
    }
}

/// A part of a point in time, for the modifiers `minute` to `year`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum TimePart {
    /// 0–59
    Minute,
    /// 0–23
    Hour,
    /// 1–31
    Day,
    /// ISO week, 1–53
    Week,
    /// 1–12
    Month,
    /// the year
    Year,
}

/// A regular expression as written, with its flags.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Regex {
    /// The pattern.
    pub pattern: String,
    /// `re|i`: letters match either case.
    pub ignore_case: bool,
    /// `re|m`: `^` and `$` match at lines.
    pub multi_line: bool,
    /// `re|s`: `.` matches line breaks.
    pub dot_all: bool,
}

/// A network in CIDR notation.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Cidr {
    /// The first address, host bits zero.
    pub address: std::net::IpAddr,
    /// The prefix length in bits.
    pub prefix: u8,
}

impl fmt::Display for Cidr {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}/{}", self.address, self.prefix)
    }
}

/// What a field is compared with.
#[derive(Clone, Debug, PartialEq)]
pub enum Value {
    /// A string; letters match either case unless `cased`.
    Text {
        /// The string.
        text: Text,
        /// Under the modifier `cased`.
        cased: bool,
    },
    /// A number.
    Number(Number),
    /// A truth value.
    Bool(bool),
    /// The field has no value.
    Null,
    /// A regular expression.
    Regex(Regex),
    /// A network.
    Cidr(Cidr),
    /// A comparison by order.
    Compare(Order, Number),
    /// Another field's value.
    FieldRef {
        /// The other field.
        field: String,
        /// Only its beginning need be the other field.
        starts: bool,
        /// Only its end need be the other field.
        ends: bool,
    },
    /// The field is there, or is not.
    Exists(bool),
    /// A part of the field's time.
    Time(TimePart, Number),
    /// Any of these (from `windash`, `base64offset`).
    AnyOf(Vec<Value>),
    /// A piece of the target's own language, from a pipeline; `{field}` in it
    /// is the field.
    Raw(String),
}

impl Value {
    /// A caseless string.
    pub fn text(source: &str) -> Self {
        Self::Text { text: Text::parse(source), cased: false }
    }

    /// A caseless string of plain characters.
    pub fn plain(plain: &str) -> Self {
        Self::Text { text: Text::plain(plain), cased: false }
    }

    /// An integer.
    pub fn integer(value: i128) -> Self {
        Self::Number(Number::from_integer(value))
    }

    /// The text of a string value.
    pub fn as_text(&self) -> Option<&Text> {
        match self {
            Self::Text { text, .. } => Some(text),
            _ => None,
        }
    }
}
