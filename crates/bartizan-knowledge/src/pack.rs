//! Opening a pack and looking things up.

use crate::facts::{self, Facts, Gazetteer, Info, decode};
use crate::format::Sections;
use crate::types::*;
use crate::warnings::{Addresses, Domains, Hashes, MAX_LISTS};
use std::net::IpAddr;
use std::sync::OnceLock;

/// Why bytes are no usable pack.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{0}")]
pub struct Error(String);

impl Error {
    pub(crate) fn new(message: String) -> Self {
        Self(message)
    }
}

static BUILT_IN: &[u8] = include_bytes!("../data/pack.bin");
static MODEL: &[u8] = include_bytes!("../data/model.bin");

/// A pack, ready for look-ups.
///
/// Sections are decoded when they are first asked for, so that opening costs nothing. [`Pack::open`] has decoded and
/// checked each of them once; a test does so for the built-in pack.
#[derive(Debug, Default)]
pub struct Pack {
    pub(crate) sections: Sections<'static>,
    info: Info<'static>,
    tactics: OnceLock<Vec<Tactic<'static>>>,
    techniques: OnceLock<Vec<Technique<'static>>>,
    fates: OnceLock<Vec<Fate<'static>>>,
    objects: OnceLock<Vec<Object<'static>>>,
    links: OnceLock<Vec<Link<'static>>>,
    links_by_target: OnceLock<Vec<u32>>,
    gazetteer: OnceLock<Gazetteer<'static>>,
    cwe: OnceLock<Vec<Label<'static>>>,
    capec: OnceLock<Vec<Label<'static>>>,
    kev: OnceLock<Vec<Kev<'static>>>,
    tlds: OnceLock<Vec<&'static str>>,
    lists: OnceLock<Vec<WarningList<'static>>>,
    domains: OnceLock<Domains<'static>>,
    addresses: OnceLock<Addresses>,
    hashes: OnceLock<Hashes<'static>>,
    mailboxes: OnceLock<Vec<(&'static str, u8)>>,
    pub(crate) paths: OnceLock<crate::answers::Paths<'static>>,
    pub(crate) controls: OnceLock<crate::answers::Controls<'static>>,
}

impl Pack {
    /// The pack in the program.
    pub fn built_in() -> &'static Pack {
        static PACK: OnceLock<Pack> = OnceLock::new();
        // A damaged built-in pack cannot be shipped (`built_in_pack_is_whole`); an empty one is its stand-in.
        PACK.get_or_init(|| Self::split(BUILT_IN, true).unwrap_or_default())
    }

