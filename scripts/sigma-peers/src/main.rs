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
use rsigma_eval::event::JsonEvent;
use rsigma_eval::{Engine, LogSourceExtractor};
use rsigma_parser::LogSource;
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

/// Windows events as their fields, under the names that the evaluator has for them, with and without blanks.
fn flat(value: &Value) -> Value {
    const OUTER: [&str; 4] = ["Event", "Event.System", "Event.EventData", "Event.UserData"];
    fn name_of(outer: &str, key: &str) -> String {
        let path = if outer.is_empty() { key.to_owned() } else { format!("{outer}.{key}") };
        if OUTER.contains(&path.as_str()) || outer == "Event.UserData" {
            return path;
        }
        match (outer.strip_prefix("Event.UserData."), path.as_str()) {
            _ if OUTER.contains(&outer) => key.to_owned(),
            (Some(inner), _) if inner.contains('.') => format!("{inner}.{key}"),
            (Some(_), _) => key.to_owned(),
            (None, "Provider.#attributes.Name") => "Provider_Name".to_owned(),
            (None, "EventID.#text") => "EventID".to_owned(),
            (None, _) => path,
        }
    }
    fn lay(name: &str, value: &Value, out: &mut Map<String, Value>) {
        match value {
            Value::Object(inner) => {
                inner.iter().for_each(|(key, value)| lay(&name_of(name, key), value, out));
            }
            value => {
                for name in [name.replace(' ', ""), name.to_owned()] {
                    out.entry(name).or_insert_with(|| value.clone());
                }
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
    let mut theirs = Engine::new();
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
    for (at, error) in theirs.add_rules(parsed.iter()) {
        eprintln!("rsigma refuses {:?}: {error}", parsed[at].id);
    }
    println!("rules: {} ours ({} refused), {} theirs", names.len(), refused.len(), theirs.rule_count());

    let asked: Vec<Event> = events.iter().map(|event| Event::new(event.clone())).collect();
    let mut found: [Vec<Match>; 2] = [Vec::new(), Vec::new()];
    for (at, event) in events.iter().enumerate() {
        found[0].extend(ours.run(&asked[at], false).into_iter().map(|hit| (names[hit.rule].clone(), at)));
        let hits = theirs.evaluate(&JsonEvent::borrow(event));
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

    // For speed both have the same rules.
    parsed.retain(|rule| !rule.id.as_ref().is_some_and(|id| refused.contains_key(id)));
    let mut speeds: Vec<(String, Box<dyn Fn(&Value) -> usize>)> = Vec::new();
    let ours = &*Box::leak(Box::new(ours));
    for (name, routed) in [("bartizan, every rule", false), ("bartizan, rules of the log source", true)] {
        // Laying an event flat counts.
        speeds.push((
            name.to_owned(),
            Box::new(move |event| ours.run(&Event::new(event.clone()), routed).len()),
        ));
    }
    let windows = LogSource { product: Some("windows".to_owned()), ..LogSource::default() };
    for (name, bloom, automaton) in settings {
        for product in [false, true] {
            let mut engine = Engine::new();
            engine.set_bloom_prefilter(bloom);
            engine.set_cross_rule_ac(automaton);
            engine.set_logsource_extractor(
                product.then(|| LogSourceExtractor::new().with_defaults(windows.clone())),
            );
            engine.add_rules(parsed.iter());
            let name = format!("rsigma-eval, {name}{}", if product { ", product known" } else { "" });
            speeds.push((name, Box::new(move |event| engine.evaluate(&JsonEvent::borrow(event)).len())));
        }
    }
    let mut seconds = vec![Vec::new(); speeds.len()];
    const REPEAT: usize = 10;
    for _ in 0..rounds {
        for ((_, run), seconds) in speeds.iter().zip(&mut seconds) {
            let begin = Instant::now();
            for event in (0..REPEAT).flat_map(|_| &events) {
                std::hint::black_box(run(event));
            }
            seconds.push(begin.elapsed().as_secs_f64() / REPEAT as f64);
        }
    }
    for ((label, _), seconds) in speeds.iter().zip(seconds) {
        println!("{label}: {:.0} events/s", speed(seconds, events.len()));
    }
    Ok(())
}
