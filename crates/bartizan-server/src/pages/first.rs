//! The first administrator, by a one-time link.

use axum::Form;
use axum::extract::{Path, State};
use axum::http::{HeaderMap, StatusCode};
use axum::response::Response;
use bartizan_clearinghouse::access::{Role, Roles};
use bartizan_store::{Action, NewPerson};
use bartizan_workbench::{FirstAdmin, Problem};
use serde::Deserialize;

use super::html;
use super::second;
use super::sign_in::link;
use super::stop::Stop;
use super::visit::bare;
use crate::app::App;
use crate::auth::{hash_password, session};

/// What the link is for.
const PURPOSE: &str = "first";
/// The shortest password.
pub(super) const SHORTEST: u32 = 12;

#[derive(Deserialize)]
pub(super) struct Entered {
    name: String,
    email: String,
    organisation: String,
    password: String,
    again: String,
}

/// `GET /first/{token}`
pub(super) async fn show(State(app): State<App>, Path(token): Path<String>) -> Result<Response, Stop> {
    usable(&app, &token).await?;
    Ok(html(page(&app, &token, None, None).render()))
}

/// `POST /first/{token}`
pub(super) async fn make(
    State(app): State<App>,
    Path(token): Path<String>,
    headers: HeaderMap,
    Form(entered): Form<Entered>,
) -> Result<Response, Stop> {
    usable(&app, &token).await?;
    let again = |field: &str, text: &str| {
        let problem = Problem { field: field.into(), text: text.into() };
        let mut response = html(page(&app, &token, Some(&entered), Some(problem)).render());
        *response.status_mut() = StatusCode::UNPROCESSABLE_ENTITY;
        Ok(response)
    };
    if !session::same_origin(&headers) {
        return again("name", "This form came from another page. Try again here.");
    }
    if entered.password.chars().count() < SHORTEST as usize {
        return again("password", "The password is too short.");
    }
    if entered.password != entered.again {
        return again("again", "The two passwords differ.");
    }
    let name = entered.email.trim().to_lowercase();
    if name.is_empty() || name.contains(char::is_whitespace) || name.contains(':') {
        return again("email", "That is no address to sign in with.");
    }
    let now = app.now();
    let by = Action { actor: "system", now };
    let store = |e: bartizan_store::Error| Stop::store(bare(&app), &e);
    let around = app.around.clone();
    let password = entered.password.clone();
    let phc = tokio::task::spawn_blocking(move || hash_password(&password, &*around)).await.ok().flatten();
    let new = NewPerson {
        uuid: &app.uuid(),
        // Made with the person.
        organisation: bartizan_clearinghouse::access::OrganisationId(0),
        name: &name,
        shown: &entered.name,
        roles: Roles::of(&[Role::Coordinator, Role::Reviewer, Role::Admin]),
        password: phc.as_deref(),
    };
    let uuid = app.uuid();
    let organisation = (uuid.as_str(), entered.organisation.as_str());
    let made = app.store.first_admin(&by, (&link(&token), PURPOSE), organisation, &new).await;
    let person = match made {
        Ok(Some(person)) => person,
        Ok(None) => return Err(Stop::not_found(bare(&app))),
        Err(e) if e.is_invalid() || e.is_conflict() => return again("organisation", &e.to_string()),
        Err(e) => return Err(store(e)),
    };
    let directory = app.store.fresh().await.map_err(store)?;
    second::go_on(&app, &directory, person, "first link", "/").await
}

/// A link that cannot be used is nothing.
async fn usable(app: &App, token: &str) -> Result<(), Stop> {
    let found = app.store.link(&link(token), PURPOSE, app.now()).await;
    let directory = app.store.fresh().await.map_err(|e| Stop::store(bare(app), &e))?;
    match found.map_err(|e| Stop::store(bare(app), &e))? {
        Some(_) if directory.people.is_empty() => Ok(()),
        _ => Err(Stop::not_found(bare(app))),
    }
}

fn page(app: &App, token: &str, entered: Option<&Entered>, problem: Option<Problem>) -> FirstAdmin {
    FirstAdmin {
        shell: bare(app),
        token: token.to_owned(),
        name: entered.map(|e| e.name.clone()).unwrap_or_default(),
        email: entered.map(|e| e.email.clone()).unwrap_or_default(),
        organisation: entered.map(|e| e.organisation.clone()).unwrap_or_default(),
        shortest: SHORTEST,
        problem,
    }
}
