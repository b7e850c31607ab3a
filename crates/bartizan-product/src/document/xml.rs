//! XML as a tree, within limits: no document types, hence no entities to expand.

use crate::error::{Code, Error};
use quick_xml::XmlVersion;
use quick_xml::events::{BytesStart, Event};
use quick_xml::name::ResolveResult;
use quick_xml::reader::NsReader;

/// Deepest nesting that is read.
pub(crate) const MAX_DEPTH: usize = 200;
/// Most elements that are read.
pub(crate) const MAX_ELEMENTS: usize = 2_000_000;

/// An attribute.
#[derive(Clone, Debug)]
pub(crate) struct Attribute {
    pub namespace: Option<String>,
    pub name: String,
    pub value: String,
}

/// An element with what is in it.
#[derive(Clone, Debug, Default)]
pub(crate) struct Element {
    pub namespace: String,
    pub name: String,
    pub attributes: Vec<Attribute>,
    pub children: Vec<Element>,
    /// The text directly inside, joined.
    pub text: String,
    /// Where it begins, in lines from 1.
    pub line: usize,
}

impl Element {
    /// The value of an attribute without namespace.
    pub fn attribute(&self, name: &str) -> Option<&str> {
        self.attributes.iter().find(|a| a.namespace.is_none() && a.name == name).map(|a| a.value.as_str())
    }

    /// The first child of a name, in the namespace of this element.
    pub fn child(&self, name: &str) -> Option<&Element> {
        self.children.iter().find(|c| c.name == name && c.namespace == self.namespace)
    }

    /// The text of the first child of a name, trimmed, if it is not empty.
    pub fn child_text(&self, name: &str) -> Option<&str> {
        self.child(name).map(|c| c.text.trim()).filter(|t| !t.is_empty())
    }
}

/// Trees are deep only within the limit, so dropping them may recurse.
pub(crate) fn read(text: &str) -> Result<Element, Error> {
    let mut reader = NsReader::from_str(text);
    let syntax = |e: &dyn std::fmt::Display| Error::new(Code::Syntax, format!("XML: {e}"));
    let mut open: Vec<Element> = Vec::new();
    let (mut elements, mut line, mut seen) = (0, 1, 0);
    loop {
        let at = usize::try_from(reader.buffer_position()).unwrap_or(text.len()).min(text.len());
        line += text.as_bytes()[seen.min(at)..at].iter().filter(|b| **b == b'\n').count();
        seen = at;
        let event = reader.read_event().map_err(|e| syntax(&e))?;
        match event {
            Event::Start(ref start) | Event::Empty(ref start) => {
                elements += 1;
                if open.len() >= MAX_DEPTH || elements > MAX_ELEMENTS {
                    return Err(Error::new(Code::TooDeep, format!("XML at line {line}: too many elements")));
                }
                let element = element(&reader, start, line)?;
                if matches!(event, Event::Empty(_)) {
                    match open.last_mut() {
                        Some(parent) => parent.children.push(element),
                        None => return finish(&mut reader, element),
                    }
                } else {
                    open.push(element);
                }
            }
            Event::End(_) => {
                let Some(element) = open.pop() else { return Err(syntax(&"an end without a beginning")) };
                match open.last_mut() {
                    Some(parent) => parent.children.push(element),
                    None => return finish(&mut reader, element),
                }
            }
            Event::Text(t) => {
                let t = t.xml10_content();
                match open.last_mut() {
                    Some(element) => element.text.push_str(&t),
                    None if t.trim_matches(['\u{feff}', ' ', '\t', '\r', '\n']).is_empty() => {}
                    None => return Err(syntax(&"text before the first element")),
                }
            }
            Event::CData(t) => {
                if let Some(element) = open.last_mut() {
                    element.text.push_str(&t.xml10_content());
                }
            }
            Event::GeneralRef(reference) => {
                let c = match reference.resolve_char_ref().map_err(|e| syntax(&e))? {
                    Some(c) => c,
                    None => match &*reference.xml10_content() {
                        "lt" => '<',
                        "gt" => '>',
                        "amp" => '&',
                        "apos" => '\'',
                        "quot" => '"',
                        other => {
                            return Err(Error::about(
                                Code::Entities,
                                "an entity that XML does not define",
                                other,
                            ));
                        }
                    },
                };
                if let Some(element) = open.last_mut() {
                    element.text.push(c);
                }
            }
            Event::DocType(_) => {
                return Err(Error::new(
                    Code::Entities,
                    format!("XML at line {line}: document types are not read"),
                ));
            }
            Event::Eof => return Err(syntax(&"the document ends too early")),
            Event::Comment(_) | Event::PI(_) | Event::Decl(_) => {}
        }
    }
}

/// After the root there is nothing but comments and white space.
fn finish(reader: &mut NsReader<&[u8]>, root: Element) -> Result<Element, Error> {
    loop {
        match reader.read_event().map_err(|e| Error::new(Code::Syntax, format!("XML: {e}")))? {
            Event::Eof => return Ok(root),
            Event::Text(t) if t.xml10_content().trim().is_empty() => {}
            Event::Comment(_) | Event::PI(_) => {}
            _ => return Err(Error::new(Code::Syntax, "XML: something after the root element")),
        }
    }
}

fn element(reader: &NsReader<&[u8]>, start: &BytesStart<'_>, line: usize) -> Result<Element, Error> {
    let syntax = |e: &dyn std::fmt::Display| Error::new(Code::Syntax, format!("XML at line {line}: {e}"));
    let resolved = |result| match result {
        ResolveResult::Bound(namespace) => {
            Ok(Some(quick_xml::name::Namespace::into_inner(namespace).to_owned()))
        }
        ResolveResult::Unbound => Ok(None),
        ResolveResult::Unknown(_) => Err(syntax(&"a prefix without namespace")),
    };
    let (namespace, name) = reader.resolver().resolve_element(start.name());
    let mut element = Element {
        namespace: resolved(namespace)?.unwrap_or_default(),
        name: name.into_inner().to_owned(),
        line,
        ..Element::default()
    };
    for attribute in start.attributes() {
        let attribute = attribute.map_err(|e| syntax(&e))?;
        if attribute.key.as_namespace_binding().is_some() {
            continue;
        }
        let (namespace, name) = reader.resolver().resolve_attribute(attribute.key);
        let value = attribute.normalized_value(XmlVersion::Implicit1_0).map_err(|e| syntax(&e))?;
        element.attributes.push(Attribute {
            namespace: resolved(namespace)?,
            name: name.into_inner().to_owned(),
            value: value.into_owned(),
        });
    }
    Ok(element)
}
