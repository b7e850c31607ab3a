//! Organisations of the node.

use axum::extract::State;
use axum::http::{HeaderMap, StatusCode};
use axum::response::Response;
use bartizan_clearinghouse::access::{Thing, Verb};
use bartizan_store::{Directory, OrganisationEntry};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::ask::{Asker, Body, Place, Query};
use super::endpoint::{Endpoint, Tags};
use super::once::{Made, Once, asked};
use super::paging::Paging;
use super::problem::Problem;
use super::shapes::{Items, LINE};
use super::{ROOT, tagged};
use crate::app::App;

pub(super) fn list() -> Vec<Endpoint> {
    vec![
        Endpoint::get("/organisations", "listOrganisations", "Who is on the node.", all)
            .paged()
            .gives::<Items<Organisation>>(),
        Endpoint::post("/organisations", "addOrganisation", "Makes an organisation (administrators).", add)
            .takes::<NewOrganisation>()
            .gives::<Organisation>()
            .once(),
        Endpoint::get("/organisations/{id}", "getOrganisation", "One organisation.", one)
            .gives::<Organisation>()
            .tags(Tags::Given),
    ]
}

#[derive(Serialize, JsonSchema)]
struct Organisation {
    id: String,
    name: String,
    /// Identifier of the organisation whose client it is: TLP:AMBER reaches clients.
    client_of: Option<String>,
    /// None of its people gets in.
    closed: bool,
}

#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct NewOrganisation {
    #[schemars(length(min = 1, max = 200), regex(pattern = LINE))]
    name: String,
    /// Identifier of the organisation whose client it is.
    #[serde(default)]
    client_of: Option<String>,
}

fn shape(directory: &Directory, entry: &OrganisationEntry) -> Organisation {
    let of = entry.client_of.and_then(|id| directory.organisations.get(&id));
    Organisation {
        id: entry.uuid.clone(),
        name: entry.name.clone(),
        client_of: of.map(|o| o.uuid.clone()),
        closed: entry.closed,
    }
}

/// An organisation by its identifier.
pub(super) fn find<'d>(directory: &'d Directory, id: &str) -> Option<&'d OrganisationEntry> {
    directory.organisations.values().find(|o| o.uuid == id)
}

/// `GET /organisations`
async fn all(State(_): State<App>, asker: Asker, query: Query) -> Result<Response, Problem> {
    query.only(&["limit", "next"])?;
    asker.reads()?;
    let paging = Paging::new(&query, "organisations")?;
    let seen = asker.directory.organisations.values();
    let seen = seen.filter(|o| asker.may(Verb::List, &Thing::Organisation(o.id)));
    let page = paging.cut(seen, |o| o.id.0, |o| shape(&asker.directory, o));
    Ok(tagged::json(StatusCode::OK, &page))
}

/// `GET /organisations/{id}`
async fn one(
    State(_): State<App>,
    asker: Asker,
    Place(id): Place<String>,
    query: Query,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    query.only(&[])?;
    let entry = find(&asker.directory, &id).ok_or_else(Problem::not_found)?;
    asker.must(Verb::Read, &Thing::Organisation(entry.id), "This token is not for reading.")?;
    Ok(tagged::single(&headers, &shape(&asker.directory, entry)))
}

/// `POST /organisations`
async fn add(
    State(app): State<App>,
    asker: Asker,
    once: Once,
    query: Query,
    body: Body<NewOrganisation>,
) -> Result<Response, Problem> {
    query.only(&[])?;
    asker.must(Verb::Manage, &Thing::Node, "Only an administrator makes organisations.")?;
    let new = body.value;
    let unknown = || Problem::unprocessable("client_of is no organisation of this node.");
    let of = new.client_of.as_deref();
    let of = of.map(|id| find(&asker.directory, id).map(|o| o.id).ok_or_else(unknown)).transpose()?;
    let work = async |id: String| {
        if find(&asker.directory, &id).is_none() {
            let made = app.store.add_organisation(&asker.by(), &id, &new.name, of).await;
            made.map_err(Problem::input)?;
        }
        let directory = app.store.fresh().await?;
        let entry = find(&directory, &id).ok_or_else(Problem::internal)?;
        let place = format!("{ROOT}/organisations/{id}");
        Ok(Made::new(StatusCode::CREATED, place, &shape(&directory, entry)))
    };
    once.run(&app, &asker, &body.digest, asked, work).await
}
