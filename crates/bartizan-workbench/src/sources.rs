//! Sources that the server pulls, and peers that it pushes to.

use crate::shell::{Choice, Problem, Shell};
use crate::time::Moment;
use askama::Template;
use bartizan_stix::Tlp;

/// `GET /sources`. Where [`Sources::may_add`], its forms post `csrf`, `kind` (`feed`, `misp`, `taxii`, `page`, `push`), `title`,
/// `address`, `remote`, `collection`, `reader`, `marking`, `minutes`, `user`, `password`, `token` to the same address.
#[derive(Clone, Debug, Template)]
#[template(path = "sources.html")]
pub struct Sources {
    /// What stands around the page.
    pub shell: Shell,
    /// What is pulled.
    pub sources: Vec<SourceLine>,
    /// To whom is pushed.
    pub peers: Vec<SourceLine>,
    /// Whether this person may add some.
    pub may_add: bool,
    /// Collections this person may add to.
    pub collections: Vec<Choice>,
    /// Collections this person runs.
    pub own: Vec<Choice>,
    /// Other organisations of this node.
    pub organisations: Vec<Choice>,
    /// Typed before; never the secrets.
    pub typed: TypedSource,
    /// Why the form came back.
    pub problem: Option<Problem>,
}

page!(Sources, "admin");

impl Sources {
    fn is_peer(&self) -> bool {
        self.typed.kind == "push"
    }

    /// Whether the form of sources (of peers) stands open: it came back, or there is nothing else to do.
    fn is_open(&self, peer: bool) -> bool {
        if self.problem.is_some() {
            return self.is_peer() == peer;
        }
        !peer && self.sources.is_empty() && self.peers.is_empty()
    }

    /// What was typed, in the form in which it was.
    fn of<'a>(&self, peer: bool, text: &'a str) -> &'a str {
        if self.is_peer() == peer { text } else { "" }
    }

    fn kinds(&self) -> [(&'static str, &'static str); 4] {
        [
            ("feed", "RSS or Atom feed: articles become reports"),
            ("page", "a report at an address: again when it changes"),
            ("misp", "MISP feed: events become objects"),
            ("taxii", "TAXII 2.1 collection: its objects"),
        ]
    }
}

/// What was typed into the form.
#[derive(Clone, Debug)]
pub struct TypedSource {
    /// `feed`, `misp`, `taxii`, `page` or `push`.
    pub kind: String,
    /// Title.
    pub title: String,
    /// Address.
    pub address: String,
    /// The collection there.
    pub remote: String,
    /// Marking.
    pub marking: Tlp,
    /// Minutes between rounds.
    pub minutes: u32,
}

impl Default for TypedSource {
    fn default() -> Self {
        let empty = String::new;
        Self {
            kind: empty(),
            title: empty(),
            address: empty(),
            remote: empty(),
            marking: Tlp::Amber,
            minutes: 60,
        }
    }
}

/// A source or peer in the list.
#[derive(Clone, Debug)]
pub struct SourceLine {
    /// Id.
    pub id: String,
    /// Title.
    pub title: String,
    /// Kind, in words.
    pub kind: String,
    /// Address, which is shown and never a link.
    pub address: String,
    /// Where it goes: `the library`, the title of a collection, or for a peer what is pushed.
    pub target: String,
    /// How the last round ended, in words; empty before the first.
    pub state: String,
    /// Whether it failed.
    pub failed: bool,
    /// When the last round was begun.
    pub last: Option<Moment>,
    /// When the next one is due; none: it rests.
    pub next: Option<Moment>,
}

/// `GET /sources/{id}`. Where [`Source::may_change`], forms post `csrf` to `/sources/{id}/run`, `/sources/{id}/pause` (with
/// `paused`, `1` or `0`), `/sources/{id}/change` (with `title`, `minutes`, `marking`, `user`, `password`, `token`, `forget`) and `/sources/{id}/remove`.
#[derive(Clone, Debug, Template)]
#[template(path = "source.html")]
pub struct Source {
    /// What stands around the page.
    pub shell: Shell,
    /// What the list says of it.
    pub line: SourceLine,
    /// Whether it is a peer.
    pub is_peer: bool,
    /// The collection there; empty where there is none.
    pub remote: String,
    /// What a thing without a marking counts as.
    pub marking: Tlp,
    /// Minutes between rounds.
    pub minutes: u64,
    /// The organisation that a peer is.
    pub reader: String,
    /// Whether credentials are kept.
    pub credentials: bool,
    /// On whose behalf.
    pub by: String,
    /// Whether it rests.
    pub paused: bool,
    /// Whether a round is under way.
    pub open: bool,
    /// Whether this person runs it.
    pub may_change: bool,
    /// The last rounds, newest first.
    pub runs: Vec<SourceRun>,
}

page!(Source, "admin");

impl Source {
    fn path(&self, verb: &str) -> String {
        format!("{}/{verb}", crate::href::source(&self.line.id))
    }
}

/// A round.
#[derive(Clone, Debug)]
pub struct SourceRun {
    /// When it was begun.
    pub begun: Moment,
    /// How it ended, in words.
    pub state: String,
    /// Whether it failed.
    pub failed: bool,
    /// Things that were new.
    pub taken: u64,
    /// Things that were there.
    pub known: u64,
    /// Things that were refused.
    pub refused: u64,
    /// What was refused and why.
    pub notes: Vec<String>,
}
