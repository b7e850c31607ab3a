//! A document with the lookups that several tests need.

use std::cell::Cell;
use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;

use super::json::{items, select, text, texts};
use super::vulnerability::Vulnerability;
use super::{Options, Version};

/// How many memberships of products in groups are followed. A document within the limit of size may name groups so often that
/// following all would take hours.
const MAX_MEMBERSHIPS: u64 = 5_000_000;

/// Where a product is defined.
pub(crate) enum Place {
    /// At a branch; its number in [`Doc::branches`].
    Branch(usize),
    /// In the list of full product names.
    Listed,
    /// By a relationship (2.0) or a product path (2.1); its number.
    Path(usize),
}

/// A full product name.
pub(crate) struct Product<'a> {
    pub(crate) pointer: String,
    pub(crate) id: &'a str,
    pub(crate) value: &'a Value,
    pub(crate) place: Place,
}

/// A branch of the product tree.
pub(crate) struct Branch<'a> {
    pub(crate) pointer: String,
    pub(crate) category: &'a str,
    pub(crate) name: &'a str,
    pub(crate) parent: Option<usize>,
    /// How many `branches` its pointer has.
    pub(crate) depth: usize,
    /// The product it holds: its number in [`Doc::products`].
    pub(crate) product: Option<usize>,
    pub(crate) has_branches: bool,
}

/// A product made of others: a relationship of 2.0 is a path of one step.
pub(crate) struct ProductPath<'a> {
    pub(crate) pointer: String,
    pub(crate) id: Option<&'a str>,
    pub(crate) beginning: &'a str,
    /// Category and next product of each step.
    pub(crate) steps: Vec<(&'a str, &'a str)>,
}

/// The document.
pub(crate) struct Doc<'a> {
    pub(crate) root: &'a Value,
    pub(crate) version: Version,
    pub(crate) options: &'a Options,
    pub(crate) keys: super::json::Keys,
    pub(crate) branches: Vec<Branch<'a>>,
    pub(crate) products: Vec<Product<'a>>,
    pub(crate) paths: Vec<ProductPath<'a>>,
    pub(crate) groups: BTreeMap<&'a str, BTreeSet<&'a str>>,
    pub(crate) vulnerabilities: Vec<Vulnerability<'a>>,
    memberships: Cell<u64>,
}

const NOTHING: &Value = &Value::Null;

impl<'a> Doc<'a> {
    pub(crate) fn new(
        root: &'a Value,
        version: Version,
        options: &'a Options,
        keys: super::json::Keys,
    ) -> Self {
        let mut doc = Doc {
            root,
            version,
            options,
            keys,
            branches: Vec::new(),
            products: Vec::new(),
            paths: Vec::new(),
            groups: BTreeMap::new(),
            vulnerabilities: Vec::new(),
            memberships: Cell::new(0),
        };
        let tree = root.get("product_tree").unwrap_or(NOTHING);
        doc.add_branches(tree, "/product_tree", None, 1);
        for (index, value) in items(tree, "full_product_names") {
            doc.add_product(format!("/product_tree/full_product_names/{index}"), value, Place::Listed);
        }
        let key = if version == Version::V2_0 { "relationships" } else { "product_paths" };
        for (index, value) in items(tree, key) {
            let pointer = format!("/product_tree/{key}/{index}");
            let name = value.get("full_product_name");
            let (beginning, steps) = if version == Version::V2_0 {
                let step = (
                    text(value, "category").unwrap_or(""),
                    text(value, "relates_to_product_reference").unwrap_or(""),
                );
                (text(value, "product_reference"), vec![step])
            } else {
                let step = |step| {
                    (text(step, "category").unwrap_or(""), text(step, "next_product_reference").unwrap_or(""))
                };
                (
                    text(value, "beginning_product_reference"),
                    items(value, "subpaths").map(|(_, item)| step(item)).collect(),
                )
            };
            let number = doc.paths.len();
            let id = name.and_then(|name| text(name, "product_id"));
            doc.paths.push(ProductPath {
                pointer: pointer.clone(),
                id,
                beginning: beginning.unwrap_or(""),
                steps,
            });
            if let Some(name) = name {
                doc.add_product(format!("{pointer}/full_product_name"), name, Place::Path(number));
            }
        }
        for (_, group) in items(tree, "product_groups") {
            if let Some(id) = text(group, "group_id") {
                doc.groups.entry(id).or_default().extend(texts(group, "product_ids").map(|(_, id)| id));
            }
        }
        doc.vulnerabilities = items(root, "vulnerabilities")
            .map(|(index, value)| Vulnerability { pointer: format!("/vulnerabilities/{index}"), value })
            .collect();
        doc
    }

