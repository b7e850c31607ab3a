//! Pipelines from YAML files, in the form that sigma-cli's users have.
//!
//! Source: the documentation of Sigma's processing pipelines
//! (<https://sigmahq-pysigma.readthedocs.io/en/latest/Processing_Pipelines.html>): `transformations`, each with
//! conditions, `postprocessing` and `finalizers`; and <https://sigmahq.io/docs/digging-deeper/pipelines.html>. A key or type that is not known is an error: a pipeline that is
//! read by half would make weaker queries in silence.

mod apply;
mod attribute;
mod expression;
mod finish;
mod read;
mod template;
mod test;

pub use finish::pretty;

use crate::{
    error::{Error, Failure},
    rule::Value,
    yaml,
};
use finish::{Finalizer, PostStep};
use test::Tests;

/// A pipeline of a user.
#[derive(Clone, Debug, Default)]
pub struct Pipeline {
    /// `name`.
    pub name: String,
    /// `priority`: pipelines with a lower one are applied first.
    pub priority: i64,
    /// `allowed_backends`: the targets it is for; empty for all.
    pub allowed: Vec<String>,
    steps: Vec<Step>,
    /// What is done to each query.
    post: Vec<PostStep>,
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
    ///
    /// # Errors
    /// A template that asks for what is not there, or takes too long.
    pub fn finish_query(&self, work: &super::Work, query: String) -> Result<String, Failure> {
        self.post.iter().try_fold(query, |query, step| step.apply(work, query))
    }

    /// The `finalizers` over all queries; `None` where the pipeline has none.
    ///
    /// # Errors
    /// As [`Pipeline::finish_query`].
    pub fn finish_all(&self, queries: &[serde_json::Value]) -> Result<Option<String>, Failure> {
        finish::chain(&self.last, queries)
    }

    /// Whether it makes one output of all queries.
    pub fn has_finalizers(&self) -> bool {
        !self.last.is_empty()
    }
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
