//! What to do, in order: steps of response with reasons, and their written forms.
//!
//! `library` has the steps that there are, `facts` says which of their conditions a report makes true and by which words,
//! `order` puts them in a row. `cacao`, `checklist`, `lists`, `tasks` and `xsoar` write; `lint` checks playbooks, whoever wrote
//! them. Sources: NIST SP 800-61r3 and CSF 2.0 (functions and subcategories), RE&CT (response actions), D3FEND.

mod cacao;
mod checklist;
mod facts;
mod library;
pub mod lint;
mod lists;
mod order;
mod steps;
mod tasks;
pub mod wire;
mod words;
mod xsoar;

use crate::{Options, genre::Genre, mitigation::Mitigations, risk::Risk};
use bartizan::{Analysis, Evidence, NodeRef, exchange::stix};
use bartizan_detection::Detections;
use bartizan_knowledge::Pack;

pub use lists::BlockList;

/// Steps in order.
#[derive(Clone, Debug, Default)]
pub struct Plan {
    /// The steps: every one comes after those it depends on.
    pub steps: Vec<Step>,
    /// Indicators to block, by kind.
    pub lists: Vec<BlockList>,
}

/// One step.
#[derive(Clone, Debug, Default)]
pub struct Step {
    /// Its id in the library, as `contain.isolate`; the same step in another plan has the same.
    pub id: String,
    /// What is done, in a few words.
    pub title: String,
    /// Part of the response it belongs to.
    pub phase: Phase,
    /// Only once something was found, not on the report alone.
    pub affected: bool,
    /// How soon.
    pub urgency: Urgency,
    /// Subcategories of NIST CSF 2.0, as `RS.MI-01`.
    pub csf: Vec<String>,
    /// What is done.
    pub action: String,
    /// What [`Step::items`] are, as `Vulnerabilities`.
    pub label: String,
    /// Values of the report it acts on.
    pub items: Vec<Item>,
    /// Whether the items are in [`Plan::lists`].
    pub listed: bool,
    /// Rules that look for it.
    pub rules: Vec<Rule>,
    /// Log sources of those rules, in words.
    pub log_sources: Vec<String>,
    /// Indexes into the analysis' techniques that ask for it.
    pub techniques: Vec<usize>,
    /// D3FEND countermeasures it carries out.
    pub counters: Vec<Counter>,
    /// Response actions of RE&CT.
    pub react: Vec<React>,
    /// The role that does it.
    pub owner: String,
    /// What is needed.
    pub inputs: Vec<String>,
    /// What comes of it.
    pub outputs: Vec<String>,
    /// When it is done.
    pub done: String,
    /// It changes or takes away something that runs: a person decides.
    pub destructive: bool,
    /// Indexes of steps that come before.
    pub after: Vec<usize>,
    /// A reason that is not in the report: a duty of the profile.
    pub basis: String,
    /// Where the report asks for it. Empty only where [`Step::basis`] is not.
    pub evidence: Vec<Evidence>,
}

/// A value of the report that a step acts on.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Item {
    /// As it works; show it only through [`Item::shown`].
    pub value: String,
    /// For people: addresses do not work.
    pub shown: String,
    /// What it is or was read from.
    pub node: NodeRef,
    /// Why to look at it first, if so: it stands on a list of common names.
    pub caution: String,
}

/// A rule of the detections.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Rule {
    /// Index into the detections' rules.
    pub index: usize,
    /// Its id.
    pub id: String,
    /// Its title.
    pub title: String,
    /// Where it looks.
    pub log_source: String,
}

/// A D3FEND countermeasure.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Counter {
    /// `D3-NTF`.
    pub id: String,
    /// Its name in the pack.
    pub name: String,
    /// Those of the step's techniques that D3FEND says it counters.
    pub techniques: Vec<usize>,
}

/// A response action of RE&CT.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct React {
    /// `RA3101`.
    pub id: &'static str,
    /// Its name.
    pub name: &'static str,
    /// Its stage, `RS0003`.
    pub stage: &'static str,
}

