//! Lines of code blocks that start a program which the walks do not know by name.

use super::scan::{Found, Role};
use crate::{BlockKind, Document, ObservableKind as Kind};

/// Longest command line that is kept.
const LONGEST: usize = 4096;

/// Command lines of code blocks beside those that were found.
pub(super) fn commands(document: &Document, found: &[Found]) -> Vec<Found> {
    let mut out = Vec::new();
    for block in document.blocks.iter().filter(|b| b.kind == BlockKind::Code) {
        let mut at = block.span.start as usize;
        for line in block.span.of(&document.text).split_inclusive('\n') {
            let start = at;
            at += line.len();
            let lead = line.len()
                - line.trim_start_matches(|c: char| c.is_whitespace() || matches!(c, '>' | '$')).len();
            let command = line[lead..].trim_end();
            let (from, end) = (start + lead, start + lead + command.len());
            let taken = |f: &Found| f.kind == Kind::CommandLine && f.start < end && from < f.end;
            if starts_program(command) && !found.iter().any(taken) {
                out.push(Found {
                    kind: Kind::CommandLine,
                    value: command.to_owned(),
                    start: from,
                    end,
                    defanged: false,
                    role: Role::Plain,
                    attributes: Vec::new(),
                });
            }
        }
    }
    out
}

/// Whether a line is a program's file name, maybe quoted and with its path, followed by arguments.
fn starts_program(line: &str) -> bool {
    let (program, arguments) = match line.strip_prefix('"') {
        Some(inner) => match inner.split_once('"') {
            Some(parts) => parts,
            None => return false,
        },
        None => line.split_once(' ').unwrap_or((line, "")),
    };
    let lower = program.to_ascii_lowercase();
    let name = lower.rsplit(['\\', '/']).next().unwrap_or_default();
    let runs = [".exe", ".com", ".bat", ".cmd"].iter().any(|e| name.len() > e.len() && name.ends_with(e));
    let arguments = arguments.trim();
    runs && (2..=LONGEST).contains(&line.len())
        && !arguments.is_empty()
        // What a program says of itself, an assignment, a call.
        && !arguments.starts_with(['=', ':', '('])
        && !line.ends_with([';', '{', ','])
}
