//! `bartizan sigma run`: rules asked of events.

use std::fs::File;
use std::io::{self, BufRead, BufReader, Read};
use std::path::{Path, PathBuf};

use bartizan_sigma::eval::{Evaluator, Event};
use serde_json::{Value, json};

use super::rules;
use crate::args::Global;
use crate::args_sigma::SigmaRunArgs;
use crate::exit::{Exit, Failure};
use crate::{out, terminal};

/// The most bytes one event may have.
const MOST_EVENT: u64 = 16 << 20;

/// Asks every rule of every event.
pub fn run(global: &Global, args: &SigmaRunArgs) -> Result<Exit, Failure> {
    let mut evaluator = Evaluator::default();
    let mut names = Vec::new();
    for file in rules::files(std::slice::from_ref(&args.rules))? {
        for read in rules::read(&file) {
            let added = match &read.rule {
                Ok(rule) => evaluator
                    .add(rule)
                    .map(|_| (read.id.clone(), rule.title.clone(), rule.level.clone().unwrap_or_default()))
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
    let (mut events, mut found) = (0_u64, 0_u64);
    for path in sources(&args.events)? {
        let label = path.display().to_string();
        let mut number = 0_u64;
        read(&path, &mut |value| {
            number += 1;
            events += 1;
            for hit in evaluator.run(&Event::new(value), !args.all_log_sources) {
                found += 1;
                let (id, title, level) = &names[hit.rule];
                if global.json {
                    let matched: Vec<_> = hit
                        .matched
                        .iter()
                        .map(|(field, value)| json!({ "field": field, "value": value }))
                        .collect();
                    matches.push(json!({
                        "rule_id": id, "title": title, "level": level,
                        "source": label, "event": number, "matched": matched
                    }));
                } else {
                    let matched: Vec<_> =
                        hit.matched.iter().map(|(field, value)| format!("{field}={value}")).collect();
                    let line = format!("{label}:{number}: {title} [{id}] {}", matched.join(", "));
                    out::text(&format!("{}\n", terminal::plain(&line)))?;
                }
            }
            Ok(())
        })?;
    }
    if global.json {
        out::json(&json!({ "rules": names.len(), "events": events, "matches": matches }))?;
    } else if !global.quiet {
        out::note(&format!("{} rules, {events} events, {found} matches", names.len()));
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

/// Calls `take` with each event: JSON values one after the other, or one list of them.
fn read(path: &Path, take: &mut dyn FnMut(Value) -> Result<(), Failure>) -> Result<(), Failure> {
    let from: Box<dyn Read> = if path == Path::new("-") {
        Box::new(io::stdin().lock())
    } else {
        Box::new(File::open(path).map_err(|e| unreadable(path, &e))?)
    };
    let mut from = BufReader::new(from);
    // JSON Lines are read a line at a time, so that a bad line costs only itself; a document that goes over lines
    // is read by the parser's own end.
    let bad = |e: serde_json::Error| {
        Failure::new(Exit::BadData, "sigma.event", format!("{}: not JSON: {e}", path.display()))
    };
    let first = from.fill_buf().map_err(|e| unreadable(path, &e))?;
    let list = first.iter().find(|b| !b.is_ascii_whitespace()) == Some(&b'[');
    if list {
        let mut text = Vec::new();
        from.take(MOST_EVENT * 16).read_to_end(&mut text).map_err(|e| unreadable(path, &e))?;
        let values: Vec<Value> = serde_json::from_slice(&text).map_err(bad)?;
        return values.into_iter().try_for_each(take);
    }
    for value in serde_json::Deserializer::from_reader(from).into_iter::<Value>() {
        take(value.map_err(bad)?)?;
    }
    Ok(())
}
