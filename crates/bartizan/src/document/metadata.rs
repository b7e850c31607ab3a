//! What all formats share about the report itself: title, dates, TLP marking, language, and which blocks are
//! references.

use super::{BlockKind, Document, Metadata, Region};
use crate::Span;
use bartizan_stix::Tlp;

/// Fills in what the reader did not find.
pub(super) fn finish(document: &mut Document, name: &str, source_url: Option<&str>) {
    references(document);
    let metadata = &document.metadata;
    let title = metadata.title.clone().or_else(|| title(document)).or_else(|| from_name(name));
    let published = metadata.published.clone().or_else(|| published(document));
    let language = language(document).or_else(|| metadata.language.clone());
    let marking = metadata.marking.or_else(|| marking(document));
    let metadata = &mut document.metadata;
    metadata.title = title;
    metadata.published = published;
    metadata.language = language;
    metadata.marking = marking;
    if metadata.source_url.is_none() {
        metadata.source_url = source_url.map(str::to_owned);
    }
}

/// The first heading near the top, else the first short line.
fn title(document: &Document) -> Option<String> {
    let text = |span: Span| span.of(&document.text).trim();
    let main =
        || document.blocks.iter().filter(|b| matches!(b.region, Region::Main | Region::Appendix)).take(12);
    let heading = main()
        .filter(|b| matches!(b.kind, BlockKind::Heading(_)))
        .map(|b| (matches!(b.kind, BlockKind::Heading(1)), text(b.span)))
        .filter(|(_, t)| t.chars().count() >= 8 && !t.ends_with(':'));
    let first =
        main().next().filter(|b| matches!(b.kind, BlockKind::Paragraph)).map(|b| text(b.span)).filter(|t| {
            (8..=160).contains(&t.chars().count())
                && !t.ends_with(['.', ':', ';', ','])
                && t.split_whitespace().count() >= 2
        });
    let heading = heading.max_by_key(|(top, _)| *top).map(|(_, t)| t);
    let first_heading = main().find(|b| matches!(b.kind, BlockKind::Heading(_)));
    // A line before any heading is the title of a plain text.
    let before = first.filter(|_| {
        first_heading.is_none_or(|h| document.blocks.first().is_some_and(|b| b.span.start < h.span.start))
    });
    before.or(heading).map(|t| t.trim_start_matches('\u{FEFF}').to_owned())
}

/// A title from the file name: without folders and extension.
fn from_name(name: &str) -> Option<String> {
    let last = name.rsplit(['/', '\\']).next().unwrap_or(name);
    let stem = last.rsplit_once('.').map_or(last, |(stem, _)| stem).trim();
    (!stem.is_empty() && stem != "-").then(|| stem.to_owned())
}

/// Marks the blocks under a heading such as "References" until the next heading of that level.
fn references(document: &mut Document) {
    const NAMES: &[&str] = &[
        "references",
        "reference",
        "see also",
        "further reading",
        "external links",
        "sources",
        "bibliography",
        "works cited",
        "footnotes",
        "endnotes",
        "related links",
        "related reading",
        "additional reading",
        "useful links",
        "links",
        "additional resources",
        "resources",
        "references and resources",
        "references & resources",
        "literature",
        "more information",
        "citations",
    ];
    let mut under: Option<u8> = None;
    for block in &mut document.blocks {
        let text = block.span.of(&document.text).trim();
        let level = match block.kind {
            BlockKind::Heading(level) => Some(level),
            // A label that is a line of its own.
            BlockKind::Paragraph | BlockKind::ListItem(_) if text.len() <= 40 && text.ends_with(':') => {
                Some(6)
            }
            _ => None,
        };
        if let Some(level) = level {
            let name = text
                .trim_end_matches(':')
                .trim_start_matches(|c: char| c.is_ascii_digit() || c == '.' || c == ' ');
            let named = name.len() <= 40 && NAMES.iter().any(|n| n.eq_ignore_ascii_case(name));
            if named {
                under = Some(level);
            } else if under.is_some_and(|open| level <= open) {
                under = None;
            }
        }
        if under.is_some() && matches!(block.region, Region::Main | Region::Appendix) {
            block.region = Region::References;
        }
    }
}

