//! What answers a technique beyond ATT&CK's own mitigations: D3FEND's paths and the controls of frameworks. Rows over
//! tables of strings, since the same ids come again in thousands of rows.

use crate::Error;
use crate::facts::decode;
use crate::types::*;
use serde::{Deserialize, Serialize};

/// Largest of the two sections, in bytes; real ones have a tenth of one MiB. A row of seven bytes becomes one of a hundred, so
/// that the limit of the whole file would not bound the memory well.
const MOST_BYTES: usize = 4 << 20;

/// Decodes a section within [`MOST_BYTES`].
fn bounded<'a, T: Deserialize<'a> + Default>(bytes: &'a [u8], what: &str) -> Result<T, Error> {
    match bytes.len() <= MOST_BYTES {
        true => decode(bytes, what),
        false => Err(Error::new(format!("section {what}: {} bytes; the most is {MOST_BYTES}", bytes.len()))),
    }
}

/// Section `PATH`.
#[derive(Debug, Default, Serialize, Deserialize)]
pub(crate) struct PathTable<'a> {
    #[serde(borrow)]
    artifacts: Vec<Label<'a>>,
    #[serde(borrow)]
    tactics: Vec<Label<'a>>,
    /// Every string of the rows, sorted.
    #[serde(borrow)]
    words: Vec<&'a str>,
    /// The fields of [`Path`], in its order.
    rows: Vec<(u32, bool, u32, u32, u32, u32, u32)>,
}

impl<'a> PathTable<'a> {
    pub(crate) fn new(artifacts: Vec<Label<'a>>, tactics: Vec<Label<'a>>, paths: &[Path<'a>]) -> Self {
        let mut paths = paths.to_vec();
        paths.sort_unstable();
        paths.dedup();
        let mut words: Vec<&str> = paths
            .iter()
            .flat_map(|p| [p.technique, p.countermeasure, p.does, p.artifact, p.answers, p.guarded])
            .collect();
        words.sort_unstable();
        words.dedup();
        let at = |word: &str| words.binary_search(&word).unwrap_or_default() as u32;
        let rows = paths.iter().map(|p| {
            let Path { technique, inherited, countermeasure, does, artifact, answers, guarded } = *p;
            (at(technique), inherited, at(countermeasure), at(does), at(artifact), at(answers), at(guarded))
        });
        let rows = rows.collect();
        Self { artifacts, tactics, words, rows }
    }
}

/// What the section decodes to.
#[derive(Debug, Default)]
pub(crate) struct Paths<'a> {
    pub(crate) artifacts: Vec<Label<'a>>,
    pub(crate) tactics: Vec<Label<'a>>,
    pub(crate) rows: Vec<Path<'a>>,
}

pub(crate) fn decode_paths<'a>(bytes: &'a [u8]) -> Result<Paths<'a>, Error> {
    let PathTable { artifacts, tactics, words, rows } = bounded(bytes, "D3FEND paths")?;
    let word = |i: u32| words.get(i as usize).copied();
    let rows: Option<Vec<Path<'a>>> = rows
        .into_iter()
        .map(|(technique, inherited, countermeasure, does, artifact, answers, guarded)| {
            Some(Path {
                technique: word(technique)?,
                inherited,
                countermeasure: word(countermeasure)?,
                does: word(does)?,
                artifact: word(artifact)?,
                answers: word(answers)?,
                guarded: word(guarded)?,
            })
        })
        .collect();
    let rows = rows.ok_or_else(|| Error::new("section D3FEND paths: an index is out of range".into()))?;
    let sorted = rows.is_sorted_by(|a, b| a < b)
        && [&artifacts, &tactics].iter().all(|l| l.is_sorted_by(|a, b| a.id < b.id));
    if !sorted {
        return Err(Error::new("section D3FEND paths: not sorted".into()));
    }
    Ok(Paths { artifacts, tactics, rows })
}

/// Section `CTRL`.
#[derive(Debug, Default, Serialize, Deserialize)]
pub(crate) struct ControlTable<'a> {
    #[serde(borrow)]
    frameworks: Vec<Framework<'a>>,
    #[serde(borrow)]
    controls: Vec<Control<'a>>,
    #[serde(borrow)]
    techniques: Vec<&'a str>,
    #[serde(borrow)]
    kinds: Vec<&'a str>,
    /// Technique, control, kind.
    rows: Vec<(u32, u32, u8)>,
}

