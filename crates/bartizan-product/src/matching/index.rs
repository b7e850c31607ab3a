//! The statements of advisories, found by package, CPE product or name.

use super::answer::{Answer, Verdict};
use super::evaluate::{evaluate, identified, simple_name};
use super::{Affected, Product};
use crate::cpe::{Attribute, Cpe, Value};
use crate::inventory::{Component, Inventory};
use crate::purl::Purl;
use std::collections::BTreeMap;

/// An index over what advisories say.
#[derive(Debug, Default)]
pub struct Index {
    affected: Vec<Affected>,
    by_package: BTreeMap<String, Vec<usize>>,
    by_product: BTreeMap<String, Vec<usize>>,
    by_name: BTreeMap<String, Vec<usize>>,
    /// CPE names whose vendor or product is a wildcard.
    wild: Vec<usize>,
}

/// One statement of an advisory that means a component.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Match {
    /// The asset, by its place in the inventory.
    pub asset: usize,
    /// The component, by its place in the asset.
    pub component: usize,
    /// The statement, by its place in the index.
    pub affected: usize,
    /// What follows.
    pub answer: Answer,
}

fn package_key(purl: &Purl) -> String {
    format!("{}\0{}\0{}", purl.kind(), purl.namespace().unwrap_or_default(), purl.name())
}

/// `None` unless vendor and product are without wildcards.
fn product_key(cpe: &Cpe) -> Option<String> {
    let text = |attribute| match cpe.get(attribute) {
        value @ Value::Text(text) if !value.has_wildcard() => Some(text),
        _ => None,
    };
    Some(format!("{}\0{}", text(Attribute::Vendor)?, text(Attribute::Product)?))
}

impl Index {
    /// Builds the index; the statements keep their order.
    pub fn new(affected: Vec<Affected>) -> Self {
        let mut index = Index::default();
        for (n, one) in affected.iter().enumerate() {
            let name = match &one.product {
                Product::Purl(purl) => {
                    index.by_package.entry(package_key(purl)).or_default().push(n);
                    purl.name().to_lowercase()
                }
                Product::Cpe(range) => {
                    let Some(cpe) = &range.name else { continue };
                    match product_key(cpe) {
                        Some(key) => index.by_product.entry(key).or_default().push(n),
                        None => index.wild.push(n),
                    }
                    cpe.plain(Attribute::Product).unwrap_or_default()
                }
                Product::Name { product, .. } => product.to_lowercase(),
            };
            let spaced = name.replace('_', " ");
            if spaced != name {
                index.by_name.entry(spaced).or_default().push(n);
            }
            index.by_name.entry(name).or_default().push(n);
        }
        index.affected = affected;
        index
    }

    /// The statements, in their order.
    pub fn affected(&self) -> &[Affected] {
        &self.affected
    }

    /// What is said about one component, in the order of the statements.
    pub fn of_component(&self, component: &Component) -> Vec<(usize, Answer)> {
        let mut candidates = Vec::new();
        if let Some(purl) = &component.purl {
            candidates.extend(self.by_package.get(&package_key(purl)).into_iter().flatten().copied());
        }
        for cpe in &component.cpes {
            match product_key(cpe) {
                Some(key) => candidates.extend(self.by_product.get(&key).into_iter().flatten().copied()),
                // Vendor or product are open: whatever has the name that is left.
                None => {
                    let name = cpe.plain(Attribute::Product).unwrap_or_default();
                    candidates.extend(self.by_name.get(&name).into_iter().flatten().copied());
                }
            }
            candidates.extend(&self.wild);
        }
        if !identified(component) {
            candidates.extend(self.by_name.get(&simple_name(component)).into_iter().flatten().copied());
        }
        candidates.sort_unstable();
        candidates.dedup();
        let mut found: Vec<(usize, Answer)> = candidates
            .into_iter()
            .filter_map(|n| Some((n, evaluate(&self.affected[n], component)?)))
            .collect();
        // Advisories of distributions name source packages; what is built from one has its version, unless it says otherwise.
        if let Some(source) = component.purl.as_ref().and_then(Purl::upstream) {
            let statements = self.by_package.get(&package_key(&source)).into_iter().flatten();
            let source = Component { purl: Some(source), ..component.clone() };
            found.extend(statements.filter_map(|n| Some((*n, evaluate(&self.affected[*n], &source)?))));
            found.sort_by_key(|(n, _)| *n);
        }
        found
    }

    /// What is said about every component of an inventory, in its order. A component that no advisory names has no
    /// entry, which says nothing about it.
    pub fn of_inventory(&self, inventory: &Inventory) -> Vec<Match> {
        let mut matches = Vec::new();
        for (asset, of_asset) in inventory.assets.iter().enumerate() {
            for (component, of_component) in of_asset.components.iter().enumerate() {
                let found = self.of_component(of_component).into_iter();
                matches.extend(found.map(|(affected, answer)| Match { asset, component, affected, answer }));
            }
        }
        matches
    }

    /// The verdict of each advisory on each component: affected if any of its statements says so, unknown if any of
    /// them cannot tell, otherwise not affected. Asset, component, advisory; the match that decided.
    pub fn by_advisory<'m>(&self, matches: &'m [Match]) -> BTreeMap<(usize, usize, &str), &'m Match> {
        let mut decided: BTreeMap<(usize, usize, &str), &Match> = BTreeMap::new();
        for one in matches {
            let key = (one.asset, one.component, self.affected[one.affected].advisory.as_str());
            let weaker = |kept: &&Match| kept.answer.verdict < one.answer.verdict;
            if decided.get(&key).is_none_or(weaker) {
                decided.insert(key, one);
            }
        }
        decided
    }

    /// How many of the matches have a verdict.
    pub fn count(matches: &[Match], verdict: Verdict) -> usize {
        matches.iter().filter(|m| m.answer.verdict == verdict).count()
    }
}
