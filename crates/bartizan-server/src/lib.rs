//! The server: TAXII 2.1, REST API, pages, jobs.

pub mod jobs;
pub mod review;
