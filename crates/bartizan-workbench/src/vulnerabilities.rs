//! Reports of vulnerabilities: handing in, the queue of a desk, one report.

use crate::shell::{Choice, Problem, Shell};
use crate::time::Moment;
use askama::Template;

/// `GET /vulnerabilities`
#[derive(Clone, Debug, Template)]
#[template(path = "vulnerabilities.html")]
pub struct Vulnerabilities {
    /// What stands around the page.
    pub shell: Shell,
    /// Where reports can be handed in.
    pub desks: Vec<DeskLine>,
    /// Whether the own organisation has a desk.
    pub own: bool,
    /// What the own desk took, newest first.
    pub taken: Vec<VulnerabilityLine>,
    /// What the own organisation sent, newest first.
    pub sent: Vec<VulnerabilityLine>,
    /// States to narrow by, sent as `state`.
    pub states: Vec<Choice>,
    /// Whether there are more than are shown.
    pub more: bool,
}

page!(Vulnerabilities, "vulnerabilities", "reports");

/// A desk.
#[derive(Clone, Debug)]
pub struct DeskLine {
    /// UUID.
    pub uuid: String,
    /// Title.
    pub title: String,
    /// Whose it is.
    pub organisation: String,
}

/// A report in a list.
#[derive(Clone, Debug)]
pub struct VulnerabilityLine {
    /// UUID.
    pub uuid: String,
    /// Title; empty where the sender gave none.
    pub title: String,
    /// What it is in.
    pub product: String,
    /// The other side: who sent it, or to which desk.
    pub other: String,
    /// `queued`, `processing`, `done`.
    pub state: String,
    /// When it was handed in.
    pub received: Moment,
    /// What came of it.
    pub outcome: String,
}

/// `GET /desks/{uuid}`. Its form posts `multipart/form-data` to the same address: `csrf`, the names of [`ReportForm`], and `file`
/// (several).
#[derive(Clone, Debug, Template)]
#[template(path = "desk.html")]
pub struct Desk {
    /// What stands around the page.
    pub shell: Shell,
    /// The desk.
    pub desk: DeskLine,
    /// What it takes and what becomes of it.
    pub about: String,
    /// Whether this person may hand in.
    pub may_report: bool,
    /// Typed before.
    pub form: ReportForm,
    /// What is wrong with it: all of it, each under its field.
    pub problems: Vec<Problem>,
    /// Largest request, in bytes.
    pub most: u64,
}

page!(Desk, "vulnerabilities", "reports");

/// What was typed.
#[derive(Clone, Debug, Default)]
#[expect(
    missing_docs,
    reason = "the names are those of the report, bartizan_clearinghouse::intake::Submission"
)]
pub struct ReportForm {
    pub title: String,
    pub description: String,
    pub purl: String,
    pub cpe: String,
    pub software: String,
    pub ecosystem: String,
    /// One in a line.
    pub versions: String,
    pub file: String,
    pub function: String,
    pub cwe: String,
    pub cvss_vector: String,
    /// One in a line.
    pub references: String,
    /// One in a line.
    pub upstream_ids: String,
    pub discovery_method: String,
    pub discovery_tooling: String,
    pub public_tooling: bool,
    pub exploited: bool,
    pub public_on: String,
    /// One in a line.
    pub finders: String,
    pub email: String,
}

impl Desk {
    fn href(&self) -> String {
        format!("/desks/{}", crate::href::part(&self.desk.uuid))
    }

    fn wrong(&self, field: &str) -> Option<&Problem> {
        self.problems.iter().find(|p| p.field == field || p.field.starts_with(&format!("{field}[")))
    }

    /// Problems that belong to no field of the form.
    fn others(&self) -> Vec<&Problem> {
        const FIELDS: [&str; 18] = [
            "title",
            "description",
            "purl",
            "cpe",
            "software",
            "ecosystem",
            "versions",
            "affected_symbol",
            "references",
            "upstream_ids",
            "discovery_method",
            "discovery_tooling",
            "public_on",
            "finders",
            "email",
            "enrichment",
            "cwe",
            "cvss_vector",
        ];
        self.problems.iter().filter(|p| !FIELDS.iter().any(|field| p.field.starts_with(field))).collect()
    }

    /// How it may have been found, in the words of the intake's specification.
    fn methods(&self) -> [&'static str; 6] {
        ["manual", "ai-assisted", "ai-discovered", "hybrid", "automated-scan", "other"]
    }
}

/// `GET /vulnerabilities/{uuid}`. Where [`Vulnerability::may_decide`], a form posts `csrf`, `state` and `outcome` to the same address,
/// and files can be taken away from `/vulnerabilities/{uuid}/files/{position}`.
#[derive(Clone, Debug, Template)]
#[template(path = "vulnerability.html")]
pub struct Vulnerability {
    /// UUID of the case that it is in, for who may know of that; empty otherwise.
    pub case: String,
    /// Opening a case of it; none for whom that is not.
    pub open: Option<crate::ActForm>,
    /// What stands around the page.
    pub shell: Shell,
    /// What the list says of it.
    pub line: VulnerabilityLine,
    /// The desk.
    pub desk: String,
    /// Who sent it.
    pub sender: String,
    /// Since when it is in its state.
    pub changed: Moment,
    /// For its sender; else empty.
    pub receipt: String,
    /// What was said, in the finder's words.
    pub description: String,
    /// The rest, as names and values.
    pub facts: Vec<(String, Vec<String>)>,
    /// Files.
    pub files: Vec<SealedFile>,
    /// Whether this person decides.
    pub may_decide: bool,
    /// States to choose from.
    pub states: Vec<Choice>,
}

page!(Vulnerability, "vulnerabilities", "reports");

/// A file of a report.
#[derive(Clone, Debug)]
pub struct SealedFile {
    /// Place in the report.
    pub position: u64,
    /// Name, which is shown and never believed.
    pub filename: String,
    /// What it is, in words.
    pub kind: String,
    /// A line about it.
    pub description: String,
    /// Bytes.
    pub size: u64,
    /// SHA-256.
    pub digest: String,
}

impl Vulnerability {
    fn href(&self) -> String {
        format!("/vulnerabilities/{}", crate::href::part(&self.line.uuid))
    }

    fn heading(&self) -> &str {
        if self.line.title.is_empty() { "A report without a title" } else { &self.line.title }
    }
}
