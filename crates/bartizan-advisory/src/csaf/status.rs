//! The groups of product status (CSAF 2.0 section 3.2.3.9, 2.1 section 3.2.4.12).

pub(crate) const AFFECTED: &[&str] = &["first_affected", "known_affected", "last_affected"];
pub(crate) const NOT_AFFECTED: &[&str] = &["known_not_affected"];
pub(crate) const FIXED: &[&str] = &["first_fixed", "fixed"];
pub(crate) const UNDER_INVESTIGATION: &[&str] = &["under_investigation"];
pub(crate) const UNKNOWN: &[&str] = &["unknown"];
pub(crate) const ALL: &[&str] = &[
    "first_affected",
    "first_fixed",
    "fixed",
    "known_affected",
    "known_not_affected",
    "last_affected",
    "recommended",
    "under_investigation",
    "unknown",
];

/// The groups that contradict each other, with the word for each.
pub(crate) const CONTRADICTING: [(&str, &[&str]); 5] = [
    ("affected", AFFECTED),
    ("not affected", NOT_AFFECTED),
    ("fixed", FIXED),
    ("under investigation", UNDER_INVESTIGATION),
    ("unknown", UNKNOWN),
];

/// The contradicting group that a list belongs to; none for `recommended`.
pub(crate) fn group_of(list: &str) -> Option<&'static str> {
    CONTRADICTING.iter().find(|(_, lists)| lists.contains(&list)).map(|(name, _)| *name)
}
