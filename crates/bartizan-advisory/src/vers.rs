//! Version ranges in branches of the category `product_version_range`: VERS (`vers:npm/>=1.0|<2.0`) and VERS-like specifiers
//! (`>=1.0|<2.0`), CSAF 2.1, section 3.1.2.3.2.

use std::cmp::Ordering;

/// The types of VERS that its specification has.
const REGISTERED: &[&str] = &[
    "all",
    "alpine",
    "alpm",
    "apk",
    "cargo",
    "composer",
    "conan",
    "cpan",
    "datetime",
    "deb",
    "ebuild",
    "gem",
    "generic",
    "gentoo",
    "github",
    "golang",
    "hex",
    "intdot",
    "lexicographic",
    "maven",
    "mattermost",
    "mozilla",
    "nginx",
    "none",
    "npm",
    "nuget",
    "openssl",
    "pub",
    "pypi",
    "rpm",
    "semver",
    "tomee",
];
/// The most constraints that are compared.
const MAX_CONSTRAINTS: usize = 10_000;

/// What a constraint asks of a version.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Comparator {
    Equal,
    NotEqual,
    Less,
    LessOrEqual,
    Greater,
    GreaterOrEqual,
}

/// A comparator with a version.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Constraint<'a> {
    pub(crate) comparator: Comparator,
    pub(crate) version: &'a str,
    /// Whether `=` was written.
    explicit_equal: bool,
}

/// A range.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Range<'a> {
    /// The type of VERS; none for a VERS-like specifier.
    pub(crate) kind: Option<&'a str>,
    /// Whether it is `*`: all versions.
    pub(crate) is_all: bool,
    pub(crate) constraints: Vec<Constraint<'a>>,
}

/// Whether the type is registered.
pub(crate) fn is_registered(kind: &str) -> bool {
    REGISTERED.contains(&kind)
}

/// Whether the name says that it is VERS.
pub(crate) fn says_vers(name: &str) -> bool {
    name.starts_with("vers:")
}

/// Reads a range; an error says what breaks the rules.
pub(crate) fn parse(name: &str) -> Result<Range<'_>, String> {
    let (kind, constraints) = match name.strip_prefix("vers:") {
        Some(rest) => {
            let (kind, constraints) =
                rest.split_once('/').ok_or("vers: is not followed by a type and a slash")?;
            let good = kind.starts_with(|character: char| {
                character.is_ascii_lowercase() || matches!(character, '.' | '-' | '+')
            }) && kind.bytes().all(|byte| {
                byte.is_ascii_lowercase() || byte.is_ascii_digit() || matches!(byte, b'.' | b'-' | b'+')
            });
            if !good {
                return Err(
                    "the type of VERS is not made of lower-case letters, digits, dots, dashes and plus signs"
                        .into(),
                );
            }
            (Some(kind), constraints)
        }
        None => (None, name),
    };
    if kind == Some("all") || constraints == "*" {
        return match (kind, constraints) {
            (Some("all" | "none"), "*") => Ok(Range { kind, is_all: true, constraints: Vec::new() }),
            (Some("all"), _) => Err("the type all takes nothing but *".into()),
            (Some(_), _) => Err("all versions are vers:all/*, whatever the type".into()),
            (None, _) => Err("* alone is no range: write vers:all/*".into()),
        };
    }
    let mut read = Vec::new();
    for part in constraints.split('|') {
        let constraint = parse_constraint(part, kind.is_some())?;
        read.push(constraint);
    }
    let range = Range { kind, is_all: false, constraints: read };
    if kind.is_some() {
        range.check_canonical()?;
    } else if range.constraints.len() == 1 && range.constraints[0].comparator == Comparator::Equal {
        return Err("one single version is no range: use the category product_version".into());
    }
    Ok(range)
}

