//! The branches of the product tree (6.1.31, 6.1.34, 6.1.50, 6.1.57 to 6.1.59).

use std::collections::BTreeSet;

use crate::csaf::document::Doc;
use crate::csaf::finding::{Severity, Sink};
use crate::vers;

/// The deepest nesting that the standard allows (section 5.5).
const MAX_DEPTH: usize = 30;

pub(crate) fn range_as_version(doc: &Doc<'_>, sink: &mut Sink<'_>) {
    let words = ["after", "all", "before", "earlier", "later", "prior", "versions"];
    for branch in doc.branches.iter().filter(|branch| branch.category == "product_version") {
        let name = branch.name.to_lowercase();
        if name.contains(['<', '>']) || name.split_whitespace().any(|word| words.contains(&word)) {
            let message =
                "A product version is one version: list each, or use the category product_version_range.";
            sink.fail(format!("{}/name", branch.pointer), message);
        }
    }
}

pub(crate) fn depth(doc: &Doc<'_>, sink: &mut Sink<'_>) {
    for branch in doc.branches.iter().filter(|branch| branch.product.is_some() && branch.depth > MAX_DEPTH) {
        let message =
            format!("The product is {} branches deep, more than {MAX_DEPTH}: take levels out.", branch.depth);
        sink.fail(format!("{}/product", branch.pointer), message);
    }
}

pub(crate) fn range_rules(doc: &Doc<'_>, sink: &mut Sink<'_>) {
    for branch in doc.branches.iter().filter(|branch| branch.category == "product_version_range") {
        let pointer = format!("{}/name", branch.pointer);
        match vers::parse(branch.name) {
            Err(wrong) => sink.fail(pointer, format!("This is no version range, {wrong}.")),
            Ok(range) => {
                if let Some(kind) = range.kind.filter(|kind| !vers::is_registered(kind)) {
                    let message = format!(
                        "The rules of the VERS type {kind} are not known here: only its form was checked."
                    );
                    sink.note(Severity::Warning, pointer, message);
                }
            }
        }
    }
}

pub(crate) fn stacked_categories(doc: &Doc<'_>, sink: &mut Sink<'_>) {
    for branch in doc.branches.iter().filter(|branch| branch.product.is_some()) {
        let mut seen = BTreeSet::new();
        for (category, _) in doc.way(branch) {
            if category != "product_family" && !seen.insert(category) {
                let message =
                    format!("The category {category} is on the way to this product twice: leave it once.");
                sink.fail(format!("{}/product", branch.pointer), message);
                break;
            }
        }
    }
}

pub(crate) fn version_and_range(doc: &Doc<'_>, sink: &mut Sink<'_>) {
    for branch in doc.branches.iter().filter(|branch| branch.product.is_some()) {
        let categories: BTreeSet<&str> = doc.way(branch).into_iter().map(|(category, _)| category).collect();
        if categories.contains("product_version") && categories.contains("product_version_range") {
            let message = "A product has either a version or a range of versions on its way: take one out.";
            sink.fail(format!("{}/product", branch.pointer), message);
        }
    }
}

pub(crate) fn range_of_one(doc: &Doc<'_>, sink: &mut Sink<'_>) {
    for branch in doc.branches.iter().filter(|branch| branch.category == "product_version_range") {
        // Without a comparator it is one version, whatever stands there, if no blank makes it prose.
        let plain = !vers::says_vers(branch.name)
            && !branch.name.is_empty()
            && !branch.name.contains(['<', '>', '=', '!', '*', '|', ' ']);
        if plain || vers::parse(branch.name).is_ok_and(|range| range.is_single()) {
            sink.fail(
                format!("{}/name", branch.pointer),
                "The range is one single version: use the category product_version.",
            );
        }
    }
}
