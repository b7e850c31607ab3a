//! What inventories look like outside.

use std::collections::BTreeMap;

use bartizan_clearinghouse::due::Edit;
use bartizan_clearinghouse::time;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::super::shapes::LINE;
use crate::inventories::Opened;

#[derive(Serialize, JsonSchema)]
#[schemars(rename = "Inventory")]
pub(super) struct Line {
    pub(super) id: String,
    pub(super) title: String,
    /// For example `CycloneDX JSON 1.6`.
    pub(super) format: String,
    pub(super) assets: u64,
    pub(super) components: u64,
    /// Exposure of assets of which neither document nor people say anything.
    pub(super) exposure: String,
    /// How many documents there were.
    pub(super) edition: i64,
    pub(super) sha256: String,
    /// Bytes.
    pub(super) size: u64,
    #[schemars(extend("format" = "date-time"))]
    pub(super) uploaded: String,
    #[schemars(extend("format" = "date-time"))]
    pub(super) changed: String,
}

#[derive(Serialize, JsonSchema)]
#[schemars(rename = "WholeInventory")]
pub(super) struct Whole {
    #[serde(flatten)]
    pub(super) line: Line,
    /// What you said of assets.
    pub(super) said: BTreeMap<String, AssetSaid>,
    /// What was not as it should be in the document; the first 200.
    pub(super) diagnostics: Vec<Diagnostic>,
    /// How many more there were.
    pub(super) more_diagnostics: u64,
}

#[derive(Serialize, JsonSchema)]
#[schemars(rename = "InventoryDiagnostic")]
pub(super) struct Diagnostic {
    /// See docs/inventories.md.
    pub(super) code: String,
    pub(super) place: String,
    pub(super) message: String,
}

#[derive(Serialize, JsonSchema)]
#[schemars(rename = "ReplacedInventory")]
pub(super) struct Replaced {
    #[serde(flatten)]
    pub(super) whole: Whole,
    /// Components that came, the first 1,000.
    pub(super) came: Vec<Changed>,
    /// Components that went, the first 1,000.
    pub(super) went: Vec<Changed>,
    pub(super) changes: u64,
}

#[derive(Serialize, JsonSchema)]
#[schemars(rename = "InventoryChange")]
pub(super) struct Changed {
    pub(super) asset: String,
    pub(super) component: String,
}

/// What is said of an asset; what is left out stays.
#[derive(Clone, Default, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(rename = "AssetSaid")]
pub(super) struct AssetSaid {
    /// `yes`, `no` or `unknown`.
    #[serde(default)]
    pub(super) exposure: Option<String>,
    #[serde(default)]
    #[schemars(length(max = 200))]
    pub(super) owner: Option<String>,
    #[serde(default)]
    #[schemars(length(max = 200))]
    pub(super) location: Option<String>,
}

#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(rename = "InventoryPatch")]
pub(super) struct Patch {
    #[serde(default)]
    #[schemars(length(max = 200), regex(pattern = LINE))]
    pub(super) title: Option<String>,
    /// `yes`, `no` or `unknown`.
    #[serde(default)]
    pub(super) exposure: Option<String>,
    /// By the name of the asset.
    #[serde(default)]
    pub(super) assets: BTreeMap<String, AssetSaid>,
}

#[derive(Serialize, JsonSchema)]
#[schemars(rename = "InventoryComponent")]
pub(super) struct Component {
    pub(super) asset: String,
    /// Whether the asset can be reached from the internet: `yes`, `no`, `unknown`.
    pub(super) exposure: String,
    pub(super) name: String,
    pub(super) version: Option<String>,
    pub(super) purl: Option<String>,
    pub(super) cpes: Vec<String>,
    /// Where in the document.
    pub(super) place: String,
}

#[derive(Serialize, JsonSchema)]
#[schemars(rename = "OwnLogEntry")]
pub(super) struct Entry {
    pub(super) number: i64,
    #[schemars(extend("format" = "date-time"))]
    pub(super) at: String,
    pub(super) actor: String,
    pub(super) action: String,
    pub(super) thing: String,
    pub(super) hash: String,
}

pub(super) fn line(opened: &Opened) -> Line {
    let Opened { entry, holding } = opened;
    Line {
        id: entry.uuid.clone(),
        title: holding.title.clone(),
        format: holding.format.clone(),
        assets: holding.assets,
        components: holding.components,
        exposure: holding.exposure.clone(),
        edition: entry.edition,
        sha256: holding.digest.clone(),
        size: holding.size,
        uploaded: time::text(holding.uploaded),
        changed: time::text(entry.changed),
    }
}

pub(super) fn whole(opened: &Opened) -> Whole {
    let said = opened.holding.edits.iter().map(|(name, edit)| {
        let Edit { exposure, owner, location } = edit.clone();
        (name.clone(), AssetSaid { exposure, owner, location })
    });
    let diagnostics = opened.holding.diagnostics.iter().map(|(code, place, message)| Diagnostic {
        code: code.clone(),
        place: place.clone(),
        message: message.clone(),
    });
    Whole {
        line: line(opened),
        said: said.collect(),
        diagnostics: diagnostics.collect(),
        more_diagnostics: opened.holding.more,
    }
}
