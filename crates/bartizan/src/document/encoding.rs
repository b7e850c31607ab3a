//! From bytes to characters.
//!
//! The content is believed before the label: a byte order mark, then valid UTF-8, then what is mostly UTF-8
//! (a pasted Windows-1252 line must not ruin the rest), then the declared character set, then a guess.

use super::Builder;
use crate::{Code, Diagnostic};
use encoding_rs::{Encoding, UTF_8, UTF_16BE, UTF_16LE, WINDOWS_1252};
use std::borrow::Cow;

/// Decodes `bytes`; `declared` is the character set that the document or its sender names, if any.
/// Bytes that fit no encoding are replaced and reported once in `builder`'s diagnostics.
pub(crate) fn decode<'a>(bytes: &'a [u8], declared: Option<&str>, builder: &mut Builder) -> Cow<'a, str> {
    if let Some(text) = utf_32(bytes) {
        return Cow::Owned(text);
    }
    if let Some((encoding, mark)) = Encoding::for_bom(bytes) {
        let rest = bytes.get(mark..).unwrap_or_default();
        if encoding != UTF_8 {
            return with(encoding, rest, builder);
        }
        return utf_8_or_guess(rest, Some(UTF_8), builder);
    }
    if let Some(encoding) = unmarked_utf_16(bytes) {
        return with(encoding, bytes, builder);
    }
    let declared = declared.and_then(|label| Encoding::for_label(label.trim().as_bytes()));
    utf_8_or_guess(bytes, declared, builder)
}

/// The `charset` parameter of a media type.
pub(crate) fn charset_of(media_type: &str) -> Option<&str> {
    media_type.split(';').skip(1).find_map(|parameter| {
        let (name, value) = parameter.split_once('=')?;
        name.trim().eq_ignore_ascii_case("charset").then(|| value.trim().trim_matches(['"', '\'']))
    })
}

fn utf_8_or_guess<'a>(
    bytes: &'a [u8],
    declared: Option<&'static Encoding>,
    builder: &mut Builder,
) -> Cow<'a, str> {
    // ISO-2022-JP is all ASCII bytes, so it must be asked for before UTF-8.
    if let Some(encoding) = declared.filter(|e| !e.is_ascii_compatible() && *e != UTF_16LE && *e != UTF_16BE)
        && bytes.contains(&0x1B)
    {
        return with(encoding, bytes, builder);
    }
    if let Ok(text) = std::str::from_utf8(bytes) {
        return Cow::Borrowed(text);
    }
    let (mut good, mut bad) = (0usize, 0usize);
    for chunk in bytes.utf8_chunks() {
        good += chunk.valid().bytes().filter(|&b| b >= 0xC0).count();
        bad += chunk.invalid().len();
    }
    if good > bad || declared == Some(UTF_8) && good > 0 {
        let mut text = String::with_capacity(bytes.len() + bad * 2);
        for chunk in bytes.utf8_chunks() {
            text.push_str(chunk.valid());
            text.push_str(&WINDOWS_1252.decode_without_bom_handling(chunk.invalid()).0);
        }
        let message =
            format!("{bad} bytes are not UTF-8 and were read as Windows-1252; check names with accents");
        builder.document_mut().diagnostics.push(Diagnostic::new(Code::BadEncoding, message));
        return Cow::Owned(text);
    }
    if let Some(encoding) = declared.filter(|e| *e != UTF_8) {
        return with(encoding, bytes, builder);
    }
    // A megabyte is more than enough evidence.
    let sample = bytes.get(..1 << 20).unwrap_or(bytes);
    let mut detector = chardetng::EncodingDetector::new(chardetng::Iso2022JpDetection::Deny);
    detector.feed(sample, sample.len() == bytes.len());
    with(detector.guess(None, chardetng::Utf8Detection::Allow), bytes, builder)
}