    /// Bytes of the built-in pack's file.
    pub fn built_in_bytes() -> &'static [u8] {
        BUILT_IN
    }

    /// A pack from outside. Its bytes stay in memory for the life of the program: a pack is opened once.
    ///
    /// # Errors
    /// If the bytes are damaged, of another format version, or inconsistent.
    pub fn open(bytes: Vec<u8>) -> Result<&'static Pack, Error> {
        Self::check(&bytes)?;
        Ok(Box::leak(Box::new(Self::split(bytes.leak(), true)?)))
    }

    /// Whether `bytes` are a whole pack: checksum, every section, every index.
    ///
    /// # Errors
    /// As [`Pack::open`].
    pub fn check(bytes: &[u8]) -> Result<(), Error> {
        validate(&Sections::split(bytes, false)?)
    }

    /// Whether `bytes` begin like a pack, whole or not.
    pub fn recognises(bytes: &[u8]) -> bool {
        bytes.starts_with(crate::format::MAGIC)
    }

    fn split(bytes: &'static [u8], trusted: bool) -> Result<Self, Error> {
        let sections = Sections::split(bytes, trusted)?;
        let info = decode(sections.get(facts::INFO), "sources")?;
        Ok(Self { sections, info, ..Self::default() })
    }

    /// Day on which the pack was built, `YYYY-MM-DD`: of two packs the later wins.
    pub fn built(&self) -> &'static str {
        self.info.built
    }

    /// One line that names the versions in use, e.g. `ATT&CK Enterprise 18.1, ATLAS 5.6.0`.
    pub fn version_line(&self) -> String {
        self.sources().iter().map(|s| format!("{} {}", s.name, s.version)).collect::<Vec<_>>().join(", ")
    }

    /// Where the facts come from, by name.
    pub fn sources(&self) -> &[Source<'static>] {
        &self.info.sources
    }

    /// Parts of the file with their sizes in bytes.
    pub fn section_sizes(&self) -> impl Iterator<Item = (&'static str, usize)> + '_ {
        self.sections.sizes()
    }

    /// Everything but the warning tables' values, as a builder takes it: what an update starts from.
    pub fn facts(&self) -> Facts<'static> {
        let tactics = self.all_tactics().to_vec();
        Facts {
            built: self.info.built,
            sources: self.sources().to_vec(),
            tactics,
            techniques: self.techniques().to_vec(),
            fates: self.fates().to_vec(),
            objects: self.objects().to_vec(),
            links: self.links().to_vec(),
            entries: self.entries().to_vec(),
            names: self.names().to_vec(),
            cwe: self.cwe_list().to_vec(),
            capec: self.capec_list().to_vec(),
            kev: self.kev_list().to_vec(),
            tlds: self.tlds().to_vec(),
            lists: self.warning_lists().to_vec(),
            tables: crate::facts::Tables {
                domains: self.sections.get(facts::DOMAINS).to_vec(),
                addresses: self.sections.get(facts::ADDRESSES).to_vec(),
                hashes: self.sections.get(facts::HASHES).to_vec(),
            },
            mailboxes: self.mailboxes().to_vec(),
            artifacts: self.artifacts().to_vec(),
            tactics_of: self.countermeasure_tactics().to_vec(),
            paths: self.paths().to_vec(),
            frameworks: self.frameworks().to_vec(),
            controls: self.controls().to_vec(),
            control_links: self.control_links().to_vec(),
        }
    }

    fn all_tactics(&self) -> &[Tactic<'static>] {
        self.tactics
            .get_or_init(|| facts::decode_tactics(self.sections.get(facts::TACTICS)).unwrap_or_default())
    }

    /// Tactics of a domain in matrix order.
    pub fn tactics(&self, domain: Domain) -> &[Tactic<'static>] {
        let all = self.all_tactics();
        let start = all.partition_point(|t| t.domain < domain);
        let end = all.partition_point(|t| t.domain <= domain);
        &all[start..end]
    }

    /// All live techniques of all domains, by id.
    pub fn techniques(&self) -> &[Technique<'static>] {
        self.techniques.get_or_init(|| techniques(&self.sections).unwrap_or_default())
    }

    /// One live technique.
    pub fn technique(&self, id: &str) -> Option<&Technique<'static>> {
        find(self.techniques(), id, |t| t.id)
    }

    /// Ids that are no longer live, by id.
    pub fn fates(&self) -> &[Fate<'static>] {
        self.fates.get_or_init(|| fates(&self.sections).unwrap_or_default())
    }

    /// What became of an ATT&CK or ATLAS id (techniques, tactics, groups, software, campaigns, mitigations).
    pub fn resolve(&self, id: &str) -> Resolution<'static> {
        let live = self.technique(id).is_some()
            || self.object(id).is_some()
            || self.all_tactics().iter().any(|t| t.id == id);
        if live {
            return Resolution::Current;
        }
        match find(self.fates(), id, |f| f.id) {
            Some(Fate { successor: Some(id), .. }) => Resolution::Replaced(id),
            Some(_) => Resolution::Deprecated,
            None => Resolution::Unknown,
        }
    }

    /// Groups, software, campaigns, mitigations, countermeasures, by id.
    pub fn objects(&self) -> &[Object<'static>] {
        self.objects.get_or_init(|| objects(&self.sections).unwrap_or_default())
    }

    /// One of them.
    pub fn object(&self, id: &str) -> Option<&Object<'static>> {
        find(self.objects(), id, |o| o.id)
    }

    /// All relations, by source, kind and target.
    pub fn links(&self) -> &[Link<'static>] {
        self.links.get_or_init(|| facts::decode_links(self.sections.get(facts::LINKS)).unwrap_or_default())
    }

    /// Relations that start at `id`.
    pub fn links_from(&self, id: &str) -> &[Link<'static>] {
        let all = self.links();
        let start = all.partition_point(|l| l.source < id);
        let end = all.partition_point(|l| l.source <= id);
        &all[start..end]
    }

    /// Relations that end at `id`.
    pub fn links_to<'s>(&'s self, id: &'s str) -> Box<dyn Iterator<Item = &'s Link<'static>> + 's> {
        let all = self.links();
        let order = self.links_by_target.get_or_init(|| {
            let mut order: Vec<u32> = (0..all.len() as u32).collect();
            order.sort_by_key(|&i| all[i as usize].target);
            order
        });
        let start = order.partition_point(|&i| all[i as usize].target < id);
        let found = order[start..].iter().map(|&i| &all[i as usize]);
        Box::new(found.take_while(move |l| l.target == id))
    }

    fn gazetteer(&self) -> &Gazetteer<'static> {
        self.gazetteer
            .get_or_init(|| facts::decode_names(self.sections.get(facts::NAMES)).unwrap_or_default())
    }

    /// Things with names.
    pub fn entries(&self) -> &[Entry<'static>] {
        &self.gazetteer().entries
    }

    /// All spellings, sorted by text.
    pub fn names(&self) -> &[Name<'static>] {
        &self.gazetteer().names
    }

    /// All weaknesses, by id.
    pub fn cwe_list(&self) -> &[Label<'static>] {
        self.cwe.get_or_init(|| labels(self.sections.get(facts::CWE), "CWE").unwrap_or_default())
    }

    /// Name of a weakness, by `CWE-79`.
    pub fn cwe(&self, id: &str) -> Option<&'static str> {
        find(self.cwe_list(), id, |l| l.id).map(|l| l.name)
    }

    /// All attack patterns, by id.
    pub fn capec_list(&self) -> &[Label<'static>] {
        self.capec.get_or_init(|| labels(self.sections.get(facts::CAPEC), "CAPEC").unwrap_or_default())
    }

    /// Name of an attack pattern, by `CAPEC-66`.
    pub fn capec(&self, id: &str) -> Option<&'static str> {
        find(self.capec_list(), id, |l| l.id).map(|l| l.name)
    }

    /// The catalogue of known exploited vulnerabilities, by CVE.
    pub fn kev_list(&self) -> &[Kev<'static>] {
        self.kev.get_or_init(|| kev(&self.sections).unwrap_or_default())
    }

    /// Row of the catalogue of known exploited vulnerabilities, by `CVE-…`.
    pub fn kev(&self, cve: &str) -> Option<&Kev<'static>> {
        find(self.kev_list(), cve, |k| k.cve)
    }

    /// IANA's top-level domains, lower case.
    pub fn tlds(&self) -> &[&'static str] {
        self.tlds.get_or_init(|| tlds(&self.sections).unwrap_or_default())
    }

    /// Whether `label` (lower case, ASCII form) is a top-level domain of IANA's list.
    pub fn is_tld(&self, label: &str) -> bool {
        self.tlds().binary_search(&label).is_ok()
    }

    /// The warning lists of this pack.
    pub fn warning_lists(&self) -> &[WarningList<'static>] {
        self.lists.get_or_init(|| lists(&self.sections).unwrap_or_default())
    }

    /// One warning list, by short name.
    pub fn warning_list(&self, name: &str) -> Option<&WarningList<'static>> {
        self.warning_lists().iter().find(|l| l.name == name)
    }

    /// Warning lists (by short name, e.g. `tranco10k`) that hold `host` or, where a list's names speak for the names
    /// below them, a parent domain of it. `host` is in lower case and ASCII form.
    pub fn domain_warnings(&self, host: &str) -> Vec<&'static str> {
        let mut names: Vec<&'static str> = Vec::new();
        for hit in self.domain_matches(host) {
            if !names.contains(&hit.list.name) {
                names.push(hit.list.name);
            }
        }
        names
    }

    /// As [`Pack::domain_warnings`], with the class of the list and the name that is listed, nearest name first.
    pub fn domain_matches<'p, 'h>(&'p self, host: &'h str) -> Vec<DomainMatch<'p, 'h>> {
        let domains = self
            .domains
            .get_or_init(|| Domains::decode(self.sections.get(facts::DOMAINS)).unwrap_or_default());
        let host = host.strip_suffix('.').unwrap_or(host);
        let mut found = Vec::new();
        // No host name is longer; of a longer string only its end could be one.
        if host.len() > 253 {
            return found;
        }
        let mut domain = host;
        loop {
            let own = domain.len() == host.len();
            for list in self.lists_of(domains.mask(domain)) {
                if own || list.covers_subdomains {
                    found.push(DomainMatch { list, domain });
                }
            }
            match domain.split_once('.') {
                Some((_, parent)) => domain = parent,
                None => return found,
            }
        }
    }

    /// Warning lists that hold the address (or its range).
    pub fn ip_warnings(&self, ip: IpAddr) -> Vec<&'static str> {
        let table = self
            .addresses
            .get_or_init(|| Addresses::decode(self.sections.get(facts::ADDRESSES)).unwrap_or_default());
        self.lists_of(table.mask(ip)).map(|l| l.name).collect()
    }

    /// Warning lists that hold the hash (empty file, EICAR …), in hexadecimal.
    pub fn hash_warnings(&self, hash: &str) -> Vec<&'static str> {
        let table =
            self.hashes.get_or_init(|| Hashes::decode(self.sections.get(facts::HASHES)).unwrap_or_default());
        self.lists_of(table.mask(hash)).map(|l| l.name).collect()
    }

    fn mailboxes(&self) -> &[(&'static str, u8)] {
        self.mailboxes.get_or_init(|| mailboxes(&self.sections).unwrap_or_default())
    }

    /// Warning lists that hold the mail address: its local part is a public contact (`abuse`, `security`), or its
    /// host belongs to a throw-away mail service.
    pub fn email_warnings(&self, address: &str) -> Vec<&'static str> {
        let Some((local, host)) = address.rsplit_once('@') else { return Vec::new() };
        let (local, host) = (local.to_ascii_lowercase(), host.to_ascii_lowercase());
        let contact = self
            .mailboxes()
            .iter()
            .filter(|(m, _)| *m == local)
            .fold(0, |mask, (_, l)| mask | 1u64 << (l & 63));
        let mut names: Vec<&'static str> = self.lists_of(contact).map(|l| l.name).collect();
        for hit in self.domain_matches(&host) {
            if hit.list.name.contains("email") && !names.contains(&hit.list.name) {
                names.push(hit.list.name);
            }
        }
        names
    }

    fn lists_of(&self, mask: u64) -> impl Iterator<Item = &WarningList<'static>> {
        self.warning_lists().iter().enumerate().filter(move |(i, _)| mask >> i & 1 == 1).map(|(_, l)| l)
    }

    /// The trained technique model, as `bartizan::mapping` reads it; empty if there is none yet. It belongs to the
    /// program, not to the pack: labels that a newer pack has revoked are mapped forward by [`Pack::resolve`].
    pub fn model(&self) -> &'static [u8] {
        MODEL
    }
}

