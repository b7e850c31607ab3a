//! `analysis.json`: everything, versioned. Offsets count Unicode code points of `document.text`, so that
//! `text[start:end] == quote` holds in Python.
//!
//! Compatibility: within major version 1 members are only added, never removed or given another meaning;
//! readers must ignore members they do not know. The JSON Schema ([`schema`]) is published as
//! `docs/schema/analysis-1.json`.

use super::offsets::CodePoints;
use super::text::{defang, quote};
use super::{marking, summary, timestamp};
use crate::{BlockKind, NodeRef, Region, Span};
use schemars::JsonSchema;
use serde::Serialize;

/// Version of the format: `major.minor`.
pub const VERSION: &str = "1.0";

/// Sentences longer than this many bytes are given by their offsets only.
const SENTENCE: usize = 2000;

/// The whole of `analysis.json`.
#[derive(Clone, Debug, PartialEq, Serialize, JsonSchema)]
#[schemars(
    title = "Bartizan analysis",
    description = "What Bartizan found in one report, each claim with its evidence."
)]
pub struct Analysis<'a> {
    /// Version of this format, `major.minor`. Minor versions only add members.
    pub schema_version: &'static str,
    /// What made it.
    pub generator: Generator<'a>,
    /// When it was made, RFC 3339 UTC.
    pub generated: String,
    /// TLP 2.0 label of everything here, e.g. `TLP:AMBER`.
    pub marking: &'static str,
    /// Whether the label is the default because neither the caller nor the report gave one.
    pub marking_is_default: bool,
    /// The report in one paragraph and six figures.
    pub summary: Summary,
    /// The analysed document.
    pub document: Document<'a>,
    /// What a language model had to say about the techniques; only there if one was asked.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub assisted: Option<Assisted<'a>>,
    /// Technique mappings, best first; ids `t1`, `t2` …
    pub techniques: Vec<Technique<'a>>,
    /// What was seen, in order of first appearance; ids `o1`, `o2` …
    pub observables: Vec<Observable<'a>>,
    /// Values that look like observables and were not taken.
    pub withheld: Vec<Withheld<'a>>,
    /// Actors, malware, organisations …; ids `e1`, `e2` …
    pub entities: Vec<Entity<'a>>,
    /// Relations that sentences state; ids `r1`, `r2` …
    pub relations: Vec<Relation<'a>>,
    /// Dated events and duties, in time order; ids `d1`, `d2` …
    pub events: Vec<Event<'a>>,
    /// Candidate mitigations; ids `m1`, `m2` …
    pub mitigations: Vec<Mitigation<'a>>,
    /// What is stated of fixes for vulnerabilities; of what is not here nothing is stated.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub fixes: Vec<Fix<'a>>,
    /// What could not be read, was withheld or was changed.
    pub diagnostics: Vec<Diagnostic<'a>>,
}

/// What made the file.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, JsonSchema)]
pub struct Generator<'a> {
    /// `Bartizan`.
    pub name: &'static str,
    /// Program version.
    pub version: &'static str,
    /// Versions in the knowledge pack.
    pub pack: &'a str,
}

/// What a language model was asked, and how much of its answers counted.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, JsonSchema)]
pub struct Assisted<'a> {
    /// Name of the model, as the caller gave it.
    pub model: &'a str,
    /// Questions that the document gave.
    pub questions: u32,
    /// … that got an answer of the wanted form.
    pub answered: u32,
    /// Sentences that the questions showed.
    pub sentences: u32,
    /// Claims in the answers that text and knowledge pack bear out.
    pub claims: u32,
    /// Claims that were discarded.
    pub discarded: u32,
    /// Techniques whose probability moved, proposed ones included.
    pub changed: u32,
}

