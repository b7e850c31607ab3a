//! `bartizan benchmark log`: what a log of Inspect says, recomputed.

mod text;

use std::fs::File;
use std::io::BufReader;
use std::ops::ControlFlow;
use std::path::Path;

use bartizan_inspect::log::Status;
use bartizan_inspect::score::{Book, Comparison, Verdict};
use bartizan_inspect::statistics::{Decision, Failed, Measured, decide, interval, paired};
use bartizan_inspect::{Limits, LogFile};
use bartizan_programme::anomaly::{self, Policy};
use serde_json::{Value, json};

use crate::args::Global;
use crate::args_benchmark::{LogArgs, ReadArgs};
use crate::exit::{Exit, Failure};
use crate::out;
use crate::terminal::plain;

pub use text::text;

/// Longest message of a run that failed, in characters.
const MESSAGE: usize = 300;

/// Opens a log.
pub fn open(path: &Path) -> Result<LogFile<BufReader<File>>, Failure> {
    let file = File::open(path).map_err(|error| {
        Failure::new(Exit::NoInput, "input.unreadable", format!("{}: {error}", path.display()))
    })?;
    let opened = LogFile::open(BufReader::new(file), Limits::default());
    opened.map_err(|error| {
        Failure::new(Exit::BadData, error.code().as_str(), format!("{}: {error}", path.display()))
    })
}

/// The scores of a log.
pub fn book(path: &Path) -> Result<Book, Failure> {
    let mut file = open(path)?;
    let mut book = Book::new(file.log());
    let read = file.each(|sample| {
        book.add(&sample);
        ControlFlow::<()>::Continue(())
    });
    read.map_err(|error| {
        Failure::new(Exit::BadData, error.code().as_str(), format!("{}: {error}", path.display()))
    })?;
    Ok(book)
}

/// Reads logs and tells what they say.
pub fn run(global: &Global, args: &LogArgs) -> Result<Exit, Failure> {
    check(&args.read)?;
    let against = args.against.as_deref().map(book).transpose()?;
    let (mut told, mut fine) = (Vec::new(), true);
    for path in &args.logs {
        let log = one(path, &args.read, against.as_ref(), (&Policy::default(), None))?;
        fine &= log["fine"] == true;
        if global.json {
            told.push(log);
        } else {
            out::text(&text(&log))?;
        }
    }
    if global.json {
        out::json(&json!({ "logs": told }))?;
    }
    Ok(if fine { Exit::Ok } else { Exit::Findings })
}

/// Whether the level is one.
pub fn check(args: &ReadArgs) -> Result<(), Failure> {
    if args.level > 0.5 && args.level < 1.0 {
        return Ok(());
    }
    let text = "--level is a share between 0.5 and 1, such as 0.95";
    Err(Failure::new(Exit::Usage, "benchmark.level", text))
}

/// What is told of a log. A run that was gone on with began when its first log did: then that is `since`, in milliseconds.
pub fn one(
    path: &Path,
    args: &ReadArgs,
    against: Option<&Book>,
    (policy, since): (&Policy, Option<i64>),
) -> Result<Value, Failure> {
    let book = book(path)?;
    let mut file = open(path)?;
    let unread = |error: bartizan_inspect::Error| {
        Failure::new(Exit::BadData, error.code().as_str(), format!("{}: {error}", path.display()))
    };
    let mut run = anomaly::of_log(&mut file).map_err(unread)?;
    run.span.0 = since.map_or(run.span.0, |since| since.min(run.span.0));
    let log = file.log();
    let comparison = Comparison::of(log, &book);
    let scores: Vec<Value> =
        book.scorers().into_iter().map(|scorer| score(&book, scorer, args, against)).collect();
    let anomalies: Vec<Value> = anomaly::find(&run, policy)
        .iter()
        .map(|one| json!({ "code": one.kind.as_str(), "sample": one.sample.as_ref().map(|(id, epoch)| format!("{id}, epoch {epoch}")), "seen": one.seen }))
        .collect();
    let diagnostics: Vec<String> = file.told().iter().map(ToString::to_string).collect();
    let error =
        log.error.as_ref().map(|error| plain(&error.message).chars().take(MESSAGE).collect::<String>());
    let fine = log.status == Status::Success
        && comparison.is_equal()
        && anomalies.is_empty()
        && diagnostics.is_empty();
    Ok(json!({
        "log": path.display().to_string(), "task": log.eval.task, "model": log.eval.model, "status": log.status.as_str(),
        "error": error, "samples": book.rows.len(), "scores": scores, "metrics": metrics(&comparison), "anomalies": anomalies,
        "diagnostics": diagnostics, "fine": fine,
    }))
}

fn metrics(comparison: &Comparison) -> Vec<Value> {
    let verdict = |verdict: &Verdict| match verdict {
        Verdict::Equal => "equal",
        Verdict::Differs => "differs",
        Verdict::NotRecomputed(_) => "not recomputed",
        _ => "not in the log",
    };
    comparison
        .metrics
        .iter()
        .map(|one| json!({ "scorer": one.scorer, "metric": one.metric, "stored": one.stored, "computed": one.computed, "verdict": verdict(&one.verdict) }))
        .collect()
}

fn score(book: &Book, scorer: &str, args: &ReadArgs, against: Option<&Book>) -> Value {
    let measured = Measured::of(book, scorer, None, Failed::LeftOut);
    let found = interval(&measured, args.level);
    let finite = |value: f64| value.is_finite().then_some(value);
    let mut told = json!({
        "scorer": scorer, "samples": measured.samples.len(), "estimate": finite(found.estimate), "lower": finite(found.lower),
        "upper": finite(found.upper), "level": args.level, "method": found.method.as_str(),
    });
    if let Some(threshold) = args.threshold {
        let decided = decide(&measured, threshold, args.level).decision;
        let needed = if let Decision::NotDecidable { needed } = decided { needed } else { None };
        told["decision"] =
            json!({ "threshold": threshold, "is": decided.as_str(), "samples_needed": needed });
    }
    if let Some(other) = against {
        let found = paired(&measured, &Measured::of(other, scorer, None, Failed::LeftOut), args.level);
        told["difference"] = json!({
            "estimate": finite(found.estimate), "lower": finite(found.lower), "upper": finite(found.upper), "samples": found.samples,
            "is": found.direction.as_str(),
        });
    }
    told
}
