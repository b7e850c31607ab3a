//! Events as JSON: objects one after the other, on a line each or over several, or one list of them.

use std::io::{BufRead, Read};

use serde_json::Value;

use super::{MOST_EVENT, Take, bad, broken};
use crate::exit::Failure;

/// The most bytes of a list, which is read whole.
const MOST_LIST: usize = 256 << 20;

/// Calls `take` with each event, or with why there is none: what is no event costs only itself.
///
/// # Errors
/// Where reading fails, or `take` does.
pub fn read(from: &mut dyn BufRead, take: &mut Take<'_>) -> Result<(), Failure> {
    let mut number = 0_u64;
    let mut event = Vec::new();
    let mut depth = Depth::default();
    loop {
        let mut line = Vec::new();
        number += 1;
        let room = MOST_EVENT.saturating_sub(event.len()) as u64 + 1;
        let read = Read::take(&mut *from, room).read_until(b'\n', &mut line).map_err(broken)?;
        if read == 0 {
            return match event.is_empty() {
                true => Ok(()),
                false => take(Err(bad(format!("line {number}: the last event does not end")))),
            };
        }
        if event.is_empty() && line.trim_ascii().is_empty() {
            continue;
        }
        if number == 1 && line.trim_ascii_start().starts_with(b"[") {
            return list(line, from, take);
        }
        if event.is_empty() && !line.trim_ascii_start().starts_with(b"{") {
            if line.last() != Some(&b'\n') {
                from.skip_until(b'\n').map_err(broken)?;
            }
            take(Err(bad(format!("line {number}: not a JSON object"))))?;
            continue;
        }
        depth.walk(&line);
        event.extend_from_slice(&line);
        if event.len() > MOST_EVENT {
            from.skip_until(b'\n').map_err(broken)?;
            take(Err(bad(format!("line {number}: an event of more than {} MiB", MOST_EVENT >> 20))))?;
        } else if depth.open > 0 {
            continue;
        } else {
            // Several objects may stand on one line.
            for value in serde_json::Deserializer::from_slice(&event).into_iter::<Value>() {
                let ends = value.is_err();
                take(value.map_err(|e| bad(format!("line {number}: not JSON: {e}"))))?;
                if ends {
                    break;
                }
            }
        }
        event.clear();
        depth = Depth::default();
    }
}

fn list(mut text: Vec<u8>, from: &mut dyn BufRead, take: &mut Take<'_>) -> Result<(), Failure> {
    from.take(MOST_LIST as u64 + 1).read_to_end(&mut text).map_err(broken)?;
    if text.len() > MOST_LIST {
        let most = MOST_LIST >> 20;
        return Err(bad(format!("a list of more than {most} MiB: write one event a line instead")));
    }
    let values: Vec<Value> =
        serde_json::from_slice(&text).map_err(|e| bad(format!("not a JSON list of events: {e}")))?;
    values.into_iter().try_for_each(|value| take(Ok(value)))
}

/// How many brackets are open, outside of strings.
#[derive(Default)]
struct Depth {
    open: i64,
    string: bool,
    escaped: bool,
}

impl Depth {
    fn walk(&mut self, bytes: &[u8]) {
        for byte in bytes {
            match (self.string, byte) {
                (true, _) if self.escaped => self.escaped = false,
                (true, b'\\') => self.escaped = true,
                (_, b'"') => self.string = !self.string,
                (false, b'{' | b'[') => self.open += 1,
                (false, b'}' | b']') => self.open -= 1,
                _ => {}
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(text: &str, expected: &[Option<&str>]) {
        let mut found = Vec::new();
        let mut take = |event: Result<Value, Failure>| {
            found.push(event.ok().map(|value| value.to_string()));
            Ok(())
        };
        read(&mut text.as_bytes(), &mut take).unwrap();
        let expected: Vec<_> = expected.iter().map(|e| e.map(str::to_owned)).collect();
        assert_eq!(found, expected, "{text}");
    }

    #[test]
    fn lines_documents_and_lists() {
        check("{\"a\":1}\n\n{\"a\":2}", &[Some(r#"{"a":1}"#), Some(r#"{"a":2}"#)]);
        check("{\n \"a\": \"}\"\n}\n{\n}\n", &[Some(r#"{"a":"}"}"#), Some("{}")]);
        check("{\"a\":1} {\"a\":2}\n", &[Some(r#"{"a":1}"#), Some(r#"{"a":2}"#)]);
        check("[{\"a\":1},\n{\"a\":2}]", &[Some(r#"{"a":1}"#), Some(r#"{"a":2}"#)]);
        check("", &[]);
    }

    #[test]
    fn what_is_no_event_costs_only_itself() {
        check(
            "{\"a\":1}\nnope\n{\"a\":}\n{\"a\":2}\n",
            &[Some(r#"{"a":1}"#), None, None, Some(r#"{"a":2}"#)],
        );
        check("{\"a\":1", &[None]);
    }
}
