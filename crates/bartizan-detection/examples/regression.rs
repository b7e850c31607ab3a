//! `regression DIR`: the events of SigmaHQ's regression data quoted as a report would, one at a time; the rules that come
//! of it over all events. Prints the figures, the classes of the cases without a rule that fires (`regression.tsv`, read by hand)
//! and each of them; a case without a class is an error.

// An example is a program of its own: it may read.
#![allow(clippy::disallowed_methods)]

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use bartizan::{Analyzer, Input, Options};
use bartizan_knowledge::Pack;
use bartizan_sigma::{
    eval::{Evaluator, Event},
    rule::{self, Document},
};
use serde_json::Value;

fn walk(path: &Path, out: &mut Vec<PathBuf>) {
    let mut entries: Vec<_> =
        std::fs::read_dir(path).into_iter().flatten().flatten().map(|e| e.path()).collect();
    entries.sort();
    for path in entries {
        if path.is_dir() {
            walk(&path, out);
        } else if path.extension().is_some_and(|e| e == "json") {
            out.push(path);
        }
    }
}

/// What a report would quote of an event.
fn quoted(event: &Value) -> Option<String> {
    let data = &event["Event"]["EventData"];
    let get = |key: &str| data[key].as_str().filter(|v| !v.is_empty());
    if let Some(line) = get("CommandLine") {
        return Some(format!("The attackers ran the following command:\n\n    {line}\n"));
    }
    if let Some(key) = get("TargetObject") {
        return Some(format!("The malware changed the registry value `{key}` to stay on the system.\n"));
    }
    for field in ["TargetFilename", "ImageLoaded"] {
        if let Some(path) = get(field) {
            return Some(format!("The malware dropped the malicious file `{path}` and loaded it.\n"));
        }
    }
    if let Some(pipe) = get("PipeName") {
        return Some(format!("The malware created the named pipe `\\\\.\\pipe{pipe}`.\n"));
    }
    None
}

/// Classes of cases without a rule that fires, and what they mean.
const CLASSES: &[(&str, &str)] = &[
    (
        "asked nothing special",
        "a program of the system with daily arguments, or in its own place: refused as too broad, on purpose",
    ),
    (
        "one word or two",
        "no command line to a reader: nothing tells `clip` or `finger` in prose from a word; a report that quotes it as code with more gives one",
    ),
    (
        "a bare name",
        "a renamed program without arguments: named, and not called malicious, which a file name must be for a rule",
    ),
    ("a name made up anew", "a random file name: nothing of it stays the same"),
    (
        "another trace",
        "the line is quoted after another program's name, so that its file became the rule; it would be seen when the file is written",
    ),
    ("inner command", "a command inside of a command: the inner one became the rule"),
    (
        "turned writing",
        "a name with a character that turns the direction of writing: the text of a report loses it",
    ),
    ("blank in a value's name", "a registry value with a blank in its name is cut there in running text"),
    ("no such field", "no command line, key, path or pipe in the event: a report would quote nothing of it"),
];

/// What became of a case.
enum Outcome {
    Fires,
    Misses,
    NoRule,
    NothingQuoted,
}

struct Case {
    id: String,
    outcome: Outcome,
    text: String,
}

/// Figures of all rules over all events.
#[derive(Default)]
struct Pairs {
    rules: usize,
    fired: usize,
    others: usize,
    pairs: usize,
}

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let analyzer = Analyzer::new(Pack::built_in());
    let options = bartizan_detection::Options { author: "Bartizan".into(), date: "2026-11-30".into() };
    let mut files = Vec::new();
    walk(Path::new(&std::env::args().nth(1).unwrap_or_default()), &mut files);
    let mut groups: Vec<(String, Vec<Event>, Option<String>)> = Vec::new();
    for file in &files {
        let text = std::fs::read_to_string(file)?;
        let events =
            serde_json::Deserializer::from_str(&text).into_iter::<Value>().collect::<Result<Vec<_>, _>>()?;
        let id = file.file_stem().unwrap_or_default().to_string_lossy().into_owned();
        let quoted = events.iter().find_map(quoted);
        groups.push((id, events.into_iter().map(Event::new).collect(), quoted));
    }
    let (mut cases, mut sum) = (Vec::new(), Pairs::default());
    for (number, (id, _, quoted)) in groups.iter().enumerate() {
        let text = quoted.clone().unwrap_or_default();
        let mut outcome = Outcome::NothingQuoted;
        if quoted.is_some() {
            let analysis =
                analyzer.analyze(&Input::new("report.md", text.as_bytes()), &Options::default())?;
            let found = bartizan_detection::detect(&analysis, Pack::built_in(), &options);
            outcome = if found.rules.is_empty() { Outcome::NoRule } else { Outcome::Misses };
            for rule in &found.rules {
                if fires(&rule.yaml, number, &groups, &mut sum)? {
                    outcome = Outcome::Fires;
                }
            }
        }
        cases.push(Case { id: id.clone(), outcome, text });
    }
    table(&cases, &sum)
}

