//! Safe findings put right in the text: only what a finding names changes, so comments and order stay.

use super::{Finding, LEVELS, STATUS, Severity, check, is_date, is_tag};
use crate::{
    error::Place,
    yaml::{self, Kind, Node},
};

/// Keys whose lists hold each item once.
const LISTS: [&str; 4] = ["tags", "references", "falsepositives", "fields"];
/// Keys that a fix may change; everything else must read as before.
const CHANGED: [&str; 8] =
    ["date", "modified", "level", "status", "tags", "references", "falsepositives", "fields"];

/// A change that was made.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fix {
    /// The code of the finding that is gone.
    pub code: &'static str,
    /// Where it was.
    pub place: Place,
    /// What was done.
    pub message: String,
}

/// A source after its fixes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fixed {
    /// The text.
    pub text: String,
    /// What was changed, in source order; empty where the text is as it was.
    pub fixes: Vec<Fix>,
}

struct Edit {
    start: usize,
    end: usize,
    by: String,
    fix: Fix,
}

/// Puts right what can be put right safely: the form of dates, the case of tags, levels and statuses, items that stand
/// twice, spaces at ends of lines. What is no YAML stays as it is.
pub fn fix(source: &str) -> Fixed {
    let unchanged = Fixed { text: source.to_owned(), fixes: Vec::new() };
    let Ok(nodes) = yaml::parse(source) else { return unchanged };
    let lines = Lines::new(source);
    let mut edits: Vec<Edit> = nodes.iter().flat_map(|node| of_document(&lines, node)).collect();
    edits.extend(spaces(&lines));
    if edits.is_empty() {
        return unchanged;
    }
    // What spaces are part of stays: each edit is taken only if the rest reads as before.
    match applied(source, &edits, &nodes) {
        Some(fixed) => fixed,
        None => one_by_one(source, edits, &nodes).unwrap_or(unchanged),
    }
}

/// Findings that [`fix`] can take away, and that are none of a rule's meaning.
pub(super) fn findings(source: &str, nodes: &[Node]) -> Vec<Finding> {
    let lines = Lines::new(source);
    let mut out = Vec::new();
    for (number, line) in lines.0.iter().enumerate() {
        let (text, kept) = (line.content(source), line.trimmed(source));
        if kept.len() < text.len() {
            let place = Place { line: number as u32 + 1, column: kept.chars().count() as u32 + 1 };
            let message = "spaces at the end of the line".to_owned();
            out.push(Finding { code: "sigma.trailing-space", severity: Severity::Note, place, message });
        }
    }
    for (key, item) in nodes.iter().flat_map(twice) {
        let text = item.text().unwrap_or_default();
        let message = format!("`{text}` stands twice under `{key}`");
        out.push(Finding {
            code: "sigma.duplicate-item",
            severity: Severity::Note,
            place: item.place,
            message,
        });
    }
    out
}

/// Items of lists that stand there before.
fn twice(document: &Node) -> Vec<(&'static str, &Node)> {
    let mut out = Vec::new();
    for key in LISTS {
        let items = document.get(key).and_then(Node::list).unwrap_or_default();
        for (at, item) in items.iter().enumerate() {
            if item.text().is_some_and(|text| items.iter().take(at).any(|before| before.text() == Some(text)))
            {
                out.push((key, item));
            }
        }
    }
    out
}

fn of_document(lines: &Lines<'_>, document: &Node) -> Vec<Edit> {
    let mut edits = Vec::new();
    let mut put = |code, node: &Node, new: String, what: &str| {
        let Some((start, end)) = node.text().and_then(|text| lines.scalar(node.place, text)) else { return };
        let message = format!("{what} `{new}`");
        edits.push(Edit { start, end, by: new, fix: Fix { code, place: node.place, message } });
    };
    for key in ["date", "modified"] {
        let node = document.get(key);
        if let Some((node, new)) = node.and_then(|node| Some((node, date(node.text()?)?))) {
            put("sigma.date", node, new, "date written");
        }
    }
    for (key, code, listed) in [("level", "sigma.level", LEVELS), ("status", "sigma.status", STATUS)] {
        let node = document.get(key);
        if let Some((node, new)) = node.and_then(|node| Some((node, lowered(node.text()?)?)))
            && listed.contains(&new.as_str())
        {
            put(code, node, new, "written");
        }
    }
    for node in document.get("tags").and_then(Node::list).unwrap_or_default() {
        if let Some(new) = node.text().and_then(lowered).filter(|new| is_tag(new)) {
            put("sigma.tag", node, new, "tag written");
        }
    }
    edits.extend(twice(document).into_iter().filter_map(|(key, node)| removed(lines, key, node)));
    edits
}

/// The whole line of an item, where nothing else stands on it.
fn removed(lines: &Lines<'_>, key: &str, node: &Node) -> Option<Edit> {
    let text = node.text()?;
    let (_, end) = lines.scalar(node.place, text)?;
    let line = lines.0.get(node.place.line.checked_sub(1)? as usize)?;
    let content = line.content(lines.1);
    let dash = content.trim_start().strip_prefix('-')?;
    let value = content.len() - dash.trim_start().len();
    let whole = line.start + value <= end
        && lines.1.get(end..line.end)?.trim_matches(['"', '\'', ' ', '\t', '\r', '\n']).is_empty();
    let message = format!("removed `{text}`, which stands before it under `{key}`");
    whole.then(|| Edit {
        start: line.start,
        end: line.end,
        by: String::new(),
        fix: Fix { code: "sigma.duplicate-item", place: node.place, message },
    })
}

