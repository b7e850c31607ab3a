//! Objects and manifest (sections 5.3 and 5.4).

use std::sync::Arc;

use axum::extract::{Path, RawQuery, State};
use axum::http::{HeaderMap, HeaderName, HeaderValue, StatusCode};
use axum::response::Response;
use bartizan_clearinghouse::access::{CollectionId, Verb};
use bartizan_clearinghouse::time;
use bartizan_store::{Directory, Manifest, Page, Stored};
use serde_json::json;

use super::ask;
use super::filter::Wanted;
use super::media::{STIX, answer};
use super::problem::Problem;
use crate::app::App;

/// The most bytes of objects on a page: what one request may hold in memory.
const PAGE: usize = 8 << 20;
/// A directory that moves this often while a page is read is moved on purpose.
const TRIES: u32 = 5;

/// `GET …/collections/{id}/objects/`
pub(super) async fn list(
    State(app): State<App>,
    Path(address): Path<String>,
    RawQuery(query): RawQuery,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    let mut turn = 0;
    loop {
        let asked = Asked::new(&app, &headers, &address, query.as_deref()).await?;
        let Wanted { filter, limit, .. } = &asked.wanted;
        let page = app.store.objects(asked.collection, &asked.readable, filter, *limit, PAGE).await?;
        if asked.holds(&app, &mut turn).await? {
            return Ok(envelope(&asked.wanted, page));
        }
    }
}

/// `GET …/collections/{id}/manifest/`
pub(super) async fn manifest(
    State(app): State<App>,
    Path(address): Path<String>,
    RawQuery(query): RawQuery,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    let mut turn = 0;
    loop {
        let asked = Asked::new(&app, &headers, &address, query.as_deref()).await?;
        let Wanted { filter, limit, .. } = &asked.wanted;
        let page = app.store.manifest(asked.collection, &asked.readable, filter, *limit).await?;
        if asked.holds(&app, &mut turn).await? {
            let (mut body, ends) = head(&asked.wanted, &page, |m| m.added);
            if !page.items.is_empty() {
                body["objects"] = page.items.iter().map(record).collect();
            }
            return Ok(dated(answer(StatusCode::OK, body.to_string()), ends));
        }
    }
}

/// `more` and `next` of a page, and the times of its ends.
pub(super) fn head<T>(
    wanted: &Wanted,
    page: &Page<T>,
    added: impl Fn(&T) -> i64,
) -> (serde_json::Value, Option<(i64, i64)>) {
    let ends = ends(&page.items, added);
    let mut body = json!({});
    if let (true, Some((_, last))) = (page.more, ends) {
        body["more"] = json!(true);
        body["next"] = json!(wanted.next(last));
    }
    (body, ends)
}

fn record(item: &Manifest) -> serde_json::Value {
    json!({
        "id": item.id,
        "date_added": time::text(item.added),
        "version": item.version,
        "media_type": if item.spec == "2.1" { STIX.to_owned() } else { format!("application/stix+json;version={}", item.spec) },
    })
}

/// A request for a page, by the directory that was in force when it was looked at.
pub(super) struct Asked {
    directory: Arc<Directory>,
    pub(super) collection: CollectionId,
    pub(super) readable: Vec<i64>,
    pub(super) wanted: Wanted,
}

impl Asked {
    pub(super) async fn new(
        app: &App,
        headers: &HeaderMap,
        address: &str,
        query: Option<&str>,
    ) -> Result<Self, Problem> {
        loop {
            let directory = app.store.directory();
            let found = Self::once(app, headers, address, query, &directory).await;
            // A refusal counts only if it is by what is in force now.
            if found.is_ok() || app.store.current(&directory).await? {
                return found;
            }
        }
    }

    async fn once(
        app: &App,
        headers: &HeaderMap,
        address: &str,
        query: Option<&str>,
        directory: &Arc<Directory>,
    ) -> Result<Self, Problem> {
        let caller = ask::who(app, headers, directory).await?;
        let entry = ask::collection(app, &caller, directory, address, Verb::Read)?;
        let wanted = Wanted::parse(query.unwrap_or_default(), &entry.uuid, app.config.max_page)?;
        let collection = entry.access.id;
        let readable = directory.readable(&caller.principal, Some(collection), app.now());
        Ok(Self { directory: Arc::clone(directory), collection, readable, wanted })
    }

    /// Whether what was read holds: if the directory moved meanwhile, it may lack an audience, and whoever goes on behind it would
    /// never see what that audience reads. `turn` bounds how often.
    pub(super) async fn holds(&self, app: &App, turn: &mut u32) -> Result<bool, Problem> {
        *turn += 1;
        Ok(app.store.current(&self.directory).await? || *turn >= TRIES)
    }
}

/// An envelope (section 3.7) around bodies as they came.
pub(super) fn envelope(wanted: &Wanted, page: Page<Stored>) -> Response {
    let ends = ends(&page.items, |o| o.added);
    let size: usize = page.items.iter().map(|o| o.body.len() + 1).sum();
    let mut body = String::with_capacity(size + 100);
    body.push('{');
    if let (true, Some((_, last))) = (page.more, ends) {
        // A token is hexadecimal digits and a hyphen.
        body.push_str(&format!("\"more\":true,\"next\":\"{}\"", wanted.next(last)));
    }
    for (i, object) in page.items.iter().enumerate() {
        body.push_str(match (i, page.more) {
            (0, false) => "\"objects\":[",
            (0, true) => ",\"objects\":[",
            _ => ",",
        });
        body.push_str(&object.body);
    }
    body.push_str(if page.items.is_empty() { "}" } else { "]}" });
    dated(answer(StatusCode::OK, body), ends)
}

/// The times of the first and last item.
pub(super) fn ends<T>(items: &[T], added: impl Fn(&T) -> i64) -> Option<(i64, i64)> {
    Some((added(items.first()?), added(items.last()?)))
}

/// With `X-TAXII-Date-Added-First` and `-Last` (section 3.3).
pub(super) fn dated(mut response: Response, ends: Option<(i64, i64)>) -> Response {
    if let Some((first, last)) = ends {
        for (name, at) in [("x-taxii-date-added-first", first), ("x-taxii-date-added-last", last)] {
            if let Ok(value) = HeaderValue::from_str(&time::text(at)) {
                response.headers_mut().insert(HeaderName::from_static(name), value);
            }
        }
    }
    response
}
