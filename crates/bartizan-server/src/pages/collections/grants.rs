//! Who reads a collection, and who adds to it.

use axum::Form;
use axum::extract::{Path, State};
use axum::http::{HeaderMap, Uri};
use axum::response::{IntoResponse, Redirect, Response};
use bartizan_clearinghouse::access::{GroupId, OrganisationId, Rights, Thing, Verb};
use bartizan_store::{CollectionEntry, NewGrant};
use bartizan_workbench::Flash;
use serde::Deserialize;

use super::managed;
use crate::app::App;
use crate::pages::flash::{said, undoable};
use crate::pages::stop::Stop;
use crate::pages::visit::Visit;

#[derive(Deserialize)]
pub(in crate::pages) struct Granted {
    #[serde(default)]
    csrf: String,
    to: String,
    #[serde(default)]
    write: Option<String>,
}

#[derive(Deserialize)]
pub(in crate::pages) struct Public {
    #[serde(default)]
    csrf: String,
    #[serde(default)]
    public: String,
}

/// `POST /collections/{uuid}/grants`
pub(in crate::pages) async fn grant(
    State(app): State<App>,
    Path(uuid): Path<String>,
    headers: HeaderMap,
    uri: Uri,
    Form(form): Form<Granted>,
) -> Result<Response, Stop> {
    // The form shares for reading; writing is more.
    let rights = Rights { read: true, write: form.write.is_some() };
    share(&app, &uuid, &headers, &uri, &form, rights).await
}

/// `POST /collections/{uuid}/grants/remove`
pub(in crate::pages) async fn take_away(
    State(app): State<App>,
    Path(uuid): Path<String>,
    headers: HeaderMap,
    uri: Uri,
    Form(form): Form<Granted>,
) -> Result<Response, Stop> {
    share(&app, &uuid, &headers, &uri, &form, Rights::default()).await
}

async fn share(
    app: &App,
    uuid: &str,
    headers: &HeaderMap,
    uri: &Uri,
    form: &Granted,
    rights: Rights,
) -> Result<Response, Stop> {
    let visit = Visit::acting(app, headers, uri, Some(&form.csrf)).await?;
    let entry = managed(&visit, uuid)?;
    let whom = whom(&visit, &form.to);
    let whom =
        whom.ok_or_else(|| Stop::wrong(visit.shell.clone(), "That organisation is not on this node."))?;
    if whom == NewGrant::Organisation(entry.access.owner) {
        return Err(Stop::wrong(visit.shell, "Its owner goes on reading it and adding to it."));
    }
    let before = held(&entry, &whom);
    let done = app.store.grant(&visit.by(), entry.access.id, whom, rights).await;
    done.map_err(|e| visit.stop(&e))?;
    visit.say(app, told(&visit, uuid, form, &entry, before, rights));
    Ok(Redirect::to(&format!("/collections/{uuid}")).into_response())
}

/// What it had by a grant of its own.
fn held(entry: &CollectionEntry, whom: &NewGrant) -> Option<Rights> {
    match whom {
        NewGrant::Organisation(id) => {
            entry.access.members.get(id).filter(|_| entry.direct.contains(id)).copied()
        }
        NewGrant::Group(id) => entry.groups.get(id).copied(),
    }
}

/// What was done, and the form that gives back what it had.
fn told(
    visit: &Visit,
    uuid: &str,
    form: &Granted,
    entry: &CollectionEntry,
    before: Option<Rights>,
    rights: Rights,
) -> Flash {
    let name = match whom(visit, &form.to) {
        Some(NewGrant::Organisation(id)) => visit.organisation(id),
        Some(NewGrant::Group(id)) => {
            visit.directory.groups.get(&id).map(|g| g.name.clone()).unwrap_or_default()
        }
        None => String::new(),
    };
    let words = match (rights.read, rights.write) {
        (_, true) => "reads and adds to",
        (true, false) => "reads",
        (false, false) => "has no access of its own any more to",
    };
    let text = format!("{name} {words} {}.", entry.title);
    let place = format!("/collections/{uuid}/grants");
    match before.filter(|r| r.read || r.write) {
        Some(Rights { write: true, .. }) => undoable(text, place, &[("to", &form.to), ("write", "1")]),
        Some(_) => undoable(text, place, &[("to", &form.to)]),
        None if rights == Rights::default() => said(text),
        None => undoable(text, format!("{place}/remove"), &[("to", &form.to)]),
    }
}

/// `organisation:3` or `group:2`, if it is there for the visitor.
fn whom(visit: &Visit, to: &str) -> Option<NewGrant> {
    let (kind, number) = to.split_once(':')?;
    let number = number.parse().ok()?;
    match kind {
        "organisation" => {
            let id = OrganisationId(number);
            visit.directory.organisations.contains_key(&id).then_some(NewGrant::Organisation(id))
        }
        "group" => {
            let entry = visit.directory.groups.get(&GroupId(number))?;
            visit.may(Verb::List, &Thing::Group(&entry.group)).then_some(NewGrant::Group(entry.group.id))
        }
        _ => None,
    }
}

/// `POST /collections/{uuid}/public`
pub(in crate::pages) async fn public(
    State(app): State<App>,
    Path(uuid): Path<String>,
    headers: HeaderMap,
    uri: Uri,
    Form(form): Form<Public>,
) -> Result<Response, Stop> {
    let visit = Visit::acting(&app, &headers, &uri, Some(&form.csrf)).await?;
    let entry = managed(&visit, &uuid)?;
    let open = form.public == "1";
    let done = app.store.set_public(&visit.by(), entry.access.id, open).await;
    done.map_err(|e| visit.stop(&e))?;
    let words = if open { "Anyone reads what is TLP:CLEAR in it." } else { "It is closed to the public." };
    let back = if open { "0" } else { "1" };
    visit.say(&app, undoable(words, format!("/collections/{uuid}/public"), &[("public", back)]));
    Ok(Redirect::to(&format!("/collections/{uuid}")).into_response())
}
