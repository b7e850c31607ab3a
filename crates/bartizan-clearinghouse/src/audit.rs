//! The audit log's chain: every entry's hash covers the entry before.
//!
//! A hash is SHA-256 over the fields, each preceded by its length, so that no two entries share their bytes. Who changes, removes
//! or inserts an entry has to change every hash after it; who keeps one hash elsewhere can tell.

use sha2::{Digest, Sha256};

/// What was done.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Entry {
    /// Position in the chain, from 1 without gaps.
    pub number: i64,
    /// Microseconds since 1970.
    pub at: i64,
    /// Who: a person's name, `system`, or `anyone`.
    pub actor: String,
    /// What: `collection.create`, `token.revoke`, …
    pub action: String,
    /// With what: a kind and an identifier.
    pub thing: String,
    /// More of it, as JSON.
    pub detail: String,
    /// Hash of the entry before; [`START`] for the first.
    pub previous: String,
    /// Hash of this entry.
    pub hash: String,
}

/// What stands before the first entry.
pub const START: &str = "0000000000000000000000000000000000000000000000000000000000000000";

impl Entry {
    /// The hash that the entry should have.
    pub fn expected(&self) -> String {
        let mut hash = Sha256::new();
        let number = self.number.to_be_bytes();
        let at = self.at.to_be_bytes();
        let fields: [&[u8]; 7] = [
            &number,
            &at,
            self.actor.as_bytes(),
            self.action.as_bytes(),
            self.thing.as_bytes(),
            self.detail.as_bytes(),
            self.previous.as_bytes(),
        ];
        for field in fields {
            hash.update((field.len() as u64).to_be_bytes());
            hash.update(field);
        }
        hash.finalize().iter().map(|byte| format!("{byte:02x}")).collect()
    }

    /// The entry with its hash.
    #[must_use]
    pub fn sealed(mut self) -> Self {
        self.hash = self.expected();
        self
    }
}

/// Where a chain is broken.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Break {
    /// An entry is missing before this number.
    Missing(i64),
    /// This entry does not name the hash of the one before.
    Unlinked(i64),
    /// This entry is not what was hashed.
    Changed(i64),
}

/// Checks a chain entry by entry, in order.
#[derive(Clone, Debug)]
pub struct Check {
    next: i64,
    hash: String,
}

impl Default for Check {
    fn default() -> Self {
        Self { next: 1, hash: START.to_owned() }
    }
}

impl Check {
    /// The next entry fits, or the chain is broken here.
    pub fn take(&mut self, entry: &Entry) -> Result<(), Break> {
        if entry.number != self.next {
            return Err(Break::Missing(self.next));
        }
        if entry.previous != self.hash {
            return Err(Break::Unlinked(entry.number));
        }
        if entry.hash != entry.expected() {
            return Err(Break::Changed(entry.number));
        }
        self.next += 1;
        self.hash.clone_from(&entry.hash);
        Ok(())
    }

    /// How many entries were taken, and the last hash.
    pub fn end(&self) -> (i64, &str) {
        (self.next - 1, &self.hash)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn chain() -> Vec<Entry> {
        let mut previous = START.to_owned();
        (1..=5)
            .map(|number| {
                let entry = Entry {
                    number,
                    at: number * 10,
                    actor: "ada".into(),
                    action: "token.create".into(),
                    thing: format!("token/{number}"),
                    detail: "{}".into(),
                    previous: previous.clone(),
                    hash: String::new(),
                }
                .sealed();
                previous.clone_from(&entry.hash);
                entry
            })
            .collect()
    }

    fn broken(entries: &[Entry]) -> Option<Break> {
        let mut check = Check::default();
        entries.iter().find_map(|entry| check.take(entry).err())
    }

    #[test]
    fn a_chain_holds_and_every_change_breaks_it_where_it_was_made() {
        assert_eq!(broken(&chain()), None);
        let mut removed = chain();
        removed.remove(2);
        assert_eq!(broken(&removed), Some(Break::Missing(3)));
        let mut changed = chain();
        changed[1].actor = "eve".into();
        assert_eq!(broken(&changed), Some(Break::Changed(2)));
        let mut resealed = chain();
        resealed[1] = Entry { actor: "eve".into(), ..resealed[1].clone() }.sealed();
        assert_eq!(broken(&resealed), Some(Break::Unlinked(3)));
    }

    #[test]
    fn moving_a_letter_between_fields_changes_the_hash() {
        let entry = chain().remove(0);
        let moved = Entry { actor: "adat".into(), action: "oken.create".into(), ..entry.clone() };
        assert_ne!(entry.expected(), moved.expected());
    }
}
