//! Who is behind it: what the report states, and what techniques suggest.
//!
//! The two never meet in one value: [`Stated`] is what sentences say, [`Inferred`] is what the pack knows of groups that work
//! like this. An inference needs several techniques, names its runner-up, and stays silent below [`LEAST`].

pub mod profiles;
pub mod wire;

use crate::genre::Genre;
use crate::markdown::escape;
use bartizan::{Analysis, EntityKind, Evidence, NodeRef, Provenance, RelationKind};
use bartizan_knowledge::Pack;
use profiles::{Likeness, Profiles};
use std::fmt::Write;

/// Likelihood below which no group is named as who may be behind it.
pub const LEAST: f64 = 0.5;
/// Highest likelihood told. The curve goes higher, but of the twelve held-out cases beyond 0.5 no more than half were right
/// (ACCURACY.md).
const MOST: f64 = 0.55;
/// Likelihood below which not even a resemblance is told.
const WORTH: f64 = 0.2;
/// Fewer techniques say nothing about who.
const FEWEST: usize = 6;
/// A report on more actors than this is a survey.
const CROWD: usize = 3;
/// Groups shown.
const SHOWN: usize = 3;
/// Techniques shown with a group.
const DECIDING: usize = 8;

/// What the report connects to.
#[derive(Clone, Debug, Default)]
pub struct Correlation {
    /// Actors that a sentence holds responsible.
    pub stated: Vec<Stated>,
    /// Groups that work like this.
    pub inferred: Inferred,
}

/// An actor that a sentence holds responsible.
#[derive(Clone, Debug)]
pub struct Stated {
    /// Index into the analysis' entities.
    pub actor: usize,
    /// How sure the reading of the sentence is, 0–1.
    pub confidence: f32,
    /// The sentences. Never empty.
    pub evidence: Vec<Evidence>,
}

/// What techniques and named software suggest.
#[derive(Clone, Debug, Default)]
pub struct Inferred {
    /// Whether the first of [`Inferred::groups`] is likely enough to be named as who may be behind it.
    pub named: bool,
    /// Why, or why not.
    pub reason: String,
    /// The likeliest groups, best first; the second is the runner-up. Empty where nothing can be said.
    pub groups: Vec<Group>,
}

/// A group that works like this.
#[derive(Clone, Debug)]
pub struct Group {
    /// Its id in the pack.
    pub id: String,
    /// Its name in the pack.
    pub name: String,
    /// Calibrated, 0–1: see [`profiles`].
    pub likelihood: f64,
    /// Indexes into the analysis' techniques that speak for it, heaviest first, with their weight (a logarithm).
    pub techniques: Vec<(usize, f64)>,
    /// Indexes into the analysis' entities: software of the report that the group uses.
    pub software: Vec<usize>,
}

/// Compares.
pub fn correlate(analysis: &Analysis, pack: &Pack, genre: Genre) -> Correlation {
    Correlation { stated: stated(analysis), inferred: inferred(analysis, pack, genre) }
}

fn stated(analysis: &Analysis) -> Vec<Stated> {
    let mut out: Vec<Stated> = Vec::new();
    let said = analysis.relations.iter().filter(|r| {
        r.kind == RelationKind::AttributedTo && r.provenance == Provenance::Stated && !r.evidence.is_empty()
    });
    for relation in said {
        let NodeRef::Entity(index) = relation.target else { continue };
        let index = index as usize;
        if analysis.entities.get(index).is_none_or(|e| e.kind != EntityKind::Actor) {
            continue;
        }
        let confidence = relation.confidence.get();
        match out.iter_mut().find(|s| s.actor == index) {
            None => out.push(Stated { actor: index, confidence, evidence: relation.evidence.clone() }),
            Some(known) => {
                known.confidence = known.confidence.max(confidence);
                known.evidence.extend(relation.evidence.iter().copied());
            }
        }
    }
    out
}

