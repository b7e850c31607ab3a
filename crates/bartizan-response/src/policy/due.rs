//! By when a duty is to be done.

use bartizan::MONTHS;
use bartizan::{Analysis, EventKind, Span};
use jiff::civil::Date;

/// By when.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Due {
    /// The words that say so.
    pub words: Span,
    /// The last day (ISO 8601); none where it depends on what the text does not date.
    pub day: Option<String>,
    /// Where the day is from.
    pub basis: Basis,
}

/// Where the last day of a duty is from.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Basis {
    /// The text names it.
    Stated,
    /// Counted from the day of the document, of which the text speaks: "within 30 days of the date of this order".
    Document,
    /// Relative to something that has no date here.
    Relative,
}

impl Basis {
    /// `stated`, `document` or `relative`.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Stated => "stated",
            Self::Document => "document",
            Self::Relative => "relative",
        }
    }
}

/// Words before a day that make it the last one.
const LAST: [&str; 8] = [
    "by ",
    "before ",
    "until ",
    "no later than ",
    "not later than ",
    "by the end of ",
    "on or before ",
    "deadline of ",
];
/// Words that begin a time to count.
const WITHIN: [&str; 6] =
    ["within ", "no later than ", "not later than ", "no more than ", "not more than ", "in no more than "];
/// What the day of the document is called. "This" is the document itself, not another that it speaks of.
const OWN: [&str; 12] = [
    "the date of this ",
    "date of this ",
    "the issuance of this ",
    "issuance of this ",
    "issuing this ",
    "the publication of this ",
    "publication of this ",
    "the effective date of this ",
    "the signing of this ",
    "signing this ",
    "this ",
    "the enactment of this ",
];
/// What such a document is.
const DOCUMENTS: [&str; 9] =
    ["order", "directive", "memorandum", "act", "regulation", "rule", "notice", "decree", "proclamation"];
const NUMBERS: [(&str, i32); 16] = [
    ("one", 1),
    ("two", 2),
    ("three", 3),
    ("four", 4),
    ("five", 5),
    ("six", 6),
    ("seven", 7),
    ("eight", 8),
    ("nine", 9),
    ("ten", 10),
    ("twelve", 12),
    ("fourteen", 14),
    ("thirty", 30),
    ("sixty", 60),
    ("ninety", 90),
    ("hundred", 100),
];

/// The time of a part of the text.
pub(super) fn due(analysis: &Analysis, part: Span) -> Option<Due> {
    counted(analysis, part).or_else(|| dated(analysis, part)).or_else(|| found(analysis, part))
}

/// An obligation's time as the analysis has it.
fn found(analysis: &Analysis, part: Span) -> Option<Due> {
    let obligations = analysis.events.iter().filter(|e| e.kind == EventKind::Obligation);
    obligations.into_iter().find_map(|e| {
        let words = e.evidence.iter().find(|p| part.contains(p.span))?.span;
        let day = e.when.latest.clone();
        let basis = if day.is_some() { Basis::Stated } else { Basis::Relative };
        Some(Due { words, day, basis })
    })
}

/// "By 1 October 2026".
fn dated(analysis: &Analysis, part: Span) -> Option<Due> {
    let low = part.of(&analysis.document.text).to_ascii_lowercase();
    LAST.iter().find_map(|w| {
        places(&low, w).find_map(|at| {
            let from = at + w.len();
            let (day, length) = day(low.get(from..)?)?;
            let start = part.start as usize + from;
            let words = Span::new(start, start + length);
            Some(Due { words, day: Some(day.to_string()), basis: Basis::Stated })
        })
    })
}

/// Places of words that begin with a whole word.
fn places<'a>(low: &'a str, words: &'a str) -> impl Iterator<Item = usize> + 'a {
    let free = |at: usize| {
        at.checked_sub(1).and_then(|i| low.as_bytes().get(i)).is_none_or(|c| !c.is_ascii_alphanumeric())
    };
    low.match_indices(words).map(|(at, _)| at).filter(move |at| free(*at))
}

