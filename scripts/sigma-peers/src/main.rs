//! The evaluator beside `rsigma-eval`: the same rules, the same flat events, every rule asked, in one process.
//!
//!     cargo run --release --manifest-path scripts/sigma-peers/Cargo.toml -- RULES EVENTS [ROUNDS]
//!
//! RULES are folders of rules in YAML, separated by commas; EVENTS is a folder of events in JSON, as SigmaHQ's regression data
//! has them.
//! Prints what each of the two loads and finds, the differences by rule, and events a second in alternating rounds.

use std::collections::BTreeMap;
use std::error::Error;
use std::path::{Path, PathBuf};
use std::time::Instant;

use bartizan_sigma::eval::{Evaluator, Event};
use bartizan_sigma::rule::{self, Document};
use rsigma_eval::Engine;
use rsigma_eval::event::JsonEvent;
use serde_json::{Map, Value};

type Outcome<T> = Result<T, Box<dyn Error>>;

/// Rule and event.
type Match = (String, usize);

fn files(dir: &Path, ending: &str, out: &mut Vec<PathBuf>) -> Outcome<()> {
    let mut entries = std::fs::read_dir(dir)?.collect::<Result<Vec<_>, _>>()?;
    entries.sort_by_key(std::fs::DirEntry::path);
    for path in entries.into_iter().map(|entry| entry.path()) {
        if path.is_dir() {
            files(&path, ending, out)?;
        } else if path.extension().is_some_and(|found| found == ending) {
            out.push(path);
        }
    }
    Ok(())
}

/// Windows events as their fields: what stands in `System` and `EventData` by its own name.
fn flat(value: &Value) -> Value {
    fn lay(name: &str, value: &Value, out: &mut Map<String, Value>) {
        match value {
            Value::Object(inner) => {
                for (key, value) in inner {
                    let name = match (name, key.as_str()) {
                        ("", key) | ("Event" | "System" | "EventData", key) => key.to_owned(),
                        ("Provider", "#attributes") => "Provider".to_owned(),
                        ("Provider", "Name") => "Provider_Name".to_owned(),
                        ("EventID", "#text") => "EventID".to_owned(),
                        (name, key) => format!("{name}.{key}"),
                    };
                    lay(&name, value, out);
                }
            }
            value => {
                out.entry(name.to_owned()).or_insert_with(|| value.clone());
            }
        }
    }
    let mut out = Map::new();
    lay("", value, &mut out);
    Value::Object(out)
}

/// The median of events a second.
fn speed(mut seconds: Vec<f64>, events: usize) -> f64 {
    seconds.sort_by(f64::total_cmp);
    events as f64 / seconds[seconds.len() / 2]
}

fn main() -> Outcome<()> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let [rules, events, rest @ ..] = arguments.as_slice() else {
        return Err("RULES EVENTS [ROUNDS]".into());
    };
    let rounds: usize = rest.first().map_or(Ok(5), |text| text.parse())?;
    let mut paths = Vec::new();
    files(Path::new(events), "json", &mut paths)?;
    let mut events = Vec::new();
    for path in &paths {
        let source = std::fs::read_to_string(path)?;
        // One object after the other, or a list.
        for value in serde_json::Deserializer::from_str(&source).into_iter::<Value>() {
            match value? {
                Value::Array(values) => events.extend(values.iter().map(flat)),
                value => events.push(flat(&value)),
            }
        }
    }

    let (mut ours, mut names, mut refused) = (Evaluator::default(), Vec::new(), BTreeMap::new());
    let settings =
        [("default", false, false), ("bloom", true, false), ("automaton", false, true), ("both", true, true)];
    let mut theirs = settings.map(|(_, bloom, automaton)| {
        let mut engine = Engine::new();
        engine.set_bloom_prefilter(bloom);
        engine.set_cross_rule_ac(automaton);
        engine
    });
    let mut paths = Vec::new();
    for dir in rules.split(',') {
        files(Path::new(dir), "yml", &mut paths)?;
    }
    let mut parsed = Vec::new();
    for path in &paths {
        let source = std::fs::read_to_string(path)?;
        for document in rule::parse(&source)? {
            let Document::Rule(rule) = document else { continue };
            let id = rule.id.clone().unwrap_or_default();
            match ours.add(&rule) {
                Ok(_) => names.push(id),
                Err(failure) => {
                    refused.insert(id, failure.to_string());
                }
            }
        }
        parsed.extend(rsigma_parser::parse_sigma_yaml(&source)?.rules);
    }
    for engine in &mut theirs {
        for (at, error) in engine.add_rules(parsed.iter()) {
            eprintln!("rsigma refuses {:?}: {error}", parsed[at].id);
        }
    }
    println!("rules: {} ours ({} refused), {} theirs", names.len(), refused.len(), theirs[0].rule_count());

    let asked: Vec<Event> = events.iter().map(|event| Event::new(event.clone())).collect();
    let mut found: [Vec<Match>; 2] = [Vec::new(), Vec::new()];
    for (at, event) in events.iter().enumerate() {
        found[0].extend(ours.run(&asked[at], false).into_iter().map(|hit| (names[hit.rule].clone(), at)));
        let hits = theirs[0].evaluate(&JsonEvent::borrow(event));
        found[1].extend(hits.into_iter().map(|hit| (hit.header.rule_id.unwrap_or_default(), at)));
    }
    for found in &mut found {
        found.sort();
        found.dedup();
    }
    let both = found[0].iter().filter(|hit| found[1].binary_search(hit).is_ok()).count();
    println!("matches: {} ours, {} theirs, {both} of both", found[0].len(), found[1].len());
    for (who, one, other) in [("ours", &found[0], &found[1]), ("theirs", &found[1], &found[0])] {
        let mut only: BTreeMap<&str, usize> = BTreeMap::new();
        for (rule, _) in one.iter().filter(|hit| other.binary_search(hit).is_err()) {
            *only.entry(rule).or_default() += 1;
        }
        for (rule, count) in only {
            println!("only {who}: {rule}: {count} ({})", refused.get(rule).map_or("loaded", String::as_str));
        }
    }

    let mut seconds = vec![Vec::new(); 1 + settings.len()];
    const REPEAT: usize = 20;
    for _ in 0..rounds {
        let begin = Instant::now();
        for _ in 0..REPEAT {
            // Their event borrows; ours is laid flat and counted.
            for event in &events {
                std::hint::black_box(ours.run(&Event::new(event.clone()), false));
            }
        }
        seconds[0].push(begin.elapsed().as_secs_f64() / REPEAT as f64);
        for (engine, seconds) in theirs.iter().zip(&mut seconds[1..]) {
            let begin = Instant::now();
            for _ in 0..REPEAT {
                for event in &events {
                    std::hint::black_box(engine.evaluate(&JsonEvent::borrow(event)));
                }
            }
            seconds.push(begin.elapsed().as_secs_f64() / REPEAT as f64);
        }
    }
    let labels = ["bartizan"].into_iter().chain(settings.map(|(name, ..)| name));
    for (label, seconds) in labels.zip(seconds) {
        println!("{label}: {:.0} events/s", speed(seconds, events.len()));
    }
    Ok(())
}
