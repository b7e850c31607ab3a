//! A Sigma rule as data, in source order.
//!
//! Source: Sigma Rules Specification 2.1 (<https://github.com/SigmaHQ/sigma-specification>).

mod condition;
pub mod correlation;
mod document;
mod filter;
mod modifier;
mod parse;
pub(crate) mod pattern;
mod text;
mod value;

pub(crate) use condition::matches;
pub use condition::{Condition, Quantity};
pub use correlation::{Correlation, Reference};
pub use document::{Document, parse};
pub(crate) use document::{document, whole};
pub use filter::Filter;
pub use modifier::Modifier;
pub use parse::parse_node;
pub use text::{Part, Shape, Text};
pub use value::{Cidr, Number, Order, Regex, TimePart, Value};

use crate::{error::Place, yaml::Node};

/// A rule.
#[derive(Clone, Debug, Default)]
pub struct Rule {
    /// `title`.
    pub title: String,
    /// `id`, a UUID as written.
    pub id: Option<String>,
    /// `name`, by which correlations refer to it.
    pub name: Option<String>,
    /// `status`.
    pub status: Option<String>,
    /// `level`.
    pub level: Option<String>,
    /// `description`.
    pub description: Option<String>,
    /// `license`.
    pub license: Option<String>,
    /// `author`.
    pub author: Option<String>,
    /// `references`.
    pub references: Vec<String>,
    /// `date` as written.
    pub date: Option<String>,
    /// `modified` as written.
    pub modified: Option<String>,
    /// `tags`, as `attack.t1059.001`.
    pub tags: Vec<String>,
    /// `falsepositives`.
    pub false_positives: Vec<String>,
    /// `fields`.
    pub fields: Vec<String>,
    /// `related`: id and kind.
    pub related: Vec<(String, String)>,
    /// `taxonomy`.
    pub taxonomy: Option<String>,
    /// `logsource`.
    pub log_source: LogSource,
    /// `detection` without its conditions, in source order.
    pub selections: Vec<(String, Detection)>,
    /// `condition`, one query each.
    pub conditions: Vec<Condition>,
    /// `timeframe` of old rules.
    pub timeframe: Option<String>,
    /// Keys the specification does not know.
    pub custom: Vec<(String, Node)>,
}

/// Where the events of a rule come from.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
pub struct LogSource {
    /// `category`, as `process_creation`.
    pub category: Option<String>,
    /// `product`, as `windows`.
    pub product: Option<String>,
    /// `service`, as `sysmon`.
    pub service: Option<String>,
    /// `definition`: what must be configured.
    pub definition: Option<String>,
}

impl LogSource {
    /// Whether this log source is at least as narrow as `category`, `product`
    /// and `service` say; `None` asks for nothing.
    pub fn is(&self, category: Option<&str>, product: Option<&str>, service: Option<&str>) -> bool {
        let same = |mine: &Option<String>, asked: Option<&str>| {
            asked.is_none_or(|asked| mine.as_deref() == Some(asked))
        };
        same(&self.category, category) && same(&self.product, product) && same(&self.service, service)
    }

    /// Whether the category is this one.
    pub fn category(&self, category: &str) -> bool {
        self.is(Some(category), None, None)
    }

    /// Whether the product is this one.
    pub fn product(&self, product: &str) -> bool {
        self.is(None, Some(product), None)
    }

    /// Whether the service is this one.
    pub fn service(&self, service: &str) -> bool {
        self.is(None, None, Some(service))
    }
}

/// How parts are joined.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Link {
    /// All must match.
    And,
    /// One must match.
    Or,
}

/// What a selection asks: a tree whose leaves are items.
#[derive(Clone, Debug)]
pub enum Detection {
    /// Joined parts: a mapping (and), a list (or).
    Group {
        /// How.
        link: Link,
        /// The parts in source order.
        parts: Vec<Detection>,
    },
    /// A field and its values.
    Item(Item),
}

impl Detection {
    /// Joined by `and`.
    pub fn all(parts: Vec<Detection>) -> Self {
        Self::Group { link: Link::And, parts }
    }

    /// Joined by `or`.
    pub fn any(parts: Vec<Detection>) -> Self {
        Self::Group { link: Link::Or, parts }
    }

    /// An item: the field is, or contains as its patterns say, one of these.
    pub fn item(field: &str, values: Vec<Value>) -> Self {
        Self::Item(Item { field: Some(field.to_owned()), values, ..Item::default() })
    }

    /// Every item below, in order.
    pub fn items(&self) -> Vec<&Item> {
        match self {
            Self::Item(item) => vec![item],
            Self::Group { parts, .. } => parts.iter().flat_map(Self::items).collect(),
        }
    }

    /// Calls `f` on every item below, in order.
    pub fn each_item(&mut self, f: &mut impl FnMut(&mut Item)) {
        match self {
            Self::Item(item) => f(item),
            Self::Group { parts, .. } => parts.iter_mut().for_each(|part| part.each_item(f)),
        }
    }
}

/// A field and what it is compared with.
#[derive(Clone, Debug)]
pub struct Item {
    /// The field; none for keywords, which may stand anywhere in the event.
    pub field: Option<String>,
    /// The modifiers as written.
    pub modifiers: Vec<Modifier>,
    /// The values, modifiers applied.
    pub values: Vec<Value>,
    /// How the values are joined: `or`, with the modifier `all` `and`.
    pub link: Link,
    /// Under the modifier `neq`: none of it may hold.
    pub negated: bool,
    /// Where it stands.
    pub place: Place,
}

impl Default for Item {
    fn default() -> Self {
        Self {
            field: None,
            modifiers: Vec::new(),
            values: Vec::new(),
            link: Link::Or,
            negated: false,
            place: Place::default(),
        }
    }
}

impl Item {
    /// Whether it has this modifier.
    pub fn has(&self, modifier: Modifier) -> bool {
        self.modifiers.contains(&modifier)
    }
}
