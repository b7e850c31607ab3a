//! From YAML to a correlation.

use super::{
    super::{Condition, condition, matches, parse::meta},
    Alias, Correlation, Kind, Reference, Sign, Test, Timespan,
};
use crate::{
    error::{Error, Place},
    yaml::{Node, Scalar},
};

/// The most rules one correlation may name.
const MOST_RULES: usize = 64;

/// Reads a correlation.
///
/// # Errors
/// The first thing that is wrong, with its place.
pub(in crate::rule) fn parse(node: &Node) -> Result<Correlation, Error> {
    let (about, section) = meta(node, "correlation")?;
    let need = |key: &str| {
        let missing = || error(section.place, format!("`{key}` is missing in `correlation`"));
        section.get(key).filter(|value| !value.is_null()).ok_or_else(missing)
    };
    let kind = need("type")?;
    let name = kind.text().unwrap_or_default();
    let Some(kind) = Kind::ALL.into_iter().find(|k| k.name() == name) else {
        let names = Kind::ALL.map(Kind::name).join(", ");
        return Err(error(kind.place, format!("`{name}` is no type of correlation; use one of {names}")));
    };
    let rules = references(need("rules")?)?;
    let timespan = section.get("timespan").filter(|value| !value.is_null()).ok_or_else(|| {
        Error::new("sigma.timespan", section.place, "`timespan` is missing in `correlation`: as `5m`")
    })?;
    let aliases = section.get("aliases").map(|node| aliases(node, &rules)).transpose()?.unwrap_or_default();
    let generate = section.get("generate").or_else(|| node.get("generate"));
    Ok(Correlation {
        about,
        kind,
        group_by: section.get("group-by").map(Node::texts).unwrap_or_default(),
        timespan: self::timespan(timespan)?,
        test: test(section, kind, &rules)?,
        aliases,
        generate: generate.and_then(Node::scalar) == Some(Scalar::Bool(true)),
        rules,
        place: node.place,
    })
}

fn error(place: Place, message: impl Into<String>) -> Error {
    Error::new("sigma.correlation", place, message)
}

/// Names of rules, in a list or alone.
pub(in crate::rule) fn references(node: &Node) -> Result<Vec<Reference>, Error> {
    let nodes = node.list().unwrap_or(std::slice::from_ref(node));
    if nodes.is_empty() || nodes.len() > MOST_RULES {
        return Err(error(node.place, format!("`rules` names 1 to {MOST_RULES} rules by id or name")));
    }
    let one = |node: &Node| match node.text().filter(|text| !text.is_empty()) {
        Some(text) => Ok(Reference { name: text.to_owned(), place: node.place }),
        None => Err(error(node.place, "a rule is named by its id or name")),
    };
    nodes.iter().map(one).collect()
}

fn timespan(node: &Node) -> Result<Timespan, Error> {
    let text = node.text().unwrap_or_default();
    let unit = text.chars().last().filter(|c| matches!(c, 's' | 'm' | 'h' | 'd'));
    let count = unit.and_then(|_| text.get(..text.len() - 1)).and_then(|digits| digits.parse().ok());
    match (count, unit) {
        (Some(count), Some(unit)) if count > 0 => Ok(Timespan { count, unit }),
        _ => {
            let message = format!("`{text}` is no timespan: a number and s, m, h or d, as `90m`");
            Err(Error::new("sigma.timespan", node.place, message))
        }
    }
}

fn aliases(node: &Node, rules: &[Reference]) -> Result<Vec<Alias>, Error> {
    let Some(entries) = node.map() else {
        return Err(error(node.place, "`aliases` is a mapping of alias to rule and field"));
    };
    let one = |(key, value): &(Node, Node)| {
        let fields =
            value.map().ok_or_else(|| error(value.place, "an alias is a mapping of rule to field"))?;
        let field = |(rule, field): &(Node, Node)| {
            let name = rule.text().unwrap_or_default().to_owned();
            if !rules.iter().any(|r| r.name == name) {
                let message = format!("the alias names `{name}`, which `rules` does not");
                return Err(error(rule.place, message));
            }
            let field = field.text().ok_or_else(|| error(field.place, "a field name is text"))?;
            Ok((Reference { name, place: rule.place }, field.to_owned()))
        };
        let name = key.text().unwrap_or_default().to_owned();
        Ok(Alias { name, fields: fields.iter().map(field).collect::<Result<_, _>>()? })
    };
    entries.iter().map(one).collect()
}

fn test(section: &Node, kind: Kind, rules: &[Reference]) -> Result<Test, Error> {
    let Some(node) = section.get("condition").filter(|node| !node.is_null()) else {
        return match kind.is_temporal() {
            true => Ok(Test::EveryRule),
            false => Err(error(section.place, "`condition` is missing in `correlation`: as `gte: 10`")),
        };
    };
    if let Some(text) = node.text().filter(|_| kind.is_temporal()) {
        let wrong = |message| error(node.place, message);
        let condition = condition::parse(text).map_err(wrong)?;
        named(&condition, rules).map_err(wrong)?;
        return Ok(Test::Rules(condition));
    }
    measure(node, kind)
}

fn measure(node: &Node, kind: Kind) -> Result<Test, Error> {
    let Some(entries) = node.map() else {
        return Err(error(node.place, "the condition is a mapping, as `gte: 10`"));
    };
    let (mut checks, mut fields, mut percentile) = (Vec::new(), Vec::new(), None);
    for (key, value) in entries {
        let number = || match value.scalar() {
            Some(Scalar::Number(number)) => Ok(number),
            _ => Err(error(value.place, "it is compared with a number")),
        };
        match key.text().unwrap_or_default() {
            "field" => fields = value.texts(),
            "percentile" => {
                let asked = number()?;
                if !(0.0..=100.0).contains(&asked.value()) {
                    return Err(error(value.place, "a percentile is 0 to 100"));
                }
                percentile = Some(asked);
            }
            other => {
                let sign = Sign::from_name(other).ok_or_else(|| {
                    error(key.place, format!("`{other}` is no comparison; use gt, gte, lt, lte, eq or neq"))
                })?;
                checks.push((sign, number()?));
            }
        }
    }
    if checks.is_empty() {
        return Err(error(node.place, "the condition compares with nothing: add `gte: 10` or another"));
    }
    if kind.asks_field() && fields.is_empty() {
        return Err(error(node.place, format!("`field` is missing in the condition of `{}`", kind.name())));
    }
    if fields.len() > 1 && kind != Kind::ValueCount {
        return Err(error(node.place, format!("`{}` measures one field", kind.name())));
    }
    Ok(Test::Measure { checks, fields, percentile })
}

/// Every name of a condition leads to a rule of the correlation.
fn named(condition: &Condition, rules: &[Reference]) -> Result<(), String> {
    match condition {
        Condition::And(parts) | Condition::Or(parts) => parts.iter().try_for_each(|part| named(part, rules)),
        Condition::Not(inner) => named(inner, rules),
        Condition::Selection(name) => match rules.iter().any(|rule| rule.name == *name) {
            true => Ok(()),
            false => Err(format!("the condition names `{name}`, which `rules` does not")),
        },
        Condition::Of(_, pattern) => match rules.iter().any(|rule| matches(pattern, &rule.name)) {
            true => Ok(()),
            false => Err(format!("no rule of the correlation matches `{pattern}`")),
        },
    }
}
