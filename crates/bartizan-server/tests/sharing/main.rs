//! Sharing: embargoes, named recipients, PAP, markings, uploads, exports, webhooks. One node, three organisations, a clock that the
//! tests move.

mod embargo;
mod exports;
mod harness;
mod marking;
mod webhooks;
