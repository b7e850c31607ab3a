//! Review: the text beside its claims, and what people decide about them.

mod acts;

use axum::body::Bytes;
use axum::extract::{Path, State};
use axum::http::{HeaderMap, StatusCode, Uri, header};
use axum::response::{IntoResponse, Redirect, Response};
use bartizan::exchange::read;
use bartizan::{Analysis, Input, Limits};
use bartizan_clearinghouse::access::{Thing, Verb};
use bartizan_clearinghouse::review::{Action, Review as Fold, Source, check, labels as technique_labels};
use bartizan_store::{KeptDecision, Report};
use bartizan_workbench::{Answer, Decide, Review};
use serde_json::Value;

use super::html;
use super::report::{content, find};
use super::stop::Stop;
use super::visit::Visit;
use crate::app::App;
use crate::review::{PackNames, decisions};
use acts::{action, claim_of, form};

/// A report under review.
pub(super) struct Reviewed {
    pub(super) source: Source,
    pub(super) analysis: Analysis,
    pub(super) kept: Vec<KeptDecision>,
    pub(super) fold: Fold,
}

/// `GET /reports/{id}/review`
pub(super) async fn show(
    State(app): State<App>,
    Path(id): Path<String>,
    headers: HeaderMap,
    uri: Uri,
) -> Result<Response, Stop> {
    let visit = Visit::new(&app, &headers, &uri).await?;
    let report = find(&app, &visit, &id).await?;
    let reviewed = open(&app, &visit, &report).await?;
    Ok(html(view(&app, &visit, &report, &reviewed).render()))
}

/// `POST /reports/{id}/decisions`: from a form, or as JSON from the page's script.
pub(super) async fn decide(
    State(app): State<App>,
    Path(id): Path<String>,
    headers: HeaderMap,
    uri: Uri,
    body: Bytes,
) -> Result<Response, Stop> {
    let json =
        headers.get(header::CONTENT_TYPE).is_some_and(|v| v.as_bytes().starts_with(b"application/json"));
    let decide: Option<Decide> = if json { serde_json::from_slice(&body).ok() } else { Some(form(&body)) };
    let csrf = decide.as_ref().map(|d| d.csrf.clone()).filter(|csrf| !csrf.is_empty());
    let visit = Visit::acting(&app, &headers, &uri, csrf.as_deref()).await?;
    let Some(decide) = decide else { return Err(Stop::wrong(visit.shell, "That is no decision.")) };
    let report = find(&app, &visit, &id).await?;
    may_decide(&visit, &report)?;
    let reviewed = open(&app, &visit, &report).await?;
    let action = match action(app.pack, &reviewed, &decide) {
        Ok(action) => action,
        Err(text) => return refuse(json, &visit, &text),
    };
    if let Err(refusal) = check(&reviewed.source, &reviewed.fold, &PackNames(app.pack), &action) {
        return refuse(json, &visit, &refusal.to_string());
    }
    write(&app, &visit, &report, &reviewed, &action).await?;
    answer(&app, &visit, &report, json, claim_of(&action).as_deref()).await
}

/// `POST /reports/{id}/decisions/undo`: takes back the last act that still counts.
pub(super) async fn undo(
    State(app): State<App>,
    Path(id): Path<String>,
    headers: HeaderMap,
    uri: Uri,
    body: Bytes,
) -> Result<Response, Stop> {
    let json =
        headers.get(header::CONTENT_TYPE).is_some_and(|v| v.as_bytes().starts_with(b"application/json"));
    let csrf = form(&body).csrf;
    let csrf = Some(csrf).filter(|csrf| !csrf.is_empty());
    let visit = Visit::acting(&app, &headers, &uri, csrf.as_deref()).await?;
    let report = find(&app, &visit, &id).await?;
    may_decide(&visit, &report)?;
    let reviewed = open(&app, &visit, &report).await?;
    let Some((order, act)) = last(&reviewed.kept) else {
        return refuse(json, &visit, "There is nothing to undo.");
    };
    write(&app, &visit, &report, &reviewed, &Action::Undo { order }).await?;
    answer(&app, &visit, &report, json, claim_of(&act).as_deref()).await
}

/// `GET /reports/{id}/labels`: what people decided, as labels to learn from (docs/learning.md).
pub(super) async fn labels(
    State(app): State<App>,
    Path(id): Path<String>,
    headers: HeaderMap,
    uri: Uri,
) -> Result<Response, Stop> {
    let visit = Visit::new(&app, &headers, &uri).await?;
    let report = find(&app, &visit, &id).await?;
    let reviewed = open(&app, &visit, &report).await?;
    let line = format!("{}\n", technique_labels(&reviewed.source, &reviewed.fold, &report.uuid));
    super::report::taken(&app, &visit, &report, "labels.jsonl").await?;
    Ok(crate::download::download(line.into_bytes(), "application/jsonl", "labels.jsonl"))
}

