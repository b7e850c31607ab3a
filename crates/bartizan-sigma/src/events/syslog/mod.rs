//! Lines of syslog, and of auditd, as events.
//!
//! Sources: RFC 5424 (with structured data), RFC 3164; rsyslog's file formats (the same without a priority, the time
//! perhaps in ISO 8601); the records of Linux' audit (`type=EXECVE msg=audit(…): …`), whose fields Sigma's rules for
//! auditd name.

mod pairs;

use serde_json::{Map, Value, json};

use super::fault;
use crate::error::Error;

/// RFC 5424, table 1.
const FACILITIES: [&str; 24] = [
    "kern", "user", "mail", "daemon", "auth", "syslog", "lpr", "news", "uucp", "cron", "authpriv", "ftp",
    "ntp", "audit", "alert", "clock", "local0", "local1", "local2", "local3", "local4", "local5", "local6",
    "local7",
];
/// RFC 5424, table 2.
const SEVERITIES: [&str; 8] = ["emerg", "alert", "crit", "err", "warning", "notice", "info", "debug"];
const MONTHS: [&str; 12] =
    ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];

/// The event of a line.
///
/// # Errors
/// A line without text.
pub fn event(line: &str) -> Result<Value, Error> {
    let line = line.trim_start_matches('\u{feff}').trim_end();
    if line.is_empty() {
        return Err(fault("an empty line"));
    }
    let mut fields = Map::new();
    let rest = match priority(line) {
        Some((code, rest)) => {
            let facility = FACILITIES.get(usize::from(code >> 3)).copied().unwrap_or_default();
            let severity = SEVERITIES.get(usize::from(code & 7)).copied().unwrap_or_default();
            put(&mut fields, "facility", facility);
            put(&mut fields, "severity", severity);
            rest
        }
        None => line,
    };
    let message = match rest.strip_prefix("1 ") {
        Some(rest) if fields.contains_key("facility") => new_form(rest, &mut fields),
        _ => old_form(rest, &mut fields),
    };
    put(&mut fields, "message", message);
    if let Some(time) = audit_time(message).filter(|_| !fields.contains_key("timestamp")) {
        put(&mut fields, "timestamp", time);
    }
    for (name, value) in pairs::of(message) {
        // What the message says of itself never replaces what its header says.
        fields.entry(name).or_insert(Value::String(value));
    }
    Ok(Value::Object(fields))
}

fn put(fields: &mut Map<String, Value>, name: &str, value: &str) {
    // `-` is how RFC 5424 writes what is not known.
    if !value.is_empty() && value != "-" {
        fields.insert(name.to_owned(), json!(value));
    }
}

/// `<34>`
fn priority(line: &str) -> Option<(u8, &str)> {
    let (number, rest) = line.strip_prefix('<')?.split_once('>')?;
    let good = (1..=3).contains(&number.len()) && number.bytes().all(|b| b.is_ascii_digit());
    let code = number.parse().ok().filter(|code| *code < 192)?;
    good.then_some((code, rest))
}

/// RFC 5424 after the version. What remains is the message.
fn new_form<'l>(rest: &'l str, fields: &mut Map<String, Value>) -> &'l str {
    let mut rest = rest;
    for name in ["timestamp", "hostname", "appname", "procid", "msgid"] {
        let (word, after) = rest.split_once(' ').unwrap_or((rest, ""));
        put(fields, name, word);
        rest = after;
    }
    let rest = structured(rest, fields);
    rest.trim_start_matches(' ').trim_start_matches('\u{feff}')
}

/// `[id name="value" …]…` or `-`: each id is an object of its own.
fn structured<'l>(rest: &'l str, fields: &mut Map<String, Value>) -> &'l str {
    let mut rest = match rest.strip_prefix('-') {
        Some(after) => return after,
        None => rest,
    };
    while let Some(element) = rest.strip_prefix('[') {
        let end = element.find([' ', ']']).unwrap_or(element.len());
        let (id, mut inside) = element.split_at(end);
        let mut values = Map::new();
        while let Some((name, value, after)) = parameter(inside) {
            values.insert(name.to_owned(), json!(value));
            inside = after;
        }
        let Some(after) = inside.trim_start().strip_prefix(']') else { return rest };
        if !id.is_empty() {
            fields.entry(id.to_owned()).or_insert(Value::Object(values));
        }
        rest = after;
    }
    rest
}

/// ` name="value"`; `\"`, `\\` and `\]` stand for themselves.
fn parameter(inside: &str) -> Option<(&str, String, &str)> {
    let (name, rest) = inside.trim_start().split_once("=\"")?;
    if name.is_empty() || name.contains([' ', ']', '"']) {
        return None;
    }
    let mut value = String::new();
    let mut chars = rest.char_indices();
    while let Some((at, c)) = chars.next() {
        match c {
            '"' => return Some((name, value, &rest[at + 1..])),
            '\\' => match chars.next() {
                Some((_, c @ ('"' | '\\' | ']'))) => value.push(c),
                Some((_, c)) => value.extend(['\\', c]),
                None => return None,
            },
            c => value.push(c),
        }
    }
    None
}

