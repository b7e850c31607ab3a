//! One object: its versions read, listed, taken back (sections 5.6 to 5.8).

use super::ask;
use super::filter::Wanted;
use super::media::answer;
use super::objects::{Asked, dated, envelope, head};
use super::problem::Problem;
use crate::app::App;
use axum::extract::{Path, RawQuery, State};
use axum::http::{HeaderMap, StatusCode};
use axum::response::Response;
use bartizan_clearinghouse::access::{Thing, Verb, decide};
use bartizan_store::{Action, VersionWanted};

/// `GET …/objects/{object-id}/`
pub(super) async fn one(
    State(app): State<App>,
    Path((address, object)): Path<(String, String)>,
    RawQuery(query): RawQuery,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    let mut turn = 0;
    loop {
        let mut asked = Asked::new(&app, &headers, &address, query.as_deref()).await?;
        asked.wanted.filter.ids = vec![object.clone()];
        let (id, may, filter) = (asked.collection, &asked.readable, &asked.wanted.filter);
        let page = app.store.objects(id, may, filter, asked.wanted.limit, usize::MAX).await?;
        // Nothing that fits the filters is an empty envelope; no such object is not found.
        let known = !page.items.is_empty() || app.store.has_object(id, may, &object).await?;
        if asked.holds(&app, &mut turn).await? {
            return if known { Ok(envelope(&asked.wanted, page)) } else { Err(Problem::not_found()) };
        }
    }
}

/// `GET …/objects/{object-id}/versions/`
pub(super) async fn versions(
    State(app): State<App>,
    Path((address, object)): Path<(String, String)>,
    RawQuery(query): RawQuery,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    let mut turn = 0;
    loop {
        let mut asked = Asked::new(&app, &headers, &address, query.as_deref()).await?;
        asked.wanted.filter.ids = vec![object.clone()];
        asked.wanted.filter.types.clear();
        asked.wanted.filter.versions = vec![VersionWanted::All];
        let (id, may, filter) = (asked.collection, &asked.readable, &asked.wanted.filter);
        let page = app.store.manifest(id, may, filter, asked.wanted.limit).await?;
        let known = !page.items.is_empty() || app.store.has_object(id, may, &object).await?;
        if asked.holds(&app, &mut turn).await? {
            if !known {
                return Err(Problem::not_found());
            }
            let (mut body, ends) = head(&asked.wanted, &page, |m| m.added);
            if !page.items.is_empty() {
                body["versions"] = page.items.iter().map(|m| m.version.as_str()).collect();
            }
            return Ok(dated(answer(StatusCode::OK, body.to_string()), ends));
        }
    }
}

/// `DELETE …/objects/{object-id}/`: all versions, unless the filter names some.
pub(super) async fn remove(
    State(app): State<App>,
    Path((address, object)): Path<(String, String)>,
    RawQuery(query): RawQuery,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    let directory = app.store.fresh().await?;
    let caller = ask::who(&app, &headers, &directory).await?;
    // What cannot be read cannot be taken back either: an answer would tell of it.
    let entry = ask::collection(&app, &caller, &directory, &address, Verb::Read)?;
    ask::collection(&app, &caller, &directory, &address, Verb::Remove)?;
    let mut wanted = Wanted::parse(query.as_deref().unwrap_or_default(), &entry.uuid, app.config.max_page)?;
    wanted.filter.ids = vec![object.clone()];
    wanted.filter.after = None;
    if wanted.filter.versions.is_empty() {
        wanted.filter.versions = vec![VersionWanted::All];
    }
    let now = app.now();
    let may = directory.readable(&caller.principal, Some(entry.access.id), now);
    let removable: Vec<i64> = may
        .iter()
        .copied()
        .filter(|number| {
            directory.audiences.get(number).is_some_and(|audience| {
                let thing = Thing::Content { audience, collection: Some(&entry.access) };
                decide(&caller.principal, Verb::Remove, &thing, now).allowed()
            })
        })
        .collect();
    let by = Action { actor: &caller.name, now };
    let id = entry.access.id;
    if app.store.remove_objects(&by, id, &removable, &wanted.filter).await? == 0 {
        if app.store.has_object(id, &removable, &object).await? {
            // It is there, but not in that version: as good as done.
            return Ok(answer(StatusCode::OK, "{}"));
        }
        if app.store.has_object(id, &may, &object).await? {
            return Err(Problem::forbidden("take back what another organisation added"));
        }
        return Err(Problem::not_found());
    }
    Ok(answer(StatusCode::OK, "{}"))
}
