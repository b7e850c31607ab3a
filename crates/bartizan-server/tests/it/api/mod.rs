//! The REST API through a real socket.

mod advisories;
mod cases;
mod content;
mod directory;
mod due;
mod intake;
mod rules;
mod scans;
mod sources;
