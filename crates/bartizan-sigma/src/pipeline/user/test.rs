//! Conditions of a step: on the rule, on an item, on a field name.

use super::{
    attribute::{self, Attribute},
    expression::Expression,
};
use crate::{
    error::Error,
    pipeline::Work,
    rule::{Item, Value},
    yaml::Node,
};

/// Conditions joined by `and` or `or` or an expression, perhaps negated. None hold.
#[derive(Clone, Debug, Default)]
pub(super) struct Tests {
    pub(super) tests: Vec<Test>,
    pub(super) all: bool,
    pub(super) not: bool,
    /// Over the numbers of the tests.
    pub(super) expression: Option<Expression>,
}

#[derive(Clone, Debug)]
pub(super) enum Test {
    LogSource {
        category: Option<String>,
        product: Option<String>,
        service: Option<String>,
    },
    ContainsItem {
        field: String,
        value: Value,
    },
    ContainsField(String),
    Applied(String),
    State {
        key: String,
        value: String,
    },
    Attribute(Attribute),
    Tag(String),
    /// `is_sigma_rule`, and of correlations the other.
    IsRule(bool),
    MatchString {
        pattern: Box<regex_automata::meta::Regex>,
        negate: bool,
        all: bool,
    },
    IsNull {
        all: bool,
    },
    HasWildcard {
        all: bool,
    },
    MatchValue {
        value: Value,
        all: bool,
    },
    Fields {
        names: Vec<String>,
        include: bool,
    },
    FieldsLike {
        patterns: Vec<regex_automata::meta::Regex>,
        include: bool,
    },
}

pub(super) fn read(node: &Node) -> Result<Test, Error> {
    let wrong = |message: String| Error::new("sigma.pipeline", node.place, message);
    let get = |key: &str| node.get(key).and_then(Node::text).map(str::to_owned);
    let need = |key: &str| get(key).ok_or_else(|| wrong(format!("`{key}` is missing")));
    // Of several values any may be meant, or all.
    let all = || match get("cond").as_deref() {
        None | Some("any") => Ok(false),
        Some("all") => Ok(true),
        Some(other) => Err(wrong(format!("`{other}` is neither `any` nor `all`"))),
    };
    Ok(match need("type")?.as_str() {
        "logsource" => {
            Test::LogSource { category: get("category"), product: get("product"), service: get("service") }
        }
        "contains_detection_item" => {
            let value = node.get("value").ok_or_else(|| wrong("`value` is missing".into()))?;
            let mut values = super::read::values(value)?;
            Test::ContainsItem { field: need("field")?, value: values.pop().unwrap_or(Value::Null) }
        }
        "contains_field" => Test::ContainsField(need("field")?),
        "processing_item_applied" => Test::Applied(need("processing_item_id")?),
        "processing_state" => Test::State { key: need("key")?, value: need("val")? },
        "rule_attribute" => Test::Attribute(attribute::read(node)?),
        "is_sigma_rule" => Test::IsRule(true),
        "is_sigma_correlation_rule" => Test::IsRule(false),
        "tag" => Test::Tag(need("tag")?),
        "match_string" => {
            let pattern = node.get("pattern").ok_or_else(|| wrong("`pattern` is missing".into()))?;
            Test::MatchString {
                pattern: super::read::regex(pattern)?,
                negate: super::read::flag(node, "negate")?,
                all: all()?,
            }
        }
        "is_null" => Test::IsNull { all: all()? },
        "contains_wildcard" => Test::HasWildcard { all: all()? },
        "match_value" => {
            let value = node.get("value").ok_or_else(|| wrong("`value` is missing".into()))?;
            Test::MatchValue { value: super::read::values(value)?.pop().unwrap_or(Value::Null), all: all()? }
        }
        kind @ ("include_fields" | "exclude_fields") => {
            let include = kind == "include_fields";
            let names = node.get("fields").map(Node::texts).unwrap_or_default();
            match get("mode").as_deref() {
                None | Some("plain") => Test::Fields { names, include },
                Some("re") => {
                    let nodes = node.get("fields").and_then(Node::list).unwrap_or_default();
                    let patterns = nodes.iter().map(super::read::anchored).collect::<Result<_, _>>()?;
                    Test::FieldsLike { patterns, include }
                }
                Some(other) => return Err(wrong(format!("`{other}` is neither `plain` nor `re`"))),
            }
        }
        other => return Err(wrong(format!("`{other}` is no condition that is supported"))),
    })
}

