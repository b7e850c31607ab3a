//! `bartizan benchmark`: suites as datasets for Inspect, plans carried out by it, and its logs read.

mod dataset;
mod log;
mod plans;
mod run;

use bartizan_programme::suite::builtin;
use serde_json::{Value, json};

use crate::args::Global;
use crate::args_benchmark::BenchmarkCommand;
use crate::exit::{Exit, Failure};
use crate::out;

/// Runs one of its commands.
pub fn run(global: &Global, command: &BenchmarkCommand) -> Result<Exit, Failure> {
    match command {
        BenchmarkCommand::Suites => suites(global),
        BenchmarkCommand::Dataset(args) => dataset::write(global, args),
        BenchmarkCommand::Plans(args) => plans::list(global, args),
        BenchmarkCommand::Run(args) => run::run(global, args),
        BenchmarkCommand::Log(args) => log::run(global, args),
    }
}

fn suites(global: &Global) -> Result<Exit, Failure> {
    let all = builtin();
    if global.json {
        let list: Vec<Value> = all
            .iter()
            .map(|one| json!({ "name": one.name, "version": one.version, "title": one.title, "scoring": one.scoring.as_str(), "questions": one.questions.len() }))
            .collect();
        out::json(&json!({ "suites": list }))?;
    } else {
        for one in &all {
            out::text(&format!(
                "{:<18} {:>3} questions, {:<9} {}\n",
                one.name,
                one.questions.len(),
                one.scoring.as_str(),
                one.title
            ))?;
        }
    }
    Ok(Exit::Ok)
}
