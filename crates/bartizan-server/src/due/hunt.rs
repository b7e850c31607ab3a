//! Rules with which signs of exploitation are hunted.

use bartizan_store::RuleFilter;

use crate::app::App;
use crate::sharing::{Acting, Wrong};

/// Reports whose rules are looked at, and rules of each.
const HUNTED: usize = 20;

/// A rule of the organisation's library with which signs of exploitation are hunted.
pub(crate) struct Rule {
    /// UUID of its report.
    pub(crate) report: String,
    pub(crate) id: String,
    pub(crate) title: String,
    pub(crate) level: String,
    pub(crate) proven: bool,
}

/// Rules of the reports that the asker reads and that name a vulnerability.
pub(crate) async fn hunt(app: &App, acting: &Acting<'_>, vulnerability: &str) -> Result<Vec<Rule>, Wrong> {
    let readable = acting.directory.readable(acting.principal, None, acting.now);
    let named = app.store.named_in(&readable, "vulnerability", vulnerability, None, HUNTED).await?;
    let mut rules = Vec::new();
    for report in named {
        let filter = RuleFilter { report: Some(report.report.id), ..RuleFilter::default() };
        for (of, rule) in app.store.rules(&readable, &filter, HUNTED).await? {
            rules.push(Rule {
                report: of.uuid,
                id: rule.id,
                title: rule.title,
                level: rule.level,
                proven: rule.proven,
            });
        }
    }
    Ok(rules)
}
