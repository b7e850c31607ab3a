//! What answers the techniques of a report: ATT&CK mitigations, D3FEND countermeasures, controls.

pub mod wire;

use crate::genre::Genre;
use bartizan::Analysis;
use bartizan_knowledge::Pack;

/// What answers the techniques.
#[derive(Clone, Debug, Default)]
pub struct Mitigations {}

/// Finds what answers.
pub fn find(_: &Analysis, _: &Pack, _: Genre) -> Mitigations {
    Mitigations::default()
}

pub(crate) fn wire(_: &Mitigations, _: &Analysis) -> wire::Wire {
    wire::Wire::default()
}

pub(crate) fn markdown(_out: &mut String, _: &Mitigations, _: &Analysis) {}
