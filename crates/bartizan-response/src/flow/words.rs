//! Words of time in one sentence, and what they put in order. No word here says anything of attacks.
//!
//! A word counts by where it stands: "then" within the first words ties the sentence to the one before, later it ties the
//! two parts of its own sentence. Dates, names and history use the same words ("before 2020", "then-president", "the next
//! version", "as never before"): those are left out by what stands beside them.

use bartizan::MONTHS;
use std::ops::Range;

/// What a word of time ties.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Tie {
    /// This sentence follows the one before.
    Next,
    /// This sentence follows all that was told just before.
    Last,
    /// This sentence comes before the one before.
    Prior,
    /// Left of the word comes before right of it.
    Forward,
    /// Right of the word comes before left of it.
    Backward,
    /// A clause at the beginning, up to the place, comes before the rest: "once it runs, it …".
    Clause(usize),
    /// The same where the clause may be no more than a case: "when it runs, it …". It says nothing of what was told before.
    Case(usize),
    /// The clause only takes up what was told before: "when opened, it …".
    Again(usize),
    /// The rest comes before the clause at the beginning, up to the place: "before it runs, it …".
    Ahead(usize),
}

/// A word of time: its place in the sentence, in bytes, and what it ties.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Cue {
    pub at: Range<usize>,
    pub tie: Tie,
}

/// At the beginning of a sentence. The longer first.
const OPENINGS: [(&str, Tie); 41] = [
    ("then", Tie::Next),
    ("next,", Tie::Next),
    ("next it", Tie::Next),
    ("next the", Tie::Next),
    ("in the next step", Tie::Next),
    ("in the next stage", Tie::Next),
    ("in the next phase", Tie::Next),
    ("in the second step", Tie::Next),
    ("in the second stage", Tie::Next),
    ("in this second phase", Tie::Next),
    ("in the second phase", Tie::Next),
    ("the next step", Tie::Next),
    ("the next stage of", Tie::Next),
    ("subsequently", Tie::Next),
    ("afterwards", Tie::Next),
    ("afterward", Tie::Next),
    ("after that", Tie::Next),
    ("after this", Tie::Next),
    ("after which", Tie::Next),
    ("thereafter", Tie::Next),
    ("following this", Tie::Next),
    ("following that", Tie::Next),
    ("from there", Tie::Next),
    ("later,", Tie::Next),
    ("later on", Tie::Next),
    ("shortly after", Tie::Next),
    ("soon after", Tie::Next),
    ("once this", Tie::Next),
    ("once that", Tie::Next),
    ("once done", Tie::Next),
    ("finally", Tie::Last),
    ("lastly", Tie::Last),
    ("ultimately", Tie::Last),
    ("eventually", Tie::Last),
    ("in the end,", Tie::Last),
    ("in the final stage", Tie::Last),
    ("in the last stage", Tie::Last),
    ("as a final step", Tie::Last),
    ("before that", Tie::Prior),
    ("prior to this", Tie::Prior),
    ("beforehand", Tie::Prior),
];
/// A clause at the beginning that says what comes first.
const CLAUSES: [&str; 8] =
    ["after ", "once ", "as soon as ", "upon ", "following ", "when ", "if ", "having "];
/// … what comes later.
const AHEAD: [&str; 2] = ["before ", "prior to "];
/// In the first part of a sentence.
const EARLY: [&str; 6] = ["then", "subsequently", "afterwards", "afterward", "thereafter", "later"];
/// Past perfect: what is told here was over.
const PERFECT: [&str; 3] = ["had previously", "had already", "had earlier"];
/// Inside a sentence.
const INSIDE: [(&str, Tie); 30] = [
    ("then", Tie::Forward),
    ("followed by", Tie::Forward),
    ("after which", Tie::Forward),
    ("subsequently", Tie::Forward),
    ("and finally", Tie::Forward),
    ("and ultimately", Tie::Forward),
    ("and later", Tie::Forward),
    ("leads to", Tie::Forward),
    ("leading to", Tie::Forward),
    ("led to", Tie::Forward),
    ("before", Tie::Forward),
    ("prior to", Tie::Forward),
    ("which when", Tie::Forward),
    ("which, when", Tie::Forward),
    ("which, once", Tie::Forward),
    ("which, if", Tie::Forward),
    ("which once", Tie::Forward),
    ("that when", Tie::Forward),
    ("that, when", Tie::Forward),
    ("that, once", Tie::Forward),
    ("that, if", Tie::Forward),
    ("when opened", Tie::Forward),
    ("once opened", Tie::Forward),
    ("when executed", Tie::Forward),
    ("once executed", Tie::Forward),
    ("preceded by", Tie::Backward),
    ("after", Tie::Backward),
    ("once", Tie::Backward),
    ("as soon as", Tie::Backward),
    ("upon", Tie::Backward),
];
/// Words before a word of time that make it say something else.
const OTHERWISE: [&str; 22] = [
    "since", "by", "until", "till", "back", "than", "even", "never", "ever", "as", "not", "named",
    "modelled", "modeled", "look", "looking", "soon", "shortly", "right", "long", "at", "seen",
];
/// Words after "before" and its kin with which no behaviour begins, besides the months.
const CALENDAR: [&str; 9] = ["early", "late", "mid", "now", "today", "more", "all", "again", "time"];
/// What the writer did, not the attacker.
const WRITER: [&str; 12] = [
    " analysis",
    " analyst",
    " analyz",
    " analys",
    " research",
    " investigat",
    " report",
    " disclos",
    " publish",
    " publication",
    " our ",
    " we ",
];
/// How far from its beginning a sentence may have a word that ties it to the one before, in bytes.
const OPENING: usize = 60;
/// Words of a clause that only takes up what was told.
const SHORT: usize = 2;
/// Cues looked at in one sentence.
const MOST: usize = 12;

