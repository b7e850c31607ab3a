//! Why an event is refused.

use std::fmt;

use crate::set::codes;

codes! {
    /// Stable codes of what is refused in a case, e.g. `case.not-yours`.
    MalformedName = "case.malformed-name", "The text has a form that no name has.";
    MalformedWords = "case.malformed-words", "The words are none, too many, or have characters that steer a display.";
    WrongOrder = "case.wrong-order", "The number of the event is not the one that comes next.";
    TimeRunsBack = "case.time-runs-back", "The event is earlier than the one before, or no time at all.";
    NotOpened = "case.not-opened", "The first event of a case opens it.";
    AlreadyOpened = "case.already-opened", "The case was opened before.";
    CaseClosed = "case.closed", "The case is closed, for everybody or for who says this.";
    TooMany = "case.too-many", "A case holds no more of these.";
    UnknownParticipant = "case.unknown-participant", "There is no such participant.";
    ParticipantExists = "case.participant-exists", "There is such a participant already.";
    NoRole = "case.no-role", "A participant has at least one role; a vendor has products, and nobody else has.";
    NotYours = "case.not-yours", "Only the participant itself or the coordinator may say this.";
    CoordinatorOnly = "case.coordinator-only", "Only the coordinator of the case may say this.";
    SenderNotAccepted = "case.sender-not-accepted", "Only who has accepted the report may pass it on.";
    ReportStep = "case.report-step", "The state of the report does not allow the step.";
    NoPartInFix = "case.no-part-in-fix", "The participant has no part in making or deploying fixes.";
    FixNotAccepted = "case.fix-not-accepted", "Only who has accepted the report may make or deploy a fix.";
    FixStep = "case.fix-step", "The fix is not where this step begins; nothing is deployed before a fix is ready.";
    CaseEventStep = "case.event-step", "This has already become true.";
    EmbargoStep = "case.embargo-step", "The state of the embargo does not allow the step.";
    NoEmbargoAvailable = "case.no-embargo-available", "The report was made with public AI tooling: it may be known, and no embargo can hold it.";
    ToolingUnknown = "case.tooling-unknown", "It was not said whether the report was made with public AI tooling; say that first.";
    ToolingSaid = "case.tooling-said", "What was said about the tooling can only become more public.";
    NotQuiet = "case.not-quiet", "The vulnerability or an exploit is public, or attacks were seen: no embargo may be sought.";
    EndNotAhead = "case.end-not-ahead", "The time does not lie ahead.";
    LongWithoutReason = "case.long-without-reason", "More than thirty days of embargo need a reason.";
    ReasonNeeded = "case.reason-needed", "This needs a reason.";
    ShorterOpen = "case.shorter-open", "A shorter proposal is open; it is decided first.";
    UnknownProposal = "case.unknown-proposal", "There is no such open proposal.";
    NameTaken = "case.name-taken", "The name was given to something else of its kind.";
    ConsentStep = "case.consent-step", "The participant's consent does not allow the step.";
    NotOverdue = "case.not-overdue", "The time to answer has not passed.";
    NotEnded = "case.not-ended", "The embargo has not reached its end.";
    UnknownBreak = "case.unknown-break", "No such break was recorded, or it was decided about.";
    BreakFull = "case.break-full", "Full detail is out: the disclosure is brought forward, not held.";
    NoGround = "case.no-ground", "This is no reason to be read in.";
    GateMissing = "case.gate-missing", "A gate was not passed: need to know, capacity to contribute, vetted identity.";
    OwnGate = "case.own-gate", "Nobody judges their own gates.";
    Prerequisite = "case.prerequisite", "A hardware key and signed agreements are needed, except for 72 hours in an emergency.";
    ReadInTooLong = "case.read-in-too-long", "Nobody is read in for so long at once.";
    NotReadIn = "case.not-read-in", "The person is not read in.";
    UnknownProduct = "case.unknown-product", "The participant has no such product in the case.";
    JustificationNeeded = "case.justification-needed", "Not to be affected needs a justification, and nothing else takes one.";
    NoStatement = "case.no-statement", "There is no statement to take back.";
    EvidenceNeeded = "case.evidence-needed", "What was reproduced is shown by something: name its digest.";
    UnknownPoint = "case.unknown-point", "No table asks this, or the point has no such value.";
    UnknownThread = "case.unknown-thread", "There is no such thread for the participant.";
    UnknownMessage = "case.unknown-message", "The thread has no such message.";
    ReportMerged = "case.report-merged", "The report is in the case already.";
    UnknownMerge = "case.unknown-merge", "The report is not in the case.";
    NothingNew = "case.nothing-new", "It was read up to there before.";
}

/// Why an event was refused.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Refusal {
    /// The stable code.
    pub code: Code,
    /// What was wrong, in words of ours.
    pub message: String,
}

impl Refusal {
    pub(super) fn new(code: Code, message: impl Into<String>) -> Self {
        Self { code, message: message.into() }
    }
}

impl From<Code> for Refusal {
    fn from(code: Code) -> Self {
        Self::new(code, code.meaning())
    }
}

impl fmt::Display for Refusal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} [{}]", self.message, self.code.as_str())
    }
}

impl std::error::Error for Refusal {}

/// Refuses with a code unless something holds.
pub(super) fn need(holds: bool, code: Code) -> Result<(), Refusal> {
    if holds { Ok(()) } else { Err(code.into()) }
}
