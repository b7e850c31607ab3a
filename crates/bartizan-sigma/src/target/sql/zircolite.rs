//! A rule as Zircolite reads it: the query with what it says of itself, as JSON.
//!
//! Source: Zircolite documentation, "Rulesets".

use std::collections::BTreeSet;

use serde_json::{Value as Json, json};

use crate::{
    expr::{Expr, Match, build},
    rule::Value,
    target::Context,
};

/// The rule set of one rule.
pub(super) fn document(context: &Context<'_>, query: &str) -> String {
    let rule = context.rule;
    let tree = rule.conditions.get(context.index).map(|condition| build(rule, condition));
    let tree = tree.unwrap_or(Expr::And(Vec::new()));
    let mut fields = BTreeSet::new();
    names(&tree, &mut fields);
    let text = |text: &Option<String>| json!(text.clone().unwrap_or_default());
    let ids = of(&tree, "EventID").unwrap_or_default();
    let ids: Vec<Json> =
        ids.iter().map(|id| id.parse::<i64>().map_or_else(|_| json!(id), Json::from)).collect();
    let source = &rule.log_source;
    let sources: Vec<String> =
        [("product", &source.product), ("category", &source.category), ("service", &source.service)]
            .into_iter()
            .filter_map(|(key, value)| Some(format!("\"{key}\": {}", written(&json!(value.as_ref()?)))))
            .collect();
    let entries: [(&str, String); 17] = [
        ("title", written(&json!(rule.title))),
        ("id", written(&text(&rule.id))),
        ("status", written(&text(&rule.status))),
        ("description", written(&text(&rule.description))),
        ("author", written(&text(&rule.author))),
        ("tags", written(&json!(rule.tags))),
        ("falsepositives", written(&json!(rule.false_positives))),
        ("level", written(&text(&rule.level))),
        ("rule", written(&json!([query]))),
        ("filename", written(&json!(""))),
        ("channel", written(&json!(of(&tree, "Channel").unwrap_or_default()))),
        ("eventid", written(&Json::Array(ids))),
        ("required_fields", written(&json!(fields))),
        ("result_type", written(&json!("event"))),
        ("source_table", written(&json!("logs"))),
        ("logsource", format!("{{{}}}", sources.join(", "))),
        ("schema_version", "2".to_owned()),
    ];
    let entries: Vec<String> = entries.iter().map(|(key, value)| format!("\"{key}\": {value}")).collect();
    format!("[{{{}}}]", entries.join(", "))
}

/// JSON of ASCII, with a space after commas.
fn written(value: &Json) -> String {
    if let Json::Array(items) = value {
        return format!("[{}]", items.iter().map(written).collect::<Vec<_>>().join(", "));
    }
    let mut out = String::new();
    for c in value.to_string().chars() {
        match c {
            c if c.is_ascii() => out.push(c),
            c => c.encode_utf16(&mut [0; 2]).iter().for_each(|unit| out.push_str(&format!("\\u{unit:04x}"))),
        }
    }
    out
}

/// Every field that is asked.
fn names(expr: &Expr<'_>, out: &mut BTreeSet<String>) {
    match expr {
        Expr::And(parts) | Expr::Or(parts) => parts.iter().for_each(|part| names(part, out)),
        Expr::Not(inner) => names(inner, out),
        Expr::Match(Match { field, value }) => {
            out.extend(field.map(str::to_owned));
            if let Value::FieldRef { field, .. } = value {
                out.insert(field.clone());
            }
        }
    }
}

/// The values one of which the field must have, as far as the rule says so.
fn of(expr: &Expr<'_>, name: &str) -> Option<BTreeSet<String>> {
    match expr {
        Expr::And(parts) => {
            let sets = parts.iter().filter_map(|part| of(part, name));
            sets.reduce(|one, other| &one & &other)
        }
        Expr::Or(parts) => {
            let sets = parts.iter().map(|part| of(part, name));
            sets.reduce(|one, other| Some(&one? | &other?)).flatten()
        }
        Expr::Not(_) => None,
        Expr::Match(Match { field, value }) if *field == Some(name) => match value {
            Value::Number(number) => Some([number.text().to_owned()].into()),
            Value::Text { text, .. } => Some([text.as_plain()?.to_owned()].into()),
            _ => None,
        },
        Expr::Match(_) => None,
    }
}
