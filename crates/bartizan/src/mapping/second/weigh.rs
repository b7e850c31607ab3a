//! What claims of a language model may change: the probabilities of inferred and named techniques, within bounds.
//!
//! The bounds are rules, not fitted numbers: no recorded answers exist to fit them on. What they promise is that a
//! report that speaks to the model gains little: its word alone never lifts a technique to the strict point, and its
//! denial costs no more than [`SHIFT`].

use super::answer::Claim;
use super::{Candidate, Mapper, sigmoid};
use crate::mapping::{MOST_EVIDENCE, gather, verdict::Standing};
use crate::{Confidence, Document, Evidence, Provenance, Reason, Span, TechniqueMapping};
use std::collections::BTreeMap;

/// How far agreement or rejection moves the logit: odds by a factor of e.
pub(super) const SHIFT: f32 = 1.0;
/// Where between the balanced and the strict threshold a technique lies that the model claims of one sentence, and of
/// more than one.
const PROPOSED: (f32, f32) = (0.25, 0.5);
/// How far below the strict threshold everything stays that does not reach it by itself.
const MARGIN: f32 = 0.001;

/// What the model says of a technique, in sum.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Word {
    Agrees,
    Rejects,
    Proposes,
}

impl Word {
    fn reason(self) -> &'static str {
        match self {
            Self::Agrees => "language model: agrees",
            Self::Rejects => "language model: rejects",
            Self::Proposes => "language model: proposes",
        }
    }
}

/// The model's word on one technique and what became of it.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Weighed {
    pub(super) word: Word,
    /// By how much the logit moved; for a proposal the logit itself.
    pub(super) shift: f32,
    /// Sentences and words that the model points at, in order of the text.
    places: Vec<(u32, Span)>,
}

/// Moves the probabilities of candidates and adds those that the model proposes.
pub(super) fn weigh(
    mapper: &Mapper,
    candidates: &mut Vec<Candidate>,
    claims: &[Claim],
) -> BTreeMap<u32, Weighed> {
    let mut by: BTreeMap<u32, Vec<&Claim>> = BTreeMap::new();
    for claim in claims {
        by.entry(claim.technique).or_default().push(claim);
    }
    let [strict, balanced] = mapper.layer.thresholds;
    let bounds = Bounds { strict, balanced };
    let mut out = BTreeMap::new();
    for (technique, claims) in by {
        let mut places: Vec<(u32, Span)> =
            claims.iter().filter(|c| c.yes).map(|c| (c.sentence, c.span)).collect();
        places.sort_unstable();
        let proposed = bounds.proposed(places.len());
        let weighed = match candidates.iter_mut().find(|c| c.technique == technique) {
            None if places.is_empty() => continue,
            None => {
                candidates.push(Candidate {
                    technique,
                    mapped_from: None,
                    probability: proposed,
                    provenance: Provenance::Inferred,
                    supports: Vec::new(),
                    standing: Standing::default(),
                });
                Weighed { word: Word::Proposes, shift: logit(proposed), places }
            }
            Some(c) => {
                let word = if places.is_empty() { Word::Rejects } else { Word::Agrees };
                let before = c.probability;
                // A denial counts where it denies the best that there is.
                let best = c.supports.first().map(|s| s.sentence);
                let denies = claims.iter().any(|claim| Some(claim.sentence) == best);
                let after = match (c.provenance, word) {
                    // The report's own word stands.
                    (Provenance::Stated, _) => before,
                    (_, Word::Rejects) if denies => sigmoid(logit(before) - SHIFT),
                    (_, Word::Rejects) => continue,
                    _ => bounds.agreed(before, proposed),
                };
                c.probability = after;
                Weighed {
                    word,
                    shift: if after == before { 0.0 } else { logit(after) - logit(before) },
                    places,
                }
            }
        };
        out.insert(technique, weighed);
    }
    candidates.sort_by_key(|c| c.technique);
    out
}

/// The operating points, as limits.
struct Bounds {
    strict: f32,
    balanced: f32,
}

impl Bounds {
    /// What only the model sees reaches the balanced point, never the strict one.
    fn proposed(&self, sentences: usize) -> f32 {
        let share = if sentences > 1 { PROPOSED.1 } else { PROPOSED.0 };
        let floor = self.balanced.min(self.strict);
        (floor + (self.strict - floor) * share).min(self.strict - MARGIN).max(0.0)
    }

    /// Agreement lifts a candidate; across the strict threshold only one that was balanced by itself.
    fn agreed(&self, before: f32, proposed: f32) -> f32 {
        let lifted = sigmoid(logit(before) + SHIFT).max(before);
        if before >= self.balanced || before >= self.strict {
            return lifted;
        }
        lifted.max(proposed).min(self.strict - MARGIN).max(before)
    }
}

fn logit(p: f32) -> f32 {
    let p = p.clamp(0.001, 0.999);
    (p / (1.0 - p)).ln()
}

/// A mapping that tells of the model's word: its reason, and its places after the mapper's own.
pub(super) fn mapping(
    mapper: &Mapper,
    document: &Document,
    candidate: Candidate,
    weighed: &Weighed,
) -> Option<TechniqueMapping> {
    let known: Vec<u32> = candidate.supports.iter().map(|s| s.sentence).collect();
    let further = weighed.places.iter().filter(|(sentence, _)| !known.contains(sentence));
    let further: Vec<Evidence> = further
        .filter_map(|(sentence, span)| {
            let sentence = document.sentences.get(*sentence as usize)?.span;
            Some(Evidence { span: *span, sentence })
        })
        .collect();
    let reason = Reason { text: weighed.word.reason().to_owned(), weight: weighed.shift };
    let mut mapping = if candidate.supports.is_empty() {
        let technique = mapper.pack.techniques().get(candidate.technique as usize)?;
        TechniqueMapping {
            id: technique.id.to_owned(),
            name: technique.name.to_owned(),
            domain: technique.domain.as_str().to_owned(),
            tactics: technique.tactics.iter().map(|t| (*t).to_owned()).collect(),
            mapped_from: None,
            confidence: Confidence::new(candidate.probability),
            provenance: Provenance::Inferred,
            evidence: Vec::new(),
            reasons: Vec::new(),
        }
    } else {
        mapper.mapping(document, candidate)?
    };
    mapping.evidence.extend(further);
    mapping.evidence.truncate(MOST_EVIDENCE);
    mapping.reasons.truncate(gather::MOST_REASONS - 1);
    mapping.reasons.insert(0, reason);
    (!mapping.evidence.is_empty()).then_some(mapping)
}
