//! The informative tests (section 6.3). Those on extensions, ranges and SSVC stand beside their recommended relatives.

pub(crate) mod extension;
pub(crate) mod language;
pub(crate) mod urls;

use std::collections::BTreeSet;

use serde_json::Value;

use super::document::Doc;
use super::finding::Sink;
use super::json::{items, text};
use super::mandatory::metrics::cvss_objects;
use super::status::AFFECTED;
use super::{Version, mandatory};
use crate::licence::{self, State};

pub(crate) fn only_cvss_2(doc: &Doc<'_>, sink: &mut Sink<'_>) {
    for vulnerability in &doc.vulnerabilities {
        let metrics = vulnerability.metrics(doc.version);
        let newer = |content: &Value| cvss_objects(content).any(|(key, _)| key != "cvss_v2");
        let better: BTreeSet<&str> = metrics
            .iter()
            .filter(|metric| newer(metric.content))
            .flat_map(|metric| metric.products.clone())
            .collect();
        for metric in metrics.iter().filter(|metric| metric.content.get("cvss_v2").is_some()) {
            for id in metric.products.iter().filter(|id| !better.contains(*id)) {
                let message = format!(
                    "The product {id} has a score of CVSS 2 only: add one of CVSS 4.0, or 3.1 in CSAF 2.0."
                );
                sink.fail(format!("{}/cvss_v2", metric.content_pointer), message);
            }
        }
    }
}

pub(crate) fn cvss_3_0(doc: &Doc<'_>, sink: &mut Sink<'_>) {
    mandatory::cvss::for_each(doc, |pointer, key, object| {
        let is_3_0 = text(object, "version") == Some("3.0")
            || text(object, "vectorString").is_some_and(|vector| vector.starts_with("CVSS:3.0/"));
        if key == "cvss_v3" && is_3_0 {
            sink.fail(format!("{pointer}/version"), "CVSS 3.0 was replaced in 2019: score with 3.1 or 4.0.");
        }
    });
}

pub(crate) fn missing_cve(doc: &Doc<'_>, sink: &mut Sink<'_>) {
    mandatory::profile::each_has(
        doc,
        "cve",
        "Without a CVE others cannot follow the vulnerability: have one assigned.",
        sink,
    );
}

pub(crate) fn missing_cwe(doc: &Doc<'_>, sink: &mut Sink<'_>) {
    let key = if doc.version == Version::V2_0 { "cwe" } else { "cwes" };
    mandatory::profile::each_has(doc, key, "Nothing says what kind of weakness it is: add a CWE.", sink);
}

/// The fewest digits of a hash that is worth having: 256 bits.
const HASH_DIGITS: usize = 64;

pub(crate) fn short_hash(doc: &Doc<'_>, sink: &mut Sink<'_>) {
    for (_, pointer, helper) in doc.helpers() {
        for (index, file) in items(helper, "hashes") {
            for (number, hash) in items(file, "file_hashes") {
                if text(hash, "value").is_some_and(|value| value.chars().count() < HASH_DIGITS) {
                    let pointer = format!("{pointer}/hashes/{index}/file_hashes/{number}/value");
                    sink.fail(pointer, "The hash has less than 256 bits: add one of sha256 or better.");
                }
            }
        }
    }
}

pub(crate) fn branch_categories(doc: &Doc<'_>, sink: &mut Sink<'_>) {
    for branch in doc.branches.iter().filter(|branch| branch.product.is_some()) {
        let mut wanted = ["vendor", "product_name", "product_version"].iter().peekable();
        for (category, _) in doc.way(branch) {
            wanted.next_if(|next| **next == category);
        }
        if let Some(missing) = wanted.next() {
            let message = format!(
                "The way to this product lacks {missing} in its place: order branches as vendor, product_name, product_version."
            );
            sink.fail(format!("{}/product", branch.pointer), message);
        }
    }
}

pub(crate) fn version_range(doc: &Doc<'_>, sink: &mut Sink<'_>) {
    for branch in doc.branches.iter().filter(|branch| branch.category == "product_version_range") {
        sink.fail(
            format!("{}/category", branch.pointer),
            "Machines find versions more easily than ranges: list them if you can.",
        );
    }
}

pub(crate) fn v_before_version(doc: &Doc<'_>, sink: &mut Sink<'_>) {
    for branch in doc.branches.iter().filter(|branch| branch.category == "product_version") {
        let bytes = branch.name.as_bytes();
        if matches!(bytes, [b'v' | b'V', digit, ..] if digit.is_ascii_digit()) {
            sink.fail(
                format!("{}/name", branch.pointer),
                "The v before the version hinders comparing: leave it out unless it is part of it.",
            );
        }
    }
}

pub(crate) fn missing_cvss_4(doc: &Doc<'_>, sink: &mut Sink<'_>) {
    for vulnerability in &doc.vulnerabilities {
        let mut scored = BTreeSet::new();
        for metric in vulnerability.metrics(doc.version) {
            if cvss_objects(metric.content).next().is_none() {
                continue;
            }
            scored.extend(metric.products);
            if metric.content.get("cvss_v4").is_none() {
                sink.fail(metric.content_pointer, "There is no score of CVSS 4.0: add it.");
            }
        }
        for (_, id, pointer) in vulnerability.statuses(AFFECTED) {
            if !scored.contains(id) {
                sink.fail(pointer, format!("The affected product {id} has no CVSS score: add one."));
            }
        }
    }
}

pub(crate) fn unregistered_licence(doc: &Doc<'_>, sink: &mut Sink<'_>) {
    let names = text(doc.document(), "license_expression").and_then(licence::names);
    for name in
        names.into_iter().flatten().filter(|name| matches!(name.state(), State::Elsewhere | State::Missing))
    {
        let message = format!(
            "{} is in neither SPDX's list nor ScanCode LicenseDB: use a licence that is.",
            name.text()
        );
        sink.fail("/document/license_expression", message);
    }
}

pub(crate) fn rating_in_words(doc: &Doc<'_>, sink: &mut Sink<'_>) {
    for (pointer, _) in doc.select("vulnerabilities/*/metrics/*/content/qualitative_severity_rating") {
        sink.fail(
            pointer,
            "A rating in words does not say how it was come by: give a CVSS vector if there is one.",
        );
    }
}

pub(crate) fn nested_path(doc: &Doc<'_>, sink: &mut Sink<'_>) {
    let composed: BTreeSet<&str> = doc.paths.iter().filter_map(|path| path.id).collect();
    for path in &doc.paths {
        let steps = path
            .steps
            .iter()
            .enumerate()
            .map(|(index, (_, next))| (format!("/subpaths/{index}/next_product_reference"), *next));
        for (rest, id) in
            std::iter::once(("/beginning_product_reference".to_owned(), path.beginning)).chain(steps)
        {
            if composed.contains(id) {
                sink.fail(
                    format!("{}{rest}", path.pointer),
                    format!("{id} is composed itself, which is harder to match: name its parts here."),
                );
            }
        }
    }
}
