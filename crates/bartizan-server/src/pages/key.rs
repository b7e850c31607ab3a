//! Keys of browsers: adding and removing one's own, and signing in by them.

use axum::Form;
use axum::extract::{Path, State};
use axum::http::{HeaderMap, StatusCode, Uri};
use axum::response::{IntoResponse, Redirect, Response};
use bartizan_clearinghouse::access::{PersonId, Scopes};
use bartizan_clearinghouse::token;
use bartizan_store::NewPasskey;
use bartizan_workbench::{FactorStage, KeyForm, KeySignIn};
use serde::Deserialize;

use super::factors::{Entered, Owner};
use super::second::{self, may_try, was_right};
use super::sign_in::local;
use super::stop::Stop;
use super::visit::{Visit, bare};
use super::{html, sign_in};
use crate::app::App;
use crate::auth::passkey::{Asked, LONGEST, Site};
use crate::auth::{refuse, session};

/// How long a challenge waits, microseconds: what browsers are told.
const WAITS: i64 = 5 * 60 * 1_000_000;

/// A browser's answer.
#[derive(Deserialize)]
pub(super) struct Answer {
    #[serde(default)]
    csrf: String,
    /// What the challenge was kept under.
    ceremony: String,
    /// JSON of the browser.
    answer: String,
    /// What a new key is called.
    #[serde(default)]
    label: String,
    #[serde(default)]
    next: String,
}

/// Keeps a challenge; the form that carries it.
pub(super) async fn ask(
    app: &App,
    kind: &str,
    person: Option<PersonId>,
    asked: Asked,
) -> Result<KeyForm, bartizan_store::Error> {
    let (secret, now) = (session::random(app), app.now());
    let digest = token::digest(&secret);
    app.store.begin_ceremony((&digest, kind), person, &asked.state, now, now + WAITS).await?;
    Ok(KeyForm { options: asked.options, ceremony: secret })
}

/// What was asked: once.
async fn asked(
    app: &App,
    kind: &str,
    answer: &Answer,
) -> Result<Option<(Option<PersonId>, Vec<u8>)>, bartizan_store::Error> {
    if answer.answer.len() > LONGEST || answer.ceremony.len() != 64 {
        return Ok(None);
    }
    app.store.take_ceremony((&token::digest(&answer.ceremony), kind), app.now()).await
}

/// `POST /account/second-factor/key`: asks the browser for a new key.
pub(super) async fn begin(
    State(app): State<App>,
    headers: HeaderMap,
    uri: Uri,
    Form(form): Form<Entered>,
) -> Result<Response, Stop> {
    let visit = Visit::acting(&app, &headers, &uri, Some(&form.csrf)).await?;
    let owner = Owner::new(&app, visit).await?;
    if let Some(response) = owner.proved(&app, &form).await {
        return Ok(response);
    }
    let site = Site::new(&app).ok_or_else(|| Stop::not_found(owner.visit.shell.clone()))?;
    let Some(asked) = site.ask_new(&owner.visit.name, &owner.keys) else {
        return Ok(owner.problem(&app, "key", "No key can be made for this name."));
    };
    let form = ask(&app, "key.new", Some(owner.person), asked).await.map_err(|e| owner.visit.stop(&e))?;
    Ok(html(owner.page(&app, FactorStage::Key { form }).render()))
}

/// `POST /account/second-factor/key/add`: the browser's new key. If it is the first second factor, the recovery codes are on the
/// answer's page and nowhere else.
pub(super) async fn add(
    State(app): State<App>,
    headers: HeaderMap,
    uri: Uri,
    Form(form): Form<Answer>,
) -> Result<Response, Stop> {
    let visit = Visit::acting(&app, &headers, &uri, Some(&form.csrf)).await?;
    let owner = Owner::new(&app, visit).await?;
    let site = Site::new(&app).ok_or_else(|| Stop::not_found(owner.visit.shell.clone()))?;
    let asked = asked(&app, "key.new", &form).await.map_err(|e| owner.visit.stop(&e))?;
    let made = match asked {
        Some((Some(person), state)) if person == owner.person => site.made(&state, &form.answer),
        _ => None,
    };
    let Some(made) = made else {
        return Ok(owner.problem(&app, "key", "The browser's answer does not fit. Try again."));
    };
    let label = if form.label.trim().is_empty() { "Security key" } else { form.label.trim() };
    let new = NewPasskey {
        label,
        credential: &made.credential,
        handle: &made.handle,
        fixed: &made.fixed,
        moving: &made.moving,
    };
    let first = !owner.factors.set_up();
    let (codes, kept) = crate::auth::second::recovery(&app, owner.person);
    let kept = first.then_some(kept.as_slice());
    let added = app.store.add_passkey(&owner.visit.by(), owner.person, &new, kept).await;
    added.map_err(|e| owner.visit.stop(&e))?;
    if !first {
        return Ok(Redirect::to("/account/second-factor").into_response());
    }
    let stage = FactorStage::Codes { codes, next: "/account/second-factor".into() };
    Ok(html(owner.page(&app, stage).render()))
}

