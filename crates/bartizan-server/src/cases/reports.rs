//! Reports that are about the same: put into one case, and taken out again.

use bartizan_clearinghouse::access::Verb;
use bartizan_clearinghouse::duplicate::{
    Candidate, Credit, Grounds, MergeCode, Prepared, Report, candidates,
};
use bartizan_store::{ReportQuestion, ReportState, VulnerabilityReport};
use serde_json::{Map, Value};

use super::{Room, find};
use crate::app::App;
use crate::intake;
use crate::sharing::{Acting, Wrong};

/// Most reports of a desk that are compared with those of a case: the newest.
const COMPARED: i64 = 5_000;

/// Says that a report is about the vulnerability of a case. Both that the cause is the same and that the fix is has to be said.
pub(crate) async fn merge(
    app: &App,
    acting: &Acting<'_>,
    uuid: &str,
    report: &str,
    grounds: &Grounds,
) -> Result<Room, Wrong> {
    let room = find(app, acting, uuid, Verb::Manage).await?;
    let report = intake::find(app, acting, report, Verb::Review).await?;
    if !grounds.same_cause || !grounds.same_fix {
        return Err(unfit(MergeCode::NotTheSame, "two reports are one only if cause and fix are the same"));
    }
    let because = reason(&grounds.because)?;
    let place = (room.entry.id, uuid);
    app.store.put_into_case(&acting.by(), place, (report.id, &report.uuid), because).await?;
    if report.state == ReportState::Queued {
        app.store.move_report(&acting.by(), &report.uuid, ReportState::Processing, "").await?;
    }
    Ok(room)
}

/// Takes that back.
pub(crate) async fn split(
    app: &App,
    acting: &Acting<'_>,
    uuid: &str,
    report: &str,
    regret: &str,
) -> Result<Room, Wrong> {
    let room = find(app, acting, uuid, Verb::Manage).await?;
    let report = intake::find(app, acting, report, Verb::Review).await?;
    let regret = reason(regret)?;
    let place = (room.entry.id, uuid);
    if !app.store.take_out_of_case(&acting.by(), place, (report.id, &report.uuid), regret).await? {
        return Err(Wrong::NotThere);
    }
    Ok(room)
}

fn reason(text: &str) -> Result<&str, Wrong> {
    match crate::sharing::reason(text)? {
        "" => Err(unfit(MergeCode::ReasonNeeded, "say on what that is based")),
        because => Ok(because),
    }
}

fn unfit(code: MergeCode, text: &str) -> Wrong {
    Wrong::Unfit(format!("{text} [{code}]"))
}

/// A report as it is compared.
pub(crate) fn compared(report: &VulnerabilityReport) -> Report {
    let body: Map<String, Value> = serde_json::from_str(&report.body).unwrap_or_default();
    let text = |name: &str| body.get(name).and_then(Value::as_str).map(str::to_owned);
    let list = |name: &str| -> Vec<String> {
        let all = body.get(name).and_then(Value::as_array).map(Vec::as_slice).unwrap_or_default();
        all.iter().filter_map(Value::as_str).map(str::to_owned).collect()
    };
    let symbol = body.get("affected_symbol").and_then(Value::as_object);
    let of = |name: &str| symbol.and_then(|s| s.get(name)).and_then(Value::as_str).map(str::to_owned);
    let enrichment = body.get("enrichment").and_then(Value::as_object);
    let cwe = enrichment.and_then(|e| e.get("cwe")).and_then(Value::as_str);
    let mut description = text("description").unwrap_or_default();
    let trace = trace(&description);
    if let Some(path) = text("code_path") {
        description.push('\n');
        description.push_str(&path);
    }
    Report {
        id: report.uuid.clone(),
        credits: list("finders").into_iter().map(Credit).collect(),
        product: report.product.clone(),
        upstream: list("upstream_ids"),
        fixed_by: text("fixed_commit"),
        cwe: cwe.and_then(|cwe| cwe.trim_start_matches("CWE-").parse().ok()),
        path: of("file"),
        symbol: of("function"),
        line: symbol.and_then(|s| s.get("line")).and_then(Value::as_u64).and_then(|n| n.try_into().ok()),
        title: report.title.clone(),
        text: description,
        trace,
    }
}

/// What of a description looks like a stack trace: the lines of frames.
fn trace(text: &str) -> Option<String> {
    let lines: Vec<&str> = text.lines().filter(|line| line.trim_start().starts_with('#')).collect();
    let frames = lines.iter().filter(|line| line.contains(" in ") || line.contains(" at ")).count();
    (frames >= 2).then(|| lines.join("\n"))
}

/// A proposal: two reports of the desk that may be one.
pub(crate) struct Pair {
    pub(crate) first: VulnerabilityReport,
    pub(crate) second: VulnerabilityReport,
    pub(crate) found: Candidate,
}

/// Pairs of reports that may be about the same, among the newest of the own desk that are not in one case together; those that name
/// one of `only`, if that is given.
pub(crate) async fn pairs(app: &App, acting: &Acting<'_>, only: Option<&str>) -> Result<Vec<Pair>, Wrong> {
    let (own, _) = acting.known()?;
    let desk = bartizan_clearinghouse::access::Thing::Submission { desk: own, sender: own };
    acting.must(Verb::Review, &desk, "Whoever decides about reports compares them.")?;
    let asked = ReportQuestion { desk: Some(own), ..ReportQuestion::default() };
    let all = app.store.vulnerability_reports(&asked, COMPARED).await?;
    let cases = app.store.cases_of_desk(own).await?;
    let work = move || {
        let prepared: Vec<Prepared> = all.iter().map(|report| Prepared::of(&compared(report))).collect();
        let found = candidates(&prepared);
        let of = |uuid: &str| all.iter().find(|report| report.uuid == uuid).cloned();
        let together = |a: &VulnerabilityReport, b: &VulnerabilityReport| {
            cases.get(&a.id).is_some_and(|case| cases.get(&b.id) == Some(case))
        };
        let pairs = found
            .into_iter()
            .filter_map(|found| Some(Pair { first: of(&found.first)?, second: of(&found.second)?, found }));
        pairs.filter(|pair| !together(&pair.first, &pair.second)).collect::<Vec<_>>()
    };
    // Comparing thousands takes a moment: not on a thread that serves others.
    let pairs = tokio::task::spawn_blocking(work).await.unwrap_or_default();
    let named = |pair: &Pair| only.is_none_or(|uuid| pair.first.uuid == uuid || pair.second.uuid == uuid);
    Ok(pairs.into_iter().filter(named).collect())
}
