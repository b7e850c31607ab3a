//! What came of a run: its log read, and searched for the credential.

use std::fs::File;
use std::io::Read;
use std::ops::ControlFlow;
use std::path::{Path, PathBuf};

use bartizan_inspect::log::Status;
use bartizan_programme::anomaly::Policy;
use bartizan_programme::run::Outcome;
use serde_json::{Value, json};
use sha2::{Digest, Sha256};

use super::super::log;
use super::child::End;
use super::folder::Folder;
use super::order::Order;
use crate::args::Global;
use crate::args_benchmark::RunArgs;
use crate::exit::{Exit, Failure};
use crate::out;
use crate::terminal::plain;

/// Lines of what Inspect said that are told when there is no log.
const LINES: usize = 6;
/// Bytes of what Inspect said that are looked at for that.
const TAIL: usize = 8 << 10;
/// Longest file beside the log that is searched for the credential, and how deep the folders go.
const SEARCHED: u64 = 1 << 30;
const DEEPEST: usize = 8;

/// Everything that is told of a run.
pub fn read(
    args: &RunArgs,
    order: &Order,
    folder: &Folder,
    path: &Path,
    environment: &str,
) -> Result<Value, Failure> {
    let seen = log::one(path, &args.read, None, (&policy(order), since(folder, path)?))?;
    let status = log::open(path)?.log().status;
    let outcome = match status {
        Status::Success => Outcome::Finished,
        Status::Cancelled => Outcome::Cancelled,
        Status::Started | Status::Error => Outcome::Failed,
    };
    let digest = digest(path)?;
    let written = written(order, folder)?;
    let whole = seen["samples"] == order.plan.expected();
    let fine = seen["fine"] == true && whole && written.is_empty();
    let plan = &order.plan;
    Ok(json!({
        "plan": plan.id.as_str(), "plan_sha256": plan.digest().as_str(), "suite": plan.suite.as_str(), "outcome": outcome.as_str(),
        "folder": folder.root.display().to_string(), "log_sha256": digest, "environment_sha256": environment,
        "expected": plan.expected(), "credential_in": written, "read": seen, "fine": fine,
    }))
}

/// When the first log of a run began that was gone on with: its samples stand in the last one.
fn since(folder: &Folder, path: &Path) -> Result<Option<i64>, Failure> {
    if folder.resumed.is_none() {
        return Ok(None);
    }
    let task = log::open(path)?.log().eval.task_id.clone();
    let began = folder.logs().into_iter().filter_map(|log| {
        let file = log::open(&log).ok()?;
        let began = file.log().stats.started_at.parse::<jiff::Timestamp>().ok()?;
        (file.log().eval.task_id == task).then(|| began.as_millisecond())
    });
    Ok(began.min())
}

/// SHA-256 of a file, which may be long.
fn digest(path: &Path) -> Result<String, Failure> {
    let mut hash = Sha256::new();
    let done = File::open(path).and_then(|mut file| {
        let mut part = vec![0; 1 << 16];
        loop {
            match file.read(&mut part)? {
                0 => return Ok(()),
                count => hash.update(&part[..count]),
            }
        }
    });
    done.map_err(|error| Failure::new(Exit::Io, "input.unreadable", format!("{}: {error}", path.display())))?;
    Ok(hash.finalize().iter().map(|byte| format!("{byte:02x}")).collect())
}

/// What the plan says its run may do.
fn policy(order: &Order) -> Policy {
    let plan = &order.plan;
    let mut policy = match order.model.parse() {
        Ok(name) => plan.policy((i64::MIN, i64::MAX), &name),
        Err(_) => Policy::default(),
    };
    policy.model.clone_from(&order.model);
    policy.epochs = u32::try_from(order.epochs()).unwrap_or(u32::MAX);
    policy.samples = order.questions.iter().flatten().map(|question| question.id.clone()).collect();
    policy
}

/// The files of a run in which the credential stands: none, or somebody else could read it.
fn written(order: &Order, folder: &Folder) -> Result<Vec<String>, Failure> {
    let Some(credential) = &order.credential else { return Ok(Vec::new()) };
    let mut found = Vec::new();
    for path in files(&folder.root, 0) {
        let is_log = path.extension().is_some_and(|end| end == "eval");
        if if is_log { in_log(&path, credential)? } else { in_file(&path, credential) } {
            found.push(path.strip_prefix(&folder.root).unwrap_or(&path).display().to_string());
        }
    }
    Ok(found)
}

