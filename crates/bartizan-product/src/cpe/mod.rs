//! CPE 2.3: names (NISTIR 7695), their two bindings, matching (NISTIR 7696) and ranges of versions.

mod formatted;
mod matching;
mod range;
mod uri;

use crate::error::{Code, Error};
use std::fmt;

pub use matching::{Relation, compare_attributes, compare_names};
pub use range::{CpeRange, Inside};

/// Longest CPE name that is read, in bytes.
pub const MAX_CPE: usize = 4 * 1024;

/// A value of an attribute of a well-formed name.
#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Value {
    /// No restriction.
    #[default]
    Any,
    /// Not applicable.
    NotApplicable,
    /// A string in the quoting of well-formed names: everything but letters, digits and `_` has a backslash before it;
    /// `*` and `?` without one are wildcards. In lower case.
    Text(String),
}

/// The attributes, in the order of the formatted string.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[allow(missing_docs, reason = "the standard's own words")]
pub enum Attribute {
    Part,
    Vendor,
    Product,
    Version,
    Update,
    Edition,
    Language,
    SwEdition,
    TargetSw,
    TargetHw,
    Other,
}

impl Attribute {
    /// All of them, in order.
    pub const ALL: [Attribute; 11] = [
        Attribute::Part,
        Attribute::Vendor,
        Attribute::Product,
        Attribute::Version,
        Attribute::Update,
        Attribute::Edition,
        Attribute::Language,
        Attribute::SwEdition,
        Attribute::TargetSw,
        Attribute::TargetHw,
        Attribute::Other,
    ];
}

/// A well-formed CPE name (NISTIR 7695, section 5).
///
/// ```
/// use bartizan_product::Cpe;
/// let name = Cpe::parse("cpe:/a:microsoft:internet_explorer:8.%02:sp%01")?;
/// assert_eq!(name.to_string(), "cpe:2.3:a:microsoft:internet_explorer:8.*:sp?:*:*:*:*:*:*");
/// # Ok::<(), bartizan_product::Error>(())
/// ```
#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Cpe {
    values: [Value; 11],
}

impl Cpe {
    /// Reads a name in either binding: a formatted string (`cpe:2.3:…`) or a URI (`cpe:/…`).
    ///
    /// # Errors
    /// [`Code::Cpe`] if it is not one, [`Code::TooLarge`].
    pub fn parse(text: &str) -> Result<Self, Error> {
        let text = text.trim();
        if text.len() > MAX_CPE {
            return Err(Error::new(Code::TooLarge, format!("a CPE name of {} bytes", text.len())));
        }
        let lower = text.to_lowercase();
        let name = match (lower.strip_prefix("cpe:2.3:"), lower.strip_prefix("cpe:/")) {
            (Some(rest), _) => formatted::unbind(rest),
            (None, Some(rest)) => uri::unbind(rest),
            (None, None) => None,
        };
        name.filter(Cpe::has_part).ok_or_else(|| Error::about(Code::Cpe, "not a CPE name", text))
    }

    /// The part is `a`, `o`, `h` or a logical value.
    fn has_part(&self) -> bool {
        match self.get(Attribute::Part) {
            Value::Text(part) => matches!(part.as_str(), "a" | "o" | "h"),
            _ => true,
        }
    }

    /// The value of an attribute.
    pub fn get(&self, attribute: Attribute) -> &Value {
        &self.values[attribute as usize]
    }

    /// The same name with another value.
    #[must_use]
    pub fn with(mut self, attribute: Attribute, value: Value) -> Self {
        self.values[attribute as usize] = value;
        self
    }

    /// The value of an attribute without its quoting; `None` for a logical value.
    pub fn plain(&self, attribute: Attribute) -> Option<String> {
        match self.get(attribute) {
            Value::Text(text) => Some(unquoted(text)),
            _ => None,
        }
    }

    /// The URI binding (NISTIR 7695, section 6.1).
    pub fn to_uri(&self) -> String {
        uri::bind(self)
    }
}

impl fmt::Display for Cpe {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&formatted::bind(self))
    }
}

impl Value {
    /// A value that means these characters, quoted; a hyphen alone is [`Value::NotApplicable`].
    pub fn literal(text: &str) -> Self {
        if text == "-" {
            return Value::NotApplicable;
        }
        let mut quoted = String::new();
        for c in text.to_lowercase().chars() {
            if !is_plain(c) {
                quoted.push('\\');
            }
            quoted.push(c);
        }
        Value::Text(quoted)
    }

    /// Whether there is a wildcard in it.
    pub fn has_wildcard(&self) -> bool {
        matches!(self, Value::Text(text) if symbols(text).any(|(c, quoted)| !quoted && matches!(c, '*' | '?')))
    }
}

/// Stands without a backslash.
fn is_plain(c: char) -> bool {
    c.is_ascii_alphanumeric() || c == '_'
}

/// The characters of a quoted value, and whether each had a backslash.
fn symbols(text: &str) -> impl Iterator<Item = (char, bool)> + '_ {
    let mut rest = text.chars();
    std::iter::from_fn(move || match rest.next()? {
        '\\' => rest.next().map(|c| (c, true)),
        c => Some((c, false)),
    })
}

fn unquoted(text: &str) -> String {
    symbols(text).map(|(c, _)| c).collect()
}

/// Wildcards stand at the beginning and at the end only: one asterisk, or question marks (section 5.3.2).
fn well_formed(text: &str) -> bool {
    let list: Vec<_> = symbols(text).map(|(c, quoted)| if quoted { ' ' } else { c }).collect();
    let wild = |c: &char| matches!(c, '*' | '?');
    let lead = list.iter().take_while(|c| wild(c)).count();
    let trail = list[lead..].iter().rev().take_while(|c| wild(c)).count();
    let run = |part: &[char]| part.is_empty() || part == ['*'] || part.iter().all(|c| *c == '?');
    !list.is_empty()
        && run(&list[..lead])
        && run(&list[list.len() - trail..])
        && !list[lead..list.len() - trail].iter().any(wild)
        // An asterisk alone and a quoted hyphen alone are not strings (section 5.3.2).
        && list != ['*']
        && text != "\\-"
}
