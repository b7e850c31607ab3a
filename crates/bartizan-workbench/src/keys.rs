//! All keys of the workbench on one page.

use crate::shell::Shell;
use askama::Template;

/// `GET /keys`.
#[derive(Clone, Debug, Template)]
#[template(path = "keys.html")]
pub struct Keys {
    /// What stands around the page.
    pub shell: Shell,
}

page!(Keys, "keys");

/// Keys that are pressed, and what they do.
type Key = (&'static [&'static str], &'static str);

/// Pages, and the keys that they have: the keys, and what they do.
const PAGES: [(&str, &[Key]); 4] = [
    (
        "Everywhere",
        &[
            (&["?"], "the keys of this page"),
            (&["/"], "search or filter"),
            (&["j", "k"], "next, previous in a list"),
            (&["Enter"], "open what has the focus"),
            (&["Tab", "Shift Tab"], "next, previous control; the first stop of a page skips to its content"),
            (&["Esc"], "close a menu or window, leave a field"),
        ],
    ),
    (
        "To a page",
        &[
            (&["g h"], "home"),
            (&["g s"], "submit"),
            (&["g l"], "library"),
            (&["g c"], "collections"),
            (&["g a"], "ATT&CK coverage"),
            (&["g r"], "rules"),
            (&["g g"], "graph"),
        ],
    ),
    (
        "Review",
        &[
            (&["j", "k"], "next, previous claim"),
            (&["o"], "next claim without a decision"),
            (&["n", "p"], "next, previous words of the claim in the text"),
            (&["a"], "accept, and go on to the next open one"),
            (&["x", "1 … 6"], "reject, with a reason"),
            (&["e"], "other words: select them, Enter takes them, Esc leaves them"),
            (&["v"], "select with the keyboard: arrows move by word and line, with Shift they extend"),
            (&["t"], "add a technique at the selection"),
            (&["i"], "add the selection as an indicator"),
            (&["u"], "undo your last decision"),
        ],
    ),
    ("Graph", &[(&["+", "-"], "nearer, farther"), (&["0"], "the whole picture"), (&["arrows"], "move")]),
];

impl Keys {
    fn pages(&self) -> &'static [(&'static str, &'static [Key])] {
        &PAGES
    }
}
