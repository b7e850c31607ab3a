//! What the last action did, said once on the next page, with a way to take it back.
//!
//! Kept in memory for a session: an address cannot bring one, so nobody is lured into an undo that was no undo of theirs. A
//! process that ends forgets them, and they are missed by nobody.

use std::collections::BTreeMap;
use std::sync::{Mutex, PoisonError};

use bartizan_workbench::Flash;

/// The most that wait to be said.
const MOST: usize = 5_000;

/// What waits to be said, by the session's token of forms.
#[derive(Debug, Default)]
pub(crate) struct Flashes(Mutex<BTreeMap<String, Flash>>);

impl Flashes {
    /// Says it on the next page of a session, in place of what waited there.
    pub(crate) fn say(&self, session: &str, flash: Flash) {
        let mut waiting = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if waiting.len() >= MOST {
            waiting.pop_first();
        }
        waiting.insert(session.to_owned(), flash);
    }

    /// What is to be said now; nothing the second time.
    pub(crate) fn take(&self, session: &str) -> Option<Flash> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).remove(session)
    }
}

/// Words without a way back.
pub(crate) fn said(text: impl Into<String>) -> Flash {
    Flash { text: text.into(), ..Flash::default() }
}

/// Words, and the form that takes it back.
pub(crate) fn undoable(text: impl Into<String>, undo: impl Into<String>, fields: &[(&str, &str)]) -> Flash {
    let fields = fields.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect();
    Flash { undo: undo.into(), fields, ..said(text) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_word_is_said_once_and_to_its_session() {
        let flashes = Flashes::default();
        flashes.say("a", undoable("Closed.", "/x", &[("to", "1")]));
        assert!(flashes.take("b").is_none());
        let flash = flashes.take("a").expect("a word");
        assert_eq!((flash.text.as_str(), flash.fields.len()), ("Closed.", 1));
        assert!(flashes.take("a").is_none());
        for n in 0..MOST + 10 {
            flashes.say(&n.to_string(), said("x"));
        }
        assert!(flashes.0.lock().expect("a lock").len() <= MOST);
    }
}
