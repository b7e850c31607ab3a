//! What is said about a finding: a small machine.
//!
//! ```text
//! recorded --send--> sent --accept--> accepted --mend--> mended --retest: gone--> resolved
//!                     |  \--dispute--> disputed             |--retest: remains--> sent (next round)
//!                     |  \--ask-----> asked                 \--retest: undecided-> mended
//!                     |                  \--send--> sent (next round), from disputed too
//! every state but closed --close--> closed
//! ```

use serde::{Deserialize, Serialize};

use crate::fault::{Code, Error, need};
use crate::set::closed_set;
use crate::word::{Name, Words};

/// Steps of one finding.
const MOST_STEPS: usize = 256;

closed_set! {
    /// Where a finding stands.
    TalkState {
        /// It is written down.
        Recorded = "recorded",
        /// The developer has it and has not answered.
        Sent = "sent",
        /// The developer asks something.
        Asked = "asked",
        /// The developer holds it to be none.
        Disputed = "disputed",
        /// The developer takes it.
        Accepted = "accepted",
        /// The developer says that it is mended.
        Mended = "mended",
        /// A retest no longer saw it.
        Resolved = "resolved",
        /// Nothing more is said.
        Closed = "closed",
    }
}

closed_set! {
    /// What a retest saw.
    Seen {
        /// It is gone.
        Gone = "gone",
        /// It is still there.
        Remains = "remains",
        /// That cannot be said.
        Undecided = "undecided",
    }
}

/// A step.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "step", rename_all = "kebab-case", deny_unknown_fields)]
pub enum Step {
    /// The developer gets it, or gets what they asked for.
    Send {
        /// What is said with it.
        words: Words,
    },
    /// The developer asks something.
    Ask {
        /// What.
        words: Words,
    },
    /// The developer takes it.
    Accept {
        /// What they will do.
        words: Words,
    },
    /// The developer holds it to be none.
    Dispute {
        /// Why.
        words: Words,
    },
    /// The developer says that it is mended.
    Mend {
        /// In which checkpoint.
        checkpoint: Name,
        /// How.
        words: Words,
    },
    /// It was tested again.
    Retest {
        /// In which run.
        run: Name,
        /// What was seen.
        seen: Seen,
        /// More about it.
        words: Words,
    },
    /// Nothing more is said.
    Close {
        /// Why.
        words: Words,
    },
}

/// A step that was made.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Round {
    /// In which round, from 1; 0 before it was first sent.
    pub round: u32,
    /// When, microseconds since 1970.
    pub at: i64,
    /// Who.
    pub by: Name,
    /// What.
    pub step: Step,
}

/// What was said about a finding.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Talk {
    /// Where it stands.
    pub state: TalkState,
    /// The round, from 1; 0 before it was first sent.
    pub round: u32,
    /// When the developer got it last.
    pub sent: Option<i64>,
    /// The steps, in order.
    pub steps: Vec<Round>,
}

impl TalkState {
    /// The state after a step; `None` where the step is not to be made.
    pub fn after(self, step: &Step) -> Option<Self> {
        Some(match (self, step) {
            (Self::Closed, _) => return None,
            (_, Step::Close { .. }) => Self::Closed,
            (Self::Recorded | Self::Asked | Self::Disputed, Step::Send { .. }) => Self::Sent,
            (Self::Sent, Step::Ask { .. }) => Self::Asked,
            (Self::Sent, Step::Accept { .. }) => Self::Accepted,
            (Self::Sent, Step::Dispute { .. }) => Self::Disputed,
            (Self::Accepted, Step::Mend { .. }) => Self::Mended,
            (Self::Mended, Step::Retest { seen, .. }) => match seen {
                Seen::Gone => Self::Resolved,
                Seen::Remains => Self::Sent,
                Seen::Undecided => Self::Mended,
            },
            _ => return None,
        })
    }
}

impl Default for Talk {
    fn default() -> Self {
        Self { state: TalkState::Recorded, round: 0, sent: None, steps: Vec::new() }
    }
}

impl Talk {
    /// Makes a step.
    ///
    /// # Errors
    /// [`Code::FindingStep`] where it is not to be made, [`Code::TooMany`].
    pub fn step(&mut self, by: &Name, at: i64, step: &Step) -> Result<(), Error> {
        need(self.steps.len() < MOST_STEPS, Code::TooMany)?;
        let after =
            self.state.after(step).ok_or_else(|| Error::of(Code::FindingStep, self.state.as_str()))?;
        if after == TalkState::Sent {
            self.round += 1;
            self.sent = Some(at);
        }
        self.state = after;
        self.steps.push(Round { round: self.round, at, by: by.clone(), step: step.clone() });
        Ok(())
    }

    /// Until when the developer answers, given the days of its severity; `None` if no answer is awaited.
    pub fn answer_by(&self, answer_days: u32) -> Option<i64> {
        let waits = self.state == TalkState::Sent;
        self.sent.filter(|_| waits).map(|sent| sent.saturating_add(crate::time::days(answer_days)))
    }
}
