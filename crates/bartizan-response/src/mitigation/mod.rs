//! What answers the techniques of a report: ATT&CK and ATLAS mitigations, D3FEND countermeasures with the path that leads to
//! them, controls of frameworks. Everything is the publishers'; only the effort is ours (`data/effort.tsv`).

pub mod wire;

use crate::genre::Genre;
use bartizan::Analysis;
use bartizan_knowledge::{ObjectKind, Pack};
use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write;

const EFFORT: &str = include_str!("../../data/effort.tsv");
/// Measures of one kind that are listed.
const MOST: usize = 40;
/// Weight of a countermeasure that only reaches a technique through its parent or a sub-technique.
const INHERITED: f64 = 0.3;

/// What answers the techniques.
#[derive(Clone, Debug, Default)]
pub struct Mitigations {
    /// Mitigations before countermeasures; of each, best first: by what they answer for their effort.
    pub measures: Vec<Measure>,
    /// Indexes of techniques for which neither ATT&CK, ATLAS nor D3FEND publishes anything.
    pub unanswered: Vec<usize>,
    /// Controls by framework, each with the techniques it answers; most first.
    pub controls: Vec<Controls>,
}

/// A measure.
#[derive(Clone, Debug)]
pub struct Measure {
    /// `M1042`, `AML.M0004` or `D3-NTF`.
    pub id: String,
    /// Its name in the pack.
    pub name: String,
    /// Techniques it answers.
    pub answers: Vec<Answer>,
    /// Sum of the confidences of the techniques it answers; inherited ones count less.
    pub coverage: f64,
    /// 1 a setting, 2 a project of weeks, 3 a change of architecture.
    pub effort: u8,
}

/// That a measure answers a technique.
#[derive(Clone, Debug)]
pub struct Answer {
    /// Index into the analysis' techniques.
    pub technique: usize,
    /// Only through its parent or a sub-technique.
    pub inherited: bool,
    /// How D3FEND reaches it, in words; empty for mitigations, which name the technique themselves.
    pub path: String,
}

/// Controls of one framework.
#[derive(Clone, Debug)]
pub struct Controls {
    /// `nist_800_53`.
    pub framework: String,
    /// Its version.
    pub version: String,
    /// Id, name, and indexes of the techniques it answers.
    pub controls: Vec<(String, String, Vec<usize>)>,
}

/// Finds what answers.
pub fn find(analysis: &Analysis, pack: &Pack, genre: Genre) -> Mitigations {
    if matches!(genre, Genre::Policy | Genre::Other) {
        return Mitigations::default();
    }
    let mut answers: BTreeMap<&str, Vec<Answer>> = BTreeMap::new();
    for (technique, mapping) in analysis.techniques.iter().enumerate() {
        for link in pack.links_to(&mapping.id).filter(|l| l.kind == "mitigates") {
            if pack.object(link.source).is_some_and(|o| o.kind == ObjectKind::Mitigation) {
                let answer = Answer { technique, inherited: false, path: String::new() };
                answers.entry(link.source).or_default().push(answer);
            }
        }
        // One path for each countermeasure, the technique's own before an inherited one: they are sorted so.
        let mut seen = BTreeSet::new();
        for path in pack.paths_to(&mapping.id) {
            if seen.insert(path.countermeasure) {
                let words = path_words(path, pack);
                let answer = Answer { technique, inherited: path.inherited, path: words };
                answers.entry(path.countermeasure).or_default().push(answer);
            }
        }
    }
    let answered: BTreeSet<usize> = answers.values().flatten().map(|a| a.technique).collect();
    let unanswered = (0..analysis.techniques.len()).filter(|i| !answered.contains(i)).collect();
    let mut measures: Vec<Measure> =
        answers.into_iter().filter_map(|(id, answers)| measure(id, answers, analysis, pack)).collect();
    let worth = |m: &Measure| m.coverage / f64::from(m.effort);
    // What names the technique itself before what D3FEND infers through artifacts.
    let inferred = |m: &Measure| m.id.starts_with("D3-");
    measures.sort_by(|a, b| {
        let by_worth = worth(b).total_cmp(&worth(a)).then_with(|| a.id.cmp(&b.id));
        inferred(a).cmp(&inferred(b)).then(by_worth)
    });
    let mut kept = [0; 2];
    measures.retain(|m| {
        let count = &mut kept[usize::from(m.id.starts_with("D3-"))];
        *count += 1;
        *count <= MOST
    });
    Mitigations { measures, unanswered, controls: controls(analysis, pack) }
}

