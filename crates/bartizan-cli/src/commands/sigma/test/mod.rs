//! `bartizan sigma test`: rules asked of events that say what is expected.

mod asked;
mod case;
mod info;
mod junit;
mod known;
mod own;

use std::path::{Path, PathBuf};

use bartizan_sigma::yaml;
use serde_json::{Value, json};

use super::{events, rules};
use crate::args::Global;
use crate::args_sigma::SigmaTestArgs;
use crate::exit::{Exit, Failure};
use crate::{out, terminal};
use asked::Asked;
use case::{Case, Done, Given, Verdict};
use known::{Files, Rules};

/// Runs every test that is found.
pub fn run(global: &Global, args: &SigmaTestArgs) -> Result<Exit, Failure> {
    let (rules, cases) = find(args)?;
    if cases.is_empty() {
        return Err(Failure::new(
            Exit::NoInput,
            "sigma.no-tests",
            "no tests there: name files with `tests:`, info.yml of regression data, or rules with `regression_tests_path`",
        ));
    }
    let mut done = Vec::with_capacity(cases.len());
    for case in cases {
        let verdict = judge(&case, &rules, args.all_log_sources);
        let case = Done { case, verdict };
        if !global.json && (!global.quiet || case.verdict != Verdict::Passed) {
            out::text(&format!("{}\n", terminal::plain(&case.line())))?;
        }
        done.push(case);
    }
    if let Some(file) = &args.junit {
        std::fs::write(file, junit::document(&done)).map_err(|e| {
            Failure::new(
                Exit::CannotCreate,
                "output.unwritable",
                format!("cannot write {}: {e}", file.display()),
            )
        })?;
    }
    let count = |state: &str| done.iter().filter(|d| d.verdict.state() == state).count();
    let (passed, failed, errors) = (count("passed"), count("failed"), count("error"));
    if global.json {
        let tests: Vec<Value> = done.iter().map(Done::record).collect();
        out::json(&json!({ "passed": passed, "failed": failed, "errors": errors, "tests": tests }))?;
    } else if !global.quiet {
        out::note(&format!("{passed} passed, {failed} failed, {errors} errors"));
    }
    Ok(if failed + errors == 0 { Exit::Ok } else { Exit::Findings })
}

/// Rules and tests under the paths.
fn find(args: &SigmaTestArgs) -> Result<(Rules, Vec<Case>), Failure> {
    let mut known = Files::default();
    for file in rules::files(&args.rules)? {
        known.add(&file);
    }
    let mut cases = Vec::new();
    let mut infos: Vec<PathBuf> = Vec::new();
    for file in rules::files(&args.paths)? {
        let documents = match rules::text(&file).map(|text| yaml::parse(&text)) {
            Ok(Ok(documents)) => documents,
            Ok(Err(error)) => {
                cases.push(Case::broken(&file, error.code(), error.to_string()));
                continue;
            }
            Err(failure) => {
                cases.push(Case::broken(&file, &failure.code, failure.message));
                continue;
            }
        };
        for document in &documents {
            let is_rule =
                ["detection", "correlation", "filter"].iter().any(|key| document.get(key).is_some());
            if is_rule {
                known.add(&file);
                infos.extend(document.get("regression_tests_path").and_then(|p| info::beside(&file, p)));
            } else if document.get("regression_tests_info").is_some() {
                infos.push(file.clone());
            } else if document.get("tests").is_some() {
                cases.extend(own::cases(&file, document, &mut known));
            }
        }
    }
    // Regression data may be named by its rule and by its folder: it is one test.
    let mut seen = std::collections::HashSet::new();
    for file in infos {
        if seen.insert(file.canonicalize().unwrap_or_else(|_| file.clone())) {
            cases.extend(info::cases(&file));
        }
    }
    Ok((Rules::read(&known)?, cases))
}

/// Asks the rule of a case of its events.
fn judge(case: &Case, known: &Rules, everywhere: bool) -> Verdict {
    let given = match &case.given {
        Ok(given) => given,
        Err((code, message)) => return Verdict::Error(code.clone(), message.clone()),
    };
    let asked = known.find(&given.rule).and_then(|members| Asked::new(known, members, everywhere));
    let mut asked = match asked {
        Ok(asked) => asked,
        Err((code, message)) => return Verdict::Error(code, message),
    };
    match take(given, &mut asked) {
        Ok(()) => {
            let (events, matched) = asked.finish();
            given.expected.verdict(events, matched)
        }
        Err(failure) => Verdict::Error(failure.code, failure.message),
    }
}

/// Hands over the events of a case. What is no event is an error here: a test that is read by half says nothing.
fn take(given: &Given, asked: &mut Asked) -> Result<(), Failure> {
    given.inline.iter().cloned().for_each(|event| asked.take(event));
    for file in &given.files {
        let file: &Path = file;
        events::read(file, None, &mut events::open(file)?, &mut |event| {
            event.map(|event| asked.take(event))
        })?;
    }
    Ok(())
}