fn parse_constraint(part: &str, is_vers: bool) -> Result<Constraint<'_>, String> {
    let comparators = [
        ("<=", Comparator::LessOrEqual),
        (">=", Comparator::GreaterOrEqual),
        ("!=", Comparator::NotEqual),
        ("<", Comparator::Less),
        (">", Comparator::Greater),
        ("=", Comparator::Equal),
    ];
    let found =
        comparators.iter().find_map(|(sign, comparator)| Some((*comparator, part.strip_prefix(sign)?)));
    let (comparator, version) = found.unwrap_or((Comparator::Equal, part));
    if version.is_empty() {
        return Err("a part between the bars has no version".into());
    }
    if version.chars().any(|character| character.is_whitespace() || character.is_control()) {
        return Err("it has blanks: a range is comparators and versions with bars between".into());
    }
    if version.contains(['<', '>', '=', '!', '*']) {
        return Err(format!("{version} is no version: comparators stand only before one"));
    }
    let explicit_equal = found.is_some() && comparator == Comparator::Equal;
    if is_vers && explicit_equal {
        return Err("the canonical form of VERS leaves out the equals sign".into());
    }
    Ok(Constraint { comparator, version, explicit_equal })
}

impl<'a> Range<'a> {
    /// The canonical form has its versions sorted and each once, as far as the type's order is known here.
    fn check_canonical(&self) -> Result<(), String> {
        let Some(kind) = self.kind.filter(|kind| is_registered(kind)) else { return Ok(()) };
        let mut is_ordered = true;
        for pair in self.constraints.windows(2) {
            match compare(Some(kind), pair[0].version, pair[1].version) {
                Some(Ordering::Less) => {}
                None => is_ordered = false,
                Some(Ordering::Equal) => {
                    return Err(format!("the version {} is there twice", pair[0].version));
                }
                Some(Ordering::Greater) => {
                    return Err(format!(
                        "{} comes before {}: the canonical form is sorted",
                        pair[0].version, pair[1].version
                    ));
                }
            }
        }
        if is_ordered { self.check_simplified() } else { Ok(()) }
    }

    /// A constraint that another includes has no place in the canonical form (VERS, "Version constraints simplification").
    fn check_simplified(&self) -> Result<(), String> {
        let bounds: Vec<_> =
            self.constraints.iter().filter(|item| item.comparator != Comparator::NotEqual).collect();
        for pair in bounds.windows(2) {
            use Comparator::{Equal, Greater, GreaterOrEqual, Less, LessOrEqual};
            let redundant = match (pair[0].comparator, pair[1].comparator) {
                (Greater | GreaterOrEqual, Equal | Greater | GreaterOrEqual) => pair[1].version,
                (Equal | Less | LessOrEqual, Less | LessOrEqual) => pair[0].version,
                _ => continue,
            };
            return Err(format!("the constraint on {redundant} changes nothing: leave it out"));
        }
        Ok(())
    }

    /// Whether it has exactly one version.
    pub(crate) fn is_single(&self) -> bool {
        match self.constraints.as_slice() {
            [one] => one.comparator == Comparator::Equal,
            [a, b] => {
                (a.comparator, b.comparator) == (Comparator::GreaterOrEqual, Comparator::LessOrEqual)
                    && a.version == b.version
            }
            _ => false,
        }
    }

    /// Whether it has no upper end: the last constraint but exclusions asks for greater versions.
    pub(crate) fn is_open_above(&self) -> bool {
        let last =
            self.constraints.iter().rev().find(|constraint| constraint.comparator != Comparator::NotEqual);
        self.is_all
            || last.is_none_or(|last| {
                matches!(last.comparator, Comparator::Greater | Comparator::GreaterOrEqual)
            })
    }

