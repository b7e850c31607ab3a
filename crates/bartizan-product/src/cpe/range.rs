//! A CPE name with a range of versions, as NVD's match criteria and CSAF have it.

use super::{Attribute, Cpe, Relation, Value, compare_attributes};
use crate::vers::Scheme;
use std::fmt;

/// A name whose version is any, and the bounds of the versions that are meant.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct CpeRange {
    /// The name.
    pub name: Option<Cpe>,
    /// `versionStartIncluding`
    pub start_including: Option<String>,
    /// `versionStartExcluding`
    pub start_excluding: Option<String>,
    /// `versionEndIncluding`
    pub end_including: Option<String>,
    /// `versionEndExcluding`
    pub end_excluding: Option<String>,
}

/// Whether a component is meant by a [`CpeRange`].
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Inside {
    /// Another product, edition, platform.
    OtherProduct,
    /// The product, and its version is in the range.
    Yes,
    /// The product, and its version is not in the range.
    No,
    /// Perhaps: what the component's name leaves open.
    Perhaps(String),
}

impl CpeRange {
    /// A name with its own version.
    pub fn exact(name: Cpe) -> Self {
        CpeRange { name: Some(name), ..CpeRange::default() }
    }

    fn bounds(&self) -> impl Iterator<Item = &str> {
        [&self.start_including, &self.start_excluding, &self.end_including, &self.end_excluding]
            .into_iter()
            .filter_map(|b| b.as_deref())
    }

    fn bounded(&self) -> bool {
        self.bounds().next().is_some()
    }

    /// Whether a component with this name is meant. Attributes are compared by NISTIR 7696, versions within bounds by
    /// the general order.
    pub fn matches(&self, component: &Cpe) -> Inside {
        let Some(name) = &self.name else { return Inside::OtherProduct };
        let mut open = None;
        for attribute in Attribute::ALL {
            let bounds = self.bounded() && matches!(attribute, Attribute::Version | Attribute::Update);
            if bounds {
                continue;
            }
            let unversioned =
                attribute == Attribute::Version && *component.get(attribute) == Value::NotApplicable;
            if unversioned && matches!(name.get(attribute), Value::Text(_)) {
                // Inventories write a version that they do not know so: that is no other version.
                open = open.or_else(|| Some(Inside::Perhaps("Version is not given".into())));
                continue;
            }
            match compare_attributes(name.get(attribute), component.get(attribute)) {
                Relation::Equal | Relation::Superset => {}
                Relation::Disjoint if matches!(attribute, Attribute::Version | Attribute::Update) => {
                    // Only the version differs; the loop goes on to see whether it is the product at all.
                    open = Some(Inside::No);
                }
                Relation::Disjoint => return Inside::OtherProduct,
                Relation::Subset | Relation::Undefined => {
                    open = open.or_else(|| Some(Inside::Perhaps(format!("{attribute:?} is not given"))));
                }
            }
        }
        if !self.bounded() {
            return open.unwrap_or(Inside::Yes);
        }
        let version = match component.get(Attribute::Version) {
            Value::Text(_) if component.get(Attribute::Version).has_wildcard() => {
                return Inside::Perhaps("the version has a wildcard".into());
            }
            Value::Any | Value::NotApplicable => return Inside::Perhaps("Version is not given".into()),
            Value::Text(_) => component.plain(Attribute::Version).unwrap_or_default(),
        };
        if !Scheme::Generic.is_version(&version) {
            return Inside::Perhaps("the version has no number".into());
        }
        if !self.bounds().all(|b| Scheme::Generic.is_version(b)) {
            return Inside::Perhaps("a bound of the advisory has no number".into());
        }
        // `7.0` with the update `rc1` comes before `7.0`.
        let version = match component.plain(Attribute::Update) {
            Some(update) => format!("{version}-{update}"),
            None => version,
        };
        if self.holds(&version) { open.unwrap_or(Inside::Yes) } else { Inside::No }
    }

    /// Whether a version is within the bounds, by the general order.
    pub fn holds(&self, version: &str) -> bool {
        let order = |bound: &Option<String>| bound.as_ref().map(|b| Scheme::Generic.compare(version, b));
        order(&self.start_including).is_none_or(|o| o.is_ge())
            && order(&self.start_excluding).is_none_or(|o| o.is_gt())
            && order(&self.end_including).is_none_or(|o| o.is_le())
            && order(&self.end_excluding).is_none_or(|o| o.is_lt())
    }
}

impl fmt::Display for CpeRange {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let Some(name) = &self.name {
            write!(f, "{name}")?;
        }
        let bounds = [
            (">=", &self.start_including),
            (">", &self.start_excluding),
            ("<=", &self.end_including),
            ("<", &self.end_excluding),
        ];
        for (sign, bound) in bounds {
            if let Some(bound) = bound {
                write!(f, " {sign}{bound}")?;
            }
        }
        Ok(())
    }
}
