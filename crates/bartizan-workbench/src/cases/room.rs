//! The room of a case: the clock and the next steps of this reader first, then who is in it and what stands.

use askama::Template;
use bartizan_stix::Tlp;

use super::ActForm;
use super::talk::TimelineLine;
use crate::shell::Shell;
use crate::time::Moment;

/// `GET /cases/{uuid}`
#[derive(Clone, Debug, Template)]
#[template(path = "case.html")]
pub struct CaseRoom {
    /// What stands around the page.
    pub shell: Shell,
    /// UUID.
    pub uuid: String,
    /// What it is called; empty where the content is not for the reader, or not yet.
    pub title: String,
    /// Who coordinates it.
    pub coordinator: String,
    /// How far it goes.
    pub marking: Tlp,
    /// CVE identifiers.
    pub cves: Vec<String>,
    /// What it is about.
    pub summary: String,
    /// Whether the content is for the reader.
    pub content: bool,
    /// Whether the reader coordinates.
    pub runs: bool,
    /// Figures at the top: (what, how it stands).
    pub facts: Vec<(String, String)>,
    /// The embargo's clock.
    pub clock: Clock,
    /// What this reader does next.
    pub steps: Vec<Step>,
    /// Who is in it, as far as the reader meets them.
    pub members: Vec<MemberLine>,
    /// Who knows: people who are, or may be, read in.
    pub knowers: Vec<KnowerLine>,
    /// Terms that are proposed.
    pub proposals: Vec<ProposalLine>,
    /// What got out.
    pub incidents: Vec<IncidentLine>,
    /// Attempts to reproduce it.
    pub attempts: Vec<AttemptLine>,
    /// What decision tables say.
    pub decisions: Vec<Decided>,
    /// Advisories that were begun from it: (UUID, id, state).
    pub advisories: Vec<(String, String, String)>,
    /// Reports of the case.
    pub reports: Vec<CaseReportLine>,
    /// Threads: (name, title, messages, unread).
    pub threads: Vec<(String, String, usize, usize)>,
    /// The last events.
    pub events: Vec<TimelineLine>,
    /// What can be said about: participants, embargo, validation, priority, people, the world, reports, the case itself.
    pub acts: Acts,
}

page!(CaseRoom, "vulnerabilities", "cases");

/// What the reader may say, by section of the page.
#[derive(Clone, Debug, Default)]
#[expect(missing_docs, reason = "the names are those of the sections")]
pub struct Acts {
    pub members: Vec<ActForm>,
    pub embargo: Vec<ActForm>,
    pub validation: Vec<ActForm>,
    pub priority: Vec<ActForm>,
    pub people: Vec<ActForm>,
    pub world: Vec<ActForm>,
    pub advisories: Vec<ActForm>,
    pub reports: Vec<ActForm>,
    pub case: Vec<ActForm>,
}

/// The clock of an embargo.
#[derive(Clone, Debug, Default)]
pub struct Clock {
    /// The state: `none`, `proposed`, `active`, `revise`, `exited`.
    pub state: String,
    /// When it ends.
    pub ends: Option<Moment>,
    /// How long that is from now, in words.
    pub left: String,
    /// Why then: whose rule.
    pub why: String,
    /// The same moment elsewhere.
    pub locals: Vec<Local>,
    /// Limits: (name, whose rule, when, where that is written).
    pub limits: Vec<(String, String, Moment, String)>,
}

/// A moment on the clocks of somebody.
#[derive(Clone, Debug)]
pub struct Local {
    /// Whose.
    pub who: String,
    /// What their clocks show.
    pub time: String,
    /// The zone.
    pub zone: String,
}

/// Something to be done next.
#[derive(Clone, Debug)]
pub struct Step {
    /// In words.
    pub text: String,
    /// Where on the page, or on another.
    pub href: String,
    /// Whether it is late.
    pub late: bool,
}

