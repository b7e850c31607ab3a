//! Products and groups: defined once, defined at all, named where they must be (6.1.1 to 6.1.5, 6.1.29, 6.1.32).

use std::collections::{BTreeMap, BTreeSet};

use crate::csaf::Version;
use crate::csaf::document::Doc;
use crate::csaf::finding::Sink;
use crate::csaf::json::{items, text};

/// Where product ids stand that are defined elsewhere.
pub(crate) const REFERENCES: &[&str] = &[
    "document/notes/*/product_ids/*",
    "product_tree/product_groups/*/product_ids/*",
    "product_tree/relationships/*/product_reference",
    "product_tree/relationships/*/relates_to_product_reference",
    "product_tree/product_paths/*/beginning_product_reference",
    "product_tree/product_paths/*/subpaths/*/next_product_reference",
    "vulnerabilities/*/first_known_exploitation_dates/*/product_ids/*",
    "vulnerabilities/*/flags/*/product_ids/*",
    "vulnerabilities/*/ids/*/product_ids/*",
    "vulnerabilities/*/involvements/*/product_ids/*",
    "vulnerabilities/*/metrics/*/products/*",
    "vulnerabilities/*/notes/*/product_ids/*",
    "vulnerabilities/*/product_status/first_affected/*",
    "vulnerabilities/*/product_status/first_fixed/*",
    "vulnerabilities/*/product_status/fixed/*",
    "vulnerabilities/*/product_status/known_affected/*",
    "vulnerabilities/*/product_status/known_not_affected/*",
    "vulnerabilities/*/product_status/last_affected/*",
    "vulnerabilities/*/product_status/recommended/*",
    "vulnerabilities/*/product_status/under_investigation/*",
    "vulnerabilities/*/product_status/unknown/*",
    "vulnerabilities/*/remediations/*/product_ids/*",
    "vulnerabilities/*/scores/*/products/*",
    "vulnerabilities/*/threats/*/product_ids/*",
];

/// Where group ids stand that are defined elsewhere.
const GROUP_REFERENCES: &[&str] = &[
    "document/notes/*/group_ids/*",
    "vulnerabilities/*/first_known_exploitation_dates/*/group_ids/*",
    "vulnerabilities/*/flags/*/group_ids/*",
    "vulnerabilities/*/ids/*/group_ids/*",
    "vulnerabilities/*/involvements/*/group_ids/*",
    "vulnerabilities/*/notes/*/group_ids/*",
    "vulnerabilities/*/remediations/*/group_ids/*",
    "vulnerabilities/*/threats/*/group_ids/*",
];

/// The paths that a version of CSAF has; what it does not know is an additional property there.
pub(crate) fn of_version(
    paths: &'static [&'static str],
    version: Version,
) -> impl Iterator<Item = &'static str> {
    const ONLY_2_0: [&str; 2] = ["/relationships/", "/scores/"];
    const ONLY_2_1: [&str; 7] = [
        "document/notes/*/",
        "/product_paths/",
        "/first_known_exploitation_dates/",
        "vulnerabilities/*/ids/",
        "/involvements/",
        "/metrics/",
        "vulnerabilities/*/notes/",
    ];
    paths.iter().copied().filter(move |path| {
        let other: &[&str] = if version == Version::V2_0 { &ONLY_2_1 } else { &ONLY_2_0 };
        !other.iter().any(|part| path.contains(part))
    })
}

pub(crate) fn missing_product(doc: &Doc<'_>, sink: &mut Sink<'_>) {
    let defined: BTreeSet<&str> = doc.products.iter().map(|product| product.id).collect();
    for path in of_version(REFERENCES, doc.version) {
        for (pointer, id) in doc.select(path) {
            if let Some(id) = id.as_str()
                && !defined.contains(id)
            {
                sink.fail(
                    pointer,
                    format!(
                        "No product has the id {id}: define it in the product tree or correct the reference."
                    ),
                );
            }
        }
    }
}

