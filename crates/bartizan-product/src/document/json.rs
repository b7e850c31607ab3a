//! JSON Schema draft 7, as far as the embedded schemas use it.

use super::lexical;
use crate::error::{Code, Error};
use regex_automata::meta::Regex;
use serde_json::{Map, Value};
use std::collections::{BTreeMap, BTreeSet};

/// Deepest application of schemas to values.
const MAX_DEPTH: usize = 400;
/// Most steps of one validation, a multiple of the document: schemas without alternatives need a few for each value.
const STEPS_FOR_EACH_BYTE: usize = 64;

/// Longest piece of the reason of an alternative that is repeated, in characters.
const QUOTED: usize = 160;

/// Schemas that may refer to each other by file name.
pub(crate) struct Schemas {
    files: BTreeMap<&'static str, Value>,
    patterns: BTreeMap<String, Regex>,
}

/// The first violation that was found, with its place.
pub(crate) type Violation = String;

impl Schemas {
    /// Reads schemas and their patterns.
    pub fn load(files: &[(&'static str, &str)]) -> Result<Self, Error> {
        let wrong = |e: &dyn std::fmt::Display| Error::new(Code::Schema, format!("an embedded schema: {e}"));
        let mut schemas = Schemas { files: BTreeMap::new(), patterns: BTreeMap::new() };
        for (name, text) in files {
            let document: Value = serde_json::from_str(text).map_err(|e| wrong(&e))?;
            let mut patterns = BTreeSet::new();
            collect(&document, &mut patterns);
            for pattern in patterns {
                let regex = Regex::new(&pattern).map_err(|e| wrong(&e))?;
                schemas.patterns.insert(pattern, regex);
            }
            schemas.files.insert(name, document);
        }
        Ok(schemas)
    }

    /// Whether a document of `size` bytes follows the schema of a file.
    pub fn check(&self, file: &'static str, document: &Value, size: usize) -> Result<(), Violation> {
        let Some(schema) = self.files.get(file) else { return Err(format!("no schema {file}")) };
        let mut run =
            Run { schemas: self, file, steps: (size + 64).saturating_mul(STEPS_FOR_EACH_BYTE), depth: 0 };
        run.check(schema, document, "")
    }
}

fn collect(schema: &Value, patterns: &mut BTreeSet<String>) {
    match schema {
        Value::Object(members) => {
            if let Some(Value::String(pattern)) = members.get("pattern") {
                patterns.insert(pattern.clone());
            }
            members.values().for_each(|v| collect(v, patterns));
        }
        Value::Array(items) => items.iter().for_each(|v| collect(v, patterns)),
        _ => {}
    }
}

struct Run<'s> {
    schemas: &'s Schemas,
    file: &'s str,
    steps: usize,
    depth: usize,
}

impl<'s> Run<'s> {
    fn check(&mut self, schema: &'s Value, value: &Value, at: &str) -> Result<(), Violation> {
        let schema = match schema {
            Value::Object(schema) => schema,
            Value::Bool(false) => return Err(format!("{at}: not allowed")),
            _ => return Ok(()),
        };
        self.steps = self.steps.checked_sub(1).ok_or_else(|| format!("{at}: too much to check"))?;
        if self.depth >= MAX_DEPTH {
            return Err(format!("{at}: nested too deep"));
        }
        self.depth += 1;
        let file = self.file;
        let result = self.keywords(schema, value, at);
        self.file = file;
        self.depth -= 1;
        result
    }

    fn keywords(&mut self, schema: &'s Map<String, Value>, value: &Value, at: &str) -> Result<(), Violation> {
        // In draft 7 a reference hides its neighbours.
        if let Some(Value::String(reference)) = schema.get("$ref") {
            let target = self.resolve(reference).ok_or_else(|| format!("no schema {reference}"))?;
            return self.check(target, value, at);
        }
        if let Some(kind) = schema.get("type")
            && !one_or_many(kind).any(|k| has_type(value, k))
        {
            return Err(format!("{at}: not of the type {kind}"));
        }
        if let Some(Value::Array(allowed)) = schema.get("enum")
            && !allowed.contains(value)
        {
            return Err(format!("{at}: not one of the allowed values"));
        }
        if schema.get("const").is_some_and(|constant| constant != value) {
            return Err(format!("{at}: not {}", schema["const"]));
        }
        match value {
            Value::Object(members) => self.object(schema, members, at)?,
            Value::Array(items) => self.array(schema, items, at)?,
            Value::String(text) => self.string(schema, text, at)?,
            Value::Number(number) => {
                let number = number.as_f64().unwrap_or(f64::NAN);
                let limit = |name: &str| schema.get(name).and_then(Value::as_f64);
                if limit("minimum").is_some_and(|l| number < l)
                    || limit("maximum").is_some_and(|l| number > l)
                {
                    return Err(format!("{at}: out of range"));
                }
            }
            Value::Null | Value::Bool(_) => {}
        }
        self.combined(schema, value, at)
    }

