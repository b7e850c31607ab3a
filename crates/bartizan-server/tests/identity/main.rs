//! Signing in: second factors, keys of browsers, providers, certificates, limits.

mod codes;
mod harness;
mod limits;
mod tls;
