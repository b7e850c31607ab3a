//! Version ranges in branches of the category `product_version_range`: VERS (`vers:npm/>=1.0|<2.0`) and VERS-like specifiers
//! (`>=1.0|<2.0`), CSAF 2.1, section 3.1.2.3.2.

mod compare;
mod interval;

use std::cmp::Ordering;

use compare::compare;
pub(crate) use interval::Stretch;

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
