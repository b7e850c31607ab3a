//! Advisories: the list, one advisory as its readers and its owner have it, its editor, what changed, figures.

mod edit;
mod figures;

use askama::Template;
use bartizan_advisory::advisory::Advisory as Plain;
use bartizan_stix::Tlp;

pub use edit::{AckRow, AdvisoryEdit, AdvisoryForm, FindingLine, NoteRow, ProductRow, RemedyRow};
pub use figures::{AdvisoryFigures, CoordinatorFigures, OperatorFigures, PublicFigures, TierFigures};

use crate::shell::{Choice, Problem, Shell};
use crate::time::Moment;

/// `GET /advisories`. Where [`Advisories::may_begin`], a form posts `csrf`, `id` and `title` to the same address.
#[derive(Clone, Debug, Template)]
#[template(path = "advisories.html")]
pub struct Advisories {
    /// What stands around the page.
    pub shell: Shell,
    /// What the visitor reads of others and of their own organisation, newest first.
    pub released: Vec<AdvisoryLine>,
    /// Of the own organisation, newest first.
    pub own: Vec<AdvisoryLine>,
    /// States to narrow the own by, sent as `state`.
    pub states: Vec<Choice>,
    /// Whether there are more than are shown.
    pub more: bool,
    /// Whether the visitor may begin one.
    pub may_begin: bool,
    /// Under which name the own organisation publishes; empty: it has not said.
    pub publisher: String,
    /// Whether the visitor may say it.
    pub may_publish: bool,
    /// Typed before: id and title.
    pub typed: (String, String),
    /// Why the form came back.
    pub problem: Option<Problem>,
}

page!(Advisories, "vulnerabilities", "advisories");

/// An advisory in a list.
#[derive(Clone, Debug, Default)]
pub struct AdvisoryLine {
    /// UUID.
    pub uuid: String,
    /// What its readers know it by.
    pub tracking: String,
    /// Title.
    pub title: String,
    /// Whose it is.
    pub owner: String,
    /// How far it may go.
    pub marking: MarkedAs,
    /// The version that was released; 0: none.
    pub version: u64,
    /// `draft`, `released`, `withdrawn`, of the own; else what the own organisation said last, or nothing.
    pub state: String,
    /// Since when.
    pub since: Moment,
}

/// A marking with a default: the strictest.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct MarkedAs(pub Tlp);

impl Default for MarkedAs {
    fn default() -> Self {
        Self(Tlp::Red)
    }
}

/// `GET /advisories/{uuid}`. Forms post to `/advisories/{uuid}/receipt` (`state`, `words`), `/release` (`after`, `summary`, `interim`,
/// `to` and `from-{uuid}` for each collection), `/withdraw` (`collection`), `/retract` (`after`, `reason`); each
/// with `csrf`. `/release` has `kept` too, a line for each thing that stays.
#[derive(Clone, Debug, Template)]
#[template(path = "advisory.html")]
pub struct AdvisoryPage {
    /// What stands around the page.
    pub shell: Shell,
    /// What a list says of it.
    pub line: AdvisoryLine,
    /// The edition that was released to the visitor.
    pub document: Option<Plain>,
    /// Formats to take it away in: the word in the address, and for people.
    pub formats: Vec<(&'static str, &'static str)>,
    /// For its owner.
    pub own: Option<OwnAdvisory>,
    /// What operators said: all for the owner, else the own organisation's.
    pub receipts: Vec<ReceiptLine>,
    /// Whether the visitor may say something for their organisation.
    pub may_receive: bool,
}

page!(AdvisoryPage, "vulnerabilities", "advisories");

/// What the owner has of an advisory.
#[derive(Clone, Debug, Default)]
pub struct OwnAdvisory {
    /// The newest edition.
    pub edition: u64,
    /// Whether it was released as it is.
    pub is_released: bool,
    /// All editions, newest first.
    pub editions: Vec<EditionLine>,
    /// Where it was released.
    pub releases: Vec<ReleaseLine>,
    /// Whether the visitor writes.
    pub may_write: bool,
    /// Whether the visitor releases.
    pub may_release: bool,
    /// Whether the visitor withdraws: somebody has it.
    pub may_withdraw: bool,
    /// How often something in the newest edition looks like personal data that has nothing to do with the threat; the places first found.
    pub personal: u64,
    /// See [`OwnAdvisory::personal`].
    pub places: Vec<String>,
    /// Whether it is taken out at the release, or only recorded.
    pub removes: bool,
    /// What was said to belong to the threat, a line each.
    pub kept: String,
    /// Collections to release to.
    pub collections: Vec<Choice>,
    /// How many mandatory tests fail.
    pub failing: u64,
    /// The case it comes from; may be empty.
    pub case: String,
}

