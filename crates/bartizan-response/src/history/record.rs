//! What is kept of an analysis to compare it with others.

use bartizan::{EntityKind, ObservableKind};
use bartizan_stix::Tlp;
use serde::Deserialize;
use std::collections::BTreeSet;

/// Evidence kept with a claim.
const PLACES: usize = 3;
/// Characters kept of a quotation or sentence.
const WORDS: usize = 400;
/// Characters kept of a name or value.
const NAME: usize = 4096;

/// An analysis as others are compared with it.
#[derive(Clone, Debug, PartialEq)]
pub struct Record {
    /// SHA-256 of the report, lower-case hexadecimal.
    pub sha256: String,
    /// Name of the input.
    pub name: String,
    /// Title of the report.
    pub title: String,
    /// Publisher.
    pub publisher: Option<String>,
    /// Day of publication, `YYYY-MM-DD`.
    pub published: Option<String>,
    /// Where it came from.
    pub source_url: Option<String>,
    /// When it was analysed, RFC 3339.
    pub generated: String,
    /// Versions in the knowledge pack.
    pub pack: String,
    /// Its marking.
    pub marking: Tlp,
    /// `threat`, `vulnerability`, `policy` or `other`; none where nobody asked for an assessment.
    pub genre: Option<String>,
    /// Risk score and band.
    pub risk: Option<(f64, String)>,
    /// Names of the actors that the report holds responsible.
    pub stated: Vec<String>,
    /// Technique mappings, in the order of the analysis.
    pub techniques: Vec<Claim>,
    /// Observables.
    pub observables: Vec<Claim>,
    /// Entities.
    pub entities: Vec<Claim>,
    /// Dated happenings.
    pub events: Vec<Event>,
    /// The text, to search in.
    pub text: String,
}

/// A claim in comparable form.
#[derive(Clone, Debug, PartialEq)]
pub struct Claim {
    /// Its id in the analysis: `t1`, `o3`, `e2`.
    pub id: String,
    /// `technique`, or the kind of the observable or entity.
    pub kind: String,
    /// What makes it the same thing in two reports: technique id, canonical value, id in the pack or name in lower case.
    pub key: String,
    /// As shown; observables defanged.
    pub label: String,
    /// Provenance of a technique, verdict of an observable, role of an entity (or empty).
    pub grade: String,
    /// 0–1.
    pub confidence: f64,
    /// Whether warning lists hold it: many have it for good reasons.
    pub common: bool,
    /// Where, the first few.
    pub evidence: Vec<Place>,
}

/// A place in a report.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Place {
    /// First code point.
    pub start: u32,
    /// One past the last.
    pub end: u32,
    /// The words.
    pub quote: String,
    /// The sentence around them.
    pub sentence: String,
}

/// A dated happening.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Event {
    /// Its id in the analysis.
    pub id: String,
    /// `occurred`, `published` or `obligation`.
    pub kind: String,
    /// First day, `YYYY-MM-DD`.
    pub earliest: String,
    /// Last day.
    pub latest: String,
    /// What.
    pub summary: String,
    /// Ids of the claims involved.
    pub involves: Vec<String>,
}

/// Why an `analysis.json` could not be read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Unreadable(String);

impl std::fmt::Display for Unreadable {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.0)
    }
}

impl std::error::Error for Unreadable {}

impl Record {
    /// Reads an `analysis.json` of format version 1. Members that it does not know are ignored, claims of unknown kinds left out.
    ///
    /// # Errors
    /// If it is no JSON, no analysis, of another major version, or its hash or marking is malformed.
    pub fn read(json: &[u8]) -> Result<Self, Unreadable> {
        let raw: Raw = serde_json::from_slice(json).map_err(|e| Unreadable(format!("no analysis: {e}")))?;
        if raw.schema_version.split('.').next() != Some("1") {
            let version = clip(&raw.schema_version, 20);
            return Err(Unreadable(format!("format version {version:?} is not 1; analyse the report again")));
        }
        let hexadecimal = |b: u8| b.is_ascii_digit() || (b'a'..=b'f').contains(&b);
        if raw.document.sha256.len() != 64 || !raw.document.sha256.bytes().all(hexadecimal) {
            return Err(Unreadable("document.sha256 is no SHA-256".to_owned()));
        }
        let marking = Tlp::parse(&raw.marking)
            .ok_or_else(|| Unreadable(format!("{:?} is no TLP label", clip(&raw.marking, 40))))?;
        Ok(raw.record(marking))
    }

    /// All claims.
    pub fn claims(&self) -> impl Iterator<Item = &Claim> {
        self.techniques.iter().chain(&self.observables).chain(&self.entities)
    }