/// The report in one paragraph and six figures.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, JsonSchema)]
pub struct Summary {
    /// Title, on one line.
    pub title: String,
    /// One paragraph.
    pub brief: String,
    /// How the report names who is behind it: `stated`, `inferred`, `named` or `unknown`.
    pub attribution: &'static str,
    /// Six figures.
    pub figures: Vec<Figure>,
    /// Key facts.
    pub facts: Vec<Fact>,
}

/// A number with its name.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, JsonSchema)]
pub struct Figure {
    /// Stable key.
    pub key: &'static str,
    /// Name to show.
    pub label: &'static str,
    /// The number.
    pub value: usize,
    /// A few words more, or empty.
    pub note: String,
}

/// A key fact.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, JsonSchema)]
pub struct Fact {
    /// What it answers.
    pub label: &'static str,
    /// The answer.
    pub value: String,
    /// Ids of the claims behind it.
    pub claims: Vec<String>,
}

/// The analysed document.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, JsonSchema)]
pub struct Document<'a> {
    /// SHA-256 of the input bytes, lower-case hexadecimal.
    pub sha256: &'a str,
    /// Name of the input.
    pub name: &'a str,
    /// `text`, `markdown`, `html`, `pdf`, `docx` or `email`.
    pub format: &'static str,
    /// Title.
    pub title: Option<&'a str>,
    /// Publisher.
    pub publisher: Option<&'a str>,
    /// Authors.
    pub authors: &'a [String],
    /// Day of publication, `YYYY-MM-DD`.
    pub published: Option<&'a str>,
    /// Day of last change, `YYYY-MM-DD`.
    pub modified: Option<&'a str>,
    /// Where it came from.
    pub source_url: Option<&'a str>,
    /// ISO 639-1 language.
    pub language: Option<&'a str>,
    /// TLP label found in the text, and where.
    pub marking: Option<FoundMarking>,
    /// Number of pages, if the format has pages.
    pub pages: Option<u32>,
    /// The canonical text. All offsets count Unicode code points of it.
    pub text: &'a str,
    /// Blocks in text order.
    pub blocks: Vec<Block>,
    /// Sentences in text order.
    pub sentences: Vec<Sentence>,
    /// Link targets.
    pub links: Vec<Link<'a>>,
}

/// A marking in the text.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, JsonSchema)]
pub struct FoundMarking {
    /// TLP 2.0 label.
    pub label: &'static str,
    /// Start, where known.
    pub start: Option<u32>,
    /// End, where known.
    pub end: Option<u32>,
}

/// A block of the text.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, JsonSchema)]
pub struct Block {
    /// `heading`, `paragraph`, `list-item`, `table-cell`, `code`, `caption` or `quote`.
    pub kind: &'static str,
    /// Start.
    pub start: u32,
    /// End.
    pub end: u32,
    /// Page, from 1.
    pub page: Option<u32>,
    /// `main`, `appendix`, `furniture` or `references`.
    pub region: &'static str,
    /// Level of a heading, depth of a list item, from 1.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub level: Option<u8>,
    /// Place of a table cell.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub cell: Option<Cell>,
}

/// Place of a table cell, all from 0.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, JsonSchema)]
pub struct Cell {
    /// Table number in the document.
    pub table: u16,
    /// Row.
    pub row: u32,
    /// Column.
    pub column: u16,
    /// Whether it is a header cell.
    pub header: bool,
}

/// A sentence.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, JsonSchema)]
pub struct Sentence {
    /// Start.
    pub start: u32,
    /// End.
    pub end: u32,
    /// Index into `blocks`.
    pub block: u32,
}

/// A link target.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, JsonSchema)]
pub struct Link<'a> {
    /// As given.
    pub target: &'a str,
    /// Start of the words that carry it, where known.
    pub start: Option<u32>,
    /// Their end.
    pub end: Option<u32>,
}

/// Where a claim stands.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, JsonSchema)]
pub struct Evidence<'a> {
    /// Start.
    pub start: u32,
    /// End.
    pub end: u32,
    /// The exact words: `text[start:end]`.
    pub quote: &'a str,
    /// Page, from 1, if the format has pages.
    pub page: Option<u32>,
    /// The sentence around them.
    pub sentence: Around<'a>,
}