/// A participant.
#[derive(Clone, Debug)]
pub struct MemberLine {
    /// Its name in the case.
    pub name: String,
    /// What it is called.
    pub title: String,
    /// What it is.
    pub roles: String,
    /// Where the report stands with it; empty where that is not the reader's.
    pub report: String,
    /// How far its fix is.
    pub fix: String,
    /// Where it stands with the embargo.
    pub consent: String,
    /// By when it is to answer.
    pub answer_by: Option<Moment>,
    /// Whether its refusal was silence.
    pub timed_out: bool,
    /// Where it is reached, if not by this server.
    pub contact: String,
    /// What its clocks show now.
    pub local: String,
    /// What it says of its products.
    pub products: Vec<ProductLine>,
}

/// What is said of a product.
#[derive(Clone, Debug)]
pub struct ProductLine {
    /// The product.
    pub product: String,
    /// The status; `unknown` where nothing was said.
    pub stand: String,
    /// Why, and in which words.
    pub words: String,
}

/// A person who is, or may be, read in.
#[derive(Clone, Debug)]
pub struct KnowerLine {
    /// Who.
    pub name: String,
    /// Of which participant, if read in.
    pub of: String,
    /// Gates that are passed, and those that are not.
    pub gates: Vec<(String, bool)>,
    /// Until when they are read in.
    pub until: Option<Moment>,
    /// Whether in an emergency.
    pub emergency: bool,
}

/// Proposed terms.
#[derive(Clone, Debug)]
pub struct ProposalLine {
    /// Their name.
    pub name: String,
    /// Who proposed them; empty for whom the reader does not meet.
    pub by: String,
    /// When they would end it.
    pub until: Moment,
    /// Why so long.
    pub reason: String,
    /// How many agreed, for the coordinator.
    pub agreed: String,
    /// Answers that the reader may give.
    pub acts: Vec<ActForm>,
}

/// Something that got out.
#[derive(Clone, Debug)]
pub struct IncidentLine {
    /// Its name.
    pub name: String,
    /// When it was recorded.
    pub at: Moment,
    /// How much, and how.
    pub what: String,
    /// What is known.
    pub words: String,
    /// What the matrix says, or what was decided.
    pub course: String,
    /// What is to be done.
    pub duties: Vec<String>,
    /// Deciding.
    pub acts: Vec<ActForm>,
}

/// An attempt.
#[derive(Clone, Debug)]
pub struct AttemptLine {
    /// Who tried, and who answers for it.
    pub by: String,
    /// When.
    pub at: Moment,
    /// What came of it.
    pub result: String,
    /// Digest of the environment.
    pub environment: String,
    /// Digests of what shows it.
    pub evidence: Vec<String>,
    /// How it was done.
    pub words: String,
}

/// What a decision table says.
#[derive(Clone, Debug)]
pub struct Decided {
    /// The table.
    pub table: String,
    /// All outcomes that are possible.
    pub outcomes: Vec<String>,
    /// From what.
    pub points: Vec<PointLine>,
}

/// What is known of a decision point.
#[derive(Clone, Debug)]
pub struct PointLine {
    /// The point.
    pub name: String,
    /// The values that are possible.
    pub values: String,
    /// Who says so; empty where nothing is known.
    pub sources: String,
    /// Whether the sources contradict each other.
    pub disagree: bool,
}

/// A report of the case.
#[derive(Clone, Debug)]
pub struct CaseReportLine {
    /// UUID.
    pub uuid: String,
    /// Title.
    pub title: String,
    /// Who sent it.
    pub sender: String,
    /// Credits, letter for letter.
    pub credits: Vec<String>,
    /// Why it is the same.
    pub because: String,
    /// Why it was taken out again.
    pub removed: Option<String>,
    /// Taking it out.
    pub acts: Vec<ActForm>,
}

impl CaseRoom {
    fn href(&self) -> String {
        format!("/cases/{}", crate::href::part(&self.uuid))
    }

    fn heading(&self) -> &str {
        if self.title.is_empty() { "A case that is not told yet" } else { &self.title }
    }
}
