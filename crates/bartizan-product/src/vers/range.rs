//! Version Range Specifiers (the VERS specification of the Package-URL project, clause 5 and its guide to parsing).

use super::Scheme;
use crate::error::{Code, Error};
use std::cmp::Ordering;
use std::fmt;

/// Longest range that is read, in bytes.
pub const MAX_RANGE: usize = 64 * 1024;

/// How a constraint compares.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Comparator {
    /// `<`
    Less,
    /// `<=`
    LessOrEqual,
    /// no comparator
    Equal,
    /// `!=`
    NotEqual,
    /// `>=`
    GreaterOrEqual,
    /// `>`
    Greater,
}

impl Comparator {
    /// As VERS writes it; equality is written as nothing.
    pub fn as_str(self) -> &'static str {
        match self {
            Comparator::Less => "<",
            Comparator::LessOrEqual => "<=",
            Comparator::Equal => "",
            Comparator::NotEqual => "!=",
            Comparator::GreaterOrEqual => ">=",
            Comparator::Greater => ">",
        }
    }

    pub(super) fn includes_equal(self) -> bool {
        matches!(self, Comparator::LessOrEqual | Comparator::Equal | Comparator::GreaterOrEqual)
    }

    pub(super) fn is_upper(self) -> bool {
        matches!(self, Comparator::Less | Comparator::LessOrEqual)
    }

    pub(super) fn is_lower(self) -> bool {
        matches!(self, Comparator::Greater | Comparator::GreaterOrEqual)
    }
}

/// A comparator and a version, decoded.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Constraint {
    /// How it compares.
    pub comparator: Comparator,
    /// With what.
    pub version: String,
}

impl Constraint {
    /// A constraint.
    pub fn new(comparator: Comparator, version: impl Into<String>) -> Self {
        Constraint { comparator, version: version.into() }
    }
}

/// A range of versions.
///
/// ```
/// use bartizan_product::Range;
/// let range = Range::parse("vers:npm/>=1.0.0|<1.4.2")?;
/// assert!(range.contains("1.4.1")? && !range.contains("1.4.2")?);
/// # Ok::<(), bartizan_product::Error>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Range {
    pub(super) kind: String,
    pub(super) versions: Versions,
}

#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(super) enum Versions {
    All,
    /// Sorted by the scheme, if there is one.
    Some(Vec<Constraint>),
}

impl Range {
    /// Reads a range that is in canonical form.
    ///
    /// # Errors
    /// [`Code::Vers`] for everything that the specification tells tools to report: syntax, order, repeated versions,
    /// comparators that cannot follow each other. [`Code::TooLarge`].
    pub fn parse(text: &str) -> Result<Self, Error> {
        if text.contains(|c: char| c.is_ascii_whitespace()) {
            return Err(Error::about(Code::Vers, "white space in a range", text));
        }
        let range = Range::split(text, true)?;
        if let Versions::Some(constraints) = &range.versions {
            check_order(text, range.scheme(), constraints)?;
        }
        Ok(range)
    }

    /// Reads a range that need not be in canonical form: constraints are sorted, none is dropped.
    ///
    /// # Errors
    /// [`Code::Vers`] for syntax, [`Code::TooLarge`].
    pub fn read(text: &str) -> Result<Self, Error> {
        let kept: String = text.chars().filter(|c| !c.is_ascii_whitespace()).collect();
        let mut range = Range::split(&kept, false)?;
        range.sort();
        Ok(range)
    }

    /// The canonical text of a range that need not be canonical.
    ///
    /// # Errors
    /// As [`Range::read`].
    pub fn canonical(text: &str) -> Result<String, Error> {
        Ok(Range::read(text)?.to_string())
    }

    /// Builds a range; constraints are sorted.
    ///
    /// # Errors
    /// [`Code::Vers`] for a type that cannot be, or for an empty version or one beyond printable ASCII.
    pub fn build(kind: &str, constraints: Vec<Constraint>) -> Result<Self, Error> {
        check_kind(kind)?;
        for constraint in &constraints {
            if !is_version_text(&constraint.version) {
                return Err(Error::about(Code::Vers, "not a version", &constraint.version));
            }
        }
        let mut range = Range { kind: kind.to_owned(), versions: Versions::Some(constraints) };
        range.sort();
        Ok(range)
    }

    /// Every version of a type.
    ///
    /// # Errors
    /// [`Code::Vers`] for a type that cannot be.
    pub fn all(kind: &str) -> Result<Self, Error> {
        check_kind(kind)?;
        Ok(Range { kind: kind.to_owned(), versions: Versions::All })
    }

    /// The VERS type.
    pub fn kind(&self) -> &str {
        &self.kind
    }

    /// The order of versions, if the type is known.
    pub fn scheme(&self) -> Option<Scheme> {
        Scheme::named(&self.kind)
    }

    /// The constraints in their order; `None` for the asterisk.
    pub fn constraints(&self) -> Option<&[Constraint]> {
        match &self.versions {
            Versions::All => None,
            Versions::Some(constraints) => Some(constraints),
        }
    }

    pub(super) fn sort(&mut self) {
        if let (Some(scheme), Versions::Some(constraints)) = (Scheme::named(&self.kind), &mut self.versions) {
            constraints.sort_by(|a, b| {
                scheme.compare(&a.version, &b.version).then_with(|| a.comparator.cmp(&b.comparator))
            });
        }
    }

