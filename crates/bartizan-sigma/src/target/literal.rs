//! Literals that text of a rule cannot end.

/// A regular expression between two `close`, as `/…/`: what would end it gets a backslash, what has one keeps it.
pub fn delimited(pattern: &str, close: char) -> String {
    let mut out = String::with_capacity(pattern.len() + 2);
    let mut chars = pattern.chars();
    while let Some(c) = chars.next() {
        match c {
            '\\' => {
                out.push('\\');
                // A backslash at the end stands for itself.
                push(chars.next().unwrap_or('\\'), &mut out);
            }
            c if c == close => {
                out.push('\\');
                out.push(c);
            }
            c => push(c, &mut out),
        }
    }
    out
}

/// A regular expression without quotation marks and line breaks: their codes stand for them.
pub fn without_quotes(pattern: &str) -> String {
    let mut out = String::with_capacity(pattern.len());
    let mut chars = pattern.chars();
    while let Some(c) = chars.next() {
        let (escaped, c) = match c {
            '\\' => ("\\", chars.next().unwrap_or('\\')),
            c => ("", c),
        };
        match c {
            '"' | '\'' | '`' => out.push_str(&format!("\\x{:02x}", u32::from(c))),
            c if c.is_control() => out.push_str(&format!("\\x{:02x}", u32::from(c))),
            c => {
                out.push_str(escaped);
                out.push(c);
            }
        }
    }
    out
}

/// A character of an expression; line breaks by their escapes.
fn push(c: char, out: &mut String) {
    match c {
        '\n' => out.push_str(if out.ends_with('\\') && !out.ends_with("\\\\") { "n" } else { "\\n" }),
        '\r' => out.push_str(if out.ends_with('\\') && !out.ends_with("\\\\") { "r" } else { "\\r" }),
        c => out.push(c),
    }
}

/// Between double quotes, with the escapes that C, Go and JSON share.
pub fn quoted(text: &str) -> String {
    let mut out = String::with_capacity(text.len() + 2);
    out.push('"');
    for c in text.chars() {
        match c {
            '"' | '\\' => {
                out.push('\\');
                out.push(c);
            }
            '\n' => out.push_str("\\n"),
            '\r' => out.push_str("\\r"),
            '\t' => out.push_str("\\t"),
            c if c.is_control() => out.push_str(&format!("\\u{:04x}", u32::from(c))),
            c => out.push(c),
        }
    }
    out.push('"');
    out
}
