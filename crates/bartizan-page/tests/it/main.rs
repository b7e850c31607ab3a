//! The page from outside: what a browser would parse, and what it must never contain.

#![allow(missing_docs)]

mod detections;
mod fixture;
mod load;
mod page;