    /// Whether its last constraint is `<`: there is a version that is not in it.
    pub(crate) fn ends_before_a_version(&self) -> bool {
        self.constraints.last().is_some_and(|last| last.comparator == Comparator::Less)
    }

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

/// Compares two versions of a type; `None` where the order is not known here.
///
/// `intdot` and what looks like it: numbers between dots, missing ones are 0. `semver`, `npm`, `cargo`, `golang`, `hex`: Semantic
/// Versioning. Without a type (VERS-like) dotted numbers, then Semantic Versioning, as far as both versions are such, after a `v`.
fn compare(kind: Option<&str>, a: &str, b: &str) -> Option<Ordering> {
    match kind {
        Some("intdot") => dotted(a, b),
        Some("semver" | "npm" | "cargo" | "golang" | "hex") => semantic(a, b),
        Some("lexicographic") => Some(a.cmp(b)),
        Some("datetime") => {
            let (a, b) = (crate::csaf::instant(a)?, crate::csaf::instant(b)?);
            Some(a.cmp(&b))
        }
        _ if a == b => Some(Ordering::Equal),
        // Of the other types only versions that all of them order alike: plain numbers between dots.
        _ => {
            let plain =
                |text: &'static [char; 2], version: &str| version.trim_start_matches(*text).to_owned();
            const SIGNS: &[char; 2] = &['v', 'V'];
            let (a, b) = (plain(SIGNS, a), plain(SIGNS, b));
            dotted(&a, &b).or_else(|| if kind.is_none() { semantic(&a, &b) } else { None })
        }
    }
}

fn dotted(a: &str, b: &str) -> Option<Ordering> {
    let numbers = |text: &str| -> Option<Vec<String>> {
        text.split('.')
            .map(|part| {
                let good = !part.is_empty() && part.bytes().all(|byte| byte.is_ascii_digit());
                good.then(|| part.trim_start_matches('0').to_owned())
            })
            .collect()
    };
    let (a, b) = (numbers(a)?, numbers(b)?);
    for position in 0..a.len().max(b.len()) {
        let part = |numbers: &[String]| numbers.get(position).cloned().unwrap_or_default();
        let order = crate::csaf::compare_numbers(&part(&a), &part(&b));
        if order != Ordering::Equal {
            return Some(order);
        }
    }
    Some(Ordering::Equal)
}

fn semantic(a: &str, b: &str) -> Option<Ordering> {
    let split = |text: &str| -> (String, String) {
        let text = text.trim_start_matches('v');
        let (text, _) = text.split_once('+').unwrap_or((text, ""));
        let (core, pre_release) = text.split_once('-').unwrap_or((text, ""));
        (core.to_owned(), pre_release.to_owned())
    };
    let ((core_a, pre_a), (core_b, pre_b)) = (split(a), split(b));
    let order = dotted(&core_a, &core_b)?;
    Some(order.then_with(|| crate::csaf::compare_pre_releases(&pre_a, &pre_b)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ranges() {
        let contains = |range: &str, version: &str| parse(range).expect("a range").contains(version);
        assert_eq!(contains("vers:npm/1.2.3|>=2.0.0|<5.0.0", "1.2.3"), Some(true));
        assert_eq!(contains("vers:npm/1.2.3|>=2.0.0|<5.0.0", "1.2.4"), Some(false));
        assert_eq!(contains("vers:npm/1.2.3|>=2.0.0|<5.0.0", "2.0.0"), Some(true));
        assert_eq!(contains("vers:npm/>=2.0.0|<5.0.0", "5.0.0-rc.1"), Some(true));
        assert_eq!(contains("vers:gem/>=2.2.0|!=2.2.1|<2.3.0", "2.2.1"), Some(false));
        assert_eq!(contains(">2.1.0|<3.16.0|>3.16.0|<4.2.0", "3.16.0"), Some(false));
        let overlap = |a: &str, b: &str| parse(a).expect("a range").overlaps(&parse(b).expect("a range"));
        assert_eq!(overlap("vers:intdot/>2.1.0|<4.2.0", "vers:intdot/>1.2.0|<=2.1.0"), Some(false));
        assert_eq!(overlap("vers:intdot/>=2.1|<4.2.0", "vers:intdot/>1.2.0|<=2.1.0"), Some(true));
        assert_eq!(overlap("vers:deb/<1:2-3", "vers:deb/>1:1-1"), None);
        for bad in [
            "vers:all/<V3.1.2.2",
            "<= 2024.04",
            "vers:npm/ >= 2.2.0| <2.3.0",
            "vers:x/<>3",
            "vers:x/||>J",
            "*",
            "4.2.0",
            "",
            "vers:npm/>=2.0.0|<1.0.0",
            "vers:npm/=1",
        ] {
            assert!(parse(bad).is_err(), "{bad}");
        }
    }
}
