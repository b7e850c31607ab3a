//! The workbench: pages of `bartizan-workbench`, filled and sent. One page, one file.

mod account;
mod advisories;
mod assets;
mod audit;
mod cases;
mod collections;
mod coverage;
mod due;
mod factors;
mod facts;
mod first;
mod flash;
mod graph;
mod groups;
mod home;
mod inventories;
mod jobs;
mod key;
mod keys;
mod library;
mod name;
mod news;
mod nodes;
mod object;
mod objects;
mod organisations;
mod people;
mod provider;
mod report;
mod review;
mod rules;
mod scans;
mod second;
mod sharing;
mod sign_in;
mod sources;
mod stop;
mod submit;
mod testing;
mod visit;
mod vulnerabilities;
mod webhooks;

pub(crate) use flash::Flashes;

use axum::Router;
use axum::extract::DefaultBodyLimit;
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};
use bartizan_workbench::ErrorPage;

use crate::app::App;
use crate::auth::provider::BACK;

/// The largest report that is taken by the page.
pub(crate) const LARGEST: usize = 64 << 20;

/// The largest file whose objects are added by the page.
pub(crate) const FILE: usize = 10 << 20;

/// The largest form of somebody who has not signed in.
const SMALL: usize = 16 << 10;
/// Largest part of a catalogue that is sent at once, in bytes.
const LIST: usize = 2 << 20;

/// The largest form with an advisory: each byte of the document may be three in it.
const DOCUMENT: usize = 3 * bartizan_clearinghouse::advisory::LONGEST + (1 << 16);

