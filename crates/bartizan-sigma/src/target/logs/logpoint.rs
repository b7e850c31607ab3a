//! LogPoint search.
//!
//! Source: LogPoint documentation, "Search query language": a space stands for `and` and binds less than `OR`; a
//! regular expression is a `process` command before the search that uses its result.

use super::super::{
    Context, Dialect, Grammar, Op, Piece, Query, Target, network_heads, placeholder, without_quotes,
};
use crate::{
    error::Failure,
    rule::{Cidr, Regex, Text},
};

struct LogPoint {
    wide: bool,
}

pub(super) const TARGET: Target = Target {
    name: "logpoint",
    about: "LogPoint SIEM search",
    formats: &["default"],
    own: &[],
    dialect: &LogPoint { wide: false },
};

static GRAMMAR: Grammar = Grammar {
    order: [Op::Not, Op::Or, Op::And],
    and: " ",
    not: "-",
    field_quote: "\"",
    field_bare: |name| {
        !matches!(name, "process" | "filter")
            && name.chars().all(|c| c.is_ascii_alphanumeric() || matches!(c, '_' | '.'))
    },
    null: Some("{field}!=*"),
    exists: Some(("{field}=*", "-{field}=*")),
    compare: Some("{field}{op}{value}"),
    in_or: Some("{field} IN [{value}]"),
    in_wildcards: true,
    keyword: Some("{value}"),
    ..Grammar::BASE
};

impl Dialect for LogPoint {
    fn grammar(&self) -> &Grammar {
        &GRAMMAR
    }

    fn wide(&self) -> Option<&'static dyn Dialect> {
        Some(&LogPoint { wide: true })
    }

    fn string(&self, text: &Text) -> Result<String, Failure> {
        if let Some(name) = text.placeholder() {
            return Err(placeholder(name));
        }
        let value = text.render("*", "?", |run, out| out.push_str(run));
        if self.wide && ((value.contains('"') && value.contains('\'')) || value.contains(char::is_control)) {
            return Err(Failure::value(
                "a string with quotation marks of both kinds, or with control characters",
            ));
        }
        let quote = if value.contains('"') { '\'' } else { '"' };
        Ok(format!("{quote}{value}{quote}"))
    }

    fn boolean(&self, _context: &mut Context<'_>, _field: &str, _yes: bool) -> Piece {
        Err(Failure::expression("truth values cannot be expressed"))
    }

    fn cidr(&self, _context: &mut Context<'_>, field: &str, cidr: &Cidr) -> Piece {
        let texts = match cidr.address.is_ipv6() && cidr.prefix == 128 {
            true => vec![Text::plain(&cidr.address.to_string())],
            false => network_heads(cidr),
        };
        let texts: Result<Vec<String>, Failure> = texts.iter().map(|text| self.string(text)).collect();
        Ok(Some(format!("{} IN [{}]", self.field(field), texts?.join(", "))))
    }

    fn regex(&self, context: &mut Context<'_>, field: &str, regex: &Regex) -> Piece {
        let pattern = if self.wide { without_quotes(&regex.pattern) } else { regex.pattern.clone() };
        let pattern = format!("{}{pattern}", super::super::regex_flags(regex, true));
        let ends = format!(")\", {field})");
        let same = context.deferred.iter().filter(|d| d.lines().next().is_some_and(|l| l.ends_with(&ends)));
        let n = match same.count() {
            0 => String::new(),
            n => (n + 1).to_string(),
        };
        context.deferred.push(format!(
            "| process regex(\"(?P<{field}_match{n}>{pattern})\", {field})\n\
             | process eval(\"{field}_condition{n}=case(isnotnull({field}_match{n}) -> 'true', 'false')\")"
        ));
        Ok(Some(format!("{}=\"true\"", self.field(&format!("{field}_condition{n}")))))
    }

    fn finish(&self, context: &Context<'_>, query: Option<String>) -> Result<Query, Failure> {
        let query = query.unwrap_or_default();
        let source = |name: &str| context.state.get(name).map(String::as_str);
        Ok(Query::Text(if context.deferred.is_empty() {
            match source("logpoint_source") {
                Some(source) => format!("{source} {query}"),
                None => query,
            }
        } else {
            // What tells the log source stands before the commands, in the order it was found.
            let source = source("logpoint_source_first").unwrap_or_default();
            format!("{source}\n{}\n| search {query}", context.deferred.join(" \n"))
        }))
    }
}