/// An edition.
#[derive(Clone, Debug, Default)]
pub struct EditionLine {
    /// Its number.
    pub number: u64,
    /// The version that was released with it; 0: a draft.
    pub version: u64,
    /// When it was written.
    pub at: Moment,
    /// By whom.
    pub by: String,
    /// What changed.
    pub summary: String,
    /// What was found in it before it was released: how often, what was done about it (`remove`, `record-only`), where first.
    pub removed: Option<(u64, String, Vec<String>)>,
}

/// A release.
#[derive(Clone, Debug, Default)]
pub struct ReleaseLine {
    /// The edition.
    pub edition: u64,
    /// The collection.
    pub collection: String,
    /// Its UUID; empty for one that the visitor does not see.
    pub uuid: String,
    /// From when on.
    pub begins: Moment,
    /// Whether that is still to come.
    pub waits: bool,
    /// Since when no more.
    pub ended: Option<Moment>,
}

/// What an operator said.
#[derive(Clone, Debug, Default)]
pub struct ReceiptLine {
    /// Who.
    pub organisation: String,
    /// What.
    pub state: String,
    /// In words.
    pub words: String,
    /// Of which edition.
    pub edition: u64,
    /// When.
    pub at: Moment,
}

impl AdvisoryPage {
    fn href(&self) -> String {
        href(&self.line.uuid)
    }

    /// What may be said.
    fn states(&self) -> [(&'static str, &'static str); 4] {
        [
            ("acknowledged", "acknowledged: we know whether it concerns us"),
            ("acting", "acting: we are at it"),
            ("done", "done: nothing is left to do"),
            ("read", "read"),
        ]
    }
}

fn href(uuid: &str) -> String {
    format!("/advisories/{}", crate::href::part(uuid))
}

/// `GET /advisories/{uuid}/changes`
#[derive(Clone, Debug, Template)]
#[template(path = "advisory-changes.html")]
pub struct AdvisoryChanges {
    /// What stands around the page.
    pub shell: Shell,
    /// What a list says of it.
    pub line: AdvisoryLine,
    /// Editions to compare from, sent as `from`.
    pub from: Vec<Choice>,
    /// Editions to compare with, sent as `to`.
    pub to: Vec<Choice>,
    /// The places that are different: where, what was there, what is there.
    pub changes: Vec<(String, Option<String>, Option<String>)>,
    /// Whether there are more.
    pub more: bool,
}

page!(AdvisoryChanges, "vulnerabilities", "advisories");

/// `GET /advisories/publisher`. Its form posts `csrf` and the fields' names to the same address.
#[derive(Clone, Debug, Template)]
#[template(path = "advisory-publisher.html")]
pub struct AdvisoryPublisher {
    /// What stands around the page.
    pub shell: Shell,
    /// Whether there is one: its alias stays.
    pub there: bool,
    /// What stands in addresses.
    pub alias: String,
    /// Its name.
    pub name: String,
    /// Its parts to choose from.
    pub categories: Vec<Choice>,
    /// A URL under its control.
    pub namespace: String,
    /// How to reach it.
    pub contact: String,
    /// By what authority.
    pub authority: String,
    /// Where its documents are for anyone.
    pub address: String,
    /// The fingerprint of the key that signs them; empty: nothing is signed.
    pub fingerprint: String,
    /// Why the form came back.
    pub problem: Option<Problem>,
}

page!(AdvisoryPublisher, "vulnerabilities", "advisories");

/// An advisory as a document of its own, for people: no script, no style, nothing that is loaded. The same advisory gives the same
/// bytes.
pub fn advisory_document(advisory: &Plain) -> String {
    crate::page::written(&Document { a: advisory })
}

#[derive(Template)]
#[template(path = "advisory-document.html")]
struct Document<'a> {
    a: &'a Plain,
}

/// A word of CSAF for people.
pub(crate) fn plain_word(word: &str) -> String {
    word.replace('_', " ")
}

/// A product in one line.
pub(crate) fn product_name(a: &Plain, id: &str) -> String {
    let product = a.products.iter().find(|product| product.id == id);
    product.map_or_else(|| id.to_owned(), |p| format!("{} {} {}", p.vendor, p.name, p.versions.text()))
}
