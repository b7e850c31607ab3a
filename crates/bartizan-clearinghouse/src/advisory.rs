//! Advisories, as far as sharing is concerned: how far one is, and what an operator says of it.

use crate::set::closed_set;

/// The largest document of an advisory, in bytes.
pub const LONGEST: usize = 4 << 20;
/// The longest summary of a change, and the longest words of a receipt, in characters.
pub const WORDS: usize = 1_000;

closed_set! {
    /// How far an advisory is.
    State {
        /// Only its owner has it.
        Draft = "draft",
        /// An edition of it is in a collection, or will be from a time on.
        Released = "released",
        /// It was released, and is in no collection any more.
        Withdrawn = "withdrawn",
    }
}

closed_set! {
    /// What an operator says of an advisory that it reads. Nothing is taken from silence.
    Receipt {
        /// Somebody has read it.
        Read = "read",
        /// It concerns them, or they have made sure that it does not.
        Acknowledged = "acknowledged",
        /// They are at it.
        Acting = "acting",
        /// Nothing is left to do.
        Done = "done",
    }
}

impl State {
    /// From the word.
    pub fn parse(text: &str) -> Option<Self> {
        Self::ALL.iter().copied().find(|state| state.as_str() == text)
    }
}

impl Receipt {
    /// From the word.
    pub fn parse(text: &str) -> Option<Self> {
        Self::ALL.iter().copied().find(|state| state.as_str() == text)
    }

    /// Whether this may be said after what was said last. Nobody unreads; what was done may have to be done again, and a new edition
    /// begins anew.
    pub fn may_follow(self, last: Option<Receipt>) -> bool {
        match (last, self) {
            (None, _) => true,
            (Some(_), Self::Read) => false,
            (Some(last), next) => last != next,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::Receipt::{Acknowledged, Acting, Done, Read};
    use super::*;

    #[test]
    fn what_may_be_said_after_what() {
        for first in [Read, Acknowledged, Acting, Done] {
            assert!(first.may_follow(None));
            assert!(!first.may_follow(Some(first)), "the same twice");
            assert!(!Read.may_follow(Some(first)), "nobody unreads");
        }
        assert!(
            Done.may_follow(Some(Read))
                && Acting.may_follow(Some(Done))
                && Acknowledged.may_follow(Some(Done))
        );
        for state in State::ALL {
            assert_eq!(State::parse(state.as_str()), Some(*state));
        }
        assert_eq!(Receipt::parse("seen"), None);
    }
}
