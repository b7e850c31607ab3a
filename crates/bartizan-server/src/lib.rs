//! The server: TAXII 2.1, REST API, pages, jobs.
//!
//! One endpoint, one file: extract, authorise, one call of the store, answer. `App` is what they share; `serve` binds a socket
//! and runs until it is told to stop.

mod api;
mod app;
mod auth;
mod config;
mod health;
mod pages;
mod rules;
mod serve;
mod taxii;

pub mod jobs;
pub mod review;

pub use app::{App, Surroundings, System};
pub use auth::hash_password;
pub use config::Config;
pub use serve::{Fault, router, serve};
