//! Why a message is refused.

use std::fmt;

use crate::set::codes;

codes! {
    /// Stable codes of what is refused between nodes, e.g. `relay.chain`.
    NotTrusted = "relay.not-trusted", "Nobody here trusts who sent this, or it is not from whom it says.";
    Paused = "relay.paused", "The link to this node is paused.";
    TooLarge = "relay.too-large", "The message is larger than 16 MiB.";
    Malformed = "relay.malformed", "The message is not one of this protocol.";
    NotCanonical = "relay.not-canonical", "The bytes are not the canonical form of the message.";
    Version = "relay.version", "The message is of a version that is not spoken here.";
    WrongNode = "relay.wrong-node", "The message is for another node.";
    Replayed = "relay.replayed", "A message of this identifier came before, with other content.";
    Sequence = "relay.sequence", "Another message has this number.";
    Chain = "relay.chain", "The message does not follow the one before it.";
    TooFar = "relay.too-far", "Too many messages between the last and this one are missing.";
    Full = "relay.full", "Too much of this node waits to be taken up.";
    UnknownCase = "relay.unknown-case", "No such case was handed on to who sent this.";
    Transitive = "relay.not-transitive", "The case is of a third node, for which who sent this does not speak.";
    Original = "relay.original", "The original report is not what its digest says, or is no report.";
    Reporters = "relay.reporters", "The chain of reporters does not hold, or does not end with who sent this.";
    Red = "relay.red", "What is marked TLP:RED is not handed on between nodes.";
    NotFirst = "relay.not-first", "A case is handed over once, by its first message.";
}

/// Why a message was refused.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Refusal {
    /// The stable code.
    pub code: Code,
    /// What was wrong, in words of ours.
    pub message: String,
}

impl Refusal {
    pub(super) fn new(code: Code, message: impl Into<String>) -> Self {
        Self { code, message: message.into() }
    }
}

impl From<Code> for Refusal {
    fn from(code: Code) -> Self {
        Self::new(code, code.meaning())
    }
}

impl fmt::Display for Refusal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} [{}]", self.message, self.code.as_str())
    }
}

impl std::error::Error for Refusal {}

/// Refuses with a code unless something holds.
pub(super) fn need(holds: bool, code: Code) -> Result<(), Refusal> {
    if holds { Ok(()) } else { Err(code.into()) }
}
