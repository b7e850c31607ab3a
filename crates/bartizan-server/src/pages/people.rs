//! People and organisations.

use axum::Form;
use axum::body::Bytes;
use axum::extract::{Path, State};
use axum::http::{HeaderMap, Uri};
use axum::response::{IntoResponse, Redirect, Response};
use bartizan_clearinghouse::access::{Member, PersonId, Role, Roles, Thing, Verb};
use bartizan_store::NewPerson;
use bartizan_workbench::{Choice, Invitation, Moment, Organisation, Organisations, People, PersonLine};
use serde::Deserialize;

use super::html;
use super::stop::Stop;
use super::visit::Visit;
use crate::app::App;
use crate::auth::hash_password;

const DAY: i64 = 24 * 3600 * 1_000_000;

#[derive(Deserialize)]
pub(super) struct NewOrganisation {
    #[serde(default)]
    csrf: String,
    name: String,
}

/// `GET /admin/people`
pub(super) async fn show(State(app): State<App>, headers: HeaderMap, uri: Uri) -> Result<Response, Stop> {
    let visit = Visit::new(&app, &headers, &uri).await?;
    Ok(html(page(&visit, None)?.render()))
}

/// `POST /admin/people`: the new person's password is on the answer's page and nowhere else.
pub(super) async fn add(
    State(app): State<App>,
    headers: HeaderMap,
    uri: Uri,
    body: Bytes,
) -> Result<Response, Stop> {
    let mut roles = Vec::new();
    let (mut csrf, mut name, mut email, mut organisation) =
        (String::new(), String::new(), String::new(), String::new());
    for (key, value) in form_urlencoded::parse(&body) {
        match key.as_ref() {
            "csrf" => csrf = value.into_owned(),
            "name" => name = value.into_owned(),
            "email" => email = value.into_owned(),
            "organisation" => organisation = value.into_owned(),
            "role" => roles.push(value.into_owned()),
            _ => {}
        }
    }
    let visit = Visit::acting(&app, &headers, &uri, Some(&csrf)).await?;
    let of = visit.directory.organisations.values().find(|o| o.uuid == organisation);
    let of = of.map(|o| o.id).ok_or_else(|| Stop::wrong(visit.shell.clone(), "Choose an organisation."))?;
    let roles =
        Roles::parse(&roles.join(",")).ok_or_else(|| Stop::wrong(visit.shell.clone(), "Choose roles."))?;
    // Nobody yet: what counts is whom they would belong to and what they could do.
    let nobody = Member { id: PersonId(0), organisation: of, roles: Roles::NONE };
    visit.must(
        Verb::Manage,
        &Thing::Person(nobody, roles),
        "You may not give these roles in that organisation.",
    )?;
    let (password, phc) = password(&app).await;
    let new = NewPerson {
        uuid: &app.uuid(),
        organisation: of,
        name: &email,
        shown: &name,
        roles,
        password: phc.as_deref(),
    };
    app.store.add_person(&visit.by(), &new).await.map_err(|e| visit.stop(&e))?;
    let visit = Visit::new(&app, &headers, &uri).await?;
    let invitation = invitation(&visit, name, &email, &password);
    Ok(html(page(&visit, Some(invitation))?.render()))
}

/// `POST /admin/people/{id}/roles`
pub(super) async fn roles(
    State(app): State<App>,
    Path(id): Path<String>,
    headers: HeaderMap,
    uri: Uri,
    body: Bytes,
) -> Result<Response, Stop> {
    let (csrf, names) = fields(&body);
    let visit = Visit::acting(&app, &headers, &uri, Some(&csrf)).await?;
    let roles =
        Roles::parse(&names.join(",")).ok_or_else(|| Stop::wrong(visit.shell.clone(), "Choose roles."))?;
    let person = changed(&visit, &id, Some(roles))?;
    app.store.set_roles(&visit.by(), person, roles).await.map_err(|e| visit.stop(&e))?;
    Ok(Redirect::to("/admin/people").into_response())
}

/// `POST /admin/people/{id}/disable`
pub(super) async fn disable(
    State(app): State<App>,
    Path(id): Path<String>,
    headers: HeaderMap,
    uri: Uri,
    body: Bytes,
) -> Result<Response, Stop> {
    close(&app, &id, &headers, &uri, &body, true).await
}

