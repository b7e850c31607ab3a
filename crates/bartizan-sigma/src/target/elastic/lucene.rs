//! Elasticsearch: Lucene query strings.
//!
//! Source: Elasticsearch Guide, "Query string syntax".

use super::siem_rule;
use crate::{
    error::Failure,
    expr::{Expr, Match},
    pipeline::Reach,
    rule::{Cidr, Regex, Rule, Text, Value},
    target::{Context, Dialect, Grammar, Op, Piece, Query, delimited, escape, is_any_of, op_of, regex_flags},
};

pub(super) struct Lucene;

pub(super) static LUCENE: Lucene = Lucene;

/// What is escaped between quotes, where blanks separate nothing.
const PHRASE: &str = "\\+-=&|!(){}[]<>^\"~*?:/";

static GRAMMAR: Grammar = Grammar {
    brackets_always: true,
    quote: "",
    equals: "{field}:{value}",
    number: "{field}:{value}",
    boolean: ("{field}:{value}", "true", "false"),
    null: Some("(NOT _exists_:{field})"),
    exists: Some(("_exists_:{field}", "(NOT _exists_:{field})")),
    regex: Some("{field}:/{value}/"),
    regex_escaped: "/",
    compare: Some("{field}:{op}{value}"),
    in_or: Some("{field}:({value})"),
    in_wildcards: true,
    separator: " OR ",
    // Any white space ends a term.
    escaped: "\\+-=&|!(){}[]<>^\"~*?:/ \t\n\r\u{b}\u{c}\u{3000}",
    keyword: Some("*{value}*"),
    ..Grammar::BASE
};

impl Dialect for Lucene {
    fn grammar(&self) -> &Grammar {
        &GRAMMAR
    }

    fn string(&self, text: &Text) -> Result<String, Failure> {
        if text.is_empty() {
            return Ok("\"\"".to_owned());
        }
        if let Some(name) = text.placeholder() {
            return Err(crate::target::dialect::placeholder(name));
        }
        if text.has_wildcard() || !text.bare().contains(' ') {
            return Ok(bare(text));
        }
        let body = text.render("*", "?", |run, out| escape(run, PHRASE, "\\", out));
        Ok(format!("\"{body}\""))
    }

    fn keyword(&self, context: &mut Context<'_>, value: &Value) -> Piece {
        let Value::Text { text, .. } = value else {
            return match value {
                Value::Number(number) => Ok(Some(format!("*{}*", number.text()))),
                Value::AnyOf(values) => self.any_of(context, None, values),
                _ => Err(Failure::expression("keywords of this kind")),
            };
        };
        if let Some(name) = text.placeholder() {
            return Err(crate::target::dialect::placeholder(name));
        }
        Ok(Some(format!("*{}*", bare(text))))
    }

    fn any_of(&self, context: &mut Context<'_>, field: Option<&str>, values: &[Value]) -> Piece {
        let Some(name) = field else {
            let parts: Vec<Expr<'_>> =
                values.iter().map(|value| Expr::Match(Match { field, value })).collect();
            return self.join(context, Op::Or, GRAMMAR.or, &parts);
        };
        let mut list = String::new();
        for (i, value) in values.iter().enumerate() {
            list.push_str(if i > 0 { " OR " } else { "" });
            list.push_str(&self.member(context, value)?);
        }
        Ok(Some(format!("{}:({list})", self.field(name))))
    }

    fn not(&self, context: &mut Context<'_>, inner: &Expr<'_>) -> Piece {
        if let Expr::Match(Match { field: Some(field), value: Value::Null }) = inner {
            return Ok(Some(format!("_exists_:{}", self.field(field))));
        }
        context.negations += 1;
        let piece = self.expr(context, inner);
        context.negations -= 1;
        let several = context.reach == Reach::Wide && is_any_of(inner);
        let grouped = op_of(inner).is_some() || several;
        Ok(piece?.map(|text| if grouped { format!("NOT ({text})") } else { format!("NOT {text}") }))
    }

    fn part(&self, context: &mut Context<'_>, outer: Op, part: &Expr<'_>) -> Piece {
        match part {
            // What exists is written without `NOT`, so it needs no brackets.
            Expr::Not(inner)
                if matches!(**inner, Expr::Match(Match { field: Some(_), value: Value::Null })) =>
            {
                self.not(context, inner)
            }
            _ => {
                let piece = self.expr(context, part)?;
                let several = context.reach == Reach::Wide && outer == Op::And && is_any_of(part);
                let bracketed = several || op_of(part).is_some_and(|inner| self.brackets(outer, inner, part));
                Ok(piece.map(|text| if bracketed { self.group(text) } else { text }))
            }
        }
    }

    fn regex(&self, context: &mut Context<'_>, field: &str, regex: &Regex) -> Piece {
        let pattern = match context.reach {
            Reach::Reference => self.pattern(regex)?,
            Reach::Wide => delimited(&regex.pattern, '/'),
        };
        let flags = regex_flags(regex, true);
        Ok(Some(format!("{}:/{flags}{pattern}/", self.field(field))))
    }

    fn cidr(&self, _context: &mut Context<'_>, field: &str, cidr: &Cidr) -> Piece {
        let mut network = String::new();
        escape(&cidr.to_string(), GRAMMAR.escaped, "\\", &mut network);
        Ok(Some(format!("{}:{network}", self.field(field))))
    }

    fn finish(&self, context: &Context<'_>, query: Option<String>) -> Result<Query, Failure> {
        let query = query.unwrap_or_default();
        Ok(match context.format {
            "monitor_rule" => Query::Json(monitor(context.rule, &query)),
            "dsl_lucene" => Query::Json(search(&query)),
            format if siem_rule::FORMATS.contains(&format) => {
                Query::Json(siem_rule::rule(context, "query", "lucene", &query))
            }
            _ => Query::Text(query),
        })
    }
}

/// A string without quotes: blanks are escaped like operators.
fn bare(text: &Text) -> String {
    text.render("*", "?", |run, out| escape(run, GRAMMAR.escaped, "\\", out))
}

/// A search body of the Query DSL that holds this query string.
fn search(query: &str) -> serde_json::Value {
    serde_json::json!({"query": {"bool": {"must": [
        {"query_string": {"query": query, "analyze_wildcard": true}}
    ]}}})
}

/// A monitor of OpenSearch's alerting.
fn monitor(rule: &Rule, query: &str) -> serde_json::Value {
    let severity = match rule.level.as_deref() {
        Some("critical") => 1,
        Some("high") => 2,
        Some("low") => 4,
        Some("informational") => 5,
        _ => 3,
    };
    let mut asked = search(query);
    if let Some(body) = asked.as_object_mut() {
        body.insert("size".to_owned(), 1.into());
    }
    let tags: Vec<String> = rule.tags.iter().map(|tag| tag.replacen('.', "-", 1)).collect();
    serde_json::json!({
        "type": "monitor",
        "name": format!("SIGMA - {}", rule.title),
        "description": rule.description.as_deref().unwrap_or_default(),
        "enabled": true,
        "schedule": {"period": {"interval": 5, "unit": "MINUTES"}},
        "inputs": [{"search": {"indices": ["beats-*"], "query": asked}}],
        "tags": tags,
        "triggers": [{
            "name": "generated-trigger",
            "severity": severity,
            "condition": {"script": {"source": "ctx.results[0].hits.total.value > 0", "lang": "painless"}},
            "actions": [],
        }],
        "sigma_meta_data": {"rule_id": rule.id.as_deref().unwrap_or_default(), "threat": []},
        "references": rule.references,
    })
}
