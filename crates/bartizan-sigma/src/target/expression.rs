//! Strings as regular expressions, for languages whose only patterns these are.

use crate::rule::{Part, Regex, Text};

/// The characters that mean something in every common dialect, and `/`, which ends many literals.
const SPECIAL: &str = "\\.^$*+?{}[]|()/";

/// The expression that a string stands for, without anchors; line breaks and other control characters as `\xHH`.
pub(crate) fn body(text: &Text) -> String {
    let mut out = String::new();
    for part in text.parts() {
        match part {
            Part::Any => out.push_str(".*"),
            Part::One => out.push('.'),
            Part::Plain(run) => plain(run, &mut out),
            Part::Placeholder(name) => plain(&format!("%{name}%"), &mut out),
        }
    }
    out
}

/// The same for the whole of a field: anchored where the string has no `*` at its ends.
pub(crate) fn whole(text: &Text) -> String {
    let (open, close) = (text.opens_any(), text.closes_any());
    let from = usize::from(open);
    let parts = text.parts().len();
    let to = parts - usize::from(close && parts > from);
    let body = body(&text.slice(from, to));
    format!("{}{body}{}", if open { "" } else { "^" }, if close { "" } else { "$" })
}

fn plain(run: &str, out: &mut String) {
    for c in run.chars() {
        match c {
            c if c.is_control() => out.push_str(&format!("\\x{{{:x}}}", u32::from(c))),
            c => {
                if SPECIAL.contains(c) {
                    out.push('\\');
                }
                out.push(c);
            }
        }
    }
}

/// Whether an expression needs what linear-time engines (RE2) lack: look-around, references back, atomic groups.
pub(crate) fn needs_backtracking(regex: &Regex) -> bool {
    let mut chars = regex.pattern.chars().peekable();
    let mut before = ['\0'; 2];
    while let Some(c) = chars.next() {
        match c {
            '\\' => {
                let next = chars.next();
                if next.is_some_and(|c| c.is_ascii_digit() && c != '0' || matches!(c, 'k' | 'G' | 'Z')) {
                    return true;
                }
                before = ['\0'; 2];
                continue;
            }
            '=' | '!' | '>' if before == ['(', '?'] => return true,
            '<' if before == ['(', '?'] && matches!(chars.peek(), Some('=' | '!')) => return true,
            _ => {}
        }
        before = [before[1], c];
    }
    false
}