/// `POST /admin/people/{id}/enable`
pub(super) async fn enable(
    State(app): State<App>,
    Path(id): Path<String>,
    headers: HeaderMap,
    uri: Uri,
    body: Bytes,
) -> Result<Response, Stop> {
    close(&app, &id, &headers, &uri, &body, false).await
}

/// `POST /admin/people/{id}/invite`: a new password, on the answer's page and nowhere else.
pub(super) async fn invite(
    State(app): State<App>,
    Path(id): Path<String>,
    headers: HeaderMap,
    uri: Uri,
    body: Bytes,
) -> Result<Response, Stop> {
    let (csrf, _) = fields(&body);
    let visit = Visit::acting(&app, &headers, &uri, Some(&csrf)).await?;
    let person = changed(&visit, &id, None)?;
    let (password, phc) = password(&app).await;
    let phc = phc.ok_or_else(|| Stop::wrong(visit.shell.clone(), "The password could not be made."))?;
    app.store.set_password(&visit.by(), person, &phc).await.map_err(|e| visit.stop(&e))?;
    // Whoever needs a new password may have lost more than that.
    app.store.revoke_tokens(&visit.by(), person).await.map_err(|e| visit.stop(&e))?;
    let entry = visit.directory.people.get(&person);
    let (name, email) = entry.map(|p| (p.shown.clone(), p.name.clone())).unwrap_or_default();
    Ok(html(page(&visit, Some(invitation(&visit, name, &email, &password)))?.render()))
}

/// `POST /admin/people/{id}/second-factor`: takes every second factor away, for somebody who has lost theirs.
pub(super) async fn reset_second_factor(
    State(app): State<App>,
    Path(id): Path<String>,
    headers: HeaderMap,
    uri: Uri,
    body: Bytes,
) -> Result<Response, Stop> {
    let (csrf, _) = fields(&body);
    let visit = Visit::acting(&app, &headers, &uri, Some(&csrf)).await?;
    let person = changed(&visit, &id, None)?;
    if Some(person) == visit.principal.person {
        return Err(Stop::wrong(visit.shell, "Your own second factors are on the page of your account."));
    }
    app.store.reset_factors(&visit.by(), person).await.map_err(|e| visit.stop(&e))?;
    Ok(Redirect::to("/admin/people").into_response())
}

/// A random password, and as it is kept.
async fn password(app: &App) -> (String, Option<String>) {
    let mut random = [0; 32];
    app.around.fill(&mut random);
    let password: String = bartizan_clearinghouse::token::secret(random).chars().take(24).collect();
    let (around, typed) = (app.around.clone(), password.clone());
    let phc = tokio::task::spawn_blocking(move || hash_password(&typed, &*around)).await.ok().flatten();
    (password, phc)
}

fn invitation(visit: &Visit, name: String, email: &str, password: &str) -> Invitation {
    Invitation { name, link: format!("{email} / {password}"), until: Moment(visit.now() + 365 * DAY) }
}

async fn close(
    app: &App,
    id: &str,
    headers: &HeaderMap,
    uri: &Uri,
    body: &[u8],
    closed: bool,
) -> Result<Response, Stop> {
    let (csrf, _) = fields(body);
    let visit = Visit::acting(app, headers, uri, Some(&csrf)).await?;
    let person = changed(&visit, id, None)?;
    if Some(person) == visit.principal.person {
        return Err(Stop::wrong(visit.shell, "Nobody closes themselves out."));
    }
    app.store.close_person(&visit.by(), person, closed).await.map_err(|e| visit.stop(&e))?;
    let (words, back) =
        if closed { ("does not get in any more.", "enable") } else { ("gets in again.", "disable") };
    let undo = format!("/admin/people/{id}/{back}");
    visit.say(app, super::flash::undoable(format!("{} {words}", visit.person(Some(person))), undo, &[]));
    Ok(Redirect::to("/admin/people").into_response())
}

/// The token of a form, and the roles ticked in it.
fn fields(body: &[u8]) -> (String, Vec<String>) {
    let (mut csrf, mut roles) = (String::new(), Vec::new());
    for (name, value) in form_urlencoded::parse(body) {
        match name.as_ref() {
            "csrf" => csrf = value.into_owned(),
            "role" => roles.push(value.into_owned()),
            _ => {}
        }
    }
    (csrf, roles)
}

