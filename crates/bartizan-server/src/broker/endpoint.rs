//! Where the calls of a checkpoint go.

use serde::{Deserialize, Serialize};

use crate::app::App;
use crate::sharing::Wrong;

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
    pub(crate) fn thing(window: &str, checkpoint: &str) -> String {
        format!("test-endpoint/{window}/{checkpoint}")
    }

    /// Looks at what a person sent, and gives the host.
    pub(crate) fn check(&self, app: &App) -> Result<String, Wrong> {
        let words = [(&self.key, 4096), (&self.model, 256)];
        let plain = |(text, most): &(&String, usize)| {
            !text.is_empty() && text.len() <= *most && text.bytes().all(|byte| byte.is_ascii_graphic())
        };
        if self.url.len() > 2048 || !words.iter().all(plain) {
            return Err(Wrong::Unfit(
                "`key` and `model` are visible ASCII; `url` is the base that calls go below.".into(),
            ));
        }
        if self.url.contains(['?', '#', '@']) {
            return Err(Wrong::Unfit(
                "`url` is a base like https://models.example/v1, without user, query or fragment.".into(),
            ));
        }
        let checked = app.config.fetch.check(&self.url);
        checked
            .map_err(|error| Wrong::Unfit(format!("The endpoint cannot be reached from here: {error}.")))?;
        let host = self.url.split("://").nth(1).and_then(|rest| rest.split('/').next()).unwrap_or_default();
        Ok(host.to_owned())
    }
}

impl std::fmt::Debug for Endpoint {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Endpoint").field("url", &self.url).finish_non_exhaustive()
    }
}
