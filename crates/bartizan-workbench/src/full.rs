//! The whole analysis, within the workbench.

use crate::shell::Shell;
use askama::Template;
use bartizan_stix::Tlp;

/// `GET /reports/{id}/full`: `report.html` as the analysis wrote it, in a frame of its own origin. What is in the frame may run its
/// own script and save files, and reaches neither this page nor the server; [`crate::POLICY`] holds around it.
#[derive(Clone, Debug, Template)]
#[template(path = "full.html")]
pub struct Full {
    /// What stands around the page.
    pub shell: Shell,
    /// Id of the report.
    pub id: String,
    /// Its title.
    pub title: String,
    /// Its marking.
    pub marking: Tlp,
    /// Whether this person may review.
    pub may_review: bool,
    /// Whether there is another edition to compare with.
    pub has_changes: bool,
}

page!(Full, "library");
