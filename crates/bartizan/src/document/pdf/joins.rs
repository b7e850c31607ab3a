//! Tokens that a line end broke.
//!
//! The canonical text keeps the break (and the hyphen before it). Where the break may have fallen inside an
//! indicator, the joined spelling becomes a reading: with the hyphen and without it. A join is offered only where
//! the line was full, since a list has a value in each line and joining those would make up values.

use super::line::Line;

/// Most lines one value may run over: SHA-512 in a cell ten characters wide.
const CHAIN: usize = 13;

/// A joined spelling of the tokens from one line's last word to a later line's first word.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Join {
    /// Line whose last word begins it.
    pub(super) from: usize,
    /// Line whose first word ends it.
    pub(super) to: usize,
    /// The joined spelling.
    pub(super) text: String,
}

/// The joins of the lines of one group; `words` are the cleaned words of each line.
pub(super) fn joins(lines: &[Line], words: &[Vec<&str>]) -> Vec<Join> {
    joins_within(lines, words, lines.iter().map(|l| l.x1).fold(f64::MIN, f64::max))
}

/// The same, for a box whose right edge is known.
fn joins_within(lines: &[Line], words: &[Vec<&str>], right: f64) -> Vec<Join> {
    let mut breaks: Vec<Break> = (1..lines.len().min(words.len()))
        .map(|i| Break::new(&lines[i - 1], &words[i - 1], &words[i], right))
        .collect();
    let at_edge = lines.iter().filter(|l| right - l.x1 < 1.6 * l.pitch()).count();
    let longest = lines.iter().map(|l| l.text.len()).max().unwrap_or(0);
    let pair = lines.len() == 2 && breaks.iter().all(|b| b.whole);
    if !(at_edge >= 2 || longest >= 60 || pair) {
        breaks.iter_mut().for_each(|b| b.edge = false);
    }
    // A list of values, one in each line, of different lengths.
    let alone = breaks.iter().filter(|b| b.alone).count();
    let short = breaks.iter().filter(|b| !b.full).count();
    let list = breaks.len() >= 2 && alone == breaks.len() && short * 5 >= breaks.len() * 2;
    let mut out = Vec::new();
    let mut at = 0;
    while at < breaks.len() {
        if list || !breaks[at].joins(lines.len()) {
            at += 1;
            continue;
        }
        let from = at;
        let Some(first) = words[from].last() else { break };
        let (mut kept, mut dropped) = ((*first).to_owned(), (*first).to_owned());
        while let Some(next) = words[at + 1].first() {
            kept.push_str(next);
            if dropped.ends_with('-') {
                dropped.pop();
            }
            dropped.push_str(next);
            out.push(Join { from, to: at + 1, text: kept.clone() });
            if dropped != kept {
                out.push(Join { from, to: at + 1, text: dropped.clone() });
            }
            // The value goes on if it fills the whole of the next line.
            at += 1;
            let goes_on = words[at].len() == 1 && at - from < CHAIN;
            if !(goes_on && breaks.get(at).is_some_and(|b| b.joins(lines.len()))) {
                break;
            }
        }
        at = at.max(from + 1);
    }
    out
}

/// The place between two lines.
struct Break<'w> {
    before: &'w str,
    after: &'w str,
    /// Whether each of the two lines is one word.
    alone: bool,
    /// Whether the line before is one word.
    whole: bool,
    /// Whether what comes next would not have fitted into the line.
    full: bool,
    /// Whether the right edge is one that lines were broken at, not just the end of the longest line.
    edge: bool,
    /// Whether not even one more character would have fitted.
    tight: bool,
}

impl<'w> Break<'w> {
    fn new(line: &Line, before: &[&'w str], after: &[&'w str], right: f64) -> Self {
        let (left, next) = (before.last().copied().unwrap_or(""), after.first().copied().unwrap_or(""));
        let room = (right - line.x1) / line.pitch();
        // Lines break after these marks, so only the part up to the first one had to fit.
        let part = next
            .char_indices()
            .find(|(_, c)| "-/?&\\".contains(*c))
            .map_or(next.len(), |(i, c)| i + c.len_utf8());
        let needs = next.get(..part).unwrap_or(next).chars().count();
        Self {
            before: left,
            after: next,
            alone: before.len() == 1 && after.len() == 1,
            whole: before.len() == 1,
            full: room < needs as f64 + 0.8,
            edge: true,
            tight: room < 1.6,
        }
    }

