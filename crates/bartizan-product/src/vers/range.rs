//! Version Range Specifiers (the VERS specification of the Package-URL project, clause 5 and its guide to parsing).

use super::Scheme;
use super::text::{check_kind, check_order, is_version_text};
use crate::error::{Code, Error};

/// Longest range that is read, in bytes.
pub const MAX_RANGE: usize = 64 * 1024;

/// How a constraint compares.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Comparator {
    /// `<`
    Less,
    /// `<=`
    LessOrEqual,
    /// no comparator
    Equal,
    /// `!=`
    NotEqual,
    /// `>=`
    GreaterOrEqual,
    /// `>`
    Greater,
}

impl Comparator {
    /// As VERS writes it; equality is written as nothing.
    pub fn as_str(self) -> &'static str {
        match self {
            Comparator::Less => "<",
            Comparator::LessOrEqual => "<=",
            Comparator::Equal => "",
            Comparator::NotEqual => "!=",
            Comparator::GreaterOrEqual => ">=",
            Comparator::Greater => ">",
        }
    }

    pub(super) fn includes_equal(self) -> bool {
        matches!(self, Comparator::LessOrEqual | Comparator::Equal | Comparator::GreaterOrEqual)
    }

    pub(super) fn is_upper(self) -> bool {
        matches!(self, Comparator::Less | Comparator::LessOrEqual)
    }

    pub(super) fn is_lower(self) -> bool {
        matches!(self, Comparator::Greater | Comparator::GreaterOrEqual)
    }
}

/// A comparator and a version, decoded.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Constraint {
    /// How it compares.
    pub comparator: Comparator,
    /// With what.
    pub version: String,
}

impl Constraint {
    /// A constraint.
    pub fn new(comparator: Comparator, version: impl Into<String>) -> Self {
        Constraint { comparator, version: version.into() }
    }
}

/// A range of versions.
///
/// ```
/// use bartizan_product::Range;
/// let range = Range::parse("vers:npm/>=1.0.0|<1.4.2")?;
/// assert!(range.contains("1.4.1")? && !range.contains("1.4.2")?);
/// # Ok::<(), bartizan_product::Error>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Range {
    pub(super) kind: String,
    pub(super) versions: Versions,
}

#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(super) enum Versions {
    All,
    /// Sorted by the scheme, if there is one.
    Some(Vec<Constraint>),
}

impl Range {
    /// Reads a range that is in canonical form.
    ///
    /// # Errors
    /// [`Code::Vers`] for everything that the specification tells tools to report: syntax, order, repeated versions,
    /// comparators that cannot follow each other. [`Code::TooLarge`].
    pub fn parse(text: &str) -> Result<Self, Error> {
        if text.contains(|c: char| c.is_ascii_whitespace()) {
            return Err(Error::about(Code::Vers, "white space in a range", text));
        }
        let range = Range::split(text, true)?;
        range.check()?;
        Ok(range)
    }

    /// Reads a range that need not be in canonical form: constraints are sorted, none is dropped.
    ///
    /// # Errors
    /// [`Code::Vers`] for syntax, [`Code::TooLarge`].
    pub fn read(text: &str) -> Result<Self, Error> {
        let kept: String = text.chars().filter(|c| !c.is_ascii_whitespace()).collect();
        let mut range = Range::split(&kept, false)?;
        range.sort();
        Ok(range)
    }

    /// The canonical text of a range that need not be canonical.
    ///
    /// # Errors
    /// As [`Range::read`].
    pub fn canonical(text: &str) -> Result<String, Error> {
        Ok(Range::read(text)?.to_string())
    }

    /// Builds a range; constraints are sorted.
    ///
    /// # Errors
    /// [`Code::Vers`] for a type that cannot be, or for an empty version or one beyond printable ASCII.
    pub fn build(kind: &str, constraints: Vec<Constraint>) -> Result<Self, Error> {
        check_kind(kind)?;
        for constraint in &constraints {
            if !is_version_text(&constraint.version) {
                return Err(Error::about(Code::Vers, "not a version", &constraint.version));
            }
        }
        let mut range = Range { kind: kind.to_owned(), versions: Versions::Some(constraints) };
        range.sort();
        Ok(range)
    }

    /// Every version of a type.
    ///
    /// # Errors
    /// [`Code::Vers`] for a type that cannot be.
    pub fn all(kind: &str) -> Result<Self, Error> {
        check_kind(kind)?;
        Ok(Range { kind: kind.to_owned(), versions: Versions::All })
    }

    /// No version at all: `vers:none/*`.
    pub fn none() -> Self {
        Range { kind: "none".to_owned(), versions: Versions::All }
    }

    /// Whether the range follows the rules of validity: order, versions that are unique, comparators that may follow each other.
    ///
    /// # Errors
    /// [`Code::Vers`] with the rule that is broken.
    pub fn check(&self) -> Result<(), Error> {
        match &self.versions {
            Versions::Some(constraints) => check_order(&self.to_string(), self.scheme(), constraints),
            Versions::All => Ok(()),
        }
    }

    /// The VERS type.
    pub fn kind(&self) -> &str {
        &self.kind
    }

    /// The order of versions, if the type is known.
    pub fn scheme(&self) -> Option<Scheme> {
        Scheme::named(&self.kind)
    }

    /// The constraints in their order; `None` for the asterisk.
    pub fn constraints(&self) -> Option<&[Constraint]> {
        match &self.versions {
            Versions::All => None,
            Versions::Some(constraints) => Some(constraints),
        }
    }

    pub(super) fn sort(&mut self) {
        if let (Some(scheme), Versions::Some(constraints)) = (Scheme::named(&self.kind), &mut self.versions) {
            constraints.sort_by(|a, b| {
                scheme.compare(&a.version, &b.version).then_with(|| a.comparator.cmp(&b.comparator))
            });
        }
    }
}
