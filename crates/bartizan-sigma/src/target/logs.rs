//! Log stores: Grafana Loki, VictoriaLogs, LogPoint, NetWitness, Datadog.

use super::{Label, Target};

pub(super) const TARGETS: &[Target] = &[];

pub(super) const LABELS: &[Label] = &[];
