//! Field names as numbers, so that a rule finds its field without comparing names.

use std::collections::HashMap;

use super::event::{Event, Field};

/// The field names of all rules.
#[derive(Debug, Default)]
pub(super) struct Names {
    numbers: HashMap<String, usize>,
    names: Vec<String>,
}

/// An event with its fields by number.
pub(super) struct View<'e> {
    fields: Vec<Option<&'e Field>>,
    /// The numbers that are there.
    present: Vec<usize>,
    event: &'e Event,
}

impl Names {
    /// The number of a name, a new one for a new name.
    pub(super) fn number(&mut self, name: &str) -> usize {
        if let Some(number) = self.numbers.get(name) {
            return *number;
        }
        let number = self.names.len();
        self.numbers.insert(name.to_owned(), number);
        self.names.push(name.to_owned());
        number
    }

    pub(super) fn name(&self, number: usize) -> &str {
        self.names.get(number).map_or("", String::as_str)
    }

    pub(super) fn len(&self) -> usize {
        self.names.len()
    }

    /// The event by numbers; of fields with one name the first.
    pub(super) fn view<'e>(&self, event: &'e Event) -> View<'e> {
        let mut view = View { fields: vec![None; self.names.len()], present: Vec::new(), event };
        for field in event.all() {
            for name in [field.closed.as_ref(), Some(&field.name)].into_iter().flatten() {
                let Some(number) = self.numbers.get(name) else { continue };
                let Some(place) = view.fields.get_mut(*number) else { continue };
                if place.is_none() {
                    *place = Some(field);
                    view.present.push(*number);
                }
            }
        }
        view
    }
}

impl View<'_> {
    pub(super) fn get(&self, number: usize) -> Option<&Field> {
        self.fields.get(number).copied().flatten()
    }

    pub(super) fn present(&self) -> &[usize] {
        &self.present
    }

    pub(super) fn all(&self) -> &[Field] {
        self.event.all()
    }
}
