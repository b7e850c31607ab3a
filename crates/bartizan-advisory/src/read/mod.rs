//! Reads CSAF 2.0 and 2.1 as an [`Advisory`]: what it has room for. [`uncovered`] tells what it has not.

mod products;
mod vulnerability;

use serde_json::Value;

use crate::advisory::{
    Acknowledgement, Advisory, Note, NoteCategory, Publisher, PublisherCategory, Reference, Revision, Status,
    Tlp,
};
use crate::csaf::Version;
use crate::{emit, track, withdraw};

/// The most places that are told of.
const MOST: usize = 50;

/// The version of CSAF that a document says it has.
pub fn version(document: &Value) -> Option<Version> {
    match document.pointer("/document/csaf_version")?.as_str()? {
        "2.0" => Some(Version::V2_0),
        "2.1" => Some(Version::V2_1),
        _ => None,
    }
}

/// An advisory from a document, valid or not: what is missing is empty. `None`: it is no CSAF document at all.
pub fn advisory(document: &Value) -> Option<Advisory> {
    version(document)?;
    let part = document.get("document")?;
    let publisher = part.get("publisher").unwrap_or(&Value::Null);
    let tlp = track::tlp(document).unwrap_or(Tlp::Red);
    let references = list(part, "references");
    let published_in =
        references.iter().find(|reference| word(reference, "category") == "self").map(|reference| {
            let url = word(reference, "url");
            url.rsplit_once('/').map_or(url, |(folder, _)| folder).to_owned()
        });
    Some(Advisory {
        id: track::id(document).unwrap_or_default().to_owned(),
        title: text(part, "title"),
        language: some(part, "lang").unwrap_or_else(|| "en".into()),
        publisher: Publisher {
            category: PublisherCategory::parse(word(publisher, "category"))
                .unwrap_or(PublisherCategory::Other),
            name: text(publisher, "name"),
            namespace: text(publisher, "namespace"),
            contact: some(publisher, "contact_details"),
            authority: some(publisher, "issuing_authority"),
        },
        tlp,
        sharing: sharing(part, tlp),
        licence: some(part, "license_expression"),
        status: Status::parse(track::status(document).unwrap_or_default()).unwrap_or(Status::Draft),
        revisions: revisions(part),
        published_in,
        notes: notes(list(part, "notes")),
        references: external(references),
        acknowledgements: acknowledgements(part),
        products: products::products(document),
        vulnerabilities: list(document, "vulnerabilities").iter().map(vulnerability::vulnerability).collect(),
        withdrawn: withdraw::reason(document),
    })
}

/// What a document says that the [`Advisory`] read from it does not: JSON pointers, at most fifty. Its `tracking` and the address of
/// the document itself do not count: whoever releases it sets them.
pub fn uncovered(document: &Value) -> Vec<String> {
    let written = version(document).zip(advisory(document)).and_then(|(version, mut advisory)| {
        if advisory.revisions.is_empty() {
            advisory.revisions.push(Revision { number: 0, date: String::new(), summary: String::new() });
        }
        emit::draft(&advisory, version).ok()
    });
    let mut found = Vec::new();
    match written {
        Some(written) => compare(document, &written, String::new(), &mut found),
        None => found.push(String::new()),
    }
    found
}

fn compare(had: &Value, has: &Value, pointer: String, found: &mut Vec<String>) {
    let set_by_release = ["/document/tracking", "/document/category", "/$schema"].contains(&&*pointer);
    if set_by_release || had == has || found.len() >= MOST {
        return;
    }
    match (had, has) {
        (Value::Object(had), Value::Object(has)) => {
            for (key, value) in had {
                let place = format!("{pointer}/{}", key.replace('~', "~0").replace('/', "~1"));
                match has.get(key) {
                    Some(other) => compare(value, other, place, found),
                    None => compare(value, &Value::Null, place, found),
                }
            }
        }
        (Value::Array(had), Value::Array(has)) if had.len() == has.len() => {
            for (i, (value, other)) in had.iter().zip(has).enumerate() {
                compare(value, other, format!("{pointer}/{i}"), found);
            }
        }
        _ => found.push(pointer),
    }
}

/// What stands beside the label, without the words that our emitter put before it.
fn sharing(part: &Value, tlp: Tlp) -> Option<String> {
    let text = part.pointer("/distribution/text")?.as_str()?;
    let ours = format!("TLP:{} (Traffic Light Protocol 2.0).", tlp.word());
    let rest = text.strip_prefix(&ours).map_or(text, |rest| rest.strip_prefix(' ').unwrap_or(rest));
    (!rest.is_empty()).then(|| rest.to_owned())
}

fn revisions(part: &Value) -> Vec<Revision> {
    let entries = part.pointer("/tracking/revision_history").and_then(Value::as_array);
    let read = |entry: &Value| {
        let number = word(entry, "number");
        let number = number.split('.').next().unwrap_or(number);
        Revision {
            number: number.parse().unwrap_or(0),
            date: text(entry, "date"),
            summary: text(entry, "summary"),
        }
    };
    entries.map(|all| all.iter().map(read).collect()).unwrap_or_default()
}

fn notes(all: &[Value]) -> Vec<Note> {
    let read = |note: &Value| Note {
        category: NoteCategory::parse(word(note, "category")).unwrap_or(NoteCategory::Other),
        title: text(note, "title"),
        text: text(note, "text"),
    };
    all.iter().map(read).collect()
}

fn external(all: &[Value]) -> Vec<Reference> {
    let others = all.iter().filter(|reference| word(reference, "category") != "self");
    others
        .map(|reference| Reference { summary: text(reference, "summary"), url: text(reference, "url") })
        .collect()
}

fn acknowledgements(part: &Value) -> Vec<Acknowledgement> {
    let read = |thank: &Value| Acknowledgement {
        names: texts(thank, "names"),
        organization: some(thank, "organization"),
        summary: some(thank, "summary"),
        urls: texts(thank, "urls"),
    };
    list(part, "acknowledgments").iter().map(read).collect()
}

fn list<'v>(value: &'v Value, key: &str) -> &'v [Value] {
    value.get(key).and_then(Value::as_array).map(Vec::as_slice).unwrap_or_default()
}

fn word<'v>(value: &'v Value, key: &str) -> &'v str {
    value.get(key).and_then(Value::as_str).unwrap_or_default()
}

fn text(value: &Value, key: &str) -> String {
    word(value, key).to_owned()
}

fn some(value: &Value, key: &str) -> Option<String> {
    value.get(key).and_then(Value::as_str).map(str::to_owned)
}

fn texts(value: &Value, key: &str) -> Vec<String> {
    list(value, key).iter().filter_map(Value::as_str).map(str::to_owned).collect()
}
