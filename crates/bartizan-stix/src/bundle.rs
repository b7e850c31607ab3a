//! Bundles (STIX 2.1 section 8).

use crate::{Id, MarkedSco, MarkingDefinition, Object};
use serde::Serialize;
use serde_json::{Map, Value};

/// A bundle whose objects carry extensions of type `E`.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Bundle<E> {
    r#type: &'static str,
    id: Id,
    /// In the order they are written.
    pub objects: Vec<Item<E>>,
}

impl<E> Bundle<E> {
    /// A bundle.
    pub fn new(id: Id, objects: Vec<Item<E>>) -> Self {
        Self { r#type: "bundle", id, objects }
    }

    /// Its identifier.
    pub fn id(&self) -> &Id {
        &self.id
    }
}

/// One object of a bundle.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[serde(untagged)]
pub enum Item<E> {
    /// A marking definition.
    Marking(MarkingDefinition),
    /// A domain or relationship object or an extension definition.
    Object(Box<Object<E>>),
    /// A cyber-observable.
    Sco(MarkedSco),
    /// An object as it was written earlier.
    Raw(RawObject),
}

/// An object as it was written earlier, property by property.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[serde(transparent)]
pub struct RawObject {
    /// Its identifier, which is also among the properties.
    #[serde(skip)]
    pub id: Id,
    /// All properties.
    pub properties: Map<String, Value>,
}

impl<E> Item<E> {
    /// Its identifier.
    pub fn id(&self) -> &Id {
        match self {
            Self::Marking(m) => m.id(),
            Self::Object(o) => &o.id,
            Self::Sco(s) => s.id(),
            Self::Raw(r) => &r.id,
        }
    }
}
