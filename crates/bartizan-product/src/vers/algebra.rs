//! What a range means: containment, the simplest form, the complement and the union.

use super::range::Versions;
use super::{Comparator, Constraint, Range, Scheme};
use crate::error::{Code, Error};
use std::cmp::Ordering;
use std::collections::BTreeSet;

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
        let rank = |version: &str| cuts.partition_point(|cut| scheme.compare(cut, version).is_lt());
        let lines: Vec<Option<Line>> =
            ranges.iter().map(|r| r.constraints().map(|list| Line::new(list, rank))).collect();
        let inside = |at: usize, side: Ordering| {
            want(ranges.iter().zip(&lines).any(|(range, line)| match line {
                None => range.kind != "none",
                Some(line) => line.inside(at, side),
            }))
        };
        let mut constraints = Vec::new();
        let mut before = inside(0, Ordering::Less);
        let start = before;
        for (n, cut) in cuts.iter().enumerate() {
            let (here, after) = (inside(n, Ordering::Equal), inside(n, Ordering::Greater));
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
    let directions: Vec<Comparator> = bounds.iter().map(|(c, _)| c.comparator).collect();
    let kept: Vec<(&Constraint, Ordering)> = needed(&directions).map(|n| bounds[n]).collect();
    let (inside, left, right) = stand(&kept, |(c, o)| (c.comparator, *o));
    (inside, left.into_iter().chain(right).map(|n| kept[n].0).collect())
}

/// The bounds that are not redundant: of lower bounds in a row the first counts, of upper bounds the last.
fn needed(directions: &[Comparator]) -> impl Iterator<Item = usize> + '_ {
    (0..directions.len()).filter(|n| match directions[*n].is_lower() {
        true => *n == 0 || directions[*n - 1].is_upper(),
        false => directions.get(*n + 1).is_none_or(|next| next.is_lower()),
    })
}

/// Where something stands among alternating bounds: inside or not, and the bounds on its left and right that say so.
/// `see` gives the comparator of a bound and the order of the thing to it.
fn stand<T>(kept: &[T], see: impl Fn(&T) -> (Comparator, Ordering)) -> (bool, Option<usize>, Option<usize>) {
    let passed = |bound: &T| {
        let (comparator, order) = see(bound);
        order.is_gt() || (order.is_eq() && comparator == Comparator::LessOrEqual)
    };
    let at = kept.partition_point(passed);
    let left = at.checked_sub(1);
    let right = kept.get(at).map(|_| at);
    let lower = |n: usize| see(&kept[n]).0.is_lower();
    // A bound that excludes its own version, and the version is that one.
    if let Some((comparator, order)) = kept.get(at).map(&see)
        && order.is_eq()
    {
        return (comparator == Comparator::Greater && left.is_some_and(lower), None, right);
    }
    let inside = match (left, right) {
        (Some(left), _) => lower(left),
        (None, Some(right)) => !lower(right),
        (None, None) => false,
    };
    (inside, left, right)
}

/// The constraints of a range over versions that are numbered in their order.
struct Line {
    included: BTreeSet<usize>,
    excluded: BTreeSet<usize>,
    bounds: Vec<(usize, Comparator)>,
    /// What is inside if there is no bound.
    otherwise: bool,
}

impl Line {
    fn new(constraints: &[Constraint], rank: impl Fn(&str) -> usize) -> Self {
        let ranked: Vec<_> = constraints.iter().map(|c| (rank(&c.version), c.comparator)).collect();
        let only = |keep: fn(Comparator) -> bool| ranked.iter().filter(move |(_, c)| keep(*c));
        let bounds: Vec<_> = only(|c| c.is_lower() || c.is_upper()).copied().collect();
        let directions: Vec<Comparator> = bounds.iter().map(|(_, c)| *c).collect();
        Line {
            included: only(Comparator::includes_equal).map(|(n, _)| *n).collect(),
            excluded: only(|c| c == Comparator::NotEqual).map(|(n, _)| *n).collect(),
            bounds: needed(&directions).map(|n| bounds[n]).collect(),
            otherwise: !ranked.is_empty() && ranked.iter().all(|(_, c)| *c == Comparator::NotEqual),
        }
    }

    /// Whether the version with a number is inside, or the gap on one side of it.
    fn inside(&self, at: usize, side: Ordering) -> bool {
        if side.is_eq() && (self.included.contains(&at) || self.excluded.contains(&at)) {
            return self.included.contains(&at);
        }
        if self.bounds.is_empty() {
            return self.otherwise;
        }
        stand(&self.bounds, |(n, comparator)| (*comparator, at.cmp(n).then(side))).0
    }
}
