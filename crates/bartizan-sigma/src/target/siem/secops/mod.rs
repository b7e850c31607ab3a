//! Google SecOps: UDM search and YARA-L 2.0.
//!
//! Sources: Google SecOps, "UDM search" (conditions, regular expressions between slashes, `nocase`) and "YARA-L 2.0
//! language syntax" (rule structure, names, string and regular-expression literals, `net.ip_in_range_cidr`).

mod reference;
mod wide;
mod yara_l;

use super::super::{Context, Dialect, Grammar, Label, Piece, Query, Target};
use crate::{error::Failure, expr::Expr, pipeline::Reach};

struct SecOps;

pub(crate) const TARGETS: &[Target] = &[Target {
    name: "secops",
    about: "Google SecOps (UDM search, YARA-L)",
    formats: &["default", YARA_L],
    own: &[],
    dialect: &SecOps,
}];

pub(crate) const LABELS: &[Label] = &[
    Label { name: "secops-udm", target: "secops", pipelines: &["secops_udm"], format: "default" },
    Label { name: "secops-yaral", target: "secops", pipelines: &["secops_udm"], format: YARA_L },
];

/// The format of detection rules.
const YARA_L: &str = "yara_l";

/// Where the pipeline leaves the values of `metadata.event_type`, separated by spaces.
const EVENT_TYPES: &str = "event_types";

/// What stands before a field: the event variable of a rule, nothing in a search.
fn prefix(format: &str) -> &'static str {
    if format == YARA_L { "$event1." } else { "" }
}

impl Dialect for SecOps {
    fn grammar(&self) -> &Grammar {
        &Grammar::BASE
    }

    fn expr(&self, context: &mut Context<'_>, expr: &Expr<'_>) -> Piece {
        match context.reach {
            // Its negations depend on where the rule's selections end, so it reads the rule, not the tree.
            Reach::Reference => reference::query(context).map(Some),
            Reach::Wide => wide::query(context, expr).map(Some),
        }
    }

    fn finish(&self, context: &Context<'_>, query: Option<String>) -> Result<Query, Failure> {
        let body = query.unwrap_or_default();
        let kinds = context.state.get(EVENT_TYPES).map(String::as_str).unwrap_or_default();
        let prefix = prefix(context.format);
        let kinds: Vec<String> = kinds
            .split(' ')
            .filter(|kind| !kind.is_empty())
            .map(|kind| format!("{prefix}metadata.event_type = \"{kind}\""))
            .collect();
        let kinds = kinds.join(" OR ");
        let text = match (context.format == YARA_L, context.reach) {
            (false, Reach::Wide) if kinds.is_empty() => body,
            (false, _) => format!("({kinds}) AND ({body})"),
            (true, Reach::Reference) => yara_l::reference(context.rule, &kinds, &body),
            (true, Reach::Wide) => yara_l::rule(context.rule, context.index, &kinds, &body),
        };
        Ok(Query::Text(text))
    }
}
