//! What happened, in order: an attack flow, and its picture.

pub mod wire;

use crate::genre::Genre;
use bartizan::Analysis;
use bartizan_knowledge::Pack;

/// Behaviours in the order the text gives them.
#[derive(Clone, Debug, Default)]
pub struct Flow {}

/// Orders.
pub fn order(_: &Analysis, _: &Pack, _: Genre) -> Flow {
    Flow::default()
}

/// `attack-flow.json`: the Attack Flow 2.0 bundle, where there is a flow.
pub(crate) fn files(_: &Flow, _: &Analysis, _: &Pack) -> Vec<(String, Vec<u8>)> {
    Vec::new()
}

pub(crate) fn wire(_: &Flow, _: &Analysis) -> wire::Wire {
    wire::Wire::default()
}

pub(crate) fn markdown(_out: &mut String, _: &Flow, _: &Analysis) {}
