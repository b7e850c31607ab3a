//! Splunk SPL.
//!
//! Source: Splunk Search Reference. In SPL `OR` binds tighter than the `AND`
//! that stands between two terms without being written; `regex` and `where`
//! are commands of their own behind the search.

use super::{Context, Dialect, Grammar, Label, Op, Piece, Query, Target, word};
use crate::{
    error::Failure,
    expr::{Expr, Match},
    rule::{Regex, Value},
};

struct Splunk;

pub(super) const TARGETS: &[Target] = &[Target {
    name: "splunk",
    about: "Splunk SPL",
    formats: &["default", "savedsearches"],
    own: &[],
    dialect: &Splunk,
}];

pub(super) const LABELS: &[Label] = &[
    Label { name: "splunk", target: "splunk", pipelines: &["splunk_windows"], format: "default" },
    Label { name: "splunk-plain", target: "splunk", pipelines: &[], format: "default" },
];

static GRAMMAR: Grammar = Grammar {
    order: [Op::Not, Op::Or, Op::And],
    and: " ",
    // SPL has one wildcard.
    one: "*",
    field_quote: "\"",
    field_bare: |name| name.split('.').all(word),
    null: Some("NOT {field}=*"),
    exists: Some(("{field}=*", "NOT {field}=*")),
    cidr: Some("{field}=\"{value}\""),
    compare: Some("{field}{op}{value}"),
    in_or: Some("{field} IN ({value})"),
    in_wildcards: true,
    keyword: Some("{value}"),
    ..Grammar::BASE
};

impl Dialect for Splunk {
    fn grammar(&self) -> &Grammar {
        &GRAMMAR
    }

    fn or(&self, context: &mut Context<'_>, parts: &[Expr<'_>]) -> Piece {
        // A command behind the search holds for all of it.
        if parts.iter().any(defers) {
            return Err(Failure::expression("regular expressions and field references joined by `or`"));
        }
        if let Some(list) = self.list(context, parts, "{field} IN ({value})")? {
            return Ok(Some(list));
        }
        self.join(context, Op::Or, GRAMMAR.or, parts)
    }

    fn regex(&self, context: &mut Context<'_>, field: &str, regex: &Regex) -> Piece {
        let sign = if context.negations % 2 == 1 { "!=" } else { "=" };
        let flags = super::regex_flags(regex, true);
        let pattern = regex.pattern.replace('\\', "\\\\").replace('"', "\\\"");
        let field = self.field(field);
        context.deferred.push(format!("\n| regex {field}{sign}\"{flags}{pattern}\""));
        Ok(None)
    }

    fn field_ref(
        &self,
        context: &mut Context<'_>,
        field: &str,
        other: &str,
        _starts: bool,
        _ends: bool,
    ) -> Piece {
        let sign = if context.negations % 2 == 1 { "!=" } else { "=" };
        context.deferred.push(format!("\n| where '{field}'{sign}'{other}'"));
        Ok(None)
    }

    fn finish(&self, context: &Context<'_>, query: Option<String>) -> Result<Query, Failure> {
        let mut query = query.unwrap_or_else(|| "*".to_owned());
        query.extend(context.deferred.iter().map(String::as_str));
        Ok(Query::Text(query))
    }
}

fn defers(expr: &Expr<'_>) -> bool {
    match expr {
        Expr::And(parts) | Expr::Or(parts) => parts.iter().any(defers),
        Expr::Not(inner) => defers(inner),
        Expr::Match(Match { value, .. }) => {
            matches!(value, Value::Regex(_) | Value::FieldRef { .. })
        }
    }
}
