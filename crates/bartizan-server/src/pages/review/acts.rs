//! What somebody does on the page of a review, as an entry of its log.

use bartizan::exchange::offsets::{Bytes as AtBytes, CodePoints};
use bartizan::{Analyzer, Input, Options, Span};
use bartizan_clearinghouse::review::{Action, ClaimKey, Place, Verdict};
use bartizan_knowledge::Pack;
use bartizan_workbench::Decide;

use super::Reviewed;

/// Longest words that are read as an observable, in bytes.
const LONGEST: usize = 4_000;

/// A decision from a form.
pub(super) fn form(body: &[u8]) -> Decide {
    let mut decide = Decide::default();
    for (name, value) in form_urlencoded::parse(body) {
        let value = value.into_owned();
        match name.as_ref() {
            "act" => decide.act = value,
            "claim" => decide.claim = value,
            "kind" => decide.kind = value,
            "value" => decide.value = value,
            "words" => decide.words = value,
            "reason" => decide.reason = value,
            "csrf" => decide.csrf = value,
            _ => {}
        }
    }
    decide
}

/// What an act of the page means.
pub(super) fn action(pack: &'static Pack, reviewed: &Reviewed, decide: &Decide) -> Result<Action, String> {
    match decide.act.as_str() {
        "complete" => return Ok(Action::Complete),
        "add" => return add(pack, reviewed, decide),
        _ => {}
    }
    let claim: ClaimKey = decide.claim.parse().map_err(|_| "That claim is not there.".to_owned())?;
    Ok(match decide.act.as_str() {
        "accept" => Action::Accept { claim },
        "reject" => Action::Reject { claim, reason: decide.reason.clone() },
        "edit" => {
            let text = reviewed.source.text();
            let near = AtBytes::new(text).at(claim.place().start).unwrap_or(0);
            let span = decide.span(text, near);
            let (to, quote) = place(text, span.ok_or("Those words do not stand in the text.")?);
            Action::Edit { claim, to, quote }
        }
        _ => return Err("That is none of accept, reject, edit, add, complete.".into()),
    })
}

fn add(pack: &'static Pack, reviewed: &Reviewed, decide: &Decide) -> Result<Action, String> {
    let text = reviewed.source.text();
    let span = decide.span(text, 0).ok_or("Those words do not stand in the text.")?;
    let (at, quote) = place(text, span);
    if decide.kind == "technique" {
        return Ok(Action::AddTechnique { technique: decide.technique().to_owned(), at, quote });
    }
    // The words say what it is: read as a text of their own, they give their observable.
    let words = "Those words are no address, hash, name or path that can be told.";
    let (kind, value) = observable(pack, &quote).ok_or(words)?;
    Ok(Action::AddObservable { kind, value, verdict: Verdict::Indicator, at, quote })
}

/// The observable that a few words are.
fn observable(pack: &'static Pack, words: &str) -> Option<(String, String)> {
    if words.len() > LONGEST {
        return None;
    }
    let analysis = Analyzer::new(pack).analyze(&Input::new("words.txt", words), &Options::default()).ok()?;
    let found = analysis.observables.into_iter().next()?;
    Some((found.kind.as_str().to_owned(), found.value))
}

fn place(text: &str, span: Span) -> (Place, String) {
    let (start, end) = CodePoints::new(text).span(span);
    let quote = text.get(span.start as usize..span.end as usize).unwrap_or_default();
    (Place { start, end }, quote.to_owned())
}

/// The key of the claim that an action is about, or that it adds.
pub(super) fn claim_of(action: &Action) -> Option<String> {
    match action {
        Action::Accept { claim } | Action::Reject { claim, .. } | Action::Edit { claim, .. } => {
            Some(claim.to_string())
        }
        Action::AddTechnique { technique, at, .. } => Some(ClaimKey::technique(technique, *at).to_string()),
        Action::AddObservable { kind, value, at, .. } => {
            Some(ClaimKey::observable(kind, value, *at).to_string())
        }
        Action::Complete | Action::Undo { .. } => None,
    }
}
