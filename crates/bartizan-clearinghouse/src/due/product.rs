//! The product tree of a CSAF document: what each product id stands for.

use std::collections::BTreeMap;

use bartizan_product::cpe::CpeRange;
use bartizan_product::matching::{Product, Versions};
use bartizan_product::{Cpe, Purl, Range, Scheme};
use serde_json::Value;

use super::notice::Trouble;

/// Levels of branches that are followed.
const DEEPEST: usize = 40;
/// Products of a document that are looked at.
const MOST: usize = 100_000;

/// What a product id stands for.
#[derive(Clone, Debug, Default)]
pub(super) struct Meant {
    /// Each way it is named, with its versions.
    pub named: Vec<(Product, Vec<Versions>)>,
    /// What restricts it and no identifier says.
    pub only: Option<String>,
    label: String,
}

/// What stands on the way from the root to a product.
#[derive(Clone, Default)]
struct Way<'d> {
    vendor: Option<&'d str>,
    name: Option<&'d str>,
    version: Option<&'d str>,
    range: Option<&'d str>,
    /// Kinds of branches that restrict: architecture, language and so on.
    only: Vec<&'d str>,
}

pub(super) struct Products {
    pub by_id: BTreeMap<String, Meant>,
    pub troubles: Vec<Trouble>,
}

fn text<'d>(value: &'d Value, member: &str) -> Option<&'d str> {
    value.get(member)?.as_str().map(str::trim).filter(|text| !text.is_empty())
}

fn list<'d>(value: &'d Value, member: &str) -> &'d [Value] {
    value.get(member).and_then(Value::as_array).map_or(&[], Vec::as_slice)
}

impl Products {
    pub(super) fn read(tree: &Value) -> Self {
        let mut products = Self { by_id: BTreeMap::new(), troubles: Vec::new() };
        for product in list(tree, "full_product_names") {
            products.take(product, &Way::default());
        }
        products.branches(tree, &Way::default(), 0);
        for relationship in list(tree, "relationships") {
            products.relate(relationship);
        }
        products
    }

    fn branches<'d>(&mut self, parent: &'d Value, way: &Way<'d>, depth: usize) {
        if depth == DEEPEST {
            return;
        }
        for branch in list(parent, "branches") {
            let mut way = way.clone();
            if let Some(name) = text(branch, "name") {
                match text(branch, "category").unwrap_or_default() {
                    "vendor" => way.vendor = Some(name),
                    "product_name" => way.name = Some(name),
                    "product_version" => way.version = Some(name),
                    "product_version_range" => way.range = Some(name),
                    // A family is more than one product; its name is none.
                    "product_family" | "legacy" | "specification" => {}
                    _ => way.only.push(name),
                }
            }
            if let Some(product) = branch.get("product") {
                self.take(product, &way);
            }
            self.branches(branch, &way, depth + 1);
        }
    }

    fn trouble(&mut self, product: &str, message: impl ToString) {
        if self.troubles.len() < 1_000 {
            self.troubles.push(Trouble { product: product.to_owned(), message: message.to_string() });
        }
    }

    fn take(&mut self, product: &Value, way: &Way<'_>) {
        let Some(id) = text(product, "product_id").filter(|_| self.by_id.len() < MOST) else { return };
        let label = text(product, "name").unwrap_or(id).to_owned();
        let mut named = self.identified(id, product, way);
        // An identifier says which one it is, with its architecture and language.
        let mut only = Some(way.only.join(", ")).filter(|only| !only.is_empty());
        if !named.is_empty() {
            only = None;
        } else if let Some(name) = way.name {
            let versions = self.versions(id, way, None);
            let product = Product::Name { vendor: way.vendor.map(str::to_owned), product: name.to_owned() };
            named.push((product, versions));
        }
        self.by_id.insert(id.to_owned(), Meant { named, only, label });
    }

    /// By the identifiers that stand at a product: `purl` (2.0), `purls` (2.1), `cpe`.
    fn identified(&mut self, id: &str, product: &Value, way: &Way<'_>) -> Vec<(Product, Vec<Versions>)> {
        let mut named = Vec::new();
        let Some(helper) = product.get("product_identification_helper") else { return named };
        let many = list(helper, "purls").iter().filter_map(Value::as_str);
        for purl in text(helper, "purl").into_iter().chain(many) {
            match Purl::parse_lenient(purl) {
                Ok(purl) => {
                    let versions = self.versions(id, way, Some(&purl));
                    named.push((Product::Purl(purl), versions));
                }
                Err(error) => self.trouble(id, error),
            }
        }
        if let Some(cpe) = text(helper, "cpe") {
            match Cpe::parse(cpe) {
                Ok(cpe) => {
                    let versions = self.versions(id, way, None);
                    named.push((Product::Cpe(Box::new(CpeRange::exact(cpe))), versions));
                }
                Err(error) => self.trouble(id, error),
            }
        }
        named
    }

    /// The versions that stand on the way: one, or a range in the notation of VERS or with bare comparators.
    fn versions(&mut self, id: &str, way: &Way<'_>, purl: Option<&Purl>) -> Vec<Versions> {
        let kind = purl.map_or("generic", Purl::kind);
        if let Some(range) = way.range {
            let written = if range.starts_with("vers:") {
                range.to_owned()
            } else if range.split('|').all(|part| part.trim_start().starts_with(['<', '>', '=', '!'])) {
                format!("vers:{kind}/{}", range.replace(' ', ""))
            } else {
                self.trouble(id, format!("no range of versions: {:.80?}", range));
                return Vec::new();
            };
            return match Range::read(&written) {
                Ok(range) => vec![Versions::Range(range)],
                Err(error) => {
                    self.trouble(id, error);
                    Vec::new()
                }
            };
        }
        let scheme = Scheme::named(kind).or_else(|| Scheme::named("generic").filter(|_| purl.is_none()));
        way.version.map(|v| Versions::Listed(scheme, vec![v.to_owned()])).into_iter().collect()
    }

    /// A product that is part of, or installed on, another: named by itself, else as the first, restricted to the second.
    fn relate(&mut self, relationship: &Value) {
        let Some(product) = relationship.get("full_product_name") else { return };
        let (Some(id), Some(part)) = (text(product, "product_id"), text(relationship, "product_reference"))
        else {
            return;
        };
        if self.by_id.len() >= MOST {
            return;
        }
        let own = self.identified(id, product, &Way::default());
        let on = text(relationship, "relates_to_product_reference").unwrap_or_default();
        let on = self.by_id.get(on).map_or_else(|| on.to_owned(), |meant| meant.label.clone());
        let part = self.by_id.get(part).cloned().unwrap_or_default();
        let label = text(product, "name").unwrap_or(id).to_owned();
        let meant = if own.is_empty() {
            Meant { named: part.named, only: Some(on), label }
        } else {
            Meant { named: own, only: None, label }
        };
        self.by_id.insert(id.to_owned(), meant);
    }
}
