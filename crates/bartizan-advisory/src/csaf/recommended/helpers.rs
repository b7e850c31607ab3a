//! Product identification helpers (6.2.32, 6.2.42).

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;

use crate::csaf::Version;
use crate::csaf::document::{Doc, Place};
use crate::csaf::finding::Sink;
use crate::csaf::json::{items, text};
use crate::csaf::mandatory::identifiers::purls;
use crate::purl;

const LISTS: &[&str] =
    &["hashes", "model_numbers", "purls", "sbom_urls", "serial_numbers", "skus", "x_generic_uris"];

pub(crate) fn shared(doc: &Doc<'_>, sink: &mut Sink<'_>) {
    let mut first: BTreeMap<(&str, String), &str> = BTreeMap::new();
    for (number, pointer, helper) in doc.helpers() {
        let id = doc.products[number].id;
        let mut values: Vec<(&str, String, String)> = Vec::new();
        for key in ["cpe", "purl"] {
            values.extend(text(helper, key).map(|value| (key, value.to_owned(), format!("{pointer}/{key}"))));
        }
        for key in LISTS {
            values.extend(
                items(helper, key)
                    .map(|(index, value)| (*key, canonical(value), format!("{pointer}/{key}/{index}"))),
            );
        }
        for (key, value, pointer) in values {
            let owner = *first.entry((key, value)).or_insert(id);
            if owner != id {
                sink.fail(
                    pointer,
                    format!(
                        "The product {owner} has this in {key} too, so it tells neither: correct one of them."
                    ),
                );
            }
        }
    }
}

/// A text that is equal for equal values, whatever the order of keys and items.
fn canonical(value: &Value) -> String {
    match value {
        Value::Array(items) => {
            let items: BTreeSet<String> = items.iter().map(canonical).collect();
            format!("[{}]", items.into_iter().collect::<Vec<_>>().join(","))
        }
        Value::Object(object) => {
            let members: BTreeMap<&str, String> =
                object.iter().map(|(key, value)| (key.as_str(), canonical(value))).collect();
            let members: Vec<String> =
                members.into_iter().map(|(key, value)| format!("{key:?}:{value}")).collect();
            format!("{{{}}}", members.join(","))
        }
        other => other.to_string(),
    }
}

pub(crate) fn inconsistent(doc: &Doc<'_>, sink: &mut Sink<'_>) {
    for (number, pointer, helper) in doc.helpers() {
        let Place::Branch(branch) = doc.products[number].place else { continue };
        let way = doc.way_to(branch);
        if let Some(cpe) = text(helper, "cpe") {
            for wrong in compare_cpe(&way, cpe) {
                sink.fail(format!("{pointer}/cpe"), wrong);
            }
        }
        for (pointer, purl) in purls(Version::V2_1, &pointer, helper) {
            for wrong in compare_purl(&way, purl) {
                sink.fail(pointer.clone(), wrong);
            }
        }
    }
}

fn named<'a>(way: &[(&str, &'a str)], categories: &[&str]) -> Option<&'a str> {
    way.iter().rev().find(|(category, _)| categories.contains(category)).map(|(_, name)| *name)
}

/// The parts of a CPE 2.3 (NISTIR 7695, section 6.2) or 2.2 name after its part, without escapes.
fn cpe_parts(cpe: &str) -> Vec<String> {
    let (rest, is_uri) = match cpe.strip_prefix("cpe:2.3:") {
        Some(rest) => (rest, false),
        None => (cpe.get(5..).unwrap_or(""), true),
    };
    let mut parts = vec![String::new()];
    let mut escaped = false;
    for character in rest.chars() {
        match character {
            '\\' if !escaped && !is_uri => {
                escaped = true;
                continue;
            }
            ':' if !escaped => parts.push(String::new()),
            _ => {
                if let Some(last) = parts.last_mut() {
                    last.push(character);
                }
            }
        }
        escaped = false;
    }
    // What a name of 2.2 leaves out is any.
    if is_uri {
        parts.iter_mut().filter(|part| part.is_empty()).for_each(|part| *part = "*".into());
        parts.resize(parts.len().max(7), "*".into());
    }
    parts
}

/// Whether two writings of a version say the same.
fn same_version(a: &str, b: &str) -> bool {
    let plain = |text: &str| text.to_lowercase().trim_start_matches('v').replace(' ', "_");
    plain(a) == plain(b)
}

fn compare_cpe(way: &[(&str, &str)], cpe: &str) -> Vec<String> {
    let parts = cpe_parts(cpe);
    let part = |position: usize| parts.get(position).map_or("*", String::as_str);
    let mut wrong = Vec::new();
    for (position, word, categories) in [
        (1, "vendor", &["vendor"][..]),
        (2, "product", &["product_name"]),
        (3, "version", &["product_version"]),
    ] {
        let Some(name) = named(way, categories) else { continue };
        let value = part(position);
        if value == "*" || value == "-" {
            wrong.push(format!("The branches name the {word} {name}, the CPE leaves it open: set it."));
        } else if word == "version" && !same_version(value, name) {
            wrong.push(format!(
                "The branches have the version {name}, the CPE has {value}: correct one of them."
            ));
        }
    }
    let text = way.iter().map(|(_, name)| name.to_lowercase()).collect::<Vec<_>>().join(" ");
    let more = [
        (4, "update", &["patch_level", "service_pack"][..]),
        (5, "edition", &[]),
        (6, "language", &["language"]),
        (7, "software edition", &[]),
        (8, "target software", &["platform"]),
        (9, "target hardware", &["architecture", "platform"]),
        (10, "other part", &[]),
    ];
    for (position, word, categories) in more {
        let value = part(position);
        let said = named(way, categories).is_some() || text.contains(&value.to_lowercase().replace('_', " "));
        if value != "*" && value != "-" && !said {
            wrong.push(format!("The CPE has the {word} {value}, of which the branches say nothing: add a branch or leave it open."));
        }
    }
    wrong
}

/// Types whose namespace is the vendor or distributor (ECMA-427's type definitions).
const NAMESPACE_IS_VENDOR: &[&str] = &["alpm", "apk", "deb", "qpkg", "rpm"];

fn compare_purl(way: &[(&str, &str)], text: &str) -> Vec<String> {
    let Ok(purl) = purl::parse(text) else { return Vec::new() };
    let mut wrong = Vec::new();
    if let Some(vendor) = named(way, &["vendor"])
        && NAMESPACE_IS_VENDOR.contains(&purl.ty())
        && purl.namespace().is_none()
    {
        wrong.push(format!(
            "The branches name the vendor {vendor}, the package URL has no namespace: add it."
        ));
    }
    if let Some(version) = named(way, &["product_version"]) {
        match purl.version() {
            None => wrong
                .push(format!("The branches have the version {version}, the package URL has none: add it.")),
            Some(given) if !same_version(given, version) => {
                wrong.push(format!("The branches have the version {version}, the package URL has {given}: correct one of them."));
            }
            Some(_) => {}
        }
    }
    wrong
}
