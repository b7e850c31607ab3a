//! What a rule asks of one event: selections and condition as one tree.

use crate::rule::{Condition, Detection, Item, Link, Quantity, Rule, Value, matches};

/// A tree over the values of a rule.
#[derive(Clone, Debug)]
pub enum Expr<'r> {
    /// All of these; at least two.
    And(Vec<Expr<'r>>),
    /// One of these; at least two.
    Or(Vec<Expr<'r>>),
    /// Not this.
    Not(Box<Expr<'r>>),
    /// One field against one value.
    Match(Match<'r>),
}

/// One field against one value.
#[derive(Clone, Copy, Debug)]
pub struct Match<'r> {
    /// The field; none for a keyword.
    pub field: Option<&'r str>,
    /// The value.
    pub value: &'r Value,
}

static NULL: Value = Value::Null;

/// The tree of a condition of a rule.
///
/// Groups of one collapse into their part; nothing else is simplified, so that
/// the brackets of a query follow the rule.
pub fn build<'r>(rule: &'r Rule, condition: &Condition) -> Expr<'r> {
    match condition {
        Condition::And(parts) => collapse(parts.iter().map(|p| build(rule, p)).collect(), Expr::And),
        Condition::Or(parts) => collapse(parts.iter().map(|p| build(rule, p)).collect(), Expr::Or),
        Condition::Not(inner) => Expr::Not(Box::new(build(rule, inner))),
        Condition::Selection(name) => {
            let found = rule.selections.iter().find(|(n, _)| n == name);
            match found {
                Some((_, detection)) => of_detection(detection),
                // The parser has refused unknown names; an emptied selection
                // asks for nothing.
                None => Expr::And(Vec::new()),
            }
        }
        Condition::Of(quantity, pattern) => {
            let found = rule.selections.iter().filter(|(n, _)| matches(pattern, n));
            let parts = found.map(|(_, d)| of_detection(d)).collect();
            match quantity {
                Quantity::One => collapse(parts, Expr::Or),
                Quantity::All => collapse(parts, Expr::And),
            }
        }
    }
}

fn collapse<'r>(mut parts: Vec<Expr<'r>>, join: fn(Vec<Expr<'r>>) -> Expr<'r>) -> Expr<'r> {
    match parts.len() {
        1 => parts.remove(0),
        _ => join(parts),
    }
}

fn of_detection(detection: &Detection) -> Expr<'_> {
    match detection {
        Detection::Item(item) => of_item(item),
        Detection::Group { link, parts } => collapse(
            parts.iter().map(of_detection).collect(),
            match link {
                Link::And => Expr::And,
                Link::Or => Expr::Or,
            },
        ),
    }
}

fn of_item(item: &Item) -> Expr<'_> {
    let field = item.field.as_deref();
    let one = |value| Expr::Match(Match { field, value });
    let expr = match item.values.as_slice() {
        [] => one(&NULL),
        values => collapse(
            values.iter().map(one).collect(),
            match item.link {
                Link::And => Expr::And,
                Link::Or => Expr::Or,
            },
        ),
    };
    match item.negated {
        true => Expr::Not(Box::new(expr)),
        false => expr,
    }
}
