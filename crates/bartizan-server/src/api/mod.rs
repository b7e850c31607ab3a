//! The REST API, version 1 (docs/api.md). One resource, one file: extract, authorise, one call of the store, answer.

mod advisories;
mod ask;
mod audit;
mod cases;
mod channels;
mod collections;
mod csaf;
mod document;
mod due;
mod embargoes;
mod endpoint;
mod facts;
mod feeds;
mod grants;
mod inventories;
mod jobs;
mod me;
mod objects;
mod once;
mod organisations;
mod origins;
mod paging;
mod people;
mod problem;
mod programmes;
mod publications;
mod recipients;
mod relay;
mod reports;
mod results;
mod rules;
mod scans;
mod search;
mod shapes;
mod submissions;
mod table;
mod tagged;
mod tokens;
mod upload;
mod vulnerabilities;
mod webhooks;
mod windows;

use axum::Router;
use axum::http::Method;

use crate::app::App;
use endpoint::Endpoint;
pub(crate) use problem::Problem;

/// Where the API is.
pub(crate) const ROOT: &str = "/api/v1";

/// All endpoints.
fn endpoints() -> Vec<Endpoint> {
    [
        me::list(),
        organisations::list(),
        people::list(),
        tokens::list(),
        collections::list(),
        grants::list(),
        objects::list(),
        search::list(),
        table::list(),
        submissions::list(),
        jobs::list(),
        channels::list(),
        origins::list(),
        reports::list(),
        rules::list(),
        audit::list(),
        recipients::list(),
        embargoes::list(),
        upload::list(),
        publications::list(),
        feeds::list(),
        webhooks::list(),
        vulnerabilities::list(),
        inventories::list(),
        due::list(),
        facts::list(),
        results::list(),
        scans::list(),
        cases::list(),
        relay::list(),
        advisories::list(),
        csaf::list(),
        programmes::list(),
        windows::list(),
        document::list(),
    ]
    .into_iter()
    .flatten()
    .collect()
}

/// The API's routes; whatever else is below its root is a problem too, never somebody else's page.
pub(crate) fn router() -> Router<App> {
    let mut router = Router::new();
    for endpoint in endpoints() {
        let path = format!("{ROOT}{}", endpoint.path);
        router = router.route(&path, endpoint.routed());
    }
    router = router.method_not_allowed_fallback(async |method: Method| Problem::method(&method));
    for unknown in [ROOT.to_owned(), format!("{ROOT}/"), format!("{ROOT}/{{*rest}}")] {
        router = router.route(&unknown, axum::routing::any(async || Problem::not_found()));
    }
    router
}
