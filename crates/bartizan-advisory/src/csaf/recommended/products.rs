//! The product tree and what is said of its products (6.2.1 to 6.2.3, 6.2.8, 6.2.9, 6.2.16, 6.2.18, 6.2.19, 6.2.31, 6.2.39.1, 6.2.48,
//! 6.2.49, 6.2.51, 6.2.52).

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;

use crate::csaf::document::{Doc, Place};
use crate::csaf::finding::Sink;
use crate::csaf::json::{items, text};
use crate::csaf::mandatory::cvss;
use crate::csaf::mandatory::definitions::{REFERENCES, of_version};
use crate::csaf::mandatory::metrics::cvss_objects;
use crate::csaf::mandatory::profile::{is, of_items};
use crate::csaf::status::{AFFECTED, FIXED};
use crate::csaf::vulnerability::Vulnerability;
use crate::csaf::{Version, products};
use crate::vers;

pub(crate) fn unused(doc: &Doc<'_>, sink: &mut Sink<'_>) {
    if is(doc, &["csaf_informational_advisory"]) {
        return;
    }
    let mut used = BTreeSet::new();
    for path in of_version(REFERENCES, doc.version) {
        used.extend(doc.select(path).into_iter().filter_map(|(_, id)| id.as_str()));
    }
    for product in doc.products.iter().filter(|product| !used.contains(product.id)) {
        let message = format!("Nothing is said of the product {}: use it or remove it.", product.id);
        sink.fail(format!("{}/product_id", product.pointer), message);
    }
}

pub(crate) fn missing_remediation(doc: &Doc<'_>, sink: &mut Sink<'_>) {
    for vulnerability in &doc.vulnerabilities {
        let helped = of_items(doc, vulnerability, "remediations", |_| true);
        for (_, id, pointer) in vulnerability.statuses(&[
            "first_affected",
            "known_affected",
            "last_affected",
            "under_investigation",
        ]) {
            if !helped.contains(id) {
                sink.fail(
                    pointer,
                    format!("There is no remediation for the product {id}: add one, if only none_available."),
                );
            }
        }
    }
}

pub(crate) fn missing_metric(doc: &Doc<'_>, sink: &mut Sink<'_>) {
    for vulnerability in &doc.vulnerabilities {
        let rated: BTreeSet<&str> =
            vulnerability.metrics(doc.version).into_iter().flat_map(|metric| metric.products).collect();
        for (_, id, pointer) in vulnerability.statuses(AFFECTED) {
            if !rated.contains(id) {
                sink.fail(pointer, format!("The affected product {id} has no score: add one that names it."));
            }
        }
    }
}

pub(crate) fn md5_only(doc: &Doc<'_>, sink: &mut Sink<'_>) {
    only(doc, "md5", sink);
}

pub(crate) fn sha1_only(doc: &Doc<'_>, sink: &mut Sink<'_>) {
    only(doc, "sha1", sink);
}

fn only(doc: &Doc<'_>, algorithm: &str, sink: &mut Sink<'_>) {
    for (pointer, hashes) in file_hashes(doc) {
        let mut given =
            items(hashes, "file_hashes").filter_map(|(_, hash)| text(hash, "algorithm")).peekable();
        if given.peek().is_some() && given.all(|given| given == algorithm) {
            sink.fail(
                pointer,
                format!("Files with one {algorithm} can be made at will: add a hash of sha256 or better."),
            );
        }
    }
}

/// The objects with the hashes of a file, each with the pointer to its list.
fn file_hashes<'a>(doc: &Doc<'a>) -> Vec<(String, &'a Value)> {
    let mut found = Vec::new();
    for (_, pointer, helper) in doc.helpers() {
        for (index, file) in items(helper, "hashes") {
            found.push((format!("{pointer}/hashes/{index}/file_hashes"), file));
        }
    }
    found
}

