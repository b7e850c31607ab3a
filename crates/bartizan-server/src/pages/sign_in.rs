//! Signing in and out.

use axum::Form;
use axum::extract::{Query, State};
use axum::http::{HeaderMap, StatusCode, Uri, header};
use axum::response::{IntoResponse, Redirect, Response};
use bartizan_clearinghouse::token;
use bartizan_workbench::SignIn;
use serde::Deserialize;

use super::html;
use super::second;
use super::stop::Stop;
use super::visit::{Visit, bare};
use crate::app::App;
use crate::auth::passkey::Site;
use crate::auth::{Refused, password_of, session};

#[derive(Deserialize)]
pub(super) struct Asked {
    #[serde(default)]
    pub(super) next: String,
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
pub(super) fn local(next: &str) -> &str {
    let plain = next.bytes().all(|b| b > b' ' && b != b'\\' && b != 0x7f);
    if plain && next.starts_with('/') && !next.starts_with("//") { next } else { "/" }
}

/// The empty form, with the other ways there are.
fn empty(app: &App, next: &str) -> SignIn {
    let carried: String = form_urlencoded::byte_serialize(next.as_bytes()).collect();
    let mut others = Vec::new();
    if let Some(provider) = &app.config.provider {
        let label = format!("Sign in with {}", provider.label);
        others.push((label, format!("/sign-in/provider?next={carried}")));
    }
    if Site::new(app).is_some() {
        others.push(("Sign in with a passkey".to_owned(), format!("/sign-in/key?next={carried}")));
    }
    SignIn { next: next.to_owned(), others, ..SignIn::new(bare(app)) }
}

/// `GET /sign-in`
pub(super) async fn show(State(app): State<App>, Query(asked): Query<Asked>) -> Response {
    html(empty(&app, local(&asked.next)).render())
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
            problem: Some(problem.to_owned()),
            ..empty(&app, local(&entered.next))
        };
        let mut response = html(page.render());
        *response.status_mut() = status;
        response
    };
    if !session::same_origin(&headers) {
        return Ok(again("This form came from another page. Try again here.", StatusCode::FORBIDDEN));
    }
    let name = entered.name.trim().to_lowercase();
    if name.len() > crate::auth::LONGEST || entered.password.len() > crate::auth::LONGEST {
        return Ok(again("Name or password is wrong.", StatusCode::UNAUTHORIZED));
    }
    let directory = app.store.fresh().await.map_err(|e| Stop::store(bare(&app), &e))?;
    match password_of(&app, &directory, &name, &entered.password).await {
        Ok(person) => second::go_on(&app, &directory, person, "password", local(&entered.next)).await,
        Err(Refused::Wrong) => Ok(again("Name or password is wrong.", StatusCode::UNAUTHORIZED)),
        Err(Refused::Busy) => {
            Ok(again("Too many sign in right now. Try again.", StatusCode::SERVICE_UNAVAILABLE))
        }
        Err(Refused::Often) => {
            let text = "Too many wrong passwords. Try again in ten minutes.";
            Ok(again(text, StatusCode::TOO_MANY_REQUESTS))
        }
    }
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
    let mut response = Redirect::to("/sign-in/out").into_response();
    response.headers_mut().insert(header::SET_COOKIE, session::ended(&app));
    Ok(response)
}

/// `GET /sign-in/out`: signed out here; who came from a provider may still be signed in there.
pub(super) async fn left(State(app): State<App>) -> Response {
    let mut page = empty(&app, "/");
    if let Some(provider) = &app.config.provider {
        page.others.push((format!("Sign out of {} too", provider.label), "/sign-in/provider/out".into()));
    }
    html(page.render())
}

/// The digest of a one-time link's secret.
pub(super) fn link(secret: &str) -> String {
    token::digest(secret)
}
