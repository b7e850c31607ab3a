//! The pages from outside: what a browser would parse, and what they must never contain.

#![allow(missing_docs)]

mod assets;
mod fixture;
mod pages;
mod review;
