//! Standard output and error. A reader that closes the pipe ends us quietly.

use std::io::{self, Write};

use serde_json::json;

use crate::args::Global;
use crate::exit::{Exit, Failure};

/// Writes bytes to standard output.
pub fn bytes(data: &[u8]) -> Result<(), Failure> {
    let mut stdout = io::stdout().lock();
    match stdout.write_all(data).and_then(|()| stdout.flush()) {
        Ok(()) => Ok(()),
        // `bartizan … | head` is no error.
        Err(e) if e.kind() == io::ErrorKind::BrokenPipe => std::process::exit(Exit::Ok as i32),
        Err(e) => Err(Failure::new(Exit::Io, "output.unwritable", format!("standard output: {e}"))),
    }
}

/// Writes text to standard output.
pub fn text(data: &str) -> Result<(), Failure> {
    bytes(data.as_bytes())
}

/// Writes one JSON document to standard output.
pub fn json(value: &serde_json::Value) -> Result<(), Failure> {
    text(&format!("{value:#}\n"))
}

/// Says why a command failed: as JSON on standard output with `--json`, else as text on standard error.
pub fn failure(global: &Global, failure: &Failure) {
    if global.json {
        let value = json!({ "error": { "code": failure.code, "message": failure.message, "exit": failure.exit as u8 } });
        // There is nothing left to do if this cannot be written either.
        let _ = json(&value);
    } else {
        note(&format!("error: {failure} [{}]", failure.code));
    }
}

/// Writes a line to standard error, where it never mixes with data. It may hold names of files and words of reports.
pub fn note(line: &str) {
    let lines: Vec<String> = line.split('\n').map(crate::terminal::plain).collect();
    let _ = writeln!(io::stderr().lock(), "{}", lines.join("\n"));
}