/// All pages.
pub(crate) fn router() -> Router<App> {
    Router::new()
        .route("/", get(home::show))
        .route("/sign-in", get(sign_in::show).post(sign_in::enter).layer(DefaultBodyLimit::max(SMALL)))
        .route("/sign-in/second", get(second::show).post(second::take).layer(DefaultBodyLimit::max(SMALL)))
        .route("/sign-in/enrol", get(second::enrol).post(second::confirm).layer(DefaultBodyLimit::max(SMALL)))
        .route("/sign-in/second/key", post(key::second).layer(DefaultBodyLimit::max(SMALL * 2)))
        .route("/sign-in/key", get(key::show).post(key::any).layer(DefaultBodyLimit::max(SMALL * 2)))
        .route("/sign-in/provider", get(provider::go))
        .route(BACK, get(provider::back))
        .route("/sign-in/provider/out", get(provider::out))
        .route("/sign-in/out", get(sign_in::left))
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
        .route("/sources/{id}/change", post(sources::change))
        .route("/sources/{id}/remove", post(sources::remove))
        .route("/library", get(library::show))
        .route("/objects", get(objects::show))
        .route("/collections/{uuid}/objects/{id}", get(object::show))
        .route("/library/searches", post(library::save))
        .route("/library/searches/{id}/remove", post(library::remove))
        .route("/reports/{id}", get(report::show))
        .route("/reports/{id}/full", get(report::full))
        .route("/reports/{id}/full/page", get(report::frame))
        .route("/reports/{id}/changes", get(report::changes))
        .route("/reports/{id}/withdraw", post(report::withdraw))
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
        .route(
            "/collections/{uuid}/objects",
            post(sharing::upload).layer(DefaultBodyLimit::max(FILE + (1 << 16))),
        )
        .route("/collections/{uuid}/export/{name}", get(sharing::export))
        .route("/collections/{uuid}/embargoes", post(sharing::embargo))
        .route("/collections/{uuid}/recipients", post(sharing::name))
        .route("/collections/{uuid}/recipients/remove", post(sharing::name_no_longer))
        .route("/reports/{id}/marking", post(sharing::mark))
        .route("/webhooks", get(webhooks::list).post(webhooks::add))
        .route("/webhooks/{uuid}", get(webhooks::one))
        .route("/webhooks/{uuid}/test", post(webhooks::test))
        .route("/webhooks/{uuid}/secret", post(webhooks::rotate))
        .route("/webhooks/{uuid}/enable", post(webhooks::enable))
        .route("/webhooks/{uuid}/remove", post(webhooks::remove))
        .route("/collections/{uuid}/close", post(collections::close))
        .route("/collections/{uuid}/open", post(collections::open))
        .route("/admin/people/{id}/roles", post(people::roles))
        .route("/admin/people/{id}/invite", post(people::invite))
        .route("/admin/people/{id}/second-factor", post(people::reset_second_factor))
        .route("/admin/people/{id}/disable", post(people::disable))
        .route("/admin/people/{id}/enable", post(people::enable))
        .route("/admin/people", get(people::show).post(people::add))
        .route("/admin/organisations/{id}/disable", post(organisations::disable))
        .route("/admin/organisations/{id}/enable", post(organisations::enable))
        .route("/admin/organisations", get(people::organisations).post(people::add_organisation))
        .route("/admin/groups", get(groups::show).post(groups::add))
        .route("/admin/groups/{id}/add", post(groups::put_in))
        .route("/admin/groups/{id}/remove", post(groups::take_out))
        .route("/names/{kind}/{name}", get(name::show))
        .route("/names/{kind}/{name}/export/{form}", get(name::export))
        .route("/coverage", get(coverage::show))
        .route("/coverage/layer.json", get(coverage::layer))
        .route("/graph", get(graph::show))
        .route("/graph/around", get(graph::around))
        .route("/rules", get(rules::show))
        .route("/rules/download", get(rules::download))
        .route("/advisories", get(advisories::list).post(advisories::begin))
        .route("/advisories/metrics", get(advisories::figures))
        .route("/advisories/{uuid}/retract", post(advisories::retract).layer(DefaultBodyLimit::max(SMALL)))
        .route("/advisories/publisher", get(advisories::publisher).post(advisories::set_publisher))
        .route("/advisories/{uuid}", get(advisories::one))
        .route("/advisories/{uuid}/changes", get(advisories::compare))
        .route(
            "/advisories/{uuid}/edit",
            get(advisories::edit).post(advisories::save).layer(DefaultBodyLimit::max(DOCUMENT)),
        )
        .route(
            "/advisories/{uuid}/document",
            post(advisories::save_document).layer(DefaultBodyLimit::max(DOCUMENT)),
        )
        .route("/advisories/{uuid}/release", post(advisories::release))
        .route("/advisories/{uuid}/withdraw", post(advisories::withdraw))
        .route("/advisories/{uuid}/receipt", post(advisories::receive))
        .route("/advisories/{uuid}/files/{format}", get(advisories::file))
        .route("/vulnerabilities", get(vulnerabilities::list))
        .route(
            "/vulnerabilities/{uuid}",
            get(vulnerabilities::one).post(vulnerabilities::decide).layer(DefaultBodyLimit::max(SMALL)),
        )
        .route("/vulnerabilities/{uuid}/files/{position}", get(vulnerabilities::file))
        .route(
            "/desks/{uuid}",
            get(vulnerabilities::show)
                .post(vulnerabilities::report)
                .layer(DefaultBodyLimit::max(bartizan_clearinghouse::intake::LONGEST)),
        )
        .route(
            "/inventories",
            get(inventories::list)
                .post(inventories::add)
                .layer(DefaultBodyLimit::max(crate::inventories::LARGEST + (1 << 16))),
        )
        .route("/inventories/{uuid}", get(inventories::one))
        .route(
            "/inventories/{uuid}/document",
            get(inventories::document)
                .post(inventories::replace)
                .layer(DefaultBodyLimit::max(crate::inventories::LARGEST + (1 << 16))),
        )
        .route("/inventories/{uuid}/assets", post(inventories::assets).layer(DefaultBodyLimit::max(SMALL)))
        .route("/inventories/{uuid}/change", post(inventories::change).layer(DefaultBodyLimit::max(SMALL)))
        .route("/inventories/{uuid}/remove", post(inventories::remove).layer(DefaultBodyLimit::max(SMALL)))
        .route(
            "/facts",
            get(facts::show)
                .post(facts::bring)
                .layer(DefaultBodyLimit::max(crate::due::LARGEST_FACTS + (1 << 16))),
        )
        .route("/due", get(due::show))
        .route("/due.ics", get(due::dates))
        .route("/due/table", get(due::table))
        .route("/due/{id}", get(due::one))
        .route("/due/{id}/exceptions", post(due::except).layer(DefaultBodyLimit::max(SMALL)))
        .route("/due/{id}/closures", post(due::close).layer(DefaultBodyLimit::max(SMALL)))
        .route("/due/{id}/answers", post(due::answer).layer(DefaultBodyLimit::max(SMALL)))
        .route("/cases", get(cases::list).post(cases::open))
        .route("/cases/{uuid}", get(cases::show))
        .route("/cases/{uuid}/act", post(cases::act))
        .route("/cases/{uuid}/advisory", post(cases::advise))
        .route("/cases/{uuid}/describe", post(cases::describe))
        .route("/cases/{uuid}/reports", post(cases::merge))
        .route("/cases/{uuid}/reports/{report}/split", post(cases::split))
        .route("/cases/{uuid}/threads/{thread}", get(cases::thread).post(cases::write))
        .route("/cases/{uuid}/timeline", get(cases::timeline))
        .route("/embargoes", get(cases::calendar))
        .route("/embargoes.ics", get(cases::file))
        .route("/duplicates", get(cases::pairs))
        .route("/duplicates/{first}/{second}", get(cases::compare))
        .route("/nodes", get(nodes::show))
        .route("/nodes/{uuid}", post(nodes::act))
        .merge(testing::routes())
        .route("/scans", get(scans::map))
        .route("/scans/register", get(scans::form).post(scans::register))
        .route("/scans/ranges", get(scans::ranges::show).post(scans::ranges::claim))
        .route("/scans/ranges/{uuid}", post(scans::ranges::decide))
        .route("/scans/catalogue", post(scans::ranges::add).layer(DefaultBodyLimit::max(LIST)))
        .route("/scans/{uuid}", get(scans::one))
        .route("/scans/{uuid}/stop", post(scans::stop))
        .route("/scans/{uuid}/decision", post(scans::decide))
        .route("/scans/{uuid}/message", post(scans::say))
        .route("/scans/{uuid}/withdraw", post(scans::withdraw))
        .route("/rules/{report}/{rule}", get(rules::one))
        .route("/rules/{report}/{rule}/query", get(rules::query))
        .route("/keys", get(keys::show))
        .route("/account", get(account::show))
        .route("/account/tokens", post(account::add_token))
        .route("/account/tokens/{id}/revoke", post(account::revoke))
        .route("/account/password", post(account::password))
        .route("/account/second-factor", get(factors::show).post(factors::begin))
        .route("/account/second-factor/confirm", post(factors::confirm))
        .route("/account/second-factor/recovery", post(factors::recovery))
        .route("/account/second-factor/end", post(factors::end))
        .route("/account/second-factor/key", post(key::begin))
        .route("/account/second-factor/key/add", post(key::add))
        .route("/account/second-factor/key/{id}/remove", post(key::remove))
        .route("/audit", get(audit::show))
        .route("/audit/verify", post(audit::verify))
        .route("/assets/{name}", get(assets::asset))
        // An address that is none; whose it would be is told by `worded`.
        .fallback(async || StatusCode::NOT_FOUND)
}

/// The page of a status that something before the page answered with.
pub(crate) fn refused(app: &App, status: StatusCode) -> Response {
    let shell = visit::bare(app);
    let stop = match status {
        StatusCode::NOT_FOUND => stop::Stop::not_found(shell),
        _ if status.is_server_error() => stop::Stop::Page(Box::new(ErrorPage::fault(shell, ""))),
        _ => stop::Stop::wrong(shell, "What was sent is not what this page takes."),
    };
    let mut response = stop.into_response();
    *response.status_mut() = status;
    response
}

/// A page.
pub(crate) fn html(text: String) -> Response {
    let mut response = text.into_response();
    let headers = response.headers_mut();
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static("text/html; charset=utf-8"));
    headers.insert(header::CONTENT_SECURITY_POLICY, HeaderValue::from_static(bartizan_workbench::POLICY));
    response
}