pub(crate) fn doubled_product(doc: &Doc<'_>, sink: &mut Sink<'_>) {
    let mut seen = BTreeSet::new();
    for product in &doc.products {
        if !seen.insert(product.id) {
            sink.fail(
                format!("{}/product_id", product.pointer),
                format!("The id {} has a product already: choose another.", product.id),
            );
        }
    }
}

/// Takes away, again and again, the paths that refer to no other one that is left. What stays is in a circle or leads into one.
pub(crate) fn circular_product(doc: &Doc<'_>, sink: &mut Sink<'_>) {
    let mut refers: BTreeMap<&str, BTreeSet<&str>> = BTreeMap::new();
    for path in &doc.paths {
        if let Some(id) = path.id {
            let ends = refers.entry(id).or_default();
            ends.insert(path.beginning);
            ends.extend(path.steps.iter().map(|(_, next)| *next));
        }
    }
    let mut left: BTreeMap<&str, usize> = BTreeMap::new();
    let mut referred: BTreeMap<&str, Vec<&str>> = BTreeMap::new();
    for (id, ends) in &refers {
        let inner: Vec<&str> = ends.iter().copied().filter(|end| refers.contains_key(end)).collect();
        left.insert(id, inner.len());
        for end in inner {
            referred.entry(end).or_default().push(id);
        }
    }
    let mut free: Vec<&str> = left.iter().filter(|(_, count)| **count == 0).map(|(id, _)| *id).collect();
    while let Some(id) = free.pop() {
        left.remove(id);
        for other in referred.get(id).into_iter().flatten() {
            if let Some(count) = left.get_mut(other) {
                *count -= 1;
                if *count == 0 {
                    free.push(other);
                }
            }
        }
    }
    for path in &doc.paths {
        if let Some(id) = path.id
            && left.contains_key(id)
        {
            let pointer = format!("{}/full_product_name/product_id", path.pointer);
            sink.fail(
                pointer,
                format!("The product {id} is defined by itself in the end: break the circle of references."),
            );
        }
    }
}

pub(crate) fn missing_group(doc: &Doc<'_>, sink: &mut Sink<'_>) {
    for path in of_version(GROUP_REFERENCES, doc.version) {
        for (pointer, id) in doc.select(path) {
            if let Some(id) = id.as_str()
                && !doc.groups.contains_key(id)
            {
                sink.fail(
                    pointer,
                    format!(
                        "No group has the id {id}: define it in the product tree or correct the reference."
                    ),
                );
            }
        }
    }
}

pub(crate) fn doubled_group(doc: &Doc<'_>, sink: &mut Sink<'_>) {
    let mut seen = BTreeSet::new();
    let tree = doc.root.get("product_tree").unwrap_or(&serde_json::Value::Null);
    for (index, group) in items(tree, "product_groups") {
        if let Some(id) = text(group, "group_id")
            && !seen.insert(id)
        {
            let pointer = format!("/product_tree/product_groups/{index}/group_id");
            sink.fail(pointer, format!("The id {id} has a group already: choose another."));
        }
    }
}

pub(crate) fn remediation_without_product(doc: &Doc<'_>, sink: &mut Sink<'_>) {
    without_product(doc, "remediations", "remediation", sink);
}

pub(crate) fn flag_without_product(doc: &Doc<'_>, sink: &mut Sink<'_>) {
    without_product(doc, "flags", "flag", sink);
}

fn without_product(doc: &Doc<'_>, list: &str, word: &str, sink: &mut Sink<'_>) {
    for vulnerability in &doc.vulnerabilities {
        for (pointer, item) in vulnerability.items(list) {
            if item.get("product_ids").is_none() && item.get("group_ids").is_none() {
                sink.fail(
                    pointer,
                    format!(
                        "The {word} does not say for which products it is: add product_ids or group_ids."
                    ),
                );
            }
        }
    }
}
