//! Persons to whom a collection's TLP:RED content is addressed.

use axum::extract::State;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use schemars::JsonSchema;
use serde::Serialize;

use super::ask::{Asker, Place, Query};
use super::endpoint::Endpoint;
use super::problem::Problem;
use super::shapes::{Items, Named};
use super::tagged;
use crate::app::App;
use crate::sharing::{Wrong, recipients};

pub(super) fn list() -> Vec<Endpoint> {
    let path = "/collections/{id}/recipients/{person}";
    vec![
        Endpoint::get(
            "/collections/{id}/recipients",
            "listRecipients",
            "Who is named as recipient of what is TLP:RED in it; for who runs it.",
            all,
        )
        .gives::<Items<Recipient>>(),
        Endpoint::put(path, "addRecipient", "Names a person; once is enough.", add).status(204),
        Endpoint::delete(path, "removeRecipient", "Names a person no longer.", remove).status(204),
    ]
}

#[derive(Serialize, JsonSchema)]
struct Recipient {
    person: Named,
    organisation: Named,
}

/// `GET /collections/{id}/recipients`
async fn all(
    State(_): State<App>,
    asker: Asker,
    Place(id): Place<String>,
    query: Query,
) -> Result<Response, Problem> {
    query.only(&[])?;
    let people = recipients::named(&asker.acting(), &id)?;
    let items = people.iter().map(|p| Recipient {
        person: Named { id: p.uuid.clone(), name: p.shown.clone() },
        organisation: asker.organisation(p.member.organisation),
    });
    Ok(tagged::json(StatusCode::OK, &Items { items: items.collect(), next: None }))
}

/// `PUT /collections/{id}/recipients/{person}`
async fn add(
    State(app): State<App>,
    asker: Asker,
    Place((id, person)): Place<(String, String)>,
    query: Query,
) -> Result<Response, Problem> {
    query.only(&[])?;
    name(&app, &asker, &id, &person, true).await
}

/// `DELETE /collections/{id}/recipients/{person}`
async fn remove(
    State(app): State<App>,
    asker: Asker,
    Place((id, person)): Place<(String, String)>,
    query: Query,
) -> Result<Response, Problem> {
    query.only(&[])?;
    name(&app, &asker, &id, &person, false).await
}

async fn name(app: &App, asker: &Asker, id: &str, person: &str, named: bool) -> Result<Response, Problem> {
    match recipients::name(app, &asker.acting(), id, person, named).await {
        Ok(_) => Ok(StatusCode::NO_CONTENT.into_response()),
        // Who is meant stands in the address.
        Err(Wrong::Unfit(_)) => Err(Problem::not_found()),
        Err(wrong) => Err(wrong.into()),
    }
}
