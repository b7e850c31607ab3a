//! Extensions of CSAF 2.1 (6.1.60.2, 6.1.60.3).

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;

use crate::csaf::Extension;
use crate::csaf::document::Doc;
use crate::csaf::finding::{Severity, Sink};
use crate::csaf::json::text;
use crate::csaf::schema;

/// A list of extensions, with the place as metadata names it.
pub(crate) struct Extensions<'a> {
    pub(crate) pointer: String,
    pub(crate) place: &'static str,
    pub(crate) items: Vec<&'a Value>,
}

/// All lists of extensions.
pub(crate) fn lists<'a>(doc: &Doc<'a>) -> Vec<Extensions<'a>> {
    let mut lists = Vec::new();
    let mut add = |pointer: String, place, value: &'a Value| {
        if let Some(items) = value.as_array() {
            lists.push(Extensions { pointer, place, items: items.iter().collect() });
        }
    };
    for (path, place) in [
        ("x_extensions", "$.x_extensions"),
        ("document/x_extensions", "$.document.x_extensions"),
        (
            "product_tree/full_product_names/*/x_extensions",
            "$.product_tree.full_product_names[*].x_extensions",
        ),
        (
            "product_tree/product_paths/*/full_product_name/x_extensions",
            "$.product_tree.product_paths[*].full_product_name.x_extensions",
        ),
        ("vulnerabilities/*/x_extensions", "$.vulnerabilities[*].x_extensions"),
        (
            "vulnerabilities/*/metrics/*/content/x_extensions",
            "$.vulnerabilities[*].metrics[*].content.x_extensions",
        ),
    ] {
        for (pointer, value) in doc.select(path) {
            add(pointer, place, value);
        }
    }
    for branch in &doc.branches {
        if let Some(product) = branch.product.map(|number| &doc.products[number])
            && let Some(value) = product.value.get("x_extensions")
        {
            add(
                format!("{}/x_extensions", product.pointer),
                "$.product_tree.branches..product.x_extensions",
                value,
            );
        }
    }
    lists
}

/// All extensions, each with its pointer.
pub(crate) fn all<'a>(doc: &Doc<'a>) -> Vec<(String, &'a Value)> {
    let each = |list: Extensions<'a>| {
        let Extensions { pointer, items, .. } = list;
        items
            .into_iter()
            .enumerate()
            .map(move |(index, item)| (format!("{pointer}/{index}"), item))
            .collect::<Vec<_>>()
    };
    lists(doc).into_iter().flat_map(each).collect()
}

fn known<'d>(doc: &Doc<'d>, item: &Value) -> Option<&'d Extension> {
    let name = text(item, "$schema")?;
    doc.options.extensions.iter().find(|extension| text(&extension.schema, "$id") == Some(name))
}

/// Says that an extension is not known.
fn note_unknown(doc: &Doc<'_>, pointer: &str, item: &Value, sink: &mut Sink<'_>) {
    let Some(name) = text(item, "$schema").filter(|_| known(doc, item).is_none()) else { return };
    let message = format!(
        "The experimental extension {name} is not known here and was not checked: check it where it is."
    );
    sink.note(Severity::Warning, pointer, message);
}

pub(crate) fn declared_schema(doc: &Doc<'_>, sink: &mut Sink<'_>) {
    for (pointer, item) in all(doc) {
        note_unknown(doc, &pointer, item, sink);
        if let Some(extension) = known(doc, item) {
            for (at, message) in schema::check_extension(&extension.schema, item) {
                sink.fail(format!("{pointer}{at}"), message);
            }
        }
    }
}

pub(crate) fn metadata(doc: &Doc<'_>, sink: &mut Sink<'_>) {
    let used: BTreeSet<&str> = all(doc).into_iter().filter_map(|(_, item)| text(item, "$schema")).collect();
    for list in lists(doc) {
        let mut counts: BTreeMap<&str, u64> = BTreeMap::new();
        for (index, item) in list.items.iter().enumerate() {
            let pointer = format!("{}/{index}", list.pointer);
            note_unknown(doc, &pointer, item, sink);
            let Some(extension) = known(doc, item) else { continue };
            let Some(name) = text(item, "$schema") else { continue };
            let count = counts.entry(name).or_default();
            *count += 1;
            let places = extension.metadata.get("requirement");
            // Metadata made before product paths were called that names their predecessor.
            let predecessor = list.place.replace("product_paths", "relationships");
            let requirement =
                places.and_then(|places| places.get(list.place).or_else(|| places.get(&predecessor)));
            match requirement.and_then(|place| place.get("max_occurrence")).and_then(Value::as_u64) {
                None => sink.fail(pointer.clone(), "The extension is not made for this place: move it."),
                Some(most) if *count > most => {
                    sink.fail(
                        pointer.clone(),
                        format!("The extension may be here {most} times: remove this one."),
                    );
                }
                Some(_) => {}
            }
            for other in extension
                .metadata
                .get("incompatible_extensions")
                .and_then(Value::as_array)
                .into_iter()
                .flatten()
            {
                if let Some(other) = other.as_str().filter(|other| used.contains(other)) {
                    sink.fail(
                        pointer.clone(),
                        format!("The extension does not go with {other}: remove one of them."),
                    );
                }
            }
        }
    }
}
