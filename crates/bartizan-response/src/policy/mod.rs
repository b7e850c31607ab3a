//! Duties of a text that makes some: who must do what by when, and on what force.
//!
//! A duty is a sentence of the analysis' obligations, or one in which a named body is bound by a word of force (`force`). A list
//! behind such a sentence is a duty for each item (`items`), on the force of the sentence above. `due` reads by when. Nothing is
//! concluded beyond these words: where they name nobody or no time, the duty has none.

mod calendar;
mod due;
mod force;
mod items;
pub mod wire;

pub use due::{Basis, Due};

use crate::genre::Genre;
use bartizan::{Analysis, EventKind, Evidence, Span};
use std::fmt::Write;

/// Duties that are listed.
const MOST: usize = 60;

/// What a policy text asks.
#[derive(Clone, Debug, Default)]
pub struct Policy {
    /// In text order.
    pub duties: Vec<Duty>,
    /// Sentences that say what the text leaves open.
    pub open: Vec<Evidence>,
}

/// A duty.
#[derive(Clone, Debug, PartialEq)]
pub struct Duty {
    /// Its sentence, or its item of a list; the span is the word of force or the time, for an item what it asks.
    pub evidence: Evidence,
    /// For an item: the sentence above the list, and its word of force.
    pub under: Option<Evidence>,
    /// How binding the words make it.
    pub force: Force,
    /// Indexes into the analysis' entities: who is bound, in text order.
    pub who: Vec<usize>,
    /// Index into the analysis' events, where it found the time.
    pub event: Option<usize>,
    /// By when.
    pub due: Option<Due>,
}

/// How binding a sentence is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Force {
    /// Must, shall, directs, requires, mandates; must not, prohibits.
    Mandatory,
    /// Will need to, is expected to, should.
    Expected,
    /// May, voluntary, encourages.
    Voluntary,
    /// It has a time, and no word of force.
    Stated,
}

impl Force {
    /// `mandatory`, `expected`, `voluntary` or `stated`.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Mandatory => "mandatory",
            Self::Expected => "expected",
            Self::Voluntary => "voluntary",
            Self::Stated => "stated",
        }
    }
}

/// Words that say something is left open.
const OPEN: [&str; 7] = [
    "forthcoming",
    "does not specify",
    "do not specify",
    "not yet",
    "remains unclear",
    "to be determined",
    "has not been announced",
];

/// Reads the duties.
pub fn read(analysis: &Analysis, genre: Genre) -> Policy {
    if genre != Genre::Policy {
        return Policy::default();
    }
    let document = &analysis.document;
    let (mut duties, mut open) = (Vec::new(), Vec::new());
    // Items of a list that was read with its introduction.
    let mut listed: Vec<Span> = Vec::new();
    for (index, sentence) in document.sentences.iter().enumerate() {
        let span = sentence.span;
        if duties.len() >= MOST {
            break;
        }
        let low = span.of(&document.text).to_ascii_lowercase();
        if let Some(words) = OPEN.iter().find_map(|w| find(&low, w, span)) {
            open.push(Evidence { span: words, sentence: span });
        }
        if listed.iter().any(|l| span.contains(*l) || l.contains(span)) {
            continue;
        }
        let mut parts = items::inside(&document.text, span);
        // Above a list in its own sentence stands only what is before the colon.
        let above = match parts.first() {
            Some(_) => {
                Span::new(span.start as usize, span.start as usize + low.find(':').unwrap_or(low.len()))
            }
            None => span,
        };
        if parts.is_empty() {
            parts = items::below(analysis, index);
            listed.extend(&parts);
        }
        let found = force::bindings(analysis, above);
        match found.first() {
            Some(found) if !parts.is_empty() => {
                let under = Evidence { span: found.at, sentence: above };
                let common = due::due(analysis, above);
                duties.extend(parts.iter().map(|part| Duty {
                    evidence: Evidence { span: *part, sentence: *part },
                    under: Some(under),
                    force: found.force,
                    who: found.who.clone(),
                    event: event(analysis, *part),
                    due: due::due(analysis, *part).or_else(|| common.clone()),
                }));
            }
            _ => duties.extend(plain(analysis, span, found)),
        }
    }
    duties.truncate(MOST);
    open.truncate(MOST);
    Policy { duties, open }
}

