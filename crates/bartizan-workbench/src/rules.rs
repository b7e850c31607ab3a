//! The rule library.

use crate::shell::Shell;
use askama::Template;
use bartizan_stix::Tlp;

/// `GET /rules?q=…&level=…&verdict=…&after=…`.
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
    /// Rules of this page.
    pub rules: Vec<RuleLine>,
    /// How many there are in all.
    pub found: u64,
    /// Where the next page begins (the value of `after`).
    pub next: Option<String>,
}

page!(Rules, "rules");

/// A rule.
#[derive(Clone, Debug)]
pub struct RuleLine {
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
    /// Converters: platform and address on this server.
    pub converters: Vec<(String, String)>,
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

impl Rules {
    fn address(&self, level: &str, verdict: &str, after: &str) -> String {
        let pairs = [("q", &*self.q), ("level", level), ("verdict", verdict), ("after", after)];
        format!("/rules{}", crate::href::query(&pairs))
    }

    fn with_level(&self, level: &str, on: &bool) -> String {
        self.address(if *on { "" } else { level }, chosen(&self.verdicts), "")
    }

    fn with_verdict(&self, verdict: &str, on: &bool) -> String {
        self.address(chosen(&self.levels), if *on { "" } else { verdict }, "")
    }

    fn next_page(&self) -> String {
        let after = self.next.as_deref().unwrap_or_default();
        self.address(chosen(&self.levels), chosen(&self.verdicts), after)
    }
}
