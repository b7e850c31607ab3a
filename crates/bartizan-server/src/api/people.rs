//! People of the node.

use axum::extract::State;
use axum::http::{HeaderMap, StatusCode};
use axum::response::Response;
use bartizan_clearinghouse::access::{Member, PersonId, Roles, Thing, Verb};
use bartizan_clearinghouse::token;
use bartizan_store::{Directory, NewPerson as Kept, PersonEntry};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::ask::{Asker, Body, Place, Query};
use super::endpoint::{Endpoint, Tags};
use super::once::{Made, Once, asked};
use super::organisations;
use super::paging::Paging;
use super::problem::Problem;
use super::shapes::{Items, LINE, Named, RoleName, role_names, roles};
use super::{ROOT, tagged};
use crate::app::App;
use crate::auth::hash_password;

/// Pattern of what people sign in with.
const NAME: &str = r"^[^\x00-\x1f\x7f-\x9f\s:]+$";

pub(super) fn list() -> Vec<Endpoint> {
    vec![
        Endpoint::get("/people", "listPeople", "People you may know of.", all)
            .paged()
            .gives::<Items<Person>>(),
        Endpoint::post("/people", "addPerson", "Makes a person; the password is told once.", add)
            .takes::<NewPerson>()
            .gives::<Invited>()
            .once(),
        Endpoint::get("/people/{id}", "getPerson", "One person.", one).gives::<Person>().tags(Tags::Given),
        Endpoint::patch("/people/{id}", "changePerson", "Changes roles, closes, or opens again.", change)
            .takes::<Change>()
            .gives::<Person>()
            .tags(Tags::Wanted),
    ]
}

#[derive(Serialize, JsonSchema)]
struct Person {
    id: String,
    /// What they sign in with.
    name: String,
    /// What others see.
    shown: String,
    organisation: Named,
    roles: Vec<RoleName>,
    /// They do not get in.
    closed: bool,
    /// Their password alone lets nobody in.
    second_factor: bool,
}

#[derive(Serialize, JsonSchema)]
struct Invited {
    #[serde(flatten)]
    person: Person,
    /// Told once and kept nowhere.
    password: String,
}

#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct NewPerson {
    /// Identifier of their organisation.
    organisation: String,
    /// What they sign in with.
    #[schemars(length(min = 1, max = 100), regex(pattern = NAME))]
    name: String,
    /// What others see; the name, if it is left out.
    #[serde(default)]
    #[schemars(length(min = 1, max = 200), regex(pattern = LINE))]
    shown: Option<String>,
    roles: Vec<RoleName>,
}

#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct Change {
    #[serde(default)]
    roles: Option<Vec<RoleName>>,
    #[serde(default)]
    closed: Option<bool>,
}

fn shape(asker: &Asker, entry: &PersonEntry) -> Person {
    Person {
        id: entry.uuid.clone(),
        name: entry.name.clone(),
        shown: entry.shown.clone(),
        organisation: asker.organisation(entry.member.organisation),
        roles: role_names(entry.member.roles),
        closed: entry.closed,
        second_factor: entry.second_factor,
    }
}

fn find<'d>(directory: &'d Directory, id: &str) -> Option<&'d PersonEntry> {
    directory.people.values().find(|p| p.uuid == id)
}

/// The person, if the asker may know of them.
fn known<'a>(asker: &'a Asker, id: &str) -> Result<&'a PersonEntry, Problem> {
    let entry = find(&asker.directory, id).ok_or_else(Problem::not_found)?;
    let thing = Thing::Person(entry.member, entry.member.roles);
    asker.must(Verb::Read, &thing, "This token is not for reading.")?;
    Ok(entry)
}

/// `GET /people`
async fn all(State(_): State<App>, asker: Asker, query: Query) -> Result<Response, Problem> {
    query.only(&["limit", "next"])?;
    asker.reads()?;
    let paging = Paging::new(&query, "people")?;
    let seen = asker.directory.people.values();
    let seen = seen.filter(|p| asker.may(Verb::List, &Thing::Person(p.member, p.member.roles)));
    let page = paging.cut(seen, |p| p.member.id.0, |p| shape(&asker, p));
    Ok(tagged::json(StatusCode::OK, &page))
}

/// `GET /people/{id}`
async fn one(
    State(_): State<App>,
    asker: Asker,
    Place(id): Place<String>,
    query: Query,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    query.only(&[])?;
    Ok(tagged::single(&headers, &shape(&asker, known(&asker, &id)?)))
}

/// `POST /people`
async fn add(
    State(app): State<App>,
    asker: Asker,
    once: Once,
    query: Query,
    body: Body<NewPerson>,
) -> Result<Response, Problem> {
    query.only(&[])?;
    let new = body.value;
    let held = roles(&new.roles);
    let of = organisations::find(&asker.directory, &new.organisation).map(|o| o.id);
    // Nobody yet: what counts is whom they would belong to and what they could do.
    let organisation = of.ok_or_else(|| Problem::unprocessable("organisation is none of this node."))?;
    let nobody = Member { id: PersonId(0), organisation, roles: Roles::NONE };
    let refused = "You may not give these roles in that organisation.";
    // That the organisation is there is known to everybody.
    let may = asker.must(Verb::Manage, &Thing::Person(nobody, held), refused);
    let why = crate::sharing::lacking(&asker.principal, Verb::Manage).unwrap_or(refused);
    may.map_err(|_| Problem::forbidden(why))?;
    let work = async |id: String| {
        let place = format!("{ROOT}/people/{id}");
        if find(&asker.directory, &id).is_some() {
            // An earlier attempt got this far and no farther; nobody knows the password.
            return Err(Problem::made_already(id));
        }
        let mut random = [0; 32];
        app.around.fill(&mut random);
        let password: String = token::secret(random).chars().take(24).collect();
        let (around, typed) = (app.around.clone(), password.clone());
        let phc = tokio::task::spawn_blocking(move || hash_password(&typed, &*around)).await.ok().flatten();
        let kept = Kept {
            uuid: &id,
            organisation,
            name: &new.name,
            shown: new.shown.as_deref().unwrap_or(&new.name),
            roles: held,
            password: Some(&phc.ok_or_else(Problem::internal)?),
        };
        app.store.add_person(&asker.by(), &kept).await.map_err(Problem::input)?;
        let directory = app.store.fresh().await?;
        let entry = find(&directory, &id).ok_or_else(Problem::internal)?;
        let invited = Invited { person: shape(&asker, entry), password };
        Ok(Made::new(StatusCode::CREATED, place, &invited).secret(id))
    };
    once.run(&app, &asker, &body.digest, asked, work).await
}

/// `PATCH /people/{id}`
async fn change(
    State(app): State<App>,
    asker: Asker,
    Place(id): Place<String>,
    query: Query,
    headers: HeaderMap,
    body: Body<Change>,
) -> Result<Response, Problem> {
    query.only(&[])?;
    let entry = find(&asker.directory, &id).ok_or_else(Problem::not_found)?;
    let after = body.value.roles.as_deref().map(roles);
    let thing = Thing::Person(entry.member, after.unwrap_or(entry.member.roles));
    asker.must(Verb::Manage, &thing, "You may not change this person so.")?;
    tagged::guard(&headers, &tagged::tag(&shape(&asker, entry)))?;
    app.store.change_person(&asker.by(), entry.member.id, after, body.value.closed).await?;
    let directory = app.store.fresh().await?;
    let entry = find(&directory, &id).ok_or_else(Problem::internal)?;
    let now = shape(&asker, entry);
    Ok(tagged::with(tagged::json(StatusCode::OK, &now), &tagged::tag(&now)))
}
