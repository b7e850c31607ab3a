//! What the profiles ask for (6.1.27).

use std::collections::BTreeSet;

use serde_json::Value;

use super::document::one_note;
use crate::csaf::document::Doc;
use crate::csaf::finding::Sink;
use crate::csaf::json::{items, text};
use crate::csaf::status::{AFFECTED, ALL, FIXED};
use crate::csaf::vulnerability::Vulnerability;
use crate::csaf::{Version, products};

/// Whether the document has one of the categories.
pub(crate) fn is(doc: &Doc<'_>, categories: &[&str]) -> bool {
    categories.contains(&doc.category())
}

const INFORMATIONAL: &str = "csaf_informational_advisory";
const INCIDENT: &str = "csaf_security_incident_response";
const ADVISORY: &str = "csaf_security_advisory";
const DEPRECATED_ADVISORY: &str = "csaf_deprecated_security_advisory";
const VEX: &str = "csaf_vex";
const WITHDRAWN: &str = "csaf_withdrawn";
const SUPERSEDED: &str = "csaf_superseded";
const VULNERABILITY_REPORT: &str = "csaf_vulnerability_report";

/// Adds to the categories those that only 2.1 has.
fn applies(doc: &Doc<'_>, both: &[&str], only_2_1: &[&str]) -> bool {
    is(doc, both) || (doc.version == Version::V2_1 && is(doc, only_2_1))
}

pub(crate) fn notes(doc: &Doc<'_>, sink: &mut Sink<'_>) {
    let wanted = ["description", "details", "general", "summary"];
    if applies(doc, &[INFORMATIONAL, INCIDENT], &[])
        && !items(doc.document(), "notes")
            .any(|(_, note)| text(note, "category").is_some_and(|category| wanted.contains(&category)))
    {
        sink.fail("/document/notes", "The profile asks for a note that tells something: add one of the category description, details, general or summary.");
    }
}

pub(crate) fn references(doc: &Doc<'_>, sink: &mut Sink<'_>) {
    if applies(doc, &[INFORMATIONAL, INCIDENT], &[SUPERSEDED])
        && !items(doc.document(), "references")
            .any(|(_, reference)| text(reference, "category") == Some("external"))
    {
        sink.fail(
            "/document/references",
            "The profile asks for a reference to elsewhere: add one of the category external.",
        );
    }
}

pub(crate) fn no_vulnerabilities(doc: &Doc<'_>, sink: &mut Sink<'_>) {
    if applies(doc, &[INFORMATIONAL], &[WITHDRAWN, SUPERSEDED]) && doc.root.get("vulnerabilities").is_some() {
        sink.fail(
            "/vulnerabilities",
            "The profile has no vulnerabilities: remove them or choose another category.",
        );
    }
}

pub(crate) fn product_tree(doc: &Doc<'_>, sink: &mut Sink<'_>) {
    if applies(doc, &[ADVISORY, VEX], &[DEPRECATED_ADVISORY, VULNERABILITY_REPORT])
        && doc.root.get("product_tree").is_none()
    {
        sink.fail("/product_tree", "The profile asks for the products: add a product tree.");
    }
}

pub(crate) fn vulnerability_notes(doc: &Doc<'_>, sink: &mut Sink<'_>) {
    if applies(doc, &[ADVISORY, VEX], &[DEPRECATED_ADVISORY]) {
        each_has(doc, "notes", "The profile asks for a text about each vulnerability: add notes.", sink);
    }
}

pub(crate) fn product_status(doc: &Doc<'_>, sink: &mut Sink<'_>) {
    if applies(doc, &[ADVISORY], &[DEPRECATED_ADVISORY]) {
        each_has(
            doc,
            "product_status",
            "The profile asks which products are affected: add product_status.",
            sink,
        );
    }
}

/// Fails for each vulnerability without a member.
pub(crate) fn each_has(doc: &Doc<'_>, key: &str, message: &str, sink: &mut Sink<'_>) {
    for vulnerability in &doc.vulnerabilities {
        if vulnerability.value.get(key).is_none() {
            sink.fail(format!("{}/{key}", vulnerability.pointer), message);
        }
    }
}

