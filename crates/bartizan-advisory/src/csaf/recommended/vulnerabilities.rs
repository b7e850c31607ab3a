//! Vulnerabilities (6.2.7, 6.2.17, 6.2.33, 6.2.41, 6.2.47, 6.2.53; 6.3.20 beside them).

use super::document::canonical_url;
use crate::csaf::Version;
use crate::csaf::document::Doc;
use crate::csaf::finding::{Severity, Sink};
use crate::csaf::json::text;
use crate::csaf::time;

pub(crate) fn involvement_without_date(doc: &Doc<'_>, sink: &mut Sink<'_>) {
    for vulnerability in &doc.vulnerabilities {
        for (pointer, involvement) in vulnerability.items("involvements") {
            if involvement.get("date").is_none() {
                sink.fail(pointer, "Nothing says since when the party is involved: add a date.");
            }
        }
    }
}

pub(crate) fn cve_in_ids(doc: &Doc<'_>, sink: &mut Sink<'_>) {
    for (pointer, id) in doc.select("vulnerabilities/*/ids/*") {
        let is_cve = |text: &str| {
            let Some((year, number)) = text.strip_prefix("CVE-").and_then(|rest| rest.split_once('-')) else {
                return false;
            };
            let digits = |text: &str| text.bytes().all(|byte| byte.is_ascii_digit());
            year.len() == 4 && digits(year) && number.len() >= 4 && digits(number)
        };
        if let Some(cve) = text(id, "text").filter(|text| is_cve(text)) {
            sink.fail(pointer, format!("{cve} is a CVE: give it as cve of its vulnerability."));
        }
    }
}

pub(crate) fn disclosure_after_revision(doc: &Doc<'_>, sink: &mut Sink<'_>) {
    let Some(now) = doc.options.now.as_deref().and_then(time::parse) else {
        if doc.options.now.is_some() {
            sink.note(
                Severity::Information,
                "",
                "The time of the validation is no time (RFC 3339): the test was left out.",
            );
        }
        return;
    };
    let Some(newest) = doc.newest_revision() else { return };
    for (pointer, date) in doc.select("vulnerabilities/*/disclosure_date") {
        if let Some(date) = date.as_str().and_then(time::parse)
            && date <= now
            && date > newest
        {
            sink.fail(
                pointer,
                "The vulnerability was disclosed after the newest revision: add the revision that says so.",
            );
        }
    }
}

/// How old an EPSS value may be, in seconds.
const EPSS_AGE: i64 = 15 * 86_400;

pub(crate) fn old_epss(doc: &Doc<'_>, sink: &mut Sink<'_>) {
    let Some(newest) = doc.newest_revision().filter(|_| doc.is_released()) else { return };
    for vulnerability in &doc.vulnerabilities {
        let dates = vulnerability.items("metrics").filter_map(|(pointer, metric)| {
            let date = metric.pointer("/content/epss/timestamp")?.as_str().and_then(time::parse)?;
            Some((date, format!("{pointer}/content/epss/timestamp")))
        });
        let Some((date, pointer)) = dates.max() else { continue };
        if newest.later_than(date, EPSS_AGE) {
            sink.fail(
                pointer,
                "The EPSS value is more than 15 days older than the document: look it up again.",
            );
        }
    }
}

pub(crate) fn rating_by_issuer(doc: &Doc<'_>, sink: &mut Sink<'_>) {
    let canonical = canonical_url(doc);
    for vulnerability in &doc.vulnerabilities {
        for metric in vulnerability.metrics(Version::V2_1) {
            let own = metric.source.is_none() || metric.source == canonical;
            if own && metric.content.get("qualitative_severity_rating").is_some() {
                let message =
                    "A rating of one's own in words says little of how it was come by: give a CVSS vector.";
                sink.fail(format!("{}/qualitative_severity_rating", metric.content_pointer), message);
            }
        }
    }
}

/// The registry of vulnerability id systems for CSAF (RVISC): the systems, each with whether a text is one of its ids.
const SYSTEMS: [(&str, Form); 2] =
    [("https://euvd.enisa.europa.eu", is_euvd_id), ("https://github.com/oasis-tcs/csaf", is_issue_number)];

/// Whether a text is an id of a system.
type Form = fn(&str) -> bool;

/// `EUVD-2025-12345`
fn is_euvd_id(text: &str) -> bool {
    let Some((year, number)) = text.strip_prefix("EUVD-").and_then(|rest| rest.split_once('-')) else {
        return false;
    };
    let digits = |text: &str| text.bytes().all(|byte| byte.is_ascii_digit());
    year.len() == 4 && digits(year) && !year.starts_with('0') && number.len() >= 4 && digits(number)
}

/// `#1217`
fn is_issue_number(text: &str) -> bool {
    let number = text.strip_prefix('#').unwrap_or("");
    !number.is_empty() && !number.starts_with('0') && number.bytes().all(|byte| byte.is_ascii_digit())
}

pub(crate) fn text_of_system(doc: &Doc<'_>, sink: &mut Sink<'_>) {
    for (pointer, id) in doc.select("vulnerabilities/*/ids/*") {
        let (Some(system), Some(given)) = (text(id, "system_name"), text(id, "text")) else { continue };
        if SYSTEMS.iter().any(|(name, fits)| *name == system && !fits(given)) {
            sink.fail(
                format!("{pointer}/text"),
                format!("{system} has no id of this form: write it as that registry does."),
            );
        }
    }
}

pub(crate) fn unregistered_system(doc: &Doc<'_>, sink: &mut Sink<'_>) {
    for (pointer, id) in doc.select("vulnerabilities/*/ids/*") {
        if let Some(system) =
            text(id, "system_name").filter(|system| !SYSTEMS.iter().any(|(name, _)| name == system))
        {
            let message =
                format!("{system} is no registered id system: use the registered name if it has one.");
            sink.fail(format!("{pointer}/system_name"), message);
        }
    }
}
