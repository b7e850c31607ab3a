//! Collections taken along: STIX bundle, table, news feeds, MISP feed. Each is made of what the asker reads and of nothing else.

use std::collections::VecDeque;
use std::sync::{Arc, Mutex, PoisonError};

use axum::body::{Body, Bytes};
use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use bartizan_clearinghouse::access::{CollectionId, Thing, Verb};
use bartizan_clearinghouse::feed::{StixObject, misp, syndication, table};
use bartizan_clearinghouse::pap::Pap;
use bartizan_clearinghouse::token;
use bartizan_stix::Id;
use bartizan_store::{CollectionEntry, Filter, Kept, Store};
use futures_util::stream;
use jiff::Timestamp;
use jiff::fmt::rfc2822;
use serde_json::{Value, json};

use super::{Acting, Wrong};
use crate::app::App;
use crate::taxii::ROOT;

/// The most bytes of objects that are put in order in memory.
const MOST: usize = 64 << 20;
/// Objects, and bytes of them, that are read at once.
const AT_ONCE: usize = 1000;
const BYTES: usize = 8 << 20;
/// Entries of a news feed.
const ENTRIES: usize = 200;
/// MISP feeds that are kept: a client asks for one file after the other.
const FEEDS: usize = 4;

/// What is taken along.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Form<'a> {
    /// STIX 2.1.
    Bundle,
    /// A table of indicators and observables.
    Table,
    /// News: RFC 4287.
    Atom,
    /// News: RSS 2.0.
    Rss,
    /// A file of a MISP feed: `manifest.json`, `hashes.csv`, or an event's.
    Misp(&'a str),
}

/// The latest MISP feeds, by what they are made of.
#[derive(Default)]
pub(crate) struct Feeds(Mutex<VecDeque<(String, Arc<misp::Files>)>>);

/// An answer with what the form says, or 304 if the asker has it.
pub(crate) async fn export(
    app: &App,
    acting: &Acting<'_>,
    address: &str,
    form: Form<'_>,
    headers: &HeaderMap,
) -> Result<Response, Wrong> {
    let entry = acting.collection(address)?;
    acting.must(Verb::Read, &Thing::Collection(&entry.access), "You may not read this collection.")?;
    let readable = acting.reads(entry);
    let Extent { state, newest } = extent(app, entry, &readable).await?;
    let tag = tag(&state, &format!("{form:?}"));
    if has(headers, &tag) {
        return Ok(dated(StatusCode::NOT_MODIFIED.into_response(), &tag, newest));
    }
    let (media, name, body) = match form {
        Form::Bundle => {
            let id = Id::derived("bundle", &[&state]);
            let body = bundle(app.store.clone(), entry.access.id, readable, id.as_str());
            ("application/stix+json;version=2.1", "bundle.json", body)
        }
        Form::Table => {
            let objects = objects(app, entry, &readable).await?;
            ("text/csv; charset=utf-8", "objects.csv", Body::from(table::csv(&objects)))
        }
        Form::Atom | Form::Rss => {
            let objects = objects(app, entry, &readable).await?;
            let (media, name, text) = news(app, acting, entry, &objects, form);
            (media, name, Body::from(text))
        }
        Form::Misp(file) => {
            let files = misp_feed(app, acting, entry, &readable, &state).await?;
            let (media, bytes) = match file {
                "manifest.json" => ("application/json", Some(&files.manifest)),
                "hashes.csv" => ("text/csv; charset=utf-8", Some(&files.hashes)),
                event => {
                    ("application/json", event.strip_suffix(".json").and_then(|uuid| files.events.get(uuid)))
                }
            };
            let bytes = bytes.ok_or(Wrong::NotThere)?.clone();
            (media, "", Body::from(bytes))
        }
    };
    // Who took what: a feed is asked for over and over, and its parts are one.
    if !matches!(form, Form::Misp(file) if file != "manifest.json") {
        let thing = format!("collection/{}", entry.uuid);
        app.store.note(&acting.by(), "collection.export", &thing, "{}").await?;
    }
    let mut response = dated(body.into_response(), &tag, newest);
    response.headers_mut().insert(header::CONTENT_TYPE, HeaderValue::from_static(media));
    if let (false, Ok(value)) =
        (name.is_empty(), HeaderValue::from_str(&format!("attachment; filename=\"{name}\"")))
    {
        response.headers_mut().insert(header::CONTENT_DISPOSITION, value);
    }
    Ok(response)
}

/// What is there for somebody.
pub(crate) struct Extent {
    /// What entity tags are made of: what can be read, and how much of it is there. Nothing that somebody else reads moves it.
    pub(crate) state: String,
    /// When the newest was added, microseconds.
    pub(crate) newest: i64,
}

pub(crate) async fn extent(app: &App, entry: &CollectionEntry, readable: &[i64]) -> Result<Extent, Wrong> {
    let (count, newest) = app.store.extent(entry.access.id, readable).await?;
    let state = format!("{} {readable:?} {count} {newest} {}", entry.uuid, entry.title);
    Ok(Extent { state: token::digest(&state), newest })
}

/// The tag of one form of it.
pub(crate) fn tag(state: &str, form: &str) -> String {
    format!("\"{}\"", &token::digest(&format!("{state} {form}"))[..32])
}

/// Whether the asker has it. Taking back moves no time, so only a tag counts, and `If-Modified-Since` is not looked at.
pub(crate) fn has(headers: &HeaderMap, tag: &str) -> bool {
    let text = headers.get(header::IF_NONE_MATCH).and_then(|value| value.to_str().ok()).unwrap_or_default();
    text.split(',').map(str::trim).any(|t| t == "*" || t.trim_start_matches("W/") == tag)
}

