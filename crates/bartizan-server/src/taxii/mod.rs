//! TAXII 2.1 (OASIS Standard, 10 June 2021). Section numbers in this folder are of that document.

mod ask;
mod collections;
mod discovery;
mod envelope;
mod filter;
mod label;
mod media;
mod object;
mod objects;
mod problem;
mod receipts;

use axum::Router;
use axum::http::Method;
use axum::routing::{get, post};

use crate::app::App;

pub(crate) use envelope::arriving;
pub(crate) use filter::Wanted;
pub(crate) use problem::Problem;

/// The one API root.
pub(crate) const ROOT: &str = "/taxii2/root/";

/// All TAXII endpoints, with a slash at the end as the specification writes them, and without as people do.
pub(crate) fn router() -> Router<App> {
    let mut router = Router::new();
    let root = ROOT.trim_end_matches('/');
    let each = "/collections/{collection}";
    for slash in ["/", ""] {
        let path = |tail: &str| format!("{root}{tail}{slash}");
        router = router
            .route(&format!("/taxii2{slash}"), get(discovery::discovery))
            .route(&path(""), get(discovery::root))
            .route(&path("/status/{status}"), get(receipts::status))
            .route(&path("/collections"), get(collections::list))
            .route(&path(each), get(collections::one))
            .route(&path(&format!("{each}/manifest")), get(objects::manifest))
            .route(&path(&format!("{each}/objects")), get(objects::list).merge(post(envelope::add)))
            .route(
                &path(&format!("{each}/objects/{{object}}")),
                get(object::one).merge(axum::routing::delete(object::remove)),
            )
            .route(&path(&format!("{each}/objects/{{object}}/versions")), get(object::versions));
    }
    router
        .route("/taxii2/{*rest}", axum::routing::any(async || problem::Problem::not_found()))
        .method_not_allowed_fallback(async |method: Method| problem::Problem::method(&method))
}
