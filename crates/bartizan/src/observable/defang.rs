//! Undoing defanging: the marks that authors put into addresses so that nobody clicks them.
//!
//! The forms are those that analysts' reports really use: a dot, colon, slash or at-sign in brackets of any
//! kind (`[.]`, `(dot)`, `{.}`, `[:]`, `[/]`, `[://]`, `[at]`), half brackets (`[.com`, `.]com`), backslashes
//! (`\.`, and the Markdown escapes `\_`, `\[.\]`), words in capitals (` DOT `, ` AT `), and schemes with letters
//! taken out (`hxxp`, `h**p`, `h!p`, `fxp`). Nothing else is changed.

/// A defang mark: how many bytes it takes and what it stands for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Mark {
    pub len: usize,
    pub means: &'static str,
}

/// Longest stretch that is looked at for one mark: brackets, blanks and a word.
const MARK_MAX: usize = 16;

/// The defang mark that starts at byte `at`, if one does.
pub(super) fn mark_at(bytes: &[u8], at: usize) -> Option<Mark> {
    let rest = bytes.get(at..)?;
    let rest = &rest[..rest.len().min(MARK_MAX)];
    match rest.first()? {
        b'[' | b'(' | b'{' | b'<' => bracketed(rest, 0),
        b'\\' => match rest.get(1)? {
            b'[' | b'(' | b'{' => bracketed(rest, 0),
            b'.' if rest.get(2).is_some_and(|b| is_label_byte(*b)) => Some(Mark { len: 2, means: "." }),
            b'_' => Some(Mark { len: 2, means: "_" }),
            b'-' => Some(Mark { len: 2, means: "-" }),
            _ => None,
        },
        b'.' if rest.get(1) == Some(&b']') && rest.get(2).is_some_and(|b| is_label_byte(*b)) => {
            Some(Mark { len: 2, means: "." })
        }
        b' ' => {
            if rest.starts_with(b" DOT ") {
                return Some(Mark { len: 5, means: "." });
            }
            // `evil . ]com`: a half bracket set apart by a tokeniser.
            if rest.starts_with(b" . ]") && rest.get(4).is_some_and(|b| is_label_byte(*b)) {
                return Some(Mark { len: 4, means: "." });
            }
            if rest.starts_with(b" AT ") {
                return Some(Mark { len: 4, means: "@" });
            }
            // A blank before a bracketed dot belongs to the mark: `evil [.] com`.
            match rest.get(1)? {
                b'[' | b'(' | b'{' | b'<' | b'\\' => {
                    let mark = bracketed(rest, 1)?;
                    (mark.means == "." || mark.means == "@").then_some(mark)
                }
                _ => None,
            }
        }
        _ => None,
    }
}

/// `[.]` and its kin, from `from` (blanks before it count in).
fn bracketed(rest: &[u8], from: usize) -> Option<Mark> {
    let mut i = from;
    let mut opened = 0;
    while let Some(b) = rest.get(i) {
        match b {
            b'[' | b'(' | b'{' | b'<' => opened += 1,
            b'\\' if matches!(rest.get(i + 1), Some(b'[' | b'(' | b'{')) => {}
            _ => break,
        }
        i += 1;
    }
    if opened == 0 {
        return None;
    }
    let after_open = i;
    while rest.get(i) == Some(&b' ') {
        i += 1;
    }
    if rest.get(i) == Some(&b'\\') && matches!(rest.get(i + 1), Some(b'.')) {
        i += 1;
    }
    const CONTENT: &[(&[u8], &str)] = &[
        (b"://", "://"),
        (b":/", ":/"),
        (b"//", "//"),
        (b"dot", "."),
        (b"d0t", "."),
        (b"at", "@"),
        (b".", "."),
        (b",", "."),
        (b"@", "@"),
        (b":", ":"),
        (b"/", "/"),
    ];
    let (word, means) = CONTENT
        .iter()
        .find(|(word, _)| rest.get(i..i + word.len()).is_some_and(|have| have.eq_ignore_ascii_case(word)))?;
    i += word.len();
    let half = i;
    while rest.get(i) == Some(&b' ') {
        i += 1;
    }
    let mut closed = 0;
    while let Some(b) = rest.get(i) {
        match b {
            b']' | b')' | b'}' | b'>' if closed < opened => closed += 1,
            b'\\' if closed < opened && matches!(rest.get(i + 1), Some(b']' | b')' | b'}')) => {}
            _ => break,
        }
        i += 1;
    }
    if closed > 0 {
        // A blank after the mark belongs to it only if there was one before: `evil [.] com`.
        if from > 0 && matches!(*means, "." | "@") && rest.get(i) == Some(&b' ') {
            i += 1;
        }
        return Some(Mark { len: i, means });
    }
    // Half brackets: `evil[.com`; only a plain dot, only before a letter.
    let half_mark = from == 0
        && opened == 1
        && after_open == 1
        && *word == b"."
        && rest.first() == Some(&b'[')
        && rest.get(half).is_some_and(|b| is_label_byte(*b));
    half_mark.then_some(Mark { len: half, means: "." })
}

