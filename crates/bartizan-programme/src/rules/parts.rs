//! What stands in a programme's rules.

use std::collections::BTreeSet;

use crate::edition::Label;
use crate::set::closed_set;
use crate::word::{Id, Line};

closed_set! {
    /// Whose people have a role.
    Side {
        /// Those of the organisation whose model it is.
        Developer = "developer",
        /// Those who test.
        Tester = "tester",
        /// Those who run the programme.
        Programme = "programme",
        /// Those who look after all of them.
        Oversight = "oversight",
    }
}

closed_set! {
    /// How deep access goes (arXiv 2601.11916).
    Level {
        /// Black box: ask and read the answer.
        Al1 = "AL1",
        /// Grey box: some of what is inside.
        Al2 = "AL2",
        /// White box.
        Al3 = "AL3",
    }
}

closed_set! {
    /// What of a model can be called.
    Endpoint {
        /// `chat/completions`.
        Chat = "chat",
        /// `completions`.
        Completions = "completions",
        /// `responses`.
        Responses = "responses",
        /// `embeddings`.
        Embeddings = "embeddings",
    }
}

closed_set! {
    /// What of the inside of a model may be seen or changed.
    Internal {
        /// Probabilities of tokens.
        LogProbabilities = "log-probabilities",
        /// The reasoning before an answer, as it is.
        Reasoning = "reasoning",
        /// What the safeguards decided and why.
        SafeguardTraces = "safeguard-traces",
        /// Training it further.
        FineTuning = "fine-tuning",
        /// What its layers compute.
        Activations = "activations",
        /// The weights.
        Weights = "weights",
    }
}

closed_set! {
    /// What the day of release does to the window.
    Release {
        /// The window ends as that day begins.
        EndsWindow = "ends-window",
        /// Nothing; it is told.
        Told = "told",
    }
}

closed_set! {
    /// Which side of a threshold counts.
    Operator {
        /// At or above it the model has the capability.
        AtLeast = "at-least",
        /// At or below it.
        AtMost = "at-most",
    }
}

/// How long a window is and what moves its end.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct WindowRule {
    /// Days of 24 hours.
    pub days: u32,
    /// The most days that may lie between acceptance and T0.
    pub most_lead_days: u32,
    /// The most days by which all extensions together move the end.
    pub most_extension_days: u32,
    /// The most days by which all pauses together move the end; after that the clock runs on though the window stands.
    pub most_pause_days: u32,
    /// What the day of release does.
    pub release: Release,
    /// How many hours a proposal waits for its second person.
    pub proposal_hours: u32,
    /// Why a window may be paused.
    pub pauses: Vec<PauseReason>,
}

/// A reason to pause.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PauseReason {
    /// The word for it.
    pub id: Id,
    /// What people call it.
    pub title: Line,
    /// Whether the end moves.
    pub stops_clock: bool,
}

/// Something that is checked before a submission is accepted.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Check {
    /// The word for it.
    pub id: Id,
    /// What people call it.
    pub title: Line,
    /// Whether it must have passed; otherwise it must have been looked at.
    pub required: bool,
}

/// A role.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Role {
    /// What people call it.
    pub title: Line,
    /// Whose people have it.
    pub side: Side,
}

/// Two roles that one person may not both have in a window, at once or one after the other.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Separation {
    /// The roles.
    pub roles: (Id, Id),
    /// Why.
    pub why: Line,
}

/// An agreement that a grant needs.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Requirement {
    /// The word for its kind.
    pub kind: Id,
    /// What people call it.
    pub title: Line,
    /// Which levels need it.
    pub levels: BTreeSet<Level>,
    /// Whose signatures it has: the developer, the organisation of who gets the grant, the one that runs the programme.
    pub signed_by: BTreeSet<Side>,
    /// Whether it names the people it covers, and who gets the grant must be one of them.
    pub names_people: bool,
    /// How many days it holds at most.
    pub most_days: u32,
}

/// What an access level permits.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LevelRule {
    /// What people call it.
    pub title: Line,
    /// What may be called.
    pub endpoints: BTreeSet<Endpoint>,
    /// What of the inside may be seen.
    pub internals: BTreeSet<Internal>,
    /// Whether checkpoints with safeguards off may be called.
    pub safeguards_off: bool,
    /// How many days a grant holds at most.
    pub most_grant_days: u32,
    /// The most calls, tokens and millionths of the currency of one grant.
    pub most_calls: u64,
    /// See `most_calls`.
    pub most_tokens: u64,
    /// See `most_calls`.
    pub most_money_micros: u64,
}

/// What holds for every grant.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Access {
    /// Whether a grant must say from where calls come.
    pub sources_required: bool,
    /// The shortest prefix of such a network, IPv4 and IPv6.
    pub widest_ipv4: u8,
    /// See `widest_ipv4`.
    pub widest_ipv6: u8,
    /// What budgets are in, e.g. `USD`.
    pub currency: Line,
}

/// Where sandboxes may reach.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Egress {
    /// Hosts that a plan may name; empty: none.
    pub hosts: BTreeSet<Line>,
}

/// What is measured.
#[derive(Clone, Debug, PartialEq)]
pub struct Suite {
    /// The suite.
    pub id: Id,
    /// Its version.
    pub version: u32,
    /// What people call it.
    pub title: Line,
    /// What is measured: a word of the scorer, e.g. `accuracy`.
    pub metric: Id,
    /// Which side of the threshold counts.
    pub operator: Operator,
    /// The threshold.
    pub threshold: f64,
    /// The level of the interval by which it is decided, between 0.5 and 1.
    pub confidence: f64,
    /// How many samples there must be at least.
    pub samples: u32,
    /// Whether a determination needs it.
    pub required: bool,
}

/// How bad a finding is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Severity {
    /// The word for it.
    pub id: Id,
    /// What people call it.
    pub title: Line,
    /// Within how many days the developer answers.
    pub answer_days: u32,
}

/// An edition.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Edition {
    /// The word for its audience.
    pub id: Id,
    /// What people call it.
    pub title: Line,
    /// Its marking, e.g. `TLP:RED`.
    pub marking: Line,
    /// Which labels of spans it shows.
    pub shows: BTreeSet<Label>,
    /// Whose organisations get it; what is marked TLP:CLEAR is everybody's besides.
    pub readers: BTreeSet<Side>,
}

/// How long evidence is kept.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Retention {
    /// Days after closure.
    pub days: u32,
    /// Whose organisations certify that what they were given is destroyed, before the window is closed.
    pub certificates: BTreeSet<Side>,
}
