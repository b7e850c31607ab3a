//! One event of the log of a case.

use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};

use super::attempt::Tried;
use super::breaks::{Course, Exposure, Origin};
use super::name::{Name, Words};
use super::readin::{Finding, Prerequisites};
use super::report::ReportStep;
use super::statement::{Justification, Stand};
use super::terms::{ExitReason, Source};
use crate::set::closed_set;

closed_set! {
    /// What a participant is to a case. One may have several roles.
    Role {
        /// Found the vulnerability.
        Finder = "finder",
        /// Makes a product that has it.
        Vendor = "vendor",
        /// Coordinates.
        Coordinator = "coordinator",
        /// Runs what has it and deploys fixes.
        Deployer = "deployer",
        /// Something else.
        Other = "other",
    }
}

closed_set! {
    /// What is known of the tools a report was made with.
    Tooling {
        /// It was not said.
        Unknown = "unknown",
        /// None that shows the report to others.
        Private = "private",
        /// A public AI service has seen it.
        PublicAi = "public-ai",
    }
}

closed_set! {
    /// What becomes true in the world.
    Happening {
        /// The public knows.
        PublicAware = "public-aware",
        /// An exploit is public.
        ExploitPublic = "exploit-public",
        /// Attacks were seen.
        AttacksObserved = "attacks-observed",
    }
}

closed_set! {
    /// A step of the fix.
    FixStep {
        /// A fix is ready.
        Ready = "ready",
        /// A fix is deployed.
        Deploy = "deploy",
    }
}

/// An entry of the log.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Event {
    /// Its number in the case, from 1 without gaps.
    pub number: u64,
    /// When, in microseconds since 1970.
    pub at: i64,
    /// Which participant says it.
    pub by: Name,
    /// What.
    pub action: Action,
}

