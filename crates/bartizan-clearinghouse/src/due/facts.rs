//! What is published about vulnerabilities, beside advisories.

use std::collections::BTreeMap;

use super::kev::KevCatalogue;
use super::notice::Hole;
use crate::priority::{Epss, Facts, Kev, Said};

/// EPSS of a CVE, if it has one.
pub type EpssOf<'a> = dyn Fn(&str) -> Option<Epss> + Sync + 'a;

/// Facts, as they are at a time.
#[derive(Clone, Copy, Default)]
pub struct Published<'a> {
    /// When it is asked, microseconds since 1970.
    pub now: i64,
    /// KEV, if there is one.
    pub kev: Option<&'a KevCatalogue>,
    /// EPSS of a CVE.
    pub epss: Option<&'a EpssOf<'a>>,
    /// What the reader says of decision points, by vulnerability.
    pub answers: Option<&'a BTreeMap<String, Vec<Said>>>,
}

impl Published<'_> {
    /// Everything about a vulnerability of which these advisories speak.
    pub(super) fn of(&self, name: &str, is_cve: bool, holes: &[&Hole]) -> Facts {
        let kev = self.kev.filter(|_| is_cve);
        let kev = kev.map(|k| Kev { added: k.added.get(name).copied(), catalogue: k.dated });
        let mut facts = Facts { kev, ..Facts::default() };
        facts.epss = self.epss.filter(|_| is_cve).and_then(|epss| epss(name));
        for hole in holes {
            for vector in &hole.cvss {
                if !facts.cvss.contains(vector) {
                    facts.cvss.push(vector.clone());
                }
            }
            facts.said.extend(hole.said.iter().cloned());
        }
        if let Some(said) = self.answers.and_then(|all| all.get(name)) {
            // What the operator found out stands instead of what others left open or said otherwise.
            facts.said.retain(|one| !said.iter().any(|own| own.point == one.point));
            facts.said.extend(said.iter().cloned());
        }
        facts
    }
}
