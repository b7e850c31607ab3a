//! Reading JSON, and walking it by paths.

use std::fmt;

use serde::de::{Deserialize, DeserializeSeed, Deserializer, MapAccess, SeqAccess, Visitor};
use serde_json::Value;

/// The member of an object.
pub(crate) fn get<'a>(value: &'a Value, key: &str) -> Option<&'a Value> {
    value.as_object()?.get(key)
}

/// The text under a key.
pub(crate) fn text<'a>(value: &'a Value, key: &str) -> Option<&'a str> {
    get(value, key)?.as_str()
}

/// The items of the array under a key.
pub(crate) fn items<'a>(value: &'a Value, key: &str) -> impl Iterator<Item = (usize, &'a Value)> {
    get(value, key).and_then(Value::as_array).into_iter().flatten().enumerate()
}

/// The texts of the array under a key.
pub(crate) fn texts<'a>(value: &'a Value, key: &str) -> impl Iterator<Item = (usize, &'a str)> {
    items(value, key).filter_map(|(index, item)| Some((index, item.as_str()?)))
}

/// A key as a part of a JSON pointer (RFC 6901, section 3).
pub(crate) fn escape(key: &str) -> String {
    key.replace('~', "~0").replace('/', "~1")
}

/// All values at a path, each with its pointer. Parts are separated by `/`; `*` stands for each item of an array.
pub(crate) fn select<'a>(root: &'a Value, path: &str) -> Vec<(String, &'a Value)> {
    let mut found = Vec::new();
    walk(root, path, &mut String::new(), &mut found);
    found
}

fn walk<'a>(value: &'a Value, path: &str, pointer: &mut String, found: &mut Vec<(String, &'a Value)>) {
    if path.is_empty() {
        found.push((pointer.clone(), value));
        return;
    }
    let (part, rest) = path.split_once('/').unwrap_or((path, ""));
    let length = pointer.len();
    if part == "*" {
        for (index, item) in value.as_array().into_iter().flatten().enumerate() {
            pointer.push_str(&format!("/{index}"));
            walk(item, rest, pointer, found);
            pointer.truncate(length);
        }
    } else if let Some(member) = get(value, part) {
        pointer.push('/');
        pointer.push_str(part);
        walk(member, rest, pointer, found);
        pointer.truncate(length);
    }
}

/// What the order of the keys of a text is like. `serde_json::Value` forgets it.
#[derive(Default)]
pub(crate) struct Keys {
    /// Pointers to keys that come before their place in the alphabet.
    pub(crate) unsorted: Vec<String>,
    /// Pointers to keys that an object has twice: readers differ in which they take.
    pub(crate) doubled: Vec<String>,
}

/// Looks at the order of the keys. A text that is no JSON gives what was seen until there.
pub(crate) fn keys(bytes: &[u8], limit: usize) -> Keys {
    let mut keys = Keys::default();
    let mut deserializer = serde_json::Deserializer::from_slice(bytes);
    // That it is JSON was found before.
    let _ = Walk { keys: &mut keys, pointer: &mut String::new(), limit }.deserialize(&mut deserializer);
    keys
}

struct Walk<'k> {
    keys: &'k mut Keys,
    pointer: &'k mut String,
    limit: usize,
}

impl<'de> DeserializeSeed<'de> for Walk<'_> {
    type Value = ();

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<(), D::Error> {
        deserializer.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for Walk<'_> {
    type Value = ();

    fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("a JSON value")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<(), A::Error> {
        let mut before: Option<String> = None;
        let mut seen = std::collections::BTreeSet::new();
        let length = self.pointer.len();
        while let Some(key) = map.next_key::<String>()? {
            self.pointer.push('/');
            self.pointer.push_str(&escape(&key));
            if !seen.insert(key.clone()) && self.keys.doubled.len() < self.limit {
                self.keys.doubled.push(self.pointer.clone());
            }
            if before.as_ref().is_some_and(|before| *before > key) && self.keys.unsorted.len() < self.limit {
                self.keys.unsorted.push(self.pointer.clone());
            }
            before = Some(key);
            map.next_value_seed(Walk {
                keys: &mut *self.keys,
                pointer: &mut *self.pointer,
                limit: self.limit,
            })?;
            self.pointer.truncate(length);
        }
        Ok(())
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut sequence: A) -> Result<(), A::Error> {
        let length = self.pointer.len();
        let mut index = 0;
        loop {
            self.pointer.push_str(&format!("/{index}"));
            let item = sequence.next_element_seed(Walk {
                keys: &mut *self.keys,
                pointer: &mut *self.pointer,
                limit: self.limit,
            })?;
            self.pointer.truncate(length);
            if item.is_none() {
                return Ok(());
            }
            index += 1;
        }
    }

    fn visit_bool<E>(self, _: bool) -> Result<(), E> {
        Ok(())
    }
    fn visit_i64<E>(self, _: i64) -> Result<(), E> {
        Ok(())
    }
    fn visit_u64<E>(self, _: u64) -> Result<(), E> {
        Ok(())
    }
    fn visit_f64<E>(self, _: f64) -> Result<(), E> {
        Ok(())
    }
    fn visit_str<E>(self, _: &str) -> Result<(), E> {
        Ok(())
    }
    fn visit_unit<E>(self) -> Result<(), E> {
        Ok(())
    }
    fn visit_none<E>(self) -> Result<(), E> {
        Ok(())
    }
    fn visit_some<D: Deserializer<'de>>(self, deserializer: D) -> Result<(), D::Error> {
        Value::deserialize(deserializer).map(|_| ())
    }
}
