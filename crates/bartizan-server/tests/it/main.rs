//! The server's tests as one program, which links once. Through a socket: `api`. Without one: the others. What they share: `harness`.

mod access;
mod api;
mod harness;
mod hostile;
mod jobs;
mod pages;