fn measure(id: &str, answers: Vec<Answer>, analysis: &Analysis, pack: &Pack) -> Option<Measure> {
    let object = pack.object(id)?;
    // "No mitigation" is MITRE's way to say that there is none.
    if object.name.starts_with("Do Not Mitigate") {
        return None;
    }
    let sure = |a: &Answer| {
        let confidence = analysis.techniques.get(a.technique).map_or(0.0, |t| t.confidence.get());
        f64::from(confidence) * if a.inherited { INHERITED } else { 1.0 }
    };
    let coverage = answers.iter().map(sure).sum();
    Some(Measure {
        id: id.to_owned(),
        name: object.name.to_owned(),
        effort: effort(object.name),
        answers,
        coverage,
    })
}

/// How D3FEND leads from a technique to a countermeasure, in words.
pub fn path_words(path: &bartizan_knowledge::Path<'_>, pack: &Pack) -> String {
    let name = |class: &str| pack.artifact(class).map_or_else(|| class.to_owned(), str::to_owned);
    let words = |relation: &str| relation.replace('-', " ");
    match path.artifact == path.guarded {
        true => format!("{} {}, which this {}", words(path.does), name(path.artifact), words(path.answers)),
        false => format!(
            "{} {}, a {}, which this {}",
            words(path.does),
            name(path.artifact),
            name(path.guarded),
            words(path.answers)
        ),
    }
}

fn effort(name: &str) -> u8 {
    let name = name.to_lowercase();
    let rows = EFFORT.lines().filter(|l| !l.starts_with('#')).filter_map(|l| l.split_once('\t'));
    rows.filter(|(_, words)| words.split("; ").any(|w| name.contains(w)))
        .find_map(|(effort, _)| effort.parse().ok())
        .unwrap_or(2)
}

fn controls(analysis: &Analysis, pack: &Pack) -> Vec<Controls> {
    let mut found: BTreeMap<u32, Vec<usize>> = BTreeMap::new();
    for (technique, mapping) in analysis.techniques.iter().enumerate() {
        for link in pack.controls_of(&mapping.id) {
            let of = found.entry(link.control).or_default();
            if of.last() != Some(&technique) {
                of.push(technique);
            }
        }
    }
    let mut by_framework: BTreeMap<u8, Vec<(String, String, Vec<usize>)>> = BTreeMap::new();
    for (control, techniques) in found {
        let Some(control) = pack.controls().get(control as usize) else { continue };
        let row = (control.id.to_owned(), control.name.to_owned(), techniques);
        by_framework.entry(control.framework).or_default().push(row);
    }
    let mut out = Vec::new();
    for (framework, mut controls) in by_framework {
        let Some(framework) = pack.frameworks().get(usize::from(framework)) else { continue };
        controls.sort_by(|a, b| b.2.len().cmp(&a.2.len()).then_with(|| a.0.cmp(&b.0)));
        controls.truncate(MOST);
        out.push(Controls {
            framework: framework.id.to_owned(),
            version: framework.version.to_owned(),
            controls,
        });
    }
    out
}

pub(crate) fn wire(mitigations: &Mitigations, _: &Analysis) -> wire::Wire {
    wire::wire(mitigations)
}

pub(crate) fn markdown(out: &mut String, mitigations: &Mitigations, analysis: &Analysis) {
    if mitigations.measures.is_empty() && mitigations.unanswered.is_empty() {
        return;
    }
    out.push_str("## What answers the techniques\n\n");
    let id = |i: &usize| analysis.techniques.get(*i).map_or("", |t| t.id.as_str());
    for measure in mitigations.measures.iter().take(10) {
        let ids: Vec<&str> = measure.answers.iter().map(|a| id(&a.technique)).collect();
        let _ = writeln!(out, "- **{} {}** answers {}", measure.id, measure.name, ids.join(", "));
    }
    if !mitigations.unanswered.is_empty() {
        let ids: Vec<&str> = mitigations.unanswered.iter().map(id).collect();
        let _ = writeln!(out, "- Nothing is published for {}", ids.join(", "));
    }
    out.push('\n');
}
