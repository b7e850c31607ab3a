//! JSON with sorted keys, also where another crate has `serde_json` keep the order of insertion.

use std::collections::BTreeMap;

use serde::ser::{Serialize, Serializer};
use serde_json::Value;

struct Sorted<'a>(&'a Value);

impl Serialize for Sorted<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self.0 {
            Value::Object(object) => {
                let members: BTreeMap<&str, Sorted<'_>> =
                    object.iter().map(|(key, value)| (key.as_str(), Sorted(value))).collect();
                serializer.collect_map(members)
            }
            Value::Array(items) => serializer.collect_seq(items.iter().map(Sorted)),
            other => other.serialize(serializer),
        }
    }
}

/// The bytes of a value, indented by two blanks.
pub(super) fn bytes(value: &Value) -> Vec<u8> {
    // Writing to memory what has only text keys cannot fail.
    serde_json::to_vec_pretty(&Sorted(value)).unwrap_or_default()
}
