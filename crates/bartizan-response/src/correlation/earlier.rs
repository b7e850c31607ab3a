//! Links to earlier analyses.

/// A link to an earlier analysis.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Earlier {}