    /// First and last day of what the report says happened.
    pub fn days(&self) -> Option<(String, String)> {
        let happened = || self.events.iter().filter(|e| e.kind == "occurred");
        let first = happened().map(|e| &e.earliest).min()?;
        let last = happened().map(|e| &e.latest).max()?;
        Some((first.clone(), last.clone()))
    }

    /// Whether this is of the same report as an earlier analysis, or of a later edition of it: the same bytes; or title and
    /// publisher, no other address or, without one, no other day, and at least half of what the earlier one claimed. What a
    /// page says of itself is not enough: it would let it take another's place.
    pub fn is_edition_of(&self, earlier: &Self) -> bool {
        let differ = |a: &Option<String>, b: &Option<String>| a.is_some() && b.is_some() && a != b;
        let addressed = self.source_url.is_some() && self.source_url == earlier.source_url;
        let named = self.publisher.is_some()
            && self.publisher == earlier.publisher
            && !self.title.is_empty()
            && self.title.to_lowercase() == earlier.title.to_lowercase()
            && !differ(&self.source_url, &earlier.source_url)
            && (addressed || !differ(&self.published, &earlier.published));
        self.sha256 == earlier.sha256 || (named && self.keeps(earlier))
    }

    /// Whether at least half of what an earlier analysis claimed is claimed here too.
    pub fn keeps(&self, earlier: &Self) -> bool {
        let own: BTreeSet<(&str, &str)> = self.claims().map(|c| (c.kind.as_str(), c.key.as_str())).collect();
        let old: BTreeSet<(&str, &str)> =
            earlier.claims().map(|c| (c.kind.as_str(), c.key.as_str())).collect();
        old.intersection(&own).count() * 2 >= old.len()
    }
}

#[derive(Deserialize)]
struct Raw {
    schema_version: String,
    generated: String,
    marking: String,
    generator: RawGenerator,
    summary: RawSummary,
    document: RawDocument,
    techniques: Vec<RawClaim>,
    observables: Vec<RawClaim>,
    entities: Vec<RawClaim>,
    #[serde(default)]
    events: Vec<RawEvent>,
    #[serde(default)]
    assessment: Option<RawAssessment>,
}

#[derive(Deserialize)]
struct RawGenerator {
    pack: String,
}

#[derive(Deserialize)]
struct RawSummary {
    title: String,
}

#[derive(Deserialize)]
struct RawDocument {
    sha256: String,
    name: String,
    publisher: Option<String>,
    published: Option<String>,
    source_url: Option<String>,
    text: String,
}

/// A technique, observable or entity: what one of them has and another lacks is left at its default.
#[derive(Deserialize)]
struct RawClaim {
    id: String,
    #[serde(default)]
    claim: Option<String>,
    #[serde(default)]
    r#type: Option<String>,
    #[serde(default)]
    name: Option<String>,
    #[serde(default)]
    value: Option<String>,
    #[serde(default)]
    display: Option<String>,
    #[serde(default)]
    knowledge_id: Option<String>,
    #[serde(default)]
    verdict: Option<String>,
    #[serde(default)]
    role: Option<String>,
    #[serde(default)]
    provenance: Option<String>,
    confidence: f64,
    #[serde(default)]
    warnings: Vec<String>,
    #[serde(default)]
    evidence: Vec<RawPlace>,
}

#[derive(Deserialize)]
struct RawPlace {
    start: u32,
    end: u32,
    quote: String,
    #[serde(default)]
    sentence: Option<RawAround>,
}

#[derive(Deserialize)]
struct RawAround {
    #[serde(default)]
    text: Option<String>,
}

#[derive(Deserialize)]
struct RawEvent {
    id: String,
    r#type: String,
    when: RawWhen,
    summary: String,
    #[serde(default)]
    involves: Vec<String>,
}

#[derive(Deserialize)]
struct RawWhen {
    earliest: Option<String>,
    latest: Option<String>,
}

#[derive(Deserialize)]
struct RawAssessment {
    #[serde(default)]
    genre: Option<String>,
    #[serde(default)]
    risk: Option<RawRisk>,
    #[serde(default)]
    correlation: Option<RawCorrelation>,
}

#[derive(Deserialize)]
struct RawRisk {
    #[serde(default)]
    score: Option<RawScore>,
}

#[derive(Deserialize)]
struct RawScore {
    value: f64,
    band: String,
}

#[derive(Deserialize)]
struct RawCorrelation {
    #[serde(default)]
    stated: Vec<RawStated>,
}

