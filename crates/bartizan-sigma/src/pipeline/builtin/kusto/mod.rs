//! Pipelines of the targets in `target/kusto.rs`.

mod asim;
mod monitor;
mod monitor_tables;
mod shared;
mod xdr;
mod xdr_cloud;
mod xdr_tables;
mod xdr_wide;

use super::Builtin;

pub(super) const PIPELINES: &[Builtin] = &[
    Builtin {
        name: "microsoft_xdr",
        about: "Defender XDR advanced hunting: tables and columns",
        apply: xdr::apply,
    },
    Builtin {
        name: "sentinel_asim",
        about: "Microsoft Sentinel ASIM: unifying parsers and their fields",
        apply: asim::apply,
    },
    Builtin {
        name: "azure_monitor",
        about: "Azure Monitor and Microsoft Sentinel: tables of a Log Analytics workspace",
        apply: monitor::apply,
    },
];
