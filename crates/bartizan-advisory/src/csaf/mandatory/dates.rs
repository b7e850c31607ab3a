//! Times: how they are written, and which may not come after the newest revision (6.1.37, 6.1.45, 6.1.49, 6.1.51 to 6.1.53).

use crate::csaf::document::Doc;
use crate::csaf::finding::Sink;
use crate::csaf::json::text;
use crate::csaf::time::parse;

const DATES: &[&str] = &[
    "document/tracking/current_release_date",
    "document/tracking/generator/date",
    "document/tracking/initial_release_date",
    "document/tracking/revision_history/*/date",
    "vulnerabilities/*/disclosure_date",
    "vulnerabilities/*/discovery_date",
    "vulnerabilities/*/first_known_exploitation_dates/*/date",
    "vulnerabilities/*/first_known_exploitation_dates/*/exploitation_date",
    "vulnerabilities/*/flags/*/date",
    "vulnerabilities/*/involvements/*/date",
    "vulnerabilities/*/metrics/*/content/epss/timestamp",
    "vulnerabilities/*/metrics/*/content/ssvc_v2/timestamp",
    "vulnerabilities/*/remediations/*/date",
    "vulnerabilities/*/threats/*/date",
];

pub(crate) fn form(doc: &Doc<'_>, sink: &mut Sink<'_>) {
    for path in DATES {
        for (pointer, date) in doc.select(path) {
            if let Some(date) = date.as_str()
                && parse(date).is_none()
            {
                sink.fail(pointer, "This is no time: write it like 2026-01-31T12:00:00.000Z, with T, Z or an offset, no leap second.");
            }
        }
    }
}

/// Fails for each date at the paths that is newer than the newest revision.
pub(crate) fn newer_than_revision(doc: &Doc<'_>, paths: &[&str], sink: &mut Sink<'_>) {
    let Some(newest) = doc.newest_revision() else { return };
    for path in paths {
        for (pointer, date) in doc.select(path) {
            if date.as_str().and_then(parse).is_some_and(|date| date > newest) {
                sink.fail(pointer, "This time is after the newest item of the revision history: correct it or add the revision.");
            }
        }
    }
}

pub(crate) fn disclosure(doc: &Doc<'_>, sink: &mut Sink<'_>) {
    if doc.tlp() == Some("CLEAR") && doc.is_released() {
        newer_than_revision(doc, &["vulnerabilities/*/disclosure_date"], sink);
    }
}

pub(crate) fn ssvc(doc: &Doc<'_>, sink: &mut Sink<'_>) {
    if doc.is_released() {
        newer_than_revision(doc, &["vulnerabilities/*/metrics/*/content/ssvc_v2/timestamp"], sink);
    }
}

pub(crate) fn epss(doc: &Doc<'_>, sink: &mut Sink<'_>) {
    if doc.is_released() {
        newer_than_revision(doc, &["vulnerabilities/*/metrics/*/content/epss/timestamp"], sink);
    }
}

pub(crate) fn first_known_exploitation(doc: &Doc<'_>, sink: &mut Sink<'_>) {
    if doc.is_released() {
        let paths = [
            "vulnerabilities/*/first_known_exploitation_dates/*/date",
            "vulnerabilities/*/first_known_exploitation_dates/*/exploitation_date",
        ];
        newer_than_revision(doc, &paths, sink);
    }
}

pub(crate) fn exploitation_after_date(doc: &Doc<'_>, sink: &mut Sink<'_>) {
    for (pointer, item) in doc.select("vulnerabilities/*/first_known_exploitation_dates/*") {
        let (date, exploitation) =
            (text(item, "date").and_then(parse), text(item, "exploitation_date").and_then(parse));
        if let (Some(date), Some(exploitation)) = (date, exploitation)
            && exploitation > date
        {
            sink.fail(
                format!("{pointer}/exploitation_date"),
                "The exploitation is dated after the day it was known: correct one of the dates.",
            );
        }
    }
}
