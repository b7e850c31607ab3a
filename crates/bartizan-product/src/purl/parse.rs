//! From text to parts (ECMA-427 and its guide to parsing): from the right, one separator after the other.

use super::encode::decode;
use super::types::name_is_path;
use super::{MAX_PURL, PurlParts};
use crate::error::{Code, Error};
use std::collections::BTreeMap;

/// What becomes of upper case in the key of a qualifier.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Keys {
    Strict,
    Lowered,
}

pub(super) fn parts(text: &str, keys: Keys) -> Result<PurlParts, Error> {
    if text.len() > MAX_PURL {
        return Err(Error::new(Code::TooLarge, format!("a package URL of {} bytes", text.len())));
    }
    let (rest, subpath) = match text.rsplit_once('#') {
        Some((rest, subpath)) => (rest, Some(path(subpath, Dots::Dropped)?)),
        None => (text, None),
    };
    let (rest, qualifiers) = match rest.rsplit_once('?') {
        Some((rest, pairs)) => (rest, read_qualifiers(pairs, keys)?),
        None => (rest, BTreeMap::new()),
    };
    let Some((scheme, rest)) = rest.split_once(':') else {
        return Err(Error::about(Code::Purl, "a package URL begins with pkg:", text));
    };
    if !scheme.eq_ignore_ascii_case("pkg") {
        return Err(Error::about(Code::Purl, "a package URL begins with pkg:", text));
    }
    let Some((kind, rest)) = rest.trim_start_matches('/').split_once('/') else {
        return Err(Error::about(Code::Purl, "a package URL has a type and a name", text));
    };
    let (rest, version) = split_version(rest);
    let version = version.map(decode).transpose()?;
    // A slash right before the version leaves no name.
    if version.is_some() && (rest.ends_with('/') || rest.is_empty()) {
        return Err(Error::about(Code::Purl, "a package URL has a name", text));
    }
    let rest = rest.trim_matches('/');
    let split =
        if name_is_path(&kind.to_ascii_lowercase()) { rest.split_once('/') } else { rest.rsplit_once('/') };
    let (namespace, name) = match split {
        Some((namespace, name)) => (Some(path(namespace, Dots::Kept)?), name),
        None => (None, rest),
    };
    Ok(PurlParts { kind: kind.to_owned(), namespace, name: decode(name)?, version, qualifiers, subpath })
}

/// Splits at the last `@` that separates a version: one at the beginning of a segment that is followed by another
/// segment is the scope of an npm package that was not encoded.
fn split_version(rest: &str) -> (&str, Option<&str>) {
    let Some(at) = rest.rfind('@') else { return (rest, None) };
    let begins = at == 0 || rest.as_bytes()[at - 1] == b'/';
    if begins && rest[at..].contains('/') { (rest, None) } else { (&rest[..at], Some(&rest[at + 1..])) }
}

#[derive(PartialEq, Eq)]
enum Dots {
    Kept,
    Dropped,
}

fn path(text: &str, dots: Dots) -> Result<String, Error> {
    let mut kept = Vec::new();
    for segment in text.split('/') {
        let decoded = decode(segment)?;
        if decoded.contains('/') {
            return Err(Error::about(Code::Purl, "a segment with a slash in it", segment));
        }
        let dropped = decoded.is_empty() || (dots == Dots::Dropped && (decoded == "." || decoded == ".."));
        if !dropped {
            kept.push(decoded);
        }
    }
    Ok(kept.join("/"))
}

fn read_qualifiers(pairs: &str, keys: Keys) -> Result<BTreeMap<String, String>, Error> {
    let mut qualifiers = BTreeMap::new();
    for pair in pairs.split('&').filter(|p| !p.is_empty()) {
        let Some((key, value)) = pair.split_once('=') else {
            return Err(Error::about(Code::Purl, "a qualifier without value", pair));
        };
        let key = if keys == Keys::Lowered { key.to_ascii_lowercase() } else { key.to_owned() };
        if !is_key(&key) {
            return Err(Error::about(Code::Purl, "not the key of a qualifier", &key));
        }
        let value = decode(value)?;
        if !value.is_empty() && qualifiers.insert(key, value).is_some() {
            return Err(Error::about(Code::Purl, "a qualifier given twice", pair));
        }
    }
    Ok(qualifiers)
}

/// Clause 5.6.2, in lower case.
pub(super) fn is_type(text: &str) -> bool {
    text.starts_with(|c: char| c.is_ascii_lowercase())
        && text.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'.' || b == b'-')
}

/// Clause 5.6.6.
pub(super) fn is_key(text: &str) -> bool {
    text.starts_with(|c: char| c.is_ascii_lowercase())
        && text.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b".-_".contains(&b))
}
