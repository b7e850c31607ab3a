//! Evidence in custody: a hash-chained, signed manifest over files, and the verifier that trusts nothing else.
//!
//! A manifest is a text of lines, each one JSON object in one form: keys in order, no blanks, an end of line. A line holds the SHA-256
//! of the line before it, so that none can be dropped, altered or moved; checkpoints are signed (Ed25519, RFC 8032) over their place in
//! the chain; the last line closes the manifest, signed as well, and nothing may follow it. docs/custody.md shows how to check one by
//! hand.
//!
//! ```
//! use bartizan_custody::{Manifest, Memory, SigningKey, Trusted, verify};
//! let key = SigningKey::from_bytes(&[7; 32]);
//! let mut manifest = Manifest::begin("window-1")?;
//! manifest.add("log", "runs/1.eval", b"bytes of a log", "2026-12-01T00:00:00Z")?;
//! let text = manifest.close(&key, "2026-12-02T00:00:00Z")?;
//! let mut files = Memory::from([("runs/1.eval".to_owned(), b"bytes of a log".to_vec())]);
//! let trusted = Trusted::from([key.verifying_key()]);
//! assert!(verify(text.as_bytes(), &mut files, &trusted).holds());
//! files.0.insert("runs/1.eval".to_owned(), b"bytes of a l0g".to_vec());
//! assert!(!verify(text.as_bytes(), &mut files, &trusted).holds());
//! # Ok::<(), bartizan_custody::Error>(())
//! ```

mod entry;
mod error;
mod fault;
mod files;
mod manifest;
mod name;
#[cfg(test)]
mod tests;
mod verify;

pub use ed25519_dalek::{SigningKey, VerifyingKey};
pub use entry::{Entry, MANIFEST};
pub use error::Error;
pub use fault::{Code, Fault};
pub use files::{Files, Memory};
pub use manifest::{Manifest, digest};
pub use name::is_name;
pub use verify::{MOST_BYTES, MOST_LINES, Trusted, Verdict, verify};
