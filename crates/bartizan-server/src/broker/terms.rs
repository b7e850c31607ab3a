//! What a grant lets one do, and where its calls go.

use std::net::IpAddr;

use bartizan_fetch::Network;
use serde::{Deserialize, Serialize};

/// Terms of a grant, as the store keeps them.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Terms {
    /// The checkpoint, as testers name it.
    pub(crate) checkpoint: String,
    /// The access level: a word of the programme.
    pub(crate) level: String,
    /// From where calls come; nothing is from anywhere.
    pub(crate) sources: Vec<String>,
    /// How many calls.
    pub(crate) calls: i64,
    /// How many tokens, in and out together.
    pub(crate) tokens: i64,
    /// The most tokens of one answer.
    pub(crate) answer: i64,
}

impl Terms {
    /// Whether calls may come from there.
    pub(super) fn takes_from(&self, address: Option<IpAddr>) -> bool {
        let networks = || self.sources.iter().filter_map(|source| source.parse::<Network>().ok());
        // What is no network lets nobody in.
        self.sources.is_empty()
            || address.is_some_and(|address| networks().any(|network| network.contains(address)))
    }
}

/// Where calls go. Kept sealed.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Endpoint {
    /// The base, e.g. `https://models.example/v1`.
    pub(crate) url: String,
    /// The developer's key.
    pub(crate) key: String,
    /// What the endpoint calls the checkpoint.
    pub(crate) model: String,
}

impl Endpoint {
    /// What it is sealed for.
    pub(crate) fn thing(grant: &str) -> String {
        format!("test-grant/{grant}")
    }
}

impl std::fmt::Debug for Endpoint {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Endpoint").field("url", &self.url).finish_non_exhaustive()
    }
}
