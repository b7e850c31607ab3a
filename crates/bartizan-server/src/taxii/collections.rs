//! Collections (sections 5.1 and 5.2).

use axum::extract::{Path, State};
use axum::http::{HeaderMap, StatusCode};
use axum::response::Response;
use bartizan_clearinghouse::access::{Thing, Verb, decide};
use bartizan_store::CollectionEntry;
use serde_json::{Value, json};

use super::ask;
use super::media::{STIX, answer};
use super::problem::Problem;
use crate::app::App;
use crate::auth::Caller;

/// `GET …/collections/`: those the caller may know of.
pub(super) async fn list(State(app): State<App>, headers: HeaderMap) -> Result<Response, Problem> {
    let directory = app.store.fresh().await?;
    let caller = ask::who(&app, &headers, &directory).await?;
    // A client that is not asked for its credentials would never send them. Public collections are read by their address.
    if !caller.principal.known() {
        return Err(Problem::sign_in());
    }
    let seen: Vec<Value> = directory
        .collections
        .values()
        .filter(|c| decide(&caller.principal, Verb::List, &Thing::Collection(&c.access), app.now()).allowed())
        .map(|c| describe(&app, &caller, c))
        .collect();
    let body = if seen.is_empty() { json!({}) } else { json!({ "collections": seen }) };
    Ok(answer(StatusCode::OK, body.to_string()))
}

/// `GET …/collections/{id}/`
pub(super) async fn one(
    State(app): State<App>,
    Path(address): Path<String>,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    let directory = app.store.fresh().await?;
    let caller = ask::who(&app, &headers, &directory).await?;
    let entry = ask::collection(&app, &caller, &directory, &address, Verb::List)?;
    Ok(answer(StatusCode::OK, describe(&app, &caller, entry).to_string()))
}

fn describe(app: &App, caller: &Caller, entry: &CollectionEntry) -> Value {
    let may = |verb| decide(&caller.principal, verb, &Thing::Collection(&entry.access), app.now()).allowed();
    let mut body = json!({
        "id": entry.uuid,
        "title": entry.title,
        "can_read": may(Verb::Read),
        "can_write": may(Verb::Add),
        "media_types": [STIX],
    });
    if !entry.description.is_empty() {
        body["description"] = json!(entry.description);
    }
    if let Some(alias) = &entry.alias {
        body["alias"] = json!(alias);
    }
    body
}
