//! YARA and Sigma rules that stand in the report.

use super::scan::{Scan, is_word};
use super::spot::cues;
use crate::ObservableKind as Kind;

/// Longest rule that is kept whole.
const RULE_MAX: usize = 64 << 10;
/// Most heads of rules in the strings and comments of one.
const HIDDEN_HEADS: usize = 16;

/// `rule NAME {`: to the brace that closes it.
pub(super) fn yara(scan: &mut Scan<'_>, start: usize, open: usize) -> usize {
    let bytes = scan.bytes();
    let limit = (start + RULE_MAX).min(bytes.len());
    let mut depth = 1usize;
    let mut at = open;
    let (mut quoted, mut comment, mut heads) = (false, false, 0);
    while at < limit && depth > 0 {
        match bytes[at] {
            // Rules do not nest: where another one starts, this was none. In strings and comments there may be a few;
            // the cap keeps the whole linear.
            b'r' | b'p' | b'g' if !is_word(bytes[at - 1]) && cues::yara(bytes, at).is_some() => {
                heads += 1;
                if !(quoted || comment) || heads > HIDDEN_HEADS {
                    return open;
                }
            }
            b'\\' if quoted => at += 1,
            b'"' => quoted = !quoted,
            b'/' if !quoted && bytes[at - 1] == b'/' => comment = true,
            // A string never runs over a line: an unbalanced quote in prose must not swallow the rest.
            b'\n' => (quoted, comment) = (false, false),
            b'{' if !quoted => depth += 1,
            b'}' if !quoted => depth -= 1,
            _ => {}
        }
        at += 1;
    }
    let body = scan.text.get(open..scan.floor(at)).unwrap_or("");
    if depth > 0 || !body.contains("condition") {
        return open;
    }
    let head = &scan.text[start..open];
    let name = head
        .split_once("rule")
        .map_or("", |(_, r)| r)
        .split([':', '{'])
        .next()
        .unwrap_or("")
        .trim()
        .to_owned();
    let end = scan.floor(at);
    let text = scan.text[start..end].to_owned();
    scan.find(Kind::YaraRule, text, start, end).attribute("name", name);
    end
}

/// `title:` at the start of a line: a Sigma rule, if `logsource:` and `detection:` follow in the same block
/// (Sigma specification 2.0, "Rule structure").
pub(super) fn sigma(scan: &mut Scan<'_>, start: usize, first_line_end: usize) -> usize {
    let bytes = scan.bytes();
    let start = if bytes.get(start) == Some(&b'\n') { start + 1 } else { start };
    let limit = scan.floor((start + 16_384).min(bytes.len()));
    let mut end = start;
    let mut seen = (false, false, false);
    let mut at = start;
    for line in scan.text[start..limit].split_inclusive('\n') {
        let body = line.trim_end();
        let indented = body.starts_with([' ', '\t', '-']);
        let key = body.split(':').next().unwrap_or("");
        let is_key = !indented
            && body.contains(':')
            && !key.is_empty()
            && key.len() <= 24
            && key.bytes().all(|b| b.is_ascii_alphanumeric() || matches!(b, b'_' | b'-'));
        if at > start && (key == "title" || !(indented || is_key || body.is_empty() || body.starts_with('#')))
        {
            break;
        }
        seen.0 |= is_key && key == "logsource";
        seen.1 |= is_key && key == "detection";
        seen.2 |= body.trim_start().starts_with("condition:");
        at += line.len();
        if !body.is_empty() {
            end = at - (line.len() - body.len());
        }
    }
    if !(seen.0 && seen.1 && seen.2) {
        return first_line_end.saturating_sub(1).max(start);
    }
    let text = scan.text[start..end].to_owned();
    let title = text.lines().next().unwrap_or("").trim_start_matches("title:").trim().to_owned();
    scan.find(Kind::SigmaRule, text, start, end).attribute("title", title);
    end
}
