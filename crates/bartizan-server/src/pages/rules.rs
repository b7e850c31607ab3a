//! Rules that analyses made, with how their proof went.

use std::collections::BTreeMap;

use axum::extract::{RawQuery, State};
use axum::http::{HeaderMap, Uri};
use axum::response::Response;
use bartizan_store::{ReportId, RuleFilter};
use bartizan_workbench::{RuleLine, Rules};

use super::home::{count, marking};
use super::html;
use super::name::reader;
use super::stop::Stop;
use super::visit::Visit;
use crate::app::App;

/// Rules on a page.
const PAGE: usize = 25;
/// What proofs are called.
const PROVEN: [(&str, bool); 2] = [("proven", true), ("not proven", false)];

/// `GET /rules`
pub(super) async fn show(
    State(app): State<App>,
    RawQuery(query): RawQuery,
    headers: HeaderMap,
    uri: Uri,
) -> Result<Response, Stop> {
    let visit = Visit::new(&app, &headers, &uri).await?;
    reader(&visit)?;
    let query = query.unwrap_or_default();
    let asked: BTreeMap<_, _> = form_urlencoded::parse(query.as_bytes()).collect();
    let given = |name: &str| asked.get(name).map(|text| text.as_ref()).filter(|text| !text.is_empty());
    let q: String = given("q").unwrap_or_default().chars().take(200).collect();
    let (level, verdict) = (given("level"), given("verdict"));
    let proven = PROVEN.iter().find(|(name, _)| Some(*name) == verdict).map(|(_, proven)| *proven);
    let after = given("after").and_then(|text| text.split_once('/'));
    let after = after.and_then(|(report, rule)| Some((ReportId(report.parse().ok()?), rule)));
    let readable = visit.readable();
    let filter = RuleFilter { words: &q, level, proven, technique: None, after };
    let mut found = app.store.rules(&readable, &filter, PAGE + 1).await.map_err(|e| visit.stop(&e))?;
    let kinds = app.store.rule_kinds(&readable, &q).await.map_err(|e| visit.stop(&e))?;
    let more = found.len() > PAGE;
    found.truncate(PAGE);
    let (mut levels, mut verdicts, mut whole) = (BTreeMap::<&str, i64>::new(), [0; 2], 0);
    for (name, holds, n) in &kinds {
        let (of_level, of_verdict) = (level.is_none_or(|l| l == name), proven.is_none_or(|p| p == *holds));
        if of_verdict {
            *levels.entry(name).or_default() += n;
        }
        if of_level {
            verdicts[usize::from(!holds)] += n;
        }
        if of_level && of_verdict {
            whole += n;
        }
    }
    let lines: Vec<RuleLine> = found
        .iter()
        .map(|(report, rule)| RuleLine {
            id: rule.id.clone(),
            title: rule.title.clone(),
            level: rule.level.clone(),
            source: rule.source.clone(),
            techniques: rule
                .techniques
                .iter()
                .map(|id| (id.clone(), app.pack.technique(id).map(|t| t.name.to_owned()).unwrap_or_default()))
                .collect(),
            verdict: rule.verdict.clone(),
            proven: rule.proven,
            report: report.title.clone(),
            report_href: format!("/reports/{}", report.uuid),
            text: rule.body.clone(),
            converters: Vec::new(),
            marking: marking(&visit, report),
        })
        .collect();
    let mut shell = visit.shell.clone();
    shell.marking = lines.iter().map(|line| line.marking).max().unwrap_or(shell.marking);
    let page = Rules {
        shell,
        levels: levels.iter().map(|(l, n)| ((*l).to_owned(), count(*n), level == Some(*l))).collect(),
        verdicts: PROVEN
            .iter()
            .zip(verdicts)
            .map(|((name, holds), n)| ((*name).to_owned(), count(n), proven == Some(*holds)))
            .collect(),
        rules: lines,
        found: count(whole),
        next: more.then(|| found.last().map(|(r, rule)| format!("{}/{}", r.id.0, rule.id))).flatten(),
        q,
    };
    Ok(html(page.render()))
}
