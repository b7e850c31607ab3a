//! The library of steps (`data/steps.txt`) and the names of RE&CT (`data/react.tsv`).
//!
//! A record is a line `[id]` and lines `key: value`:
//! `title`, `phase` ([`Phase`]), `case` (`affected`: only once something was found), `csf` (subcategories of NIST CSF 2.0),
//! `react`, `d3fend` (ids), `owner` (a role), `when` ([`Urgency`]), `if` (a condition, several are alternatives), `values` (which
//! values of the report it acts on), `list` (`yes`: they are block lists), `rules` (`all`, `technique`, `sources`), `do` (what is
//! done), `label` (what the values are), `without` (what is done where the report names none), `in`, `out` (separated by `;`),
//! `done` (when it is done), `destructive` (`yes`: it changes or takes away), `after` (steps that come before).

use std::collections::BTreeMap;
use std::sync::LazyLock;

use super::{Phase, Rules, Urgency};

/// A step before a report is known.
#[derive(Clone, Debug)]
pub(crate) struct Template {
    pub id: &'static str,
    pub title: &'static str,
    pub phase: Phase,
    pub affected: bool,
    pub csf: Vec<&'static str>,
    pub react: Vec<&'static str>,
    pub d3fend: Vec<&'static str>,
    pub owner: &'static str,
    pub urgency: Urgency,
    /// Alternatives of terms that must hold together.
    pub conditions: Vec<Vec<Term>>,
    pub values: Vec<&'static str>,
    pub list: bool,
    pub rules: Rules,
    pub action: &'static str,
    pub label: &'static str,
    pub without: &'static str,
    pub inputs: Vec<&'static str>,
    pub outputs: Vec<&'static str>,
    pub done: &'static str,
    pub destructive: bool,
    pub after: Vec<&'static str>,
}

