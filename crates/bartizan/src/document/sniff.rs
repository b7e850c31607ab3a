//! Which format an input has: by content first, then by name, then by the declared media type.

use super::{Builder, Format};
use crate::{Code, Diagnostic, Error, Input};
use encoding_rs::{UTF_16BE, UTF_16LE};
use std::borrow::Cow;

/// How much of the input is looked at to tell text formats apart.
const SAMPLE: usize = 64 << 10;

/// The format of `input`. If the name promises another format, that is noted in `builder`.
///
/// # Errors
/// If it is a format that Bartizan does not read; the message says which, and what to do.
pub(super) fn sniff(input: &Input, builder: &mut Builder) -> Result<Format, Error> {
    let promised = promised(&input.name);
    let bytes = input.bytes.as_slice();
    let found = match binary(input) {
        Binary::Known(format) => format,
        Binary::Unreadable(what) => {
            return Err(Error::new(Code::UnknownFormat, format!("{} is {what}", input.name)));
        }
        Binary::No => {
            let sample = sample(bytes);
            if is_mail(input, promised) {
                Format::Email
            } else if is_html(&sample, promised, input.media_type.as_deref()) {
                Format::Html
            } else if is_markdown(&sample, promised, input.media_type.as_deref()) {
                Format::Markdown
            } else {
                Format::Text
            }
        }
    };
    // Markdown in a .txt is still text; everything else that differs is worth a note.
    let agrees = |promise| promise == found || (promise, found) == (Format::Text, Format::Markdown);
    if let Some(promise) = promised.filter(|&promise| !agrees(promise)) {
        let message = format!(
            "the name says {}, the content is {}; it was read as {}",
            promise.as_str(),
            found.as_str(),
            found.as_str()
        );
        builder.document_mut().diagnostics.push(Diagnostic::new(Code::FormatMismatch, message));
    }
    Ok(found)
}

