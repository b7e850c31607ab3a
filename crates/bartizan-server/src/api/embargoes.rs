//! Embargoes of a collection.

use axum::extract::State;
use axum::http::StatusCode;
use axum::response::Response;
use bartizan_clearinghouse::time;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::ask::{Asker, Body, Place, Query};
use super::endpoint::Endpoint;
use super::problem::Problem;
use super::shapes::{Items, Marking, Named};
use super::tagged;
use crate::app::App;
use crate::sharing::embargo;

pub(super) fn list() -> Vec<Endpoint> {
    let path = "/collections/{id}/embargoes";
    vec![
        Endpoint::get(path, "listEmbargoes", "What is under embargo that you may read, soonest first.", all)
            .gives::<Items<Embargo>>(),
        Endpoint::patch(
            path,
            "moveEmbargo",
            "Moves an embargo of your organisation, or lifts it; sooner only with a reason.",
            change,
        )
        .takes::<Moved>()
        .gives::<Items<Embargo>>(),
    ]
}

#[derive(Serialize, JsonSchema)]
struct Embargo {
    /// Until when only the owner reads it.
    #[schemars(extend("format" = "date-time"))]
    until: String,
    owner: Named,
    /// The strictest marking among them.
    marking: Marking,
    objects: i64,
}

#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct Moved {
    /// The `until` of the embargo that is meant.
    #[schemars(extend("format" = "date-time"))]
    from: String,
    /// Its new end; null lifts it.
    #[schemars(extend("format" = "date-time"))]
    until: Option<String>,
    /// Why; needed where it ends sooner.
    #[serde(default)]
    #[schemars(length(max = 500))]
    reason: String,
}

/// `GET /collections/{id}/embargoes`
async fn all(
    State(app): State<App>,
    asker: Asker,
    Place(id): Place<String>,
    query: Query,
) -> Result<Response, Problem> {
    query.only(&[])?;
    answer(&app, &asker, &id).await
}

/// `PATCH /collections/{id}/embargoes`
async fn change(
    State(app): State<App>,
    mut asker: Asker,
    Place(id): Place<String>,
    query: Query,
    body: Body<Moved>,
) -> Result<Response, Problem> {
    query.only(&[])?;
    let Moved { from, until, reason } = body.value;
    let from = time::parse(&from).ok_or_else(|| Problem::unprocessable("from is no RFC 3339 time."))?;
    let to = match until.as_deref().map(str::trim) {
        Some("") => return Err(Problem::unprocessable("until is an RFC 3339 time, or null.")),
        Some(text) => embargo::until(text, asker.now)?,
        None => None,
    };
    embargo::change(&app, &asker.acting(), &id, from, to, &reason).await?;
    asker.directory = app.store.fresh().await?;
    answer(&app, &asker, &id).await
}

async fn answer(app: &App, asker: &Asker, id: &str) -> Result<Response, Problem> {
    let held = embargo::held(app, &asker.acting(), id).await?;
    let items = held.iter().map(|h| Embargo {
        until: time::text(h.until),
        owner: asker.organisation(h.owner),
        marking: h.marking.into(),
        objects: h.objects,
    });
    Ok(tagged::json(StatusCode::OK, &Items { items: items.collect(), next: None }))
}
