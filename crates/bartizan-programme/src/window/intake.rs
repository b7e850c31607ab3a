//! What is checked before a submission is accepted: what can be seen from the submission itself, and what people look at.

use std::collections::BTreeMap;

use super::submission::{MOST_CHECKPOINTS, MOST_CONTACTS, Safeguards, Submission};
use crate::fault::{Code, Fault};
use crate::rules::Programme;
use crate::set::closed_set;
use crate::time::days;
use crate::word::{Name, Words};

closed_set! {
    /// What came of a check.
    CheckResult {
        /// All is well.
        Passed = "passed",
        /// It is not.
        Failed = "failed",
        /// It does not apply; a check that is required is not passed by that.
        NotApplicable = "not-applicable",
    }
}

/// A check that was made; a later one takes its place.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Checked {
    /// What came of it.
    pub result: CheckResult,
    /// What was seen.
    pub words: Words,
    /// Who looked.
    pub by: Name,
    /// When, microseconds since 1970.
    pub at: i64,
}

/// Everything that can be seen from a submission at a time. What [`Code::blocks_acceptance`] keeps it from being accepted; the rest is
/// told.
pub fn look(programme: &Programme, submission: &Submission, now: i64) -> Vec<Fault> {
    let mut faults = Vec::new();
    let mut fault = |code: Code, message: String| faults.push(Fault::new(code, message));
    let checkpoints = &submission.checkpoints;
    if checkpoints.is_empty() {
        fault(Code::IntakeCheckpoint, "there is no checkpoint".into());
    }
    let mut seen = BTreeMap::new();
    for (name, checkpoint) in checkpoints {
        if let Some(other) = seen.insert(&checkpoint.digest, name) {
            fault(Code::IntakeSameDigest, format!("`{other}` and `{name}` have the same digest"));
        }
    }
    if submission.contacts.is_empty() {
        fault(Code::IntakeContact, "there is nobody to reach".into());
    }
    if checkpoints.len() > MOST_CHECKPOINTS || submission.contacts.len() > MOST_CONTACTS {
        fault(
            Code::IntakeTooMany,
            format!("at most {MOST_CHECKPOINTS} checkpoints and {MOST_CONTACTS} contacts"),
        );
    }
    let without = checkpoints.values().any(|checkpoint| checkpoint.safeguards == Safeguards::Off);
    if programme.levels.values().any(|level| level.safeguards_off) && !without {
        fault(
            Code::IntakeSafeguards,
            "the programme tests without safeguards, and no checkpoint has them off".into(),
        );
    }
    if checkpoints.values().all(|checkpoint| checkpoint.safeguards == Safeguards::Off) && without {
        fault(Code::IntakeReleased, "no checkpoint is as it will be released".into());
    }
    if let Some(release) = submission.release {
        let begins = release.begins();
        if begins <= now {
            fault(Code::IntakeReleasePast, format!("the day of release, {release}, has begun"));
        } else if begins < now.saturating_add(days(programme.window.days)) {
            fault(
                Code::IntakeReleaseNear,
                format!("the release on {release} leaves less than {} days", programme.window.days),
            );
        }
    } else {
        fault(Code::IntakeNoRelease, "no day of release is planned".into());
    }
    faults
}
