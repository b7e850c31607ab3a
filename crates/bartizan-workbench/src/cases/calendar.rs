//! Dates of cases.

use askama::Template;

use crate::shell::Shell;
use crate::time::Moment;

/// `GET /embargoes`
#[derive(Clone, Debug, Template)]
#[template(path = "embargoes.html")]
pub struct Calendar {
    /// What stands around the page.
    pub shell: Shell,
    /// Days with something on them, the earliest first.
    pub days: Vec<CalendarDay>,
}

page!(Calendar, "vulnerabilities", "embargoes");

/// A day, in UTC.
#[derive(Clone, Debug)]
pub struct CalendarDay {
    /// The day in words.
    pub day: String,
    /// Whether it is over.
    pub past: bool,
    /// What is on it.
    pub lines: Vec<CalendarLine>,
}

/// Something on a day.
#[derive(Clone, Debug)]
pub struct CalendarLine {
    /// When.
    pub at: Moment,
    /// What, in words.
    pub what: String,
    /// UUID of the case.
    pub uuid: String,
    /// What the case is called; empty for whom the content is not for.
    pub title: String,
}
