//! A draft as a rule: Sigma 2.1 in the order and form that rule repositories use.
//!
//! Source: Sigma Rules Specification 2.1 (<https://github.com/SigmaHQ/sigma-specification>), "Structure", and the
//! escapes of "Escaping" in its section on values.

use std::{borrow::Cow, fmt::Write};

use uuid::Uuid;

use crate::draft::{Field, LogSource, Selection};

/// Our namespace: rules of the same content have the same id, whoever writes them.
const NAMESPACE: Uuid = Uuid::from_u128(0x6f1d_9c54_3c0b_5a53_9d35_2a58_6f0c_7b11);

/// What a rule says.
#[derive(Clone, Debug)]
pub(crate) struct Head<'a> {
    pub title: &'a str,
    pub id: &'a str,
    pub description: &'a str,
    pub references: &'a [String],
    pub author: &'a str,
    pub date: &'a str,
    pub tags: &'a [String],
    pub false_positives: &'a [String],
    pub level: &'a str,
    /// The verdicts, as comments at the end.
    pub verdicts: &'a [(&'static str, String)],
}

/// The id of a rule, from what it detects and nothing else.
pub(crate) fn id(body: &str) -> String {
    Uuid::new_v5(&NAMESPACE, body.as_bytes()).to_string()
}

/// A file name in SigmaHQ's convention: log source, title, and the id's beginning, which keeps it apart from others.
pub(crate) fn file_name(log_source: &LogSource, title: &str, id: &str) -> String {
    let of = |part: &Option<Cow<'static, str>>| part.as_deref().unwrap_or_default().to_owned();
    let category = match of(&log_source.category).as_str() {
        "process_creation" => "proc_creation".to_owned(),
        "process_access" => "proc_access".to_owned(),
        "network_connection" => "net_connection".to_owned(),
        "dns" => "net_dns".to_owned(),
        "firewall" => "net_firewall".to_owned(),
        "webserver" => "web".to_owned(),
        "wmi_event" => "sysmon_wmi".to_owned(),
        other => other.to_owned(),
    };
    let product = match of(&log_source.product).as_str() {
        "windows" => "win".to_owned(),
        "linux" => "lnx".to_owned(),
        other => other.to_owned(),
    };
    let title = title.split(" - ").next().unwrap_or_default();
    let words = [category, product, of(&log_source.service), title.to_owned()].join(" ").to_lowercase();
    let words = words.split(|c: char| !c.is_ascii_alphanumeric()).filter(|word| !word.is_empty());
    let mut stem = String::new();
    for word in words {
        if stem.len() + word.len() > 60 {
            break;
        }
        stem.push_str(word);
        stem.push('_');
    }
    format!("{stem}{}.yml", id.get(..8).unwrap_or("00000000"))
}

/// The rule.
pub(crate) fn rule(head: &Head<'_>, body: &str) -> String {
    let mut out = String::new();
    let mut line = |key: &str, value: &str| {
        let _ = writeln!(out, "{key}: {}", scalar(value));
    };
    line("title", head.title);
    line("id", head.id);
    line("status", "experimental");
    line("description", head.description);
    list(&mut out, "references", head.references);
    let _ = writeln!(out, "author: {}", scalar(head.author));
    let _ = writeln!(out, "date: {}", head.date);
    list(&mut out, "tags", head.tags);
    out.push_str(body);
    list(&mut out, "falsepositives", head.false_positives);
    let _ = writeln!(out, "level: {}", head.level);
    // As comments: a key that the specification does not know is an issue to the SigmaHQ validators.
    for (key, value) in head.verdicts {
        let value: String =
            value.chars().map(|c| if c.is_control() || is_odd(c) { ' ' } else { c }).collect();
        let _ = writeln!(out, "# {key}: {value}");
    }
    out
}

fn list(out: &mut String, key: &str, values: &[String]) {
    if values.is_empty() {
        return;
    }
    let _ = writeln!(out, "{key}:");
    for value in values {
        let _ = writeln!(out, "    - {}", scalar(value));
    }
}