/// Whether all values of an item, or any, are as asked; an item without values never is.
fn of_values(item: &Item, all: bool, test: impl Fn(&Value) -> bool) -> bool {
    match all {
        true => !item.values.is_empty() && item.values.iter().all(test),
        false => item.values.iter().any(test),
    }
}

impl Tests {
    fn hold(&self, test: impl Fn(&Test) -> bool) -> bool {
        if self.tests.is_empty() {
            return true;
        }
        let holds = match (&self.expression, self.all) {
            (Some(expression), _) => expression.holds(&|at| self.tests.get(at).is_some_and(&test)),
            (None, true) => self.tests.iter().all(test),
            (None, false) => self.tests.iter().any(test),
        };
        holds != self.not
    }

    pub(super) fn hold_of_rule(&self, work: &Work) -> bool {
        self.hold(|test| test.of_rule(work))
    }

    pub(super) fn hold_of_item(&self, work: &State<'_>, item: &Item) -> bool {
        self.hold(|test| match test {
            Test::MatchString { pattern, negate, all } => {
                let matches = |v: &Value| v.as_text().is_some_and(|text| pattern.is_match(&text.bare()));
                of_values(item, *all, matches) != *negate
            }
            Test::IsNull { all } => of_values(item, *all, |v| *v == Value::Null),
            Test::HasWildcard { all } => {
                of_values(item, *all, |v| v.as_text().is_some_and(|text| text.has_wildcard()))
            }
            Test::MatchValue { value, all } => of_values(item, *all, |v| v == value),
            other => work.answers(other),
        })
    }

    pub(super) fn hold_of_field(&self, work: &State<'_>, field: &str) -> bool {
        self.hold(|test| match test {
            Test::Fields { names, include } => names.iter().any(|n| n == field) == *include,
            Test::FieldsLike { patterns, include } => patterns.iter().any(|p| p.is_match(field)) == *include,
            other => work.answers(other),
        })
    }
}

/// What tests of items and fields may ask of the pipeline, beside the item.
pub(super) struct State<'w> {
    pub(super) vars: &'w std::collections::BTreeMap<String, String>,
    pub(super) applied: &'w [String],
}

impl State<'_> {
    fn answers(&self, test: &Test) -> bool {
        match test {
            Test::Applied(id) => self.applied.contains(id),
            Test::State { key, value } => self.vars.get(key) == Some(value),
            _ => false,
        }
    }
}

impl Test {
    fn of_rule(&self, work: &Work) -> bool {
        let rule = &work.rule;
        match self {
            Self::LogSource { category, product, service } => {
                rule.log_source.is(category.as_deref(), product.as_deref(), service.as_deref())
            }
            Self::ContainsItem { field, value } => work
                .items()
                .iter()
                .any(|item| item.field.as_ref() == Some(field) && item.values.contains(value)),
            Self::ContainsField(field) => work.items().iter().any(|i| i.field.as_ref() == Some(field)),
            Self::Applied(id) => work.applied.contains(id),
            Self::State { key, value } => work.user.get(key) == Some(value),
            Self::Attribute(attribute) => attribute.holds(rule),
            // Correlations go through no pipeline yet.
            Self::IsRule(plain) => *plain,
            Self::Tag(tag) => rule.tags.contains(tag),
            _ => false,
        }
    }
}
