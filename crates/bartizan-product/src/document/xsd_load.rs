//! Compiles the embedded XML schemas.

use super::xml::{self, Element};
use super::xsd::{Complex, Content, MANY, Particle, Restriction, Term, Type, TypeId, Wildcard, Xsd};
use crate::error::{Code, Error};
use regex_automata::meta::Regex;
use std::collections::BTreeMap;

struct Loader<'e> {
    xsd: Xsd,
    /// Named types and groups, by prefixed name.
    named: BTreeMap<String, &'e Element>,
    known: BTreeMap<String, TypeId>,
    /// How far inside the schema we are, for types that contain themselves.
    waiting: Vec<(TypeId, &'e Element)>,
}

fn wrong(what: impl std::fmt::Display) -> Error {
    Error::new(Code::Schema, format!("an embedded schema: {what}"))
}

impl Xsd {
    /// Compiles a schema (prefix `bom`) and the list of licences that it imports (prefix `spdx`).
    pub fn load(text: &str, licences: &str) -> Result<Self, Error> {
        let (root, licences) = (xml::read(text)?, xml::read(licences)?);
        let mut loader = Loader {
            xsd: Xsd {
                namespace: root.attribute("targetNamespace").unwrap_or_default().to_owned(),
                ..Xsd::default()
            },
            named: BTreeMap::new(),
            known: BTreeMap::new(),
            waiting: Vec::new(),
        };
        for (prefix, schema) in [("bom", &root), ("spdx", &licences)] {
            for child in &schema.children {
                if let Some(name) = child.attribute("name").filter(|_| child.name != "element") {
                    loader.named.insert(format!("{prefix}:{name}"), child);
                }
            }
        }
        for element in root.children.iter().filter(|c| c.name == "element") {
            let kind = loader.element_type(element)?;
            loader.xsd.roots.push((element.attribute("name").unwrap_or_default().to_owned(), kind));
            if let Some(field) =
                element.children.iter().find(|c| c.name == "unique").and_then(|u| u.child("field"))
            {
                loader.xsd.unique =
                    field.attribute("xpath").and_then(|x| x.strip_prefix('@')).map(str::to_owned);
            }
        }
        while let Some((id, element)) = loader.waiting.pop() {
            loader.xsd.types[id] = loader.compile(element)?;
        }
        Ok(loader.xsd)
    }
}

impl<'e> Loader<'e> {
    fn add(&mut self, kind: Type) -> TypeId {
        self.xsd.types.push(kind);
        self.xsd.types.len() - 1
    }

    fn reference(&mut self, name: &str) -> Result<TypeId, Error> {
        let name = if name.contains(':') { name.to_owned() } else { format!("bom:{name}") };
        if let Some(id) = self.known.get(&name) {
            return Ok(*id);
        }
        let id = self.add(Type::Any);
        self.known.insert(name.clone(), id);
        match name.strip_prefix("xs:") {
            Some(builtin) => self.xsd.types[id] = Type::Builtin(builtin.to_owned()),
            None => {
                let element = *self.named.get(&name).ok_or_else(|| wrong(format!("no type {name}")))?;
                self.waiting.push((id, element));
            }
        }
        Ok(id)
    }

    fn inline(&mut self, element: &'e Element) -> TypeId {
        let id = self.add(Type::Any);
        self.waiting.push((id, element));
        id
    }

    /// The type of an element or attribute: named, inside, or anything.
    fn element_type(&mut self, element: &'e Element) -> Result<TypeId, Error> {
        if let Some(name) = element.attribute("type") {
            return self.reference(name);
        }
        let inside = element.children.iter().find(|c| c.name == "complexType" || c.name == "simpleType");
        Ok(match inside {
            Some(kind) => self.inline(kind),
            None => self.add(Type::Any),
        })
    }

    fn compile(&mut self, element: &'e Element) -> Result<Type, Error> {
        if element.name == "simpleType" {
            return self.simple(element);
        }
        let mut complex = Complex { mixed: element.attribute("mixed") == Some("true"), ..Complex::default() };
        self.members(element, &mut complex)?;
        Ok(Type::Complex(complex))
    }

