//! How far the server is with a submission.

use crate::shell::Shell;
use crate::time::Moment;
use askama::Template;
use serde::Serialize;

/// `GET /jobs/{id}`. With scripts the page asks [`Job::poll`] for [`Progress`] as JSON every second or two; without
/// them it loads itself again.
#[derive(Clone, Debug, Template)]
#[template(path = "job.html")]
pub struct Job {
    /// What stands around the page.
    pub shell: Shell,
    /// Id.
    pub id: String,
    /// What it works on: file name, title, or address, which is to be defanged.
    pub title: String,
    /// Where it stands.
    pub progress: Progress,
    /// Address that answers [`Progress`] as JSON; usually `/jobs/{id}/progress`.
    pub poll: String,
    /// When it was submitted.
    pub submitted: Moment,
    /// By whom.
    pub by: String,
    /// Whether this person may cancel it: a form posts `csrf` to `/jobs/{id}/cancel`.
    pub may_cancel: bool,
    /// Whether this person may try a failed one again: a form posts `csrf` to `/jobs/{id}/retry`.
    pub may_retry: bool,
}

page!(Job, "submit");

/// Where a job stands. Serialised, it is what [`Job::poll`] answers.
#[derive(Clone, Debug, Default, Serialize)]
pub struct Progress {
    /// What the job does now or how it ended.
    pub state: State,
    /// The stage in words: `reading the document`.
    pub stage: String,
    /// Stages: name, and whether it is over.
    pub stages: Vec<(String, bool)>,
    /// Steps of this stage that are done.
    pub done: u64,
    /// Steps of this stage; 0 where not known.
    pub whole: u64,
    /// How many a second, in words: `14 pages/s`; empty where not known.
    pub rate: String,
    /// Seconds left, as far as known.
    pub seconds_left: Option<u64>,
    /// Jobs before it, while it waits.
    pub before: Option<u64>,
    /// How often it was tried.
    pub attempts: u32,
    /// What went wrong, what was kept and what to do.
    pub problem: Option<Trouble>,
    /// Id of the report, once there is one.
    pub report: Option<String>,
    /// Address of the report, filled by [`Progress::ready`].
    pub href: Option<String>,
}

impl Progress {
    /// With the address that belongs to the report; call it before serialising.
    pub fn ready(mut self) -> Self {
        self.href = self.report.as_deref().map(crate::href::report);
        self
    }
}

/// What a job does.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum State {
    /// In the queue.
    #[default]
    Waiting,
    /// At work.
    Running,
    /// Finished.
    Done,
    /// Given up.
    Failed,
    /// Stopped by a person.
    Cancelled,
}

impl State {
    /// Whether nothing more happens.
    pub fn is_over(self) -> bool {
        matches!(self, State::Done | State::Failed | State::Cancelled)
    }

    fn words(&self) -> &'static str {
        match self {
            State::Waiting => "Waiting",
            State::Running => "At work",
            State::Done => "Done",
            State::Failed => "Failed",
            State::Cancelled => "Cancelled",
        }
    }
}

/// What went wrong.
#[derive(Clone, Debug, Default, Serialize)]
pub struct Trouble {
    /// What happened.
    pub what: String,
    /// What was kept.
    pub kept: String,
    /// What to do.
    pub next: String,
}

impl Job {
    fn detail(&self) -> String {
        let p = &self.progress;
        let mut parts = Vec::new();
        if p.whole > 0 {
            parts.push(format!("{} of {}", crate::text::grouped(p.done), crate::text::grouped(p.whole)));
        }
        if !p.rate.is_empty() {
            parts.push(p.rate.clone());
        }
        parts.extend(p.seconds_left.map(crate::time::left));
        match p.before {
            Some(0) => parts.push("next in the queue".into()),
            Some(n) => parts.push(format!("{} before it", crate::text::count(n, "job", "jobs"))),
            None => {}
        }
        if p.attempts > 1 {
            parts.push(format!("attempt {}", p.attempts));
        }
        parts.join(" · ")
    }
}
