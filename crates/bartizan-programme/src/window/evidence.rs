//! What acts about agreements, access, runs, findings and the end do.

use super::event::Action;
use super::fold::{Done, MOST_EACH, Window};
use crate::fault::{Code, Error, need};
use crate::finding::{Finding, Kind, Step, Talk};
use crate::grant::{self, Grant, Revoked, Terms};
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
                let given = self.grant(grant, terms, at)?;
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

    /// The grant that would be given.
    pub(super) fn grant(&self, name: &Name, terms: &Terms, at: i64) -> Result<Grant, Error> {
        self.room(self.grants.contains_key(name), self.grants.len(), name)?;
        grant::issue(self, &self.agreements, terms, at)
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
}
