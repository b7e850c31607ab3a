//! Metrics, as a log defines them.

use super::Fields;
use crate::json::Json;

/// The metrics of a scorer.
#[derive(Clone, Debug, PartialEq)]
pub enum Metrics {
    /// A list: metrics over the whole score, and tables of metrics over its members.
    List(Vec<Definition>, Vec<PerKey>),
    /// A table only.
    PerKey(PerKey),
}

/// Metrics by the key of a score that is an object; keys are patterns as of Python's `fnmatch`.
pub type PerKey = Vec<(String, Vec<Definition>)>;

impl Default for Metrics {
    fn default() -> Self {
        Self::List(Vec::new(), Vec::new())
    }
}

/// A metric by name, with its parameters.
#[derive(Clone, Debug, PartialEq)]
pub struct Definition {
    /// As in the log: `inspect_ai/accuracy`.
    pub name: String,
    /// Parameters that were given; defaults are not in the log.
    pub options: Vec<(String, Json)>,
}

impl Definition {
    /// The name in results: without the name of Inspect's own package.
    pub fn log_name(&self) -> &str {
        self.name.strip_prefix("inspect_ai/").unwrap_or(&self.name)
    }

    /// The name without that of any package.
    pub fn short_name(&self) -> &str {
        self.name.rsplit_once('/').map_or(&self.name, |(_, name)| name)
    }

    /// A parameter.
    pub fn option(&self, key: &str) -> Option<&Json> {
        self.options.iter().rev().find(|(name, _)| name == key).map(|(_, value)| value)
    }
}

pub(super) fn read(fields: &mut Fields<'_, '_>, key: &str) -> Option<Metrics> {
    match fields.json.some(key)? {
        Json::Array(items) => {
            let (mut single, mut tables) = (Vec::new(), Vec::new());
            for item in items {
                match item.get("name") {
                    Some(name) if name.as_str().is_some() => single.push(definition(fields, item)),
                    _ => tables.push(table(fields, item)),
                }
            }
            Some(Metrics::List(single, tables))
        }
        object @ Json::Object(_) => Some(Metrics::PerKey(table(fields, object))),
        other => {
            fields.wrong(key, "metrics", other);
            None
        }
    }
}

fn table(fields: &mut Fields<'_, '_>, json: &Json) -> PerKey {
    let keys = json.members().iter();
    keys.map(|(key, metrics)| {
        (key.to_string(), metrics.items().iter().map(|one| definition(fields, one)).collect())
    })
    .collect()
}

fn definition(fields: &mut Fields<'_, '_>, json: &Json) -> Definition {
    // A place of its own would be lost after this call; the kind of a wrong member is told by the caller's.
    let name = json.str("name").unwrap_or_default().to_owned();
    let options = match json.some("options").or_else(|| json.some("params")) {
        None => Vec::new(),
        Some(options) => {
            if !matches!(options, Json::Object(_)) {
                fields.wrong("options", "an object", options);
            }
            options.members().iter().map(|(key, value)| (key.to_string(), value.clone())).collect()
        }
    };
    Definition { name, options }
}
