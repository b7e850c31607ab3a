//! What is said of one product in one vulnerability must not contradict itself (6.1.6, 6.1.33, 6.1.35, 6.1.36; 6.2.27 beside it).

use std::collections::{BTreeMap, BTreeSet};

use crate::csaf::document::Doc;
use crate::csaf::finding::Sink;
use crate::csaf::json::text;
use crate::csaf::status::{ALL, group_of};
use crate::csaf::vulnerability::Vulnerability;

pub(crate) fn contradicting(doc: &Doc<'_>, sink: &mut Sink<'_>) {
    for vulnerability in &doc.vulnerabilities {
        let mut first: BTreeMap<&str, &str> = BTreeMap::new();
        for (list, id, pointer) in vulnerability.statuses(ALL) {
            let Some(group) = group_of(list) else { continue };
            let before = first.entry(id).or_insert(group);
            if *before != group {
                sink.fail(
                    pointer,
                    format!(
                        "The product {id} is {before} and {group} at once: leave it in one of these lists."
                    ),
                );
            }
        }
    }
}

/// The justifications of VEX.
const JUSTIFICATIONS: &[&str] = &[
    "component_not_present",
    "inline_mitigations_already_exist",
    "vulnerable_code_cannot_be_controlled_by_adversary",
    "vulnerable_code_not_in_execute_path",
    "vulnerable_code_not_present",
];

pub(crate) fn several_justifications(doc: &Doc<'_>, sink: &mut Sink<'_>) {
    for vulnerability in &doc.vulnerabilities {
        let mut seen = BTreeSet::new();
        for (pointer, flag) in vulnerability.items("flags") {
            if !text(flag, "label").is_some_and(|label| JUSTIFICATIONS.contains(&label)) {
                continue;
            }
            for id in doc.members(flag) {
                if !seen.insert(id) {
                    sink.fail(
                        pointer.clone(),
                        format!("The product {id} has a justification already: keep the one that fits best."),
                    );
                }
            }
        }
    }
}

/// The categories that one category excludes (CSAF 2.1, section 3.2.4.14.1, table 3).
fn excludes(category: &str, other: &str) -> bool {
    let open = ["workaround", "mitigation"];
    match (category, other) {
        (a, b) if a == b => false,
        ("optional_patch" | "none_available", _) | (_, "optional_patch" | "none_available") => true,
        (a, b) if open.contains(&a) || open.contains(&b) => false,
        // vendor_fix, fix_planned and no_fix_planned exclude each other.
        _ => true,
    }
}

const CATEGORIES: &[&str] = &[
    "fix_planned",
    "mitigation",
    "no_fix_planned",
    "none_available",
    "optional_patch",
    "vendor_fix",
    "workaround",
];

pub(crate) fn contradicting_remediations(doc: &Doc<'_>, sink: &mut Sink<'_>) {
    for vulnerability in &doc.vulnerabilities {
        let mut seen: BTreeMap<&str, BTreeSet<&str>> = BTreeMap::new();
        for (pointer, remediation) in vulnerability.items("remediations") {
            let Some(category) =
                text(remediation, "category").filter(|category| CATEGORIES.contains(category))
            else {
                continue;
            };
            for id in doc.members(remediation) {
                let categories = seen.entry(id).or_default();
                if let Some(other) = categories.iter().find(|other| excludes(category, other)) {
                    let message = format!(
                        "The product {id} has {other} already, which {category} excludes: remove one of them."
                    );
                    sink.fail(pointer.clone(), message);
                }
                categories.insert(category);
            }
        }
    }
}

/// What a category is for a product with a status (CSAF 2.1, section 3.2.4.14.1, table 4).
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Fit {
    Allowed,
    Discouraged,
    Prohibited,
}

fn fit(category: &str, group: &str) -> Fit {
    use Fit::{Allowed, Discouraged, Prohibited};
    match (category, group) {
        ("optional_patch", "affected") => Prohibited,
        ("optional_patch", "fixed") => Discouraged,
        ("optional_patch", _) | (_, "affected") => Allowed,
        (_, "fixed") => Prohibited,
        ("fix_planned" | "no_fix_planned", "not affected") => Discouraged,
        (_, "not affected") => Prohibited,
        ("workaround" | "mitigation" | "vendor_fix" | "fix_planned", "under investigation" | "unknown") => {
            Discouraged
        }
        _ => Allowed,
    }
}

/// Calls for every pair of a remediation and a product's status that is no good fit.
pub(crate) fn misfits(doc: &Doc<'_>, wanted: Fit, sink: &mut Sink<'_>) {
    for vulnerability in &doc.vulnerabilities {
        let groups = groups_by_product(vulnerability);
        for (pointer, remediation) in vulnerability.items("remediations") {
            let Some(category) =
                text(remediation, "category").filter(|category| CATEGORIES.contains(category))
            else {
                continue;
            };
            for id in doc.members(remediation) {
                for group in groups.get(id).into_iter().flatten() {
                    if fit(category, group) == wanted {
                        let word = if wanted == Fit::Prohibited { "must not" } else { "should not" };
                        let message = format!(
                            "The product {id} is {group} and {word} have a remediation {category}: remove one."
                        );
                        sink.fail(pointer.clone(), message);
                    }
                }
            }
        }
    }
}

fn groups_by_product<'a>(vulnerability: &Vulnerability<'a>) -> BTreeMap<&'a str, BTreeSet<&'static str>> {
    let mut groups: BTreeMap<&str, BTreeSet<&str>> = BTreeMap::new();
    for (list, id, _) in vulnerability.statuses(ALL) {
        if let Some(group) = group_of(list) {
            groups.entry(id).or_default().insert(group);
        }
    }
    groups
}

pub(crate) fn prohibited_remediation(doc: &Doc<'_>, sink: &mut Sink<'_>) {
    misfits(doc, Fit::Prohibited, sink);
}

pub(crate) fn discouraged_remediation(doc: &Doc<'_>, sink: &mut Sink<'_>) {
    misfits(doc, Fit::Discouraged, sink);
}