/// The cues of a sentence, in the order of their places; those at the beginning first.
pub(super) fn cues(sentence: &str) -> Vec<Cue> {
    let low = sentence.to_ascii_lowercase();
    let start = low.len() - low.trim_start_matches(|c: char| !c.is_alphanumeric()).len();
    let start =
        ["and ", "but "].iter().find(|w| low[start..].starts_with(**w)).map_or(start, |w| start + w.len());
    let mut out = Vec::new();
    let rest = &low[start..];
    let opened = OPENINGS.iter().filter(|(w, _)| starts(rest, w)).max_by_key(|(w, _)| w.len());
    if let Some((word, tie)) = opened {
        let writer = *tie == Tie::Last && rest.get(word.len()..).is_some_and(|r| r.starts_with(", we "));
        if !writer {
            out.push(Cue { at: start..start + word.trim_end_matches(',').len(), tie: *tie });
        }
    } else if let Some((word, comma)) = clause(rest, &CLAUSES) {
        let case = ["when ", "if "].iter().any(|w| rest.starts_with(w));
        let short = rest.get(word..comma).is_some_and(|c| c.split_whitespace().count() <= SHORT);
        let tie = match (case, short) {
            (true, true) => Tie::Again,
            (true, false) => Tie::Case,
            _ => Tie::Clause,
        };
        out.push(Cue { at: start..start + word, tie: tie(start + comma) });
    } else if let Some((word, comma)) = clause(rest, &AHEAD) {
        out.push(Cue { at: start..start + word, tie: Tie::Ahead(start + comma) });
    }
    let begun = out.first().map_or(start, |c| c.at.end);
    for word in PERFECT {
        if let Some(at) = whole(&low, word).next() {
            out.push(Cue { at, tie: Tie::Prior });
        }
    }
    let early = EARLY.iter().flat_map(|w| whole(&low, w)).filter(|at| {
        out.is_empty() && at.start > begun && at.start <= OPENING && !turned(&low, at) && !joined(&low, at)
    });
    if let Some(at) = early.min_by_key(|at| at.start) {
        out.push(Cue { at, tie: Tie::Next });
    }
    let taken: Vec<usize> = out.iter().map(|c| c.at.start).collect();
    let mut inside: Vec<Cue> = INSIDE
        .iter()
        .flat_map(|(word, tie)| whole(&low, word).map(|at| Cue { at, tie: *tie }))
        .filter(|c| {
            c.at.start > start && c.at.start >= begun && !taken.contains(&c.at.start) && !turned(&low, &c.at)
        })
        .filter(|c| !dated(&low, c))
        .collect();
    inside.sort_by_key(|c| (c.at.start, std::cmp::Reverse(c.at.end)));
    inside.dedup_by(|b, a| a.at.end > b.at.start);
    out.extend(inside);
    out.truncate(MOST);
    out
}

/// A clause with which a sentence begins: the length of its word, and its end.
fn clause(rest: &str, words: &[&str]) -> Option<(usize, usize)> {
    let word = words.iter().find(|w| rest.starts_with(**w))?;
    let comma = rest.find(", ")?;
    let inner = rest.get(word.len()..comma)?;
    let first = inner.split_whitespace().next()?;
    let named = format!(" {inner} ");
    let writer = WRITER.iter().any(|w| named.contains(w));
    // "After 2020, …" and "If you …, …" tell no behaviour.
    (!is_date(first) && !writer && first != "you").then_some((word.trim_end().len(), comma))
}

