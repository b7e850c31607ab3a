//! The clock of a window. Nothing of it is stored but what happened; every answer is a function of that and of the time.

use crate::rules::{Programme, Release};
use crate::time::{Day, days};
use crate::word::Id;

/// A pause.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Pause {
    /// Since when, microseconds since 1970.
    pub from: i64,
    /// Until when; `None`: it lasts.
    pub until: Option<i64>,
    /// Why: a word of the programme.
    pub reason: Id,
    /// Whether the end moves.
    pub stops_clock: bool,
}

/// What moves the end of a window.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Clock {
    begins: Option<i64>,
    length: i64,
    extended: i64,
    /// The most by which pauses move the end.
    most_paused: i64,
    pauses: Vec<Pause>,
    /// When the release ends the window, if it does.
    release: Option<i64>,
    ended: Option<i64>,
}

impl Clock {
    pub(super) fn new(programme: &Programme) -> Self {
        Self {
            begins: None,
            length: days(programme.window.days),
            extended: 0,
            most_paused: days(programme.window.most_pause_days),
            pauses: Vec::new(),
            release: None,
            ended: None,
        }
    }

    /// T0; `None` before the submission is accepted. It may lie ahead.
    pub fn begins(&self) -> Option<i64> {
        self.begins
    }

    /// The pauses, in order; at most the last one lasts.
    pub fn pauses(&self) -> &[Pause] {
        &self.pauses
    }

    /// Whether a pause lasts.
    pub fn paused(&self) -> bool {
        self.pauses.last().is_some_and(|pause| pause.until.is_none())
    }

    /// By how much all extensions move the end.
    pub fn extended(&self) -> i64 {
        self.extended
    }

    /// By how much all pauses have moved the end by a time: the sum of those that stop the clock, at most what the programme allows.
    pub fn stopped(&self, now: i64) -> i64 {
        let one =
            |pause: &Pause| pause.until.map_or(now, |until| until.min(now)).saturating_sub(pause.from).max(0);
        let all = self.pauses.iter().filter(|pause| pause.stops_clock).map(one).fold(0, i64::saturating_add);
        all.min(self.most_paused)
    }

    /// When it ends, as known at a time: T0, the length, extensions, pauses so far; earlier if it was ended or the release ends it. A
    /// pause that lasts moves it on.
    pub fn end(&self, now: i64) -> Option<i64> {
        if let Some(ended) = self.ended {
            return Some(ended);
        }
        let computed = self
            .begins?
            .saturating_add(self.length)
            .saturating_add(self.extended)
            .saturating_add(self.stopped(now));
        Some(self.release.map_or(computed, |release| computed.min(release)))
    }

    /// Whether it is over at a time. What is over stays over: a pause moves the end no faster than time goes.
    pub fn over(&self, now: i64) -> bool {
        self.end(now).is_some_and(|end| end <= now)
    }

    /// How long it lasts from a time on, while it runs or before it begins; 0 when it is over.
    pub fn remaining(&self, now: i64) -> Option<i64> {
        let begins = self.begins?;
        self.end(now).map(|end| end.saturating_sub(now.max(begins)).max(0))
    }

    /// Since and until when calls may be made, as known at a time: from T0 or the end of the last pause. `None` while a pause lasts, when
    /// it is over, and before it is known when it begins.
    pub fn runs_between(&self, now: i64) -> Option<(i64, i64)> {
        if self.paused() || self.over(now) {
            return None;
        }
        let since = self.pauses.last().and_then(|pause| pause.until).or(self.begins)?;
        self.end(now).map(|end| (since, end))
    }

    pub(super) fn start(&mut self, at: i64) {
        self.begins = Some(at);
    }

    pub(super) fn pause(&mut self, at: i64, reason: &Id, stops_clock: bool) {
        self.pauses.push(Pause { from: at, until: None, reason: reason.clone(), stops_clock });
    }

    pub(super) fn resume(&mut self, at: i64) {
        if let Some(pause) = self.pauses.last_mut().filter(|pause| pause.until.is_none()) {
            pause.until = Some(at);
        }
    }

    pub(super) fn extend(&mut self, by: i64) {
        self.extended = self.extended.saturating_add(by);
    }

    pub(super) fn end_now(&mut self, at: i64) {
        self.ended = Some(at);
        self.resume(at);
    }

    pub(super) fn release_on(&mut self, programme: &Programme, day: Option<Day>) {
        let ends = programme.window.release == Release::EndsWindow;
        self.release = day.filter(|_| ends).map(Day::begins);
    }
}
