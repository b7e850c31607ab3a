//! One report: what it says in short, how far its review is, where it is shared.

use crate::shell::{Choice, Shell};
use crate::time::Moment;
use askama::Template;
use bartizan_stix::Tlp;

/// `GET /reports/{id}`. The whole analysis is at `/reports/{id}/full`, made by `bartizan_page::report_within`.
#[derive(Clone, Debug, Template)]
#[template(path = "report.html")]
pub struct Report {
    /// What stands around the page.
    pub shell: Shell,
    /// Id.
    pub id: String,
    /// Opening a case of a vulnerability that it tells of; none for whom that is not.
    pub open: Option<crate::ActForm>,
    /// Title.
    pub title: String,
    /// Publisher, authors, date, kind of document.
    pub byline: Vec<String>,
    /// Where it came from, defanged; may be empty.
    pub source: String,
    /// Marking.
    pub marking: Tlp,
    /// PAP label, empty for none.
    pub pap: String,
    /// The marking that its files say, where that is another one by now.
    pub files_say: Option<Tlp>,
    /// Until when nobody outside the organisation reads it.
    pub embargo: Option<Moment>,
    /// One paragraph: what happened, to whom, by whom.
    pub brief: String,
    /// Six figures.
    pub figures: Vec<Figure>,
    /// Facts: label and value.
    pub facts: Vec<(String, String)>,
    /// Tabs of the whole analysis: id as in `report.html`, label, count.
    pub tabs: Vec<(String, String, u64)>,
    /// What it names, each with a page of its own.
    pub names: Vec<crate::name::Named>,
    /// How far its review is.
    pub review: Tally,
    /// Whether this person may review.
    pub may_review: bool,
    /// Collections it is in.
    pub shared: Vec<Place>,
    /// Collections it may be published to: a form posts `csrf`, `collection`, `embargo` and, where ticked, `reviewed=1` (only
    /// what reviewers accepted) to `/reports/{id}/publish`.
    pub publish: Vec<Choice>,
    /// Downloads: label, address on this server. Each carries the marking.
    pub exports: Vec<(String, String)>,
    /// Editions, newest first; the one shown is marked.
    pub editions: Vec<Edition>,
    /// A newer edition than this one; empty if there is none.
    pub newer: String,
    /// Collections in which an earlier edition is published and this one is not.
    pub behind: Vec<Place>,
    /// Whether this person may hand in a new edition.
    pub may_update: bool,
    /// Who did what, newest first.
    pub history: Vec<Deed>,
    /// Whether this person may change the marking: a form posts `csrf`, `marking`, `pap` and `reason` to `/reports/{id}/marking`.
    pub may_mark: bool,
}

page!(Report, "library");

/// A number with its name.
#[derive(Clone, Debug, Default)]
pub struct Figure {
    /// Number or short words.
    pub value: String,
    /// Name.
    pub label: String,
    /// A few words more.
    pub note: String,
    /// Tab of the whole analysis that explains it; empty for none.
    pub tab: String,
}

/// How many claims were decided, and how.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, serde::Serialize)]
pub struct Tally {
    /// Accepted, with changed span too.
    pub accepted: u64,
    /// Rejected.
    pub rejected: u64,
    /// Added by reviewers.
    pub added: u64,
    /// Without a decision.
    pub open: u64,
}

impl Report {
    /// Copies that go further than the report does now.
    fn freer(&self) -> impl Iterator<Item = &Place> {
        self.shared.iter().filter(|p| p.marking.is_some_and(|m| m < self.marking))
    }
}

impl Tally {
    /// Claims in all.
    pub fn whole(&self) -> u64 {
        self.accepted + self.rejected + self.added + self.open
    }

    /// Claims with a decision.
    pub fn done(&self) -> u64 {
        self.accepted + self.rejected + self.added
    }
}

/// A collection the report is in.
#[derive(Clone, Debug)]
pub struct Place {
    /// Id of the collection.
    pub collection: String,
    /// Its title.
    pub title: String,
    /// Since when.
    pub since: Moment,
    /// Who reads it, in words.
    pub readers: String,
    /// What the copy there is marked with; none where that was not kept.
    pub marking: Option<Tlp>,
    /// Until when only its owner reads the copy.
    pub embargo: Option<Moment>,
    /// Whether this person may withdraw it from there: a form posts `csrf` and `collection` to `/reports/{id}/withdraw`, which asks
    /// once more.
    pub may_withdraw: bool,
}

/// One edition of the report.
#[derive(Clone, Debug)]
pub struct Edition {
    /// Id of the edition's report.
    pub id: String,
    /// When it came.
    pub at: Moment,
    /// What changed, in words; empty for the first.
    pub changes: String,
    /// Whether it is the one shown.
    pub shown: bool,
}

/// Something a person did.
#[derive(Clone, Debug)]
pub struct Deed {
    /// When.
    pub at: Moment,
    /// Who.
    pub who: String,
    /// What, in the past.
    pub what: String,
}
