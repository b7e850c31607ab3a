//! A window of model testing, as far as access is concerned. The programme's rules say who *does* what; here is who *reads* what.

use std::collections::{BTreeMap, BTreeSet};

use super::{OrganisationId, PersonId, Principal, Role, Verb};

/// Whose people have a part in a window.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum WindowSide {
    /// Of the organisation whose model it is.
    Developer,
    /// Of an organisation that tests.
    Tester,
    /// Of the organisation that runs the programme.
    Programme,
    /// Those who look after all of them.
    Oversight,
}

/// What of a window is read.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Matter {
    /// That it is there, its clock, its people, what was handed in.
    Front,
    /// An agreement and its documents, of its parties.
    Agreement,
    /// Where the developer's endpoint is; never its key.
    Endpoint,
    /// A grant, and how much of it is used.
    Grant,
    /// Plans, runs, scores, transcripts, logs.
    Testing,
    /// A finding that was not sent to the developer, or is none of theirs.
    Finding,
    /// A finding that was sent to the developer, and what is said about it.
    Feedback,
    /// Where the model stands, once it was determined.
    Determination,
    /// The source of the editions, drafts of determinations, everything that happened, the archive.
    Whole,
}

impl Matter {
    /// Every one of them.
    pub const ALL: [Self; 9] = [
        Self::Front,
        Self::Agreement,
        Self::Endpoint,
        Self::Grant,
        Self::Testing,
        Self::Finding,
        Self::Feedback,
        Self::Determination,
        Self::Whole,
    ];

    /// Whether somebody of a side reads it; `own`: it belongs to their own organisation.
    fn open_to(self, side: WindowSide, own: bool) -> bool {
        use WindowSide::{Developer, Oversight, Programme, Tester};
        match (self, side) {
            (Self::Front, _) => true,
            // The key opens their model: where it is used is nobody else's matter.
            (Self::Endpoint, side) => side == Developer,
            (_, Programme | Oversight) => true,
            (Self::Agreement, Developer | Tester) => own,
            // Whose model it is sees who may call it; testers do not see each other's.
            (Self::Grant | Self::Feedback | Self::Determination, Developer) => true,
            (Self::Grant | Self::Testing | Self::Finding | Self::Feedback, Tester) => own,
            (Self::Determination, Tester) => true,
            // What is asked of the model stays with those who ask, or the next model is trained on it.
            (Self::Testing | Self::Finding | Self::Whole, Developer) | (Self::Whole, Tester) => false,
        }
    }
}

/// Who has a part in a window, at one time.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct WindowAccess {
    /// The organisation that runs the programme.
    pub runs: OrganisationId,
    /// The organisation whose model it is.
    pub developer: OrganisationId,
    /// The sides on which each person has a role now.
    pub people: BTreeMap<PersonId, BTreeSet<WindowSide>>,
}

impl WindowAccess {
    fn sides<'a>(&'a self, p: &Principal) -> impl Iterator<Item = WindowSide> + 'a {
        p.person.and_then(|person| self.people.get(&person)).into_iter().flatten().copied()
    }

    /// Who answers for an organisation that runs the programme or whose model it is knows of the window, whether they have a part or not.
    fn answers(&self, p: &Principal) -> bool {
        let principal = p.organisation == Some(self.runs) || p.organisation == Some(self.developer);
        principal && p.roles.has(Role::Coordinator)
    }

    pub(super) fn knows(&self, p: &Principal, matter: Matter, of: Option<OrganisationId>) -> bool {
        // What belongs to nobody in particular is not one's own.
        let own = of.is_some() && p.organisation == of;
        (matter == Matter::Front && self.answers(p)) || self.sides(p).any(|side| matter.open_to(side, own))
    }

    /// Whether somebody who knows of it may do this: read it, or say something in the window (`Add`), which needs a part in it; the
    /// programme's rules decide what.
    pub(super) fn may(&self, p: &Principal, verb: Verb) -> bool {
        match verb {
            Verb::List | Verb::Read => true,
            Verb::Add => self.sides(p).next().is_some(),
            _ => false,
        }
    }
}

/// An edition that left a window.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct EditionAccess {
    /// The organisation that runs the programme.
    pub runs: OrganisationId,
    /// Organisations it is given to.
    pub recipients: BTreeSet<OrganisationId>,
    /// Whether it is for everybody (TLP:CLEAR).
    pub public: bool,
    /// Whether it was withdrawn.
    pub withdrawn: bool,
}

impl EditionAccess {
    const READERS: [Role; 4] = [Role::Reader, Role::Analyst, Role::Reviewer, Role::Coordinator];

    pub(super) fn knows(&self, p: &Principal) -> bool {
        let runs = p.organisation == Some(self.runs) && p.roles.has(Role::Coordinator);
        let given =
            p.organisation.is_some_and(|own| self.recipients.contains(&own)) && p.roles.any(&Self::READERS);
        runs || (!self.withdrawn && (self.public || given))
    }
}
