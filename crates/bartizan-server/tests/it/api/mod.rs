//! The REST API through a real socket.

mod content;
mod directory;
mod rules;
mod sources;