/// A day at the beginning of a text in lower case, and its length: `1 October 2026`, `October 1, 2026`, `2026-10-01`.
fn day(low: &str) -> Option<(Date, usize)> {
    if let Some(day) = low.get(..10).and_then(|d| d.parse().ok()) {
        return Some((day, 10));
    }
    let mut at = 0;
    let mut fields = Vec::new();
    for word in low.split(' ').take(3) {
        let bare = word.trim_matches(|c: char| !c.is_alphanumeric());
        fields.push((bare, at + bare.len()));
        at += word.len() + 1;
    }
    let [(a, _), (b, _), (year, end)] = fields[..] else { return None };
    let month = |name: &str| MONTHS.iter().position(|m| *m == name).map(|i| i as i8 + 1);
    let (number, month) = match (month(a), month(b)) {
        (Some(month), _) => (b, month),
        (None, Some(month)) => (a, month),
        _ => return None,
    };
    let number = number.trim_end_matches(|c: char| c.is_ascii_alphabetic());
    let date = Date::new(year.parse().ok()?, month, number.parse().ok()?).ok()?;
    Some((date, end))
}

/// "Within 30 days of the date of this order".
fn counted(analysis: &Analysis, part: Span) -> Option<Due> {
    let text = &analysis.document.text;
    let low = part.of(text).to_ascii_lowercase();
    WITHIN.iter().find_map(|w| {
        let at = places(&low, w).next()?;
        let rest = low.get(at + w.len()..)?;
        let mut words = rest.split([' ', '\u{a0}']);
        let number = number(words.next()?)?;
        let mut unit = words.next()?;
        let working = matches!(unit, "business" | "working");
        // "30 (thirty) days", "30 calendar days".
        if working || unit == "calendar" || unit.starts_with('(') {
            unit = words.next()?;
        }
        let unit = unit.trim_matches(|c: char| !c.is_alphanumeric());
        let span = span(number, unit)?;
        let end = rest.find(unit)? + unit.len();
        let start = part.start as usize + at;
        let tail = rest.get(end..)?;
        let anchor = anchor(tail);
        // A stated day right behind is counted from by the analysis itself.
        if anchor.is_none() && tail.trim_start().starts_with(|c: char| c.is_ascii_digit()) {
            return None;
        }
        let length = w.len() + end + anchor.unwrap_or(0);
        let words = Span::new(start, start + length);
        let event = || found(analysis, part).filter(|d| d.day.is_some());
        let published = || -> Option<Date> {
            let day = analysis.document.metadata.published.as_deref()?;
            day.get(..10)?.parse().ok()
        };
        // Working days need a calendar of holidays, which the text has not.
        let day = anchor.filter(|_| !working).and_then(|_| published()?.checked_add(span).ok());
        Some(match (day, event()) {
            (Some(day), _) => Due { words, day: Some(day.to_string()), basis: Basis::Document },
            (None, Some(event)) => event,
            (None, None) => Due { words, day: None, basis: Basis::Relative },
        })
    })
}

/// How many bytes behind the time name the day of the document itself, if it is counted from that.
fn anchor(tail: &str) -> Option<usize> {
    let joint = [" of ", " after ", " from ", " following "].iter().find(|j| tail.starts_with(**j))?;
    let rest = tail.get(joint.len()..)?;
    let own = OWN.iter().filter(|o| rest.starts_with(**o)).max_by_key(|o| o.len())?;
    let name = rest.get(own.len()..)?;
    let document = DOCUMENTS.iter().find(|d| {
        name.strip_prefix(**d).is_some_and(|r| r.chars().next().is_none_or(|c| !c.is_alphanumeric()))
    })?;
    Some(joint.len() + own.len() + document.len())
}

fn number(word: &str) -> Option<i32> {
    let word = word.trim_matches(|c: char| !c.is_alphanumeric());
    let named = NUMBERS.iter().find(|(n, _)| *n == word).map(|n| n.1);
    named.or_else(|| word.parse().ok()).filter(|n| (1..=4000).contains(n))
}

fn span(number: i32, unit: &str) -> Option<jiff::Span> {
    let span = jiff::Span::new();
    match unit {
        "day" | "days" => Some(span.days(number)),
        "week" | "weeks" => Some(span.weeks(number)),
        "month" | "months" => Some(span.months(number)),
        "year" | "years" => Some(span.years(number)),
        // Hours end within a day that nobody names.
        "hour" | "hours" => Some(span.days(number.checked_add(23)? / 24)),
        _ => None,
    }
}
