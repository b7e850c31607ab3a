//! Objects of all collections: found by words or values, and one of them looked at.

use askama::Template;
use bartizan_stix::Tlp;

use crate::href;
use crate::shell::{Choice, Shell};
use crate::time::Moment;

/// `GET /objects?q=…&type=…&in=…&after=…`.
#[derive(Clone, Debug, Template)]
#[template(path = "objects.html")]
pub struct Objects {
    /// What stands around the page.
    pub shell: Shell,
    /// The words or values searched for.
    pub q: String,
    /// Types, the first meaning any.
    pub kinds: Vec<Choice>,
    /// Collections this person may read, the first meaning all.
    pub collections: Vec<Choice>,
    /// What was found, newest first.
    pub hits: Vec<ObjectHit>,
    /// Where the next page begins (the value of `after`); none on the last.
    pub next: Option<String>,
    /// Whether this is not the first page.
    pub is_later: bool,
}

page!(Objects, "objects");

/// An object that was found.
#[derive(Clone, Debug)]
pub struct ObjectHit {
    /// STIX id.
    pub id: String,
    /// Type, for example `indicator`.
    pub kind: String,
    /// Name, value or pattern, defanged; empty where there is none.
    pub name: String,
    /// The beginning of its description.
    pub about: String,
    /// Title of the collection.
    pub collection: String,
    /// Its page, an address of this server.
    pub href: String,
    /// When it was added to the collection.
    pub added: Moment,
    /// Marking.
    pub marking: Tlp,
}

impl Objects {
    fn chosen(choices: &[Choice]) -> &str {
        choices.iter().find(|c| c.chosen).map_or("", |c| c.value.as_str())
    }

    fn address(&self, after: &str) -> String {
        let (kind, place) = (Self::chosen(&self.kinds), Self::chosen(&self.collections));
        format!("/objects{}", href::query(&[("q", &self.q), ("type", kind), ("in", place), ("after", after)]))
    }

    fn is_asked(&self) -> bool {
        !self.q.is_empty()
            || !Self::chosen(&self.kinds).is_empty()
            || !Self::chosen(&self.collections).is_empty()
    }

    fn next_page(&self) -> String {
        self.address(self.next.as_deref().unwrap_or_default())
    }

    fn first_page(&self) -> String {
        self.address("")
    }
}

/// `GET /collections/{uuid}/objects/{id}`.
#[derive(Clone, Debug, Template)]
#[template(path = "object.html")]
pub struct Object {
    /// What stands around the page.
    pub shell: Shell,
    /// STIX id.
    pub id: String,
    /// Type, for example `indicator`.
    pub kind: String,
    /// Name, value or pattern, defanged; empty where there is none.
    pub name: String,
    /// Its description.
    pub about: String,
    /// The collection: title and page.
    pub collection: (String, String),
    /// Marking.
    pub marking: Tlp,
    /// Until when only its owner reads it.
    pub embargo: Option<Moment>,
    /// Its versions that this person may read, newest first: as written, when added.
    pub versions: Vec<(String, Moment)>,
    /// Objects it names: member, their id, their page here; an empty page where this person reads none.
    pub names: Vec<(String, String, String)>,
    /// The newest version, as it came, set out in lines.
    pub json: String,
    /// Where it can be had as it came, byte for byte.
    pub taxii: String,
}

page!(Object, "objects");