/// The marking of this document: a TLP label that stands by itself near the top, in page furniture, or anywhere
/// as a line of its own. A sentence that talks about TLP is no marking.
fn marking(document: &Document) -> Option<(Tlp, Option<Span>)> {
    const REACH: usize = 1500;
    // Most reports have none: one look at the whole text, not two at each block.
    if [&b"TLP"[..], b"tlp"].iter().all(|l| memchr::memmem::find(document.text.as_bytes(), l).is_none()) {
        return None;
    }
    let mut best: Option<(u8, Tlp, Span)> = None;
    for block in &document.blocks {
        let start = block.span.start as usize;
        let body = block.span.of(&document.text);
        let furniture = block.region == Region::Furniture;
        if !furniture && body.len() > 400 && start > REACH {
            continue;
        }
        let find = |label: &'static [u8]| memchr::memmem::find_iter(body.as_bytes(), label);
        for at in find(b"TLP").chain(find(b"tlp")) {
            let Some((tlp, length)) = label(&body[at..]) else { continue };
            let alone = body.trim().len() <= length + 40;
            // The rest of the line must not be running text about the label.
            let rank = match (furniture, alone, start < REACH) {
                (_, true, true) => 3,
                (true, _, _) => 3,
                (_, true, false) if starts_line(body, at) => 2,
                (_, false, true) if !several(body) && (starts_line(body, at) || apart(body, at, length)) => 1,
                _ => continue,
            };
            let span = Span::new(start + at, start + at + length);
            if best.is_none_or(|(r, _, _)| rank > r) {
                best = Some((rank, tlp, span));
            }
        }
    }
    best.map(|(_, tlp, span)| (tlp, Some(span)))
}

/// The label at the start of `text` and its length.
fn label(text: &str) -> Option<(Tlp, usize)> {
    let rest = text.get(3..)?;
    let colour = rest.trim_start_matches([':', ' ', '-', '\u{2013}']);
    if colour.len() == rest.len() {
        return None;
    }
    let skipped = text.len() - colour.len();
    const LABELS: &[&str] =
        &["AMBER+STRICT", "AMBER STRICT", "AMBER-STRICT", "AMBER", "CLEAR", "WHITE", "GREEN", "RED"];
    let found = LABELS.iter().find(|l| colour.get(..l.len()).is_some_and(|c| c.eq_ignore_ascii_case(l)))?;
    let after = colour[found.len()..].chars().next();
    // "TLP clear" in lower case without a colon is prose.
    let written =
        text[3..skipped].contains(':') || colour[..found.len()].bytes().all(|b| !b.is_ascii_lowercase());
    (written && after.is_none_or(|c| !c.is_alphanumeric()))
        .then_some((Tlp::parse(found)?, skipped + found.len()))
}

fn starts_line(body: &str, at: usize) -> bool {
    let before = body[..at].trim();
    before.len() <= 24 && before.split_whitespace().count() <= 3
}

/// Whether the label is a sentence or a field of its own: `Published on 2 May. TLP:RED`, `v1 | TLP:RED | 3 pages`.
fn apart(body: &str, at: usize, length: usize) -> bool {
    let ends = ['.', '|', ';', '\u{b7}', '\u{2022}', ')'];
    let before = body[..at].trim_end().ends_with(ends);
    let after = body[at + length..].trim_start_matches(' ');
    before && (after.is_empty() || after.starts_with('\n') || after.starts_with(ends))
}

fn several(body: &str) -> bool {
    body.matches("TLP").count() > 1
}

/// ISO 639-1 code of the language of the main text, if there is enough of it.
fn language(document: &Document) -> Option<String> {
    let mut sample = String::new();
    let mut checked = 0;
    for block in &document.blocks {
        if sample.len() > 4000 {
            break;
        }
        if sample.len() > checked + 1200 {
            if is_english(&sample) {
                return Some("en".to_owned());
            }
            checked = sample.len();
        }
        let prose = matches!(block.kind, BlockKind::Paragraph | BlockKind::ListItem(_) | BlockKind::Quote);
        let text = block.span.of(&document.text);
        if prose && block.region == Region::Main && text.split(' ').count() >= 6 {
            let mut end = text.len().min(2000);
            while !text.is_char_boundary(end) {
                end -= 1;
            }
            // Addresses and hashes are of no language.
            for word in text[..end]
                .split(' ')
                .filter(|w| w.chars().all(|c| c.is_alphabetic() || matches!(c, '.' | ',' | '’' | '\'' | '-')))
            {
                sample.push_str(word);
                sample.push(' ');
            }
        }
    }
    if sample.len() < 120 {
        return None;
    }
    if is_english(&sample) {
        return Some("en".to_owned());
    }
    let info = whatlang::detect(&sample)?;
    (info.is_reliable() || info.confidence() > 0.5).then(|| two_letters(info.lang()))?.map(str::to_owned)
}