/// The sentence, table cell or code line around a quotation.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, JsonSchema)]
pub struct Around<'a> {
    /// Start.
    pub start: u32,
    /// End.
    pub end: u32,
    /// The words, left out if they are longer than 2,000 bytes.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub text: Option<&'a str>,
}

/// A technique mapping.
#[derive(Clone, Debug, PartialEq, Serialize, JsonSchema)]
pub struct Technique<'a> {
    /// Technique, e.g. `T1059.001` or `AML.T0051`.
    pub id: &'a str,
    /// Id of this claim, to refer to it: `t1` …
    pub claim: String,
    /// Name in the pack.
    pub name: &'a str,
    /// `enterprise-attack`, `mobile-attack`, `ics-attack` or `atlas`.
    pub domain: &'a str,
    /// Tactic short names in matrix order.
    pub tactics: &'a [String],
    /// The id that the text used, where it has since been revoked.
    pub mapped_from: Option<&'a str>,
    /// Calibrated probability, 0–1.
    pub confidence: f64,
    /// The same in words (ICD 203).
    pub confidence_word: &'static str,
    /// `stated`, `named` or `inferred`.
    pub provenance: &'static str,
    /// Where, best first.
    pub evidence: Vec<Evidence<'a>>,
    /// What decided, best first.
    pub reasons: Vec<Reason<'a>>,
}

/// What counted, with its weight.
#[derive(Clone, Debug, PartialEq, Serialize, JsonSchema)]
pub struct Reason<'a> {
    /// Feature or rule.
    pub text: &'a str,
    /// Weight; positive speaks for the claim.
    pub weight: f64,
}

/// Something seen.
#[derive(Clone, Debug, PartialEq, Serialize, JsonSchema)]
pub struct Observable<'a> {
    /// Id of this claim: `o1` …
    pub id: String,
    /// Kind, e.g. `ipv4`, `sha256`.
    pub r#type: &'static str,
    /// Canonical, refanged value.
    pub value: &'a str,
    /// The value as it may be shown.
    pub display: String,
    /// Whether the text presents it as malicious.
    pub indicator: bool,
    /// `indicator`, `observable` or `reference`.
    pub verdict: &'static str,
    /// Why.
    pub reason: &'a str,
    /// Probability that the verdict is right, 0–1.
    pub confidence: f64,
    /// The same in words.
    pub confidence_word: &'static str,
    /// Whether an author defanged it at least once.
    pub defanged: bool,
    /// Context, e.g. `port`.
    pub attributes: Vec<Attribute<'a>>,
    /// Warning lists it stands on.
    pub warnings: &'a [String],
    /// Every place, in order.
    pub evidence: Vec<Evidence<'a>>,
}

/// A name with a value.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, JsonSchema)]
pub struct Attribute<'a> {
    /// Name.
    pub name: &'a str,
    /// Value.
    pub value: &'a str,
}

/// A value that was looked at and not taken.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, JsonSchema)]
pub struct Withheld<'a> {
    /// What it looked like.
    pub r#type: &'static str,
    /// As written.
    pub value: &'a str,
    /// Why not.
    pub reason: &'a str,
    /// Start.
    pub start: u32,
    /// End.
    pub end: u32,
}

/// A thing the text names.
#[derive(Clone, Debug, PartialEq, Serialize, JsonSchema)]
pub struct Entity<'a> {
    /// Id of this claim: `e1` …
    pub id: String,
    /// Kind, e.g. `actor`, `malware`, `organization`.
    pub r#type: &'static str,
    /// Preferred name.
    pub name: &'a str,
    /// Id in the pack, e.g. `G0016`.
    pub knowledge_id: Option<&'a str>,
    /// Other names used in this text.
    pub aliases: &'a [String],
    /// Part it plays, e.g. `victim`.
    pub role: Option<&'a str>,
    /// Probability, 0–1.
    pub confidence: f64,
    /// The same in words.
    pub confidence_word: &'static str,
    /// `stated`, `named` or `inferred`.
    pub provenance: &'static str,
    /// Further facts.
    pub attributes: Vec<Attribute<'a>>,
    /// Every place, in order.
    pub evidence: Vec<Evidence<'a>>,
}

