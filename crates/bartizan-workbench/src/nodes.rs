//! Other nodes: the state of each link, the cases between, what was refused.

use askama::Template;

use crate::Choice;
use crate::shell::Shell;
use crate::time::Moment;

/// `GET /nodes`, whose forms post to `/nodes/{uuid}`.
#[derive(Clone, Debug, Template)]
#[template(path = "nodes.html")]
pub struct Nodes {
    /// What stands around the page.
    pub shell: Shell,
    /// This node's public key; empty before it was made.
    pub key: String,
    /// Nodes that the organisation trusts.
    pub nodes: Vec<NodeLine>,
}

page!(Nodes, "vulnerabilities", "nodes");

/// A node that is trusted.
#[derive(Clone, Debug)]
pub struct NodeLine {
    /// UUID.
    pub uuid: String,
    /// What people call it.
    pub title: String,
    /// Its public key.
    pub key: String,
    /// Where it is reached.
    pub url: String,
    /// Whether the link is stopped.
    pub paused: bool,
    /// Why it was not reached last; empty if it was.
    pub fault: String,
    /// When it was last reached.
    pub reached: Option<Moment>,
    /// When it was last heard of.
    pub heard: Option<Moment>,
    /// Messages that wait to be sent, and to be taken up.
    pub waiting: (u64, u64),
    /// The cases between.
    pub cases: Vec<NodeCase>,
    /// What it said that the rules refused: code, words, when.
    pub refused: Vec<(String, String, Moment)>,
    /// Cases that can be handed over.
    pub ready: Vec<Choice>,
}

/// A case between two nodes.
#[derive(Clone, Debug)]
pub struct NodeCase {
    /// UUID and title of the own case; none before one was opened.
    pub own: Option<(String, String)>,
    /// What the other handles it by; empty before that is known.
    pub handling: String,
    /// Whether this node handed it over.
    pub ours: bool,
    /// Messages written, and come.
    pub messages: (u64, u64),
    /// Whether statements of vendors are passed on.
    pub passes: bool,
    /// Whether the other said what has to be decided here.
    pub flagged: bool,
}
