//! What an organisation may do in a collection.

use axum::extract::State;
use axum::http::{HeaderMap, StatusCode};
use axum::response::Response;
use bartizan_clearinghouse::access::{Rights, Verb};
use bartizan_store::NewGrant;
use schemars::JsonSchema;
use serde::Deserialize;

use super::ask::{Asker, Body, Place, Query};
use super::collections::{Collection, find, shape};
use super::endpoint::{Endpoint, Tags};
use super::problem::Problem;
use super::{organisations, tagged};
use crate::app::App;

pub(super) fn list() -> Vec<Endpoint> {
    let about = "Gives rights in a collection to an organisation; no rights take the grant away.";
    let path = "/collections/{id}/grants/{organisation}";
    vec![
        Endpoint::put(path, "setGrant", about, set)
            .takes::<GrantedRights>()
            .gives::<Collection>()
            .tags(Tags::Wanted),
    ]
}

#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct GrantedRights {
    read: bool,
    write: bool,
}

/// `PUT /collections/{id}/grants/{organisation}`: the tag is the collection's.
async fn set(
    State(app): State<App>,
    asker: Asker,
    Place((id, whom)): Place<(String, String)>,
    query: Query,
    headers: HeaderMap,
    body: Body<GrantedRights>,
) -> Result<Response, Problem> {
    query.only(&[])?;
    let entry = find(&asker, &asker.directory, &id, Verb::Manage)?;
    let whom = organisations::find(&asker.directory, &whom).ok_or_else(Problem::not_found)?;
    if whom.id == entry.access.owner {
        return Err(Problem::conflict("A collection's owner reads and writes it."));
    }
    tagged::guard(&headers, &tagged::tag(&shape(&asker, entry)))?;
    let rights = Rights { read: body.value.read, write: body.value.write };
    app.store.grant(&asker.by(), entry.access.id, NewGrant::Organisation(whom.id), rights).await?;
    let directory = app.store.fresh().await?;
    let now = shape(&asker, directory.collection(&id).ok_or_else(Problem::internal)?);
    Ok(tagged::with(tagged::json(StatusCode::OK, &now), &tagged::tag(&now)))
}
