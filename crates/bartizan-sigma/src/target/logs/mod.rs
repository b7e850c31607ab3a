//! Log stores: LogPoint, NetWitness, Datadog.

mod datadog;
mod logpoint;
mod netwitness;

use super::{Label, Target};

pub(super) const TARGETS: &[Target] = &[datadog::TARGET, netwitness::TARGET, logpoint::TARGET];

pub(super) const LABELS: &[Label] = &[
    Label { name: "datadog", target: "datadog", pipelines: &[], format: "default" },
    Label {
        name: "netwitness",
        target: "net_witness",
        pipelines: &["netwitness_windows"],
        format: "default",
    },
    Label { name: "logpoint", target: "logpoint", pipelines: &["logpoint_windows"], format: "default" },
];
