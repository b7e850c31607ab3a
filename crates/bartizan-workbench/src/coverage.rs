//! The ATT&CK board: what reports name, and what rules would see.

use crate::shell::{Choice, Shell};
use askama::Template;

/// `GET /coverage?show=…&actor=…&since=…&until=…`; as a layer of Navigator at `/coverage/layer.json`.
#[derive(Clone, Debug, Template)]
#[template(path = "coverage.html")]
pub struct Coverage {
    /// What stands around the page.
    pub shell: Shell,
    /// Which cells are there.
    pub show: Show,
    /// Actors whose reports are counted; the first, without a value, is anyone.
    pub actors: Vec<Choice>,
    /// Published since: a year, a month or a day; may be empty.
    pub since: String,
    /// Published until; may be empty.
    pub until: String,
    /// Tactics in the order of the matrix.
    pub tactics: Vec<TacticColumn>,
    /// Version of ATT&CK in words.
    pub version: String,
}

page!(Coverage, "coverage");

/// Which cells are shown; the value of `show`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Show {
    /// Techniques that a report names: `seen`.
    #[default]
    Seen,
    /// Techniques that a report names and no rule sees: `gaps`.
    Gaps,
    /// The whole matrix: `all`.
    All,
}

impl Show {
    /// From the value of `show`.
    pub fn parse(text: &str) -> Self {
        match text {
            "gaps" => Show::Gaps,
            "all" => Show::All,
            _ => Show::Seen,
        }
    }
}

/// A column of the board.
#[derive(Clone, Debug, Default)]
pub struct TacticColumn {
    /// Name of the tactic.
    pub name: String,
    /// Its techniques, all of them: the page leaves out what [`Coverage::show`] does.
    pub techniques: Vec<BoardCell>,
}

/// A technique on the board.
#[derive(Clone, Debug, Default)]
pub struct BoardCell {
    /// Id.
    pub id: String,
    /// Name.
    pub name: String,
    /// Reports that name it or one of its sub-techniques.
    pub reports: u64,
    /// Rules that would see it or one of its sub-techniques.
    pub rules: u64,
    /// Sub-techniques; theirs are empty.
    pub subs: Vec<BoardCell>,
}

impl BoardCell {
    fn is_gap(&self) -> bool {
        self.reports > 0 && self.rules == 0
    }

    /// What one cell says, read aloud.
    fn words(&self) -> String {
        let reports = crate::text::count(self.reports, "report", "reports");
        format!("{reports}, {}", crate::text::count(self.rules, "rule", "rules"))
    }
}

impl Coverage {
    /// What is asked, with cells shown in a way.
    fn query(&self, show: &str) -> String {
        let actor = self.actors.iter().find(|c| c.chosen).map_or("", |c| c.value.as_str());
        crate::href::query(&[
            ("show", show),
            ("actor", actor),
            ("since", &self.since),
            ("until", &self.until),
        ])
    }

    fn show_word(&self) -> &'static str {
        match self.show {
            Show::Seen => "",
            Show::Gaps => "gaps",
            Show::All => "all",
        }
    }

    fn is_narrowed(&self) -> bool {
        !self.since.is_empty()
            || !self.until.is_empty()
            || self.actors.iter().any(|c| c.chosen && !c.value.is_empty())
    }

    fn shows(&self, cell: &BoardCell) -> bool {
        match self.show {
            Show::All => true,
            Show::Seen => cell.reports > 0,
            Show::Gaps => cell.is_gap() || cell.subs.iter().any(BoardCell::is_gap),
        }
    }

    fn is_open(&self, column: &TacticColumn) -> bool {
        column.techniques.iter().any(|t| self.shows(t))
    }

    /// Class of the heat of a cell: five steps, each twice the one before, up to the hottest of the board.
    fn heat(&self, cell: &BoardCell) -> &'static str {
        let most = self.tactics.iter().flat_map(|t| &t.techniques).map(|t| t.reports).max().unwrap_or(0);
        match cell.reports {
            0 => "h0",
            n if n * 16 < most => "h1",
            n if n * 8 < most => "h2",
            n if n * 4 < most => "h3",
            n if n * 2 < most => "h4",
            _ => "h5",
        }
    }

    /// Techniques named by reports, and how many of those a rule sees. One in several tactics counts once.
    fn totals(&self) -> (usize, usize) {
        let cells = self.tactics.iter().flat_map(|t| &t.techniques).filter(|c| c.reports > 0);
        let seen: std::collections::BTreeMap<&str, bool> =
            cells.map(|c| (c.id.as_str(), c.rules > 0)).collect();
        (seen.len(), seen.values().filter(|ruled| **ruled).count())
    }
}
