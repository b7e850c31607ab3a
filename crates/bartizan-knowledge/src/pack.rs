//! Opening a pack and looking things up.

use crate::types::*;

/// Why bytes are no usable pack.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{0}")]
pub struct Error(String);

/// A pack, ready for look-ups.
#[derive(Debug, Default)]
pub struct Pack {
    sources: Vec<Source<'static>>,
}

impl Pack {
    /// The pack in the program.
    pub fn built_in() -> &'static Pack {
        static PACK: std::sync::OnceLock<Pack> = std::sync::OnceLock::new();
        PACK.get_or_init(Pack::default)
    }

    /// A pack from outside. Its bytes stay in memory for the life of the program: a pack is opened once.
    ///
    /// # Errors
    /// If the bytes are damaged, of another format version, or inconsistent.
    pub fn open(_bytes: Vec<u8>) -> Result<&'static Pack, Error> {
        Err(Error("no pack format yet".into()))
    }

    /// One line that names the versions in use, e.g. `ATT&CK 18.1, ATLAS 5.6.0`.
    pub fn version_line(&self) -> String {
        self.sources.iter().map(|s| format!("{} {}", s.name, s.version)).collect::<Vec<_>>().join(", ")
    }

    /// Where the facts come from.
    pub fn sources(&self) -> &[Source<'static>] {
        &self.sources
    }

    /// All live techniques of all domains, by id.
    pub fn techniques(&self) -> &[Technique<'static>] {
        &[]
    }

    /// One live technique.
    pub fn technique(&self, id: &str) -> Option<&Technique<'static>> {
        self.techniques().iter().find(|t| t.id == id)
    }

    /// What became of an ATT&CK or ATLAS id (techniques, tactics, groups, software, campaigns, mitigations).
    pub fn resolve(&self, _id: &str) -> Resolution<'static> {
        Resolution::Unknown
    }

    /// Tactics of a domain in matrix order.
    pub fn tactics(&self, _domain: Domain) -> &[Tactic<'static>] {
        &[]
    }

    /// Groups, software, campaigns, mitigations, countermeasures, by id.
    pub fn objects(&self) -> &[Object<'static>] {
        &[]
    }

    /// One of them.
    pub fn object(&self, id: &str) -> Option<&Object<'static>> {
        self.objects().iter().find(|o| o.id == id)
    }

    /// Relations that start at `id`.
    pub fn links_from(&self, _id: &str) -> &[Link<'static>] {
        &[]
    }

    /// Relations that end at `id`.
    pub fn links_to<'s>(&'s self, _id: &'s str) -> Box<dyn Iterator<Item = &'s Link<'static>> + 's> {
        Box::new(std::iter::empty())
    }

    /// Things with names.
    pub fn entries(&self) -> &[Entry<'static>] {
        &[]
    }

    /// All spellings, sorted by text.
    pub fn names(&self) -> &[Name<'static>] {
        &[]
    }

    /// Name of a weakness, by `CWE-79`.
    pub fn cwe(&self, _id: &str) -> Option<&'static str> {
        None
    }

    /// Name of an attack pattern, by `CAPEC-66`.
    pub fn capec(&self, _id: &str) -> Option<&'static str> {
        None
    }

    /// Row of the catalogue of known exploited vulnerabilities, by `CVE-…`.
    pub fn kev(&self, _cve: &str) -> Option<&Kev<'static>> {
        None
    }

    /// Whether `label` (lower case, ASCII form) is a top-level domain of IANA's list.
    pub fn is_tld(&self, _label: &str) -> bool {
        false
    }

    /// Warning lists (by short name, e.g. `tranco-10k`) that hold `host` or a parent domain of it.
    pub fn domain_warnings(&self, _host: &str) -> Vec<&'static str> {
        Vec::new()
    }

    /// Warning lists that hold the address (or its range).
    pub fn ip_warnings(&self, _ip: std::net::IpAddr) -> Vec<&'static str> {
        Vec::new()
    }

    /// Warning lists that hold the hash (empty file, EICAR …), lower-case hex.
    pub fn hash_warnings(&self, _hash: &str) -> Vec<&'static str> {
        Vec::new()
    }

    /// Warning lists that hold the mail address.
    pub fn email_warnings(&self, _address: &str) -> Vec<&'static str> {
        Vec::new()
    }

    /// The trained technique model, as [`bartizan::mapping`] reads it; empty if none is in this pack.
    ///
    /// [`bartizan::mapping`]: https://docs.rs/bartizan
    pub fn model(&self) -> &'static [u8] {
        &[]
    }
}
