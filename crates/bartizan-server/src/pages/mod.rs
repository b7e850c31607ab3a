//! The workbench: pages of `bartizan-workbench`, filled and sent. One page, one file.

mod account;
mod assets;
mod audit;
mod collections;
mod coverage;
mod first;
mod graph;
mod groups;
mod home;
mod jobs;
mod library;
mod name;
mod people;
mod report;
mod review;
mod rules;
mod sign_in;
mod sources;
mod stop;
mod submit;
mod visit;

use axum::Router;
use axum::extract::{DefaultBodyLimit, State};
use axum::http::{HeaderValue, header};
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};

use crate::app::App;

/// The largest report that is taken by the page.
pub(crate) const LARGEST: usize = 64 << 20;

/// The largest form of somebody who has not signed in.
const SMALL: usize = 16 << 10;

/// All pages.
pub(crate) fn router() -> Router<App> {
    Router::new()
        .route("/", get(home::show))
        .route("/sign-in", get(sign_in::show).post(sign_in::enter).layer(DefaultBodyLimit::max(SMALL)))
        .route("/sign-out", post(sign_in::leave))
        .route("/first/{token}", get(first::show).post(first::make).layer(DefaultBodyLimit::max(SMALL)))
        .route(
            "/submit",
            get(submit::show).post(submit::take).layer(DefaultBodyLimit::max(LARGEST + (1 << 20))),
        )
        .route("/jobs/{id}", get(jobs::show))
        .route("/jobs/{id}/progress", get(jobs::progress))
        .route("/jobs/{id}/cancel", post(jobs::cancel))
        .route("/jobs/{id}/retry", post(jobs::retry))
        .route("/sources", get(sources::list).post(sources::add))
        .route("/sources/{id}", get(sources::one))
        .route("/sources/{id}/run", post(sources::run))
        .route("/sources/{id}/pause", post(sources::pause))
        .route("/sources/{id}/remove", post(sources::remove))
        .route("/library", get(library::show))
        .route("/reports/{id}", get(report::show))
        .route("/reports/{id}/full", get(report::full))
        .route("/reports/{id}/files/{name}", get(report::file))
        .route("/reports/{id}/publish", post(report::publish))
        .route("/reports/{id}/review", get(review::show))
        .route("/reports/{id}/decisions", post(review::decide))
        .route("/reports/{id}/decisions/undo", post(review::undo))
        .route("/reports/{id}/labels", get(review::labels))
        .route("/collections", get(collections::list).post(collections::add))
        .route("/collections/{uuid}", get(collections::one))
        .route("/collections/{uuid}/grants", post(collections::grant))
        .route("/collections/{uuid}/grants/remove", post(collections::take_away))
        .route("/collections/{uuid}/public", post(collections::public))
        .route("/admin/people/{id}/roles", post(people::roles))
        .route("/admin/people/{id}/invite", post(people::invite))
        .route("/admin/people/{id}/disable", post(people::disable))
        .route("/admin/people/{id}/enable", post(people::enable))
        .route("/admin/people", get(people::show).post(people::add))
        .route("/admin/organisations", get(people::organisations).post(people::add_organisation))
        .route("/admin/groups", get(groups::show).post(groups::add))
        .route("/admin/groups/{id}/add", post(groups::put_in))
        .route("/admin/groups/{id}/remove", post(groups::take_out))
        .route("/names/{kind}/{name}", get(name::show))
        .route("/coverage", get(coverage::show))
        .route("/graph", get(graph::show))
        .route("/graph/around", get(graph::around))
        .route("/rules", get(rules::show))
        .route("/account", get(account::show))
        .route("/account/tokens", post(account::add_token))
        .route("/account/tokens/{id}/revoke", post(account::revoke))
        .route("/account/password", post(account::password))
        .route("/audit", get(audit::show))
        .route("/audit/verify", post(audit::verify))
        .route("/assets/{name}", get(assets::asset))
        .fallback(nothing)
}

/// An address that is none.
async fn nothing(State(app): State<App>) -> Response {
    stop::Stop::not_found(visit::bare(&app)).into_response()
}

/// A page.
pub(crate) fn html(text: String) -> Response {
    let mut response = text.into_response();
    let headers = response.headers_mut();
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static("text/html; charset=utf-8"));
    headers.insert(header::CONTENT_SECURITY_POLICY, HeaderValue::from_static(bartizan_workbench::POLICY));
    response
}
