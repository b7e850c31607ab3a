//! Adding objects to a collection.

use super::wire::{ApiRoot, Status};
use super::{Taxii, below};
use crate::error::Error;
use serde_json::value::RawValue;
use url::Url;

/// Most failures that are told one by one.
const MOST_REFUSALS: usize = 1000;
/// What an envelope is around its objects, rounded up.
const AROUND: usize = 32;

/// What became of objects that were sent.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Added {
    /// Taken.
    pub taken: u64,
    /// Not taken, by the server's word or because they are too large for it.
    pub refused: u64,
    /// Of which the server had not said anything at the end of our patience.
    pub pending: u64,
    /// Which were not taken, and why; the first thousand.
    pub refusals: Vec<Refusal>,
}

/// An object that was not taken.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Refusal {
    /// Its identifier.
    pub id: String,
    /// The server's reason.
    pub reason: String,
}

impl Taxii {
    /// Adds objects in envelopes of at most `most` objects and of what the server takes in one request, waits for each to be
    /// worked off, and tells `progress` how many were sent so far.
    ///
    /// # Errors
    /// If the server cannot be reached, refuses, or its answer is no status. What was sent before then is there: adding it
    /// again changes nothing.
    pub fn add(
        &self,
        root: &Url,
        about: &ApiRoot,
        collection: &str,
        objects: &[Box<RawValue>],
        most: usize,
        mut progress: impl FnMut(usize),
    ) -> Result<Added, Error> {
        let url = below(root, &["collections", collection, "objects"])?;
        let bytes = usize::try_from(about.max_content_length).unwrap_or(usize::MAX);
        let mut added = Added::default();
        let mut envelope: Vec<&str> = Vec::new();
        let mut size = AROUND;
        let mut sent = 0;
        for object in objects {
            let text = object.get();
            if text.len() + AROUND > bytes {
                let reason = format!("{} bytes, more than the {bytes} that the server takes", text.len());
                added.refuse(id_of(text), reason);
                continue;
            }
            if envelope.len() >= most.max(1) || size + text.len() + 1 > bytes {
                sent += envelope.len();
                self.envelope(root, &url, &envelope, &mut added)?;
                progress(sent);
                envelope.clear();
                size = AROUND;
            }
            size += text.len() + 1;
            envelope.push(text);
        }
        if !envelope.is_empty() {
            self.envelope(root, &url, &envelope, &mut added)?;
            progress(sent + envelope.len());
        }
        Ok(added)
    }

    fn envelope(&self, root: &Url, url: &Url, objects: &[&str], added: &mut Added) -> Result<(), Error> {
        let body = format!("{{\"objects\":[{}]}}", objects.join(","));
        let mut status: Status = self.http.post(url, body.as_bytes())?.json(url)?;
        let patience = &self.http.patience;
        let mut asked = 0;
        while status.status == "pending" && asked < patience.tries {
            asked += 1;
            (patience.sleep)(patience.wait(asked));
            let at = below(root, &["status", &status.id])?;
            status = self.http.get(&at)?.json(&at)?;
        }
        added.taken += status.success_count;
        added.pending += status.pending_count;
        added.refused += status.failure_count.saturating_sub(status.failures.len() as u64);
        for failure in status.failures {
            added.refuse(failure.id, failure.message.unwrap_or_else(|| "no reason given".to_owned()));
        }
        Ok(())
    }
}

impl Added {
    fn refuse(&mut self, id: String, reason: String) {
        self.refused += 1;
        if self.refusals.len() < MOST_REFUSALS {
            let short = |text: String| text.chars().filter(|c| !c.is_control()).take(300).collect();
            self.refusals.push(Refusal { id: short(id), reason: short(reason) });
        }
    }
}

fn id_of(object: &str) -> String {
    let value: Option<serde_json::Value> = serde_json::from_str(object).ok();
    value.and_then(|v| v.get("id")?.as_str().map(str::to_owned)).unwrap_or_default()
}