pub(crate) fn vex_status(doc: &Doc<'_>, sink: &mut Sink<'_>) {
    let wanted = ["fixed", "known_affected", "known_not_affected", "under_investigation"];
    for vulnerability in doc.vulnerabilities.iter().filter(|_| is(doc, &[VEX])) {
        let status = vulnerability.value.get("product_status");
        if !wanted.iter().any(|list| status.is_some_and(|status| status.get(list).is_some())) {
            let message = "VEX asks for products that are fixed, known affected, known not affected or under investigation: add a list.";
            sink.fail(format!("{}/product_status", vulnerability.pointer), message);
        }
    }
}

pub(crate) fn vulnerability_id(doc: &Doc<'_>, sink: &mut Sink<'_>) {
    if !applies(doc, &[VEX], &[VULNERABILITY_REPORT]) {
        return;
    }
    for vulnerability in &doc.vulnerabilities {
        if vulnerability.value.get("cve").is_some() {
            continue;
        }
        if vulnerability.value.get("ids").is_none() {
            sink.fail(vulnerability.pointer.clone(), "The vulnerability has no name: add cve or ids.");
            continue;
        }
        let is_bound = |id: &Value| id.get("group_ids").is_some() || id.get("product_ids").is_some();
        if doc.version == Version::V2_0 || !vulnerability.items("ids").all(|(_, id)| is_bound(id)) {
            continue;
        }
        let named = of_items(doc, vulnerability, "ids", |_| true);
        for (_, id, pointer) in vulnerability.statuses(ALL) {
            if !named.contains(id) {
                sink.fail(pointer, format!("None of the ids is for the product {id}: add it to one."));
            }
        }
    }
}

/// The products of the items of a list that are wanted.
pub(crate) fn of_items<'a>(
    doc: &Doc<'a>,
    vulnerability: &Vulnerability<'a>,
    list: &str,
    wanted: impl Fn(&Value) -> bool,
) -> BTreeSet<&'a str> {
    vulnerability
        .items(list)
        .filter(|(_, item)| wanted(item))
        .flat_map(|(_, item)| doc.members(item))
        .collect()
}

pub(crate) fn impact_statement(doc: &Doc<'_>, sink: &mut Sink<'_>) {
    for vulnerability in doc.vulnerabilities.iter().filter(|_| is(doc, &[VEX])) {
        let mut explained = of_items(doc, vulnerability, "flags", |_| true);
        explained.extend(of_items(doc, vulnerability, "threats", |threat| {
            text(threat, "category") == Some("impact")
        }));
        for (_, id, pointer) in vulnerability.statuses(&["known_not_affected"]) {
            if !explained.contains(id) {
                sink.fail(pointer, format!("Nothing says why {id} is not affected: add a flag, or a threat of the category impact."));
            }
        }
    }
}

pub(crate) fn action_statement(doc: &Doc<'_>, sink: &mut Sink<'_>) {
    for vulnerability in doc.vulnerabilities.iter().filter(|_| is(doc, &[VEX])) {
        let helped = of_items(doc, vulnerability, "remediations", |_| true);
        for (_, id, pointer) in vulnerability.statuses(&["known_affected"]) {
            if !helped.contains(id) {
                sink.fail(
                    pointer,
                    format!("Nothing says what to do about {id}: add a remediation, if only none_available."),
                );
            }
        }
    }
}

pub(crate) fn vulnerabilities(doc: &Doc<'_>, sink: &mut Sink<'_>) {
    if applies(doc, &[ADVISORY, VEX], &[DEPRECATED_ADVISORY, VULNERABILITY_REPORT])
        && doc.root.get("vulnerabilities").is_none()
    {
        sink.fail("/vulnerabilities", "The profile asks for the vulnerabilities: add them.");
    }
}

pub(crate) fn affected(doc: &Doc<'_>, sink: &mut Sink<'_>) {
    for vulnerability in doc.vulnerabilities.iter().filter(|_| is(doc, &[ADVISORY])) {
        if vulnerability.value.pointer("/product_status/known_affected").is_none() {
            let pointer = format!("{}/product_status/known_affected", vulnerability.pointer);
            sink.fail(pointer, "A security advisory names the affected products: add known_affected.");
        }
    }
}

