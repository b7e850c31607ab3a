//! FortiSIEM: rules.
//!
//! Sources: FortiSIEM documentation, "Structured search operators" (`IN` compares strings of either case, `REGEXP`,
//! `IS NULL`, `BETWEEN`, comparisons of numbers; a filter joins conditions by `AND` and `OR` and has no `NOT` of its own, so
//! negations are pushed to the operators) and "Rules" (XML with a `SubPattern` of one filter).

use std::net::IpAddr;

use super::super::{
    Context, Dialect, Grammar, Label, Piece, Query, Target, dialect::placeholder, expression,
};
use crate::{
    error::Failure,
    expr::{Expr, Match},
    rule::{Cidr, Number, Rule, Text, Value},
    target::{one_field, regex_flags},
};

struct FortiSiem;

pub(crate) const TARGETS: &[Target] = &[Target {
    name: "fortisiem",
    about: "FortiSIEM (rules, filters)",
    formats: &["default", FILTER],
    own: &["fortisiem"],
    dialect: &FortiSiem,
}];

pub(crate) const LABELS: &[Label] = &[];

/// Attributes of addresses: compared whole, or as a range. Source: the same, and "Structured search operators".
const ADDRESSES: &[&str] = &["srcIpAddr", "destIpAddr"];

/// The filter alone, for an analytics search.
const FILTER: &str = "filter";

/// Attributes of numbers. Source: FortiSIEM event data model.
const NUMBERS: &[&str] = &["srcIpPort", "destIpPort", "ipProto"];

impl Dialect for FortiSiem {
    fn grammar(&self) -> &Grammar {
        &Grammar::BASE
    }

    fn expr(&self, _context: &mut Context<'_>, expr: &Expr<'_>) -> Piece {
        filter(expr, false).map(Some)
    }

    fn finish(&self, context: &Context<'_>, query: Option<String>) -> Result<Query, Failure> {
        let query = query.unwrap_or_default();
        Ok(Query::Text(match context.format {
            FILTER => query,
            _ => rule(context.rule, &query),
        }))
    }
}

/// A tree, or its opposite.
fn filter(expr: &Expr<'_>, negated: bool) -> Result<String, Failure> {
    match (expr, negated) {
        (Expr::Not(inner), _) => filter(inner, !negated),
        (Expr::Match(m), _) => comparison(*m, negated),
        (Expr::Or(parts), _) if list(parts).is_some() => {
            let (field, values) = list(parts).unwrap_or_default();
            strings(field, &values, negated)
        }
        (Expr::And(parts), false) | (Expr::Or(parts), true) => join(" AND ", parts, negated),
        (Expr::Or(parts), false) | (Expr::And(parts), true) => join(" OR ", parts, negated),
    }
}

fn join(between: &str, parts: &[Expr<'_>], negated: bool) -> Result<String, Failure> {
    let parts: Result<Vec<String>, Failure> = parts.iter().map(|part| filter(part, negated)).collect();
    Ok(format!("({})", parts?.join(between)))
}

/// Strings of one field.
fn list<'r>(parts: &[Expr<'r>]) -> Option<(&'r str, Vec<&'r Text>)> {
    let (field, values) = one_field(parts)?;
    let texts: Option<Vec<&Text>> = values
        .into_iter()
        .map(|value| match value {
            Value::Text { text, cased: false } if !text.is_empty() => Some(text),
            _ => None,
        })
        .collect();
    (!NUMBERS.contains(&field) && !ADDRESSES.contains(&field)).then_some((field, texts?))
}

fn comparison(m: Match<'_>, negated: bool) -> Result<String, Failure> {
    let Some(field) = m.field else {
        return Err(Failure::expression("FortiSIEM finds the beginnings of words in a raw event only"));
    };
    if !super::super::word(field) {
        return Err(Failure::field(format!("`{field}` is no attribute of FortiSIEM")));
    }
    let not = if negated { "NOT " } else { "" };
    let null = |yes: bool| format!("{field} IS {}NULL", if yes == negated { "NOT " } else { "" });
    match m.value {
        Value::Null => Ok(null(true)),
        Value::Exists(yes) => Ok(null(!yes)),
        Value::Text { text, .. } if text.is_empty() => Ok(null(true)),
        Value::Text { text, .. } if NUMBERS.contains(&field) => {
            let number = text.as_plain().and_then(|plain| plain.parse::<u64>().ok());
            let number = number.ok_or_else(|| Failure::value(format!("`{field}` is a number")))?;
            Ok(equal(field, &Number::from_integer(number.into()), negated))
        }
        Value::Text { text, .. } if ADDRESSES.contains(&field) => {
            known(text)?;
            let address = text.as_plain().and_then(|plain| plain.parse::<IpAddr>().ok());
            let address = address.ok_or_else(|| Failure::value(format!("`{field}` is an address")))?;
            Ok(held(format!("{field} {} {address}", if negated { "!=" } else { "=" }), field, negated))
        }
        Value::Text { text, cased: false } => strings(field, &[text], negated),
        Value::Text { text, cased: true } => {
            known(text)?;
            Ok(held(format!("{field} {not}REGEXP {}", quoted(&expression::whole(text))), field, negated))
        }
        Value::Number(number) if NUMBERS.contains(&field) => Ok(equal(field, number, negated)),
        Value::Number(number) => strings(field, &[&Text::plain(number.text())], negated),
        Value::Compare(order, number) if NUMBERS.contains(&field) => {
            let sign = match (order.sign(), negated) {
                ("<", true) => ">=",
                ("<=", true) => ">",
                (">", true) => "<=",
                (">=", true) => "<",
                (sign, _) => sign,
            };
            Ok(held(format!("{field} {sign} {}", number.text()), field, negated))
        }
        Value::Regex(regex) => {
            if expression::needs_backtracking(regex) {
                return Err(Failure::expression("look-around and references back"));
            }
            let pattern = format!("{}{}", regex_flags(regex, true), regex.pattern);
            Ok(held(format!("{field} {not}REGEXP {}", quoted(&pattern)), field, negated))
        }
        Value::Cidr(cidr) if ADDRESSES.contains(&field) => {
            let last = last(cidr);
            Ok(held(format!("{field} {not}BETWEEN ({}, {last})", cidr.address), field, negated))
        }
        Value::AnyOf(values) => {
            let parts: Vec<Expr<'_>> =
                values.iter().map(|value| Expr::Match(Match { field: Some(field), value })).collect();
            filter(&Expr::Or(parts), negated)
        }
        _ => Err(Failure::expression("FortiSIEM has no such operator")),
    }
}

