//! Objects of all collections, found by words or values.

use axum::extract::State;
use axum::http::StatusCode;
use axum::response::Response;
use bartizan_clearinghouse::access::{CollectionId, Thing, Verb, decide};
use bartizan_clearinghouse::time;
use bartizan_store::{Directory, Hit, ObjectQuestion};
use schemars::JsonSchema;
use serde::Serialize;
use serde_json::json;

use super::ask::{Asker, Query};
use super::endpoint::Endpoint;
use super::paging;
use super::problem::Problem;
use super::shapes::{Items, Marking, Named};
use super::tagged;
use crate::app::App;
use crate::object;

/// The most characters of a question.
const QUESTION: usize = 400;
/// A directory that moves this often while a page is read is moved on purpose.
const TRIES: u32 = 5;

pub(super) fn list() -> Vec<Endpoint> {
    let text = || json!({ "type": "string", "maxLength": QUESTION });
    let about = "Objects of the collections you read, newest first. Words are found some moments after an object was added.";
    vec![
        Endpoint::get("/objects", "findObjects", about, find)
            .with("q", "All these words; an address, a hash or a number is looked for exactly; `word*` is a beginning.", text())
            .with("type", "Types, separated by commas: alternatives.", text())
            .with("collection", "Identifier or alias of a collection.", text())
            .paged()
            .gives::<Items<FoundObject>>(),
    ]
}

/// An object that was found.
#[derive(Serialize, JsonSchema)]
struct FoundObject {
    /// STIX id.
    id: String,
    #[serde(rename = "type")]
    kind: String,
    /// Name, value or pattern; empty if it has none.
    name: String,
    collection: Named,
    /// When it was added.
    added: String,
    marking: Marking,
}

/// `GET /objects`
async fn find(State(app): State<App>, asker: Asker, query: Query) -> Result<Response, Problem> {
    query.only(&["q", "type", "collection", "limit", "next"])?;
    let limit = paging::limit(&query)?;
    for name in ["q", "type", "collection"] {
        if query.one(name)?.is_some_and(|text| text.chars().count() > QUESTION) {
            return Err(Problem::bad(format!("{name} has at most {QUESTION} characters.")));
        }
    }
    let words = query.one("q")?.unwrap_or_default();
    let kinds = query.one("type")?.unwrap_or_default();
    let kinds: Vec<String> =
        kinds.split(',').filter(|kind| !kind.is_empty()).take(30).map(str::to_owned).collect();
    let place = query.one("collection")?;
    let mut directory = asker.directory.clone();
    let mut turn = 0;
    loop {
        let collections = read(&asker, &directory, place);
        let readable: Vec<i64> = collections
            .iter()
            .flat_map(|id| directory.readable(&asker.principal, Some(*id), asker.now))
            .collect();
        // Newest first: the next page is of what came before the last item.
        let before = match query.one("next")? {
            None => None,
            Some(next) => {
                let known = object::place(&directory, next);
                Some(known.ok_or_else(|| Problem::bad("next is not one that this list gave."))?)
            }
        };
        let asked = ObjectQuestion { words, kinds: &kinds, collections: &collections, before };
        let mut found = app.store.find_objects(&readable, &asked, limit + 1).await?;
        turn += 1;
        if turn < TRIES && !app.store.current(&directory).await? {
            directory = app.store.directory();
            continue;
        }
        let more = found.len() > limit;
        found.truncate(limit);
        let next = found.last().filter(|_| more).and_then(|last| object::cursor(&directory, last));
        let page = Items { items: found.iter().map(|hit| shape(&directory, hit)).collect(), next };
        return Ok(tagged::json(StatusCode::OK, &page));
    }
}

/// The collections that the asker reads, or the one of them that is named.
fn read(asker: &Asker, directory: &Directory, named: Option<&str>) -> Vec<CollectionId> {
    let chosen = named.map(|address| directory.collection(address).map(|c| c.access.id));
    directory
        .collections
        .values()
        .filter(|c| chosen.is_none_or(|id| id == Some(c.access.id)))
        .filter(|c| decide(&asker.principal, Verb::Read, &Thing::Collection(&c.access), asker.now).allowed())
        .map(|c| c.access.id)
        .collect()
}

fn shape(directory: &Directory, hit: &Hit) -> FoundObject {
    let entry = directory.collections.get(&hit.collection);
    let body = serde_json::from_str(&hit.body).unwrap_or_default();
    let marking = directory.audiences.get(&hit.audience).map(|a| a.marking);
    FoundObject {
        id: hit.id.clone(),
        kind: hit.kind.clone(),
        name: object::name(&body),
        collection: entry.map(|c| Named { id: c.uuid.clone(), name: c.title.clone() }).unwrap_or_default(),
        added: time::text(hit.added),
        marking: marking.unwrap_or(bartizan_stix::Tlp::Red).into(),
    }
}
