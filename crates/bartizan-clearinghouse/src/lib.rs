//! The rules of sharing, without I/O: who may see and do what, the chain of the audit log, reviews, feeds.

pub mod feed;
