//! Grafana Loki: LogQL.
//!
//! Source: Grafana Loki documentation, "Log queries" (stream selector, line filters, parsers, label filters,
//! `label_format`), "Matching IP addresses", "Template functions", "Alerting and recording rules".
//!
//! LogQL has no `not`: a negation moves down to the comparisons. Keywords are line filters and stand before the parser;
//! these can be joined with the rest by `and` only, so that a keyword in an `or` asks a label that holds the line. Label
//! filters match a whole value.

mod correlate;
mod leaf;
mod ruler;
mod tree;

use super::super::{Context, Dialect, Grammar, Op, Piece, Query, Target, correlate::Plan};
use crate::{
    convert::Conversion,
    error::Failure,
    expr::Expr,
    pipeline::Reach,
    rule::{Correlation, Rule},
};
use leaf::Writer;
use tree::Node;

struct Loki;

pub(super) const TARGET: Target = Target {
    name: "loki",
    about: "Grafana Loki, LogQL",
    formats: &["default", "ruler"],
    own: &["loki_streams"],
    dialect: &Loki,
};

/// How long a query of the reference set is before it is cut into several.
const LIMIT: usize = 4096;

/// The rules of a correlation: their labels are needed, whatever the rule asks.
const PARSED: &str = "parsed";

impl Dialect for Loki {
    fn grammar(&self) -> &Grammar {
        &Grammar::BASE
    }

    fn expr(&self, context: &mut Context<'_>, expr: &Expr<'_>) -> Piece {
        let node = tree::build(expr, false);
        let query = whole(context, &node)?;
        let length = query.chars().count();
        if context.reach == Reach::Wide || length <= LIMIT {
            return Ok(Some(query));
        }
        let Some(parts) = tree::cut(&node, length.div_ceil(LIMIT)) else { return Ok(Some(query)) };
        let mut queries = Vec::with_capacity(parts.len());
        for part in &parts {
            queries.push(whole(context, part)?);
        }
        context.deferred = queries;
        Ok(None)
    }

    fn field(&self, name: &str) -> String {
        leaf::label(name)
    }

    fn part_format(&self, _correlation: &Correlation, _number: usize) -> Option<&'static str> {
        Some(PARSED)
    }

    fn correlate(&self, plan: &Plan<'_>) -> Result<Conversion, Failure> {
        correlate::query(plan)
    }

    fn document(&self, format: &str, about: &Rule, query: &str) -> Option<String> {
        (format == "ruler").then(|| ruler::alert(about, 0, query))
    }

    fn finish(&self, context: &Context<'_>, query: Option<String>) -> Result<Query, Failure> {
        if context.format == "ruler" {
            return Ok(Query::Text(ruler::document(context.rule, context.index, &query.unwrap_or_default())));
        }
        let shown = shown(context);
        Ok(match query {
            Some(query) => Query::Text(query + &shown),
            None => {
                let queries = context.deferred.iter().map(|query| format!("{query}{shown}").into());
                Query::Json(serde_json::Value::Array(queries.collect()))
            }
        })
    }
}

/// The fields that the rule wants to be seen, as the line of the result.
fn shown(context: &Context<'_>) -> String {
    let fields: Vec<String> =
        context.rule.fields.iter().map(|field| format!("{{{{.{}}}}}", leaf::label(field))).collect();
    match fields.is_empty() {
        true => String::new(),
        false => format!(" | line_format \"{}\"", fields.join(" ")),
    }
}

/// Selector, line filters, parser, label filters.
fn whole(context: &Context<'_>, node: &Node<'_>) -> Result<String, Failure> {
    let mut writer = Writer::new(context.reach);
    let (mut lines, mut labels, mut references) = (String::new(), Vec::new(), Vec::new());
    for part in tree::conjuncts(node) {
        let reference = context.reach == Reach::Reference;
        match part.keywords() {
            Some(true) if reference || part.is_line_filter() => writer.lines(part, &mut lines)?,
            Some(false) if reference && part.is_reference() => references.push(part),
            None if reference => return Err(Failure::expression("keywords beside fields in an `or`")),
            _ => labels.push(part),
        }
    }
    let state = |name: &str| context.state.get(name).map(String::as_str);
    let selector = state("loki_selector").unwrap_or("{job=~\".+\"}");
    let parser = state("loki_parser").unwrap_or("json");
    let filter = writer.labels(&labels, node)?;
    if references.is_empty() {
        let formats = std::mem::take(&mut writer.formats);
        let stages = formats.into_iter().chain(filter).map(|stage| format!(" | {stage}")).collect::<String>();
        let unparsed = stages.is_empty() && context.format != PARSED;
        let parser = if unparsed { String::new() } else { format!(" | {parser}") };
        return Ok(format!("{selector}{lines}{parser}{stages}"));
    }
    // The reference set compares fields behind everything else, with these blanks.
    let mut out = format!("{selector}{lines}");
    out.push_str(if filter.is_some() { "  | " } else { " | " });
    out.push_str(parser);
    let alone = filter.is_none();
    out.extend(filter.map(|filter| format!(" | {filter}")));
    for part in references {
        let test = writer.node(part)?;
        let format = writer.formats.pop().unwrap_or_default();
        out.push_str(&format!("{}| {format} | {test}", if alone { " " } else { "" }));
    }
    Ok(out)
}

/// Whether the parts of `outer` need brackets around `inner`.
fn bracketed(outer: Op, inner: Op) -> bool {
    outer == Op::And && inner == Op::Or
}
