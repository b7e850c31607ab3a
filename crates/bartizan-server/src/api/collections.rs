//! Collections: what is shared with whom.

use axum::extract::State;
use axum::http::{HeaderMap, StatusCode};
use axum::response::Response;
use bartizan_clearinghouse::access::{Thing, Verb};
use bartizan_store::{CollectionEntry, Directory, NewCollection as Kept};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::ask::{Asker, Body, Place, Query};
use super::endpoint::{Endpoint, Tags};
use super::once::{Made, Once, asked};
use super::paging::Paging;
use super::problem::Problem;
use super::shapes::{Items, LINE, Marking, Named};
use super::{ROOT, tagged};
use crate::app::App;

/// Pattern of a text of several lines.
const TEXT: &str = r"^[^\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f]*$";
/// Longest description, in characters.
const LONGEST: usize = 5000;

pub(super) fn list() -> Vec<Endpoint> {
    vec![
        Endpoint::get("/collections", "listCollections", "Collections you may know of.", all)
            .paged()
            .gives::<Items<Collection>>(),
        Endpoint::post("/collections", "addCollection", "Makes a collection of your organisation.", add)
            .takes::<NewCollection>()
            .gives::<Collection>()
            .once(),
        Endpoint::get("/collections/{id}", "getCollection", "One collection, by identifier or alias.", one)
            .gives::<Collection>()
            .tags(Tags::Given),
    ]
}

#[derive(Serialize, JsonSchema)]
pub(super) struct Collection {
    id: String,
    alias: Option<String>,
    title: String,
    description: String,
    owner: Named,
    /// What an object without a marking counts as.
    marking: Marking,
    /// Anyone may read what is TLP:CLEAR in it.
    public: bool,
    can_read: bool,
    can_write: bool,
    can_manage: bool,
    /// Who else is in it; only for those who are, or who run it.
    grants: Option<Vec<Grant>>,
}

/// What an organisation may do.
#[derive(Serialize, JsonSchema)]
pub(super) struct Grant {
    pub(super) organisation: Named,
    pub(super) read: bool,
    pub(super) write: bool,
}

#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct NewCollection {
    #[schemars(length(min = 1, max = 200), regex(pattern = LINE))]
    title: String,
    #[serde(default)]
    #[schemars(length(max = 5000), regex(pattern = TEXT))]
    description: String,
    /// A short name for addresses.
    #[serde(default)]
    #[schemars(regex(pattern = r"^[a-z0-9-]{2,60}$"))]
    alias: Option<String>,
    marking: Marking,
}

/// As the asker sees it.
pub(super) fn shape(asker: &Asker, entry: &CollectionEntry) -> Collection {
    let thing = Thing::Collection(&entry.access);
    let manages = asker.may(Verb::Manage, &thing);
    let inside = entry.access.members.contains_key(&asker.organisation);
    let grants = entry.access.members.iter().map(|(id, rights)| Grant {
        organisation: asker.organisation(*id),
        read: rights.read,
        write: rights.write,
    });
    Collection {
        id: entry.uuid.clone(),
        alias: entry.alias.clone(),
        title: entry.title.clone(),
        description: entry.description.clone(),
        owner: asker.organisation(entry.access.owner),
        marking: entry.marking.into(),
        public: entry.access.public,
        can_read: asker.may(Verb::Read, &thing),
        can_write: asker.may(Verb::Add, &thing),
        can_manage: manages,
        grants: (inside || manages).then(|| grants.collect()),
    }
}

/// The collection, if the asker may do this with it.
pub(super) fn find<'d>(
    asker: &Asker,
    directory: &'d Directory,
    id: &str,
    verb: Verb,
) -> Result<&'d CollectionEntry, Problem> {
    let entry = directory.collection(id).ok_or_else(Problem::not_found)?;
    let refused = match verb {
        Verb::Manage => "Only a coordinator of its owner shares it, with a token for managing.",
        _ => "You may not read this collection.",
    };
    asker.must(verb, &Thing::Collection(&entry.access), refused)?;
    Ok(entry)
}

/// `GET /collections`
async fn all(State(_): State<App>, asker: Asker, query: Query) -> Result<Response, Problem> {
    query.only(&["limit", "next"])?;
    asker.reads()?;
    let paging = Paging::new(&query, "collections")?;
    let seen = asker.directory.collections.values();
    let seen = seen.filter(|c| asker.may(Verb::List, &Thing::Collection(&c.access)));
    let page = paging.cut(seen, |c| c.access.id.0, |c| shape(&asker, c));
    Ok(tagged::json(StatusCode::OK, &page))
}

/// `GET /collections/{id}`
async fn one(
    State(_): State<App>,
    asker: Asker,
    Place(id): Place<String>,
    query: Query,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    query.only(&[])?;
    let entry = find(&asker, &asker.directory, &id, Verb::List)?;
    Ok(tagged::single(&headers, &shape(&asker, entry)))
}

/// `POST /collections`
async fn add(
    State(app): State<App>,
    asker: Asker,
    once: Once,
    query: Query,
    body: Body<NewCollection>,
) -> Result<Response, Problem> {
    query.only(&[])?;
    let owner = asker.organisation;
    let refused = "Only a coordinator makes collections, with a token for managing.";
    asker.must(Verb::Manage, &Thing::Library(owner), refused)?;
    let new = body.value;
    let odd = |c: char| c.is_control() && !matches!(c, '\n' | '\r' | '\t');
    if new.description.chars().count() > LONGEST || new.description.contains(odd) {
        let text = format!("A description has at most {LONGEST} characters and no control characters.");
        return Err(Problem::unprocessable(text));
    }
    let work = async |id: String| {
        if asker.directory.collection(&id).is_none() {
            let kept = Kept {
                uuid: &id,
                alias: new.alias.as_deref(),
                owner,
                title: &new.title,
                description: &new.description,
                marking: new.marking.into(),
                public: false,
            };
            app.store.add_collection(&asker.by(), &kept).await.map_err(Problem::input)?;
        }
        let directory = app.store.fresh().await?;
        let entry = directory.collection(&id).ok_or_else(Problem::internal)?;
        let place = format!("{ROOT}/collections/{id}");
        Ok(Made::new(StatusCode::CREATED, place, &shape(&asker, entry)))
    };
    once.run(&app, &asker, &body.digest, asked, work).await
}
