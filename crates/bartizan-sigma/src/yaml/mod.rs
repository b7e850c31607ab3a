//! YAML as Sigma needs it: keys in source order, scalars as written, a place
//! for everything, and an end to what one document may cost.

mod scalar;

pub use scalar::{Scalar, resolve};

use saphyr_parser::{Event, Parser, ScalarStyle, ScanError, Span};

use crate::error::{Error, Place};

/// The most nodes one source may hold, aliases written out. The largest rule
/// of the public corpus has about 1,000.
pub(crate) const MOST_NODES: usize = 200_000;
/// The deepest nesting.
const MOST_DEPTH: usize = 64;
/// The largest source, in bytes.
pub const MOST_BYTES: usize = 4 << 20;

/// A node with its place.
#[derive(Clone, Debug)]
pub struct Node {
    /// What it is.
    pub kind: Kind,
    /// Where it begins.
    pub place: Place,
}

/// What a node is.
#[derive(Clone, Debug)]
pub enum Kind {
    /// A scalar: its text, and whether it was written without quotes (only
    /// then can it be a number, a truth value or null).
    Scalar {
        /// The text, escapes undone.
        text: String,
        /// Without quotes, and no block scalar.
        plain: bool,
    },
    /// A list.
    List(Vec<Node>),
    /// A mapping in source order. A key may stand twice: the reader decides.
    Map(Vec<(Node, Node)>),
}

impl Node {
    /// The text of a scalar.
    pub fn text(&self) -> Option<&str> {
        match &self.kind {
            Kind::Scalar { text, .. } => Some(text),
            _ => None,
        }
    }

    /// The value of a scalar (YAML 1.1, as Sigma's tools read it).
    pub fn scalar(&self) -> Option<Scalar> {
        match &self.kind {
            Kind::Scalar { text, plain } => Some(resolve(text, *plain)),
            _ => None,
        }
    }

    /// Whether it is null, written or left out.
    pub fn is_null(&self) -> bool {
        matches!(self.scalar(), Some(Scalar::Null))
    }

    /// The entries of a mapping.
    pub fn map(&self) -> Option<&[(Node, Node)]> {
        match &self.kind {
            Kind::Map(entries) => Some(entries),
            _ => None,
        }
    }

    /// The items of a list.
    pub fn list(&self) -> Option<&[Node]> {
        match &self.kind {
            Kind::List(items) => Some(items),
            _ => None,
        }
    }

    /// The value of a key; the last one where it stands twice.
    pub fn get(&self, key: &str) -> Option<&Node> {
        self.map()?.iter().rev().find(|(k, _)| k.text() == Some(key)).map(|(_, value)| value)
    }

    /// Texts of a list, or of one scalar; what is neither is left out.
    pub fn texts(&self) -> Vec<String> {
        match &self.kind {
            Kind::Scalar { .. } if self.is_null() => Vec::new(),
            Kind::Scalar { text, .. } => vec![text.clone()],
            Kind::List(items) => items.iter().filter_map(|item| item.text().map(str::to_owned)).collect(),
            Kind::Map(_) => Vec::new(),
        }
    }
}

/// Reads every document of a source.
///
/// # Errors
/// `sigma.yaml` for what is no YAML, `sigma.too-large` for a source past
/// 4 MiB, 200,000 nodes (aliases written out) or 64 levels.
pub fn parse(source: &str) -> Result<Vec<Node>, Error> {
    if source.len() > MOST_BYTES {
        return Err(Error::new(
            "sigma.too-large",
            Place::default(),
            format!("the file has {} bytes; the most is {MOST_BYTES}", source.len()),
        ));
    }
    let mut reader = Reader { parser: Parser::new_from_str(source), anchors: Vec::new(), nodes: 0 };
    let mut documents = Vec::new();
    loop {
        let (event, _) = reader.next()?;
        match event {
            Event::StreamEnd => return Ok(documents),
            Event::DocumentStart(_) => {
                reader.anchors.clear();
                let (event, span) = reader.next()?;
                if !matches!(event, Event::DocumentEnd) {
                    documents.push(reader.node(event, span, 0)?);
                }
            }
            _ => {}
        }
    }
}

struct Reader<'s> {
    parser: Parser<'s, saphyr_parser::StrInput<'s>>,
    anchors: Vec<(usize, Node, usize)>,
    nodes: usize,
}

fn place(span: Span) -> Place {
    Place { line: span.start.line() as u32, column: span.start.col() as u32 + 1 }
}

fn scan_error(error: &ScanError) -> Error {
    let at = error.marker();
    let place = Place { line: at.line() as u32, column: at.col() as u32 + 1 };
    Error::new("sigma.yaml", place, format!("not YAML: {}", error.info()))
}

impl<'s> Reader<'s> {
    fn next(&mut self) -> Result<(Event<'s>, Span), Error> {
        match self.parser.next_event() {
            Some(Ok(next)) => Ok(next),
            Some(Err(error)) => Err(scan_error(&error)),
            None => Ok((Event::StreamEnd, Span::default())),
        }
    }

    fn count(&mut self, more: usize, at: Place) -> Result<(), Error> {
        self.nodes += more;
        if self.nodes > MOST_NODES {
            return Err(Error::new(
                "sigma.too-large",
                at,
                format!("more than {MOST_NODES} nodes, aliases written out"),
            ));
        }
        Ok(())
    }

    fn node(&mut self, event: Event<'s>, span: Span, depth: usize) -> Result<Node, Error> {
        let place = place(span);
        if depth > MOST_DEPTH {
            return Err(Error::new(
                "sigma.too-large",
                place,
                format!("more than {MOST_DEPTH} levels of nesting"),
            ));
        }
        self.count(1, place)?;
        let before = self.nodes;
        let (kind, anchor) = match event {
            Event::Scalar(text, style, anchor, tag) => {
                // A tag of its own (`!!str 5`) makes it text.
                let plain = style == ScalarStyle::Plain && tag.is_none();
                let text = text.into_owned();
                (Kind::Scalar { text, plain }, anchor)
            }
            Event::SequenceStart(anchor, _) => {
                let mut items = Vec::new();
                loop {
                    let (event, span) = self.next()?;
                    if matches!(event, Event::SequenceEnd) {
                        break;
                    }
                    items.push(self.node(event, span, depth + 1)?);
                }
                (Kind::List(items), anchor)
            }
            Event::MappingStart(anchor, _) => {
                let mut entries = Vec::new();
                loop {
                    let (event, span) = self.next()?;
                    if matches!(event, Event::MappingEnd) {
                        break;
                    }
                    let key = self.node(event, span, depth + 1)?;
                    let (event, span) = self.next()?;
                    let value = self.node(event, span, depth + 1)?;
                    entries.push((key, value));
                }
                (Kind::Map(entries), anchor)
            }
            Event::Alias(id) => {
                let found = self.anchors.iter().rev().find(|(anchor, ..)| *anchor == id);
                let Some((_, node, size)) = found.cloned() else {
                    let message = "an alias to an anchor that is not written before it";
                    return Err(Error::new("sigma.yaml", place, message));
                };
                self.count(size, place)?;
                return Ok(Node { place, ..node });
            }
            _ => return Err(Error::new("sigma.yaml", place, "not YAML: a value is missing")),
        };
        let node = Node { kind, place };
        if anchor != 0 {
            let size = self.nodes - before + 1;
            self.anchors.push((anchor, node.clone(), size));
        }
        Ok(node)
    }
}
