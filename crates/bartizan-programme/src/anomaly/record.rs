//! The egress record of a run: what left the sandbox, as whoever runs it wrote it down.

use jiff::Timestamp;
use serde::Deserialize;

use super::Connection;
use crate::fault::{Code, Error};

/// Connections of one record.
pub const MOST_CONNECTIONS: usize = 200_000;
/// The longest name of a host (RFC 1035 section 2.3.4, in text).
const LONGEST: usize = 255;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Line<'l> {
    time: &'l str,
    host: &'l str,
    port: u16,
    bytes: u64,
}

/// Reads a record: one JSON object a line, `{"time":"2026-12-01T00:00:00Z","host":"203.0.113.7","port":443,"bytes":1200}`, in the order
/// of time. A record without lines says that nothing left.
///
/// # Errors
/// [`Code::EgressRecord`] with the line that is none.
pub fn egress(bytes: &[u8]) -> Result<Vec<Connection>, Error> {
    let mut all = Vec::new();
    for (number, line) in (1..).zip(bytes.split(|byte| *byte == b'\n')) {
        if line.iter().all(u8::is_ascii_whitespace) {
            continue;
        }
        let wrong = || Error::of(Code::EgressRecord, &format!("line {number}"));
        let read: Line<'_> = serde_json::from_slice(line).map_err(|_| wrong())?;
        let at = read.time.parse::<Timestamp>().map_err(|_| wrong())?.as_millisecond();
        let named = !read.host.is_empty()
            && read.host.len() <= LONGEST
            && read.host.bytes().all(|b| b.is_ascii_graphic());
        if !named || all.len() >= MOST_CONNECTIONS {
            return Err(wrong());
        }
        all.push(Connection { at, host: read.host.to_ascii_lowercase(), port: read.port, bytes: read.bytes });
    }
    Ok(all)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_record_is_read_line_by_line() {
        let text =
            "{\"time\":\"2026-12-01T00:00:00.5Z\",\"host\":\"Example.ORG\",\"port\":443,\"bytes\":7}\n\n";
        let expected = Connection { at: 1_796_083_200_500, host: "example.org".into(), port: 443, bytes: 7 };
        assert_eq!(egress(text.as_bytes()), Ok(vec![expected]));
        assert_eq!(egress(b""), Ok(vec![]));
        for wrong in [
            "{}",
            "[]",
            "{\"time\":\"yesterday\",\"host\":\"a\",\"port\":1,\"bytes\":1}",
            "{\"time\":\"2026-12-01T00:00:00Z\",\"host\":\"\",\"port\":1,\"bytes\":1}",
            "{\"time\":\"2026-12-01T00:00:00Z\",\"host\":\"a b\",\"port\":1,\"bytes\":1}",
            "{\"time\":\"2026-12-01T00:00:00Z\",\"host\":\"a\",\"port\":70000,\"bytes\":1}",
            "{\"time\":\"2026-12-01T00:00:00Z\",\"host\":\"a\",\"port\":1,\"bytes\":-1}",
            "{\"time\":\"2026-12-01T00:00:00Z\",\"host\":\"a\",\"port\":1,\"bytes\":1,\"more\":1}",
        ] {
            assert_eq!(
                egress(wrong.as_bytes()).map_err(|error| error.code()),
                Err(Code::EgressRecord),
                "{wrong}"
            );
        }
    }
}
