//! Pipelines: what is changed in a rule before a target writes it.
//!
//! A pipeline is a function over [`Work`]: built in (`builtin`), or read from
//! a YAML file.

pub mod builtin;
mod user;

pub use user::{Pipeline, pretty};

use std::collections::BTreeMap;

use crate::{
    error::{Failure, Note},
    rule::{Condition, Detection, Item, Rule, Value},
};

/// A rule on its way through the pipelines of one target.
#[derive(Clone, Debug)]
pub struct Work {
    /// The rule, a copy of its own.
    pub rule: Rule,
    /// What pipelines tell the target: its table, index, data model.
    pub state: BTreeMap<&'static str, String>,
    /// How far the built-in pipelines go.
    pub reach: Reach,
    /// Whether the user takes a query that only comes near to the rule.
    pub approximate: bool,
    /// Where it does.
    pub notes: Vec<Note>,
    /// What pipelines of the user have set (`set_state`).
    pub(crate) user: BTreeMap<String, String>,
    /// Values for placeholders (`vars`).
    pub(crate) vars: BTreeMap<String, Vec<Value>>,
    /// The ids of the user's steps that were applied.
    pub(crate) applied: Vec<String>,
    added: usize,
}

/// How far the built-in pipelines and the languages go.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Reach {
    /// As far as the reference tools, faults included: for comparison, and for who changes over from them.
    Reference,
    /// As far as the platform's documented schema and language go.
    #[default]
    Wide,
}

/// What becomes of a field name.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Rename {
    /// It stays.
    Keep,
    /// It is replaced.
    To(String),
    /// The item is asked of each of these; one must match.
    AnyOf(Vec<String>),
}

/// A table of field names: `(Sigma's, the target's)`, sorted or not.
pub type Fields = [(&'static str, &'static str)];

impl Rename {
    /// By a table: what it does not name stays.
    pub fn by(table: &Fields, field: &str) -> Self {
        match lookup(table, field) {
            Some(to) => Self::To(to.to_owned()),
            None => Self::Keep,
        }
    }
}

/// The target's name of a field, if the table has it.
pub fn lookup(table: &Fields, field: &str) -> Option<&'static str> {
    table.iter().find(|(from, _)| *from == field).map(|(_, to)| *to)
}

impl Work {
    /// A rule before the first pipeline.
    pub fn new(rule: Rule) -> Self {
        Self {
            rule,
            state: BTreeMap::new(),
            reach: Reach::default(),
            approximate: false,
            notes: Vec::new(),
            user: BTreeMap::new(),
            vars: BTreeMap::new(),
            applied: Vec::new(),
            added: 0,
        }
    }

    /// Says that the query will only come near to the rule; refused where the user has not asked for that.
    ///
    /// # Errors
    /// `failure`, unless approximations are allowed.
    pub fn come_near(&mut self, code: &'static str, failure: Failure) -> Result<(), Failure> {
        if !self.approximate {
            return Err(failure);
        }
        let note = Note { code, message: failure.message };
        if !self.notes.contains(&note) {
            self.notes.push(note);
        }
        Ok(())
    }

    /// Renames the fields of all items, of references to fields, and of the
    /// rule's `fields`.
    pub fn rename_fields(&mut self, mut rename: impl FnMut(&str) -> Rename) {
        for (_, detection) in &mut self.rule.selections {
            rename_in(detection, &mut rename);
        }
        let fields = std::mem::take(&mut self.rule.fields);
        self.rule.fields = fields
            .into_iter()
            .flat_map(|field| match rename(&field) {
                Rename::Keep => vec![field],
                Rename::To(to) => vec![to],
                Rename::AnyOf(to) => to,
            })
            .collect();
    }

    /// Renames by a table; what it does not name stays.
    pub fn rename_by(&mut self, table: &Fields) {
        self.rename_fields(|field| Rename::by(table, field));
    }

    /// Asks for `detection` too: it stands before what every condition asks.
    pub fn require(&mut self, detection: Detection) {
        self.add(detection, |added, old| Condition::And(vec![added, old]));
    }

