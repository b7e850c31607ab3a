//! Office Open XML word-processing documents (ECMA-376 part 1, section 17).
//!
//! Read are the body, text boxes, footnotes and endnotes, headers and footers (as page furniture), link targets
//! from relationships and field codes, and the core properties. Entities are never expanded, deleted and hidden
//! text is left out, and everything is read event by event, so nesting costs no stack.

mod body;
pub(super) mod package;

use super::{Builder, Region, canonical, metadata};
use crate::{Code, Error, Input, Options};
use package::Package;
use quick_xml::XmlVersion;
use quick_xml::events::{BytesRef, BytesStart, Event};
use std::collections::BTreeMap;

/// Reads a Word document into `builder`.
pub(super) fn read(input: &Input, options: &Options, builder: &mut Builder) -> Result<(), Error> {
    let mut package = Package::open(input, options.limits.expanded_bytes, builder)?;
    properties(&mut package, builder);
    let styles =
        package.part("word/styles.xml", builder).map(|xml| body::Styles::read(&xml)).unwrap_or_default();
    let main = package.names("word/document").into_iter().next();
    let mut parts: Vec<(String, Region)> = main.into_iter().map(|name| (name, Region::Main)).collect();
    if parts.is_empty() {
        return Err(Error::new(
            Code::Damaged,
            format!("{} has no document part; it is no DOCX file", input.name),
        ));
    }
    for (prefix, region) in [
        ("word/footnotes", Region::References),
        ("word/endnotes", Region::References),
        ("word/header", Region::Furniture),
        ("word/footer", Region::Furniture),
    ] {
        parts.extend(package.names(prefix).into_iter().map(|name| (name, region)));
    }
    for (name, region) in parts {
        if options.stop.is_stopped() || builder.is_full() {
            break;
        }
        let Some(xml) = package.part(&name, builder) else { continue };
        let targets =
            package.part(&relationships_of(&name), builder).map(|xml| targets(&xml)).unwrap_or_default();
        body::read(&xml, region, &styles, &targets, options, builder);
    }
    Ok(())
}

fn relationships_of(part: &str) -> String {
    match part.rsplit_once('/') {
        Some((folder, file)) => format!("{folder}/_rels/{file}.rels"),
        None => format!("_rels/{part}.rels"),
    }
}

/// Relationship id to external target.
fn targets(xml: &str) -> BTreeMap<String, String> {
    let mut found = BTreeMap::new();
    let mut reader = quick_xml::Reader::from_str(xml);
    while let Ok(event) = reader.read_event() {
        match event {
            Event::Start(e) | Event::Empty(e) if local(&e) == "Relationship" => {
                let outside = attribute(&e, "TargetMode").is_some_and(|mode| mode == "External");
                if let (true, Some(id), Some(target)) =
                    (outside, attribute(&e, "Id"), attribute(&e, "Target"))
                {
                    found.insert(id, target);
                }
            }
            Event::Eof => break,
            _ => {}
        }
    }
    found
}

/// Title, author and day of change from `docProps` (ECMA-376 part 2, section 11).
fn properties(package: &mut Package<'_>, builder: &mut Builder) {
    let mut values: BTreeMap<String, String> = BTreeMap::new();
    for part in ["docProps/core.xml", "docProps/app.xml"] {
        let Some(xml) = package.part(part, builder) else { continue };
        let mut reader = quick_xml::Reader::from_str(&xml);
        let mut name = String::new();
        while let Ok(event) = reader.read_event() {
            match event {
                Event::Start(e) => name = local(&e).to_owned(),
                Event::Text(text) => values.entry(name.clone()).or_default().push_str(&text),
                Event::GeneralRef(reference) => {
                    values.entry(name.clone()).or_default().extend(resolve(&reference));
                }
                Event::End(_) => name.clear(),
                Event::Eof => break,
                _ => {}
            }
        }
    }
    let value = |key: &str| {
        let text = canonical::clean(values.get(key)?).trim().to_owned();
        (!text.is_empty() && text.len() <= 500).then_some(text)
    };
    let about = &mut builder.document_mut().metadata;
    // Word fills in a title from the template or the first file name.
    about.title = value("title").filter(|t| t.chars().count() > 5 && !t.starts_with("Microsoft Word"));
    about.authors = value("creator")
        .map(|names| names.split(';').map(|n| n.trim().to_owned()).collect())
        .unwrap_or_default();
    about.authors.retain(|name| !name.is_empty());
    about.publisher = value("Company");
    about.modified = value("modified").as_deref().and_then(metadata::day);
    about.language = value("language")
        .map(|l| l.chars().take_while(char::is_ascii_lowercase).collect())
        .filter(|l: &String| l.len() == 2);
}

fn local<'a>(element: &'a BytesStart<'_>) -> &'a str {
    let name = element.name().into_inner();
    name.rsplit_once(':').map_or(name, |(_, local)| local)
}

/// An attribute by local name. Duplicate checks are off: they are quadratic.
fn attribute(element: &BytesStart<'_>, name: &str) -> Option<String> {
    element.attributes().with_checks(false).take(64).flatten().find_map(|a| {
        let key = a.key.into_inner();
        let key = key.rsplit_once(':').map_or(key, |(_, local)| local);
        (key == name).then(|| a.normalized_value(XmlVersion::Implicit1_0).map(|v| v.into_owned()).ok())?
    })
}

/// The character of a predefined or numeric reference; entities that a document declares stay unexpanded.
fn resolve(reference: &BytesRef<'_>) -> Option<char> {
    if let Ok(Some(c)) = reference.resolve_char_ref() {
        return Some(c);
    }
    Some(match reference.borrow().into_inner().as_ref() {
        "amp" => '&',
        "lt" => '<',
        "gt" => '>',
        "quot" => '"',
        "apos" => '\'',
        _ => return None,
    })
}
