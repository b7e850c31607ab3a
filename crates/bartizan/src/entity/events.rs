//! Dated happenings and obligations.

use super::dates::{self, DateHit};
use super::prose::{Line, Prose, Shape, Words, words};
use crate::{BlockKind, Confidence, Event, EventKind, Evidence, Span, When};
use jiff::civil::Date;

/// Words that lay a duty on somebody.
const DUTY: &Words = words!(
    "must shall required requires require mandates mandate mandated directs directed orders ordered obliged
     obligated deadline specifies specified stipulates sets due instructs instructed compels compelled
     remediate report comply compliance"
);

/// Words of extortion: a ransom note's deadline is no obligation.
const EXTORTION: &Words =
    words!("ransom pay paid payment victim victims attackers extortion decryptor decrypt");

/// What a "30-day" must qualify to be a duty or right by itself.
const WINDOWS: &Words = words!(
    "window deadline notice grace testing review comment disclosure embargo compliance reporting notification
     consultation remediation evaluation"
);

/// Days of publication as metadata gives it.
pub(super) fn published(prose: &Prose<'_>) -> Option<Date> {
    prose.document.metadata.published.as_deref().and_then(|d| d.get(..10)).and_then(|d| d.parse().ok())
}

/// All events in text order; `involves` is filled in later.
pub(super) fn find(prose: &Prose<'_>) -> Vec<Event> {
    let published = published(prose);
    let mut events = Vec::new();
    for (l, line) in prose.lines.iter().enumerate() {
        let before = events.len();
        let hits = dates::find(prose, line, published);
        let mut taken = Vec::new();
        durations(prose, line, &hits, &mut events, &mut taken);
        for hit in &hits {
            if taken.iter().any(|t: &Span| t.overlaps(hit.span)) {
                continue;
            }
            if let Some(event) = dated(prose, l, line, hit, published) {
                events.push(event);
            }
        }
        if events.len() > before && is_notice(prose, line) {
            events.truncate(before);
        }
    }
    events
}

/// Copyright lines and the like.
fn is_notice(prose: &Prose<'_>, line: &Line) -> bool {
    let text = line.span.of(prose.text);
    text.contains('©')
        || (line.from..line.to.min(line.from + 40)).any(|i| prose.is(i, words!("copyright")))
        || text.contains("ll rights reserved")
}

fn dated(prose: &Prose<'_>, l: usize, line: &Line, hit: &DateHit, published: Option<Date>) -> Option<Event> {
    let others = (line.to - line.from).saturating_sub(hit.to - hit.from);
    let mut evidence = vec![Evidence { span: hit.span, sentence: line.span }];
    let mut confidence = if hit.year_only { 0.6 } else { 0.85 };
    let mut kind = EventKind::Occurred;
    let stamp = (line.from..hit.from).all(|i| {
        prose.is(i, words!("published posted updated release released date last on by first publication"))
    });
    let summary;
    if (others <= 3 && !has_verb(prose, line)) || (stamp && hit.from > line.from && others <= 6) {
        if let BlockKind::TableCell { table, row, column, header: false } = prose.kind(line) {
            // A timeline table: the row's other cell says what happened.
            let (cell, text) = neighbour(prose, l, table, row, column)?;
            evidence.push(Evidence { span: cell, sentence: cell });
            summary = text;
            confidence = 0.7;
        } else if hit.earliest.is_some()
            && hit.earliest == hit.latest
            && (hit.earliest == published || (stamp && hit.from > line.from))
            && (l < 40 || stamp)
        {
            kind = EventKind::Published;
            summary = prose
                .document
                .metadata
                .title
                .clone()
                .unwrap_or_else(|| line.span.of(prose.text).trim().to_owned());
        } else {
            return None;
        }
    } else {
        if !has_verb(prose, line) {
            return None;
        }
        summary = clause(prose.text, line.span, hit.span);
    }
    if kind == EventKind::Occurred && is_deadline(prose, line, hit) {
        kind = EventKind::Obligation;
    }
    let deadline = kind == EventKind::Obligation;
    Some(Event {
        kind,
        when: When {
            earliest: if deadline { None } else { hit.earliest.map(|d| d.to_string()) },
            latest: hit.latest.map(|d| d.to_string()),
            days: None,
            text: hit.span.of(prose.text).to_owned(),
        },
        summary,
        confidence: Confidence::new(confidence),
        evidence,
        involves: Vec::new(),
    })
}

