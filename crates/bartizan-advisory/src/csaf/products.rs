//! Which products are versions of one another (6.1.27.13, 6.2.39.1).

use std::collections::{BTreeMap, BTreeSet};

use super::document::{Doc, Place};

/// What a product is apart from its version.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Line<'a> {
    /// The branches to it without those that say a version.
    Branches(Vec<(&'a str, &'a str)>),
    /// Its name alone says what it is: it may be a version of any other such.
    Unknown,
}

/// The lines of all products.
pub(crate) struct Lines<'a> {
    lines: BTreeMap<&'a str, Line<'a>>,
    /// The parts of composed products: the beginning and each step.
    composed: BTreeMap<&'a str, Composed<'a>>,
    /// Products that are installed with another, and those others.
    installed_with: BTreeMap<&'a str, Vec<&'a str>>,
}

struct Composed<'a> {
    beginning: &'a str,
    steps: Vec<(&'a str, &'a str)>,
}

/// The affected products by line, and the composed ones by each pattern with one part left open.
pub(crate) struct Index<'a> {
    lines: BTreeSet<Line<'a>>,
    patterns: BTreeSet<Vec<(&'a str, Part<'a>)>>,
    /// The products as beginning and steps; one that is not composed has no steps.
    ways: BTreeSet<(&'a str, Vec<(&'a str, &'a str)>)>,
}

#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
enum Part<'a> {
    Exactly(&'a str),
    OfLine(Line<'a>),
}

/// Branches that say which version.
const OF_A_VERSION: [&str; 4] = ["patch_level", "product_version", "product_version_range", "service_pack"];

impl<'a> Lines<'a> {
    pub(crate) fn new(doc: &Doc<'a>) -> Self {
        let mut lines =
            Lines { lines: BTreeMap::new(), composed: BTreeMap::new(), installed_with: BTreeMap::new() };
        for product in &doc.products {
            match product.place {
                Place::Branch(branch) => {
                    let mut way = doc.way_to(branch);
                    way.retain(|(category, _)| !OF_A_VERSION.contains(category));
                    lines.lines.entry(product.id).or_insert(Line::Branches(way));
                }
                Place::Listed => {
                    lines.lines.entry(product.id).or_insert(Line::Unknown);
                }
                Place::Path(number) => {
                    let path = &doc.paths[number];
                    let steps = path.steps.clone();
                    lines.composed.entry(product.id).or_insert(Composed { beginning: path.beginning, steps });
                }
            }
        }
        for path in &doc.paths {
            for (category, next) in &path.steps {
                if *category == "installed_with" {
                    lines.installed_with.entry(next).or_default().push(path.beginning);
                }
            }
        }
        lines
    }

    /// Whether there is such a product.
    pub(crate) fn is_defined(&self, id: &str) -> bool {
        self.lines.contains_key(id) || self.composed.contains_key(id)
    }

    fn line(&self, id: &str) -> Line<'a> {
        self.lines.get(id).cloned().unwrap_or(Line::Unknown)
    }

    /// What products to compare with are known by.
    pub(crate) fn index(&self, ids: &BTreeSet<&'a str>) -> Index<'a> {
        let mut index = Index { lines: BTreeSet::new(), patterns: BTreeSet::new(), ways: BTreeSet::new() };
        for id in ids {
            match self.composed.get(id) {
                Some(composed) => {
                    index.patterns.extend(self.patterns(composed));
                    index.ways.insert((composed.beginning, composed.steps.clone()));
                }
                None => {
                    index.lines.insert(self.line(id));
                    index.ways.insert((*id, Vec::new()));
                }
            }
        }
        index
    }

    /// A composed product with each of its parts in turn left open for other versions. Paths are short: at most some steps.
    fn patterns(&self, composed: &Composed<'a>) -> Vec<Vec<(&'a str, Part<'a>)>> {
        let parts: Vec<(&str, &str)> = std::iter::once(("", composed.beginning))
            .chain(composed.steps.iter().copied())
            .take(32)
            .collect();
        let open = |at: usize| {
            let part = |(position, (category, id)): (usize, &(&'a str, &'a str))| {
                (*category, if position == at { Part::OfLine(self.line(id)) } else { Part::Exactly(id) })
            };
            parts.iter().enumerate().map(part).collect()
        };
        (0..parts.len()).map(open).collect()
    }

    /// Whether another version of a product is among those of the index.
    pub(crate) fn has_corresponding(&self, id: &str, ids: &BTreeSet<&'a str>, index: &Index<'a>) -> bool {
        // A fix that is installed with a product: that product is what was affected.
        if self.installed_with.get(id).is_some_and(|bases| bases.iter().any(|base| ids.contains(base))) {
            return true;
        }
        let Some(composed) = self.composed.get(id) else {
            return index.lines.contains(&self.line(id));
        };
        if let Some(at) = composed.steps.iter().position(|(category, _)| *category == "installed_with")
            && index.ways.contains(&(composed.beginning, composed.steps[..at].to_vec()))
        {
            return true;
        }
        self.patterns(composed).iter().any(|pattern| index.patterns.contains(pattern))
    }
}
