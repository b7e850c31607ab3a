//! From the log to the state of a review.

use std::collections::{BTreeMap, BTreeSet};

use super::check::acceptable;
use super::decision::{Action, Decision, Reviewer, Verdict};
use super::fault::{Code, Refusal};
use super::key::{ClaimKey, Place};
use super::source::Source;
use super::vocabulary::Vocabulary;

/// What is thought of a claim.
#[derive(Clone, Debug, PartialEq, Eq, Default)]
pub enum Status {
    /// Nobody decided.
    #[default]
    Open,
    /// It is right.
    Accepted,
    /// It is wrong.
    Rejected {
        /// Why; may be empty.
        reason: String,
    },
    /// It is right and stands elsewhere.
    Edited {
        /// Where.
        to: Place,
    },
    /// A person says it; of an observable, with this verdict.
    Added {
        /// The verdict; none for a technique.
        verdict: Option<Verdict>,
    },
}

impl Status {
    /// Whether two people who say this can both be right.
    fn agrees(&self, other: &Self) -> bool {
        let holds = |s: &Self| matches!(s, Self::Accepted | Self::Added { .. });
        match (self, other) {
            (Self::Rejected { .. }, Self::Rejected { .. }) => true,
            (Self::Edited { to: a }, Self::Edited { to: b }) => a == b,
            (Self::Added { verdict: a }, Self::Added { verdict: b }) => a == b,
            (a, b) => holds(a) && holds(b),
        }
    }
}

/// Who a claim comes from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Origin {
    /// The analysis.
    Analysis,
    /// A person.
    Analyst,
}

/// Who decided when.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Decided {
    /// Who.
    pub by: Reviewer,
    /// When, in microseconds since 1970.
    pub at: i64,
    /// Number of the decision.
    pub order: u64,
}

/// A claim and what is thought of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Standing {
    /// Who it comes from.
    pub origin: Origin,
    /// What is thought of it.
    pub status: Status,
    /// Whose last word that is; none if nobody decided.
    pub decided: Option<Decided>,
}

/// What a person added, in full.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Addition {
    /// A technique.
    Technique {
        /// Its id.
        technique: String,
    },
    /// An observable.
    Observable {
        /// Its kind.
        kind: String,
        /// Its value.
        value: String,
        /// What it is said to be.
        verdict: Verdict,
    },
}

/// How far a review is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default)]
pub struct Progress {
    /// Claims of the analysis that somebody decided about.
    pub reviewed: usize,
    /// Claims of the analysis.
    pub total: usize,
    /// Claims that people added and that stand.
    pub added: usize,
}

/// Reviewers who do not agree. The last word counts; all are kept.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Conflict {
    /// About what.
    pub claim: ClaimKey,
    /// The last word of each reviewer, earliest first.
    pub words: Vec<(Decided, Status)>,
}

/// A decision that does not count because it makes no sense.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LeftOut {
    /// Its number.
    pub order: u64,
    /// Why.
    pub refusal: Refusal,
}

/// The state of a review.
#[derive(Clone, Debug, PartialEq, Eq, Default)]
pub struct Review {
    /// Every claim of the analysis, and those that were added.
    pub claims: BTreeMap<ClaimKey, Standing>,
    /// What was added, by key: also to claims of the analysis, whose verdict it then changes.
    pub added: BTreeMap<ClaimKey, Addition>,
    /// Who said that the whole text was looked at.
    pub complete: Option<Decided>,
    /// How far it is.
    pub progress: Progress,
    /// Where reviewers do not agree.
    pub conflicts: Vec<Conflict>,
    /// Decisions that do not count.
    pub left_out: Vec<LeftOut>,
}

