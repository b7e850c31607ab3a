//! What the reference tools write, faults included: a negation reaches the values of a selection of one item and no
//! others, and is dropped elsewhere; lists lose their anchors; strings of lists are not escaped as expressions.

use super::{YARA_L, prefix};
use crate::{
    error::Failure,
    rule::{Condition, Detection, Item, Link, Quantity, Regex, Rule, Shape, Text, Value, matches},
    target::{Context, Op, escape, placeholder},
};

/// Fields whose values are words of the schema: they are compared as they are.
const WORDS: &[&str] = &["metadata.event_type", "network.direction", "network.ip_protocol"];

const SPECIAL: &str = "\\.^$*+?{}[]|()/";

type Written = Result<String, Failure>;

struct Writer<'r> {
    rule: &'r Rule,
    prefix: &'static str,
    yara_l: bool,
}

/// A value with its field.
type Leaf<'r> = (Option<&'r str>, &'r Value);

pub(super) fn query(context: &Context<'_>) -> Written {
    let writer =
        Writer { rule: context.rule, prefix: prefix(context.format), yara_l: context.format == YARA_L };
    match context.rule.conditions.get(context.index) {
        Some(condition) => writer.condition(condition, false, None),
        None => Ok(String::new()),
    }
}

impl<'r> Writer<'r> {
    fn condition(&self, condition: &Condition, negated: bool, outer: Option<Op>) -> Written {
        match condition {
            Condition::And(parts) => self.conditions(Op::And, parts.iter().collect(), negated, outer),
            Condition::Or(parts) => self.conditions(Op::Or, parts.iter().collect(), negated, outer),
            Condition::Not(inner) => self.condition(inner, true, Some(Op::Not)),
            Condition::Selection(name) => match self.rule.selections.iter().find(|(n, _)| n == name) {
                Some((_, detection)) => self.detection(detection, negated, outer.unwrap_or(Op::Not)),
                None => Ok(String::new()),
            },
            Condition::Of(quantity, pattern) => {
                let found = self.rule.selections.iter().filter(|(name, _)| matches(pattern, name));
                let found: Vec<Condition> =
                    found.map(|(name, _)| Condition::Selection(name.clone())).collect();
                let op = if *quantity == Quantity::One { Op::Or } else { Op::And };
                self.conditions(op, found.iter().collect(), negated, outer)
            }
        }
    }

    fn conditions(&self, op: Op, parts: Vec<&Condition>, negated: bool, outer: Option<Op>) -> Written {
        if let [part] = parts.as_slice() {
            return self.condition(part, negated, outer);
        }
        let leaves: Option<Vec<Leaf<'r>>> = parts.iter().map(|part| self.leaf(part)).collect();
        if op == Op::Or
            && let Some(list) = leaves.and_then(|leaves| self.list(&leaves, negated))
        {
            return list;
        }
        let parts: Result<Vec<_>, _> =
            parts.into_iter().map(|part| self.condition(part, negated, Some(op))).collect();
        Ok(join(op, &parts?, outer))
    }

