//! XML Schema 1.0, as far as the embedded schemas use it: content models are deterministic there (Unique Particle
//! Attribution), so that they are matched from the left without going back.

use super::lexical;
use super::xml::Element;
use regex_automata::meta::Regex;
use std::collections::BTreeSet;

/// The number of a type in [`Xsd::types`].
pub(super) type TypeId = usize;

pub(super) const MANY: usize = usize::MAX;

/// A compiled schema.
#[derive(Default)]
pub(crate) struct Xsd {
    pub(super) namespace: String,
    pub(super) roots: Vec<(String, TypeId)>,
    pub(super) types: Vec<Type>,
    /// The attribute that identifies elements, unique in a document.
    pub(super) unique: Option<String>,
}

pub(super) enum Type {
    /// Anything.
    Any,
    Builtin(String),
    Restricted(Restriction),
    Union(Vec<TypeId>),
    Complex(Complex),
}

#[derive(Default)]
pub(super) struct Restriction {
    pub base: TypeId,
    pub values: Option<BTreeSet<String>>,
    pub patterns: Vec<Regex>,
    pub length: (usize, Option<usize>),
    pub range: (Option<f64>, Option<f64>),
}

#[derive(Default)]
pub(super) struct Complex {
    pub attributes: Vec<(String, TypeId, bool)>,
    pub any_attribute: Option<Wildcard>,
    pub content: Content,
    pub mixed: bool,
}

#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Wildcard {
    Any,
    /// Of another namespace than the schema's.
    Other,
}

#[derive(Default)]
pub(super) enum Content {
    #[default]
    Empty,
    Text(TypeId),
    Children(Particle),
}

pub(super) struct Particle {
    pub least: usize,
    pub most: usize,
    pub term: Term,
}

pub(super) enum Term {
    /// Name, type, and whether an empty element has a default value.
    Element(String, TypeId, bool),
    Any(Wildcard),
    Sequence(Vec<Particle>),
    Choice(Vec<Particle>),
}

const INSTANCE: &str = "http://www.w3.org/2001/XMLSchema-instance";

impl Xsd {
    /// Whether a document follows the schema: the first violation that was found, with its line.
    pub fn check(&self, root: &Element) -> Result<(), String> {
        let named =
            self.roots.iter().find(|(name, _)| *name == root.name && root.namespace == self.namespace);
        let Some((_, kind)) = named else { return Err(format!("line {}: the root is not a BOM", root.line)) };
        self.element(root, *kind, false)?;
        match &self.unique {
            Some(attribute) => unique(root, attribute, &mut BTreeSet::new()),
            None => Ok(()),
        }
    }

    fn element(&self, element: &Element, kind: TypeId, default: bool) -> Result<(), String> {
        let defaulted = default && element.text.is_empty();
        let wrong = |what: String| Err(format!("line {}: {}: {what}", element.line, element.name));
        let complex = match &self.types[kind] {
            Type::Any => return Ok(()),
            Type::Complex(complex) => complex,
            _ => {
                let foreign = element.attributes.iter().any(|a| a.namespace.as_deref() != Some(INSTANCE));
                if foreign || !element.children.is_empty() {
                    return wrong("text only is allowed".into());
                }
                return if defaulted || self.simple(&element.text, kind) {
                    Ok(())
                } else {
                    wrong("not an allowed value".into())
                };
            }
        };
        for attribute in &element.attributes {
            let declared = complex.attributes.iter().find(|(name, ..)| *name == attribute.name);
            match (attribute.namespace.as_deref(), declared) {
                (Some(INSTANCE), _) => {}
                (None, Some((_, kind, _))) if self.simple(&attribute.value, *kind) => {}
                (None, Some(_)) => {
                    return wrong(format!("the attribute {} has not an allowed value", attribute.name));
                }
                (namespace, _) => match complex.any_attribute {
                    Some(Wildcard::Any) => {}
                    Some(Wildcard::Other) if namespace.is_some_and(|n| n != self.namespace) => {}
                    _ => return wrong(format!("the attribute {} is not allowed", attribute.name)),
                },
            }
        }
        if let Some((name, ..)) =
            complex.attributes.iter().find(|(n, _, need)| *need && element.attribute(n).is_none())
        {
            return wrong(format!("no attribute {name}"));
        }
        if let Content::Text(kind) = complex.content {
            if !element.children.is_empty() || !(defaulted || self.simple(&element.text, kind)) {
                return wrong("not an allowed value".into());
            }
            return Ok(());
        }
        if !complex.mixed && !element.text.trim_matches([' ', '\t', '\n', '\r']).is_empty() {
            return wrong("text is not allowed".into());
        }
        let end = match &complex.content {
            Content::Children(particle) => self.particle(particle, &element.children, 0)?,
            _ => Some(0),
        };
        match end {
            Some(end) if end == element.children.len() => Ok(()),
            Some(end) => wrong(format!("{} is not allowed here", element.children[end].name)),
            None => wrong("something is missing".into()),
        }
    }

