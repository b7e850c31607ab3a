//! Sumo Logic Cloud SIEM: fields of normalised records.
//!
//! Source: Sumo Logic, "Cloud SIEM Schema Attributes", "Cloud SIEM Rules Syntax" (normalised fields stand by their name,
//! parsed fields as `fields['name']`), "Field Mapping for Security Event Sources" (ids of events hold their channel).

mod data;
mod scores;
mod tables;

use std::collections::BTreeSet;

use super::super::Builtin;
use crate::{
    error::Failure,
    pipeline::{Fields, Reach, Rename, Work, lookup},
    rule::{Detection, Link, LogSource, Value},
    target::{cse_normalised, cse_parsed},
};

pub(crate) const PIPELINES: &[Builtin] =
    &[Builtin { name: "sumologic_cse", about: "Sumo Logic Cloud SIEM", apply }];

/// A pair of names in the report: Sigma's, the record's, confidence, its parts, a warning.
type Mapping = (String, String, f64, [f64; 4], Option<String>);

const PASSED: &str = "Vendor-specific pass-through (fields[] wrapped)";

/// A report with less confidence is no conversion.
const LEAST: f64 = 0.25;

fn apply(work: &mut Work) -> Result<(), Failure> {
    if work.items().iter().any(|item| item.field.is_none()) {
        return Err(Failure::expression("Cloud SIEM has no search of whole records"));
    }
    if work.reach == Reach::Reference {
        data::split(work)?;
    }
    event_ids(work);
    let source = work.rule.log_source.clone();
    let mut tables = tables::of(&source);
    if work.reach == Reach::Wide {
        tables.insert(0, tables::WIDE);
    }
    let reach = work.reach;
    work.rename_fields(|field| match find(&tables, field, reach, &source) {
        Some(to) => Rename::To(to.to_owned()),
        None => Rename::Keep,
    });
    let report = report(work, &tables, &source);
    let overall = scores::mean(report.iter().map(|mapping| mapping.2));
    if overall < LEAST {
        return Err(Failure::field("no field of this rule is one of Cloud SIEM's records"));
    }
    if work.reach == Reach::Wide {
        parsed(work, &source)?;
    }
    work.state.insert("mappings", serde_json::to_string(&report).unwrap_or_default());
    work.state.insert("confidence", format!("{overall:?}"));
    Ok(())
}

/// The normalised field that a field is.
fn find(tables: &[&'static Fields], field: &str, reach: Reach, source: &LogSource) -> Option<&'static str> {
    let found = tables.iter().find_map(|table| lookup(table, field))?;
    (reach == Reach::Reference || !tables::mistaken(source, field, found)).then_some(found)
}

/// Whether fields that are not normalised can be asked as the source's own.
fn has_parsed(source: &LogSource) -> bool {
    source.product.is_some() || source.category.is_none()
}

/// Fields that are not normalised, by the name the source gives them.
fn parsed(work: &mut Work, source: &LogSource) -> Result<(), Failure> {
    // A quote in a name would end it.
    let plain = |field: &str| !field.contains(['\'', '\\']) && !field.contains(char::is_control);
    let fits = |field: &str| cse_normalised(field, Reach::Wide) || has_parsed(source) && plain(field);
    let unknown = work.items().iter().find_map(|item| item.field.clone().filter(|field| !fits(field)));
    if let Some(field) = unknown {
        return Err(Failure::field(format!("Cloud SIEM has no normalised field for `{field}`")));
    }
    let windows = source.product("windows");
    work.rename_fields(|field| match cse_normalised(field, Reach::Wide) {
        true => Rename::Keep,
        false => Rename::To(cse_parsed(field, windows)),
    });
    Ok(())
}

/// The id of an event of Windows holds the name of its channel; it is a string everywhere.
fn event_ids(work: &mut Work) {
    let source = &work.rule.log_source;
    let channel = match (source.product("windows"), source.service.as_deref()) {
        (true, Some(service)) => format!("{}-", channel(service)),
        _ => String::new(),
    };
    work.each_item(|item| {
        if !matches!(item.field.as_deref(), Some("EventID" | "EventId")) {
            return;
        }
        for value in &mut item.values {
            match value {
                Value::Number(number) => *value = Value::plain(&format!("{channel}{number}")),
                Value::Text { text, cased: false } if !text.has_wildcard() => {
                    *value = Value::plain(&format!("{channel}{}", text.bare()));
                }
                _ => {}
            }
        }
    });
}

fn channel(service: &str) -> String {
    match service {
        "sysmon" => "Microsoft-Windows-Sysmon/Operational".to_owned(),
        "taskscheduler" => "Microsoft-Windows-TaskScheduler/Operational".to_owned(),
        "powershell" => "Microsoft-Windows-PowerShell/Operational".to_owned(),
        other => {
            let mut chars = other.chars();
            chars.next().map_or_else(String::new, |first| first.to_uppercase().chain(chars).collect())
        }
    }
}

/// Every pair of names that leads to a field the rule asks, in the order of the tables; then what has none.
///
/// Only items that stand in a selection itself count, not those of a list of alternatives.
fn report(work: &Work, tables: &[&'static Fields], source: &LogSource) -> Vec<Mapping> {
    let asked: BTreeSet<&str> = work.rule.selections.iter().flat_map(|(_, d)| direct(d)).collect();
    let pairs = tables.iter().copied().flatten();
    let right = |from: &str, to: &str| work.reach == Reach::Reference || !tables::mistaken(source, from, to);
    let mapped =
        pairs.filter(|(from, to)| asked.contains(to) && right(from, to)).map(|(from, to)| mapping(from, to));
    let known = |field: &str| tables.iter().any(|table| table.iter().any(|(_, to)| *to == field));
    let other = asked.iter().filter(|field| !known(field)).map(|field| match has_parsed(source) {
        true => passed(field),
        false => unmapped(field),
    });
    mapped.chain(other).collect()
}

fn direct(detection: &Detection) -> Vec<&str> {
    match detection {
        Detection::Group { link: Link::And, parts } => parts.iter().filter_map(field).collect(),
        Detection::Group { .. } => Vec::new(),
        item => field(item).into_iter().collect(),
    }
}

fn field(part: &Detection) -> Option<&str> {
    match part {
        Detection::Item(item) => item.field.as_deref(),
        Detection::Group { .. } => None,
    }
}

fn mapping(from: &str, to: &str) -> Mapping {
    let score = scores::score(from, to);
    let warning =
        if score.known { Some("Known-good mapping (manual override)".to_owned()) } else { doubt(to) };
    (from.to_owned(), to.to_owned(), score.confidence, score.parts.map(scores::rounded), warning)
}

/// What is wrong with a field as the place of a rule's own.
fn doubt(to: &str) -> Option<String> {
    match to {
        "srcDevice_ip" | "dstDevice_ip" | "http_url_fqdn" | "http_url_path" => Some(format!(
            "CSE field '{to}' is marked as enrichment-only, should not be used as direct mapping target"
        )),
        "http_url_query" | "http_url_extension" => Some(format!("CSE field '{to}' not found in schema")),
        _ if !cse_normalised(to, Reach::Reference) => Some(format!("CSE field '{to}' not found in schema")),
        _ => None,
    }
}

fn passed(field: &str) -> Mapping {
    (field.to_owned(), field.to_owned(), 0.8, [1.0, 1.0, 1.0, 0.8], Some(PASSED.to_owned()))
}

fn unmapped(field: &str) -> Mapping {
    let warning = format!("UNMAPPED: Field '{field}' is not in any CSE schema mapping");
    (field.to_owned(), field.to_owned(), 0.0, [0.0; 4], Some(warning))
}
