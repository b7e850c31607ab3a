//! What goes between the review page and the server. Offsets on the wire count Unicode code points.

use super::{Claim, Review};
use crate::report::Tally;
use bartizan::Span;
use bartizan::exchange::offsets::{Bytes, CodePoints};
use bartizan_page::Markup;
use serde::{Deserialize, Serialize};

/// A decision as the page sends it, by form or as JSON; one shape for both.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(default)]
pub struct Decide {
    /// `accept`, `reject`, `edit`, `add`, or `complete`: the whole text was looked at.
    pub act: String,
    /// The key of the claim; empty for `add` and `complete`.
    pub claim: String,
    /// For `add`: `technique` or `indicator`.
    pub kind: String,
    /// For `add`: the technique's id (what stands after its first space is its name, and ignored). For an indicator
    /// empty: its words say what it is.
    pub value: String,
    /// First code point of the words, from scripts.
    pub start: Option<u32>,
    /// One past the last code point.
    pub end: Option<u32>,
    /// The words themselves: with offsets what the page showed there, alone what to look for.
    pub words: String,
    /// For `reject`: one of [`Review::reasons`].
    pub reason: String,
    /// Token of the form; scripts send it as `X-CSRF-Token`.
    pub csrf: String,
}

impl Decide {
    /// The words in bytes of `text`: by offsets if there are any, else the occurrence of [`Decide::words`] nearest to
    /// byte `near`. None if they do not lie in the text.
    pub fn span(&self, text: &str, near: u32) -> Option<Span> {
        if let (Some(start), Some(end)) = (self.start, self.end) {
            let bytes = Bytes::new(text);
            let (start, end) = (bytes.at(start)?, bytes.at(end)?);
            return (start < end).then_some(Span { start, end });
        }
        let words = self.words.trim();
        if words.is_empty() {
            return None;
        }
        let nearest = |words: &str| {
            let found = text.match_indices(words).min_by_key(|(at, _)| at.abs_diff(near as usize));
            found.map(|(at, hit)| Span::new(at, at + hit.len()))
        };
        // The page wrote the addresses in them with dots in brackets, whether the text does or not.
        nearest(words).or_else(|| nearest(&words.replace("[.]", ".")))
    }

    /// The technique's id alone, of a value such as `T1059.001 PowerShell`.
    pub fn technique(&self) -> &str {
        self.value.split_whitespace().next().unwrap_or_default()
    }
}

/// What a decision changed.
#[derive(Clone, Debug, Serialize)]
pub struct Answer {
    claim: Option<WireClaim>,
    removed: Option<String>,
    tally: Tally,
    undo: String,
}

impl Answer {
    /// The claim as it is now (none if it is gone, then `removed` is its key), the new tally, and what undo would take
    /// back now.
    pub fn new(
        text: &str,
        claim: Option<&Claim>,
        removed: Option<&str>,
        tally: Tally,
        undo: impl Into<String>,
    ) -> Self {
        let points = CodePoints::new(text);
        Answer {
            claim: claim.map(|c| WireClaim::new(c, &points)),
            removed: removed.map(super::tag),
            tally,
            undo: undo.into(),
        }
    }
}

#[derive(Clone, Debug, Serialize)]
struct WireClaim {
    /// Its name in the page.
    key: String,
    /// Its key.
    claim: String,
    kind: &'static str,
    code: String,
    title: String,
    note: String,
    provenance: String,
    sure: String,
    spans: Vec<(u32, u32)>,
    dangerous: bool,
    state: &'static str,
    who: String,
    at: String,
    reason: String,
}

impl WireClaim {
    fn new(claim: &Claim, points: &CodePoints<'_>) -> Self {
        let shown = |t: &str| bartizan_page::shown(t).into_owned();
        let decision = claim.decision.as_ref();
        WireClaim {
            key: claim.tag(),
            claim: claim.key.clone(),
            kind: claim.kind.as_str(),
            code: shown(&claim.code),
            title: shown(&claim.shown_title()),
            note: shown(&claim.note),
            provenance: shown(&claim.provenance),
            sure: claim.confidence.as_ref().map(|(n, w)| sure(n, w)).unwrap_or_default(),
            spans: claim.evidence.iter().map(|e| points.span(e.span)).collect(),
            dangerous: claim.dangerous,
            state: claim.state(),
            who: decision.map(|d| shown(&d.who)).unwrap_or_default(),
            at: decision.map(|d| d.at.words()).unwrap_or_default(),
            reason: decision.map(|d| shown(&d.reason)).unwrap_or_default(),
        }
    }
}

/// `likely, 0.78`.
pub(super) fn sure(percent: &u8, word: &str) -> String {
    format!("{word}, {}.{:02}", percent / 100, percent % 100)
}

#[derive(Serialize)]
struct Island<'a> {
    post: String,
    undo: String,
    may: bool,
    claims: Vec<WireClaim>,
    tally: Tally,
    last: &'a str,
    reasons: Vec<(&'a str, &'a str)>,
}

/// What the island of the page reads.
pub(super) fn island(review: &Review) -> Markup {
    let points = CodePoints::new(&review.text);
    let post = format!("{}/decisions", crate::href::report(&review.id));
    bartizan_page::json(&Island {
        undo: format!("{post}/undo"),
        post,
        may: review.may_decide,
        claims: review.claims.iter().map(|c| WireClaim::new(c, &points)).collect(),
        tally: review.tally(),
        last: &review.undo,
        reasons: review.reasons.iter().map(|r| (r.value.as_str(), r.label.as_str())).collect(),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_are_found_by_offset_or_nearest_occurrence() {
        let text = "é ran cmd. Later it ran cmd again.";
        let by_offset = Decide { start: Some(2), end: Some(9), ..Decide::default() };
        assert_eq!(by_offset.span(text, 0).map(|s| s.of(text)), Some("ran cmd"));
        let by_words = Decide { words: " ran cmd ".into(), ..Decide::default() };
        assert_eq!(by_words.span(text, 0).map(|s| s.start), Some(3));
        assert_eq!(by_words.span(text, 30).map(|s| s.start), Some(21));
        let defanged = Decide { words: "ran cmd[.] Later".into(), ..Decide::default() };
        assert_eq!(defanged.span(text, 0).map(|s| s.of(text)), Some("ran cmd. Later"));
        let outside = Decide { start: Some(2), end: Some(900), ..Decide::default() };
        assert_eq!(outside.span(text, 0), None);
        assert_eq!(Decide::default().span(text, 0), None);
    }

    #[test]
    fn a_technique_is_its_id() {
        let value = "T1059.001 PowerShell".to_owned();
        assert_eq!(Decide { value, ..Decide::default() }.technique(), "T1059.001");
    }
}
