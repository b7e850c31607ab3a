//! `bartizan sigma run`: rules asked of events.

use bartizan_sigma::eval::{Evaluator, Event, Hit};
use serde_json::{Value, json};

use super::{events, rules};
use crate::args::Global;
use crate::args_sigma::SigmaRunArgs;
use crate::exit::{Exit, Failure};
use crate::{out, terminal};

/// Asks every rule of every event.
pub fn run(global: &Global, args: &SigmaRunArgs) -> Result<Exit, Failure> {
    let mut evaluator = Evaluator::default();
    let mut names = Vec::new();
    for file in rules::files(std::slice::from_ref(&args.rules))? {
        for read in rules::read(&file) {
            let added = match &read.rule {
                Ok(rule) => evaluator
                    .add(rule)
                    .map(|_| Name {
                        id: read.id.clone(),
                        title: rule.title.clone(),
                        level: rule.level.clone().unwrap_or_default(),
                    })
                    .map_err(|f| (f.reason.code().to_owned(), f.message)),
                Err(error) => Err(error.clone()),
            };
            match added {
                Ok(name) => names.push(name),
                Err((code, message)) if !global.quiet => {
                    out::note(&format!("left out: {}: {message} [{code}]", file.display()));
                }
                Err(_) => {}
            }
        }
    }
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
            for hit in evaluator.run(&Event::new(value), !args.all_log_sources) {
                found += 1;
                let name = &names[hit.rule];
                if global.json {
                    matches.push(record(name, &label, number, &hit));
                } else {
                    out::text(&format!("{}\n", terminal::plain(&line(name, &label, number, &hit))))?;
                }
            }
            Ok(())
        })?;
    }
    if global.json {
        out::json(
            &json!({ "rules": names.len(), "events": count, "left_out": left_out, "matches": matches }),
        )?;
    } else if !global.quiet {
        out::note(&format!("{} rules, {count} events, {found} matches", names.len()));
    }
    Ok(if found > 0 { Exit::Findings } else { Exit::Ok })
}

/// What a match says of its rule.
struct Name {
    id: String,
    title: String,
    level: String,
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
