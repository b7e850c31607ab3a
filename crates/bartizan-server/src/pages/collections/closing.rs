//! Closing a collection, and opening it again: nothing in it is lost.

use axum::Form;
use axum::extract::{Path, State};
use axum::http::{HeaderMap, Uri};
use axum::response::{IntoResponse, Redirect, Response};
use bartizan_clearinghouse::access::{Thing, Verb};
use bartizan_workbench::{ClosedCollection, Confirm, Moment};
use serde::Deserialize;

use super::managed;
use crate::app::App;
use crate::pages::flash::{said, undoable};
use crate::pages::html;
use crate::pages::stop::Stop;
use crate::pages::visit::Visit;

#[derive(Deserialize)]
pub(in crate::pages) struct Sent {
    #[serde(default)]
    csrf: String,
    /// `1`: asked and answered.
    #[serde(default)]
    sure: String,
}

/// `POST /collections/{uuid}/close`
pub(in crate::pages) async fn close(
    State(app): State<App>,
    Path(uuid): Path<String>,
    headers: HeaderMap,
    uri: Uri,
    Form(sent): Form<Sent>,
) -> Result<Response, Stop> {
    let visit = Visit::acting(&app, &headers, &uri, Some(&sent.csrf)).await?;
    let entry = managed(&visit, &uuid)?;
    if sent.sure != "1" {
        let page = Confirm {
            title: format!("Close {}?", entry.title),
            what: vec![
                "Nobody reads it or adds to it any more, over TAXII neither; its address answers as if it had never been.".into(),
                "Nothing in it is lost: you open it again on the page of collections.".into(),
            ],
            action: format!("/collections/{}/close", entry.uuid),
            fields: vec![("sure".into(), "1".into())],
            button: "Close it".into(),
            back: format!("/collections/{}", entry.uuid),
            shell: visit.shell,
        };
        return Ok(html(page.render()));
    }
    let owner = entry.access.owner;
    let done = app.store.close_collection(&visit.by(), owner, &entry.uuid, true).await;
    done.map_err(|e| visit.stop(&e))?;
    let undo = format!("/collections/{}/open", entry.uuid);
    visit.say(&app, undoable(format!("{} is closed.", entry.title), undo, &[]));
    Ok(Redirect::to("/collections").into_response())
}

/// `POST /collections/{uuid}/open`
pub(in crate::pages) async fn open(
    State(app): State<App>,
    Path(uuid): Path<String>,
    headers: HeaderMap,
    uri: Uri,
    Form(sent): Form<Sent>,
) -> Result<Response, Stop> {
    let visit = Visit::acting(&app, &headers, &uri, Some(&sent.csrf)).await?;
    let Some(owner) = visit.principal.organisation else { return Err(Stop::Go("/sign-in".into())) };
    visit.must(Verb::Manage, &Thing::Library(owner), "Only a coordinator of its owner opens it again.")?;
    let opened = app.store.close_collection(&visit.by(), owner, &uuid, false).await;
    if !opened.map_err(|e| visit.stop(&e))? {
        return Err(Stop::not_found(visit.shell));
    }
    visit.say(&app, said("It is open again, to whom it was before."));
    Ok(Redirect::to(&format!("/collections/{uuid}")).into_response())
}

/// The closed collections of the visitor's organisation, for who may open them.
pub(super) async fn closed(app: &App, visit: &Visit) -> Result<Vec<ClosedCollection>, Stop> {
    let Some(owner) = visit.principal.organisation else { return Ok(Vec::new()) };
    if !visit.may(Verb::Manage, &Thing::Library(owner)) {
        return Ok(Vec::new());
    }
    let found = app.store.closed_collections(owner).await.map_err(|e| visit.stop(&e))?;
    let line = |(uuid, title, at)| ClosedCollection { uuid, title, at: Moment(at) };
    Ok(found.into_iter().map(line).collect())
}