/// What happens in a case.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "do", rename_all = "kebab-case", deny_unknown_fields)]
pub enum Action {
    /// Opens the case: who says it coordinates it, and has received the report.
    Open {
        /// Further roles of the coordinator.
        roles: BTreeSet<Role>,
        /// Products, if it is a vendor.
        products: BTreeSet<Name>,
        /// What the report was made with.
        tooling: Tooling,
    },
    /// Says what the report was made with.
    SayTooling {
        /// What.
        tooling: Tooling,
    },
    /// Adds a participant. It does not get the report by that: see [`Self::Report`].
    Add {
        /// Its name.
        participant: Name,
        /// What it is.
        roles: BTreeSet<Role>,
        /// Its products in this case, if it is a vendor.
        products: BTreeSet<Name>,
    },
    /// Says that a report is about the same vulnerability: same cause, same fix. What holds for the report holds for the case.
    Merge {
        /// Its name.
        report: Name,
        /// Which participant found it: who sent the report. It is added if it is not there.
        finder: Name,
        /// Whether a public AI service has seen the report.
        public_ai: bool,
        /// The time at which the finder goes public, in microseconds since 1970: no embargo outlasts it.
        public_on: Option<i64>,
    },
    /// Takes that back, and what came with it.
    Split {
        /// Which report.
        report: Name,
        /// Why it is not the same after all.
        words: Words,
    },
    /// A step with a report. `receive` is said by who passes the report on.
    Report {
        /// Whose report.
        participant: Name,
        /// The step.
        step: ReportStep,
    },
    /// A step with a fix.
    Fix {
        /// Whose.
        participant: Name,
        /// The step.
        step: FixStep,
    },
    /// Something becomes true in the world. Ends an embargo.
    Happen {
        /// What.
        what: Happening,
        /// Why an embargo is kept though attacks were seen; nothing else keeps it.
        keep: Option<Words>,
    },
    /// Names a limit that no embargo of this case may outlast.
    Limit {
        /// Its name.
        limit: Name,
        /// Whose rule it is.
        source: Source,
        /// The latest time, in microseconds since 1970.
        until: i64,
        /// Where that is written.
        words: Words,
    },
    /// Proposes terms: the first, others against them, or a revision.
    Propose {
        /// Name of the proposal.
        proposal: Name,
        /// When the embargo would end, in microseconds since 1970.
        until: i64,
        /// Why; needed beyond thirty days.
        reason: Option<Words>,
    },
    /// Answers to terms. The coordinator's answer is the case's.
    Answer {
        /// Who answers.
        participant: Name,
        /// To which proposal; none: to the terms in force.
        proposal: Option<Name>,
        /// Whether it agrees.
        accept: bool,
    },
    /// Takes an own proposal back.
    Withdraw {
        /// Which.
        proposal: Name,
    },
    /// Asks a participant for its consent.
    Invite {
        /// Whom.
        participant: Name,
        /// By when to answer; 72 hours at least, seven days if not said.
        answer_by: Option<i64>,
    },
    /// Counts silence as a refusal, after the time to answer.
    TimeOut {
        /// Whose.
        participant: Name,
    },
    /// Ends the embargo.
    Exit {
        /// Why.
        reason: ExitReason,
        /// In words; needed for other reasons than the end of the time.
        words: Option<Words>,
    },
    /// Records that something got out.
    Break {
        /// Its name.
        incident: Name,
        /// How much is out.
        exposure: Exposure,
        /// How it got out.
        origin: Origin,
        /// What is known, with the place where it was seen.
        words: Words,
    },
    /// Decides what is done about it.
    Decide {
        /// About which.
        incident: Name,
        /// What.
        course: Course,
        /// Why; needed when it is not what the matrix says.
        reason: Option<Words>,
    },
    /// Judges one gate for a person.
    Gate {
        /// Who is to be read in.
        person: Name,
        /// Who judged.
        judge: Name,
        /// What was found.
        finding: Finding,
        /// On what that is based.
        words: Words,
    },
    /// Reads a person in, until a time.
    ReadIn {
        /// Who.
        person: Name,
        /// Of which participant.
        participant: Name,
        /// Until when, in microseconds since 1970.
        until: i64,
        /// What they have.
        prerequisites: Prerequisites,
        /// For 72 hours at most, without the prerequisites.
        emergency: bool,
    },
    /// Ends that before its time.
    ReadOut {
        /// Who.
        person: Name,
        /// Why.
        reason: Words,
    },
    /// A vendor says whether its product has the vulnerability.
    State {
        /// Whose product.
        participant: Name,
        /// Which.
        product: Name,
        /// What is said.
        stand: Stand,
        /// Why it is not affected.
        justification: Option<Justification>,
        /// In words.
        words: Words,
    },
    /// A vendor takes its statement back: it is unknown again.
    Unstate {
        /// Whose product.
        participant: Name,
        /// Which.
        product: Name,
    },
    /// Records an attempt to reproduce the vulnerability.
    Attempt {
        /// Who of the participant answers for the result.
        verifier: Name,
        /// Digest of the environment: image, lock file, virtual machine.
        environment: Name,
        /// What came of it.
        result: Tried,
        /// Digests of what shows it.
        evidence: BTreeSet<Name>,
        /// How it was done and what was seen.
        words: Words,
    },
    /// Says something that decides how urgent the case is; of the same point from the same source the last holds.
    Say {
        /// The decision point, for example `ssvc:A:2.0.0`.
        point: Name,
        /// Keys of the values that are left possible.
        keys: BTreeSet<Name>,
        /// Who or what says it, for example `KEV`.
        source: Name,
        /// Of when that is, in microseconds since 1970.
        date: i64,
        /// What it says, in words.
        words: Words,
    },
    /// Opens a thread for some participants. Each has one with the coordinator without that, under its own name.
    Thread {
        /// Its name.
        thread: Name,
        /// Who is in it, besides the coordinator.
        participants: BTreeSet<Name>,
    },
    /// Writes into a thread; the words are kept elsewhere.
    Write {
        /// Which thread.
        thread: Name,
        /// Digest of the message, or where it is kept.
        message: Name,
    },
    /// Says that a thread was read up to a message, counted from 1.
    Read {
        /// Which thread.
        thread: Name,
        /// Up to which message.
        up_to: u32,
    },
}
