//! Signing in at an OpenID provider, and out there.

use axum::extract::{Query, State};
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{IntoResponse, Redirect, Response};
use bartizan_clearinghouse::access::{PersonId, Scopes};
use bartizan_clearinghouse::token;
use bartizan_store::{Action, Directory};
use bartizan_workbench::ErrorPage;
use serde::Deserialize;

use super::second;
use super::sign_in::{Asked, local};
use super::stop::Stop;
use super::visit::bare;
use crate::app::App;
use crate::auth::provider::{self, Failed, Provider, Somebody, Visit};
use crate::auth::{refuse, session};

/// How long a visit may take, microseconds.
const LONGEST: i64 = 15 * 60 * 1_000_000;

/// What the provider sends back with the browser.
#[derive(Deserialize)]
pub(super) struct Back {
    #[serde(default)]
    code: String,
    #[serde(default)]
    state: String,
    #[serde(default)]
    error: String,
    iss: Option<String>,
}

fn configured(app: &App) -> Result<&Provider, Stop> {
    app.config.provider.as_ref().ok_or_else(|| Stop::not_found(bare(app)))
}

/// A page that says why nobody got in.
fn refused(app: &App, status: u16, what: &str, next: &str) -> Stop {
    Stop::Page(Box::new(ErrorPage {
        shell: bare(app),
        status,
        title: "You are not signed in".into(),
        what: what.into(),
        kept: "Nothing was changed.".into(),
        next: next.into(),
        links: vec![("Sign in".into(), "/sign-in".into())],
        reference: String::new(),
    }))
}

fn failed(app: &App, failed: &Failed) -> Stop {
    tracing::warn!(error = %failed, "signing in at the provider failed");
    match failed {
        Failed::Unreachable(_) => {
            refused(app, 502, "The provider does not answer.", "Try again in a minute, or sign in by name.")
        }
        Failed::Invalid(_) => {
            let next = "Begin anew. If it stays so, an administrator finds the reason in the node's log.";
            refused(app, 403, "What the provider sent is not valid.", next)
        }
    }
}

/// `GET /sign-in/provider`
pub(super) async fn go(State(app): State<App>, Query(asked): Query<Asked>) -> Result<Response, Stop> {
    let of = configured(&app)?;
    let secret = session::random(&app);
    let begun = provider::begin(&app, of, token::digest(&secret), local(&asked.next)).await;
    let (url, state, visit) = begun.map_err(|e| failed(&app, &e))?;
    let (digest, now) = (token::digest(&state), app.now());
    let kept = serde_json::to_vec(&visit).unwrap_or_default();
    let begun = app.store.begin_ceremony((&digest, "provider"), None, &kept, now, now + LONGEST).await;
    begun.map_err(|e| Stop::store(bare(&app), &e))?;
    let mut response = Redirect::to(url.as_str()).into_response();
    // The answer has to come back with the browser that went: nobody is signed in as somebody else by a link.
    response.headers_mut().insert(header::SET_COOKIE, session::half_cookie(&app, &secret));
    Ok(response)
}

/// `GET /sign-in/provider/back`
pub(super) async fn back(
    State(app): State<App>,
    headers: HeaderMap,
    Query(back): Query<Back>,
) -> Result<Response, Stop> {
    let of = configured(&app)?;
    let stop = |e: bartizan_store::Error| Stop::store(bare(&app), &e);
    let anew = |what: &str| refused(&app, 403, what, "Begin anew.");
    let found = app.store.take_ceremony((&token::digest(&back.state), "provider"), app.now()).await;
    let visit = found.map_err(stop)?.and_then(|(_, kept)| serde_json::from_slice::<Visit>(&kept).ok());
    let ours =
        |visit: &Visit| session::half(&app, &headers).is_some_and(|d| session::equal(&d, &visit.browser));
    let Some(visit) = visit.filter(ours) else {
        refuse(&app, "", "provider: state").await;
        return Err(anew("This answer belongs to no sign-in that this browser began, or came too late."));
    };
    // RFC 9207: an answer of another issuer.
    if back.iss.as_ref().is_some_and(|iss| *iss != of.issuer) {
        refuse(&app, "", "provider: issuer").await;
        return Err(anew("This answer is of another provider."));
    }
    if !back.error.is_empty() || back.code.is_empty() || back.code.len() > 4096 {
        return Err(anew("The provider did not let you through."));
    }
    let next = visit.next.clone();
    let somebody = match provider::end(&app, of, visit, back.code).await {
        Ok(somebody) => somebody,
        Err(e) => {
            refuse(&app, "", "provider: answer").await;
            return Err(failed(&app, &e));
        }
    };
    let directory = app.store.fresh().await.map_err(stop)?;
    let person = bound(&app, of, &somebody, &directory).await.map_err(stop)?;
    let Some(person) = person.filter(|id| directory.principal(*id, Scopes::ALL).is_some()) else {
        refuse(&app, &somebody.subject, "provider: unknown").await;
        let what =
            format!("You are known to {}, but to nobody here. It calls you {}.", of.label, somebody.subject);
        let next = "An administrator binds you: bartizan user identity add NAME SUBJECT.";
        return Err(refused(&app, StatusCode::FORBIDDEN.as_u16(), &what, next));
    };
    let directory = app.store.fresh().await.map_err(stop)?;
    if of.second_factor {
        let name = directory.people.get(&person).map(|p| p.name.clone()).unwrap_or_default();
        let cookie = session::begin(&app, (person, &name), "provider", None).await.map_err(stop)?;
        return Ok(second::entered(cookie, &next, Some(session::half_ended(&app))));
    }
    second::go_on(&app, &directory, person, "provider", &next).await
}

/// The person whom the provider named: bound before, or by an e-mail address that it verified, where that is wanted. An address that was
/// not verified is nobody's.
async fn bound(
    app: &App,
    of: &Provider,
    somebody: &Somebody,
    directory: &Directory,
) -> Result<Option<PersonId>, bartizan_store::Error> {
    if let Some(person) = app.store.known_to(&of.issuer, &somebody.subject).await? {
        return Ok(Some(person));
    }
    let email = somebody.email.as_ref().filter(|_| of.link_by_email).map(|email| email.to_lowercase());
    let Some((email, person)) = email.and_then(|e| directory.names.get(&e).map(|id| (e.clone(), *id))) else {
        return Ok(None);
    };
    // Whoever is bound already is somebody else to the provider: an address that was given to another.
    let others = app.store.identities(person).await?;
    if others.iter().any(|(issuer, _)| *issuer == of.issuer)
        || directory.principal(person, Scopes::ALL).is_none()
    {
        return Ok(None);
    }
    let by = Action { actor: &email, now: app.now() };
    app.store.bind_identity(&by, person, &of.issuer, &somebody.subject).await?;
    Ok(Some(person))
}

/// `GET /sign-in/provider/out`: to the provider's own sign-out.
pub(super) async fn out(State(app): State<App>) -> Result<Response, Stop> {
    let of = configured(&app)?;
    let url = provider::farewell(&app, of).await;
    Ok(url.map_or_else(|| Redirect::to("/sign-in"), |url| Redirect::to(url.as_str())).into_response())
}
