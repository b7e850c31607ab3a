//! MITRE ATT&CK: STIX bundles of one domain each.

use crate::{Draft, Error, File};
use bartizan_knowledge::{Domain, Fate, Link, Object, ObjectKind, Source, Tactic, Technique};
use serde::Deserialize;
use std::borrow::Cow;
use std::collections::{BTreeMap, BTreeSet};

#[derive(Deserialize)]
struct Bundle<'f> {
    #[serde(borrow)]
    objects: Vec<Stix<'f>>,
}

/// The properties we use, of whatever object.
#[derive(Deserialize)]
struct Stix<'f> {
    #[serde(rename = "type", borrow)]
    kind: Cow<'f, str>,
    #[serde(borrow)]
    id: Cow<'f, str>,
    #[serde(borrow, default)]
    name: Cow<'f, str>,
    #[serde(borrow, default)]
    description: Cow<'f, str>,
    #[serde(borrow, default)]
    modified: Cow<'f, str>,
    #[serde(default)]
    revoked: bool,
    #[serde(default)]
    x_mitre_deprecated: bool,
    #[serde(default)]
    external_references: Vec<Reference>,
    #[serde(default)]
    kill_chain_phases: Vec<Phase>,
    #[serde(default)]
    x_mitre_platforms: Vec<String>,
    #[serde(default)]
    aliases: Vec<String>,
    #[serde(default)]
    x_mitre_aliases: Vec<String>,
    #[serde(borrow, default)]
    x_mitre_shortname: Cow<'f, str>,
    #[serde(borrow, default)]
    x_mitre_version: Cow<'f, str>,
    #[serde(default)]
    tactic_refs: Vec<String>,
    #[serde(borrow, default)]
    relationship_type: Cow<'f, str>,
    #[serde(borrow, default)]
    source_ref: Cow<'f, str>,
    #[serde(borrow, default)]
    target_ref: Cow<'f, str>,
}

#[derive(Deserialize)]
struct Reference {
    #[serde(default)]
    source_name: String,
    #[serde(default)]
    external_id: String,
}

#[derive(Deserialize)]
struct Phase {
    phase_name: String,
}

impl Stix<'_> {
    fn live(&self) -> bool {
        !self.revoked && !self.x_mitre_deprecated
    }

    /// MITRE's id: `mitre-attack`, `mitre-mobile-attack` and `mitre-ics-attack` were all in use.
    fn attack_id(&self) -> Option<&str> {
        let own = self.external_references.iter().find(|r| r.source_name.starts_with("mitre-"))?;
        Some(own.external_id.as_str()).filter(|id| !id.is_empty())
    }

    fn object_kind(&self) -> Option<ObjectKind> {
        match &*self.kind {
            "intrusion-set" => Some(ObjectKind::Group),
            "malware" => Some(ObjectKind::Malware),
            "tool" => Some(ObjectKind::Tool),
            "campaign" => Some(ObjectKind::Campaign),
            "course-of-action" => Some(ObjectKind::Mitigation),
            _ => None,
        }
    }

    /// Kinds whose ids a report may cite.
    fn citable(&self) -> bool {
        matches!(&*self.kind, "attack-pattern" | "x-mitre-tactic") || self.object_kind().is_some()
    }
}

/// Reads all bundles together: groups and software are shared between domains, and an id may be revoked into
/// another one. The domains given replace those that the base pack had.
pub(crate) fn read<'a>(draft: &mut Draft<'a>, files: &[&File]) -> Result<(), Error> {
    if files.is_empty() {
        return Ok(());
    }
    let mut bundles = Vec::new();
    for file in files {
        let bundle: Bundle<'_> = file.json()?;
        let domain = domain(&bundle).ok_or_else(|| {
            Error::new(format!("{}: no matrix of a known domain in this bundle", file.name))
        })?;
        bundles.push((*file, domain, bundle));
    }
    let domains: BTreeSet<Domain> = bundles.iter().map(|(_, d, _)| *d).collect();
    forget(draft, &domains);
    let everything = || bundles.iter().flat_map(|(_, _, b)| &b.objects);

    let by_stix: BTreeMap<&str, &Stix<'_>> = everything().map(|o| (&*o.id, o)).collect();
    for (file, domain, bundle) in &bundles {
        let tactics = tactics(draft, *domain, bundle);
        techniques(draft, *domain, bundle, &tactics);
        let count = bundle.objects.iter().filter(|o| o.kind == "attack-pattern" && o.live()).count();
        let collection = bundle.objects.iter().find(|o| o.kind == "x-mitre-collection");
        let version = match collection {
            Some(c) => draft.keep(&c.x_mitre_version),
            None => draft.keep(file.stem().trim_start_matches(|c: char| !c.is_ascii_digit())),
        };
        let date =
            bundle.objects.iter().map(|o| o.modified.get(..10).unwrap_or_default()).max().unwrap_or_default();
        let date = draft.keep(date);
        let name = source_name(*domain);
        draft.source(Source { name, version, date, licence: "ATT&CK Terms of Use", records: count as u32 });
    }
    objects(draft, everything());
    links(draft, everything(), &by_stix);
    fates(draft, everything(), &by_stix);
    for object in everything() {
        // Relationships and detection texts are as good English as descriptions; group and software texts would
        // teach us that "mimikatz" is a word.
        if matches!(&*object.kind, "attack-pattern" | "course-of-action" | "x-mitre-tactic") {
            draft.words.count(&object.description);
        }
    }
    Ok(())
}

