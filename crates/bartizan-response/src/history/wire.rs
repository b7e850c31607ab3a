//! The JSON forms: `assessment.earlier` in `analysis.json`, and `changes.json`.

use super::{Changes, Claim, Head, Link};
use schemars::JsonSchema;
use serde::Serialize;

/// Version of `changes.json`: `major.minor`.
pub const VERSION: &str = "1.0";

/// An earlier report that has something to do with this one.
#[derive(Clone, Debug, PartialEq, Serialize, JsonSchema)]
pub struct WireLink {
    /// SHA-256 of the earlier report.
    pub sha256: String,
    /// Its title.
    pub title: String,
    /// Its publisher.
    pub publisher: Option<String>,
    /// Its day of publication.
    pub published: Option<String>,
    /// Its marking.
    pub marking: &'static str,
    /// `strong`, `moderate` or `weak`: words for sums of points, not probabilities.
    pub strength: &'static str,
    /// The points.
    pub points: f64,
    /// Things in common.
    pub count: usize,
    /// Those that say most, with both places.
    pub shared: Vec<WireShared>,
    /// How alike the techniques are, 0–1.
    pub similarity: f64,
    /// Techniques in common, the most distinctive first.
    pub techniques: Vec<String>,
    /// Days that both reports say something happened in.
    pub overlap: Option<Days>,
}

/// First and last day.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, JsonSchema)]
pub struct Days {
    /// First.
    pub first: String,
    /// Last.
    pub last: String,
}

/// A thing in common.
#[derive(Clone, Debug, PartialEq, Serialize, JsonSchema)]
pub struct WireShared {
    /// Kind, e.g. `sha256` or `malware`.
    pub r#type: String,
    /// As shown.
    pub label: String,
    /// Id of the claim here.
    pub claim: String,
    /// Reports in the library that have it.
    pub holders: u32,
    /// Its points.
    pub points: f64,
    /// Where the earlier report says it.
    pub there: Vec<WirePlace>,
}

/// A place in a report.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, JsonSchema)]
pub struct WirePlace {
    /// First code point of the report's text.
    pub start: u32,
    /// One past the last.
    pub end: u32,
    /// The words.
    pub quote: String,
    /// The sentence around them, or empty.
    pub sentence: String,
}

/// The JSON form of links.
pub fn links(links: &[Link]) -> Vec<WireLink> {
    links.iter().map(link).collect()
}

fn link(link: &Link) -> WireLink {
    let Head { number: _, sha256, title, publisher, published, marking, generated: _ } = link.head.clone();
    WireLink {
        sha256,
        title,
        publisher,
        published,
        marking: marking.as_str(),
        strength: link.strength.as_str(),
        points: round(link.points),
        count: link.count,
        shared: link
            .shared
            .iter()
            .map(|s| WireShared {
                r#type: s.here.kind.clone(),
                label: s.here.label.clone(),
                claim: s.here.id.clone(),
                holders: s.holders,
                points: round(s.points),
                there: places(&s.there),
            })
            .collect(),
        similarity: round(link.similarity),
        techniques: link.techniques.clone(),
        overlap: link.overlap.clone().map(|(first, last)| Days { first, last }),
    }
}

/// The whole of `changes.json`.
#[derive(Clone, Debug, PartialEq, Serialize, JsonSchema)]
#[schemars(
    title = "Bartizan changes",
    description = "What differs between two analyses, each claim with its evidence."
)]
pub struct WireChanges {
    /// Version of this format, `major.minor`. Minor versions only add members.
    pub schema_version: &'static str,
    /// The stricter of both markings.
    pub marking: &'static str,
    /// The older analysis.
    pub old: WireEdition,
    /// The newer.
    pub new: WireEdition,
    /// Facts about the whole that differ.
    pub facts: Vec<WireFact>,
    /// Techniques.
    pub techniques: WirePart,
    /// Observables.
    pub observables: WirePart,
    /// Entities.
    pub entities: WirePart,
}

