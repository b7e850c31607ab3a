//! IBM QRadar: custom properties and log source types.

mod members;
mod reference;
mod source;
mod values;
mod wide;

use super::super::Builtin;
use crate::{
    error::Failure,
    pipeline::{Fields, Reach, Work, lookup},
};

pub(crate) const PIPELINES: &[Builtin] = &[
    Builtin {
        name: "qradar-aql-fields",
        about: "IBM QRadar: custom properties; a field without one is refused",
        apply: fields,
    },
    Builtin {
        name: "qradar-aql-payload",
        about: "IBM QRadar: custom properties; a field without one is looked for in the payload, with a note",
        apply: payload,
    },
];

/// Names of fields that are expressions of AQL.
pub(crate) fn expressions() -> impl Iterator<Item = &'static str> {
    [EVENT_NAME, PAYLOAD, reference::HASHES, reference::IMAGE_LOADED, wide::IMAGE_LOADED, source::TYPE_NAME]
        .into_iter()
}

/// The name of the event in QRadar's map of events.
const EVENT_NAME: &str = "QIDNAME(qid)";
/// The event as it came.
const PAYLOAD: &str = "UTF8(payload)";

fn fields(work: &mut Work) -> Result<(), Failure> {
    if done(work) {
        return Ok(());
    }
    match work.reach {
        Reach::Reference => reference::apply(work),
        Reach::Wide => wide::apply(work, false),
    }
}

fn payload(work: &mut Work) -> Result<(), Failure> {
    if done(work) { Ok(()) } else { wide::apply(work, true) }
}

/// Whether a pipeline of QRadar has been here; one is enough.
fn done(work: &Work) -> bool {
    work.state.contains_key("columns")
}

/// What `SELECT` names beside `*`: with and without the fields that no table knows.
fn columns(work: &mut Work, table: &Fields) {
    let (mut known, mut all) = (String::new(), String::new());
    for field in &work.rule.fields {
        let Some(to) = lookup(table, field) else {
            all.push_str(&format!(", {field}"));
            continue;
        };
        for name in to.split('|') {
            let quote = if name.contains(' ') && !name.contains('(') { "\"" } else { "" };
            let column = format!(", {quote}{name}{quote}");
            known.push_str(&column);
            all.push_str(&column);
        }
    }
    if work.reach == Reach::Wide {
        all.clone_from(&known);
    }
    work.state.insert("columns", known);
    work.state.insert("all columns", all);
}
