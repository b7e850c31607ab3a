//! The server: TAXII 2.1, REST API, pages, jobs.
//!
//! One endpoint, one file: extract, authorise, one call of the store, answer. `App` is what they share; `serve` binds a socket
//! and runs until it is told to stop.

mod advisories;
mod api;
mod app;
mod auth;
mod broker;
mod cases;
mod config;
mod download;
mod due;
mod health;
mod ics;
mod intake;
mod inventories;
mod listen;
mod metrics;
mod object;
mod pages;
mod programmes;
mod provider;
pub mod relay;
mod rules;
mod scans;
mod seal;
mod serve;
mod sharing;
pub mod sources;
mod taxii;
mod tls;
mod worded;
mod words;

pub mod jobs;
pub mod review;

pub use app::{App, Surroundings, System};
pub use auth::hash_password;
pub use auth::provider::Provider;
pub use config::Config;
pub use listen::Connection;
pub use seal::{Seal, SealFault};
pub use serve::{Fault, router, serve};
pub use tls::{Tls, fingerprint, fingerprint_of_pem};
