//! `bartizan sigma lint`: findings about rules.

use bartizan_sigma::lint::{self, Finding};
use bartizan_sigma::rule;
use serde_json::json;

use super::rules;
use crate::args::Global;
use crate::args_sigma::SigmaLintArgs;
use crate::exit::{Exit, Failure};
use crate::{out, terminal};

/// Checks every file.
pub fn run(global: &Global, args: &SigmaLintArgs) -> Result<Exit, Failure> {
    let mut findings: Vec<(String, Finding)> = Vec::new();
    let mut texts = Vec::new();
    let files = rules::files(&args.paths)?;
    for file in &files {
        let label = file.display().to_string();
        match rules::text(file) {
            Ok(text) => {
                findings.extend(lint::check(&text).into_iter().map(|f| (label.clone(), f)));
                texts.push((label, text));
            }
            Err(failure) => findings.push((label, Finding::unreadable(failure.message))),
        }
    }
    findings.extend(references(&texts));
    if args.sarif {
        out::json(&sarif(&findings))?;
    } else if global.json {
        let rows: Vec<_> = findings
            .iter()
            .map(|(file, f)| {
                json!({ "file": file, "line": f.place.line, "column": f.place.column,
                    "code": f.code, "severity": f.severity.as_str(), "message": f.message })
            })
            .collect();
        out::json(&json!({ "files": files.len(), "findings": rows }))?;
    } else {
        for (file, f) in &findings {
            let line = format!(
                "{file}:{}:{}: {}: {} [{}]",
                f.place.line,
                f.place.column,
                f.severity.as_str(),
                f.message,
                f.code
            );
            out::text(&format!("{}\n", terminal::plain(&line)))?;
        }
        if !global.quiet {
            out::note(&format!("{} files, {} findings", files.len(), findings.len()));
        }
    }
    Ok(if findings.is_empty() { Exit::Ok } else { Exit::Findings })
}

/// What correlations and filters say of rules, in whichever file they are.
fn references(texts: &[(String, String)]) -> Vec<(String, Finding)> {
    let names = |text: &str| text.contains("correlation:") || text.contains("filter:");
    if !texts.iter().any(|(_, text)| names(text)) {
        return Vec::new();
    }
    let (mut documents, mut labels) = (Vec::new(), Vec::new());
    for (label, text) in texts {
        let read = rule::parse(text).unwrap_or_default();
        labels.extend(std::iter::repeat_n(label, read.len()));
        documents.extend(read);
    }
    let found = lint::references(documents).into_iter();
    found.filter_map(|(at, finding)| Some(((*labels.get(at)?).clone(), finding))).collect()
}

/// SARIF 2.1.0 (OASIS), section 3.
fn sarif(findings: &[(String, Finding)]) -> serde_json::Value {
    let results: Vec<_> = findings
        .iter()
        .map(|(file, f)| {
            json!({
                "ruleId": f.code,
                "level": f.severity.as_str(),
                "message": { "text": f.message },
                "locations": [{ "physicalLocation": {
                    "artifactLocation": { "uri": file.replace('\\', "/") },
                    "region": { "startLine": f.place.line.max(1), "startColumn": f.place.column.max(1) }
                }}]
            })
        })
        .collect();
    let rules: Vec<_> = lint::CODES
        .iter()
        .map(|(code, text)| json!({ "id": code, "shortDescription": { "text": text } }))
        .collect();
    json!({
        "$schema": "https://json.schemastore.org/sarif-2.1.0.json",
        "version": "2.1.0",
        "runs": [{
            "tool": { "driver": { "name": "bartizan", "version": env!("CARGO_PKG_VERSION"), "rules": rules } },
            "results": results
        }]
    })
}
