//! Where extensions are used (6.3.21).

use crate::csaf::document::Doc;
use crate::csaf::finding::Sink;
use crate::csaf::json::text;
use crate::csaf::mandatory;

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
