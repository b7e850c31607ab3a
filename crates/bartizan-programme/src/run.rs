//! Runs: a plan that was carried out, the log that came of it, and what people hold of that.

use serde::{Deserialize, Serialize};

use crate::set::closed_set;
use crate::word::{Digest, Id, Line, Name, Words};

/// Anomalies that a judgement names.
pub const MOST_ANOMALIES: usize = 256;

closed_set! {
    /// How a run ended.
    Outcome {
        /// All samples were run.
        Finished = "finished",
        /// It broke off.
        Failed = "failed",
        /// Somebody broke it off.
        Cancelled = "cancelled",
    }
}

closed_set! {
    /// What people hold of a run.
    Judgement {
        /// Its results count.
        Valid = "valid",
        /// It has to be looked at.
        Suspect = "suspect",
        /// Its results do not count.
        Invalidated = "invalidated",
    }
}

/// How a run ended.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct End {
    /// How.
    pub outcome: Outcome,
    /// SHA-256 of the log, if there is one.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub log: Option<Digest>,
    /// SHA-256 of the egress record, if one was kept.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub egress: Option<Digest>,
    /// How many samples the log has.
    pub samples: u64,
}

/// A judgement of a run. A later one takes its place, and all are kept.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Judged {
    /// What.
    pub judgement: Judgement,
    /// Codes of the anomalies that were seen.
    pub anomalies: Vec<Line>,
    /// Why.
    pub words: Words,
    /// Who, and when.
    pub by: Name,
    /// See `by`; microseconds since 1970.
    pub at: i64,
}

/// A run.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Run {
    /// The plan.
    pub plan: Name,
    /// SHA-256 of the plan's canonical form.
    pub plan_digest: Digest,
    /// The plan's suite.
    pub suite: Id,
    /// The checkpoint.
    pub checkpoint: Name,
    /// The grant it calls under.
    pub grant: Name,
    /// SHA-256 of what describes the environment: image, lock file, versions.
    pub environment: Digest,
    /// Who began it.
    pub by: Name,
    /// When, microseconds since 1970.
    pub begun: i64,
    /// How and when it ended.
    pub ended: Option<End>,
    /// See `ended`.
    pub ended_at: Option<i64>,
    /// Judgements, in order.
    pub judged: Vec<Judged>,
}

impl Run {
    /// The judgement that counts: the last.
    pub fn judgement(&self) -> Option<Judgement> {
        self.judged.last().map(|judged| judged.judgement)
    }

    /// SHA-256 of its log.
    pub fn log(&self) -> Option<&Digest> {
        self.ended.as_ref()?.log.as_ref()
    }
}
