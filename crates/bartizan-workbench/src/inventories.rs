//! Inventories: what is installed where, and what can be reached from the internet.

use crate::shell::{Choice, Problem, Shell};
use crate::time::Moment;
use askama::Template;

/// `GET /inventories`. Where [`Inventories::may_add`], a form posts `multipart/form-data` to the same address: `csrf`, `title`,
/// `exposure`, `file`.
#[derive(Clone, Debug, Template)]
#[template(path = "inventories.html")]
pub struct Inventories {
    /// What stands around the page.
    pub shell: Shell,
    /// The organisation's, oldest first.
    pub inventories: Vec<InventoryLine>,
    /// Whether this person brings inventories.
    pub may_add: bool,
    /// Typed before.
    pub title: String,
    /// Exposure of what a document does not say.
    pub exposures: Vec<Choice>,
    /// What is wrong with what was sent.
    pub problem: Option<Problem>,
    /// Largest document, in bytes.
    pub most: u64,
    /// What was done, newest first.
    pub log: Vec<OwnLogLine>,
}

page!(Inventories, "vulnerabilities", "inventories");

/// An inventory in a list.
#[derive(Clone, Debug)]
pub struct InventoryLine {
    /// UUID.
    pub uuid: String,
    /// Title.
    pub title: String,
    /// Format of its document, in words.
    pub format: String,
    /// How many assets.
    pub assets: u64,
    /// How many components.
    pub components: u64,
    /// Number of its document, from 1.
    pub edition: u64,
    /// When it came.
    pub uploaded: Moment,
}

/// Something that was done, for the organisation alone.
#[derive(Clone, Debug)]
pub struct OwnLogLine {
    /// When.
    pub at: Moment,
    /// Who.
    pub actor: String,
    /// What, a word such as `inventory.add`.
    pub action: String,
    /// What with.
    pub thing: String,
}

/// `GET /inventories/{uuid}`. Forms post `csrf` and: to `…/assets` `asset`, `exposure`, `owner`, `location`; to `…/change` `title`,
/// `exposure`; to `…/document` (`multipart/form-data`) `file`; to `…/remove` nothing more.
#[derive(Clone, Debug, Template)]
#[template(path = "inventory.html")]
pub struct Inventory {
    /// What stands around the page.
    pub shell: Shell,
    /// What the list says of it.
    pub line: InventoryLine,
    /// SHA-256 of its document.
    pub digest: String,
    /// Bytes of its document.
    pub size: u64,
    /// Exposure of what neither document nor people say anything of.
    pub exposures: Vec<Choice>,
    /// Searched for.
    pub q: String,
    /// Assets that fit, some of them.
    pub assets: Vec<AssetLine>,
    /// How many more fit.
    pub more_assets: u64,
    /// Components that fit, some of them.
    pub components: Vec<ComponentLine>,
    /// How many fit.
    pub found: u64,
    /// Where the next begin.
    pub next: Option<u64>,
    /// What was not as it should be in the document: code, place, words.
    pub diagnostics: Vec<(String, String, String)>,
    /// How many more there were.
    pub more_diagnostics: u64,
    /// Whether this person changes it.
    pub may_change: bool,
    /// What is wrong with what was sent.
    pub problem: Option<Problem>,
}

page!(Inventory, "vulnerabilities", "inventories");

/// An asset.
#[derive(Clone, Debug)]
pub struct AssetLine {
    /// Its name.
    pub name: String,
    /// `yes`, `no`, `unknown`, to choose from.
    pub exposures: Vec<Choice>,
    /// Who answers for it.
    pub owner: String,
    /// Where it is.
    pub location: String,
    /// How many components.
    pub components: u64,
}

impl AssetLine {
    fn exposure(&self) -> &str {
        self.exposures.iter().find(|c| c.chosen).map_or("unknown", |c| &c.label)
    }
}

/// A component.
#[derive(Clone, Debug)]
pub struct ComponentLine {
    /// The asset.
    pub asset: String,
    /// Its name.
    pub name: String,
    /// Its version.
    pub version: String,
    /// Package URL or CPE name.
    pub identifier: String,
    /// Where in the document.
    pub place: String,
}

impl Inventory {
    fn href(&self) -> String {
        format!("/inventories/{}", crate::href::part(&self.line.uuid))
    }

    fn next_page(&self) -> String {
        let from = self.next.unwrap_or_default().to_string();
        format!("{}{}", self.href(), crate::href::query(&[("q", &self.q), ("from", &from)]))
    }
}
