//! Which samples there are, where, and whether they are what they are said to be.

use std::collections::BTreeMap;

use crate::diagnostic::Told;
use crate::json::Json;
use crate::log::Id;
use crate::sample::Sample;
use crate::score::{Scalar, Value};
use crate::{Code, Limits};

/// A sample in an epoch.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Key {
    /// The identifier, as text.
    pub id: Box<str>,
    /// The epoch.
    pub epoch: u64,
}

/// Where a sample is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Place {
    /// In an entry of that name.
    Entry(Box<str>),
    /// In entries below that name.
    Chunks(Box<str>),
    /// From that byte to that one.
    Bytes(u64, u64),
}

/// The samples of a log.
#[derive(Debug, Default)]
pub(super) struct Index {
    pub keys: Vec<Key>,
    places: Vec<Place>,
    /// What the log's own list says of samples: a sum over the values of its scores.
    listed: Option<BTreeMap<Key, u64>>,
    by_key: Vec<u32>,
    /// Bytes of identifiers.
    bytes: usize,
}

/// Bytes of all identifiers: they are kept while samples are not.
const BYTES: usize = 24 << 20;

impl Index {
    pub fn add(&mut self, key: Key, place: Place, limits: &Limits, told: &mut Told) {
        self.bytes = self.bytes.saturating_add(key.id.len());
        if self.keys.len() < limits.entries.min(u32::MAX as usize) && self.bytes <= BYTES {
            self.keys.push(key);
            self.places.push(place);
        } else {
            told.add(
                Code::Entries,
                "",
                format!("samples were left out: there are more than {}", limits.entries),
            );
        }
    }

    /// The log has a list, if only an empty one.
    pub fn begin_list(&mut self) {
        self.listed.get_or_insert_default();
    }

    /// Takes note of a row of the log's own list; a later one of the same sample counts.
    pub fn list(&mut self, row: &Json, limits: &Limits) {
        let listed = self.listed.get_or_insert_default();
        let Some(id) = row.get("id").and_then(Id::read) else { return };
        self.bytes = self.bytes.saturating_add(id.text.len());
        if listed.len() >= limits.entries || self.bytes > BYTES {
            return;
        }
        let epoch = row.get("epoch").and_then(Json::as_u64).unwrap_or(1);
        let scores = row.get("scores").map(Json::members).unwrap_or_default();
        let values = scores
            .iter()
            .map(|(name, score)| (&**name, Value::read(score.get("value").unwrap_or(&Json::Null))));
        listed.insert(Key { id: id.text.into(), epoch }, sum(values));
    }

    /// Orders the samples as Inspect does: by epoch, then by identifier, numbers by their value.
    pub fn sort(&mut self, told: &mut Told) {
        let mut both: Vec<(Key, Place)> = self.keys.drain(..).zip(self.places.drain(..)).collect();
        both.sort_by(|(a, _), (b, _)| order(a).cmp(&order(b)));
        for pair in both.windows(2) {
            if pair[0].0 == pair[1].0 {
                let place = format!("sample {} epoch {}", pair[0].0.id, pair[0].0.epoch);
                told.add(Code::Twice, &place, "the log has it twice");
            }
        }
        (self.keys, self.places) = both.into_iter().unzip();
        self.by_key = (0..self.keys.len()).filter_map(|one| u32::try_from(one).ok()).collect();
        self.by_key.sort_by(|a, b| self.keys[*a as usize].cmp(&self.keys[*b as usize]));
        self.compare(told);
    }

    fn compare(&self, told: &mut Told) {
        let Some(listed) = &self.listed else { return };
        for key in listed.keys().filter(|key| self.find(&key.id, key.epoch).is_none()) {
            told.add(
                Code::Missing,
                &format!("sample {} epoch {}", key.id, key.epoch),
                "the log's own list has it, its entry is missing",
            );
        }
        for key in self.keys.iter().filter(|key| !listed.contains_key(*key)) {
            told.add(
                Code::Unlisted,
                &format!("sample {} epoch {}", key.id, key.epoch),
                "the log's own list does not have it",
            );
        }
    }

    pub fn place(&self, number: usize) -> &Place {
        &self.places[number]
    }

    pub fn find(&self, id: &str, epoch: u64) -> Option<usize> {
        let wanted = (id, epoch);
        let of = |one: &u32| (&*self.keys[*one as usize].id, self.keys[*one as usize].epoch);
        let place = self.by_key.binary_search_by(|one| of(one).cmp(&wanted)).ok()?;
        Some(self.by_key[place] as usize)
    }

    /// Whether a sample is the one that its place promises.
    pub fn check(&self, number: usize, sample: &Sample, place: &str, told: &mut Told) {
        let key = &self.keys[number];
        if *sample.id.text != *key.id || sample.epoch != key.epoch {
            let seen = format!("it says that it is sample {} in epoch {}", sample.id.text, sample.epoch);
            told.add(Code::Name, place, seen);
        }
        let Some(listed) = self.listed.as_ref().and_then(|listed| listed.get(key)) else { return };
        let values = sample.scores.iter().map(|(name, score)| (name.as_str(), score.value.clone()));
        if *listed != sum(values) {
            told.add(Code::Summary, place, "its scores are not those of the log's own list");
        }
    }
}

fn order(key: &Key) -> (u64, bool, usize, &str) {
    let number = !key.id.is_empty() && key.id.bytes().all(|one| one.is_ascii_digit());
    (key.epoch, !number, if number { key.id.len() } else { 0 }, &key.id)
}

/// FNV-1a over names and values, whatever their order; a number counts as a float, since a list may have been written anew.
fn sum<'a>(values: impl Iterator<Item = (&'a str, Value)>) -> u64 {
    fn add(hash: u64, bytes: &[u8]) -> u64 {
        bytes
            .iter()
            .chain(&[0xff])
            .fold(hash, |hash, one| (hash ^ u64::from(*one)).wrapping_mul(0x0100_0000_01b3))
    }
    fn scalar(hash: u64, one: &Scalar) -> u64 {
        match one.numeric() {
            Some(number) if number.is_nan() => add(hash, b"nan"),
            Some(number) => add(hash, &(number + 0.0).to_bits().to_le_bytes()),
            None => add(hash, one.label().as_bytes()),
        }
    }
    let each = values.map(|(name, value)| {
        let hash = add(0xcbf2_9ce4_8422_2325, name.as_bytes());
        match &value {
            Value::One(one) => scalar(hash, one),
            Value::List(items) => items.iter().fold(add(hash, b"["), scalar),
            Value::Keys(members) => members
                .iter()
                .map(|(key, one)| scalar(add(hash, key.as_bytes()), one))
                .fold(hash, u64::wrapping_add),
        }
    });
    each.fold(0, u64::wrapping_add)
}
