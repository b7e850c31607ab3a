//! Members taken out of a JSON object one by one, each with its limits; what is left over is unknown.

use serde_json::{Map, Value};

use super::{Code, Refused, Violation};

/// What was found wrong so far.
#[derive(Debug, Default)]
pub(super) struct Found(Vec<Violation>);

impl Found {
    pub(super) fn add(&mut self, code: Code, field: impl Into<String>, reason: impl Into<String>) {
        self.0.push(Violation { code, field: field.into(), also_field: None, reason: reason.into() });
    }

    pub(super) fn pair(&mut self, code: Code, fields: (&str, &str), reason: &str) {
        self.0.push(Violation {
            code,
            field: fields.0.into(),
            also_field: Some(fields.1.into()),
            reason: reason.into(),
        });
    }

    /// Nothing, or all that is wrong.
    pub(super) fn end(self) -> Result<(), Refused> {
        if self.0.is_empty() { Ok(()) } else { Err(Refused::Invalid(self.0)) }
    }
}

/// An object whose members are taken out.
pub(super) struct Fields<'a> {
    members: Map<String, Value>,
    /// Where it is: empty, or a path with a dot behind it.
    place: String,
    found: &'a mut Found,
}

impl<'a> Fields<'a> {
    pub(super) fn new(members: Map<String, Value>, place: impl Into<String>, found: &'a mut Found) -> Self {
        Self { members, place: place.into(), found }
    }

    pub(super) fn path(&self, name: &str) -> String {
        format!("{}{name}", self.place)
    }

    pub(super) fn found(&mut self) -> &mut Found {
        self.found
    }

    /// A member as it is; `null` is the same as none.
    pub(super) fn take(&mut self, name: &str) -> Option<Value> {
        self.members.remove(name).filter(|value| !value.is_null())
    }

    /// A text, not longer than `most` bytes. A wrong type is a document of another form, so it ends everything.
    pub(super) fn text(&mut self, name: &str, most: usize) -> Result<Option<String>, Refused> {
        let Some(value) = self.take(name) else { return Ok(None) };
        let Value::String(text) = value else { return Err(self.wrong(name, "a string")) };
        let field = self.path(name);
        Ok(limited(text, most, field, self.found))
    }

    /// The same on one line: without control characters.
    pub(super) fn line(&mut self, name: &str, most: usize) -> Result<Option<String>, Refused> {
        let Some(text) = self.text(name, most)? else { return Ok(None) };
        let field = self.path(name);
        Ok(plain(text, field, self.found))
    }

    /// A list of lines.
    pub(super) fn lines(&mut self, name: &str, items: usize, most: usize) -> Result<Vec<String>, Refused> {
        let all = self.list(name, items)?;
        let mut lines = Vec::new();
        for (i, value) in all.into_iter().enumerate() {
            let field = format!("{}[{i}]", self.path(name));
            let Value::String(text) = value else {
                return Err(Refused::Malformed(format!("{field} is not a string")));
            };
            let text = limited(text, most, field.clone(), self.found);
            lines.extend(text.and_then(|text| plain(text, field, self.found)));
        }
        Ok(lines)
    }

    /// A list of anything.
    pub(super) fn list(&mut self, name: &str, items: usize) -> Result<Vec<Value>, Refused> {
        let Some(value) = self.take(name) else { return Ok(Vec::new()) };
        let Value::Array(all) = value else { return Err(self.wrong(name, "a list")) };
        if all.len() > items {
            let field = self.path(name);
            self.found.add(Code::TooManyItems, field, format!("at most {items} entries"));
            return Ok(Vec::new());
        }
        Ok(all)
    }

    pub(super) fn truth(&mut self, name: &str) -> Result<Option<bool>, Refused> {
        let Some(value) = self.take(name) else { return Ok(None) };
        value.as_bool().map(Some).ok_or_else(|| self.wrong(name, "true or false"))
    }

    pub(super) fn object(&mut self, name: &str) -> Result<Option<Map<String, Value>>, Refused> {
        match self.take(name) {
            None => Ok(None),
            Some(Value::Object(members)) => Ok(Some(members)),
            Some(_) => Err(self.wrong(name, "an object")),
        }
    }

    fn wrong(&self, name: &str, wanted: &str) -> Refused {
        Refused::Malformed(format!("{} is not {wanted}", self.path(name)))
    }

    /// Nothing may be left.
    pub(super) fn end(self) -> Result<(), Refused> {
        match self.members.keys().next() {
            None => Ok(()),
            Some(name) => {
                let shown: String = name.chars().take(40).collect();
                Err(Refused::Malformed(format!("{}{shown:?} is no field of a report", self.place)))
            }
        }
    }
}

fn limited(text: String, most: usize, field: String, found: &mut Found) -> Option<String> {
    if text.len() <= most {
        return Some(text);
    }
    found.add(Code::FieldTooLarge, field, format!("at most {most} bytes"));
    None
}

/// No control characters; and not empty, nor nothing but blanks.
fn plain(text: String, field: String, found: &mut Found) -> Option<String> {
    if text.chars().any(char::is_control) {
        found.add(Code::ControlCharacters, field, "control characters, also tabs and ends of lines");
        return None;
    }
    if text.trim().is_empty() {
        found.add(Code::DegenerateValue, field, "empty");
        return None;
    }
    Some(text)
}
