//! Values taken out of a table.

use std::collections::BTreeSet;

use toml::Spanned;
use toml::de::{DeTable, DeValue};

use super::Found;
use crate::fault::Code;

/// A table whose values are taken out.
pub(crate) struct Table<'a, 't> {
    table: &'a DeTable<'t>,
    /// Where it begins, for what is missing in it.
    at: usize,
    /// How people write it: `[window]`; empty for the whole.
    name: String,
    asked: BTreeSet<&'static str>,
}

/// The tables of an array, and where each begins.
type Tables<'a, 't> = Vec<Table<'a, 't>>;

/// What a number must lie between, both included.
type Bounds = std::ops::RangeInclusive<u64>;

impl<'a, 't> Table<'a, 't> {
    pub(super) fn root(table: &'a DeTable<'t>) -> Self {
        Self { table, at: 0, name: String::new(), asked: BTreeSet::new() }
    }

    /// Where it begins, in bytes.
    pub(crate) fn at(&self) -> usize {
        self.at
    }

    /// Where a value of it begins; the table itself if there is none.
    pub(crate) fn at_key(&self, key: &str) -> usize {
        self.table.get(key).map_or(self.at, |value| value.span().start)
    }

    fn value(&mut self, key: &'static str) -> Option<&'a Spanned<DeValue<'t>>> {
        self.asked.insert(key);
        self.table.get(key)
    }

    /// A value that must be there.
    fn needed(&mut self, found: &mut Found<'_>, key: &'static str) -> Option<&'a Spanned<DeValue<'t>>> {
        let value = self.value(key);
        if value.is_none() {
            let place = if self.name.is_empty() { "the file" } else { &self.name };
            found.add(Code::RulesMissing, self.at, format!("{place} has no `{key}`"));
        }
        value
    }

    /// Whether there is such a value.
    pub(crate) fn has(&mut self, key: &'static str) -> bool {
        self.value(key).is_some()
    }

    /// A text that `read` takes.
    pub(crate) fn text<T>(
        &mut self,
        found: &mut Found<'_>,
        key: &'static str,
        read: impl FnOnce(&str) -> Option<T>,
    ) -> Option<T> {
        let value = self.needed(found, key)?;
        let Some(text) = value.get_ref().as_str() else {
            found.add(Code::RulesType, value.span().start, format!("`{key}` is a text in quotes"));
            return None;
        };
        let read = read(text);
        if read.is_none() {
            found.add(Code::RulesValue, value.span().start, format!("`{key}` cannot be {}", quoted(text)));
        }
        read
    }

    /// A whole number within bounds.
    pub(crate) fn number(&mut self, found: &mut Found<'_>, key: &'static str, bounds: Bounds) -> Option<u64> {
        let value = self.needed(found, key)?;
        let number = value.get_ref().as_integer().map(|number| {
            u64::from_str_radix(number.as_str(), number.radix()).ok().filter(|n| bounds.contains(n))
        });
        let (least, most) = (bounds.start(), bounds.end());
        match number {
            Some(Some(number)) => return Some(number),
            Some(None) => {
                found.add(
                    Code::RulesValue,
                    value.span().start,
                    format!("`{key}` lies between {least} and {most}"),
                );
            }
            None => found.add(Code::RulesType, value.span().start, format!("`{key}` is a whole number")),
        }
        None
    }

    /// The same as 32 bits.
    pub(crate) fn number32(
        &mut self,
        found: &mut Found<'_>,
        key: &'static str,
        bounds: Bounds,
    ) -> Option<u32> {
        self.number(found, key, bounds).and_then(|number| u32::try_from(number).ok())
    }

    /// A number that `holds` takes; whole or not.
    pub(crate) fn real(
        &mut self,
        found: &mut Found<'_>,
        key: &'static str,
        holds: impl FnOnce(f64) -> bool,
    ) -> Option<f64> {
        let value = self.needed(found, key)?;
        let number = match value.get_ref() {
            DeValue::Float(number) => number.as_str().parse::<f64>().ok(),
            DeValue::Integer(number) if number.radix() == 10 => number.as_str().parse::<f64>().ok(),
            _ => {
                found.add(Code::RulesType, value.span().start, format!("`{key}` is a number"));
                return None;
            }
        };
        let number = number.filter(|number| number.is_finite() && holds(*number));
        if number.is_none() {
            found.add(Code::RulesValue, value.span().start, format!("`{key}` has a value it cannot have"));
        }
        number
    }

