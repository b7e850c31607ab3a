//! Duties of a text that makes some: who must do what by when, and on what force.
//!
//! A duty is a sentence of the analysis' obligations, or one in which a named body is bound by a word of force. Nothing is
//! concluded beyond the sentence: where it names nobody or no time, the duty has none.

mod calendar;
pub mod wire;

use crate::genre::Genre;
use bartizan::{Analysis, EntityKind, EventKind, Evidence, Span};
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
    /// Its sentence; the span is the word of force, or the time.
    pub evidence: Evidence,
    /// How binding the sentence makes it.
    pub force: Force,
    /// Indexes into the analysis' entities: bodies and groups in the sentence.
    pub who: Vec<usize>,
    /// Index into the analysis' events, where the sentence has a time.
    pub event: Option<usize>,
}

/// How binding a sentence is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Force {
    /// Must, shall, directs, requires, mandates.
    Mandatory,
    /// Will need to, is expected to.
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

/// Words of force, the softer first: "will be expected to" is no "must".
const FORCE: [(Force, &[&str]); 3] = [
    (Force::Expected, &["expected to", "will need to", "will have to"]),
    (Force::Voluntary, &["voluntary", "voluntarily", "encourages", "encouraged to"]),
    (
        Force::Mandatory,
        &[
            "must",
            "shall",
            "mandates",
            "mandated",
            "directs",
            "directives for",
            "requires",
            "required to",
            "is obliged",
            "are obliged",
        ],
    ),
];
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
    for sentence in &document.sentences {
        let span = sentence.span;
        let low = span.of(&document.text).to_ascii_lowercase();
        if let Some(words) = OPEN.iter().find_map(|w| find(&low, w, span)) {
            open.push(Evidence { span: words, sentence: span });
        }
        let event = analysis.events.iter().position(|e| {
            e.kind == EventKind::Obligation && e.evidence.iter().any(|p| span.contains(p.span))
        });
        let who = bodies(analysis, span);
        let force = force(&low, span, analysis, &who);
        let timed = event.and_then(|i| analysis.events.get(i)?.evidence.first()).map(|e| e.span);
        let (force, place) = match (force, timed) {
            (Some(found), _) if event.is_some() || !who.is_empty() => found,
            (None, Some(place)) => (Force::Stated, place),
            _ => continue,
        };
        duties.push(Duty { evidence: Evidence { span: place, sentence: span }, force, who, event });
    }
    duties.truncate(MOST);
    open.truncate(MOST);
    Policy { duties, open }
}

/// The force of a sentence: that of the words nearest to who is bound, where it has several.
fn force(low: &str, sentence: Span, analysis: &Analysis, who: &[usize]) -> Option<(Force, Span)> {
    let places: Vec<Span> = who
        .iter()
        .filter_map(|i| analysis.entities.get(*i))
        .flat_map(|e| e.evidence.iter().map(|p| p.span).filter(|p| sentence.contains(*p)))
        .collect();
    let far = |span: Span| {
        let gap = |p: &Span| p.start.saturating_sub(span.end).max(span.start.saturating_sub(p.end));
        places.iter().map(gap).min().unwrap_or_default()
    };
    let all = FORCE.iter().flat_map(|(force, words)| words.iter().map(move |w| (*force, w)));
    let found = all.filter_map(|(force, words)| Some((force, find(low, words, sentence)?)));
    found.min_by_key(|(_, span)| far(*span))
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

/// Bodies and groups that stand in a sentence.
fn bodies(analysis: &Analysis, sentence: Span) -> Vec<usize> {
    let bound = |kind: EntityKind| matches!(kind, EntityKind::Organization | EntityKind::Group);
    let entities = analysis.entities.iter().enumerate();
    let here =
        entities.filter(|(_, e)| bound(e.kind) && e.evidence.iter().any(|p| sentence.contains(p.span)));
    here.map(|(i, _)| i).collect()
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
        let _ = writeln!(out, "- **{}**: {}", duty.force.as_str(), words(duty.evidence.sentence));
    }
    if !policy.open.is_empty() {
        out.push_str("\nLeft open:\n\n");
        for place in &policy.open {
            let _ = writeln!(out, "- {}", words(place.sentence));
        }
    }
    out.push('\n');
}
