//! A form of one act: what the protocol lets this reader say, as fields.

use crate::shell::Choice;

/// What a field of an act takes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FieldKind {
    /// One line.
    Line,
    /// Several lines.
    Text,
    /// One of some.
    Choice,
    /// Any of some.
    Choices,
    /// A time, in UTC.
    Time,
    /// Yes or no.
    Flag,
}

/// A field of an act.
#[derive(Clone, Debug)]
pub struct Field {
    /// What the form sends.
    pub name: &'static str,
    /// What the reader sees.
    pub label: String,
    /// What it is for, under the field; may be empty.
    pub hint: String,
    /// What it takes.
    pub kind: FieldKind,
    /// What can be chosen.
    pub choices: Vec<Choice>,
    /// What stands there already.
    pub value: String,
    /// Whether something has to stand there.
    pub required: bool,
}

/// A form that posts to one address.
#[derive(Clone, Debug)]
pub struct ActForm {
    /// Unique on the page: letters, digits, `-`.
    pub id: String,
    /// What is done, as a heading that opens the form.
    pub title: String,
    /// Where it is sent.
    pub action: String,
    /// What is sent beside the fields.
    pub hidden: Vec<(&'static str, String)>,
    /// The fields.
    pub fields: Vec<Field>,
    /// Words on the button.
    pub button: String,
}

impl ActForm {
    pub(crate) fn action(&self) -> &str {
        crate::href::local(&self.action)
    }
}
