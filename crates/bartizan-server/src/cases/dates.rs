//! The dates of a case: what ends when, and who is to answer by when.

use bartizan_clearinghouse::case::Name;

use super::Room;

/// Most cases of a calendar: the newest.
pub(crate) const MOST: usize = 500;

/// What happens on a date.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum What {
    /// The embargo ends; by which limit, if not by its terms.
    EmbargoEnds(Option<Name>),
    /// Proposed terms would end it.
    ProposalEnds(Name),
    /// A limit that no embargo may outlast.
    Limit(Name),
    /// A participant is to answer.
    AnswerDue(Name),
    /// A person's reading-in ends.
    ReadInEnds(Name),
}

impl What {
    /// A word for it.
    pub(crate) fn word(&self) -> &'static str {
        match self {
            Self::EmbargoEnds(_) => "embargo-ends",
            Self::ProposalEnds(_) => "proposal-ends",
            Self::Limit(_) => "limit",
            Self::AnswerDue(_) => "answer-due",
            Self::ReadInEnds(_) => "read-in-ends",
        }
    }

    /// Which terms, limit, participant or person.
    pub(crate) fn of(&self) -> Option<&Name> {
        match self {
            Self::EmbargoEnds(of) => of.as_ref(),
            Self::ProposalEnds(of) | Self::Limit(of) | Self::AnswerDue(of) | Self::ReadInEnds(of) => Some(of),
        }
    }
}

/// The dates of a case that who looks is shown, the earliest first (microseconds since 1970).
pub(crate) fn of(room: &Room, content: bool, now: i64) -> Vec<(i64, What)> {
    let case = &room.case;
    let mut dates = Vec::new();
    if let Some(end) = case.end() {
        dates.push((end.at, What::EmbargoEnds(end.limit.map(|(name, _)| name))));
    }
    dates.extend(case.proposals.iter().map(|(name, terms)| (terms.until, What::ProposalEnds(name.clone()))));
    dates.extend(case.limits.iter().map(|(name, limit)| (limit.until, What::Limit(name.clone()))));
    for (name, participant) in &case.participants {
        let shown = room.runs() || *name == room.me;
        if let Some(by) = participant.consent.answer_by.filter(|_| shown) {
            dates.push((by, What::AnswerDue(name.clone())));
        }
    }
    for (name, candidate) in &case.people {
        let grants = candidate.grants.iter().filter(|grant| grant.holds(now));
        let shown = grants.filter(|grant| room.runs() || (content && grant.participant == room.me));
        dates.extend(shown.map(|grant| (grant.until, What::ReadInEnds(name.clone()))));
    }
    dates.sort();
    dates
}
