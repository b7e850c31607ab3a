//! Google SecOps: UDM search and YARA-L 2.0.
//!
//! Sources: Google SecOps, "UDM search" (conditions, regular expressions between slashes, `nocase`) and "YARA-L 2.0
//! language syntax" (rule structure, names, string and regular-expression literals, `net.ip_in_range_cidr`).

mod correlate;
mod reference;
mod wide;
mod yara_l;

use super::super::{Context, Dialect, Grammar, Label, Piece, Query, Target, correlate::Plan};
use crate::{
    convert::Conversion,
    error::Failure,
    expr::Expr,
    pipeline::Reach,
    rule::{Correlation, Rule},
};

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

/// The rules of a correlation: the conditions of a rule's `events`, each about an event of its own.
const EVENTS: [&str; 4] =
    ["events of $event1", "events of $event2", "events of $event3", "events of $event4"];

/// What stands before a field: the event variable of a rule, nothing in a search.
fn prefix(format: &str) -> &'static str {
    const PREFIXES: [&str; 4] = ["$event1.", "$event2.", "$event3.", "$event4."];
    match EVENTS.iter().position(|events| *events == format) {
        Some(at) => PREFIXES[at],
        None if format == YARA_L => PREFIXES[0],
        None => "",
    }
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

    fn part_format(&self, correlation: &Correlation, number: usize) -> Option<&'static str> {
        // Rules whose events are counted are asked of one event.
        let number = if correlation.kind.is_temporal() { number } else { 0 };
        // One too many is refused by `correlate`.
        EVENTS.get(number.min(EVENTS.len() - 1)).copied()
    }

    fn correlate(&self, plan: &Plan<'_>) -> Result<Conversion, Failure> {
        correlate::rule(plan)
    }

    /// A correlation is a rule of YARA-L in either format.
    fn document(&self, format: &str, _about: &Rule, query: &str) -> Option<String> {
        (format == YARA_L).then(|| query.to_owned())
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
        let or = if prefix.is_empty() || context.format == YARA_L { " OR " } else { " or " };
        let kinds = kinds.join(or);
        if EVENTS.contains(&context.format) {
            if context.reach == Reach::Reference {
                return Err(Failure::expression(
                    "the reference tools write no correlations for Google SecOps",
                ));
            }
            let kinds = if kinds.is_empty() { kinds } else { format!("({kinds}) and ") };
            return Ok(Query::Text(format!("{kinds}({body})")));
        }
        let text = match (context.format == YARA_L, context.reach) {
            (false, Reach::Wide) if kinds.is_empty() => body,
            (false, _) => format!("({kinds}) AND ({body})"),
            (true, Reach::Reference) => yara_l::reference(context.rule, &kinds, &body),
            (true, Reach::Wide) => yara_l::rule(context.rule, context.index, &kinds, &body),
        };
        Ok(Query::Text(text))
    }
}
