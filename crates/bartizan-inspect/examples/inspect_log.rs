//! Reads a log of Inspect and prints what it holds.
//!
//! ```text
//! cargo run -p bartizan-inspect --example inspect_log -- LOG            for people
//! cargo run -p bartizan-inspect --example inspect_log -- --lines LOG…   a JSON object a line, for scripts/inspect-oracle.py
//! cargo run -p bartizan-inspect --example inspect_log -- --compare A B  the paired difference of two logs, scorer by scorer
//! ```
#![allow(clippy::disallowed_methods, clippy::print_stdout)]

use std::fs::File;
use std::io::{BufWriter, Write};
use std::ops::ControlFlow;
use std::process::ExitCode;

use bartizan_inspect::score::{Book, Comparison, Scalar, Value, Verdict};
use bartizan_inspect::statistics::{Failed, Measured, interval, paired};
use bartizan_inspect::{Error, Json, Limits, LogFile, Sample};
use serde_json::json;

type Out<'a> = BufWriter<std::io::StdoutLock<'a>>;

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let mut out = BufWriter::new(std::io::stdout().lock());
    let words: Vec<&str> = arguments.iter().map(String::as_str).collect();
    let done = match words.as_slice() {
        ["--lines", logs @ ..] => logs.iter().try_for_each(|log| lines(log, &mut out)),
        ["--compare", a, b] => compare(a, b, &mut out),
        [log] => people(log, &mut out),
        _ => Err("give a log, or --lines and logs, or --compare and two logs".into()),
    };
    match done.and_then(|()| out.flush().map_err(Into::into)) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("inspect_log: {error}");
            ExitCode::FAILURE
        }
    }
}

type Done = Result<(), Box<dyn std::error::Error>>;

fn open(path: &str) -> Result<LogFile<File>, Error> {
    LogFile::open(File::open(path)?, Limits::default())
}

fn people(path: &str, out: &mut Out<'_>) -> Done {
    let mut file = open(path)?;
    let log = file.log().clone();
    writeln!(
        out,
        "{} of {} by {}: {}, version {}",
        log.eval.task,
        log.eval.created,
        log.eval.model,
        log.status.as_str(),
        log.version
    )?;
    let mut book = Book::new(&log);
    let mut read = 0;
    file.each(|sample| {
        book.add(&sample);
        read += 1;
        ControlFlow::<()>::Continue(())
    })?;
    writeln!(out, "{read} of {} samples read", file.keys().len())?;
    for one in file.told() {
        writeln!(out, "{one}")?;
    }
    let comparison = Comparison::of(&log, &book);
    for one in &comparison.metrics {
        let reducer = one.reducer.as_deref().unwrap_or("-");
        let number = |value: Option<f64>| value.map_or("-".to_owned(), |value| value.to_string());
        let (stored, computed) = (number(one.stored), number(one.computed));
        writeln!(
            out,
            "{} {} {reducer} {}: {stored} {computed} {:?}",
            one.scorer, one.score, one.metric, one.verdict
        )?;
    }
    for scorer in book.scorers() {
        let measured = Measured::of(&book, scorer, None, Failed::LeftOut);
        if !measured.samples.is_empty() {
            let found = interval(&measured, 0.95);
            writeln!(
                out,
                "{scorer}: {:.4} from {:.4} to {:.4} ({})",
                found.estimate,
                found.lower,
                found.upper,
                found.method.as_str()
            )?;
        }
    }
    Ok(())
}

fn compare(a: &str, b: &str, out: &mut Out<'_>) -> Done {
    let (a, b) = (book(a)?, book(b)?);
    for scorer in a.scorers() {
        let of = |book: &Book| Measured::of(book, scorer, None, Failed::LeftOut);
        let found = paired(&of(&a), &of(&b), 0.95);
        let direction = found.direction.as_str();
        writeln!(
            out,
            "{scorer}: {:.4} from {:.4} to {:.4} over {}: {direction}",
            found.estimate, found.lower, found.upper, found.samples
        )?;
    }
    Ok(())
}

fn book(path: &str) -> Result<Book, Error> {
    let mut file = open(path)?;
    let mut book = Book::new(file.log());
    file.each(|sample| {
        book.add(&sample);
        ControlFlow::<()>::Continue(())
    })?;
    Ok(book)
}

