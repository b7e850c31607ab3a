//! Rules that analyses made, and what they are in the languages of other products.

use axum::extract::State;
use axum::http::{HeaderMap, StatusCode};
use axum::response::Response;
use bartizan_store::{KeptRule, Report, RuleFilter};
use schemars::JsonSchema;
use serde::Serialize;
use serde_json::json;

use super::ask::{Asker, Place, Query};
use super::endpoint::{Endpoint, Tags};
use super::problem::Problem;
use super::reports::{find as report, marking};
use super::shapes::{Items, Marking};
use super::tagged;
use crate::app::App;
use crate::rules::{Converted, convert, targets};

/// The most rules of a report.
const MOST: usize = 500;

pub(super) fn list() -> Vec<Endpoint> {
    let target = || json!({ "type": "string", "maxLength": 100 });
    vec![
        Endpoint::get("/targets", "listTargets", "What rules can be written for.", all_targets)
            .gives::<Items<Target>>(),
        Endpoint::get("/reports/{id}/rules", "listRules", "Rules that the analysis of a report made.", all)
            .gives::<Items<Rule>>(),
        Endpoint::get(
            "/reports/{id}/rules/{rule}",
            "getRule",
            "One rule; with a target also its query there.",
            one,
        )
        .with(
            "target",
            "The name of a target: its query, or why there is none, stands in the answer.",
            target(),
        )
        .gives::<Rule>()
        .tags(Tags::Given),
    ]
}

#[derive(Serialize, JsonSchema)]
struct Target {
    /// What `target` takes.
    name: String,
    /// The product.
    about: String,
}

#[derive(Serialize, JsonSchema)]
struct Rule {
    id: String,
    title: String,
    level: String,
    /// What writes the logs that it looks at.
    source: String,
    /// Whether it fires on the events made from its evidence and on no other.
    proven: bool,
    verdict: String,
    /// Ids of techniques that it would see.
    techniques: Vec<String>,
    marking: Marking,
    /// The rule in Sigma.
    sigma: String,
    /// With `target`: what it is there.
    query: Option<String>,
    /// With `target`: why it cannot be said there.
    refused: Option<Refused>,
}

#[derive(Serialize, JsonSchema)]
struct Refused {
    /// `rule`, `log-source`, `field`, `value`, `placeholder` or `expression`.
    code: String,
    message: String,
}

fn shape(asker: &Asker, report: &Report, rule: &KeptRule) -> Rule {
    Rule {
        id: rule.id.clone(),
        title: rule.title.clone(),
        level: rule.level.clone(),
        source: rule.source.clone(),
        proven: rule.proven,
        verdict: rule.verdict.clone(),
        techniques: rule.techniques.clone(),
        marking: marking(asker, report).into(),
        sigma: rule.body.clone(),
        query: None,
        refused: None,
    }
}

/// `GET /targets`
async fn all_targets(asker: Asker, query: Query) -> Result<Response, Problem> {
    query.only(&[])?;
    // Whoever is known may ask; nothing of it is anybody's.
    let _ = asker;
    let items = targets().map(|(name, about)| Target { name: name.to_owned(), about }).collect();
    Ok(tagged::json(StatusCode::OK, &Items { items, next: None }))
}

/// `GET /reports/{id}/rules`
async fn all(
    State(app): State<App>,
    asker: Asker,
    Place(id): Place<String>,
    query: Query,
) -> Result<Response, Problem> {
    query.only(&[])?;
    let report = report(&app, &asker, &id).await?;
    let readable = asker.readable();
    let mut items = Vec::new();
    let mut after: Option<String> = None;
    while items.len() < MOST {
        let after_rule = after.as_deref().map(|rule| (report.id, rule));
        let filter = RuleFilter { report: Some(report.id), after: after_rule, ..RuleFilter::default() };
        let found = app.store.rules(&readable, &filter, MOST).await?;
        let Some((_, last)) = found.last() else { break };
        let last = last.id.clone();
        items.extend(found.iter().map(|(report, rule)| shape(&asker, report, rule)));
        after = Some(last);
    }
    Ok(tagged::json(StatusCode::OK, &Items { items, next: None }))
}

/// `GET /reports/{id}/rules/{rule}`
async fn one(
    State(app): State<App>,
    asker: Asker,
    Place((id, rule)): Place<(String, String)>,
    query: Query,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    query.only(&["target"])?;
    let report = report(&app, &asker, &id).await?;
    let filter = RuleFilter { report: Some(report.id), rule: Some(&rule), ..RuleFilter::default() };
    let mut found = app.store.rules(&asker.readable(), &filter, 1).await?;
    let (report, rule) = found.pop().ok_or_else(Problem::not_found)?;
    let mut shown = shape(&asker, &report, &rule);
    if let Some(target) = query.one("target")? {
        let text = "target is none of those that GET /targets names.";
        match convert(&rule.body, target).ok_or_else(|| Problem::bad(text))? {
            Converted::Query(query) => shown.query = Some(query),
            Converted::Refused(code, message) => {
                shown.refused = Some(Refused { code: code.to_owned(), message });
            }
        }
    }
    Ok(tagged::single(&headers, &shown))
}