fn inferred(analysis: &Analysis, pack: &Pack, genre: Genre) -> Inferred {
    let silent = |reason: String| Inferred { named: false, reason, groups: Vec::new() };
    if matches!(genre, Genre::Policy | Genre::Other) {
        return silent("not a threat report".to_owned());
    }
    let actors = analysis.entities.iter().filter(|e| e.kind == EntityKind::Actor).count();
    if actors > CROWD {
        return silent(format!(
            "the report speaks of {actors} actors: whose techniques are whose is not told"
        ));
    }
    let techniques: Vec<(String, f64)> = analysis
        .techniques
        .iter()
        .filter(|t| t.id.starts_with('T'))
        .map(|t| (t.id.clone(), f64::from(t.confidence.get())))
        .collect();
    if techniques.len() < FEWEST {
        return silent(format!(
            "{} techniques are too few to tell groups apart; {FEWEST} are needed",
            techniques.len()
        ));
    }
    let software: Vec<String> = analysis.entities.iter().filter_map(software_id).collect();
    let ranked = Profiles::new(pack, &[]).rank(&techniques, &software);
    if ranked.first().is_none_or(|best| best.likelihood < WORTH) {
        return silent("these techniques fit too many groups to say anything".to_owned());
    }
    let groups: Vec<Group> = ranked.iter().take(SHOWN).map(|l| group(l, analysis, pack)).collect();
    let best = groups.first().map_or(0.0, |g| g.likelihood);
    let named = best >= LEAST;
    let reason = if named {
        "its known techniques fit clearly better than those of every other group".to_owned()
    } else {
        format!(
            "no group reaches a likelihood of {LEAST:.1}: the techniques fit several; the best has {best:.2}"
        )
    };
    Inferred { named, reason, groups }
}

fn software_id(entity: &bartizan::Entity) -> Option<String> {
    matches!(entity.kind, EntityKind::Malware | EntityKind::Tool)
        .then(|| entity.knowledge_id.clone())
        .flatten()
        .filter(|id| id.starts_with('S'))
}

fn group(likeness: &Likeness, analysis: &Analysis, pack: &Pack) -> Group {
    let place = |id: &String| analysis.techniques.iter().position(|t| t.id == *id);
    let speaking = likeness.shared.iter().filter(|(_, weight)| *weight > 0.0).take(DECIDING);
    let uses = |e: &bartizan::Entity| software_id(e).is_some_and(|id| likeness.software.contains(&id));
    Group {
        id: likeness.id.clone(),
        name: pack.object(&likeness.id).map_or_else(String::new, |o| o.name.to_owned()),
        likelihood: likeness.likelihood.min(MOST),
        techniques: speaking.filter_map(|(id, weight)| Some((place(id)?, *weight))).collect(),
        software: (0..analysis.entities.len()).filter(|i| uses(&analysis.entities[*i])).collect(),
    }
}

pub(crate) fn wire(correlation: &Correlation, analysis: &Analysis) -> wire::Wire {
    wire::wire(correlation, analysis)
}

pub(crate) fn markdown(out: &mut String, correlation: &Correlation, analysis: &Analysis) {
    let groups = &correlation.inferred.groups;
    if correlation.stated.is_empty() && groups.is_empty() {
        return;
    }
    out.push_str("## Who is behind it\n\n");
    for stated in &correlation.stated {
        let name = analysis.entities.get(stated.actor).map_or("", |e| e.name.as_str());
        let _ = writeln!(out, "- The report attributes it to **{}**.", escape(name));
    }
    if !groups.is_empty() {
        let _ = writeln!(
            out,
            "- By techniques, apart from what the report says: {}.",
            escape(&correlation.inferred.reason)
        );
        for group in groups {
            let _ = writeln!(
                out,
                "  - {} ({}), likelihood {:.2}",
                escape(&group.name),
                group.id,
                group.likelihood
            );
        }
    }
    out.push('\n');
}
