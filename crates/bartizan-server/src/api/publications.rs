//! How far a report goes: its marking, and the collections it was published to.

use axum::extract::State;
use axum::http::{HeaderMap, StatusCode};
use axum::response::Response;
use bartizan_clearinghouse::access::{Thing, Verb};
use bartizan_clearinghouse::pap::Pap;
use bartizan_clearinghouse::time;
use bartizan_store::Publication as Kept;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::ask::{Asker, Body, Place, Query};
use super::endpoint::{Endpoint, Tags};
use super::once::{Made, Once};
use super::problem::Problem;
use super::reports::{Report, find, shape};
use super::shapes::{Items, Marking, Named, PapName};
use super::{ROOT, tagged};
use crate::app::App;
use crate::sharing::{embargo, marking, publish};

pub(super) fn list() -> Vec<Endpoint> {
    let path = "/reports/{id}/publications";
    vec![
        Endpoint::patch(
            "/reports/{id}",
            "markReport",
            "Marks a report anew: more strictly whoever writes, less a reviewer or coordinator, with a reason.",
            mark,
        )
        .takes::<NewMarking>()
        .gives::<Report>()
        .tags(Tags::Wanted),
        Endpoint::get(path, "listPublications", "Where its copies are. A new marking does not reach them.", all)
            .gives::<Items<Publication>>(),
        Endpoint::post(path, "publish", "Publishes what its review left to a collection.", add)
            .takes::<NewPublication>()
            .gives::<Published>()
            .once(),
    ]
}

#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct NewMarking {
    marking: Marking,
    /// What may be done with it; left out: as before; null: no label.
    #[serde(default, deserialize_with = "given")]
    #[schemars(with = "Option<PapName>")]
    pap: Option<Option<PapName>>,
    /// Why; needed where it goes further.
    #[serde(default)]
    #[schemars(length(max = 500))]
    reason: String,
}

/// Tells null from what is left out.
fn given<'de, D: serde::Deserializer<'de>>(from: D) -> Result<Option<Option<PapName>>, D::Error> {
    Option::deserialize(from).map(Some)
}

#[derive(Serialize, JsonSchema)]
struct Publication {
    collection: Named,
    #[schemars(extend("format" = "date-time"))]
    at: String,
    by: Option<Named>,
    objects: i64,
    /// What the copy was marked with; null if that was not kept.
    marking: Option<Marking>,
    /// Until when only its owner reads the copy.
    #[schemars(extend("format" = "date-time"))]
    embargo: Option<String>,
}

#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct NewPublication {
    /// The collection, by identifier or alias.
    #[schemars(length(min = 1))]
    collection: String,
    /// Until when only your organisation reads it.
    #[serde(default)]
    #[schemars(extend("format" = "date-time"))]
    embargo: Option<String>,
    /// Whether claims that nobody has decided about are left out.
    #[serde(default)]
    accepted_only: bool,
}

#[derive(Serialize, JsonSchema)]
struct Published {
    objects: i64,
    /// How many of them were not there before.
    new: i64,
}

/// `PATCH /reports/{id}`
async fn mark(
    State(app): State<App>,
    mut asker: Asker,
    Place(id): Place<String>,
    query: Query,
    headers: HeaderMap,
    body: Body<NewMarking>,
) -> Result<Response, Problem> {
    query.only(&[])?;
    let report = find(&app, &asker, &id).await?;
    tagged::guard(&headers, &tagged::tag(&shape(&asker, &report)))?;
    let new = body.value;
    let pap = new.pap.map_or(report.pap, |pap| pap.map(Pap::from));
    let reads = marking::mark(&app, &asker.acting(), &report, new.marking.into(), pap, &new.reason).await?;
    asker.directory = app.store.fresh().await?;
    // Who marked it for its author alone reads it no more; they know what they did.
    let told = match reads {
        true => shape(&asker, &find(&app, &asker, &id).await?),
        false => shape(&asker, &report).marked(new.marking, pap.map(PapName::from)),
    };
    Ok(tagged::with(tagged::json(StatusCode::OK, &told), &tagged::tag(&told)))
}

/// `GET /reports/{id}/publications`
async fn all(
    State(app): State<App>,
    asker: Asker,
    Place(id): Place<String>,
    query: Query,
) -> Result<Response, Problem> {
    query.only(&[])?;
    let report = find(&app, &asker, &id).await?;
    let places = app.store.publications(report.id).await?;
    let items = places.iter().filter_map(|place| told(&asker, place)).collect();
    Ok(tagged::json(StatusCode::OK, &Items { items, next: None }))
}

/// A publication, if the asker knows of the collection.
fn told(asker: &Asker, place: &Kept) -> Option<Publication> {
    let entry = asker.directory.collections.get(&place.collection)?;
    asker.may(Verb::List, &Thing::Collection(&entry.access)).then(|| Publication {
        collection: Named { id: entry.uuid.clone(), name: entry.title.clone() },
        at: time::text(place.at),
        by: asker.person(place.person),
        objects: place.objects,
        marking: place.marking.map(Marking::from),
        embargo: place.embargo.map(time::text),
    })
}

/// `POST /reports/{id}/publications`
async fn add(
    State(app): State<App>,
    asker: Asker,
    once: Once,
    Place(id): Place<String>,
    query: Query,
    body: Body<NewPublication>,
) -> Result<Response, Problem> {
    query.only(&[])?;
    let report = find(&app, &asker, &id).await?;
    let until = match body.value.embargo.as_deref() {
        Some("") => return Err(Problem::unprocessable("embargo is an RFC 3339 time.")),
        Some(text) => embargo::until(text, asker.now)?,
        None => None,
    };
    let work = async |_: String| {
        let wish = publish::Wish {
            collection: &body.value.collection,
            embargo: until,
            accepted: body.value.accepted_only,
        };
        let (objects, new) = publish::publish(&app, &asker.acting(), &report, wish).await?;
        let place = format!("{ROOT}/reports/{}/publications", report.uuid);
        Ok(Made::new(StatusCode::CREATED, place, &Published { objects, new }))
    };
    let still = async |_: String| {
        publish::may(&asker.acting(), &report, &body.value.collection)?;
        Ok(None)
    };
    once.run(&app, &asker, &body.digest, still, work).await
}
