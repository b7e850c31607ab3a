//! One's own account: tokens and password.

use axum::Form;
use axum::body::Bytes;
use axum::extract::{Path, State};
use axum::http::{HeaderMap, StatusCode, Uri};
use axum::response::{IntoResponse, Redirect, Response};
use bartizan_clearinghouse::access::{Scope, Scopes};
use bartizan_clearinghouse::token;
use bartizan_store::NewToken as Kept;
use bartizan_workbench::{Account, Choice, Moment, NewToken, Problem, Token as Line};
use serde::Deserialize;

use super::first::SHORTEST;
use super::html;
use super::sign_in::Token;
use super::stop::Stop;
use super::visit::Visit;
use crate::app::App;
use crate::auth::hash_password;

const DAY: i64 = 24 * 3600 * 1_000_000;
const MOST_DAYS: u32 = 365;

#[derive(Deserialize)]
pub(super) struct Passwords {
    #[serde(default)]
    csrf: String,
    current: String,
    password: String,
    again: String,
}

/// `GET /account`
pub(super) async fn show(State(app): State<App>, headers: HeaderMap, uri: Uri) -> Result<Response, Stop> {
    let visit = Visit::new(&app, &headers, &uri).await?;
    Ok(html(page(&visit, None, None).render()))
}

/// `POST /account/tokens`: the secret is on the answer's page and nowhere else.
pub(super) async fn add_token(
    State(app): State<App>,
    headers: HeaderMap,
    uri: Uri,
    body: Bytes,
) -> Result<Response, Stop> {
    let (mut csrf, mut name, mut scopes, mut days) = (String::new(), String::new(), Vec::new(), 90);
    for (key, value) in form_urlencoded::parse(&body) {
        match key.as_ref() {
            "csrf" => csrf = value.into_owned(),
            "name" => name = value.into_owned(),
            "scope" => scopes.push(value.into_owned()),
            "days" => days = value.parse().unwrap_or(90),
            _ => {}
        }
    }
    let visit = Visit::acting(&app, &headers, &uri, Some(&csrf)).await?;
    let Some(person) = visit.principal.person else { return Err(Stop::Go("/sign-in".into())) };
    let Some(scopes) = Scopes::parse(&scopes.join(",")) else {
        return Ok(wrong(&visit, "scope", "Choose what the token may do."));
    };
    let days = i64::from(u32::clamp(days, 1, MOST_DAYS));
    let mut random = [0; 20];
    app.around.fill(&mut random);
    let secret = token::make(random);
    let new = Kept {
        person,
        label: &name,
        digest: &token::digest(&secret),
        scopes,
        expires: Some(visit.now() + days * DAY),
    };
    app.store.add_token(&visit.by(), &new).await.map_err(|e| visit.stop(&e))?;
    let visit = Visit::new(&app, &headers, &uri).await?;
    let base = app.config.public_url.clone().unwrap_or_default();
    let example = format!("curl -H 'Authorization: Bearer {secret}' {base}/taxii2/root/collections/");
    Ok(html(page(&visit, Some(NewToken { name, secret, example }), None).render()))
}

/// `POST /account/tokens/{id}/revoke`
pub(super) async fn revoke(
    State(app): State<App>,
    Path(id): Path<String>,
    headers: HeaderMap,
    uri: Uri,
    Form(form): Form<Token>,
) -> Result<Response, Stop> {
    let visit = Visit::acting(&app, &headers, &uri, Some(&form.csrf)).await?;
    let own = |t: &&bartizan_store::TokenEntry| t.uuid == id && Some(t.person) == visit.principal.person;
    let Some(number) = visit.directory.tokens.values().find(own).map(|t| t.id) else {
        return Err(Stop::not_found(visit.shell));
    };
    app.store.revoke_token(&visit.by(), number).await.map_err(|e| visit.stop(&e))?;
    Ok(Redirect::to("/account").into_response())
}

/// `POST /account/password`: every session ends, this one too.
pub(super) async fn password(
    State(app): State<App>,
    headers: HeaderMap,
    uri: Uri,
    Form(form): Form<Passwords>,
) -> Result<Response, Stop> {
    let visit = Visit::acting(&app, &headers, &uri, Some(&form.csrf)).await?;
    let Some(person) = visit.principal.person else { return Err(Stop::Go("/sign-in".into())) };
    // No name has a colon.
    let key = format!("change:{}", visit.name);
    if !app.attempts.take(&key, visit.now()) {
        return Ok(wrong(&visit, "current", "Too many wrong passwords. Try again in ten minutes."));
    }
    let right = app.passwords.check(&visit.directory, &visit.name, &form.current).await.ok().flatten();
    if right != Some(person) {
        return Ok(wrong(&visit, "current", "That is not your present password."));
    }
    app.attempts.right(&key);
    if form.password.chars().count() < SHORTEST as usize {
        return Ok(wrong(&visit, "password", "The new password is too short."));
    }
    if form.password != form.again {
        return Ok(wrong(&visit, "again", "The two passwords differ."));
    }
    let (around, new) = (app.around.clone(), form.password.clone());
    let phc = tokio::task::spawn_blocking(move || hash_password(&new, &*around)).await.ok().flatten();
    let phc = phc.ok_or_else(|| Stop::wrong(visit.shell.clone(), "The password could not be kept."))?;
    app.store.set_password(&visit.by(), person, &phc).await.map_err(|e| visit.stop(&e))?;
    Ok(Redirect::to("/sign-in").into_response())
}

fn wrong(visit: &Visit, field: &str, text: &str) -> Response {
    let problem = Problem { field: field.into(), text: text.into() };
    let mut response = html(page(visit, None, Some(problem)).render());
    *response.status_mut() = StatusCode::UNPROCESSABLE_ENTITY;
    response
}

fn page(visit: &Visit, new_token: Option<NewToken>, problem: Option<Problem>) -> Account {
    let own = visit.directory.tokens.values().filter(|t| Some(t.person) == visit.principal.person);
    let mut own: Vec<_> = own.collect();
    own.sort_by_key(|t| t.id);
    let entry = visit.principal.person.and_then(|id| visit.directory.people.get(&id));
    Account {
        shell: visit.shell.clone(),
        email: visit.name.clone(),
        tokens: own
            .into_iter()
            .map(|t| Line {
                id: t.uuid.clone(),
                name: t.label.clone(),
                prefix: token::PREFIX.to_owned(),
                scopes: t.scopes.text().split(',').map(str::to_owned).collect(),
                until: Moment(t.expires.unwrap_or(i64::MAX)),
                used: None,
                revoked: t.revoked,
            })
            .collect(),
        scopes: Scope::ALL
            .into_iter()
            .map(|s| Choice { value: s.as_str().into(), label: s.as_str().into(), chosen: s == Scope::Read })
            .collect(),
        most_days: MOST_DAYS,
        new_token,
        sessions: Vec::new(),
        has_password: entry.is_none_or(|p| p.password.is_some()),
        shortest: SHORTEST,
        second_factor: entry.is_some_and(|p| p.second_factor),
        second_factor_href: "/account/second-factor".into(),
        problem,
    }
}