fn files(folder: &Path, depth: usize) -> Vec<PathBuf> {
    let mut all = Vec::new();
    for entry in std::fs::read_dir(folder).into_iter().flatten().flatten() {
        match entry.file_type() {
            Ok(kind) if kind.is_dir() && depth < DEEPEST => all.extend(files(&entry.path(), depth + 1)),
            Ok(kind) if kind.is_file() => all.push(entry.path()),
            _ => {}
        }
    }
    all.sort();
    all
}

fn in_file(path: &Path, secret: &str) -> bool {
    let mut bytes = Vec::new();
    let read = File::open(path).and_then(|file| file.take(SEARCHED).read_to_end(&mut bytes));
    read.is_ok() && has(&bytes, secret)
}

fn has(bytes: &[u8], secret: &str) -> bool {
    bytes.windows(secret.len()).any(|part| part == secret.as_bytes())
}

/// The documents of a log are compressed: they are searched as they are read.
fn in_log(path: &Path, secret: &str) -> Result<bool, Failure> {
    let mut file = log::open(path)?;
    let unread = |error: bartizan_inspect::Error| {
        Failure::new(Exit::BadData, error.code().as_str(), format!("{}: {error}", path.display()))
    };
    // As it would stand in JSON.
    let escaped = Value::from(secret).to_string();
    let within = |text: &str| text.contains(secret) || text.contains(escaped.trim_matches('"'));
    for name in file.documents() {
        let document = file.document(&name).map_err(unread)?;
        if within(&name) || document.is_some_and(|json| within(&json.to_string())) {
            return Ok(true);
        }
    }
    let found = file.each(|sample| {
        if within(&sample.json.to_string()) { ControlFlow::Break(()) } else { ControlFlow::Continue(()) }
    });
    Ok(found.map_err(unread)?.is_some())
}

/// Inspect ended without a log: its last words, without the credential.
pub fn no_log(order: &Order, folder: &Folder, end: &End, args: &RunArgs) -> Failure {
    let said = std::fs::read(folder.said()).unwrap_or_default();
    let said = String::from_utf8_lossy(&said[said.len().saturating_sub(TAIL)..]).into_owned();
    let said = order.credential.as_ref().map_or(said.clone(), |secret| said.replace(secret.as_str(), "…"));
    let lines: Vec<String> = said.lines().map(plain).filter(|line| !line.trim().is_empty()).collect();
    let last = lines[lines.len().saturating_sub(LINES)..].join("\n  ");
    let (exit, code, why) = match end {
        End::Itself => (Exit::Config, "benchmark.no-log", "Inspect ended without a log".to_owned()),
        End::Stopped => (Exit::Findings, "benchmark.stopped", "stopped before there was a log".to_owned()),
        End::TimeLimit => (
            Exit::Timeout,
            "benchmark.time",
            format!("there was no log after {} s; raise --time-limit", args.time_limit),
        ),
    };
    Failure::new(
        exit,
        code,
        format!("{}: {why}; all of what it said is in {}\n  {last}", order.plan.id, folder.said().display()),
    )
}

/// Tells it, and what to do with a run that broke off.
pub fn tell(global: &Global, order: &Order, folder: &Folder, found: &Value) -> Result<(), Failure> {
    if global.json {
        return out::text(&format!("{}\n", json!({ "run": found })));
    }
    let word = |name: &str| found[name].as_str().unwrap_or_default().to_owned();
    let mut text = format!("{}: {}\n{}", order.plan.id, word("outcome"), log::text(&found["read"]));
    if found["read"]["samples"] != found["expected"] {
        text += &format!("  {} of {} samples\n", found["read"]["samples"], found["expected"]);
    }
    for file in found["credential_in"].as_array().into_iter().flatten() {
        let file = plain(file.as_str().unwrap_or_default());
        text +=
            &format!("  THE CREDENTIAL STANDS IN {file}: hand it to nobody, and have the grant revoked\n");
    }
    text += &format!(
        "  log SHA-256 {}\n  environment SHA-256 {}\n",
        word("log_sha256"),
        word("environment_sha256")
    );
    if word("outcome") != Outcome::Finished.as_str() {
        let log = plain(found["read"]["log"].as_str().unwrap_or_default());
        text += &format!(
            "  {} has what Inspect said; to go on: the same command with --resume {log}\n",
            folder.said().display()
        );
    }
    out::text(&text)
}