/// A relation that a sentence states.
#[derive(Clone, Debug, PartialEq, Serialize, JsonSchema)]
pub struct Relation<'a> {
    /// Id of this claim: `r1` …
    pub id: String,
    /// Id of the claim it starts from.
    pub source: String,
    /// Kind, e.g. `uses`.
    pub r#type: &'static str,
    /// Id of the claim it leads to.
    pub target: String,
    /// Probability, 0–1.
    pub confidence: f64,
    /// The same in words.
    pub confidence_word: &'static str,
    /// `stated`, `named` or `inferred`.
    pub provenance: &'static str,
    /// Where.
    pub evidence: Vec<Evidence<'a>>,
}

/// A dated happening or duty.
#[derive(Clone, Debug, PartialEq, Serialize, JsonSchema)]
pub struct Event<'a> {
    /// Id of this claim: `d1` …
    pub id: String,
    /// `occurred`, `published` or `obligation`.
    pub r#type: &'static str,
    /// When.
    pub when: When<'a>,
    /// What, in words of the text.
    pub summary: &'a str,
    /// Probability, 0–1.
    pub confidence: f64,
    /// The same in words.
    pub confidence_word: &'static str,
    /// Ids of claims named in the same sentence.
    pub involves: Vec<String>,
    /// Where.
    pub evidence: Vec<Evidence<'a>>,
}

/// A point or stretch of time.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, JsonSchema)]
pub struct When<'a> {
    /// First possible day, `YYYY-MM-DD`.
    pub earliest: Option<&'a str>,
    /// Last possible day, `YYYY-MM-DD`.
    pub latest: Option<&'a str>,
    /// Length in days, for windows and deadlines.
    pub days: Option<u32>,
    /// As written.
    pub text: &'a str,
}

/// A mitigation the text names or describes.
#[derive(Clone, Debug, PartialEq, Serialize, JsonSchema)]
pub struct Mitigation<'a> {
    /// ATT&CK, ATLAS or D3FEND id.
    pub id: &'a str,
    /// Id of this claim: `m1` …
    pub claim: String,
    /// Name in the pack.
    pub name: &'a str,
    /// Probability, 0–1.
    pub confidence: f64,
    /// The same in words.
    pub confidence_word: &'static str,
    /// `stated`, `named` or `inferred`.
    pub provenance: &'static str,
    /// Where.
    pub evidence: Vec<Evidence<'a>>,
}

/// What is stated of a fix for a vulnerability.
#[derive(Clone, Debug, PartialEq, Serialize, JsonSchema)]
pub struct Fix<'a> {
    /// Id of the vulnerability: `e1` …
    pub vulnerability: String,
    /// `fixed` in a version, `available` (there is a patch, or it was patched), `none`.
    pub state: &'static str,
    /// The version that has the fix, as written.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub version: Option<&'a str>,
    /// Probability that the text states this, 0–1.
    pub confidence: f64,
    /// The same in words.
    pub confidence_word: &'static str,
    /// Where.
    pub evidence: Vec<Evidence<'a>>,
}

/// A finding about the input.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, JsonSchema)]
pub struct Diagnostic<'a> {
    /// Stable code, e.g. `limit.pages`.
    pub code: &'static str,
    /// `note`, `warning` or `error`.
    pub severity: &'static str,
    /// One sentence.
    pub message: &'a str,
    /// Start, if it has a place.
    pub start: Option<u32>,
    /// End, if it has a place.
    pub end: Option<u32>,
}

