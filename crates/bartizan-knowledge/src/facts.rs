//! All facts of a pack as plain values: what a builder fills and what the reader's sections decode to.

use crate::Error;
use crate::format::{self, Tag};
use crate::types::*;
use crate::warnings::{Addresses, Domains, Hashes};
use serde::{Deserialize, Serialize};

/// Values on the warning lists, packed: made with [`Tables::encode`], carried over whole from an older pack.
#[derive(Clone, Debug, Default)]
pub struct Tables {
    pub(crate) domains: Vec<u8>,
    pub(crate) addresses: Vec<u8>,
    pub(crate) hashes: Vec<u8>,
}

impl Tables {
    /// Packs values, each with the position of its list in [`Facts::lists`]: host names (lower case, no leading dot),
    /// address ranges (both ends included), hashes (as bytes).
    ///
    /// # Errors
    /// If a value is none of its kind, or there are too many lists.
    pub fn encode(
        domains: &[(&str, u8)],
        ranges: &[(std::net::IpAddr, std::net::IpAddr, u8)],
        hashes: &[(Vec<u8>, u8)],
    ) -> Result<Self, Error> {
        Ok(Self {
            domains: Domains::encode(domains)?,
            addresses: Addresses::encode(ranges)?,
            hashes: Hashes::encode(hashes)?,
        })
    }
}

/// The contents of a pack. [`Facts::encode`] writes the file that [`crate::Pack::open`] reads.
///
/// Everything but tactics (matrix order) may come in any order; encoding sorts.
#[derive(Clone, Debug, Default)]
pub struct Facts<'a> {
    /// Day of the build, `YYYY-MM-DD`.
    pub built: &'a str,
    /// Where the facts come from.
    pub sources: Vec<Source<'a>>,
    /// Tactics, each domain's in matrix order.
    pub tactics: Vec<Tactic<'a>>,
    /// Live techniques.
    pub techniques: Vec<Technique<'a>>,
    /// Ids that are no longer live.
    pub fates: Vec<Fate<'a>>,
    /// Live groups, software, campaigns, mitigations, countermeasures.
    pub objects: Vec<Object<'a>>,
    /// Relations.
    pub links: Vec<Link<'a>>,
    /// Things with names.
    pub entries: Vec<Entry<'a>>,
    /// Their spellings.
    pub names: Vec<Name<'a>>,
    /// CWE weaknesses.
    pub cwe: Vec<Label<'a>>,
    /// CAPEC attack patterns.
    pub capec: Vec<Label<'a>>,
    /// Known exploited vulnerabilities.
    pub kev: Vec<Kev<'a>>,
    /// Top-level domains, lower case.
    pub tlds: Vec<&'a str>,
    /// Warning lists; the tables below name them by position.
    pub lists: Vec<WarningList<'a>>,
    /// Values on the lists.
    pub tables: Tables,
    /// Local parts of mail addresses that are contacts (`abuse`, `security`), with their list.
    pub mailboxes: Vec<(&'a str, u8)>,
    /// Labels of D3FEND's artifact classes, by class.
    pub artifacts: Vec<Label<'a>>,
    /// Tactic of each D3FEND countermeasure (`Detect`), by id.
    pub tactics_of: Vec<Label<'a>>,
    /// How countermeasures reach techniques.
    pub paths: Vec<Path<'a>>,
    /// Frameworks of controls; the controls name them by position.
    pub frameworks: Vec<Framework<'a>>,
    /// Their controls; the links below name them by position.
    pub controls: Vec<Control<'a>>,
    /// What the controls answer.
    pub control_links: Vec<ControlLink<'a>>,
}

pub(crate) const INFO: Tag = *b"INFO";
pub(crate) const TACTICS: Tag = *b"TACT";
pub(crate) const TECHNIQUES: Tag = *b"TECH";
pub(crate) const FATES: Tag = *b"FATE";
pub(crate) const OBJECTS: Tag = *b"OBJS";
pub(crate) const LINKS: Tag = *b"LINK";
pub(crate) const NAMES: Tag = *b"NAME";
pub(crate) const CWE: Tag = *b"CWES";
pub(crate) const CAPEC: Tag = *b"CAPC";
pub(crate) const KEV: Tag = *b"KEVS";
pub(crate) const TLDS: Tag = *b"TLDS";
pub(crate) const LISTS: Tag = *b"LIST";
pub(crate) const DOMAINS: Tag = *b"WDOM";
pub(crate) const ADDRESSES: Tag = *b"WIPS";
pub(crate) const HASHES: Tag = *b"WHSH";
pub(crate) const MAILBOXES: Tag = *b"WMAI";
pub(crate) const PATHS: Tag = *b"PATH";
pub(crate) const CONTROLS: Tag = *b"CTRL";