enum Binary {
    /// A binary format with a reader.
    Known(Format),
    /// A binary format without one: what it is and what to do, to follow "NAME is".
    Unreadable(Cow<'static, str>),
    /// Text of some kind.
    No,
}

fn binary(input: &Input) -> Binary {
    let bytes = input.bytes.as_slice();
    let head = bytes.get(..1024).unwrap_or(bytes);
    // ISO 32000-1, annex H.3.4.1: the header may stand anywhere within the first 1024 bytes. Markup or prose
    // that quotes it starts like text.
    if head.starts_with(b"%PDF-") {
        return Binary::Known(Format::Pdf);
    }
    if memchr::memmem::find(head, b"%PDF-").is_some() {
        let start = head.trim_ascii_start();
        let tail = bytes.get(bytes.len().saturating_sub(2048)..).unwrap_or(bytes);
        if !start.starts_with(b"<") && memchr::memmem::find(tail, b"%%EOF").is_some() {
            return Binary::Known(Format::Pdf);
        }
    }
    if bytes.starts_with(b"PK\x03\x04") || bytes.starts_with(b"PK\x05\x06") {
        return zipped(input);
    }
    const MAGIC: &[(&[u8], &str)] = &[
        (
            b"\xD0\xCF\x11\xE0\xA1\xB1\x1A\xE1",
            "an old Office file (.doc, .xls, .msg); save it as DOCX or PDF",
        ),
        (b"{\\rtf", "Rich Text; save it as DOCX or PDF"),
        (b"\x89PNG", "an image; run character recognition first"),
        (b"\xFF\xD8\xFF", "an image; run character recognition first"),
        (b"GIF8", "an image; run character recognition first"),
        (b"II*\0", "an image; run character recognition first"),
        (b"MM\0*", "an image; run character recognition first"),
        (b"\x1F\x8B", "a gzip archive; unpack it and pass the files"),
        (b"7z\xBC\xAF\x27\x1C", "a 7-Zip archive; unpack it and pass the files"),
        (b"Rar!\x1A\x07", "a RAR archive; unpack it and pass the files"),
        (b"\xFD7zXZ", "an xz archive; unpack it and pass the files"),
        (b"\x28\xB5\x2F\xFD", "a Zstandard archive; unpack it and pass the files"),
        (b"\x7FELF", "a program; Bartizan reads reports, not samples"),
    ];
    if let Some((_, what)) = MAGIC.iter().find(|(magic, _)| bytes.starts_with(magic)) {
        return Binary::Unreadable(Cow::Borrowed(what));
    }
    let sample = bytes.get(..4096).unwrap_or(bytes);
    if bytes.starts_with(b"MZ") && sample.contains(&0) {
        return Binary::Unreadable("a program; Bartizan reads reports, not samples".into());
    }
    // UTF-16 and UTF-32 have zeros, and say so by a mark or by their regular places.
    let wide = bytes.starts_with(b"\xFF\xFE")
        || bytes.starts_with(b"\xFE\xFF")
        || bytes.starts_with(b"\0\0\xFE\xFF");
    let zeros = sample.iter().filter(|&&b| b == 0).count();
    let control = sample.iter().filter(|b| matches!(b, 0..=8 | 14..=26 | 28..=31)).count() - zeros;
    let regular = zeros > 0 && {
        let at = |from: usize| sample.iter().skip(from).step_by(2).filter(|&&b| b == 0).count();
        let (even, odd) = (at(0), at(1));
        even.max(odd) * 10 > sample.len() * 3 && even.min(odd) * 40 < sample.len()
    };
    if !wide && !regular && (zeros * 10 > sample.len() || control * 10 > sample.len()) {
        return Binary::Unreadable(
            "binary data of no format that Bartizan reads (PDF, DOCX, HTML, Markdown, e-mail, text)".into(),
        );
    }
    Binary::No
}

/// What kind of ZIP archive it is, by the names in it.
fn zipped(input: &Input) -> Binary {
    if super::docx::package::is_overfull(&input.bytes) {
        return Binary::Unreadable("an archive of very many files; unpack it and pass the reports".into());
    }
    let Ok(archive) = zip::ZipArchive::new(std::io::Cursor::new(&input.bytes)) else {
        // The directory at the end is lost; the DOCX reader may still find the parts.
        let damaged = memchr::memmem::find(&input.bytes, b"word/document.xml").is_some()
            || promised(&input.name) == Some(Format::Docx);
        return if damaged {
            Binary::Known(Format::Docx)
        } else {
            Binary::Unreadable("a damaged ZIP archive; fetch it again".into())
        };
    };
    let has = |prefix: &str| archive.file_names().flatten().any(|name| name.starts_with(prefix));
    if has("word/document") {
        Binary::Known(Format::Docx)
    } else if has("xl/") {
        Binary::Unreadable("an Excel workbook; save the sheets as CSV or PDF".into())
    } else if has("ppt/") {
        Binary::Unreadable("a PowerPoint file; save it as PDF".into())
    } else if has("content.xml") && has("mimetype") {
        Binary::Unreadable("an OpenDocument file; save it as DOCX or PDF".into())
    } else if has("META-INF/container.xml") {
        Binary::Unreadable("an e-book; save it as HTML or PDF".into())
    } else {
        Binary::Unreadable("a ZIP archive; unpack it and pass the files".into())
    }
}

/// The format that the name promises, if it promises one.
fn promised(name: &str) -> Option<Format> {
    let (_, extension) = name.rsplit_once('.')?;
    Some(match extension.to_ascii_lowercase().as_str() {
        "pdf" => Format::Pdf,
        "docx" | "docm" | "dotx" => Format::Docx,
        "eml" => Format::Email,
        "html" | "htm" | "xhtml" => Format::Html,
        "md" | "markdown" | "mdown" | "mkd" => Format::Markdown,
        "txt" | "text" | "adoc" | "asciidoc" | "log" | "csv" => Format::Text,
        _ => return None,
    })
}

/// The beginning as characters, good enough to look for markup.
fn sample(bytes: &[u8]) -> Cow<'_, str> {
    let head = bytes.get(..SAMPLE).unwrap_or(bytes);
    // Nearly all texts have no zero at all.
    let any = memchr::memchr(0, head).is_some();
    let zeros =
        |from: usize| any && head.iter().skip(from).step_by(2).filter(|&&b| b == 0).count() * 4 > head.len();
    if head.starts_with(b"\xFF\xFE") || zeros(1) {
        UTF_16LE.decode(head).0
    } else if head.starts_with(b"\xFE\xFF") || zeros(0) {
        UTF_16BE.decode(head).0
    } else {
        String::from_utf8_lossy(head)
    }
}

