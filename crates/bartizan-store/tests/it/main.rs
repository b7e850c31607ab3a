//! The store on both engines.

mod access;
mod audit;
mod harness;
mod jobs;
mod names;
mod objects;
mod sharing;
mod subset;
