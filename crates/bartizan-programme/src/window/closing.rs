//! What acts about the determination and the end do.

use std::collections::BTreeSet;

use super::evidence::Certificate;
use super::fold::{Done, MOST_EACH, Window};
use super::state::State;
use crate::determination::{self, Determination};
use crate::fault::{Code, Error, Fault, need};
use crate::rules::Side;
use crate::time::days;
use crate::word::{Digest, Name, Words};

impl Window {
    pub(super) fn determine(
        &mut self,
        proposal: &determination::Proposal,
        done: &Done<'_>,
    ) -> Result<(), Error> {
        need(self.runs_made.values().all(|run| run.ended.is_some()), Code::RunsOpen)?;
        // A second one takes the place of one that no longer stands, and of no other.
        need(self.determinations.is_empty() || !self.determination_stands(), Code::DeterminationStands)?;
        need(self.determinations.len() < MOST_EACH, Code::TooMany)?;
        determination::holds(&self.programme, &self.runs_made, proposal)?;
        let second = done.second.ok_or(Code::NotSecond)?;
        self.determinations.push(Determination {
            proposal: proposal.clone(),
            overall: determination::overall(&self.programme, &proposal.results),
            by: (done.by.person.clone(), done.by.role.clone()),
            second: (second.person.clone(), second.role.clone()),
            at: done.at,
        });
        Ok(())
    }

    /// Whether the last determination still stands: every run it stands on is valid.
    pub fn determination_stands(&self) -> bool {
        self.determinations.last().is_some_and(|last| {
            determination::holds(&self.programme, &self.runs_made, &last.proposal).is_ok()
        })
    }

    pub(super) fn certify(
        &mut self,
        organisation: &Name,
        digest: &Digest,
        words: &Words,
        done: &Done<'_>,
    ) -> Result<(), Error> {
        let of = self.people.get(&done.by.person).map(|person| &person.organisation);
        need(of == Some(organisation) || of == Some(&self.runs), Code::OthersCertificate)?;
        let took_part = self.people.values().any(|person| person.organisation == *organisation);
        if !took_part {
            return Err(Error::of(Code::UnknownOrganisation, organisation.as_str()));
        }
        let (by, at) = (done.by.person.clone(), done.at);
        let certificate = Certificate { digest: digest.clone(), words: words.clone(), by, at };
        self.certificates.insert(organisation.clone(), certificate);
        Ok(())
    }

    /// The organisations whose certificates of destruction are needed and missing: nobody's, where nobody was given access.
    pub fn certificates_missing(&self) -> BTreeSet<&Name> {
        let mut needed = BTreeSet::new();
        for side in &self.programme.retention.certificates {
            match side {
                Side::Tester | Side::Oversight => {
                    needed.extend(self.grants.values().map(|grant| &grant.organisation))
                }
                Side::Programme if !self.grants.is_empty() => drop(needed.insert(&self.runs)),
                Side::Developer if !self.grants.is_empty() => drop(needed.insert(&self.developer)),
                Side::Programme | Side::Developer => {}
            }
        }
        needed.retain(|organisation| !self.certificates.contains_key(*organisation));
        needed
    }

    pub(super) fn close(&mut self, at: i64) -> Result<(), Error> {
        let mut faults = Vec::new();
        for organisation in self.certificates_missing() {
            faults.push(Fault::new(Code::CertificateMissing, format!("{organisation} has not certified")));
        }
        if self.runs_made.values().any(|run| run.ended.is_none()) {
            faults.push(Fault::from(Code::RunsOpen));
        }
        if self.state(at) == State::Determined && !self.determination_stands() {
            faults.push(Fault::from(Code::DeterminationFell));
        }
        if !faults.is_empty() {
            return Err(Error::all(faults));
        }
        self.closed = Some(at);
        Ok(())
    }

    /// Until when evidence is kept: days after closure, as the programme says.
    pub fn kept_until(&self) -> Option<i64> {
        self.closed.map(|closed| closed.saturating_add(days(self.programme.retention.days)))
    }
}
