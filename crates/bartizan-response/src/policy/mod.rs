//! Duties of a text that makes some: who must do what by when, and on what force.

pub mod wire;

use crate::genre::Genre;
use bartizan::Analysis;

/// What a policy text asks.
#[derive(Clone, Debug, Default)]
pub struct Policy {}

/// Reads the duties.
pub fn read(_: &Analysis, _: Genre) -> Policy {
    Policy::default()
}

pub(crate) fn wire(_: &Policy, _: &Analysis) -> wire::Wire {
    wire::Wire::default()
}

pub(crate) fn markdown(_out: &mut String, _: &Policy, _: &Analysis) {}

/// `obligations.ics`: dated duties, where there are any.
pub(crate) fn files(_: &Policy, _: &Analysis) -> Vec<(String, Vec<u8>)> {
    Vec::new()
}
