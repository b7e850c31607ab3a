//! The revision history and the version of the document (6.1.14, 6.1.16 to 6.1.22, 6.1.30).

use std::collections::BTreeSet;

use crate::csaf::document::Doc;
use crate::csaf::finding::Sink;
use crate::csaf::json::{items, text};
use crate::csaf::revision::{Revision, parse};
use crate::csaf::time::{self, Instant};

const HISTORY: &str = "/document/tracking/revision_history";

/// An item of the history.
struct Item<'a> {
    index: usize,
    text: &'a str,
    revision: Revision<'a>,
    date: Option<Instant>,
}

fn history<'a>(doc: &Doc<'a>) -> Vec<Item<'a>> {
    items(doc.tracking(), "revision_history")
        .filter_map(|(index, item)| {
            let text = text(item, "number")?;
            Some(Item {
                index,
                text,
                revision: parse(text)?,
                date: crate::csaf::json::text(item, "date").and_then(time::parse),
            })
        })
        .collect()
}

/// By date, then by number; what has no date that can be read is left out.
fn sorted<'a>(doc: &Doc<'a>) -> Vec<Item<'a>> {
    let mut history = history(doc);
    history.retain(|item| item.date.is_some());
    history.sort_by(|a, b| a.date.cmp(&b.date).then_with(|| a.revision.cmp(&b.revision)));
    history
}

pub(crate) fn order(doc: &Doc<'_>, sink: &mut Sink<'_>) {
    for pair in sorted(doc).windows(2) {
        if pair[0].revision > pair[1].revision {
            let message = format!(
                "Version {} is dated before {}: correct the dates or the numbers.",
                pair[0].text, pair[1].text
            );
            sink.fail(HISTORY, message);
        }
    }
}

pub(crate) fn latest(doc: &Doc<'_>, sink: &mut Sink<'_>) {
    let Some(version) = text(doc.tracking(), "version") else { return };
    let (Some(last), Some(revision)) = (sorted(doc).pop(), parse(version)) else { return };
    if !revision.same_as(&last.revision, doc.status() == "draft") {
        let message = format!(
            "The newest revision is {}, not {version}: set the version to it or add the revision.",
            last.text
        );
        sink.fail("/document/tracking/version", message);
    }
}

pub(crate) fn draft(doc: &Doc<'_>, sink: &mut Sink<'_>) {
    let Some(revision) = text(doc.tracking(), "version").and_then(parse) else { return };
    if (revision.is_zero() || !revision.pre_release.is_empty()) && doc.status() != "draft" {
        sink.fail(
            "/document/tracking/status",
            "A version 0 or before a release is a draft: set the status to draft or raise the version.",
        );
    }
}

pub(crate) fn released(doc: &Doc<'_>, sink: &mut Sink<'_>) {
    if doc.is_released() {
        for item in history(doc).iter().filter(|item| item.revision.is_zero()) {
            let message = format!("A released document has no revision {}: remove it.", item.text);
            sink.fail(format!("{HISTORY}/{}/number", item.index), message);
        }
    }
}

pub(crate) fn pre_release_item(doc: &Doc<'_>, sink: &mut Sink<'_>) {
    for item in history(doc).iter().filter(|item| !item.revision.pre_release.is_empty()) {
        let message = format!(
            "The history has no place for {}, before a release: merge it into the release.",
            item.text
        );
        sink.fail(format!("{HISTORY}/{}/number", item.index), message);
    }
}

pub(crate) fn pre_release_version(doc: &Doc<'_>, sink: &mut Sink<'_>) {
    let Some(revision) = text(doc.tracking(), "version").and_then(parse) else { return };
    if doc.is_released() && !revision.pre_release.is_empty() {
        let message = format!(
            "The document is out, so its version has no -{}: remove that part.",
            revision.pre_release
        );
        sink.fail("/document/tracking/version", message);
    }
}

pub(crate) fn missing(doc: &Doc<'_>, sink: &mut Sink<'_>) {
    let sorted = sorted(doc);
    let majors: Vec<u64> = sorted.iter().filter_map(|item| item.revision.major()).collect();
    if let Some(major) = majors.first()
        && *major > 1
    {
        let message = format!("The oldest revision is {major}, not 0 or 1: add those before it.");
        sink.fail(HISTORY, message);
    }
    let present: BTreeSet<u64> = majors.iter().copied().collect();
    for pair in majors.windows(2) {
        let (before, after) = (pair[0], pair[1]);
        if after > before.saturating_add(1) {
            let wanted = before + 1;
            let message = if present.contains(&wanted) {
                format!(
                    "Revision {wanted} is not between {before} and {after} by date: correct the dates or the numbers."
                )
            } else {
                format!("There is no revision {wanted} between {before} and {after}: add it.")
            };
            sink.fail(HISTORY, message);
        }
    }
}

pub(crate) fn doubled(doc: &Doc<'_>, sink: &mut Sink<'_>) {
    let mut seen = BTreeSet::new();
    for (index, item) in items(doc.tracking(), "revision_history") {
        if let Some(number) = text(item, "number")
            && !seen.insert(number)
        {
            sink.fail(
                format!("{HISTORY}/{index}/number"),
                format!("There is a revision {number} already: number this one anew."),
            );
        }
    }
}

pub(crate) fn mixed(doc: &Doc<'_>, sink: &mut Sink<'_>) {
    let history = history(doc);
    let version = text(doc.tracking(), "version");
    let all =
        || history.iter().map(|item| item.text).chain(version).filter_map(|text| Some((text, parse(text)?)));
    let of = |is_integer| all().find(|(_, revision)| revision.is_integer == is_integer).map(|(text, _)| text);
    if let (Some(number), Some(semantic)) = (of(true), of(false)) {
        let message =
            format!("{number} is a whole number, {semantic} has three parts: use one kind throughout.");
        sink.fail(HISTORY, message);
    }
}