/// `must … by DATE`, `no later than DATE`, `deadline of DATE`
fn is_deadline(prose: &Prose<'_>, line: &Line, hit: &DateHit) -> bool {
    let before = |n: usize| hit.from.checked_sub(n).filter(|i| *i >= line.from);
    let is = |n: usize, list: &Words| before(n).is_some_and(|i| prose.is(i, list));
    let duty = || {
        (line.from..line.to).any(|i| {
            prose.is(
                i,
                words!("must shall required requires obliged deadline due ordered directs comply have"),
            )
        })
    };
    let extortion = (line.from..line.to).any(|i| prose.is(i, EXTORTION));
    if extortion {
        return false;
    }
    (is(1, words!("than")) && is(2, words!("later")) && is(3, words!("no")))
        || (is(1, words!("by before until")) && duty() && must(prose, line, hit.from))
        || (is(1, words!("by on")) && is(2, words!("due")))
        || (is(1, words!("of is was to"))
            && (is(2, words!("deadline")) || (is(2, words!("date")) && is(3, words!("due")))))
}

/// A duty word stands before the date in the sentence.
fn must(prose: &Prose<'_>, line: &Line, at: usize) -> bool {
    (line.from..at).any(|i| {
        prose.is(i, words!("must shall required obliged ordered directs deadline due requires"))
            || (prose.is(i, words!("have has")) && prose.is(i + 1, words!("to")))
    })
}

/// `30-day testing window`, `within 60 days`
fn durations(
    prose: &Prose<'_>,
    line: &Line,
    dates: &[DateHit],
    events: &mut Vec<Event>,
    taken: &mut Vec<Span>,
) {
    let mut i = line.from;
    while i + 1 < line.to {
        let Some((days, unit_at)) = duration(prose, line, i) else {
            i += 1;
            continue;
        };
        let duty = (line.from..line.to).any(|k| prose.is(k, DUTY));
        let extortion = (line.from..line.to).any(|k| prose.is(k, EXTORTION));
        let within = i > line.from && prose.is(i - 1, words!("within"));
        let hyphen = matches!(prose.gap(i), "-" | "\u{2011}" | "–");
        // `30-day testing window`: the noun follows within three words.
        let noun = (unit_at + 1..(unit_at + 4).min(line.to)).find(|k| prose.is(*k, WINDOWS));
        let period = (unit_at + 1..(unit_at + 4).min(line.to))
            .find(|k| prose.is(*k, words!("period timeline timeframe limit")));
        let (from, to) = if extortion {
            (0, 0)
        } else if within && duty {
            let mut to = unit_at + 1;
            if prose.is(to, words!("of after from")) && to < line.to {
                to += 1;
                while to < line.to && to < unit_at + 6 && prose.gap(to - 1) == " " {
                    to += 1;
                }
            }
            (i - 1, unit_at + 1)
        } else if hyphen && let Some(n) = noun {
            let end = if n + 1 < line.to
                && prose.gap(n) == " "
                && prose.is(n + 1, words!("window period deadline requirement"))
            {
                n + 2
            } else {
                n + 1
            };
            (i, end)
        } else if hyphen
            && duty
            && let Some(n) = period
        {
            (i, n + 1)
        } else {
            (0, 0)
        };
        if from < to {
            let span = prose.span(from, to);
            // `within 60 days of June 2, 2026`: the date belongs to the window.
            let anchor = dates.iter().find(|d| {
                d.from >= to
                    && d.from <= to + 6
                    && prose.is(d.from - 1, words!("of after from on"))
                    && d.earliest.is_some()
                    && d.earliest == d.latest
            });
            let end =
                anchor.and_then(|a| a.latest).and_then(|d| d.checked_add(jiff::Span::new().days(days)).ok());
            if let Some(a) = anchor {
                taken.push(a.span);
            }
            taken.push(span);
            events.push(Event {
                kind: EventKind::Obligation,
                when: When {
                    earliest: anchor.and_then(|a| a.earliest).map(|d| d.to_string()),
                    latest: end.map(|d| d.to_string()),
                    days: u32::try_from(days).ok(),
                    text: span.of(prose.text).to_owned(),
                },
                summary: clause(prose.text, line.span, span),
                confidence: Confidence::new(if within || noun.is_some() { 0.85 } else { 0.7 }),
                evidence: vec![Evidence { span, sentence: line.span }],
                involves: Vec::new(),
            });
        }
        i = unit_at + 1;
    }
}