fn starts_with_tag(text: &str, tag: &str) -> bool {
    text.get(..tag.len()).is_some_and(|start| start.eq_ignore_ascii_case(tag))
}

/// A name or media type of mail is believed where there are header fields; without it there must be more of them, and a
/// name of another format is believed, too: reports quote headers.
fn is_mail(input: &Input, promised: Option<Format>) -> bool {
    let says = input.media_type.as_deref().is_some_and(|m| m.starts_with("message/rfc822"));
    match promised {
        Some(Format::Email) => super::mail::is_mail(&input.bytes, true),
        Some(_) => false,
        None => super::mail::is_mail(&input.bytes, says),
    }
}

fn is_html(sample: &str, promised: Option<Format>, media_type: Option<&str>) -> bool {
    let mut start = sample.trim_start_matches(['\u{FEFF}', ' ', '\t', '\r', '\n']);
    // Comments, an XML declaration and "saved from" marks come before the first tag.
    while start.starts_with("<!--") || start.starts_with("<?") {
        let close = if start.starts_with("<?") { "?>" } else { "-->" };
        match start.find(close) {
            Some(at) => start = start[at + close.len()..].trim_start(),
            None => return false,
        }
    }
    const FIRST: &[&str] = &["<!doctype html", "<html", "<head", "<body", "<meta ", "<title"];
    if FIRST.iter().any(|tag| starts_with_tag(start, tag)) {
        return true;
    }
    // Fragments. Markdown and text may hold tags too, so these only count where nothing speaks against it.
    const COMMON: &[&str] =
        &["<p>", "<p ", "<div", "<table", "<ul>", "<ol>", "<h1", "<h2", "<article", "<section", "<br"];
    let fragment = COMMON.iter().any(|tag| starts_with_tag(start, tag));
    let says = media_type.is_some_and(|m| m.contains("html"));
    match promised {
        Some(Format::Html) => sample.contains('<') && sample.contains("</"),
        Some(Format::Markdown | Format::Text) => false,
        _ => fragment && sample.contains("</") || says && sample.contains("</"),
    }
}

fn is_markdown(sample: &str, promised: Option<Format>, media_type: Option<&str>) -> bool {
    if promised == Some(Format::Markdown) {
        return true;
    }
    if media_type.is_some_and(|m| m.starts_with("text/markdown")) && promised.is_none() {
        return true;
    }
    // AsciiDoc shares a few marks with Markdown and is read as text.
    if sample.starts_with("= ") || sample.contains("\n|===") {
        return false;
    }
    let mut score = Score::default();
    for line in sample.lines().take(4000) {
        score.line(line.trim());
    }
    score.kinds() >= 2 && score.total() >= 4 || score.links >= 3
}

/// Marks of Markdown that plain text does not have by chance.
#[derive(Default)]
struct Score {
    headings: u32,
    links: u32,
    fences: u32,
    strong: u32,
    tables: u32,
    escapes: u32,
}

impl Score {
    fn line(&mut self, line: &str) {
        let hashes = line.bytes().take_while(|&b| b == b'#').count();
        self.headings += u32::from((1..=6).contains(&hashes) && line[hashes..].starts_with(' '));
        let bytes = line.as_bytes();
        let behind = |at: usize, marks: &[&[u8]]| {
            let rest = bytes.get(at + 1..).unwrap_or_default();
            marks.iter().any(|mark| rest.starts_with(mark))
        };
        let links = memchr::memchr_iter(b']', bytes)
            .filter(|&at| behind(at, &[b"(http", b"(#", b"(/", b"(data:"]))
            .count();
        self.links += links as u32;
        self.fences += u32::from(line.starts_with("```"));
        let starred = memchr::memchr(b'*', bytes).is_some();
        self.strong += u32::from(starred && !line.starts_with("***") && line.matches("**").count() >= 2);
        let row = line.bytes().all(|b| matches!(b, b'|' | b'-' | b':' | b' '));
        self.tables +=
            u32::from(row && ["---|", "| ---", "|:--", "--:|"].iter().any(|mark| line.contains(mark)));
        let escapes = memchr::memchr_iter(b'\\', bytes).filter(|&at| behind(at, &[b"_"]));
        self.escapes += escapes.take(4).count() as u32;
    }

