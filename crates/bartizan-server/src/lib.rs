//! The server: TAXII 2.1, REST API, pages, jobs.
