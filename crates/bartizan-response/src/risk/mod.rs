//! How bad it is: a score from named factors, each with its evidence.

pub mod severity;
pub mod wire;

use crate::{Options, correlation::Correlation, genre::Genre};
use bartizan::Analysis;
use bartizan_knowledge::Pack;

/// Probabilities of exploitation by CVE.
#[derive(Clone, Debug, Default)]
pub struct Epss {}

/// Grades of the Admiralty scale.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Grade {}

/// How bad it is.
#[derive(Clone, Debug, Default)]
pub struct Risk {}

/// Weighs.
pub fn assess(_: &Analysis, _: &Pack, _: Genre, _: &Correlation, _: &Options) -> Risk {
    Risk::default()
}

pub(crate) fn wire(_: &Risk, _: &Analysis) -> wire::Wire {
    wire::Wire::default()
}

pub(crate) fn markdown(_out: &mut String, _: &Risk, _: &Analysis) {}
