//! Findings about CACAO 2.0 playbooks, whoever wrote them: what the published JSON schemas say and what they cannot say.
//!
//! Source: *CACAO Security Playbooks Version 2.0*, OASIS Committee Specification 01, 27 November 2023; the sections are named
//! with the codes.

mod graph;
mod shape;
mod steps;
mod variables;
mod vocabulary;

use serde_json::{Map, Value};

use super::words;

/// What is wrong, and where.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Finding {
    /// JSON pointer (RFC 6901) of the place.
    pub path: String,
    /// One of [`CODES`].
    pub code: &'static str,
    /// In words.
    pub message: String,
}

/// Every code with what it means.
pub const CODES: [(&str, &str); 24] = [
    ("json", "The file is not JSON."),
    ("type", "It is not a playbook of version 2.0 (section 3.1)."),
    ("required", "A property that must be there is not (sections 3.1, 4, 5, 6, 7, 9)."),
    ("property", "A property that the specification does not know (sections 3.1, 4)."),
    ("value", "A property has a value of the wrong form (section 10)."),
    (
        "identifier",
        "An identifier is not of the form `type--UUID`, or not of the type of its object (section 10.10).",
    ),
    ("identifier-reused", "The UUID of one object is used by another of a different type (section 10.10)."),
    ("time", "A time is not of the form of section 10.17, or modified lies before created."),
    ("start", "There is not exactly one start step, or workflow_start names another (section 4.3)."),
    ("end", "There is no end step, or an end step leads on (section 4.4)."),
    ("action", "There is no action step (section 3.1, workflow)."),
    ("step-type", "The type of a step is unknown, or not the one its key says (section 4.1)."),
    (
        "transition",
        "A step leads nowhere, or has on_completion beside on_success or on_failure (section 4.1).",
    ),
    ("missing-step", "A step is named that does not exist (section 4.1)."),
    (
        "missing-definition",
        "An agent, target, marking or key is named that does not exist (sections 4.5, 7, 9).",
    ),
    ("unreachable", "No way leads from the start to the step (section 4)."),
    ("cycle", "Steps lead back to themselves without a while-condition (section 4.9)."),
    ("orphan", "An agent, target or marking is defined and never used (sections 7, 9)."),
    ("variable", "A variable is used that is not declared, or declared in a wrong form (section 10.18)."),
    ("variable-unused", "A variable is declared and never used (section 10.18)."),
    (
        "vocabulary",
        "A word is not in the vocabulary that should be used (sections 3.1.1, 3.1.2, 5.2, 7.2, 7.12, 10.18).",
    ),
    ("activity", "An activity of the playbook is in no step (section 3.1, playbook_activities)."),
    ("reference", "An external reference of a part is not among those of the playbook (section 3.1)."),
    ("auto-run", "A command that takes something away would run without a person."),
];

/// Reads a file and checks it.
pub fn check_text(text: &str) -> Vec<Finding> {
    match serde_json::from_str(text) {
        Ok(value) => check(&value),
        Err(error) => vec![finding("json", "", format!("not JSON: {error}"))],
    }
}

/// Checks a playbook; findings in the order of their places.
pub fn check(value: &Value) -> Vec<Finding> {
    let mut out = Vec::new();
    let Some(playbook) = value.as_object() else {
        return vec![finding("type", "", "a playbook is an object")];
    };
    shape::check(playbook, &mut out);
    steps::check(playbook, &mut out);
    graph::check(playbook, &mut out);
    variables::check(playbook, &mut out);
    vocabulary::check(playbook, &mut out);
    out.sort();
    out.dedup();
    out
}

fn finding(code: &'static str, path: impl Into<String>, message: impl Into<String>) -> Finding {
    Finding { code, path: path.into(), message: words::clipped(&message.into(), 300) }
}

/// A member that is an object.
fn object<'v>(of: &'v Map<String, Value>, name: &str) -> Option<&'v Map<String, Value>> {
    of.get(name).and_then(Value::as_object)
}

/// Members of a dictionary that are objects, with key and pointer.
fn members<'v>(
    playbook: &'v Map<String, Value>,
    name: &'static str,
) -> impl Iterator<Item = (&'v str, String, &'v Map<String, Value>)> {
    let all = object(playbook, name).into_iter().flatten();
    all.filter_map(move |(key, value)| Some((key.as_str(), pointer(name, key), value.as_object()?)))
}

fn pointer(name: &str, key: &str) -> String {
    format!("/{name}/{}", key.replace('~', "~0").replace('/', "~1"))
}

/// The strings of an array.
fn strings<'v>(of: &'v Map<String, Value>, name: &str) -> impl Iterator<Item = &'v str> {
    of.get(name).and_then(Value::as_array).into_iter().flatten().filter_map(Value::as_str)
}

/// The part before `--` of an identifier of the right form.
fn type_of(id: &str) -> Option<&str> {
    let (kind, uuid) = id.split_once("--")?;
    let plain = kind.len() >= 3
        && kind.starts_with(|c: char| c.is_ascii_lowercase())
        && !kind.ends_with('-')
        && kind.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-');
    let groups: Vec<&str> = uuid.split('-').collect();
    let lengths: Vec<usize> = groups.iter().map(|g| g.len()).collect();
    let hex = groups.iter().all(|g| g.bytes().all(|b| b.is_ascii_hexdigit()));
    let version = groups.get(2).is_some_and(|g| g.starts_with(['1', '2', '3', '4', '5']));
    let variant = groups.get(3).is_some_and(|g| g.starts_with(['8', '9', 'a', 'b', 'A', 'B']));
    (plain && lengths == [8, 4, 4, 4, 12] && hex && version && variant).then_some(kind)
}
