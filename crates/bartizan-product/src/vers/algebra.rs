//! What a range means: containment, the simplest form, the complement and the union.

use super::range::Versions;
use super::{Comparator, Constraint, Range, Scheme};
use crate::error::{Code, Error};
use std::cmp::Ordering;

impl Range {
    /// Whether a version is in the range.
    ///
    /// # Errors
    /// [`Code::Vers`] if the type has no known order.
    pub fn contains(&self, version: &str) -> Result<bool, Error> {
        Ok(self.locate(version)?.0)
    }

    /// Whether a version is in the range, and the constraints that say so: the ones next to it.
    ///
    /// # Errors
    /// As [`Range::contains`].
    pub fn locate(&self, version: &str) -> Result<(bool, Vec<&Constraint>), Error> {
        match &self.versions {
            Versions::All => Ok((self.kind != "none", Vec::new())),
            Versions::Some(constraints) => {
                let scheme = self.ordered()?;
                Ok(locate(constraints, |c| scheme.compare(version, &c.version)))
            }
        }
    }

    fn ordered(&self) -> Result<Scheme, Error> {
        self.scheme().ok_or_else(|| Error::about(Code::Vers, "a type whose order is not known", &self.kind))
    }

    /// The shortest range of the same versions; [`Range::none`] if there is none.
    ///
    /// # Errors
    /// [`Code::Vers`] if the type has no known order.
    pub fn simplified(&self) -> Result<Self, Error> {
        if self.versions == Versions::All {
            return Ok(self.clone());
        }
        Range::of(&self.kind, self.ordered()?, &[self], |inside| inside)
    }

    /// The versions that are not in the range.
    ///
    /// # Errors
    /// As [`Range::simplified`].
    pub fn inverted(&self) -> Result<Self, Error> {
        if self.versions == Versions::All {
            return if self.kind == "none" { Range::all("all") } else { Ok(Range::none()) };
        }
        Range::of(&self.kind, self.ordered()?, &[self], |inside| !inside)
    }

    /// The versions that are in any of the ranges.
    ///
    /// # Errors
    /// [`Code::Vers`] for ranges of different types, for none at all, and as [`Range::simplified`].
    pub fn merged(ranges: &[&Range]) -> Result<Self, Error> {
        let Some(first) = ranges.first() else { return Err(Error::new(Code::Vers, "no range to merge")) };
        if let Some(other) = ranges.iter().find(|r| r.kind != first.kind) {
            return Err(Error::about(Code::Vers, "ranges of different types", &other.kind));
        }
        Range::of(&first.kind, first.ordered()?, ranges, |inside| inside)
    }

    /// Cuts the line of versions at every version that is named, asks of each point and each gap whether it is in any
    /// of the ranges, and writes down where the answer changes.
    fn of(kind: &str, scheme: Scheme, ranges: &[&Range], want: impl Fn(bool) -> bool) -> Result<Self, Error> {
        let mut cuts: Vec<&str> = ranges
            .iter()
            .flat_map(|r| r.constraints().unwrap_or_default())
            .map(|c| c.version.as_str())
            .collect();
        cuts.sort_by(|a, b| scheme.compare(a, b));
        cuts.dedup_by(|a, b| scheme.compare(a, b).is_eq());
        let inside = |at: &str, side: Ordering| {
            want(ranges.iter().any(|range| match &range.versions {
                Versions::All => range.kind != "none",
                Versions::Some(constraints) => {
                    locate(constraints, |c| scheme.compare(at, &c.version).then(side)).0
                }
            }))
        };
        let mut constraints = Vec::new();
        let mut before = match cuts.first() {
            Some(cut) => inside(cut, Ordering::Less),
            None => inside("0", Ordering::Equal),
        };
        let start = before;
        for cut in &cuts {
            let (here, after) = (inside(cut, Ordering::Equal), inside(cut, Ordering::Greater));
            let comparator = match (before, here, after) {
                (false, true, true) => Some(Comparator::GreaterOrEqual),
                (false, false, true) => Some(Comparator::Greater),
                (true, true, false) => Some(Comparator::LessOrEqual),
                (true, false, false) => Some(Comparator::Less),
                (true, false, true) => Some(Comparator::NotEqual),
                (false, true, false) => Some(Comparator::Equal),
                (true, true, true) | (false, false, false) => None,
            };
            constraints.extend(comparator.map(|c| Constraint::new(c, *cut)));
            before = after;
        }
        match (constraints.is_empty(), start) {
            (true, true) => Range::all(kind),
            (true, false) => Ok(Range::none()),
            (false, _) => Range::build(kind, constraints),
        }
    }
}

/// The guide's procedure ("Checking if a version is contained within a range"), on constraints that may be redundant.
/// `side` compares the tested version with that of a constraint.
fn locate(constraints: &[Constraint], side: impl Fn(&Constraint) -> Ordering) -> (bool, Vec<&Constraint>) {
    let sides: Vec<Ordering> = constraints.iter().map(side).collect();
    let equal = || constraints.iter().zip(&sides).filter(|(_, o)| o.is_eq()).map(|(c, _)| c);
    if let Some(c) = equal().find(|c| c.comparator.includes_equal()) {
        return (true, vec![c]);
    }
    if let Some(c) = equal().find(|c| c.comparator == Comparator::NotEqual) {
        return (false, vec![c]);
    }
    let bounds: Vec<(&Constraint, Ordering)> = constraints
        .iter()
        .zip(sides.iter().copied())
        .filter(|(c, _)| c.comparator.is_lower() || c.comparator.is_upper())
        .collect();
    // Without any bound, what is not excluded is in: `!=1.0` alone.
    if bounds.is_empty() {
        let excluded: Vec<_> = constraints.iter().filter(|c| c.comparator == Comparator::NotEqual).collect();
        return (!excluded.is_empty() && excluded.len() == constraints.len(), excluded);
    }
    // The redundant ones go: of lower bounds in a row the first counts, of upper bounds the last.
    let kept: Vec<(&Constraint, Ordering)> = bounds
        .iter()
        .enumerate()
        .filter(|(n, (c, _))| match c.comparator.is_lower() {
            true => *n == 0 || bounds[n - 1].0.comparator.is_upper(),
            false => bounds.get(n + 1).is_none_or(|(next, _)| next.comparator.is_lower()),
        })
        .map(|(_, b)| *b)
        .collect();
    // A bound that excludes the tested version itself stands on the other side of it.
    let above = |(c, o): &(&Constraint, Ordering)| {
        o.is_gt() || (o.is_eq() && c.comparator == Comparator::LessOrEqual)
    };
    let at = kept.partition_point(above);
    let left = at.checked_sub(1).map(|n| kept[n].0);
    // Equality with `<` or `>` is outside of that bound, whatever stands next to it.
    if let Some((c, _)) = kept.get(at).filter(|(_, o)| o.is_eq()) {
        let covered = c.comparator == Comparator::Greater && left.is_some_and(|l| l.comparator.is_lower());
        return (covered, vec![c]);
    }
    let right = kept.get(at).map(|(c, _)| *c);
    let inside = match (left, right) {
        (Some(left), _) => left.comparator.is_lower(),
        (None, Some(right)) => right.comparator.is_upper(),
        (None, None) => false,
    };
    (inside, left.into_iter().chain(right).collect())
}
