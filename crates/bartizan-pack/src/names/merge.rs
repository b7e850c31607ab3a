//! Joining records that speak of one thing.

use bartizan_knowledge::NameKind;
use std::collections::{BTreeMap, BTreeSet};

/// One record of one source.
#[derive(Clone, Debug)]
pub(super) struct Node {
    pub(super) kind: NameKind,
    pub(super) name: String,
    pub(super) others: Vec<String>,
    /// ATT&CK id, if it is live; ISO code of a country.
    pub(super) id: Option<String>,
    pub(super) uuid: Option<String>,
    /// UUIDs of records that its source calls the same thing.
    pub(super) similar: Vec<String>,
    /// ISO 3166 alpha-2.
    pub(super) country: Option<String>,
}

impl Default for Node {
    fn default() -> Self {
        Self {
            kind: NameKind::Actor,
            name: String::new(),
            others: Vec::new(),
            id: None,
            uuid: None,
            similar: Vec::new(),
            country: None,
        }
    }
}

/// An entry to be.
#[derive(Debug)]
pub(super) struct Group {
    pub(super) kind: NameKind,
    pub(super) name: String,
    pub(super) id: Option<String>,
    pub(super) country: Option<String>,
    pub(super) names: BTreeSet<String>,
}

/// Kinds that may be one thing: sources do not agree on what is malware and what is a tool.
fn class(kind: NameKind) -> u8 {
    match kind {
        NameKind::Actor => 0,
        NameKind::Malware | NameKind::Tool => 1,
        NameKind::Campaign => 2,
        NameKind::Vendor => 3,
        NameKind::Sector => 4,
        NameKind::Country => 5,
    }
}

/// How names are compared: letters and digits in lower case. `Cobalt Strike`, `CobaltStrike` and `cobalt-strike` agree.
pub(super) fn fold(name: &str) -> String {
    name.chars().filter(|c| c.is_alphanumeric()).flat_map(char::to_lowercase).collect()
}

/// Union–find over nodes that keeps ATT&CK ids apart.
struct Sets {
    parent: Vec<usize>,
    id: Vec<Option<String>>,
}

impl Sets {
    fn root(&mut self, mut i: usize) -> usize {
        while self.parent[i] != i {
            self.parent[i] = self.parent[self.parent[i]];
            i = self.parent[i];
        }
        i
    }

    fn join(&mut self, a: usize, b: usize) {
        let (a, b) = (self.root(a), self.root(b));
        if a == b || matches!((&self.id[a], &self.id[b]), (Some(x), Some(y)) if x != y) {
            return;
        }
        // The earlier node leads: sources come in order of trust.
        let (lead, other) = (a.min(b), a.max(b));
        if self.id[lead].is_none() {
            self.id[lead] = self.id[other].take();
        }
        self.parent[other] = lead;
    }
}

/// Joins `nodes`, given in order of trust, and gives every name to one entry of its kind.
pub(super) fn merge(nodes: Vec<Node>) -> Vec<Group> {
    let mut sets =
        Sets { parent: (0..nodes.len()).collect(), id: nodes.iter().map(|n| n.id.clone()).collect() };
    let mut by_id: BTreeMap<(u8, &str), usize> = BTreeMap::new();
    let mut by_uuid: BTreeMap<&str, usize> = BTreeMap::new();
    let mut by_name: BTreeMap<(u8, String), usize> = BTreeMap::new();
    for (i, node) in nodes.iter().enumerate() {
        let class = class(node.kind);
        if let Some(id) = &node.id {
            let first = *by_id.entry((class, id)).or_insert(i);
            sets.join(first, i);
        }
        if let Some(uuid) = &node.uuid {
            let first = *by_uuid.entry(uuid).or_insert(i);
            if class == self::class(nodes[first].kind) {
                sets.join(first, i);
            }
        }
        let first = *by_name.entry((class, fold(&node.name))).or_insert(i);
        sets.join(first, i);
    }
    for (i, node) in nodes.iter().enumerate() {
        for uuid in &node.similar {
            if let Some(&other) =
                by_uuid.get(uuid.as_str()).filter(|&&o| class(nodes[o].kind) == class(node.kind))
            {
                sets.join(other, i);
            }
        }
    }
    for (i, node) in nodes.iter().enumerate() {
        for name in &node.others {
            if let Some(&other) = by_name.get(&(class(node.kind), fold(name))) {
                sets.join(other, i);
            }
        }
    }
    collect(nodes, &mut sets)
}

fn collect(nodes: Vec<Node>, sets: &mut Sets) -> Vec<Group> {
    let mut members: BTreeMap<usize, Vec<usize>> = BTreeMap::new();
    for i in 0..nodes.len() {
        members.entry(sets.root(i)).or_default().push(i);
    }
    // Main names first, then other names, each in order of trust; a taken name goes to nobody else of its kind.
    let mut owner: BTreeMap<(u8, String), usize> = BTreeMap::new();
    let mut spellings: BTreeMap<usize, BTreeSet<String>> = BTreeMap::new();
    for main in [true, false] {
        for (i, node) in nodes.iter().enumerate() {
            let root = sets.root(i);
            let names: &[String] = if main { std::slice::from_ref(&node.name) } else { &node.others };
            for name in names {
                if *owner.entry((class(node.kind), fold(name))).or_insert(root) == root {
                    spellings.entry(root).or_default().insert(name.clone());
                }
            }
        }
    }
    let mut groups = Vec::new();
    for (root, members) in members {
        let lead = &nodes[root];
        let id = members.iter().find_map(|&i| nodes[i].id.clone());
        // ATT&CK's node is first where there is one, and its name and kind are preferred.
        let country = members.iter().find_map(|&i| nodes[i].country.clone());
        let names = spellings.remove(&root).unwrap_or_default();
        if !names.is_empty() {
            groups.push(Group { kind: lead.kind, name: lead.name.clone(), id, country, names });
        }
    }
    groups.sort_by(|a, b| (a.kind, &a.name, &a.id).cmp(&(b.kind, &b.name, &b.id)));
    groups
}
