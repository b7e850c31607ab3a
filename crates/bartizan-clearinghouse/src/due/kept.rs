//! An inventory as it is kept: what was read from its document, in a form that is read fast, and what people say of its assets.

use std::collections::{BTreeMap, BTreeSet};

use bartizan_product::inventory::{Asset, Component, Exposure};
use bartizan_product::{Cpe, Purl};
use serde::{Deserialize, Serialize};

use super::fault::{Code, Fault};

/// The attribute of an asset that says where it is.
pub(super) const LOCATION: &str = "location";
/// Longest owner or location, in characters.
const LONGEST: usize = 200;

/// An asset.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct WireAsset {
    n: String,
    #[serde(default, skip_serializing_if = "String::is_empty")]
    e: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    o: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    k: Option<String>,
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    a: BTreeMap<String, String>,
    c: Vec<WireComponent>,
}

/// A component; what its package URL says again is left out.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct WireComponent {
    n: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    v: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    p: Option<String>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    c: Vec<String>,
    #[serde(default, skip_serializing_if = "String::is_empty")]
    l: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    k: Option<String>,
}

fn exposure(word: &str) -> Exposure {
    match word {
        "yes" => Exposure::Yes,
        "no" => Exposure::No,
        _ => Exposure::Unknown,
    }
}

/// Assets as they are kept: JSON.
pub fn to_kept(assets: &[Asset]) -> String {
    let wire: Vec<WireAsset> = assets
        .iter()
        .map(|asset| WireAsset {
            n: asset.name.clone(),
            e: if asset.exposure == Exposure::Unknown {
                String::new()
            } else {
                asset.exposure.as_str().into()
            },
            o: asset.owner.clone(),
            k: asset.criticality.clone(),
            a: asset.attributes.clone(),
            c: asset
                .components
                .iter()
                .map(|c| WireComponent {
                    n: c.name.clone(),
                    v: c.version.clone(),
                    p: c.purl.as_ref().map(ToString::to_string),
                    c: c.cpes.iter().map(ToString::to_string).collect(),
                    l: c.place.clone(),
                    k: c.kind.clone(),
                })
                .collect(),
        })
        .collect();
    serde_json::to_string(&wire).unwrap_or_default()
}

/// The same, back.
///
/// # Errors
/// [`Code::Kept`] for what [`to_kept`] does not write.
pub fn from_kept(text: &str) -> Result<Vec<Asset>, Fault> {
    let wrong = |what: String| Fault::new(Code::Kept, what);
    let wire: Vec<WireAsset> = serde_json::from_str(text).map_err(|e| wrong(e.to_string()))?;
    let component = |c: WireComponent| {
        let purl = c.p.as_deref().map(Purl::parse_lenient).transpose().map_err(|e| wrong(e.to_string()))?;
        let cpes: Result<Vec<Cpe>, _> = c.c.iter().map(|cpe| Cpe::parse(cpe)).collect();
        let cpes = cpes.map_err(|e| wrong(e.to_string()))?;
        Ok(Component { reference: None, kind: c.k, name: c.n, version: c.v, purl, cpes, place: c.l })
    };
    let asset = |a: WireAsset| {
        let components: Result<Vec<Component>, Fault> = a.c.into_iter().map(component).collect();
        Ok(Asset {
            name: a.n,
            exposure: exposure(&a.e),
            owner: a.o,
            criticality: a.k,
            attributes: a.a,
            components: components?,
        })
    };
    wire.into_iter().map(asset).collect()
}

/// What somebody says of an asset; what is not said here is as the document says it.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Edit {
    /// `yes`, `no`, `unknown`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub exposure: Option<String>,
    /// Who answers for it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub owner: Option<String>,
    /// Where it is.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub location: Option<String>,
}

impl Edit {
    /// Says whether it can be said.
    ///
    /// # Errors
    /// [`Code::Edit`].
    pub fn check(&self) -> Result<(), Fault> {
        for text in [&self.owner, &self.location].into_iter().flatten() {
            if text.chars().count() > LONGEST || text.contains(char::is_control) {
                return Err(Fault::new(
                    Code::Edit,
                    "Owner and location have at most 200 characters on one line.",
                ));
            }
        }
        if self.exposure.as_deref().is_some_and(|word| !["yes", "no", "unknown"].contains(&word)) {
            return Err(Fault::new(Code::Edit, "Exposure is yes, no or unknown."));
        }
        Ok(())
    }
}

/// What is kept of an inventory beside its document: everything about it that only its organisation knows.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Holding {
    /// What people call it.
    pub title: String,
    /// The format of its document, in words.
    pub format: String,
    /// Media type of its document.
    pub media: String,
    /// SHA-256 of its document.
    pub digest: String,
    /// Bytes of its document.
    pub size: u64,
    /// How many assets.
    pub assets: u64,
    /// How many components.
    pub components: u64,
    /// Exposure of assets of which neither document nor people say anything: `yes`, `no`, `unknown`.
    pub exposure: String,
    /// When its document came, microseconds since 1970.
    pub uploaded: i64,
    /// What people say, by asset.
    #[serde(default)]
    pub edits: BTreeMap<String, Edit>,
    /// What was not as it should be in the document: code, place, words; the first of them.
    #[serde(default)]
    pub diagnostics: Vec<(String, String, String)>,
    /// How many more there were.
    #[serde(default)]
    pub more: u64,
}

impl Holding {
    /// The assets with what people say of them.
    pub fn edited(&self, mut assets: Vec<Asset>) -> Vec<Asset> {
        for asset in &mut assets {
            if asset.exposure == Exposure::Unknown {
                asset.exposure = exposure(&self.exposure);
            }
            let Some(edit) = self.edits.get(&asset.name) else { continue };
            if let Some(word) = &edit.exposure {
                asset.exposure = exposure(word);
            }
            if let Some(owner) = &edit.owner {
                asset.owner = Some(owner.clone()).filter(|owner| !owner.is_empty());
            }
            if let Some(location) = &edit.location {
                asset.attributes.insert(LOCATION.into(), location.clone());
            }
        }
        assets
    }
}

/// What a newer document has otherwise.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Change {
    /// The asset.
    pub asset: String,
    /// The component, with its version.
    pub component: String,
    /// Whether it came; else it went.
    pub came: bool,
}

/// Components that came or went from one document to the next, by asset and name. A new version is one that went and one that came.
pub fn differences(before: &[Asset], after: &[Asset]) -> Vec<Change> {
    let all = |assets: &[Asset]| -> BTreeSet<(String, String)> {
        let named = |c: &Component| match (&c.purl, &c.version) {
            (Some(purl), _) => purl.to_string(),
            (None, Some(version)) => format!("{} {version}", c.name),
            (None, None) => c.name.clone(),
        };
        assets.iter().flat_map(|a| a.components.iter().map(move |c| (a.name.clone(), named(c)))).collect()
    };
    let (before, after) = (all(before), all(after));
    let change = |(asset, component): &(String, String), came| Change {
        asset: asset.clone(),
        component: component.clone(),
        came,
    };
    let mut changes: Vec<Change> = before.difference(&after).map(|one| change(one, false)).collect();
    changes.extend(after.difference(&before).map(|one| change(one, true)));
    changes.sort_by(|a, b| (&a.asset, &a.component, a.came).cmp(&(&b.asset, &b.component, b.came)));
    changes
}
