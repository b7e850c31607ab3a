//! The members of `analysis.json` that are read back; the others follow from them, or are unknown and ignored.
//!
//! The twin of [`crate::exchange::json`], where every member is described.

use serde::Deserialize;

/// What is looked at before anything else.
#[derive(Deserialize)]
pub(super) struct Head {
    pub schema_version: String,
}

#[derive(Deserialize)]
pub(super) struct Analysis {
    pub generator: Generator,
    pub generated: String,
    pub marking: String,
    pub marking_is_default: bool,
    pub document: Document,
    pub assisted: Option<Assisted>,
    pub techniques: Vec<Technique>,
    pub observables: Vec<Observable>,
    pub withheld: Vec<Withheld>,
    pub entities: Vec<Entity>,
    pub relations: Vec<Relation>,
    pub events: Vec<Event>,
    pub mitigations: Vec<Mitigation>,
    /// Files of earlier releases have none.
    #[serde(default)]
    pub fixes: Vec<Fix>,
    pub diagnostics: Vec<Diagnostic>,
}

#[derive(Deserialize)]
pub(super) struct Generator {
    pub pack: String,
}

#[derive(Deserialize)]
pub(super) struct Assisted {
    pub model: String,
    pub questions: u32,
    pub answered: u32,
    pub sentences: u32,
    pub claims: u32,
    pub discarded: u32,
    pub changed: u32,
}

#[derive(Deserialize)]
pub(super) struct Document {
    pub sha256: String,
    pub name: String,
    pub format: String,
    pub title: Option<String>,
    pub publisher: Option<String>,
    pub authors: Vec<String>,
    pub published: Option<String>,
    pub modified: Option<String>,
    pub source_url: Option<String>,
    pub language: Option<String>,
    pub marking: Option<FoundMarking>,
    pub pages: Option<u32>,
    pub text: String,
    pub blocks: Vec<Block>,
    pub sentences: Vec<Sentence>,
    pub links: Vec<Link>,
}

#[derive(Deserialize)]
pub(super) struct FoundMarking {
    pub label: String,
    pub start: Option<u32>,
    pub end: Option<u32>,
}

#[derive(Deserialize)]
pub(super) struct Block {
    pub kind: String,
    pub start: u32,
    pub end: u32,
    pub page: Option<u32>,
    pub region: String,
    pub level: Option<u8>,
    pub cell: Option<Cell>,
}

#[derive(Deserialize)]
pub(super) struct Cell {
    pub table: u16,
    pub row: u32,
    pub column: u16,
    pub header: bool,
}

#[derive(Deserialize)]
pub(super) struct Sentence {
    pub start: u32,
    pub end: u32,
    pub block: u32,
}

#[derive(Deserialize)]
pub(super) struct Link {
    pub target: String,
    pub start: Option<u32>,
    pub end: Option<u32>,
}

#[derive(Deserialize)]
pub(super) struct Evidence {
    pub start: u32,
    pub end: u32,
    pub quote: String,
    pub sentence: Around,
}

#[derive(Deserialize)]
pub(super) struct Around {
    pub start: u32,
    pub end: u32,
}

#[derive(Deserialize)]
pub(super) struct Technique {
    pub id: String,
    pub name: String,
    pub domain: String,
    pub tactics: Vec<String>,
    pub mapped_from: Option<String>,
    pub confidence: f64,
    pub confidence_word: String,
    pub provenance: String,
    pub evidence: Vec<Evidence>,
    pub reasons: Vec<Reason>,
}

#[derive(Deserialize)]
pub(super) struct Reason {
    pub text: String,
    pub weight: f64,
}

#[derive(Deserialize)]
pub(super) struct Observable {
    pub r#type: String,
    pub value: String,
    pub verdict: String,
    pub reason: String,
    pub confidence: f64,
    pub confidence_word: String,
    pub defanged: bool,
    pub attributes: Vec<Attribute>,
    pub warnings: Vec<String>,
    pub evidence: Vec<Evidence>,
}

#[derive(Deserialize)]
pub(super) struct Attribute {
    pub name: String,
    pub value: String,
}

#[derive(Deserialize)]
pub(super) struct Withheld {
    pub r#type: String,
    pub value: String,
    pub reason: String,
    pub start: u32,
    pub end: u32,
}

#[derive(Deserialize)]
pub(super) struct Entity {
    pub r#type: String,
    pub name: String,
    pub knowledge_id: Option<String>,
    pub aliases: Vec<String>,
    pub role: Option<String>,
    pub confidence: f64,
    pub confidence_word: String,
    pub provenance: String,
    pub attributes: Vec<Attribute>,
    pub evidence: Vec<Evidence>,
}

#[derive(Deserialize)]
pub(super) struct Relation {
    pub source: String,
    pub r#type: String,
    pub target: String,
    pub confidence: f64,
    pub confidence_word: String,
    pub provenance: String,
    pub evidence: Vec<Evidence>,
}

#[derive(Deserialize)]
pub(super) struct Event {
    pub r#type: String,
    pub when: When,
    pub summary: String,
    pub confidence: f64,
    pub confidence_word: String,
    pub involves: Vec<String>,
    pub evidence: Vec<Evidence>,
}

#[derive(Deserialize)]
pub(super) struct When {
    pub earliest: Option<String>,
    pub latest: Option<String>,
    pub days: Option<u32>,
    pub text: String,
}

#[derive(Deserialize)]
pub(super) struct Mitigation {
    pub id: String,
    pub name: String,
    pub confidence: f64,
    pub confidence_word: String,
    pub provenance: String,
    pub evidence: Vec<Evidence>,
}

#[derive(Deserialize)]
pub(super) struct Fix {
    pub vulnerability: String,
    pub state: String,
    pub version: Option<String>,
    pub confidence: f64,
    pub confidence_word: String,
    pub evidence: Vec<Evidence>,
}

#[derive(Deserialize)]
pub(super) struct Diagnostic {
    pub code: String,
    pub severity: String,
    pub message: String,
    pub start: Option<u32>,
    pub end: Option<u32>,
}
