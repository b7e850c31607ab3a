//! Objects of a collection: in pages, and all as one bundle.

use axum::extract::{RawQuery, State};
use axum::http::{HeaderMap, StatusCode};
use axum::response::Response;
use bartizan_clearinghouse::access::Verb;
use bartizan_clearinghouse::pap::Pap;
use schemars::JsonSchema;
use serde::Serialize;
use serde_json::{Map, Value, json};

use super::ask::{Asker, Place, Query};
use super::collections::find;
use super::endpoint::{Endpoint, Tags};
use super::paging;
use super::problem::Problem;
use super::tagged;
use crate::app::App;
use crate::sharing::export::{Form, export};
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
    let path = "/collections/{id}/bundle.json";
    vec![
        filters(objects)
            .with(
                "pap",
                "With this PAP label.",
                json!({ "type": "string", "enum": Pap::ALL.map(Pap::as_str) }),
            )
            .gives::<Objects>(),
        Endpoint::get(path, "exportBundle", "All objects you may read, as one STIX bundle.", bundle)
            .gives_bytes("application/stix+json")
            .tags(Tags::Given),
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
    query.only(&[&FILTERS[..], &["pap"]].concat())?;
    let limit = paging::limit(&query)?;
    let mut directory = asker.directory.clone();
    let mut turn = 0;
    loop {
        let entry = find(&asker, &directory, &address, Verb::Read)?;
        let wanted = Wanted::parse(raw.as_deref().unwrap_or_default(), &entry.uuid, paging::MOST);
        let mut wanted = wanted.map_err(|e| Problem::bad(e.description()))?;
        if let Some(text) = query.one("pap")? {
            let pap = Pap::ALL.into_iter().find(|pap| pap.as_str() == text);
            let pap = pap.ok_or_else(|| Problem::bad("pap is a label such as PAP:AMBER."))?;
            wanted.filter.paps.push(pap);
        }
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
async fn bundle(
    State(app): State<App>,
    asker: Asker,
    Place(address): Place<String>,
    query: Query,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    query.only(&[])?;
    Ok(export(&app, &asker.acting(), &address, Form::Bundle, &headers).await?)
}
