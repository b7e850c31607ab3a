//! `bartizan sigma convert`: rules into queries.

mod sink;

use bartizan_sigma::pipeline::Reach;
use bartizan_sigma::target::{self, Job};
use bartizan_sigma::{Conversion, settles};
use serde_json::json;

use super::jobs::{Pipelines, usage};
use super::rules;
use super::set::Set;
use crate::args::Global;
use crate::args_sigma::SigmaConvertArgs;
use crate::exit::{Exit, Failure};
use crate::{out, run};
use sink::Sink;

/// Converts every rule for every target.
pub fn run(global: &Global, args: &SigmaConvertArgs) -> Result<Exit, Failure> {
    let jobs = jobs(args)?;
    let files = rules::files_like(&args.paths, args.file_pattern.as_deref())?;
    let set = Set::read(&files)?;
    let mut sink = Sink::new(global, args, &jobs)?;
    let cores = std::thread::available_parallelism().map_or(1, usize::from);
    let (mut converted, mut refused) = (0_usize, 0_usize);
    let mut put = |index: usize, line: Line| {
        match &line.result {
            Ok(_) => converted += 1,
            Err(_) => refused += 1,
        }
        sink.put(&files[index], line)
    };
    // What no two rules may share is known when all of them are converted.
    let together = jobs.iter().any(settles);
    let mut all = Vec::new();
    run::in_order(
        files.len(),
        cores,
        |index| one(&set, index, &jobs),
        |index, lines| {
            if together {
                all.extend(lines.into_iter().map(|line| (index, line)));
                return Ok(());
            }
            lines.into_iter().try_for_each(|line| put(index, line))
        },
    )?;
    settle(&mut all, &jobs);
    all.into_iter().try_for_each(|(index, line)| put(index, line))?;
    let (documents, outputs) = sink.finish()?;
    if global.json && !args.jsonl {
        let mut report = json!({ "conversions": documents, "converted": converted, "refused": refused });
        if !outputs.is_empty() {
            report["outputs"] = outputs.into();
        }
        out::json(&report)?;
    } else if !global.quiet && !args.jsonl {
        out::note(&format!("{converted} converted, {refused} refused"));
    }
    Ok(if refused == 0 || args.skip_unsupported || args.jsonl { Exit::Ok } else { Exit::Findings })
}

/// Puts the conversions of each job right together.
fn settle(all: &mut [(usize, Line)], jobs: &[Job]) {
    for (number, job) in jobs.iter().enumerate().filter(|(_, job)| settles(job)) {
        let mut places = Vec::new();
        let mut set = Vec::new();
        for (place, (_, line)) in all.iter_mut().enumerate().filter(|(_, (_, line))| line.job == number) {
            if let Ok(conversion) = &mut line.result {
                places.push(place);
                set.push(conversion);
            }
        }
        for (at, failure) in bartizan_sigma::settle(job, &mut set) {
            if let Some((_, line)) = places.get(at).and_then(|place| all.get_mut(*place)) {
                line.result = Err((failure.reason.code().to_owned(), failure.message));
            }
        }
    }
}

/// What to convert for: labels, or targets with pipelines and a format.
fn jobs(args: &SigmaConvertArgs) -> Result<Vec<Job>, Failure> {
    let mut jobs = Vec::new();
    for name in &args.label {
        if name == "all" {
            for label in target::labels() {
                jobs.push(Job::of_label(label).map_err(usage)?);
            }
            continue;
        }
        let label = target::label(name)
            .ok_or_else(|| usage(format!("no label `{name}`; `bartizan sigma targets` lists them")))?;
        jobs.push(Job::of_label(label).map_err(usage)?);
    }
    let pipelines = Pipelines::read(&args.pipeline)?;
    for name in &args.target {
        if !args.disable_pipeline_check {
            pipelines.check(name)?;
        }
        jobs.push(pipelines.job(name, args.format.as_deref())?);
    }
    for job in &mut jobs {
        job.approximate = args.approximate;
        if args.wide {
            job.reach = Reach::Wide;
        }
    }
    Ok(jobs)
}

/// What a rule became for one of the jobs.
struct Line {
    id: String,
    job: usize,
    label: String,
    format: &'static str,
    result: Result<Conversion, (String, String)>,
}

fn one(set: &Set, file: usize, jobs: &[Job]) -> Vec<Line> {
    let mut lines = Vec::new();
    for item in set.items(file) {
        for (number, job) in jobs.iter().enumerate() {
            lines.push(Line {
                id: item.id.clone(),
                job: number,
                label: job.name.clone(),
                format: job.format,
                result: set.convert(item, job),
            });
        }
    }
    lines
}
