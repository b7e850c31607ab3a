//! A case of coordination, as far as access is concerned.

use std::collections::{BTreeMap, BTreeSet};

use super::{OrganisationId, PersonId, Principal, Role, Verb};

/// What a party of a case was let into so far.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Admission {
    /// It has the report, or was asked for its consent: it knows that there is a case.
    pub asked: bool,
    /// It may have what the case says (`case::Case::may_have_content`).
    pub content: bool,
}

/// Who runs a case, who is in it, and who was read in, at one time.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CaseAccess {
    /// The organisation that coordinates it.
    pub runs: OrganisationId,
    /// The others.
    pub parties: BTreeMap<OrganisationId, Admission>,
    /// Only persons who are read in have the content: an embargo binds, or it is TLP:RED.
    pub named_only: bool,
    /// Who is read in, and who handed in a report of it: they know it anyway.
    pub read_in: BTreeSet<PersonId>,
}

const READERS: [Role; 4] = [Role::Reader, Role::Analyst, Role::Reviewer, Role::Coordinator];
const WRITERS: [Role; 3] = [Role::Analyst, Role::Reviewer, Role::Coordinator];
const DECIDERS: [Role; 2] = [Role::Reviewer, Role::Coordinator];

impl CaseAccess {
    /// A case that nobody but who runs it is in.
    pub fn new(runs: OrganisationId) -> Self {
        Self { runs, parties: BTreeMap::new(), named_only: false, read_in: BTreeSet::new() }
    }

    fn coordinates(&self, p: &Principal) -> bool {
        p.organisation == Some(self.runs) && p.roles.has(Role::Coordinator)
    }

    fn admission(&self, p: &Principal) -> Admission {
        let whole = Admission { asked: true, content: true };
        let of =
            |own| if own == self.runs { whole } else { self.parties.get(&own).copied().unwrap_or_default() };
        p.organisation.map(of).unwrap_or_default()
    }

    /// Nobody hears of an embargoed case by being somebody's colleague.
    fn named(&self, p: &Principal) -> bool {
        !self.named_only || p.person.is_some_and(|person| self.read_in.contains(&person))
    }

    /// Whether somebody may know of it: whoever may have what it says, and of a party that was asked those who decide for it, since
    /// somebody has to answer.
    pub(super) fn knows(&self, p: &Principal) -> bool {
        let party = p.organisation != Some(self.runs);
        self.reads(p) || (party && self.admission(p).asked && p.roles.any(&DECIDERS))
    }

    /// Whether somebody of the desk that took a report of the case may know of the report: its content is that of the case.
    pub(super) fn keeps_report(&self, p: &Principal) -> bool {
        self.coordinates(p) || (p.roles.any(&READERS) && self.named(p))
    }

    /// Whether somebody of the organisation that sent a report of the case may: who handed it in keeps it, those who decide for the
    /// organisation answer for it, and colleagues who are read in.
    pub(super) fn sent_report(&self, p: &Principal, sent_by: PersonId) -> bool {
        p.roles.any(&READERS) && (self.named(p) || p.person == Some(sent_by) || p.roles.any(&DECIDERS))
    }

    fn reads(&self, p: &Principal) -> bool {
        self.coordinates(p) || (self.admission(p).content && p.roles.any(&READERS) && self.named(p))
    }

    /// Whether somebody who knows of it may do this: `List` its front (terms of the embargo, the own place in it), `Read` what it
    /// says, `Add` messages and attempts, `Review` decide for the own organisation, `Manage` run it.
    pub(super) fn may(&self, p: &Principal, verb: Verb) -> bool {
        match verb {
            Verb::List => true,
            Verb::Read => self.reads(p),
            Verb::Add => self.reads(p) && p.roles.any(&WRITERS),
            Verb::Review => p.roles.any(&DECIDERS),
            Verb::Manage => self.coordinates(p),
            Verb::Remove | Verb::Forward | Verb::Act => false,
        }
    }
}
