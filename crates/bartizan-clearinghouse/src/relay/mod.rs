//! Handing a case on to another node, and back: messages that two nodes send each other, signed and chained.
//!
//! Nothing here sends or keeps: a [`Message`] is read from bytes, or written to them; a [`Stream`] says whether a message comes next;
//! [`Provenance`] is what a handed-on report brings along, unchanged from the first node to the last. Trust is pairwise: who signed a
//! message is whom it is from, and it concerns a case of one of the two.
//!
//! ```
//! use bartizan_clearinghouse::relay::*;
//!
//! let (a, b) = (NodeKey::from_seed([1; 32]), NodeKey::from_seed([2; 32]));
//! let message = Message {
//!     body: Body::Closed {},
//!     from: a.id(),
//!     handling: None,
//!     id: "0b4d1f5e-8a5e-4c6f-9a57-3f0f6c2f1d11".into(),
//!     origin: Origin { case: "case-1".into(), node: a.id() },
//!     previous: None,
//!     sent: "2026-11-30T11:00:00.000000Z".into(),
//!     sequence: 1,
//!     to: b.id(),
//!     version: VERSION,
//! };
//! let bytes = message.bytes();
//! let signature = a.sign(&bytes);
//! let (read, digest) = Message::open(&bytes, &signature, &a.id(), &b.id())?;
//! assert_eq!(read, message);
//! assert_eq!(Stream::default().place(read.sequence, read.previous.as_deref()), Place::Next);
//! assert_eq!(digest.len(), 64);
//! # Ok::<(), Refusal>(())
//! ```

mod canonical;
mod fault;
mod message;
mod node;
mod provenance;
mod said;
mod stream;
#[cfg(test)]
mod tests;

pub use canonical::canonical;
pub use fault::{Code, Refusal};
pub use message::{Body, Embargo, Handover, LONGEST, LimitTerm, Message, Origin, VERSION};
pub use node::{NodeId, NodeKey};
pub use provenance::{MOST_REPORTERS, Provenance, Reporter};
pub use said::{Said, Spoken, here, there};
pub use stream::{AHEAD, Place, Stream};
