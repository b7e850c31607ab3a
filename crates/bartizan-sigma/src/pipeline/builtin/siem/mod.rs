//! Pipelines of the SIEMs with a file each.

pub(super) mod fortisiem;
pub(super) mod graylog;
pub(super) mod helix;
pub(super) mod qradar;
pub(super) mod secops;
pub(super) mod sumologic;
pub(super) mod uberagent;
pub(super) mod wazuh;
