//! Small text forms that several wire forms share.

use crate::{Analysis, Evidence, ObservableKind};

/// `3 techniques`, `1 technique`.
pub(super) fn count(n: usize, one: &str, many: &str) -> String {
    format!("{n} {}", if n == 1 { one } else { many })
}

/// `A`, `A and B`, `A, B and C`, `A, B, C and 4 more`.
pub(super) fn list<S: AsRef<str>>(items: &[S], most: usize) -> String {
    let shown: Vec<&str> = items.iter().take(most).map(AsRef::as_ref).collect();
    let rest = items.len() - shown.len();
    match (shown.as_slice(), rest) {
        ([], _) => String::new(),
        ([one], 0) => (*one).to_owned(),
        ([head @ .., last], 0) => format!("{} and {last}", head.join(", ")),
        (all, rest) => format!("{} and {rest} more", all.join(", ")),
    }
}

/// One line: runs of white space and control characters become one space; cut after `most` characters.
pub(super) fn one_line(text: &str, most: usize) -> String {
    let mut out = String::with_capacity(text.len().min(4 * most));
    let mut written = 0;
    let mut gap = false;
    for c in text.chars() {
        if c.is_whitespace() || c.is_control() {
            gap = written > 0;
            continue;
        }
        if written + usize::from(gap) >= most {
            out.push('…');
            break;
        }
        if gap {
            out.push(' ');
            written += 1;
            gap = false;
        }
        out.push(c);
        written += 1;
    }
    out
}

/// The value as it may stand in a document for people: it no longer works as a link or address.
///
/// The forms are those of the MISP and iocextract conventions: `hxxp`, `[.]`, `[:]`, `[@]`.
pub fn defang(kind: ObservableKind, value: &str) -> String {
    use ObservableKind as K;
    match kind {
        K::Ipv4 | K::Domain | K::Onion | K::Cidr if !value.contains(':') => value.replace('.', "[.]"),
        K::Ipv6 | K::Cidr => value.replacen(':', "[:]", 1),
        K::Email => value.replace('@', "[@]").replace('.', "[.]"),
        K::Url => defang_url(value),
        _ => value.to_owned(),
    }
}

fn defang_url(value: &str) -> String {
    let (scheme, rest) = value.split_once("://").map_or(("", value), |(s, r)| (s, r));
    let end = rest.find(['/', '?', '#']).unwrap_or(rest.len());
    let (host, path) = rest.split_at(end);
    let host = if host.contains('[') { host.replacen(':', "[:]", 1) } else { host.replace('.', "[.]") };
    let scheme = match scheme.to_ascii_lowercase().as_str() {
        "http" => "hxxp".to_owned(),
        "https" => "hxxps".to_owned(),
        "ftp" => "fxp".to_owned(),
        _ => scheme.to_owned(),
    };
    if scheme.is_empty() { format!("{host}{path}") } else { format!("{scheme}://{host}{path}") }
}

/// The exact words of a piece of evidence.
pub(super) fn quote<'a>(analysis: &'a Analysis, evidence: &Evidence) -> &'a str {
    evidence.span.of(&analysis.document.text)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn defanged_values_no_longer_resolve() {
        use ObservableKind as K;
        for (kind, value, want) in [
            (K::Ipv4, "198.51.100.7", "198[.]51[.]100[.]7"),
            (K::Ipv6, "2001:db8::1", "2001[:]db8::1"),
            (K::Cidr, "198.51.100.0/24", "198[.]51[.]100[.]0/24"),
            (K::Cidr, "2001:db8::/32", "2001[:]db8::/32"),
            (K::Domain, "a.example.com", "a[.]example[.]com"),
            (K::Email, "a@b.example", "a[@]b[.]example"),
            (K::Url, "https://u.example:8443/x.php?q=1.2", "hxxps://u[.]example:8443/x.php?q=1.2"),
            (K::Url, "ftp://[2001:db8::1]/x", "fxp://[2001[:]db8::1]/x"),
            (K::Sha256, "aa", "aa"),
        ] {
            assert_eq!(defang(kind, value), want);
        }
    }

    #[test]
    fn lists_read_like_sentences() {
        assert_eq!(list::<&str>(&[], 3), "");
        assert_eq!(list(&["A"], 3), "A");
        assert_eq!(list(&["A", "B"], 3), "A and B");
        assert_eq!(list(&["A", "B", "C"], 3), "A, B and C");
        assert_eq!(list(&["A", "B", "C", "D", "E"], 3), "A, B, C and 2 more");
    }

    #[test]
    fn one_line_has_no_breaks_and_a_limit() {
        assert_eq!(one_line("  a\r\n\tb \u{0} c ", 20), "a b c");
        assert_eq!(one_line("abcdef", 3), "abc…");
        assert_eq!(one_line("🐍🐍🐍", 3), "🐍🐍🐍");
    }
}
