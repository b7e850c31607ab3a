//! Short, stable names of claims: ids in the page, references in the data island and in the address bar.

use bartizan::NodeRef;
use std::fmt;

/// A claim of an analysis: a letter and an index.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Key(pub char, pub u32);

impl Key {
    pub fn technique(i: usize) -> Self {
        Key('t', i as u32)
    }
    pub fn relation(i: usize) -> Self {
        Key('r', i as u32)
    }
    pub fn event(i: usize) -> Self {
        Key('v', i as u32)
    }
    pub fn mitigation(i: usize) -> Self {
        Key('m', i as u32)
    }
    pub fn entity(i: usize) -> Self {
        Key('e', i as u32)
    }
    pub fn observable(i: usize) -> Self {
        Key('o', i as u32)
    }
    pub fn withheld(i: usize) -> Self {
        Key('w', i as u32)
    }
    /// `g` as in generated.
    pub fn rule(i: usize) -> Self {
        Key('g', i as u32)
    }
    /// A place that the assessment names and no claim covers.
    pub fn assessed(i: usize) -> Self {
        Key('s', i as u32)
    }
    /// A step of the response.
    pub fn step(i: usize) -> Self {
        Key('p', i as u32)
    }
    /// A behaviour of the flow.
    pub fn act(i: usize) -> Self {
        Key('f', i as u32)
    }
    pub fn diagnostic(i: usize) -> Self {
        Key('d', i as u32)
    }
}

impl From<NodeRef> for Key {
    fn from(node: NodeRef) -> Self {
        match node {
            NodeRef::Entity(i) => Key('e', i),
            NodeRef::Observable(i) => Key('o', i),
            NodeRef::Technique(i) => Key('t', i),
            NodeRef::Mitigation(i) => Key('m', i),
        }
    }
}

impl fmt::Display for Key {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}{}", self.0, self.1)
    }
}
