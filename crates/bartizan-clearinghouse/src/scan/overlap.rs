//! Whether two targets have something in common, exactly: for the coordinator, who sees both, and for nobody else.

use bartizan_product::Range;
use bartizan_product::cpe::{Relation, compare_names};

use super::intent::Intent;
use super::target::Target;

/// What two targets have in common.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Overlap {
    /// Perhaps: the order of versions or commits is not known here, or a name does not say.
    Perhaps,
    /// Certainly.
    Certain,
}

/// What two targets have in common; `None` for nothing.
pub fn overlap(one: &Target, other: &Target) -> Option<Overlap> {
    match (one, other) {
        (Target::Package { purl, versions }, Target::Package { purl: with, versions: of }) => {
            (purl == with).then(|| ranges(versions.as_ref(), of.as_ref()))?
        }
        (Target::Repository { place, commits, .. }, Target::Repository { place: with, commits: of, .. }) => {
            (place == with).then(|| match (commits, of) {
                (Some(one), Some(other)) if one != other => Overlap::Perhaps,
                _ => Overlap::Certain,
            })
        }
        // The repository of a forge is a package, whose versions are its tags and commits.
        (Target::Repository { place, .. }, Target::Package { purl, versions })
        | (Target::Package { purl, versions }, Target::Repository { place, .. }) => {
            let perhaps = if versions.is_some() { Overlap::Perhaps } else { Overlap::Certain };
            (*place == purl.to_string()).then_some(perhaps)
        }
        (Target::Product(one), Target::Product(other)) => {
            match (compare_names(one, other), compare_names(other, one)) {
                (Relation::Disjoint, _) | (_, Relation::Disjoint) => None,
                (Relation::Undefined, Relation::Undefined) => Some(Overlap::Perhaps),
                _ => Some(Overlap::Certain),
            }
        }
        (Target::Network(one), Target::Network(other)) => one.meets(other).then_some(Overlap::Certain),
        (Target::Host(one), Target::Host(other)) => (one == other).then_some(Overlap::Certain),
        // Which addresses a host has is known only by asking.
        (Target::Network(_), Target::Host(_)) | (Target::Host(_), Target::Network(_)) => None,
        _ => None,
    }
}

fn ranges(one: Option<&Range>, other: Option<&Range>) -> Option<Overlap> {
    let (Some(one), Some(other)) = (one, other) else { return Some(Overlap::Certain) };
    // Both: neither outside the one nor outside the other.
    let both = || {
        let (not_one, not_other) = (one.inverted().ok()?, other.inverted().ok()?);
        // What has no outside is everything.
        if not_one == Range::none() {
            return Some(other.clone());
        }
        if not_other == Range::none() {
            return Some(one.clone());
        }
        Range::merged(&[&not_one, &not_other]).ok()?.inverted().ok()
    };
    match both() {
        None => Some(Overlap::Perhaps),
        Some(range) if range == Range::none() => None,
        Some(_) => Some(Overlap::Certain),
    }
}

/// The pairs of targets of two intents that have something in common, by their texts.
pub(crate) fn pairs(one: &Intent, other: &Intent) -> Vec<(String, String, Overlap)> {
    let each = |a| other.targets().iter().filter_map(move |b| overlap(a, b).map(|o| (a.text(), b.text(), o)));
    one.targets().iter().flat_map(each).collect()
}

impl Intent {
    /// What of two intents overlaps: their targets, pair by pair. For the coordinator.
    pub fn overlaps(&self, other: &Intent) -> Vec<(String, String, Overlap)> {
        pairs(self, other)
    }
}