/// Whether the words are English beyond doubt: one in eight is among its commonest, one in forty is "the". The detector
/// would say the same, at the price of the rest of reading a text.
fn is_english(sample: &str) -> bool {
    let (mut all, mut common, mut the) = (0u32, 0u32, 0u32);
    for word in sample.split_ascii_whitespace() {
        all += 1;
        match word {
            "the" => the += 1,
            "of" | "and" | "to" | "that" | "with" | "for" | "by" | "from" | "this" | "are" | "as" | "on" => {
                common += 1
            }
            _ => {}
        }
    }
    the * 40 >= all && (the + common) * 8 >= all
}

fn two_letters(lang: whatlang::Lang) -> Option<&'static str> {
    use whatlang::Lang;
    Some(match lang {
        Lang::Eng => "en",
        Lang::Deu => "de",
        Lang::Fra => "fr",
        Lang::Spa => "es",
        Lang::Por => "pt",
        Lang::Ita => "it",
        Lang::Nld => "nl",
        Lang::Rus => "ru",
        Lang::Ukr => "uk",
        Lang::Bel => "be",
        Lang::Bul => "bg",
        Lang::Srp => "sr",
        Lang::Hrv => "hr",
        Lang::Slv => "sl",
        Lang::Slk => "sk",
        Lang::Ces => "cs",
        Lang::Pol => "pl",
        Lang::Hun => "hu",
        Lang::Ron => "ro",
        Lang::Ell => "el",
        Lang::Tur => "tr",
        Lang::Ara => "ar",
        Lang::Heb => "he",
        Lang::Pes => "fa",
        Lang::Urd => "ur",
        Lang::Hin => "hi",
        Lang::Ben => "bn",
        Lang::Cmn => "zh",
        Lang::Jpn => "ja",
        Lang::Kor => "ko",
        Lang::Vie => "vi",
        Lang::Tha => "th",
        Lang::Ind => "id",
        Lang::Swe => "sv",
        Lang::Dan => "da",
        Lang::Nob => "no",
        Lang::Fin => "fi",
        Lang::Est => "et",
        Lang::Lav => "lv",
        Lang::Lit => "lt",
        Lang::Cat => "ca",
        Lang::Mkd => "mk",
        _ => return None,
    })
}

/// The day of publication that the first lines give: a date on a line of its own or after a word such as
/// "Published".
fn published(document: &Document) -> Option<String> {
    const WORDS: &[&str] = &[
        "published",
        "posted",
        "date",
        "released",
        "release date",
        "created",
        "updated",
        "on",
        "last updated",
    ];
    for block in document.blocks.iter().take(15) {
        if block.span.start > 2000 {
            break;
        }
        let text = block.span.of(&document.text).trim();
        if text.len() > 160 {
            continue;
        }
        for part in text.split(['|', '•', '·']).map(str::trim) {
            let lower = part.to_ascii_lowercase();
            let labelled = WORDS
                .iter()
                .find_map(|w| lower.strip_prefix(w))
                .map(|r| r.trim_start_matches([':', ' ']).len());
            let rest = labelled.and_then(|n| part.get(part.len() - n..)).unwrap_or(part);
            if let Some((day, length)) = date(rest)
                && rest.len() <= length + if labelled.is_some() { 40 } else { 16 }
            {
                return Some(day);
            }
        }
    }
    None
}

/// `YYYY-MM-DD` from a date or a time stamp as machines and people write them, if `text` starts with one.
pub(super) fn day(text: &str) -> Option<String> {
    date(text.trim()).map(|(day, _)| day)
}

