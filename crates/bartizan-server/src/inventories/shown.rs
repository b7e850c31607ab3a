//! What is shown of an inventory, and taken away.

use axum::response::Response;
use bartizan_product::inventory::{Asset, Component};

use super::Opened;
use crate::download::{ANY, download};

/// Components with this (in lower case) in name, version, identifier or asset, in order.
pub(crate) fn components<'a>(
    assets: &'a [Asset],
    words: &'a str,
) -> impl Iterator<Item = (&'a Asset, &'a Component)> {
    let all = assets.iter().flat_map(|asset| asset.components.iter().map(move |c| (asset, c)));
    all.filter(move |(asset, c)| {
        let has = |text: &str| text.to_lowercase().contains(words);
        words.is_empty()
            || has(&c.name)
            || has(&asset.name)
            || c.version.as_deref().is_some_and(has)
            || c.purl.as_ref().is_some_and(|purl| has(&purl.to_string()))
            || c.cpes.iter().any(|cpe| has(&cpe.to_string()))
    })
}

/// The document as it is taken away.
pub(crate) fn taken_away(opened: &Opened, bytes: Vec<u8>) -> Response {
    let end = match opened.holding.media.as_str() {
        media if media.ends_with("json") => "json",
        media if media.ends_with("xml") => "xml",
        media if media.ends_with("csv") => "csv",
        _ => "txt",
    };
    download(bytes, ANY, &format!("inventory-{}.{end}", opened.entry.edition))
}