/// What a section is called in `bartizan knowledge status`.
pub(crate) fn section_name(tag: Tag) -> &'static str {
    match tag {
        INFO => "sources",
        TACTICS => "tactics",
        TECHNIQUES => "techniques",
        FATES => "retired ids",
        OBJECTS => "objects",
        LINKS => "relations",
        NAMES => "names",
        CWE => "CWE",
        CAPEC => "CAPEC",
        KEV => "KEV",
        TLDS => "top-level domains",
        LISTS => "warning lists",
        DOMAINS => "warning domains",
        ADDRESSES => "warning addresses",
        HASHES => "warning hashes",
        MAILBOXES => "warning mailboxes",
        PATHS => "D3FEND paths",
        CONTROLS => "controls",
        _ => "unknown",
    }
}

/// Head of the pack.
#[derive(Debug, Default, Serialize, Deserialize)]
pub(crate) struct Info<'a> {
    pub(crate) built: &'a str,
    #[serde(borrow)]
    pub(crate) sources: Vec<Source<'a>>,
}

/// Entries and their names.
#[derive(Debug, Default, Serialize, Deserialize)]
pub(crate) struct Gazetteer<'a> {
    #[serde(borrow)]
    pub(crate) entries: Vec<Entry<'a>>,
    #[serde(borrow)]
    pub(crate) names: Vec<Name<'a>>,
}

/// Relations over one table of ids: the strings would be most of the pack.
#[derive(Debug, Default, Serialize, Deserialize)]
struct LinkTable<'a> {
    #[serde(borrow)]
    ids: Vec<&'a str>,
    #[serde(borrow)]
    kinds: Vec<&'a str>,
    rows: Vec<(u32, u8, u32)>,
}

impl Facts<'_> {
    /// The file.
    ///
    /// # Errors
    /// If the facts contradict themselves: two things with one id, an index out of range, more than 64 lists.
    pub fn encode(mut self) -> Result<Vec<u8>, Error> {
        self.sources.sort_by(|a, b| a.name.cmp(b.name));
        self.tactics.sort_by_key(|t| t.domain);
        self.techniques.sort_by(|a, b| a.id.cmp(b.id));
        self.fates.sort_by(|a, b| a.id.cmp(b.id));
        self.objects.sort_by(|a, b| a.id.cmp(b.id));
        self.names.sort_by(|a, b| (a.text, a.entry).cmp(&(b.text, b.entry)));
        self.names.dedup_by(|a, b| a.text == b.text && a.entry == b.entry);
        for labels in [&mut self.cwe, &mut self.capec] {
            labels.sort_by(|a, b| a.id.cmp(b.id));
        }
        self.kev.sort_by(|a, b| a.cve.cmp(b.cve));
        self.tlds.sort_unstable();
        self.tlds.dedup();
        self.mailboxes.sort_unstable();
        self.mailboxes.dedup();
        self.artifacts.sort_by(|a, b| a.id.cmp(b.id));
        self.tactics_of.sort_by(|a, b| a.id.cmp(b.id));
        let paths = crate::answers::PathTable::new(self.artifacts, self.tactics_of, &self.paths);
        let controls = crate::answers::ControlTable::new(self.frameworks, self.controls, &self.control_links);
        let sections = vec![
            (INFO, bytes(&Info { built: self.built, sources: self.sources })?),
            (TACTICS, bytes(&self.tactics)?),
            (TECHNIQUES, bytes(&self.techniques)?),
            (FATES, bytes(&self.fates)?),
            (OBJECTS, bytes(&self.objects)?),
            (LINKS, bytes(&link_table(&self.links))?),
            (NAMES, bytes(&Gazetteer { entries: self.entries, names: self.names })?),
            (CWE, bytes(&self.cwe)?),
            (CAPEC, bytes(&self.capec)?),
            (KEV, bytes(&self.kev)?),
            (TLDS, bytes(&self.tlds)?),
            (LISTS, bytes(&self.lists)?),
            (DOMAINS, self.tables.domains),
            (ADDRESSES, self.tables.addresses),
            (HASHES, self.tables.hashes),
            (MAILBOXES, bytes(&self.mailboxes)?),
            (PATHS, bytes(&paths)?),
            (CONTROLS, bytes(&controls)?),
        ];
        let file = format::join(&sections);
        // The reader's own checks are the last word on what is a pack.
        crate::Pack::check(&file)?;
        Ok(file)
    }
}

