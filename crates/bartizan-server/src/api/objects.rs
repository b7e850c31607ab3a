//! Objects of a collection: in pages, and all as one bundle.

use axum::body::{Body, Bytes};
use axum::extract::{RawQuery, State};
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use bartizan_clearinghouse::access::{CollectionId, Verb};
use bartizan_store::{Filter, Store};
use futures_util::stream;
use schemars::JsonSchema;
use serde::Serialize;
use serde_json::{Map, Value, json};

use super::ask::{Asker, Place, Query};
use super::collections::find;
use super::endpoint::Endpoint;
use super::paging;
use super::problem::Problem;
use super::tagged;
use crate::app::App;
use crate::taxii::Wanted;

/// The most bytes of objects on a page: what one request may hold in memory.
pub(super) const BYTES: usize = 8 << 20;
/// Objects that a bundle is read by at once.
pub(super) const AT_ONCE: usize = 1000;
/// A directory that moves this often while a page is read is moved on purpose.
const TRIES: u32 = 5;
pub(super) const FILTERS: [&str; 7] =
    ["limit", "next", "added_after", "match[id]", "match[type]", "match[spec_version]", "match[version]"];

pub(super) fn list() -> Vec<Endpoint> {
    let filters = |mut endpoint: Endpoint| {
        let about = "Identifiers, types, … separated by commas: alternatives.";
        for name in ["match[id]", "match[type]", "match[spec_version]"] {
            endpoint = endpoint.with(name, about, json!({ "type": "string" }));
        }
        let version = json!({ "type": "string", "default": "last" });
        let after = json!({ "type": "string", "format": "date-time" });
        endpoint
            .with(
                "match[version]",
                "Which versions: first, last, all, or the time of one; separated by commas.",
                version,
            )
            .with("added_after", "Added later than this.", after)
    };
    let about = "Objects in the order in which they were added: the filters of TAXII.";
    let objects = Endpoint::get("/collections/{id}/objects", "listObjects", about, all).paged();
    let bundle = "/collections/{id}/bundle.json";
    vec![
        filters(objects).gives::<Objects>(),
        Endpoint::get(bundle, "exportBundle", "All objects you may read, as one STIX bundle.", export)
            .gives_bytes("application/stix+json"),
    ]
}

/// With TAXII's filters.
pub(super) fn filters(mut endpoint: Endpoint) -> Endpoint {
    let about = "Identifiers, types, … separated by commas: alternatives.";
    for name in ["match[id]", "match[type]", "match[spec_version]"] {
        endpoint = endpoint.with(name, about, json!({ "type": "string" }));
    }
    let version = json!({ "type": "string", "default": "last" });
    let after = json!({ "type": "string", "format": "date-time" });
    endpoint
        .with(
            "match[version]",
            "Which versions: first, last, all, or the time of one; separated by commas.",
            version,
        )
        .with("added_after", "Added later than this.", after)
}

/// The form of a page; it is written by hand, since objects go out byte for byte as they came.
#[derive(Serialize, JsonSchema)]
struct Objects {
    items: Vec<Map<String, Value>>,
    next: Option<String>,
}

/// `GET /collections/{id}/objects`
async fn all(
    State(app): State<App>,
    asker: Asker,
    Place(address): Place<String>,
    query: Query,
    RawQuery(raw): RawQuery,
) -> Result<Response, Problem> {
    query.only(&FILTERS)?;
    let limit = paging::limit(&query)?;
    let mut directory = asker.directory.clone();
    let mut turn = 0;
    loop {
        let entry = find(&asker, &directory, &address, Verb::Read)?;
        let wanted = Wanted::parse(raw.as_deref().unwrap_or_default(), &entry.uuid, paging::MOST);
        let wanted = wanted.map_err(|e| Problem::bad(e.description()))?;
        let id = entry.access.id;
        let readable = directory.readable(&asker.principal, Some(id), asker.now);
        let page = app.store.objects(id, &readable, &wanted.filter, limit, BYTES).await?;
        turn += 1;
        // A directory that moved meanwhile may lack an audience, and whoever goes on would never see what it reads.
        if turn < TRIES && !app.store.current(&directory).await? {
            directory = app.store.directory();
            continue;
        }
        let next = page.items.last().filter(|_| page.more).map(|o| wanted.next(o.added));
        let mut text = String::from("{\"items\":[");
        for (i, object) in page.items.iter().enumerate() {
            text.push_str(if i > 0 { "," } else { "" });
            text.push_str(&object.body);
        }
        text.push_str(&format!("],\"next\":{}}}", json!(next)));
        return Ok(tagged::plain(StatusCode::OK, text));
    }
}

/// `GET /collections/{id}/bundle.json`: written as it is read, so its size is not a matter of memory.
async fn export(
    State(app): State<App>,
    asker: Asker,
    Place(address): Place<String>,
    query: Query,
) -> Result<Response, Problem> {
    query.only(&[])?;
    let entry = find(&asker, &asker.directory, &address, Verb::Read)?;
    let id = entry.access.id;
    let readable = asker.directory.readable(&asker.principal, Some(id), asker.now);
    app.store.note(&asker.by(), "collection.export", &format!("collection/{}", entry.uuid), "{}").await?;
    let head = format!("{{\"type\":\"bundle\",\"id\":\"bundle--{}\",\"objects\":[", app.uuid());
    let begin = Export { store: app.store.clone(), id, readable, head: Some(head), after: None, more: true };
    let pieces = stream::try_unfold(begin, Export::piece);
    let mut response = Body::from_stream(pieces).into_response();
    let headers = response.headers_mut();
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static("application/stix+json;version=2.1"));
    let name = HeaderValue::from_static("attachment; filename=\"bundle.json\"");
    headers.insert(header::CONTENT_DISPOSITION, name);
    Ok(response)
}

/// A bundle under way.
struct Export {
    store: Store,
    id: CollectionId,
    readable: Vec<i64>,
    /// What stands before the first object, while that has not gone out.
    head: Option<String>,
    after: Option<i64>,
    more: bool,
}

impl Export {
    /// The next piece. A database that fails in the middle breaks the answer off: half a bundle must not look like a whole one.
    async fn piece(mut self) -> Result<Option<(Bytes, Self)>, bartizan_store::Error> {
        if !self.more {
            return Ok(None);
        }
        let filter = Filter { after: self.after, ..Filter::default() };
        let page = self.store.objects(self.id, &self.readable, &filter, AT_ONCE, BYTES).await?;
        let begun = self.after.is_some();
        let mut text = self.head.take().unwrap_or_default();
        for (i, object) in page.items.iter().enumerate() {
            text.push_str(if begun || i > 0 { "," } else { "" });
            text.push_str(&object.body);
        }
        self.after = page.items.last().map(|o| o.added).or(self.after);
        self.more = page.more && !page.items.is_empty();
        text.push_str(if self.more { "" } else { "]}" });
        Ok(Some((Bytes::from(text), self)))
    }
}
