//! Events from files and standard input: Windows logs, CSV, syslog, JSON.

mod csv;
mod evtx;
mod json;
mod source;
mod syslog;

use std::io::{self, BufRead};
use std::path::Path;

use bartizan_sigma::events;
use clap::ValueEnum;
use serde_json::Value;

use crate::exit::{Exit, Failure};
pub use source::{open, sources};

/// The most bytes one event may have.
const MOST_EVENT: usize = 16 << 20;

/// What is done with each event, or with why there is none.
pub type Take<'t> = dyn FnMut(Result<Value, Failure>) -> Result<(), Failure> + 't;

/// How events are written.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum Format {
    /// Windows event log
    Evtx,
    /// Objects one after the other, or one list of them
    #[value(alias = "jsonl", alias = "ndjson")]
    Json,
    /// The first record names the fields; cells parted by commas, semicolons or tabs
    #[value(alias = "tsv")]
    Csv,
    /// Lines as RFC 5424 or RFC 3164 has them, or of auditd
    Syslog,
}

impl Format {
    /// Endings of files that are taken from a folder.
    fn endings(self) -> &'static [&'static str] {
        match self {
            Self::Evtx => &["evtx"],
            Self::Json => &["json", "jsonl", "ndjson"],
            Self::Csv => &["csv", "tsv"],
            Self::Syslog => &["log", "syslog"],
        }
    }

    /// By what a file is called and how it begins: a log that holds JSON is JSON.
    fn of(path: &Path, head: &[u8]) -> Self {
        if events::evtx::is_log(head) {
            return Self::Evtx;
        }
        let ending = path.extension().map(|e| e.to_string_lossy().to_ascii_lowercase()).unwrap_or_default();
        let named = Self::value_variants().iter().find(|f| f.endings().contains(&ending.as_str()));
        let text = String::from_utf8_lossy(head);
        let text = text.trim_start_matches('\u{feff}').trim_start();
        match named.copied() {
            Some(format) if format != Self::Syslog => format,
            _ if text.starts_with(['{', '[']) => Self::Json,
            Some(format) => format,
            None if events::syslog::is_line(text.lines().next().unwrap_or_default()) => Self::Syslog,
            None => Self::Json,
        }
    }
}

/// Calls `take` with each event of a file, or with why there is none: what is no event costs only itself.
///
/// # Errors
/// Where reading fails, or `take` does.
pub fn read(
    path: &Path,
    forced: Option<Format>,
    from: &mut dyn BufRead,
    take: &mut Take<'_>,
) -> Result<(), Failure> {
    let head = from.fill_buf().map_err(broken)?;
    match forced.unwrap_or_else(|| Format::of(path, head)) {
        Format::Evtx => evtx::read(from, take),
        Format::Json => json::read(from, take),
        Format::Csv => csv::read(from, take),
        Format::Syslog => syslog::read(from, take),
    }
}

fn bad(message: String) -> Failure {
    Failure::new(Exit::BadData, "sigma.event", message)
}

fn broken(error: io::Error) -> Failure {
    Failure::new(Exit::Io, "input.unreadable", format!("cannot read on: {error}"))
}

/// A line with its end, or none at the end of the input. One that is too long is skipped whole.
fn line(from: &mut dyn BufRead, number: u64) -> Result<Option<Result<String, Failure>>, Failure> {
    let mut line = Vec::new();
    let read =
        io::Read::take(&mut *from, MOST_EVENT as u64 + 1).read_until(b'\n', &mut line).map_err(broken)?;
    if read == 0 {
        return Ok(None);
    }
    if line.len() > MOST_EVENT && line.last() != Some(&b'\n') {
        from.skip_until(b'\n').map_err(broken)?;
        let most = MOST_EVENT >> 20;
        return Ok(Some(Err(bad(format!("line {number}: more than {most} MiB in one line")))));
    }
    // Logs hold bytes of any code page.
    Ok(Some(Ok(
        String::from_utf8(line).unwrap_or_else(|e| String::from_utf8_lossy(e.as_bytes()).into_owned())
    )))
}