/// The algorithms that section 3.1.4.3.2 of CSAF 2.1 mentions.
const ALGORITHMS: &[&str] = &[
    "blake2b512",
    "blake2s256",
    "md4",
    "md5",
    "md5-sha1",
    "mdc2",
    "ripemd",
    "ripemd160",
    "rmd160",
    "sha1",
    "sha224",
    "sha256",
    "sha3-224",
    "sha3-256",
    "sha3-384",
    "sha3-512",
    "sha384",
    "sha512",
    "sha512-224",
    "sha512-256",
    "shake128",
    "shake256",
    "sm3",
    "ssl3-md5",
    "ssl3-sha1",
    "whirlpool",
];

pub(crate) fn unknown_hash(doc: &Doc<'_>, sink: &mut Sink<'_>) {
    for (pointer, hashes) in file_hashes(doc) {
        for (index, hash) in items(hashes, "file_hashes") {
            if let Some(algorithm) =
                text(hash, "algorithm").filter(|algorithm| !ALGORITHMS.contains(algorithm))
            {
                let message = format!(
                    "The standard does not mention the hash {algorithm}, nor is it known here: use sha256 or another it mentions."
                );
                sink.fail(format!("{pointer}/{index}/algorithm"), message);
            }
        }
    }
}

pub(crate) fn missing_helper(doc: &Doc<'_>, sink: &mut Sink<'_>) {
    for product in
        doc.products.iter().filter(|product| product.value.get("product_identification_helper").is_none())
    {
        let message = format!(
            "The product {} can only be found by its name: add a package URL, a CPE or another helper.",
            product.id
        );
        sink.fail(product.pointer.clone(), message);
    }
}

pub(crate) fn hardware_and_software(doc: &Doc<'_>, sink: &mut Sink<'_>) {
    let mut referred = BTreeSet::new();
    for path in &doc.paths {
        referred.insert(path.beginning);
        referred.extend(path.steps.iter().map(|(_, next)| *next));
    }
    for (number, pointer, helper) in doc.helpers() {
        let product = &doc.products[number];
        let is_hardware = helper.get("serial_numbers").is_some() || helper.get("model_numbers").is_some();
        // A product path that says which hardware it is about stands for itself only through its parts.
        if is_hardware && !referred.contains(product.id) && !matches!(product.place, Place::Path(_)) {
            let message = "This looks like hardware with software in one product: make two and join them by a product path.";
            sink.fail(pointer, message);
        }
    }
}

pub(crate) fn vendor_open_source(doc: &Doc<'_>, sink: &mut Sink<'_>) {
    for branch in doc.branches.iter().filter(|branch| branch.category == "vendor") {
        let name: String = branch
            .name
            .chars()
            .filter(|character| !character.is_whitespace())
            .flat_map(char::to_lowercase)
            .collect();
        if name == "opensource" {
            sink.fail(
                format!("{}/name", branch.pointer),
                "Open Source makes nothing: name the project or company that does.",
            );
        }
    }
}

pub(crate) fn range_without_vers(doc: &Doc<'_>, sink: &mut Sink<'_>) {
    for branch in doc.branches.iter().filter(|branch| branch.category == "product_version_range") {
        let sign = |byte: u8| matches!(byte, b'.' | b'-' | b'+');
        let fits = branch.name.strip_prefix("vers:").and_then(|rest| rest.split_once('/')).is_some_and(
            |(kind, constraints)| {
                let bytes = kind.as_bytes();
                bytes.first().is_some_and(|byte| byte.is_ascii_lowercase() || sign(*byte))
                    && bytes
                        .iter()
                        .all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit() || sign(*byte))
                    && !constraints.is_empty()
            },
        );
        if !fits {
            let message = "Machines cannot compare this range: see whether VERS (vers:npm/<1.2) fits or the versions can be listed.";
            sink.fail(format!("{}/name", branch.pointer), message);
        }
    }
}