    fn combined(&mut self, schema: &'s Map<String, Value>, value: &Value, at: &str) -> Result<(), Violation> {
        let list = |name: &str| schema.get(name).and_then(Value::as_array);
        for part in list("allOf").into_iter().flatten() {
            self.check(part, value, at)?;
        }
        if let Some(parts) = list("anyOf")
            && !parts.iter().any(|p| self.check(p, value, at).is_ok())
        {
            return Err(format!("{at}: none of the alternatives"));
        }
        if let Some(parts) = list("oneOf") {
            let mut violations = Vec::new();
            for part in parts {
                violations.extend(self.check(part, value, at).err());
            }
            match parts.len() - violations.len() {
                1 => {}
                0 => {
                    let first: String = violations.iter().flat_map(|v| v.chars()).take(QUOTED).collect();
                    return Err(format!("{at}: none of the alternatives ({first})"));
                }
                _ => return Err(format!("{at}: more than one of the alternatives")),
            }
        }
        if schema.get("not").is_some_and(|part| self.check(part, value, at).is_ok()) {
            return Err(format!("{at}: what must not be"));
        }
        if let Some(condition) = schema.get("if") {
            let branch = if self.check(condition, value, at).is_ok() { "then" } else { "else" };
            if let Some(branch) = schema.get(branch) {
                self.check(branch, value, at)?;
            }
        }
        Ok(())
    }

    fn object(
        &mut self,
        schema: &'s Map<String, Value>,
        members: &Map<String, Value>,
        at: &str,
    ) -> Result<(), Violation> {
        for name in schema.get("required").and_then(Value::as_array).into_iter().flatten() {
            if name.as_str().is_some_and(|n| !members.contains_key(n)) {
                return Err(format!("{at}: no {name}"));
            }
        }
        let properties = schema.get("properties").and_then(Value::as_object);
        let additional = schema.get("additionalProperties");
        for (name, member) in members {
            let at = format!("{at}/{name}");
            match (properties.and_then(|p| p.get(name)), additional) {
                (Some(part), _) => self.check(part, member, &at)?,
                (None, Some(part)) => self.check(part, member, &at)?,
                (None, None) => {}
            }
        }
        Ok(())
    }

    fn array(&mut self, schema: &'s Map<String, Value>, items: &[Value], at: &str) -> Result<(), Violation> {
        let limit = |name: &str| {
            schema.get(name).and_then(Value::as_u64).map(|n| usize::try_from(n).unwrap_or(usize::MAX))
        };
        if limit("minItems").is_some_and(|l| items.len() < l)
            || limit("maxItems").is_some_and(|l| items.len() > l)
        {
            return Err(format!("{at}: {} items", items.len()));
        }
        if schema.get("uniqueItems") == Some(&Value::Bool(true)) {
            let mut seen = BTreeSet::new();
            if let Some(n) = items.iter().position(|i| !seen.insert(i.to_string())) {
                return Err(format!("{at}/{n}: given twice"));
            }
        }
        match schema.get("items") {
            Some(Value::Array(parts)) => {
                for (n, item) in items.iter().enumerate() {
                    let part = parts.get(n).or_else(|| schema.get("additionalItems"));
                    part.map_or(Ok(()), |p| self.check(p, item, &format!("{at}/{n}")))?;
                }
            }
            Some(part) => {
                for (n, item) in items.iter().enumerate() {
                    self.check(part, item, &format!("{at}/{n}"))?;
                }
            }
            None => {}
        }
        Ok(())
    }

    fn string(&mut self, schema: &'s Map<String, Value>, text: &str, at: &str) -> Result<(), Violation> {
        let limit = |name: &str| schema.get(name).and_then(Value::as_u64);
        let length = || text.chars().count() as u64;
        if limit("minLength").is_some_and(|l| length() < l)
            || limit("maxLength").is_some_and(|l| length() > l)
        {
            return Err(format!("{at}: too short or too long"));
        }
        if let Some(Value::String(pattern)) = schema.get("pattern")
            && !self.schemas.patterns.get(pattern).is_some_and(|r| r.is_match(text))
        {
            return Err(format!("{at}: not of the form {pattern}"));
        }
        let formed = match schema.get("format").and_then(Value::as_str) {
            Some("date-time") => lexical::is_date_time(text, true),
            Some("date") => lexical::is_date(text),
            Some("iri-reference") => lexical::is_iri_reference(text),
            Some("uri") => lexical::is_uri(text),
            Some("idn-email" | "email") => lexical::is_email(text),
            _ => true,
        };
        if formed { Ok(()) } else { Err(format!("{at}: not a {}", schema["format"])) }
    }

    /// `#/definitions/x`, `file`, `file#/definitions/x`; the file of the target is the one its own references mean.
    fn resolve(&mut self, reference: &str) -> Option<&'s Value> {
        let (file, pointer) = reference.split_once('#').unwrap_or((reference, ""));
        if !file.is_empty() {
            self.file = self.schemas.files.keys().find(|name| **name == file)?;
        }
        self.schemas.files.get(self.file)?.pointer(pointer)
    }
}

fn one_or_many(value: &Value) -> impl Iterator<Item = &str> {
    let many = value.as_array().map(Vec::as_slice).unwrap_or_default();
    value.as_str().into_iter().chain(many.iter().filter_map(Value::as_str))
}

fn has_type(value: &Value, kind: &str) -> bool {
    match kind {
        "object" => value.is_object(),
        "array" => value.is_array(),
        "string" => value.is_string(),
        "boolean" => value.is_boolean(),
        "null" => value.is_null(),
        "number" => value.is_number(),
        "integer" => value.is_i64() || value.is_u64() || value.as_f64().is_some_and(|n| n.fract() == 0.0),
        _ => false,
    }
}
