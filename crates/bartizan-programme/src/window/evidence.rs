//! What acts about agreements, access, runs, findings and the end do.

use std::collections::BTreeSet;

use super::event::Action;
use super::fold::{Done, MOST_EACH, Window};
use super::state::State;
use crate::determination::{self, Determination};
use crate::fault::{Code, Error, Fault, need};
use crate::finding::{Finding, Kind, Step, Talk};
use crate::grant::{self, Revoked};
use crate::rules::Side;
use crate::run::{End, Judged, Judgement, MOST_ANOMALIES, Run};
use crate::word::{Digest, Id, Line, Name, Words};

/// A finding and what is said about it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Recorded {
    /// What was found.
    pub finding: Finding,
    /// Who recorded it.
    pub by: Name,
    /// When, microseconds since 1970.
    pub at: i64,
    /// What is said about it.
    pub talk: Talk,
    /// What the clearinghouse calls the report it was handed over as, and the digest of what was handed over.
    pub handed_over: Option<(Name, Digest)>,
}

/// An edition that was published.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Published {
    /// For which audience.
    pub audience: Id,
    /// Which version of the source.
    pub source: u64,
    /// SHA-256 of the finished bytes.
    pub digest: Digest,
    /// When, microseconds since 1970.
    pub at: i64,
}

/// A certificate of destruction.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Certificate {
    /// SHA-256 of it.
    pub digest: Digest,
    /// What was destroyed, and what is kept.
    pub words: Words,
    /// Who handed it in.
    pub by: Name,
    /// When, microseconds since 1970.
    pub at: i64,
}

impl Window {
    /// Whether the action is one of these, and was done.
    pub(super) fn take_evidence(&mut self, action: &Action, done: &Done<'_>) -> Result<bool, Error> {
        let at = done.at;
        match action {
            Action::RegisterKey { party, signer, key } => self.agreements.add_key(party, signer, *key, at)?,
            Action::WithdrawKey { key, words } => self.agreements.withdraw_key(key.as_str(), words, at)?,
            Action::Agree { agreement, terms } => {
                let programme = std::sync::Arc::clone(&self.programme);
                self.agreements.add(agreement, terms, &programme, at)?;
            }
            Action::Sign { agreement, party, signature } => {
                self.agreements.sign(agreement, party, signature, at)?;
            }
            Action::EndAgreement { agreement, words } => {
                self.agreements.end(agreement, &done.by.person, words, at)?;
            }
            Action::Grant { grant, terms } => {
                self.room(self.grants.contains_key(grant), self.grants.len(), grant)?;
                let given = grant::issue(self, &self.agreements, terms, at)?;
                self.grants.insert(grant.clone(), given);
            }
            Action::Revoke { grant, words } => self.revoke(grant, words, done)?,
            Action::Plan { plan, body } => {
                self.room(self.plans.contains_key(plan), self.plans.len(), plan)?;
                body.fits(&self.programme)?;
                self.plans.insert(plan.clone(), body.clone());
            }
            Action::BeginRun { run, plan, grant, environment } => {
                self.begin_run(run, (plan, grant), environment, done)?;
            }
            Action::EndRun { run, end } => self.end_run(run, end, at)?,
            Action::JudgeRun { run, judgement, anomalies, words } => {
                self.judge(run, *judgement, anomalies, words, done)?;
            }
            Action::Find { finding, body } => self.find(finding, body, done)?,
            Action::Talk { finding, step } => self.talk(finding, step, done)?,
            Action::HandOver { finding, report, digest } => self.hand_over(finding, report, digest)?,
            Action::Determine { determination } => self.determine(determination, done)?,
            Action::Publish { audience, source, digest } => {
                let known = self.programme.editions.iter().any(|edition| edition.id == *audience);
                if !known {
                    return Err(Error::of(Code::UnknownAudience, audience.as_str()));
                }
                need(self.published.len() < MOST_EACH, Code::TooMany)?;
                need(self.determination_stands(), Code::DeterminationFell)?;
                let (audience, digest) = (audience.clone(), digest.clone());
                self.published.push(Published { audience, source: *source, digest, at });
            }
            Action::Certify { organisation, certificate, words } => {
                self.certify(organisation, certificate, words, done)?;
            }
            Action::Close { .. } => self.close(at)?,
            _ => return Ok(false),
        }
        Ok(true)
    }

    /// Whether a name is free and there is room for one more.
    fn room(&self, taken: bool, count: usize, name: &Name) -> Result<(), Error> {
        if taken {
            return Err(Error::of(Code::NameTaken, name.as_str()));
        }
        need(count < MOST_EACH, Code::TooMany)
    }

    fn revoke(&mut self, name: &Name, words: &Words, done: &Done<'_>) -> Result<(), Error> {
        let grant = self.grants.get_mut(name).ok_or_else(|| Error::of(Code::UnknownGrant, name.as_str()))?;
        let by = done.by.person.clone();
        let revoked = Revoked { at: done.at, by, words: words.clone(), event: done.number };
        need(grant.revoke(revoked), Code::GrantRevoked)
    }

