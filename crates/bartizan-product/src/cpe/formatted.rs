//! The formatted string binding (NISTIR 7695, section 6.2).

use super::{Attribute, Cpe, Value, is_plain, symbols, well_formed};

pub(super) fn unbind(rest: &str) -> Option<Cpe> {
    let mut name = Cpe::default();
    let mut parts = Vec::with_capacity(11);
    let mut part = String::new();
    let mut escaped = false;
    for c in rest.chars() {
        match c {
            ':' if !escaped => {
                parts.push(std::mem::take(&mut part));
                continue;
            }
            '\\' if !escaped => escaped = true,
            _ => escaped = false,
        }
        part.push(c);
    }
    parts.push(part);
    if parts.len() != Attribute::ALL.len() || escaped {
        return None;
    }
    for (attribute, part) in Attribute::ALL.into_iter().zip(parts) {
        name.values[attribute as usize] = value(&part)?;
    }
    Some(name)
}

fn value(text: &str) -> Option<Value> {
    match text {
        "*" => return Some(Value::Any),
        "-" => return Some(Value::NotApplicable),
        "" => return None,
        _ => {}
    }
    let mut quoted = String::new();
    for (c, escaped) in symbols(text) {
        if c.is_whitespace() || c.is_control() {
            return None;
        }
        // An escaped letter is as good as the letter.
        if !is_plain(c) && (escaped || !matches!(c, '*' | '?')) {
            quoted.push('\\');
        }
        quoted.push(c);
    }
    well_formed(&quoted).then_some(Value::Text(quoted))
}

pub(super) fn bind(name: &Cpe) -> String {
    let mut out = String::from("cpe:2.3");
    for value in &name.values {
        out.push(':');
        match value {
            Value::Any => out.push('*'),
            Value::NotApplicable => out.push('-'),
            Value::Text(text) => {
                for (c, quoted) in symbols(text) {
                    // Dot and hyphen lose their backslash.
                    if quoted && !matches!(c, '.' | '-') {
                        out.push('\\');
                    }
                    out.push(c);
                }
            }
        }
    }
    out
}
