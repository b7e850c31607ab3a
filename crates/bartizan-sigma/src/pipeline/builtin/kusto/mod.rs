//! Pipelines of the targets in `target/kusto.rs`.

mod asim;
mod shared;
mod xdr;

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
];
