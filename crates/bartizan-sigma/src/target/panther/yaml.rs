//! A JSON value as YAML: keys in order of the alphabet, text folded at eighty characters.
//!
//! Source: YAML 1.1 (plain, single-quoted, double-quoted scalars, line folding, the types that plain scalars resolve
//! to).

use serde_json::Value;

const WIDTH: usize = 80;

/// The document.
pub(crate) fn write(value: &Value) -> String {
    let mut page = Page::default();
    page.node(value, 0, false);
    page.out.push('\n');
    page.out
}

#[derive(Default)]
struct Page {
    out: String,
    column: usize,
}

impl Page {
    fn put(&mut self, text: &str) {
        self.out.push_str(text);
        match text.rsplit_once('\n') {
            Some((_, last)) => self.column = last.chars().count(),
            None => self.column += text.chars().count(),
        }
    }

    fn new_line(&mut self, indent: usize) {
        self.put(&format!("\n{:indent$}", ""));
    }

    /// A value whose members stand at `indent`; `below` a key or a dash on the same line.
    fn node(&mut self, value: &Value, indent: usize, below: bool) {
        match value {
            Value::Object(map) if !map.is_empty() => {
                let mut keys: Vec<&String> = map.keys().collect();
                keys.sort();
                for (i, key) in keys.into_iter().enumerate() {
                    if i > 0 || below {
                        self.new_line(indent);
                    }
                    self.scalar(key, indent + 2);
                    self.put(":");
                    self.member(&map[key.as_str()], indent);
                }
            }
            Value::Array(members) if !members.is_empty() => {
                for (i, member) in members.iter().enumerate() {
                    if i > 0 || below {
                        self.new_line(indent);
                    }
                    self.put("- ");
                    match member {
                        Value::Object(_) | Value::Array(_) => self.node(member, indent + 2, false),
                        leaf => self.leaf(leaf, indent + 2),
                    }
                }
            }
            leaf => self.leaf(leaf, indent + 2),
        }
    }

    /// What stands behind a key at `indent`.
    fn member(&mut self, value: &Value, indent: usize) {
        match value {
            // A list stands no deeper than its key.
            Value::Array(members) if !members.is_empty() => self.node(value, indent, true),
            Value::Object(map) if !map.is_empty() => self.node(value, indent + 2, true),
            leaf => {
                self.put(" ");
                self.leaf(leaf, indent + 2);
            }
        }
    }

    fn leaf(&mut self, value: &Value, indent: usize) {
        match value {
            Value::String(text) => self.scalar(text, indent),
            Value::Array(_) => self.put("[]"),
            Value::Object(_) => self.put("{}"),
            other => self.put(&other.to_string()),
        }
    }

    fn scalar(&mut self, text: &str, indent: usize) {
        match style(text) {
            Style::Plain => self.folded(text, indent, false),
            Style::Single => {
                self.put("'");
                self.folded(text, indent, true);
                self.put("'");
            }
            Style::Double => self.escaped(text, indent),
        }
    }

    /// Words and line breaks; a single space past the width becomes a line break.
    fn folded(&mut self, text: &str, indent: usize, quoted: bool) {
        let chars: Vec<char> = text.chars().collect();
        let mut at = 0;
        while at < chars.len() {
            let kind = |c: char| match c {
                ' ' => 0,
                '\n' => 1,
                _ => 2,
            };
            let run = chars[at..].iter().take_while(|c| kind(**c) == kind(chars[at])).count();
            let end = at + run;
            match chars[at] {
                ' ' if run == 1 && self.column > WIDTH && at > 0 && end < chars.len() => {
                    self.new_line(indent)
                }
                '\n' => {
                    self.put(&"\n".repeat(run));
                    self.new_line(indent);
                }
                _ => {
                    let word: String = chars[at..end].iter().collect();
                    self.put(&if quoted { word.replace('\'', "''") } else { word });
                }
            }
            at = end;
        }
    }

    fn escaped(&mut self, text: &str, indent: usize) {
        let chars: Vec<char> = text.chars().collect();
        self.put("\"");
        let mut run = String::new();
        for (at, c) in chars.iter().copied().enumerate() {
            let plain = matches!(c, ' '..='~') && c != '"' && c != '\\';
            if !plain {
                self.put(&std::mem::take(&mut run));
                self.put(&escape(c));
            }
            let column = self.column + run.chars().count();
            let long = if plain { column > WIDTH } else { column > WIDTH + 1 };
            if at > 0 && at + 1 < chars.len() && (c == ' ' || run.is_empty()) && long {
                self.put(&std::mem::take(&mut run));
                self.put("\\");
                self.new_line(indent);
                let next = if plain { Some(c) } else { chars.get(at + 1).copied() };
                if next == Some(' ') {
                    self.put("\\");
                }
            }
            if plain {
                run.push(c);
            }
        }
        self.put(&run);
        self.put("\"");
    }
}

