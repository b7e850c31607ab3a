//! Wazuh: rules of its analysis engine.
//!
//! Sources: Wazuh documentation, "Rules syntax" (`field`, `match`, `negate`, `type="pcre2"`, `if_group`, `if_sid`,
//! `mitre`, `info`), "Custom rules" (ids 100000 to 120000 are the user's), "Rules classification" (levels; rules of
//! level 0 are tried first and keep an event from being alerted).
//!
//! A rule asks all of its fields, so a condition becomes as many rules as its disjunctive normal form has terms. What
//! a condition excludes becomes children of level 0, unless it is one comparison.

mod dnf;
mod ids;
mod pattern;

use super::super::{Context, Dialect, Grammar, Label, Piece, Query, Target};
use crate::{
    convert::Conversion,
    error::Failure,
    expr::Expr,
    rule::{Rule, Value},
};
use dnf::{Atom, Term};

struct Wazuh;

pub(crate) const TARGETS: &[Target] = &[Target {
    name: "wazuh",
    about: "Wazuh (rules)",
    formats: &["default"],
    own: &["wazuh"],
    dialect: &Wazuh,
}];

pub(crate) const LABELS: &[Label] = &[];

/// Where the pipeline leaves the groups of rules under which the events arrive.
const GROUPS: &str = "if_group";

impl Dialect for Wazuh {
    fn grammar(&self) -> &Grammar {
        &Grammar::BASE
    }

    fn expr(&self, context: &mut Context<'_>, expr: &Expr<'_>) -> Piece {
        let parts = match expr {
            Expr::And(parts) => flat(parts),
            other => vec![other],
        };
        let mut asked = vec![Term::new()];
        let mut excluded = Vec::new();
        for part in parts {
            let terms = dnf::terms(part, false)?;
            match (part, terms.len()) {
                (Expr::Not(inner), 2..) => excluded.extend(dnf::terms(inner, false)?),
                _ => asked = dnf::product(asked, &terms)?,
            }
        }
        if excluded.len() > dnf::MOST {
            return Err(dnf::too_many());
        }
        let count = (asked.len() + usize::from(!excluded.is_empty()) * excluded.len()) as u64;
        let first = ids::first(context.rule, context.index, count);
        let mut out = String::new();
        let mut id = first;
        let groups = context.state.get(GROUPS).map(String::as_str).unwrap_or_default();
        for term in &asked {
            let parent = match groups {
                "" => String::new(),
                groups => format!("    <if_group>{groups}</if_group>\n"),
            };
            out.push_str(&alert(context.rule, id, &parent, term)?);
            id += 1;
        }
        let parents: Vec<String> = (first..id).map(|id| id.to_string()).collect();
        let parents = format!("    <if_sid>{}</if_sid>\n", parents.join(", "));
        for term in &excluded {
            out.push_str(&exclusion(context.rule, id, &parents, term)?);
            id += 1;
        }
        Ok(Some(out))
    }

    fn settles(&self) -> bool {
        true
    }

    fn settle(&self, set: &mut [&mut Conversion]) -> Vec<usize> {
        ids::settle(set)
    }

    fn finish(&self, _context: &Context<'_>, query: Option<String>) -> Result<Query, Failure> {
        Ok(Query::Text(format!("<group name=\"sigma,\">\n{}</group>\n", query.unwrap_or_default())))
    }
}

/// The parts of nested `and`s.
fn flat<'e, 'r>(parts: &'e [Expr<'r>]) -> Vec<&'e Expr<'r>> {
    parts
        .iter()
        .flat_map(|part| match part {
            Expr::And(inner) => flat(inner),
            other => vec![other],
        })
        .collect()
}

/// Source: "Rules classification".
fn level(rule: &Rule) -> u8 {
    match rule.level.as_deref() {
        Some("critical") => 15,
        Some("high") => 12,
        Some("low") => 5,
        Some("informational") => 3,
        _ => 8,
    }
}

fn alert(rule: &Rule, id: u64, parent: &str, term: &[Atom<'_>]) -> Result<String, Failure> {
    let description = xml(&rule.title);
    let mut out = format!("  <rule id=\"{id}\" level=\"{}\">\n{parent}{}", level(rule), fields(term)?);
    out.push_str(&format!("    <description>{description}</description>\n"));
    for link in rule.references.iter().filter(|link| link.starts_with("http")) {
        out.push_str(&format!("    <info type=\"link\">{}</info>\n", xml(link)));
    }
    let techniques: Vec<String> = rule.tags.iter().filter_map(|tag| technique(tag)).collect();
    if !techniques.is_empty() {
        let ids: String = techniques.iter().map(|id| format!("      <id>{id}</id>\n")).collect();
        out.push_str(&format!("    <mitre>\n{ids}    </mitre>\n"));
    }
    out.push_str("    <options>no_full_log</options>\n  </rule>\n");
    Ok(out)
}

fn exclusion(rule: &Rule, id: u64, parents: &str, term: &[Atom<'_>]) -> Result<String, Failure> {
    let description = xml(&format!("Excluded: {}", rule.title));
    Ok(format!(
        "  <rule id=\"{id}\" level=\"0\">\n{parents}{}    <description>{description}</description>\n  </rule>\n",
        fields(term)?
    ))
}

fn fields(term: &[Atom<'_>]) -> Result<String, Failure> {
    term.iter().map(element).collect()
}

/// `attack.t1059.001` as `T1059.001`.
fn technique(tag: &str) -> Option<String> {
    let id = tag.strip_prefix("attack.t")?;
    let good = id.len() >= 4 && id.chars().all(|c| c.is_ascii_digit() || c == '.');
    good.then(|| format!("T{id}"))
}

/// One comparison.
fn element(atom: &Atom<'_>) -> Result<String, Failure> {
    let null = atom.values.iter().all(|value| matches!(value, Value::Null | Value::Exists(false)));
    let (values, negated) = match (null, atom.negated) {
        (false, negated) => (atom.values.clone(), negated),
        // What is there has a character.
        (true, true) => (vec![&Value::Exists(true)], false),
        (true, false) => return Err(Failure::expression("Wazuh has no test for a field that is absent")),
    };
    let pattern = pattern::of(&values)?;
    let negate = if negated { " negate=\"yes\"" } else { "" };
    let Some(field) = atom.field else {
        return Ok(format!("    <match type=\"pcre2\"{negate}>{pattern}</match>\n"));
    };
    if let Some(fixed) = field.strip_prefix('=') {
        return Ok(format!("    <{fixed} type=\"pcre2\"{negate}>{pattern}</{fixed}>\n"));
    }
    if !field.chars().all(|c| c.is_ascii_alphanumeric() || "._-".contains(c)) {
        return Err(Failure::field(format!("`{field}` is no name of a field in Wazuh")));
    }
    Ok(format!("    <field name=\"{field}\" type=\"pcre2\"{negate}>{pattern}</field>\n"))
}

/// Text of an element. `$(` would be filled with a field of the event.
fn xml(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.trim().replace("$(", "$ (").chars() {
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