impl<'a> ControlTable<'a> {
    /// The positions of frameworks and controls stay as they are: rows and controls name them.
    pub(crate) fn new(
        frameworks: Vec<Framework<'a>>,
        controls: Vec<Control<'a>>,
        links: &[ControlLink<'a>],
    ) -> Self {
        let mut links = links.to_vec();
        links.sort_unstable();
        links.dedup();
        let collect = |word: fn(&ControlLink<'a>) -> &'a str| {
            let mut words: Vec<&str> = links.iter().map(word).collect();
            words.sort_unstable();
            words.dedup();
            words
        };
        let (techniques, kinds) = (collect(|l| l.technique), collect(|l| l.kind));
        let at = |list: &[&str], word: &str| list.binary_search(&word).unwrap_or_default();
        let rows =
            links.iter().map(|l| (at(&techniques, l.technique) as u32, l.control, at(&kinds, l.kind) as u8));
        let rows = rows.collect();
        Self { frameworks, controls, techniques, kinds, rows }
    }
}

/// What the section decodes to.
#[derive(Debug, Default)]
pub(crate) struct Controls<'a> {
    pub(crate) frameworks: Vec<Framework<'a>>,
    pub(crate) controls: Vec<Control<'a>>,
    pub(crate) rows: Vec<ControlLink<'a>>,
}

pub(crate) fn decode_controls<'a>(bytes: &'a [u8]) -> Result<Controls<'a>, Error> {
    let ControlTable { frameworks, controls, techniques, kinds, rows } = bounded(bytes, "controls")?;
    let rows: Option<Vec<ControlLink<'a>>> = rows
        .into_iter()
        .map(|(technique, control, kind)| {
            controls.get(control as usize)?;
            Some(ControlLink {
                technique: techniques.get(technique as usize)?,
                control,
                kind: kinds.get(usize::from(kind))?,
            })
        })
        .collect();
    let whole = controls.iter().all(|c| usize::from(c.framework) < frameworks.len());
    let rows = rows.filter(|_| whole);
    let rows = rows.ok_or_else(|| Error::new("section controls: an index is out of range".into()))?;
    if !rows.is_sorted_by(|a, b| a < b) {
        return Err(Error::new("section controls: not sorted".into()));
    }
    Ok(Controls { frameworks, controls, rows })
}

impl crate::Pack {
    fn path_section(&self) -> &Paths<'static> {
        self.paths.get_or_init(|| decode_paths(self.sections.get(crate::facts::PATHS)).unwrap_or_default())
    }

    fn control_section(&self) -> &Controls<'static> {
        self.controls
            .get_or_init(|| decode_controls(self.sections.get(crate::facts::CONTROLS)).unwrap_or_default())
    }

    /// All D3FEND paths: by technique, then those of the technique's own artifacts first.
    pub fn paths(&self) -> &[Path<'static>] {
        &self.path_section().rows
    }

    /// D3FEND paths to a technique, those of its own artifacts first.
    pub fn paths_to(&self, technique: &str) -> &[Path<'static>] {
        let all = self.paths();
        let start = all.partition_point(|p| p.technique < technique);
        let end = all.partition_point(|p| p.technique <= technique);
        all.get(start..end).unwrap_or_default()
    }

    /// All artifact classes that paths name, with labels.
    pub fn artifacts(&self) -> &[Label<'static>] {
        &self.path_section().artifacts
    }

    /// Label of an artifact class: `AuthenticationService` → `Authentication Service`.
    pub fn artifact(&self, class: &str) -> Option<&'static str> {
        find(self.artifacts(), class)
    }

    /// Tactics of all countermeasures, by id.
    pub fn countermeasure_tactics(&self) -> &[Label<'static>] {
        &self.path_section().tactics
    }

    /// Tactic of a D3FEND countermeasure: `Detect`, `Harden`, `Isolate` …
    pub fn countermeasure_tactic(&self, id: &str) -> Option<&'static str> {
        find(self.countermeasure_tactics(), id)
    }

    /// Frameworks whose controls the pack knows.
    pub fn frameworks(&self) -> &[Framework<'static>] {
        &self.control_section().frameworks
    }

    /// All controls, by framework.
    pub fn controls(&self) -> &[Control<'static>] {
        &self.control_section().controls
    }

    /// What controls answer, by technique.
    pub fn control_links(&self) -> &[ControlLink<'static>] {
        &self.control_section().rows
    }

    /// What controls answer a technique.
    pub fn controls_of(&self, technique: &str) -> &[ControlLink<'static>] {
        let all = self.control_links();
        let start = all.partition_point(|l| l.technique < technique);
        let end = all.partition_point(|l| l.technique <= technique);
        all.get(start..end).unwrap_or_default()
    }
}

fn find(list: &[Label<'static>], id: &str) -> Option<&'static str> {
    list.binary_search_by(|l| l.id.cmp(id)).ok().and_then(|i| list.get(i)).map(|l| l.name)
}
