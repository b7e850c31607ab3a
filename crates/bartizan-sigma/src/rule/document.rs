//! The documents of a rule file: rules, correlations, filters, and what `action` makes of them.
//!
//! Source: Sigma Correlation Rules Specification 2.1; the `action` key is of Sigma 1.0: `global` is a part of all
//! documents that follow, `reset` ends that, `repeat` is the document before with some parts changed.

use super::{Correlation, Filter, Rule, correlation, filter, parse_node};
use crate::{
    error::Error,
    yaml::{self, Kind, Node},
};

/// One document of a rule file.
#[derive(Clone, Debug)]
pub enum Document {
    /// A rule.
    Rule(Box<Rule>),
    /// A correlation of rules.
    Correlation(Box<Correlation>),
    /// A filter of rules.
    Filter(Box<Filter>),
    /// A document of another kind, as it stands.
    Other(Node),
}

/// Reads the documents of a rule file.
///
/// # Errors
/// The first thing that is wrong, with its place.
pub fn parse(source: &str) -> Result<Vec<Document>, Error> {
    whole(yaml::parse(source)?)?.iter().map(document).collect()
}

/// Reads one document whose parts of other documents are in place.
pub(crate) fn document(node: &Node) -> Result<Document, Error> {
    let has = |key| node.get(key).is_some();
    Ok(if has("correlation") && !has("detection") {
        Document::Correlation(Box::new(correlation::parse(node)?))
    } else if has("filter") && !has("detection") {
        Document::Filter(Box::new(filter::parse(node)?))
    } else if has("detection") {
        Document::Rule(Box::new(parse_node(node)?))
    } else {
        Document::Other(node.clone())
    })
}

/// The documents with the parts in place that `action` takes over from others.
pub(crate) fn whole(nodes: Vec<Node>) -> Result<Vec<Node>, Error> {
    if nodes.iter().all(|node| node.get("action").is_none()) {
        return Ok(nodes);
    }
    let mut out: Vec<Node> = Vec::with_capacity(nodes.len());
    let mut global: Option<Node> = None;
    let mut made = 0;
    for node in nodes {
        let action = node.get("action").and_then(Node::text).unwrap_or_default().to_owned();
        let base = match action.as_str() {
            "global" => {
                global = Some(merged(global.as_ref(), node, &mut made)?);
                continue;
            }
            "reset" => {
                global = None;
                None
            }
            "repeat" => out.last(),
            _ => global.as_ref(),
        };
        let node = merged(base, node, &mut made)?;
        // A `reset` alone is no document of its own.
        if action != "reset" || node.map().is_some_and(|entries| !entries.is_empty()) {
            out.push(node);
        }
    }
    Ok(out)
}

/// `node` over `base`, without its `action`; mappings are joined key by key. `made` counts the nodes of a file.
fn merged(base: Option<&Node>, mut node: Node, made: &mut usize) -> Result<Node, Error> {
    if let Kind::Map(entries) = &mut node.kind {
        entries.retain(|(key, _)| key.text() != Some("action"));
    }
    *made += base.map_or(0, size) + size(&node);
    if *made > yaml::MOST_NODES {
        let message = format!("`action` makes more than {} nodes of this file", yaml::MOST_NODES);
        return Err(Error::new("sigma.too-large", node.place, message));
    }
    Ok(match base {
        Some(base) => over(base.clone(), node),
        None => node,
    })
}

fn over(base: Node, node: Node) -> Node {
    match (base.kind, node.kind) {
        (Kind::Map(mut entries), Kind::Map(new)) => {
            for (key, value) in new {
                match entries.iter_mut().find(|(old, _)| old.text() == key.text()) {
                    Some((_, old)) => {
                        let empty = Node { kind: Kind::List(Vec::new()), place: old.place };
                        *old = over(std::mem::replace(old, empty), value);
                    }
                    None => entries.push((key, value)),
                }
            }
            Node { kind: Kind::Map(entries), place: node.place }
        }
        (_, kind) => Node { kind, place: node.place },
    }
}

fn size(node: &Node) -> usize {
    1 + match &node.kind {
        Kind::Scalar { .. } => 0,
        Kind::List(items) => items.iter().map(size).sum(),
        Kind::Map(entries) => entries.iter().map(|(key, value)| size(key) + size(value)).sum(),
    }
}