    /// Matches a particle from `at`: where it ends, `None` if it does not match.
    fn particle(
        &self,
        particle: &Particle,
        children: &[Element],
        mut at: usize,
    ) -> Result<Option<usize>, String> {
        let mut count = 0;
        while count < particle.most {
            match self.term(&particle.term, children, at)? {
                // Nothing taken: any number of times more takes nothing either.
                Some(end) if end == at => return Ok(Some(at)),
                Some(end) => at = end,
                None => break,
            }
            count += 1;
        }
        Ok((count >= particle.least).then_some(at))
    }

    fn term(&self, term: &Term, children: &[Element], at: usize) -> Result<Option<usize>, String> {
        match term {
            Term::Element(name, kind, default) => match children.get(at) {
                Some(child) if child.name == *name && child.namespace == self.namespace => {
                    self.element(child, *kind, *default)?;
                    Ok(Some(at + 1))
                }
                _ => Ok(None),
            },
            Term::Any(wildcard) => Ok(children.get(at).filter(|c| self.admits(*wildcard, c)).map(|_| at + 1)),
            Term::Sequence(parts) => {
                let mut end = at;
                for part in parts {
                    match self.particle(part, children, end)? {
                        Some(next) => end = next,
                        None => return Ok(None),
                    }
                }
                Ok(Some(end))
            }
            Term::Choice(parts) => {
                let mut nothing = None;
                for part in parts {
                    match self.particle(part, children, at)? {
                        Some(end) if end > at => return Ok(Some(end)),
                        Some(_) => nothing = Some(at),
                        None => {}
                    }
                }
                Ok(nothing)
            }
        }
    }

    fn admits(&self, wildcard: Wildcard, child: &Element) -> bool {
        wildcard == Wildcard::Any || (child.namespace != self.namespace && !child.namespace.is_empty())
    }

    fn simple(&self, text: &str, kind: TypeId) -> bool {
        match &self.types[kind] {
            Type::Any => true,
            Type::Complex(_) => false,
            Type::Builtin(name) => builtin(name, &self.spaced(text, kind)),
            Type::Union(kinds) => kinds.iter().any(|k| self.simple(text, *k)),
            Type::Restricted(r) => {
                let value = self.spaced(text, kind);
                let length = value.chars().count();
                let number = || value.parse::<f64>().unwrap_or(f64::NAN);
                self.simple(text, r.base)
                    && r.values.as_ref().is_none_or(|v| v.contains(&value))
                    && (r.patterns.is_empty() || r.patterns.iter().any(|p| p.is_match(&value)))
                    && length >= r.length.0
                    && r.length.1.is_none_or(|most| length <= most)
                    && r.range.0.is_none_or(|least| number() >= least)
                    && r.range.1.is_none_or(|most| number() <= most)
            }
        }
    }

    /// The text with its white space treated as the base of the type says.
    fn spaced(&self, text: &str, mut kind: TypeId) -> String {
        while let Type::Restricted(r) = &self.types[kind] {
            kind = r.base;
        }
        match &self.types[kind] {
            Type::Builtin(name) if name == "string" => text.to_owned(),
            Type::Builtin(name) if name == "normalizedString" => text.replace(['\t', '\n', '\r'], " "),
            _ => text.split([' ', '\t', '\n', '\r']).filter(|w| !w.is_empty()).collect::<Vec<_>>().join(" "),
        }
    }
}

fn unique<'e>(element: &'e Element, attribute: &str, seen: &mut BTreeSet<&'e str>) -> Result<(), String> {
    for child in &element.children {
        if let Some(value) = child.attribute(attribute)
            && !seen.insert(value)
        {
            return Err(format!("line {}: {attribute} given twice", child.line));
        }
        unique(child, attribute, seen)?;
    }
    Ok(())
}

fn builtin(name: &str, text: &str) -> bool {
    let digits = |t: &str| !t.is_empty() && t.bytes().all(|b| b.is_ascii_digit());
    let unsigned = |t: &'_ str| digits(t.strip_prefix('+').unwrap_or(t));
    let zero = text.bytes().all(|b| b == b'0' || b == b'-' || b == b'+');
    match name {
        "boolean" => matches!(text, "true" | "false" | "1" | "0"),
        "integer" => unsigned(text) || text.strip_prefix('-').is_some_and(digits),
        "nonNegativeInteger" => unsigned(text) || (text.strip_prefix('-').is_some_and(digits) && zero),
        "positiveInteger" => unsigned(text) && !zero,
        "decimal" => {
            let text = text.strip_prefix(['+', '-']).unwrap_or(text);
            let (whole, fraction) = text.split_once('.').unwrap_or((text, ""));
            (digits(whole) || (whole.is_empty() && digits(fraction)))
                && (fraction.is_empty() || digits(fraction))
        }
        "dateTime" => lexical::is_date_time(text, false),
        "date" => lexical::is_zoned_date(text),
        "anyURI" => lexical::colon_is_clear(text),
        _ => true,
    }
}
