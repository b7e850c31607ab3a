//! Finding objects of collections.

use axum::extract::{RawQuery, State};
use axum::http::{HeaderMap, Uri};
use axum::response::Response;
use bartizan_clearinghouse::access::{CollectionId, Thing, Verb};
use bartizan_store::ObjectQuestion;
use bartizan_workbench::{Choice, Moment, ObjectHit, Objects};

use super::html;
use super::stop::Stop;
use super::visit::Visit;
use crate::app::App;
use crate::object;

/// Objects on a page.
const PAGE: usize = 25;
/// Types to choose from: those of STIX 2.1 that people look for (chapters 4 and 6).
const KINDS: [&str; 24] = [
    "attack-pattern",
    "campaign",
    "course-of-action",
    "domain-name",
    "email-addr",
    "email-message",
    "file",
    "identity",
    "incident",
    "indicator",
    "infrastructure",
    "intrusion-set",
    "ipv4-addr",
    "ipv6-addr",
    "location",
    "malware",
    "note",
    "observed-data",
    "relationship",
    "report",
    "threat-actor",
    "tool",
    "url",
    "vulnerability",
];

/// `GET /objects`
pub(super) async fn show(
    State(app): State<App>,
    RawQuery(query): RawQuery,
    headers: HeaderMap,
    uri: Uri,
) -> Result<Response, Stop> {
    let mut visit = Visit::new(&app, &headers, &uri).await?;
    let (mut words, mut kind, mut place, mut before) = (String::new(), String::new(), String::new(), None);
    for (name, value) in form_urlencoded::parse(query.unwrap_or_default().as_bytes()) {
        match name.as_ref() {
            "q" => words = value.chars().take(400).collect(),
            "type" => kind = value.chars().take(100).collect(),
            "in" => place = value.into_owned(),
            "after" => before = Some(value.into_owned()),
            _ => {}
        }
    }
    let mut turn = 0;
    let found = loop {
        let (readable, collections) = visit.reads(&place);
        let kinds: Vec<String> = Some(kind.clone()).filter(|k| !k.is_empty()).into_iter().collect();
        let from = before.as_deref().and_then(|cursor| object::place(&visit.directory, cursor));
        let asked = ObjectQuestion { words: &words, kinds: &kinds, collections: &collections, before: from };
        let found = app.store.find_objects(&readable, &asked, PAGE + 1).await.map_err(|e| visit.stop(&e))?;
        turn += 1;
        // What a directory that has moved would not let be read is not shown by it.
        if turn == 5 || app.store.current(&visit.directory).await.map_err(|e| visit.stop(&e))? {
            break found;
        }
        visit = Visit::new(&app, &headers, &uri).await?;
    };
    let more = found.len() > PAGE;
    let next = found.get(PAGE - 1).filter(|_| more).and_then(|hit| object::cursor(&visit.directory, hit));
    let hits: Vec<ObjectHit> = found
        .iter()
        .take(PAGE)
        .filter_map(|hit| {
            let entry = visit.directory.collections.get(&hit.collection)?;
            let body: serde_json::Value = serde_json::from_str(&hit.body).unwrap_or_default();
            Some(ObjectHit {
                id: hit.id.clone(),
                kind: hit.kind.clone(),
                name: object::shown(&body),
                about: object::about(&body, object::ABOUT),
                collection: entry.title.clone(),
                href: address(&entry.uuid, &hit.id),
                added: Moment(hit.added),
                marking: visit.directory.audiences.get(&hit.audience).map_or(entry.marking, |a| a.marking),
            })
        })
        .collect();
    let choice = |value: &str, label: &str, chosen: &str| Choice {
        value: value.to_owned(),
        label: label.to_owned(),
        chosen: value == chosen,
    };
    let mut kinds = vec![choice("", "any", &kind)];
    kinds.extend(KINDS.iter().map(|each| choice(each, each, &kind)));
    if !kind.is_empty() && !KINDS.contains(&kind.as_str()) {
        kinds.push(choice(&kind, &kind, &kind));
    }
    let mut collections = vec![choice("", "all", &place)];
    let read =
        visit.directory.collections.values().filter(|c| visit.may(Verb::Read, &Thing::Collection(&c.access)));
    collections.extend(read.map(|c| choice(&c.uuid, &c.title, &place)));
    let mut shell = visit.shell;
    shell.marking = hits.iter().map(|hit| hit.marking).max().unwrap_or(shell.marking);
    let page = Objects { shell, q: words, kinds, collections, hits, next, is_later: before.is_some() };
    Ok(html(page.render()))
}

/// The page of an object.
pub(super) fn address(collection: &str, id: &str) -> String {
    let id: String = form_urlencoded::byte_serialize(id.as_bytes()).collect();
    format!("/collections/{collection}/objects/{id}")
}

impl Visit {
    /// The audiences that the visitor reads in the collections they read, and these; in one of them, if it is named.
    pub(super) fn reads(&self, named: &str) -> (Vec<i64>, Vec<CollectionId>) {
        let chosen = self.directory.collections.values().filter(|c| named.is_empty() || c.uuid == named);
        let read = chosen.filter(|c| self.may(Verb::Read, &Thing::Collection(&c.access)));
        let ids: Vec<CollectionId> = read.map(|c| c.access.id).collect();
        let readable =
            ids.iter().flat_map(|id| self.directory.readable(&self.principal, Some(*id), self.now()));
        (readable.collect(), ids)
    }
}
