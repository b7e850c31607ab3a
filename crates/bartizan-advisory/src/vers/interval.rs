//! Ranges as stretches of versions: what is in them, and where two overlap.

use std::cmp::Ordering;

use super::compare::compare;
use super::{Comparator, Constraint, Range};

/// The most constraints that are compared.
const MAX_CONSTRAINTS: usize = 1_000;

impl<'a> Range<'a> {
    /// Whether a version is in the range; `None` where versions cannot be compared.
    pub(crate) fn contains(&self, version: &str) -> Option<bool> {
        if self.is_all {
            return Some(true);
        }
        for constraint in &self.constraints {
            let order = compare(self.kind, version, constraint.version)?;
            match constraint.comparator {
                Comparator::NotEqual if order == Ordering::Equal => return Some(false),
                Comparator::Equal if order == Ordering::Equal => return Some(true),
                _ => {}
            }
        }
        for interval in self.intervals()? {
            if interval.has(self.kind, version)? {
                return Some(true);
            }
        }
        Some(false)
    }

    /// Whether two ranges of one kind have a version in common; `None` where that cannot be said.
    pub(crate) fn overlaps(&self, other: &Range<'_>) -> Option<bool> {
        if self.is_all || other.is_all {
            return Some(true);
        }
        if self.kind != other.kind {
            return None;
        }
        let kind = self.kind;
        let singles = |range: &Range<'_>, with: &Range<'_>| -> Option<bool> {
            for constraint in
                range.constraints.iter().filter(|constraint| constraint.comparator == Comparator::Equal)
            {
                if with.contains(constraint.version)? {
                    return Some(true);
                }
            }
            Some(false)
        };
        if singles(self, other)? || singles(other, self)? {
            return Some(true);
        }
        for a in self.intervals()? {
            for b in other.intervals()? {
                if a.meets(kind, &b)? {
                    return Some(true);
                }
            }
        }
        Some(false)
    }

    /// The stretches between lower and upper constraints; singles and exclusions are not among them.
    fn intervals(&self) -> Option<Vec<Interval<'a>>> {
        if self.constraints.len() > MAX_CONSTRAINTS {
            return None;
        }
        let mut bounds: Vec<Constraint<'a>> = self.constraints.clone();
        bounds
            .retain(|constraint| !matches!(constraint.comparator, Comparator::Equal | Comparator::NotEqual));
        let mut comparable = true;
        bounds.sort_by(|a, b| {
            compare(self.kind, a.version, b.version).unwrap_or_else(|| {
                comparable = false;
                Ordering::Equal
            })
        });
        if !comparable {
            return None;
        }
        let mut intervals = Vec::new();
        let mut low: Option<(&str, bool)> = None;
        for bound in bounds {
            match bound.comparator {
                // Of two lower ends in a row the later is within the first.
                Comparator::Greater if low.is_none() => low = Some((bound.version, false)),
                Comparator::GreaterOrEqual if low.is_none() => low = Some((bound.version, true)),
                Comparator::Less => {
                    intervals.push(Interval { low: low.take(), high: Some((bound.version, false)) })
                }
                Comparator::LessOrEqual => {
                    intervals.push(Interval { low: low.take(), high: Some((bound.version, true)) })
                }
                _ => {}
            }
        }
        if low.is_some() {
            intervals.push(Interval { low, high: None });
        }
        Some(intervals)
    }
}

/// A stretch of versions for formats that have them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Stretch {
    /// Where it begins; nothing for the first version there is.
    pub(crate) low: Option<String>,
    /// Where it ends, with whether that version is in it; nothing for no end.
    pub(crate) high: Option<(String, bool)>,
}

impl Range<'_> {
    /// The stretches and the single versions of the range. Excluded versions are not taken out; `None`
    /// where the order of the versions is not known.
    pub(crate) fn stretches(&self) -> Option<(Vec<Stretch>, Vec<String>)> {
        if self.is_all {
            return Some((vec![Stretch { low: None, high: None }], Vec::new()));
        }
        let singles = self.constraints.iter().filter(|constraint| constraint.comparator == Comparator::Equal);
        let singles = singles.map(|constraint| constraint.version.to_owned()).collect();
        let owned = |interval: Interval<'_>| Stretch {
            low: interval.low.map(|(version, _)| version.to_owned()),
            high: interval.high.map(|(version, within)| (version.to_owned(), within)),
        };
        Some((self.intervals()?.into_iter().map(owned).collect(), singles))
    }
}

/// A stretch of versions: each end with whether it belongs to it.
struct Interval<'a> {
    low: Option<(&'a str, bool)>,
    high: Option<(&'a str, bool)>,
}

impl Interval<'_> {
    fn has(&self, kind: Option<&str>, version: &str) -> Option<bool> {
        let above = match self.low {
            None => true,
            Some((low, closed)) => match compare(kind, low, version)? {
                Ordering::Less => true,
                Ordering::Equal => closed,
                Ordering::Greater => false,
            },
        };
        let below = match self.high {
            None => true,
            Some((high, closed)) => match compare(kind, version, high)? {
                Ordering::Less => true,
                Ordering::Equal => closed,
                Ordering::Greater => false,
            },
        };
        Some(above && below)
    }

    fn meets(&self, kind: Option<&str>, other: &Interval<'_>) -> Option<bool> {
        let before = |high: Option<(&str, bool)>, low: Option<(&str, bool)>| -> Option<bool> {
            let (Some((high, high_closed)), Some((low, low_closed))) = (high, low) else {
                return Some(false);
            };
            Some(match compare(kind, high, low)? {
                Ordering::Less => true,
                Ordering::Equal => !(high_closed && low_closed),
                Ordering::Greater => false,
            })
        };
        Some(!before(self.high, other.low)? && !before(other.high, self.low)?)
    }
}
