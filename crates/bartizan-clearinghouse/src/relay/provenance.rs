//! Where a report comes from: its text as the first node took it, its finders, and every node that passed it on.

use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::canonical::canonical;
use super::fault::{Code, Refusal, need};
use super::node::{NodeId, NodeKey};
use crate::{intake, time, token};

/// Most nodes that a report goes through.
pub const MOST_REPORTERS: usize = 32;
/// Longest title of a node, in bytes.
const TITLE: usize = 200;

/// What a handed-on report brings along. Who passes it on adds to the reporters and changes nothing.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Provenance {
    /// Whom to credit, letter for letter as the finder wrote it.
    pub credits: Vec<String>,
    /// The report, as the first node took it: the text of its JSON, without where the finder is reached.
    pub original: String,
    /// SHA-256 of that text, in hexadecimal.
    pub original_sha256: String,
    /// Addresses and identifiers that the report names.
    pub references: Vec<String>,
    /// Who passed it on, in order.
    pub reporters: Vec<Reporter>,
    /// What it was found with, in the finder's words.
    pub tooling: Vec<String>,
}

/// A node that passed a report on.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Reporter {
    /// When, as RFC 3339 has it.
    pub at: String,
    /// Which node.
    pub node: NodeId,
    /// SHA-256 of the original report.
    pub original_sha256: String,
    /// SHA-256 of the entry before, with its signature; none for the first.
    pub previous: Option<String>,
    /// Its signature over the canonical form of the other members.
    pub signature: String,
    /// What it calls itself.
    pub title: String,
}

impl Reporter {
    fn unsigned(&self) -> String {
        let mut value = serde_json::to_value(self).unwrap_or_default();
        if let Some(members) = value.as_object_mut() {
            members.remove("signature");
        }
        canonical(&value)
    }

    fn digest(&self) -> String {
        token::digest(&canonical(&serde_json::to_value(self).unwrap_or_default()))
    }
}

/// A report as JSON without its files, which are not handed on.
fn read(original: &str) -> Option<intake::Submission> {
    let mut value: Value = serde_json::from_str(original).ok()?;
    value.as_object_mut()?.remove("attachments");
    intake::read(value.to_string().as_bytes()).ok()
}

impl Provenance {
    /// Of a report that the own node took, `kept` as its JSON. Where the finder is reached stays here.
    pub fn of(kept: &str) -> Result<Self, Refusal> {
        let mut value: Value = serde_json::from_str(kept).map_err(|_| Refusal::from(Code::Original))?;
        if let Some(members) = value.as_object_mut() {
            members.remove("email");
            members.remove("notify");
        }
        let original = value.to_string();
        let report = read(&original).ok_or(Code::Original)?;
        Ok(Self {
            credits: report.finders,
            original_sha256: token::digest(&original),
            original,
            references: report.references.into_iter().chain(report.upstream_ids).collect(),
            reporters: Vec::new(),
            tooling: report.discovery_method.into_iter().chain(report.discovery_tooling).collect(),
        })
    }

    /// The report that it is about.
    pub fn report(&self) -> Result<intake::Submission, Refusal> {
        read(&self.original).ok_or_else(|| Code::Original.into())
    }

    /// The same, passed on by a node.
    #[must_use]
    pub fn passed_on(&self, key: &NodeKey, title: &str, at: i64) -> Self {
        let mut entry = Reporter {
            at: time::text(at),
            node: key.id(),
            original_sha256: self.original_sha256.clone(),
            previous: self.reporters.last().map(Reporter::digest),
            signature: String::new(),
            title: title.to_owned(),
        };
        entry.signature = key.sign(entry.unsigned().as_bytes());
        let mut next = self.clone();
        next.reporters.push(entry);
        next
    }

    /// Whether all of it holds, and `sender` is the last who passed it on. A case that comes back to a node goes in a circle.
    pub fn check(&self, sender: &NodeId, own: &NodeId) -> Result<(), Refusal> {
        need(token::digest(&self.original) == self.original_sha256, Code::Original)?;
        // What stands beside the report is what the report says: nobody gains or loses a credit on the way.
        let again = Self::of(&self.original)?;
        let same = again.original == self.original
            && again.credits == self.credits
            && again.references == self.references
            && again.tooling == self.tooling;
        need(same, Code::Original)?;
        need(self.reporters.len() <= MOST_REPORTERS, Code::Reporters)?;
        need(self.reporters.last().is_some_and(|last| last.node == *sender), Code::Reporters)?;
        let mut previous = None;
        for (position, entry) in self.reporters.iter().enumerate() {
            let before = &self.reporters[..position];
            let good = entry.original_sha256 == self.original_sha256
                && entry.previous == previous
                && entry.title.len() <= TITLE
                && !entry.title.contains(char::is_control)
                && time::parse(&entry.at).is_some()
                && entry.node != *own
                && before.iter().all(|earlier| earlier.node != entry.node)
                && entry.node.signed(entry.unsigned().as_bytes(), &entry.signature);
            need(good, Code::Reporters)?;
            previous = Some(entry.digest());
        }
        Ok(())
    }

    /// Its bytes: the same at every node that has it with the same reporters.
    pub fn text(&self) -> String {
        canonical(&serde_json::to_value(self).unwrap_or_default())
    }
}
