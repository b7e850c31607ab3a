//! Fetching a user-named URL behind a guard against server-side request forgery.
//!
//! The guard refuses every address that is not globally reachable unless the caller allows its network: literals
//! before a connection is tried, names after they were resolved, and each redirect anew. The connection goes to
//! the very address that was checked, so a name that changes its answer (rebinding) gains nothing. Proxies from
//! the environment are ignored, since they would resolve names themselves.
//!
//! [`Node`] talks to the API of a node that the user names. [`Poster`] posts behind the same guard. [`Endpoint`] posts to one address that the user names, which may be of this machine; redirects are not followed. [`taxii`] reads and fills
//! the collections of TAXII servers, through the guard.
//!
//! ```
//! use bartizan_fetch::{Fetcher, Rules};
//!
//! let fetcher = Fetcher::new(Rules::default());
//! let error = fetcher.fetch("http://169.254.169.254/latest/meta-data/").unwrap_err();
//! assert!(error.is_refused());
//! ```

mod address;
mod client;
mod endpoint;
mod error;
mod node;
mod post;
pub mod taxii;

pub use address::{Network, is_global};
pub use client::{Ask, Fetched, Fetcher, Rules};
pub use endpoint::Endpoint;
pub use error::Error;
pub use node::{Method, Node, Reply};
pub use post::{Answered, Mutual, Poster};
