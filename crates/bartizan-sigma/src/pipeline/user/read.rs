//! From YAML to a [`Pipeline`].

use super::{
    Action, Finalizer, Pipeline, Post, Step,
    test::{self, Tests},
};
use crate::{
    error::Error,
    rule::Value,
    yaml::{Node, Scalar},
};

fn wrong(node: &Node, message: impl Into<String>) -> Error {
    Error::new("sigma.pipeline", node.place, message)
}

pub(super) fn pipeline(node: &Node) -> Result<Pipeline, Error> {
    let Some(entries) = node.map() else {
        return Err(wrong(node, "a pipeline is a mapping"));
    };
    let mut pipeline = Pipeline::default();
    for (key, value) in entries {
        match key.text().unwrap_or_default() {
            "name" => pipeline.name = text(value)?,
            "priority" => pipeline.priority = integer(value)?,
            "allowed_backends" => {}
            "vars" => {
                for (name, values) in value.map().unwrap_or_default() {
                    pipeline.vars.push((text(name)?, self::values(values)?));
                }
            }
            "transformations" => pipeline.steps = steps(value)?,
            "postprocessing" => pipeline.post = list(value).iter().map(post).collect::<Result<_, _>>()?,
            "finalizers" => pipeline.last = list(value).iter().map(finalizer).collect::<Result<_, _>>()?,
            other => return Err(wrong(key, format!("`{other}` is no key of a pipeline"))),
        }
    }
    Ok(pipeline)
}

fn list(node: &Node) -> &[Node] {
    node.list().unwrap_or_default()
}

fn text(node: &Node) -> Result<String, Error> {
    node.text().map(str::to_owned).ok_or_else(|| wrong(node, "text is needed here"))
}

fn integer(node: &Node) -> Result<i64, Error> {
    let number = node.text().and_then(|t| t.parse().ok());
    number.ok_or_else(|| wrong(node, "a whole number is needed here"))
}

fn flag(node: &Node, key: &str) -> Result<bool, Error> {
    match node.get(key).map(|n| (n, n.scalar())) {
        None => Ok(false),
        Some((_, Some(Scalar::Bool(yes)))) => Ok(yes),
        Some((n, _)) => Err(wrong(n, format!("`{key}` is true or false"))),
    }
}

fn need<'n>(node: &'n Node, key: &str) -> Result<&'n Node, Error> {
    node.get(key).ok_or_else(|| wrong(node, format!("`{key}` is missing")))
}

fn value(node: &Node) -> Result<Value, Error> {
    Ok(match node.scalar() {
        Some(Scalar::Null) => Value::Null,
        Some(Scalar::Bool(yes)) => Value::Bool(yes),
        Some(Scalar::Number(number)) => Value::Number(number),
        Some(Scalar::Text(text)) => Value::text(&text),
        None => return Err(wrong(node, "a value is text, a number, true, false or null")),
    })
}

pub(super) fn values(node: &Node) -> Result<Vec<Value>, Error> {
    match node.list() {
        Some(items) => items.iter().map(value).collect(),
        None => Ok(vec![value(node)?]),
    }
}

fn texts_of(node: &Node, key: &str) -> Vec<String> {
    node.get(key).map(Node::texts).unwrap_or_default()
}

fn mapping(node: &Node) -> Result<Vec<(String, Vec<String>)>, Error> {
    let Some(entries) = node.map() else {
        return Err(wrong(node, "`mapping` is a mapping"));
    };
    entries.iter().map(|(from, to)| Ok((text(from)?, to.texts()))).collect()
}

pub(super) fn regex(node: &Node) -> Result<Box<regex_automata::meta::Regex>, Error> {
    let pattern = text(node)?;
    let built = regex_automata::meta::Regex::builder()
        .configure(regex_automata::meta::Config::new().nfa_size_limit(Some(4 << 20)))
        .build(&pattern);
    built.map(Box::new).map_err(|error| wrong(node, format!("the regular expression: {error}")))
}

fn steps(node: &Node) -> Result<Vec<Step>, Error> {
    list(node).iter().map(step).collect()
}

fn step(node: &Node) -> Result<Step, Error> {
    let tests = |what: &str| -> Result<Tests, Error> {
        let op = match node.get(&format!("{what}_cond_op")).and_then(Node::text) {
            None | Some("and") => true,
            Some("or") => false,
            Some(other) => return Err(wrong(node, format!("`{other}` is neither `and` nor `or`"))),
        };
        let long = match what {
            "rule" => "rule_conditions",
            "detection_item" => "detection_item_conditions",
            _ => "field_name_conditions",
        };
        let tests = node.get(long).map(list).unwrap_or_default();
        if node.get(&format!("{what}_cond_expr")).is_some() {
            return Err(wrong(node, format!("`{what}_cond_expr` is not supported: use `{what}_cond_op`")));
        }
        Ok(Tests {
            tests: tests.iter().map(test::read).collect::<Result<_, _>>()?,
            all: op,
            not: flag(node, &format!("{what}_cond_not"))?,
        })
    };
    Ok(Step {
        id: node.get("id").map(text).transpose()?,
        rule: tests("rule")?,
        item: tests("detection_item")?,
        field: tests("field_name")?,
        action: action(node)?,
    })
}

