//! Review: the text beside its claims, and what people decide about them.

use axum::body::Bytes;
use axum::extract::{Path, State};
use axum::http::{HeaderMap, StatusCode, Uri, header};
use axum::response::{IntoResponse, Redirect, Response};
use bartizan::exchange::offsets::{Bytes as AtBytes, CodePoints};
use bartizan::exchange::read;
use bartizan::{Analysis, Analyzer, Evidence, Input, Limits, Options, Span};
use bartizan_clearinghouse::access::{Thing, Verb};
use bartizan_clearinghouse::review::{
    Action, Addition, ClaimKey, Decision as Made, Kind, Place, Review as Fold, Source, Status, Verdict,
    check, labels as technique_labels,
};
use bartizan_knowledge::Pack;
use bartizan_store::{KeptDecision, Report};
use bartizan_workbench::{Act, Answer, Claim, ClaimKind, Decide, Decision, Moment, Review};
use serde_json::Value;

use super::html;
use super::report::{content, find};
use super::stop::Stop;
use super::visit::Visit;
use crate::app::App;
use crate::review::PackNames;

/// More actions than one act of a page ever has: their numbers are parts of the act's.
const ACTIONS: u64 = 10_000;

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
    let actions = match actions(app.pack, &reviewed, &decide) {
        Ok(actions) => actions,
        Err(text) => return refuse(json, &visit, &text),
    };
    let names = PackNames(app.pack);
    for action in &actions {
        if let Err(refusal) = check(&reviewed.source, &reviewed.fold, &names, action) {
            return refuse(json, &visit, &refusal.to_string());
        }
    }
    write(&app, &visit, &report, &reviewed, &actions).await?;
    let claim = (!decide.claim.is_empty()).then_some(decide.claim.as_str());
    answer(&app, &visit, &report, json, claim, None).await
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
    let Some((number, acts)) = last(&reviewed.kept) else {
        return refuse(json, &visit, "There is nothing to undo.");
    };
    let actions: Vec<Action> =
        (0..acts.len() as u64).map(|i| Action::Undo { order: number as u64 * ACTIONS + i }).collect();
    write(&app, &visit, &report, &reviewed, &actions).await?;
    let gone = acts.iter().find_map(added);
    let claim = acts.iter().find_map(|action| claim_of(&reviewed, action));
    answer(&app, &visit, &report, json, claim.as_deref(), gone.as_deref()).await
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

/// The log in the form of the rules of review. What cannot be read is nothing: it was checked before it was kept.
fn decisions(kept: &[KeptDecision]) -> Vec<Made> {
    let mut made = Vec::new();
    for row in kept {
        let actions: Vec<Action> = serde_json::from_str(&row.body).unwrap_or_default();
        let Ok(by) = row.person.0.to_string().parse() else { continue };
        made.extend(actions.into_iter().zip(0u64..).map(|(action, i)| Made {
            order: row.number as u64 * ACTIONS + i,
            by: Clone::clone(&by),
            at: row.at,
            action,
        }));
    }
    made
}

/// The last act that is no undoing and was not undone.
fn last(kept: &[KeptDecision]) -> Option<(i64, Vec<Action>)> {
    let mut undone = std::collections::BTreeSet::new();
    for row in kept.iter().rev() {
        let actions: Vec<Action> = serde_json::from_str(&row.body).unwrap_or_default();
        match actions.first() {
            Some(Action::Undo { order }) => {
                undone.insert(order / ACTIONS);
            }
            Some(_) if !undone.contains(&(row.number as u64)) => return Some((row.number, actions)),
            _ => {}
        }
    }
    None
}

