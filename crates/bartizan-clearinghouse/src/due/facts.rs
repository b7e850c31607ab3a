//! What is published about vulnerabilities, beside advisories.

use std::collections::BTreeMap;

use super::kev::KevCatalogue;
use super::notice::Hole;
use crate::priority::{Epss, Facts, Kev, Said};

/// Facts, as they are at a time.
#[derive(Clone, Copy, Default)]
pub struct Published<'a> {
    /// When it is asked, microseconds since 1970.
    pub now: i64,
    /// KEV, if there is one.
    pub kev: Option<&'a KevCatalogue>,
    /// EPSS of a CVE.
    pub epss: Option<&'a (dyn Fn(&str) -> Option<Epss> + Sync)>,
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
            facts.cvss.extend(hole.cvss.iter().filter(|vector| !facts.cvss.contains(vector)).cloned().collect::<Vec<_>>());
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