fn action(node: &Node) -> Result<Action, Error> {
    let kind = text(need(node, "type")?)?;
    Ok(match kind.as_str() {
        "field_name_mapping" => Action::Rename(mapping(need(node, "mapping")?)?),
        "field_name_prefix_mapping" => Action::RenamePrefix(mapping(need(node, "mapping")?)?),
        "field_name_prefix" => Action::Prefix(text(need(node, "prefix")?)?),
        "field_name_suffix" => Action::Suffix(text(need(node, "suffix")?)?),
        "drop_detection_item" => Action::Drop,
        "add_condition" => {
            let conditions = need(node, "conditions")?;
            let items = conditions.map().unwrap_or_default().iter();
            Action::Require {
                items: items.map(|(f, v)| Ok((text(f)?, values(v)?))).collect::<Result<_, Error>>()?,
                negated: flag(node, "negated")?,
                template: flag(node, "template")?,
            }
        }
        "change_logsource" => {
            let get = |key| node.get(key).map(text).transpose();
            Action::LogSource {
                category: get("category")?,
                product: get("product")?,
                service: get("service")?,
            }
        }
        "replace_string" => Action::Replace {
            pattern: regex(need(node, "regex")?)?,
            by: text(need(node, "replacement")?)?,
            skip_special: flag(node, "skip_special")?,
        },
        "map_string" => Action::MapValue(mapping(need(node, "mapping")?)?),
        "set_value" => Action::SetValue(value(need(node, "value")?)?),
        "convert_type" => match text(need(node, "target_type")?)?.as_str() {
            "str" => Action::Convert { to_number: false },
            "num" => Action::Convert { to_number: true },
            other => return Err(wrong(node, format!("`{other}` is neither `str` nor `num`"))),
        },
        "set_state" => Action::State { key: text(need(node, "key")?)?, value: text(need(node, "val")?)? },
        "wildcard_placeholders" => Action::WildcardPlaceholders {
            include: texts_of(node, "include"),
            exclude: texts_of(node, "exclude"),
        },
        "value_placeholders" => Action::ValuePlaceholders {
            include: texts_of(node, "include"),
            exclude: texts_of(node, "exclude"),
        },
        "rule_failure" => Action::FailRule(text(need(node, "message")?)?),
        "detection_item_failure" => Action::FailItem(text(need(node, "message")?)?),
        "strict_field_mapping_failure" => Action::FailUnmapped(texts_of(node, "fields")),
        "add_field" => Action::AddField(need(node, "field")?.texts()),
        "remove_field" => Action::RemoveField(need(node, "field")?.texts()),
        "set_field" => Action::SetField(need(node, "fields")?.texts()),
        "set_custom_attribute" => {
            Action::Attribute { key: text(need(node, "attribute")?)?, value: text(need(node, "value")?)? }
        }
        "case" => match text(need(node, "method")?)?.as_str() {
            "lower" => Action::Case { upper: false },
            "upper" => Action::Case { upper: true },
            other => return Err(wrong(node, format!("`{other}` is neither `lower` nor `upper`"))),
        },
        "nest" => Action::Nest(steps(need(node, "items")?)?),
        other => return Err(wrong(node, format!("`{other}` is no transformation that is supported"))),
    })
}

fn post(node: &Node) -> Result<Post, Error> {
    let part = |key: &str| node.get(key).map_or_else(|| Ok(String::new()), text);
    Ok(match text(need(node, "type")?)?.as_str() {
        "embed" => Post::Embed { prefix: part("prefix")?, suffix: part("suffix")? },
        "simple_template" => Post::Template(text(need(node, "template")?)?),
        "replace" => {
            Post::Replace { pattern: regex(need(node, "pattern")?)?, by: text(need(node, "replacement")?)? }
        }
        other => return Err(wrong(node, format!("`{other}` is no postprocessing that is supported"))),
    })
}

fn finalizer(node: &Node) -> Result<Finalizer, Error> {
    let part = |key: &str| node.get(key).map_or_else(|| Ok(String::new()), text);
    Ok(match text(need(node, "type")?)?.as_str() {
        "concat" => Finalizer::Concat {
            separator: node.get("separator").map_or_else(|| Ok("\n".to_owned()), text)?,
            prefix: part("prefix")?,
            suffix: part("suffix")?,
        },
        "json" => Finalizer::Json { indent: node.get("indent").is_some_and(|n| !n.is_null()) },
        other => return Err(wrong(node, format!("`{other}` is no finalizer that is supported"))),
    })
}