/// One of the two analyses.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, JsonSchema)]
pub struct WireEdition {
    /// Title.
    pub title: String,
    /// SHA-256 of the report.
    pub sha256: String,
    /// Day of publication.
    pub published: Option<String>,
    /// When it was analysed.
    pub generated: String,
    /// Versions in the knowledge pack.
    pub knowledge: String,
}

/// A fact that differs.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, JsonSchema)]
pub struct WireFact {
    /// `title`, `published`, `marking`, `genre`, `risk`, `attribution` or `knowledge`.
    pub key: &'static str,
    /// Before.
    pub old: String,
    /// Now.
    pub new: String,
}

/// Claims of one sort.
#[derive(Clone, Debug, Default, PartialEq, Serialize, JsonSchema)]
pub struct WirePart {
    /// Only in the newer analysis.
    pub added: Vec<WireClaim>,
    /// Only in the older.
    pub withdrawn: Vec<WireClaim>,
    /// In both, with another confidence (by .1 or more), grade or name.
    pub changed: Vec<WireChanged>,
    /// In both, the same.
    pub same: usize,
}

/// A claim in both.
#[derive(Clone, Debug, PartialEq, Serialize, JsonSchema)]
pub struct WireChanged {
    /// Before.
    pub old: WireClaim,
    /// Now.
    pub new: WireClaim,
}

/// A claim of one analysis.
#[derive(Clone, Debug, PartialEq, Serialize, JsonSchema)]
pub struct WireClaim {
    /// Its id in its analysis.
    pub id: String,
    /// `technique`, or the kind of the observable or entity.
    pub r#type: String,
    /// Technique id, canonical value, id in the pack, or name.
    pub key: String,
    /// As shown; observables defanged.
    pub label: String,
    /// Provenance of a technique, verdict of an observable, role of an entity.
    pub grade: String,
    /// 0–1.
    pub confidence: f64,
    /// Where, the first few.
    pub evidence: Vec<WirePlace>,
}

/// The JSON form of changes.
pub fn changes(changes: &Changes) -> WireChanges {
    let part = |key: &str| {
        let part = changes.parts.iter().find(|p| p.key == key);
        part.map_or_else(WirePart::default, |p| WirePart {
            added: p.added.iter().map(claim).collect(),
            withdrawn: p.withdrawn.iter().map(claim).collect(),
            changed: p
                .changed
                .iter()
                .map(|c| WireChanged { old: claim(&c.old), new: claim(&c.new) })
                .collect(),
            same: p.same,
        })
    };
    let edition = |e: &super::Edition| WireEdition {
        title: e.title.clone(),
        sha256: e.sha256.clone(),
        published: e.published.clone(),
        generated: e.generated.clone(),
        knowledge: e.pack.clone(),
    };
    WireChanges {
        schema_version: VERSION,
        marking: changes.marking.as_str(),
        old: edition(&changes.old),
        new: edition(&changes.new),
        facts: changes
            .facts
            .iter()
            .map(|f| WireFact { key: f.key, old: f.old.clone(), new: f.new.clone() })
            .collect(),
        techniques: part("techniques"),
        observables: part("observables"),
        entities: part("entities"),
    }
}

/// The JSON Schema of [`WireChanges`].
pub fn schema() -> serde_json::Value {
    let id = concat!(env!("CARGO_PKG_REPOSITORY"), "/docs/schema/changes-1.json");
    bartizan::exchange::json::schema_of::<WireChanges>(id)
}

fn claim(claim: &Claim) -> WireClaim {
    WireClaim {
        id: claim.id.clone(),
        r#type: claim.kind.clone(),
        key: claim.key.clone(),
        label: claim.label.clone(),
        grade: claim.grade.clone(),
        confidence: claim.confidence,
        evidence: places(claim),
    }
}

fn places(claim: &Claim) -> Vec<WirePlace> {
    let convert = |p: &super::Place| WirePlace {
        start: p.start,
        end: p.end,
        quote: p.quote.clone(),
        sentence: p.sentence.clone(),
    };
    claim.evidence.iter().map(convert).collect()
}

/// Two decimals: more would say more than points know.
fn round(x: f64) -> f64 {
    (x * 100.0).round() / 100.0
}