pub(crate) fn corresponding_affected(doc: &Doc<'_>, sink: &mut Sink<'_>) {
    if !is(doc, &[ADVISORY]) {
        return;
    }
    let lines = products::Lines::new(doc);
    for vulnerability in &doc.vulnerabilities {
        let affected: BTreeSet<&str> =
            vulnerability.statuses(AFFECTED).into_iter().map(|(_, id, _)| id).collect();
        let index = lines.index(&affected);
        let mut seen = BTreeSet::new();
        for (_, id, pointer) in vulnerability.statuses(FIXED) {
            if seen.insert(id) && lines.is_defined(id) && !lines.has_corresponding(id, &affected, &index) {
                sink.fail(pointer, format!("The product {id} is fixed, but no version of it is affected here: add the affected ones."));
            }
        }
    }
}

pub(crate) fn description_note(doc: &Doc<'_>, sink: &mut Sink<'_>) {
    if is(doc, &[WITHDRAWN, SUPERSEDED])
        && !items(doc.document(), "notes").any(|(_, note)| text(note, "category") == Some("description"))
    {
        sink.fail("/document/notes", "The profile asks why: add a note of the category description.");
    }
}

pub(crate) fn no_product_tree(doc: &Doc<'_>, sink: &mut Sink<'_>) {
    if is(doc, &[WITHDRAWN, SUPERSEDED]) && doc.root.get("product_tree").is_some() {
        sink.fail("/product_tree", "The profile has no products: remove the product tree.");
    }
}

pub(crate) fn two_revisions(doc: &Doc<'_>, sink: &mut Sink<'_>) {
    if is(doc, &[WITHDRAWN, SUPERSEDED]) && items(doc.tracking(), "revision_history").count() < 2 {
        sink.fail(
            "/document/tracking/revision_history",
            "What is withdrawn or superseded was published before: keep the earlier revisions.",
        );
    }
}

pub(crate) fn reason_for_withdrawal(doc: &Doc<'_>, sink: &mut Sink<'_>) {
    if is(doc, &[WITHDRAWN]) && doc.is_english() {
        one_note(doc, "Reasoning for Withdrawal", "description", sink);
    }
}

pub(crate) fn reason_for_supersession(doc: &Doc<'_>, sink: &mut Sink<'_>) {
    if is(doc, &[SUPERSEDED]) && doc.is_english() {
        one_note(doc, "Reasoning for Supersession", "description", sink);
    }
}

pub(crate) fn superseding_document(doc: &Doc<'_>, sink: &mut Sink<'_>) {
    if is(doc, &[SUPERSEDED]) && doc.is_english() {
        external_reference(doc, "Superseding Document", sink);
    }
}

/// Fails unless a reference's summary begins so, and all such are external.
pub(crate) fn external_reference(doc: &Doc<'_>, beginning: &str, sink: &mut Sink<'_>) {
    let mut found = false;
    for (index, reference) in items(doc.document(), "references") {
        if text(reference, "summary").is_some_and(|summary| summary.starts_with(beginning)) {
            found = true;
            if text(reference, "category") != Some("external") {
                let pointer = format!("/document/references/{index}/category");
                sink.fail(pointer, "The document that takes the place of this one is elsewhere: set the category to external.");
            }
        }
    }
    if !found {
        let message = format!(
            "Nothing leads to the document that takes the place of this one: add a reference whose summary begins with {beginning}."
        );
        sink.fail("/document/references", message);
    }
}

pub(crate) fn report_notes(doc: &Doc<'_>, sink: &mut Sink<'_>) {
    if is(doc, &[VULNERABILITY_REPORT]) && doc.is_english() {
        titled_notes(doc, "Vulnerability Summary", "CVE Description", sink);
    }
}

/// Fails for each vulnerability without a note of one of the two titles in its category (2.1, section 3.2.4.11, table 2).
pub(crate) fn titled_notes(doc: &Doc<'_>, summary: &str, description: &str, sink: &mut Sink<'_>) {
    for vulnerability in &doc.vulnerabilities {
        let mut found = false;
        for (pointer, note) in vulnerability.items("notes") {
            let wanted = match text(note, "title") {
                Some(title) if title == summary => "summary",
                Some(title) if title == description => "description",
                _ => continue,
            };
            found = true;
            if text(note, "category") != Some(wanted) {
                sink.fail(
                    format!("{pointer}/category"),
                    format!("A note of this title has the category {wanted}: set it."),
                );
            }
        }
        if !found {
            let message = format!(
                "The report does not say what the vulnerability is: add a note {summary} or {description}."
            );
            sink.fail(format!("{}/notes", vulnerability.pointer), message);
        }
    }
}
