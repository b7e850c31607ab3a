//! E-mail messages (RFC 5322 and MIME, RFC 2045 to 2049).
//!
//! The subject is the first heading, the body goes through the readers for text and HTML, forwarded messages follow as
//! sections of their own. Attachments are named and hashed, never opened. Header fields and encodings are read by
//! `mail-parser`; the tree of parts is walked here, since its depth and number are the sender's to choose.

mod mime;

use super::{BlockKind, Builder, Metadata, Region, canonical, html, text};
use crate::{Code, Diagnostic, Error, Input, Options};
use mail_parser::{Address, DateTime, Message, MessageParser};
use mime::{Entity, Kind};
use sha2::{Digest, Sha256};
use std::borrow::Cow;

/// Most parts of a message, all levels together.
const MOST_PARTS: usize = 1000;
/// How deep messages in messages are followed.
const DEEPEST_MESSAGE: usize = 4;
/// How deep multiparts are followed.
const DEEPEST_PART: usize = 32;
/// Most attachments that are named one by one.
const MOST_NAMED: usize = 100;
/// Longest name of an attachment that is shown, in characters.
const LONGEST_NAME: usize = 200;

/// Reads a message into `builder`.
pub(super) fn read(input: &Input, options: &Options, builder: &mut Builder) -> Result<(), Error> {
    let mut reader = Reader { options, builder, parts: 0, attachments: 0, depth: 0, messages: 0 };
    let about = reader.message(envelope(&input.bytes))?;
    let attachments = reader.attachments;
    if attachments > MOST_NAMED {
        let message = format!("{} further attachments were not read", attachments - MOST_NAMED);
        builder.document_mut().diagnostics.push(Diagnostic::new(Code::Attachment, message));
    }
    builder.document_mut().metadata = about;
    Ok(())
}

/// Whether `bytes` begin like a message on its way: header fields only, and among them a sender and what only mail
/// programs write. `named` tells that the file's name or media type says so already; then any header is enough.
pub(super) fn is_mail(bytes: &[u8], named: bool) -> bool {
    let head = envelope(bytes).get(..16 << 10).unwrap_or(envelope(bytes));
    let (mut fields, mut sender, mut machine) = (0, false, false);
    for line in head.split(|&b| b == b'\n') {
        let line = line.strip_suffix(b"\r").unwrap_or(line);
        if line.is_empty() {
            break;
        }
        // A folded line belongs to the field before.
        if fields > 0 && matches!(line.first(), Some(b' ' | b'\t')) {
            continue;
        }
        let Some(colon) = memchr::memchr(b':', line) else { return false };
        let name = line.get(..colon).unwrap_or_default();
        if name.is_empty() || !name.iter().all(|b| b.is_ascii_alphanumeric() || matches!(b, b'-' | b'_')) {
            return false;
        }
        fields += 1;
        let is = |names: &[&str]| names.iter().any(|n| name.eq_ignore_ascii_case(n.as_bytes()));
        sender |= is(&["from", "sender", "return-path"]);
        machine |=
            is(&["mime-version", "message-id", "received", "content-transfer-encoding", "dkim-signature"]);
    }
    fields > 0 && if named { sender || machine || fields > 2 } else { sender && machine && fields > 3 }
}

/// Without the line that a mailbox file puts before a message.
fn envelope(bytes: &[u8]) -> &[u8] {
    if !bytes.starts_with(b"From ") {
        return bytes;
    }
    memchr::memchr(b'\n', bytes).and_then(|end| bytes.get(end + 1..)).unwrap_or_default()
}

struct Reader<'a, 'b> {
    options: &'a Options,
    builder: &'b mut Builder,
    parts: usize,
    attachments: usize,
    depth: usize,
    messages: usize,
}

impl Reader<'_, '_> {
    /// Reads a message; gives what it says about itself.
    fn message(&mut self, bytes: &[u8]) -> Result<Metadata, Error> {
        let parser = MessageParser::default();
        let head = parser.parse_headers(mime::split(bytes).0);
        let about = head.as_ref().map(about).unwrap_or_default();
        let outermost = self.messages == 0;
        if let Some(subject) = &about.title {
            let level = if outermost { 1 } else { 2 };
            self.builder.block(BlockKind::Heading(level), Region::Main, None, subject);
        }
        if !outermost && let Some(line) = head.as_ref().and_then(sender_line) {
            self.builder.block(BlockKind::Paragraph, Region::Main, None, &line);
        }
        self.messages += 1;
        let result = self.entity(bytes, Kind::Text);
        self.messages -= 1;
        result.map(|()| about)
    }