fn source_name(domain: Domain) -> &'static str {
    match domain {
        Domain::Enterprise => "ATT&CK Enterprise",
        Domain::Mobile => "ATT&CK Mobile",
        Domain::Ics => "ATT&CK ICS",
        Domain::Atlas => "ATLAS",
    }
}

fn domain(bundle: &Bundle<'_>) -> Option<Domain> {
    let matrices = bundle.objects.iter().filter(|o| o.kind == "x-mitre-matrix");
    let ids: Vec<&str> =
        matrices.flat_map(|m| m.external_references.iter().map(|r| r.external_id.as_str())).collect();
    [Domain::Enterprise, Domain::Mobile, Domain::Ics].into_iter().find(|d| ids.contains(&d.as_str()))
}

/// Removes what earlier bundles of these domains brought. Objects have no domain of their own: with Enterprise, which
/// holds nearly all of them, they all go; with the others alone they stay and are merged.
fn forget(draft: &mut Draft<'_>, domains: &BTreeSet<Domain>) {
    let facts = &mut draft.facts;
    facts.tactics.retain(|t| !domains.contains(&t.domain));
    let gone: BTreeSet<&str> =
        facts.techniques.iter().filter(|t| domains.contains(&t.domain)).map(|t| t.id).collect();
    facts.techniques.retain(|t| !domains.contains(&t.domain));
    let attack = |id: &str| !id.starts_with("AML.") && !id.starts_with("D3-");
    // Countermeasures speak about techniques by id and outlive an ATT&CK release; `prune` drops what no longer fits.
    facts.links.retain(|l| !(gone.contains(l.target) || gone.contains(l.source)) || !attack(l.source));
    if domains.contains(&Domain::Enterprise) {
        facts.objects.retain(|o| !attack(o.id));
    }
}

/// Tactics in matrix order: the largest matrix first, as Mobile has a second, small one.
fn tactics<'a>(draft: &mut Draft<'a>, domain: Domain, bundle: &Bundle<'_>) -> Vec<&'a str> {
    let mut matrices: Vec<&Stix<'_>> =
        bundle.objects.iter().filter(|o| o.kind == "x-mitre-matrix" && o.live()).collect();
    matrices.sort_by_key(|m| (std::cmp::Reverse(m.tactic_refs.len()), m.id.clone()));
    let by_stix: BTreeMap<&str, &Stix<'_>> = bundle
        .objects
        .iter()
        .filter(|o| o.kind == "x-mitre-tactic" && o.live())
        .map(|o| (&*o.id, o))
        .collect();
    let mut names = Vec::new();
    for tactic in matrices.iter().flat_map(|m| &m.tactic_refs).filter_map(|id| by_stix.get(id.as_str())) {
        let Some(id) = tactic.attack_id() else { continue };
        let short_name = draft.keep(&tactic.x_mitre_shortname);
        if names.contains(&short_name) {
            continue;
        }
        names.push(short_name);
        let (id, name, stix_id) = (draft.keep(id), draft.keep(&tactic.name), draft.keep(&tactic.id));
        draft.facts.tactics.push(Tactic { id, name, short_name, domain, stix_id });
    }
    names
}

fn techniques<'a>(draft: &mut Draft<'a>, domain: Domain, bundle: &Bundle<'_>, tactics: &[&'a str]) {
    let live: BTreeMap<&str, &Stix<'_>> = bundle
        .objects
        .iter()
        .filter(|o| o.kind == "attack-pattern" && o.live())
        .map(|o| (&*o.id, o))
        .collect();
    let mut parents: BTreeMap<&str, &str> = BTreeMap::new();
    for o in bundle.objects.iter().filter(|o| o.relationship_type == "subtechnique-of" && o.live()) {
        if let Some(parent) = live.get(&*o.target_ref).and_then(|p| p.attack_id()) {
            parents.insert(&o.source_ref, parent);
        }
    }
    for (stix_id, technique) in live {
        let Some(id) = technique.attack_id() else { continue };
        let own: BTreeSet<&str> = technique.kill_chain_phases.iter().map(|p| p.phase_name.as_str()).collect();
        let item = Technique {
            id: draft.keep(id),
            name: draft.keep(&technique.name),
            domain,
            tactics: tactics.iter().copied().filter(|t| own.contains(t)).collect(),
            platforms: technique.x_mitre_platforms.iter().map(|p| draft.keep(p)).collect(),
            parent: parents.get(stix_id).map(|p| draft.keep(p)),
            stix_id: draft.keep(stix_id),
        };
        draft.facts.techniques.push(item);
    }
}