/// The JSON Schema (draft 2020-12) of `analysis.json`.
pub fn schema() -> serde_json::Value {
    let id = concat!(env!("CARGO_PKG_REPOSITORY"), "/docs/schema/analysis-1.json");
    schema_of::<Analysis<'static>>(id)
}

/// The JSON Schema of the STIX extension.
pub fn evidence_schema() -> serde_json::Value {
    let id = concat!(env!("CARGO_PKG_REPOSITORY"), "/docs/schema/stix-evidence-1.json");
    schema_of::<super::stix::Extension>(id)
}

/// The JSON Schema of a wire type that is written, under an id.
pub fn schema_of<T: JsonSchema>(id: &str) -> serde_json::Value {
    let settings = schemars::generate::SchemaSettings::draft2020_12().for_serialize();
    let mut schema = settings.into_generator().into_root_schema_for::<T>();
    schema.insert("$id".to_owned(), id.into());
    schema.to_value()
}

/// The id by which other members refer to a claim.
pub fn node_id(node: NodeRef) -> String {
    match node {
        NodeRef::Entity(i) => format!("e{}", u64::from(i) + 1),
        NodeRef::Observable(i) => format!("o{}", u64::from(i) + 1),
        NodeRef::Technique(i) => format!("t{}", u64::from(i) + 1),
        NodeRef::Mitigation(i) => format!("m{}", u64::from(i) + 1),
    }
}

/// Four digits are more than a calibrated probability can bear, and print the same everywhere.
pub(super) fn number(value: f32) -> f64 {
    let rounded = (f64::from(value) * 10_000.0).round() / 10_000.0;
    if rounded.is_finite() { rounded } else { 0.0 }
}

/// The wire form of an analysis.
pub fn document(analysis: &crate::Analysis) -> Analysis<'_> {
    Converter { analysis, points: CodePoints::new(&analysis.document.text) }.convert()
}

struct Converter<'a> {
    analysis: &'a crate::Analysis,
    points: CodePoints<'a>,
}

