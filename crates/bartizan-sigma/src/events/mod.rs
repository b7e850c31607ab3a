//! Events of other forms than JSON, made into the JSON that [`crate::eval::Event`] lays flat.
//!
//! Nothing here reads files: bytes or lines come in, values go out. What is no event is an error of its own and costs
//! only itself.

pub mod csv;
pub mod evtx;
pub mod syslog;

use crate::error::{Error, Place};

/// Why some bytes are no event.
fn fault(message: impl Into<String>) -> Error {
    Error::new("sigma.event", Place::default(), message)
}