fn link_table<'a>(links: &[Link<'a>]) -> LinkTable<'a> {
    let mut ids: Vec<&str> = links.iter().flat_map(|l| [l.source, l.target]).collect();
    ids.sort_unstable();
    ids.dedup();
    let mut kinds: Vec<&str> = links.iter().map(|l| l.kind).collect();
    kinds.sort_unstable();
    kinds.dedup();
    let place = |list: &[&str], x: &str| list.binary_search(&x).unwrap_or_default();
    let mut rows: Vec<(u32, u8, u32)> = links
        .iter()
        .map(|l| (place(&ids, l.source) as u32, place(&kinds, l.kind) as u8, place(&ids, l.target) as u32))
        .collect();
    rows.sort_unstable();
    rows.dedup();
    LinkTable { ids, kinds, rows }
}

pub(crate) fn bytes<T: Serialize>(value: &T) -> Result<Vec<u8>, Error> {
    postcard::to_stdvec(value).map_err(|e| Error::new(format!("cannot write a section: {e}")))
}

/// Decodes a section; a missing one is the default.
pub(crate) fn decode<'a, T: Deserialize<'a> + Default>(bytes: &'a [u8], what: &str) -> Result<T, Error> {
    if bytes.is_empty() {
        return Ok(T::default());
    }
    match postcard::take_from_bytes(bytes) {
        Ok((value, [])) => Ok(value),
        Ok(_) => Err(Error::new(format!("section {what}: bytes left over"))),
        Err(e) => Err(Error::new(format!("section {what}: {e}"))),
    }
}

/// Decodes a list and checks that its keys rise strictly, which binary search relies on.
pub(crate) fn decode_sorted<'a, T: Deserialize<'a>>(
    bytes: &'a [u8],
    what: &str,
    key: impl Fn(&T) -> &str,
) -> Result<Vec<T>, Error> {
    let list: Vec<T> = decode(bytes, what)?;
    for pair in list.windows(2) {
        if key(&pair[0]) >= key(&pair[1]) {
            return Err(Error::new(format!(
                "section {what}: {:?} does not follow {:?}",
                key(&pair[1]),
                key(&pair[0])
            )));
        }
    }
    Ok(list)
}

pub(crate) fn decode_tactics<'a>(bytes: &'a [u8]) -> Result<Vec<Tactic<'a>>, Error> {
    let tactics: Vec<Tactic<'a>> = decode(bytes, "tactics")?;
    match tactics.is_sorted_by_key(|t| t.domain) {
        true => Ok(tactics),
        false => Err(Error::new("section tactics: domains are mixed".into())),
    }
}

pub(crate) fn decode_links<'a>(bytes: &'a [u8]) -> Result<Vec<Link<'a>>, Error> {
    let table: LinkTable<'a> = decode(bytes, "relations")?;
    let sorted = table.ids.is_sorted_by(|a, b| a < b) && table.rows.is_sorted_by(|a, b| a < b);
    let links: Option<Vec<Link<'a>>> = table
        .rows
        .iter()
        .map(|&(source, kind, target)| {
            Some(Link {
                source: table.ids.get(source as usize)?,
                kind: table.kinds.get(usize::from(kind))?,
                target: table.ids.get(target as usize)?,
            })
        })
        .collect();
    match links {
        Some(links) if sorted => Ok(links),
        Some(_) => Err(Error::new("section relations: not sorted".into())),
        None => Err(Error::new("section relations: an index is out of range".into())),
    }
}

pub(crate) fn decode_names<'a>(bytes: &'a [u8]) -> Result<Gazetteer<'a>, Error> {
    let table: Gazetteer<'a> = decode(bytes, "names")?;
    if table.names.iter().any(|n| n.entry as usize >= table.entries.len()) {
        return Err(Error::new("section names: a name belongs to no entry".into()));
    }
    if !table.names.is_sorted_by(|a, b| (a.text, a.entry) < (b.text, b.entry)) {
        return Err(Error::new("section names: not sorted".into()));
    }
    Ok(table)
}
