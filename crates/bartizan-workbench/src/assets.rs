//! What the pages load: built from `ui/` into `ui/dist`, which is committed, and named by content.

use sha2::{Digest, Sha256};
use std::sync::LazyLock;

/// Content-Security-Policy of every page of this crate, for the response header.
pub const POLICY: &str = "default-src 'self'; script-src 'self'; style-src 'self'; img-src 'self' data:; \
     frame-ancestors 'none'; base-uri 'none'; form-action 'self'; object-src 'none'";

/// A file that pages load. Its path changes with its content, so it may be cached for ever.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Asset {
    /// Path on the server, with the hash: `/assets/workbench-0a1b2c3d4e5f6071.css`.
    pub path: String,
    /// Media type for the response header.
    pub media: &'static str,
    /// Content.
    pub bytes: &'static [u8],
}

macro_rules! file {
    ($name:literal) => {
        ($name, include_bytes!(concat!("../../../ui/dist/", $name)) as &[u8])
    };
}

const FILES: [(&str, &[u8]); 6] = [
    file!("workbench.css"),
    file!("start.js"),
    file!("workbench.js"),
    file!("review.js"),
    file!("explorer.js"),
    file!("passkey.js"),
];

static ASSETS: LazyLock<Vec<Asset>> = LazyLock::new(|| FILES.iter().map(|(n, b)| asset(n, b)).collect());

/// All files that pages load; the server answers each at its path.
pub fn assets() -> &'static [Asset] {
    &ASSETS
}

/// The path of a file by its plain name.
pub(crate) fn path(name: &str) -> &'static str {
    let at = FILES.iter().position(|(n, _)| *n == name);
    at.map_or("", |i| ASSETS[i].path.as_str())
}

fn asset(name: &str, bytes: &'static [u8]) -> Asset {
    let (stem, ending) = name.rsplit_once('.').unwrap_or((name, ""));
    let hash: String = Sha256::digest(bytes).iter().take(8).map(|b| format!("{b:02x}")).collect();
    let media = if ending == "css" { "text/css; charset=utf-8" } else { "text/javascript; charset=utf-8" };
    Asset { path: format!("/assets/{stem}-{hash}.{ending}"), media, bytes }
}
