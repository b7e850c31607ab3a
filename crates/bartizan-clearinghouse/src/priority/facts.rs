//! What is published about a vulnerability, with its dates, and what that says of decision points.

use super::decide::{Evidence, Said};

/// Microseconds of a day.
const DAY: i64 = 86_400_000_000;
/// So long a catalogue without the vulnerability says that it is not in it: KEV is added to on most working days.
pub const NOT_LISTED_HOLDS: i64 = 7 * DAY;
/// Most bytes of a CVSS vector that are looked at.
const LONGEST_VECTOR: usize = 1024;

/// Decision point: whether the vulnerability is in KEV.
pub const KEV: &str = "cisa:KEV:1.0.0";
/// Decision point: whether the asset is publicly exposed.
pub const EXPOSED: &str = "cisa:PE:1.0.0";
/// Decision point: whether exploitation can be automated.
pub const AUTOMATABLE: &str = "ssvc:A:2.0.0";
/// Decision point: technical impact.
pub const TECHNICAL_IMPACT: &str = "ssvc:TI:1.0.0";
/// Decision point: exploitation.
pub const EXPLOITATION: &str = "ssvc:E:1.1.0";
/// Decision point: value density.
pub const VALUE_DENSITY: &str = "ssvc:VD:1.0.0";
/// Decision point: safety impact.
pub const SAFETY_IMPACT: &str = "ssvc:SI:2.0.1";

/// What CISA's catalogue of known exploited vulnerabilities says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Kev {
    /// When the vulnerability was added, in microseconds since 1970; none if it is not in the catalogue.
    pub added: Option<i64>,
    /// Of when the catalogue is, in microseconds since 1970.
    pub catalogue: i64,
}

/// What FIRST's EPSS says. It decides nothing in these tables: it orders what is otherwise equal.
#[derive(Clone, Debug, PartialEq)]
pub struct Epss {
    /// Probability of exploitation within thirty days, 0 to 1.
    pub score: f64,
    /// Share of vulnerabilities with the same score or less, 0 to 1.
    pub percentile: f64,
    /// Of when, in microseconds since 1970.
    pub date: i64,
}

/// A CVSS vector of somebody.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Cvss {
    /// The vector.
    pub vector: String,
    /// Who gave it.
    pub source: String,
    /// Of when, in microseconds since 1970.
    pub date: i64,
}

/// Everything published about one vulnerability, and what the reader says.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Facts {
    /// KEV; none if no catalogue was looked at.
    pub kev: Option<Kev>,
    /// EPSS.
    pub epss: Option<Epss>,
    /// CVSS vectors, of several sources.
    pub cvss: Vec<Cvss>,
    /// What is said of decision points directly: by CISA's enrichment, by the coordinator, by the reader's inventory.
    pub said: Vec<Said>,
}

impl Facts {
    /// What all of it says of decision points, at a time.
    pub fn said(&self, now: i64) -> Vec<Said> {
        let mut all = self.said.clone();
        let mut say = |point: &str, keys: &[&str], source: &str, date: i64, words: String| {
            let keys = keys.iter().map(|&key| key.to_owned()).collect();
            let evidence = Evidence { source: source.to_owned(), date, words };
            all.push(Said { point: point.to_owned(), keys, evidence });
        };
        if let Some(kev) = &self.kev {
            if let Some(added) = kev.added {
                let words = format!("listed since {}", crate::time::text(added));
                say(KEV, &["Y"], "KEV", kev.catalogue, words.clone());
                // What is in the catalogue was exploited: that is its condition.
                say(EXPLOITATION, &["A"], "KEV", kev.catalogue, words);
            } else if now.saturating_sub(kev.catalogue) <= NOT_LISTED_HOLDS {
                say(KEV, &["N"], "KEV", kev.catalogue, "not listed".to_owned());
            } else {
                say(
                    KEV,
                    &["N", "Y"],
                    "KEV",
                    kev.catalogue,
                    "not listed in a catalogue that is out of date".to_owned(),
                );
            }
        }
        for cvss in &self.cvss {
            for (metric, value) in metrics(&cvss.vector) {
                // CVSS 4.0, section 4 (supplemental metrics) and 3.1 (exploit maturity), defined alike there and in SSVC.
                let (point, keys): (_, &[&str]) = match (metric, value) {
                    ("AU", "Y") => (AUTOMATABLE, &["Y"]),
                    ("AU", "N") => (AUTOMATABLE, &["N"]),
                    ("V", "D") => (VALUE_DENSITY, &["D"]),
                    ("V", "C") => (VALUE_DENSITY, &["C"]),
                    // "Present" is marginal or worse, "negligible" is negligible (IEC 61508).
                    ("S", "P") => (SAFETY_IMPACT, &["M", "R", "C"]),
                    ("S", "N") => (SAFETY_IMPACT, &["N"]),
                    ("E", "A") => (EXPLOITATION, &["A"]),
                    // As of its date: what was not known then may be known now.
                    ("E", "P") => (EXPLOITATION, &["P", "A"]),
                    _ => continue,
                };
                say(point, keys, &cvss.source, cvss.date, format!("CVSS {metric}:{value}"));
            }
        }
        all
    }
}

/// Metrics of a CVSS 4.0 vector; none of other versions, whose metrics mean other things.
fn metrics(vector: &str) -> impl Iterator<Item = (&str, &str)> {
    let four = vector.strip_prefix("CVSS:4.0/").filter(|_| vector.len() <= LONGEST_VECTOR).unwrap_or("");
    four.split('/').filter_map(|metric| metric.split_once(':'))
}