fn may_decide(visit: &Visit, report: &Report) -> Result<(), Stop> {
    let Some(audience) = visit.directory.audiences.get(&report.audience) else {
        return Err(Stop::not_found(visit.shell.clone()));
    };
    let thing = Thing::Content { audience, collection: None };
    visit.must(
        Verb::Review,
        &thing,
        "Only a reviewer or coordinator of its organisation decides about its claims.",
    )
}

/// Reads a report's analysis and everything decided about it.
pub(super) async fn open(app: &App, visit: &Visit, report: &Report) -> Result<Reviewed, Stop> {
    let bytes = content(app, visit, report, "analysis.json").await?;
    let kept = app.store.decisions(report.id).await.map_err(|e| visit.stop(&e))?;
    let broken =
        |what: String| Stop::wrong(visit.shell.clone(), format!("Its analysis cannot be read: {what}"));
    let value: Value = serde_json::from_slice(&bytes).map_err(|e| broken(e.to_string()))?;
    let limits = Limits { input_bytes: usize::MAX, ..Limits::default() };
    let analysis =
        read::analysis(&Input::new("analysis.json", bytes), &limits).map_err(|e| broken(e.to_string()))?;
    let source = Source::read(value).map_err(|e| broken(e.to_string()))?;
    let fold = Fold::fold(&source, &decisions(&kept), &PackNames(app.pack));
    Ok(Reviewed { source, analysis, kept, fold })
}

/// The last act that is no undoing and was not undone.
fn last(kept: &[KeptDecision]) -> Option<(u64, Action)> {
    let mut undone = std::collections::BTreeSet::new();
    for made in decisions(kept).into_iter().rev() {
        match made.action {
            Action::Undo { order } => {
                undone.insert(order);
            }
            action if !undone.contains(&made.order) => return Some((made.order, action)),
            _ => {}
        }
    }
    None
}

async fn write(
    app: &App,
    visit: &Visit,
    report: &Report,
    reviewed: &Reviewed,
    action: &Action,
) -> Result<(), Stop> {
    let Some(person) = visit.principal.person else { return Err(Stop::Go("/sign-in".into())) };
    let body = serde_json::to_string(action).unwrap_or_default();
    let expected = reviewed.kept.len() as i64;
    let mut after = reviewed.kept.clone();
    after.push(KeptDecision { number: expected + 1, person, at: visit.now(), body: body.clone() });
    let fold = Fold::fold(&reviewed.source, &decisions(&after), &PackNames(app.pack));
    let done = i64::try_from(fold.progress.reviewed).unwrap_or_default();
    let kept = app.store.decide(&visit.by(), report, person, expected, &body, done).await;
    kept.map(drop).map_err(|e| visit.stop(&e))
}

/// The page again, or what changed of it.
async fn answer(
    app: &App,
    visit: &Visit,
    report: &Report,
    json: bool,
    claim: Option<&str>,
) -> Result<Response, Stop> {
    if !json {
        return Ok(Redirect::to(&format!("/reports/{}/review", report.uuid)).into_response());
    }
    let reviewed = open(app, visit, report).await?;
    let view = view(app, visit, report, &reviewed);
    let shown = view.claims.iter().find(|c| Some(c.key.as_str()) == claim);
    let removed = if shown.is_none() { claim } else { None };
    let answer = Answer::new(&view.text, shown, removed, view.tally(), view.undo.clone());
    Ok(axum::Json(answer).into_response())
}

fn refuse(json: bool, visit: &Visit, text: &str) -> Result<Response, Stop> {
    if !json {
        return Err(Stop::wrong(visit.shell.clone(), text));
    }
    let body = serde_json::json!({ "error": text });
    Ok((StatusCode::UNPROCESSABLE_ENTITY, axum::Json(body)).into_response())
}

/// The page, with what was decided.
fn view(app: &App, visit: &Visit, report: &Report, reviewed: &Reviewed) -> Review {
    let name = |reviewer: &str| {
        let id = reviewer.parse().ok().map(bartizan_clearinghouse::access::PersonId);
        visit.person(id)
    };
    let mut shell = visit.shell.clone();
    shell.marking = super::home::marking(visit, report);
    let view = Review::of(shell, &report.uuid, &reviewed.analysis, app.pack);
    let mut view = view.decided(&reviewed.fold, &name);
    view.may_decide = may_decide(visit, report).is_ok();
    if let Some((_, act)) = last(&reviewed.kept) {
        view.undo = match &act {
            Action::Accept { claim } => format!("accepted {}", claim.name()),
            Action::Reject { claim, .. } => format!("rejected {}", claim.name()),
            Action::Edit { claim, .. } => format!("moved {}", claim.name()),
            Action::AddTechnique { technique, .. } => format!("added {technique}"),
            Action::AddObservable { value, .. } => format!("added {value}"),
            Action::Complete => "said that nothing is missing".into(),
            Action::Undo { .. } => String::new(),
        };
    }
    view
}
