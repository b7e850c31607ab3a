//! Documents that are brought, and what people say of assets.

use bartizan_clearinghouse::access::Verb;
use bartizan_clearinghouse::due::{Change, Edit, Holding, differences, to_kept};
use bartizan_clearinghouse::token;
use bartizan_product::inventory::{Asset, Defaults, Inventory};
use bartizan_store::{NewInventory, NewInventoryDocument};

use super::{Opened, own, read_assets, seal};
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
        return Err(Refused::Document(
            "too-large",
            format!("A document has at most {} MiB.", LARGEST >> 20),
            true,
        ));
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
pub(crate) async fn change(
    app: &App,
    acting: &Acting<'_>,
    before: &Opened,
    said: Said,
) -> Result<Opened, Wrong> {
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
        let there: std::collections::BTreeSet<&str> = read.iter().map(|asset| asset.name.as_str()).collect();
        for (name, edit) in said.assets {
            edit.check().map_err(|fault| Wrong::Unfit(fault.message))?;
            if !there.contains(name.as_str()) {
                let shown: String = name.chars().take(80).collect();
                return Err(Wrong::Unfit(format!("The inventory has no asset {shown:?}.")));
            }
            if holding.edits.len() >= EDITS {
                return Err(Wrong::Unfit(
                    "An inventory has at most 100,000 assets with something said of them.".into(),
                ));
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
