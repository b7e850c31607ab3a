#![no_main]

mod check;
mod pieces;

use bartizan::exchange::{self, Format};
use bartizan_knowledge::Pack;
use pulldown_cmark::{Event, Options as O, Parser, Tag};
use serde_json::Value;
use std::collections::BTreeSet;

libfuzzer_sys::fuzz_target!(init: check::warm(), |data: &[u8]| {
    let Some(analysis) = check::analyze("input.md", pieces::text(data).as_bytes()) else { return };
    let pack = Pack::built_in();
    let file = |format| {
        let bytes = exchange::render(format, &analysis, pack);
        String::from_utf8(bytes).expect("UTF-8")
    };
    check::bounded(128 << 20, || {
        json(&file(Format::Json));
        stix(&file(Format::Stix));
        navigator(&file(Format::Navigator));
        csv(&file(Format::Csv));
        markdown(&file(Format::Markdown));
        let _ = (file(Format::Patterns), file(Format::List), exchange::extra_files(&analysis, pack, &[]));
        page(&bartizan_page::report(&analysis, pack, &bartizan_page::Parts::default()));
    });
});

/// Offsets count code points and quote exactly.
fn json(file: &str) {
    let value: Value = serde_json::from_str(file).expect("JSON");
    let text: Vec<char> = value["document"]["text"].as_str().expect("a text").chars().collect();
    let slice = |at: &Value| -> String {
        let (start, end) = (at["start"].as_u64().expect("start"), at["end"].as_u64().expect("end"));
        text[start as usize..end as usize].iter().collect()
    };
    for list in ["techniques", "observables", "entities", "relations", "events", "mitigations"] {
        for claim in value[list].as_array().expect("a list") {
            for place in claim["evidence"].as_array().expect("evidence") {
                assert_eq!(slice(place), place["quote"].as_str().expect("a quote"));
            }
        }
    }
}

/// Identifiers are unique and every reference leads to one (STIX 2.1, section 3).
fn stix(file: &str) {
    let bundle: Value = serde_json::from_str(file).expect("JSON");
    let objects = bundle["objects"].as_array().expect("objects");
    let ids: BTreeSet<&str> = objects.iter().filter_map(|o| o["id"].as_str()).collect();
    assert_eq!(ids.len(), objects.len(), "identifiers are unique");
    for object in objects {
        references(object, &mut |id| assert!(ids.contains(id), "{id} in {object}"));
        if object["type"] == "indicator" && object["pattern_type"] == "stix" {
            let pattern = object["pattern"].as_str().expect("a pattern");
            assert!(is_pattern(pattern), "{pattern:?}");
        }
    }
}

fn references(value: &Value, each: &mut dyn FnMut(&str)) {
    match value {
        Value::Object(map) => {
            for (key, item) in map {
                match item {
                    Value::String(id) if key.ends_with("_ref") => each(id),
                    Value::Array(ids) if key.ends_with("_refs") => {
                        ids.iter().filter_map(Value::as_str).for_each(&mut *each)
                    }
                    _ => references(item, each),
                }
            }
        }
        Value::Array(items) => items.iter().for_each(|item| references(item, each)),
        _ => {}
    }
}

/// Brackets outside of string literals pair up and every literal ends (STIX 2.1, section 9).
fn is_pattern(pattern: &str) -> bool {
    let (mut depth, mut quoted, mut seen) = (0i32, false, false);
    let mut chars = pattern.chars();
    while let Some(c) = chars.next() {
        match c {
            '\\' if quoted && !matches!(chars.next(), Some('\\' | '\'')) => return false,
            '\\' if quoted => {}
            '\'' => quoted = !quoted,
            '[' if !quoted => (depth, seen) = (depth + 1, true),
            ']' if !quoted => depth -= 1,
            _ => {}
        }
    }
    depth == 0 && !quoted && seen
}

/// A layer of format 4.5 with plain scores.
fn navigator(file: &str) {
    let layer: Value = serde_json::from_str(file).expect("JSON");
    for t in layer["techniques"].as_array().expect("techniques") {
        assert!(t["techniqueID"].is_string() && t["score"].as_f64().is_none_or(f64::is_finite), "{t}");
    }
}

