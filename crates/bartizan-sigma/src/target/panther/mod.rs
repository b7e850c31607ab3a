//! Panther: rules as Python and as YAML ("simple detections"), queries in PantherFlow.
//!
//! Source: Panther's documentation, "Writing Python Detections" and "Writing Simple Detections". Both formats are whole
//! documents, so nothing is written on the walk: [`Dialect::finish`] builds them from the tree.

mod correlate;
mod flow;
mod layout;
mod python;
mod report;
mod simple;
pub(crate) mod yaml;

use super::{Context, Dialect, Grammar, Label, Piece, Query, Target, correlate::Plan};
use crate::{
    convert::Conversion,
    error::Failure,
    expr::{self, Expr, Match},
    rule::{Correlation, Value},
};

struct Panther;

/// The rules of a correlation: the module alone.
const MODULE: &str = "module";

pub(super) const TARGETS: &[Target] = &[Target {
    name: "panther",
    about: "Panther",
    formats: &["python", "sdyaml", "pantherflow"],
    own: &[],
    dialect: &Panther,
}];

pub(super) const LABELS: &[Label] = &[
    Label { name: "panther-python", target: "panther", pipelines: &["panther"], format: "python" },
    Label { name: "panther-sdyaml", target: "panther", pipelines: &["panther"], format: "sdyaml" },
];

impl Dialect for Panther {
    fn grammar(&self) -> &Grammar {
        &Grammar::BASE
    }

    fn expr(&self, _context: &mut Context<'_>, _expr: &Expr<'_>) -> Piece {
        Ok(None)
    }

    fn part_format(&self, _correlation: &Correlation, _number: usize) -> Option<&'static str> {
        Some(MODULE)
    }

    fn correlate(&self, plan: &Plan<'_>) -> Result<Conversion, Failure> {
        correlate::rule(plan)
    }

    fn finish(&self, context: &Context<'_>, _query: Option<String>) -> Result<Query, Failure> {
        let Some(condition) = context.rule.conditions.get(context.index) else {
            return Err(Failure::expression("a rule without condition"));
        };
        if context.format == MODULE {
            let mut trees: Vec<Expr<'_>> = context
                .rule
                .conditions
                .iter()
                .map(|condition| expr::build(context.rule, condition))
                .collect();
            let tree = if trees.len() == 1 { trees.remove(0) } else { Expr::Or(trees) };
            return Ok(Query::Text(python::rule(&tree)?));
        }
        let tree = expr::build(context.rule, condition);
        let log_type = context.state.get("log_type").map(String::as_str);
        if context.format == "pantherflow" {
            return Ok(Query::Text(flow::query(context, &tree)?));
        }
        if context.format == "sdyaml" {
            let document = report::document(context.rule, log_type, simple::detection(&tree)?)?;
            return Ok(Query::Text(yaml::write(&document)));
        }
        let code = python::rule(&tree)?;
        Ok(Query::Json(report::document(context.rule, log_type, serde_json::json!([code]))?))
    }
}

/// The parts of a tree; those that are of its own kind give theirs.
fn flat<'e, 'r>(parts: &'e [Expr<'r>], own: fn(&'e Expr<'r>) -> Option<&'e [Expr<'r>]>) -> Vec<&'e Expr<'r>> {
    parts.iter().flat_map(|part| own(part).map_or_else(|| vec![part], |parts| flat(parts, own))).collect()
}

fn all_of<'e, 'r>(expr: &'e Expr<'r>) -> Option<&'e [Expr<'r>]> {
    match expr {
        Expr::And(parts) => Some(parts),
        _ => None,
    }
}

fn any_of<'e, 'r>(expr: &'e Expr<'r>) -> Option<&'e [Expr<'r>]> {
    match expr {
        Expr::Or(parts) => Some(parts),
        _ => None,
    }
}

/// Field and values, if all parts ask one field for whole strings or numbers.
fn list<'r>(parts: &[Expr<'r>]) -> Option<(&'r str, Vec<&'r Value>)> {
    let whole = |value: &&Value| match value {
        Value::Text { text, .. } => !text.has_wildcard(),
        Value::Number(_) => true,
        _ => false,
    };
    super::one_field(parts).filter(|(_, values)| values.len() > 1 && values.iter().all(whole))
}

/// The field of a comparison; a keyword has none.
fn field<'r>(m: &Match<'r>) -> Result<&'r str, Failure> {
    m.field.ok_or_else(|| Failure::expression("Panther has no search for keywords"))
}
