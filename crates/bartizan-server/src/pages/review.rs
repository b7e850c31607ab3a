//! Review: the text beside its claims, and what people decide about them.

use axum::body::Bytes;
use axum::extract::{Path, State};
use axum::http::{HeaderMap, StatusCode, Uri, header};
use axum::response::{IntoResponse, Redirect, Response};
use bartizan::exchange::offsets::{Bytes as AtBytes, CodePoints};
use bartizan::exchange::read;
use bartizan::{Analysis, Analyzer, Input, Limits, Options, Span};
use bartizan_clearinghouse::access::{Thing, Verb};
use bartizan_clearinghouse::review::{
    Action, ClaimKey, Place, Review as Fold, Source, Verdict, check, labels as technique_labels,
};
use bartizan_knowledge::Pack;
use bartizan_store::{KeptDecision, Report};
use bartizan_workbench::{Answer, Decide, Review};
use serde_json::Value;

use super::html;
use super::report::{content, find};
use super::stop::Stop;
use super::visit::Visit;
use crate::app::App;
use crate::review::{PackNames, decisions};

/// Longest words that are read as an observable, in bytes.
const LONGEST: usize = 4_000;

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
    Ok(super::report::download(line.into_bytes(), "application/jsonl", "labels.jsonl"))
}

/// A decision from a form.
fn form(body: &[u8]) -> Decide {
    let mut decide = Decide::default();
    for (name, value) in form_urlencoded::parse(body) {
        let value = value.into_owned();
        match name.as_ref() {
            "act" => decide.act = value,
            "claim" => decide.claim = value,
            "kind" => decide.kind = value,
            "value" => decide.value = value,
            "words" => decide.words = value,
            "reason" => decide.reason = value,
            "csrf" => decide.csrf = value,
            _ => {}
        }
    }
    decide
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

/// What an act of the page means.
fn action(pack: &'static Pack, reviewed: &Reviewed, decide: &Decide) -> Result<Action, String> {
    match decide.act.as_str() {
        "complete" => return Ok(Action::Complete),
        "add" => return add(pack, reviewed, decide),
        _ => {}
    }
    let claim: ClaimKey = decide.claim.parse().map_err(|_| "That claim is not there.".to_owned())?;
    Ok(match decide.act.as_str() {
        "accept" => Action::Accept { claim },
        "reject" => Action::Reject { claim, reason: decide.reason.clone() },
        "edit" => {
            let text = reviewed.source.text();
            let near = AtBytes::new(text).at(claim.place().start).unwrap_or(0);
            let span = decide.span(text, near);
            let (to, quote) = place(text, span.ok_or("Those words do not stand in the text.")?);
            Action::Edit { claim, to, quote }
        }
        _ => return Err("That is none of accept, reject, edit, add, complete.".into()),
    })
}

fn add(pack: &'static Pack, reviewed: &Reviewed, decide: &Decide) -> Result<Action, String> {
    let text = reviewed.source.text();
    let span = decide.span(text, 0).ok_or("Those words do not stand in the text.")?;
    let (at, quote) = place(text, span);
    if decide.kind == "technique" {
        return Ok(Action::AddTechnique { technique: decide.technique().to_owned(), at, quote });
    }
    // The words say what it is: read as a text of their own, they give their observable.
    let words = "Those words are no address, hash, name or path that can be told.";
    let (kind, value) = observable(pack, &quote).ok_or(words)?;
    Ok(Action::AddObservable { kind, value, verdict: Verdict::Indicator, at, quote })
}

/// The observable that a few words are.
fn observable(pack: &'static Pack, words: &str) -> Option<(String, String)> {
    if words.len() > LONGEST {
        return None;
    }
    let analysis = Analyzer::new(pack).analyze(&Input::new("words.txt", words), &Options::default()).ok()?;
    let found = analysis.observables.into_iter().next()?;
    Some((found.kind.as_str().to_owned(), found.value))
}

fn place(text: &str, span: Span) -> (Place, String) {
    let (start, end) = CodePoints::new(text).span(span);
    let quote = text.get(span.start as usize..span.end as usize).unwrap_or_default();
    (Place { start, end }, quote.to_owned())
}

/// The key of the claim that an action is about, or that it adds.
fn claim_of(action: &Action) -> Option<String> {
    match action {
        Action::Accept { claim } | Action::Reject { claim, .. } | Action::Edit { claim, .. } => {
            Some(claim.to_string())
        }
        Action::AddTechnique { technique, at, .. } => Some(ClaimKey::technique(technique, *at).to_string()),
        Action::AddObservable { kind, value, at, .. } => {
            Some(ClaimKey::observable(kind, value, *at).to_string())
        }
        Action::Complete | Action::Undo { .. } => None,
    }
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
