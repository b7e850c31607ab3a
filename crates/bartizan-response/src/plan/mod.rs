//! What to do, in order: steps of response with reasons, and their written forms.

pub mod wire;

use crate::{Options, genre::Genre, mitigation::Mitigations, risk::Risk};
use bartizan::Analysis;
use bartizan_detection::Detections;
use bartizan_knowledge::Pack;

/// Steps in order.
#[derive(Clone, Debug, Default)]
pub struct Plan {}

/// Plans.
#[allow(clippy::too_many_arguments, reason = "everything concluded before the plan")]
pub fn plan(
    _: &Analysis,
    _: &Pack,
    _: Genre,
    _: Option<&Detections>,
    _: &Mitigations,
    _: &Risk,
    _: &Options,
) -> Plan {
    Plan::default()
}

/// Files of the plan below `response/`: CACAO, checklist, block lists, import forms.
pub(crate) fn files(_: &Plan, _: &Analysis) -> Vec<(String, Vec<u8>)> {
    Vec::new()
}

/// The steps as STIX courses of action.
pub(crate) fn actions(_: &Plan) -> Vec<bartizan::exchange::stix::Action> {
    Vec::new()
}

pub(crate) fn wire(_: &Plan, _: &Analysis) -> wire::Wire {
    wire::Wire::default()
}

pub(crate) fn markdown(_out: &mut String, _: &Plan, _: &Analysis) {}
