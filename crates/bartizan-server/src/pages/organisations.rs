//! Closing an organisation, and opening it again.

use axum::Form;
use axum::extract::{Path, State};
use axum::http::{HeaderMap, Uri};
use axum::response::{IntoResponse, Redirect, Response};
use bartizan_clearinghouse::access::{Thing, Verb};
use serde::Deserialize;

use super::flash::undoable;
use super::stop::Stop;
use super::visit::Visit;
use crate::app::App;

#[derive(Deserialize)]
pub(super) struct Sent {
    #[serde(default)]
    csrf: String,
}

/// `POST /admin/organisations/{id}/disable`
pub(super) async fn disable(
    State(app): State<App>,
    Path(id): Path<String>,
    headers: HeaderMap,
    uri: Uri,
    Form(sent): Form<Sent>,
) -> Result<Response, Stop> {
    close(&app, &id, &headers, &uri, &sent, true).await
}

/// `POST /admin/organisations/{id}/enable`
pub(super) async fn enable(
    State(app): State<App>,
    Path(id): Path<String>,
    headers: HeaderMap,
    uri: Uri,
    Form(sent): Form<Sent>,
) -> Result<Response, Stop> {
    close(&app, &id, &headers, &uri, &sent, false).await
}

async fn close(
    app: &App,
    id: &str,
    headers: &HeaderMap,
    uri: &Uri,
    sent: &Sent,
    closed: bool,
) -> Result<Response, Stop> {
    let visit = Visit::acting(app, headers, uri, Some(&sent.csrf)).await?;
    visit.must(Verb::Manage, &Thing::Node, "Only the node's administrator runs organisations.")?;
    let entry = visit.directory.organisations.values().find(|o| o.uuid == id);
    let entry = entry.ok_or_else(|| Stop::not_found(visit.shell.clone()))?;
    if closed && visit.principal.organisation == Some(entry.id) {
        return Err(Stop::wrong(visit.shell, "Nobody closes the organisation that they are in."));
    }
    let done = app.store.close_organisation(&visit.by(), entry.id, closed).await;
    done.map_err(|e| visit.stop(&e))?;
    let (words, back) = if closed {
        ("is closed; none of its people gets in.", "enable")
    } else {
        ("is open again.", "disable")
    };
    let undo = format!("/admin/organisations/{id}/{back}");
    visit.say(app, undoable(format!("{} {words}", entry.name), undo, &[]));
    Ok(Redirect::to("/admin/organisations").into_response())
}
