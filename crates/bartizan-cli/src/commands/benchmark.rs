//! `bartizan benchmark`: suites as datasets for Inspect, and its logs read.

use std::fs::File;
use std::io::{BufReader, Read};
use std::ops::ControlFlow;
use std::path::Path;

use bartizan_inspect::score::{Book, Comparison, Verdict};
use bartizan_inspect::statistics::{Decision, Failed, Measured, decide, interval, paired};
use bartizan_inspect::{Limits, LogFile};
use bartizan_programme::anomaly::{self, Policy};
use bartizan_programme::suite::{self, Format, Question, Scoring, TASK_FILE, builtin, dataset};
use serde_json::{Value, json};

use crate::args::Global;
use crate::args_benchmark::{BenchmarkCommand, DatasetArgs, LogArgs};
use crate::exit::{Exit, Failure};
use crate::out;
use crate::terminal::plain;

/// Runs one of its commands.
pub fn run(global: &Global, command: &BenchmarkCommand) -> Result<Exit, Failure> {
    match command {
        BenchmarkCommand::Suites => suites(global),
        BenchmarkCommand::Dataset(args) => write(global, args),
        BenchmarkCommand::Log(args) => logs(global, args),
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

fn questions(args: &DatasetArgs) -> Result<(Scoring, Vec<Question>), Failure> {
    let Some(format) = &args.format else {
        let known = builtin().into_iter().find(|one| one.name == args.suite);
        let known = known.map(|one| (one.scoring, one.questions));
        let text =
            "is no suite of the program; `bartizan benchmark suites` lists them, and --format reads a file";
        return known
            .ok_or_else(|| Failure::new(Exit::Usage, "benchmark.suite", format!("{} {text}", args.suite)));
    };
    let format = Format::parse(format).ok_or_else(|| {
        let all: Vec<&str> = Format::ALL.iter().map(|one| one.as_str()).collect();
        Failure::new(Exit::Usage, "benchmark.format", format!("{format} is none of {}", all.join(", ")))
    })?;
    let mut bytes = Vec::new();
    let most = u64::try_from(suite::MOST_BYTES).unwrap_or(u64::MAX).saturating_add(1);
    let read = File::open(&args.suite).and_then(|file| file.take(most).read_to_end(&mut bytes));
    read.map_err(|error| {
        Failure::new(Exit::NoInput, "input.unreadable", format!("{}: {error}", args.suite))
    })?;
    suite::load(format, &bytes).map_err(|fault| {
        Failure::new(Exit::BadData, fault.code.as_str(), format!("{}: {}", args.suite, fault.message))
    })
}

fn write(global: &Global, args: &DatasetArgs) -> Result<Exit, Failure> {
    let (scoring, questions) = questions(args)?;
    let failed = |error: std::io::Error| {
        Failure::new(Exit::CannotCreate, "output.failed", format!("{}: {error}", args.dir.display()))
    };
    std::fs::create_dir_all(&args.dir).map_err(failed)?;
    std::fs::write(args.dir.join("dataset.jsonl"), dataset(&questions)).map_err(failed)?;
    std::fs::write(args.dir.join("inspect_task.py"), TASK_FILE).map_err(failed)?;
    if global.json {
        out::json(
            &json!({ "questions": questions.len(), "scoring": scoring.as_str(), "dir": args.dir.display().to_string() }),
        )?;
    } else {
        let dir = args.dir.display();
        out::text(&format!(
            "{} questions. To run them:\n  inspect eval {dir}/inspect_task.py@suite -T dataset=$PWD/{dir}/dataset.jsonl -T scoring={} --model MODEL\n",
            questions.len(),
            scoring.as_str()
        ))?;
    }
    Ok(Exit::Ok)
}

fn open(path: &Path) -> Result<LogFile<BufReader<File>>, Failure> {
    let file = File::open(path).map_err(|error| {
        Failure::new(Exit::NoInput, "input.unreadable", format!("{}: {error}", path.display()))
    })?;
    let opened = LogFile::open(BufReader::new(file), Limits::default());
    opened.map_err(|error| {
        Failure::new(Exit::BadData, error.code().as_str(), format!("{}: {error}", path.display()))
    })
}

fn book(path: &Path) -> Result<Book, Failure> {
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

fn logs(global: &Global, args: &LogArgs) -> Result<Exit, Failure> {
    if !(args.level > 0.5 && args.level < 1.0) {
        return Err(Failure::new(
            Exit::Usage,
            "benchmark.level",
            "--level is a share between 0.5 and 1, such as 0.95",
        ));
    }
    let against = args.against.as_deref().map(book).transpose()?;
    let (mut told, mut fine) = (Vec::new(), true);
    for path in &args.logs {
        let log = one(path, args, against.as_ref())?;
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

/// What is told of a log.
fn one(path: &Path, args: &LogArgs, against: Option<&Book>) -> Result<Value, Failure> {
    let book = book(path)?;
    let mut file = open(path)?;
    let unread = |error: bartizan_inspect::Error| {
        Failure::new(Exit::BadData, error.code().as_str(), format!("{}: {error}", path.display()))
    };
    let run = anomaly::of_log(&mut file).map_err(unread)?;
    let log = file.log();
    let comparison = Comparison::of(log, &book);
    let scores: Vec<Value> =
        book.scorers().into_iter().map(|scorer| score(&book, scorer, args, against)).collect();
    let metrics: Vec<Value> = comparison
        .metrics
        .iter()
        .map(|one| {
            let verdict = match &one.verdict {
                Verdict::Equal => "equal",
                Verdict::Differs => "differs",
                Verdict::NotRecomputed(_) => "not recomputed",
                _ => "not in the log",
            };
            json!({ "scorer": one.scorer, "metric": one.metric, "stored": one.stored, "computed": one.computed, "verdict": verdict })
        })
        .collect();
    let anomalies: Vec<Value> = anomaly::find(&run, &Policy::default())
        .iter()
        .map(|one| json!({ "code": one.kind.as_str(), "sample": one.sample.as_ref().map(|(id, epoch)| format!("{id}, epoch {epoch}")), "seen": one.seen }))
        .collect();
    let diagnostics: Vec<String> = file.told().iter().map(ToString::to_string).collect();
    Ok(json!({
        "log": path.display().to_string(), "task": log.eval.task, "model": log.eval.model, "status": log.status.as_str(),
        "samples": book.rows.len(), "scores": scores, "metrics": metrics, "anomalies": anomalies, "diagnostics": diagnostics,
        "fine": comparison.is_equal() && anomalies.is_empty() && diagnostics.is_empty(),
    }))
}

fn score(book: &Book, scorer: &str, args: &LogArgs, against: Option<&Book>) -> Value {
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

/// The same for people. Names and words of a log are somebody's: nothing of them steers the terminal.
fn text(log: &Value) -> String {
    let word = |value: &Value| plain(value.as_str().unwrap_or(""));
    let number = |value: &Value| value.as_f64().map_or("–".to_owned(), |value| format!("{value:.4}"));
    let list = |value: &Value| value.as_array().cloned().unwrap_or_default();
    let mut text = format!(
        "{}\n  {} on {}, {}, {} samples\n",
        word(&log["log"]),
        word(&log["task"]),
        word(&log["model"]),
        word(&log["status"]),
        log["samples"]
    );
    for one in list(&log["scores"]) {
        text += &format!(
            "  {}: {} ({} to {}, {})\n",
            word(&one["scorer"]),
            number(&one["estimate"]),
            number(&one["lower"]),
            number(&one["upper"]),
            word(&one["method"])
        );
        if one["decision"].is_object() {
            let decision = &one["decision"];
            text += &format!("    threshold {}: {}", decision["threshold"], word(&decision["is"]));
            if let Some(needed) = decision["samples_needed"].as_u64() {
                text += &format!(", about {needed} samples would decide it");
            }
            text += "\n";
        }
        if one["difference"].is_object() {
            let found = &one["difference"];
            text += &format!(
                "    against the other log: {} ({} to {}) over {} samples, {}\n",
                number(&found["estimate"]),
                number(&found["lower"]),
                number(&found["upper"]),
                found["samples"],
                word(&found["is"])
            );
        }
    }
    for one in list(&log["metrics"]).iter().filter(|one| one["verdict"] != "equal") {
        text += &format!(
            "  {} {}: {} in the log, {} recomputed: {}\n",
            word(&one["scorer"]),
            word(&one["metric"]),
            number(&one["stored"]),
            number(&one["computed"]),
            word(&one["verdict"])
        );
    }
    for one in list(&log["anomalies"]) {
        let sample =
            one["sample"].as_str().map(|sample| format!(" in sample {}", plain(sample))).unwrap_or_default();
        text += &format!("  {}{sample}: {}\n", word(&one["code"]), word(&one["seen"]));
    }
    for one in list(&log["diagnostics"]) {
        text += &format!("  {}\n", word(&one));
    }
    text
}