    /// The one value that a condition asks for.
    fn leaf(&self, condition: &Condition) -> Option<Leaf<'r>> {
        let Condition::Selection(name) = condition else { return None };
        let (_, detection) = self.rule.selections.iter().find(|(n, _)| n == name)?;
        leaf(detection)
    }

    fn detection(&self, detection: &'r Detection, negated: bool, outer: Op) -> Written {
        match detection {
            Detection::Item(item) => self.item(item, negated, outer),
            Detection::Group { link, parts } => {
                if let [part] = parts.as_slice() {
                    return self.detection(part, negated, outer);
                }
                let op = if *link == Link::And { Op::And } else { Op::Or };
                let leaves: Option<Vec<Leaf<'r>>> = parts.iter().map(leaf).collect();
                if op == Op::Or
                    && let Some(list) = leaves.and_then(|leaves| self.list(&leaves, negated))
                {
                    return list;
                }
                let parts: Result<Vec<_>, _> =
                    parts.iter().map(|part| self.detection(part, false, op)).collect();
                Ok(join(op, &parts?, Some(outer)))
            }
        }
    }

    fn item(&self, item: &'r Item, negated: bool, outer: Op) -> Written {
        let negated = negated || item.negated;
        let field = item.field.as_deref();
        match (item.values.as_slice(), item.link) {
            ([], _) => self.value((field, &Value::Null), negated),
            ([value], _) => self.value((field, value), negated),
            (values, link) => {
                let op = if link == Link::And { Op::And } else { Op::Or };
                let leaves: Vec<Leaf<'r>> = values.iter().map(|value| (field, value)).collect();
                if op == Op::Or
                    && let Some(list) = self.list(&leaves, negated)
                {
                    return list;
                }
                let parts: Result<Vec<_>, _> =
                    leaves.into_iter().map(|leaf| self.value(leaf, false)).collect();
                Ok(join(op, &parts?, Some(outer)))
            }
        }
    }

    /// Strings and numbers of one field as alternatives of one expression; negated, as one comparison each.
    fn list(&self, leaves: &[Leaf<'r>], negated: bool) -> Option<Written> {
        let field = leaves.first()?.0;
        if field.is_none() && !self.yara_l {
            return None;
        }
        let mut members = Vec::with_capacity(leaves.len());
        for (other, value) in leaves {
            let member = match value {
                _ if *other != field => return None,
                Value::Text { text, .. } => member(text, field.is_none()),
                Value::Number(number) => Ok(number.text().to_owned()),
                _ => return None,
            };
            members.push(member);
        }
        let members: Result<Vec<String>, Failure> = members.into_iter().collect();
        let field = self.field(field);
        Some(members.map(|members| match negated {
            false => format!("{field} = /{}/ nocase", members.join("|")),
            true => {
                let each: Vec<String> =
                    members.iter().map(|member| format!("{field} != /{member}/ nocase")).collect();
                format!("({})", each.join(" AND "))
            }
        }))
    }

    fn field(&self, field: Option<&str>) -> String {
        format!("{}{}", self.prefix, field.unwrap_or("None"))
    }

    fn value(&self, (name, value): Leaf<'_>, negated: bool) -> Written {
        let field = self.field(name);
        let sign = if negated { "!=" } else { "=" };
        Ok(match value {
            Value::Text { text, .. } if name.is_none() && !self.yara_l && text.has_wildcard() => {
                format!("\"{}\"", pattern(text)?)
            }
            Value::Text { text, .. } if name.is_none() => match (bare(text)?, self.yara_l) {
                (Some(bare), true) => format!("{field} {sign} {bare} nocase"),
                (Some(bare), false) => format!("\"{bare}\""),
                (None, true) => format!("{field} {sign} /{}/ nocase", pattern(text)?),
                (None, false) => format!("\"{}\"", quoted(text)?),
            },
            Value::Text { text, .. } if name.is_some_and(|name| WORDS.contains(&name)) => {
                format!("{field} {sign} {}", quoted(text)?)
            }
            Value::Text { text, .. } => match (bare(text)?, text.shape()) {
                (Some(bare), _) => format!("{field} {sign} {bare} nocase"),
                (None, Shape::Whole) => format!("{field} {sign} {} nocase", quoted(text)?),
                (None, shape) => {
                    let start = if shape == Shape::Starts { "^" } else { "" };
                    let end = if shape == Shape::Ends { "$" } else { "" };
                    format!("{field} {sign} /{start}{}{end}/ nocase", pattern(text)?)
                }
            },
            Value::Number(number) => format!("{field} = {}", number.text()),
            Value::Null => format!("{field} = \"\""),
            Value::Regex(regex) if name.is_none() && !self.yara_l => format!("\"{}\"", expression(regex)),
            Value::Regex(regex) => format!("{field} {sign} /{}/ nocase", expression(regex)),
            Value::Cidr(cidr) => format!("net.ip_in_range_cidr({field}, \"{cidr}\")"),
            Value::AnyOf(values) => {
                let parts: Result<Vec<_>, _> =
                    values.iter().map(|value| self.value((name, value), negated)).collect();
                parts?.join(" OR ")
            }
            _ => return Err(Failure::expression("UDM search has no such comparison")),
        })
    }
}

/// An `or` stands in brackets unless it is the whole query, an `and` only inside an `or`.
fn join(op: Op, parts: &[String], outer: Option<Op>) -> String {
    let (between, grouped) = match op {
        Op::Or => (" OR ", outer.is_some()),
        _ => (" AND ", outer == Some(Op::Or)),
    };
    let text = parts.join(between);
    if grouped { format!("({text})") } else { text }
}

fn leaf(detection: &Detection) -> Option<Leaf<'_>> {
    match detection {
        Detection::Group { parts, .. } => match parts.as_slice() {
            [part] => leaf(part),
            _ => None,
        },
        Detection::Item(item) => match item.values.as_slice() {
            [value] if !item.negated => Some((item.field.as_deref(), value)),
            _ => None,
        },
    }
}

fn known(text: &Text) -> Result<&Text, Failure> {
    match text.placeholder() {
        Some(name) => Err(placeholder(name)),
        None => Ok(text),
    }
}

/// A string with wildcards in the middle, or with `*` and `?` that are none: as it is, between no signs.
fn bare(text: &Text) -> Result<Option<String>, Failure> {
    match (text.shape(), text.as_plain()) {
        (Shape::Pattern, _) => pattern(text).map(Some),
        (_, Some(plain)) if plain.contains(['*', '?']) => {
            let mut out = String::with_capacity(plain.len());
            escape(plain, "\\*?", "\\", &mut out);
            Ok(Some(out))
        }
        _ => Ok(None),
    }
}

/// A string in quotes.
fn quoted(text: &Text) -> Written {
    let body = known(text)?.render(".*", ".", |run, out| escape(run, "\\\"", "\\", out));
    Ok(format!("\"{body}\""))
}

/// The middle of a string as an expression.
fn pattern(text: &Text) -> Written {
    let parts = known(text)?.parts();
    let from = usize::from(text.opens_any());
    let to = parts.len() - usize::from(text.closes_any() && parts.len() > from);
    Ok(text.slice(from, to).render(".*", ".", |run, out| escape(run, SPECIAL, "\\", out)))
}

/// A member of a list: a whole string keeps its characters, but for `\`.
fn member(text: &Text, keyword: bool) -> Written {
    match text.as_plain() {
        Some(plain) if !keyword => {
            let mut out = String::with_capacity(plain.len());
            escape(plain, "\\\"", "\\", &mut out);
            Ok(out)
        }
        _ => pattern(text),
    }
}

fn expression(regex: &Regex) -> String {
    let mut out = crate::target::regex_flags(regex, true);
    escape(&regex.pattern, "\\\"/", "\\", &mut out);
    out
}