    fn members(&mut self, element: &'e Element, complex: &mut Complex) -> Result<(), Error> {
        for child in &element.children {
            match child.name.as_str() {
                "attribute" => {
                    let kind = self.element_type(child)?;
                    let name = child.attribute("name").unwrap_or_default().to_owned();
                    complex.attributes.push((name, kind, child.attribute("use") == Some("required")));
                }
                "attributeGroup" => {
                    let name = child.attribute("ref").unwrap_or_default();
                    let group = *self.named.get(name).ok_or_else(|| wrong(format!("no group {name}")))?;
                    self.members(group, complex)?;
                }
                "anyAttribute" => complex.any_attribute = Some(wildcard(child)),
                "simpleContent" => {
                    let extension = child.child("extension").ok_or_else(|| wrong("simple content"))?;
                    complex.content =
                        Content::Text(self.reference(extension.attribute("base").unwrap_or_default())?);
                    self.members(extension, complex)?;
                }
                "sequence" | "choice" => complex.content = Content::Children(self.particle(child)?),
                // An assertion of XML Schema 1.1 is not for processors of 1.0.
                "assert" => {}
                other => return Err(wrong(format!("{other} in a complex type"))),
            }
        }
        Ok(())
    }

    fn particle(&mut self, element: &'e Element) -> Result<Particle, Error> {
        let number = |name: &str| match element.attribute(name) {
            None => Ok(1),
            Some("unbounded") => Ok(MANY),
            Some(n) => n.parse().map_err(wrong),
        };
        let term = match element.name.as_str() {
            "element" => {
                let kind = self.element_type(element)?;
                let default = element.attribute("default").is_some();
                Term::Element(element.attribute("name").unwrap_or_default().to_owned(), kind, default)
            }
            "any" => Term::Any(wildcard(element)),
            "sequence" | "choice" => {
                let parts =
                    element.children.iter().map(|c| self.particle(c)).collect::<Result<Vec<_>, _>>()?;
                if element.name == "choice" { Term::Choice(parts) } else { Term::Sequence(parts) }
            }
            other => return Err(wrong(format!("{other} in a content model"))),
        };
        Ok(Particle { least: number("minOccurs")?, most: number("maxOccurs")?, term })
    }

    fn simple(&mut self, element: &'e Element) -> Result<Type, Error> {
        if let Some(union) = element.child("union") {
            let names = union.attribute("memberTypes").unwrap_or_default();
            let mut kinds =
                names.split_whitespace().map(|n| self.reference(n)).collect::<Result<Vec<_>, _>>()?;
            kinds.extend(union.children.iter().map(|c| self.inline(c)));
            return Ok(Type::Union(kinds));
        }
        let restriction = element.child("restriction").ok_or_else(|| wrong("a simple type"))?;
        let base = match restriction.attribute("base") {
            Some(name) => self.reference(name)?,
            None => self.element_type(restriction)?,
        };
        let mut made = Restriction { base, ..Restriction::default() };
        for facet in &restriction.children {
            let value = facet.attribute("value").unwrap_or_default();
            match facet.name.as_str() {
                "enumeration" => {
                    made.values.get_or_insert_default().insert(value.to_owned());
                }
                "pattern" => made.patterns.push(Regex::new(&pattern(value)).map_err(wrong)?),
                "minLength" => made.length.0 = value.parse().map_err(wrong)?,
                "maxLength" => made.length.1 = Some(value.parse().map_err(wrong)?),
                "minInclusive" => made.range.0 = Some(value.parse().map_err(wrong)?),
                "maxInclusive" => made.range.1 = Some(value.parse().map_err(wrong)?),
                "simpleType" => {}
                other => return Err(wrong(format!("{other} in a restriction"))),
            }
        }
        Ok(Type::Restricted(made))
    }
}

fn wildcard(element: &Element) -> Wildcard {
    if element.attribute("namespace") == Some("##other") { Wildcard::Other } else { Wildcard::Any }
}

/// A pattern of XML Schema covers the whole value, and knows neither anchors nor operators inside of a class.
fn pattern(value: &str) -> String {
    let mut out = String::from("^(?:");
    let (mut escaped, mut class) = (false, false);
    for c in value.chars() {
        match c {
            _ if escaped => escaped = false,
            '\\' => escaped = true,
            '[' if class => out.push('\\'),
            '[' => class = true,
            ']' => class = false,
            '$' | '^' if !class => out.push('\\'),
            '&' | '~' | '$' if class => out.push('\\'),
            _ => {}
        }
        out.push(c);
    }
    out.push_str(")$");
    out
}
