//! Jinja templates of pipelines: what they may see, and what they may cost.

use minijinja::{Environment, UndefinedBehavior, Value, context, value::Serde};
use serde_json::{Map, json};

use crate::{
    error::{Failure, Reason},
    pipeline::Work,
    rule::{self, Rule},
};

/// The most steps a template may take: a loop over loops ends here.
const FUEL: u64 = 2_000_000;

/// A template that was read.
#[derive(Clone, Debug)]
pub(super) struct Template {
    environment: Environment<'static>,
}

const NAME: &str = "template";

impl Template {
    /// Reads a template.
    pub(super) fn new(source: &str) -> Result<Self, String> {
        let mut environment = Environment::new();
        // A name that is not there is an error: a query with a hole in it is none.
        environment.set_undefined_behavior(UndefinedBehavior::Strict);
        environment.set_auto_escape_callback(|_| minijinja::AutoEscape::None);
        environment.set_fuel(Some(FUEL));
        environment.add_template_owned(NAME, source.to_owned()).map_err(|e| e.to_string())?;
        Ok(Self { environment })
    }

    /// The text for one query.
    pub(super) fn of_query(&self, work: &Work, query: &str) -> Result<String, Failure> {
        let pipeline = context! { state => Serde(&work.user), vars => Serde(vars(work)) };
        self.render(context! { query => query, rule => Serde(seen(&work.rule)), pipeline => pipeline })
    }

    /// The text for all queries.
    pub(super) fn of_all(&self, queries: &[serde_json::Value]) -> Result<String, Failure> {
        self.render(context! { queries => Serde(queries) })
    }

    fn render(&self, context: Value) -> Result<String, Failure> {
        let template = self.environment.get_template(NAME);
        template
            .and_then(|template| template.render(context))
            .map_err(|error| Failure::new(Reason::Expression, format!("the pipeline's template: {error}")))
    }
}

fn vars(work: &Work) -> Map<String, serde_json::Value> {
    let plain = |value: &rule::Value| match value {
        rule::Value::Text { text, .. } => json!(text.bare()),
        rule::Value::Number(number) => json!(number.text()),
        rule::Value::Bool(yes) => json!(yes),
        _ => serde_json::Value::Null,
    };
    work.vars.iter().map(|(name, values)| (name.clone(), values.iter().map(plain).collect())).collect()
}

/// A rule as templates see it: the keys of its YAML.
fn seen(rule: &Rule) -> serde_json::Value {
    let source = &rule.log_source;
    let mut seen = json!({
        "title": rule.title, "id": rule.id, "name": rule.name, "status": rule.status, "level": rule.level,
        "description": rule.description, "license": rule.license, "author": rule.author,
        "references": rule.references, "date": rule.date, "modified": rule.modified, "tags": rule.tags,
        "falsepositives": rule.false_positives, "fields": rule.fields,
        "logsource": { "category": source.category, "product": source.product, "service": source.service },
    });
    let custom = rule.custom.iter().filter_map(|(key, node)| Some((key.clone(), json!(node.text()?))));
    seen["custom_attributes"] = serde_json::Value::Object(custom.collect());
    seen
}
