//! A thread of a case, and its timeline.

use askama::Template;

use super::ActForm;
use crate::shell::Shell;
use crate::time::Moment;

/// `GET /cases/{uuid}/threads/{thread}`. Its form posts `text` to the same address.
#[derive(Clone, Debug, Template)]
#[template(path = "case-thread.html")]
pub struct CaseThread {
    /// What stands around the page.
    pub shell: Shell,
    /// UUID of the case.
    pub uuid: String,
    /// What the case is called.
    pub case: String,
    /// Name of the thread.
    pub thread: String,
    /// What it is called: the participant's name, or its own.
    pub title: String,
    /// Who is in it.
    pub members: Vec<String>,
    /// Messages, in order.
    pub messages: Vec<MessageLine>,
    /// Whether the reader may write.
    pub may_write: bool,
    /// What the reader may say about the participant whose thread it is.
    pub acts: Vec<ActForm>,
    /// Saying that everything was read; none if it was.
    pub read: Option<ActForm>,
}

page!(CaseThread, "vulnerabilities", "cases");

/// A message.
#[derive(Clone, Debug)]
pub struct MessageLine {
    /// Who wrote it.
    pub by: String,
    /// When.
    pub at: Moment,
    /// Plain text.
    pub text: String,
    /// Who has read it.
    pub read_by: Vec<String>,
    /// Whether the reader has not.
    pub unread: bool,
}

/// `GET /cases/{uuid}/timeline`
#[derive(Clone, Debug, Template)]
#[template(path = "case-timeline.html")]
pub struct Timeline {
    /// What stands around the page.
    pub shell: Shell,
    /// UUID of the case.
    pub uuid: String,
    /// What the case is called.
    pub case: String,
    /// What happened, in order.
    pub events: Vec<TimelineLine>,
    /// Whether there is more than is shown: the newest are.
    pub more: bool,
}

page!(Timeline, "vulnerabilities", "cases");

/// Something that happened.
#[derive(Clone, Debug)]
pub struct TimelineLine {
    /// When.
    pub at: Moment,
    /// Which participant; empty for whom the reader does not meet.
    pub by: String,
    /// Who of it; empty where that is not the reader's.
    pub person: String,
    /// What, in words.
    pub text: String,
}

impl CaseThread {
    fn href(&self) -> String {
        format!("/cases/{}", crate::href::part(&self.uuid))
    }
}

impl Timeline {
    fn href(&self) -> String {
        format!("/cases/{}", crate::href::part(&self.uuid))
    }
}
