//! The store on both engines.

mod access;
mod audit;
mod harness;
mod objects;
mod subset;