fn find<'t, T>(list: &'t [T], id: &str, key: impl Fn(&T) -> &str) -> Option<&'t T> {
    list.binary_search_by(|x| key(x).cmp(id)).ok().and_then(|i| list.get(i))
}

/// Decodes and checks every section.
fn validate(sections: &Sections<'_>) -> Result<(), Error> {
    decode::<Info<'_>>(sections.get(facts::INFO), "sources")?;
    facts::decode_tactics(sections.get(facts::TACTICS))?;
    techniques(sections)?;
    fates(sections)?;
    objects(sections)?;
    facts::decode_links(sections.get(facts::LINKS))?;
    facts::decode_names(sections.get(facts::NAMES))?;
    labels(sections.get(facts::CWE), "CWE")?;
    labels(sections.get(facts::CAPEC), "CAPEC")?;
    kev(sections)?;
    tlds(sections)?;
    lists(sections)?;
    Domains::decode(sections.get(facts::DOMAINS))?.check()?;
    Addresses::decode(sections.get(facts::ADDRESSES))?;
    Hashes::decode(sections.get(facts::HASHES))?;
    mailboxes(sections)?;
    crate::answers::decode_paths(sections.get(facts::PATHS))?;
    crate::answers::decode_controls(sections.get(facts::CONTROLS))?;
    Ok(())
}

