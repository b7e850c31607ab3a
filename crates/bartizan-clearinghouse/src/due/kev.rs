//! CISA's catalogue of known exploited vulnerabilities, as it is published.

use std::collections::BTreeMap;

use serde::Deserialize;

use super::fault::{Code, Fault};
use crate::time;

/// Largest file, in bytes. A real one has some 1.5 MB.
const LARGEST: usize = 32 << 20;
/// Most entries.
const MOST: usize = 200_000;

/// The catalogue.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct KevCatalogue {
    /// Of when it is, microseconds since 1970.
    pub dated: i64,
    /// When each CVE was added, microseconds since 1970.
    pub added: BTreeMap<String, i64>,
}

#[derive(Deserialize)]
struct Wire {
    #[serde(rename = "dateReleased")]
    released: String,
    count: Option<usize>,
    vulnerabilities: Vec<Entry>,
}

#[derive(Deserialize)]
struct Entry {
    #[serde(rename = "cveID")]
    cve: String,
    #[serde(rename = "dateAdded")]
    added: String,
}

/// `CVE-`, a year of four digits, a number of four or more.
fn is_cve(text: &str) -> bool {
    let Some((year, number)) = text.strip_prefix("CVE-").and_then(|rest| rest.split_once('-')) else {
        return false;
    };
    let digits = |text: &str| text.bytes().all(|b| b.is_ascii_digit());
    year.len() == 4 && (4..=19).contains(&number.len()) && digits(year) && digits(number)
}

/// The first moment of a day in UTC.
pub(super) fn day(text: &str) -> Option<i64> {
    (text.len() == 10).then(|| time::parse(&format!("{text}T00:00:00Z"))).flatten()
}

impl KevCatalogue {
    /// Reads the JSON file. What an entry has beside its CVE and its day is not looked at.
    ///
    /// # Errors
    /// [`Code::Kev`] for anything but the whole catalogue: half of one would say of the rest that it is not exploited.
    pub fn read(bytes: &[u8]) -> Result<Self, Fault> {
        let wrong = |what: String| Fault::new(Code::Kev, what);
        if bytes.len() > LARGEST {
            return Err(wrong(format!("more than {} MiB", LARGEST >> 20)));
        }
        let wire: Wire = serde_json::from_slice(bytes).map_err(|e| wrong(e.to_string()))?;
        let dated = time::parse(&wire.released).or_else(|| day(&wire.released));
        let dated = dated.ok_or_else(|| wrong(format!("no date: {:.40?}", wire.released)))?;
        if wire.vulnerabilities.is_empty() || wire.vulnerabilities.len() > MOST {
            return Err(wrong(format!("{} entries", wire.vulnerabilities.len())));
        }
        if wire.count.is_some_and(|count| count != wire.vulnerabilities.len()) {
            return Err(wrong(format!("{} entries, and it says it has others", wire.vulnerabilities.len())));
        }
        let mut added = BTreeMap::new();
        for entry in wire.vulnerabilities {
            let at = day(&entry.added).filter(|_| is_cve(&entry.cve));
            let at = at.ok_or_else(|| wrong(format!("{:.40?} added {:.40?}", entry.cve, entry.added)))?;
            if added.insert(entry.cve.clone(), at).is_some() {
                return Err(wrong(format!("{} stands there twice", entry.cve)));
            }
        }
        Ok(Self { dated, added })
    }

    /// From pairs of a CVE and the day it was added, `YYYY-MM-DD`, such as a pack of knowledge has them; of when they are. Pairs that
    /// are none are left out.
    pub fn of<'p>(pairs: impl Iterator<Item = (&'p str, &'p str)>, dated: i64) -> Self {
        let pairs = pairs.filter_map(|(cve, added)| Some((cve.to_owned(), day(added)?)));
        Self { dated, added: pairs.collect() }
    }
}
