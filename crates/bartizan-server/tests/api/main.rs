//! The REST API through a real socket.

mod content;
mod directory;
mod harness;
mod rules;
mod sources;
