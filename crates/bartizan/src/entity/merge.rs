//! Mentions of one thing become one entity.

use super::mention::Mention;
use super::phrases::normal;
use super::prose::Prose;
use super::relations::{Class, Node};
use super::vulnerabilities::words_of;
use crate::observable::Extraction;
use crate::{Confidence, Entity, EntityKind, Evidence, NodeRef, TechniqueMapping};
use bartizan_knowledge::Pack;
use std::collections::{BTreeMap, BTreeSet};

/// Entities, and where each of their mentions stands.
pub(super) struct Merged {
    pub entities: Vec<Entity>,
    places: Vec<(u32, Mention)>,
}

/// Merges; entities are ordered by first appearance, evidence is in text order.
pub(super) fn entities(prose: &Prose<'_>, mut mentions: Vec<Mention>, pack: &'static Pack) -> Merged {
    mentions.sort_by(|a, b| (a.span, a.kind, &a.name).cmp(&(b.span, b.kind, &b.name)));
    let mut known: BTreeMap<(EntityKind, String), usize> = BTreeMap::new();
    let mut entities: Vec<Entity> = Vec::new();
    let mut roles: Vec<BTreeMap<&'static str, u32>> = Vec::new();
    // What each entity has already: other spellings of its name, versions.
    let mut spelt: Vec<BTreeSet<String>> = Vec::new();
    let mut versions: Vec<BTreeSet<String>> = Vec::new();
    let mut places = Vec::with_capacity(mentions.len());
    for mention in mentions {
        let key = (mention.kind, mention.id.clone().unwrap_or_else(|| normal(&mention.name)));
        let at = *known.entry(key).or_insert_with(|| {
            entities.push(Entity {
                kind: mention.kind,
                name: mention.name.clone(),
                knowledge_id: mention.id.clone(),
                aliases: Vec::new(),
                role: None,
                confidence: Confidence::new(mention.confidence),
                provenance: mention.provenance,
                evidence: Vec::new(),
                attributes: attributes(&mention, pack),
            });
            roles.push(BTreeMap::new());
            spelt.push(BTreeSet::from([normal(&mention.name)]));
            versions.push(BTreeSet::new());
            entities.len() - 1
        });
        let (Some(entity), Some(votes)) = (entities.get_mut(at), roles.get_mut(at)) else { continue };
        let mut evidence =
            Evidence { span: mention.span, sentence: prose.document.sentence_of(mention.span) };
        if mention.kind == EntityKind::Product
            && let Some(range) = super::versions::after(prose, &mention)
        {
            // The place shows the versions as well.
            evidence.span.end = range.end;
            let range = range.of(prose.text).replace('\n', " ");
            if versions[at].insert(range.clone()) {
                entity.attributes.push(("affected-versions".to_owned(), range));
            }
        }
        // Mentions come in text order: what is the same starts where the last ones do.
        let same_start = |e: &&Evidence| e.span.start == evidence.span.start;
        if !entity.evidence.iter().rev().take_while(same_start).any(|e| *e == evidence) {
            entity.evidence.push(evidence);
        }
        let surface = mention.span.of(prose.text);
        let aliased = matches!(
            entity.kind,
            EntityKind::Actor
                | EntityKind::Malware
                | EntityKind::Tool
                | EntityKind::Campaign
                | EntityKind::Organization
                | EntityKind::Policy
                | EntityKind::Product
        );
        if aliased
            && !surface.eq_ignore_ascii_case(&entity.name)
            && !surface.contains('\n')
            && spelt[at].insert(normal(surface))
        {
            entity.aliases.push(surface.to_owned());
        }
        if mention.confidence > entity.confidence.get() {
            entity.confidence = Confidence::new(mention.confidence);
        }
        entity.provenance = entity.provenance.min(mention.provenance);
        if let Some(role) = mention.role {
            *votes.entry(role).or_default() += 1;
        }
        places.push((at as u32, mention));
    }
    for (entity, votes) in entities.iter_mut().zip(&roles) {
        entity.role = role(votes);
    }
    Merged { entities, places }
}

/// The part most mentions give it; none if two are equally common.
fn role(votes: &BTreeMap<&'static str, u32>) -> Option<String> {
    // To be attacked weighs more than to be a maker of software.
    if let Some(n) = votes.get("victim")
        && votes.iter().all(|(r, k)| matches!(*r, "victim" | "vendor") || k < n)
    {
        return Some("victim".to_owned());
    }
    let best = votes.values().max()?;
    let mut top = votes.iter().filter(|(_, n)| *n == best);
    match (top.next(), top.next()) {
        (Some((role, _)), None) => Some((*role).to_owned()),
        _ => None,
    }
}

fn attributes(mention: &Mention, pack: &'static Pack) -> Vec<(String, String)> {
    let mut out = Vec::new();
    if mention.kind == EntityKind::Vulnerability
        && let Some(row) = mention.id.as_deref().and_then(|id| pack.kev(id))
    {
        out.push(("kev".to_owned(), row.added.to_owned()));
        out.push(("kev-vendor".to_owned(), row.vendor.to_owned()));
        out.push(("kev-product".to_owned(), row.product.to_owned()));
        if row.ransomware {
            out.push(("kev-ransomware".to_owned(), "known".to_owned()));
        }
    }
    out
}

/// Every place of every entity, observable and technique, in text order.
pub(super) fn nodes(
    prose: &Prose<'_>,
    merged: &Merged,
    extraction: &Extraction,
    techniques: &[TechniqueMapping],
) -> Vec<Node> {
    let mut nodes: Vec<Node> = merged
        .places
        .iter()
        .map(|(i, m)| Node {
            node: NodeRef::Entity(*i),
            class: Class::of_entity(m.kind),
            span: m.span,
            from: m.from,
            to: m.to,
            line: m.line,
        })
        .collect();
    let mut add = |node, class, span| {
        if let Some(line) = prose.line_at(span) {
            let (from, to) = words_of(prose, span);
            nodes.push(Node { node, class, span, from, to, line });
        }
    };
    for (i, o) in extraction.observables.iter().enumerate() {
        let class = Class::of_observable(o.kind);
        if class == Class::Other {
            continue;
        }
        for e in &o.evidence {
            add(NodeRef::Observable(i as u32), class, e.span);
        }
    }
    for (i, t) in techniques.iter().enumerate() {
        for e in &t.evidence {
            // An inferred technique's evidence is its whole sentence, which says nothing of who does it.
            if e.span != e.sentence {
                add(NodeRef::Technique(i as u32), Class::Technique, e.span);
            }
        }
    }
    nodes.sort_by_key(|n| (n.span.start, std::cmp::Reverse(n.span.end), n.node));
    nodes
}
