//! What is said in a case of one node, as it is told to another.

use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};

use super::fault::{Code, Refusal, need};
use super::node::NodeId;
use crate::case::{
    ExitReason, Exposure, Happening, Justification, Name, Origin, ReportStep, Stand, Tooling, Tried, Words,
};
use crate::time;

/// Longest message of a thread, in bytes.
const TEXT: usize = 16 << 10;

/// Something said, and which event of the sender's log it was.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Spoken {
    /// When it was said there, as RFC 3339 has it.
    pub at: String,
    /// What.
    pub said: Said,
}

/// What the sender's node says: always of itself, never for a third.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "say", rename_all = "kebab-case", deny_unknown_fields)]
pub enum Said {
    /// It proposes terms.
    Propose {
        /// Which node's name the next is.
        of: NodeId,
        /// Name of the proposal there.
        proposal: Name,
        /// Why, if that was said.
        reason: Option<Words>,
        /// When the embargo would end, as RFC 3339 has it.
        until: String,
    },
    /// It answers to terms.
    Answer {
        /// Whether it agrees.
        accept: bool,
        /// Which node's name the next is.
        of: NodeId,
        /// To which proposal.
        proposal: Name,
    },
    /// It takes a proposal back.
    Withdraw {
        /// Which node's name the next is.
        of: NodeId,
        /// Which.
        proposal: Name,
    },
    /// Its report has gone a step.
    Step {
        /// The step.
        step: ReportStep,
    },
    /// A product that both cases name has, or has not, the vulnerability.
    State {
        /// Why it is not affected.
        justification: Option<Justification>,
        /// Which product.
        product: Name,
        /// What is said.
        stand: Stand,
        /// In words.
        words: Words,
    },
    /// A fix is ready.
    FixReady {},
    /// An attempt to reproduce it.
    Attempt {
        /// Digest of the environment.
        environment: Name,
        /// Digests of what shows it.
        evidence: BTreeSet<Name>,
        /// What came of it.
        result: Tried,
        /// How it was done.
        words: Words,
    },
    /// Something got out.
    Break {
        /// How much.
        exposure: Exposure,
        /// Its name there.
        incident: Name,
        /// Which node's name that is.
        of: NodeId,
        /// How.
        origin: Origin,
        /// What is known.
        words: Words,
    },
    /// Something became true in the world, as the sender sees it. Here it is a message: what is true is decided here.
    Happened {
        /// What.
        what: Happening,
    },
    /// The sender knows more of the tools. Here it is a message.
    Tooling {
        /// What it says.
        tooling: Tooling,
    },
    /// The sender's embargo ended. Here it is a message.
    Ended {
        /// Why.
        reason: ExitReason,
        /// In words.
        words: Option<Words>,
    },
    /// Words for the thread between the two.
    Wrote {
        /// The words.
        text: String,
    },
}

impl Spoken {
    pub(super) fn check(&self) -> Result<(), Refusal> {
        need(time::parse(&self.at).is_some(), Code::Malformed)?;
        match &self.said {
            Said::Propose { until, .. } => need(time::parse(until).is_some(), Code::Malformed),
            Said::Wrote { text } => need((1..=TEXT).contains(&text.len()) && plain(text), Code::Malformed),
            Said::Attempt { evidence, .. } => need(evidence.len() <= 64, Code::Malformed),
            Said::Step { step } => need(*step != ReportStep::Receive, Code::Malformed),
            _ => Ok(()),
        }
    }
}

/// Nothing that steers a display.
fn plain(text: &str) -> bool {
    !text.chars().any(|c| {
        (c.is_control() && !matches!(c, '\n' | '\t' | '\r'))
            || matches!(c, '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
    })
}

/// What the own log calls what a peer calls so: a name of the own node is its own again, a name of the peer has the peer before it.
/// None if the name is of a third, or would be too long.
pub fn here(name: &Name, of: &NodeId, peer: &NodeId, own: &NodeId) -> Option<Name> {
    match of {
        of if of == own => Some(name.clone()),
        of if of == peer => format!("{}.{name}", peer.prefix()).parse().ok(),
        _ => None,
    }
}

/// What a peer is told for a name of the own log: the reverse of [`here`].
pub fn there(name: &Name, peer: &NodeId, own: &NodeId) -> (Name, NodeId) {
    let theirs = name.as_str().strip_prefix(peer.prefix()).and_then(|rest| rest.strip_prefix('.'));
    match theirs.and_then(|rest| rest.parse().ok()) {
        Some(rest) => (rest, peer.clone()),
        None => (name.clone(), own.clone()),
    }
}
