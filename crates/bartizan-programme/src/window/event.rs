//! One event of the log of a window.

use serde::{Deserialize, Serialize};

use super::intake::CheckResult;
use super::submission::{Checkpoint, Submission};
use crate::agreement::{Agreement, PublicKey, Signature};
use crate::determination::Proposal;
use crate::finding::{Finding, Step};
use crate::grant::Terms;
use crate::plan::Plan;
use crate::rules::Act;
use crate::run::{End, Judgement};
use crate::time::Day;
use crate::word::{Digest, Id, Line, Name, Words};

/// Who does something, and in which role.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Actor {
    /// The person.
    pub person: Name,
    /// The role.
    pub role: Id,
}

/// A person with a role.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Part {
    /// The person.
    pub person: Name,
    /// Their organisation: one and the same in the window.
    pub organisation: Name,
    /// The role.
    pub role: Id,
}

/// An entry of the log.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Event {
    /// Its number in the window, from 1 without gaps.
    pub number: u64,
    /// When, in microseconds since 1970.
    pub at: i64,
    /// Who does it.
    pub by: Actor,
    /// What.
    pub action: Action,
}

/// What happens in a window.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "do", rename_all = "kebab-case", deny_unknown_fields)]
pub enum Action {
    /// Hands a model in: the first event.
    Submit {
        /// SHA-256 of the rules that hold from now on.
        rules: Digest,
        /// The organisation whose model it is.
        developer: Name,
        /// The organisation that runs the programme.
        runs: Name,
        /// What is handed in.
        submission: Submission,
        /// Who has which role from the beginning; who hands in is one of them.
        parts: Vec<Part>,
    },
    /// Changes what was handed in. Checks are made again.
    Amend {
        /// What is handed in instead.
        submission: Submission,
    },
    /// Adds a checkpoint after acceptance: a mended one. The others stay as they are.
    AddCheckpoint {
        /// Its name, which no other has.
        name: Name,
        /// What it is.
        checkpoint: Checkpoint,
    },
    /// Gives a person a role.
    Assign {
        /// To whom, and which.
        part: Part,
    },
    /// Takes a role from a person.
    Relieve {
        /// From whom.
        person: Name,
        /// Which.
        role: Id,
        /// Why.
        words: Words,
    },
    /// Records the result of an intake check.
    Check {
        /// Which.
        check: Id,
        /// What came of it.
        result: CheckResult,
        /// What was seen.
        words: Words,
    },
    /// Accepts the submission.
    Accept {
        /// T0, in microseconds since 1970; not before acceptance takes effect: then it is that time.
        begins: i64,
        /// What is said with it.
        words: Words,
    },
    /// Declines the submission.
    Decline {
        /// Why.
        words: Words,
    },
    /// Pauses the window.
    Pause {
        /// The programme's word for the reason.
        reason: Id,
        /// More about it.
        words: Words,
    },
    /// Goes on.
    Resume {
        /// Why the reason is gone.
        words: Words,
    },
    /// Extends the window.
    Extend {
        /// By how many days of 24 hours.
        days: u32,
        /// Why.
        words: Words,
    },
    /// Withdraws the model.
    Withdraw {
        /// Why.
        words: Words,
    },
    /// Changes the planned day of release.
    ChangeRelease {
        /// To which; none: no day is planned.
        release: Option<Day>,
        /// Why.
        words: Words,
    },
    /// Ends the window before its time.
    End {
        /// Why.
        words: Words,
    },
    /// Registers a key that signs for a party.
    RegisterKey {
        /// The organisation.
        party: Name,
        /// Who holds the key.
        signer: Name,
        /// The key.
        key: PublicKey,
    },
    /// Withdraws a key.
    WithdrawKey {
        /// Its fingerprint: `SHA256:…`.
        key: Name,
        /// Why.
        words: Words,
    },
    /// Registers an agreement.
    Agree {
        /// Its name.
        agreement: Name,
        /// What is agreed.
        terms: Agreement,
    },
    /// Adds a party's signature.
    Sign {
        /// The agreement.
        agreement: Name,
        /// Whose signature.
        party: Name,
        /// The signature over the agreement's statement.
        signature: Signature,
    },
    /// Ends an agreement before its time.
    EndAgreement {
        /// Which.
        agreement: Name,
        /// Why.
        words: Words,
    },
    /// Gives a grant.
    Grant {
        /// Its name.
        grant: Name,
        /// Its terms.
        terms: Terms,
    },
    /// Revokes a grant.
    Revoke {
        /// Which.
        grant: Name,
        /// Why.
        words: Words,
    },
    /// Registers a test plan.
    Plan {
        /// Its name in the window.
        plan: Name,
        /// The whole of it.
        body: Plan,
    },
    /// Begins a run.
    BeginRun {
        /// Its name.
        run: Name,
        /// The plan.
        plan: Name,
        /// The grant that it calls under.
        grant: Name,
        /// SHA-256 of what describes the environment.
        environment: Digest,
    },
    /// Records how a run ended.
    EndRun {
        /// Which.
        run: Name,
        /// How.
        end: End,
    },
    /// Judges a run.
    JudgeRun {
        /// Which.
        run: Name,
        /// What people hold of it.
        judgement: Judgement,
        /// Codes of anomalies.
        anomalies: Vec<Line>,
        /// Why.
        words: Words,
    },
    /// Records a finding.
    Find {
        /// Its name.
        finding: Name,
        /// What was found.
        body: Finding,
    },
    /// A step of the talk about a finding.
    Talk {
        /// Which.
        finding: Name,
        /// The step.
        step: Step,
    },
    /// Says that a finding was handed over to the clearinghouse.
    HandOver {
        /// Which.
        finding: Name,
        /// What the clearinghouse calls the report.
        report: Name,
        /// SHA-256 of what was handed over.
        digest: Digest,
    },
    /// Determines where the model stands.
    Determine {
        /// Results and reasons.
        determination: Proposal,
    },
    /// Publishes an edition.
    Publish {
        /// For which audience: a word of the programme.
        audience: Id,
        /// Which version of the source.
        source: u64,
        /// SHA-256 of the finished bytes.
        digest: Digest,
    },
    /// Certifies that what an organisation was given is destroyed.
    Certify {
        /// Which organisation.
        organisation: Name,
        /// SHA-256 of the certificate.
        certificate: Digest,
        /// What was destroyed, and what is kept on which ground.
        words: Words,
    },
    /// Closes the window.
    Close {
        /// What is said with it.
        words: Words,
    },
    /// Agrees to what another proposed: it is done.
    Second {
        /// The number of the event that proposed it.
        proposal: u64,
    },
    /// Refuses what another proposed.
    Refuse {
        /// See [`Self::Second`].
        proposal: u64,
        /// Why.
        words: Words,
    },
    /// Takes an own proposal back.
    Retract {
        /// See [`Self::Second`].
        proposal: u64,
    },
}

