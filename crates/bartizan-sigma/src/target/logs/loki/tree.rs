//! A rule's tree with its negations moved down to the comparisons.

use super::Op;
use crate::{
    expr::{Expr, Match},
    rule::Value,
};

/// A part of the tree.
#[derive(Clone)]
pub(super) enum Node<'r> {
    /// Joined parts.
    Join {
        /// `and` or `or`.
        op: Op,
        parts: Vec<Node<'r>>,
        /// Made by a modifier from one value.
        of_one: bool,
    },
    /// One field, or a keyword, against one value.
    Leaf { field: Option<&'r str>, value: &'r Value, negated: bool },
}

/// The tree of an expression, or of its negation.
pub(super) fn build<'r>(expr: &Expr<'r>, negated: bool) -> Node<'r> {
    let op = |and: bool| if and != negated { Op::And } else { Op::Or };
    let all = |parts: &[Expr<'r>]| parts.iter().map(|part| build(part, negated)).collect();
    match expr {
        Expr::And(parts) => Node::Join { op: op(true), parts: all(parts), of_one: false },
        Expr::Or(parts) => Node::Join { op: op(false), parts: all(parts), of_one: false },
        Expr::Not(inner) => build(inner, !negated),
        Expr::Match(Match { field, value: Value::AnyOf(values) }) => {
            let leaf = |value| build(&Expr::Match(Match { field: *field, value }), negated);
            Node::Join { op: op(false), parts: values.iter().map(leaf).collect(), of_one: true }
        }
        Expr::Match(Match { field, value }) => Node::Leaf { field: *field, value, negated },
    }
}

impl Node<'_> {
    /// Whether it is made of keywords only, or of fields only; none if of both.
    pub(super) fn keywords(&self) -> Option<bool> {
        match self {
            Self::Leaf { field, .. } => Some(field.is_none()),
            Self::Join { parts, .. } => {
                let mut kinds = parts.iter().map(Self::keywords);
                let first = kinds.next().unwrap_or(Some(false))?;
                kinds.all(|kind| kind == Some(first)).then_some(first)
            }
        }
    }

    /// Whether line filters can say it: one keyword, or alternatives without negation.
    pub(super) fn is_line_filter(&self) -> bool {
        fn alternatives(node: &Node<'_>) -> bool {
            match node {
                Node::Leaf { field, negated, .. } => field.is_none() && !negated,
                Node::Join { op, parts, .. } => *op == Op::Or && parts.iter().all(alternatives),
            }
        }
        matches!(self, Self::Leaf { field: None, .. }) || alternatives(self)
    }

    /// Whether it compares two fields.
    pub(super) fn is_reference(&self) -> bool {
        matches!(self, Self::Leaf { value: Value::FieldRef { .. }, .. })
    }
}

/// What must hold together: the parts of an `and` and of the `and`s in it, where these are of several kinds.
pub(super) fn conjuncts<'n, 'r>(node: &'n Node<'r>) -> Vec<&'n Node<'r>> {
    match node {
        Node::Join { op: Op::And, parts, .. } => parts.iter().flat_map(conjuncts).collect(),
        other => vec![other],
    }
}

/// The tree cut into at most `count` ones at its first `or`, nearest to the root first.
///
/// The reference set leaves out what does not fill all of them alike.
pub(super) fn cut<'r>(node: &Node<'r>, count: usize) -> Option<Vec<Node<'r>>> {
    let path = first_or(node)?;
    let Node::Join { parts, .. } = path.iter().try_fold(node, |node, at| match node {
        Node::Join { parts, .. } => parts.get(*at),
        Node::Leaf { .. } => None,
    })?
    else {
        return None;
    };
    let count = count.min(parts.len());
    let size = parts.len() / count.max(1);
    let chunks = parts.chunks(size.max(1)).take(count);
    Some(chunks.map(|chunk| with(node, &path, chunk)).collect())
}

fn first_or(node: &Node<'_>) -> Option<Vec<usize>> {
    let mut level = vec![(Vec::new(), node)];
    while !level.is_empty() {
        let mut next = Vec::new();
        for (path, node) in level {
            let Node::Join { op, parts, .. } = node else { continue };
            if *op == Op::Or {
                return Some(path);
            }
            for (i, part) in parts.iter().enumerate() {
                let path = path.iter().copied().chain([i]).collect::<Vec<_>>();
                next.push((path, part));
            }
        }
        level = next;
    }
    None
}

/// The tree with `chunk` in place of the parts at `path`.
fn with<'r>(node: &Node<'r>, path: &[usize], chunk: &[Node<'r>]) -> Node<'r> {
    let Node::Join { op, parts, of_one } = node else { return node.clone() };
    let parts = match path.split_first() {
        None => chunk.to_vec(),
        Some((at, rest)) => parts
            .iter()
            .enumerate()
            .map(|(i, part)| if i == *at { with(part, rest, chunk) } else { part.clone() })
            .collect(),
    };
    Node::Join { op: *op, parts, of_one: *of_one }
}
