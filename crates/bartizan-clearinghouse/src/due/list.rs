//! The join of inventories with advisories.

use std::collections::BTreeMap;

use bartizan_product::inventory::{Asset, Component, Exposure};
use bartizan_product::matching::Verdict;
use sha2::{Digest, Sha256};

use super::facts::Published;
use super::index::Notices;
use super::item::{Because, Item, Place};
use super::notice::{Hole, Remedy};
use crate::priority::{BuiltIn, Decision, Due, EXPOSED, Evidence, Facts, Rank, Said, decide};

/// An inventory of the reader's.
#[derive(Clone, Debug)]
pub struct Estate<'a> {
    /// What the caller knows it by.
    pub inventory: String,
    /// When it was said last what is exposed, microseconds since 1970.
    pub dated: i64,
    /// The assets.
    pub assets: &'a [Asset],
}

/// What was found of one component (without its version) and one vulnerability in an asset.
struct Found<'a> {
    component: &'a Component,
    places: Vec<Place>,
    because: Vec<Because>,
}

/// What tells a component from others of its asset, without its version.
fn component_key(component: &Component) -> String {
    if let Some(purl) = &component.purl {
        return purl.package().to_string();
    }
    component.cpes.first().map_or_else(
        || component.name.to_lowercase(),
        |cpe| {
            use bartizan_product::cpe::Attribute;
            let part = |attribute| cpe.plain(attribute).unwrap_or_default();
            format!("cpe {}:{}", part(Attribute::Vendor), part(Attribute::Product))
        },
    )
}

/// The name of an item: parts are told apart by their length, so that no two lists of parts are alike.
fn item_id(parts: [&str; 4]) -> String {
    use std::fmt::Write;
    let mut hash = Sha256::new();
    for part in parts {
        hash.update((part.len() as u64).to_be_bytes());
        hash.update(part.as_bytes());
    }
    let mut id = String::new();
    for byte in hash.finalize().iter().take(16) {
        // Writing into a text cannot fail.
        let _ = write!(id, "{byte:02x}");
    }
    id
}

/// Decisions that were made: of a vulnerability by these advisories, an exposure, and the date on which it was said.
type Decided = BTreeMap<(Vec<(usize, usize)>, Exposure, i64), (Decision, Facts)>;

