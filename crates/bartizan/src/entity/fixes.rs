//! What a text states of a fix for a vulnerability: evidence, or silence.
//!
//! A statement is a pattern of a closed set ([`super::mended`], [`super::unmended`]) in a sentence that names a vulnerability, or in the one
//! or two after it in the same paragraph. What is doubted or asked (`whether it was patched`) is no statement, and neither is what is said
//! of machines that somebody has not patched.

use std::collections::BTreeMap;

use super::prose::{Line, Prose, words};
use super::relations::{Class, Node};
use super::{mended, unmended};
use crate::{Confidence, Evidence, FixState, FixStatement, NodeRef};

/// A statement in a sentence, and the words that it is made in.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Said {
    pub state: FixState,
    /// In which version.
    pub version: Option<String>,
    pub from: usize,
    pub to: usize,
    pub confidence: f32,
    /// Whether it counts only where the sentence itself names the vulnerability.
    pub here: bool,
}

impl Said {
    pub fn new(state: FixState, (from, to): (usize, usize), confidence: f32) -> Self {
        Self { state, version: None, from, to, confidence, here: false }
    }
}

/// Mentions of vulnerabilities that stand together (`A, B and C`), with the words they take.
struct Run {
    from: usize,
    to: usize,
    about: Vec<u32>,
}

/// All statements, by vulnerability in text order, each once with all its places.
pub(super) fn find(prose: &Prose<'_>, nodes: &[Node]) -> Vec<FixStatement> {
    let mut out: BTreeMap<(u32, FixState, Option<String>), FixStatement> = BTreeMap::new();
    let mut named: Vec<&Node> = nodes.iter().filter(|n| n.class == Class::Vulnerability).collect();
    if named.is_empty() {
        return Vec::new();
    }
    named.sort_by_key(|n| (n.line, n.from));
    let mut next = 0;
    // Who was named last, where.
    let mut last: Option<(usize, Vec<u32>)> = None;
    for (l, line) in prose.lines.iter().enumerate() {
        let count = named.iter().skip(next).take_while(|n| n.line == l).count();
        let here = named.get(next..next + count).unwrap_or_default();
        next += count;
        let runs = runs(prose, here);
        if runs.is_empty() && last.is_none() {
            continue;
        }
        for said in statements(prose, line, here) {
            let before = last.as_ref().filter(|(at, _)| {
                !said.here
                    && l - at <= 2
                    && prose.lines.get(*at).is_some_and(|other| other.block == line.block)
            });
            let about = match nearest(&runs, &said) {
                Some(run) => &run.about,
                None => match before {
                    Some((_, about)) if refers(prose, line) => about,
                    _ => continue,
                },
            };
            let evidence = Evidence { span: prose.span(said.from, said.to), sentence: line.span };
            for entity in about {
                let key = (*entity, said.state, said.version.clone());
                let confidence = Confidence::new(said.confidence);
                let kept = out.entry(key).or_insert_with(|| FixStatement {
                    about: *entity,
                    state: said.state,
                    version: said.version.clone(),
                    confidence,
                    evidence: Vec::new(),
                });
                kept.evidence.push(evidence);
                if confidence.get() > kept.confidence.get() {
                    kept.confidence = confidence;
                }
            }
        }
        if let Some(run) = runs.last() {
            last = Some((l, run.about.clone()));
        }
    }
    out.into_values().collect()
}

fn runs(prose: &Prose<'_>, here: &[&Node]) -> Vec<Run> {
    let mut runs: Vec<Run> = Vec::new();
    for node in here {
        let NodeRef::Entity(entity) = node.node else { continue };
        let joined = |run: &&mut Run| {
            node.from >= run.to
                && node.from - run.to <= 2
                && (run.to..node.from).all(|i| prose.is(i, words!("and or as well")))
        };
        match runs.last_mut().filter(joined) {
            Some(run) => {
                run.to = node.to;
                run.about.push(entity);
            }
            None => runs.push(Run { from: node.from, to: node.to, about: vec![entity] }),
        }
    }
    runs
}

/// The run that a statement is about: the nearest, and of two as near the one before it.
fn nearest<'r>(runs: &'r [Run], said: &Said) -> Option<&'r Run> {
    let distance = |run: &&Run| match (run.to <= said.from, run.from >= said.to) {
        (true, _) => (said.from - run.to) * 2,
        (_, true) => (run.from - said.to) * 2 + 1,
        _ => 0,
    };
    runs.iter().min_by_key(distance)
}

/// Whether a sentence without a name goes on about the one before: it speaks of the flaw, or of a patch.
fn refers(prose: &Prose<'_>, line: &Line) -> bool {
    (line.from..line.to)
        .any(|i| prose.is(i, mended::FLAW) || prose.is(i, mended::REMEDY) || prose.is(i, words!("it this")))
}

/// Statements of a sentence; of those that share words, that there is no fix counts: `not yet released a patch`.
fn statements(prose: &Prose<'_>, line: &Line, named: &[&Node]) -> Vec<Said> {
    if !(line.from..line.to).any(|i| prose.is(i, TRIGGERS)) {
        return Vec::new();
    }
    let mut none = unmended::find(prose, line, named);
    let some = mended::find(prose, line, named);
    let apart = |one: &Said, other: &Said| one.to <= other.from || other.to <= one.from;
    let some: Vec<Said> = some.into_iter().filter(|one| none.iter().all(|other| apart(one, other))).collect();
    none.extend(some);
    none.retain(|said| !doubted(prose, line, said));
    none.sort_by_key(|said| (said.from, said.to));
    none
}

/// Without one of these a sentence says nothing of a fix.
const TRIGGERS: &super::prose::Words = words!(
    "patch patches patched patching unpatched fix fixes fixed fixing unfixed wontfix hotfix hotfixes update updates
     upgrade upgraded upgrading updating remediate remediated remediation resolve resolved resolves address addressed
     addresses correct corrected corrects zero 0day zeroday eol life support supported unsupported maintained"
);

/// Whether the sentence doubts or asks what is said.
fn doubted(prose: &Prose<'_>, line: &Line, said: &Said) -> bool {
    let list = words!(
        "whether unclear unknown if nobody unconfirmed might could possibly perhaps allegedly reportedly rumored
         rumoured"
    );
    // May is a month as well.
    let may = |i: usize| prose.is(i, words!("may")) && !prose.capital(i);
    (line.from..said.to).any(|i| prose.is(i, list) || may(i))
}
