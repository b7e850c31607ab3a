//! Where a window stands, and what may be done there.

use crate::rules::Act;
use crate::set::closed_set;

closed_set! {
    /// Where a window stands at a time.
    State {
        /// A model was handed in.
        Submitted = "submitted",
        /// It was accepted; T0 lies ahead.
        Accepted = "accepted",
        /// The clock runs and calls may be made.
        Running = "running",
        /// No calls are made; the clock stands or runs on, as the reason says.
        Paused = "paused",
        /// The time is over.
        Ended = "ended",
        /// It was determined where the model stands.
        Determined = "determined",
        /// The developer withdrew the model.
        Withdrawn = "withdrawn",
        /// The submission was not accepted.
        Declined = "declined",
        /// Nothing more happens.
        Closed = "closed",
    }
}

impl State {
    /// Whether an act has its place in this state. Who may do it is another question.
    pub fn allows(self, act: Act) -> bool {
        use State::{Accepted, Declined, Determined, Ended, Paused, Running, Submitted, Withdrawn};
        let places: &[Self] = match act {
            // The first event and no other.
            Act::Submit => &[],
            Act::Amend | Act::Check | Act::Accept | Act::Decline => &[Submitted],
            Act::Assign | Act::Relieve => {
                &[Submitted, Accepted, Running, Paused, Ended, Determined, Withdrawn, Declined]
            }
            Act::Pause | Act::BeginRun => &[Running],
            Act::Resume => &[Paused],
            Act::Extend | Act::AddCheckpoint => &[Accepted, Running, Paused],
            Act::Withdraw | Act::ChangeRelease => &[Submitted, Accepted, Running, Paused],
            Act::End => &[Running, Paused],
            Act::RegisterKey | Act::Agree | Act::Sign => &[Submitted, Accepted, Running, Paused],
            // What takes access away, or shows that it is taken away, has its place as long as there is anything.
            Act::WithdrawKey | Act::EndAgreement | Act::Revoke => {
                &[Submitted, Accepted, Running, Paused, Ended, Determined, Withdrawn, Declined]
            }
            Act::Grant => &[Accepted, Running],
            Act::Plan => &[Submitted, Accepted, Running, Paused],
            // Logs and incidents come late.
            Act::EndRun | Act::Find => &[Running, Paused, Ended, Withdrawn],
            Act::JudgeRun | Act::SendFinding | Act::AnswerFinding | Act::Retest => {
                &[Running, Paused, Ended, Determined, Withdrawn]
            }
            Act::HandOver => &[Running, Paused, Ended, Determined, Withdrawn],
            // Again, if a run it stood on was invalidated.
            Act::Determine => &[Ended, Determined],
            Act::Publish => &[Determined],
            Act::Certify => &[Ended, Determined, Withdrawn, Declined],
            Act::Close => &[Determined, Withdrawn, Declined],
        };
        places.contains(&self)
    }
}
