//! One entity of a message: what it says it is, and its body (RFC 2045 and 2046).

use mail_parser::decoders::{base64::base64_decode, quoted_printable::quoted_printable_decode};
use mail_parser::{HeaderValue, Message, MessageParser, MimeHeaders};
use std::borrow::Cow;

/// Most parts of one multipart that are looked at.
const MOST_SECTIONS: usize = 1000;

/// What an entity is to the reader.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    /// `text/plain` and everything else of `text/` but HTML.
    Text,
    /// `text/html`.
    Html,
    /// The subtype and the boundary.
    Multipart(String, Vec<u8>),
    /// A message in the message.
    Message,
    /// Something that is not followed.
    Other,
}

/// A message or a part of one.
pub(super) struct Entity<'a> {
    pub(super) kind: Kind,
    pub(super) media_type: String,
    pub(super) charset: Option<String>,
    pub(super) name: Option<String>,
    /// Not meant to be shown with the message.
    pub(super) attached: bool,
    pub(super) flowed: bool,
    encoding: Encoding,
    pub(super) body: &'a [u8],
}

enum Encoding {
    None,
    Base64,
    QuotedPrintable,
}

impl<'a> Entity<'a> {
    /// Reads the header; `default` is what an entity is that does not say.
    pub(super) fn read(bytes: &'a [u8], default: Kind) -> Self {
        let (head, body) = split(bytes);
        let head = MessageParser::default().parse_headers(head);
        let content = head.as_ref().and_then(|h| h.content_type());
        let media_type =
            content.map(|c| format!("{}/{}", c.ctype(), c.subtype().unwrap_or("plain")).to_ascii_lowercase());
        let attribute = |name: &str| content.and_then(|c| c.attribute(name)).map(str::to_owned);
        let kind = match media_type.as_deref() {
            None => default,
            Some("text/html" | "application/xhtml+xml") => Kind::Html,
            Some("message/rfc822" | "message/global") => Kind::Message,
            Some(t) if t.starts_with("text/") => Kind::Text,
            Some(t) if t.starts_with("multipart/") => match attribute("boundary") {
                Some(boundary) if !boundary.is_empty() => {
                    Kind::Multipart(t.trim_start_matches("multipart/").to_owned(), boundary.into_bytes())
                }
                // Without a boundary there are no parts to tell apart.
                _ => Kind::Text,
            },
            Some(_) => Kind::Other,
        };
        let name = head.as_ref().and_then(|h| h.attachment_name()).map(str::to_owned);
        let disposition = head.as_ref().and_then(|h| h.content_disposition());
        // Calendar entries, vCards and the like are text to look at in other programs.
        let plain = matches!(
            media_type.as_deref(),
            None | Some(
                "text/plain" | "text/html" | "text/enriched" | "text/markdown" | "application/xhtml+xml"
            )
        ) || matches!(kind, Kind::Text if media_type.as_deref().is_some_and(|t| t.starts_with("multipart/")));
        let attached = disposition.is_some_and(|d| d.is_attachment()) || !plain;
        Self {
            attached,
            kind,
            media_type: media_type.unwrap_or_else(|| "text/plain".to_owned()),
            charset: attribute("charset"),
            name,
            flowed: attribute("format").is_some_and(|f| f.eq_ignore_ascii_case("flowed")),
            encoding: head.as_ref().map_or(Encoding::None, encoding),
            body,
        }
    }

    /// The body without its transfer encoding; what is no valid encoding stands as it is.
    pub(super) fn decoded(&self) -> Cow<'a, [u8]> {
        let decoded = match self.encoding {
            Encoding::None => None,
            Encoding::Base64 => base64_decode(self.body),
            Encoding::QuotedPrintable => quoted_printable_decode(self.body),
        };
        decoded.map_or(Cow::Borrowed(self.body), Cow::Owned)
    }
}

/// Header and body. A part may have no header at all: it then begins with a blank line, or in sloppy mail with its words.
pub(super) fn split(bytes: &[u8]) -> (&[u8], &[u8]) {
    let first = memchr::memchr(b'\n', bytes).and_then(|end| bytes.get(..end)).unwrap_or(bytes);
    if first.trim_ascii().is_empty() {
        return (&[], bytes.get(first.len() + 1..).unwrap_or_default());
    }
    let name = memchr::memchr(b':', first).and_then(|colon| first.get(..colon));
    if !name.is_some_and(|n| !n.is_empty() && n.iter().all(u8::is_ascii_graphic)) {
        return (&[], bytes);
    }
    let blank = memchr::memchr_iter(b'\n', bytes).find_map(|end| {
        let rest = bytes.get(end + 1..)?;
        let body = rest.strip_prefix(b"\r\n").or(rest.strip_prefix(b"\n"))?;
        Some((bytes.get(..=end)?, body))
    });
    blank.unwrap_or((bytes, &[]))
}

fn encoding(head: &Message<'_>) -> Encoding {
    match head.header("Content-Transfer-Encoding") {
        Some(HeaderValue::Text(e)) if e.trim().eq_ignore_ascii_case("base64") => Encoding::Base64,
        Some(HeaderValue::Text(e)) if e.trim().eq_ignore_ascii_case("quoted-printable") => {
            Encoding::QuotedPrintable
        }
        _ => Encoding::None,
    }
}

/// Whether a part is to be kept apart even where another version of the text was taken.
pub(super) fn is_attachment(section: &[u8]) -> bool {
    let entity = Entity::read(section, Kind::Text);
    entity.attached && !matches!(entity.kind, Kind::Multipart(..))
}

/// The parts between delimiter lines; a closing delimiter that is missing is the end of the body.
pub(super) fn sections<'a>(body: &'a [u8], boundary: &[u8]) -> Vec<&'a [u8]> {
    let mut delimiter = b"--".to_vec();
    delimiter.extend_from_slice(boundary);
    let mut found = Vec::new();
    let mut open: Option<usize> = None;
    for at in memchr::memmem::find_iter(body, &delimiter) {
        let starts_line = at == 0 || body.get(at - 1) == Some(&b'\n');
        let rest = body.get(at + delimiter.len()..).unwrap_or_default();
        let (closing, rest) = match rest.strip_prefix(b"--") {
            Some(rest) => (true, rest),
            None => (false, rest),
        };
        let line = memchr::memchr(b'\n', rest).map_or(rest.len(), |n| n + 1);
        if !starts_line || !rest.get(..line).is_some_and(|l| l.trim_ascii().is_empty()) {
            continue;
        }
        if let Some(start) = open.take() {
            // The line end before a delimiter belongs to it.
            let section = body.get(start..at).unwrap_or_default();
            let section = section.strip_suffix(b"\n").unwrap_or(section);
            found.push(section.strip_suffix(b"\r").unwrap_or(section));
        }
        if closing || found.len() >= MOST_SECTIONS {
            return found;
        }
        open = Some(body.len() - rest.len() + line);
    }
    found.extend(open.and_then(|start| body.get(start..)));
    found
}

/// Joins the lines that were only wrapped (RFC 3676): those that end in a blank, except quotations and the signature mark.
pub(super) fn unflow(bytes: &[u8]) -> Vec<u8> {
    let mut out = Vec::with_capacity(bytes.len());
    for line in bytes.split_inclusive(|&b| b == b'\n') {
        let text = line.strip_suffix(b"\n").unwrap_or(line);
        let text = text.strip_suffix(b"\r").unwrap_or(text);
        let soft = text.ends_with(b" ") && text != b"-- " && !text.starts_with(b">");
        if soft {
            out.extend_from_slice(text);
        } else {
            out.extend_from_slice(line);
        }
    }
    out
}
