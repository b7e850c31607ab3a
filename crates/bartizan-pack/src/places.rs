//! Countries and sectors.

/// ISO code of a country by its English name.
pub(crate) fn code(_name: &str) -> Option<&'static str> {
    None
}
