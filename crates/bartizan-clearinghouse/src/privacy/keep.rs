//! What belongs to the threat, and stays.

use std::collections::BTreeSet;

use super::{Kind, find};

/// What stays letter by letter, and the salt of digests.
#[derive(Clone, Debug, Default)]
pub struct Keep {
    salt: Vec<u8>,
    values: BTreeSet<String>,
    paths: Vec<Vec<String>>,
}

impl Keep {
    /// Nothing is kept. The salt is random, and secret as long as nobody is to find out by trying what was removed.
    pub fn new(salt: &[u8]) -> Self {
        Self { salt: salt.to_vec(), ..Self::default() }
    }

    /// Keeps a value wherever it stands: an observable of the case, a finder's credit. Case does not matter.
    #[must_use]
    pub fn value(mut self, value: &str) -> Self {
        let value = value.trim();
        if !value.is_empty() {
            self.values.insert(value.to_ascii_lowercase());
        }
        self
    }

    /// Keeps several.
    #[must_use]
    pub fn values<'a>(self, values: impl IntoIterator<Item = &'a str>) -> Self {
        values.into_iter().fold(self, Self::value)
    }

    /// Keeps the e-mail addresses and telephone numbers that stand in a text which leaves as it is: how a publisher is reached, how a finder
    /// asked to be credited.
    #[must_use]
    pub fn addresses(mut self, text: &str) -> Self {
        for found in find::all(text, &Keep::default()) {
            if matches!(found.kind, Kind::Email | Kind::Phone) {
                self.values.insert(text[found.start..found.end].to_ascii_lowercase());
            }
        }
        self
    }

    /// Keeps everything under a JSON pointer, in which `*` stands for any one step: `/finders/*`.
    #[must_use]
    pub fn path(mut self, pointer: &str) -> Self {
        self.paths.push(pointer.split('/').skip(1).map(str::to_owned).collect());
        self
    }

    pub(super) fn salt(&self) -> &[u8] {
        &self.salt
    }

    pub(super) fn keeps_path(&self, pointer: &str) -> bool {
        let steps: Vec<&str> = pointer.split('/').skip(1).collect();
        self.paths.iter().any(|kept| {
            kept.len() <= steps.len()
                && kept.iter().zip(&steps).all(|(kept, step)| kept == "*" || kept == step)
        })
    }

    /// Whether a whole value is kept.
    pub(super) fn keeps(&self, value: &str) -> bool {
        !self.values.is_empty() && self.values.contains(&value.trim().to_ascii_lowercase())
    }

    /// Where kept values stand in a text.
    pub(super) fn spans(&self, text: &str) -> Vec<(usize, usize)> {
        if self.values.is_empty() {
            return Vec::new();
        }
        let lower = text.to_ascii_lowercase();
        let found = |value: &String| {
            memchr::memmem::find_iter(lower.as_bytes(), value.as_bytes())
                .map(|at| (at, at + value.len()))
                .collect::<Vec<_>>()
        };
        self.values.iter().flat_map(found).collect()
    }
}