/// Rows of equal length (RFC 4180) and no cell that a spreadsheet runs (OWASP, CSV injection).
fn csv(file: &str) {
    let mut rest = file;
    let (mut cells, mut columns) = (0, None);
    while !rest.is_empty() {
        let cell = if let Some(quoted) = rest.strip_prefix('"') {
            let mut end = 0;
            while !quoted[end..].starts_with('"') || quoted[end..].starts_with("\"\"") {
                end += if quoted[end..].starts_with("\"\"") {
                    2
                } else {
                    quoted[end..].chars().next().expect("a quote ends").len_utf8()
                };
            }
            rest = &quoted[end + 1..];
            &quoted[..end]
        } else {
            let end = rest.find([',', '\r']).expect("a row ends");
            let cell = &rest[..end];
            assert!(!cell.contains(['"', '\n']), "{cell:?}");
            rest = &rest[end..];
            cell
        };
        assert!(
            !cell.starts_with(['=', '+', '-', '@', '\t', '\r', '\n', '＝', '＋', '－', '＠']),
            "{cell:?}"
        );
        cells += 1;
        if let Some(next) = rest.strip_prefix(',') {
            rest = next;
        } else {
            rest = rest.strip_prefix("\r\n").expect("a row ends in CRLF");
            assert_eq!(*columns.get_or_insert(cells), cells);
            cells = 0;
        }
    }
}

/// Read by another program, `report.md` holds no markup and no link of the report.
fn markdown(file: &str) {
    let github = O::ENABLE_TABLES
        | O::ENABLE_STRIKETHROUGH
        | O::ENABLE_FOOTNOTES
        | O::ENABLE_TASKLISTS
        | O::ENABLE_GFM;
    for event in Parser::new_ext(file, github) {
        match event {
            Event::Html(html) | Event::InlineHtml(html) => panic!("markup {html:?} in\n{file}"),
            Event::Start(Tag::Image { dest_url, .. } | Tag::Link { dest_url, .. }) => {
                panic!("a link to {dest_url:?} in\n{file}")
            }
            Event::Start(Tag::FootnoteDefinition(_) | Tag::Strikethrough) | Event::TaskListMarker(_) => {
                panic!("{event:?} in\n{file}")
            }
            _ => {}
        }
    }
}

/// Elements of the templates.
const ELEMENTS: &[&str] = &[
    "a",
    "article",
    "aside",
    "b",
    "blockquote",
    "body",
    "button",
    "circle",
    "code",
    "datalist",
    "dd",
    "details",
    "dialog",
    "div",
    "dl",
    "dt",
    "footer",
    "form",
    "h1",
    "h2",
    "h3",
    "h4",
    "h5",
    "h6",
    "head",
    "header",
    "html",
    "i",
    "input",
    "kbd",
    "label",
    "li",
    "main",
    "mark",
    "meta",
    "nav",
    "ol",
    "option",
    "p",
    "path",
    "pre",
    "rect",
    "script",
    "section",
    "select",
    "span",
    "style",
    "summary",
    "svg",
    "symbol",
    "table",
    "tbody",
    "td",
    "text",
    "th",
    "thead",
    "title",
    "tr",
    "ul",
    "use",
];

/// Reads tags as the HTML tokenizer does: each is one of the templates', with attributes that load and run nothing.
fn page(file: &str) {
    let mut scripts = 0;
    let mut rest = file;
    while let Some(at) = rest.find('<') {
        rest = &rest[at + 1..];
        if let Some(end) = rest.strip_prefix("!doctype html>") {
            rest = end;
            continue;
        }
        let closing = rest.starts_with('/');
        rest = rest.strip_prefix('/').unwrap_or(rest);
        let end = rest.find(|c: char| !c.is_ascii_alphanumeric()).expect("a tag ends");
        let name = &rest[..end];
        assert!(
            ELEMENTS.contains(&name),
            "<{name} in the page, before {:?}",
            rest.chars().take(80).collect::<String>()
        );
        rest = &rest[end..];
        loop {
            rest = rest.trim_start();
            if let Some(next) = rest.strip_prefix("/>").or_else(|| rest.strip_prefix('>')) {
                rest = next;
                break;
            }
            let end = rest.find(['=', ' ', '>', '/']).expect("an attribute ends");
            let attribute = &rest[..end];
            assert!(
                !attribute.is_empty()
                    && attribute.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-' || b == b':'),
                "{attribute:?}"
            );
            assert!(
                !attribute.starts_with("on")
                    && !["src", "srcset", "action", "formaction", "ping", "srcdoc", "style"]
                        .contains(&attribute),
                "{attribute}"
            );
            rest = &rest[end..];
            let Some(value) = rest.strip_prefix('=') else { continue };
            let value = value.strip_prefix('"').expect("values are quoted");
            let end = value.find('"').expect("a value ends");
            if attribute == "href" {
                assert!(value.starts_with('#'), "{} leads out", &value[..end]);
            }
            rest = &value[end + 1..];
        }
        if !closing && (name == "script" || name == "style") {
            scripts += usize::from(name == "script");
            let end = rest.find(&format!("</{name}>")).expect("a script ends");
            rest = &rest[end..];
        }
    }
    assert_eq!(scripts, 3, "boot, islands and data");
}