    /// `true` or `false`.
    pub(crate) fn flag(&mut self, found: &mut Found<'_>, key: &'static str) -> Option<bool> {
        let value = self.needed(found, key)?;
        let flag = value.get_ref().as_bool();
        if flag.is_none() {
            found.add(Code::RulesType, value.span().start, format!("`{key}` is true or false"));
        }
        flag
    }

    /// A list of texts, each of which `read` takes, with the place of each.
    pub(crate) fn list<T>(
        &mut self,
        found: &mut Found<'_>,
        key: &'static str,
        most: usize,
        read: impl Fn(&str) -> Option<T>,
    ) -> Option<Vec<(T, usize)>> {
        let value = self.needed(found, key)?;
        let at = value.span().start;
        let DeValue::Array(items) = value.get_ref() else {
            found.add(Code::RulesType, at, format!("`{key}` is a list of texts in brackets"));
            return None;
        };
        if items.len() > most {
            found.add(Code::RulesValue, at, format!("`{key}` has at most {most} entries"));
            return None;
        }
        let mut all = Some(Vec::with_capacity(items.len()));
        for item in items.iter() {
            let at = item.span().start;
            match item.get_ref().as_str().map(|text| (text, read(text))) {
                Some((_, Some(value))) => {
                    if let Some(all) = &mut all {
                        all.push((value, at));
                    }
                }
                Some((text, None)) => {
                    found.add(Code::RulesValue, at, format!("`{key}` cannot have {}", quoted(text)));
                    all = None;
                }
                None => {
                    found.add(Code::RulesType, at, format!("`{key}` is a list of texts in brackets"));
                    all = None;
                }
            }
        }
        all
    }

    /// A table in it.
    pub(crate) fn table(&mut self, found: &mut Found<'_>, key: &'static str) -> Option<Table<'a, 't>> {
        let value = self.needed(found, key)?;
        let DeValue::Table(table) = value.get_ref() else {
            found.add(Code::RulesType, value.span().start, format!("`{key}` is a table: [{key}]"));
            return None;
        };
        Some(Table { table, at: value.span().start, name: format!("[{key}]"), asked: BTreeSet::new() })
    }

    /// The tables of an array in it; none if there is no such array.
    pub(crate) fn tables(&mut self, found: &mut Found<'_>, key: &'static str, most: usize) -> Tables<'a, 't> {
        let Some(value) = self.value(key) else { return Vec::new() };
        let at = value.span().start;
        let wrong = format!("`{key}` is written as [[{key}]], once for each");
        let DeValue::Array(items) = value.get_ref() else {
            found.add(Code::RulesType, at, wrong);
            return Vec::new();
        };
        if items.len() > most {
            found.add(Code::RulesValue, at, format!("there are at most {most} of [[{key}]]"));
            return Vec::new();
        }
        let mut tables = Vec::new();
        for item in items.iter() {
            match item.get_ref() {
                DeValue::Table(table) => tables.push(Table {
                    table,
                    at: item.span().start,
                    name: format!("[[{key}]]"),
                    asked: BTreeSet::new(),
                }),
                _ => found.add(Code::RulesType, item.span().start, wrong.clone()),
            }
        }
        tables
    }

    /// Tells what nobody asked for.
    pub(crate) fn end(self, found: &mut Found<'_>) {
        for (key, _) in self.table.iter().filter(|(key, _)| !self.asked.contains(key.get_ref().as_ref())) {
            let known: Vec<&str> = self.asked.iter().copied().collect();
            let place = if self.name.is_empty() { "here" } else { &self.name };
            let message =
                format!("{} is no key {place}; there are {}", quoted(key.get_ref()), known.join(", "));
            found.add(Code::RulesUnknown, key.span().start, message);
        }
    }
}

/// A text of somebody, cut and with what steers a display written out.
fn quoted(text: &str) -> String {
    let cut: String = text.chars().take(40).collect();
    let more = if cut.len() < text.len() { "…" } else { "" };
    format!("`{}{more}`", cut.escape_debug())
}