pub(crate) fn open_range(doc: &Doc<'_>, sink: &mut Sink<'_>) {
    for branch in doc.branches.iter().filter(|branch| branch.category == "product_version_range") {
        if vers::parse(branch.name).is_ok_and(|range| range.is_open_above()) {
            sink.fail(
                format!("{}/name", branch.pointer),
                "The range holds for every version to come: give it an upper end.",
            );
        }
    }
}

pub(crate) fn unknown_vers_type(doc: &Doc<'_>, sink: &mut Sink<'_>) {
    for branch in doc.branches.iter().filter(|branch| branch.category == "product_version_range") {
        let kind =
            branch.name.strip_prefix("vers:").and_then(|rest| rest.split_once('/')).map(|(kind, _)| kind);
        if let Some(kind) = kind.filter(|kind| !vers::is_registered(kind)) {
            let message =
                format!("{kind} is no registered type of VERS, nor known here: use a registered one.");
            sink.fail(format!("{}/name", branch.pointer), message);
        }
    }
}

pub(crate) fn cvss_of_fixed(doc: &Doc<'_>, sink: &mut Sink<'_>) {
    for vulnerability in &doc.vulnerabilities {
        let fixed: BTreeSet<&str> = vulnerability.statuses(FIXED).into_iter().map(|(_, id, _)| id).collect();
        for metric in vulnerability.metrics(doc.version) {
            let Some(id) = metric.products.iter().find(|id| fixed.contains(*id)) else { continue };
            for (key, object) in cvss_objects(metric.content) {
                if !is_nothing(key, object) {
                    let message = format!(
                        "The product {id} is fixed, so its overall score is 0: remove it here or set the modified impacts to none."
                    );
                    sink.fail(format!("{}/{key}", metric.content_pointer), message);
                }
            }
        }
    }
}

/// Whether the overall score is 0.
fn is_nothing(key: &str, object: &Value) -> bool {
    object.get("environmentalScore").and_then(Value::as_f64) == Some(0.0)
        || cvss::scores(key, object).is_some_and(|scores| scores.environmental == 0.0)
}

pub(crate) fn missing_fixed(doc: &Doc<'_>, sink: &mut Sink<'_>) {
    if doc.version == Version::V2_0 || !is(doc, &["csaf_security_advisory"]) {
        return;
    }
    let lines = products::Lines::new(doc);
    let ranges: BTreeMap<&str, &str> = doc
        .branches
        .iter()
        .filter(|branch| branch.category == "product_version_range")
        .filter_map(|branch| Some((doc.products[branch.product?].id, branch.name)))
        .collect();
    for vulnerability in &doc.vulnerabilities {
        let fixed: BTreeSet<&str> = vulnerability.statuses(FIXED).into_iter().map(|(_, id, _)| id).collect();
        let index = lines.index(&fixed);
        let mut seen = BTreeSet::new();
        let (promised, without) = remedies(doc, vulnerability);
        for (_, id, pointer) in vulnerability.statuses(AFFECTED) {
            let ends = ranges
                .get(id)
                .is_some_and(|range| vers::parse(range).is_ok_and(|range| range.ends_before_a_version()));
            if without.contains(id) && !promised.contains(id) && !ends {
                continue;
            }
            if seen.insert(id) && lines.is_defined(id) && !lines.has_corresponding(id, &fixed, &index) {
                let message = format!(
                    "No version of {id} is fixed here: add the fixed one, or a remediation that says there is none."
                );
                sink.fail(pointer, message);
            }
        }
    }
}

/// The products with a vendor's fix, and those of which it is said that there is none (yet).
fn remedies<'a>(doc: &Doc<'a>, vulnerability: &Vulnerability<'a>) -> (BTreeSet<&'a str>, BTreeSet<&'a str>) {
    let none = ["fix_planned", "no_fix_planned", "none_available"];
    let promised =
        of_items(doc, vulnerability, "remediations", |item| text(item, "category") == Some("vendor_fix"));
    let without = of_items(doc, vulnerability, "remediations", |item| {
        text(item, "category").is_some_and(|category| none.contains(&category))
    });
    (promised, without)
}
