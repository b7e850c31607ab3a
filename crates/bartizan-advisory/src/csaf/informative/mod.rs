//! The informative tests (section 6.3). Those on extensions, ranges and SSVC stand beside their recommended relatives.

use std::collections::BTreeSet;

use serde_json::Value;

use super::document::Doc;
use super::finding::Sink;
use super::json::{items, text, texts};
use super::mandatory::metrics::cvss_objects;
use super::status::AFFECTED;
use super::{Version, mandatory};
use crate::licence::{self, State};
use crate::spelling;

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

/// Where URLs stand beside references and helpers.
const URLS: &[&str] = &[
    "document/acknowledgments/*/urls/*",
    "document/aggregate_severity/namespace",
    "document/distribution/tlp/url",
    "document/publisher/contact/public_openpgp_key_url",
    "document/publisher/namespace",
    "vulnerabilities/*/acknowledgments/*/urls/*",
    "vulnerabilities/*/remediations/*/url",
];

/// The references of document and vulnerabilities: pointer to the URL, whether it is `self`, URL.
fn references<'a>(doc: &Doc<'a>) -> Vec<(String, bool, &'a str)> {
    let lists = ["document/references/*", "vulnerabilities/*/references/*"];
    let found = lists.iter().flat_map(|path| doc.select(path));
    found
        .filter_map(|(pointer, reference)| {
            Some((
                format!("{pointer}/url"),
                text(reference, "category") == Some("self"),
                text(reference, "url")?,
            ))
        })
        .collect()
}

pub(crate) fn dead_urls(doc: &Doc<'_>, sink: &mut Sink<'_>) {
    let mut urls: Vec<(String, &str)> = Vec::new();
    for path in URLS {
        urls.extend(doc.select(path).into_iter().filter_map(|(pointer, url)| Some((pointer, url.as_str()?))));
    }
    urls.extend(
        references(doc)
            .into_iter()
            .filter(|(_, is_self, _)| !is_self)
            .map(|(pointer, _, url)| (pointer, url)),
    );
    for (_, pointer, helper) in doc.helpers() {
        urls.extend(
            texts(helper, "sbom_urls").map(|(index, url)| (format!("{pointer}/sbom_urls/{index}"), url)),
        );
        for (index, uri) in items(helper, "x_generic_uris") {
            for key in ["namespace", "uri"] {
                urls.extend(
                    text(uri, key).map(|url| (format!("{pointer}/x_generic_uris/{index}/{key}"), url)),
                );
            }
        }
    }
    for (pointer, url) in urls {
        never_resolves(pointer, url, sink);
    }
}

pub(crate) fn dead_own_urls(doc: &Doc<'_>, sink: &mut Sink<'_>) {
    for (pointer, _, url) in references(doc).into_iter().filter(|(_, is_self, _)| *is_self) {
        never_resolves(pointer, url, sink);
    }
}

/// Without a network only what can never resolve is found: the names that RFC 6761 sets apart.
fn never_resolves(pointer: String, url: &str, sink: &mut Sink<'_>) {
    let Some((scheme, rest)) = url.split_once("://") else { return };
    if !scheme.eq_ignore_ascii_case("http") && !scheme.eq_ignore_ascii_case("https") {
        return;
    }
    let authority = rest.split(['/', '?', '#']).next().unwrap_or("");
    let host = authority.rsplit('@').next().unwrap_or("");
    let host = host.split(':').next().unwrap_or("").trim_end_matches('.').to_ascii_lowercase();
    let last = host.rsplit('.').next().unwrap_or("");
    if matches!(last, "invalid" | "test" | "example" | "localhost") {
        sink.fail(
            pointer,
            format!("No name under .{last} resolves outside of tests (RFC 6761): give the true address."),
        );
    }
}