fn spaces(lines: &Lines<'_>) -> Vec<Edit> {
    let mut edits = Vec::new();
    for (number, line) in lines.0.iter().enumerate() {
        let (text, kept) = (line.content(lines.1), line.trimmed(lines.1));
        if kept.len() < text.len() {
            let place = Place { line: number as u32 + 1, column: kept.chars().count() as u32 + 1 };
            let message = "spaces removed at the end of the line".to_owned();
            edits.push(Edit {
                start: line.start + kept.len(),
                end: line.start + text.len(),
                by: String::new(),
                fix: Fix { code: "sigma.trailing-space", place, message },
            });
        }
    }
    edits
}

/// `2026/1/31` as `2026-01-31`; what has no year first stays, for there is no telling days from months.
fn date(text: &str) -> Option<String> {
    let parts: Vec<&str> = text.trim().split(['/', '-', '.']).collect();
    let [year, month, day] = parts.as_slice() else { return None };
    let new = format!("{year}-{month:0>2}-{day:0>2}");
    (year.len() == 4 && new != text && is_date(&new)).then_some(new)
}

fn lowered(text: &str) -> Option<String> {
    let new = text.trim().to_ascii_lowercase();
    (new != text).then_some(new)
}

/// The text with all edits, if everything but what they change reads as before.
fn applied(source: &str, edits: &[Edit], before: &[Node]) -> Option<Fixed> {
    let mut edits: Vec<&Edit> = edits.iter().collect();
    edits.sort_by_key(|edit| (edit.start, std::cmp::Reverse(edit.end)));
    let mut text = String::with_capacity(source.len());
    let mut fixes = Vec::new();
    let mut at = 0;
    for edit in edits {
        // A line that goes takes its own edits with it.
        if edit.start < at {
            continue;
        }
        text.push_str(source.get(at..edit.start)?);
        text.push_str(&edit.by);
        at = edit.end;
        fixes.push(edit.fix.clone());
    }
    text.push_str(source.get(at..)?);
    let after = yaml::parse(&text).ok()?;
    let same = before.len() == after.len() && before.iter().zip(&after).all(|(a, b)| same(a, b, true));
    (same && check(&text).len() <= check(source).len()).then_some(Fixed { text, fixes })
}

fn one_by_one(source: &str, edits: Vec<Edit>, before: &[Node]) -> Option<Fixed> {
    let mut good: Vec<Edit> = Vec::new();
    for edit in edits {
        good.push(edit);
        if applied(source, &good, before).is_none() {
            good.pop();
        }
    }
    applied(source, &good, before)
}

/// Whether two nodes read alike; at the `top` the keys that fixes change are passed over.
fn same(a: &Node, b: &Node, top: bool) -> bool {
    match (&a.kind, &b.kind) {
        (Kind::Scalar { .. }, Kind::Scalar { .. }) => a.scalar() == b.scalar(),
        (Kind::List(a), Kind::List(b)) => {
            a.len() == b.len() && a.iter().zip(b).all(|(a, b)| same(a, b, false))
        }
        (Kind::Map(a), Kind::Map(b)) => {
            a.len() == b.len()
                && a.iter().zip(b).all(|((key, a), (other, b))| {
                    let passed = top && key.text().is_some_and(|key| CHANGED.contains(&key));
                    same(key, other, false) && (passed || same(a, b, false))
                })
        }
        _ => false,
    }
}

/// The lines of a source.
struct Lines<'s>(Vec<Line>, &'s str);

/// Where a line stands, its end included.
struct Line {
    start: usize,
    end: usize,
}

impl Line {
    /// Without its end.
    fn content<'s>(&self, source: &'s str) -> &'s str {
        source.get(self.start..self.end).unwrap_or_default().trim_end_matches(['\r', '\n'])
    }

    fn trimmed<'s>(&self, source: &'s str) -> &'s str {
        self.content(source).trim_end_matches([' ', '\t'])
    }
}

impl<'s> Lines<'s> {
    fn new(source: &'s str) -> Self {
        let mut at = 0;
        let lines = source.split_inclusive('\n').map(|line| {
            let start = at;
            at += line.len();
            Line { start, end: at }
        });
        Self(lines.collect(), source)
    }

    /// Where the text of a scalar stands, quotes left out; none where it is not written there as it reads.
    fn scalar(&self, place: Place, text: &str) -> Option<(usize, usize)> {
        let line = self.0.get(place.line.checked_sub(1)? as usize)?;
        let content = line.content(self.1);
        let column = place.column.checked_sub(1)? as usize;
        let offset = content.char_indices().nth(column).map(|(at, _)| at)?;
        let rest = content.get(offset..)?;
        let quote = usize::from(rest.starts_with(['"', '\'']));
        let found = rest.get(quote..)?.starts_with(text) && !text.is_empty();
        let start = line.start + offset + quote;
        found.then_some((start, start + text.len()))
    }
}