    /// Reads a message's or part's body.
    fn entity(&mut self, bytes: &[u8], default: Kind) -> Result<(), Error> {
        self.parts += 1;
        if self.parts == MOST_PARTS {
            let message = format!("the message has more than {MOST_PARTS} parts; the rest was left out");
            self.builder.document_mut().diagnostics.push(Diagnostic::new(Code::MailParts, message));
        }
        if self.parts >= MOST_PARTS || self.options.stop.is_stopped() || self.builder.is_full() {
            return Ok(());
        }
        let entity = Entity::read(bytes, default);
        let deep = match entity.kind {
            Kind::Message => self.messages > DEEPEST_MESSAGE,
            Kind::Multipart(..) => self.depth >= DEEPEST_PART.min(self.options.limits.depth),
            _ => false,
        };
        if deep {
            let message = "messages or parts are nested too deep; what lies deeper was left out";
            self.builder.document_mut().diagnostics.push(Diagnostic::new(Code::TooDeep, message));
            return Ok(());
        }
        match &entity.kind {
            Kind::Multipart(kind, boundary) => {
                self.depth += 1;
                let result = self.multipart(kind, &mime::sections(entity.body, boundary), &entity);
                self.depth -= 1;
                result
            }
            Kind::Message => {
                let inner = entity.decoded();
                self.message(envelope(&inner)).map(|_| ())
            }
            Kind::Text | Kind::Html if !entity.attached => self.body(&entity),
            _ => {
                self.attachment(&entity);
                Ok(())
            }
        }
    }

    fn multipart(&mut self, kind: &str, sections: &[&[u8]], entity: &Entity<'_>) -> Result<(), Error> {
        match kind {
            // The last is the richest (RFC 2046, section 5.1.4), but only of what can be read: HTML keeps tables and
            // links. Where it says nothing, the others are asked.
            "alternative" => {
                let mut found = false;
                for section in sections.iter().rev() {
                    let before = self.builder.len();
                    if !found || mime::is_attachment(section) {
                        self.entity(section, Kind::Text)?;
                    }
                    found |= self.builder.len() > before;
                }
                Ok(())
            }
            "digest" => sections.iter().try_for_each(|s| self.entity(s, Kind::Message)),
            _ if sections.is_empty() => self.body(entity),
            _ => sections.iter().try_for_each(|s| self.entity(s, Kind::Text)),
        }
    }

    fn body(&mut self, entity: &Entity<'_>) -> Result<(), Error> {
        let mut bytes = entity.decoded();
        let is_html = matches!(entity.kind, Kind::Html);
        if !is_html && entity.flowed {
            bytes = Cow::Owned(mime::unflow(&bytes));
        }
        let charset = entity.charset.as_deref().map(|c| format!("; charset=\"{c}\"")).unwrap_or_default();
        let mut part = Input::new("part", bytes.into_owned());
        part.media_type = Some(format!("{}{charset}", if is_html { "text/html" } else { "text/plain" }));
        if is_html {
            html::read(&part, self.options, self.builder)
        } else {
            text::read(&part, self.options, self.builder)
        }
    }

    fn attachment(&mut self, entity: &Entity<'_>) {
        self.attachments += 1;
        if self.attachments > MOST_NAMED {
            return;
        }
        let bytes = entity.decoded();
        let hash: String = Sha256::digest(&bytes).iter().map(|b| format!("{b:02x}")).collect();
        let name = match &entity.name {
            Some(name) => one_line(name).chars().take(LONGEST_NAME).collect(),
            None => "without a name".to_owned(),
        };
        let message = format!(
            "attachment {name} ({}, {} bytes, SHA-256 {hash}) was not read; save it and pass it on its own",
            entity.media_type,
            bytes.len()
        );
        self.builder.document_mut().diagnostics.push(Diagnostic::new(Code::Attachment, message));
    }
}

fn one_line(text: &str) -> String {
    canonical::clean(text).split_whitespace().collect::<Vec<_>>().join(" ")
}

fn about(message: &Message<'_>) -> Metadata {
    let title = message.subject().map(one_line).filter(|s| !s.is_empty());
    Metadata {
        title,
        authors: message.from().map(names).unwrap_or_default(),
        published: message.date().and_then(day),
        ..Metadata::default()
    }
}

/// Names of the senders, or their addresses.
fn names(addresses: &Address<'_>) -> Vec<String> {
    let named = addresses.iter().take(100).filter_map(|a| a.name().or(a.address()));
    named.map(one_line).filter(|n| !n.is_empty()).collect()
}

/// The sender's own day.
fn day(date: &DateTime) -> Option<String> {
    let (year, month, day) =
        (i16::try_from(date.year).ok()?, i8::try_from(date.month).ok()?, i8::try_from(date.day).ok()?);
    jiff::civil::Date::new(year, month, day).ok().map(|d| d.to_string())
}

/// What a forwarded message says of itself; it is evidence there, and metadata of nothing.
fn sender_line(message: &Message<'_>) -> Option<String> {
    let address = message.from().and_then(|f| f.first());
    let from = address.map(|a| match (a.name(), a.address()) {
        (Some(name), Some(address)) => format!("From: {name} <{address}>"),
        (name, address) => format!("From: {}", name.or(address).unwrap_or_default()),
    });
    let date = message.date().and_then(day).map(|d| format!("Date: {d}"));
    let line = from.into_iter().chain(date).collect::<Vec<_>>().join(", ");
    Some(one_line(&line)).filter(|l| !l.is_empty())
}

#[cfg(test)]
mod tests;