/// A number and a unit of time from word `i` on: days, and the word of the unit.
fn duration(prose: &Prose<'_>, line: &Line, i: usize) -> Option<(i32, usize)> {
    let word = prose.word(i);
    let number: i32 = if prose.shape(i) == Shape::Number && word.len() <= 4 {
        word.parse().ok()?
    } else {
        let names = [
            "one", "two", "three", "four", "five", "six", "seven", "ten", "fourteen", "thirty", "sixty",
            "ninety",
        ];
        let values = [1, 2, 3, 4, 5, 6, 7, 10, 14, 30, 60, 90];
        let at = names.iter().position(|n| n.eq_ignore_ascii_case(word))?;
        values.get(at).copied()?
    };
    let mut k = i + 1;
    // `within 30 calendar days`, `72 (seventy-two) hours` is rarer and left alone.
    if k < line.to && prose.is(k, words!("calendar business working")) {
        k += 1;
    }
    if k >= line.to || !matches!(prose.gap(i), " " | "-" | "\u{2011}" | "\u{a0}" | "–") || number <= 0 {
        return None;
    }
    let per = match prose.word(k).to_ascii_lowercase().as_str() {
        "day" | "days" => number,
        "week" | "weeks" => number.checked_mul(7)?,
        "month" | "months" => number.checked_mul(30)?,
        "year" | "years" => number.checked_mul(365)?,
        // Hours are rounded up to whole days.
        "hour" | "hours" => number.checked_add(23)? / 24,
        _ => return None,
    };
    Some((per, k))
}

/// What the next cell of the row says.
fn neighbour(prose: &Prose<'_>, l: usize, table: u16, row: u32, column: u16) -> Option<(Span, String)> {
    prose.lines.iter().skip(l + 1).take(40).find_map(|line| match prose.kind(line) {
        BlockKind::TableCell { table: t, row: r, column: c, .. } if t == table && r == row && c > column => {
            let text = line.span.of(prose.text).trim();
            (line.to - line.from >= 3).then(|| (line.span, shorten(text)))
        }
        _ => None,
    })
}

/// Whether the sentence is one: something in lower case that is no mere function word.
fn has_verb(prose: &Prose<'_>, line: &Line) -> bool {
    (line.from..line.to).any(|i| {
        let word = prose.word(i);
        prose.shape(i) == Shape::Lower
            && (word.ends_with("ed")
                || word.ends_with("ing")
                || prose.is(
                    i,
                    words!(
                        "is was were are has have had will be been began saw said sent found made took became
                         came went got grew rose fell wrote spoke met sat stood thought told taught brought bought caught sought drew grew knew chose froze woke set put hit led let must shall can could may
                         might should would ran stole broke built spread shut sold gave held kept left lost
                         met paid read won does did do takes brings gives shows says comes goes remains
                         appears marks uses targets includes issues signs announces publishes takes begins
                         starts ends applies expires"
                    ),
                )
                || (word.len() > 4 && word.ends_with('s') && !word.ends_with("ss")))
    })
}

/// The clause around a place, short enough for a time line.
pub(super) fn clause(text: &str, sentence: Span, at: Span) -> String {
    let (Some(before), Some(after)) = (
        text.get(sentence.start as usize..at.start as usize),
        text.get(at.end as usize..sentence.end as usize),
    ) else {
        return shorten(sentence.of(text));
    };
    if sentence.len() <= 180 {
        return shorten(sentence.of(text));
    }
    const BREAKS: [&str; 6] = ["; ", ", but ", ", while ", ", whereas ", ", although ", " – "];
    let start = BREAKS.iter().filter_map(|b| before.rfind(b).map(|i| i + b.len())).max().unwrap_or(0);
    let after_from = after.char_indices().nth(40).map_or(after.len(), |(i, _)| i);
    let end = BREAKS
        .iter()
        .chain(&[", which ", ", and "])
        .filter_map(|b| after.get(after_from..).and_then(|a| a.find(b)).map(|i| i + after_from))
        .min()
        .unwrap_or(after.len());
    let from = sentence.start as usize + start;
    shorten(text.get(from..at.end as usize + end).unwrap_or(""))
}

/// One line of at most about 220 characters.
fn shorten(text: &str) -> String {
    let mut out = String::new();
    for word in text.split_whitespace() {
        if out.chars().count() + word.chars().count() > 220 {
            out.push('…');
            break;
        }
        if !out.is_empty() {
            out.push(' ');
        }
        out.push_str(word);
    }
    out
}
