//! Before something that leaves the organisation or cannot be taken back.

use crate::shell::Shell;
use askama::Template;

/// What a form that asks once more is answered with.
#[derive(Clone, Debug, Default, Template)]
#[template(path = "confirm.html")]
pub struct Confirm {
    /// What stands around the page.
    pub shell: Shell,
    /// What is about to be done, as a question.
    pub title: String,
    /// What it leads to, a sentence each.
    pub what: Vec<String>,
    /// Where the form posts to, an address on this server.
    pub action: String,
    /// What it sends beside `csrf`, `sure=1` among it.
    pub fields: Vec<(String, String)>,
    /// Words of the button.
    pub button: String,
    /// Where not doing it leads, an address on this server.
    pub back: String,
}

page!(Confirm, "confirm");
