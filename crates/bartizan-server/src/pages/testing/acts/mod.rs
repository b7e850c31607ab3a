//! Which forms a reader of a window is offered: what the rules would let them do now, each as the first of their roles that may.

mod access;
mod clock;
mod findings;

use std::collections::{BTreeMap, BTreeSet};

use bartizan_programme::Id;
use bartizan_programme::rules::Act;
use bartizan_store::{Directory, TestFile};
use bartizan_workbench::{ActForm, Choice, Field, FieldKind};

use crate::programmes::{self, Room};

/// Makes forms of one window.
pub(super) struct Maker<'a> {
    pub(super) room: &'a Room,
    pub(super) directory: &'a Directory,
    pub(super) allowed: &'a BTreeMap<Act, BTreeSet<Id>>,
    /// Files that the reader may name.
    pub(super) files: &'a [TestFile],
}

pub(super) fn field(name: &'static str, label: &str, kind: FieldKind) -> Field {
    let (label, hint, value) = (label.to_owned(), String::new(), String::new());
    Field { name, label, hint, kind, choices: Vec::new(), value, required: false }
}

pub(super) fn needed(name: &'static str, label: &str, kind: FieldKind) -> Field {
    Field { required: true, ..field(name, label, kind) }
}

pub(super) fn choice(value: &str, label: &str) -> Choice {
    Choice { value: value.to_owned(), label: label.to_owned(), chosen: false }
}

pub(super) fn of(name: &'static str, label: &str, choices: Vec<Choice>) -> Field {
    Field { choices, ..field(name, label, FieldKind::Choice) }
}

fn several(name: &'static str, label: &str, choices: Vec<Choice>) -> Field {
    Field { choices, ..field(name, label, FieldKind::Choices) }
}

fn words(label: &str) -> Field {
    needed("words", label, FieldKind::Text)
}

fn list(words: &[&str]) -> Vec<Choice> {
    words.iter().map(|word| choice(word, &word.replace('-', " "))).collect()
}

fn hint(field: Field, hint: &str) -> Field {
    Field { hint: hint.to_owned(), ..field }
}

impl Maker<'_> {
    /// The role in which the reader may do an act now.
    pub(super) fn role(&self, act: Act) -> Option<String> {
        self.allowed.get(&act)?.first().map(ToString::to_string)
    }

    /// Where forms of this window go.
    pub(super) fn place(&self, tail: &str) -> String {
        format!("/testing/{}{tail}", self.room.entry.uuid)
    }

    /// The form of an act, if the reader may do it; `word` is what the act is called in the log.
    fn act(&self, act: Act, word: &str, title: &str, fields: Vec<Field>) -> Option<ActForm> {
        self.to(act, "/act", &[("do", word)], (title, ""), fields)
    }

    pub(super) fn to(
        &self,
        act: Act,
        tail: &str,
        hidden: &[(&'static str, &str)],
        (title, id): (&str, &str),
        fields: Vec<Field>,
    ) -> Option<ActForm> {
        let role = self.role(act)?;
        let second = !self.room.window.programme.act(act).second.is_empty();
        let mut sent: Vec<(&'static str, String)> =
            hidden.iter().map(|(n, v)| (*n, (*v).to_owned())).collect();
        sent.push(("role", role));
        Some(ActForm {
            id: if id.is_empty() { act.to_string() } else { id.to_owned() },
            title: title.to_owned(),
            action: self.place(tail),
            hidden: sent,
            fields,
            button: if second { "Propose it".to_owned() } else { "Do it".to_owned() },
        })
    }

    fn checkpoints(&self) -> Vec<Choice> {
        self.room
            .window
            .submission
            .checkpoints
            .keys()
            .map(|name| choice(name.as_str(), name.as_str()))
            .collect()
    }

    fn named<'n>(&self, names: impl IntoIterator<Item = &'n bartizan_programme::Name>) -> Vec<Choice> {
        names
            .into_iter()
            .map(|name| choice(name.as_str(), &programmes::title(self.directory, name)))
            .collect()
    }

    fn organisations(&self) -> Vec<Choice> {
        let all: BTreeSet<_> = self.room.window.people.values().map(|person| &person.organisation).collect();
        self.named(all)
    }

    fn people(&self) -> Vec<Choice> {
        self.named(self.room.window.people.keys())
    }

    /// Files of a kind, by their digest.
    fn documents(&self, kind: &str) -> Vec<Choice> {
        self.files
            .iter()
            .filter(|file| file.kind == kind)
            .map(|file| choice(&file.digest, &file.name))
            .collect()
    }

    fn everybody(&self) -> Vec<Choice> {
        let mut all: Vec<_> = self.directory.people.values().collect();
        all.sort_by(|one, other| one.shown.cmp(&other.shown));
        all.into_iter()
            .filter_map(|entry| {
                let of = self.directory.organisations.get(&entry.member.organisation)?;
                Some(choice(&format!("{} {}", entry.uuid, of.uuid), &format!("{}, {}", entry.shown, of.name)))
            })
            .collect()
    }

    fn roles(&self) -> Vec<Choice> {
        let rules = &self.room.window.programme.roles;
        rules.iter().map(|(id, role)| choice(id.as_str(), role.title.as_str())).collect()
    }
}
