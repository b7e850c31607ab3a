//! Splunk SPL.
//!
//! Source: Splunk Search Reference. In SPL `OR` binds tighter than the `AND`
//! that stands between two terms without being written; `regex` and `where`
//! are commands of their own behind the search.

use super::{
    super::{Context, Dialect, Grammar, Op, Piece, Query, regex_flags, word},
    data_model,
};
use crate::{
    error::Failure,
    expr::Expr,
    rule::{Condition, Quantity, Regex, Rule, Value, matches},
};

pub(super) struct Spl;

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

impl Dialect for Spl {
    fn grammar(&self) -> &Grammar {
        &GRAMMAR
    }

    fn or(&self, context: &mut Context<'_>, parts: &[Expr<'_>]) -> Piece {
        if let Some(list) = self.list(context, parts, "{field} IN ({value})")? {
            return Ok(Some(list));
        }
        context.alternatives += 1;
        let joined = self.join(context, Op::Or, GRAMMAR.or, parts);
        context.alternatives -= 1;
        joined
    }

    fn regex(&self, context: &mut Context<'_>, field: &str, regex: &Regex) -> Piece {
        let flags = regex_flags(regex, true);
        let pattern = regex.pattern.replace('\\', "\\\\").replace('"', "\\\"");
        let same = |value: &Value| matches!(value, Value::Regex(r) if std::ptr::eq(r, regex));
        if context.alternatives > 0 || one_of_one(context, same) {
            // A command holds for the whole search, so an alternative is extracted into a field and asked for.
            let (name, number) = alternative(context, field);
            context.deferred.push(format!(
                "\n| rex field={field} \"(?<{name}Match{number}>{flags}{pattern})\"\n| eval {name}Condition{number}=if(isnotnull({name}Match{number}), \"true\", \"false\")"
            ));
            return Ok(Some(format!("{name}Condition{number}=\"true\"")));
        }
        let sign = if context.negations % 2 == 1 { "!=" } else { "=" };
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
        let same = |value: &Value| matches!(value, Value::FieldRef { field, .. } if std::ptr::eq(field.as_str(), other));
        if context.alternatives > 0 || one_of_one(context, same) {
            return Err(Failure::expression("references to other fields joined by `or`"));
        }
        let sign = if context.negations % 2 == 1 { "!=" } else { "=" };
        context.deferred.push(format!("\n| where '{field}'{sign}'{other}'"));
        Ok(None)
    }

    fn document(&self, format: &str, about: &Rule, query: &str) -> Option<String> {
        (format == "savedsearches").then(|| saved_search(about, query))
    }

    fn correlate(&self, plan: &crate::target::correlate::Plan<'_>) -> Result<crate::Conversion, Failure> {
        crate::target::correlate::tables::SPL.correlate(plan)
    }

    fn finish(&self, context: &Context<'_>, query: Option<String>) -> Result<Query, Failure> {
        let mut query = query.unwrap_or_else(|| "*".to_owned());
        if context.format == "data_model" {
            return data_model::finish(context, &query).map(Query::Text);
        }
        let (extracted, commands): (Vec<&String>, Vec<&String>) =
            context.deferred.iter().partition(|command| command.starts_with("\n| rex "));
        if !extracted.is_empty() {
            // A saved search keeps its search in one piece.
            let at = if context.format == "savedsearches" { 0 } else { leading_terms(&query) };
            let rest = query.split_off(at);
            query.truncate(query.trim_end().len());
            query.extend(extracted.into_iter().map(String::as_str));
            query.push_str("\n| search ");
            query.push_str(rest.trim_start());
        }
        query.extend(commands.into_iter().map(String::as_str));
        if !context.rule.fields.is_empty() {
            query.push_str(if context.format == "savedsearches" { "\n| table " } else { " | table " });
            query.push_str(&context.rule.fields.join(","));
        }
        if context.format == "savedsearches" {
            return Ok(Query::Text(saved_search(context.rule, &query)));
        }
        Ok(Query::Text(query))
    }
}

/// Whether a value stands in a selection that is the only one of a `1 of`: it counts as an alternative all the same.
fn one_of_one(context: &Context<'_>, mut same: impl FnMut(&Value) -> bool) -> bool {
    let mut patterns = Vec::new();
    if let Some(condition) = context.rule.conditions.get(context.index) {
        one_of(condition, &mut patterns);
    }
    let selections = &context.rule.selections;
    let asked = selections.iter().filter(|(name, _)| patterns.iter().any(|pattern| matches(pattern, name)));
    asked.flat_map(|(_, detection)| detection.items()).any(|item| item.values.iter().any(&mut same))
}

fn one_of<'c>(condition: &'c Condition, patterns: &mut Vec<&'c str>) {
    match condition {
        Condition::And(parts) | Condition::Or(parts) => parts.iter().for_each(|p| one_of(p, patterns)),
        Condition::Not(inner) => one_of(inner, patterns),
        Condition::Of(Quantity::One, pattern) => patterns.push(pattern),
        Condition::Of(Quantity::All, _) | Condition::Selection(_) => {}
    }
}

/// The name of an extracted field, and its number where the field has several.
fn alternative(context: &Context<'_>, field: &str) -> (String, String) {
    // Of a data model's field only what follows the model's name can name a group.
    let last = field.rsplit('.').next().filter(|_| context.format == "data_model");
    let name: String = last.unwrap_or(field).chars().filter(|c| c.is_alphanumeric() || *c == '_').collect();
    let same = format!("\n| rex field={field} ");
    let before = context.deferred.iter().filter(|command| command.starts_with(&same)).count();
    let number = if before == 0 { String::new() } else { (before + 1).to_string() };
    (name, number)
}

/// The end of the terms `field="value"` that open a search: they can stand before the extractions.
fn leading_terms(query: &str) -> usize {
    let mut end = 0;
    while let Some((name, value)) = query[end..].trim_start().split_once('=') {
        if !word(name) || name.contains("Condition") {
            break;
        }
        let start = query.len() - value.len();
        let length = if let Some(quoted) = value.strip_prefix('"') {
            let mut escaped = false;
            let close = quoted.find(|c: char| {
                let closes = c == '"' && !escaped;
                escaped = c == '\\' && !escaped;
                closes
            });
            match close {
                Some(close) => close + 2,
                None => break,
            }
        } else {
            value.find(' ').unwrap_or(value.len())
        };
        end = start + length;
    }
    end
}

/// A stanza of savedsearches.conf (Splunk Admin Manual); a value goes on after a backslash at the end of a line.
fn saved_search(rule: &Rule, query: &str) -> String {
    let line = |text: &str| text.trim_end().replace('\r', " ").replace('\n', " \\\n");
    // A backslash at the end would take the next setting in.
    let description = |text: &str| line(text.trim_end().trim_end_matches('\\'));
    format!(
        "\n[default]\ndispatch.earliest_time = -30d\ndispatch.latest_time = now\n\n[{}]\ndescription = {}\nsearch = {}",
        rule.title.replace(char::is_control, " "),
        description(rule.description.as_deref().unwrap_or_default()),
        line(query),
    )
}
