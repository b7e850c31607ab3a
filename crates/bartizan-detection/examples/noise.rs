//! `noise figures|table EVENTS,… REPORT…`: the rules of all reports, and every behaviour of the library, over benign events, one
//! JSON object a line. `figures` prints what fired and the rates by level; `table` prints `data/noise.tsv`. A report that
//! ends in `.jsonl` holds many, one a line with `doc_id` and `text`.

// An example reads; the library does not.
#![allow(clippy::disallowed_methods)]

#[path = "shared/reports.rs"]
mod reports;

use std::collections::{BTreeMap, BTreeSet};

use bartizan_detection::{Kind, Level, LogSource, library, noise, noise_keys};
use reports::{Failure, each};
use serde_json::Value;

/// Fewer events of a log source than this are as good as none.
const FEW: u64 = 500;

/// A rule and what is counted of it.
struct Counted {
    id: String,
    title: String,
    kind: Kind,
    level: Level,
    source: LogSource,
    yaml: String,
    /// Whether a report gave it; else it stands in the library only.
    reported: bool,
    library: bool,
    matches: u64,
}

/// How many events there are: of each product, and of each log source.
#[derive(Default)]
struct Events {
    products: BTreeMap<String, u64>,
    sources: BTreeMap<(String, String), u64>,
    all: u64,
}

/// Of Sysmon's event ids to the categories of Sigma (SigmaHQ, "Sysmon log sources").
fn category(event: &Value) -> &str {
    match event["EventID"].as_u64() {
        Some(1) => "process_creation",
        Some(3) => "network_connection",
        Some(7) => "image_load",
        Some(11) => "file_event",
        Some(12..=14) => "registry_event",
        Some(22) => "dns_query",
        _ => event["category"].as_str().unwrap_or_default(),
    }
}

impl Events {
    fn add(&mut self, event: &Value) {
        let windows = event["Channel"].is_string();
        let product = if windows { "windows" } else { event["product"].as_str().unwrap_or_default() };
        *self.products.entry(product.to_owned()).or_default() += 1;
        *self.sources.entry((category(event).to_owned(), product.to_owned())).or_default() += 1;
        self.all += 1;
    }

    /// How many events count for a rule: all of its product, if those of its log source are not missing.
    fn of(&self, source: &LogSource) -> Option<u64> {
        let wanted = match source.category.as_deref()? {
            name if name.starts_with("registry_") => "registry_event",
            name => name,
        };
        let product = source.product.as_deref();
        let asked = self.sources.iter().filter(|((c, p), _)| c == wanted && product.is_none_or(|q| p == q));
        let asked: u64 = asked.map(|(_, count)| count).sum();
        let all = product.map_or(self.all, |p| self.products.get(p).copied().unwrap_or_default());
        (asked >= FEW).then_some(all)
    }
}

fn main() -> Result<(), Failure> {
    let mut arguments = std::env::args().skip(1);
    let mode = arguments.next().unwrap_or_default();
    let paths = arguments.next().ok_or("noise figures|table EVENTS,… REPORT…")?;
    let mut rules = rules(arguments)?;
    let mut events = Events::default();
    let mut trial = noise::Trial::of_rules(rules.iter().map(|rule| rule.yaml.as_str()));
    for path in paths.split(',') {
        for line in std::fs::read_to_string(path)?.lines() {
            let event: Value = serde_json::from_str(line)?;
            events.add(&event);
            trial.run(event, noise::Label::Benign);
        }
    }
    for (rule, matches) in rules.iter_mut().zip(trial.counts().rules) {
        rule.matches = matches.benign;
    }
    match mode.as_str() {
        "table" => table(&rules, &events),
        _ => figures(&rules, &events),
    }
    Ok(())
}

/// Rules of the reports, each once, and those of the library that no report called for.
fn rules(reports: impl Iterator<Item = String>) -> Result<Vec<Counted>, Failure> {
    let behaviours: BTreeSet<String> = library().iter().map(|b| b.id()).collect();
    let mut all: BTreeMap<String, Counted> = BTreeMap::new();
    for b in library() {
        let rule = Counted {
            id: b.id(),
            title: b.title.clone(),
            kind: Kind::Behaviour,
            level: b.level,
            source: b.log_source.clone(),
            yaml: b.rule(),
            reported: false,
            library: true,
            matches: 0,
        };
        all.insert(rule.id.clone(), rule);
    }
    each(reports, |_, _, found| {
        for rule in &found.rules {
            let counted = Counted {
                id: rule.id.clone(),
                title: rule.title.clone(),
                kind: rule.kind,
                level: rule.level,
                source: rule.log_source.clone(),
                yaml: rule.yaml.clone(),
                reported: true,
                library: behaviours.contains(&rule.id),
                matches: 0,
            };
            all.insert(rule.id.clone(), counted);
        }
        Ok(())
    })?;
    Ok(all.into_values().collect())
}

fn figures(rules: &[Counted], events: &Events) {
    for rule in rules.iter().filter(|rule| rule.matches > 0) {
        let (kind, level) = (rule.kind.as_str(), rule.level.as_str());
        println!("{}\t{level} {kind}\t{}\t{}\t{}", rule.matches, rule.source.name(), rule.id, rule.title);
    }
    println!("events: {:?}", events.products);
    for reported in [true, false] {
        println!("{}", if reported { "rules of reports" } else { "the whole library" });
        println!(
            "| kind | level | rules | with events of their log source | fired | matches | in a million events, all of them | each |"
        );
        println!("|---|---|---|---|---|---|---|---|");
        let mut levels: BTreeMap<_, (u64, u64, u64, u64, f64)> = BTreeMap::new();
        for rule in rules.iter().filter(|r| if reported { r.reported } else { r.library }) {
            let of = levels.entry((rule.kind, std::cmp::Reverse(rule.level))).or_default();
            of.0 += 1;
            of.2 += u64::from(rule.matches > 0);
            of.3 += rule.matches;
            if let Some(count) = events.of(&rule.source) {
                of.1 += 1;
                of.4 += rule.matches as f64 * 1e6 / count as f64;
            }
        }
        for ((kind, std::cmp::Reverse(level)), (rules, asked, fired, matches, rate)) in levels {
            println!(
                "| {} | {} | {rules} | {asked} | {fired} | {matches} | {rate:.0} | {:.2} |",
                kind.as_str(),
                level.as_str(),
                rate / asked.max(1) as f64
            );
        }
    }
}

fn table(rules: &[Counted], events: &Events) {
    println!("# Matches of rules in benign events: made by `scripts/noise.sh`, do not edit.");
    let counts: Vec<String> = events
        .products
        .iter()
        .map(|(p, n)| format!("{n} of {}", if p.is_empty() { "proxies" } else { p }))
        .collect();
    println!("# Events: {}.", counts.join(", "));
    println!("# key	rules	rules that fired	matches	events");
    let mut rows: BTreeMap<String, [u64; 4]> = BTreeMap::new();
    for rule in rules {
        let Some(count) = events.of(&rule.source) else { continue };
        let [own, alike] = noise_keys(&rule.id, rule.kind, rule.level, &rule.source);
        // A behaviour of the library is counted for itself.
        let key = if rule.library { own } else { alike };
        let row = rows.entry(key).or_default();
        row[0] += 1;
        row[1] += u64::from(rule.matches > 0);
        row[2] += rule.matches;
        row[3] = row[3].max(count);
    }
    for (key, [rules, fired, matches, count]) in rows {
        println!("{key}\t{rules}\t{fired}\t{matches}\t{count}");
    }
}
