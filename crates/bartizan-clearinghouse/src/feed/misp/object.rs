//! Objects: attributes that hold for one thing, after a template.

use super::convert::Conversion;
use super::parse::{Attribute, Object};
use super::types::{Meaning, Part, meaning};
use crate::feed::Limits;
use crate::feed::finding::Code;
use bartizan_stix::{Comparison, Hashes, Sco};
use std::collections::BTreeSet;

/// Templates whose attributes can be said of one STIX object, and how its object paths begin.
const TEMPLATES: [(&str, &str); 7] = [
    ("domain-ip", "domain-name:"),
    ("email", "email-message:"),
    ("file", "file:"),
    ("ip-port", "network-traffic:"),
    ("registry-key", "windows-registry-key:"),
    ("url", "url:"),
    ("vulnerability", "vulnerability:"),
];

/// Converts an object; gives the identifier of what it became.
///
/// Attributes for detection become one pattern in which all hold for the same thing; what is only observed becomes
/// observables. What the template has no place for stands alone or is counted.
pub(super) fn convert(c: &mut Conversion, object: &Object, limits: &Limits) -> Option<String> {
    let template = TEMPLATES.iter().find(|(name, _)| *name == object.name);
    let Some((_, root)) = template else {
        c.findings.add(Code::Flattened, &object.name);
        let mut first = None;
        for attribute in &object.attributes {
            first = first.or(alone(c, object, attribute, limits));
        }
        return first;
    };
    let mut parts: Vec<Part> = Vec::new();
    let mut paths = BTreeSet::new();
    let mut tags: Vec<String> = Vec::new();
    let mut main: Option<&Attribute> = None;
    let mut seen = File::default();
    let mut first = None;
    for attribute in &object.attributes {
        if attribute.to_ids {
            let found = placed(&object.name, attribute, root);
            if !found.is_empty() && found.iter().all(|p| !paths.contains(p.path)) {
                paths.extend(found.iter().map(|p| p.path));
                parts.extend(found);
                tags.extend(attribute.tags.iter().cloned());
                main = main.or(Some(attribute));
                continue;
            }
        } else if object.name == "file" && seen.take(attribute) {
            tags.extend(attribute.tags.iter().cloned());
            continue;
        }
        first = first.or(alone(c, object, attribute, limits));
    }
    let marking = c.marking(&tags, limits);
    let file = seen.sco().and_then(|sco| c.observable(sco, marking));
    let Some(main) = main else { return file.or(first) };
    let whole = Attribute {
        uuid: object.uuid.clone(),
        timestamp: object.timestamp.or(main.timestamp),
        kind: format!("{} object", object.name),
        comment: object.comment.clone().or_else(|| main.comment.clone()),
        ..main.clone()
    };
    Some(c.combined(&whole, parts, limits, &tags))
}

/// The comparisons of an attribute that are about the object itself.
fn placed(template: &str, attribute: &Attribute, root: &str) -> Vec<Part> {
    let value = attribute.value.trim();
    let number =
        |path| value.parse().ok().map(|n| Part { path, comparison: Comparison::equals_number(path, n) });
    match (template, attribute.kind.as_str(), attribute.relation.as_str()) {
        ("domain-ip", "ip-src" | "ip-dst", _) if value.parse::<std::net::IpAddr>().is_ok() => {
            const PATH: &str = "domain-name:resolves_to_refs[*].value";
            return vec![Part { path: PATH, comparison: Comparison::equals(PATH, value) }];
        }
        ("ip-port", "port", "src-port") => return number("network-traffic:src_port").into_iter().collect(),
        _ => {}
    }
    match meaning(&attribute.kind, value) {
        Meaning::Observable(parts, _) if parts.iter().all(|p| p.path.starts_with(root)) => parts,
        _ => Vec::new(),
    }
}

/// Converts an attribute that stands alone; words of an object are no notes about the event.
fn alone(c: &mut Conversion, object: &Object, attribute: &Attribute, limits: &Limits) -> Option<String> {
    match meaning(&attribute.kind, &attribute.value) {
        Meaning::Note | Meaning::Unknown => {
            c.findings.add(Code::Unplaced, format!("{}: {}", object.name, attribute.relation));
            None
        }
        _ => c.attribute(attribute, limits),
    }
}

/// What was observed of one file.
#[derive(Default)]
struct File {
    hashes: Hashes,
    name: Option<String>,
}

impl File {
    /// Whether the attribute found a place.
    fn take(&mut self, attribute: &Attribute) -> bool {
        let Meaning::Observable(_, scos) = meaning(&attribute.kind, &attribute.value) else { return false };
        let Some(Sco::File { hashes, name, .. }) = scos.into_iter().next() else { return false };
        let clash = |a: &Option<String>, b: &Option<String>| a.is_some() && b.is_some() && a != b;
        if clash(&self.name, &name)
            || hashes.iter().any(|(k, v)| self.hashes.get(k).is_some_and(|old| old != v))
        {
            return false;
        }
        self.hashes.extend(hashes);
        self.name = self.name.take().or(name);
        true
    }

    fn sco(self) -> Option<Sco> {
        let empty = self.hashes.is_empty() && self.name.is_none();
        (!empty).then_some(Sco::File { hashes: self.hashes, name: self.name, parent_directory_ref: None })
    }
}
