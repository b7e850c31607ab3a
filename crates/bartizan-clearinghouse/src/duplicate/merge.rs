//! Merging reports and taking it back. A merge says that cause and fix are the same; credits stay with their reports, verbatim.

use std::collections::{BTreeMap, BTreeSet};

use super::report::Credit;
use crate::set::closed_set;

/// Most reports that are kept together.
pub const MOST_REPORTS: usize = 1_000_000;

closed_set! {
    /// Why a merge or split is refused.
    MergeCode {
        /// There is no such report.
        UnknownReport = "duplicate.unknown-report",
        /// There is such a report already.
        ReportExists = "duplicate.report-exists",
        /// No more are kept.
        TooMany = "duplicate.too-many",
        /// They are one already.
        AlreadyOne = "duplicate.already-one",
        /// It was not said that cause and fix are the same.
        NotTheSame = "duplicate.not-the-same",
        /// Why is not said.
        ReasonNeeded = "duplicate.reason-needed",
        /// There is no such merge, or it was taken back.
        UnknownMerge = "duplicate.unknown-merge",
    }
}

impl std::error::Error for MergeCode {}

/// What a merge stands on.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Grounds {
    /// The same root cause.
    pub same_cause: bool,
    /// The same fix: fixing one fixes the other.
    pub same_fix: bool,
    /// On what that is based.
    pub because: String,
}

/// One merge.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Merge {
    /// One report.
    pub first: String,
    /// The other.
    pub second: String,
    /// What it stands on.
    pub grounds: Grounds,
    /// Why it was taken back.
    pub undone: Option<String>,
}

/// What is told about a report to who handed it in.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Told {
    /// It was received. Who may not read the others is told this and nothing else, whether there are others or not.
    Received,
    /// It is one with others: to who may read them.
    OneWith(BTreeSet<String>),
}

/// Reports and their merges. Nothing is ever removed.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Merges {
    reports: BTreeMap<String, Vec<Credit>>,
    log: Vec<Merge>,
}

impl Merges {
    /// Takes a report with its credits.
    pub fn add(&mut self, id: &str, credits: &[Credit]) -> Result<(), MergeCode> {
        if self.reports.len() >= MOST_REPORTS {
            return Err(MergeCode::TooMany);
        }
        if self.reports.contains_key(id) {
            return Err(MergeCode::ReportExists);
        }
        self.reports.insert(id.to_owned(), credits.to_vec());
        Ok(())
    }

    /// Says that two reports are about the same. Gives the number of the merge.
    pub fn merge(&mut self, first: &str, second: &str, grounds: Grounds) -> Result<usize, MergeCode> {
        if !self.reports.contains_key(first) || !self.reports.contains_key(second) {
            return Err(MergeCode::UnknownReport);
        }
        if !grounds.same_cause || !grounds.same_fix {
            return Err(MergeCode::NotTheSame);
        }
        if grounds.because.trim().is_empty() {
            return Err(MergeCode::ReasonNeeded);
        }
        if self.group(first).contains(second) {
            return Err(MergeCode::AlreadyOne);
        }
        let (first, second) = (first.to_owned(), second.to_owned());
        self.log.push(Merge { first, second, grounds, undone: None });
        Ok(self.log.len() - 1)
    }

    /// Takes a merge back. What was one by it alone is two again, each with what it had.
    pub fn undo(&mut self, merge: usize, reason: &str) -> Result<(), MergeCode> {
        if reason.trim().is_empty() {
            return Err(MergeCode::ReasonNeeded);
        }
        let merge = self.log.get_mut(merge).filter(|m| m.undone.is_none()).ok_or(MergeCode::UnknownMerge)?;
        merge.undone = Some(reason.to_owned());
        Ok(())
    }

    /// Everything that was merged, also what was taken back.
    pub fn log(&self) -> &[Merge] {
        &self.log
    }

    /// All reports that are one with this, itself among them; empty if there is no such report.
    pub fn group(&self, id: &str) -> BTreeSet<String> {
        let mut group = BTreeSet::new();
        if !self.reports.contains_key(id) {
            return group;
        }
        let mut links: BTreeMap<&str, Vec<&str>> = BTreeMap::new();
        for merge in self.log.iter().filter(|merge| merge.undone.is_none()) {
            links.entry(&merge.first).or_default().push(&merge.second);
            links.entry(&merge.second).or_default().push(&merge.first);
        }
        let mut open = vec![id];
        while let Some(next) = open.pop() {
            if group.insert(next.to_owned()) {
                open.extend(links.get(next).into_iter().flatten());
            }
        }
        group
    }

    /// Every credit of every report of the group, as it was given, report by report.
    pub fn credits(&self, id: &str) -> Vec<(String, Credit)> {
        let of = |report: String| {
            let credits = self.reports.get(&report).cloned().unwrap_or_default();
            credits.into_iter().map(move |credit| (report.clone(), credit))
        };
        self.group(id).into_iter().flat_map(of).collect()
    }

    /// What is told about a report. `readable` says which other reports the asker may read.
    pub fn told(&self, id: &str, readable: impl Fn(&str) -> bool) -> Told {
        let others: BTreeSet<String> =
            self.group(id).into_iter().filter(|other| other != id && readable(other)).collect();
        if others.is_empty() { Told::Received } else { Told::OneWith(others) }
    }
}
