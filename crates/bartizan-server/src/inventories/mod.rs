//! Inventories of an organisation, as pages and API do alike. Everything about them is sealed before it is stored.

mod keep;
mod shown;

use std::sync::Arc;

use bartizan_clearinghouse::access::{OrganisationId, Thing, Verb};
use bartizan_clearinghouse::due::{Holding, from_kept};
use bartizan_product::inventory::Asset;
use bartizan_store::{InventoryDocument, InventoryEntry};

pub(crate) use keep::{LARGEST, Refused, Said, Upload, add, change, is_media, replace};
pub(crate) use shown::{components, taken_away};

use crate::app::App;
use crate::sharing::{Acting, Wrong};

/// An inventory whose seal was opened.
#[derive(Clone, Debug)]
pub(crate) struct Opened {
    pub(crate) entry: InventoryEntry,
    pub(crate) holding: Holding,
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
    acting
        .must(Verb::Read, &Thing::Inventory(entry.organisation), "This token is not for reading.")
        .or_else(|wrong| match wrong {
            Wrong::Forbidden(_) if verb != Verb::Read => Ok(()),
            wrong => Err(wrong),
        })?;
    own(acting, verb)?;
    opened(app, entry)
}

/// What was read from an edition, without what people say. Kept in memory: an edition never changes.
pub(crate) async fn read_assets(
    app: &App,
    entry: &InventoryEntry,
    number: i64,
) -> Result<Arc<Vec<Asset>>, Wrong> {
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
    open(
        app,
        &format!("inventory/{}/document/{}", entry.uuid, entry.edition),
        &sealed.ok_or(Wrong::NotThere)?,
    )
}
