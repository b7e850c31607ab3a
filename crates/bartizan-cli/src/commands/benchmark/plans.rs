//! `bartizan benchmark plans`, and where plans come from.

use std::path::Path;

use bartizan_programme::Id;
use bartizan_programme::plan::{Catalogue, MOST_BYTES, MOST_EACH, MOST_SAMPLES, Plan};
use serde_json::{Value, json};

use super::dataset::read;
use crate::args::Global;
use crate::args_benchmark::{PlansArgs, RunArgs};
use crate::exit::{Exit, Failure};
use crate::out;

/// Lists the plans of a catalogue.
pub fn list(global: &Global, args: &PlansArgs) -> Result<Exit, Failure> {
    let catalogue = catalogue(args)?;
    if global.json {
        let one = |plan: &Plan| json!({ "plan": plan, "digest": plan.digest().as_str(), "expected": plan.expected() });
        let plans: Vec<Value> = catalogue.plans.iter().map(one).collect();
        let Catalogue { id, version, digest, .. } = &catalogue;
        out::json(
            &json!({ "catalogue": id.as_str(), "version": version.as_str(), "digest": digest.as_str(), "plans": plans }),
        )?;
        return Ok(Exit::Ok);
    }
    for plan in &catalogue.plans {
        let seeds: Vec<String> = plan.seeds.iter().map(ToString::to_string).collect();
        out::text(&format!(
            "{:<26} {} {:<18} seeds {:<8} epochs {:<3} {:>5} samples  {}\n",
            plan.id.as_str(),
            plan.level,
            plan.suite.as_str(),
            seeds.join(","),
            plan.epochs,
            plan.expected(),
            plan.title,
        ))?;
    }
    Ok(Exit::Ok)
}

fn catalogue(args: &PlansArgs) -> Result<Catalogue, Failure> {
    let wrong = |error: bartizan_programme::Error| {
        Failure::new(Exit::BadData, error.code().as_str(), error.to_string())
    };
    match &args.catalogue {
        None => Catalogue::embedded().map_err(|error| Failure::internal(error.to_string())),
        Some(file) => Catalogue::parse(&read(file, MOST_BYTES)?).map_err(wrong),
    }
}

/// The plans that were asked for, each once.
pub fn wanted(args: &RunArgs) -> Result<Vec<Plan>, Failure> {
    if let Some(file) = &args.plan_file {
        return Ok(vec![from_file(file)?]);
    }
    let catalogue = catalogue(&args.from)?;
    let mut plans: Vec<Plan> = Vec::new();
    for text in &args.plans {
        let known = text.parse::<Id>().ok().and_then(|id| catalogue.plan(&id).cloned());
        let plan = known.ok_or_else(|| {
            let text = format!("{text} is no plan of the catalogue; `bartizan benchmark plans` lists them");
            Failure::new(Exit::Usage, "benchmark.plan", text)
        })?;
        if !plans.contains(&plan) {
            plans.push(plan);
        }
    }
    Ok(plans)
}

fn from_file(file: &Path) -> Result<Plan, Failure> {
    let bytes = read(file, MOST_BYTES)?;
    let wrong = |why: String| {
        Failure::new(Exit::BadData, "benchmark.plan", format!("{} is no plan: {why}", file.display()))
    };
    let plan: Plan = serde_json::from_slice(&bytes).map_err(|error| wrong(error.to_string()))?;
    let lists = [plan.seeds.len(), plan.hosts.len(), plan.parameters.len(), plan.elicitation.tools.len()];
    if !(1..=MOST_SAMPLES).contains(&plan.expected()) || lists.iter().any(|count| *count > MOST_EACH) {
        return Err(wrong("a number or a list is out of bounds".into()));
    }
    Ok(plan)
}
