//! Acts: what people do in a window, and who may.

use std::collections::BTreeSet;

use crate::set::closed_set;
use crate::word::Id;

closed_set! {
    /// What somebody does in a window. A programme says of each who may do it, and whether a second person must.
    Act {
        /// Hands a model in: the first event.
        Submit = "submit",
        /// Changes what was handed in, before it is accepted.
        Amend = "amend",
        /// Adds a checkpoint after acceptance: a mended one.
        AddCheckpoint = "add-checkpoint",
        /// Gives a person a role in the window.
        Assign = "assign",
        /// Takes a role from a person.
        Relieve = "relieve",
        /// Records the result of an intake check.
        Check = "check",
        /// Accepts the submission and sets T0.
        Accept = "accept",
        /// Declines the submission.
        Decline = "decline",
        /// Pauses the window.
        Pause = "pause",
        /// Goes on after a pause.
        Resume = "resume",
        /// Extends the window.
        Extend = "extend",
        /// Withdraws the model.
        Withdraw = "withdraw",
        /// Changes the planned day of release.
        ChangeRelease = "change-release",
        /// Ends the window before its time.
        End = "end",
        /// Registers a key that signs for a party.
        RegisterKey = "register-key",
        /// Withdraws such a key.
        WithdrawKey = "withdraw-key",
        /// Registers an agreement.
        Agree = "agree",
        /// Adds a party's signature to an agreement.
        Sign = "sign",
        /// Ends an agreement.
        EndAgreement = "end-agreement",
        /// Gives a grant.
        Grant = "grant",
        /// Revokes a grant.
        Revoke = "revoke",
        /// Registers a test plan.
        Plan = "plan",
        /// Begins a run.
        BeginRun = "begin-run",
        /// Records how a run ended.
        EndRun = "end-run",
        /// Judges a run: valid, suspect, invalidated.
        JudgeRun = "judge-run",
        /// Records a finding.
        Find = "find",
        /// Sends a finding to the developer, again with what they asked, or says that it is closed.
        SendFinding = "send-finding",
        /// Answers a finding as its developer.
        AnswerFinding = "answer-finding",
        /// Records a retest.
        Retest = "retest",
        /// Hands a vulnerability of somebody else's software over to the clearinghouse.
        HandOver = "hand-over",
        /// Determines where the model stands to the thresholds.
        Determine = "determine",
        /// Publishes an edition.
        Publish = "publish",
        /// Certifies that what was given is destroyed.
        Certify = "certify",
        /// Closes the window.
        Close = "close",
    }
}

/// Who may do an act.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ActRule {
    /// Roles whose people may do it, or propose it if a second person is needed.
    pub by: BTreeSet<Id>,
    /// Roles of whom one more person must agree; empty if none is needed.
    pub second: BTreeSet<Id>,
    /// Where the rule stands, in bytes; for faults.
    pub(super) at: usize,
}
