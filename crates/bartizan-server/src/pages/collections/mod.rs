//! Collections: what is shared with whom.

mod closing;
mod grants;

use axum::Form;
use axum::extract::{Path, RawQuery, State};
use axum::http::{HeaderMap, Uri};
use axum::response::{IntoResponse, Redirect, Response};
use bartizan_clearinghouse::access::{Thing, Verb};
use bartizan_clearinghouse::pap::Pap;
use bartizan_clearinghouse::time;
use bartizan_stix::Tlp;
use bartizan_store::{CollectionEntry, Filter, NewCollection};
use bartizan_workbench::{Choice, Collection, CollectionLine, Collections, Grant, Moment, ObjectLine, Taken};
use serde::Deserialize;

use super::home::count;
use super::html;
use super::stop::Stop;
use super::visit::Visit;
use crate::app::App;
use crate::taxii::ROOT;

pub(super) use closing::{close, open};
pub(super) use grants::{grant, public, take_away};

/// Objects on a page.
const PAGE: usize = 50;
/// Bytes of objects on a page.
const BYTES: usize = 4 << 20;

/// What a collection can be taken along as: label and name of the file.
pub(super) const EXPORTS: [(&str, &str); 5] = [
    ("STIX 2.1", "bundle.json"),
    ("CSV", "objects.csv"),
    ("MISP manifest", "manifest.json"),
    ("Atom", "feed.atom"),
    ("RSS", "feed.rss"),
];

#[derive(Deserialize)]
pub(super) struct New {
    #[serde(default)]
    csrf: String,
    title: String,
    #[serde(default)]
    description: String,
    #[serde(default)]
    marking: String,
}

/// `GET /collections`
pub(super) async fn list(State(app): State<App>, headers: HeaderMap, uri: Uri) -> Result<Response, Stop> {
    let visit = Visit::new(&app, &headers, &uri).await?;
    let mut lines = Vec::new();
    for entry in visit.directory.collections.values() {
        if !visit.may(Verb::List, &Thing::Collection(&entry.access)) {
            continue;
        }
        let readable = readable(&visit, entry);
        let objects =
            app.store.count_objects(entry.access.id, &readable).await.map_err(|e| visit.stop(&e))?;
        lines.push(CollectionLine {
            uuid: entry.uuid.clone(),
            title: entry.title.clone(),
            description: entry.description.clone(),
            owner: visit.organisation(entry.access.owner),
            objects: count(objects),
            newest: None,
            marking: entry.marking,
            may_write: visit.may(Verb::Add, &Thing::Collection(&entry.access)),
        });
    }
    let own = visit.principal.organisation.map(Thing::Library);
    let may_add = own.is_some_and(|thing| visit.may(Verb::Manage, &thing));
    let closed = closing::closed(&app, &visit).await?;
    Ok(html(Collections { shell: visit.shell, collections: lines, may_add, closed }.render()))
}

/// `POST /collections`
pub(super) async fn add(
    State(app): State<App>,
    headers: HeaderMap,
    uri: Uri,
    Form(new): Form<New>,
) -> Result<Response, Stop> {
    let visit = Visit::acting(&app, &headers, &uri, Some(&new.csrf)).await?;
    let Some(owner) = visit.principal.organisation else { return Err(Stop::Go("/sign-in".into())) };
    visit.must(Verb::Manage, &Thing::Library(owner), "Only a coordinator makes collections.")?;
    let uuid = app.uuid();
    let made = NewCollection {
        uuid: &uuid,
        alias: None,
        owner,
        title: &new.title,
        description: &new.description,
        marking: Tlp::parse(&new.marking).unwrap_or(Tlp::Amber),
        public: false,
    };
    app.store.add_collection(&visit.by(), &made).await.map_err(|e| visit.stop(&e))?;
    Ok(Redirect::to(&format!("/collections/{uuid}")).into_response())
}

/// `GET /collections/{uuid}`
pub(super) async fn one(
    State(app): State<App>,
    Path(uuid): Path<String>,
    RawQuery(query): RawQuery,
    headers: HeaderMap,
    uri: Uri,
) -> Result<Response, Stop> {
    let visit = Visit::new(&app, &headers, &uri).await?;
    show(app, visit, &uuid, query.as_deref().unwrap_or_default(), None).await
}

