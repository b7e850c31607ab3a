//! `bartizan playbook`: CACAO playbooks checked.

use std::fs;
use std::io::Read;

use bartizan_response::plan::lint::{self, Finding};
use serde_json::json;

use crate::args::Global;
use crate::args_response::PlaybookCommand;
use crate::exit::{Exit, Failure};
use crate::{out, terminal};

/// Largest playbook that is read, in bytes.
const MOST: u64 = 16 << 20;

/// Runs it.
pub fn run(global: &Global, command: &PlaybookCommand) -> Result<Exit, Failure> {
    let PlaybookCommand::Lint { files } = command;
    let mut findings: Vec<(String, Finding)> = Vec::new();
    for file in files {
        let label = file.display().to_string();
        let text = text(file)?;
        findings.extend(lint::check_text(&text).into_iter().map(|finding| (label.clone(), finding)));
    }
    if global.json {
        let rows: Vec<_> = findings
            .iter()
            .map(|(file, f)| json!({ "file": file, "path": f.path, "code": f.code, "message": f.message }))
            .collect();
        out::json(&json!({ "files": files.len(), "findings": rows }))?;
    } else {
        for (file, f) in &findings {
            let line = format!(
                "{file}: {}: {} [{}]",
                if f.path.is_empty() { "/" } else { &f.path },
                f.message,
                f.code
            );
            out::text(&format!("{}\n", terminal::plain(&line)))?;
        }
        if !global.quiet {
            out::note(&format!("{} files, {} findings", files.len(), findings.len()));
        }
    }
    Ok(if findings.is_empty() { Exit::Ok } else { Exit::Findings })
}

fn text(file: &std::path::Path) -> Result<String, Failure> {
    let no_input = |e: std::io::Error| {
        Failure::new(Exit::NoInput, "input.unreadable", format!("cannot read {}: {e}", file.display()))
    };
    let mut bytes = Vec::new();
    fs::File::open(file).map_err(no_input)?.take(MOST + 1).read_to_end(&mut bytes).map_err(no_input)?;
    if bytes.len() as u64 > MOST {
        let message = format!("{} is larger than {} MiB", file.display(), MOST >> 20);
        return Err(Failure::new(Exit::BadData, "input.too-large", message));
    }
    Ok(String::from_utf8_lossy(&bytes).into_owned())
}
