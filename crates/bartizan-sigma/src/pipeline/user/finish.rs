//! What is done to queries: `postprocessing` to each, `finalizers` to all together.

use serde_json::{Value, json, ser::Formatter};

use super::{Tests, replace, template::Template};
use crate::{error::Failure, pipeline::Work, target::yaml_text};

/// A step over one query, with its conditions.
#[derive(Clone, Debug)]
pub(super) struct PostStep {
    pub(super) rule: Tests,
    pub(super) post: Post,
}

#[derive(Clone, Debug)]
pub(super) enum Post {
    /// `embed`
    Embed { prefix: String, suffix: String },
    /// `simple_template`: `{query}`, `{rule.title}` and the like
    Simple(String),
    /// `template`: Jinja
    Template(Box<Template>),
    /// `json`: `%QUERY%` in the texts of a document
    Json(Value),
    /// `replace`
    Replace { pattern: Box<regex_automata::meta::Regex>, by: String },
    /// `nest`
    Nest(Vec<PostStep>),
}

/// A step over all queries.
#[derive(Clone, Debug)]
pub(super) enum Finalizer {
    /// `concat`
    Concat { separator: String, prefix: String, suffix: String },
    /// `json`; spaces of its indent
    Json(Option<usize>),
    /// `yaml`
    Yaml,
    /// `template`: Jinja over `queries`
    Template(Box<Template>),
    /// `nested`
    Nested(Vec<Finalizer>),
}

impl PostStep {
    pub(super) fn apply(&self, work: &Work, query: String) -> Result<String, Failure> {
        if !self.rule.hold_of_rule(work) {
            return Ok(query);
        }
        Ok(match &self.post {
            Post::Embed { prefix, suffix } => format!("{prefix}{query}{suffix}"),
            Post::Simple(template) => fill(template, &work.rule, &query),
            Post::Template(template) => template.of_query(work, &query)?,
            Post::Json(document) => {
                let mut document = document.clone();
                put(&mut document, &query);
                compact(&document)
            }
            Post::Replace { pattern, by } => replace(pattern, &query, by),
            Post::Nest(steps) => steps.iter().try_fold(query, |query, step| step.apply(work, query))?,
        })
    }
}

impl Finalizer {
    pub(super) fn apply(&self, queries: &[Value]) -> Result<String, Failure> {
        Ok(match self {
            Self::Concat { separator, prefix, suffix } => {
                let texts: Vec<String> = queries.iter().map(text).collect();
                format!("{prefix}{}{suffix}", texts.join(separator))
            }
            Self::Json(None) => compact(&json!(queries)),
            Self::Json(Some(spaces)) => pretty(&json!(queries), *spaces),
            Self::Yaml => yaml_text(&json!(queries)),
            Self::Template(template) => template.of_all(queries)?,
            Self::Nested(steps) => chain(steps, queries)?.unwrap_or_default(),
        })
    }
}

/// One after the other: what one makes is the one query of the next.
pub(super) fn chain(steps: &[Finalizer], queries: &[Value]) -> Result<Option<String>, Failure> {
    let mut done = None;
    for step in steps {
        let text = match &done {
            None => step.apply(queries)?,
            Some(text) => step.apply(&[json!(text)])?,
        };
        done = Some(text);
    }
    Ok(done)
}

fn text(query: &Value) -> String {
    match query {
        Value::String(text) => text.clone(),
        other => compact(other),
    }
}

/// `%QUERY%` in texts. The query stays within its text: it cannot change the document.
fn put(document: &mut Value, query: &str) {
    match document {
        Value::String(text) => *text = text.replace("%QUERY%", query),
        Value::Array(items) => items.iter_mut().for_each(|item| put(item, query)),
        Value::Object(map) => map.values_mut().for_each(|value| put(value, query)),
        _ => {}
    }
}

/// JSON on one line, with a space after `,` and `:` as sigma-cli's users have it.
fn compact(value: &Value) -> String {
    written(value, Spaced)
}

/// JSON with an indent of so many spaces.
pub fn pretty(value: &Value, spaces: usize) -> String {
    let indent = " ".repeat(spaces.min(16));
    written(value, serde_json::ser::PrettyFormatter::with_indent(indent.as_bytes()))
}

fn written(value: &Value, formatter: impl Formatter) -> String {
    let mut out = Vec::new();
    let mut serializer = serde_json::Serializer::with_formatter(&mut out, formatter);
    match serde::Serialize::serialize(value, &mut serializer) {
        Ok(()) => String::from_utf8(out).unwrap_or_default(),
        Err(_) => value.to_string(),
    }
}

struct Spaced;

impl Formatter for Spaced {
    fn begin_array_value<W: ?Sized + std::io::Write>(
        &mut self,
        to: &mut W,
        first: bool,
    ) -> std::io::Result<()> {
        if first { Ok(()) } else { to.write_all(b", ") }
    }

    fn begin_object_key<W: ?Sized + std::io::Write>(
        &mut self,
        to: &mut W,
        first: bool,
    ) -> std::io::Result<()> {
        if first { Ok(()) } else { to.write_all(b", ") }
    }

    fn begin_object_value<W: ?Sized + std::io::Write>(&mut self, to: &mut W) -> std::io::Result<()> {
        to.write_all(b": ")
    }
}

/// `{query}` and `{rule.…}` in a template.
fn fill(template: &str, rule: &crate::rule::Rule, query: &str) -> String {
    let text = |value: &Option<String>| value.clone().unwrap_or_default();
    let known: [(&str, String); 7] = [
        ("{query}", query.to_owned()),
        ("{rule.title}", rule.title.clone()),
        ("{rule.id}", text(&rule.id)),
        ("{rule.level}", text(&rule.level)),
        ("{rule.status}", text(&rule.status)),
        ("{rule.author}", text(&rule.author)),
        ("{rule.description}", text(&rule.description)),
    ];
    // One walk: what a value brings in is not looked at again.
    let mut out = String::with_capacity(template.len() + query.len());
    let mut rest = template;
    while let Some(at) = rest.find('{') {
        out.push_str(&rest[..at]);
        rest = &rest[at..];
        match known.iter().find(|(name, _)| rest.starts_with(name)) {
            Some((name, value)) => {
                out.push_str(value);
                rest = &rest[name.len()..];
            }
            None => {
                out.push('{');
                rest = &rest[1..];
            }
        }
    }
    out.push_str(rest);
    out
}
