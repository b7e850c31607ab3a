//! `bartizan sigma lint`: findings about rules.

use std::fs;
use std::path::Path;

use bartizan_sigma::lint::{self, Finding, Fix};
use bartizan_sigma::rule;
use serde_json::json;

use super::rules;
use crate::args::Global;
use crate::args_sigma::SigmaLintArgs;
use crate::exit::{Exit, Failure};
use crate::{out, terminal};

/// Checks every file, with `--fix` after putting right what can be.
pub fn run(global: &Global, args: &SigmaLintArgs) -> Result<Exit, Failure> {
    let mut findings: Vec<(String, Finding)> = Vec::new();
    let mut fixes: Vec<(String, Fix)> = Vec::new();
    let mut texts = Vec::new();
    let files = rules::files(&args.paths)?;
    for file in &files {
        let label = file.display().to_string();
        match rules::text(file) {
            Ok(text) => {
                let text = if args.fix { fixed(args, file, text, &mut fixes)? } else { text };
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
        let mut report = json!({ "files": files.len(), "findings": rows });
        if args.fix {
            let fixes = fixes.iter();
            report["fixes"] = fixes
                .map(|(file, f)| {
                    json!({ "file": file, "line": f.place.line, "column": f.place.column,
                        "code": f.code, "message": f.message })
                })
                .collect();
            report["written"] = json!(!args.dry_run);
        }
        out::json(&report)?;
    } else {
        let word = if args.dry_run { "would fix" } else { "fixed" };
        for (file, f) in &fixes {
            let line =
                format!("{file}:{}:{}: {word}: {} [{}]", f.place.line, f.place.column, f.message, f.code);
            out::text(&format!("{}\n", terminal::plain(&line)))?;
        }
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
            let changed = if args.fix { format!("{} {word}, ", fixes.len()) } else { String::new() };
            out::note(&format!("{} files, {changed}{} findings", files.len(), findings.len()));
        }
    }
    Ok(if findings.is_empty() { Exit::Ok } else { Exit::Findings })
}

/// The text after its fixes, which is written unless that was not wanted.
fn fixed(
    args: &SigmaLintArgs,
    file: &Path,
    text: String,
    fixes: &mut Vec<(String, Fix)>,
) -> Result<String, Failure> {
    let fixed = lint::fix(&text);
    if fixed.fixes.is_empty() {
        return Ok(text);
    }
    if !args.dry_run {
        fs::write(file, &fixed.text).map_err(|e| {
            let message = format!("cannot write {}: {e}", file.display());
            Failure::new(Exit::CannotCreate, "output.unwritable", message)
        })?;
    }
    fixes.extend(fixed.fixes.into_iter().map(|fix| (file.display().to_string(), fix)));
    Ok(fixed.text)
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