/// The page; `taken` is what became of a file that was just added.
pub(super) async fn show(
    app: App,
    visit: Visit,
    uuid: &str,
    query: &str,
    taken: Option<Taken>,
) -> Result<Response, Stop> {
    let entry = find(&visit, uuid)?;
    visit.must(Verb::List, &Thing::Collection(&entry.access), "")?;
    let (mut chosen, mut after, mut pap) = (String::new(), None, None);
    for (name, value) in form_urlencoded::parse(query.as_bytes()) {
        match name.as_ref() {
            "type" => chosen = value.into_owned(),
            "after" => after = value.parse().ok(),
            "pap" => pap = Pap::ALL.into_iter().find(|pap| pap.as_str() == value),
            _ => {}
        }
    }
    let readable = readable(&visit, &entry);
    let id = entry.access.id;
    let types = app.store.count_types(id, &readable).await.map_err(|e| visit.stop(&e))?;
    let filter = Filter {
        after,
        types: if chosen.is_empty() { Vec::new() } else { vec![chosen.clone()] },
        paps: pap.into_iter().collect(),
        ..Filter::default()
    };
    let page =
        app.store.kept_objects(id, &readable, &filter, PAGE, BYTES).await.map_err(|e| visit.stop(&e))?;
    let next = page.more.then(|| page.items.last().map(|o| o.added.to_string())).flatten();
    let objects: Vec<ObjectLine> = page.items.iter().map(|o| line(&visit, &entry, o)).collect();
    let mut shell = visit.shell.clone();
    shell.marking = objects.iter().map(|o| o.marking).max().unwrap_or(shell.marking);
    let manages = visit.may(Verb::Manage, &Thing::Collection(&entry.access));
    let members = entry.access.members.iter().map(|(id, rights)| Grant {
        value: format!("organisation:{}", id.0),
        name: visit.organisation(*id),
        read: rights.read,
        write: rights.write,
        // Nor can what only a group gives.
        fixed: *id == entry.access.owner || !entry.direct.contains(id),
    });
    // Who else is in a collection is for those who are in it themselves, or run it.
    let inside = visit.principal.organisation.is_some_and(|o| entry.access.members.contains_key(&o));
    // A group is known to its members and who runs it.
    let sees =
        |id| visit.directory.groups.get(&id).filter(|g| visit.may(Verb::List, &Thing::Group(&g.group)));
    let groups = entry.groups.iter().filter_map(|(id, rights)| {
        let group = sees(*id)?;
        let members: Vec<String> = group.group.members.iter().map(|o| visit.organisation(*o)).collect();
        Some(Grant {
            value: format!("group:{}", id.0),
            name: format!("{} ({})", group.name, members.join(", ")),
            read: rights.read,
            write: rights.write,
            fixed: false,
        })
    });
    let grants: Vec<Grant> = if inside || manages { members.chain(groups).collect() } else { Vec::new() };
    let others = visit.directory.organisations.values().filter(|o| manages && !o.closed).map(|o| Choice {
        value: format!("organisation:{}", o.id.0),
        label: o.name.clone(),
        chosen: false,
    });
    let groups = visit.directory.groups.values().filter(|g| manages && sees(g.group.id).is_some());
    let others = others.chain(groups.map(|g| Choice {
        value: format!("group:{}", g.group.id.0),
        label: format!("group {}", g.name),
        chosen: false,
    }));
    // What stands on each export is the strictest of what is in it.
    let strictest = app.store.strictest(id, &readable).await.map_err(|e| visit.stop(&e))?;
    let sharing = super::sharing::sharing(&app, &visit, &entry, &readable, pap, taken).await?;
    let base = app.config.public_url.clone().unwrap_or_default();
    let page = Collection {
        uuid: entry.uuid.clone(),
        title: entry.title.clone(),
        description: entry.description.clone(),
        owner: visit.organisation(entry.access.owner),
        marking: strictest.unwrap_or(entry.marking),
        taxii: format!("{base}{ROOT}collections/{}/", entry.uuid),
        exports: EXPORTS
            .iter()
            .map(|(label, file)| ((*label).to_owned(), format!("/collections/{}/export/{file}", entry.uuid)))
            .collect(),
        grants,
        public: entry.access.public,
        may_manage: manages,
        others: others.collect(),
        types: types.into_iter().map(|(kind, n)| (kind, count(n))).collect(),
        chosen,
        objects,
        next,
        may_write: visit.may(Verb::Add, &Thing::Collection(&entry.access)),
        sharing,
        shell,
    };
    Ok(html(page.render()))
}

/// The collection, if the visitor runs it.
fn managed(visit: &Visit, address: &str) -> Result<CollectionEntry, Stop> {
    let entry = find(visit, address)?;
    visit.must(
        Verb::Manage,
        &Thing::Collection(&entry.access),
        "Only a coordinator of its owner shares it.",
    )?;
    Ok(entry)
}

fn find(visit: &Visit, address: &str) -> Result<CollectionEntry, Stop> {
    let entry = visit.directory.collection(address).cloned();
    let entry = entry.ok_or_else(|| Stop::not_found(visit.shell.clone()))?;
    if visit.may(Verb::List, &Thing::Collection(&entry.access)) {
        return Ok(entry);
    }
    Err(Stop::not_found(visit.shell.clone()))
}

fn readable(visit: &Visit, entry: &CollectionEntry) -> Vec<i64> {
    visit.directory.readable(&visit.principal, Some(entry.access.id), visit.now())
}

fn line(visit: &Visit, entry: &CollectionEntry, stored: &bartizan_store::Kept) -> ObjectLine {
    let object: serde_json::Value = serde_json::from_str(&stored.body).unwrap_or_default();
    let text = |name: &str| object[name].as_str().unwrap_or_default();
    let audience = visit.directory.audiences.get(&stored.audience);
    let now = visit.now();
    let version = ["modified", "created"].into_iter().find_map(|name| time::parse(text(name)));
    ObjectLine {
        id: text("id").to_owned(),
        kind: text("type").to_owned(),
        name: crate::object::shown(&object),
        version: Moment(version.unwrap_or(stored.added)),
        added: Moment(stored.added),
        marking: audience.map_or(Tlp::Red, |a| a.marking),
        pap: stored.pap.map(|pap| pap.as_str().to_owned()).unwrap_or_default(),
        embargo: audience.and_then(|a| a.embargo).filter(|until| *until > now).map(Moment),
        href: super::objects::address(&entry.uuid, text("id")),
    }
}
