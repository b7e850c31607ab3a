//! The REST API through a real socket.

mod advisories;
mod carried;
mod cases;
mod content;
mod crowd;
mod directory;
mod due;
mod intake;
mod rules;
mod scans;
mod sources;
