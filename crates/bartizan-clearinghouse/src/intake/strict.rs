//! JSON read strictly: one document, no key twice, no deeper than it may be.

use std::fmt;

use serde::de::{DeserializeSeed, Error, MapAccess, SeqAccess, Visitor};
use serde_json::{Map, Value};

/// How deep a document may nest; what a report may is checked with its fields.
pub const DEEPEST: usize = 64;

/// Reads one JSON document. A key that stands twice in one object, anything after the document and nesting deeper than
/// [`DEEPEST`] are refused, in words for the sender.
///
/// # Errors
/// What is wrong and where.
pub fn strict(bytes: &[u8]) -> Result<Value, String> {
    let text = std::str::from_utf8(bytes).map_err(|_| "the body is not UTF-8".to_owned())?;
    let mut reader = serde_json::Deserializer::from_str(text);
    let value = Level(DEEPEST).deserialize(&mut reader).map_err(|e| e.to_string())?;
    reader.end().map_err(|_| "there is something after the document".to_owned())?;
    Ok(value)
}

/// How many more levels there may be.
struct Level(usize);

impl<'de> DeserializeSeed<'de> for Level {
    type Value = Value;

    fn deserialize<D: serde::Deserializer<'de>>(self, deserializer: D) -> Result<Value, D::Error> {
        deserializer.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for Level {
    type Value = Value;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a JSON value")
    }

    fn visit_bool<E>(self, v: bool) -> Result<Value, E> {
        Ok(Value::Bool(v))
    }

    fn visit_i64<E>(self, v: i64) -> Result<Value, E> {
        Ok(v.into())
    }

    fn visit_u64<E>(self, v: u64) -> Result<Value, E> {
        Ok(v.into())
    }

    fn visit_f64<E>(self, v: f64) -> Result<Value, E> {
        Ok(v.into())
    }

    fn visit_str<E>(self, v: &str) -> Result<Value, E> {
        Ok(v.into())
    }

    fn visit_string<E>(self, v: String) -> Result<Value, E> {
        Ok(v.into())
    }

    fn visit_unit<E>(self) -> Result<Value, E> {
        Ok(Value::Null)
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut items: A) -> Result<Value, A::Error> {
        let below = self.0.checked_sub(1).ok_or_else(deep)?;
        let mut all = Vec::new();
        while let Some(item) = items.next_element_seed(Level(below))? {
            all.push(item);
        }
        Ok(Value::Array(all))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut members: A) -> Result<Value, A::Error> {
        let below = self.0.checked_sub(1).ok_or_else(deep)?;
        let mut all = Map::new();
        while let Some(key) = members.next_key::<String>()? {
            let value = members.next_value_seed(Level(below))?;
            if all.contains_key(&key) {
                let shown: String = key.chars().take(40).collect();
                return Err(A::Error::custom(format!("the key {shown:?} stands twice in one object")));
            }
            all.insert(key, value);
        }
        Ok(Value::Object(all))
    }
}

fn deep<E: Error>() -> E {
    E::custom("it nests too deep")
}
