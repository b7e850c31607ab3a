//! A message from one node to another.

use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::canonical::canonical;
use super::fault::{Code, Refusal, need};
use super::node::NodeId;
use super::provenance::Provenance;
use super::said::{Said, Spoken};
use crate::case::{EmbargoState, Name, Source, Words};
use crate::{time, token};

/// The version of the protocol.
pub const VERSION: u32 = 1;
/// Longest message, in bytes.
pub const LONGEST: usize = 16 << 20;
/// Longest handling identifier, name of a case or identifier of a message, in bytes.
const IDENTIFIER: usize = 128;
/// Longest title and summary, in bytes.
const TITLE: usize = 1024;
const SUMMARY: usize = 64 << 10;
/// Most limits, products and CVE identifiers of a handover.
const MOST: usize = 1024;
/// Most reports of a handover.
const REPORTS: usize = 64;

/// Which case a message is about: by its name at the node that handed it over first of the two.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Origin {
    /// The case's name there.
    pub case: String,
    /// That node.
    pub node: NodeId,
}

/// A message. Its signature is kept apart, and is over exactly the bytes as sent.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Message {
    /// What it says.
    pub body: Body,
    /// Who sends it.
    pub from: NodeId,
    /// By which the receiver handles the case, as far as the sender was told.
    pub handling: Option<String>,
    /// The message's own name; random. The same name is the same message.
    pub id: String,
    /// Which case it is about.
    pub origin: Origin,
    /// SHA-256 of the message before it about this case in this direction; none for the first.
    pub previous: Option<String>,
    /// When it was written, as RFC 3339 has it.
    pub sent: String,
    /// Its number about this case in this direction, from 1 without gaps.
    pub sequence: u64,
    /// Whom it is for.
    pub to: NodeId,
    /// The version of the protocol.
    pub version: u32,
}

/// What a message says.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "kind", content = "with", rename_all = "kebab-case", deny_unknown_fields)]
pub enum Body {
    /// Hands a case over: the first message about it.
    Handover(Box<Handover>),
    /// The case was taken; this is how it is handled.
    Receipt {
        /// By which the sender of the receipt can be asked about it.
        handling: String,
    },
    /// Something was said in the case.
    Said(Spoken),
    /// The sender is done with the case.
    Closed {},
}

/// A case that is handed over.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Handover {
    /// CVE identifiers.
    pub cves: Vec<String>,
    /// The terms under which it is handed over.
    pub embargo: Embargo,
    /// How far it goes: a word of TLP 2.0, `TLP:AMBER`.
    pub marking: String,
    /// Products that both cases call by these names.
    pub products: Vec<Name>,
    /// Where each report of the case comes from; at least one.
    pub provenances: Vec<Provenance>,
    /// What it is about, in words of the sender.
    pub summary: String,
    /// What the sender calls it.
    pub title: String,
}

/// The embargo at the time of a handover.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Embargo {
    /// Limits that nothing agreed may outlast.
    pub limits: Vec<LimitTerm>,
    /// The name of the proposal whose terms are in force, if some are.
    pub proposal: Option<Name>,
    /// Why it is so long, if that was said.
    pub reason: Option<Words>,
    /// Where it stands.
    pub state: EmbargoState,
    /// When it ends, as RFC 3339 has it, if terms are in force.
    pub until: Option<String>,
}

/// A limit.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct LimitTerm {
    /// Its name at the sender.
    pub name: Name,
    /// Whose rule.
    pub source: Source,
    /// The latest time, as RFC 3339 has it.
    pub until: String,
    /// Where that is written.
    pub words: Words,
}

impl Message {
    /// The bytes that are signed and sent.
    pub fn bytes(&self) -> Vec<u8> {
        canonical(&serde_json::to_value(self).unwrap_or_default()).into_bytes()
    }

