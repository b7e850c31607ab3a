//! The board and a window.

use askama::Template;

use crate::shell::{Choice, Shell};
use crate::time::Moment;
use crate::{ActForm, href};

/// `GET /testing`. Forms post to `/testing` (a model), `/testing/programmes` (`rules`) and below these.
#[derive(Clone, Debug, Template)]
#[template(path = "testing.html")]
pub struct TestBoard {
    /// What stands around the page.
    pub shell: Shell,
    /// Windows that the reader knows of, newest first.
    pub windows: Vec<TestLine>,
    /// Versions of programmes.
    pub programmes: Vec<TestProgramme>,
    /// Editions that the reader may read: address, title, marking.
    pub editions: Vec<(String, String, String)>,
    /// What the reader may do here.
    pub acts: Vec<ActForm>,
}

page!(TestBoard, "testing");

/// A window in a list.
#[derive(Clone, Debug)]
pub struct TestLine {
    /// UUID.
    pub uuid: String,
    /// The model.
    pub title: String,
    /// Whose model it is.
    pub developer: String,
    /// The programme and its version.
    pub programme: String,
    /// The reader's roles.
    pub roles: String,
    /// How it stands.
    pub clock: TestClock,
    /// How many proposals wait for the reader.
    pub waits: usize,
}

/// A version of a programme.
#[derive(Clone, Debug)]
pub struct TestProgramme {
    /// UUID.
    pub uuid: String,
    /// What people call it.
    pub title: String,
    /// Name and version.
    pub version: String,
    /// Who runs it.
    pub runs: String,
    /// Whether no window begins under it any more.
    pub retired: bool,
    /// Who has a role in each new window; for those who run it.
    pub staff: Vec<String>,
    /// What the reader may do with it.
    pub acts: Vec<ActForm>,
}

impl TestProgramme {
    fn href(&self) -> String {
        format!("/testing/programmes/{}/rules", href::part(&self.uuid))
    }
}

/// How a window stands.
#[derive(Clone, Debug, Default)]
pub struct TestClock {
    /// A word of the states.
    pub state: String,
    /// T0.
    pub begins: Option<Moment>,
    /// When it ends, as known now.
    pub ends: Option<Moment>,
    /// What is left, in words; empty where nothing runs.
    pub left: String,
    /// How much of it is over, of 100.
    pub over: u64,
    /// Pauses, extensions, the day of release.
    pub notes: Vec<String>,
}

/// `GET /testing/{uuid}` and `GET /testing/{uuid}/{tab}`. Acts post to `/testing/{uuid}/act`.
#[derive(Clone, Debug, Template)]
#[template(path = "window.html")]
pub struct TestWindow {
    /// What stands around the page.
    pub shell: Shell,
    /// UUID.
    pub uuid: String,
    /// The model.
    pub title: String,
    /// Whose model it is, who runs the programme, and the programme.
    pub whose: (String, String, String),
    /// The reader's roles.
    pub roles: String,
    /// How it stands.
    pub clock: TestClock,
    /// What waits for a second person.
    pub waits: Vec<TestWait>,
    /// Ways to the parts.
    pub tabs: Vec<TestTab>,
    /// What this tab shows.
    pub parts: Vec<TestPart>,
    /// A credential, shown once.
    pub secret: Option<String>,
}

page!(TestWindow, "testing");

/// A way to a part of a window.
#[derive(Clone, Debug)]
pub struct TestTab {
    /// Where.
    pub href: String,
    /// What the reader sees.
    pub label: &'static str,
    /// Whether it is the one that is shown.
    pub here: bool,
}

/// An act that waits for a second person.
#[derive(Clone, Debug)]
pub struct TestWait {
    /// What.
    pub title: String,
    /// Who proposed it, and as what.
    pub by: String,
    /// When it waits no longer.
    pub lapses: Moment,
    /// What it says.
    pub facts: Vec<(String, String)>,
    /// Agreeing, refusing, taking back.
    pub acts: Vec<ActForm>,
}

/// A cell of a table.
#[derive(Clone, Debug, Default)]
pub struct TestCell {
    /// What stands there.
    pub text: String,
    /// More, below it.
    pub more: Vec<String>,
    /// Where it leads; may be empty.
    pub href: String,
    /// Whether it is set in the letters of a machine.
    pub mono: bool,
    /// Whether it has to be seen.
    pub strong: bool,
}

/// A table.
#[derive(Clone, Debug, Default)]
pub struct TestGrid {
    /// Heads of the columns.
    pub head: Vec<&'static str>,
    /// Rows.
    pub rows: Vec<Vec<TestCell>>,
}

/// A part of a window.
#[derive(Clone, Debug, Default)]
pub struct TestPart {
    /// Unique on the page: letters, digits, `-`.
    pub id: String,
    /// Its heading.
    pub title: String,
    /// What the reader should know; may be empty.
    pub note: String,
    /// Names and values.
    pub facts: Vec<(String, String)>,
    /// A table; without rows it is left out.
    pub grid: TestGrid,
    /// What stands there while there is nothing; may be empty.
    pub empty: String,
    /// Texts as they are, each under a name.
    pub texts: Vec<(String, String)>,
    /// What the reader may do.
    pub acts: Vec<ActForm>,
    /// What the reader may bring.
    pub uploads: Vec<TestUpload>,
}

impl TestPart {
    fn is_bare(&self) -> bool {
        self.facts.is_empty() && self.grid.rows.is_empty() && self.texts.is_empty()
    }
}

/// A form that takes a file.
#[derive(Clone, Debug, Default)]
pub struct TestUpload {
    /// Unique on the page.
    pub id: String,
    /// What is done.
    pub title: String,
    /// Where it is sent.
    pub action: String,
    /// What is sent beside it.
    pub hidden: Vec<(&'static str, String)>,
    /// What it can be.
    pub kinds: Vec<Choice>,
    /// What to know about it; may be empty.
    pub hint: String,
}

impl TestUpload {
    fn action(&self) -> &str {
        href::local(&self.action)
    }
}
