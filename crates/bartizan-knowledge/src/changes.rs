//! What is different between two packs.

use crate::{Domain, Pack, Resolution};
use std::collections::BTreeMap;

/// What happened to one id.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum ChangeKind<'a> {
    /// New.
    Added,
    /// Gone; the newer pack names this successor.
    Replaced(&'a str),
    /// Gone, withdrawn by its publisher.
    Deprecated,
    /// Gone, and the newer pack does not say why.
    Removed,
    /// It had this name before.
    Renamed(&'a str),
}

impl ChangeKind<'_> {
    /// Lower-case name for output.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Added => "added",
            Self::Replaced(_) => "replaced",
            Self::Deprecated => "deprecated",
            Self::Removed => "removed",
            Self::Renamed(_) => "renamed",
        }
    }
}

/// One difference.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Change<'a> {
    /// `tactic`, `technique`, `group`, `software`, `campaign`, `mitigation`, `countermeasure`, `exploited`.
    pub subject: &'static str,
    /// The id.
    pub id: &'a str,
    /// Its name: the new one, or the last one of what is gone.
    pub name: &'a str,
    /// What happened.
    pub kind: ChangeKind<'a>,
}

/// Tactics, techniques, objects and exploited vulnerabilities that differ, by subject and id.
pub fn changes<'a>(old: &'a Pack, new: &'a Pack) -> Vec<Change<'a>> {
    let (before, after) = (index(old), index(new));
    let mut list = Vec::new();
    for (&(subject, id), &name) in &after {
        match before.get(&(subject, id)) {
            None => list.push(Change { subject, id, name, kind: ChangeKind::Added }),
            Some(&was) if was != name => {
                list.push(Change { subject, id, name, kind: ChangeKind::Renamed(was) })
            }
            Some(_) => {}
        }
    }
    for (&(subject, id), &name) in &before {
        if !after.contains_key(&(subject, id)) {
            let kind = match new.resolve(id) {
                Resolution::Replaced(by) => ChangeKind::Replaced(by),
                Resolution::Deprecated => ChangeKind::Deprecated,
                Resolution::Current | Resolution::Unknown => ChangeKind::Removed,
            };
            list.push(Change { subject, id, name, kind });
        }
    }
    list.sort();
    list
}

fn index(pack: &Pack) -> BTreeMap<(&'static str, &str), &str> {
    let mut all = BTreeMap::new();
    for domain in Domain::ALL {
        all.extend(pack.tactics(domain).iter().map(|t| (("tactic", t.id), t.name)));
    }
    all.extend(pack.techniques().iter().map(|t| (("technique", t.id), t.name)));
    all.extend(pack.objects().iter().map(|o| ((o.kind.as_str(), o.id), o.name)));
    all.extend(pack.kev_list().iter().map(|k| (("exploited", k.cve), k.product)));
    all
}
