//! D3FEND's inference: technique → digital artifact ← countermeasure, computed from the ontology.
//!
//! The rule, found by comparing with MITRE's published mapping of version 1.0.0 (every row of it is reproduced):
//!
//! 1. The artifacts of a technique are those of its own edges and of the edges of its parent and its
//!    sub-techniques, as the ontology's hierarchy has them.
//! 2. The artifacts of a countermeasure are those of its own edges only.
//! 3. They meet where the technique's artifact is the countermeasure's, or a subclass of it at any distance. Never the
//!    other way: what protects a part need not protect the whole.
//!
//! An edge is a property of the subject, asserted (`:T1 :modifies :File`) or as a restriction (`rdfs:subClassOf [
//! owl:onProperty :modifies ; owl:someValuesFrom :File ]`), whose object is a class under `DigitalArtifact`.

use crate::turtle::{self, Term};
use std::collections::{BTreeMap, BTreeSet};

/// One row: how a countermeasure reaches a technique.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Row<'t> {
    /// ATT&CK id.
    pub technique: &'t str,
    /// What the technique does to its artifact, e.g. `modifies`.
    pub off_relation: &'t str,
    /// Class of the technique's artifact, e.g. `OutboundInternetNetworkTraffic`.
    pub off_artifact: &'t str,
    /// Class of the countermeasure's artifact: the same or above it.
    pub def_artifact: &'t str,
    /// What the countermeasure does to its artifact, e.g. `analyzes`.
    pub def_relation: &'t str,
    /// D3FEND id.
    pub countermeasure: &'t str,
    /// From an edge of the technique itself; otherwise only of its parent or of a sub-technique.
    pub own: bool,
}

/// What the ontology says of a countermeasure.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Countermeasure<'t> {
    /// D3FEND id.
    pub id: &'t str,
    /// Its label.
    pub name: &'t str,
    /// Label of the tactic it serves: `Detect`, `Harden` …
    pub tactic: &'t str,
    /// Whether the ontology marks it as a draft.
    pub draft: bool,
}

/// What is inferred from one ontology.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Inference<'t> {
    /// Sorted, each once.
    pub rows: Vec<Row<'t>>,
    /// By id: the classes below `DefensiveTechnique` that serve a tactic.
    pub countermeasures: Vec<Countermeasure<'t>>,
    /// Labels of the artifact classes that the rows name, by class.
    pub artifacts: BTreeMap<&'t str, &'t str>,
}

const D3F: &str = "http://d3fend.mitre.org/ontologies/d3fend.owl#";

/// What is said of one subject.
#[derive(Default)]
struct Subject<'t> {
    label: &'t str,
    attack_id: &'t str,
    d3fend_id: &'t str,
    parents: Vec<&'t str>,
    blanks: Vec<u32>,
    edges: Vec<Edge<'t>>,
    draft: bool,
}

type Edge<'t> = (&'t str, &'t str);

/// Computes the mapping from the ontology in Turtle.
///
/// # Errors
/// If the text is no Turtle.
pub fn infer(ontology: &str) -> Result<Inference<'_>, crate::Error> {
    let triples = turtle::read(ontology).map_err(crate::Error::new)?;
    let subjects = subjects(&triples);
    let artifacts = below(&subjects, "DigitalArtifact");
    let defensive = below(&subjects, "DefensiveTechnique");

    // Artifact → (relation, id) of the countermeasures that have it.
    let mut guards: BTreeMap<&str, Vec<Edge<'_>>> = BTreeMap::new();
    let mut countermeasures: BTreeMap<&str, Countermeasure<'_>> = BTreeMap::new();
    for (class, subject) in subjects.iter().filter(|(_, s)| s.d3fend_id.starts_with("D3-")) {
        let tactic = tactic(&subjects, class);
        // A model of statistics has such an id by mistake (1.2.0: D3-ARMA): it is no technique and serves no tactic.
        if tactic.is_empty() || !defensive.contains(class) {
            continue;
        }
        for (relation, artifact) in edges(subject, &artifacts) {
            guards.entry(artifact).or_default().push((relation, subject.d3fend_id));
        }
        let Subject { d3fend_id: id, label: name, draft, .. } = *subject;
        countermeasures.insert(id, Countermeasure { id, name, tactic, draft });
    }

    let techniques: BTreeMap<&str, BTreeSet<Edge<'_>>> = subjects
        .values()
        .filter(|s| s.attack_id.starts_with('T'))
        .map(|s| (s.attack_id, edges(s, &artifacts)))
        .collect();
    let mut rows: BTreeMap<Row<'_>, bool> = BTreeMap::new();
    for (technique, family) in families(&subjects) {
        for relative in family {
            let edges = techniques.get(relative).into_iter().flatten();
            for &(off_relation, off_artifact) in edges {
                for def_artifact in above(&subjects, off_artifact) {
                    for &(def_relation, countermeasure) in guards.get(def_artifact).into_iter().flatten() {
                        let own = false;
                        let row = Row {
                            technique,
                            off_relation,
                            off_artifact,
                            def_artifact,
                            def_relation,
                            countermeasure,
                            own,
                        };
                        *rows.entry(row).or_default() |= technique == relative;
                    }
                }
            }
        }
    }
    let rows: Vec<Row<'_>> = rows.into_iter().map(|(row, own)| Row { own, ..row }).collect();
    let named: BTreeSet<&str> = rows.iter().flat_map(|r| [r.off_artifact, r.def_artifact]).collect();
    let label = |class: &str| subjects.get(class).map_or("", |s| s.label);
    let artifacts = named.into_iter().map(|class| (class, label(class))).collect();
    Ok(Inference { rows, countermeasures: countermeasures.into_values().collect(), artifacts })
}

