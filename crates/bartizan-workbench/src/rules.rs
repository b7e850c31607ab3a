//! The rule library.

use crate::shell::{Choice, Shell};
use askama::Template;
use bartizan_stix::Tlp;

/// A value, how many rules have it, whether it is chosen.
type Counted = (String, u64, bool);

/// `GET /rules?q=…&level=…&verdict=…&technique=…&platform=…&report=…&after=…`. A form takes rules along: `GET /rules/download` with
/// `rule` (the [`RuleLine::key`], for each) or the same filters, and `as`: `zip`, `yaml`, or `target` with `target`.
#[derive(Clone, Debug, Template)]
#[template(path = "rules.html")]
pub struct Rules {
    /// What stands around the page.
    pub shell: Shell,
    /// Words searched for.
    pub q: String,
    /// Levels with their counts: name, count, whether chosen.
    pub levels: Vec<(String, u64, bool)>,
    /// Verdicts with their counts: name, count, whether chosen.
    pub verdicts: Vec<(String, u64, bool)>,
    /// What writes the logs, with counts: name, count, whether chosen.
    pub platforms: Vec<(String, u64, bool)>,
    /// Id of the technique that they would see; empty for any.
    pub technique: String,
    /// The report that they are from: id and title; none for any.
    pub report: Option<(String, String)>,
    /// Rules of this page.
    pub rules: Vec<RuleLine>,
    /// How many there are in all.
    pub found: u64,
    /// Where the next page begins (the value of `after`).
    pub next: Option<String>,
    /// Targets that rules can be written for.
    pub targets: Vec<Choice>,
}

page!(Rules, "rules");

/// A rule.
#[derive(Clone, Debug)]
pub struct RuleLine {
    /// Report and rule as in the address: `{report}/{rule}`.
    pub key: String,
    /// Id.
    pub id: String,
    /// Title.
    pub title: String,
    /// `low`, `medium`, `high`, `critical`.
    pub level: String,
    /// Log source in words: `windows process_creation`.
    pub source: String,
    /// Techniques: id and name.
    pub techniques: Vec<(String, String)>,
    /// Verdict in words: `fires on 3 of 3, silent on 40 of 40`.
    pub verdict: String,
    /// Whether it was proven.
    pub proven: bool,
    /// Title of the report it was made from; empty where it came from elsewhere.
    pub report: String,
    /// Address of that report on this server.
    pub report_href: String,
    /// The rule as Sigma.
    pub text: String,
    /// Marking.
    pub marking: Tlp,
}

impl RuleLine {
    fn level_class(&self) -> &'static str {
        match self.level.as_str() {
            "low" => "low",
            "medium" => "medium",
            "high" => "high",
            "critical" => "critical",
            _ => "",
        }
    }
}

fn chosen(values: &[(String, u64, bool)]) -> &str {
    values.iter().find(|(_, _, on)| *on).map_or("", |(name, _, _)| name)
}

impl RuleLine {
    fn href(&self) -> String {
        let (report, rule) = self.key.split_once('/').unwrap_or_default();
        format!("/rules/{}/{}", crate::href::part(report), crate::href::part(rule))
    }
}

impl Rules {
    /// What can be chosen: name in the address, heading, values.
    fn groups(&self) -> [(&'static str, &'static str, &[Counted]); 3] {
        [
            ("level", "Level", &self.levels),
            ("verdict", "Verdict", &self.verdicts),
            ("platform", "Platform", &self.platforms),
        ]
    }

    /// The address of the search with one value instead of what is chosen.
    fn with(&self, name: &str, value: &str) -> String {
        let report = self.report.as_ref().map_or("", |(id, _)| id.as_str());
        let mut pairs = [
            ("q", self.q.as_str()),
            ("level", chosen(&self.levels)),
            ("verdict", chosen(&self.verdicts)),
            ("platform", chosen(&self.platforms)),
            ("technique", self.technique.as_str()),
            ("report", report),
            ("after", ""),
        ];
        for pair in &mut pairs {
            if pair.0 == name {
                pair.1 = value;
            }
        }
        format!("/rules{}", crate::href::query(&pairs))
    }

    /// The same; choosing what is chosen takes it away.
    fn toggled(&self, name: &str, value: &str, on: &bool) -> String {
        self.with(name, if *on { "" } else { value })
    }

    fn next_page(&self) -> String {
        self.with("after", self.next.as_deref().unwrap_or_default())
    }

    /// What the form for taking rules along sends beside what is chosen in it.
    fn kept(&self) -> Vec<(&'static str, &str)> {
        let report = self.report.as_ref().map_or("", |(id, _)| id.as_str());
        let all = [
            ("q", self.q.as_str()),
            ("level", chosen(&self.levels)),
            ("verdict", chosen(&self.verdicts)),
            ("platform", chosen(&self.platforms)),
            ("technique", self.technique.as_str()),
            ("report", report),
        ];
        all.into_iter().filter(|(_, value)| !value.is_empty()).collect()
    }

    fn is_narrowed(&self) -> bool {
        !self.kept().is_empty()
    }
}

/// `GET /rules/{report}/{rule}?target=…`.
#[derive(Clone, Debug, Template)]
#[template(path = "rule.html")]
pub struct RulePage {
    /// What stands around the page.
    pub shell: Shell,
    /// The rule.
    pub rule: RuleLine,
    /// Targets that it can be written for; the one shown is chosen.
    pub targets: Vec<Choice>,
    /// What it is there; none where no target is chosen.
    pub query: Option<Query>,
}

page!(RulePage, "rules");

/// A rule in another language, or why it cannot be said there.
#[derive(Clone, Debug, Default)]
pub struct Query {
    /// The target's label.
    pub target: String,
    /// The product.
    pub about: String,
    /// The query; the reason where there is none.
    pub text: String,
    /// The code of the reason; empty where there is a query.
    pub code: String,
}

impl Query {
    /// What to do about a reason.
    fn advice(&self) -> &'static str {
        match self.code.as_str() {
            "log-source" => {
                "Its logs have no table or index for what this rule looks at; another product, or another format of this one, may."
            }
            "field" => {
                "A field of the rule has no counterpart in its schema. A pipeline of your own can name one: bartizan sigma convert --pipeline."
            }
            "expression" => "Its language has no words for this way of comparing or counting.",
            "value" | "placeholder" => "A value of the rule cannot be written there as it is.",
            _ => "The rule itself cannot be read; the report it came from can be analysed again.",
        }
    }
}