fn objects<'o, 'f: 'o>(draft: &mut Draft<'_>, all: impl Iterator<Item = &'o Stix<'f>>) {
    let mut merged: BTreeMap<_, Object<'_>> =
        std::mem::take(&mut draft.facts.objects).into_iter().map(|o| (o.id, o)).collect();
    for item in all.filter(|o| o.live()) {
        let (Some(kind), Some(id)) = (item.object_kind(), item.attack_id()) else { continue };
        // Mitigations of before 2018 carry the id of their technique.
        if kind == ObjectKind::Mitigation && !id.starts_with('M') {
            continue;
        }
        let mut aliases: Vec<&str> = Vec::new();
        for alias in item.aliases.iter().chain(&item.x_mitre_aliases) {
            if alias.trim() != item.name && !aliases.contains(&alias.trim()) {
                aliases.push(draft.keep(alias));
            }
        }
        let object = Object {
            id: draft.keep(id),
            kind,
            name: draft.keep(&item.name),
            aliases,
            stix_id: draft.keep(&item.id),
        };
        // The same object in two bundles differs at most in age; the longer list of names is the newer.
        match merged.get(object.id) {
            Some(known) if known.stix_id == object.stix_id && known.aliases.len() > object.aliases.len() => {}
            _ => {
                merged.insert(object.id, object);
            }
        }
    }
    draft.facts.objects = merged.into_values().collect();
}

fn links<'o, 'f: 'o>(
    draft: &mut Draft<'_>,
    all: impl Iterator<Item = &'o Stix<'f>>,
    by_stix: &BTreeMap<&str, &'o Stix<'f>>,
) {
    let end = |id: &str| {
        let object = by_stix.get(id).filter(|o| o.live() && o.citable())?;
        object.attack_id()
    };
    for link in all.filter(|o| o.kind == "relationship" && o.live()) {
        let kind = match &*link.relationship_type {
            "uses" => "uses",
            "mitigates" => "mitigates",
            "attributed-to" => "attributed-to",
            _ => continue,
        };
        if let (Some(source), Some(target)) = (end(&link.source_ref), end(&link.target_ref)) {
            draft.facts.links.push(Link { source: draft.keep(source), kind, target: draft.keep(target) });
        }
    }
}

/// What revoked and deprecated ids have become, chains followed to the end.
fn fates<'o, 'f: 'o>(
    draft: &mut Draft<'_>,
    all: impl Iterator<Item = &'o Stix<'f>> + Clone,
    by_stix: &BTreeMap<&str, &'o Stix<'f>>,
) {
    let successors: BTreeMap<&str, &str> = all
        .clone()
        .filter(|o| o.relationship_type == "revoked-by")
        .map(|o| (&*o.source_ref, &*o.target_ref))
        .collect();
    let live: BTreeSet<&str> = draft
        .facts
        .techniques
        .iter()
        .map(|t| t.id)
        .chain(draft.facts.tactics.iter().map(|t| t.id))
        .chain(draft.facts.objects.iter().map(|o| o.id))
        .collect();
    // Fates of the base pack stay unless the id is live again; a successor that is no longer live is followed below.
    let mut fates: BTreeMap<&str, Option<&str>> =
        draft.facts.fates.iter().map(|f| (f.id, f.successor)).collect();
    for object in all.filter(|o| !o.live() && o.citable()) {
        let Some(id) = object.attack_id() else { continue };
        let old_mitigation = object.kind == "course-of-action" && !id.starts_with('M');
        if live.contains(id) || old_mitigation {
            continue;
        }
        let mut end = &*object.id;
        // No chain is longer than the number of objects; a circle would be.
        for _ in 0..64 {
            match successors.get(end) {
                Some(next) => end = next,
                None => break,
            }
        }
        let successor =
            by_stix.get(end).filter(|o| o.live()).and_then(|o| o.attack_id()).filter(|id| live.contains(id));
        let (id, successor) = (draft.keep(id), successor.map(|s| draft.keep(s)));
        // Several objects may carry one old id; the one that leads somewhere counts.
        let fate = fates.entry(id).or_default();
        *fate = successor.or(*fate);
    }
    fates.retain(|id, _| !live.contains(id));
    let ends = fates.clone();
    for successor in fates.values_mut() {
        for _ in 0..64 {
            match successor {
                Some(id) if !live.contains(id) => *successor = ends.get(id).copied().flatten(),
                _ => break,
            }
        }
    }
    draft.facts.fates = fates.into_iter().map(|(id, successor)| Fate { id, successor }).collect();
}
