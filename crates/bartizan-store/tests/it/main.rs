//! The store on both engines.

mod access;
mod audit;
mod editions;
mod harness;
mod jobs;
mod names;
mod objects;
mod subset;
