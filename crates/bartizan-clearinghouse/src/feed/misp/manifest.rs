//! The manifest of a feed: which events there are.

use super::parse;
use crate::feed::finding::{Code, Finding, Findings};
use crate::feed::{Error, Limits};
use jiff::Timestamp;
use serde_json::Value;

/// One event of a feed, as the manifest tells of it. Its file is `UUID.json` beside the manifest.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Listed {
    /// Identifier, in its usual form and lower case, so that it can be a file name.
    pub uuid: String,
    /// Title.
    pub info: String,
    /// Day, `YYYY-MM-DD`, as written.
    pub date: Option<String>,
    /// When the event last changed: what tells whether it must be fetched again.
    pub timestamp: Option<Timestamp>,
    /// Names of tags.
    pub tags: Vec<String>,
    /// Name of the organisation that made it.
    pub org: Option<String>,
}

/// Reads `manifest.json`, in order of UUIDs.
///
/// # Errors
/// If it is larger than [`Limits::bytes`] or no JSON object.
pub fn manifest(bytes: &[u8], limits: &Limits) -> Result<(Vec<Listed>, Vec<Finding>), Error> {
    limits.check(bytes, "the manifest")?;
    let value: Value = serde_json::from_slice(bytes)
        .map_err(|e| Error::malformed(format!("the manifest is no JSON: {e}")))?;
    // An empty feed is an empty list in what PHP writes.
    if value.as_array().is_some_and(Vec::is_empty) {
        return Ok((Vec::new(), Vec::new()));
    }
    let map = value.as_object().ok_or_else(|| Error::malformed("the manifest is no JSON object"))?;
    let mut findings = Findings::default();
    let mut found = Vec::new();
    for (key, entry) in map {
        if found.len() >= limits.entries {
            findings.add(Code::TooMany, format!("more than {} events", limits.entries));
            break;
        }
        let named = serde_json::Map::from_iter([("uuid".to_owned(), Value::String(key.clone()))]);
        let (Some(uuid), Some(json)) = (parse::uuid(&named, "uuid"), entry.as_object()) else {
            findings.add(Code::Member, "manifest entry without a valid uuid");
            continue;
        };
        found.push(Listed {
            uuid,
            info: parse::text(json, "info").unwrap_or_default(),
            date: parse::text(json, "date"),
            timestamp: parse::seconds(json, "timestamp"),
            tags: parse::tags(json),
            org: json.get("Orgc").and_then(Value::as_object).and_then(|o| parse::text(o, "name")),
        });
    }
    found.sort_by(|a, b| a.uuid.cmp(&b.uuid));
    found.dedup_by(|a, b| a.uuid == b.uuid);
    Ok((found, findings.finish()))
}
