//! The pipelines that come with the program, by the names users know.

mod channels;
mod cloud;
mod edr;
mod elastic;
mod eventlog;
mod insightidr;
mod kusto;
mod logs;
mod panther;
mod siem;
mod splunk;
mod sql;
mod sysmon;
mod wide;

pub(crate) use siem::qradar::expressions as qradar_expressions;

use super::Work;
use crate::error::Failure;

/// A built-in pipeline.
#[derive(Clone, Copy, Debug)]
pub struct Builtin {
    /// Its name, as `-p NAME` takes it.
    pub name: &'static str,
    /// What it is for, one line.
    pub about: &'static str,
    /// What it does.
    pub apply: fn(&mut Work) -> Result<(), Failure>,
}

static ALL: &[&[Builtin]] = &[
    splunk::PIPELINES,
    elastic::PIPELINES,
    kusto::PIPELINES,
    edr::PIPELINES,
    siem::fortisiem::PIPELINES,
    siem::graylog::PIPELINES,
    siem::helix::PIPELINES,
    siem::qradar::PIPELINES,
    siem::secops::PIPELINES,
    siem::sumologic::PIPELINES,
    siem::uberagent::PIPELINES,
    siem::wazuh::PIPELINES,
    sql::PIPELINES,
    sysmon::PIPELINES,
    logs::PIPELINES,
    cloud::PIPELINES,
    insightidr::PIPELINES,
    panther::PIPELINES,
];

/// Every built-in pipeline, in order.
pub fn all() -> impl Iterator<Item = &'static Builtin> {
    ALL.iter().copied().flatten()
}

/// The pipeline of this name.
pub fn by_name(name: &str) -> Option<&'static Builtin> {
    all().find(|pipeline| pipeline.name == name)
}
