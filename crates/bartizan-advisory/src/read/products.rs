//! The products of a document.

use serde_json::Value;

use super::{list, text, word};
use crate::advisory::{Product, Versions};

/// How deep branches are followed; the schema's own limit is deeper.
const DEEPEST: usize = 30;

/// Where a branch stands.
#[derive(Clone, Copy, Default)]
struct Path<'v> {
    vendor: &'v str,
    name: &'v str,
    versions: Option<(&'v str, bool)>,
}

pub(super) fn products(document: &Value) -> Vec<Product> {
    let mut found = Vec::new();
    let Some(tree) = document.get("product_tree") else { return found };
    branches(list(tree, "branches"), Path::default(), 0, &mut found);
    for product in list(tree, "full_product_names") {
        found.extend(self::product(product, Path::default()));
    }
    found
}

fn branches<'v>(all: &'v [Value], path: Path<'v>, depth: usize, found: &mut Vec<Product>) {
    if depth > DEEPEST {
        return;
    }
    for branch in all {
        let mut path = path;
        let name = word(branch, "name");
        match word(branch, "category") {
            "vendor" => path.vendor = name,
            "product_name" => path.name = name,
            "product_version" => path.versions = Some((name, false)),
            "product_version_range" => path.versions = Some((name, true)),
            // What else there is (families, architectures) has no place of its own.
            _ => {}
        }
        if let Some(product) = branch.get("product") {
            found.extend(self::product(product, path));
        }
        branches(list(branch, "branches"), path, depth + 1, found);
    }
}

fn product(value: &Value, path: Path<'_>) -> Option<Product> {
    let id = value.get("product_id")?.as_str()?;
    let whole = word(value, "name");
    let helper = value.get("product_identification_helper").unwrap_or(&Value::Null);
    let purl = match helper.get("purl").and_then(Value::as_str) {
        Some(purl) => Some(purl.to_owned()),
        None => list(helper, "purls").first().and_then(Value::as_str).map(str::to_owned),
    };
    let cpe = helper.get("cpe").map(|_| text(helper, "cpe"));
    let versions = match path.versions {
        Some((range, true)) => Versions::Range(range.to_owned()),
        Some((version, false)) => Versions::One(version.to_owned()),
        None => Versions::Range("vers:all/*".into()),
    };
    let vendor = if path.vendor.is_empty() { "unknown" } else { path.vendor };
    let name = if path.name.is_empty() { whole } else { path.name };
    Some(Product { id: id.to_owned(), vendor: vendor.to_owned(), name: name.to_owned(), versions, purl, cpe })
}