/// The date at the start of `text` and how many bytes it takes.
fn date(text: &str) -> Option<(String, usize)> {
    let text = text.get(..48).unwrap_or(text);
    let mut tokens: Vec<(usize, &str)> = Vec::new();
    let mut start = None;
    let is_part = |c: char| c.is_ascii_alphanumeric();
    for (at, c) in text.char_indices() {
        match (is_part(c), start) {
            (true, None) => start = Some(at),
            (false, Some(from)) => {
                tokens.push((from, &text[from..at]));
                start = None;
            }
            _ => {}
        }
    }
    if let Some(from) = start {
        tokens.push((from, &text[from..]));
    }
    // "Monday, June 2, 2026": the day of the week says nothing new.
    const WEEK: &[&str] = &["mon", "tue", "wed", "thu", "fri", "sat", "sun"];
    let week =
        |t: &str| t.len() >= 3 && t.get(..3).is_some_and(|p| WEEK.contains(&p.to_ascii_lowercase().as_str()));
    if tokens.first().is_some_and(|(_, t)| week(t)) {
        tokens.remove(0);
    }
    let [(first, a), (_, b), (last, c), ..] = tokens.as_slice() else { return None };
    if *first > 12 {
        return None;
    }
    let number = |t: &str| -> Option<u32> {
        let digits = t.bytes().take_while(u8::is_ascii_digit).count();
        let suffix = &t[digits..];
        let ordinal = matches!(suffix, "" | "st" | "nd" | "rd" | "th") || suffix.starts_with('T');
        (digits > 0 && digits <= 4 && ordinal).then(|| t[..digits].parse().ok())?
    };
    let (year, month, day) = if a.len() == 4 && number(a).is_some() {
        // 2026-06-02, 2026/06/02, 2026 June 2
        (number(a)?, month(b).or_else(|| number(b))?, number(c)?)
    } else if let Some(month) = month(a) {
        // June 2, 2026
        (year(c)?, month, number(b)?)
    } else {
        // 2 June 2026
        (year(c)?, month(b)?, number(a)?)
    };
    let valid =
        (1990..=2100).contains(&year) && (1..=12).contains(&month) && day >= 1 && day <= days(year, month);
    valid.then(|| (format!("{year:04}-{month:02}-{day:02}"), last + c.len()))
}

fn year(token: &str) -> Option<u32> {
    (token.len() == 4).then(|| token.parse().ok())?
}

fn month(token: &str) -> Option<u32> {
    let lower = token.to_ascii_lowercase();
    if lower.len() < 3 {
        return None;
    }
    let lower = if lower == "sept" { "sep" } else { lower.as_str() };
    crate::MONTHS
        .iter()
        .position(|m| m.starts_with(lower) && (lower.len() == 3 || lower.len() == m.len()))
        .map(|i| i as u32 + 1)
}

fn days(year: u32, month: u32) -> u32 {
    match month {
        4 | 6 | 9 | 11 => 30,
        2 if year.is_multiple_of(4) && (!year.is_multiple_of(100) || year.is_multiple_of(400)) => 29,
        2 => 28,
        _ => 31,
    }
}

/// Title, authors and dates from the front matter of a Markdown file (simple `key: value` lines).
pub(super) fn front_matter(source: &str, metadata: &mut Metadata) {
    let mut list: Option<String> = None;
    for line in source.lines() {
        if let Some(item) = line.trim().strip_prefix("- ")
            && list.as_deref() == Some("author")
        {
            metadata.authors.push(unquoted(item.strip_prefix("name:").unwrap_or(item)));
            continue;
        }
        let Some((key, value)) = line.split_once(':').or_else(|| line.split_once('=')) else { continue };
        if line.starts_with([' ', '\t']) {
            continue;
        }
        let key = key.trim().to_ascii_lowercase();
        let value = unquoted(value);
        let key = match key.as_str() {
            "authors" | "by" => "author",
            "published" | "publish_date" | "pubdate" => "date",
            "updated" | "lastmod" | "last_modified_at" => "modified",
            "site" | "organization" | "organisation" => "publisher",
            "canonical_url" | "source" | "link" => "url",
            other => other,
        }
        .to_owned();
        if value.is_empty() {
            list = Some(key);
            continue;
        }
        list = None;
        match key.as_str() {
            "title" => metadata.title = Some(value),
            "author" => {
                let names = value.trim_matches(['[', ']']).split(',').map(unquoted).filter(|n| !n.is_empty());
                metadata.authors.extend(names.take(20));
            }
            "date" => metadata.published = day(&value),
            "modified" => metadata.modified = day(&value),
            "publisher" => metadata.publisher = Some(value),
            "url" if value.starts_with("http") => metadata.source_url = Some(value),
            "tlp" => metadata.marking = Tlp::parse(&value).map(|tlp| (tlp, None)),
            _ => {}
        }
    }
}

