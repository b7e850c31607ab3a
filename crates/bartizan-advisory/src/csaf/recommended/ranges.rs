//! Overlapping version ranges (6.2.50, 6.3.19).

use std::collections::{BTreeMap, BTreeSet};

use crate::csaf::document::Doc;
use crate::csaf::finding::Sink;
use crate::csaf::status::{ALL, group_of};
use crate::vers::{self, Range};

/// How many pairs of constraints are compared for one test.
const MAX_COMPARISONS: usize = 2_000_000;

/// What a branch says of versions.
enum Versions<'a> {
    Range(Range<'a>),
    One(&'a str),
}

/// A branch with a version or a range.
struct Sibling<'a> {
    pointer: &'a str,
    name: &'a str,
    versions: Versions<'a>,
    /// The product it holds.
    product: Option<&'a str>,
    has_branches: bool,
}

/// The branches with versions, by what they hang from.
fn families<'d>(doc: &'d Doc<'_>) -> Vec<Vec<Sibling<'d>>> {
    let mut families: BTreeMap<Option<usize>, Vec<Sibling<'d>>> = BTreeMap::new();
    for branch in &doc.branches {
        let versions = match branch.category {
            "product_version" => Versions::One(branch.name),
            "product_version_range" => match vers::parse(branch.name) {
                Ok(range) => Versions::Range(range),
                Err(_) => continue,
            },
            _ => continue,
        };
        families.entry(branch.parent).or_default().push(Sibling {
            pointer: &branch.pointer,
            name: branch.name,
            versions,
            product: branch.product.map(|number| doc.products[number].id),
            has_branches: branch.has_branches,
        });
    }
    families.into_values().filter(|family| family.len() > 1).collect()
}

/// What the second of a pair is; the first is a range.
#[derive(Clone, Copy, PartialEq, Eq)]
enum With {
    Vers,
    VersLike,
    Version,
}

/// Calls for each overlapping pair of siblings until told to stop.
fn pairs(doc: &Doc<'_>, with: With, mut call: impl FnMut(&Sibling<'_>, &Sibling<'_>) -> bool) {
    let mut count = 0usize;
    for family in families(doc) {
        for (position, first) in family.iter().enumerate() {
            let Versions::Range(range) = &first.versions else { continue };
            for (other_position, second) in family.iter().enumerate() {
                let size = match &second.versions {
                    Versions::Range(other) => other.constraints.len(),
                    Versions::One(_) => 1,
                };
                count += 1 + range.constraints.len().saturating_mul(size);
                if count > MAX_COMPARISONS {
                    return;
                }
                let overlaps = match (&second.versions, with) {
                    // Overlapping is mutual: each pair once.
                    (Versions::Range(other), With::Vers)
                        if other_position > position && other.kind.is_some() =>
                    {
                        range.overlaps(other)
                    }
                    (Versions::Range(other), With::VersLike)
                        if other_position > position && other.kind.is_none() =>
                    {
                        range.overlaps(other)
                    }
                    (Versions::One(version), With::Version) => range.contains(version),
                    _ => continue,
                };
                if overlaps == Some(true) && !call(first, second) {
                    return;
                }
            }
        }
    }
}

/// The status groups of each product of a vulnerability.
fn groups<'a>(
    vulnerability: &crate::csaf::vulnerability::Vulnerability<'a>,
) -> BTreeMap<&'a str, BTreeSet<&'static str>> {
    let mut groups: BTreeMap<&str, BTreeSet<&str>> = BTreeMap::new();
    for (list, id, _) in vulnerability.statuses(ALL) {
        if let Some(group) = group_of(list) {
            groups.entry(id).or_default().insert(group);
        }
    }
    groups
}

/// Fails where overlapping siblings have products in different groups, or in the same.
fn by_status(doc: &Doc<'_>, with: With, contradicting: bool, sink: &mut Sink<'_>) {
    let all: Vec<_> =
        doc.vulnerabilities.iter().map(|vulnerability| (vulnerability, groups(vulnerability))).collect();
    pairs(doc, with, |first, second| {
        let (Some(a), Some(b)) = (first.product, second.product) else { return true };
        for (vulnerability, groups) in &all {
            let (Some(of_a), Some(of_b)) = (groups.get(a), groups.get(b)) else { continue };
            let found = of_a
                .iter()
                .flat_map(|x| of_b.iter().map(move |y| (*x, *y)))
                .find(|(x, y)| (x != y) == contradicting);
            if let Some((x, y)) = found {
                let message = if contradicting {
                    format!(
                        "{} ({x}) and {} ({y}) share versions, so their status cannot be told: split the ranges.",
                        first.name, second.name
                    )
                } else {
                    format!(
                        "{} and {} share versions and are both {x}: split or merge the ranges.",
                        first.name, second.name
                    )
                };
                sink.fail(format!("{}/product_status", vulnerability.pointer), message);
            }
        }
        !sink.is_full()
    });
}

pub(crate) fn contradicting_vers(doc: &Doc<'_>, sink: &mut Sink<'_>) {
    by_status(doc, With::Vers, true, sink);
}

pub(crate) fn contradicting_vers_like(doc: &Doc<'_>, sink: &mut Sink<'_>) {
    by_status(doc, With::VersLike, true, sink);
}

pub(crate) fn contradicting_version(doc: &Doc<'_>, sink: &mut Sink<'_>) {
    by_status(doc, With::Version, true, sink);
}

pub(crate) fn same_vers(doc: &Doc<'_>, sink: &mut Sink<'_>) {
    by_status(doc, With::Vers, false, sink);
}

pub(crate) fn same_vers_like(doc: &Doc<'_>, sink: &mut Sink<'_>) {
    by_status(doc, With::VersLike, false, sink);
}

pub(crate) fn same_version(doc: &Doc<'_>, sink: &mut Sink<'_>) {
    by_status(doc, With::Version, false, sink);
}

pub(crate) fn range_in_branch(doc: &Doc<'_>, sink: &mut Sink<'_>) {
    for with in [With::Vers, With::VersLike] {
        pairs(doc, with, |first, second| {
            if first.has_branches || second.has_branches {
                sink.fail(
                    format!("{}/name", second.pointer),
                    format!("The range shares versions with its neighbour {}: split the two.", first.name),
                );
            }
            !sink.is_full()
        });
    }
}

pub(crate) fn version_in_branch(doc: &Doc<'_>, sink: &mut Sink<'_>) {
    pairs(doc, With::Version, |first, second| {
        if second.has_branches {
            sink.fail(
                format!("{}/name", second.pointer),
                format!("The version is in its neighbour {}: take it out there.", first.name),
            );
        }
        !sink.is_full()
    });
}