impl<'a> Converter<'a> {
    fn convert(&self) -> Analysis<'a> {
        let a = self.analysis;
        Analysis {
            schema_version: VERSION,
            generator: Generator { name: "Bartizan", version: env!("CARGO_PKG_VERSION"), pack: &a.pack },
            generated: timestamp(a.now),
            marking: marking(a).as_str(),
            marking_is_default: a.marking.is_none(),
            summary: self.summary(),
            document: self.document(),
            assisted: a.assisted.as_ref().map(assisted),
            techniques: self.techniques(),
            observables: self.observables(),
            withheld: a.withheld.iter().map(|w| self.withheld(w)).collect(),
            entities: self.entities(),
            relations: self.relations(),
            events: self.events(),
            mitigations: self.mitigations(),
            fixes: self.fixes(),
            diagnostics: a.diagnostics.iter().map(|d| self.diagnostic(d)).collect(),
        }
    }

    fn summary(&self) -> Summary {
        let sum = summary(self.analysis);
        Summary {
            title: sum.title,
            brief: sum.brief,
            attribution: sum.attribution.as_str(),
            figures: sum
                .figures
                .into_iter()
                .map(|f| Figure { key: f.key, label: f.label, value: f.value, note: f.note })
                .collect(),
            facts: sum
                .facts
                .into_iter()
                .map(|f| Fact {
                    label: f.label,
                    value: f.value,
                    claims: f.claims.into_iter().map(node_id).collect(),
                })
                .collect(),
        }
    }

    fn document(&self) -> Document<'a> {
        let d = &self.analysis.document;
        let m = &d.metadata;
        Document {
            sha256: &d.sha256,
            name: &d.name,
            format: d.format.as_str(),
            title: m.title.as_deref(),
            publisher: m.publisher.as_deref(),
            authors: &m.authors,
            published: m.published.as_deref(),
            modified: m.modified.as_deref(),
            source_url: m.source_url.as_deref(),
            language: m.language.as_deref(),
            marking: m.marking.map(|(tlp, span)| {
                let (start, end) = self.maybe(span);
                FoundMarking { label: tlp.as_str(), start, end }
            }),
            pages: d.pages,
            text: &d.text,
            blocks: d.blocks.iter().map(|b| self.block(b)).collect(),
            sentences: d
                .sentences
                .iter()
                .map(|s| {
                    let (start, end) = self.points.span(s.span);
                    Sentence { start, end, block: s.block }
                })
                .collect(),
            links: d
                .links
                .iter()
                .map(|l| {
                    let (start, end) = self.maybe(l.span);
                    Link { target: &l.target, start, end }
                })
                .collect(),
        }
    }

    fn block(&self, block: &crate::Block) -> Block {
        let (start, end) = self.points.span(block.span);
        let (kind, level, cell) = match block.kind {
            BlockKind::Heading(level) => ("heading", Some(level), None),
            BlockKind::Paragraph => ("paragraph", None, None),
            BlockKind::ListItem(depth) => ("list-item", Some(depth), None),
            BlockKind::TableCell { table, row, column, header } => {
                ("table-cell", None, Some(Cell { table, row, column, header }))
            }
            BlockKind::Code => ("code", None, None),
            BlockKind::Caption => ("caption", None, None),
            BlockKind::Quote => ("quote", None, None),
        };
        let region = match block.region {
            Region::Main => "main",
            Region::Appendix => "appendix",
            Region::Furniture => "furniture",
            Region::References => "references",
        };
        Block { kind, start, end, page: block.page, region, level, cell }
    }

    fn maybe(&self, span: Option<Span>) -> (Option<u32>, Option<u32>) {
        span.map(|s| self.points.span(s)).unzip()
    }

    fn evidence(&self, evidence: &[crate::Evidence]) -> Vec<Evidence<'a>> {
        evidence
            .iter()
            .map(|e| {
                let (start, end) = self.points.span(e.span);
                let (from, to) = self.points.span(e.sentence);
                let words = e.sentence.of(&self.analysis.document.text);
                Evidence {
                    start,
                    end,
                    quote: quote(self.analysis, e),
                    page: self.analysis.document.page_of(e.span),
                    sentence: Around {
                        start: from,
                        end: to,
                        text: (words.len() <= SENTENCE).then_some(words),
                    },
                }
            })
            .collect()
    }

    fn techniques(&self) -> Vec<Technique<'a>> {
        let convert = |(i, t): (usize, &'a crate::TechniqueMapping)| Technique {
            id: &t.id,
            claim: node_id(NodeRef::Technique(i as u32)),
            name: &t.name,
            domain: &t.domain,
            tactics: &t.tactics,
            mapped_from: t.mapped_from.as_deref(),
            confidence: number(t.confidence.get()),
            confidence_word: t.confidence.word(),
            provenance: t.provenance.as_str(),
            evidence: self.evidence(&t.evidence),
            reasons: t.reasons.iter().map(|r| Reason { text: &r.text, weight: number(r.weight) }).collect(),
        };
        self.analysis.techniques.iter().enumerate().map(convert).collect()
    }

    fn observables(&self) -> Vec<Observable<'a>> {
        let convert = |(i, o): (usize, &'a crate::Observable)| Observable {
            id: node_id(NodeRef::Observable(i as u32)),
            r#type: o.kind.as_str(),
            value: &o.value,
            display: defang(o.kind, &o.value),
            indicator: o.verdict == crate::Verdict::Indicator,
            verdict: o.verdict.as_str(),
            reason: &o.verdict_reason,
            confidence: number(o.confidence.get()),
            confidence_word: o.confidence.word(),
            defanged: o.defanged,
            attributes: attributes(&o.attributes),
            warnings: &o.warnings,
            evidence: self.evidence(&o.evidence),
        };
        self.analysis.observables.iter().enumerate().map(convert).collect()
    }

    fn withheld(&self, w: &'a crate::Withheld) -> Withheld<'a> {
        let (start, end) = self.points.span(w.span);
        Withheld { r#type: w.kind.as_str(), value: &w.value, reason: &w.reason, start, end }
    }

    fn entities(&self) -> Vec<Entity<'a>> {
        let convert = |(i, e): (usize, &'a crate::Entity)| Entity {
            id: node_id(NodeRef::Entity(i as u32)),
            r#type: e.kind.as_str(),
            name: &e.name,
            knowledge_id: e.knowledge_id.as_deref(),
            aliases: &e.aliases,
            role: e.role.as_deref(),
            confidence: number(e.confidence.get()),
            confidence_word: e.confidence.word(),
            provenance: e.provenance.as_str(),
            attributes: attributes(&e.attributes),
            evidence: self.evidence(&e.evidence),
        };
        self.analysis.entities.iter().enumerate().map(convert).collect()
    }

    fn relations(&self) -> Vec<Relation<'a>> {
        let convert = |(i, r): (usize, &'a crate::Relation)| Relation {
            id: format!("r{}", i + 1),
            source: node_id(r.source),
            r#type: r.kind.as_str(),
            target: node_id(r.target),
            confidence: number(r.confidence.get()),
            confidence_word: r.confidence.word(),
            provenance: r.provenance.as_str(),
            evidence: self.evidence(&r.evidence),
        };
        self.analysis.relations.iter().enumerate().map(convert).collect()
    }

    fn events(&self) -> Vec<Event<'a>> {
        let convert = |(i, e): (usize, &'a crate::Event)| Event {
            id: format!("d{}", i + 1),
            r#type: e.kind.as_str(),
            when: When {
                earliest: e.when.earliest.as_deref(),
                latest: e.when.latest.as_deref(),
                days: e.when.days,
                text: &e.when.text,
            },
            summary: &e.summary,
            confidence: number(e.confidence.get()),
            confidence_word: e.confidence.word(),
            involves: e.involves.iter().copied().map(node_id).collect(),
            evidence: self.evidence(&e.evidence),
        };
        self.analysis.events.iter().enumerate().map(convert).collect()
    }

    fn mitigations(&self) -> Vec<Mitigation<'a>> {
        let convert = |(i, m): (usize, &'a crate::Mitigation)| Mitigation {
            id: &m.id,
            claim: node_id(NodeRef::Mitigation(i as u32)),
            name: &m.name,
            confidence: number(m.confidence.get()),
            confidence_word: m.confidence.word(),
            provenance: m.provenance.as_str(),
            evidence: self.evidence(&m.evidence),
        };
        self.analysis.mitigations.iter().enumerate().map(convert).collect()
    }

    fn fixes(&self) -> Vec<Fix<'a>> {
        let convert = |s: &'a crate::FixStatement| Fix {
            vulnerability: node_id(NodeRef::Entity(s.about)),
            state: s.state.as_str(),
            version: s.version.as_deref(),
            confidence: number(s.confidence.get()),
            confidence_word: s.confidence.word(),
            evidence: self.evidence(&s.evidence),
        };
        self.analysis.fixes.iter().map(convert).collect()
    }

    fn diagnostic(&self, d: &'a crate::Diagnostic) -> Diagnostic<'a> {
        let (start, end) = self.maybe(d.span);
        Diagnostic { code: d.code.as_str(), severity: d.severity.as_str(), message: &d.message, start, end }
    }
}

fn assisted(a: &crate::Assisted) -> Assisted<'_> {
    let crate::Assisted { model, questions, answered, sentences, claims, discarded, changed } = a;
    Assisted {
        model,
        questions: *questions,
        answered: *answered,
        sentences: *sentences,
        claims: *claims,
        discarded: *discarded,
        changed: *changed,
    }
}

fn attributes(pairs: &[(String, String)]) -> Vec<Attribute<'_>> {
    pairs.iter().map(|(name, value)| Attribute { name, value }).collect()
}
