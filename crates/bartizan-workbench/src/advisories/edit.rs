//! The editor: a form for what most advisories say, the document itself for the rest, and what is found in it.

use askama::Template;

use crate::shell::{Problem, Shell};

/// `GET /advisories/{uuid}/edit`. The form posts its fields to the same address; the document goes to `/advisories/{uuid}/document`
/// as `document`. Both send `csrf`, `after` and `summary`.
#[derive(Clone, Debug, Template)]
#[template(path = "advisory-edit.html")]
pub struct AdvisoryEdit {
    /// What stands around the page.
    pub shell: Shell,
    /// UUID.
    pub uuid: String,
    /// What its readers know it by.
    pub tracking: String,
    /// The edition that is edited.
    pub after: u64,
    /// Whether it was released: its id stays.
    pub fixed: bool,
    /// The form; none where the document says what it does not cover.
    pub form: Option<AdvisoryForm>,
    /// Places of the document that the form does not cover.
    pub beyond: Vec<String>,
    /// The document.
    pub json: String,
    /// What would be found, were it released now.
    pub findings: Vec<FindingLine>,
    /// Why it came back.
    pub problem: Option<Problem>,
}

page!(AdvisoryEdit, "vulnerabilities", "advisories");

/// Something that was found.
#[derive(Clone, Debug, Default)]
pub struct FindingLine {
    /// A test of section 6, or `schema`.
    pub test: String,
    /// `error`, `warning`, `information`.
    pub severity: String,
    /// A JSON pointer.
    pub pointer: String,
    /// What is wrong, and what to do about it.
    pub message: String,
}

/// What was typed.
#[derive(Clone, Debug, Default)]
#[expect(missing_docs, reason = "the names are those of the fields")]
pub struct AdvisoryForm {
    pub id: String,
    pub title: String,
    /// TLP 2.0, without `TLP:`.
    pub tlp: String,
    pub language: String,
    pub cve: String,
    pub name: String,
    pub description: String,
    /// One in a line.
    pub weaknesses: String,
    /// One in a line.
    pub vectors: String,
    pub products: Vec<ProductRow>,
    pub remedies: Vec<RemedyRow>,
    /// Address, blank, what is there: one in a line.
    pub references: String,
    pub acks: Vec<AckRow>,
    pub notes: Vec<NoteRow>,
}

/// A product, and what is said of it.
#[derive(Clone, Debug, Default)]
#[expect(missing_docs, reason = "the names are those of the fields")]
pub struct ProductRow {
    pub id: String,
    pub vendor: String,
    pub name: String,
    /// One version, or a range in VERS.
    pub versions: String,
    pub purl: String,
    pub cpe: String,
    pub status: String,
    pub justification: String,
    pub impact: String,
}

/// What helps.
#[derive(Clone, Debug, Default)]
#[expect(missing_docs, reason = "the names are those of the fields")]
pub struct RemedyRow {
    pub category: String,
    pub details: String,
    pub url: String,
    /// Ids, separated by blanks; empty: all that are affected.
    pub products: String,
}

/// A thank, verbatim.
#[derive(Clone, Debug, Default)]
#[expect(missing_docs, reason = "the names are those of the fields")]
pub struct AckRow {
    /// One in a line.
    pub names: String,
    pub organization: String,
    pub summary: String,
    /// One in a line.
    pub urls: String,
}

/// A text on the whole.
#[derive(Clone, Debug, Default)]
#[expect(missing_docs, reason = "the names are those of the fields")]
pub struct NoteRow {
    pub category: String,
    pub title: String,
    pub text: String,
}

impl AdvisoryEdit {
    fn href(&self) -> String {
        super::href(&self.uuid)
    }

    fn count(&self, severity: &str) -> usize {
        self.findings.iter().filter(|finding| finding.severity == severity).count()
    }

    fn statuses(&self) -> Vec<&'static str> {
        bartizan_advisory::advisory::ProductStatus::ALL.iter().map(|status| status.word()).collect()
    }

    fn justifications(&self) -> Vec<&'static str> {
        bartizan_advisory::advisory::Justification::ALL.iter().map(|word| word.word()).collect()
    }

    fn remedies(&self) -> Vec<&'static str> {
        bartizan_advisory::advisory::RemediationCategory::ALL.iter().map(|word| word.word()).collect()
    }

    fn kinds(&self) -> Vec<&'static str> {
        bartizan_advisory::advisory::NoteCategory::ALL.iter().map(|word| word.word()).collect()
    }

    fn tlps(&self) -> Vec<&'static str> {
        bartizan_advisory::advisory::Tlp::ALL.iter().map(|word| word.word()).collect()
    }
}