/// A part of a condition.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Term {
    /// One of the techniques, or a sub-technique of one.
    Technique(Vec<&'static str>),
    /// A technique of one of the tactics.
    Tactic(Vec<&'static str>),
    /// A technique of the domain.
    Domain(&'static str),
    /// A value of one of the kinds.
    Value(Vec<&'static str>),
    /// The text is of the kind.
    Genre(&'static str),
    /// Rules were made.
    Rules,
    /// At least so many techniques.
    Techniques(usize),
}

impl Term {
    fn parse(text: &'static str) -> Option<Self> {
        let (word, rest) = text.trim().split_once(' ').unwrap_or((text.trim(), ""));
        let words = || rest.split_whitespace().collect::<Vec<_>>();
        Some(match word {
            "technique" => Self::Technique(words()),
            "tactic" => Self::Tactic(words()),
            "domain" => Self::Domain(rest.trim()),
            "value" => Self::Value(words()),
            "genre" => Self::Genre(rest.trim()),
            "rules" => Self::Rules,
            "techniques" => Self::Techniques(rest.trim().parse().ok()?),
            _ => return None,
        })
    }
}

/// All steps, in the order of the file.
pub(crate) fn templates() -> &'static [Template] {
    static ALL: LazyLock<Vec<Template>> =
        LazyLock::new(|| read(include_str!("../../data/steps.txt")).into_iter().flatten().collect());
    &ALL
}

/// Reads records; one that is not understood is the line it begins with. A test holds that there is none.
fn read(text: &'static str) -> Vec<Result<Template, &'static str>> {
    let mut records: Vec<(&'static str, Vec<(&'static str, &'static str)>)> = Vec::new();
    for line in text.lines().map(str::trim).filter(|line| !line.is_empty() && !line.starts_with('#')) {
        if let Some(id) = line.strip_prefix('[').and_then(|rest| rest.strip_suffix(']')) {
            records.push((id, Vec::new()));
        } else if let (Some((_, keys)), Some((key, value))) = (records.last_mut(), line.split_once(':')) {
            keys.push((key.trim(), value.trim()));
        }
    }
    records.into_iter().map(|(id, keys)| template(id, &keys).ok_or(id)).collect()
}

fn template(id: &'static str, keys: &[(&'static str, &'static str)]) -> Option<Template> {
    const KEYS: [&str; 21] = [
        "title",
        "phase",
        "case",
        "csf",
        "react",
        "d3fend",
        "owner",
        "when",
        "if",
        "values",
        "list",
        "rules",
        "do",
        "label",
        "without",
        "in",
        "out",
        "done",
        "destructive",
        "after",
        "",
    ];
    if keys.iter().any(|(key, _)| !KEYS.contains(key)) {
        return None;
    }
    let get = |name: &str| keys.iter().find(|(key, _)| *key == name).map(|(_, value)| *value);
    let words = |name: &str| get(name).unwrap_or_default().split_whitespace().collect::<Vec<_>>();
    let parts = |name: &str| -> Vec<&'static str> {
        get(name).unwrap_or_default().split(';').map(str::trim).filter(|part| !part.is_empty()).collect()
    };
    let conditions = keys.iter().filter(|(key, _)| *key == "if");
    let conditions: Option<Vec<Vec<Term>>> =
        conditions.map(|(_, value)| value.split('&').map(Term::parse).collect()).collect();
    Some(Template {
        id,
        title: get("title")?,
        phase: Phase::parse(get("phase")?)?,
        affected: get("case") == Some("affected"),
        csf: words("csf"),
        react: words("react"),
        d3fend: words("d3fend"),
        owner: get("owner")?,
        urgency: Urgency::parse(get("when")?)?,
        conditions: conditions?,
        values: words("values"),
        list: get("list") == Some("yes"),
        rules: Rules::parse(get("rules").unwrap_or_default())?,
        action: get("do")?,
        label: get("label").unwrap_or_default(),
        without: get("without").unwrap_or_default(),
        inputs: parts("in"),
        outputs: parts("out"),
        done: get("done")?,
        destructive: get("destructive") == Some("yes"),
        after: words("after"),
    })
}

/// Name and stage (`RS0003`) of a response action of RE&CT.
pub(crate) fn react(id: &str) -> Option<(&'static str, &'static str)> {
    static ALL: LazyLock<BTreeMap<&'static str, (&'static str, &'static str)>> = LazyLock::new(|| {
        let lines = include_str!("../../data/react.tsv").lines().filter(|line| !line.starts_with('#'));
        let fields = lines.map(|line| line.split('\t').collect::<Vec<_>>());
        fields.filter_map(|f| Some((*f.first()?, (*f.get(1)?, *f.get(2)?)))).collect()
    });
    ALL.get(id).copied()
}

#[cfg(test)]
mod tests {
    use super::super::facts;
    use super::*;
    use bartizan_knowledge::Pack;
    use std::collections::BTreeSet;

    #[test]
    fn every_record_is_understood_and_complete() {
        for record in read(include_str!("../../data/steps.txt")) {
            let t = record.unwrap_or_else(|id| panic!("{id} is not understood"));
            assert!(!t.conditions.is_empty() && !t.csf.is_empty(), "{}", t.id);
            assert!(!t.inputs.is_empty() && !t.outputs.is_empty(), "{}", t.id);
            assert!(t.values.is_empty() || !t.label.is_empty(), "{}: label", t.id);
            assert!(t.id.starts_with(t.phase.prefix()), "{} is of {:?}", t.id, t.phase);
        }
        assert!(templates().len() >= 60);
    }

    #[test]
    fn ids_are_those_of_the_sources() {
        let pack = Pack::built_in();
        let mut seen = BTreeSet::new();
        for t in templates() {
            assert!(seen.insert(t.id), "{} stands twice", t.id);
            for id in &t.react {
                assert!(react(id).is_some(), "{}: {id}", t.id);
            }
            for id in &t.d3fend {
                assert!(pack.object(id).is_some(), "{}: {id} is not in the pack", t.id);
            }
            for term in t.conditions.iter().flatten() {
                match term {
                    Term::Technique(ids) => {
                        ids.iter().for_each(|id| {
                            assert!(
                                pack.technique(id.trim_start_matches('=')).is_some()
                                    || pack.fates().iter().any(|f| f.id == *id),
                                "{}: {id}",
                                t.id
                            )
                        });
                    }
                    Term::Value(kinds) => {
                        kinds.iter().for_each(|k| assert!(facts::is_kind(k), "{}: {k}", t.id));
                    }
                    _ => {}
                }
            }
            t.values.iter().for_each(|k| assert!(facts::is_kind(k), "{}: {k}", t.id));
        }
    }

    #[test]
    fn a_step_comes_after_steps_of_its_own_or_an_earlier_phase() {
        for t in templates() {
            for id in &t.after {
                let other = templates().iter().find(|o| o.id == *id).unwrap_or_else(|| panic!("{id}"));
                assert!(other.phase <= t.phase, "{} after {id}", t.id);
                assert!(t.affected || !other.affected, "{} is for all, {id} is not", t.id);
            }
        }
    }
}
