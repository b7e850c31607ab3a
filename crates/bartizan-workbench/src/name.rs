//! An actor, a malware family, a technique, an indicator: what the library knows of one name.

use crate::library::Piece;
use crate::shell::Shell;
use crate::time::Moment;
use askama::Template;
use bartizan_stix::Tlp;

/// `GET /names/{kind}/{name}?after=…`.
#[derive(Clone, Debug, Template)]
#[template(path = "name.html")]
pub struct Name {
    /// What stands around the page.
    pub shell: Shell,
    /// Kind as in the address: `actor`, `malware`, `tool`, `technique`, `vulnerability`, `indicator` and so on.
    pub kind: String,
    /// Name as in the address; the exact value of an indicator.
    pub name: String,
    /// Name as shown: defanged for an address.
    pub shown: String,
    /// Id in the knowledge pack; may be empty.
    pub id: String,
    /// Other names.
    pub aliases: Vec<String>,
    /// What it is, from the knowledge pack; may be empty.
    pub description: String,
    /// Days of the earliest and latest report that names it, among what this person may read: as they say, else when they came.
    pub seen: Option<(Moment, Moment)>,
    /// Reports a month, oldest first, without gaps: `2026-02` and how many.
    pub months: Vec<(String, u64)>,
    /// Reports that name it, newest first.
    pub mentions: Vec<Mention>,
    /// How many there are in all.
    pub found: u64,
    /// Where the next page begins (the value of `after`).
    pub next: Option<String>,
    /// What is named with it.
    pub related: Vec<Named>,
    /// What the newest reports say relates to it, each with its sentence.
    pub relations: Vec<RelationLine>,
    /// Rules that would see it: title and address on this server.
    pub rules: Vec<(String, String)>,
    /// Downloads: label, address on this server.
    pub exports: Vec<(String, String)>,
    /// Whether to offer the exact value for copying: observables only, a deliberate act.
    pub may_copy: bool,
}

page!(Name, "library");

/// Something that has a page of its own.
#[derive(Clone, Debug, Default)]
pub struct Named {
    /// Kind as in the address.
    pub kind: String,
    /// Name as in the address.
    pub name: String,
    /// Name as shown: defanged for an address.
    pub shown: String,
    /// In how many reports.
    pub reports: u64,
}

/// Something that a report relates to the name.
#[derive(Clone, Debug, Default)]
pub struct RelationLine {
    /// How: `uses`, or `uses, said of` where the name is at the other end.
    pub words: String,
    /// To what.
    pub other: Named,
    /// The sentence that says so. Defanged.
    pub sentence: Vec<Piece>,
    /// Id of the report.
    pub report: String,
    /// Its title.
    pub title: String,
}

/// A report that names it.
#[derive(Clone, Debug)]
pub struct Mention {
    /// Id of the report.
    pub report: String,
    /// Its title.
    pub title: String,
    /// Publisher, date and the like.
    pub byline: Vec<String>,
    /// The sentence, with the name marked. Defanged.
    pub sentence: Vec<Piece>,
    /// How it is known and how surely: `inferred, likely, 0.78`.
    pub sure: String,
    /// What reviewers decided: `accepted`, `rejected`, or empty while open.
    pub review: String,
    /// Marking of the report.
    pub marking: Tlp,
}

impl Name {
    fn next_page(&self) -> String {
        let after = self.next.as_deref().unwrap_or_default();
        format!("{}{}", crate::href::name(&self.kind, &self.name), crate::href::query(&[("after", after)]))
    }

    fn in_graph(&self) -> String {
        format!("/graph{}", crate::href::query(&[("kind", &self.kind), ("name", &self.name)]))
    }

    /// Bars of the months: x, y, height and words, in a picture 24 units high.
    fn bars(&self) -> Vec<(usize, u64, u64, String)> {
        const HIGH: u64 = 40;
        let most = self.months.iter().map(|(_, n)| *n).max().unwrap_or(0).max(1);
        let bar = |(i, (month, n)): (usize, &(String, u64))| {
            let height = (n * HIGH).div_ceil(most);
            (
                i * 10,
                HIGH - height,
                height,
                format!("{month}: {}", crate::text::count(*n, "report", "reports")),
            )
        };
        self.months.iter().enumerate().map(bar).collect()
    }
}
