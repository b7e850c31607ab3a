//! `bartizan sigma run`: rules asked of events.

use std::fs::File;
use std::io::{self, BufReader, Read};
use std::path::{Path, PathBuf};

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
    for path in sources(&args.events)? {
        let label = path.display().to_string();
        let mut number = 0_u64;
        events::read(&mut open(&path)?, &mut |event| {
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

fn sources(paths: &[PathBuf]) -> Result<Vec<PathBuf>, Failure> {
    let mut out = Vec::new();
    for path in paths {
        if path.is_dir() {
            let entries = std::fs::read_dir(path).map_err(|e| unreadable(path, &e))?;
            let mut inside: Vec<_> = entries.flatten().map(|e| e.path()).filter(|p| p.is_file()).collect();
            inside.retain(|p| p.extension().is_some_and(|e| e == "json" || e == "jsonl" || e == "ndjson"));
            inside.sort();
            out.extend(inside);
        } else {
            out.push(path.clone());
        }
    }
    Ok(out)
}

fn unreadable(path: &Path, error: &io::Error) -> Failure {
    Failure::new(Exit::NoInput, "input.unreadable", format!("cannot read {}: {error}", path.display()))
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

fn open(path: &Path) -> Result<BufReader<Box<dyn Read>>, Failure> {
    let from: Box<dyn Read> = if path == Path::new("-") {
        Box::new(io::stdin().lock())
    } else {
        Box::new(File::open(path).map_err(|e| unreadable(path, &e))?)
    };
    Ok(BufReader::new(from))
}
