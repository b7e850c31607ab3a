//! What stands around every page.

use crate::time::Moment;
use bartizan_stix::Tlp;

/// What stands around every page: who looks, what they may open, what is shown how.
#[derive(Clone, Debug)]
pub struct Shell {
    /// Who is signed in; none before.
    pub who: Option<Who>,
    /// What the navigation offers. The server decides; the page only draws it.
    pub sees: Sees,
    /// Token that every form carries in `csrf`, and scripts send as `X-CSRF-Token`.
    pub csrf: String,
    /// The most restrictive marking of anything on the page.
    pub marking: Tlp,
    /// Reports that wait for this person's review.
    pub queue: u64,
    /// What the last action did, said once.
    pub flash: Option<Flash>,
    /// The server's clock when the page was made.
    pub now: Moment,
    /// Name of this installation, for example `CERT Example`; may be empty.
    pub installation: String,
}

impl Default for Shell {
    fn default() -> Self {
        Shell {
            who: None,
            sees: Sees::default(),
            csrf: String::new(),
            marking: Tlp::Clear,
            queue: 0,
            flash: None,
            now: Moment::default(),
            installation: String::new(),
        }
    }
}

/// Who is signed in.
#[derive(Clone, Debug, Default)]
pub struct Who {
    /// Name as others read it.
    pub name: String,
    /// Organisation they act for.
    pub organisation: String,
    /// Role in words, for example `reviewer`.
    pub role: String,
}

/// Which items the navigation holds.
#[derive(Clone, Copy, Debug, Default)]
pub struct Sees {
    /// Submitting reports.
    pub submit: bool,
    /// The library of reports.
    pub library: bool,
    /// Collections.
    pub collections: bool,
    /// The rule library.
    pub rules: bool,
    /// The ATT&CK board.
    pub coverage: bool,
    /// The graph explorer.
    pub graph: bool,
    /// Reports of vulnerabilities.
    pub vulnerabilities: bool,
    /// Windows of model testing.
    pub testing: bool,
    /// People.
    pub people: bool,
    /// Organisations.
    pub organisations: bool,
    /// Sharing groups.
    pub groups: bool,
    /// Sources and peers.
    pub sources: bool,
    /// The audit log.
    pub audit: bool,
}

impl Sees {
    /// Everything: for the first administrator, tests and the gallery.
    pub const ALL: Sees = Sees {
        submit: true,
        library: true,
        collections: true,
        rules: true,
        coverage: true,
        graph: true,
        vulnerabilities: true,
        testing: true,
        people: true,
        organisations: true,
        groups: true,
        sources: true,
        audit: true,
    };

    pub(crate) fn any_admin(&self) -> bool {
        self.people || self.organisations || self.groups || self.sources || self.audit
    }
}

/// What the last action did.
#[derive(Clone, Debug, Default)]
pub struct Flash {
    /// Whether it went wrong.
    pub bad: bool,
    /// One sentence.
    pub text: String,
    /// Takes the action back: the address a form posts to, empty where nothing can be undone.
    pub undo: String,
    /// What that form sends beside `csrf`.
    pub fields: Vec<(String, String)>,
}

/// One thing to choose in a form.
#[derive(Clone, Debug, Default)]
pub struct Choice {
    /// What the form sends.
    pub value: String,
    /// What the reader sees.
    pub label: String,
    /// Whether it is chosen.
    pub chosen: bool,
}

/// Why a form came back.
#[derive(Clone, Debug, Default)]
pub struct Problem {
    /// Name of the field it is about; empty for the form.
    pub field: String,
    /// What is wrong and what would be right.
    pub text: String,
}

/// What stands under "Vulnerabilities": (part, address, label), in the order of the work.
pub(crate) const PARTS: &[(&str, &str, &str)] = &[
    ("reports", "/vulnerabilities", "Reports"),
    ("duplicates", "/duplicates", "Duplicates"),
    ("cases", "/cases", "Cases"),
    ("embargoes", "/embargoes", "Embargoes"),
    ("advisories", "/advisories", "Advisories"),
    ("due", "/due", "Due"),
    ("inventories", "/inventories", "Inventories"),
    ("facts", "/facts", "Facts"),
    ("nodes", "/nodes", "Nodes"),
    ("scans", "/scans", "Scans"),
    ("ranges", "/scans/ranges", "Ranges"),
];

/// Class of a marking's label in the style sheet.
pub(crate) fn tlp_class(tlp: &Tlp) -> &'static str {
    match tlp {
        Tlp::Clear => "clear",
        Tlp::Green => "green",
        Tlp::Amber | Tlp::AmberStrict => "amber",
        Tlp::Red => "red",
    }
}

/// Who may read what carries a marking, in one line (FIRST, TLP 2.0).
pub(crate) fn tlp_words(tlp: &Tlp) -> &'static str {
    match tlp {
        Tlp::Clear => "everyone",
        Tlp::Green => "the community",
        Tlp::Amber => "need to know, the organisation and its clients",
        Tlp::AmberStrict => "need to know, the organisation only",
        Tlp::Red => "named people only",
    }
}
