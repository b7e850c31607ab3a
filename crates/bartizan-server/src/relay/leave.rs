//! What leaves goes without personal data that has nothing to do with the threat (docs/privacy.md). Finders keep their credit.

use bartizan_clearinghouse::privacy::{Keep, Mode, Record, scrub_json, scrub_text};
use bartizan_clearinghouse::relay::{Body, NodeKey, Said};
use bartizan_store::Action;
use serde_json::Value;

use crate::app::App;
use crate::sharing::Wrong;

/// Members of what is said that are words of people.
const WORDS: [&str; 3] = ["words", "text", "reason"];
/// Members of a report that are credits and names of things.
const KEPT: [&str; 6] = ["/finders", "/references", "/upstream_ids", "/purl", "/cpe", "/package_repo_url"];

/// Takes out what does not leave, and remembers that it did.
pub(super) struct Leaving {
    mode: Mode,
    keep: Keep,
    records: Vec<Record>,
}

impl Leaving {
    pub(super) fn new(app: &App, key: &NodeKey) -> Self {
        // Whoever has the log without the node's key finds nothing out by trying.
        let salt = key.sign(b"bartizan relay: salt of what was removed");
        let keep = KEPT.into_iter().fold(Keep::new(salt.as_bytes()), Keep::path);
        Self { mode: app.config.privacy, keep, records: Vec::new() }
    }

    /// Lets finders keep their credit, wherever it stands.
    pub(super) fn credits(&mut self, report: &str) {
        let report: Value = serde_json::from_str(report).unwrap_or_default();
        let finders = report["finders"].as_array().map(Vec::as_slice).unwrap_or_default();
        self.keep = std::mem::take(&mut self.keep).values(finders.iter().filter_map(Value::as_str));
    }

    pub(super) fn text(&mut self, text: &str) -> String {
        let (left, record) = scrub_text(text, &self.keep, self.mode);
        self.records.push(record);
        left
    }

    /// A report, as the first node lets it go: from here on not a letter of it changes.
    pub(super) fn report(&mut self, kept: &str) -> String {
        self.credits(kept);
        let Ok(report) = serde_json::from_str::<Value>(kept) else { return kept.to_owned() };
        let (left, record) = scrub_json(&report, &self.keep, self.mode);
        self.records.push(record);
        left.to_string()
    }

    /// What was said, with its words as they leave; none if nothing of that form is left.
    pub(super) fn body(&mut self, body: Body) -> Option<Body> {
        let Body::Said(mut spoken) = body else { return Some(body) };
        let mut value = serde_json::to_value(&spoken.said).ok()?;
        for name in WORDS {
            if let Some(Value::String(words)) = value.get_mut(name) {
                *words = self.text(words);
            }
        }
        spoken.said = serde_json::from_value::<Said>(value).ok()?;
        Some(Body::Said(spoken))
    }

    /// What was found is in the log, without it.
    pub(super) async fn note(self, app: &App, by: &Action<'_>, case: &str) -> Result<(), Wrong> {
        for record in self.records.iter().filter(|record| record.found() > 0) {
            let detail = serde_json::to_string(record).unwrap_or_default();
            app.store.note(by, "privacy.scrub", &format!("case/{case}"), &detail).await?;
        }
        Ok(())
    }
}