fn with<'a>(encoding: &'static Encoding, bytes: &'a [u8], builder: &mut Builder) -> Cow<'a, str> {
    let (text, malformed) = encoding.decode_without_bom_handling(bytes);
    if malformed {
        let count = text.matches('\u{FFFD}').count();
        let message = format!("{count} places are not valid {} and were replaced", encoding.name());
        builder.document_mut().diagnostics.push(Diagnostic::new(Code::BadEncoding, message));
    }
    text
}

/// UTF-32, which no web standard has but some exports do; only with its byte order mark.
fn utf_32(bytes: &[u8]) -> Option<String> {
    let read: fn([u8; 4]) -> u32 = match bytes.get(..4)? {
        [0xFF, 0xFE, 0, 0] => u32::from_le_bytes,
        [0, 0, 0xFE, 0xFF] => u32::from_be_bytes,
        _ => return None,
    };
    let units = bytes.get(4..)?.chunks_exact(4);
    Some(
        units
            .map(|u| {
                let unit = u.try_into().map(read).unwrap_or(0xFFFD);
                char::from_u32(unit).unwrap_or('\u{FFFD}')
            })
            .collect(),
    )
}

/// UTF-16 without a mark shows by zeros at every second place of what is mostly Latin text.
fn unmarked_utf_16(bytes: &[u8]) -> Option<&'static Encoding> {
    let sample = bytes.get(..4096).unwrap_or(bytes);
    if sample.len() < 8 || memchr::memchr(0, sample).is_none() {
        return None;
    }
    let zeros = |from: usize| sample.iter().skip(from).step_by(2).filter(|&&b| b == 0).count();
    let (even, odd, half) = (zeros(0), zeros(1), sample.len() / 2);
    if odd * 10 > half * 6 && even * 20 < half {
        Some(UTF_16LE)
    } else if even * 10 > half * 6 && odd * 20 < half {
        Some(UTF_16BE)
    } else {
        None
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(bytes: &[u8], declared: Option<&str>, expected: &str, diagnostics: usize) {
        let mut builder = Builder::new();
        let text = decode(bytes, declared, &mut builder).into_owned();
        assert_eq!(text, expected, "{bytes:02x?}");
        let found = builder.document_mut().diagnostics.iter().filter(|d| d.code == Code::BadEncoding).count();
        assert_eq!(found, diagnostics, "{bytes:02x?}");
    }

    #[test]
    fn believes_content_before_label() {
        check("naïve".as_bytes(), Some("windows-1252"), "naïve", 0);
        check(b"\xEF\xBB\xBFmark", None, "mark", 0);
        check(b"\xFF\xFEe\0v\0i\0l\0", None, "evil", 0);
        check(b"\xFE\xFF\0e\0v\0i\0l", None, "evil", 0);
        check(b"\xFF\xFE\0\0e\0\0\0v\0\0\0", None, "ev", 0);
        check(b"l\0o\0a\0d\0e\0r\0.\0d\0l\0l\0", None, "loader.dll", 0);
        check(b"caf\xE9 in Paris", Some("iso-8859-1"), "café in Paris", 0);
        check(b"caf\xE9 et th\xE9 \xE0 la carte, tr\xE8s bien", None, "café et thé à la carte, très bien", 0);
        check(b"\xCF\xF0\xE8\xE2\xE5\xF2 \xEC\xE8\xF0", Some("windows-1251"), "Привет мир", 0);
    }

    #[test]
    fn mixed_encodings_survive() {
        let mut bytes = "Un résumé à vérifier: ".as_bytes().to_vec();
        bytes.extend_from_slice(b"caf\xE9.");
        check(&bytes, None, "Un résumé à vérifier: café.", 1);
    }

    #[test]
    fn reports_malformed_bytes() {
        check(b"\xFF\xFEa\0\x00\xD8b\0", None, "a\u{FFFD}b", 1);
    }

    #[test]
    fn reads_charset_parameter() {
        assert_eq!(charset_of("text/html; charset=\"windows-1251\""), Some("windows-1251"));
        assert_eq!(charset_of("text/plain"), None);
    }
}
