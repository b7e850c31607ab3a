//! Names that others give: CWE, languages, package URLs, CVE, hashes, wildcards (6.1.11 to 6.1.13, 6.1.23 to 6.1.25, 6.1.42 to
//! 6.1.44, 6.1.61).

use std::collections::BTreeSet;

use serde_json::Value;

use crate::csaf::document::Doc;
use crate::csaf::finding::{Severity, Sink};
use crate::csaf::json::{items, text, texts};
use crate::csaf::{Version, time};
use crate::{cwe, language, purl};

pub(crate) fn weakness(doc: &Doc<'_>, sink: &mut Sink<'_>) {
    if doc.version == Version::V2_0 {
        for (pointer, given) in doc.select("vulnerabilities/*/cwe") {
            let (Some(id), Some(name)) = (text(given, "id"), text(given, "name")) else { continue };
            // 2.0 does not say which version is meant: a name of any will do.
            let runs = cwe::runs(id);
            if runs.is_empty() {
                sink.fail(
                    format!("{pointer}/id"),
                    format!("{id} is no weakness of CWE: correct the number."),
                );
            } else if !runs.iter().any(|weakness| weakness.name == name) {
                let newest = runs.iter().last().map_or("", |weakness| weakness.name);
                sink.fail(
                    format!("{pointer}/name"),
                    format!("{id} is not called that: its name is {newest}."),
                );
            }
        }
        return;
    }
    for (pointer, given) in doc.select("vulnerabilities/*/cwes/*") {
        let (Some(id), Some(version)) = (text(given, "id"), text(given, "version")) else { continue };
        let Some(position) = cwe::version(version) else {
            if cwe::is_newer(version) {
                let message =
                    format!("CWE {version} is newer than the versions known here: check {id} there.");
                sink.note(Severity::Information, format!("{pointer}/version"), message);
            } else {
                sink.fail(
                    format!("{pointer}/version"),
                    format!("There is no CWE {version}: correct the version."),
                );
            }
            continue;
        };
        match cwe::weakness(id, position) {
            None => sink.fail(
                format!("{pointer}/id"),
                format!("{id} is no weakness of CWE {version}: correct the number."),
            ),
            Some(weakness) if text(given, "name").is_some_and(|name| name != weakness.name) => {
                sink.fail(
                    format!("{pointer}/name"),
                    format!("In CWE {version} the name of {id} is {}: use it.", weakness.name),
                );
            }
            Some(_) => {}
        }
    }
}

/// The languages of the document, each with its pointer.
pub(crate) fn languages<'a>(doc: &Doc<'a>) -> Vec<(&'static str, &'a str)> {
    [("/document/lang", "lang"), ("/document/source_lang", "source_lang")]
        .iter()
        .filter_map(|(pointer, key)| Some((*pointer, text(doc.document(), key)?)))
        .collect()
}

pub(crate) fn languages_exist(doc: &Doc<'_>, sink: &mut Sink<'_>) {
    for (pointer, tag) in languages(doc) {
        if !language::is_valid(tag) {
            sink.fail(
                pointer,
                format!(
                    "{tag} is no language tag of registered parts (RFC 5646): write it like en or de-CH."
                ),
            );
        }
    }
}

/// The package URLs of a helper, each with its pointer: one in 2.0, a list in 2.1.
pub(crate) fn purls<'a>(version: Version, pointer: &str, helper: &'a Value) -> Vec<(String, &'a str)> {
    match version {
        Version::V2_0 => {
            text(helper, "purl").map(|purl| (format!("{pointer}/purl"), purl)).into_iter().collect()
        }
        Version::V2_1 => {
            texts(helper, "purls").map(|(index, purl)| (format!("{pointer}/purls/{index}"), purl)).collect()
        }
    }
}

pub(crate) fn purls_are_valid(doc: &Doc<'_>, sink: &mut Sink<'_>) {
    for (_, pointer, helper) in doc.helpers() {
        for (pointer, text) in purls(doc.version, &pointer, helper) {
            if let Err(wrong) = purl::parse(text) {
                sink.fail(pointer, format!("This is no package URL, {wrong}: correct it."));
            }
        }
    }
}

pub(crate) fn purls_differ_in_qualifiers(doc: &Doc<'_>, sink: &mut Sink<'_>) {
    for (_, pointer, helper) in doc.helpers() {
        let all: Vec<_> = purls(doc.version, &pointer, helper);
        let Some(first) = all.first().and_then(|(_, text)| purl::parse(text).ok()) else { continue };
        for (pointer, text) in &all[1..] {
            if purl::parse(text).is_ok_and(|other| !purl::same_but_for_qualifiers(&first, &other)) {
                let message = "The package URLs of a product may differ only in their qualifiers: give another package its own product.";
                sink.fail(pointer.clone(), message);
            }
        }
    }
}

pub(crate) fn doubled_cve(doc: &Doc<'_>, sink: &mut Sink<'_>) {
    let mut seen = BTreeSet::new();
    for vulnerability in &doc.vulnerabilities {
        if let Some(cve) = text(vulnerability.value, "cve")
            && !seen.insert(cve)
        {
            sink.fail(
                format!("{}/cve", vulnerability.pointer),
                format!("{cve} has a vulnerability already: merge the two."),
            );
        }
    }
}

pub(crate) fn doubled_involvement(doc: &Doc<'_>, sink: &mut Sink<'_>) {
    for vulnerability in &doc.vulnerabilities {
        let mut seen = BTreeSet::new();
        for (pointer, involvement) in vulnerability.items("involvements") {
            let Some(party) = text(involvement, "party") else { continue };
            // The same moment may be written in two zones.
            let date = text(involvement, "date");
            let moment = date.and_then(time::parse);
            let key = (party, moment, if moment.is_some() { None } else { date });
            if !seen.insert(key) {
                sink.fail(
                    pointer,
                    format!(
                        "The party {party} is involved at this date already: keep one status for a date."
                    ),
                );
            }
        }
    }
}

pub(crate) fn doubled_hash(doc: &Doc<'_>, sink: &mut Sink<'_>) {
    for (_, pointer, helper) in doc.helpers() {
        for (index, file) in items(helper, "hashes") {
            let mut seen = BTreeSet::new();
            for (number, hash) in items(file, "file_hashes") {
                if let Some(algorithm) = text(hash, "algorithm")
                    && !seen.insert(algorithm)
                {
                    let pointer = format!("{pointer}/hashes/{index}/file_hashes/{number}/algorithm");
                    sink.fail(
                        pointer,
                        format!("The file has a hash of {algorithm} already: a file has one of each kind."),
                    );
                }
            }
        }
    }
}

pub(crate) fn model_stars(doc: &Doc<'_>, sink: &mut Sink<'_>) {
    stars(doc, "model_numbers", sink);
}

pub(crate) fn serial_stars(doc: &Doc<'_>, sink: &mut Sink<'_>) {
    stars(doc, "serial_numbers", sink);
}

pub(crate) fn sku_stars(doc: &Doc<'_>, sink: &mut Sink<'_>) {
    stars(doc, "skus", sink);
}

fn stars(doc: &Doc<'_>, key: &str, sink: &mut Sink<'_>) {
    for (_, pointer, helper) in doc.helpers() {
        for (index, number) in texts(helper, key) {
            let mut count = 0;
            let mut escaped = false;
            for character in number.chars() {
                count += usize::from(character == '*' && !escaped);
                escaped = character == '\\' && !escaped;
            }
            if count > 1 {
                sink.fail(
                    format!("{pointer}/{key}/{index}"),
                    "Only one * may stand for anything: escape the others with \\ or split the entry.",
                );
            }
        }
    }
}