/// Each technique with its parents and children.
///
/// By the ontology's own hierarchy, not by the ids: it has sub-techniques in other places than ATT&CK (T1499.002 of
/// 1.0.0 stands under T1498), and the published mapping follows it.
fn families<'t>(subjects: &BTreeMap<&'t str, Subject<'t>>) -> BTreeMap<&'t str, BTreeSet<&'t str>> {
    let mut families: BTreeMap<&str, BTreeSet<&str>> = BTreeMap::new();
    for subject in subjects.values().filter(|s| s.attack_id.starts_with('T')) {
        let id = subject.attack_id;
        families.entry(id).or_default().insert(id);
        for parent in subject.parents.iter().filter_map(|p| subjects.get(p)) {
            if parent.attack_id.starts_with('T') {
                families.entry(id).or_default().insert(parent.attack_id);
                families.entry(parent.attack_id).or_default().insert(id);
            }
        }
    }
    families
}

/// Edges of `subject` to artifacts.
fn edges<'t>(subject: &Subject<'t>, artifacts: &BTreeSet<&str>) -> BTreeSet<Edge<'t>> {
    subject.edges.iter().filter(|(_, to)| artifacts.contains(to)).copied().collect()
}

fn subjects<'t>(triples: &[turtle::Triple<'t>]) -> BTreeMap<&'t str, Subject<'t>> {
    let mut subjects: BTreeMap<&str, Subject<'t>> = BTreeMap::new();
    // Restrictions: property and class, by blank node.
    let mut restrictions: BTreeMap<u32, (&str, &str)> = BTreeMap::new();
    for (subject, predicate, object) in triples {
        let Term::Name(space, relation) = *predicate else { continue };
        match (*subject, *object) {
            (Term::Blank(node), Term::Name(D3F, name)) => match relation {
                "onProperty" => restrictions.entry(node).or_default().0 = name,
                "someValuesFrom" => restrictions.entry(node).or_default().1 = name,
                _ => {}
            },
            (Term::Name(D3F, class), object) => {
                let entry = subjects.entry(class).or_default();
                match (relation, object) {
                    ("label", Term::Literal(text)) if entry.label.is_empty() => entry.label = text,
                    ("attack-id", Term::Literal(id)) => entry.attack_id = id,
                    ("d3fend-id", Term::Literal(id)) => entry.d3fend_id = id,
                    ("draft", Term::Literal(value)) => entry.draft = value == "true",
                    ("subClassOf", Term::Name(D3F, parent)) => entry.parents.push(parent),
                    ("subClassOf", Term::Blank(node)) => entry.blanks.push(node),
                    (relation, Term::Name(D3F, to)) if space == D3F => entry.edges.push((relation, to)),
                    _ => {}
                }
            }
            _ => {}
        }
    }
    for subject in subjects.values_mut() {
        let edges = subject.blanks.iter().filter_map(|node| restrictions.get(node));
        subject.edges.extend(edges.filter(|(relation, to)| !relation.is_empty() && !to.is_empty()));
    }
    subjects
}

/// `class` and everything it is a subclass of.
fn above<'t>(subjects: &BTreeMap<&'t str, Subject<'t>>, class: &'t str) -> BTreeSet<&'t str> {
    let mut found = BTreeSet::from([class]);
    let mut open = vec![class];
    while let Some(class) = open.pop() {
        for parent in subjects.get(class).into_iter().flat_map(|s| &s.parents) {
            if found.insert(parent) {
                open.push(parent);
            }
        }
    }
    found
}

/// `class` and everything that is a subclass of it.
fn below<'t>(subjects: &BTreeMap<&'t str, Subject<'t>>, class: &'t str) -> BTreeSet<&'t str> {
    let mut children: BTreeMap<&str, Vec<&'t str>> = BTreeMap::new();
    for (&name, subject) in subjects {
        for parent in &subject.parents {
            children.entry(parent).or_default().push(name);
        }
    }
    let mut found = BTreeSet::from([class]);
    let mut open = vec![class];
    while let Some(class) = open.pop() {
        for child in children.get(class).into_iter().flatten() {
            if found.insert(child) {
                open.push(child);
            }
        }
    }
    found
}

/// What the countermeasure or the nearest class above it `enables`.
fn tactic<'t>(subjects: &BTreeMap<&'t str, Subject<'t>>, class: &'t str) -> &'t str {
    let mut level = vec![class];
    let mut seen = BTreeSet::new();
    while !level.is_empty() {
        let mut next = Vec::new();
        for class in level {
            let Some(subject) = subjects.get(class).filter(|_| seen.insert(class)) else { continue };
            // The top class enables "a tactic", which says nothing.
            let enabled = subject.edges.iter().find(|(r, to)| *r == "enables" && *to != "DefensiveTactic");
            if let Some((_, tactic)) = enabled {
                return subjects
                    .get(tactic)
                    .map_or(tactic, |t| if t.label.is_empty() { tactic } else { t.label });
            }
            next.extend(subject.parents.iter().copied());
        }
        level = next;
    }
    ""
}
