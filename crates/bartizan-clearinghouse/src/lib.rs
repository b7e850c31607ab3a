//! The rules of sharing, without I/O: who may see and do what, the chain of the audit log, reviews, feeds, reports of vulnerabilities.
//!
//! ```
//! use bartizan_clearinghouse::access::{Audience, Collection, Principal, Verb, decide, Thing};
//! use bartizan_stix::Tlp;
//!
//! let collection = Collection { public: true, ..Collection::new(1.into(), 7.into()) };
//! let audience = Audience::new(7.into(), Tlp::Clear).in_collection(1.into());
//! let thing = Thing::Content { audience: &audience, collection: Some(&collection) };
//! assert!(decide(&Principal::anyone(), Verb::Read, &thing, 0).allowed());
//! ```

pub mod access;
pub mod advisory;
pub mod audit;
pub mod case;
pub mod due;
pub mod duplicate;
pub mod feed;
pub mod hook;
pub mod intake;
pub mod pap;
pub mod priority;
pub mod privacy;
pub mod relay;
pub mod review;
pub mod scan;
mod set;
pub mod time;
pub mod token;