/// The texts that are checked for spelling, under the document, the product tree and the vulnerabilities.
const TEXTS: &[&str] = &[
    "document/acknowledgments/*/summary",
    "document/aggregate_severity/text",
    "document/distribution/text",
    "document/notes/*/audience",
    "document/notes/*/text",
    "document/notes/*/title",
    "document/publisher/issuing_authority",
    "document/references/*/summary",
    "document/title",
    "document/tracking/revision_history/*/summary",
    "product_tree/full_product_names/*/name",
    "product_tree/product_groups/*/summary",
    "product_tree/product_paths/*/full_product_name/name",
    "product_tree/relationships/*/full_product_name/name",
    "vulnerabilities/*/acknowledgments/*/summary",
    "vulnerabilities/*/involvements/*/summary",
    "vulnerabilities/*/notes/*/audience",
    "vulnerabilities/*/notes/*/text",
    "vulnerabilities/*/notes/*/title",
    "vulnerabilities/*/references/*/summary",
    "vulnerabilities/*/remediations/*/details",
    "vulnerabilities/*/remediations/*/entitlements/*",
    "vulnerabilities/*/remediations/*/restart_required/details",
    "vulnerabilities/*/threats/*/details",
    "vulnerabilities/*/title",
];

pub(crate) fn spelling(doc: &Doc<'_>, sink: &mut Sink<'_>) {
    let Some(language) = doc.language() else { return };
    if language != "en" {
        sink.fail(
            "/document/lang",
            format!("Spelling in {language} is not checked here: have the text read."),
        );
        return;
    }
    let mut texts: Vec<(String, &str)> = Vec::new();
    for path in TEXTS {
        texts.extend(
            doc.select(path).into_iter().filter_map(|(pointer, text)| Some((pointer, text.as_str()?))),
        );
    }
    for branch in &doc.branches {
        texts.push((format!("{}/name", branch.pointer), branch.name));
        if let Some(product) = branch.product.map(|number| &doc.products[number]) {
            texts.extend(text(product.value, "name").map(|name| (format!("{}/name", product.pointer), name)));
        }
    }
    for (pointer, text) in texts {
        for (word, meant) in spelling::slips(text) {
            sink.fail(pointer.clone(), format!("{word} may be misspelt for {meant}: look at it."));
        }
    }
}

pub(crate) fn grammar(doc: &Doc<'_>, sink: &mut Sink<'_>) {
    if let Some(language) = doc.language() {
        sink.fail("/document/lang", format!("Grammar in {language} is not checked here, which the standard wants said: have the text read."));
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

fn extension_at(doc: &Doc<'_>, path: &str, sink: &mut Sink<'_>) {
    for (pointer, _) in doc.select(path) {
        sink.fail(pointer, "There is an extension here, which readers may not know: see whether the standard has a place for it.");
    }
}

pub(crate) fn essential_extension(doc: &Doc<'_>, sink: &mut Sink<'_>) {
    for (pointer, item) in mandatory::extension::all(doc) {
        if text(item, "category") == Some("essential") {
            sink.fail(format!("{pointer}/category"), "Who does not know the extension misses what matters: say it in the standard's own fields too.");
        }
    }
}

pub(crate) fn extension_of_document(doc: &Doc<'_>, sink: &mut Sink<'_>) {
    extension_at(doc, "document/x_extensions", sink);
}

pub(crate) fn extension_of_branches(doc: &Doc<'_>, sink: &mut Sink<'_>) {
    for product in doc.branches.iter().filter_map(|branch| branch.product).map(|number| &doc.products[number])
    {
        if product.value.get("x_extensions").is_some() {
            sink.fail(format!("{}/x_extensions", product.pointer), "A product has an extension, which readers may not know: see whether the standard has a place for it.");
        }
    }
}

pub(crate) fn extension_of_names(doc: &Doc<'_>, sink: &mut Sink<'_>) {
    extension_at(doc, "product_tree/full_product_names/*/x_extensions", sink);
}

pub(crate) fn extension_of_paths(doc: &Doc<'_>, sink: &mut Sink<'_>) {
    extension_at(doc, "product_tree/product_paths/*/full_product_name/x_extensions", sink);
}

pub(crate) fn extension_of_metrics(doc: &Doc<'_>, sink: &mut Sink<'_>) {
    extension_at(doc, "vulnerabilities/*/metrics/*/content/x_extensions", sink);
}

pub(crate) fn extension_of_vulnerabilities(doc: &Doc<'_>, sink: &mut Sink<'_>) {
    extension_at(doc, "vulnerabilities/*/x_extensions", sink);
}

pub(crate) fn extension_of_root(doc: &Doc<'_>, sink: &mut Sink<'_>) {
    extension_at(doc, "x_extensions", sink);
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
