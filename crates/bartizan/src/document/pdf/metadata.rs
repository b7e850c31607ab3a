//! Title, authors and dates from the information dictionary and XMP (ISO 32000-2, 14.3).

use super::stream::{Budget, decode};
use crate::document::Metadata;
use crate::document::canonical::clean;
use hayro_syntax::Pdf;
use hayro_syntax::object::{DateTime, Dict, Stream};
use quick_xml::events::Event;

/// Longest title or name that is taken for one.
const LONGEST: usize = 300;

/// Fills `metadata` with what the file says about itself.
pub(super) fn read(pdf: &Pdf, budget: &Budget, metadata: &mut Metadata) {
    let info = pdf.metadata();
    let text = |bytes: &Option<Box<[u8]>>| bytes.as_deref().map(text_string).unwrap_or_default();
    let catalog = pdf.xref().get::<Dict<'_>>(pdf.xref().root_id()).unwrap_or_default();
    let xmp = catalog
        .get::<Stream<'_>>(b"Metadata")
        .and_then(|stream| decode(&stream, budget))
        .map(|bytes| Xmp::read(&bytes))
        .unwrap_or_default();
    metadata.title = title(&text(&info.title)).or_else(|| title(&xmp.title));
    let author = text(&info.author);
    let names = if author.trim().is_empty() { xmp.creators } else { split_names(&author) };
    metadata.authors = names.iter().filter_map(|n| words(n)).filter(|n| !is_account(n)).take(50).collect();
    if metadata.publisher.is_none() {
        metadata.publisher = words(&xmp.publisher);
    }
    if metadata.language.is_none() {
        let lang = catalog.get::<hayro_syntax::object::String<'_>>(b"Lang").map(|s| text_string(&s));
        metadata.language = lang.and_then(|l| language(&l));
    }
    // A browser or a print driver stamps the day of printing, which says nothing about the report.
    let tool = format!("{} {}", text(&info.creator), text(&info.producer)).to_ascii_lowercase();
    let printed =
        ["mozilla", "chrome", "skia", "safari", "quartz", "cairo", "print to pdf", "webkit", "headless"]
            .iter()
            .any(|name| tool.contains(name));
    if !printed {
        let created = info.creation_date.as_ref().and_then(day).or(xmp.created);
        let modified = info.modification_date.as_ref().and_then(day).or(xmp.modified);
        metadata.modified = modified.filter(|m| created.as_ref() != Some(m));
        metadata.published = created;
    }
}

fn day(date: &DateTime) -> Option<String> {
    ((1980..=2200).contains(&date.year))
        .then(|| format!("{:04}-{:02}-{:02}", date.year, date.month, date.day))
}

fn words(text: &str) -> Option<String> {
    let text = clean(text).split_whitespace().collect::<Vec<_>>().join(" ");
    (!text.is_empty() && text.len() <= LONGEST).then_some(text)
}

/// A title, unless it is what a word processor puts there by itself.
fn title(text: &str) -> Option<String> {
    let mut text = words(text)?;
    for prefix in ["Microsoft Word - ", "Microsoft PowerPoint - ", "Microsoft Excel - "] {
        if let Some(rest) = text.strip_prefix(prefix) {
            text = rest.to_owned();
        }
    }
    let lower = text.to_ascii_lowercase();
    let file =
        [".doc", ".docx", ".indd", ".pptx", ".xlsx", ".odt", ".tex", ".dvi", ".html", ".htm", ".pdf", ".rtf"]
            .iter()
            .any(|end| lower.ends_with(end));
    let default =
        lower.starts_with("untitled") || matches!(&*lower, "document" | "about:blank" | "title" | "report");
    (!file && !default && text.chars().filter(|c| c.is_alphabetic()).count() >= 3).then_some(text)
}

fn split_names(text: &str) -> Vec<String> {
    let separator = if text.contains(';') { ';' } else { ',' };
    text.split(separator).map(str::to_owned).collect()
}

/// Account names and software in the author field are nobody's name.
fn is_account(name: &str) -> bool {
    let lower = name.to_ascii_lowercase();
    matches!(&*lower, "admin" | "administrator" | "user" | "owner" | "unknown" | "author" | "windows user")
        || !name.chars().any(char::is_alphabetic)
}

fn language(tag: &str) -> Option<String> {
    let code = tag.split(['-', '_']).next()?.to_ascii_lowercase();
    (code.len() == 2 && code.bytes().all(|b| b.is_ascii_lowercase())).then_some(code)
}

/// A text string (7.9.2.2): UTF-16, UTF-8, or PDFDocEncoding read as Windows-1252, which differs in few marks.
pub(super) fn text_string(bytes: &[u8]) -> String {
    match bytes {
        [0xFE, 0xFF, rest @ ..] => encoding_rs::UTF_16BE.decode_without_bom_handling(rest).0.into_owned(),
        [0xFF, 0xFE, rest @ ..] => encoding_rs::UTF_16LE.decode_without_bom_handling(rest).0.into_owned(),
        [0xEF, 0xBB, 0xBF, rest @ ..] => String::from_utf8_lossy(rest).into_owned(),
        _ => match std::str::from_utf8(bytes) {
            // Not allowed before PDF 2.0 without a mark, and common all the same.
            Ok(text) => text.to_owned(),
            Err(_) => encoding_rs::WINDOWS_1252.decode_without_bom_handling(bytes).0.into_owned(),
        },
    }
}

