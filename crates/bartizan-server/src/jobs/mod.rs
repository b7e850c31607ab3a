//! Long work: what waits in the database, is done in child processes, and is stored.

pub mod isolate;