fn is_label_byte(b: u8) -> bool {
    b.is_ascii_alphanumeric() || b >= 0x80
}

/// The value without its defang marks. Text without marks comes back as it is.
///
/// Applying it twice gives the same as applying it once.
pub fn refang(text: &str) -> String {
    let mut value = once(text);
    loop {
        let again = once(&value);
        if again == value {
            return value;
        }
        value = again;
    }
}

fn once(text: &str) -> String {
    let bytes = text.as_bytes();
    let mut out = String::with_capacity(text.len());
    let mut at = 0;
    while at < bytes.len() {
        if let Some(mark) = mark_at(bytes, at) {
            out.push_str(mark.means);
            at += mark.len;
        } else {
            // Marks start with ASCII, so the next character boundary is safe to copy up to.
            let step = text[at..].chars().next().map_or(1, char::len_utf8);
            out.push_str(&text[at..at + step]);
            at += step;
        }
    }
    out
}

/// Whether `text` holds a mark that only defanging explains (a Markdown escape alone is none).
pub(super) fn is_defanged(text: &str) -> bool {
    let bytes = text.as_bytes();
    let mut at = 0;
    while at < bytes.len() {
        match mark_at(bytes, at) {
            Some(mark) if mark.means != "_" && mark.means != "-" => return true,
            Some(mark) => at += mark.len,
            None => at += 1,
        }
    }
    false
}

/// The true scheme for a written one (`hxxps` gives `https`), and whether it was defanged.
pub(super) fn scheme(written: &str) -> (String, bool) {
    let lower = written.to_ascii_lowercase();
    let plain = match lower.as_str() {
        "http" | "https" | "ftp" | "ftps" | "sftp" | "ws" | "wss" => return (lower, false),
        s if s.starts_with('h') && (s.ends_with("ps") || s.ends_with("p5")) => "https",
        s if s.starts_with('h') => "http",
        "fxp" | "f*p" | "fxtp" => "ftp",
        "sfxp" => "sftp",
        "fxps" => "ftps",
        _ => return (lower, false),
    };
    (plain.to_owned(), true)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn forms_of_reports() {
        for (written, meant) in [
            ("evil[.]com", "evil.com"),
            ("evil(.)com", "evil.com"),
            ("evil{.}com", "evil.com"),
            ("evil[dot]com", "evil.com"),
            ("evil(DOT)com", "evil.com"),
            ("evil[.com", "evil.com"),
            ("evil.]com", "evil.com"),
            ("evil\\.com", "evil.com"),
            ("evil [.] com", "evil.com"),
            ("evil[[.]]com", "evil.com"),
            ("evil\\[.\\]com", "evil.com"),
            ("bob[at]evil[.]com", "bob@evil.com"),
            ("bob AT evil DOT com", "bob@evil.com"),
            ("http[://]evil", "http://evil"),
            ("http[:]//evil", "http://evil"),
            ("evil[.]com[/]a", "evil.com/a"),
            ("a\\_b", "a_b"),
            ("see (a) and [1]", "see (a) and [1]"),
        ] {
            assert_eq!(refang(written), meant, "{written}");
        }
    }

    #[test]
    fn schemes() {
        for (written, meant) in [
            ("hxxp", "http"),
            ("hXXps", "https"),
            ("h**p", "http"),
            ("h!ps", "https"),
            ("fxp", "ftp"),
            ("ftp", "ftp"),
        ] {
            assert_eq!(scheme(written).0, meant, "{written}");
        }
    }
}