macro_rules! named {
    ($(#[$meta:meta])* $enum:ident { $($(#[doc = $doc:literal])+ $name:ident = $text:literal, $words:literal;)+ }) => {
        $(#[$meta])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub enum $enum { $($(#[doc = $doc])+ $name,)+ }
        impl $enum {
            /// All, in order.
            pub const ALL: &'static [$enum] = &[$($enum::$name),+];
            /// The wire name.
            pub fn as_str(self) -> &'static str { match self { $($enum::$name => $text),+ } }
            /// For people.
            pub fn words(self) -> &'static str { match self { $($enum::$name => $words),+ } }
            pub(crate) fn parse(text: &str) -> Option<Self> { match text { $($text => Some($enum::$name),)+ _ => None } }
        }
    };
}

named! {
    /// Parts of the response, in order.
    Phase {
        /// Are we concerned? (CSF: Identify)
        Triage = "triage", "Are we concerned?";
        /// What helps whether or not anything happened. (CSF: Protect, Respond)
        Protect = "protect", "Protect now";
        /// Did it happen here? (CSF: Detect)
        Hunt = "hunt", "Look for it";
        /// What follows. (CSF: Respond, incident management)
        Decide = "decide", "Decide";
        /// Evidence kept, extent known. (CSF: Respond, analysis)
        Evidence = "evidence", "Keep the evidence";
        /// It gets no further. (CSF: Respond, mitigation)
        Contain = "contain", "Contain";
        /// Who is told. (CSF: Respond, communication)
        Communicate = "communicate", "Tell";
        /// It is gone. (CSF: Respond, mitigation)
        Eradicate = "eradicate", "Remove";
        /// Work goes on. (CSF: Recover)
        Recover = "recover", "Recover";
        /// It is harder next time. (CSF: Protect)
        Harden = "harden", "Make it harder";
        /// Next time is easier. (CSF: Identify, improvement)
        Lessons = "lessons", "Learn";
    }
}

impl Phase {
    /// How ids of its steps begin.
    #[cfg(test)]
    fn prefix(self) -> &'static str {
        if self == Self::Triage { "identify" } else { self.as_str() }
    }
}

named! {
    /// How soon a step is begun.
    Urgency {
        /// Within the hour.
        Now = "now", "now";
        /// Within a day.
        Day = "day", "today";
        /// Within a week.
        Week = "week", "this week";
        /// When the rest is done.
        Later = "later", "later";
    }
}

/// The first part.
impl Default for Phase {
    fn default() -> Self {
        Self::Triage
    }
}

/// No haste.
impl Default for Urgency {
    fn default() -> Self {
        Self::Later
    }
}

named! {
    /// Which rules a step of the library links.
    Rules {
        /// None.
        None = "", "none";
        /// All.
        All = "all", "all";
        /// Those of its techniques.
        Technique = "technique", "of its techniques";
        /// None, but the log sources of all.
        Sources = "sources", "log sources";
    }
}

/// The function of CSF 2.0 that a subcategory belongs to.
pub fn function(subcategory: &str) -> &'static str {
    match subcategory.split('.').next() {
        Some("GV") => "Govern",
        Some("ID") => "Identify",
        Some("PR") => "Protect",
        Some("DE") => "Detect",
        Some("RS") => "Respond",
        Some("RC") => "Recover",
        _ => "",
    }
}

/// Plans.
#[allow(clippy::too_many_arguments, reason = "everything concluded before the plan")]
pub fn plan(
    analysis: &Analysis,
    pack: &Pack,
    genre: Genre,
    detections: Option<&Detections>,
    _: &Mitigations,
    _: &Risk,
    options: &Options,
) -> Plan {
    let steps = match genre {
        Genre::Other => Vec::new(),
        Genre::Policy => steps::duties_of_text(analysis),
        Genre::Threat | Genre::Vulnerability => {
            let facts = facts::Facts::new(analysis, pack, genre, detections);
            steps::of_report(&facts, options)
        }
    };
    let lists = if steps.iter().any(|step| step.listed) { lists::of(analysis) } else { Vec::new() };
    Plan { steps: order::ordered(steps), lists }
}

/// Files of the plan below `response/`: CACAO, checklist, block lists, import forms.
pub(crate) fn files(plan: &Plan, analysis: &Analysis) -> Vec<(String, Vec<u8>)> {
    if plan.steps.is_empty() {
        return Vec::new();
    }
    let mut files = vec![
        ("response/playbook.cacao.json".to_owned(), words::json(&cacao::playbook(plan, analysis))),
        ("response/checklist.md".to_owned(), checklist::whole(plan, analysis).into_bytes()),
        ("response/tasks.json".to_owned(), words::json(&tasks::tasks(plan, analysis))),
        ("response/xsoar-playbook.yml".to_owned(), xsoar::playbook(plan, analysis).into_bytes()),
    ];
    files.extend(lists::files(plan, analysis));
    files
}

/// The steps as STIX courses of action; those that rest on the profile alone are not the report's.
pub(crate) fn actions(plan: &Plan) -> Vec<stix::Action> {
    let steps = plan.steps.iter().filter(|step| !step.evidence.is_empty());
    steps.map(words::action).collect()
}

pub(crate) fn wire(plan: &Plan, analysis: &Analysis) -> wire::Wire {
    wire::of(plan, analysis)
}

pub(crate) fn markdown(out: &mut String, plan: &Plan, analysis: &Analysis) {
    checklist::first(out, plan, analysis);
}
