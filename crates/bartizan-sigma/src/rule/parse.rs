//! From YAML to a rule.

use super::{Condition, Detection, Item, Link, LogSource, Modifier, Rule, Value, condition, modifier};
use crate::{
    error::{Error, Place},
    yaml::{Kind, Node, Scalar},
};

fn text(node: &Node) -> Option<String> {
    node.text().filter(|_| !node.is_null()).map(str::to_owned)
}

/// Reads one rule.
///
/// # Errors
/// The first thing that is wrong, with its place.
pub fn parse_node(node: &Node) -> Result<Rule, Error> {
    let (mut rule, detection) = meta(node, "detection")?;
    self::detection(&mut rule, detection)?;
    Ok(rule)
}

/// What a document says about itself, and the section that makes it a rule, a correlation or a filter.
pub(super) fn meta<'n>(node: &'n Node, section: &str) -> Result<(Rule, &'n Node), Error> {
    let Some(entries) = node.map() else {
        return Err(Error::new("sigma.rule", node.place, "a rule is a mapping"));
    };
    let mut rule = Rule::default();
    let mut found = None;
    for (key, value) in entries {
        match key.text().unwrap_or_default() {
            "title" => rule.title = text(value).unwrap_or_default(),
            "id" => rule.id = text(value),
            "name" => rule.name = text(value),
            "status" => rule.status = text(value),
            "level" => rule.level = text(value),
            "description" => rule.description = text(value),
            "license" => rule.license = text(value),
            "author" => rule.author = text(value),
            "references" => rule.references = value.texts(),
            "date" => rule.date = text(value),
            "modified" => rule.modified = text(value),
            "tags" => rule.tags = value.texts(),
            "falsepositives" => rule.false_positives = value.texts(),
            "fields" => rule.fields = value.texts(),
            "taxonomy" => rule.taxonomy = text(value),
            "related" => rule.related = related(value),
            "logsource" => rule.log_source = log_source(value)?,
            key if key == section => found = Some(value),
            other => rule.custom.push((other.to_owned(), value.clone())),
        }
    }
    match found {
        Some(found) if section == "detection" || found.map().is_some() => Ok((rule, found)),
        Some(found) => Err(Error::new("sigma.rule", found.place, format!("`{section}` is a mapping"))),
        None => Err(Error::new("sigma.rule", node.place, format!("`{section}` is missing"))),
    }
}

fn related(node: &Node) -> Vec<(String, String)> {
    let entries = node.list().unwrap_or_default();
    let both = |entry: &Node| Some((text(entry.get("id")?)?, text(entry.get("type")?)?));
    entries.iter().filter_map(both).collect()
}

fn log_source(node: &Node) -> Result<LogSource, Error> {
    if node.map().is_none() {
        return Err(Error::new("sigma.rule", node.place, "`logsource` is a mapping"));
    }
    let get = |key| node.get(key).and_then(text);
    Ok(LogSource {
        category: get("category"),
        product: get("product"),
        service: get("service"),
        definition: get("definition"),
    })
}

fn detection(rule: &mut Rule, node: &Node) -> Result<(), Error> {
    let Some(entries) = node.map() else {
        return Err(Error::new("sigma.rule", node.place, "`detection` is a mapping"));
    };
    let mut conditions = None;
    for (key, value) in entries {
        let name = key.text().unwrap_or_default();
        match name {
            "condition" => conditions = Some(value),
            "timeframe" => rule.timeframe = text(value),
            _ => {
                let selection = selection(value)?;
                match rule.selections.iter_mut().find(|(n, _)| n == name) {
                    Some((_, old)) => *old = selection,
                    None => rule.selections.push((name.to_owned(), selection)),
                }
            }
        }
    }
    let Some(conditions) = conditions else {
        return Err(Error::new("sigma.condition", node.place, "`condition` is missing"));
    };
    for source in conditions.list().unwrap_or(std::slice::from_ref(conditions)) {
        let Some(text) = source.text() else {
            return Err(Error::new("sigma.condition", source.place, "a condition is text"));
        };
        let error = |message| Error::new("sigma.condition", source.place, message);
        let condition = condition::parse(text).map_err(error)?;
        known(&rule.selections, &condition).map_err(error)?;
        rule.conditions.push(condition);
    }
    if rule.conditions.is_empty() {
        return Err(Error::new("sigma.condition", node.place, "`condition` is empty"));
    }
    Ok(())
}

