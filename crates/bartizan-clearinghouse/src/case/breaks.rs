//! What is done when something gets out before its time.
//!
//! Two questions decide: how much is out, and how it got out. The matrix is that of Akrites' process for public disclosure
//! (section 5.3 of its draft); its words are ours.

use super::name::{Name, Words};
use crate::set::closed_set;

closed_set! {
    /// How much is out.
    Exposure {
        /// That there is something.
        Existence = "existence",
        /// Some of what it is.
        Partial = "partial",
        /// All of it, or what reproduces it.
        Full = "full",
    }
}

closed_set! {
    /// How it got out.
    Origin {
        /// By mistake, by somebody in the case.
        Accident = "accident",
        /// On purpose.
        Malicious = "malicious",
        /// Somebody outside the case found or published it.
        ThirdParty = "third-party",
    }
}

closed_set! {
    /// What happens to the planned disclosure.
    Course {
        /// The planned time stays.
        Hold = "hold",
        /// It is weighed whether to bring it forward.
        Assess = "assess",
        /// It is brought forward, as far as to now.
        Accelerate = "accelerate",
    }
}

closed_set! {
    /// Something to be done.
    Duty {
        /// Keep a copy of what was seen, with place and time: deleting it does not undo it.
        Snapshot = "snapshot",
        /// Have it taken down, and stop more from getting out.
        Contain = "contain",
        /// Watch where it spreads.
        Monitor = "monitor",
        /// Find out why it was done.
        AssessMotive = "assess-motive",
        /// Tell the maintainer, coordinators and who is read in; no single government before others.
        NotifyParties = "notify-parties",
        /// Agree times and credit with who published.
        CoordinateThirdParty = "coordinate-third-party",
        /// Publish the best advisory there is, and mitigations where the fix is not ready.
        Publish = "publish",
        /// Look afterwards at how it came to it, without blame.
        Review = "review",
    }
}

/// What the matrix says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Plan {
    /// What happens to the planned disclosure.
    pub course: Course,
    /// Whether that has to be at once.
    pub at_once: bool,
    /// What is to be done, in this order.
    pub duties: Vec<Duty>,
}

/// What is to be done about a break.
pub fn plan(exposure: Exposure, origin: Origin) -> Plan {
    use {Duty as D, Exposure as E, Origin as O};
    let (course, middle): (_, &[Duty]) = match (exposure, origin) {
        (E::Existence, O::Accident) => (Course::Hold, &[D::Contain, D::Monitor]),
        (E::Existence, O::Malicious) => (Course::Hold, &[D::Contain, D::Monitor, D::AssessMotive]),
        (E::Existence, O::ThirdParty) => (Course::Hold, &[D::Monitor]),
        (E::Partial, O::Accident) => (Course::Assess, &[D::Contain, D::Monitor, D::NotifyParties]),
        (E::Partial, O::Malicious) => {
            (Course::Accelerate, &[D::Contain, D::Monitor, D::AssessMotive, D::NotifyParties, D::Publish])
        }
        (E::Partial, O::ThirdParty) => {
            (Course::Assess, &[D::Monitor, D::NotifyParties, D::CoordinateThirdParty])
        }
        (E::Full, O::Accident) => (Course::Accelerate, &[D::NotifyParties, D::Publish]),
        (E::Full, O::Malicious) => (Course::Accelerate, &[D::AssessMotive, D::NotifyParties, D::Publish]),
        (E::Full, O::ThirdParty) => {
            (Course::Accelerate, &[D::NotifyParties, D::CoordinateThirdParty, D::Publish])
        }
    };
    let duties = std::iter::once(D::Snapshot).chain(middle.iter().copied()).chain([D::Review]).collect();
    Plan { course, at_once: (exposure, origin) == (E::Full, O::Malicious), duties }
}

/// Something that got out.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Incident {
    /// When it was recorded, in microseconds since 1970.
    pub at: i64,
    /// Who recorded it.
    pub by: Name,
    /// How much.
    pub exposure: Exposure,
    /// How.
    pub origin: Origin,
    /// What is known.
    pub words: Words,
    /// What was decided, when, and why if not by the matrix.
    pub decided: Option<(Course, i64, Option<Words>)>,
}
