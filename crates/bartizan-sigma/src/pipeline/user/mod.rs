//! Pipelines from YAML files, in the form that sigma-cli's users have.
//!
//! Source: the documentation of Sigma's processing pipelines
//! (<https://sigmahq-pysigma.readthedocs.io/en/latest/Processing_Pipelines.html>): `transformations`, each with
//! conditions, `postprocessing` and `finalizers`. A key or type that is not known is an error: a pipeline that is
//! read by half would make weaker queries in silence.

mod apply;
mod read;
mod test;

use crate::{
    error::{Error, Failure},
    rule::Value,
    yaml,
};
use test::Tests;

/// A pipeline of a user.
#[derive(Clone, Debug, Default)]
pub struct Pipeline {
    /// `name`.
    pub name: String,
    /// `priority`: pipelines with a lower one are applied first.
    pub priority: i64,
    steps: Vec<Step>,
    /// What is done to each query.
    post: Vec<Post>,
    /// What is done to all queries together.
    last: Vec<Finalizer>,
    vars: Vec<(String, Vec<Value>)>,
}

#[derive(Clone, Debug)]
struct Step {
    id: Option<String>,
    rule: Tests,
    item: Tests,
    field: Tests,
    action: Action,
}

#[derive(Clone, Debug)]
enum Action {
    /// `field_name_mapping`
    Rename(Vec<(String, Vec<String>)>),
    /// `field_name_prefix_mapping`
    RenamePrefix(Vec<(String, Vec<String>)>),
    /// `field_name_prefix`
    Prefix(String),
    /// `field_name_suffix`
    Suffix(String),
    /// `drop_detection_item`
    Drop,
    /// `add_condition`
    Require { items: Vec<(String, Vec<Value>)>, negated: bool, template: bool },
    /// `change_logsource`
    LogSource { category: Option<String>, product: Option<String>, service: Option<String> },
    /// `replace_string`
    Replace { pattern: Box<regex_automata::meta::Regex>, by: String, skip_special: bool },
    /// `map_string`
    MapValue(Vec<(String, Vec<String>)>),
    /// `set_value`
    SetValue(Value),
    /// `convert_type`
    Convert { to_number: bool },
    /// `set_state`
    State { key: String, value: String },
    /// `wildcard_placeholders`
    WildcardPlaceholders { include: Vec<String>, exclude: Vec<String> },
    /// `value_placeholders`
    ValuePlaceholders { include: Vec<String>, exclude: Vec<String> },
    /// `rule_failure`
    FailRule(String),
    /// `detection_item_failure`
    FailItem(String),
    /// `strict_field_mapping_failure`
    FailUnmapped(Vec<String>),
    /// `add_field`
    AddField(Vec<String>),
    /// `remove_field`
    RemoveField(Vec<String>),
    /// `set_field`
    SetField(Vec<String>),
    /// `set_custom_attribute`
    Attribute { key: String, value: String },
    /// `case`
    Case { upper: bool },
    /// `nest`
    Nest(Vec<Step>),
}

#[derive(Clone, Debug)]
enum Post {
    /// `embed`
    Embed { prefix: String, suffix: String },
    /// `simple_template`: `{query}`, `{rule.title}` and the like
    Template(String),
    /// `replace`
    Replace { pattern: Box<regex_automata::meta::Regex>, by: String },
}

#[derive(Clone, Debug)]
enum Finalizer {
    /// `concat`
    Concat { separator: String, prefix: String, suffix: String },
    /// `json`
    Json { indent: bool },
}

impl Pipeline {
    /// Reads a pipeline.
    ///
    /// # Errors
    /// `sigma.yaml`, `sigma.too-large` or `sigma.pipeline` with the place.
    pub fn parse(source: &str) -> Result<Self, Error> {
        let documents = yaml::parse(source)?;
        match documents.as_slice() {
            [node] => read::pipeline(node),
            _ => Err(Error::new(
                "sigma.pipeline",
                crate::error::Place::default(),
                "a pipeline is one YAML document",
            )),
        }
    }

    /// Changes a rule.
    ///
    /// # Errors
    /// What a step of the pipeline refuses.
    pub fn apply(&self, work: &mut super::Work) -> Result<(), Failure> {
        for (name, values) in &self.vars {
            work.vars.insert(name.clone(), values.clone());
        }
        self.steps.iter().try_for_each(|step| step.apply(work))
    }

    /// The `postprocessing` of one query.
    pub fn finish_query(&self, rule: &crate::rule::Rule, query: String) -> String {
        self.post.iter().fold(query, |query, post| match post {
            Post::Embed { prefix, suffix } => format!("{prefix}{query}{suffix}"),
            Post::Template(template) => fill(template, rule, &query),
            Post::Replace { pattern, by } => replace(pattern, &query, by),
        })
    }

    /// The `finalizers` over all queries; `None` where the pipeline has none.
    pub fn finish_all(&self, queries: &[String]) -> Option<String> {
        let mut done = None;
        for finalizer in &self.last {
            done = Some(match finalizer {
                Finalizer::Concat { separator, prefix, suffix } => {
                    format!("{prefix}{}{suffix}", queries.join(separator))
                }
                Finalizer::Json { indent } => {
                    let value = serde_json::json!(queries);
                    if *indent { format!("{value:#}") } else { value.to_string() }
                }
            });
        }
        done
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

/// Every match replaced; `\1` and `$1` in `by` are groups.
fn replace(pattern: &regex_automata::meta::Regex, text: &str, by: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut from = 0;
    let dollars = by.replace('\\', "$");
    for captures in pattern.captures_iter(text) {
        let Some(whole) = captures.get_match() else { continue };
        out.push_str(&text[from..whole.start()]);
        captures.interpolate_string_into(text, &dollars, &mut out);
        from = whole.end();
    }
    out.push_str(&text[from..]);
    out
}