/// What an act of the page means, claim by claim.
fn actions(pack: &'static Pack, reviewed: &Reviewed, decide: &Decide) -> Result<Vec<Action>, String> {
    if decide.act == "add" {
        return add(pack, reviewed, decide).map(|action| vec![action]);
    }
    let keys = keys(reviewed, &decide.claim);
    if keys.is_empty() {
        return Err("That claim is not there.".into());
    }
    Ok(match decide.act.as_str() {
        "accept" => keys.into_iter().map(|claim| Action::Accept { claim }).collect(),
        "reject" => {
            let reason = decide.reason.clone();
            keys.into_iter().map(|claim| Action::Reject { claim, reason: reason.clone() }).collect()
        }
        "edit" => {
            let text = reviewed.source.text();
            let near = keys.first().map_or(0, |key| key.place().start);
            let span = decide.span(text, AtBytes::new(text).at(near).unwrap_or(0));
            let (to, quote) = place(text, span.ok_or("Those words do not stand in the text.")?);
            keys.into_iter().take(1).map(|claim| Action::Edit { claim, to, quote: quote.clone() }).collect()
        }
        _ => return Err("That is none of accept, reject, edit, add.".into()),
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
    let (kind, value) =
        observable(pack, &quote).ok_or("Those words are no address, hash, name or path that can be told.")?;
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

/// The keys behind a claim of the page: `t3` is the third technique with all its places, anything else is a key itself.
fn keys(reviewed: &Reviewed, claim: &str) -> Vec<ClaimKey> {
    let listed = claim.split_at_checked(1).and_then(|(letter, index)| {
        let kind = match letter {
            "t" => Kind::Technique,
            "o" => Kind::Observable,
            "e" => Kind::Entity,
            "r" => Kind::Relation,
            _ => return None,
        };
        Some((kind, index.parse::<usize>().ok()?))
    });
    match listed {
        Some((kind, index)) => reviewed.source.of(kind, index).cloned().collect(),
        None => claim.parse().into_iter().collect(),
    }
}

/// The claim of the page that an action is about.
fn claim_of(reviewed: &Reviewed, action: &Action) -> Option<String> {
    let (Action::Accept { claim } | Action::Reject { claim, .. } | Action::Edit { claim, .. }) = action
    else {
        return None;
    };
    let letter = match claim.kind() {
        Kind::Technique => "t",
        Kind::Observable => "o",
        Kind::Entity => "e",
        Kind::Relation => "r",
        _ => return None,
    };
    let count = match claim.kind() {
        Kind::Technique => reviewed.analysis.techniques.len(),
        Kind::Observable => reviewed.analysis.observables.len(),
        Kind::Entity => reviewed.analysis.entities.len(),
        _ => reviewed.analysis.relations.len(),
    };
    let listed = (0..count).find(|i| reviewed.source.of(claim.kind(), *i).any(|key| key == claim));
    Some(listed.map_or_else(|| claim.to_string(), |i| format!("{letter}{i}")))
}

/// The key of what an action added.
fn added(action: &Action) -> Option<String> {
    match action {
        Action::AddTechnique { technique, at, .. } => Some(ClaimKey::technique(technique, *at).to_string()),
        Action::AddObservable { kind, value, at, .. } => {
            Some(ClaimKey::observable(kind, value, *at).to_string())
        }
        _ => None,
    }
}

async fn write(
    app: &App,
    visit: &Visit,
    report: &Report,
    reviewed: &Reviewed,
    actions: &[Action],
) -> Result<(), Stop> {
    let Some(person) = visit.principal.person else { return Err(Stop::Go("/sign-in".into())) };
    let body = serde_json::to_string(actions).unwrap_or_default();
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
    gone: Option<&str>,
) -> Result<Response, Stop> {
    if !json {
        return Ok(Redirect::to(&format!("/reports/{}/review", report.uuid)).into_response());
    }
    let reviewed = open(app, visit, report).await?;
    let view = view(app, visit, report, &reviewed);
    let newest = || view.claims.iter().rfind(|c| matches!(&c.decision, Some(d) if d.act == Act::Added));
    let shown = match claim {
        Some(key) => view.claims.iter().find(|c| c.key == key),
        None if gone.is_none() => newest(),
        None => None,
    };
    let removed = gone.filter(|key| !view.claims.iter().any(|c| c.key == *key));
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
    let mut view = Review::of(visit.shell.clone(), &report.uuid, &reviewed.analysis, app.pack);
    view.may_decide = may_decide(visit, report).is_ok();
    for claim in &mut view.claims {
        claim.decision = decided(visit, reviewed, &keys(reviewed, &claim.key));
    }
    let text = reviewed.source.text();
    for (key, addition) in &reviewed.fold.added {
        if !reviewed.fold.claims.contains_key(key) {
            continue;
        }
        let (kind, code, title) = match addition {
            Addition::Technique { technique } => {
                let name = app.pack.technique(technique).map_or("", |t| t.name);
                (ClaimKind::Technique, technique.clone(), name.to_owned())
            }
            Addition::Observable { kind, value, .. } => (ClaimKind::Observable, kind.clone(), value.clone()),
        };
        let bytes = AtBytes::new(text);
        let at = key.place();
        let span = bytes.at(at.start).zip(bytes.at(at.end)).map(|(start, end)| Span { start, end });
        let decision = decided(visit, reviewed, std::slice::from_ref(key));
        view.claims.push(Claim {
            key: key.to_string(),
            kind,
            code,
            title,
            note: "added by a reviewer".into(),
            provenance: "stated".into(),
            confidence: None,
            evidence: span.map(|span| Evidence { span, sentence: span }).into_iter().collect(),
            dangerous: matches!(kind, ClaimKind::Observable),
            decision: decision.map(|d| Decision { act: Act::Added, ..d }),
        });
    }
    if let Some((_, acts)) = last(&reviewed.kept) {
        view.undo = match acts.first() {
            Some(Action::Accept { claim }) => format!("accepted {}", claim.name()),
            Some(Action::Reject { claim, .. }) => format!("rejected {}", claim.name()),
            Some(Action::Edit { claim, .. }) => format!("moved {}", claim.name()),
            Some(Action::AddTechnique { technique, .. }) => format!("added {technique}"),
            Some(Action::AddObservable { value, .. }) => format!("added {value}"),
            _ => String::new(),
        };
    }
    view
}

/// What was decided last about any place of a claim.
fn decided(visit: &Visit, reviewed: &Reviewed, keys: &[ClaimKey]) -> Option<Decision> {
    let standings = keys.iter().filter_map(|key| reviewed.fold.claims.get(key));
    let newest =
        standings.filter(|s| s.status != Status::Open).max_by_key(|s| s.decided.as_ref().map(|d| d.order))?;
    let decided = newest.decided.as_ref()?;
    let (act, reason) = match &newest.status {
        Status::Open => return None,
        Status::Accepted => (Act::Accepted, String::new()),
        Status::Added { .. } => (Act::Added, String::new()),
        Status::Rejected { reason } => (Act::Rejected, reason.clone()),
        Status::Edited { .. } => (Act::Edited, String::new()),
    };
    let person = decided.by.as_str().parse().ok().map(bartizan_clearinghouse::access::PersonId);
    Some(Decision { act, who: visit.person(person), at: Moment(decided.at), reason })
}
