//! Names of actors, software, campaigns and vendors, merged over ATT&CK, MISP galaxy and Microsoft's list.
//!
//! Each record of a source becomes a node; nodes that speak of one thing are joined; each group becomes one entry.
//! Two records are joined if they carry one ATT&CK id or UUID, if one says that it is similar to the other, or if the
//! main name of one is a name of the other. Records of different ATT&CK ids are never joined: sources disagree on who
//! is whom, and MITRE's split is the one that reports are mapped to. A shared *other* name joins nothing.

mod merge;
mod source;

use crate::ordinary::Words;
use crate::{Draft, Error, File};
use bartizan_knowledge::{Entry, Name, NameKind, ObjectKind, Source};
use merge::Node;
use std::collections::{BTreeMap, BTreeSet};

/// Reads name sources and makes entries from them, from ATT&CK's objects, and from what the base pack knew.
pub(crate) fn read(draft: &mut Draft<'_>, files: &[&File]) -> Result<(), Error> {
    let mut nodes = attack_nodes(draft);
    let mut records = 0;
    for file in files {
        records += source::read(draft, file, &mut nodes)?;
    }
    if records > 0 {
        note(draft, "MISP galaxy", "CC0-1.0 or BSD-2-Clause", records);
    }
    // Last, as the least trusted: what an older pack knew, so that one new cluster does not lose the others.
    nodes.extend(base_nodes(draft));
    let groups = merge::merge(nodes);
    let mut entries: Vec<Entry<'_>> = Vec::new();
    let mut names: Vec<Name<'_>> = Vec::new();
    for group in groups {
        let entry = entries.len() as u32;
        entries.push(Entry {
            kind: group.kind,
            name: draft.keep(&group.name),
            id: group.id.as_deref().map(|id| draft.keep(id)),
            country: group.country.as_deref().map(|c| draft.keep(c)),
        });
        for text in &group.names {
            let ambiguous = ambiguous(text, group.kind, &draft.words);
            names.push(Name { text: draft.keep(text), entry, ambiguous });
        }
    }
    draft.facts.entries = entries;
    draft.facts.names = names;
    Ok(())
}

fn attack_nodes(draft: &Draft<'_>) -> Vec<Node> {
    let mut nodes = Vec::new();
    for object in &draft.facts.objects {
        let kind = match object.kind {
            ObjectKind::Group => NameKind::Actor,
            ObjectKind::Malware => NameKind::Malware,
            ObjectKind::Tool => NameKind::Tool,
            ObjectKind::Campaign => NameKind::Campaign,
            ObjectKind::Mitigation | ObjectKind::Countermeasure => continue,
        };
        nodes.push(Node {
            kind,
            name: object.name.to_owned(),
            others: object.aliases.iter().map(|a| (*a).to_owned()).collect(),
            id: Some(object.id.to_owned()),
            uuid: object.stix_id.split_once("--").map(|(_, u)| u.to_owned()),
            ..Node::default()
        });
    }
    nodes
}

/// What an older pack knew. An id that ATT&CK has replaced since is followed, one that it has dropped is forgotten.
fn base_nodes(draft: &Draft<'_>) -> Vec<Node> {
    let facts = &draft.facts;
    let live: BTreeSet<&str> = facts.objects.iter().map(|o| o.id).collect();
    let successors: BTreeMap<&str, &str> =
        facts.fates.iter().filter_map(|f| Some((f.id, f.successor?))).collect();
    let current = |id: &str| {
        let id = successors.get(id).copied().unwrap_or(id);
        live.contains(id).then(|| id.to_owned())
    };
    let node = |e: &Entry<'_>| Node {
        kind: e.kind,
        name: e.name.to_owned(),
        id: e.id.and_then(current),
        country: e.country.map(str::to_owned),
        ..Node::default()
    };
    let mut nodes: Vec<Node> = facts.entries.iter().map(node).collect();
    for name in &facts.names {
        if let Some(node) = nodes.get_mut(name.entry as usize) {
            node.others.push(name.text.to_owned());
        }
    }
    nodes
}

/// Whether a name needs context: it is very short, or an ordinary word.
fn ambiguous(name: &str, kind: NameKind, words: &Words) -> bool {
    if name.chars().count() <= 3 {
        return true;
    }
    let lower = name.to_lowercase();
    words.is_ordinary(&lower, kind == NameKind::Tool)
}

/// Notes a source of names; none of them carries a date.
fn note(draft: &mut Draft<'_>, name: &'static str, licence: &'static str, records: usize) {
    draft.source(Source { name, version: "undated", date: "", licence, records: records as u32 });
}