/// Every name of a condition leads to a selection.
pub(super) fn known(selections: &[(String, Detection)], condition: &Condition) -> Result<(), String> {
    match condition {
        Condition::And(parts) | Condition::Or(parts) => {
            parts.iter().try_for_each(|part| known(selections, part))
        }
        Condition::Not(inner) => known(selections, inner),
        Condition::Selection(name) => match selections.iter().any(|(n, _)| n == name) {
            true => Ok(()),
            false => Err(format!("there is no selection `{name}`")),
        },
        Condition::Of(_, pattern) => {
            let found = selections.iter().any(|(n, _)| condition::matches(pattern, n));
            match found {
                true => Ok(()),
                false => Err(format!("no selection matches `{pattern}`")),
            }
        }
    }
}

pub(super) fn selection(node: &Node) -> Result<Detection, Error> {
    match &node.kind {
        Kind::Map(entries) => {
            let items = entries.iter().map(|(key, value)| item(key, value));
            Ok(Detection::all(items.collect::<Result<_, _>>()?))
        }
        Kind::List(items) => {
            if items.iter().all(|i| matches!(i.kind, Kind::Scalar { .. })) {
                return Ok(Detection::all(vec![keywords(items, node.place)?]));
            }
            let parts = items.iter().map(selection);
            Ok(Detection::any(parts.collect::<Result<_, _>>()?))
        }
        Kind::Scalar { .. } => Ok(Detection::all(vec![keywords(std::slice::from_ref(node), node.place)?])),
    }
}

fn keywords(nodes: &[Node], place: Place) -> Result<Detection, Error> {
    let values = nodes.iter().map(|n| value(n, false));
    Ok(Detection::Item(Item { values: values.collect::<Result<_, _>>()?, place, ..Item::default() }))
}

fn value(node: &Node, verbatim: bool) -> Result<Value, Error> {
    match node.scalar() {
        Some(Scalar::Null) => Ok(Value::Null),
        Some(Scalar::Bool(b)) => Ok(Value::Bool(b)),
        Some(Scalar::Number(n)) => Ok(Value::Number(n)),
        // Regular expressions, networks and field names have no wildcards.
        Some(Scalar::Text(t)) if verbatim => Ok(Value::plain(&t)),
        Some(Scalar::Text(t)) => Ok(Value::text(&t)),
        None => Err(Error::new("sigma.value", node.place, "a value is text, a number, true, false or null")),
    }
}

fn item(key: &Node, node: &Node) -> Result<Detection, Error> {
    let Some(name) = key.text() else {
        return Err(Error::new("sigma.rule", key.place, "a field name is text"));
    };
    let mut parts = name.split('|');
    let field = parts.next().unwrap_or_default();
    let mut modifiers = Vec::new();
    for part in parts {
        let Some(modifier) = Modifier::from_name(part) else {
            return Err(Error::new("sigma.modifier", key.place, format!("`{part}` is no modifier of Sigma")));
        };
        modifiers.push(modifier);
    }
    let verbatim = modifiers.iter().any(|m| matches!(m, Modifier::Re | Modifier::Cidr | Modifier::FieldRef));
    let nodes = node.list().unwrap_or(std::slice::from_ref(node));
    let values = nodes.iter().map(|n| value(n, verbatim)).collect::<Result<_, _>>()?;
    let error = |message| Error::new("sigma.modifier", key.place, message);
    let (values, link) = modifier::apply(&modifiers, values).map_err(error)?;
    // Before any pipeline, `exists` and `re` are already what they will be.
    Ok(Detection::Item(Item {
        field: (!field.is_empty()).then(|| field.to_owned()),
        negated: modifiers.contains(&Modifier::Neq),
        modifiers,
        values,
        link: if nodes.len() < 2 { Link::Or } else { link },
        place: key.place,
    }))
}