    fn begin_run(
        &mut self,
        name: &Name,
        under: (&Name, &Name),
        environment: &Digest,
        done: &Done<'_>,
    ) -> Result<(), Error> {
        self.room(self.runs_made.contains_key(name), self.runs_made.len(), name)?;
        let plan = self.plans.get(under.0).ok_or_else(|| Error::of(Code::UnknownPlan, under.0.as_str()))?;
        let grant =
            self.grants.get(under.1).ok_or_else(|| Error::of(Code::UnknownGrant, under.1.as_str()))?;
        grant::in_use(self, &self.agreements, grant, done.at)?;
        if plan.level > grant.terms.level {
            return Err(Error::of(Code::BeyondLevel, &format!("the plan needs {}", plan.level)));
        }
        let run = Run {
            plan: under.0.clone(),
            plan_digest: plan.digest(),
            suite: plan.suite.clone(),
            checkpoint: grant.terms.checkpoint.clone(),
            grant: under.1.clone(),
            environment: environment.clone(),
            by: done.by.person.clone(),
            begun: done.at,
            ended: None,
            ended_at: None,
            judged: Vec::new(),
        };
        self.runs_made.insert(name.clone(), run);
        Ok(())
    }

    fn run(&mut self, name: &Name) -> Result<&mut Run, Error> {
        self.runs_made.get_mut(name).ok_or_else(|| Error::of(Code::UnknownRun, name.as_str()))
    }

    fn end_run(&mut self, name: &Name, end: &End, at: i64) -> Result<(), Error> {
        let run = self.run(name)?;
        need(run.ended.is_none(), Code::RunEnded)?;
        need(end.log.is_some() || end.samples == 0, Code::RunLog)?;
        (run.ended, run.ended_at) = (Some(end.clone()), Some(at));
        Ok(())
    }

    fn judge(
        &mut self,
        name: &Name,
        judgement: Judgement,
        anomalies: &[Line],
        words: &Words,
        done: &Done<'_>,
    ) -> Result<(), Error> {
        need(anomalies.len() <= MOST_ANOMALIES, Code::TooMany)?;
        let run = self.run(name)?;
        need(run.judged.len() < MOST_ANOMALIES, Code::TooMany)?;
        if judgement == Judgement::Valid {
            // What has not ended or has no log cannot be looked at; and nobody vouches for their own.
            need(run.log().is_some(), Code::RunLog)?;
            need(run.by != done.by.person, Code::OwnRun)?;
        }
        let (by, at) = (done.by.person.clone(), done.at);
        run.judged.push(Judged { judgement, anomalies: anomalies.to_vec(), words: words.clone(), by, at });
        Ok(())
    }

    fn find(&mut self, name: &Name, finding: &Finding, done: &Done<'_>) -> Result<(), Error> {
        self.room(self.findings.contains_key(name), self.findings.len(), name)?;
        finding.holds(&self.programme)?;
        if let Some(run) = finding.runs.iter().find(|run| !self.runs_made.contains_key(*run)) {
            return Err(Error::of(Code::UnknownRun, run.as_str()));
        }
        self.checkpoint(&finding.checkpoint)?;
        let (by, at) = (done.by.person.clone(), done.at);
        let recorded =
            Recorded { finding: finding.clone(), by, at, talk: Talk::default(), handed_over: None };
        self.findings.insert(name.clone(), recorded);
        Ok(())
    }

    fn checkpoint(&self, name: &Name) -> Result<(), Error> {
        let known = self.submission.checkpoints.contains_key(name);
        if known { Ok(()) } else { Err(Error::of(Code::UnknownCheckpoint, name.as_str())) }
    }

    fn talk(&mut self, name: &Name, step: &Step, done: &Done<'_>) -> Result<(), Error> {
        let recorded =
            self.findings.get(name).ok_or_else(|| Error::of(Code::UnknownFinding, name.as_str()))?;
        let closes = matches!(step, Step::Close { .. });
        need(closes || recorded.finding.kind != Kind::ThirdPartyVulnerability, Code::NotDevelopers)?;
        match step {
            Step::Mend { checkpoint, .. } => self.checkpoint(checkpoint)?,
            Step::Retest { run, .. } => {
                let mended = recorded.talk.steps.iter().rev().find_map(|round| match &round.step {
                    Step::Mend { checkpoint, .. } => Some(checkpoint),
                    _ => None,
                });
                let found =
                    self.runs_made.get(run).ok_or_else(|| Error::of(Code::UnknownRun, run.as_str()))?;
                need(found.ended.is_some() && Some(&found.checkpoint) == mended, Code::RetestRun)?;
            }
            _ => {}
        }
        let recorded =
            self.findings.get_mut(name).ok_or_else(|| Error::of(Code::UnknownFinding, name.as_str()))?;
        recorded.talk.step(&done.by.person, done.at, step)
    }

    fn hand_over(&mut self, name: &Name, report: &Name, digest: &Digest) -> Result<(), Error> {
        let recorded =
            self.findings.get_mut(name).ok_or_else(|| Error::of(Code::UnknownFinding, name.as_str()))?;
        need(recorded.finding.kind == Kind::ThirdPartyVulnerability, Code::NotThirdParty)?;
        need(recorded.handed_over.is_none(), Code::HandedOver)?;
        recorded.handed_over = Some((report.clone(), digest.clone()));
        Ok(())
    }

    fn determine(&mut self, proposal: &determination::Proposal, done: &Done<'_>) -> Result<(), Error> {
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

    fn certify(
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

    fn close(&mut self, at: i64) -> Result<(), Error> {
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
}
