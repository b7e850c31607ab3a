//! `rule_attribute`: a key of the rule against a value.

use std::cmp::Ordering;

use crate::{error::Error, rule::Rule, yaml::Node};

/// From the least to the gravest, and from the least to the best known.
const ORDERS: [(&str, &[&str]); 2] = [
    ("level", &["informational", "low", "medium", "high", "critical"]),
    ("status", &["unsupported", "deprecated", "experimental", "test", "stable"]),
];

/// What is asked of an attribute.
#[derive(Clone, Debug)]
pub(super) struct Attribute {
    key: String,
    values: Vec<String>,
    op: Op,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Op {
    In,
    NotIn,
    /// Less, equal, greater: which of them hold.
    Order {
        less: bool,
        equal: bool,
        greater: bool,
    },
}

/// Reads `attribute`, `value` and `op`.
pub(super) fn read(node: &Node) -> Result<Attribute, Error> {
    let wrong = |message: String| Error::new("sigma.pipeline", node.place, message);
    let key =
        node.get("attribute").and_then(Node::text).ok_or_else(|| wrong("`attribute` is missing".into()))?;
    let values = node.get("value").map(Node::texts).unwrap_or_default();
    let order = |less, equal, greater| Op::Order { less, equal, greater };
    let op = match node.get("op").map(|op| op.text().unwrap_or_default()) {
        None | Some("eq" | "in") => Op::In,
        Some("ne" | "not_in") => Op::NotIn,
        Some("gte") => order(false, true, true),
        Some("gt") => order(false, false, true),
        Some("lte") => order(true, true, false),
        Some("lt") => order(true, false, false),
        Some(other) => return Err(wrong(format!("`{other}` is no relation"))),
    };
    if values.is_empty() {
        return Err(wrong("`value` is missing".into()));
    }
    let ordered =
        matches!(key, "level" | "status" | "date" | "modified") || values.iter().all(|v| number(v).is_some());
    if matches!(op, Op::Order { .. }) && (!ordered || values.len() != 1) {
        return Err(wrong(format!("`{key}` has no order that one value could be compared in")));
    }
    Ok(Attribute { key: key.to_owned(), values, op })
}

impl Attribute {
    /// Whether the rule's attribute is as asked; one that the rule lacks is not.
    pub(super) fn holds(&self, rule: &Rule) -> bool {
        let Some(own) = of(rule, &self.key) else { return false };
        match self.op {
            Op::In => self.values.contains(&own),
            Op::NotIn => !self.values.contains(&own),
            Op::Order { less, equal, greater } => {
                let order = self.values.first().and_then(|value| compare(&self.key, &own, value));
                match order {
                    Some(Ordering::Less) => less,
                    Some(Ordering::Equal) => equal,
                    Some(Ordering::Greater) => greater,
                    None => false,
                }
            }
        }
    }
}

fn of(rule: &Rule, key: &str) -> Option<String> {
    match key {
        "title" => Some(rule.title.clone()),
        "id" => rule.id.clone(),
        "name" => rule.name.clone(),
        "level" => rule.level.clone(),
        "status" => rule.status.clone(),
        "author" => rule.author.clone(),
        "license" => rule.license.clone(),
        "description" => rule.description.clone(),
        "taxonomy" => rule.taxonomy.clone(),
        "date" => rule.date.clone(),
        "modified" => rule.modified.clone(),
        key => {
            rule.custom.iter().find(|(k, _)| k == key).and_then(|(_, node)| node.text().map(str::to_owned))
        }
    }
}

fn compare(key: &str, own: &str, value: &str) -> Option<Ordering> {
    if let Some((_, order)) = ORDERS.iter().find(|(name, _)| *name == key) {
        let place = |text: &str| order.iter().position(|step| *step == text);
        return Some(place(own)?.cmp(&place(value)?));
    }
    if matches!(key, "date" | "modified") {
        // Both forms of dates sort as text once they are written alike.
        return Some(own.replace('/', "-").cmp(&value.replace('/', "-")));
    }
    number(own)?.partial_cmp(&number(value)?)
}

fn number(text: &str) -> Option<f64> {
    text.parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::yaml;

    #[test]
    fn relations() {
        let rule = Rule {
            title: "t".into(),
            level: Some("high".into()),
            date: Some("2025-06-01".into()),
            ..Rule::default()
        };
        let holds = |source: &str| {
            let node = yaml::parse(source).ok().and_then(|mut nodes| nodes.pop());
            node.and_then(|node| read(&node).ok()).map(|attribute| attribute.holds(&rule))
        };
        assert_eq!(holds("{attribute: level, value: medium, op: gte}"), Some(true));
        assert_eq!(holds("{attribute: level, value: high, op: gt}"), Some(false));
        assert_eq!(holds("{attribute: date, value: 2025/06/02, op: lt}"), Some(true));
        assert_eq!(holds("{attribute: title, value: [s, t], op: in}"), Some(true));
        assert_eq!(holds("{attribute: title, value: t, op: ne}"), Some(false));
        assert_eq!(holds("{attribute: author, value: t, op: ne}"), Some(false));
        assert_eq!(holds("{attribute: title, value: t, op: gt}"), None);
        assert_eq!(holds("{attribute: title, value: t, op: like}"), None);
    }
}
