//! What pages and API do alike: publishing, marking, embargoes, recipients, uploads, exports. Each asks the rule of access itself;
//! the two only say the outcome in their own words.

pub(crate) mod embargo;
pub(crate) mod export;
pub(crate) mod marking;
pub(crate) mod publish;
pub(crate) mod recipients;
pub(crate) mod table;
pub(crate) mod upload;
pub(crate) mod webhooks;
pub(crate) mod withdraw;

use bartizan_clearinghouse::access::{
    Decision, OrganisationId, PersonId, Principal, Refusal, Scope, Thing, Verb, decide, needs,
};
use bartizan_store::{Action, CollectionEntry, Directory};

/// Somebody known who acts.
pub(crate) struct Acting<'a> {
    pub(crate) directory: &'a Directory,
    pub(crate) principal: &'a Principal,
    pub(crate) name: &'a str,
    pub(crate) now: i64,
}

/// Why nothing was done.
#[derive(Debug)]
pub(crate) enum Wrong {
    /// It is not there, or they may not know of it.
    NotThere,
    /// They may not.
    Forbidden(&'static str),
    /// What was sent makes no sense, in words.
    Unfit(String),
    /// It made sense, and does not fit what is there now, in words.
    Late(String),
    /// The protocol of cases does not go there.
    Refused(bartizan_clearinghouse::case::Refusal),
    /// The rules of a programme, or where its window stands, do not let it.
    Window(bartizan_programme::Error),
    /// As many were sent as may be, for now.
    TooMany(&'static str),
    /// The store failed.
    Store(bartizan_store::Error),
}

impl From<bartizan_clearinghouse::case::Refusal> for Wrong {
    fn from(refusal: bartizan_clearinghouse::case::Refusal) -> Self {
        Self::Refused(refusal)
    }
}

impl From<bartizan_programme::Error> for Wrong {
    fn from(error: bartizan_programme::Error) -> Self {
        Self::Window(error)
    }
}

impl From<bartizan_store::Error> for Wrong {
    fn from(e: bartizan_store::Error) -> Self {
        Self::Store(e)
    }
}

/// The scope that a token lacks for this, in words, if it lacks it: nothing else would help.
pub(crate) fn lacking(principal: &Principal, verb: Verb) -> Option<&'static str> {
    let scope = needs(verb);
    (!principal.scopes.has(scope)).then_some(match scope {
        Scope::Read => "This token is not for reading: it lacks the scope read.",
        Scope::Write => "This token is not for writing: it lacks the scope write.",
        Scope::Manage => "This token is not for managing: it lacks the scope manage.",
    })
}

impl<'a> Acting<'a> {
    pub(crate) fn by(&self) -> Action<'_> {
        Action { actor: self.name, now: self.now }
    }

    pub(crate) fn may(&self, verb: Verb, thing: &Thing<'_>) -> bool {
        decide(self.principal, verb, thing, self.now).allowed()
    }

    pub(crate) fn must(&self, verb: Verb, thing: &Thing<'_>, what: &'static str) -> Result<(), Wrong> {
        match decide(self.principal, verb, thing, self.now) {
            Decision::Allow => Ok(()),
            Decision::Deny(Refusal::Forbidden) => {
                Err(Wrong::Forbidden(lacking(self.principal, verb).unwrap_or(what)))
            }
            Decision::Deny(Refusal::Unknown | Refusal::SignIn) => Err(Wrong::NotThere),
        }
    }

    /// The organisation and person; everybody who gets here is known.
    pub(crate) fn known(&self) -> Result<(OrganisationId, PersonId), Wrong> {
        self.principal.organisation.zip(self.principal.person).ok_or(Wrong::NotThere)
    }

    /// The audiences of a collection that they read.
    pub(crate) fn reads(&self, entry: &CollectionEntry) -> Vec<i64> {
        self.directory.readable(self.principal, Some(entry.access.id), self.now)
    }

    /// A collection that they know of.
    pub(crate) fn collection(&self, address: &str) -> Result<&'a CollectionEntry, Wrong> {
        let directory: &'a Directory = self.directory;
        let entry = directory.collection(address).ok_or(Wrong::NotThere)?;
        self.must(Verb::List, &Thing::Collection(&entry.access), "")?;
        Ok(entry)
    }
}

/// A reason that people read: one to 500 characters without control characters, or none.
pub(crate) fn reason(text: &str) -> Result<&str, Wrong> {
    let text = text.trim();
    if text.chars().count() > 500 || text.contains(|c: char| c.is_control()) {
        return Err(Wrong::Unfit("A reason has at most 500 characters on one line.".into()));
    }
    Ok(text)
}