impl Action {
    /// Which act it is; `None` for what is said of a proposal.
    pub fn act(&self) -> Option<Act> {
        Some(match self {
            Self::Submit { .. } => Act::Submit,
            Self::Amend { .. } => Act::Amend,
            Self::AddCheckpoint { .. } => Act::AddCheckpoint,
            Self::Assign { .. } => Act::Assign,
            Self::Relieve { .. } => Act::Relieve,
            Self::Check { .. } => Act::Check,
            Self::Accept { .. } => Act::Accept,
            Self::Decline { .. } => Act::Decline,
            Self::Pause { .. } => Act::Pause,
            Self::Resume { .. } => Act::Resume,
            Self::Extend { .. } => Act::Extend,
            Self::Withdraw { .. } => Act::Withdraw,
            Self::ChangeRelease { .. } => Act::ChangeRelease,
            Self::End { .. } => Act::End,
            Self::RegisterKey { .. } => Act::RegisterKey,
            Self::WithdrawKey { .. } => Act::WithdrawKey,
            Self::Agree { .. } => Act::Agree,
            Self::Sign { .. } => Act::Sign,
            Self::EndAgreement { .. } => Act::EndAgreement,
            Self::Grant { .. } => Act::Grant,
            Self::Revoke { .. } => Act::Revoke,
            Self::Plan { .. } => Act::Plan,
            Self::BeginRun { .. } => Act::BeginRun,
            Self::EndRun { .. } => Act::EndRun,
            Self::JudgeRun { .. } => Act::JudgeRun,
            Self::Find { .. } => Act::Find,
            Self::Talk { step, .. } => match step {
                Step::Send { .. } | Step::Close { .. } => Act::SendFinding,
                Step::Ask { .. } | Step::Accept { .. } | Step::Dispute { .. } | Step::Mend { .. } => {
                    Act::AnswerFinding
                }
                Step::Retest { .. } => Act::Retest,
            },
            Self::HandOver { .. } => Act::HandOver,
            Self::Determine { .. } => Act::Determine,
            Self::Publish { .. } => Act::Publish,
            Self::Certify { .. } => Act::Certify,
            Self::Close { .. } => Act::Close,
            Self::Second { .. } | Self::Refuse { .. } | Self::Retract { .. } => return None,
        })
    }
}
