//! The store on both engines.

mod access;
mod advisories;
mod audit;
mod cases;
mod channels;
mod editions;
mod harness;
mod identity;
mod inventories;
mod jobs;
mod names;
mod objects;
mod scans;
mod search;
mod sharing;
mod subset;
