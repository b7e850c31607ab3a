//! The due list: what is to do, by when and why.

use crate::shell::{Choice, Shell};
use crate::time::Moment;
use askama::Template;

/// `GET /due`
#[derive(Clone, Debug, Template)]
#[template(path = "due.html")]
pub struct DueList {
    /// What stands around the page.
    pub shell: Shell,
    /// Whether there is an inventory at all.
    pub inventories: bool,
    /// How many advisories were looked at.
    pub advisories: u64,
    /// States to narrow by, with their numbers; sent as `state`.
    pub states: Vec<(Choice, u64)>,
    /// Verdicts to narrow by, sent as `verdict`.
    pub verdicts: Vec<Choice>,
    /// Inventories to narrow by, sent as `inventory`.
    pub chosen: Vec<Choice>,
    /// What fits, by date.
    pub groups: Vec<DueGroup>,
    /// How many fit.
    pub found: u64,
    /// Where the next begin, if there are more.
    pub next: Option<u64>,
    /// Catalogues that were looked at: name, of when, how many entries.
    pub catalogues: Vec<(String, Moment, u64)>,
    /// What was closed and is in no inventory any more.
    pub past: Vec<PastLine>,
}

page!(DueList, "vulnerabilities", "due");

impl DueList {
    /// The query of this page, from a place on.
    fn query(&self, from: &str) -> String {
        let chosen = |c: Option<&Choice>| c.map(|c| c.value.clone()).unwrap_or_default();
        let state = chosen(self.states.iter().map(|(c, _)| c).find(|c| c.chosen));
        let verdict = chosen(self.verdicts.iter().find(|c| c.chosen));
        let inventory = chosen(self.chosen.iter().find(|c| c.chosen));
        crate::href::query(&[
            ("state", &state),
            ("verdict", &verdict),
            ("inventory", &inventory),
            ("from", from),
        ])
    }

    fn next_page(&self) -> String {
        format!("/due{}", self.query(&self.next.unwrap_or_default().to_string()))
    }

    fn table(&self) -> String {
        format!("/due/table{}", self.query(""))
    }

    fn dates(&self) -> String {
        format!("/due.ics{}", self.query(""))
    }
}

/// What has the same date.
#[derive(Clone, Debug)]
pub struct DueGroup {
    /// The day, or `with the next upgrade`.
    pub label: String,
    /// Whether it has passed.
    pub overdue: bool,
    /// How far away, in words; empty without a date.
    pub away: String,
    /// What is to do.
    pub lines: Vec<DueLine>,
}

/// Something to do, in a list.
#[derive(Clone, Debug)]
pub struct DueLine {
    /// Its name in addresses.
    pub id: String,
    /// `open`, `overdue`, `excepted`, `closed`.
    pub state: String,
    /// The vulnerability.
    pub vulnerability: String,
    /// Its title.
    pub title: String,
    /// The component.
    pub component: String,
    /// Its versions.
    pub versions: String,
    /// The asset.
    pub asset: String,
    /// The inventory.
    pub inventory: String,
    /// `yes`, `no`, `unknown`.
    pub exposed: String,
    /// Whether it is affected for certain.
    pub certain: bool,
    /// Whether the date is certain.
    pub exact: bool,
    /// The latest date that is possible.
    pub latest: String,
    /// Whether to look for signs of compromise, in words; empty if not.
    pub forensics: String,
    /// What removes it, the first.
    pub fix: String,
    /// Why, each a sentence with source and date.
    pub why: Vec<String>,
    /// Whether a newer document does not have it any more.
    pub proposed: bool,
}

/// Something that was done.
#[derive(Clone, Debug)]
pub struct PastLine {
    /// The vulnerability.
    pub vulnerability: String,
    /// The component with its versions.
    pub component: String,
    /// The asset.
    pub asset: String,
    /// How.
    pub how: String,
    /// What shows it.
    pub evidence: String,
    /// Who said so.
    pub by: String,
    /// When.
    pub at: Moment,
}

