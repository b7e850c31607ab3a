//! Disjunctive normal form, bounded.

use crate::{
    error::Failure,
    expr::{Expr, Match},
    rule::Value,
    target::one_field,
};

/// One field, none for the whole event, against values of which one must match; or none may.
#[derive(Clone, Debug)]
pub(super) struct Atom<'e> {
    pub field: Option<&'e str>,
    pub values: Vec<&'e Value>,
    pub negated: bool,
}

/// Comparisons that must all hold.
pub(super) type Term<'e> = Vec<Atom<'e>>;

/// How many terms a condition may have.
pub(super) const MOST: usize = 32;

pub(super) fn too_many() -> Failure {
    Failure::expression(format!("the condition needs more than {MOST} rules of Wazuh"))
}

/// The terms of a tree, one of which must hold.
pub(super) fn terms<'e>(expr: &'e Expr<'e>, negated: bool) -> Result<Vec<Term<'e>>, Failure> {
    match (expr, negated) {
        (Expr::Match(m), _) => Ok(vec![vec![atom(*m, negated)]]),
        (Expr::Not(inner), _) => terms(inner, !negated),
        // No selection is empty but one whose items a pipeline has dropped.
        (Expr::And(parts) | Expr::Or(parts), _) if parts.is_empty() => Ok(vec![Vec::new()]),
        (Expr::Or(parts), _) if merged(parts).is_some() => {
            let (field, values) = merged(parts).unwrap_or_default();
            Ok(vec![vec![Atom { field, values, negated }]])
        }
        (Expr::Or(parts), false) | (Expr::And(parts), true) => {
            let mut all = Vec::new();
            for part in parts {
                all.extend(terms(part, negated)?);
                if all.len() > MOST {
                    return Err(too_many());
                }
            }
            Ok(all)
        }
        (Expr::And(parts), false) | (Expr::Or(parts), true) => {
            let mut all = vec![Vec::new()];
            for part in parts {
                all = product(all, &terms(part, negated)?)?;
            }
            Ok(all)
        }
    }
}

/// Every term of the one with every term of the other.
pub(super) fn product<'e>(left: Vec<Term<'e>>, right: &[Term<'e>]) -> Result<Vec<Term<'e>>, Failure> {
    if left.len() * right.len() > MOST {
        return Err(too_many());
    }
    let pairs = left.iter().flat_map(|l| right.iter().map(move |r| l.iter().chain(r).cloned().collect()));
    Ok(pairs.collect())
}

fn atom<'e>(m: Match<'e>, negated: bool) -> Atom<'e> {
    let values = match m.value {
        Value::AnyOf(values) => values.iter().collect(),
        value => vec![value],
    };
    Atom { field: m.field, values, negated }
}

/// Values of one field, or keywords, that one expression can hold.
fn merged<'e>(parts: &'e [Expr<'e>]) -> Option<(Option<&'e str>, Vec<&'e Value>)> {
    let (field, values) = match one_field(parts) {
        Some((field, values)) => (Some(field), values),
        None => {
            let keyword = |part: &'e Expr<'e>| match part {
                Expr::Match(Match { field: None, value }) => Some(*value),
                _ => None,
            };
            (None, parts.iter().map(keyword).collect::<Option<Vec<_>>>()?)
        }
    };
    let mut all = Vec::with_capacity(values.len());
    for value in values {
        match value {
            Value::AnyOf(values) => all.extend(values),
            Value::Null | Value::Exists(_) => return None,
            value => all.push(value),
        }
    }
    Some((field, all))
}
