//! What a finder hands in: the report of a vulnerability, read strictly from JSON, and from SARIF.
//!
//! The form is that of the Akrites intake (Akrites-Foundation/SIRT, `docs/TAP-API-Spec.md`), so that its clients can be
//! pointed at a node, with members of our own beside it ([`Submission::title`], [`Submission::description`],
//! [`Submission::cpe`], [`Submission::finders`], [`Submission::public_on`], [`Submission::public_tooling`],
//! [`Submission::exploited`], [`Submission::relation`]). Nothing here judges whether a report is true.

mod attachment;
mod check;
mod fields;
mod mail;
mod mixed;
mod name;
mod sarif;
mod strict;
#[cfg(test)]
mod tests;
mod wire;

use serde::Serialize;
use serde_json::{Map, Value};

pub use attachment::{Attachment, Kind, Media};
pub use mail::mail;
pub use mixed::mixed;
pub use sarif::{MOST_RESULTS, SarifFault, sarif};
pub use strict::{DEEPEST, strict};
pub use wire::{FormFile, form, read};

/// Longest body of a report, in bytes.
pub const LONGEST: usize = 3 << 20;

/// A report of a vulnerability, checked and in canonical form.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
#[serde(default)]
pub struct Submission {
    /// What people call it; ours.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub title: Option<String>,
    /// What it is, in the finder's words; lines and paragraphs are kept; ours.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub description: Option<String>,
    /// The package, as a canonical package URL without its version, which stands in `versions`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub purl: Option<String>,
    /// The product as a CPE 2.3 name; ours.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub cpe: Option<String>,
    /// The software's name where there is no package URL.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub software: Option<String>,
    /// Where it is published: an ecosystem.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub ecosystem: Option<String>,
    /// Affected versions, in the order given.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub versions: Vec<String>,
    /// Affected function or lines in free text.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub code_path: Option<String>,
    /// Where in the source it is.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub affected_symbol: Option<Symbol>,
    /// Addresses of what was written about it.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub references: Vec<String>,
    /// Identifiers that others gave it.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub upstream_ids: Vec<String>,
    /// The commit that brought it, lower case.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub introduced_commit: Option<String>,
    /// The commit that mends it, lower case.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub fixed_commit: Option<String>,
    /// The repository of the package.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub package_repo_url: Option<String>,
    /// How it was found: `manual`, `ai-assisted`, `ai-discovered`, … or other words.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub discovery_method: Option<String>,
    /// The model or tool it was found with.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub discovery_tooling: Option<String>,
    /// Whether that tooling is open to the public: then others have found it too, and no embargo is to be had; ours.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub public_tooling: Option<bool>,
    /// Whether the finder knows of its being used against somebody; ours.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub exploited: Option<bool>,
    /// The day on which the finder will make it public, `2026-12-31`; ours.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub public_on: Option<String>,
    /// Whom to credit, letter for letter; ours.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub finders: Vec<String>,
    /// What the sender has to do with it: `finder`, `vendor`, `coordinator`, `other`; ours.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub relation: Option<String>,
    /// Where news of it go; never part of an answer.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub email: Option<String>,
    /// Which news: `off`, `final`, `milestones`, `all`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub notify: Option<String>,
    /// What the sender already thinks of it: severity, weakness, …; its form is not checked beyond size and depth.
    #[serde(skip_serializing_if = "Map::is_empty")]
    pub enrichment: Map<String, Value>,
    /// Files; their content is not among what is serialised: it is kept sealed, apart.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub attachments: Vec<Attachment>,
}

/// Where in the source.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Symbol {
    /// Path of the file.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub file: Option<String>,
    /// Function or method.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub function: Option<String>,
    /// Line; shown, never compared.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub line: Option<u64>,
}

/// Why one field was refused.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Violation {
    /// What is wrong; a code never changes its meaning.
    pub code: Code,
    /// Where, as a path: `versions[0]`.
    pub field: String,
    /// The other field, where two do not fit together.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub also_field: Option<String>,
    /// The same in words.
    pub reason: String,
}

/// What can be wrong with a field (the codes of the intake's specification, section "Errors").
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "snake_case")]
#[expect(missing_docs, reason = "the names are the specification's and say it")]
pub enum Code {
    MissingField,
    FieldTooLarge,
    TooManyItems,
    ControlCharacters,
    DegenerateValue,
    InvalidPurl,
    PurlEcosystemMismatch,
    InvalidReference,
    InvalidCommit,
    InvalidUpstreamId,
    InvalidSymbolLine,
    InvalidNotify,
    InvalidEmail,
    InvalidRepoUrl,
    InvalidContentType,
    FieldNotAllowed,
    StructureTooDeep,
    InvalidFilename,
    InvalidAttachmentType,
    InvalidBase64,
    InvalidUtf8,
    /// Ours: a day that is none.
    InvalidDate,
    /// Ours: not a CPE 2.3 name.
    InvalidCpe,
    /// Ours: not one of the words.
    InvalidRelation,
}

impl Code {
    /// Whether it is a matter of size, which is answered with 413.
    pub fn is_size(self) -> bool {
        matches!(self, Self::FieldTooLarge | Self::TooManyItems | Self::StructureTooDeep)
    }
}

/// Why a report was not taken.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Refused {
    /// It is not exactly one JSON report: what kind of failure, and where.
    #[error("{0}")]
    Malformed(String),
    /// It was understood, and this is wrong with it: all of it.
    #[error("{} violations", .0.len())]
    Invalid(Vec<Violation>),
}

impl Submission {
    /// The product in words for a list.
    pub fn product(&self) -> &str {
        let named = [&self.purl, &self.software, &self.cpe];
        named.into_iter().flatten().next().map_or("", String::as_str)
    }
}
