//! Duties that are told as a list: "the agency shall: (a) …; and (b) …".

use bartizan::{Analysis, BlockKind, Span};

/// Items of one list.
const MOST: usize = 40;

/// The parts of a sentence behind a colon that are marked `(a)`, `(1)`, `(i)`, in order; the mark is not in them. Empty where
/// there are fewer than two.
pub(super) fn inside(text: &str, sentence: Span) -> Vec<Span> {
    let words = sentence.of(text);
    let Some(colon) = words.find(':') else { return Vec::new() };
    let base = sentence.start as usize;
    let mut marks: Vec<(usize, usize)> = Vec::new();
    let mut wanted: Option<Vec<String>> = None;
    for (open, _) in words.match_indices('(').filter(|(at, _)| *at > colon) {
        let Some(close) = words.get(open..).and_then(|rest| rest.find(')')).map(|n| open + n) else { break };
        let name = words.get(open + 1..close).unwrap_or_default();
        // The first mark says how the list is counted; other brackets are no marks.
        let next = wanted.get_or_insert_with(|| starts(name));
        if next.iter().any(|n| n == name) {
            *next = following(name);
            marks.push((open, close + 1));
            if marks.len() == MOST {
                break;
            }
        } else if marks.is_empty() {
            wanted = None;
        }
    }
    if marks.len() < 2 {
        return Vec::new();
    }
    let ends = marks.iter().skip(1).map(|m| m.0).chain([words.len()]);
    marks.iter().zip(ends).filter_map(|(mark, end)| trimmed(text, base + mark.1, base + end)).collect()
}

/// Sentences that follow an introduction which ends with a colon, as far as they are items of its list.
pub(super) fn below(analysis: &Analysis, sentence: usize) -> Vec<Span> {
    let document = &analysis.document;
    let Some(intro) = document.sentences.get(sentence).map(|s| s.span) else { return Vec::new() };
    let text = &document.text;
    if !intro.of(text).trim_end().ends_with(':') {
        return Vec::new();
    }
    let mut wanted: Option<Vec<String>> = None;
    let mut out = Vec::new();
    let mut last = None;
    for s in document.sentences.iter().skip(sentence + 1).take(MOST * 4) {
        let Some(block) = document.block_of(s.span) else { break };
        let words = s.span.of(text);
        let mark = mark(words);
        let listed = matches!(block.kind, BlockKind::ListItem(_));
        let counted = mark.as_ref().is_some_and(|(name, _)| {
            let next = wanted.get_or_insert_with(|| starts(name));
            let fits = next.iter().any(|n| n == name);
            if fits {
                *next = following(name);
            }
            fits
        });
        if !listed && !counted {
            // A further sentence of an item goes with it; anything else ends the list.
            if last == Some(block.span) {
                continue;
            }
            break;
        }
        if last == Some(block.span) && !counted {
            continue;
        }
        last = Some(block.span);
        let skip = mark.filter(|_| counted).map_or(0, |(_, length)| length);
        out.extend(trimmed(text, s.span.start as usize + skip, s.span.end as usize));
        if out.len() == MOST {
            break;
        }
    }
    out
}

/// The mark with which a text begins, `(a)`, `a)`, `1.`: its name and its length.
fn mark(words: &str) -> Option<(String, usize)> {
    let skip = words.len() - words.trim_start_matches([' ', '(']).len();
    let rest = words.get(skip..)?;
    let length = rest.find([')', '.'])?;
    let name = rest.get(..length)?;
    let plain = !name.is_empty() && name.len() <= 4 && name.chars().all(|c| c.is_ascii_alphanumeric());
    (plain && rest.get(length + 1..)?.starts_with(' ')).then(|| (name.to_owned(), skip + length + 1))
}

/// The name, if a list can begin with it.
fn starts(name: &str) -> Vec<String> {
    if ["a", "A", "1", "i", "I"].contains(&name) { vec![name.to_owned()] } else { Vec::new() }
}

/// What can follow a mark.
fn following(name: &str) -> Vec<String> {
    const ROMAN: [&str; 12] = ["i", "ii", "iii", "iv", "v", "vi", "vii", "viii", "ix", "x", "xi", "xii"];
    let mut out = Vec::new();
    if let Ok(n) = name.parse::<u32>() {
        out.push((n + 1).to_string());
    }
    if let Some(next) = ROMAN.iter().position(|r| *r == name).and_then(|i| ROMAN.get(i + 1)) {
        out.push((*next).to_owned());
    }
    if let [letter] = name.as_bytes()
        && matches!(letter, b'a'..=b'y' | b'A'..=b'Y')
    {
        out.push(char::from(letter + 1).to_string());
    }
    out
}

/// A part without the spaces and joints at its ends; none where nothing is left.
fn trimmed(text: &str, from: usize, to: usize) -> Option<Span> {
    let words = text.get(from..to)?;
    let start = from + (words.len() - words.trim_start_matches([' ', '\n', '\t']).len());
    let mut rest = text.get(start..to)?.trim_end();
    for joint in ["; and", "; or", ", and", ", or", " and", " or", ";", ","] {
        rest = rest.strip_suffix(joint).unwrap_or(rest).trim_end();
    }
    (!rest.is_empty()).then(|| Span::new(start, start + rest.len()))
}