/// The last address of a network.
fn last(cidr: &Cidr) -> IpAddr {
    let prefix = u32::from(cidr.prefix);
    match cidr.address {
        IpAddr::V4(address) => {
            let host = u32::MAX.checked_shr(prefix).unwrap_or(0);
            IpAddr::V4((u32::from(address) | host).into())
        }
        IpAddr::V6(address) => {
            let host = u128::MAX.checked_shr(prefix).unwrap_or(0);
            IpAddr::V6((u128::from(address) | host).into())
        }
    }
}

fn equal(field: &str, number: &Number, negated: bool) -> String {
    held(format!("{field} {} {}", if negated { "!=" } else { "=" }, number.text()), field, negated)
}

/// What is absent is not equal either.
fn held(text: String, field: &str, negated: bool) -> String {
    if negated { format!("({text} OR {field} IS NULL)") } else { text }
}

fn strings(field: &str, texts: &[&Text], negated: bool) -> Result<String, Failure> {
    texts.iter().try_for_each(|text| known(text))?;
    let not = if negated { "NOT " } else { "" };
    let plain: Option<Vec<&str>> = texts.iter().map(|text| text.as_plain()).collect();
    let text = match plain {
        Some(plain) => {
            let values: Vec<String> = plain.into_iter().map(quoted).collect();
            format!("{field} {not}IN ({})", values.join(", "))
        }
        None => {
            let each: Vec<String> = texts.iter().map(|text| expression::whole(text)).collect();
            format!("{field} {not}REGEXP {}", quoted(&format!("(?i){}", each.join("|"))))
        }
    };
    Ok(held(text, field, negated))
}

fn known(text: &Text) -> Result<(), Failure> {
    text.placeholder().map_or(Ok(()), |name| Err(placeholder(name)))
}

/// A string of a filter.
fn quoted(plain: &str) -> String {
    let mut out = String::from("\"");
    for c in plain.chars() {
        match c {
            '"' | '\\' => out.extend(['\\', c]),
            c if c.is_control() => out.push(' '),
            c => out.push(c),
        }
    }
    out.push('"');
    out
}

/// Source: "Rules": severities 1 to 10.
fn severity(rule: &Rule) -> u8 {
    match rule.level.as_deref() {
        Some("critical") => 10,
        Some("high") => 9,
        Some("low") => 3,
        Some("informational") => 1,
        _ => 6,
    }
}

fn rule(rule: &Rule, filter: &str) -> String {
    let id = rule.id.as_deref().unwrap_or_default();
    format!(
        "<Rule group=\"PH_SYS_RULE_THREAT\" natural_id=\"{}\">\n  <Name>{}</Name>\n  <Description>{}</Description>\n  \
         <CustomerScope groupByEachCustomer=\"true\">\n    <Include all=\"true\"/>\n    <Exclude/>\n  </CustomerScope>\n  \
         <IncidentDef eventType=\"{}\" severity=\"{}\">\n    <ArgList>hostName = Filter.hostName</ArgList>\n  \
         </IncidentDef>\n  <PatternClause window=\"300\">\n    <SubPattern displayName=\"Filter\" name=\"Filter\">\n      \
         <SingleEvtConstr>{}</SingleEvtConstr>\n      <GroupByAttr>hostName</GroupByAttr>\n      \
         <GroupEvtConstr>COUNT(*) &gt;= 1</GroupEvtConstr>\n    </SubPattern>\n  </PatternClause>\n</Rule>\n",
        xml(id),
        xml(&rule.title),
        xml(rule.description.as_deref().unwrap_or(&rule.title)),
        event_type(&rule.title),
        severity(rule),
        xml(filter),
    )
}

/// The type of the incident: letters, digits and `_`.
fn event_type(title: &str) -> String {
    let word: String = title.chars().map(|c| if c.is_ascii_alphanumeric() { c } else { '_' }).collect();
    format!("PH_RULE_{word}")
}

/// Text and attributes of XML.
fn xml(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.trim().chars() {
        match c {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&quot;"),
            c if c.is_control() => out.push(' '),
            c => out.push(c),
        }
    }
    out
}