/// Everything that a script may compare.
fn lines(path: &str, out: &mut Out<'_>) -> Done {
    let mut file = match open(path) {
        Ok(file) => file,
        Err(error) => {
            writeln!(out, "{}", json!({ "kind": "error", "path": path, "code": error.code().as_str() }))?;
            return Ok(());
        }
    };
    let log = file.log().clone();
    let usage: Vec<_> = log
        .stats
        .usage
        .iter()
        .map(|(model, usage)| json!([model, usage.input, usage.output, usage.total]))
        .collect();
    writeln!(
        out,
        "{}",
        json!({
            "kind": "log", "path": path, "version": log.version, "status": log.status.as_str(), "task": log.eval.task, "model": log.eval.model,
            "created": log.eval.created, "run": log.eval.run_id, "epochs": log.eval.config.epochs, "tags": log.tags,
            "invalidated": log.invalidated, "samples": file.keys().len(), "usage": usage, "error": log.error.as_ref().map(|one| &one.message),
        })
    )?;
    for name in file.documents() {
        if let Some(json) = file.document(&name)? {
            writeln!(out, "{{\"kind\":\"document\",\"name\":{},\"json\":{json}}}", json!(name))?;
        }
    }
    let mut book = Book::new(&log);
    for number in 0..file.keys().len() {
        if let Some(sample) = file.sample(number)? {
            book.add(&sample);
            writeln!(out, "{{\"kind\":\"sample\",\"typed\":{},\"json\":{}}}", typed(&sample), sample.json)?;
        }
    }
    for one in file.told() {
        writeln!(
            out,
            "{}",
            json!({ "kind": "told", "code": one.code.as_str(), "place": one.place, "seen": one.seen })
        )?;
    }
    results(&Comparison::of(&log, &book), out)
}

fn results(comparison: &Comparison, out: &mut Out<'_>) -> Done {
    // `null` for what is missing, a text for what is no number of JSON.
    let number = |value: Option<f64>| {
        value.map(|value| if value.is_finite() { json!(value) } else { json!(value.to_string()) })
    };
    for one in &comparison.metrics {
        let verdict = match &one.verdict {
            Verdict::Equal => "equal",
            Verdict::Differs => "differs",
            Verdict::NotStored => "not stored",
            Verdict::NotRecomputed(why) => why.as_str(),
        };
        writeln!(
            out,
            "{}",
            json!({
                "kind": "metric", "scorer": one.scorer, "score": one.score, "reducer": one.reducer, "metric": one.metric,
                "stored": number(one.stored), "computed": number(one.computed), "verdict": verdict,
            })
        )?;
    }
    for one in &comparison.reductions {
        let line = json!({
            "kind": "reduction", "scorer": one.scorer, "reducer": one.reducer, "equal": one.equal, "differs": one.differs.len(),
            "why": one.not_recomputed,
        });
        writeln!(out, "{line}")?;
    }
    Ok(())
}

fn typed(sample: &Sample) -> serde_json::Value {
    let messages: Vec<_> =
        sample.messages().map(|one| json!([one.role, one.text(), one.calls.len()])).collect();
    let events: Vec<_> = sample
        .events()
        .iter()
        .filter(|one| one.depth == 0)
        .map(|one| json!([one.kind, one.at, one.span]))
        .collect();
    let given: Vec<_> = sample
        .events()
        .iter()
        .filter(|one| one.kind == "model")
        .map(|one| json!(sample.given(one).count()))
        .collect();
    let tools: Vec<_> = sample
        .tool_runs()
        .iter()
        .map(|(at, run)| json!([at, run.function, text(sample, run.arguments), text(sample, run.result)]))
        .collect();
    let scores: Vec<_> = sample
        .scores
        .iter()
        .map(|(name, score)| json!([name, value(&score.value), score.answer, score.edits]))
        .collect();
    json!({
        "id": sample.id.text, "epoch": sample.epoch, "target": sample.target, "messages": messages, "events": events, "given": given,
        "tools": tools, "scores": scores, "tokens": sample.tokens(), "error": sample.error.as_ref().map(|one| &one.message),
        "retries": sample.retries, "limit": sample.limit.as_ref().map(|one| &one.kind), "invalidated": sample.invalidation.is_some(),
    })
}

fn text(sample: &Sample, json: &Json) -> String {
    sample.text_of(json, 1 << 20)
}

fn value(value: &Value) -> serde_json::Value {
    let scalar = |one: &Scalar| match one {
        Scalar::Null => json!(null),
        Scalar::Bool(value) => json!(value),
        Scalar::Int(value) => json!(i64::try_from(*value).unwrap_or(i64::MAX)),
        Scalar::Float(value) if value.is_finite() => json!(value),
        Scalar::Float(value) => json!(value.to_string()),
        Scalar::Text(text) => json!(text),
    };
    match value {
        Value::One(one) => scalar(one),
        Value::List(items) => items.iter().map(scalar).collect(),
        Value::Keys(members) => members
            .iter()
            .map(|(key, one)| (key.clone(), scalar(one)))
            .collect::<serde_json::Map<_, _>>()
            .into(),
    }
}