/// Whether a text begins with a whole word or words.
fn starts(text: &str, word: &str) -> bool {
    text.strip_prefix(word).is_some_and(|rest| {
        word.ends_with(',')
            || rest.chars().next().is_none_or(|c| !c.is_alphanumeric() && c != '-' && c != '_')
    })
}

/// Places of whole words.
fn whole<'a>(low: &'a str, word: &'a str) -> impl Iterator<Item = Range<usize>> + 'a {
    let edge = |c: Option<&u8>| c.is_none_or(|c| !c.is_ascii_alphanumeric() && *c != b'-' && *c != b'_');
    low.match_indices(word).map(|(at, w)| at..at + w.len()).filter(move |at| {
        let bytes = low.as_bytes();
        edge(at.start.checked_sub(1).and_then(|i| bytes.get(i))) && edge(bytes.get(at.end))
    })
}

/// The word before a place.
fn before<'a>(low: &'a str, at: &Range<usize>) -> &'a str {
    low[..at.start].split_whitespace().next_back().unwrap_or("").trim_matches(|c: char| !c.is_alphanumeric())
}

/// Whether the word before makes it say something else.
fn turned(low: &str, at: &Range<usize>) -> bool {
    OTHERWISE.contains(&before(low, at))
}

/// Whether a word joins two parts of its sentence: "and then", "which then", "; then".
fn joined(low: &str, at: &Range<usize>) -> bool {
    let left = low[..at.start].trim_end();
    let link = ["and", "or", "which", "that", "who", "but"].contains(&before(low, at));
    link || left.ends_with([',', ';', ':'])
}

/// Whether what follows a word is a date or nothing.
fn dated(low: &str, cue: &Cue) -> bool {
    let right = low[cue.at.end..].trim_start();
    let first = right.split_whitespace().next().unwrap_or("");
    match cue.tie {
        Tie::Forward if matches!(&low[cue.at.clone()], "before" | "prior to") => {
            is_date(first) || ends(right)
        }
        Tie::Backward => is_date(first) || ends(right) || ["that", "which", "this"].contains(&first),
        _ => false,
    }
}

/// Whether nothing is told any more.
fn ends(right: &str) -> bool {
    right.starts_with(['.', ',', ';', ')', ':']) || right.is_empty()
}

/// Whether a word is a number, a month or the like.
fn is_date(word: &str) -> bool {
    let word = word.trim_matches(|c: char| !c.is_alphanumeric());
    word.starts_with(|c: char| c.is_ascii_digit()) || MONTHS.contains(&word) || CALENDAR.contains(&word)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ties(sentence: &str) -> Vec<(&str, Tie)> {
        cues(sentence).into_iter().map(|c| (&sentence[c.at], c.tie)).collect()
    }

    /// Sentences made for this test, each with what a reader takes from it.
    #[test]
    fn words_tie_by_where_they_stand() {
        assert_eq!(ties("Then it encrypts the files."), [("Then", Tie::Next)]);
        assert_eq!(ties("The loader then encrypts the files."), [("then", Tie::Next)]);
        assert_eq!(ties("It steals the files and then encrypts them."), [("then", Tie::Forward)]);
        assert_eq!(ties("Finally, it deletes itself."), [("Finally", Tie::Last)]);
        assert_eq!(ties("Before that, it had been mailed."), [("Before that", Tie::Prior)]);
        assert_eq!(ties("The group had previously stolen credentials."), [("had previously", Tie::Prior)]);
        assert_eq!(ties("Once opened, the file runs a script."), [("Once", Tie::Clause(11))]);
        assert_eq!(ties("Prior to encryption, it stops services."), [("Prior to", Tie::Ahead(19))]);
        assert_eq!(ties("Files are stolen before being encrypted."), [("before", Tie::Forward)]);
        assert_eq!(ties("Encryption was preceded by theft."), [("preceded by", Tie::Backward)]);
        assert_eq!(ties("It encrypts files after stealing them."), [("after", Tie::Backward)]);
        assert_eq!(ties("A mail was sent, after which a script ran."), [("after which", Tie::Forward)]);
        assert_eq!(ties("Theft was followed by encryption."), [("followed by", Tie::Forward)]);
    }

    /// The same words where they tell no order of behaviours.
    #[test]
    fn dates_names_and_history_tie_nothing() {
        for sentence in [
            "The group was active before 2020 and after June.",
            "The then-president was a target.",
            "The next version encrypts files.",
            "It was first seen in 2019 and active since then.",
            "After 2020, the group went quiet.",
            "After our analysis, the files were compared.",
            "It grew as never before.",
            "It was named after a river.",
        ] {
            assert_eq!(ties(sentence), [], "{sentence}");
        }
    }
}
