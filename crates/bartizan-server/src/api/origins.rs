//! Where reports and objects came from, as far as it was a source of the asker's own organisation.

use axum::extract::State;
use axum::http::StatusCode;
use axum::response::Response;
use bartizan_clearinghouse::access::{Thing, Verb};
use bartizan_clearinghouse::time;
use bartizan_store::{Filter, Origin as Kept, VersionWanted};
use schemars::JsonSchema;
use serde::Serialize;

use super::ask::{Asker, Place, Query};
use super::collections;
use super::endpoint::Endpoint;
use super::problem::Problem;
use super::reports;
use super::shapes::Named;
use super::tagged;
use crate::app::App;

/// Versions of an object that are looked at.
const VERSIONS: usize = 100;

pub(super) fn list() -> Vec<Endpoint> {
    let object = "/collections/{id}/objects/{object}/origins";
    vec![
        Endpoint::get(
            "/reports/{id}/origins",
            "reportOrigins",
            "By which sources a report came, and when.",
            report,
        )
        .gives::<Origins>(),
        Endpoint::get(object, "objectOrigins", "By which sources an object came, and when.", one)
            .gives::<Origins>(),
    ]
}

#[derive(Serialize, JsonSchema)]
struct Origins {
    items: Vec<Origin>,
}

#[derive(Serialize, JsonSchema)]
struct Origin {
    source: Named,
    /// The entry of the source, for reports: its address.
    entry: Option<String>,
    #[schemars(extend("format" = "date-time"))]
    at: String,
}

/// What others' sources are is their business.
fn shape(asker: &Asker, found: Vec<Kept>) -> Origins {
    let own = found.into_iter().filter(|o| asker.may(Verb::Read, &Thing::Library(o.organisation)));
    let items = own.map(|o| Origin {
        source: Named { id: o.channel, name: o.title },
        entry: Some(crate::sources::shown(&o.item)).filter(|item| !item.is_empty()),
        at: time::text(o.at),
    });
    Origins { items: items.collect() }
}

/// `GET /reports/{id}/origins`
async fn report(
    State(app): State<App>,
    asker: Asker,
    Place(id): Place<String>,
    query: Query,
) -> Result<Response, Problem> {
    query.only(&[])?;
    let report = reports::find(&app, &asker, &id).await?;
    let found = app.store.report_origins(&report.uuid).await?;
    Ok(tagged::json(StatusCode::OK, &shape(&asker, found)))
}

/// `GET /collections/{id}/objects/{object}/origins`
async fn one(
    State(app): State<App>,
    asker: Asker,
    Place((id, object)): Place<(String, String)>,
    query: Query,
) -> Result<Response, Problem> {
    query.only(&[])?;
    let entry = collections::find(&asker, &asker.directory, &id, Verb::Read)?;
    let collection = entry.access.id;
    let readable = asker.directory.readable(&asker.principal, Some(collection), asker.now);
    let filter = Filter { ids: vec![object], versions: vec![VersionWanted::All], ..Filter::default() };
    let page = app.store.manifest(collection, &readable, &filter, VERSIONS).await?;
    if page.items.is_empty() {
        return Err(Problem::not_found());
    }
    let places: Vec<i64> = page.items.iter().map(|item| item.added).collect();
    let found = app.store.object_origins(collection, &places).await?;
    Ok(tagged::json(StatusCode::OK, &shape(&asker, found)))
}
