//! `bartizan sigma run`: rules asked of events.

use std::path::Path;

use bartizan_sigma::eval::{Event, Hit};
use serde_json::{Value, json};

use super::correlated::{Correlated, Match, Name};
use super::{events, rules};
use crate::args::Global;
use crate::args_sigma::SigmaRunArgs;
use crate::exit::{Exit, Failure};
use crate::{out, terminal};

/// Asks every rule of every event.
pub fn run(global: &Global, args: &SigmaRunArgs) -> Result<Exit, Failure> {
    let files = rules::files(std::slice::from_ref(&args.rules))?;
    let left_out = |file: &Path, code: &str, message: &str| {
        if !global.quiet {
            out::note(&format!("left out: {}: {message} [{code}]", file.display()));
        }
    };
    let (evaluator, mut correlated) = Correlated::read(&files, &left_out)?;
    let mut matches = Vec::new();
    let (mut count, mut found, mut left_out) = (0_u64, 0_u64, 0_u64);
    for path in events::sources(&args.events, args.format)? {
        let label = path.display().to_string();
        let mut number = 0_u64;
        events::read(&path, args.format, &mut events::open(&path)?, &mut |event| {
            let value = match event {
                Ok(value) => value,
                Err(failure) => {
                    left_out += 1;
                    if !global.quiet {
                        out::note(&format!("left out: {label}: {failure} [{}]", failure.code));
                    }
                    return Ok(());
                }
            };
            number += 1;
            count += 1;
            let event = Event::new(value);
            let hits = evaluator.run(&event, !args.all_log_sources);
            for hit in &hits {
                let Some(name) = correlated.name(hit.rule) else { continue };
                found += 1;
                if global.json {
                    matches.push(record(name, &label, number, hit));
                } else {
                    out::text(&format!("{}\n", terminal::plain(&line(name, &label, number, hit))))?;
                }
            }
            correlated.take(&event, &label, &hits);
            Ok(())
        })?;
    }
    let rules = correlated.rules();
    for matched in correlated.finish() {
        found += 1;
        if global.json {
            matches.push(correlation_record(&matched));
        } else {
            out::text(&format!("{}\n", terminal::plain(&correlation_line(&matched))))?;
        }
    }
    if !global.quiet {
        for note in correlated.diagnostics() {
            out::note(&format!("{} [{}]", note.message, note.code));
        }
    }
    if global.json {
        out::json(&json!({ "rules": rules, "events": count, "left_out": left_out, "matches": matches }))?;
    } else if !global.quiet {
        out::note(&format!("{rules} rules, {count} events, {found} matches"));
    }
    Ok(if found > 0 { Exit::Findings } else { Exit::Ok })
}

fn record(name: &Name, label: &str, number: u64, hit: &Hit) -> Value {
    let matched: Vec<_> =
        hit.matched.iter().map(|(field, value)| json!({ "field": field, "value": value })).collect();
    json!({ "rule_id": name.id, "title": name.title, "level": name.level,
        "source": label, "event": number, "matched": matched })
}

fn line(name: &Name, label: &str, number: u64, hit: &Hit) -> String {
    let matched: Vec<_> = hit.matched.iter().map(|(field, value)| format!("{field}={value}")).collect();
    format!("{label}:{number}: {} [{}] {}", name.title, name.id, matched.join(", "))
}

/// A correlation with the events that took part, each with its source and number.
fn correlation_record(Match { name, group, events }: &Match) -> Value {
    let group: Vec<_> =
        group.iter().map(|(field, value)| json!({ "field": field, "value": value })).collect();
    let events: Vec<_> =
        events.iter().map(|(source, number)| json!({ "source": source, "event": number })).collect();
    json!({ "rule_id": name.id, "title": name.title, "level": name.level, "group": group, "events": events })
}

fn correlation_line(Match { name, group, events }: &Match) -> String {
    let group: Vec<_> = group.iter().map(|(field, value)| format!("{field}={value}")).collect();
    let events: Vec<_> = events.iter().map(|(source, number)| format!("{source}:{number}")).collect();
    format!("{}: {} [{}] {}", events.join(", "), name.title, name.id, group.join(", "))
}
