//! The provider's files for who shows a token: the addresses of the open ones, below the API's root, with what they read.

use axum::extract::State;
use axum::http::HeaderMap;
use axum::response::Response;

use super::ask::{Asker, Place, Query};
use super::endpoint::{Endpoint, Tags};
use super::problem::Problem;
use crate::advisories::provider::{self, CLOSED, Reader, Served};
use crate::app::App;
use crate::provider::answer;
use crate::sharing::Wrong;

pub(super) fn list() -> Vec<Endpoint> {
    let beside = "Files of a publisher as CSAF's providers have them, with what you read: provider-metadata.json, service.json, openpgp-key.asc.";
    let listing = "Lists of a marking (white, green, amber, amber-strict, red): index.txt, changes.csv, feed.json (ROLIE).";
    let document = "A CSAF document, or beside it .sha256, .sha512, .asc.";
    vec![
        Endpoint::get("/csaf/{publisher}/{name}", "csafPublisherFile", beside, self::beside)
            .gives_bytes("application/json")
            .tags(Tags::Given),
        Endpoint::get("/csaf/{publisher}/{shelf}/{name}", "csafList", listing, self::listing)
            .gives_bytes("application/json")
            .tags(Tags::Given),
        Endpoint::get("/csaf/{publisher}/{shelf}/{year}/{name}", "csafDocument", document, self::document)
            .gives_bytes("application/json")
            .tags(Tags::Given),
    ]
}

async fn closed(
    asker: &Asker,
    query: &Query,
    headers: &HeaderMap,
    ask: impl AsyncFnOnce(&Reader<'_>) -> Result<Served, Wrong>,
) -> Result<Response, Problem> {
    query.only(&[])?;
    asker.reads()?;
    let reader =
        Reader { directory: &asker.directory, principal: &asker.principal, now: asker.now, root: CLOSED };
    Ok(answer(ask(&reader).await?, headers, false))
}

/// `GET /csaf/{publisher}/{name}`
async fn beside(
    State(app): State<App>,
    asker: Asker,
    Place((publisher, name)): Place<(String, String)>,
    query: Query,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    let ask = async |reader: &Reader<'_>| reader.beside(&app, reader.publisher(&publisher)?, &name).await;
    closed(&asker, &query, &headers, ask).await
}

/// `GET /csaf/{publisher}/{shelf}/{name}`
async fn listing(
    State(app): State<App>,
    asker: Asker,
    Place((publisher, shelf, name)): Place<(String, String, String)>,
    query: Query,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    closed(&asker, &query, &headers, async |reader| {
        let marking = provider::marking(&shelf).ok_or(Wrong::NotThere)?;
        reader.listing(&app, reader.publisher(&publisher)?, marking, &name).await
    })
    .await
}

/// `GET /csaf/{publisher}/{shelf}/{year}/{name}`
async fn document(
    State(app): State<App>,
    asker: Asker,
    Place((publisher, shelf, year, name)): Place<(String, String, String, String)>,
    query: Query,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    closed(&asker, &query, &headers, async |reader| {
        let marking = provider::marking(&shelf).ok_or(Wrong::NotThere)?;
        reader.document(&app, reader.publisher(&publisher)?, marking, (&year, &name)).await
    })
    .await
}