/// `GET /due/{id}`. Forms post `csrf` and: to `…/exceptions` `reason`, `until`; to `…/closures` `how`, `evidence`; to `…/answers`
/// `point`, `value`, `reason`.
#[derive(Clone, Debug, Template)]
#[template(path = "due-item.html")]
pub struct DueItem {
    /// What stands around the page.
    pub shell: Shell,
    /// What the list says of it.
    pub line: DueLine,
    /// By when, in words.
    pub due: String,
    /// Whether it has passed.
    pub overdue: bool,
    /// From when the days count.
    pub since: Moment,
    /// Address of the inventory.
    pub inventory_href: String,
    /// Who answers for the asset.
    pub owner: String,
    /// Where it is.
    pub location: String,
    /// Package URL or CPE name.
    pub identifier: String,
    /// Versions and where they stand in the document.
    pub places: Vec<(String, String)>,
    /// Each question of the directive.
    pub points: Vec<DuePoint>,
    /// Possible outcomes, in words.
    pub outcomes: Vec<String>,
    /// What to find out: what it would be, and what would follow.
    pub find: Vec<(String, String)>,
    /// What advisories say.
    pub advisories: Vec<DueAdvisory>,
    /// What removes it.
    pub fixes: Vec<DueHelp>,
    /// What helps until then.
    pub bridges: Vec<DueHelp>,
    /// What is said of a fix that is not there.
    pub outlook: Vec<DueHelp>,
    /// Rules to hunt with.
    pub rules: Vec<DueRule>,
    /// Page of the vulnerability's name in the library; empty if it has no CVE.
    pub name_href: String,
    /// The exception that holds or held.
    pub exception: Option<DueNote>,
    /// The closure.
    pub closure: Option<DueNote>,
    /// Evidence that is proposed for closing.
    pub evidence: String,
    /// Whether this person makes exceptions.
    pub may_except: bool,
    /// Whether this person closes and answers.
    pub may_close: bool,
    /// How it may be closed.
    pub hows: Vec<Choice>,
    /// First and last day of an exception.
    pub days: (String, String),
}

page!(DueItem, "vulnerabilities", "due");

/// A question of the directive.
#[derive(Clone, Debug)]
pub struct DuePoint {
    /// Its id.
    pub id: String,
    /// The question.
    pub name: String,
    /// The answers that are possible, in words.
    pub possible: String,
    /// Whether the sources contradict each other.
    pub disagree: bool,
    /// Source, date and words.
    pub evidence: Vec<(String, Moment, String)>,
    /// Answers that this person may give; empty: none.
    pub answers: Vec<Choice>,
}

/// What an advisory says.
#[derive(Clone, Debug)]
pub struct DueAdvisory {
    /// What its publisher calls it.
    pub tracking: String,
    /// Its title.
    pub title: String,
    /// Who publishes it.
    pub publisher: String,
    /// Its version.
    pub version: String,
    /// When it came out first.
    pub published: Moment,
    /// `affected`, `not affected`, `unknown`.
    pub verdict: String,
    /// The comparison that decided.
    pub reason: String,
}

/// Something that helps.
#[derive(Clone, Debug)]
pub struct DueHelp {
    /// What it is, in words.
    pub kind: String,
    /// What to do.
    pub details: String,
    /// Where to get it; empty if nowhere.
    pub url: String,
}

/// A rule to hunt with.
#[derive(Clone, Debug)]
pub struct DueRule {
    /// Its page.
    pub href: String,
    /// Its title.
    pub title: String,
    /// Its level.
    pub level: String,
    /// Whether its proof holds.
    pub proven: bool,
}

/// What somebody decided.
#[derive(Clone, Debug)]
pub struct DueNote {
    /// What.
    pub text: String,
    /// Until when; for an exception.
    pub until: Option<Moment>,
    /// Whether it holds now.
    pub holds: bool,
    /// Who.
    pub by: String,
    /// When.
    pub at: Moment,
}

impl DueLine {
    fn href(&self) -> String {
        format!("/due/{}", crate::href::part(&self.id))
    }
}

impl DueItem {
    fn heading(&self) -> String {
        format!("{} in {} {}", self.line.vulnerability, self.line.component, self.line.versions)
    }
}
