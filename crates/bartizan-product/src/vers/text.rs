//! VERS as text: reading and writing (clauses 5.3 and 5.4 of the specification).

use super::range::{MAX_RANGE, Versions};
use super::{Comparator, Constraint, Range, Scheme};
use crate::error::{Code, Error};
use std::cmp::Ordering;
use std::fmt;

impl Range {
    pub(super) fn split(text: &str, strict: bool) -> Result<Self, Error> {
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
pub(super) fn check_kind(kind: &str) -> Result<(), Error> {
    let letters = kind.starts_with(|c: char| c.is_ascii_lowercase())
        && kind.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'.' || b == b'-');
    if letters && kind != "invalid" {
        Ok(())
    } else {
        Err(Error::about(Code::Vers, "not a type of versions", kind))
    }
}

/// Clause 5.3.3.2, decoded: printable ASCII and the space.
pub(super) fn is_version_text(text: &str) -> bool {
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
    if strict && kind == "datetime" && !Scheme::Datetime.is_version(&version) {
        return Err(Error::about(Code::Vers, "not a time of RFC 3339", text));
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
        let needless =
            byte.is_ascii_alphanumeric() || b".-_~".contains(&byte) || (kind == "datetime" && byte == b':');
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
pub(super) fn check_order(
    text: &str,
    scheme: Option<Scheme>,
    constraints: &[Constraint],
) -> Result<(), Error> {
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