pub(crate) fn dated(mut response: Response, tag: &str, newest: i64) -> Response {
    let time = Timestamp::from_microsecond(newest.max(0)).unwrap_or_default();
    let time = rfc2822::DateTimePrinter::new().timestamp_to_rfc9110_string(&time);
    let headers = response.headers_mut();
    for (name, value) in [(header::ETAG, Some(tag.to_owned())), (header::LAST_MODIFIED, time.ok())] {
        if let Some(value) = value.and_then(|value| HeaderValue::from_str(&value).ok()) {
            headers.insert(name, value);
        }
    }
    // Kept by who asked and by nobody in between, and asked about each time.
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("private, no-cache"));
    response
}

/// All readable objects, newest versions, within bounds.
async fn objects(app: &App, entry: &CollectionEntry, readable: &[i64]) -> Result<Vec<StixObject>, Wrong> {
    let (mut objects, mut size): (Vec<StixObject>, usize) = (Vec::new(), 0);
    let mut filter = Filter::default();
    loop {
        let page = app.store.kept_objects(entry.access.id, readable, &filter, AT_ONCE, BYTES).await?;
        size += page.items.iter().map(|o| o.body.len()).sum::<usize>();
        if size > MOST {
            let text = "This collection is too large for one file of this kind. Take the bundle, or TAXII.";
            return Err(Wrong::Unfit(text.into()));
        }
        objects.extend(page.items.iter().filter_map(labelled));
        match page.items.last().filter(|_| page.more) {
            Some(last) => filter.after = Some(last.added),
            None => return Ok(objects),
        }
    }
}

/// An object with its PAP label as MISP has it, for forms that know no marking definitions.
fn labelled(kept: &Kept) -> Option<StixObject> {
    let mut object: StixObject = serde_json::from_str(&kept.body).ok()?;
    if let Some(pap) = kept.pap {
        let labels = object.entry("labels").or_insert_with(|| json!([]));
        let said = |label: &Value| label.as_str().and_then(Pap::parse) == Some(pap);
        if let Some(labels) = labels.as_array_mut().filter(|labels| !labels.iter().any(said)) {
            labels.push(json!(pap.as_str()));
        }
    }
    Some(object)
}

fn news(
    app: &App,
    acting: &Acting<'_>,
    entry: &CollectionEntry,
    objects: &[StixObject],
    form: Form<'_>,
) -> (&'static str, &'static str, String) {
    let base = app.config.public_url.clone().unwrap_or_else(|| format!("http://{}", app.config.listen));
    let page = |id: &str| Some(format!("{base}{ROOT}collections/{}/objects/{id}/", entry.uuid));
    let id = format!("urn:uuid:{}", entry.uuid);
    let mut feed = syndication::collection(&id, &entry.title, objects, ENTRIES, page);
    feed.link = Some(format!("{base}/collections/{}", entry.uuid));
    let own = |name: &str| format!("{base}/api/v1/collections/{}/{name}", entry.uuid);
    let author = acting.directory.organisations.get(&entry.access.owner).map_or("", |o| o.name.as_str());
    match form {
        Form::Rss => ("application/rss+xml; charset=utf-8", "", syndication::rss(&feed, &own("feed.rss"))),
        _ => ("application/atom+xml; charset=utf-8", "", syndication::atom(&feed, &own("feed.atom"), author)),
    }
}

async fn misp_feed(
    app: &App,
    acting: &Acting<'_>,
    entry: &CollectionEntry,
    readable: &[i64],
    state: &str,
) -> Result<Arc<misp::Files>, Wrong> {
    let lock = || app.feeds.0.lock().unwrap_or_else(PoisonError::into_inner);
    if let Some((_, files)) = lock().iter().find(|(of, _)| of == state) {
        return Ok(Arc::clone(files));
    }
    let objects = objects(app, entry, readable).await?;
    let owner = acting.directory.organisations.get(&entry.access.owner).ok_or(Wrong::NotThere)?;
    let publisher = misp::Publisher {
        name: owner.name.clone(),
        uuid: owner.uuid.clone(),
        collection: entry.title.clone(),
        collection_id: entry.uuid.clone(),
    };
    let made = tokio::task::spawn_blocking(move || misp::feed(&objects, &publisher).0).await;
    let files = Arc::new(made.map_err(|_| Wrong::Unfit("The feed could not be written.".into()))?);
    let mut kept = lock();
    kept.push_front((state.to_owned(), Arc::clone(&files)));
    kept.truncate(FEEDS);
    Ok(files)
}

/// A bundle, written as it is read, so that its size is not a matter of memory.
pub(crate) fn bundle(store: Store, id: CollectionId, readable: Vec<i64>, bundle: &str) -> Body {
    let head = format!("{{\"type\":\"bundle\",\"id\":\"{bundle}\",\"objects\":[");
    let begin = Pieces { store, id, readable, head: Some(head), after: None, more: true };
    Body::from_stream(stream::try_unfold(begin, Pieces::next))
}

/// A bundle under way.
struct Pieces {
    store: Store,
    id: CollectionId,
    readable: Vec<i64>,
    /// What stands before the first object, while that has not gone out.
    head: Option<String>,
    after: Option<i64>,
    more: bool,
}

impl Pieces {
    /// The next piece. A database that fails in the middle breaks the answer off: half a bundle must not look like a whole one.
    async fn next(mut self) -> Result<Option<(Bytes, Self)>, bartizan_store::Error> {
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