#[derive(Default)]
struct Xmp {
    title: String,
    creators: Vec<String>,
    publisher: String,
    created: Option<String>,
    modified: Option<String>,
}

impl Xmp {
    fn read(bytes: &[u8]) -> Self {
        let mut xmp = Self::default();
        let source = String::from_utf8_lossy(bytes);
        let mut reader = quick_xml::Reader::from_str(&source);
        reader.config_mut().check_end_names = false;
        let mut path: Vec<String> = Vec::new();
        let mut text = String::new();
        while let Ok(event) = reader.read_event() {
            match event {
                Event::Start(tag) => {
                    xmp.attributes(&tag);
                    text.clear();
                    if path.len() < 64 {
                        path.push(tag.name().as_ref().to_owned());
                    }
                }
                Event::Empty(tag) => xmp.attributes(&tag),
                Event::End(_) => {
                    xmp.element(&path, text.trim());
                    text.clear();
                    path.pop();
                }
                Event::Text(part) if text.len() <= LONGEST => text.push_str(&part),
                Event::GeneralRef(name) => text.push_str(match &*name {
                    "amp" => "&",
                    "lt" => "<",
                    "gt" => ">",
                    "quot" => "\"",
                    "apos" => "'",
                    _ => " ",
                }),
                Event::Eof => break,
                _ => {}
            }
        }
        xmp
    }

    fn element(&mut self, path: &[String], text: &str) {
        if text.is_empty() || text.len() > LONGEST {
            return;
        }
        let inside = |name: &str| path.iter().any(|p| p == name);
        if inside("dc:title") && self.title.is_empty() {
            self.title = text.to_owned();
        } else if inside("dc:creator") && self.creators.len() < 50 {
            self.creators.push(text.to_owned());
        } else if inside("dc:publisher") && self.publisher.is_empty() {
            self.publisher = text.to_owned();
        } else if inside("xmp:CreateDate") {
            self.created = iso_day(text);
        } else if inside("xmp:ModifyDate") {
            self.modified = iso_day(text);
        }
    }

    fn attributes(&mut self, tag: &quick_xml::events::BytesStart<'_>) {
        for attribute in tag.attributes().with_checks(false).filter_map(Result::ok).take(64) {
            match attribute.key.as_ref() {
                "xmp:CreateDate" => self.created = iso_day(&attribute.value),
                "xmp:ModifyDate" => self.modified = iso_day(&attribute.value),
                _ => {}
            }
        }
    }
}

fn iso_day(text: &str) -> Option<String> {
    let day = text.get(..10)?;
    let shape =
        day.bytes().enumerate().all(|(i, b)| if i == 4 || i == 7 { b == b'-' } else { b.is_ascii_digit() });
    let year: u16 = day.get(..4)?.parse().ok()?;
    (shape && (1980..=2200).contains(&year)).then(|| day.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn text_strings_in_all_encodings() {
        assert_eq!(text_string(b"\xfe\xff\x00A\x20\x13"), "A\u{2013}");
        assert_eq!(text_string(b"\xef\xbb\xbfna\xc3\xafve"), "naïve");
        assert_eq!(text_string(b"na\xefve"), "naïve");
    }

    #[test]
    fn titles_made_by_software_are_no_titles() {
        assert_eq!(
            title("Microsoft Word - Quiet Harbour campaign").as_deref(),
            Some("Quiet Harbour campaign")
        );
        for text in ["Microsoft Word - report_v3.docx", "untitled", "12", "layout.indd"] {
            assert_eq!(title(text), None, "{text}");
        }
    }

    #[test]
    fn xmp_gives_names_and_days() {
        let xmp = Xmp::read(
            br#"<x:xmpmeta xmlns:x="adobe:ns:meta/"><rdf:RDF><rdf:Description xmp:CreateDate="2024-03-02T10:00:00Z">
            <dc:title><rdf:Alt><rdf:li xml:lang="x-default">Harbour Lights</rdf:li></rdf:Alt></dc:title>
            <dc:creator><rdf:Seq><rdf:li>A. Writer</rdf:li><rdf:li>B. Reader</rdf:li></rdf:Seq></dc:creator>
            <xmp:ModifyDate>2024-04-01</xmp:ModifyDate></rdf:Description></rdf:RDF></x:xmpmeta>"#,
        );
        assert_eq!(xmp.title, "Harbour Lights");
        assert_eq!(xmp.creators, ["A. Writer", "B. Reader"]);
        assert_eq!(xmp.created.as_deref(), Some("2024-03-02"));
        assert_eq!(xmp.modified.as_deref(), Some("2024-04-01"));
    }
}