#[derive(Deserialize)]
struct RawStated {
    name: String,
}

impl Raw {
    fn record(self, marking: Tlp) -> Record {
        let assessment = self.assessment;
        let genre = assessment.as_ref().and_then(|a| a.genre.as_deref()).map(|g| clip(g, 40));
        let score = assessment.as_ref().and_then(|a| a.risk.as_ref()?.score.as_ref());
        let risk =
            score.filter(|s| s.value.is_finite()).map(|s| (s.value.clamp(0.0, 100.0), clip(&s.band, 40)));
        let stated = assessment.and_then(|a| a.correlation).map(|c| c.stated).unwrap_or_default();
        let day = |text: Option<String>| text.filter(|t| is_day(t));
        Record {
            sha256: self.document.sha256,
            name: clip(&self.document.name, NAME),
            title: clip(&self.summary.title, NAME),
            publisher: self.document.publisher.map(|p| clip(&p, NAME)),
            published: day(self.document.published),
            source_url: self.document.source_url.map(|u| clip(&u, NAME)),
            generated: clip(&self.generated, 40),
            pack: clip(&self.generator.pack, NAME),
            marking,
            genre,
            risk,
            stated: stated.into_iter().map(|s| clip(&s.name, NAME)).collect(),
            techniques: self.techniques.into_iter().filter_map(RawClaim::technique).collect(),
            observables: self.observables.into_iter().filter_map(RawClaim::observable).collect(),
            entities: self.entities.into_iter().filter_map(RawClaim::entity).collect(),
            events: self.events.into_iter().filter_map(RawEvent::event).collect(),
            text: self.document.text,
        }
    }
}

impl RawClaim {
    fn technique(self) -> Option<Claim> {
        let id = self.claim.clone()?;
        let (key, name) = (self.id.clone(), self.name.clone()?);
        let label = format!("{key} {name}");
        let grade = self.provenance.clone().unwrap_or_default();
        Some(self.with(id, "technique".to_owned(), key, &label, grade))
    }

    fn observable(self) -> Option<Claim> {
        let kind = ObservableKind::parse(self.r#type.as_deref()?)?.as_str().to_owned();
        let (id, key) = (self.id.clone(), self.value.clone()?);
        let label = self.display.clone().unwrap_or_else(|| key.clone());
        let grade = self.verdict.clone()?;
        Some(self.with(id, kind, key, &label, grade))
    }

    fn entity(self) -> Option<Claim> {
        let kind = EntityKind::parse(self.r#type.as_deref()?)?.as_str().to_owned();
        let (id, name) = (self.id.clone(), self.name.clone()?);
        let key = self.knowledge_id.clone().unwrap_or_else(|| name.to_lowercase());
        let grade = self.role.clone().unwrap_or_default();
        Some(self.with(id, kind, key, &name, grade))
    }

    fn with(self, id: String, kind: String, key: String, label: &str, grade: String) -> Claim {
        let place = |p: RawPlace| Place {
            start: p.start,
            end: p.end,
            quote: clip(&p.quote, WORDS),
            sentence: clip(&p.sentence.and_then(|s| s.text).unwrap_or_default(), WORDS),
        };
        Claim {
            id: clip(&id, 40),
            kind,
            key: clip(&key, NAME),
            label: clip(label, NAME),
            grade: clip(&grade, 40),
            confidence: if self.confidence.is_finite() { self.confidence.clamp(0.0, 1.0) } else { 0.0 },
            common: !self.warnings.is_empty(),
            evidence: self.evidence.into_iter().take(PLACES).map(place).collect(),
        }
    }
}

impl RawEvent {
    fn event(self) -> Option<Event> {
        let earliest = self.when.earliest.clone().or_else(|| self.when.latest.clone())?;
        let latest = self.when.latest.unwrap_or_else(|| earliest.clone());
        (is_day(&earliest) && is_day(&latest) && earliest <= latest).then(|| Event {
            id: clip(&self.id, 40),
            kind: clip(&self.r#type, 40),
            earliest,
            latest,
            summary: clip(&self.summary, WORDS),
            involves: self.involves.iter().take(64).map(|i| clip(i, 40)).collect(),
        })
    }
}

/// `YYYY-MM-DD` and nothing else.
fn is_day(text: &str) -> bool {
    text.len() == 10 && text.parse::<jiff::civil::Date>().is_ok()
}

/// At most so many characters.
fn clip(text: &str, most: usize) -> String {
    match text.char_indices().nth(most) {
        None => text.to_owned(),
        Some((at, _)) => format!("{}…", &text[..at]),
    }
}