/// Whether a rule fires on events of its own case; the others are counted.
fn fires(
    yaml: &str,
    own: usize,
    groups: &[(String, Vec<Event>, Option<String>)],
    sum: &mut Pairs,
) -> Result<bool, Box<dyn std::error::Error>> {
    let mut evaluator = Evaluator::default();
    for document in rule::parse(yaml)? {
        if let Document::Rule(rule) = document {
            evaluator.add(&rule)?;
        }
    }
    let mut fired = false;
    for (other, (_, events, _)) in groups.iter().enumerate() {
        for event in events {
            let hit = !evaluator.run(event, true).is_empty();
            fired |= hit && other == own;
            sum.others += usize::from(hit && other != own);
            sum.pairs += usize::from(other != own);
        }
    }
    sum.rules += 1;
    sum.fired += usize::from(fired);
    Ok(fired)
}

/// Prints everything; a case without a class is an error.
fn table(cases: &[Case], sum: &Pairs) -> Result<(), Box<dyn std::error::Error>> {
    let classes: BTreeMap<&str, &str> = include_str!("regression.tsv")
        .lines()
        .filter(|line| !line.starts_with('#'))
        .filter_map(|line| line.split_once('\t'))
        .collect();
    let count = |wanted: fn(&Outcome) -> bool| cases.iter().filter(|c| wanted(&c.outcome)).count();
    let fires = count(|o| matches!(o, Outcome::Fires));
    let misses = count(|o| matches!(o, Outcome::Misses));
    println!("| cases | number |\n|---|---|");
    println!("| all | {} |", cases.len());
    println!("| nothing to quote | {} |", count(|o| matches!(o, Outcome::NothingQuoted)));
    println!("| quoted, and no rule comes of it | {} |", count(|o| matches!(o, Outcome::NoRule)));
    let share = 100.0 * fires as f64 / (fires + misses).max(1) as f64;
    println!(
        "| with rules, of which one fires on its own event | {fires} of {} ({share:.1} %) |",
        fires + misses
    );
    println!("| rules that fire on their own event | {} of {} |", sum.fired, sum.rules);
    let share = 100.0 * sum.others as f64 / sum.pairs.max(1) as f64;
    println!("| matches on events of other cases | {} of {} pairs ({share:.3} %) |", sum.others, sum.pairs);
    println!("\n| no rule that fires, because | cases | |\n|---|---|---|");
    let without = || cases.iter().filter(|c| !matches!(c.outcome, Outcome::Fires));
    for (class, meaning) in CLASSES {
        let count = without().filter(|c| classes.get(c.id.as_str()) == Some(class)).count();
        println!("| {class} | {count} | {meaning} |");
    }
    println!("\n| case | class | quoted |\n|---|---|---|");
    let mut unexplained = 0;
    for case in without() {
        let class = classes.get(case.id.as_str()).copied().unwrap_or("NOT EXPLAINED");
        unexplained += usize::from(!CLASSES.iter().any(|(known, _)| *known == class));
        let quoted: String =
            case.text.split_whitespace().collect::<Vec<_>>().join(" ").chars().take(120).collect();
        println!("| {} | {class} | {} |", case.id, quoted.replace('|', "\\|"));
    }
    if unexplained > 0 { Err(format!("{unexplained} cases are not explained").into()) } else { Ok(()) }
}
