//! Collections: what is shared with whom.

use crate::sharing::Sharing;
use crate::shell::{Choice, Shell};
use crate::time::Moment;
use askama::Template;
use bartizan_stix::Tlp;

/// `GET /collections`. Where [`Collections::may_add`], its form posts `csrf`, `title` and `description` to the same
/// address.
#[derive(Clone, Debug, Template)]
#[template(path = "collections.html")]
pub struct Collections {
    /// What stands around the page.
    pub shell: Shell,
    /// Collections this person may read or write.
    pub collections: Vec<CollectionLine>,
    /// Whether this person may make one.
    pub may_add: bool,
    /// Closed ones that this person may open again: a form posts `csrf` to `/collections/{uuid}/open`.
    pub closed: Vec<ClosedCollection>,
}

page!(Collections, "collections");

/// A collection that nobody reads any more.
#[derive(Clone, Debug)]
pub struct ClosedCollection {
    /// Id.
    pub uuid: String,
    /// Title.
    pub title: String,
    /// Since when.
    pub at: Moment,
}

/// A collection in the list.
#[derive(Clone, Debug)]
pub struct CollectionLine {
    /// Id.
    pub uuid: String,
    /// Title.
    pub title: String,
    /// What it is for.
    pub description: String,
    /// Organisation it belongs to.
    pub owner: String,
    /// Objects this person may read, counted to 10,000; one more says that there are more.
    pub objects: u64,
    /// When the newest of them was added.
    pub newest: Option<Moment>,
    /// The most restrictive marking among them.
    pub marking: Tlp,
    /// Whether this person may add to it.
    pub may_write: bool,
}

/// `GET /collections/{uuid}?type=…&after=…`.
#[derive(Clone, Debug, Template)]
#[template(path = "collection.html")]
pub struct Collection {
    /// What stands around the page.
    pub shell: Shell,
    /// Id.
    pub uuid: String,
    /// Title.
    pub title: String,
    /// What it is for.
    pub description: String,
    /// Organisation it belongs to.
    pub owner: String,
    /// The most restrictive marking of what this person may read here; stands on each export.
    pub marking: Tlp,
    /// Address for TAXII clients, complete with host.
    pub taxii: String,
    /// Downloads: label, address on this server.
    pub exports: Vec<(String, String)>,
    /// Who may read or write.
    pub grants: Vec<Grant>,
    /// Whether anyone, known or not, may read what is TLP:CLEAR in it.
    pub public: bool,
    /// Whether this person runs the collection. Forms post `csrf` and: `to` and, where ticked, `write=1` to
    /// `/collections/{uuid}/grants`; `to` to `/collections/{uuid}/grants/remove`; `public` (`1` or `0`) to
    /// `/collections/{uuid}/public`; nothing more to `/collections/{uuid}/close`, which asks once more.
    pub may_manage: bool,
    /// Organisations and groups that can be added as readers or writers.
    pub others: Vec<Choice>,
    /// Types of objects with how many this person may read, each counted to 10,000; one more says that there are more.
    pub types: Vec<(String, u64)>,
    /// The type chosen; empty for all.
    pub chosen: String,
    /// Objects of this page, newest first.
    pub objects: Vec<ObjectLine>,
    /// Where the next page begins (the value of `after`).
    pub next: Option<String>,
    /// Whether this person may add: a form posts `csrf`, `file` (STIX bundle, MISP event, table) and `embargo` as `multipart/form-data` to
    /// `/collections/{uuid}/objects`.
    pub may_write: bool,
    /// Embargoes, recipients, what became of a file.
    pub sharing: Sharing,
}

page!(Collection, "collections");

/// Who may read or write a collection.
#[derive(Clone, Debug, Default)]
pub struct Grant {
    /// What the forms send, for example `organisation:3`.
    pub value: String,
    /// Organisation, or sharing group with its members in words.
    pub name: String,
    /// Whether it may read.
    pub read: bool,
    /// Whether it may write.
    pub write: bool,
    /// Whether it can be taken away: the owner cannot.
    pub fixed: bool,
}

/// An object of a collection.
#[derive(Clone, Debug)]
pub struct ObjectLine {
    /// STIX id.
    pub id: String,
    /// Type, for example `indicator`.
    pub kind: String,
    /// Name, or pattern and the like; empty where there is none. Defanged.
    pub name: String,
    /// Version, the time of `modified`.
    pub version: Moment,
    /// When it was added here.
    pub added: Moment,
    /// Marking.
    pub marking: Tlp,
    /// PAP label, empty for none.
    pub pap: String,
    /// Until when only its owner reads it.
    pub embargo: Option<Moment>,
    /// Page that shows it, an address of this server; empty for none.
    pub href: String,
}

impl Collection {
    fn address(&self, kind: &str, after: &str) -> String {
        let path = crate::href::collection(&self.uuid);
        let pap = self.sharing.paps.iter().find(|pap| pap.chosen).map_or("", |pap| pap.value.as_str());
        format!("{path}{}", crate::href::query(&[("type", kind), ("pap", pap), ("after", after)]))
    }

    fn by_pap(&self, pap: &str) -> String {
        let path = crate::href::collection(&self.uuid);
        format!("{path}{}", crate::href::query(&[("type", &self.chosen), ("pap", pap)]))
    }

    fn next_page(&self) -> String {
        self.address(&self.chosen, self.next.as_deref().unwrap_or_default())
    }

    fn whole(&self) -> u64 {
        // What was not counted to its end has no sum.
        if self.types.iter().any(|(_, n)| *n > crate::text::COUNTED) {
            return crate::text::COUNTED + 1;
        }
        self.types.iter().map(|(_, n)| n).sum()
    }
}
