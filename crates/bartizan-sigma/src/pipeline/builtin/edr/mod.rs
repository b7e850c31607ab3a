//! Pipelines of the targets in `target/edr`.

mod carbonblack;
mod carbonblack_response;
mod carbonblack_values;
mod carbonblack_wide;
mod cortex;
mod cortex_wide;
mod crowdstrike;
mod sentinelone;
mod sentinelone_wide;

use super::Builtin;
use crate::{
    error::Failure,
    pipeline::{Fields, Rename, Work, lookup},
    rule::LogSource,
};

pub(super) const PIPELINES: &[Builtin] = &[
    Builtin {
        name: "crowdstrike_fdr",
        about: "CrowdStrike events as Falcon Data Replicator writes them",
        apply: crowdstrike::replicator,
    },
    Builtin {
        name: "crowdstrike_falcon",
        about: "CrowdStrike events as Falcon's own search shows them",
        apply: crowdstrike::falcon,
    },
    Builtin { name: "carbonblack", about: "Carbon Black Cloud", apply: carbonblack::apply },
    Builtin {
        name: "carbonblack_response",
        about: "Carbon Black EDR (Response)",
        apply: carbonblack_response::apply,
    },
    Builtin { name: "cortexxdr", about: "Cortex XDR", apply: cortex::apply },
    Builtin { name: "sentinelone", about: "SentinelOne Deep Visibility", apply: sentinelone::deep },
    Builtin { name: "sentinelone_pq", about: "SentinelOne PowerQuery", apply: sentinelone::power },
];

/// Kinds of events that EDR sensors tell apart.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Kind {
    Process,
    File,
    Module,
    Registry,
    Dns,
    Network,
}

impl Kind {
    /// The kind that a log source asks for.
    fn of(source: &LogSource) -> Option<Self> {
        Some(match source.category.as_deref()? {
            "process_creation" => Self::Process,
            "file_event" | "file_access" | "file_change" | "file_delete" | "file_rename" => Self::File,
            "image_load" => Self::Module,
            "registry_add" | "registry_delete" | "registry_event" | "registry_set" => Self::Registry,
            "dns" | "dns_query" => Self::Dns,
            "network_connection" | "firewall" => Self::Network,
            _ => return None,
        })
    }
}

/// A field table with one column of names for several target fields,
/// separated by spaces.
fn rename(work: &mut Work, table: &Fields) {
    work.rename_fields(|field| match lookup(table, field) {
        None => Rename::Keep,
        Some(to) if to.contains(' ') => Rename::AnyOf(to.split(' ').map(str::to_owned).collect()),
        Some(to) => Rename::To(to.to_owned()),
    });
}

/// Refuses a rule with a field that no table knows, and keywords.
fn check(work: &Work, known: impl Fn(&str) -> bool, product: &str) -> Result<(), Failure> {
    for item in work.items() {
        match item.field.as_deref() {
            None => return Err(Failure::field(format!("{product} has no search of whole events"))),
            Some(field) if !known(field) => {
                return Err(Failure::field(format!("{product} has no field for `{field}`")));
            }
            Some(_) => {}
        }
    }
    Ok(())
}
