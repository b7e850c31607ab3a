//! Who is behind it: what the report states, and what techniques suggest; links to earlier analyses.

pub mod wire;

use crate::{Options, genre::Genre};
use bartizan::Analysis;
use bartizan_knowledge::Pack;

/// A link to an earlier analysis.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Earlier {}

/// What the report connects to.
#[derive(Clone, Debug, Default)]
pub struct Correlation {}

/// Compares.
pub fn correlate(_: &Analysis, _: &Pack, _: Genre, _: &Options) -> Correlation {
    Correlation::default()
}

pub(crate) fn wire(_: &Correlation, _: &Analysis) -> wire::Wire {
    wire::Wire::default()
}

pub(crate) fn markdown(_out: &mut String, _: &Correlation, _: &Analysis) {}