/// `logsource` and `detection`.
pub(crate) fn body(log_source: &LogSource, selections: &[Selection], condition: &str) -> String {
    let mut text = String::from("logsource:\n");
    let out = &mut text;
    let parts = [
        ("category", &log_source.category),
        ("product", &log_source.product),
        ("service", &log_source.service),
    ];
    for (key, value) in parts {
        if let Some(value) = value {
            let _ = writeln!(out, "    {key}: {value}");
        }
    }
    out.push_str("detection:\n");
    for selection in selections {
        let _ = writeln!(out, "    {}:", selection.name);
        match selection.alternatives.as_slice() {
            [fields] => fields.iter().for_each(|f| field(out, f, "        ", "        ")),
            many => {
                for fields in many {
                    for (number, f) in fields.iter().enumerate() {
                        field(out, f, if number == 0 { "        - " } else { "          " }, "          ");
                    }
                }
            }
        }
    }
    let _ = writeln!(out, "    condition: {condition}");
    text
}

fn field(out: &mut String, field: &Field, first: &str, indent: &str) {
    match field.values.as_slice() {
        [value] => {
            let _ = writeln!(out, "{first}{}: {}", field.key, value_of(&field.key, value));
        }
        values => {
            let _ = writeln!(out, "{first}{}:", field.key);
            for value in values {
                let _ = writeln!(out, "{indent}    - {}", value_of(&field.key, value));
            }
        }
    }
}

/// A value of a detection. What Sigma would take for a wildcard becomes "any one character", which it is too: the
/// SigmaHQ validators warn of escaped wildcards.
fn value_of(key: &str, value: &str) -> String {
    if key == "EventID" {
        return value.to_owned();
    }
    quoted(&escaped(value))
}

/// Backslashes count only before a wildcard or another backslash.
fn escaped(value: &str) -> String {
    let chars: Vec<char> = value.chars().collect();
    let mut out = String::with_capacity(value.len() + 4);
    let mut at = 0;
    while let Some(c) = chars.get(at) {
        match c {
            '*' | '?' => {
                out.push('?');
                at += 1;
            }
            '\\' => {
                let run = chars[at..].iter().take_while(|c| **c == '\\').count();
                let before_wildcard = matches!(chars.get(at + run), Some('*' | '?'));
                let times = if run > 1 || before_wildcard { run * 2 } else { run };
                out.extend(std::iter::repeat_n('\\', times));
                at += run;
            }
            c => {
                out.push(*c);
                at += 1;
            }
        }
    }
    out
}

/// Text outside of detections: bare where YAML takes it for nothing else.
fn scalar(text: &str) -> String {
    let plain =
        |c: char| c.is_ascii_alphanumeric() || matches!(c, ' ' | '.' | '-' | '_' | '/' | '(' | ')' | '+');
    let bare = text.starts_with(|c: char| c.is_ascii_alphabetic())
        && text.chars().all(plain)
        && !text.ends_with(' ')
        && !matches!(
            text.to_ascii_lowercase().as_str(),
            "true" | "false" | "yes" | "no" | "on" | "off" | "null" | "y" | "n"
        );
    if bare { text.to_owned() } else { quoted(text) }
}

/// In single quotes; in double ones where a character must be written as an escape.
fn quoted(text: &str) -> String {
    let odd = |c: char| c.is_control() || is_odd(c);
    if !text.contains(odd) {
        return format!("'{}'", text.replace('\'', "''"));
    }
    let mut out = String::from("\"");
    for c in text.chars() {
        match c {
            '"' | '\\' => {
                out.push('\\');
                out.push(c);
            }
            c if odd(c) => {
                let _ = match u32::from(c) {
                    n if n < 0x1_0000 => write!(out, "\\u{n:04X}"),
                    n => write!(out, "\\U{n:08X}"),
                };
            }
            c => out.push(c),
        }
    }
    out.push('"');
    out
}

/// Characters that YAML or a reader takes for something else.
fn is_odd(c: char) -> bool {
    matches!(c, '\u{FEFF}' | '\u{2028}' | '\u{2029}' | '\u{85}') || is_bidi(c)
}

/// Characters that turn the direction of text: shown as what they are, or a reader is misled.
fn is_bidi(c: char) -> bool {
    matches!(c, '\u{200E}' | '\u{200F}' | '\u{202A}'..='\u{202E}' | '\u{2066}'..='\u{2069}')
}
