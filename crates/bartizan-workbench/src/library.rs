//! Finding what is stored.

use crate::href;
use crate::shell::Shell;
use crate::time::Moment;
use askama::Template;
use bartizan_stix::Tlp;

/// `GET /library?q=…&{facet}={value}…&after=…`.
#[derive(Clone, Debug, Template)]
#[template(path = "library.html")]
pub struct Library {
    /// What stands around the page.
    pub shell: Shell,
    /// The words searched for.
    pub q: String,
    /// Facets with their values, counted over what this person may read.
    pub facets: Vec<Facet>,
    /// Results of this page.
    pub hits: Vec<Hit>,
    /// How many there are in all.
    pub found: u64,
    /// Whether counting stopped there, so that there are more.
    pub found_more: bool,
    /// Where the next page begins (the value of `after`); none on the last.
    pub next: Option<String>,
    /// Whether this is not the first page.
    pub is_later: bool,
    /// How many reports this person may read at all; 0 teaches the first step.
    pub stored: u64,
    /// The search as it stands in the address: a form posts `csrf`, `name` and this as `query` to `/library/searches`.
    pub query: String,
    /// Searches that this person keeps; a form posts `csrf` to `/library/searches/{id}/remove`.
    pub saved: Vec<SavedLine>,
}

page!(Library, "library");

/// A search that somebody keeps.
#[derive(Clone, Debug, Default)]
pub struct SavedLine {
    /// Id.
    pub id: String,
    /// Its name.
    pub name: String,
    /// Where its results are, an address of this server.
    pub href: String,
    /// Reports that came since its owner last looked.
    pub fresh: u64,
    /// Whether it is the one shown.
    pub shown: bool,
}

/// A way to narrow.
#[derive(Clone, Debug, Default)]
pub struct Facet {
    /// Name of the parameter, for example `publisher`.
    pub name: String,
    /// Its heading.
    pub label: String,
    /// Its values, most frequent first.
    pub values: Vec<FacetValue>,
}

/// A value of a facet.
#[derive(Clone, Debug, Default)]
pub struct FacetValue {
    /// What the form sends.
    pub value: String,
    /// What the reader sees.
    pub label: String,
    /// How many results have it.
    pub count: u64,
    /// Whether it is chosen.
    pub chosen: bool,
}

/// One result.
#[derive(Clone, Debug)]
pub struct Hit {
    /// What it is: `report`, `actor`, `malware`, `indicator`, `technique`, `rule`.
    pub kind: String,
    /// Title or name. Defanged if it is an observable.
    pub title: String,
    /// Where it is, an address of this server.
    pub href: String,
    /// Publisher, date and the like, one after the other.
    pub byline: Vec<String>,
    /// Words around the match.
    pub snippet: Vec<Piece>,
    /// Marking.
    pub marking: Tlp,
    /// PAP label, empty for none.
    pub pap: String,
    /// When it was added.
    pub added: Moment,
    /// How far its review is, in words; empty where there is nothing to review.
    pub review: String,
}

/// A piece of a snippet.
#[derive(Clone, Debug, Default)]
pub struct Piece {
    /// Words.
    pub text: String,
    /// Whether they were searched for.
    pub hit: bool,
}

impl Library {
    fn address(&self, without: Option<(&str, &str)>, after: Option<&str>) -> String {
        let mut pairs = vec![("q", self.q.as_str())];
        for facet in &self.facets {
            let chosen = facet.values.iter().filter(|v| v.chosen);
            pairs.extend(chosen.map(|v| (facet.name.as_str(), v.value.as_str())));
        }
        pairs.retain(|p| Some(*p) != without);
        pairs.extend(after.map(|a| ("after", a)));
        format!("/library{}", href::query(&pairs))
    }

    fn next_page(&self) -> String {
        self.address(None, self.next.as_deref())
    }

    fn first_page(&self) -> String {
        self.address(None, None)
    }

    fn without(&self, facet: &Facet, value: &FacetValue) -> String {
        self.address(Some((&facet.name, &value.value)), None)
    }

    /// Whether there is something to keep that is not kept already.
    fn may_save(&self) -> bool {
        (!self.q.is_empty() || self.is_narrowed()) && !self.saved.iter().any(|s| s.shown)
    }

    fn is_narrowed(&self) -> bool {
        self.facets.iter().any(|f| f.values.iter().any(|v| v.chosen))
    }

    fn count_words(&self) -> String {
        let words = crate::text::count(self.found, "result", "results");
        if self.found_more { format!("more than {words}") } else { words }
    }
}
