//! `bartizan sigma coverage`: which techniques a rule set has rules for, and which of a report's it has not.

mod count;
mod gaps;
mod layer;
mod shown;

use serde_json::{Value, json};

use super::rules;
use crate::args::Global;
use crate::args_sigma::SigmaCoverageArgs;
use crate::exit::{Exit, Failure};
use crate::{knowledge, out};
use count::Coverage;

/// Counts, prints, writes the layer. Rules that cannot be read and techniques without a rule in a report are findings.
pub fn run(global: &Global, args: &SigmaCoverageArgs) -> Result<Exit, Failure> {
    let pack = knowledge::open(global)?;
    let mut coverage = Coverage::new(pack);
    for file in rules::files(&args.rules)? {
        for rule in rules::read(&file) {
            match rule {
                Ok(rule) => coverage.add(&rule),
                Err((code, message)) => {
                    coverage.unreadable += 1;
                    if !global.quiet {
                        out::note(&format!("left out: {message} [{code}]"));
                    }
                }
            }
        }
    }
    let report = match (&args.report, &args.analysis) {
        (Some(report), _) => Some(gaps::of_report(global, pack, report)?),
        (None, Some(file)) => Some(gaps::of_analysis(pack, file)?),
        (None, None) => None,
    };
    let asked = report.map(|report| gaps::Gaps::new(&coverage, report));
    if let Some(file) = &args.navigator {
        layer::write(file, &coverage, asked.as_ref())?;
    }
    if global.json {
        out::json(&record(&coverage, asked.as_ref()))?;
    } else {
        out::text(&shown::text(&coverage, asked.as_ref(), args.uncovered))?;
    }
    let gaps = asked.is_some_and(|gaps| gaps.missing() > 0);
    Ok(if gaps || coverage.unreadable > 0 { Exit::Findings } else { Exit::Ok })
}

fn record(coverage: &Coverage, gaps: Option<&gaps::Gaps>) -> Value {
    let techniques: Vec<_> = coverage
        .techniques
        .values()
        .map(|t| {
            json!({ "id": t.technique.id, "name": t.technique.name, "domain": t.technique.domain.as_str(),
                "tactics": t.technique.tactics, "rules": t.rules, "log_sources": t.sources })
        })
        .collect();
    let tactics: Vec<_> = coverage
        .tactics()
        .iter()
        .map(|t| {
            json!({ "id": t.tactic.id, "name": t.tactic.name, "domain": t.tactic.domain.as_str(),
                "techniques": t.all.len(), "covered": t.covered.len() })
        })
        .collect();
    let platforms: Vec<_> = coverage
        .platforms()
        .iter()
        .map(
            |p| json!({ "platform": p.name, "techniques": p.all, "covered": p.any, "own_log_source": p.own }),
        )
        .collect();
    let uncovered: Vec<_> = coverage.uncovered().map(|t| json!({ "id": t.id, "name": t.name })).collect();
    let moved: Vec<_> = coverage
        .moved
        .iter()
        .map(|(from, (to, rules))| json!({ "from": from, "to": to, "rules": rules }))
        .collect();
    let unknown: Vec<_> =
        coverage.unknown.iter().map(|(tag, rules)| json!({ "tag": tag, "rules": rules })).collect();
    json!({ "knowledge": coverage.pack.version_line(), "rules": coverage.rules,
        "unreadable": coverage.unreadable, "without_technique": coverage.untagged,
        "techniques": techniques, "tactics": tactics, "platforms": platforms, "uncovered": uncovered,
        "moved": moved, "unknown": unknown, "report": gaps.map(gaps::Gaps::record) })
}
