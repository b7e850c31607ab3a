//! The index over what many advisories say.

use std::sync::Arc;

use bartizan_product::inventory::Component;
use bartizan_product::matching::{Answer, Index, Reason, ReasonCode, Verdict};

use super::item::Because;
use super::notice::{Notice, Role};

/// Where a statement of the index comes from.
#[derive(Clone, Copy, Debug)]
struct Origin {
    notice: usize,
    statement: usize,
}

/// Advisories, found by the products they mean.
#[derive(Debug, Default)]
pub struct Notices {
    notices: Vec<Arc<Notice>>,
    index: Index,
    origins: Vec<Origin>,
}

impl Notices {
    /// Builds the index; the advisories keep their order.
    pub fn new(notices: Vec<Arc<Notice>>) -> Self {
        let (mut all, mut origins) = (Vec::new(), Vec::new());
        for (notice, of) in notices.iter().enumerate() {
            for (statement, said) in of.statements.iter().enumerate() {
                all.push(said.means.clone());
                origins.push(Origin { notice, statement });
            }
        }
        Self { notices, index: Index::new(all), origins }
    }

    /// The advisories, in their order.
    pub fn notices(&self) -> &[Arc<Notice>] {
        &self.notices
    }

    /// What is said about a component: each advisory and vulnerability with its verdict, in the order of the advisories. What no
    /// advisory names has no entry.
    pub fn of_component(&self, component: &Component) -> Vec<Because> {
        let mut found: Vec<Because> = Vec::new();
        let mut group: Vec<(usize, Answer)> = Vec::new();
        let mut of = None;
        let mut end = |group: &mut Vec<(usize, Answer)>, of: Option<(usize, usize)>| {
            if let Some((notice, hole)) = of {
                found.extend(self.decided(notice, hole, group));
            }
            group.clear();
        };
        for (at, answer) in self.index.of_component(component) {
            let Some(origin) = self.origins.get(at) else { continue };
            let hole = self.notices[origin.notice].statements[origin.statement].hole;
            if of != Some((origin.notice, hole)) {
                end(&mut group, of);
                of = Some((origin.notice, hole));
            }
            group.push((at, answer));
        }
        end(&mut group, of);
        found
    }

    /// What one advisory says of one vulnerability in a component. What says exactly this version weighs more than a range; a range
    /// more than every version; and where the same weight says both, it is affected.
    fn decided(&self, notice: usize, hole: usize, answers: &[(usize, Answer)]) -> Option<Because> {
        let mut affected: Option<(Answer, &str)> = None;
        let mut cleared: Option<(Answer, Role)> = None;
        let mut looking: Option<(Answer, &str)> = None;
        for (at, answer) in answers {
            let origin = self.origins[*at];
            let statement = &self.notices[origin.notice].statements[origin.statement];
            let answer = match &statement.only {
                Some(only) if answer.verdict == Verdict::Affected => restricted(answer, only),
                _ => answer.clone(),
            };
            match statement.role {
                Role::Affected if affected.as_ref().is_none_or(|(kept, _)| heavier(&answer, kept)) => {
                    affected = Some((answer, &statement.product));
                }
                Role::Fixed | Role::NotAffected
                    if answer.verdict == Verdict::Affected
                        && cleared.as_ref().is_none_or(|(kept, _)| heavier(&answer, kept)) =>
                {
                    cleared = Some((answer, statement.role));
                }
                Role::Investigated if answer.verdict != Verdict::NotAffected => {
                    looking = Some((answer, &statement.product));
                }
                _ => {}
            }
        }
        let because = |answer: Answer, verdict, product: &str, words: &str| {
            let reason = answer.reason;
            Some(Because {
                notice,
                hole,
                verdict,
                reason,
                product: product.to_owned(),
                words: words.to_owned(),
            })
        };
        match (affected, cleared) {
            (Some((affected, product)), cleared) if affected.verdict == Verdict::Affected => match cleared {
                Some((cleared, role)) if weight(&cleared) > weight(&affected) => {
                    because(cleared, Verdict::NotAffected, product, cleared_words(role))
                }
                Some(_) => because(affected, Verdict::Affected, product, "the advisory says both"),
                None => because(affected, Verdict::Affected, product, ""),
            },
            (_, Some((cleared, role))) => because(cleared, Verdict::NotAffected, "", cleared_words(role)),
            (Some((affected, product)), None) if affected.verdict == Verdict::Unknown => {
                because(affected, Verdict::Unknown, product, "")
            }
            (affected, None) => match looking {
                Some((answer, product)) => {
                    because(answer, Verdict::Unknown, product, "its publisher is investigating")
                }
                None => {
                    let (affected, product) = affected?;
                    because(affected, Verdict::NotAffected, product, "")
                }
            },
        }
    }
}

fn cleared_words(role: Role) -> &'static str {
    if role == Role::Fixed { "this version has the fix" } else { "this version is not affected" }
}

fn heavier(one: &Answer, other: &Answer) -> bool {
    (one.verdict, weight(one)) > (other.verdict, weight(other))
}

fn weight(answer: &Answer) -> u8 {
    match answer.reason.code {
        ReasonCode::Listed => 2,
        ReasonCode::InRange | ReasonCode::OutOfRange => 1,
        _ => 0,
    }
}

/// An inventory does not say on which platform a component is: then nobody knows whether it is this one.
fn restricted(answer: &Answer, only: &str) -> Answer {
    let comparison = format!("the advisory speaks of {only} only; the inventory does not say");
    let reason = Reason { code: ReasonCode::LeftOpen, comparison, ..answer.reason.clone() };
    Answer { verdict: Verdict::Unknown, reason }
}
