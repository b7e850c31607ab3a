//! What a report shares with earlier ones, and how much that says.
//!
//! A shared thing counts by its kind (a hash says more than an address, an address more than a file name) and less the more
//! earlier reports have it. Values on warning lists and values that are no indicators on both sides do not count. Ways of
//! working in common are told, and are never more than a weak link by themselves.

use super::record::{Claim, Record};
use bartizan_knowledge::Pack;
use bartizan_stix::Tlp;
use std::collections::BTreeMap;

/// Points from shared indicators from which on a link is strong.
const STRONG: f64 = 3.0;
/// Points from which on it is moderate.
const MODERATE: f64 = 1.5;
/// Points below which there is none, but for a like way of working.
const WEAK: f64 = 0.5;
/// Similarity of techniques from which on it is told by itself.
const LIKE: f64 = 0.6;
/// Techniques in common below which a similarity says nothing.
const FEWEST: usize = 5;
/// Links told.
const SHOWN: usize = 10;
/// Shared things told with a link; all count.
const TOLD: usize = 20;

/// What a library holds that a report may be linked to.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Shelf {
    /// Reports in the library, each once.
    pub reports: u32,
    /// Those that share something.
    pub earlier: Vec<Earlier>,
}

/// An earlier report.
#[derive(Clone, Debug, PartialEq)]
pub struct Earlier {
    /// What it is.
    pub head: Head,
    /// Its claims that the new report makes too, with the number of reports in the library that make them.
    pub shared: Vec<(Claim, u32)>,
    /// Its techniques with their confidence.
    pub techniques: Vec<(String, f64)>,
    /// First and last day of what it says happened.
    pub days: Option<(String, String)>,
}

/// An analysis in a library.
#[derive(Clone, Debug, PartialEq)]
pub struct Head {
    /// Its number in the library.
    pub number: i64,
    /// SHA-256 of the report.
    pub sha256: String,
    /// Title.
    pub title: String,
    /// Publisher.
    pub publisher: Option<String>,
    /// Day of publication.
    pub published: Option<String>,
    /// Its marking.
    pub marking: Tlp,
    /// When it was analysed, RFC 3339.
    pub generated: String,
}

/// How much a link says. These are words for sums of points (docs/assessment.md), not probabilities.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Strength {
    /// A name or a way of working in common.
    Weak,
    /// Some infrastructure, or several names.
    Moderate,
    /// Infrastructure or files that hardly anyone else has.
    Strong,
}

impl Strength {
    /// `weak`, `moderate` or `strong`.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Weak => "weak",
            Self::Moderate => "moderate",
            Self::Strong => "strong",
        }
    }
}

/// An earlier report that has something to do with this one.
#[derive(Clone, Debug, PartialEq)]
pub struct Link {
    /// The earlier report.
    pub head: Head,
    /// How much the link says.
    pub strength: Strength,
    /// The points behind it.
    pub points: f64,
    /// Things in common, those that say most first; at most 20.
    pub shared: Vec<Shared>,
    /// How many there are.
    pub count: usize,
    /// How alike the techniques are, 0–1: cosine, each technique weighted by how few known groups and software use it.
    pub similarity: f64,
    /// Techniques in common, the most distinctive first.
    pub techniques: Vec<String>,
    /// Days that both reports say something happened in.
    pub overlap: Option<(String, String)>,
}

/// A thing in common.
#[derive(Clone, Debug, PartialEq)]
pub struct Shared {
    /// The claim here.
    pub here: Claim,
    /// The claim there.
    pub there: Claim,
    /// Reports in the library that have it.
    pub holders: u32,
    /// Its points.
    pub points: f64,
}

/// Finds the links of a report, the strongest first.
pub fn links(record: &Record, shelf: &Shelf, pack: &Pack) -> Vec<Link> {
    let own: BTreeMap<(&str, &str), &Claim> =
        record.claims().map(|c| ((c.kind.as_str(), c.key.as_str()), c)).collect();
    let days = record.days();
    let mut out: Vec<Link> = shelf
        .earlier
        .iter()
        .filter_map(|earlier| {
            let shared = shared(&own, earlier);
            let (similarity, techniques) = likeness(record, earlier, pack);
            let hard = sum(shared.iter().filter(|s| is_indicator(&s.here)).map(|s| s.points));
            let points = sum(shared.iter().map(|s| s.points));
            let strength = match () {
                () if hard >= STRONG => Strength::Strong,
                () if points >= MODERATE => Strength::Moderate,
                () if points >= WEAK => Strength::Weak,
                () if similarity >= LIKE && techniques.len() >= FEWEST => Strength::Weak,
                () => return None,
            };
            let count = shared.len();
            let overlap = overlap(days.as_ref(), earlier.days.as_ref());
            let shared = shared.into_iter().take(TOLD).collect();
            Some(Link {
                head: earlier.head.clone(),
                strength,
                points,
                shared,
                count,
                similarity,
                techniques,
                overlap,
            })
        })
        .collect();
    out.sort_by(|a, b| {
        let order = b.strength.cmp(&a.strength).then(b.points.total_cmp(&a.points));
        order.then(b.similarity.total_cmp(&a.similarity)).then(a.head.number.cmp(&b.head.number))
    });
    out.truncate(SHOWN);
    out
}

