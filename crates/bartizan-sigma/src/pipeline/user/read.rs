//! From YAML to a [`Pipeline`].

use super::{
    Action, Pipeline, Step,
    expression::Expression,
    finish::{Finalizer, Post, PostStep},
    template::Template,
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
            "allowed_backends" => pipeline.allowed = value.texts(),
            "vars" => {
                for (name, values) in value.map().unwrap_or_default() {
                    pipeline.vars.push((text(name)?, self::values(values)?));
                }
            }
            "transformations" => pipeline.steps = steps(value)?,
            "postprocessing" => pipeline.post = posts(value)?,
            "finalizers" => pipeline.last = finalizers(value)?,
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

pub(super) fn flag(node: &Node, key: &str) -> Result<bool, Error> {
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
    built(node, &text(node)?).map(Box::new)
}

fn built(node: &Node, pattern: &str) -> Result<regex_automata::meta::Regex, Error> {
    let built = regex_automata::meta::Regex::builder()
        .configure(regex_automata::meta::Config::new().nfa_size_limit(Some(4 << 20)))
        .build(pattern);
    built.map_err(|error| wrong(node, format!("the regular expression: {error}")))
}

/// An expression that begins where the text does.
pub(super) fn anchored(node: &Node) -> Result<regex_automata::meta::Regex, Error> {
    built(node, &format!("^(?:{})", text(node)?))
}

fn steps(node: &Node) -> Result<Vec<Step>, Error> {
    list(node).iter().map(step).collect()
}

fn step(node: &Node) -> Result<Step, Error> {
    Ok(Step {
        id: node.get("id").map(text).transpose()?,
        rule: tests(node, "rule")?,
        item: tests(node, "detection_item")?,
        field: tests(node, "field_name")?,
        action: action(node)?,
    })
}

/// One of the three groups of conditions of a step: a list joined by `…_cond_op`, or a mapping that `…_cond_expr`
/// joins by its names.
fn tests(node: &Node, what: &str) -> Result<Tests, Error> {
    let all = match node.get(&format!("{what}_cond_op")).map(|n| (n, n.text())) {
        None | Some((_, Some("and"))) => true,
        Some((_, Some("or"))) => false,
        Some((n, _)) => return Err(wrong(n, "it is neither `and` nor `or`")),
    };
    let not = flag(node, &format!("{what}_cond_not"))?;
    let long = if what == "rule" { "rule_conditions".into() } else { format!("{what}_conditions") };
    let given = node.get(&long);
    let Some(source) = node.get(&format!("{what}_cond_expr")) else {
        // Without an expression the names of a mapping say nothing.
        let named = given.and_then(Node::map).unwrap_or_default().iter().map(|(_, test)| test);
        let tests = given.map(list).unwrap_or_default().iter().chain(named);
        let tests = tests.map(test::read).collect::<Result<_, _>>()?;
        return Ok(Tests { tests, all, not, expression: None });
    };
    if node.get(&format!("{what}_cond_op")).is_some() {
        return Err(wrong(source, format!("`{what}_cond_op` and `{what}_cond_expr` exclude each other")));
    }
    let Some(entries) = given.and_then(Node::map) else {
        return Err(wrong(source, format!("`{long}` must be a mapping of names to conditions")));
    };
    let names: Vec<&str> = entries.iter().filter_map(|(name, _)| name.text()).collect();
    let expression = Expression::parse(&text(source)?, &names).map_err(|e| wrong(source, e))?;
    let tests = entries.iter().map(|(_, test)| test::read(test)).collect::<Result<_, _>>()?;
    Ok(Tests { tests, all, not, expression: Some(expression) })
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

fn posts(node: &Node) -> Result<Vec<PostStep>, Error> {
    let one = |node: &Node| Ok(PostStep { rule: tests(node, "rule")?, post: post(node)? });
    list(node).iter().map(one).collect()
}

fn post(node: &Node) -> Result<Post, Error> {
    let part = |key: &str| node.get(key).map_or_else(|| Ok(String::new()), text);
    Ok(match text(need(node, "type")?)?.as_str() {
        "embed" => Post::Embed { prefix: part("prefix")?, suffix: part("suffix")? },
        "simple_template" => Post::Simple(text(need(node, "template")?)?),
        "template" => Post::Template(template(node)?),
        "json" => {
            let document = need(node, "json_template")?;
            let parsed = serde_json::from_str(&text(document)?);
            Post::Json(parsed.map_err(|e| wrong(document, format!("it is no JSON: {e}")))?)
        }
        "replace" => {
            Post::Replace { pattern: regex(need(node, "pattern")?)?, by: text(need(node, "replacement")?)? }
        }
        "nest" => Post::Nest(posts(need(node, "items")?)?),
        other => return Err(wrong(node, format!("`{other}` is no postprocessing that is supported"))),
    })
}

fn template(node: &Node) -> Result<Box<Template>, Error> {
    if let Some(path) = node.get("path") {
        return Err(wrong(path, "templates from files are not read: write it under `template`"));
    }
    let source = need(node, "template")?;
    Template::new(&text(source)?).map(Box::new).map_err(|e| wrong(source, format!("the template: {e}")))
}

fn finalizers(node: &Node) -> Result<Vec<Finalizer>, Error> {
    list(node).iter().map(finalizer).collect()
}

fn finalizer(node: &Node) -> Result<Finalizer, Error> {
    let part = |key: &str| node.get(key).map_or_else(|| Ok(String::new()), text);
    Ok(match text(need(node, "type")?)?.as_str() {
        "concat" => Finalizer::Concat {
            separator: node.get("separator").map_or_else(|| Ok("\n".to_owned()), text)?,
            prefix: part("prefix")?,
            suffix: part("suffix")?,
        },
        "json" => Finalizer::Json(match node.get("indent").filter(|n| !n.is_null()) {
            None => None,
            Some(spaces) => Some(usize::try_from(integer(spaces)?).unwrap_or(0)),
        }),
        "yaml" => Finalizer::Yaml,
        "template" => Finalizer::Template(template(node)?),
        "nested" => Finalizer::Nested(finalizers(need(node, "finalizers")?)?),
        other => return Err(wrong(node, format!("`{other}` is no finalizer that is supported"))),
    })
}
