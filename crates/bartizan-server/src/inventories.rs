//! Inventories of an organisation, as pages and API do alike. Everything about them is sealed before it is stored.

use std::sync::Arc;

use axum::http::{HeaderValue, header};
use axum::response::{IntoResponse, Response};

use bartizan_clearinghouse::access::{OrganisationId, Thing, Verb};
use bartizan_clearinghouse::due::{Change, Edit, Holding, differences, from_kept, to_kept};
use bartizan_clearinghouse::token;
use bartizan_product::inventory::{Asset, Defaults, Inventory};
use bartizan_store::{InventoryDocument, InventoryEntry, NewInventory, NewInventoryDocument};

use crate::app::App;
use crate::sharing::{Acting, Wrong};

/// Largest document, in bytes.
pub(crate) const LARGEST: usize = 20 << 20;
/// Most components of a document.
pub(crate) const COMPONENTS: usize = 100_000;
/// Diagnostics that are kept of a document.
const DIAGNOSTICS: usize = 200;
/// Assets of which somebody says something.
const EDITS: usize = 100_000;
/// Longest title, in characters.
const TITLE: usize = 200;

/// An inventory whose seal was opened.
#[derive(Clone, Debug)]
pub(crate) struct Opened {
    pub(crate) entry: InventoryEntry,
    pub(crate) holding: Holding,
}

/// A document that somebody brings.
pub(crate) struct Upload {
    /// What people call it; empty: as its first asset is called.
    pub(crate) title: String,
    /// Media type.
    pub(crate) media: String,
    /// Exposure of what it does not say: `yes`, `no`, `unknown`.
    pub(crate) exposure: String,
    pub(crate) bytes: Vec<u8>,
}

