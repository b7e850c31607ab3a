//! `name=value` in a message.

/// The most pairs that are taken of one line.
const MOST_PAIRS: usize = 1_000;

/// Fields of the audit that the kernel writes in hexadecimal when they hold a space, a quote or worse
/// (audit-userspace, `auparse`: fields of type "escaped").
const ESCAPED: [&str; 9] = ["name", "exe", "comm", "cwd", "proctitle", "cmd", "data", "dir", "key"];

/// The pairs of a message, in order. A value is a word, or stands in quotes.
pub(super) fn of(message: &str) -> Vec<(String, String)> {
    let audit = message.starts_with("type=") && message.contains("msg=audit(");
    let arguments = audit && message.starts_with("type=EXECVE");
    let mut out = Vec::new();
    let mut rest = message;
    while let Some(at) = rest.find('=') {
        if out.len() == MOST_PAIRS {
            break;
        }
        let (before, after) = rest.split_at(at);
        let after = &after[1..];
        let start = before.rfind(|c: char| !is_name(c)).map_or(0, |at| at + last_char(before, at));
        let name = &before[start..];
        let (value, quoted, left) = value(after);
        let first = name.bytes().next();
        let stands_alone = before[..start].chars().next_back().is_none_or(is_gap);
        if first.is_some_and(|b| b.is_ascii_alphabetic() || b == b'_') && stands_alone {
            let escaped = audit && (ESCAPED.contains(&name) || arguments && is_argument(name));
            let value = if escaped && !quoted { unescaped(value) } else { value.to_owned() };
            out.push((name.to_owned(), value));
            rest = left;
        } else {
            rest = after;
        }
    }
    out
}

fn is_name(c: char) -> bool {
    c.is_ascii_alphanumeric() || matches!(c, '_' | '-' | '.')
}

fn is_gap(c: char) -> bool {
    // `\x1d` parts the enriched fields of auditd from the others.
    c.is_whitespace() || matches!(c, ',' | ';' | '(' | '[' | '{' | '\'' | '\x1d')
}

fn last_char(text: &str, at: usize) -> usize {
    text[at..].chars().next().map_or(0, char::len_utf8)
}

/// `a0`, `a1`, …, of a command's arguments.
fn is_argument(name: &str) -> bool {
    name.strip_prefix('a').is_some_and(|n| !n.is_empty() && n.bytes().all(|b| b.is_ascii_digit()))
}

/// A value, whether it stood in quotes, and what follows it.
fn value(text: &str) -> (&str, bool, &str) {
    for quote in ['"', '\''] {
        if let Some(inside) = text.strip_prefix(quote)
            && let Some((value, left)) = inside.split_once(quote)
        {
            return (value, true, left);
        }
    }
    let end = text.find(|c: char| c.is_whitespace() || matches!(c, ',' | ';' | '\x1d')).unwrap_or(text.len());
    let (value, left) = text.split_at(end);
    (value, false, left)
}

/// Hexadecimal as text; zeros between arguments become spaces. What is no hexadecimal stays.
fn unescaped(value: &str) -> String {
    let digits = value.as_bytes();
    if digits.is_empty() || !digits.len().is_multiple_of(2) || !digits.iter().all(u8::is_ascii_hexdigit) {
        return value.to_owned();
    }
    let nibble = |digit: &u8| char::from(*digit).to_digit(16).unwrap_or(0) as u8;
    let bytes: Vec<u8> = digits
        .chunks_exact(2)
        .map(|pair| pair.iter().fold(0, |byte, digit| byte << 4 | nibble(digit)))
        .map(|byte| if byte == 0 { b' ' } else { byte })
        .collect();
    String::from_utf8_lossy(&bytes).into_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn plain_pairs_only() {
        let check = |text: &str, expected: &[(&str, &str)]| {
            let found = of(text);
            let found: Vec<_> = found.iter().map(|(n, v)| (n.as_str(), v.as_str())).collect();
            assert_eq!(found, expected, "{text}");
        };
        check("user=bob, ip='1.2.3.4' x=\"a b\" ==", &[("user", "bob"), ("ip", "1.2.3.4"), ("x", "a b")]);
        check("GET /?a=1&b=2 ok", &[]);
        check("é=1 ü_a=2 5=3", &[]);
        check(
            "type=PATH msg=audit(1.0:1): name=\"/etc/x\" key=(null)",
            &[("type", "PATH"), ("msg", "audit(1.0:1):"), ("name", "/etc/x"), ("key", "(null)")],
        );
        check("open=\"no end", &[("open", "\"no")]);
    }
}