impl Review {
    /// The state that a log leads to. The order of the slice does not matter, the numbers of the decisions do.
    ///
    /// Nothing is refused here: what makes no sense is left out and said.
    pub fn fold(source: &Source, decisions: &[Decision], vocabulary: &dyn Vocabulary) -> Self {
        let mut review = Self::default();
        let log = review.in_force(decisions);
        let mut said: BTreeMap<ClaimKey, BTreeMap<&Reviewer, (Decided, Status)>> = BTreeMap::new();
        for decision in log {
            let added = |claim: &ClaimKey| review.added.contains_key(claim);
            if let Err(refusal) = acceptable(source, &added, vocabulary, &decision.action) {
                review.left_out.push(LeftOut { order: decision.order, refusal });
                continue;
            }
            let decided = || Decided { by: decision.by.clone(), at: decision.at, order: decision.order };
            let (claim, status) = match &decision.action {
                Action::Accept { claim } => (claim.clone(), Status::Accepted),
                Action::Reject { claim, reason } => {
                    (claim.clone(), Status::Rejected { reason: reason.clone() })
                }
                Action::Edit { claim, to, .. } => (claim.clone(), Status::Edited { to: *to }),
                Action::AddTechnique { technique, at, .. } => {
                    let claim = ClaimKey::technique(technique, *at);
                    let addition = Addition::Technique { technique: technique.clone() };
                    review.added.insert(claim.clone(), addition);
                    (claim, Status::Added { verdict: None })
                }
                Action::AddObservable { kind, value, verdict, at, .. } => {
                    let claim = ClaimKey::observable(kind, value, *at);
                    let addition =
                        Addition::Observable { kind: kind.clone(), value: value.clone(), verdict: *verdict };
                    review.added.insert(claim.clone(), addition);
                    (claim, Status::Added { verdict: Some(*verdict) })
                }
                Action::Complete => {
                    review.complete = Some(decided());
                    continue;
                }
                Action::Undo { .. } => continue,
            };
            said.entry(claim).or_default().insert(&decision.by, (decided(), status));
        }
        review.left_out.sort_by_key(|left| left.order);
        review.settle(source, said);
        review
    }

    /// The decisions that no later one takes back, in the order of the log.
    fn in_force<'d>(&mut self, decisions: &'d [Decision]) -> Vec<&'d Decision> {
        let mut left_out = |order, code, what: String| {
            self.left_out.push(LeftOut { order, refusal: Refusal::new(code, what) });
        };
        let mut log: Vec<&Decision> = decisions.iter().collect();
        log.sort();
        log.dedup();
        let mut last = None;
        log.retain(|decision| {
            let first = last != Some(decision.order);
            last = Some(decision.order);
            if !first {
                let what = format!("there is another decision {}", decision.order);
                left_out(decision.order, Code::DuplicateOrder, what);
            }
            first
        });
        // An undo speaks of earlier decisions only: from the end, each one's fate is known when it is reached.
        let mut undone = BTreeSet::new();
        for decision in log.iter().rev().filter(|d| matches!(d.action, Action::Undo { .. })) {
            let Action::Undo { order } = decision.action else { continue };
            if undone.contains(&decision.order) {
                continue;
            }
            if order < decision.order && log.binary_search_by_key(&order, |d| d.order).is_ok() {
                undone.insert(order);
            } else {
                let what = format!("there is no decision {order} before {}", decision.order);
                left_out(decision.order, Code::UnknownDecision, what);
            }
        }
        log.retain(|decision| !undone.contains(&decision.order));
        log
    }

    /// Last words, conflicts, progress.
    fn settle(
        &mut self,
        source: &Source,
        mut said: BTreeMap<ClaimKey, BTreeMap<&Reviewer, (Decided, Status)>>,
    ) {
        let claims: BTreeSet<&ClaimKey> = source.claims().chain(self.added.keys()).collect();
        for claim in claims {
            let origin = if source.has(claim) { Origin::Analysis } else { Origin::Analyst };
            let mut words: Vec<_> = said.remove(claim).unwrap_or_default().into_values().collect();
            words.sort_by_key(|(decided, _)| decided.order);
            let (decided, status) = words.last().cloned().unzip();
            let status = status.unwrap_or_default();
            let disagree = words.iter().any(|(_, word)| !word.agrees(&status));
            if origin == Origin::Analysis {
                self.progress.total += 1;
                self.progress.reviewed += usize::from(decided.is_some());
            } else if !matches!(status, Status::Rejected { .. }) {
                self.progress.added += 1;
            }
            if disagree {
                self.conflicts.push(Conflict { claim: claim.clone(), words });
            }
            self.claims.insert(claim.clone(), Standing { origin, status, decided });
        }
    }

    /// Where a claim stands after the review; none if it was rejected or does not exist.
    pub fn place(&self, claim: &ClaimKey) -> Option<Place> {
        match &self.claims.get(claim)?.status {
            Status::Rejected { .. } => None,
            Status::Edited { to } => Some(*to),
            _ => Some(claim.place()),
        }
    }
}
