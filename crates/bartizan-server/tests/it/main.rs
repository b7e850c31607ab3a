//! The server's tests as one program, which links once. Through a socket: `api`. Without one: the others. What they share:
//! `harness`; a node with everything on it: `world`.

mod access;
mod advised;
mod advisory_pages;
mod api;
mod blind;
mod broker;
mod editions;
mod facts_page;
mod faults;
mod harness;
mod headers;
mod holes;
mod hostile;
mod interop;
mod jobs;
mod matrix;
mod noticed;
mod pages;
mod programmes;
mod relay;
mod room;
mod tested;
mod window;
mod world;