    fn kinds(&self) -> u32 {
        [self.headings, self.links, self.fences, self.strong, self.tables, self.escapes]
            .iter()
            .map(|&n| u32::from(n > 0))
            .sum()
    }

    fn total(&self) -> u32 {
        self.headings + self.links * 2 + self.fences + self.strong + self.tables * 3 + self.escapes
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(name: &str, bytes: &[u8]) -> Result<(Format, usize), Code> {
        let mut builder = Builder::new();
        let format = sniff(&Input::new(name, bytes), &mut builder).map_err(|e| e.code())?;
        let notes =
            builder.document_mut().diagnostics.iter().filter(|d| d.code == Code::FormatMismatch).count();
        Ok((format, notes))
    }

    #[test]
    fn content_comes_before_the_name() {
        for (name, bytes, format, notes) in [
            ("a.pdf", b"%PDF-1.7\n".as_slice(), Format::Pdf, 0),
            ("a.txt", b"junk\n%PDF-1.4\n...\n%%EOF\n", Format::Pdf, 1),
            ("a.txt", b"The file starts with %PDF-1.4, which is a trick.", Format::Text, 0),
            ("report", b"<!DOCTYPE html><p>x</p>", Format::Html, 0),
            ("report.txt", b"\xEF\xBB\xBF\n<html><body>x</body></html>", Format::Html, 1),
            ("report", b"<!-- saved from url --><HTML><p>x", Format::Html, 0),
            ("a.html", b"<p>only a fragment</p>", Format::Html, 0),
            ("a.html", b"no markup at all", Format::Text, 1),
            ("a.md", b"just words", Format::Markdown, 0),
            ("a.md", b"<h2>Title</h2>\n\ntext **bold**", Format::Markdown, 0),
            ("a", b"# Title\n\nSee [this](https://example.org) and **that**.\n", Format::Markdown, 0),
            ("a.txt", b"# Hashes\n\naabb|x\n\n# Domains\nevil[.]com\n", Format::Text, 0),
            ("README.adoc", b"= Title\n\n|===\n| a | b\n|===\n**x**\n", Format::Text, 0),
            ("a", b"plain words", Format::Text, 0),
            ("a.eml", b"From: a@example.org\r\n\r\nText", Format::Email, 0),
            ("a.eml", b"Only words, no header.\n\nMore", Format::Text, 1),
            (
                "a",
                b"From: a@example.org\nTo: b@example.org\nSubject: x\nMessage-ID: <1@example.org>\n\nText",
                Format::Email,
                0,
            ),
            ("a", b"From: a@example.org\nTo: b@example.org\nSubject: x\n\nText", Format::Text, 0),
            ("a.txt", b"From: a@b.example\nTo: c\nSubject: x\nMessage-ID: <1>\n\nText", Format::Text, 0),
            ("a", b"\xFF\xFE<\0h\0t\0m\0l\0>\0", Format::Html, 0),
        ] {
            assert_eq!(of(name, bytes), Ok((format, notes)), "{name}: {}", String::from_utf8_lossy(bytes));
        }
    }

    #[test]
    fn other_formats_are_refused_by_name() {
        for bytes in [
            b"\x89PNG\r\n\x1a\n".as_slice(),
            b"{\\rtf1 x}",
            b"MZ\x90\0\x03\0\0\0",
            b"\x00\x01\x02\x03\x00\x00\x04\x05\x00\x00",
            b"PK\x05\x06\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0",
        ] {
            assert_eq!(of("a", bytes), Err(Code::UnknownFormat), "{bytes:02x?}");
        }
    }

    #[test]
    fn the_declared_type_comes_last() {
        let mut input = Input::new("page", b"words <b>and</b> tags".as_slice());
        assert_eq!(sniff(&input, &mut Builder::new()).ok(), Some(Format::Text));
        input.media_type = Some("text/html; charset=utf-8".into());
        assert_eq!(sniff(&input, &mut Builder::new()).ok(), Some(Format::Html));
    }
}