    /// Who says to have sent this, to be looked up before anything is believed.
    pub fn sender(bytes: &[u8]) -> Option<NodeId> {
        #[derive(Deserialize)]
        struct From {
            from: NodeId,
        }
        (bytes.len() <= LONGEST).then(|| serde_json::from_slice::<From>(bytes).ok())?.map(|head| head.from)
    }

    /// Reads a message whose sender is known and trusted, with the digest of its bytes.
    pub fn open(
        bytes: &[u8],
        signature: &str,
        sender: &NodeId,
        own: &NodeId,
    ) -> Result<(Self, String), Refusal> {
        need(bytes.len() <= LONGEST, Code::TooLarge)?;
        need(sender.signed(bytes, signature), Code::NotTrusted)?;
        let malformed = |e: serde_json::Error| Refusal::new(Code::Malformed, e.to_string());
        let value: Value = serde_json::from_slice(bytes).map_err(malformed)?;
        need(canonical(&value).as_bytes() == bytes, Code::NotCanonical)?;
        let version = value.get("version").and_then(Value::as_u64);
        need(version == Some(u64::from(VERSION)), Code::Version)?;
        let message: Self = serde_json::from_value(value).map_err(malformed)?;
        need(message.from == *sender && message.to == *own && message.from != message.to, Code::WrongNode)?;
        let known = [&message.from, &message.to].contains(&&message.origin.node);
        need(known, Code::Transitive)?;
        message.check()?;
        Ok((message, token::digest_bytes(bytes)))
    }

    fn check(&self) -> Result<(), Refusal> {
        let identifier =
            |text: &str| (1..=IDENTIFIER).contains(&text.len()) && text.bytes().all(|b| b.is_ascii_graphic());
        let handling = |text: &Option<String>| text.as_deref().is_none_or(identifier);
        need(identifier(&self.id) && identifier(&self.origin.case), Code::Malformed)?;
        need(handling(&self.handling) && time::parse(&self.sent).is_some(), Code::Malformed)?;
        need(self.sequence >= 1 && (self.sequence == 1) == self.previous.is_none(), Code::Malformed)?;
        match &self.body {
            Body::Handover(handover) => {
                need(self.sequence == 1 && self.origin.node == self.from, Code::NotFirst)?;
                handover.check(&self.from, &self.to)
            }
            Body::Receipt { handling } => need(identifier(handling), Code::Malformed),
            Body::Said(spoken) => spoken.check(),
            Body::Closed {} => Ok(()),
        }
    }

    /// What was said, if it is that.
    pub fn said(&self) -> Option<&Said> {
        match &self.body {
            Body::Said(spoken) => Some(&spoken.said),
            _ => None,
        }
    }
}

impl Handover {
    fn check(&self, from: &NodeId, to: &NodeId) -> Result<(), Refusal> {
        let marking = bartizan_stix::Tlp::parse(&self.marking).ok_or(Code::Malformed)?;
        need(marking != bartizan_stix::Tlp::Red, Code::Red)?;
        let plain = |text: &str| !text.chars().any(|c| c.is_control() && !"\n\t".contains(c));
        let line = |text: &str, most: usize| text.len() <= most && !text.contains(char::is_control);
        need(line(&self.title, TITLE) && self.summary.len() <= SUMMARY, Code::Malformed)?;
        need(plain(&self.summary), Code::Malformed)?;
        let counts = [self.cves.len(), self.products.len(), self.embargo.limits.len()];
        need(counts.into_iter().all(|count| count <= MOST), Code::Malformed)?;
        need(self.cves.iter().all(|cve| line(cve, 32)), Code::Malformed)?;
        let limits = self.embargo.limits.iter().map(|limit| &limit.until);
        let times = limits.chain(&self.embargo.until).all(|text| time::parse(text).is_some());
        need(times, Code::Malformed)?;
        need((1..=REPORTS).contains(&self.provenances.len()), Code::Malformed)?;
        self.provenances.iter().try_for_each(|provenance| provenance.check(from, to))
    }
}
