//! Where queries go: standard output, a file, or a folder with one file a rule.

use std::fs;
use std::io::IsTerminal;
use std::path::{Path, PathBuf};

use bartizan_sigma::pipeline::pretty;
use bartizan_sigma::target::{Job, Query};
use bartizan_sigma::{Conversion, finalize};
use serde_json::{Map, Value, json};

use super::{Line, usage};
use crate::args::Global;
use crate::args_sigma::SigmaConvertArgs;
use crate::exit::{Exit, Failure};
use crate::{out, terminal};

enum To {
    Stdout,
    File(PathBuf),
    Folder(PathBuf),
}

/// Takes conversions in order.
pub struct Sink<'a> {
    global: &'a Global,
    args: &'a SigmaConvertArgs,
    jobs: &'a [Job],
    to: To,
    /// Records of `--json`.
    documents: Vec<Value>,
    /// Text of the one file.
    text: String,
    /// Queries by job, where finalizers make one output of them.
    queries: Vec<Vec<Value>>,
}

impl<'a> Sink<'a> {
    /// Nothing is written yet.
    pub fn new(global: &'a Global, args: &'a SigmaConvertArgs, jobs: &'a [Job]) -> Result<Self, Failure> {
        let to = match &args.output {
            None => To::Stdout,
            Some(path) if path == Path::new("-") => To::Stdout,
            Some(path) if is_file(path) => To::File(path.clone()),
            Some(path) => To::Folder(path.clone()),
        };
        if jobs.len() > 1 && matches!(to, To::File(_)) {
            return Err(usage("several targets cannot go into one file: name a folder".into()));
        }
        if args.jsonl && jobs.iter().any(finalized) {
            return Err(usage("finalizers make one output of all queries: that is not --jsonl".into()));
        }
        Ok(Self {
            global,
            args,
            jobs,
            to,
            documents: Vec::new(),
            text: String::new(),
            queries: vec![Vec::new(); jobs.len()],
        })
    }

    /// Takes what a rule became for one job.
    pub fn put(&mut self, path: &Path, line: Line) -> Result<(), Failure> {
        if self.args.jsonl {
            return out::text(&format!("{}\n", record(&line)));
        }
        if self.global.json {
            self.documents.push(record(&line));
        } else {
            self.notes(path, &line);
        }
        let Ok(conversion) = line.result else { return Ok(()) };
        if self.jobs.get(line.job).is_some_and(finalized) {
            let values = conversion.queries.iter().map(value);
            self.queries.get_mut(line.job).into_iter().for_each(|queries| queries.extend(values.clone()));
            return Ok(());
        }
        if self.global.json {
            return Ok(());
        }
        let text: String = conversion.queries.iter().map(|query| self.shown(query, line.format)).collect();
        match &self.to {
            To::Stdout => printed(&text),
            To::File(_) => {
                self.text += &text;
                Ok(())
            }
            To::Folder(folder) => {
                let folder = folder.join(&line.label);
                write(&folder.join(format!("{}.txt", stem(&line.id, path))), &text)
            }
        }
    }

    /// Writes what is written at the end, and gives the records of `--json`.
    pub fn finish(mut self) -> Result<(Vec<Value>, Map<String, Value>), Failure> {
        let mut outputs = Map::new();
        for (job, queries) in self.jobs.iter().zip(&self.queries) {
            let failed =
                |f: bartizan_sigma::Failure| Failure::new(Exit::BadData, "sigma.pipeline", f.to_string());
            let Some(text) = finalize(job, queries).map_err(failed)? else { continue };
            let text = if text.ends_with('\n') { text } else { text + "\n" };
            if self.global.json {
                outputs.insert(job.name.clone(), json!(text));
                continue;
            }
            match &self.to {
                To::Stdout => printed(&text)?,
                To::File(_) => self.text += &text,
                To::Folder(folder) => write(&folder.join(format!("{}.txt", job.name)), &text)?,
            }
        }
        if let (To::File(file), false) = (&self.to, self.global.json) {
            write(file, &self.text)?;
        }
        Ok((self.documents, outputs))
    }

    fn notes(&self, path: &Path, line: &Line) {
        if self.global.quiet {
            return;
        }
        let say = |message: &str, code: &str| {
            out::note(&format!("{}: {}: {message} [{code}]", path.display(), line.label));
        };
        match &line.result {
            Ok(conversion) => conversion.notes.iter().for_each(|note| say(&note.message, note.code)),
            Err((code, message)) => say(message, code),
        }
    }

    fn shown(&self, query: &Query, format: &str) -> String {
        match query {
            Query::Text(query) => format!("{query}\n"),
            Query::Json(value) if format.ends_with("ndjson") => format!("{value}\n"),
            Query::Json(value) => format!("{}\n", pretty(value, self.args.json_indent)),
        }
    }
}

fn finalized(job: &Job) -> bool {
    job.user.iter().any(|pipeline| pipeline.has_finalizers())
}

/// A path with an ending is a file, unless there is a folder of that name.
fn is_file(path: &Path) -> bool {
    let text = path.to_string_lossy();
    !path.is_dir() && path.extension().is_some() && !text.ends_with(['/', std::path::MAIN_SEPARATOR])
}

/// A file's name. The id is the rule's own text: only what looks like one is taken.
fn stem(id: &str, path: &Path) -> String {
    let safe = |c: char| c.is_ascii_alphanumeric() || c == '-';
    if !id.is_empty() && id.len() <= 64 && id.chars().all(safe) {
        return id.to_owned();
    }
    path.file_stem().unwrap_or_default().to_string_lossy().into_owned()
}

/// A terminal gets no control characters of the rule's; a pipe gets the query as it is.
fn printed(text: &str) -> Result<(), Failure> {
    if !std::io::stdout().is_terminal() {
        return out::text(text);
    }
    let lines: String = text.lines().map(|line| format!("{}\n", terminal::plain(line))).collect();
    out::text(&lines)
}

fn write(file: &Path, text: &str) -> Result<(), Failure> {
    let folder = file.parent().filter(|folder| !folder.as_os_str().is_empty());
    folder.map_or(Ok(()), fs::create_dir_all).and_then(|()| fs::write(file, text)).map_err(|e| {
        let message = format!("cannot write {}: {e}", file.display());
        Failure::new(Exit::CannotCreate, "output.unwritable", message)
    })
}

fn value(query: &Query) -> Value {
    match query {
        Query::Text(text) => json!(text),
        Query::Json(value) => value.clone(),
    }
}

/// One query as itself, several as a list.
fn values(conversion: &Conversion) -> Value {
    match conversion.queries.as_slice() {
        [query] => value(query),
        queries => queries.iter().map(value).collect(),
    }
}

fn record(line: &Line) -> Value {
    let mut record = json!({ "rule_id": line.id, "backend": line.label });
    match &line.result {
        Ok(conversion) => {
            record["query"] = values(conversion);
            if !conversion.notes.is_empty() {
                let notes = conversion.notes.iter();
                record["notes"] = notes.map(|n| json!({ "code": n.code, "message": n.message })).collect();
            }
        }
        Err((code, message)) => {
            record["error"] = json!(code);
            record["msg"] = json!(message);
        }
    }
    record
}
