//! `bartizan knowledge update`: a ready pack, or upstream files that renew their part of the pack in use.

use std::path::Path;
use std::time::Duration;

use bartizan_fetch::{Fetcher, Rules};
use bartizan_knowledge::{Pack, changes};
use serde_json::json;

use crate::args::Global;
use crate::exit::{Exit, Failure};
use crate::{knowledge, out};

/// Largest file fetched: ATT&CK Enterprise has 34 MB and grows.
const FETCH_BYTES: u64 = 256 << 20;

/// Builds or checks the pack, says what changes, installs it.
pub fn run(global: &Global, from: &[String], dry_run: bool, allow_net: &[String]) -> Result<Exit, Failure> {
    let before = knowledge::open(global)?;
    let mut allowed = Vec::new();
    for net in allow_net {
        allowed.push(net.parse().map_err(|e: String| {
            Failure::new(Exit::Usage, "usage.network", format!("--allow-net {net}: {e}"))
        })?);
    }
    let rules = Rules { allowed, bytes: FETCH_BYTES, timeout: Duration::from_secs(300), ..Rules::default() };
    let mut ready: Option<Vec<u8>> = None;
    let mut files = Vec::new();
    for source in from {
        for (name, bytes) in read(source, &rules)? {
            if Pack::recognises(&bytes) {
                ready = Some(bytes);
            } else {
                files.extend(bartizan_pack::File::new(&name, bytes).map_err(|e| wrong(&e))?);
            }
        }
    }
    let (bytes, notes) = match (ready, files.is_empty()) {
        (Some(bytes), true) => (bytes, Vec::new()),
        (None, false) => {
            let today = jiff::Timestamp::now().strftime("%Y-%m-%d").to_string();
            let built = bartizan_pack::build(&files, Some(before), Some(&today)).map_err(|e| wrong(&e))?;
            (built.bytes, built.notes)
        }
        (Some(_), false) => {
            let message = "a ready pack and upstream files were found; give one or the other";
            return Err(Failure::new(Exit::BadData, "pack.mixed", message));
        }
        (None, true) => {
            let message = format!(
                "{}: neither a knowledge pack nor a file one is made of; docs/knowledge.md lists them",
                from.join(", ")
            );
            return Err(Failure::new(Exit::BadData, "pack.nothing", message));
        }
    };
    let after = Pack::open(bytes.clone()).map_err(|e| wrong(&e))?;
    let changed = changes(before, after);
    let path = if dry_run { None } else { Some(knowledge::install(&bytes)?) };
    let stale = after.built() < Pack::built_in().built();
    if global.json {
        out::json(
            &json!({ "installed": path.as_ref().map(|p| p.display().to_string()), "built": after.built(),
            "bytes": bytes.len(), "version": after.version_line(), "notes": notes, "in_use": !stale && !dry_run,
            "changes": super::diff::json(&changed) }),
        )?;
        return Ok(Exit::Ok);
    }
    let mut text = String::new();
    for note in notes {
        text += &format!("  {note}\n");
    }
    text += &super::diff::summary(&changed);
    match path {
        Some(path) => text += &format!("Installed: {} ({} KiB)\n", path.display(), bytes.len() / 1024),
        None => text += "Nothing installed (--dry-run).\n",
    }
    if stale {
        text += "The built-in pack is newer and stays in use.\n";
    } else if !dry_run {
        text += "See what changed: bartizan knowledge diff\n";
    }
    out::text(&text)?;
    Ok(Exit::Ok)
}

fn wrong(error: &dyn std::fmt::Display) -> Failure {
    Failure::new(Exit::BadData, "pack.invalid", error.to_string())
}

/// Files of a folder, a file, or what a URL gives, with their names.
fn read(source: &str, rules: &Rules) -> Result<Vec<(String, Vec<u8>)>, Failure> {
    if source.starts_with("https://") || source.starts_with("http://") {
        let fetched = Fetcher::new(rules.clone()).fetch(source)?;
        let name = fetched.url.split(['?', '#']).next().unwrap_or_default().to_owned();
        return Ok(vec![(name, fetched.bytes)]);
    }
    let path = Path::new(source);
    let unreadable = |e: &dyn std::fmt::Display| {
        Failure::new(Exit::NoInput, "input.unreadable", format!("cannot read {source}: {e}"))
    };
    if !path.is_dir() {
        return Ok(vec![(source.to_owned(), std::fs::read(path).map_err(|e| unreadable(&e))?)]);
    }
    let ready = path.join("pack.bin");
    if ready.is_file() {
        return Ok(vec![("pack.bin".into(), std::fs::read(ready).map_err(|e| unreadable(&e))?)]);
    }
    let mut files = Vec::new();
    for path in bartizan_pack::list_folder(path).map_err(|e| unreadable(&e))? {
        files.push((path.to_string_lossy().into_owned(), std::fs::read(&path).map_err(|e| unreadable(&e))?));
    }
    Ok(files)
}