fn unquoted(value: &str) -> String {
    value.trim().trim_matches(['"', '\'']).trim().to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Input, Options, document::read};

    fn of(text: &str) -> Document {
        read(&Input::new("dir/my report.txt", text), &Options::default()).unwrap()
    }

    #[test]
    fn dates_as_people_and_machines_write_them() {
        for (text, expected) in [
            ("2026-06-02", Some("2026-06-02")),
            ("2026-06-02T10:00:00Z", Some("2026-06-02")),
            ("June 2, 2026", Some("2026-06-02")),
            ("Jun 2nd, 2026", Some("2026-06-02")),
            ("Tuesday, 2 June 2026", Some("2026-06-02")),
            ("Sept. 30, 2026", Some("2026-09-30")),
            ("February 30, 2026", None),
            ("06/02/2026", None),
            ("Mayor 2, 2026", None),
        ] {
            assert_eq!(day(text).as_deref(), expected, "{text}");
        }
    }

    #[test]
    fn day_of_publication_near_the_top() {
        let body = "\n\nThe actor used a loader in May 1, 2020 builds and more words follow here.\n";
        assert_eq!(
            of(&format!("A Report\n\nPublished: June 2, 2026{body}")).metadata.published.as_deref(),
            Some("2026-06-02")
        );
        assert_eq!(
            of(&format!("A Report\nJune 2, 2026{body}")).metadata.published.as_deref(),
            Some("2026-06-02")
        );
        assert_eq!(of(&format!("A Report{body}")).metadata.published, None);
    }

    #[test]
    fn marking_is_found_and_talk_about_it_is_not() {
        let body = "\n\nThe actor used a loader and stayed.\n";
        for (text, expected) in [
            ("TLP:AMBER+STRICT", Some(Tlp::AmberStrict)),
            ("TLP: WHITE", Some(Tlp::Clear)),
            ("TLP:CLEAR | Product ID: A1", Some(Tlp::Clear)),
            ("Marking: TLP:GREEN", Some(Tlp::Green)),
            ("Published by the laboratory of the harbour on 2 May 2026. TLP:RED", Some(Tlp::Red)),
            ("Version 2 of the report on the harbour | TLP:RED | 3 pages", Some(Tlp::Red)),
            ("We wrote about it in the last report of May. TLP:RED is a label that few readers know.", None),
            ("tlp:red", Some(Tlp::Red)),
            ("Reports marked TLP:RED must not be shared, while those marked TLP:GREEN may be.", None),
            ("The help tlp clear words", None),
        ] {
            let document = of(&format!("{text}{body}"));
            assert_eq!(document.metadata.marking.map(|m| m.0), expected, "{text}");
            if let Some((_, Some(span))) = document.metadata.marking {
                assert!(span.of(&document.text).to_ascii_uppercase().starts_with("TLP"));
            }
        }
    }

    #[test]
    fn title_falls_back_to_heading_and_name() {
        assert_eq!(of("# A longer heading\n\ntext").metadata.title.as_deref(), Some("A longer heading"));
        assert_eq!(
            of("Loader seen in the wild\nJune 2, 2026\n\nText follows.").metadata.title.as_deref(),
            Some("Loader seen in the wild")
        );
        assert_eq!(of("It ran. It stopped.").metadata.title.as_deref(), Some("my report"));
    }

    #[test]
    fn language_of_prose() {
        let english = "The attackers sent a message to the staff of the company and asked them to open the attached invoice. \
            When the file was opened it fetched a second program from a server in another country.";
        assert_eq!(of(english).metadata.language.as_deref(), Some("en"));
        let german = "Die Angreifer schickten eine Nachricht an die Mitarbeiter und baten sie, die Rechnung zu öffnen. \
            Beim Öffnen wurde ein zweites Programm von einem Server im Ausland geladen und ausgeführt.";
        assert_eq!(of(german).metadata.language.as_deref(), Some("de"));
        assert_eq!(of("evil[.]com").metadata.language, None);
    }

    #[test]
    fn references_are_set_apart() {
        let document = of(
            "# Report about it\n\nText.\n\n## References\n\n- https://example.org/a\n\n## Annex\n\nMore.\n",
        );
        let regions: Vec<_> = document.blocks.iter().map(|b| b.region).collect();
        use Region::{Main, References};
        assert_eq!(regions, [Main, Main, References, References, Main, Main]);
    }
}