/// The duties of a sentence that stands for itself: somebody is bound, or there is a time.
fn plain(analysis: &Analysis, sentence: Span, found: Vec<force::Binding>) -> Vec<Duty> {
    let event = event(analysis, sentence);
    let due = due::due(analysis, sentence);
    let timed = event.and_then(|i| analysis.events.get(i)?.evidence.first()).map(|e| e.span);
    if found.is_empty() {
        let stated = |span| Duty {
            evidence: Evidence { span, sentence },
            under: None,
            force: Force::Stated,
            who: Vec::new(),
            event,
            due: due.clone(),
        };
        return timed.map(stated).into_iter().collect();
    }
    // A time belongs to the last word of force before it; one at the beginning belongs to all.
    let time = due.as_ref().map(|d| d.words).or(timed);
    let last = time.and_then(|t| found.iter().rposition(|b| b.at.start < t.start));
    let of = |(i, b): (usize, force::Binding)| {
        let own = last.is_none_or(|l| l == i);
        let (event, due) = (event.filter(|_| own), due.clone().filter(|_| own));
        let told = event.is_some() || due.is_some() || !b.who.is_empty();
        let evidence = Evidence { span: b.at, sentence };
        told.then_some(Duty { evidence, under: None, force: b.force, who: b.who, event, due })
    };
    found.into_iter().enumerate().filter_map(of).collect()
}

/// The dated obligation of a part of the text.
fn event(analysis: &Analysis, part: Span) -> Option<usize> {
    analysis
        .events
        .iter()
        .position(|e| e.kind == EventKind::Obligation && e.evidence.iter().any(|p| part.contains(p.span)))
}

/// The place of whole words in a sentence.
fn find(low: &str, words: &str, sentence: Span) -> Option<Span> {
    let edge = |c: Option<&u8>| c.is_none_or(|c| !c.is_ascii_alphanumeric());
    let bytes = low.as_bytes();
    let (at, _) = low.match_indices(words).find(|(at, w)| {
        edge(at.checked_sub(1).and_then(|i| bytes.get(i))) && edge(bytes.get(at + w.len()))
    })?;
    let start = sentence.start as usize + at;
    Some(Span::new(start, start + words.len()))
}

/// `obligations.ics`: dated duties, where there are any.
pub(crate) fn files(policy: &Policy, analysis: &Analysis) -> Vec<(String, Vec<u8>)> {
    let calendar = calendar::write(policy, analysis);
    calendar.map(|text| vec![("obligations.ics".to_owned(), text.into_bytes())]).unwrap_or_default()
}

pub(crate) fn wire(policy: &Policy, analysis: &Analysis) -> wire::Wire {
    wire::wire(policy, analysis)
}

pub(crate) fn markdown(out: &mut String, policy: &Policy, analysis: &Analysis) {
    if policy.duties.is_empty() && policy.open.is_empty() {
        return;
    }
    out.push_str("## Duties\n\n");
    let words = |span: Span| crate::markdown::escape(span.of(&analysis.document.text));
    for duty in &policy.duties {
        let who: Vec<String> = duty
            .who
            .iter()
            .filter_map(|i| analysis.entities.get(*i))
            .map(|e| crate::markdown::escape(&e.name))
            .collect();
        let bound = if who.is_empty() { String::new() } else { format!(" for {}", who.join(", ")) };
        let when = match duty.due.as_ref().map(|d| (&d.day, d.basis)) {
            Some((Some(day), Basis::Document)) => format!(" by {day}, counted from the document's date"),
            Some((Some(day), _)) => format!(" by {day}"),
            Some((None, _)) => " by a time that the text does not date".to_owned(),
            None => String::new(),
        };
        let _ =
            writeln!(out, "- **{}**{bound}{when}: {}", duty.force.as_str(), words(duty.evidence.sentence));
    }
    if !policy.open.is_empty() {
        out.push_str("\nLeft open:\n\n");
        for place in &policy.open {
            let _ = writeln!(out, "- {}", words(place.sentence));
        }
    }
    out.push('\n');
}
