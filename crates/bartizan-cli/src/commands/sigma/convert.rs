//! `bartizan sigma convert`: rules into queries.

use std::fs;
use std::io::IsTerminal;
use std::path::Path;
use std::sync::Arc;

use bartizan_sigma::Conversion;
use bartizan_sigma::pipeline::{Pipeline, Reach};
use bartizan_sigma::target::{self, Job, Query};
use serde_json::{Value, json};

use super::rules;
use super::set::Set;
use crate::args::Global;
use crate::args_sigma::SigmaConvertArgs;
use crate::exit::{Exit, Failure};
use crate::{out, run, terminal};

/// Converts every rule for every target.
pub fn run(global: &Global, args: &SigmaConvertArgs) -> Result<Exit, Failure> {
    let jobs = jobs(args)?;
    let files = rules::files(&args.paths)?;
    let set = Set::read(&files)?;
    let cores = std::thread::available_parallelism().map_or(1, usize::from);
    let (mut converted, mut refused) = (0_usize, 0_usize);
    let mut documents = Vec::new();
    run::in_order(
        files.len(),
        cores,
        |index| one(&set, index, &jobs),
        |index, lines| {
            for line in lines {
                match &line.result {
                    Ok(_) => converted += 1,
                    Err(_) => refused += 1,
                }
                put(global, args, &files[index], line, &mut documents)?;
            }
            Ok(())
        },
    )?;
    if global.json && !args.jsonl {
        out::json(&json!({ "conversions": documents, "converted": converted, "refused": refused }))?;
    } else if !global.quiet && !args.jsonl {
        out::note(&format!("{converted} converted, {refused} refused"));
    }
    Ok(if refused == 0 || args.skip_unsupported || args.jsonl { Exit::Ok } else { Exit::Findings })
}

/// What to convert for: labels, or targets with pipelines and a format.
fn jobs(args: &SigmaConvertArgs) -> Result<Vec<Job>, Failure> {
    let usage = |message: String| Failure::new(Exit::Usage, "usage", message);
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
    let (files, names): (Vec<_>, Vec<_>) =
        args.pipeline.iter().cloned().partition(|p| p.ends_with(".yml") || p.ends_with(".yaml"));
    let mut own = files.iter().map(|file| pipeline(Path::new(file))).collect::<Result<Vec<_>, _>>()?;
    // Pipelines are applied by their priority, those of the same in the order given.
    own.sort_by_key(|pipeline| pipeline.priority);
    for name in &args.target {
        let mut job = Job::new(name, &names, args.format.as_deref()).map_err(usage)?;
        job.user.clone_from(&own);
        jobs.push(job);
    }
    for job in &mut jobs {
        job.approximate = args.approximate;
        if args.wide {
            job.reach = Reach::Wide;
        }
    }
    Ok(jobs)
}

/// A pipeline of the user's.
fn pipeline(file: &Path) -> Result<Arc<Pipeline>, Failure> {
    let parsed = Pipeline::parse(&rules::text(file)?);
    parsed.map(Arc::new).map_err(|e| {
        let message = format!("{}: {e}", file.display());
        Failure::new(Exit::BadData, e.code(), message)
    })
}

struct Line {
    id: String,
    title: String,
    label: String,
    format: &'static str,
    result: Result<Conversion, (String, String)>,
}

fn one(set: &Set, file: usize, jobs: &[Job]) -> Vec<Line> {
    let mut lines = Vec::new();
    for item in set.items(file) {
        let first = item.members.as_ref().ok().and_then(|members| set.about(*members.first()?));
        for job in jobs {
            lines.push(Line {
                id: item.id.clone(),
                title: first.map(|about| about.title.clone()).unwrap_or_default(),
                label: job.name.clone(),
                format: job.format,
                result: set.convert(item, job),
            });
        }
    }
    lines
}

/// One query as itself, several as a list.
fn value(queries: &[Query]) -> Value {
    let mut values: Vec<Value> = queries
        .iter()
        .map(|query| match query {
            Query::Text(text) => json!(text),
            Query::Json(value) => value.clone(),
        })
        .collect();
    match values.len() {
        1 => values.remove(0),
        _ => Value::Array(values),
    }
}

fn put(
    global: &Global,
    args: &SigmaConvertArgs,
    path: &Path,
    line: Line,
    documents: &mut Vec<Value>,
) -> Result<(), Failure> {
    if args.jsonl || global.json {
        let mut record = json!({ "rule_id": line.id, "backend": line.label });
        match &line.result {
            Ok(conversion) => {
                record["query"] = value(&conversion.queries);
                if !conversion.notes.is_empty() {
                    let notes = conversion.notes.iter();
                    record["notes"] =
                        notes.map(|n| json!({ "code": n.code, "message": n.message })).collect();
                }
            }
            Err((code, message)) => {
                record["error"] = json!(code);
                record["msg"] = json!(message);
            }
        }
        if args.jsonl {
            return out::text(&format!("{record}\n"));
        }
        documents.push(record);
        return Ok(());
    }
    let conversion = match line.result {
        Ok(conversion) => conversion,
        Err((code, message)) => {
            if !global.quiet {
                out::note(&format!("{}: {}: {message} [{code}]", path.display(), line.label));
            }
            return Ok(());
        }
    };
    if !global.quiet {
        for note in &conversion.notes {
            out::note(&format!("{}: {}: {} [{}]", path.display(), line.label, note.message, note.code));
        }
    }
    let text = conversion.queries.iter().fold(String::new(), |text, query| {
        text + &match query {
            Query::Text(query) => format!("{query}\n"),
            Query::Json(value) if line.format.ends_with("ndjson") => format!("{value}\n"),
            Query::Json(value) => format!("{value:#}\n"),
        }
    });
    match &args.output {
        // A terminal gets no control characters of the rule's; a pipe gets the query as it is.
        None if std::io::stdout().is_terminal() => {
            let lines: String = text.lines().map(|line| format!("{}\n", terminal::plain(line))).collect();
            out::text(&lines)
        }
        None => out::text(&text),
        Some(folder) => {
            // The id is the rule's own text: only what looks like one becomes a file name.
            let safe = |c: char| c.is_ascii_alphanumeric() || c == '-';
            let stem = match line.id.as_str() {
                id if !id.is_empty() && id.len() <= 64 && id.chars().all(safe) => id.to_owned(),
                _ => path.file_stem().unwrap_or_default().to_string_lossy().into_owned(),
            };
            let folder = folder.join(&line.label);
            let file = folder.join(format!("{stem}.txt"));
            fs::create_dir_all(&folder).and_then(|()| fs::write(&file, text)).map_err(|e| {
                let message = format!("cannot write {} ({}): {e}", file.display(), line.title);
                Failure::new(Exit::CannotCreate, "output.unwritable", message)
            })
        }
    }
}