    /// Whether the two words may be one value. `lines` is the number of lines of the group.
    fn joins(&self, lines: usize) -> bool {
        let (a, b) = (self.before, self.after);
        if a.is_empty() || b.is_empty() || !self.full {
            return false;
        }
        if begins_anew(b) || a.ends_with(['|', ',', ';', ')', ']', '”', '"', '>']) && !a.contains("://") {
            return false;
        }
        let hyphen = a.len() > 1 && a.ends_with('-');
        if hyphen && a.trim_end_matches('-').ends_with(|c: char| c.is_alphanumeric()) {
            return b.starts_with(|c: char| c.is_alphanumeric() || "/._~%[".contains(c));
        }
        let (left, right) = (core(a), core(b));
        if is_hex(left) && is_hex(right) {
            let both = [left, right].iter().all(|h| is_hash_length(h.len()));
            let long = left.len() + right.len();
            if both && !(self.alone && lines == 2) {
                return false;
            }
            return is_hash_length(long)
                || self.whole && (left.len() >= 6 || long >= 12) && !is_hash_length(left.len());
        }
        if !strong(a) && !strong(b) {
            return false;
        }
        // A sentence that ends with the line.
        let sentence = a.ends_with(['.', '!', '?', ':']) && b.starts_with(|c: char| c.is_uppercase())
            || a.ends_with(['!', '?', ':']) && !strong(b);
        let path = a.contains("://") || a.contains("[:]//") || a.contains(['/', '\\']) && strong(a);
        if sentence && !path {
            return false;
        }
        // Two whole values: a list.
        if complete(left) && complete(right) && !path {
            return false;
        }
        if is_dotted_quad(left) && !b.starts_with(['/', ':', '[', ']']) {
            return false;
        }
        let joint = a.ends_with(|c: char| "./_@=&?%\\[~+#".contains(c))
            || b.starts_with(|c: char| "./_@=&?%\\[]~#".contains(c));
        joint || (path || strong(a) && self.whole) && self.tight && self.edge
    }
}

/// A word without the marks of the sentence around it.
fn core(word: &str) -> &str {
    word.trim_matches(|c: char| ".,;:()[]{}<>\"'“”‘’|".contains(c))
}

fn is_hex(word: &str) -> bool {
    word.len() >= 2 && word.bytes().all(|b| b.is_ascii_hexdigit())
}

/// Digits of MD5, SHA-1, SHA-224, SHA-256, SHA-384 and SHA-512.
fn is_hash_length(n: usize) -> bool {
    matches!(n, 32 | 40 | 56 | 64 | 96 | 128)
}

/// Whether a word has the marks of a host, address, path, URL, e-mail address or hash.
fn strong(word: &str) -> bool {
    let inner = core(word);
    inner.contains(['/', '\\', '@', '_', '=', '%', '?', '&', '.', '~'])
        || word.contains("[.")
        || word.contains(".]")
        || inner.len() >= 8 && is_hex(inner) && inner.bytes().any(|b| b.is_ascii_digit())
}

/// Whether a value starts with this word, so that it cannot be the rest of one.
fn begins_anew(word: &str) -> bool {
    let lower = core(word).to_ascii_lowercase();
    let scheme = lower.find("://").or_else(|| lower.find("[:]")).or_else(|| lower.find("[://"));
    scheme.is_some_and(|at| (2..=8).contains(&at)) || lower.starts_with("www.") || is_dotted_quad(&lower)
}

fn is_dotted_quad(word: &str) -> bool {
    let plain = word.replace("[.]", ".").replace("(.)", ".");
    let parts: Vec<&str> = plain.split('.').collect();
    parts.len() == 4
        && parts.iter().all(|p| (1..=3).contains(&p.len()) && p.bytes().all(|b| b.is_ascii_digit()))
}

/// Whether a word is a whole host name, address or hash.
fn complete(word: &str) -> bool {
    let host = word.replace("[.]", ".").replace("(.)", ".");
    let named = host.contains('.')
        && host.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'.' || b == b'-')
        && bartizan_suffix::is_below_known_suffix(&host.to_ascii_lowercase());
    named || is_dotted_quad(word) || is_hex(word) && is_hash_length(word.len())
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Lines of a box that is `width` characters wide, one unit for a character.
    fn check(width: usize, text: &[&str], expected: &[&str]) {
        let lines: Vec<Line> = text
            .iter()
            .map(|t| Line { text: (*t).to_owned(), x1: t.len() as f64, size: 2.0, ..Line::default() })
            .collect();
        let words: Vec<Vec<&str>> = text.iter().map(|t| t.split(' ').collect()).collect();
        let found: Vec<String> =
            joins_within(&lines, &words, width as f64).into_iter().map(|j| j.text).collect();
        assert_eq!(found, expected, "{text:?}");
    }

    #[test]
    fn joins_what_a_full_line_broke() {
        let sha = "0123456789abcdef0123456789abcdef01234567";
        check(
            30,
            &["see the notice at us-", "cert.cisa.gov for more"],
            &["us-cert.cisa.gov", "uscert.cisa.gov"],
        );
        check(30, &["get it at http://a.test/some_", "page.html today"], &["http://a.test/some_page.html"]);
        check(20, &[&sha[..20], &sha[20..]], &[sha]);
        check(16, &[&sha[..16], &sha[16..32], &sha[32..]], &[&sha[..32], sha]);
        check(24, &["write to someone@example", ".test or call"], &["someone@example.test"]);
        check(26, &["the updates.harbour-light.", "test host"], &["updates.harbour-light.test"]);
    }

    #[test]
    fn leaves_lists_and_sentences_alone() {
        let md5 = "0123456789abcdef0123456789abcdef";
        check(32, &[md5, md5, md5], &[]);
        check(40, &["one.example.com", "another-one.example.net", "third.example.org"], &[]);
        check(28, &["it was seen on 198.51.100.7", "5 times in May"], &[]);
        check(30, &["they came back the same week.", "In June it ended"], &[]);
        check(60, &["short line a.test/b", "c d e f"], &[]);
    }
}
