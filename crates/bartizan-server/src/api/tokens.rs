//! The caller's own tokens.

use axum::extract::State;
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse, Response};
use bartizan_clearinghouse::access::{Scope, Scopes, Thing, Verb, decide};
use bartizan_clearinghouse::{time, token};
use bartizan_store::{NewToken as Kept, TokenEntry};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::ask::{Asker, Body, Place, Query};
use super::endpoint::{Endpoint, Tags};
use super::once::{Made, Once, asked};
use super::paging::Paging;
use super::problem::Problem;
use super::shapes::{Items, LINE, ScopeName, scope_names};
use super::{ROOT, tagged};
use crate::app::App;

const DAY: i64 = 24 * 3600 * 1_000_000;

pub(super) fn list() -> Vec<Endpoint> {
    vec![
        Endpoint::get("/tokens", "listTokens", "Your tokens, without their secrets.", all)
            .paged()
            .gives::<Items<Token>>(),
        Endpoint::post("/tokens", "addToken", "Makes a token; the secret is told once.", add)
            .takes::<NewToken>()
            .gives::<Issued>()
            .once(),
        Endpoint::get("/tokens/{id}", "getToken", "One of your tokens.", one)
            .gives::<Token>()
            .tags(Tags::Given),
        Endpoint::delete("/tokens/{id}", "revokeToken", "Revokes one of your tokens.", revoke).status(204),
    ]
}

#[derive(Serialize, JsonSchema)]
struct Token {
    id: String,
    label: String,
    scopes: Vec<ScopeName>,
    #[schemars(extend("format" = "date-time"))]
    created: String,
    #[schemars(extend("format" = "date-time"))]
    expires: Option<String>,
    revoked: bool,
}

#[derive(Serialize, JsonSchema)]
struct Issued {
    #[serde(flatten)]
    token: Token,
    /// Told once and kept nowhere.
    secret: String,
}

#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct NewToken {
    #[schemars(length(min = 1, max = 200), regex(pattern = LINE))]
    label: String,
    #[schemars(length(min = 1))]
    scopes: Vec<ScopeName>,
    /// For how many days it can be used.
    #[serde(default = "usual")]
    #[schemars(range(min = 1, max = 365))]
    days: u32,
}

fn usual() -> u32 {
    90
}

fn shape(entry: &TokenEntry) -> Token {
    Token {
        id: entry.uuid.clone(),
        label: entry.label.clone(),
        scopes: scope_names(entry.scopes),
        created: time::text(entry.created),
        expires: entry.expires.map(time::text),
        revoked: entry.revoked,
    }
}

/// Whether the asker makes or ends a token of theirs with these scopes.
fn runs(app: &App, asker: &Asker, scopes: Scopes) -> Result<(), Problem> {
    let thing = Thing::Token(asker.person, scopes);
    if decide(&asker.principal, Verb::Manage, &thing, app.now()).allowed() {
        return Ok(());
    }
    Err(Problem::forbidden("This token may not manage tokens, or not with these scopes."))
}

fn own<'a>(asker: &'a Asker, id: &str) -> Result<&'a TokenEntry, Problem> {
    let found = asker.directory.tokens.values().find(|t| t.uuid == id && t.person == asker.person);
    found.ok_or_else(Problem::not_found)
}

/// `GET /tokens`
async fn all(State(_): State<App>, asker: Asker, query: Query) -> Result<Response, Problem> {
    query.only(&["limit", "next"])?;
    asker.reads()?;
    let paging = Paging::new(&query, "tokens")?;
    let mut own: Vec<_> = asker.directory.tokens.values().filter(|t| t.person == asker.person).collect();
    own.sort_by_key(|t| t.id);
    // Their place among the own tokens, which are never taken away: a number of the node's would tell how many there are.
    let numbered = (1..).zip(own);
    let page = paging.cut(numbered, |(place, _)| *place, |(_, t)| shape(t));
    Ok(tagged::json(StatusCode::OK, &page))
}

/// `GET /tokens/{id}`
async fn one(
    State(_): State<App>,
    asker: Asker,
    Place(id): Place<String>,
    query: Query,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    query.only(&[])?;
    asker.reads()?;
    Ok(tagged::single(&headers, &shape(own(&asker, &id)?)))
}

/// `POST /tokens`
async fn add(
    State(app): State<App>,
    asker: Asker,
    once: Once,
    query: Query,
    body: Body<NewToken>,
) -> Result<Response, Problem> {
    query.only(&[])?;
    let new = body.value;
    let wanted: Vec<Scope> = new.scopes.iter().map(|s| s.scope()).collect();
    if wanted.is_empty() || !(1..=365).contains(&new.days) {
        return Err(Problem::unprocessable("A token has one scope or more, and 1 to 365 days."));
    }
    let scopes = Scopes::of(&wanted);
    runs(&app, &asker, scopes)?;
    let work = async |_: String| {
        let mut random = [0; 20];
        app.around.fill(&mut random);
        let secret = token::make(random);
        let expires = Some(asker.now + i64::from(new.days) * DAY);
        let digest = token::digest(&secret);
        let kept = Kept { person: asker.person, label: &new.label, digest: &digest, scopes, expires };
        app.store.add_token(&asker.by(), &kept).await.map_err(Problem::input)?;
        let directory = app.store.fresh().await?;
        let entry = directory.tokens.get(&digest).ok_or_else(Problem::internal)?;
        let place = format!("{ROOT}/tokens/{}", entry.uuid);
        let issued = Issued { token: shape(entry), secret };
        Ok(Made::new(StatusCode::CREATED, place, &issued).secret(entry.uuid.clone()))
    };
    once.run(&app, &asker, &body.digest, asked, work).await
}

/// `DELETE /tokens/{id}`
async fn revoke(
    State(app): State<App>,
    asker: Asker,
    Place(id): Place<String>,
    query: Query,
) -> Result<Response, Problem> {
    query.only(&[])?;
    runs(&app, &asker, Scopes::default())?;
    let entry = own(&asker, &id)?;
    app.store.revoke_token(&asker.by(), entry.id).await?;
    Ok(StatusCode::NO_CONTENT.into_response())
}
