//! Collections as feeds: news, and MISP's.

use axum::extract::State;
use axum::http::HeaderMap;
use axum::response::Response;

use super::ask::{Asker, Place, Query};
use super::endpoint::{Endpoint, Tags};
use super::problem::Problem;
use crate::app::App;
use crate::sharing::export::{Form, export};

pub(super) fn list() -> Vec<Endpoint> {
    let tags = |endpoint: Endpoint| endpoint.tags(Tags::Given);
    let misp = "A file of the collection as a MISP feed: manifest.json, or UUID.json of an event.";
    let hashes = "MD5 of each value and the event it stands in, as MISP's feeds have it.";
    vec![
        tags(
            Endpoint::get(
                "/collections/{id}/feed.atom",
                "atomFeed",
                "What is new, as Atom (RFC 4287).",
                atom,
            )
            .gives_bytes("application/atom+xml"),
        ),
        tags(
            Endpoint::get("/collections/{id}/feed.rss", "rssFeed", "What is new, as RSS 2.0.", rss)
                .gives_bytes("application/rss+xml"),
        ),
        tags(
            Endpoint::get("/collections/{id}/misp/{file}", "mispFeed", misp, misp_file)
                .gives_bytes("application/json"),
        ),
        tags(
            Endpoint::get("/collections/{id}/misp/hashes.csv", "mispHashes", hashes, misp_hashes)
                .gives_bytes("text/csv"),
        ),
    ]
}

/// `GET /collections/{id}/feed.atom`
async fn atom(
    State(app): State<App>,
    asker: Asker,
    Place(id): Place<String>,
    query: Query,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    query.only(&[])?;
    Ok(export(&app, &asker.acting(), &id, Form::Atom, &headers).await?)
}

/// `GET /collections/{id}/feed.rss`
async fn rss(
    State(app): State<App>,
    asker: Asker,
    Place(id): Place<String>,
    query: Query,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    query.only(&[])?;
    Ok(export(&app, &asker.acting(), &id, Form::Rss, &headers).await?)
}

/// `GET /collections/{id}/misp/hashes.csv`
async fn misp_hashes(
    State(app): State<App>,
    asker: Asker,
    Place(id): Place<String>,
    query: Query,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    query.only(&[])?;
    Ok(export(&app, &asker.acting(), &id, Form::Misp("hashes.csv"), &headers).await?)
}

/// `GET /collections/{id}/misp/{file}`
async fn misp_file(
    State(app): State<App>,
    asker: Asker,
    Place((id, file)): Place<(String, String)>,
    query: Query,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    query.only(&[])?;
    Ok(export(&app, &asker.acting(), &id, Form::Misp(&file), &headers).await?)
}
