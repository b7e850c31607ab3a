//! The built-in pack against what its sources state, and the reader against damaged bytes.

#![allow(clippy::disallowed_methods)]

mod built_in;
mod hostile;
