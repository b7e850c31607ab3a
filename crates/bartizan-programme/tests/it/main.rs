//! Rules, windows, agreements, grants, plans, findings, determinations, through the front door.
#![allow(clippy::disallowed_methods)]

mod agreements;
mod books;
mod calendars;
mod clocks;
mod codes;
mod determinations;
mod findings;
mod grants;
mod keygen;
mod meters;
mod people;
mod plans;
mod proptests;
mod random;
mod rules;
mod stories;
mod world;