    fn add_branches(&mut self, value: &'a Value, pointer: &str, parent: Option<usize>, depth: usize) {
        for (index, branch) in items(value, "branches") {
            let pointer = format!("{pointer}/branches/{index}");
            let number = self.branches.len();
            self.branches.push(Branch {
                pointer: pointer.clone(),
                category: text(branch, "category").unwrap_or(""),
                name: text(branch, "name").unwrap_or(""),
                parent,
                depth,
                product: None,
                has_branches: branch.get("branches").is_some(),
            });
            if let Some(product) = branch.get("product") {
                let position = self.products.len();
                self.add_product(format!("{pointer}/product"), product, Place::Branch(number));
                self.branches[number].product = Some(position);
            }
            // The parser refuses a depth that the stack could not bear.
            self.add_branches(branch, &pointer, Some(number), depth + 1);
        }
    }

    fn add_product(&mut self, pointer: String, value: &'a Value, place: Place) {
        let id = text(value, "product_id").unwrap_or("");
        self.products.push(Product { pointer, id, value, place });
    }

    /// The same for the branch of a number.
    pub(crate) fn way_to(&self, branch: usize) -> Vec<(&'a str, &'a str)> {
        let mut way = Vec::new();
        let mut at = Some(branch);
        while let Some(number) = at {
            let branch = &self.branches[number];
            way.push((branch.category, branch.name));
            at = branch.parent;
        }
        way.reverse();
        way
    }

    /// The branches from the root to this one, as category and name.
    pub(crate) fn way(&self, branch: &Branch<'a>) -> Vec<(&'a str, &'a str)> {
        let mut way = branch.parent.map_or_else(Vec::new, |parent| self.way_to(parent));
        way.push((branch.category, branch.name));
        way
    }

    /// The products that an item is about: those it names and those of the groups it names.
    pub(crate) fn members(&self, item: &'a Value) -> BTreeSet<&'a str> {
        let mut members: BTreeSet<&str> = texts(item, "product_ids").map(|(_, id)| id).collect();
        for (_, group) in texts(item, "group_ids") {
            let Some(products) = self.groups.get(group) else { continue };
            let spent = self.memberships.get() + products.len() as u64;
            if spent > MAX_MEMBERSHIPS {
                self.memberships.set(u64::MAX / 2);
                break;
            }
            self.memberships.set(spent);
            members.extend(products.iter().copied());
        }
        members
    }

    /// Whether there were more memberships than are followed.
    pub(crate) fn is_exhausted(&self) -> bool {
        self.memberships.get() > MAX_MEMBERSHIPS
    }

    /// The document's own part.
    pub(crate) fn document(&self) -> &'a Value {
        self.root.get("document").unwrap_or(NOTHING)
    }

    /// `/document/tracking`.
    pub(crate) fn tracking(&self) -> &'a Value {
        self.document().get("tracking").unwrap_or(NOTHING)
    }

    /// `/document/category`.
    pub(crate) fn category(&self) -> &'a str {
        text(self.document(), "category").unwrap_or("")
    }

    /// `/document/tracking/status`.
    pub(crate) fn status(&self) -> &'a str {
        text(self.tracking(), "status").unwrap_or("")
    }

    /// Whether it is out: status `final` or `interim`.
    pub(crate) fn is_released(&self) -> bool {
        matches!(self.status(), "final" | "interim")
    }

    /// `/document/distribution/tlp/label`.
    pub(crate) fn tlp(&self) -> Option<&'a str> {
        self.root.pointer("/document/distribution/tlp/label")?.as_str()
    }

    /// The newest date of the revision history.
    pub(crate) fn newest_revision(&self) -> Option<super::time::Instant> {
        items(self.tracking(), "revision_history")
            .filter_map(|(_, item)| super::time::parse(text(item, "date")?))
            .max()
    }

    /// Whether the language is English or not said, for terms that are fixed in English. Compared by its first subtag.
    pub(crate) fn is_english(&self) -> bool {
        self.language().is_none_or(|language| language == "en")
    }

    /// The first subtag of the document's language, in lower case.
    pub(crate) fn language(&self) -> Option<String> {
        let language = text(self.document(), "lang")?;
        Some(language.split('-').next().unwrap_or("").to_ascii_lowercase())
    }

    /// All values at a path.
    pub(crate) fn select(&self, path: &str) -> Vec<(String, &'a Value)> {
        select(self.root, path)
    }

    /// The identification helpers, each with its pointer and the number of its product.
    pub(crate) fn helpers(&self) -> impl Iterator<Item = (usize, String, &'a Value)> {
        self.products.iter().enumerate().filter_map(|(number, product)| {
            let helper = product.value.get("product_identification_helper")?;
            Some((number, format!("{}/product_identification_helper", product.pointer), helper))
        })
    }
}
