//! What a machine reads: rules, queries, events. The characters stay as they are, so that a copy is exact; the dots of
//! the report's addresses are drawn as `[.]` by the style sheet.

use crate::safe::{Markup, is_exact};
use crate::source::is_address;
use bartizan::{Analysis, ObservableKind};
use std::collections::BTreeSet;

/// Longest text that is shown whole, in bytes.
const MOST: usize = 16_000;
/// Of a longer one so much is shown.
const START: usize = 2_000;
/// All texts and events of a page together; after that only their names are shown.
const ALL: usize = 400_000;

/// A text in a code block.
#[derive(Clone, Debug)]
pub(crate) struct Listing {
    pub text: Markup,
    /// Whether what stands in the page is the whole text, character by character.
    pub exact: bool,
    /// Why it is not, and where the whole is.
    pub note: String,
}

/// Writes listings within the page's budget.
pub(crate) struct Writer {
    hosts: BTreeSet<String>,
    left: usize,
}

impl Writer {
    pub fn new(analysis: &Analysis) -> Self {
        let addresses = analysis.observables.iter().filter(|o| is_address(o.kind));
        Self { hosts: addresses.map(|o| host(o.kind, &o.value).to_lowercase()).collect(), left: ALL }
    }

    /// A rule, names of its keys set apart; `file` holds it whole.
    pub fn yaml(&mut self, text: &str, file: &str) -> Listing {
        self.listing(text, file, |writer, out, text| {
            for line in text.split_inclusive('\n') {
                let (before, key) = key_of(line);
                out.text(&line[..before]);
                if key > before {
                    out.raw("<b>");
                    out.text(&line[before..key]);
                    out.raw("</b>");
                }
                writer.write(out, &line[key..]);
            }
        })
    }

    /// A query; `file` holds it whole.
    pub fn query(&mut self, text: &str, file: &str) -> Listing {
        self.listing(text, file, |writer, out, text| writer.write(out, text))
    }

    /// Whether the page's budget is used up.
    pub fn is_full(&self) -> bool {
        self.left == 0
    }

    /// Takes from the page's budget what is written in another way.
    pub fn take(&mut self, bytes: usize) {
        self.left = self.left.saturating_sub(bytes);
    }

    fn listing(&mut self, text: &str, file: &str, write: impl Fn(&Self, &mut Markup, &str)) -> Listing {
        let most =
            if text.len() > MOST || text.len() > self.left { START.min(self.left) } else { text.len() };
        let part = &text[..text.floor_char_boundary(most)];
        self.take(part.len());
        let note = if part.len() < text.len() {
            let left = text[part.len()..].chars().count();
            format!("{left} more characters are not shown; the whole is in {file}")
        } else if !is_exact(text) {
            format!("Some characters are shown by their names; copy from {file}")
        } else {
            String::new()
        };
        let mut out = Markup::default();
        write(self, &mut out, part.trim_end());
        Listing { text: out, exact: note.is_empty(), note }
    }

    /// Text, its addresses with their dots in brackets.
    pub fn write(&self, out: &mut Markup, text: &str) {
        let mut rest = text;
        while let Some(start) = rest.find(is_of_host) {
            let (before, from) = rest.split_at(start);
            let (word, after) = from.split_at(from.find(|c| !is_of_host(c)).unwrap_or(from.len()));
            out.text(before);
            if word.contains('.') && self.hosts.contains(&word.trim_matches('.').to_lowercase()) {
                out.dotted(word);
            } else {
                out.text(word);
            }
            rest = after;
        }
        out.text(rest);
    }
}

fn is_of_host(c: char) -> bool {
    c.is_alphanumeric() || matches!(c, '.' | '-' | '_')
}

/// The part of an address that names a machine.
fn host(kind: ObservableKind, value: &str) -> &str {
    let end = |text: &'static [char]| move |rest: &str| rest.find(text).unwrap_or(rest.len());
    match kind {
        ObservableKind::Url => {
            let rest = value.split_once("://").map_or(value, |(_, rest)| rest);
            let rest = &rest[..end(&['/', '?', '#'])(rest)];
            let rest = rest.rsplit_once('@').map_or(rest, |(_, rest)| rest);
            &rest[..end(&[':'])(rest)]
        }
        ObservableKind::Email => value.rsplit_once('@').map_or(value, |(_, rest)| rest),
        ObservableKind::Cidr => value.split_once('/').map_or(value, |(address, _)| address),
        _ => value,
    }
}

/// Where the key of a line of YAML begins and ends; both the same where there is none.
fn key_of(line: &str) -> (usize, usize) {
    let start = line.len() - line.trim_start_matches([' ', '-']).len();
    let rest = &line[start..];
    let end = rest.find(|c: char| !c.is_ascii_alphanumeric() && !"_|.-".contains(c)).unwrap_or(rest.len());
    let after = &rest[end..];
    let is_key = end > 0 && after.starts_with(':') && after[1..].starts_with([' ', '\n']) || after == ":";
    if is_key { (start, start + end) } else { (start, start) }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn writer(left: usize) -> Writer {
        Writer { hosts: ["evil.example".to_owned()].into(), left }
    }

    #[test]
    fn keys_are_set_apart_and_addresses_dotted() {
        let listing = writer(ALL).yaml("a|b:\n    - 'x: y.evil.example'\n    - \"Evil.example\"\n", "f");
        let want = "<b>a|b</b>:\n    - &#39;x: y.evil.example&#39;\n    - &quot;Evil<i>.</i>example&quot;";
        assert_eq!(listing.text.to_string(), want);
        assert!(listing.exact);
        assert_eq!(writer(ALL).query("<b>", "f").text.to_string(), "&lt;b&gt;");
    }

    #[test]
    fn what_is_not_exact_says_so() {
        let mut small = writer(10);
        let cut = small.query(&"é".repeat(20), "detections/x");
        assert_eq!(cut.text.to_string(), "é".repeat(5));
        assert_eq!(cut.note, "15 more characters are not shown; the whole is in detections/x");
        assert!(!small.query("more", "detections/x").exact);
        assert!(!writer(ALL).query("a\u{202e}b", "f").exact);
        let long = writer(ALL).query(&"a".repeat(MOST + 1), "f");
        assert_eq!(long.text.to_string().len(), START);
    }

    #[test]
    fn hosts_of_addresses() {
        use ObservableKind as K;
        for (kind, value, want) in [
            (K::Url, "https://u:p@evil.example:8443/a.b?c", "evil.example"),
            (K::Url, "evil.example/a", "evil.example"),
            (K::Email, "a@evil.example", "evil.example"),
            (K::Cidr, "198.51.100.0/24", "198.51.100.0"),
            (K::Domain, "evil.example", "evil.example"),
        ] {
            assert_eq!(host(kind, value), want);
        }
    }
}