/// Why a document was not taken.
#[derive(Debug)]
pub(crate) enum Refused {
    Wrong(Wrong),
    /// A stable code, what is wrong, and whether it is too large.
    Document(&'static str, String, bool),
}

impl From<Wrong> for Refused {
    fn from(wrong: Wrong) -> Self {
        Self::Wrong(wrong)
    }
}

impl From<bartizan_store::Error> for Refused {
    fn from(e: bartizan_store::Error) -> Self {
        Self::Wrong(Wrong::Store(e))
    }
}

/// Whether the media type is one that an inventory comes in. What it is, is found by its content.
pub(crate) fn is_media(media: &str) -> bool {
    const MEDIA: [&str; 11] = [
        "application/json",
        "application/ld+json",
        "application/spdx+json",
        "application/vnd.cyclonedx+json",
        "application/vnd.cyclonedx+xml",
        "application/xml",
        "text/csv",
        "text/plain",
        "text/spdx",
        "text/xml",
        "text/tab-separated-values",
    ];
    MEDIA.contains(&media)
}

/// The asker's organisation, if they may do this with its inventories.
pub(crate) fn own(acting: &Acting<'_>, verb: Verb) -> Result<OrganisationId, Wrong> {
    let (own, _) = acting.known()?;
    let what = match verb {
        Verb::Review => "An exception is made by a reviewer or coordinator, with a token for writing.",
        _ => "Whoever changes inventories is an analyst, reviewer or coordinator, with a token for writing.",
    };
    acting.must(verb, &Thing::Inventory(own), what)?;
    Ok(own)
}

fn opened(app: &App, entry: InventoryEntry) -> Result<Opened, Wrong> {
    let text = open(app, &format!("inventory/{}/about", entry.uuid), &entry.about)?;
    let holding = serde_json::from_slice(&text).map_err(|e| unreadable(&e.to_string()))?;
    Ok(Opened { entry, holding })
}

fn unreadable(why: &str) -> Wrong {
    tracing::error!(error = %why, "what was sealed for an inventory cannot be read");
    Wrong::Unfit("It was sealed under another key file than this node's.".into())
}

/// Opens what was sealed for an organisation.
pub(crate) fn open(app: &App, place: &str, sealed: &str) -> Result<Vec<u8>, Wrong> {
    app.seal.open_bytes(&*app.around, place, sealed).map_err(|e| unreadable(&e.to_string()))
}

/// Seals something for a place.
pub(crate) fn seal(app: &App, place: &str, bytes: &[u8]) -> Result<String, Wrong> {
    app.seal.seal_bytes(&*app.around, place, bytes).map_err(|e| {
        tracing::error!(error = %e, "an inventory cannot be sealed");
        Wrong::Store(bartizan_store::Error::busy("inventories cannot be sealed now; nothing was stored"))
    })
}

/// The organisation's inventories, oldest first.
pub(crate) async fn all(app: &App, acting: &Acting<'_>) -> Result<Vec<Opened>, Wrong> {
    let own = own(acting, Verb::Read)?;
    app.store.inventories(own).await?.into_iter().map(|entry| opened(app, entry)).collect()
}

/// An inventory, if they may do this with it.
pub(crate) async fn find(app: &App, acting: &Acting<'_>, uuid: &str, verb: Verb) -> Result<Opened, Wrong> {
    let entry = app.store.inventory(uuid).await?.ok_or(Wrong::NotThere)?;
    // Another's is not there, whatever would be done with it.
    acting.must(Verb::Read, &Thing::Inventory(entry.organisation), "This token is not for reading.").or_else(
        |wrong| match wrong {
            Wrong::Forbidden(_) if verb != Verb::Read => Ok(()),
            wrong => Err(wrong),
        },
    )?;
    own(acting, verb)?;
    opened(app, entry)
}

/// What was read from an edition, without what people say. Kept in memory: an edition never changes.
pub(crate) async fn read_assets(app: &App, entry: &InventoryEntry, number: i64) -> Result<Arc<Vec<Asset>>, Wrong> {
    let key = (entry.uuid.clone(), number);
    if let Some(assets) = app.due.assets(&key) {
        return Ok(assets);
    }
    let sealed = app.store.inventory_document(entry.id, number, InventoryDocument::Assets).await?;
    let sealed = sealed.ok_or(Wrong::NotThere)?;
    let text = open(app, &format!("inventory/{}/assets/{number}", entry.uuid), &sealed)?;
    let read = String::from_utf8(text).map_err(|e| unreadable(&e.to_string()))?;
    let assets = Arc::new(from_kept(&read).map_err(|e| unreadable(&e.to_string()))?);
    app.due.keep_assets(key, Arc::clone(&assets));
    Ok(assets)
}

/// The assets of an inventory, with what people say of them.
pub(crate) async fn assets(app: &App, opened: &Opened) -> Result<Vec<Asset>, Wrong> {
    let read = read_assets(app, &opened.entry, opened.entry.edition).await?;
    Ok(opened.holding.edited(read.to_vec()))
}

/// The document as it came.
pub(crate) async fn document(app: &App, opened: &Opened) -> Result<Vec<u8>, Wrong> {
    let Opened { entry, .. } = opened;
    let sealed = app.store.inventory_document(entry.id, entry.edition, InventoryDocument::Original).await?;
    open(app, &format!("inventory/{}/document/{}", entry.uuid, entry.edition), &sealed.ok_or(Wrong::NotThere)?)
}

fn title(text: &str) -> Result<String, Wrong> {
    let text = text.trim();
    if text.chars().count() > TITLE || text.contains(char::is_control) {
        return Err(Wrong::Unfit("A title has at most 200 characters on one line.".into()));
    }
    Ok(text.to_owned())
}

fn exposure(word: &str) -> Result<String, Wrong> {
    let known = ["yes", "no", "unknown"].contains(&word);
    known.then(|| word.to_owned()).ok_or_else(|| Wrong::Unfit("Exposure is yes, no or unknown.".into()))
}

/// Reads a document: what is kept about it, and its assets. One after the other, since a hostile one takes memory.
async fn read(app: &App, upload: &mut Upload) -> Result<(Holding, Vec<Asset>, Vec<u8>), Refused> {
    let (named, exposure) = (title(&upload.title)?, exposure(&upload.exposure)?);
    let bytes = std::mem::take(&mut upload.bytes);
    if bytes.len() > LARGEST {
        return Err(Refused::Document("too-large", format!("A document has at most {} MiB.", LARGEST >> 20), true));
    }
    let _one = app.due.reading().await;
    let asset = if named.is_empty() { "Everything".to_owned() } else { named.clone() };
    let done = tokio::task::spawn_blocking(move || {
        // Exposure that the document leaves open stays open here: people may say later what holds for all of it.
        let read = Inventory::read(&bytes, &Defaults { asset, ..Defaults::default() });
        (read, bytes)
    });
    let (read, bytes) = done.await.map_err(|e| {
        tracing::error!(error = %e, "reading an inventory ended");
        Wrong::Unfit("The document could not be read.".into())
    })?;
    let read = read.map_err(|e| {
        let size = matches!(e.code(), bartizan_product::Code::TooLarge | bartizan_product::Code::TooMany);
        Refused::Document(e.code().as_str(), e.message().to_owned(), size)
    })?;
    let components = read.components();
    if components > COMPONENTS {
        let text = format!("{components} components: an inventory has at most {COMPONENTS}.");
        return Err(Refused::Document("too-many", text, true));
    }
    if components == 0 {
        let text = "No component was found in it. Nothing was kept.".to_owned();
        return Err(Refused::Document("nameless", text, false));
    }
    let count = |n: usize| u64::try_from(n).unwrap_or(u64::MAX);
    let diagnostics = read.diagnostics.iter().take(DIAGNOSTICS);
    let first = read.assets.first().map(|a| a.name.chars().take(TITLE).collect::<String>());
    let holding = Holding {
        title: if named.is_empty() { first.unwrap_or_default() } else { named },
        format: match &read.version {
            Some(version) => format!("{} {version}", read.format),
            None => read.format.to_string(),
        },
        media: upload.media.clone(),
        digest: token::digest_bytes(&bytes),
        size: count(bytes.len()),
        assets: count(read.assets.len()),
        components: count(components),
        exposure,
        uploaded: app.now(),
        edits: std::collections::BTreeMap::new(),
        diagnostics: diagnostics
            .map(|d| (d.code.as_str().to_owned(), d.place.clone(), d.message.clone()))
            .collect(),
        more: count(read.diagnostics.len().saturating_sub(DIAGNOSTICS)),
    };
    Ok((holding, read.assets, bytes))
}

fn about(app: &App, uuid: &str, holding: &Holding) -> Result<String, Wrong> {
    let text = serde_json::to_vec(holding).unwrap_or_default();
    seal(app, &format!("inventory/{uuid}/about"), &text)
}

/// The document and what was read from it, sealed.
fn edition(app: &App, uuid: &str, number: i64, bytes: &[u8], assets: &[Asset]) -> Result<[String; 2], Wrong> {
    Ok([
        seal(app, &format!("inventory/{uuid}/document/{number}"), bytes)?,
        seal(app, &format!("inventory/{uuid}/assets/{number}"), to_kept(assets).as_bytes())?,
    ])
}

/// Keeps a new inventory.
pub(crate) async fn add(app: &App, acting: &Acting<'_>, mut upload: Upload) -> Result<Opened, Refused> {
    let organisation = own(acting, Verb::Add)?;
    let (holding, assets, bytes) = read(app, &mut upload).await?;
    let uuid = app.uuid();
    let [document, kept] = edition(app, &uuid, 1, &bytes, &assets)?;
    let new = NewInventory {
        uuid: &uuid,
        organisation,
        about: &about(app, &uuid, &holding)?,
        edition: NewInventoryDocument { document: &document, assets: &kept },
    };
    app.store.add_inventory(&acting.by(), &new).await?;
    let entry = app.store.inventory(&uuid).await?.ok_or(Wrong::NotThere)?;
    Ok(Opened { entry, holding })
}

/// Puts a newer document in the place of the one that is there; what people said of assets holds on. What came and went.
pub(crate) async fn replace(
    app: &App,
    acting: &Acting<'_>,
    before: &Opened,
    mut upload: Upload,
) -> Result<(Opened, Vec<Change>), Refused> {
    own(acting, Verb::Add)?;
    if upload.title.trim().is_empty() {
        upload.title.clone_from(&before.holding.title);
    }
    let (mut holding, assets, bytes) = read(app, &mut upload).await?;
    holding.edits.clone_from(&before.holding.edits);
    let entry = &before.entry;
    let former = read_assets(app, entry, entry.edition).await?;
    let changes = differences(&former, &assets);
    let [document, kept] = edition(app, &entry.uuid, entry.edition + 1, &bytes, &assets)?;
    let new = NewInventoryDocument { document: &document, assets: &kept };
    let about = about(app, &entry.uuid, &holding)?;
    if !app.store.change_inventory(&acting.by(), entry, &about, Some(&new)).await? {
        return Err(Wrong::Unfit(MEANWHILE.into()).into());
    }
    let entry = app.store.inventory(&entry.uuid).await?.ok_or(Wrong::NotThere)?;
    Ok((Opened { entry, holding }, changes))
}

const MEANWHILE: &str = "Somebody else changed the inventory meanwhile: look at it, and do it again.";

/// What is said of an inventory and its assets; what is none stays.
#[derive(Default)]
pub(crate) struct Said {
    pub(crate) title: Option<String>,
    pub(crate) exposure: Option<String>,
    pub(crate) assets: std::collections::BTreeMap<String, Edit>,
}

/// Says something else of an inventory.
pub(crate) async fn change(app: &App, acting: &Acting<'_>, before: &Opened, said: Said) -> Result<Opened, Wrong> {
    own(acting, Verb::Add)?;
    let mut holding = before.holding.clone();
    if let Some(text) = &said.title {
        holding.title = title(text)?;
        if holding.title.is_empty() {
            return Err(Wrong::Unfit("A title is not empty.".into()));
        }
    }
    if let Some(word) = &said.exposure {
        holding.exposure = exposure(word)?;
    }
    if !said.assets.is_empty() {
        let read = read_assets(app, &before.entry, before.entry.edition).await?;
        for (name, edit) in said.assets {
            edit.check().map_err(|fault| Wrong::Unfit(fault.message))?;
            if !read.iter().any(|asset| asset.name == name) {
                let shown: String = name.chars().take(80).collect();
                return Err(Wrong::Unfit(format!("The inventory has no asset {shown:?}.")));
            }
            if holding.edits.len() >= EDITS {
                return Err(Wrong::Unfit("An inventory has at most 100,000 assets with something said of them.".into()));
            }
            let kept = holding.edits.entry(name).or_default();
            kept.exposure = edit.exposure.or_else(|| kept.exposure.take());
            kept.owner = edit.owner.or_else(|| kept.owner.take());
            kept.location = edit.location.or_else(|| kept.location.take());
        }
    }
    if holding == before.holding {
        return Ok(before.clone());
    }
    let about = about(app, &before.entry.uuid, &holding)?;
    if !app.store.change_inventory(&acting.by(), &before.entry, &about, None).await? {
        return Err(Wrong::Unfit(MEANWHILE.into()));
    }
    let entry = app.store.inventory(&before.entry.uuid).await?.ok_or(Wrong::NotThere)?;
    Ok(Opened { entry, holding })
}

/// Components with this (in lower case) in name, version, identifier or asset, in order.
pub(crate) fn components<'a>(
    assets: &'a [Asset],
    words: &'a str,
) -> impl Iterator<Item = (&'a Asset, &'a bartizan_product::inventory::Component)> {
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

/// The document as it is taken away: never shown by a browser.
pub(crate) fn taken_away(opened: &Opened, bytes: Vec<u8>) -> Response {
    let mut response = bytes.into_response();
    let headers = response.headers_mut();
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static("application/octet-stream"));
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("private, no-store"));
    let end = match opened.holding.media.as_str() {
        media if media.ends_with("json") => "json",
        media if media.ends_with("xml") => "xml",
        media if media.ends_with("csv") => "csv",
        _ => "txt",
    };
    let name = format!("attachment; filename=\"inventory-{}.{end}\"", opened.entry.edition);
    if let Ok(value) = HeaderValue::from_str(&name) {
        headers.insert(header::CONTENT_DISPOSITION, value);
    }
    response
}
