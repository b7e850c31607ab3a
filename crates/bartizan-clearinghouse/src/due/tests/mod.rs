//! Due lists: what is read from CSAF, what follows for whom, and when.

mod directive;
mod documents;
mod lists;

use bartizan_product::inventory::{Asset, Defaults, Inventory};
use serde_json::{Value, json};

use super::{Estate, Item, Notice, Notices, Published};

const DAY: i64 = 86_400_000_000;
/// 2026-06-01.
const OUT: i64 = 1_780_272_000_000_000;

fn assets(table: &str) -> Vec<Asset> {
    Inventory::read(table.as_bytes(), &Defaults::default()).expect("an inventory").assets
}

/// An advisory of one publisher with these products and vulnerabilities.
fn csaf(id: &str, tree: &Value, vulnerabilities: &Value) -> Notice {
    let document = json!({
        "document": {
            "csaf_version": "2.1", "title": id,
            "publisher": { "name": "CERT", "namespace": "https://cert.example", "category": "coordinator" },
            "tracking": { "id": id, "version": "1", "initial_release_date": "2026-06-01T00:00:00Z",
                          "current_release_date": "2026-06-02T00:00:00Z" },
        },
        "product_tree": tree, "vulnerabilities": vulnerabilities,
    });
    Notice::read(&format!("key of {id}"), &document.to_string()).expect("CSAF")
}

/// A tree of one product of a vendor: each id with its version or range, and a package URL.
fn tree(products: &[(&str, &str, Option<&str>)]) -> Value {
    let branches = products.iter().map(|(id, version, purl)| {
        let range = version.contains(['<', '>', '*']);
        let mut product = json!({ "name": id, "product_id": id });
        if let Some(purl) = purl {
            product["product_identification_helper"] = json!({ "purls": [purl] });
        }
        json!({ "category": if range { "product_version_range" } else { "product_version" }, "name": version, "product": product })
    });
    let branches: Vec<Value> = branches.collect();
    json!({ "branches": [{ "category": "vendor", "name": "Example", "branches":
        [{ "category": "product_name", "name": "gate", "branches": branches }] }] })
}

fn listed(notices: Vec<Notice>, assets: &[Asset], published: &Published<'_>) -> Vec<Item> {
    let notices = Notices::new(notices.into_iter().map(Into::into).collect());
    notices.list(&[Estate { inventory: "i1".into(), dated: OUT, assets }], published)
}
