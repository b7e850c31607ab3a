//! Versions that a sentence calls affected: `Frobnicator before 2.3.1`, `FortiOS versions 7.0 through 7.2.4`.

use super::mention::Mention;
use super::prose::{Line, Prose, Shape, Words, words};
use super::words::is_product;
use crate::{EntityKind, Provenance, Span};

/// Words of a sentence that is about a weakness: without one, `before 2.3` may be anything.
const WEAKNESS: &Words = words!(
    "vulnerability vulnerabilities vulnerable affected affects affecting affect flaw flaws bug patched fixed
     exploited exploiting unpatched impacted impacts exploit"
);

/// Products that the text names by their affected versions, in text order.
pub(super) fn products(prose: &Prose<'_>, known: &[Mention]) -> Vec<Mention> {
    let mut out = Vec::new();
    let mut next = 0;
    for (l, line) in prose.lines.iter().enumerate() {
        // A version has a number; most sentences that could matter are told by one of a few words.
        if !(line.from..line.to).any(|i| prose.is(i, WEAKNESS)) || prose.title_case(line) {
            continue;
        }
        let mut i = line.from + 1;
        while i < line.to {
            while known.get(next).is_some_and(|m| m.to <= i && m.line < l) {
                next += 1;
            }
            let Some(end) = range(prose, line, i) else {
                i += 1;
                continue;
            };
            let mut from = i;
            while from > line.from
                && i - from < 4
                && prose.capital(from - 1)
                && prose.words.get(from - 1).is_some_and(|w| !w.masked)
                && (from == i || matches!(prose.gap(from - 1), " " | "-"))
                && !prose.is(from - 1, words!("the this in on all version versions affected cve a an if for"))
            {
                from -= 1;
            }
            let first = prose.span(from, i).of(prose.text);
            // One capital at the start of a sentence is any word; a month is a date.
            let enough = i > from
                && (i - from > 1 || from > line.from)
                && first.len() >= 3
                && !(i - from == 1 && is_month(prose, from));
            let taken =
                known.iter().skip(next).take_while(|m| m.from < end).any(|m| m.from < i && from < m.to);
            if enough && !taken {
                let span = prose.span(from, i);
                out.push(Mention {
                    kind: EntityKind::Product,
                    name: span.of(prose.text).to_owned(),
                    id: None,
                    role: Some("affected"),
                    confidence: if is_product(&first.to_lowercase()) { 0.85 } else { 0.75 },
                    provenance: Provenance::Named,
                    span,
                    from,
                    to: i,
                    line: l,
                });
            }
            i = end;
        }
    }
    out
}

/// The place and the words of the versions that follow a product's mention.
pub(super) fn after(prose: &Prose<'_>, mention: &Mention) -> Option<Span> {
    let line = prose.lines.get(mention.line)?;
    let end = range(prose, line, mention.to)?;
    Some(prose.span(mention.to, end))
}

fn is_month(prose: &Prose<'_>, i: usize) -> bool {
    prose.is(
        i,
        words!(
            "january february march april may june july august september october november december monday
             tuesday wednesday thursday friday saturday sunday"
        ),
    )
}

/// Where the range of versions that begins at word `i` ends, if one does.
fn range(prose: &Prose<'_>, line: &Line, i: usize) -> Option<usize> {
    if i == 0 || !matches!(prose.gap(i - 1), " " | ", " | " (" | "\u{a0}") {
        return None;
    }
    let is =
        |k: usize, list: &Words| k < line.to && prose.is(k, list) && prose.gap(k.saturating_sub(1)) != ". ";
    let mut k = i;
    let keyword = is(k, words!("version versions release releases builds firmware"));
    if keyword {
        k += 1;
    }
    let bound = words!("before through below until");
    let opened = if is(k, bound) {
        Some(k + 1)
    } else if (is(k, words!("prior up")) && is(k + 1, words!("to")))
        || (is(k, words!("earlier older lower")) && is(k + 1, words!("than")))
    {
        Some(k + 2)
    } else {
        None
    };
    if let Some(mut at) = opened {
        while is(at, words!("version versions and including v")) {
            at += 1;
        }
        return version(prose, line, at, keyword);
    }
    let mut end = version(prose, line, k, keyword)?;
    // `7.0 through 7.2.4`, `7.0 – 7.2.4`
    let dash = matches!(prose.gap(end - 1), "-" | " - " | "–" | " – ");
    let to = if dash {
        Some(end)
    } else if is(end, words!("through to")) {
        Some(end + 1)
    } else if is(end, words!("up")) && is(end + 1, words!("to")) {
        Some(end + 2)
    } else {
        None
    };
    if let Some(last) = to.and_then(|at| version(prose, line, at, true)) {
        return Some(last);
    }
    // `2.3.1 and earlier`
    if is(end, words!("and or")) && is(end + 1, words!("earlier below prior lower older")) {
        return Some(end + 2);
    }
    if !keyword {
        return None;
    }
    // `versions 9.0, 9.1 and 10.0`
    for _ in 0..12 {
        let and = is(end, words!("and or"));
        if !(and || prose.gap(end - 1) == ", ") {
            break;
        }
        match version(prose, line, end + usize::from(and), false) {
            Some(more) => end = more,
            None => break,
        }
    }
    Some(end)
}

/// `2.3.1`, `7.x`, `v10.2`; a bare number only where the text says that it is a version.
pub(super) fn version(prose: &Prose<'_>, line: &Line, at: usize, bare: bool) -> Option<usize> {
    let digits = |k: usize| {
        let word = prose.word(k);
        k < line.to
            && (word.strip_prefix(['v', 'V']).unwrap_or(word)).starts_with(|c: char| c.is_ascii_digit())
            && word.len() <= 10
    };
    if !digits(at) {
        return None;
    }
    let mut to = at + 1;
    while to < line.to
        && prose.gap(to - 1) == "."
        && to < at + 6
        && (digits(to) || prose.word(to).eq_ignore_ascii_case("x"))
    {
        to += 1;
    }
    let year = to == at + 1 && prose.word(at).len() == 4 && prose.shape(at) == Shape::Number;
    (to > at + 1 || (bare && !year)).then_some(to)
}