    fn split(text: &str, strict: bool) -> Result<Self, Error> {
        if text.len() > MAX_RANGE {
            return Err(Error::new(Code::TooLarge, format!("a range of {} bytes", text.len())));
        }
        let Some(specifier) = text.strip_prefix("vers:") else {
            return Err(Error::about(Code::Vers, "a range begins with vers:", text));
        };
        let Some((kind, constraints)) = specifier.split_once('/') else {
            return Err(Error::about(Code::Vers, "a range has a type and constraints", text));
        };
        let kind = if strict { kind.to_owned() } else { kind.to_ascii_lowercase() };
        check_kind(&kind)?;
        if constraints == "*" {
            return Ok(Range { kind, versions: Versions::All });
        }
        if kind == "all" || kind == "none" {
            return Err(Error::about(Code::Vers, "this type has the asterisk alone", text));
        }
        let constraints = if strict { constraints } else { constraints.trim_matches('|') };
        let parts = constraints.split('|').filter(|p| strict || !p.is_empty());
        let constraints: Vec<_> = parts.map(|p| constraint(&kind, p, strict)).collect::<Result<_, _>>()?;
        if constraints.is_empty() {
            return Err(Error::about(Code::Vers, "a range has constraints", text));
        }
        Ok(Range { kind, versions: Versions::Some(constraints) })
    }
}

/// Clause 5.3.2.
fn check_kind(kind: &str) -> Result<(), Error> {
    let letters = kind.starts_with(|c: char| c.is_ascii_lowercase())
        && kind.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'.' || b == b'-');
    if letters && kind != "invalid" {
        Ok(())
    } else {
        Err(Error::about(Code::Vers, "not a type of versions", kind))
    }
}

/// Clause 5.3.3.2, decoded: printable ASCII and the space.
fn is_version_text(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(|b| b.is_ascii_graphic() || b == b' ')
}

fn constraint(kind: &str, text: &str, strict: bool) -> Result<Constraint, Error> {
    let (comparator, version) = if let Some(version) = text.strip_prefix(">=") {
        (Comparator::GreaterOrEqual, version)
    } else if let Some(version) = text.strip_prefix("<=") {
        (Comparator::LessOrEqual, version)
    } else if let Some(version) = text.strip_prefix("!=") {
        (Comparator::NotEqual, version)
    } else if let Some(version) = text.strip_prefix('<') {
        (Comparator::Less, version)
    } else if let Some(version) = text.strip_prefix('>') {
        (Comparator::Greater, version)
    } else {
        (Comparator::Equal, if strict { text } else { text.trim_start_matches('=') })
    };
    if version.contains(['<', '>', '=', '!', '*']) {
        return Err(Error::about(Code::Vers, "a character that is written percent-encoded", text));
    }
    let version = decode(kind, version, strict)?;
    if !is_version_text(&version) {
        return Err(Error::about(Code::Vers, "a constraint without version", text));
    }
    if strict && kind == "datetime" && version.contains(['t', 'z']) {
        return Err(Error::about(Code::Vers, "a time is written with T and Z in upper case", text));
    }
    Ok(Constraint { comparator, version })
}

/// Percent-decoding, once. The canonical form encodes in upper case, and nothing that need not be.
fn decode(kind: &str, text: &str, strict: bool) -> Result<String, Error> {
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    while let Some((before, after)) = rest.split_once('%') {
        out.push_str(before);
        let triplet = after.get(..2).filter(|t| t.bytes().all(|b| b.is_ascii_hexdigit()));
        let Some(byte) = triplet.and_then(|t| u8::from_str_radix(t, 16).ok()) else {
            return Err(Error::about(Code::Vers, "a percent sign without two hexadecimal digits", text));
        };
        let needless = byte.is_ascii_alphanumeric() || (kind == "datetime" && byte == b':');
        if strict && (needless || after[..2].contains(|c: char| c.is_ascii_lowercase())) {
            return Err(Error::about(Code::Vers, "percent-encoding that is not canonical", text));
        }
        out.push(char::from(byte));
        rest = &after[2..];
    }
    out.push_str(rest);
    Ok(out)
}

/// Clause 5.4.
fn check_order(text: &str, scheme: Option<Scheme>, constraints: &[Constraint]) -> Result<(), Error> {
    let broken = |what| Err(Error::about(Code::Vers, what, text));
    if let Some(scheme) = scheme {
        for pair in constraints.windows(2) {
            match scheme.compare(&pair[0].version, &pair[1].version) {
                Ordering::Less => {}
                Ordering::Equal => return broken("a version given twice"),
                Ordering::Greater => return broken("constraints that are not sorted by version"),
            }
        }
    }
    let considered: Vec<_> = constraints.iter().filter(|c| c.comparator != Comparator::NotEqual).collect();
    for pair in considered.windows(2) {
        if pair[0].comparator == Comparator::Equal && pair[1].comparator.is_upper() {
            return broken("an upper bound after a single version");
        }
    }
    let bounds: Vec<_> = considered.iter().filter(|c| c.comparator != Comparator::Equal).collect();
    if bounds.windows(2).any(|pair| pair[0].comparator.is_upper() == pair[1].comparator.is_upper()) {
        return broken("two bounds of the same direction");
    }
    Ok(())
}

impl fmt::Display for Range {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "vers:{}/", self.kind)?;
        let Versions::Some(constraints) = &self.versions else { return f.write_str("*") };
        for (n, constraint) in constraints.iter().enumerate() {
            if n > 0 {
                f.write_str("|")?;
            }
            write!(f, "{constraint}")?;
        }
        Ok(())
    }
}

impl fmt::Display for Constraint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.comparator.as_str())?;
        for c in self.version.chars() {
            if "><=!*|% ".contains(c) { write!(f, "%{:02X}", u32::from(c))? } else { write!(f, "{c}")? }
        }
        Ok(())
    }
}
