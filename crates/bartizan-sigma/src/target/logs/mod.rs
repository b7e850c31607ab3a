//! Log stores: LogPoint, NetWitness, Datadog, VictoriaLogs, Grafana Loki.

mod datadog;
mod logpoint;
mod loki;
mod netwitness;
mod re2;
mod victorialogs;

use super::{Label, Target};

pub(super) const TARGETS: &[Target] =
    &[datadog::TARGET, netwitness::TARGET, logpoint::TARGET, victorialogs::TARGET, loki::TARGET];

pub(super) const LABELS: &[Label] = &[
    Label { name: "datadog", target: "datadog", pipelines: &[], format: "default" },
    Label {
        name: "netwitness",
        target: "net_witness",
        pipelines: &["netwitness_windows"],
        format: "default",
    },
    Label {
        name: "victorialogs",
        target: "victorialogs",
        pipelines: &["victorialogs_windows_eventlog"],
        format: "default",
    },
    Label { name: "loki-sysmon", target: "loki", pipelines: &["loki_promtail_sysmon"], format: "default" },
    Label { name: "logpoint", target: "logpoint", pipelines: &["logpoint_windows"], format: "default" },
];
