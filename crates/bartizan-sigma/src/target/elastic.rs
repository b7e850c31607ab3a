//! Elasticsearch: Lucene query strings.
//!
//! Source: Elasticsearch Guide, "Query string syntax".

use super::{Context, Dialect, Grammar, Label, Piece, Target};
use crate::{
    error::Failure,
    rule::{Text, Value},
};

struct Lucene;

pub(super) const TARGETS: &[Target] = &[Target {
    name: "lucene",
    about: "Elasticsearch, Lucene query string",
    formats: &["default", "dsl_lucene", "siem_rule_ndjson"],
    own: &[],
    dialect: &Lucene,
}];

pub(super) const LABELS: &[Label] =
    &[Label { name: "elastic-lucene", target: "lucene", pipelines: &["ecs_windows"], format: "default" }];

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
    escaped: "\\+-=&|!(){}[]^\"~:/ <>",
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
            return Err(super::dialect::placeholder(name));
        }
        Ok(text.render("*", "?", |run, out| super::escape(run, GRAMMAR.escaped, "\\", out)))
    }

    fn any_of(&self, context: &mut Context<'_>, field: Option<&str>, values: &[Value]) -> Piece {
        let Some(name) = field else {
            return Err(Failure::expression("keywords of this kind"));
        };
        let mut list = String::new();
        for (i, value) in values.iter().enumerate() {
            list.push_str(if i > 0 { " OR " } else { "" });
            list.push_str(&self.member(context, value)?);
        }
        Ok(Some(format!("{}:({list})", self.field(name))))
    }
}