    /// Asks that `detection` does not match.
    pub fn exclude(&mut self, detection: Detection) {
        self.add(detection, |added, old| Condition::And(vec![Condition::Not(Box::new(added)), old]));
    }

    fn add(&mut self, detection: Detection, join: fn(Condition, Condition) -> Condition) {
        // `them` leaves names out that open with `_`.
        let name = format!("_added_{}", self.added);
        self.added += 1;
        for condition in &mut self.rule.conditions {
            let added = Condition::Selection(name.clone());
            let old = std::mem::replace(condition, Condition::And(Vec::new()));
            *condition = join(added, old);
        }
        self.rule.selections.push((name, detection));
    }

    /// Asks that `field` is `value`, see [`Work::require`].
    pub fn require_value(&mut self, field: &str, value: Value) {
        self.require(Detection::item(field, vec![value]));
    }

    /// Calls `f` on every item.
    pub fn each_item(&mut self, mut f: impl FnMut(&mut Item)) {
        for (_, detection) in &mut self.rule.selections {
            detection.each_item(&mut f);
        }
    }

    /// Every item, in source order.
    pub fn items(&self) -> Vec<&Item> {
        let selections = self.rule.selections.iter();
        selections.flat_map(|(_, d)| d.items()).collect()
    }

    /// Replaces items by what `f` returns; `None` keeps the item.
    ///
    /// # Errors
    /// The first failure of `f`.
    pub fn replace_items(
        &mut self,
        mut f: impl FnMut(&Item) -> Result<Option<Detection>, Failure>,
    ) -> Result<(), Failure> {
        for (_, detection) in &mut self.rule.selections {
            replace_in(detection, &mut f)?;
        }
        Ok(())
    }

    /// Removes items; a group left empty goes with its last item, and a
    /// selection left empty asks for nothing.
    pub fn drop_items(&mut self, mut f: impl FnMut(&Item) -> bool) {
        for (_, detection) in &mut self.rule.selections {
            if !keep_in(detection, &mut f) {
                *detection = Detection::all(Vec::new());
            }
        }
    }
}

fn rename_in(detection: &mut Detection, rename: &mut impl FnMut(&str) -> Rename) {
    match detection {
        Detection::Group { parts, .. } => {
            parts.iter_mut().for_each(|part| rename_in(part, rename));
        }
        Detection::Item(item) => {
            for value in &mut item.values {
                if let Value::FieldRef { field, .. } = value {
                    match rename(field) {
                        Rename::Keep => {}
                        Rename::To(to) => *field = to,
                        Rename::AnyOf(to) => {
                            if let Some(first) = to.into_iter().next() {
                                *field = first;
                            }
                        }
                    }
                }
            }
            let Some(field) = &mut item.field else { return };
            match rename(field) {
                Rename::Keep => {}
                Rename::To(to) => *field = to,
                Rename::AnyOf(to) => {
                    let each = to
                        .into_iter()
                        .map(|field| Detection::Item(Item { field: Some(field), ..item.clone() }));
                    *detection = Detection::any(each.collect());
                }
            }
        }
    }
}

fn replace_in(
    detection: &mut Detection,
    f: &mut impl FnMut(&Item) -> Result<Option<Detection>, Failure>,
) -> Result<(), Failure> {
    match detection {
        Detection::Group { parts, .. } => parts.iter_mut().try_for_each(|part| replace_in(part, f)),
        Detection::Item(item) => {
            if let Some(new) = f(item)? {
                *detection = new;
            }
            Ok(())
        }
    }
}

/// Whether anything is left of it.
fn keep_in(detection: &mut Detection, f: &mut impl FnMut(&Item) -> bool) -> bool {
    match detection {
        Detection::Item(item) => !f(item),
        Detection::Group { parts, .. } => {
            parts.retain_mut(|part| keep_in(part, f));
            !parts.is_empty()
        }
    }
}