/// From a positive zero on: the sum of nothing is not -0.
fn sum(numbers: impl Iterator<Item = f64>) -> f64 {
    numbers.fold(0.0, |a, b| a + b)
}

fn shared(own: &BTreeMap<(&str, &str), &Claim>, earlier: &Earlier) -> Vec<Shared> {
    let both = earlier.shared.iter().filter_map(|(there, holders)| {
        let here = own.get(&(there.kind.as_str(), there.key.as_str()))?;
        let points = worth(here, there)? / f64::from((*holders).max(1)).sqrt();
        Some(Shared { here: (*here).clone(), there: there.clone(), holders: *holders, points })
    });
    let mut both: Vec<Shared> = both.collect();
    both.sort_by(|a, b| b.points.total_cmp(&a.points).then_with(|| a.here.key.cmp(&b.here.key)));
    both
}

/// Points of a thing in common that only one earlier report has; none if it is no link at all.
fn worth(here: &Claim, there: &Claim) -> Option<f64> {
    if here.common || there.common {
        return None;
    }
    let points = match here.kind.as_str() {
        "actor" | "malware" => 1.0,
        "campaign" => 1.5,
        "tool" => 0.2,
        "vulnerability" | "cve" => 0.25,
        "organization" if here.grade == "victim" && there.grade == "victim" => 0.5,
        kind if is_indicator(here) && is_indicator(there) => match kind {
            "md5" | "sha1" | "sha224" | "sha256" | "sha384" | "sha512" | "ssdeep" | "authentihash"
            | "tlsh" => 3.0,
            "ipv4" | "ipv6" | "imphash" | "ja3" | "ja4" => 1.5,
            "filename" => 0.25,
            "filepath" | "registry" | "user_agent" | "command_line" | "cidr" | "asn" => 0.5,
            _ => 2.0,
        },
        _ => return None,
    };
    Some(points)
}

fn is_indicator(claim: &Claim) -> bool {
    claim.grade == "indicator"
}

/// Cosine of two sets of techniques, and what they have in common.
fn likeness(record: &Record, earlier: &Earlier, pack: &Pack) -> (f64, Vec<String>) {
    let here: BTreeMap<&str, f64> =
        record.techniques.iter().map(|t| (t.key.as_str(), t.confidence)).collect();
    let there: BTreeMap<&str, f64> = earlier.techniques.iter().map(|(id, c)| (id.as_str(), *c)).collect();
    let length = |set: &BTreeMap<&str, f64>| {
        set.iter().map(|(id, c)| (distinctive(pack, id) * c).powi(2)).sum::<f64>().sqrt()
    };
    let mut both: Vec<(&str, f64)> = here
        .iter()
        .filter_map(|(id, c)| Some((*id, distinctive(pack, id).powi(2) * c * there.get(id)?)))
        .collect();
    let product = sum(both.iter().map(|(_, p)| *p));
    let lengths = length(&here) * length(&there);
    both.sort_by(|a, b| b.1.total_cmp(&a.1).then(a.0.cmp(b.0)));
    let similarity = if lengths > 0.0 { (product / lengths).min(1.0) } else { 0.0 };
    (similarity, both.into_iter().map(|(id, _)| id.to_owned()).collect())
}

/// How much a technique tells: the fewer groups, campaigns and software are known to use it, the more.
fn distinctive(pack: &Pack, id: &str) -> f64 {
    let users = pack.links_to(id).filter(|l| l.kind == "uses").count();
    // A technique that half of all would use still counts a little.
    (1000.0 / (users as f64 + 1.0)).ln().max(0.1)
}

fn overlap(a: Option<&(String, String)>, b: Option<&(String, String)>) -> Option<(String, String)> {
    let (a, b) = (a?, b?);
    let (from, to) = ((&a.0).max(&b.0), (&a.1).min(&b.1));
    (from <= to).then(|| (from.clone(), to.clone()))
}
