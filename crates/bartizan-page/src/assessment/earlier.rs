//! Earlier reports that have something to do with this one.

use crate::safe::{Markup, clipped, shown};
use crate::tables::End;
use bartizan::{Analysis, NodeRef};
use bartizan_response::Assessment;
use bartizan_response::history::{Claim, Link};

/// Things in common shown with a link.
const SHARED: usize = 8;
/// Techniques shown with a link.
const TECHNIQUES: usize = 10;
/// Longest passage of an earlier report shown, in characters.
const WORDS: usize = 300;

/// A link as the template shows it.
#[derive(Debug)]
pub(crate) struct LinkView {
    pub strength: &'static str,
    pub title: String,
    pub about: String,
    pub tlp: &'static str,
    pub tlp_class: &'static str,
    pub shared: Vec<SharedView>,
    pub more: usize,
    pub similarity: String,
    pub techniques: Vec<End>,
    pub overlap: Option<String>,
}

/// A thing in common.
#[derive(Debug)]
pub(crate) struct SharedView {
    pub kind: String,
    pub here: Option<End>,
    pub label: String,
    pub there: Markup,
    pub holders: u32,
}

pub(super) fn view(analysis: &Analysis, assessment: &Assessment) -> Vec<LinkView> {
    assessment.earlier.iter().map(|l| link(analysis, l)).collect()
}

fn link(analysis: &Analysis, link: &Link) -> LinkView {
    let head = &link.head;
    let parts: Vec<&str> =
        [head.publisher.as_deref(), head.published.as_deref()].into_iter().flatten().collect();
    let place = |id: &String| analysis.techniques.iter().position(|t| t.id == *id);
    LinkView {
        strength: link.strength.as_str(),
        title: shown(if head.title.is_empty() { "Untitled report" } else { &head.title }).into_owned(),
        about: shown(&parts.join(" · ")).into_owned(),
        tlp: head.marking.as_str(),
        tlp_class: crate::tlp_class(head.marking),
        shared: link
            .shared
            .iter()
            .take(SHARED)
            .map(|s| SharedView {
                kind: s.here.kind.replace('_', " "),
                here: node(analysis, &s.here.id).map(|n| End::new(analysis, n)),
                label: shown(&s.here.label).into_owned(),
                there: Markup::quoted(&clipped(&words(&s.there), WORDS)),
                holders: s.holders,
            })
            .collect(),
        more: link.count.saturating_sub(SHARED),
        similarity: format!("{:.2}", link.similarity),
        techniques: link
            .techniques
            .iter()
            .take(TECHNIQUES)
            .filter_map(place)
            .map(|i| End::new(analysis, NodeRef::Technique(i as u32)))
            .collect(),
        overlap: link.overlap.as_ref().map(|(from, to)| {
            shown(&if from == to { from.clone() } else { format!("{from} to {to}") }).into_owned()
        }),
    }
}

fn words(claim: &Claim) -> String {
    let place = claim.evidence.first();
    place.map_or_else(
        String::new,
        |p| if p.sentence.is_empty() { p.quote.clone() } else { p.sentence.clone() },
    )
}

/// The claim with an id such as `o3`.
fn node(analysis: &Analysis, id: &str) -> Option<NodeRef> {
    let index = id.get(1..)?.parse::<u32>().ok()?.checked_sub(1)?;
    let (node, count) = match id.as_bytes().first()? {
        b'o' => (NodeRef::Observable(index), analysis.observables.len()),
        b'e' => (NodeRef::Entity(index), analysis.entities.len()),
        b't' => (NodeRef::Technique(index), analysis.techniques.len()),
        _ => return None,
    };
    ((index as usize) < count).then_some(node)
}