fn escape(c: char) -> String {
    let short = match c {
        '\0' => '0',
        '\x07' => 'a',
        '\x08' => 'b',
        '\t' => 't',
        '\n' => 'n',
        '\x0b' => 'v',
        '\x0c' => 'f',
        '\r' => 'r',
        '\x1b' => 'e',
        '"' => '"',
        '\\' => '\\',
        '\u{85}' => 'N',
        '\u{a0}' => '_',
        '\u{2028}' => 'L',
        '\u{2029}' => 'P',
        c => {
            let number = u32::from(c);
            return match number {
                0..=0xff => format!("\\x{number:02X}"),
                0x100..=0xffff => format!("\\u{number:04X}"),
                _ => format!("\\U{number:08X}"),
            };
        }
    };
    format!("\\{short}")
}

enum Style {
    Plain,
    Single,
    Double,
}

fn style(text: &str) -> Style {
    let special = text.chars().any(|c| !matches!(c, '\n' | ' '..='~'));
    if special || text.contains(" \n") || text.contains("\n ") {
        return Style::Double;
    }
    let single = text.is_empty()
        || text.contains('\n')
        || text.starts_with(' ')
        || text.ends_with(' ')
        || text.starts_with("---")
        || text.starts_with("...")
        || text.starts_with(|c| "#,[]{}&*!|>'\"%@`".contains(c))
        || (text.starts_with(['?', '-']) && matches!(text.chars().nth(1), None | Some(' ')))
        || text.contains(": ")
        || text.ends_with(':')
        || text.contains(" #")
        || resolves(text);
    if single { Style::Single } else { Style::Plain }
}

/// Whether a plain scalar would be read as something else than text.
fn resolves(text: &str) -> bool {
    let lower = text.to_ascii_lowercase();
    let cased = text == lower
        || text == text.to_ascii_uppercase()
        || text.get(1..) == lower.get(1..) && text.starts_with(|c: char| c.is_ascii_uppercase());
    let word = matches!(lower.as_str(), "yes" | "no" | "true" | "false" | "on" | "off" | "null" | "~");
    (word && cased) || matches!(text, "=" | "<<") || number(text) || timestamp(text)
}

/// Integers and fractions, with signs, underscores, bases and sexagesimal parts.
fn number(text: &str) -> bool {
    let digits = text.strip_prefix(['+', '-']).unwrap_or(text);
    if matches!(digits, ".inf" | ".Inf" | ".INF") || matches!(text, ".nan" | ".NaN" | ".NAN") {
        return true;
    }
    let only = |digits: &str, allowed: fn(char) -> bool| {
        !digits.is_empty() && digits.chars().all(|c| allowed(c) || c == '_')
    };
    if let Some(hex) = digits.strip_prefix("0x") {
        return only(hex, |c| c.is_ascii_hexdigit());
    }
    if let Some(binary) = digits.strip_prefix("0b") {
        return only(binary, |c| matches!(c, '0' | '1'));
    }
    if let Some(octal) =
        digits.strip_prefix('0').filter(|rest| !rest.is_empty() && !rest.contains(['.', ':']))
    {
        return only(octal, |c| matches!(c, '0'..='7'));
    }
    if !digits.starts_with(|c: char| c.is_ascii_digit() || c == '.') {
        return false;
    }
    if let Some((first, rest)) = digits.split_once(':') {
        let rest = rest.strip_suffix('.').unwrap_or(rest);
        return only(first, |c| c.is_ascii_digit())
            && rest.split([':', '.']).all(|part| only(part, |c| c.is_ascii_digit()));
    }
    let (whole, fraction) = digits.split_once('.').map_or((digits, None), |(a, b)| (a, Some(b)));
    let decimal = |digits: &str| digits.chars().all(|c| c.is_ascii_digit() || c == '_');
    match fraction {
        None => only(whole, |c| c.is_ascii_digit()),
        Some(fraction) => {
            let mantissa = match fraction.split_once(['e', 'E']) {
                Some((mantissa, exponent)) => {
                    let power = exponent.strip_prefix(['+', '-']).unwrap_or_default();
                    if power.is_empty() || !power.chars().all(|c| c.is_ascii_digit()) {
                        return false;
                    }
                    mantissa
                }
                None => fraction,
            };
            decimal(whole) && decimal(mantissa) && (!whole.is_empty() || !mantissa.is_empty())
        }
    }
}

/// `2026-01-31`, or with a time behind it.
fn timestamp(text: &str) -> bool {
    let parts: Vec<&str> = text.splitn(3, '-').collect();
    let [year, month, day] = parts.as_slice() else { return false };
    let digits = |part: &str| !part.is_empty() && part.len() <= 2 && part.chars().all(|c| c.is_ascii_digit());
    let date = year.len() == 4 && year.chars().all(|c| c.is_ascii_digit()) && digits(month);
    match day.find(['T', 't', ' ', '\t']) {
        None => date && month.len() == 2 && day.len() == 2 && digits(day),
        Some(at) => {
            let time = day.get(at + 1..).unwrap_or_default().trim_start();
            date && digits(day.get(..at).unwrap_or_default())
                && time.starts_with(|c: char| c.is_ascii_digit())
                && time.contains(':')
        }
    }
}