impl Notices {
    /// Everything to do in these inventories, the most severe first, then by date and name.
    pub fn list(&self, estates: &[Estate<'_>], published: &Published<'_>) -> Vec<Item> {
        let mut items = Vec::new();
        let mut decided = Decided::new();
        for (place, estate) in estates.iter().enumerate() {
            for asset in estate.assets {
                for ((key, _), found) in self.of_asset(asset) {
                    if let Some(item) =
                        self.item((place, estate), asset, &key, found, published, &mut decided)
                    {
                        items.push(item);
                    }
                }
            }
        }
        items.sort_by(|a, b| {
            let order = |item: &Item| (item.due.earliest, item.verdict == Verdict::Unknown);
            order(a).cmp(&order(b)).then_with(|| b.rank.cmp(&a.rank)).then_with(|| {
                (&a.vulnerability, &a.component, &a.asset, &a.id).cmp(&(
                    &b.vulnerability,
                    &b.component,
                    &b.asset,
                    &b.id,
                ))
            })
        });
        items
    }

    fn of_asset<'a>(&self, asset: &'a Asset) -> BTreeMap<(String, &str), Found<'a>> {
        let mut all: BTreeMap<(String, &str), Found<'a>> = BTreeMap::new();
        for component in &asset.components {
            let said = self.of_component(component);
            if said.is_empty() {
                continue;
            }
            let key = component_key(component);
            let place = Place {
                version: component
                    .version
                    .clone()
                    .or_else(|| component.comparable_version())
                    .unwrap_or_default(),
                place: component.place.clone(),
            };
            // Of each vulnerability what any advisory says of this very version.
            let mut by_hole: BTreeMap<&str, Vec<Because>> = BTreeMap::new();
            for because in said {
                let hole = &self.notices()[because.notice].holes[because.hole];
                by_hole.entry(&hole.key).or_default().push(because);
            }
            for (hole, because) in by_hole {
                if because.iter().all(|b| b.verdict == Verdict::NotAffected) {
                    continue;
                }
                let found = all.entry((key.clone(), hole)).or_insert_with(|| Found {
                    component,
                    places: Vec::new(),
                    because: Vec::new(),
                });
                if !found.places.contains(&place) {
                    found.places.push(place.clone());
                }
                found.because.extend(because);
            }
        }
        all
    }

    fn item(
        &self,
        (place, estate): (usize, &Estate<'_>),
        asset: &Asset,
        key: &str,
        found: Found<'_>,
        published: &Published<'_>,
        decided: &mut Decided,
    ) -> Option<Item> {
        let Found { component, mut places, because } = found;
        let verdict = because.iter().map(|b| b.verdict).max()?;
        let mut origins: Vec<(usize, usize)> = because.iter().map(|b| (b.notice, b.hole)).collect();
        origins.sort_unstable();
        origins.dedup();
        let holes: Vec<&Hole> = origins.iter().map(|(n, h)| &self.notices()[*n].holes[*h]).collect();
        let first = holes.first()?;
        let (decision, facts) = decided
            .entry((origins.clone(), asset.exposure, estate.dated))
            .or_insert_with(|| decision(first, &holes, asset.exposure, estate.dated, published))
            .clone();
        // The clock starts when somebody says that it is affected, or may be.
        let says = because.iter().filter(|b| b.verdict == verdict);
        let since = says.map(|b| self.notices()[b.notice].published).min()?;
        let since = since.max(facts.kev.as_ref().and_then(|kev| kev.added).unwrap_or(i64::MIN));
        let due = Due::of(&decision, since)?;
        let remedies = |wanted: fn(&Remedy) -> bool| {
            let mut all: Vec<Remedy> = Vec::new();
            for said in because.iter().filter(|b| b.verdict != Verdict::NotAffected) {
                let hole = &self.notices()[said.notice].holes[said.hole];
                let meant = |r: &&Remedy| r.products.is_empty() || r.products.contains(&said.product);
                all.extend(hole.remedies.iter().filter(meant).filter(|r| wanted(r)).cloned());
            }
            all.sort_by(|a, b| (a.kind, &a.details).cmp(&(b.kind, &b.details)));
            all.dedup_by(|a, b| (a.kind, &a.details, &a.url) == (b.kind, &b.details, &b.url));
            all
        };
        places.sort();
        let identifier = component.purl.as_ref().map(|purl| purl.package().to_string());
        let identifier = identifier.or_else(|| component.cpes.first().map(ToString::to_string));
        Some(Item {
            id: item_id([&estate.inventory, &asset.name, key, &first.key]),
            estate: place,
            asset: asset.name.clone(),
            exposure: asset.exposure,
            owner: asset.owner.clone(),
            location: asset.attributes.get(super::kept::LOCATION).cloned(),
            component: component.name.clone(),
            identifier: identifier.unwrap_or_default(),
            places,
            vulnerability: first.name.clone(),
            title: holes
                .iter()
                .map(|hole| hole.title.as_str())
                .find(|t| !t.is_empty())
                .unwrap_or_default()
                .to_owned(),
            verdict,
            since,
            due,
            rank: Rank::of(&decision, facts.epss.as_ref()),
            fixes: remedies(|r| r.kind.fixes()),
            bridges: remedies(|r| r.kind.bridges()),
            outlook: remedies(|r| !r.kind.fixes() && !r.kind.bridges()),
            decision,
            because,
        })
    }
}

/// By BOD 26-04, from what is published and what the inventory says of exposure.
fn decision(
    hole: &Hole,
    holes: &[&Hole],
    exposure: Exposure,
    dated: i64,
    published: &Published<'_>,
) -> (Decision, Facts) {
    let mut facts = published.of(&hole.name, hole.is_cve, holes);
    let keys: &[&str] = match exposure {
        Exposure::Yes => &["Y"],
        Exposure::No => &["N"],
        Exposure::Unknown => &[],
    };
    if !keys.is_empty() {
        let words = format!("exposed: {}", exposure.as_str());
        let evidence = Evidence { source: "inventory".into(), date: dated, words };
        let keys = keys.iter().map(|&key| key.to_owned()).collect();
        facts.said.push(Said { point: EXPOSED.into(), keys, evidence });
    }
    let table = BuiltIn::Bod2604.table();
    // Keys were checked when they were read; if one was not, nothing of it is believed.
    let decision = decide(table, &facts.said(published.now)).or_else(|_| decide(table, &[]));
    (decision.unwrap_or_else(|_| empty(&table.id)), facts)
}

/// Never: a table decides about nothing said.
fn empty(table: &str) -> Decision {
    Decision { table: table.to_owned(), known: Vec::new(), outcomes: Vec::new(), changes: Vec::new() }
}
