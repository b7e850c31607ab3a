//! The part of a CSAF document that tells of its versions (`/document/tracking`): integer versioning (CSAF 2.0 and 2.1, section 3.1.11).

use serde_json::{Map, Value, json};

use crate::advisory::{Status, Tlp};
use crate::csaf::file_name;

/// What a release says of itself.
#[derive(Debug, Clone, Copy)]
pub struct Release<'a> {
    /// Its version: one more than the release before, 1 for the first.
    pub number: u64,
    /// When, as RFC 3339 writes it, in UTC.
    pub date: &'a str,
    /// What changed.
    pub summary: &'a str,
    /// Whether changes are expected.
    pub status: Status,
    /// The address of the folder that it will be found in, `https://…`, for the reference to itself.
    pub folder: Option<&'a str>,
}

/// The id that a document says it has.
pub fn id(document: &Value) -> Option<&str> {
    document.pointer("/document/tracking/id")?.as_str()
}

/// Its title.
pub fn title(document: &Value) -> Option<&str> {
    document.pointer("/document/title")?.as_str()
}

/// Its status: `draft`, `interim`, `final`.
pub fn status(document: &Value) -> Option<&str> {
    document.pointer("/document/tracking/status")?.as_str()
}

/// When it was first released, as it says.
pub fn first_release(document: &Value) -> Option<&str> {
    document.pointer("/document/tracking/initial_release_date")?.as_str()
}

/// What it says of what changed last.
pub fn last_summary(document: &Value) -> Option<&str> {
    document.pointer("/document/tracking/revision_history")?.as_array()?.last()?.get("summary")?.as_str()
}

/// With whom it may be shared. The labels of TLP 1.0, which CSAF 2.0 has, are read as what our emitter means by them: RED is
/// AMBER+STRICT where the text beside it says so.
pub fn tlp(document: &Value) -> Option<Tlp> {
    let distribution = document.pointer("/document/distribution")?;
    let label = distribution.pointer("/tlp/label")?.as_str()?;
    let text = distribution.get("text").and_then(Value::as_str).unwrap_or_default();
    match label {
        "WHITE" => Some(Tlp::Clear),
        "RED" if text.starts_with("TLP:AMBER+STRICT (") => Some(Tlp::AmberStrict),
        label => Tlp::parse(label),
    }
}

/// Gives a document the id.
pub fn set_id(document: &mut Value, id: &str) {
    if let Some(tracking) = tracking(document) {
        tracking.insert("id".into(), id.into());
    }
}

/// Makes a document a draft that goes on from an earlier one: the history is that one's, whatever this one says. Without an earlier
/// release it has version 0.
pub fn to_draft(document: &mut Value, earlier: Option<&Value>, now: &str) {
    let kept = |name: &str| earlier.and_then(|e| e.pointer("/document/tracking")?.get(name)).cloned();
    let released = history(earlier);
    let Some(tracking) = tracking(document) else { return };
    let first = kept("initial_release_date").filter(|_| !released.is_empty()).unwrap_or_else(|| now.into());
    let version = released.last().and_then(|last| last.get("number").cloned()).unwrap_or_else(|| "0".into());
    let history = if released.is_empty() {
        vec![json!({ "date": now, "number": "0", "summary": "Draft." })]
    } else {
        released
    };
    let current = history.last().and_then(|last| last.get("date").cloned()).unwrap_or_else(|| now.into());
    tracking.insert("status".into(), Status::Draft.word().into());
    tracking.insert("version".into(), version);
    tracking.insert("revision_history".into(), history.into());
    tracking.insert("initial_release_date".into(), first);
    tracking.insert("current_release_date".into(), current);
    tracking.insert("generator".into(), generator());
}

/// Makes a document a release: it gets its version, its dates, one more entry of its history, and the reference to itself.
pub fn to_release(document: &mut Value, release: &Release<'_>) {
    let mut entries = history(Some(document));
    let number = release.number.to_string();
    entries.retain(|entry| entry.get("number").and_then(Value::as_str) != Some(&number));
    entries.push(json!({ "date": release.date, "number": number, "summary": release.summary }));
    let first =
        entries.first().and_then(|first| first.get("date").cloned()).unwrap_or_else(|| release.date.into());
    let Some(tracking) = tracking(document) else { return };
    tracking.insert("status".into(), release.status.word().into());
    tracking.insert("version".into(), number.into());
    tracking.insert("revision_history".into(), entries.into());
    tracking.insert("initial_release_date".into(), first);
    tracking.insert("current_release_date".into(), release.date.into());
    tracking.insert("generator".into(), generator());
    let name = tracking.get("id").and_then(Value::as_str).map(file_name).unwrap_or_default();
    let Some(part) = document.get_mut("document").and_then(Value::as_object_mut) else { return };
    let mut references = match part.remove("references") {
        Some(Value::Array(all)) => all,
        _ => Vec::new(),
    };
    if let Some(folder) = release.folder {
        references.retain(|reference| reference.get("category").and_then(Value::as_str) != Some("self"));
        let url = format!("{}/{name}", folder.trim_end_matches('/'));
        references.insert(0, json!({ "category": "self", "summary": "The canonical URL.", "url": url }));
    }
    if !references.is_empty() {
        part.insert("references".into(), references.into());
    }
}

/// The entries of releases, oldest first: without drafts.
fn history(document: Option<&Value>) -> Vec<Value> {
    let entries = document.and_then(|d| d.pointer("/document/tracking/revision_history")?.as_array());
    let released = |entry: &&Value| {
        let number = entry.get("number").and_then(Value::as_str).unwrap_or_default();
        number.parse::<u64>().is_ok_and(|number| number > 0)
    };
    entries.map(|all| all.iter().filter(released).cloned().collect()).unwrap_or_default()
}

fn tracking(document: &mut Value) -> Option<&mut Map<String, Value>> {
    let part = document.get_mut("document")?.as_object_mut()?;
    part.entry("tracking").or_insert_with(|| json!({})).as_object_mut()
}

fn generator() -> Value {
    json!({ "engine": { "name": "Bartizan", "version": env!("CARGO_PKG_VERSION") } })
}