/// `POST /account/second-factor/key/{id}/remove`
pub(super) async fn remove(
    State(app): State<App>,
    Path(id): Path<i64>,
    headers: HeaderMap,
    uri: Uri,
    Form(form): Form<Entered>,
) -> Result<Response, Stop> {
    let visit = Visit::acting(&app, &headers, &uri, Some(&form.csrf)).await?;
    let owner = Owner::new(&app, visit).await?;
    if let Some(response) = owner.proved(&app, &form).await {
        return Ok(response);
    }
    let removed = app.store.remove_passkey(&owner.visit.by(), owner.person, id).await;
    if !removed.map_err(|e| owner.visit.stop(&e))? {
        return Err(Stop::not_found(owner.visit.shell));
    }
    Ok(Redirect::to("/account/second-factor").into_response())
}

/// `POST /sign-in/second/key`: a key as the other half of a sign-in.
pub(super) async fn second(
    State(app): State<App>,
    headers: HeaderMap,
    Form(form): Form<Answer>,
) -> Result<Response, Stop> {
    let stop = |e: bartizan_store::Error| Stop::store(bare(&app), &e);
    let open = second::open(&app, &headers).await?;
    let again = async |text: &str, status: StatusCode| second::again(&app, &open, text, status).await;
    if !session::same_origin(&headers) {
        return again("This form came from another page. Try again here.", StatusCode::FORBIDDEN).await;
    }
    if !may_try(&app, open.person) {
        return again("Too many wrong ones. Try again in ten minutes.", StatusCode::TOO_MANY_REQUESTS).await;
    }
    let site = Site::new(&app).ok_or_else(|| Stop::not_found(bare(&app)))?;
    let keys = app.store.passkeys(open.person).await.map_err(stop)?;
    let found = match asked(&app, "key.second", &form).await.map_err(stop)? {
        Some((Some(person), state)) if person == open.person => site.one(&state, &form.answer, &keys),
        _ => None,
    };
    let used = match found {
        Some((key, moving)) => app.store.use_passkey(key, &moving, app.now()).await.map_err(stop)?,
        None => false,
    };
    if !used {
        refuse(&app, open.name(), "security key").await;
        return again("The key's answer does not fit. Try again.", StatusCode::UNAUTHORIZED).await;
    }
    was_right(&app, open.person);
    second::enter(&app, &open, "security key").await
}

/// `GET /sign-in/key`: any key that its owner unlocks.
pub(super) async fn show(
    State(app): State<App>,
    axum::extract::Query(query): axum::extract::Query<sign_in::Asked>,
) -> Result<Response, Stop> {
    page(&app, local(&query.next), None, StatusCode::OK).await
}

async fn page(app: &App, next: &str, problem: Option<&str>, status: StatusCode) -> Result<Response, Stop> {
    let asked = Site::new(app).and_then(|site| site.ask_any());
    let asked = asked.ok_or_else(|| Stop::not_found(bare(app)))?;
    let form = ask(app, "key.any", None, asked).await.map_err(|e| Stop::store(bare(app), &e))?;
    let page = KeySignIn { shell: bare(app), next: next.into(), form, problem: problem.map(str::to_owned) };
    let mut response = html(page.render());
    *response.status_mut() = status;
    Ok(response)
}

/// `POST /sign-in/key`: possession and PIN or finger are two factors; nothing more is asked for.
pub(super) async fn any(
    State(app): State<App>,
    headers: HeaderMap,
    Form(form): Form<Answer>,
) -> Result<Response, Stop> {
    let stop = |e: bartizan_store::Error| Stop::store(bare(&app), &e);
    let again = async |text: &str, status| page(&app, local(&form.next), Some(text), status).await;
    if !session::same_origin(&headers) {
        return again("This form came from another page. Try again here.", StatusCode::FORBIDDEN).await;
    }
    let site = Site::new(&app).ok_or_else(|| Stop::not_found(bare(&app)))?;
    let state = asked(&app, "key.any", &form).await.map_err(stop)?.map(|(_, state)| state);
    let key = match Site::of(&form.answer) {
        Some(credential) if state.is_some() => app.store.passkey(&credential).await.map_err(stop)?,
        _ => None,
    };
    let directory = app.store.fresh().await.map_err(stop)?;
    let mut person = None;
    if let (Some(state), Some(key)) = (&state, &key)
        && let Some(moving) = site.any(state, &form.answer, key)
        && app.store.use_passkey(key, &moving, app.now()).await.map_err(stop)?
    {
        person = Some(key.person).filter(|id| directory.principal(*id, Scopes::ALL).is_some());
    }
    let Some(entry) = person.and_then(|id| directory.people.get(&id)) else {
        refuse(&app, "", "security key").await;
        return again("This key opens nothing here. Try again.", StatusCode::UNAUTHORIZED).await;
    };
    let who = (entry.member.id, &*entry.name);
    let cookie = session::begin(&app, who, "security key alone", None).await.map_err(stop)?;
    Ok(second::entered(cookie, &form.next, None))
}