/// The person, if the visitor may change them so.
fn changed(visit: &Visit, uuid: &str, roles: Option<Roles>) -> Result<PersonId, Stop> {
    let person = visit.directory.people.values().find(|p| p.uuid == uuid);
    let person = person.ok_or_else(|| Stop::not_found(visit.shell.clone()))?;
    let thing = Thing::Person(person.member, roles.unwrap_or(person.member.roles));
    visit.must(Verb::Manage, &thing, "You may not change somebody who may do more than you.")?;
    Ok(person.member.id)
}

/// `GET /admin/organisations`
pub(super) async fn organisations(
    State(app): State<App>,
    headers: HeaderMap,
    uri: Uri,
) -> Result<Response, Stop> {
    let visit = Visit::new(&app, &headers, &uri).await?;
    visit.must(Verb::Manage, &Thing::Node, "Only the node's administrator runs organisations.")?;
    let directory = &visit.directory;
    let lines = directory.organisations.values().map(|o| Organisation {
        id: o.uuid.clone(),
        name: o.name.clone(),
        contact: String::new(),
        people: directory.people.values().filter(|p| p.member.organisation == o.id).count() as u64,
        groups: directory
            .groups
            .values()
            .filter(|g| g.group.members.contains(&o.id))
            .map(|g| g.name.clone())
            .collect(),
        disabled: o.closed,
        may_change: o.closed || visit.principal.organisation != Some(o.id),
    });
    let lines = lines.collect();
    Ok(html(Organisations { organisations: lines, shell: visit.shell.clone(), problem: None }.render()))
}

/// `POST /admin/organisations`
pub(super) async fn add_organisation(
    State(app): State<App>,
    headers: HeaderMap,
    uri: Uri,
    Form(new): Form<NewOrganisation>,
) -> Result<Response, Stop> {
    let visit = Visit::acting(&app, &headers, &uri, Some(&new.csrf)).await?;
    visit.must(Verb::Manage, &Thing::Node, "Only the node's administrator runs organisations.")?;
    let made = app.store.add_organisation(&visit.by(), &app.uuid(), &new.name, None).await;
    made.map_err(|e| visit.stop(&e))?;
    Ok(Redirect::to("/admin/organisations").into_response())
}

fn page(visit: &Visit, invitation: Option<Invitation>) -> Result<People, Stop> {
    let admin = visit.may(Verb::Manage, &Thing::Node);
    let own = visit.principal.organisation.map(Thing::Library);
    if !admin && !own.is_some_and(|thing| visit.may(Verb::Manage, &thing)) {
        return Err(Stop::forbidden(visit.shell.clone(), "Only a coordinator or administrator runs people."));
    }
    let roles = |held: Roles| {
        Role::ALL
            .into_iter()
            .map(|role| Choice {
                value: role.as_str().into(),
                label: role.as_str().into(),
                chosen: held.has(role),
            })
            .collect::<Vec<_>>()
    };
    let seen = visit
        .directory
        .people
        .values()
        .filter(|p| visit.may(Verb::List, &Thing::Person(p.member, p.member.roles)));
    let people = seen.map(|p| PersonLine {
        id: p.uuid.clone(),
        name: p.shown.clone(),
        email: p.name.clone(),
        organisation: visit.organisation(p.member.organisation),
        roles: roles(p.member.roles),
        seen: None,
        second_factor: p.second_factor,
        disabled: p.closed,
        may_change: visit.may(Verb::Manage, &Thing::Person(p.member, p.member.roles)),
    });
    let organisations = visit
        .directory
        .organisations
        .values()
        .filter(|o| admin || visit.principal.organisation == Some(o.id));
    Ok(People {
        people: people.collect(),
        organisations: organisations
            .map(|o| Choice {
                value: o.uuid.clone(),
                label: o.name.clone(),
                chosen: visit.principal.organisation == Some(o.id),
            })
            .collect(),
        roles: roles(Roles::of(&[Role::Reader])),
        invitation,
        problem: None,
        shell: visit.shell.clone(),
    })
}
