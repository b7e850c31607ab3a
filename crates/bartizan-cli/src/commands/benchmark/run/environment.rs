//! What a run runs in, as `environment.json`: the same versions and files give the same bytes, wherever and whenever.

use std::fs::File;
use std::io::{BufRead, BufReader, Read};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use bartizan_programme::Digest;
use serde_json::{Value, json};

use super::folder::Folder;
use super::inspect::{Inspect, PINNED, needed};
use super::order::Order;
use crate::exit::{Exit, Failure};
use crate::out;

/// How long Python has to say what it is.
const PATIENCE: Duration = Duration::from_secs(120);
/// Longest first line of Inspect's program.
const LINE: u64 = 4096;
/// What Python is asked.
const ASK: &str = "import json, platform, importlib.metadata as m
def version(name):
    try:
        return m.version(name)
    except m.PackageNotFoundError:
        return None
print(json.dumps({'inspect_ai': version('inspect_ai'), 'openai': version('openai'), 'python': platform.python_version(),
    'platform': platform.system() + '-' + platform.machine()}))";

/// Writes it, and gives its SHA-256.
pub fn write(inspect: &Inspect, order: &Order, folder: &Folder) -> Result<String, Failure> {
    let seen = versions(inspect)?;
    let pinned = PINNED.split(' ').filter_map(|pin| pin.split_once("=="));
    for (name, version) in pinned.filter(|(name, _)| seen[*name].is_string()) {
        if seen[name] != version {
            out::note(&format!(
                "{name} is {}; this is tested with {version}",
                seen[name].as_str().unwrap_or("?")
            ));
        }
    }
    if order.base_url.is_some() && seen["openai"].is_null() {
        let text =
            format!("Inspect has not the package openai, which it calls endpoints with; install {PINNED}");
        return Err(Failure::new(Exit::Config, "benchmark.inspect", text));
    }
    let dataset = std::fs::read(folder.dataset()).ok().filter(|_| order.questions.is_some());
    let sandbox = &order.plan.sandbox;
    let body = json!({
        "format": 1, "bartizan": env!("CARGO_PKG_VERSION"),
        "inspect_ai": seen["inspect_ai"], "openai": seen["openai"], "python": seen["python"], "platform": seen["platform"],
        "plan": { "id": order.plan.id.as_str(), "sha256": order.plan.digest().as_str() },
        "task": { "name": order.task_name, "sha256": Digest::of(&order.task.1).as_str() },
        "dataset_sha256": dataset.map(|bytes| Digest::of(&bytes).to_string()),
        "sandbox": { "kind": sandbox.kind.as_str(), "image_sha256": sandbox.image.as_ref().map(Digest::as_str), "given": order.sandbox },
    });
    // A `Value` keeps its keys in order, and there are no fractions: one form.
    let bytes = body.to_string();
    let path = folder.root.join("environment.json");
    std::fs::write(&path, &bytes).map_err(|error| {
        Failure::new(
            Exit::CannotCreate,
            "output.unwritable",
            format!("cannot write {}: {error}", path.display()),
        )
    })?;
    Ok(Digest::of(bytes.as_bytes()).to_string())
}

fn wrong(text: String) -> Failure {
    Failure::new(Exit::Config, "benchmark.inspect", text)
}

/// What the Python of Inspect says of itself.
fn versions(inspect: &Inspect) -> Result<Value, Failure> {
    let shown = inspect.program().display();
    let python = python(inspect.program()).ok_or_else(|| {
        wrong(format!("{shown} is not Inspect's program as pip installs it: its first line names no Python"))
    })?;
    let mut command = Command::new(&python);
    // Nothing of the folder it is in, or of the user's, is imported.
    command.arg("-I").arg("-c").arg(ASK).env_clear().envs(needed(false));
    let said = answer(command).ok_or_else(|| wrong(format!("{} does not answer", python.display())))?;
    let seen: Value = serde_json::from_slice(&said).unwrap_or_default();
    if seen["inspect_ai"].is_string() {
        return Ok(seen);
    }
    Err(wrong(format!("{} has no inspect_ai; install {PINNED}", python.display())))
}

/// The interpreter that the program's first line names; on Windows the one beside it.
fn python(program: &Path) -> Option<PathBuf> {
    if cfg!(windows) {
        return Some(program.with_file_name("python.exe"));
    }
    let mut line = Vec::new();
    BufReader::new(File::open(program).ok()?.take(LINE)).read_until(b'\n', &mut line).ok()?;
    let line = String::from_utf8(line).ok()?;
    let named = line.strip_prefix("#!").map(|rest| PathBuf::from(rest.trim()));
    // Paths with blanks or of great length are written in another way: then Python lies beside it, or beside what it is a link to.
    let real = std::fs::canonicalize(program).ok();
    let beside = || {
        let programs = [Some(program), real.as_deref()].into_iter().flatten();
        let mut all = programs.flat_map(|one| ["python", "python3"].map(|name| one.with_file_name(name)));
        all.find(|file| file.is_file())
    };
    named.filter(|path| path.is_absolute() && path.is_file() && !path.ends_with("sh")).or_else(beside)
}

fn answer(mut command: Command) -> Option<Vec<u8>> {
    let mut child = command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::null()).spawn().ok()?;
    let began = Instant::now();
    // A line is shorter than a pipe holds: it can be read when the program has ended.
    while matches!(child.try_wait(), Ok(None)) {
        if began.elapsed() > PATIENCE {
            let _ = child.kill();
        }
        std::thread::sleep(Duration::from_millis(20));
    }
    let mut said = Vec::new();
    child.stdout.take()?.take(LINE).read_to_end(&mut said).ok()?;
    Some(said)
}
