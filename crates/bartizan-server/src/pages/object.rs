//! One object of a collection.

use axum::extract::{Path, State};
use axum::http::{HeaderMap, Uri};
use axum::response::Response;
use bartizan_clearinghouse::access::{Thing, Verb};
use bartizan_store::{Filter, VersionWanted};
use bartizan_workbench::{Moment, Object};
use serde_json::Value;

use super::html;
use super::objects::address;
use super::stop::Stop;
use super::visit::Visit;
use crate::app::App;
use crate::object;
use crate::taxii::ROOT;

/// Versions that are listed.
const VERSIONS: usize = 100;
/// Objects that it names, of which we look whether they are here.
const NAMED: usize = 200;
/// Characters of what it is about.
const ABOUT: usize = 4000;

/// `GET /collections/{uuid}/objects/{id}`
pub(super) async fn show(
    State(app): State<App>,
    Path((uuid, id)): Path<(String, String)>,
    headers: HeaderMap,
    uri: Uri,
) -> Result<Response, Stop> {
    let visit = Visit::new(&app, &headers, &uri).await?;
    let entry = visit.directory.collection(&uuid).cloned();
    let entry = entry.filter(|c| visit.may(Verb::Read, &Thing::Collection(&c.access)));
    let Some(entry) = entry else { return Err(Stop::not_found(visit.shell)) };
    let collection = entry.access.id;
    let readable = visit.directory.readable(&visit.principal, Some(collection), visit.now());
    let filter = Filter { ids: vec![id.clone()], ..Filter::default() };
    let newest =
        app.store.objects(collection, &readable, &filter, 1, usize::MAX).await.map_err(|e| visit.stop(&e))?;
    let Some(newest) = newest.items.into_iter().next() else { return Err(Stop::not_found(visit.shell)) };
    let all = Filter { versions: vec![VersionWanted::All], ..filter };
    let versions =
        app.store.manifest(collection, &readable, &all, VERSIONS).await.map_err(|e| visit.stop(&e))?;
    let body: Value = serde_json::from_str(&newest.body).unwrap_or_default();
    let mut named = Vec::new();
    references(&body, &mut named);
    named.truncate(NAMED);
    let ids = named.iter().map(|(_, id)| id.clone()).collect();
    let here = Filter { ids, ..Filter::default() };
    let here = match named.is_empty() {
        true => Vec::new(),
        false => {
            let page =
                app.store.manifest(collection, &readable, &here, NAMED).await.map_err(|e| visit.stop(&e))?;
            page.items.into_iter().map(|m| m.id).collect()
        }
    };
    let audience = app.store.audience_of(collection, newest.added).await.map_err(|e| visit.stop(&e))?;
    let audience = audience.and_then(|number| visit.directory.audiences.get(&number));
    let marking = audience.map_or(entry.marking, |a| a.marking);
    let embargo = audience.and_then(|a| a.embargo).filter(|until| *until > visit.now()).map(Moment);
    let mut versions: Vec<(String, Moment)> =
        versions.items.into_iter().map(|m| (m.version, Moment(m.added))).collect();
    versions.reverse();
    let mut shell = visit.shell;
    shell.marking = marking;
    let page = Object {
        kind: body["type"].as_str().unwrap_or_default().to_owned(),
        name: object::shown(&body),
        about: object::about(&body, ABOUT),
        collection: (entry.title.clone(), format!("/collections/{}", entry.uuid)),
        marking,
        embargo,
        versions,
        names: named
            .into_iter()
            .map(|(member, id)| {
                let href = if here.contains(&id) { address(&entry.uuid, &id) } else { String::new() };
                (member, id, href)
            })
            .collect(),
        json: serde_json::to_string_pretty(&body).unwrap_or_default(),
        taxii: format!("{ROOT}collections/{}/objects/{}/", entry.uuid, address_part(&id)),
        id,
        shell,
    };
    Ok(html(page.render()))
}

fn address_part(id: &str) -> String {
    form_urlencoded::byte_serialize(id.as_bytes()).collect()
}

/// Members whose names end as those of references do (STIX 2.1, 3.1), and what they name, each once.
fn references(body: &Value, found: &mut Vec<(String, String)>) {
    let Some(members) = body.as_object() else { return };
    for (member, value) in members {
        let ids: Vec<&str> = match value {
            Value::String(id) if member.ends_with("_ref") => vec![id],
            Value::Array(ids) if member.ends_with("_refs") => ids.iter().filter_map(Value::as_str).collect(),
            _ => continue,
        };
        for id in ids.into_iter().filter(|id| id.contains("--") && id.len() < 200) {
            let pair = (member.clone(), id.to_owned());
            if !found.contains(&pair) {
                found.push(pair);
            }
            if found.len() > NAMED {
                return;
            }
        }
    }
}