/// RFC 3164 after the priority: time, host, tag. What has none of them is message throughout.
fn old_form<'l>(line: &'l str, fields: &mut Map<String, Value>) -> &'l str {
    let Some((time, rest)) = time(line) else { return line };
    put(fields, "timestamp", time);
    let (host, rest) = rest.trim_start().split_once(' ').unwrap_or((rest, ""));
    // Without a host the tag comes first; it ends with a colon.
    let rest = if host.ends_with(':') {
        line.get(time.len()..).unwrap_or_default().trim_start()
    } else {
        put(fields, "hostname", host);
        rest.trim_start()
    };
    let end = rest.find(|c: char| c.is_whitespace() || matches!(c, ':' | '[')).unwrap_or(rest.len());
    let (tag, after) = rest.split_at(end);
    let (process, after) = match after.strip_prefix('[').and_then(|a| a.split_once(']')) {
        Some((id, after)) if id.len() <= 128 => (id, after),
        _ => ("", after),
    };
    let Some(message) = after.strip_prefix(':') else { return rest };
    put(fields, "appname", tag);
    put(fields, "procid", process);
    message.strip_prefix(' ').unwrap_or(message)
}

/// `Oct 11 22:14:15` or an ISO time, as files have it.
fn time(line: &str) -> Option<(&str, &str)> {
    let short = line.get(..15).filter(|text| {
        let bytes = text.as_bytes();
        let at = |index: usize| bytes.get(index).copied().unwrap_or(0);
        MONTHS.iter().any(|month| text.starts_with(month))
            && (at(4) == b' ' || at(4).is_ascii_digit())
            && at(5).is_ascii_digit()
            && [3, 6].iter().all(|i| at(*i) == b' ')
            && [9, 12].iter().all(|i| at(*i) == b':')
    });
    if let Some(short) = short {
        return Some((short, line.get(15..)?));
    }
    let (word, _) = line.split_once(' ')?;
    let bytes = word.as_bytes();
    let iso = word.len() >= 19
        && bytes.iter().take(4).all(u8::is_ascii_digit)
        && bytes.get(4) == Some(&b'-')
        && bytes.get(10) == Some(&b'T');
    iso.then(|| (word, line.get(word.len()..).unwrap_or_default()))
}

/// The seconds since 1970 of `type=… msg=audit(1364481363.243:24287): …`.
fn audit_time(message: &str) -> Option<&str> {
    let (_, after) = message.strip_prefix("type=")?.split_once(" msg=audit(")?;
    let (time, _) = after.split_once(':')?;
    time.bytes().all(|b| b.is_ascii_digit() || b == b'.').then_some(time)
}

/// Whether a file whose first line is this one is probably syslog or auditd.
pub fn is_line(line: &str) -> bool {
    priority(line).is_some()
        || time(line).is_some()
        || line.starts_with("type=") && line.contains(" msg=audit(")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(line: &str, expected: Value) {
        assert_eq!(event(line).unwrap_or_default(), expected, "{line}");
    }

    #[test]
    fn both_rfcs() {
        check(
            "<34>Oct 11 22:14:15 mymachine su[77]: 'su root' failed for lonvick on /dev/pts/8",
            json!({"facility": "auth", "severity": "crit", "timestamp": "Oct 11 22:14:15", "hostname": "mymachine",
                "appname": "su", "procid": "77", "message": "'su root' failed for lonvick on /dev/pts/8"}),
        );
        check(
            "<165>1 2003-10-11T22:14:15.003Z host.example.com evntslog - ID47 [ex@32473 iut=\"3\" q=\"a\\\"]\\]b\"][x@1] \u{feff}An event",
            json!({"facility": "local4", "severity": "notice", "timestamp": "2003-10-11T22:14:15.003Z",
                "hostname": "host.example.com", "appname": "evntslog", "msgid": "ID47",
                "ex@32473": {"iut": "3", "q": "a\"]]b"}, "x@1": {}, "message": "An event"}),
        );
        check(
            "2024-05-01T10:00:00.1+02:00 web sshd[1]: Failed password user=bob",
            json!({"timestamp": "2024-05-01T10:00:00.1+02:00", "hostname": "web", "appname": "sshd", "procid": "1",
                "message": "Failed password user=bob", "user": "bob"}),
        );
        check("just some words", json!({"message": "just some words"}));
    }

    #[test]
    fn auditd() {
        check(
            "type=EXECVE msg=audit(1364481363.243:24287): argc=3 a0=\"curl\" a1=\"-o\" a2=2F746D702F6120622E7368",
            json!({"timestamp": "1364481363.243", "type": "EXECVE", "msg": "audit(1364481363.243:24287):", "argc": "3", "a0": "curl", "a1": "-o",
                "a2": "/tmp/a b.sh",
                "message": "type=EXECVE msg=audit(1364481363.243:24287): argc=3 a0=\"curl\" a1=\"-o\" a2=2F746D702F6120622E7368"}),
        );
    }

    #[test]
    fn a_message_cannot_take_the_place_of_its_header() {
        let found = event("<13>Oct 11 22:14:15 web app: hostname=forged severity=debug").unwrap_or_default();
        assert_eq!((&found["hostname"], &found["severity"]), (&json!("web"), &json!("notice")));
    }
}
