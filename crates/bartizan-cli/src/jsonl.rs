//! JSON Lines in, JSON Lines out: one record a line, answered in order; a bad line costs only itself.

use std::fs::File;
use std::io::{BufRead, BufReader, Read};

use serde_json::Value;

use crate::args::Global;
use crate::exit::{Exit, Failure};
use crate::{out, run};

/// A line that is no record of the expected form.
pub fn bad(message: String) -> Failure {
    Failure::new(Exit::BadData, "jsonl.bad-line", message)
}

/// Takes the document's id out of a record.
pub fn doc_id(record: &mut Value) -> Result<Value, Failure> {
    let id = record["doc_id"].take();
    if id.is_string() || id.is_number() {
        Ok(id)
    } else {
        Err(bad("no doc_id that is a string or a number".into()))
    }
}

/// Reads lines of at most `most` bytes from `file` (- for standard input) and writes what `answer` gives for each.
pub fn run(
    global: &Global,
    file: &str,
    most: usize,
    jobs: usize,
    answer: impl Fn(Value) -> Result<Vec<Value>, Failure> + Sync,
) -> Result<Exit, Failure> {
    let from: Box<dyn Read + Send> = if file == "-" {
        Box::new(std::io::stdin())
    } else {
        Box::new(File::open(file).map_err(|e| {
            Failure::new(Exit::NoInput, "input.unreadable", format!("cannot read {file}: {e}"))
        })?)
    };
    let mut from = BufReader::new(from);
    let mut number = 0_u64;
    let mut ended = false;
    let next = || {
        if ended {
            return None;
        }
        let read = next_line(&mut from, most).transpose()?;
        // After a failed read there is no telling where the next line starts.
        ended = read.as_ref().is_err_and(|e| e.exit == Exit::Io);
        number += 1;
        Some((number, read))
    };
    let (mut good, mut first_bad) = (0_u64, None::<Failure>);
    let mut bad = 0_u64;
    run::stream(
        next,
        jobs,
        |(number, line)| one(number, line, &answer),
        |answer| {
            match answer {
                Ok(None) => {}
                Ok(Some(line)) => {
                    good += 1;
                    out::text(&line)?;
                }
                Err(failure) => {
                    bad += 1;
                    out::note(&format!("error: {failure} [{}]", failure.code));
                    first_bad.get_or_insert(failure);
                }
            }
            Ok(())
        },
    )?;
    match first_bad {
        None => Ok(Exit::Ok),
        Some(failure) if good == 0 || failure.exit == Exit::Io => Ok(failure.exit),
        Some(_) => {
            if !global.quiet {
                out::note(&format!("{bad} of {} lines could not be read", bad + good));
            }
            Ok(Exit::Findings)
        }
    }
}

/// The answer to one line; none to an empty one.
fn one(
    number: u64,
    line: Result<Vec<u8>, Failure>,
    answer: &impl Fn(Value) -> Result<Vec<Value>, Failure>,
) -> Result<Option<String>, Failure> {
    let place = |failure: Failure| Failure { message: format!("line {number}: {failure}"), ..failure };
    let line = line.map_err(place)?;
    if line.iter().all(u8::is_ascii_whitespace) {
        return Ok(None);
    }
    let record: Value = serde_json::from_slice(&line).map_err(|e| place(bad(format!("no JSON: {e}"))))?;
    if !record.is_object() {
        return Err(place(bad("no JSON object".into())));
    }
    let answers = answer(record).map_err(place)?;
    Ok(Some(answers.iter().map(|a| format!("{a}\n")).collect()))
}

/// The next line without its end; none at the end of the input. One longer than `most` is skipped whole.
pub fn next_line(from: &mut impl BufRead, most: usize) -> Result<Option<Vec<u8>>, Failure> {
    let broken =
        |e: std::io::Error| Failure::new(Exit::Io, "input.unreadable", format!("cannot read on: {e}"));
    let mut line = Vec::new();
    let read = from.by_ref().take(most as u64 + 1).read_until(b'\n', &mut line).map_err(broken)?;
    if read == 0 {
        return Ok(None);
    }
    if line.last() == Some(&b'\n') || line.len() <= most {
        return Ok(Some(line));
    }
    drop(line);
    from.skip_until(b'\n').map_err(broken)?;
    Err(Failure::new(
        Exit::BadData,
        "limit.input-bytes",
        format!("longer than {} MiB; raise --max-size or split it", most >> 20),
    ))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_long_line_costs_only_itself() {
        let mut from = std::io::Cursor::new(b"aa\nbbbbbbbb\ncc".to_vec());
        assert_eq!(next_line(&mut from, 4).unwrap().unwrap(), b"aa\n");
        assert_eq!(next_line(&mut from, 4).unwrap_err().code, "limit.input-bytes");
        assert_eq!(next_line(&mut from, 4).unwrap().unwrap(), b"cc");
        assert!(next_line(&mut from, 4).unwrap().is_none());
    }
}
