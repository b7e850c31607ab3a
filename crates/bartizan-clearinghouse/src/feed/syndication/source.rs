//! Characters, addresses and attributes of a feed's source.

use crate::feed::finding::{Code, Findings};
use encoding_rs::Encoding;
use quick_xml::XmlVersion;
use quick_xml::events::BytesStart;
use std::borrow::Cow;
use url::Url;

/// The byte order mark is believed, then the XML declaration, then UTF-8 is assumed (XML 1.0, appendix F).
pub(super) fn decode<'a>(bytes: &'a [u8], findings: &mut Findings) -> Cow<'a, str> {
    let head = String::from_utf8_lossy(bytes.get(..200).unwrap_or(bytes));
    let declared = head.strip_prefix("<?xml").and_then(|rest| {
        let rest = rest.split("?>").next()?.split("encoding").nth(1)?;
        let rest = rest.trim_start().strip_prefix('=')?.trim_start();
        let quote = rest.chars().next().filter(|c| matches!(c, '"' | '\''))?;
        Encoding::for_label(rest.get(1..)?.split(quote).next()?.as_bytes())
    });
    // What could be read so far to find "UTF-16" in it is not UTF-16.
    let declared = declared.filter(|e| e.is_ascii_compatible()).unwrap_or(encoding_rs::UTF_8);
    let (text, encoding, malformed) = declared.decode(bytes);
    if malformed {
        findings.add(Code::Encoding, encoding.name());
    }
    text
}

/// The absolute address, if it is one of the web.
pub(super) fn web(link: &str, base: Option<&Url>) -> Option<String> {
    let link = link.trim();
    let url = match base {
        Some(base) => base.join(link),
        None => Url::parse(link),
    };
    url.ok().filter(|u| matches!(u.scheme(), "http" | "https") && u.host().is_some()).map(String::from)
}

/// An attribute by its full name. Duplicate checks are off: they are quadratic.
pub(super) fn attribute(e: &BytesStart<'_>, name: &str) -> Option<String> {
    e.attributes()
        .with_checks(false)
        .take(64)
        .flatten()
        .find(|a| a.key.into_inner() == name)
        .and_then(|a| a.normalized_value(XmlVersion::Implicit1_0).map(Cow::into_owned).ok())
}

/// At most `limit` bytes of `text`, on a character boundary.
pub(super) fn cut(text: &str, limit: usize) -> &str {
    let mut end = limit.min(text.len());
    while !text.is_char_boundary(end) {
        end -= 1;
    }
    text.get(..end).unwrap_or_default()
}
