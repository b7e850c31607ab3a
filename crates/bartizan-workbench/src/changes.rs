//! What a new edition of a report says otherwise than the one before.

use crate::library::Piece;
use crate::report::Edition;
use crate::shell::Shell;
use crate::time::Moment;
use askama::Template;
use bartizan_stix::Tlp;

/// `GET /reports/{id}/changes?from=…`.
#[derive(Clone, Debug, Template)]
#[template(path = "changes.html")]
pub struct Changes {
    /// What stands around the page.
    pub shell: Shell,
    /// Id of the newer report.
    pub id: String,
    /// Its title.
    pub title: String,
    /// The stricter marking of the two.
    pub marking: Tlp,
    /// The older and the newer edition; none if there is no other that this person may read.
    pub pair: Option<(EditionHead, EditionHead)>,
    /// All editions that this person may read, newest first; the one compared with is marked.
    pub editions: Vec<Edition>,
    /// Facts about the whole that differ: label, before, now.
    pub facts: Vec<(String, String, String)>,
    /// Claims of one sort each.
    pub parts: Vec<ChangePart>,
    /// Decisions of the review that went on from the edition before.
    pub carried: u64,
    /// Claims that nobody has decided about.
    pub open: u64,
    /// Whether this person may review.
    pub may_review: bool,
}

page!(Changes, "library");

/// One of the two editions.
#[derive(Clone, Debug)]
pub struct EditionHead {
    /// Id of its report.
    pub id: String,
    /// Its number among those that this person may read, from 1.
    pub number: u64,
    /// When it came.
    pub at: Moment,
    /// Publisher, day of publication.
    pub byline: Vec<String>,
}

/// Claims of one sort.
#[derive(Clone, Debug, Default)]
pub struct ChangePart {
    /// For the address: `techniques`.
    pub id: String,
    /// Its heading.
    pub label: String,
    /// Claims that both editions make alike.
    pub same: u64,
    /// What differs.
    pub rows: Vec<ChangeRow>,
    /// How many more there are.
    pub more: u64,
}

/// What became of a claim.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Sign {
    /// Only the newer edition makes it.
    #[default]
    New,
    /// Only the older one makes it.
    Withdrawn,
    /// Both make it, differently.
    Changed,
}

impl Sign {
    fn words(&self) -> &'static str {
        match self {
            Sign::New => "new",
            Sign::Withdrawn => "withdrawn",
            Sign::Changed => "changed",
        }
    }
}

/// A claim that differs.
#[derive(Clone, Debug, Default)]
pub struct ChangeRow {
    /// What became of it.
    pub sign: Sign,
    /// Its kind in words; may be empty.
    pub kind: String,
    /// As shown: defanged for an address.
    pub label: String,
    /// How surely and how the older edition says it; empty if it does not.
    pub was: String,
    /// The same of the newer one.
    pub now: String,
    /// The sentence of the newer edition that says it, else of the older one. Defanged.
    pub sentence: Vec<Piece>,
}

impl Changes {
    fn count(&self, sign: Sign) -> u64 {
        let rows = self.parts.iter().flat_map(|p| &p.rows);
        u64::try_from(rows.filter(|r| r.sign == sign).count()).unwrap_or(u64::MAX)
    }

    fn heads(&self) -> Vec<(&'static str, &EditionHead)> {
        self.pair.iter().flat_map(|(old, new)| [("Before", old), ("Now", new)]).collect()
    }

    fn figures(&self) -> [(u64, &'static str); 3] {
        [Sign::New, Sign::Withdrawn, Sign::Changed].map(|sign| (self.count(sign), sign.words()))
    }

    fn is_empty(&self) -> bool {
        self.facts.is_empty() && self.parts.iter().all(|p| p.rows.is_empty())
    }
}
