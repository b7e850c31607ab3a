//! `bartizan observables`: what was seen in reports, or in many texts as JSON Lines.

use std::sync::Arc;
use std::time::Duration;

use bartizan::observable::Extractor;
use bartizan::{Document, Format, Input, Limits, Observable, Options, Stop, Verdict};
use bartizan_fetch::{Fetcher, Rules};
use serde_json::{Value, json};

use crate::args::{Global, ObservablesArgs};
use crate::exit::{Exit, Failure};
use crate::{inputs, jsonl, knowledge, out, run, terminal};

/// Lists the observables of every input; one that fails does not stop the others.
pub fn run(global: &Global, args: &ObservablesArgs) -> Result<Exit, Failure> {
    let cores = std::thread::available_parallelism().map_or(1, usize::from);
    let bytes = args.max_size.clamp(1, 2048) << 20;
    let reader = Reader {
        extractor: Arc::new(Extractor::new(knowledge::open(global)?)),
        options: Options { limits: Limits { input_bytes: bytes, ..Limits::default() }, ..Options::default() },
        timeout: Duration::from_secs(args.timeout),
        jobs: args.jobs.unwrap_or(cores).clamp(1, 256),
    };
    match &args.jsonl {
        Some(file) => lines(global, file, &reader),
        None => reports(global, &args.inputs, &reader),
    }
}

/// What every input shares.
struct Reader {
    extractor: Arc<Extractor>,
    options: Options,
    timeout: Duration,
    jobs: usize,
}

impl Reader {
    fn observe(&self, input: Input, format: Option<Format>) -> Result<(Document, Vec<Observable>), Failure> {
        // Each input has its own stop flag: one that is stopped must not stop the others.
        let options = Options { stop: Stop::default(), ..self.options.clone() };
        let extractor = Arc::clone(&self.extractor);
        run::guarded(input, options, self.timeout, move |input, options| {
            let (document, extraction) = extractor.observe(input, format, options)?;
            Ok((document, extraction.observables))
        })
    }
}

/// Ordinary reports: lines for people, or one JSON document.
fn reports(global: &Global, arguments: &[String], reader: &Reader) -> Result<Exit, Failure> {
    let sources = inputs::expand(arguments)?;
    let limit = reader.options.limits.input_bytes;
    let fetcher = Fetcher::new(Rules { bytes: limit as u64, ..Rules::default() });
    let (mut rows, mut failures) = (Vec::new(), Vec::new());
    run::in_order(
        sources.len(),
        reader.jobs,
        |index| reader.observe(inputs::load(&sources[index], limit, &fetcher)?, None),
        |index, done| {
            let label = sources[index].label();
            match done {
                Ok((document, observables)) if global.json => rows.push(row(&label, &document, &observables)),
                Ok((document, observables)) => {
                    out::text(&table(&label, sources.len() > 1, &observables))?;
                    for d in document.diagnostics.iter().filter(|_| !global.quiet) {
                        out::note(&format!(
                            "{}: {label}: {} [{}]",
                            d.severity.as_str(),
                            d.message,
                            d.code.as_str()
                        ));
                    }
                }
                Err(failure) => {
                    if global.json {
                        rows.push(json!({ "input": label, "error": error(&failure) }));
                    } else {
                        out::note(&format!("error: {failure} [{}]", failure.code));
                    }
                    failures.push(failure);
                }
            }
            Ok(())
        },
    )?;
    if global.json {
        out::json(&json!({ "results": rows }))?;
    }
    let failed = failures.len();
    match failures.into_iter().next() {
        None => Ok(Exit::Ok),
        Some(failure) if failed == sources.len() => Ok(failure.exit),
        Some(_) => Ok(Exit::Findings),
    }
}

fn error(failure: &Failure) -> Value {
    json!({ "code": failure.code, "message": failure.message, "exit": failure.exit as u8 })
}

fn row(label: &str, document: &Document, observables: &[Observable]) -> Value {
    let iocs: Vec<Value> = observables
        .iter()
        .map(|o| {
            let mut ioc = ioc(o);
            ioc["verdict"] = json!(o.verdict.as_str());
            ioc["reason"] = json!(o.verdict_reason);
            ioc["attributes"] = json!(o.attributes);
            ioc["warnings"] = json!(o.warnings);
            ioc
        })
        .collect();
    let diagnostics: Vec<Value> = document
        .diagnostics
        .iter()
        .map(|d| json!({ "code": d.code.as_str(), "severity": d.severity.as_str(), "message": d.message }))
        .collect();
    json!({ "input": label, "sha256": document.sha256, "format": document.format.as_str(), "iocs": iocs, "diagnostics": diagnostics })
}

/// One line each, indicators first; within a verdict as the text has them.
fn table(label: &str, headed: bool, observables: &[Observable]) -> String {
    let mut text = if headed { format!("{}\n", terminal::plain(label)) } else { String::new() };
    let mut sorted: Vec<&Observable> = observables.iter().collect();
    sorted.sort_by_key(|o| o.verdict);
    for o in sorted {
        let value = terminal::plain(&o.value);
        text += &format!("{:<10}  {:<14}  {value}\n", o.verdict.as_str(), o.kind.as_str());
    }
    text
}

/// The short form that `score_iocs.py` and other tools read.
fn ioc(o: &Observable) -> Value {
    json!({ "type": o.kind.as_str(), "value": o.value, "indicator": o.verdict == Verdict::Indicator })
}

/// JSON Lines in, JSON Lines out: {doc_id, text} to {doc_id, iocs}.
fn lines(global: &Global, file: &str, reader: &Reader) -> Result<Exit, Failure> {
    jsonl::run(global, file, reader.options.limits.input_bytes, reader.jobs, |mut record| {
        let id = jsonl::doc_id(&mut record)?;
        let Value::String(text) = record["text"].take() else {
            return Err(jsonl::bad(format!("no text that is a string (doc_id {id})")));
        };
        let name = id.as_str().map_or_else(|| id.to_string(), str::to_owned);
        let (_, observables) = reader.observe(Input::new(name, text), Some(Format::Text))?;
        let iocs: Vec<Value> = observables.iter().map(ioc).collect();
        Ok(vec![json!({ "doc_id": id, "iocs": iocs })])
    })
}
