//! The declared extension: where in the report a claim stands and how sure it is.

use crate::exchange::offsets::CodePoints;
use crate::{Analysis, Confidence, Evidence};
use bartizan_stix::{Body, Id, Object};
use schemars::JsonSchema;
use serde::Serialize;

/// Places given for one claim; `analysis.json` has all of them.
pub(super) const PLACES: usize = 20;

/// Name of the file with the JSON Schema of the extension, under `docs/schema`.
pub const SCHEMA_FILE: &str = "stix-evidence-1.json";

/// What the extension adds to an object.
#[derive(Clone, Debug, PartialEq, Serialize, JsonSchema)]
#[serde(untagged)]
#[schemars(title = "Bartizan evidence, a STIX 2.1 property extension")]
pub enum Extension {
    /// On indicators, relationships and the things a report names: the claim that made the object.
    Claim(Claim),
    /// On the report: what was analysed, and claims about objects whose identifiers are shared.
    Report(ReportExtension),
}

/// A claim of the report, with its places.
#[derive(Clone, Debug, PartialEq, Serialize, JsonSchema)]
pub struct Claim {
    extension_type: ExtensionType,
    /// The claim.
    #[serde(flatten)]
    pub claim: ClaimBody,
}

/// On the report object.
#[derive(Clone, Debug, PartialEq, Serialize, JsonSchema)]
pub struct ReportExtension {
    extension_type: ExtensionType,
    /// SHA-256 of the analysed bytes, lower-case hexadecimal.
    pub document_sha256: String,
    /// That of the first edition of the report, where this bundle continues one of an earlier edition.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub first_sha256: Option<String>,
    /// Name of the analysed input.
    pub document_name: String,
    /// Length of the canonical text in Unicode code points; offsets count in it. `analysis.json` has the text.
    pub text_length: u32,
    /// Program and version.
    pub generator: String,
    /// Versions in the knowledge pack.
    pub knowledge: String,
    /// Claims about objects whose identifiers do not belong to this report: cyber-observables and objects under
    /// MITRE's identifiers.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub claims: Vec<SharedClaim>,
    /// What the analysis holds and STIX has no honest form for.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub omitted: Vec<Omitted>,
}

/// A claim about an object whose identifier is shared with other producers.
#[derive(Clone, Debug, PartialEq, Serialize, JsonSchema)]
pub struct SharedClaim {
    /// The object.
    #[schemars(with = "String")]
    pub object_ref: Id,
    /// The claim.
    #[serde(flatten)]
    pub claim: ClaimBody,
}

/// How many of a kind were left out, and why.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, JsonSchema)]
pub struct Omitted {
    /// Kind in `analysis.json`.
    pub kind: String,
    /// How many.
    pub count: u32,
    /// Why.
    pub reason: String,
}

/// The content of a claim.
#[derive(Clone, Debug, PartialEq, Serialize, JsonSchema)]
pub struct ClaimBody {
    /// `stated`, `named` or `inferred`.
    pub provenance: &'static str,
    /// Probability that the claim is right, in percent.
    pub confidence: u8,
    /// The same in words (ICD 203).
    pub confidence_word: &'static str,
    /// `indicator` or `observable`, for what was seen.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub verdict: Option<&'static str>,
    /// Why this verdict.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub reason: Option<String>,
    /// Kind of relation in `analysis.json`, where it is more precise than `relationship_type`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub relation: Option<&'static str>,
    /// The id that the report used, where it has since been revoked.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub mapped_from: Option<String>,
    /// Warning lists it stands on.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub warnings: Vec<String>,
    /// Where; at most 20 places.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub evidence: Vec<Place>,
}

/// A place in the report's text.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, JsonSchema)]
pub struct Place {
    /// First Unicode code point.
    pub start: u32,
    /// One past the last.
    pub end: u32,
    /// The exact words.
    pub quote: String,
    /// Page, from 1, if the report has pages.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub page: Option<u32>,
    /// First code point of the sentence around it.
    pub sentence_start: u32,
    /// One past its last.
    pub sentence_end: u32,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, JsonSchema)]
enum ExtensionType {
    #[serde(rename = "property-extension")]
    Property,
}

impl Claim {
    pub(super) fn new(claim: ClaimBody) -> Self {
        Self { extension_type: ExtensionType::Property, claim }
    }
}

impl ReportExtension {
    pub(super) fn new(analysis: &Analysis, points: &CodePoints<'_>) -> Self {
        let document = &analysis.document;
        Self {
            extension_type: ExtensionType::Property,
            document_sha256: document.sha256.clone(),
            first_sha256: None,
            document_name: document.name.clone(),
            text_length: points.at(u32::MAX),
            generator: format!("Bartizan {}", env!("CARGO_PKG_VERSION")),
            knowledge: analysis.pack.clone(),
            claims: Vec::new(),
            omitted: Vec::new(),
        }
    }
}

impl ClaimBody {
    pub(super) fn new(provenance: &'static str, confidence: Confidence, evidence: Vec<Place>) -> Self {
        Self {
            provenance,
            confidence: confidence.percent(),
            confidence_word: confidence.word(),
            verdict: None,
            reason: None,
            relation: None,
            mapped_from: None,
            warnings: Vec::new(),
            evidence,
        }
    }

    /// Takes the places of another claim about the same object; the surer one's words stay.
    pub(super) fn merge(&mut self, other: ClaimBody) {
        if other.confidence > self.confidence {
            self.confidence = other.confidence;
            self.confidence_word = other.confidence_word;
        }
        for place in other.evidence {
            if self.evidence.len() < PLACES && !self.evidence.contains(&place) {
                self.evidence.push(place);
            }
        }
    }
}

pub(super) fn places(analysis: &Analysis, points: &CodePoints<'_>, evidence: &[Evidence]) -> Vec<Place> {
    evidence
        .iter()
        .take(PLACES)
        .map(|e| {
            let (start, end) = points.span(e.span);
            let (sentence_start, sentence_end) = points.span(e.sentence);
            Place {
                start,
                end,
                quote: e.span.of(&analysis.document.text).to_owned(),
                page: analysis.document.page_of(e.span),
                sentence_start,
                sentence_end,
            }
        })
        .collect()
}

/// Identifier of the extension definition.
pub(super) fn definition_id() -> Id {
    Id::derived("extension-definition", &["evidence", "1"])
}

/// The definition itself. It is the same in every bundle.
pub(super) fn definition(author: &Id, marking: Id) -> Object<Extension> {
    const RELEASED: &str = "2026-11-23T00:00:00.000Z";
    let body = Body::ExtensionDefinition {
        name: "Bartizan evidence".into(),
        description:
            "Where in the analysed report a claim stands (quote, offsets in Unicode code points of the \
                      canonical text, page), how it was reached (stated, named, inferred) and how sure it is."
                .into(),
        schema: format!("{}/docs/schema/{SCHEMA_FILE}", env!("CARGO_PKG_REPOSITORY")),
        version: "1.0.0".into(),
        extension_types: vec!["property-extension"],
    };
    let mut object = Object::new(definition_id(), RELEASED, RELEASED, body);
    object.created_by_ref = Some(author.clone());
    object.object_marking_refs = vec![marking];
    object
}
