//! Sharing groups: sets of organisations that a collection names as its readers or writers.

use axum::Form;
use axum::extract::{Path, State};
use axum::http::{HeaderMap, Uri};
use axum::response::{IntoResponse, Redirect, Response};
use bartizan_clearinghouse::access::{Thing, Verb};
use bartizan_store::GroupEntry;
use bartizan_workbench::{Choice, Group, Groups};
use serde::Deserialize;

use super::html;
use super::stop::Stop;
use super::visit::Visit;
use crate::app::App;

#[derive(Deserialize)]
pub(super) struct New {
    #[serde(default)]
    csrf: String,
    name: String,
}

#[derive(Deserialize)]
pub(super) struct Change {
    #[serde(default)]
    csrf: String,
    organisation: String,
}

/// `GET /admin/groups`: those that the visitor's organisation runs or is in.
pub(super) async fn show(State(app): State<App>, headers: HeaderMap, uri: Uri) -> Result<Response, Stop> {
    let visit = Visit::new(&app, &headers, &uri).await?;
    let groups =
        visit.directory.groups.values().filter(|entry| visit.may(Verb::List, &Thing::Group(&entry.group)));
    let groups = groups.map(|entry| group(&visit, entry)).collect();
    Ok(html(Groups { shell: visit.shell.clone(), groups, problem: None }.render()))
}

fn group(visit: &Visit, entry: &GroupEntry) -> Group {
    let may_change = visit.may(Verb::Manage, &Thing::Group(&entry.group));
    let uuid = |id| visit.directory.organisations.get(&id).map(|o| o.uuid.clone()).unwrap_or_default();
    let members = entry.group.members.iter().map(|id| (uuid(*id), visit.organisation(*id)));
    let others = visit.directory.organisations.values();
    let others = others.filter(|o| may_change && !o.closed && !entry.group.members.contains(&o.id));
    let collections = visit.directory.collections.values().filter(|c| {
        c.groups.contains_key(&entry.group.id) && visit.may(Verb::List, &Thing::Collection(&c.access))
    });
    Group {
        id: entry.uuid.clone(),
        name: entry.name.clone(),
        description: String::new(),
        members: members.collect(),
        others: others
            .map(|o| Choice { value: o.uuid.clone(), label: o.name.clone(), chosen: false })
            .collect(),
        collections: collections.map(|c| c.title.clone()).collect(),
        may_change,
    }
}

/// `POST /admin/groups`
pub(super) async fn add(
    State(app): State<App>,
    headers: HeaderMap,
    uri: Uri,
    Form(new): Form<New>,
) -> Result<Response, Stop> {
    let visit = Visit::acting(&app, &headers, &uri, Some(&new.csrf)).await?;
    let Some(owner) = visit.principal.organisation else { return Err(Stop::Go("/sign-in".into())) };
    visit.must(Verb::Manage, &Thing::Library(owner), "Only a coordinator makes groups.")?;
    let done = app.store.add_group(&visit.by(), &app.uuid(), owner, &new.name).await;
    done.map_err(|e| visit.stop(&e))?;
    Ok(Redirect::to("/admin/groups").into_response())
}

/// `POST /admin/groups/{id}/add`
pub(super) async fn put_in(
    State(app): State<App>,
    Path(id): Path<String>,
    headers: HeaderMap,
    uri: Uri,
    Form(form): Form<Change>,
) -> Result<Response, Stop> {
    change(&app, &id, &headers, &uri, &form, true).await
}

/// `POST /admin/groups/{id}/remove`
pub(super) async fn take_out(
    State(app): State<App>,
    Path(id): Path<String>,
    headers: HeaderMap,
    uri: Uri,
    Form(form): Form<Change>,
) -> Result<Response, Stop> {
    change(&app, &id, &headers, &uri, &form, false).await
}

async fn change(
    app: &App,
    uuid: &str,
    headers: &HeaderMap,
    uri: &Uri,
    form: &Change,
    member: bool,
) -> Result<Response, Stop> {
    let visit = Visit::acting(app, headers, uri, Some(&form.csrf)).await?;
    let entry = visit.directory.groups.values().find(|entry| entry.uuid == uuid);
    let entry = entry.ok_or_else(|| Stop::not_found(visit.shell.clone()))?;
    visit.must(Verb::Manage, &Thing::Group(&entry.group), "Only a coordinator of its owner changes it.")?;
    let organisation = visit.directory.organisations.values().find(|o| o.uuid == form.organisation);
    let organisation = organisation
        .ok_or_else(|| Stop::wrong(visit.shell.clone(), "That organisation is not on this node."))?;
    let done = app.store.set_group_member(&visit.by(), entry.group.id, organisation.id, member).await;
    done.map_err(|e| visit.stop(&e))?;
    let (words, back) = if member { ("is in", "remove") } else { ("is not in", "add") };
    let text = format!("{} {words} {}.", organisation.name, entry.name);
    let undo = format!("/admin/groups/{uuid}/{back}");
    visit.say(app, super::flash::undoable(text, undo, &[("organisation", &form.organisation)]));
    Ok(Redirect::to("/admin/groups").into_response())
}
