//! What acts about submission, people and clock do.

use super::event::Action;
use super::fold::{Done, Window};
use super::intake::{CheckResult, Checked, look};
use super::state::State;
use super::submission::{Checkpoint, MOST_CHECKPOINTS, MOST_CONTACTS, Submission};
use crate::fault::{Code, Error, Fault, need};
use crate::time::{Day, days, text};
use crate::word::{Id, Name, Words};

impl Window {
    /// Whether the action is one of these, and was done.
    pub(super) fn take_clock(&mut self, action: &Action, done: &Done<'_>) -> Result<bool, Error> {
        match action {
            Action::Amend { submission } => self.amend(submission)?,
            Action::AddCheckpoint { name, checkpoint } => self.add_checkpoint(name, checkpoint)?,
            Action::Assign { part } => self.assign(part)?,
            Action::Relieve { person, role, .. } => self.relieve(person, role)?,
            Action::Check { check, result, words } => self.check(check, *result, words, done)?,
            Action::Accept { begins, .. } => self.accept(*begins, done.at)?,
            Action::Decline { words } => self.left = Some((State::Declined, done.at, words.clone())),
            Action::Pause { reason, .. } => self.pause(reason, done.at)?,
            Action::Resume { .. } => self.clock.resume(done.at),
            Action::Extend { days, .. } => self.extend(*days)?,
            Action::Withdraw { words } => {
                self.clock.end_now(done.at);
                self.left = Some((State::Withdrawn, done.at, words.clone()));
            }
            Action::ChangeRelease { release, .. } => self.change_release(*release, done.at)?,
            Action::End { .. } => self.clock.end_now(done.at),
            _ => return Ok(false),
        }
        Ok(true)
    }

    fn amend(&mut self, submission: &Submission) -> Result<(), Error> {
        let (checkpoints, contacts) = (submission.checkpoints.len(), submission.contacts.len());
        need(checkpoints <= MOST_CHECKPOINTS && contacts <= MOST_CONTACTS, Code::TooMany)?;
        self.submission = submission.clone();
        self.clock.release_on(&self.programme, submission.release);
        // They were made about something else.
        self.checked.clear();
        Ok(())
    }

    fn add_checkpoint(&mut self, name: &Name, checkpoint: &Checkpoint) -> Result<(), Error> {
        let known = &mut self.submission.checkpoints;
        need(known.len() < MOST_CHECKPOINTS, Code::TooMany)?;
        if known.contains_key(name) || known.values().any(|one| one.digest == checkpoint.digest) {
            return Err(Error::of(Code::NameTaken, name.as_str()));
        }
        known.insert(name.clone(), checkpoint.clone());
        Ok(())
    }

    fn check(
        &mut self,
        check: &Id,
        result: CheckResult,
        words: &Words,
        done: &Done<'_>,
    ) -> Result<(), Error> {
        if !self.programme.checks.iter().any(|one| one.id == *check) {
            return Err(Error::of(Code::UnknownCheck, check.as_str()));
        }
        let checked = Checked { result, words: words.clone(), by: done.by.person.clone(), at: done.at };
        self.checked.insert(check.clone(), checked);
        Ok(())
    }

    /// What stands against accepting it now: faults of the submission, and checks that are missing or failed.
    pub fn against_acceptance(&self, now: i64) -> Vec<Fault> {
        let mut faults = look(&self.programme, &self.submission, now);
        faults.retain(|fault| fault.code.blocks_acceptance());
        for check in &self.programme.checks {
            let result = self.checked.get(&check.id).map(|checked| checked.result);
            let holds = match result {
                Some(CheckResult::Passed) => true,
                Some(_) => !check.required,
                None => false,
            };
            if !holds {
                let word = result.map_or("was not made", CheckResult::as_str);
                faults.push(Fault::new(Code::ChecksOpen, format!("`{}` {word}: {}", check.id, check.title)));
            }
        }
        faults
    }

    fn accept(&mut self, begins: i64, at: i64) -> Result<(), Error> {
        let against = self.against_acceptance(at);
        if !against.is_empty() {
            return Err(Error::all(against));
        }
        let most = at.saturating_add(days(self.programme.window.most_lead_days));
        if begins > most {
            return Err(Error::of(
                Code::BeginsLate,
                &format!("{} is later than {}", text(begins), text(most)),
            ));
        }
        self.clock.start(begins.max(at));
        Ok(())
    }

    fn pause(&mut self, reason: &Id, at: i64) -> Result<(), Error> {
        let known = self.programme.window.pauses.iter().find(|pause| pause.id == *reason);
        let stops = known.ok_or_else(|| Error::of(Code::UnknownReason, reason.as_str()))?.stops_clock;
        self.clock.pause(at, reason, stops);
        Ok(())
    }

    fn extend(&mut self, by: u32) -> Result<(), Error> {
        let most = days(self.programme.window.most_extension_days);
        let after = self.clock.extended().saturating_add(days(by));
        if by == 0 || after > most {
            let allowed = self.programme.window.most_extension_days;
            return Err(Error::of(Code::ExtensionTooLong, &format!("{by} days; {allowed} in all")));
        }
        self.clock.extend(days(by));
        Ok(())
    }

    fn change_release(&mut self, release: Option<Day>, at: i64) -> Result<(), Error> {
        // A day that has begun would end the window in the past.
        if let Some(day) = release.filter(|day| day.begins() <= at) {
            return Err(Error::of(Code::ReleaseNotAhead, &day.to_string()));
        }
        self.submission.release = release;
        self.clock.release_on(&self.programme, release);
        Ok(())
    }
}