fn techniques<'a>(sections: &Sections<'a>) -> Result<Vec<Technique<'a>>, Error> {
    facts::decode_sorted(sections.get(facts::TECHNIQUES), "techniques", |t: &Technique<'a>| t.id)
}

fn fates<'a>(sections: &Sections<'a>) -> Result<Vec<Fate<'a>>, Error> {
    facts::decode_sorted(sections.get(facts::FATES), "retired ids", |f: &Fate<'a>| f.id)
}

fn objects<'a>(sections: &Sections<'a>) -> Result<Vec<Object<'a>>, Error> {
    facts::decode_sorted(sections.get(facts::OBJECTS), "objects", |o: &Object<'a>| o.id)
}

fn labels<'a>(bytes: &'a [u8], what: &str) -> Result<Vec<Label<'a>>, Error> {
    facts::decode_sorted(bytes, what, |l: &Label<'a>| l.id)
}

fn kev<'a>(sections: &Sections<'a>) -> Result<Vec<Kev<'a>>, Error> {
    facts::decode_sorted(sections.get(facts::KEV), "KEV", |k: &Kev<'a>| k.cve)
}

fn tlds<'a>(sections: &Sections<'a>) -> Result<Vec<&'a str>, Error> {
    facts::decode_sorted(sections.get(facts::TLDS), "top-level domains", |t: &&'a str| *t)
}

fn lists<'a>(sections: &Sections<'a>) -> Result<Vec<WarningList<'a>>, Error> {
    let lists: Vec<WarningList<'a>> = decode(sections.get(facts::LISTS), "warning lists")?;
    match lists.len() <= MAX_LISTS {
        true => Ok(lists),
        false => Err(Error::new(format!("{} warning lists; the most is {MAX_LISTS}", lists.len()))),
    }
}

fn mailboxes<'a>(sections: &Sections<'a>) -> Result<Vec<(&'a str, u8)>, Error> {
    let rows: Vec<(&'a str, u8)> = decode(sections.get(facts::MAILBOXES), "warning mailboxes")?;
    match rows.is_sorted() {
        true => Ok(rows),
        false => Err(Error::new("section warning mailboxes: not sorted".into())),
    }
}
