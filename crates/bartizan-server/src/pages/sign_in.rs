//! Signing in and out.

use axum::Form;
use axum::extract::{Query, State};
use axum::http::{HeaderMap, StatusCode, Uri, header};
use axum::response::{IntoResponse, Redirect, Response};
use bartizan_clearinghouse::token;
use bartizan_store::Action;
use bartizan_workbench::SignIn;
use serde::Deserialize;

use super::html;
use super::stop::Stop;
use super::visit::{Visit, bare};
use crate::app::App;
use crate::auth::session;

#[derive(Deserialize)]
pub(super) struct Asked {
    #[serde(default)]
    next: String,
}

#[derive(Deserialize)]
pub(super) struct Entered {
    name: String,
    #[serde(default)]
    password: String,
    #[serde(default)]
    next: String,
}

#[derive(Deserialize)]
pub(super) struct Token {
    #[serde(default)]
    pub(super) csrf: String,
}

/// A path of ours, or home.
fn local(next: &str) -> &str {
    let plain = next.bytes().all(|b| b > b' ' && b != b'\\' && b != 0x7f);
    if plain && next.starts_with('/') && !next.starts_with("//") { next } else { "/" }
}

/// `GET /sign-in`
pub(super) async fn show(State(app): State<App>, Query(asked): Query<Asked>) -> Response {
    html(SignIn { next: local(&asked.next).to_owned(), ..SignIn::new(bare(&app)) }.render())
}

/// `POST /sign-in`
pub(super) async fn enter(
    State(app): State<App>,
    headers: HeaderMap,
    Form(entered): Form<Entered>,
) -> Result<Response, Stop> {
    let again = |problem: &str, status: StatusCode| {
        let page = SignIn {
            name: entered.name.clone(),
            next: local(&entered.next).to_owned(),
            problem: Some(problem.to_owned()),
            ..SignIn::new(bare(&app))
        };
        let mut response = html(page.render());
        *response.status_mut() = status;
        response
    };
    if !session::same_origin(&headers) {
        return Ok(again("This form came from another page. Try again here.", StatusCode::FORBIDDEN));
    }
    let name = entered.name.trim().to_lowercase();
    let now = app.now();
    if name.len() > crate::auth::LONGEST || entered.password.len() > crate::auth::LONGEST {
        return Ok(again("Name or password is wrong.", StatusCode::UNAUTHORIZED));
    }
    if !app.attempts.take(&name, now) {
        let text = "Too many wrong passwords. Try again in ten minutes.";
        return Ok(again(text, StatusCode::TOO_MANY_REQUESTS));
    }
    let directory = app.store.fresh().await.map_err(|e| Stop::store(bare(&app), &e))?;
    let person = app.passwords.check(&directory, &name, &entered.password).await.ok().flatten();
    let scopes = bartizan_clearinghouse::access::Scopes::ALL;
    let Some(person) = person.filter(|id| directory.principal(*id, scopes).is_some()) else {
        let by = Action { actor: "anyone", now };
        // The log has to know; but a full log must not tell who exists.
        let _ = app.store.note(&by, "session.refused", "sign-in", "{}").await;
        return Ok(again("Name or password is wrong.", StatusCode::UNAUTHORIZED));
    };
    app.attempts.right(&name);
    let cookie = session::begin(&app, person, &name).await.map_err(|e| Stop::store(bare(&app), &e))?;
    let mut response = Redirect::to(local(&entered.next)).into_response();
    response.headers_mut().insert(header::SET_COOKIE, cookie);
    Ok(response)
}

/// `POST /sign-out`
pub(super) async fn leave(
    State(app): State<App>,
    headers: HeaderMap,
    uri: Uri,
    Form(token): Form<Token>,
) -> Result<Response, Stop> {
    let visit = Visit::acting(&app, &headers, &uri, Some(&token.csrf)).await?;
    if let Some(digest) = session::secret(&app, &headers) {
        app.store.end_session(&visit.by(), &digest).await.map_err(|e| visit.stop(&e))?;
    }
    let mut response = Redirect::to("/sign-in").into_response();
    response.headers_mut().insert(header::SET_COOKIE, session::ended(&app));
    Ok(response)
}

/// The digest of a one-time link's secret.
pub(super) fn link(secret: &str) -> String {
    token::digest(secret)
}
