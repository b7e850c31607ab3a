//! Who gets what, when: the parts of a collection's and a report's page that decide about it.

use axum::Form;
use axum::extract::{Multipart, Path, State};
use axum::http::{HeaderMap, Uri};
use axum::response::{IntoResponse, Redirect, Response};
use bartizan_clearinghouse::access::{Audience, Thing, Verb};
use bartizan_clearinghouse::pap::Pap;
use bartizan_stix::Tlp;
use bartizan_store::{CollectionEntry, Held};
use bartizan_workbench::{Choice, Embargo, Moment, Recipient, Sharing, Taken};
use serde::Deserialize;

use super::home::count;
use super::stop::Stop;
use super::visit::Visit;
use crate::app::App;
use crate::sharing::embargo::{change, until};
use crate::sharing::export::{self, Form as Taking};
use crate::sharing::{Wrong, marking, recipients, upload};

/// Identifiers of a file's objects that are shown.
const SHOWN: usize = 50;

#[derive(Deserialize)]
pub(super) struct Moved {
    #[serde(default)]
    csrf: String,
    from: i64,
    #[serde(default)]
    until: String,
    #[serde(default)]
    reason: String,
}

#[derive(Deserialize)]
pub(super) struct Whom {
    #[serde(default)]
    csrf: String,
    person: String,
}

#[derive(Deserialize)]
pub(super) struct Marked {
    #[serde(default)]
    csrf: String,
    marking: String,
    #[serde(default)]
    pap: String,
    #[serde(default)]
    reason: String,
}

/// What stands beside a collection's objects.
pub(super) async fn sharing(
    app: &App,
    visit: &Visit,
    entry: &CollectionEntry,
    readable: &[i64],
    pap: Option<Pap>,
    taken: Option<Taken>,
) -> Result<Sharing, Stop> {
    let held = app.store.held(entry.access.id, readable, visit.now()).await.map_err(|e| visit.stop(&e))?;
    let embargoes = held.iter().map(|held| under(visit, entry, held)).collect();
    let manages = visit.may(Verb::Manage, &Thing::Collection(&entry.access));
    let named = recipients::named(&visit.actor(), &entry.uuid).ok().filter(|_| manages);
    let recipients = named.map(|people| {
        let line = |p: &&bartizan_store::PersonEntry| Recipient {
            value: p.uuid.clone(),
            name: p.shown.clone(),
            organisation: visit.organisation(p.member.organisation),
        };
        people.iter().map(line).collect()
    });
    let own = visit.directory.people.values().filter(|p| {
        let reads = entry.access.rights(p.member.organisation).read;
        manages && reads && !p.closed && visit.principal.organisation == Some(p.member.organisation)
    });
    let own = own.filter(|p| !entry.access.named.contains(&p.member.id));
    let choice =
        |pap: &Pap, chosen| Choice { value: pap.as_str().into(), label: pap.as_str().into(), chosen };
    Ok(Sharing {
        embargoes,
        recipients,
        people: own
            .map(|p| Choice { value: p.uuid.clone(), label: p.shown.clone(), chosen: false })
            .collect(),
        taken,
        paps: Pap::ALL.iter().map(|p| choice(p, pap == Some(*p))).collect(),
    })
}

fn under(visit: &Visit, entry: &CollectionEntry, held: &Held) -> Embargo {
    let audience = Audience {
        embargo: Some(held.until),
        ..Audience::new(held.owner, Tlp::Clear).in_collection(entry.access.id)
    };
    let may = |after: &Audience| {
        let thing =
            Thing::Marking { audience: &audience, collection: Some(&entry.access), after, freer: false };
        visit.may(Verb::Review, &thing)
    };
    Embargo {
        value: held.until.to_string(),
        until: Moment(held.until),
        owner: visit.organisation(held.owner),
        objects: count(held.objects),
        marking: held.marking,
        may_prolong: may(&audience),
        may_lift: may(&Audience { embargo: None, ..audience.clone() }),
    }
}

/// `POST /collections/{uuid}/objects`
pub(super) async fn upload(
    State(app): State<App>,
    Path(uuid): Path<String>,
    headers: HeaderMap,
    uri: Uri,
    form: Multipart,
) -> Result<Response, Stop> {
    // Whoever may not is told so before anything is read.
    let visit = Visit::new(&app, &headers, &uri).await?;
    let allowed = || {
        let acting = visit.actor();
        let entry = acting.collection(&uuid)?;
        acting.must(Verb::Add, &Thing::Collection(&entry.access), "You may not add to this collection.")
    };
    allowed().map_err(|wrong| Stop::because(&visit.shell, wrong))?;
    let read = read(form).await;
    let csrf = read.as_ref().map(|(csrf, _, _)| csrf.clone()).unwrap_or_default();
    let mut visit = Visit::acting(&app, &headers, &uri, Some(&csrf)).await?;
    let done = async {
        let (_, embargo, bytes) = read.map_err(Wrong::Unfit)?;
        let until = until(&embargo, visit.now())?;
        upload::upload(&app, &visit.actor(), &uuid, bytes, until).await
    };
    let taken = done.await.map_err(|wrong| Stop::because(&visit.shell, wrong))?;
    let told = Taken {
        kind: taken.kind.to_owned(),
        added: taken.added.len() as u64,
        known: taken.known.len() as u64,
        some: taken.added.into_iter().take(SHOWN).collect(),
        refused: taken.refused,
    };
    // What was added may have an audience that the directory of before does not know.
    visit.directory = app.store.fresh().await.map_err(|e| visit.stop(&e))?;
    super::collections::show(app, visit, &uuid, "", Some(told)).await
}

async fn read(mut form: Multipart) -> Result<(String, String, Vec<u8>), String> {
    let failed = |_| "The form did not arrive whole, or the file is larger than 10 MiB.".to_owned();
    let (mut csrf, mut embargo, mut bytes) = (String::new(), String::new(), Vec::new());
    while let Some(field) = form.next_field().await.map_err(failed)? {
        match field.name().unwrap_or_default() {
            "csrf" => csrf = field.text().await.map_err(failed)?,
            "embargo" => embargo = field.text().await.map_err(failed)?,
            "file" => bytes = field.bytes().await.map_err(failed)?.to_vec(),
            _ => {}
        }
    }
    Ok((csrf, embargo, bytes))
}

/// `GET /collections/{uuid}/export/{name}`
pub(super) async fn export(
    State(app): State<App>,
    Path((uuid, name)): Path<(String, String)>,
    headers: HeaderMap,
    uri: Uri,
) -> Result<Response, Stop> {
    let visit = Visit::new(&app, &headers, &uri).await?;
    let form = match name.as_str() {
        "bundle.json" => Taking::Bundle,
        "objects.csv" => Taking::Table,
        "feed.atom" => Taking::Atom,
        "feed.rss" => Taking::Rss,
        file => Taking::Misp(file),
    };
    let taken = export::export(&app, &visit.actor(), &uuid, form, &headers).await;
    taken.map_err(|wrong| Stop::because(&visit.shell, wrong))
}

/// `POST /collections/{uuid}/embargoes`
pub(super) async fn embargo(
    State(app): State<App>,
    Path(uuid): Path<String>,
    headers: HeaderMap,
    uri: Uri,
    Form(form): Form<Moved>,
) -> Result<Response, Stop> {
    let visit = Visit::acting(&app, &headers, &uri, Some(&form.csrf)).await?;
    let done = async {
        let to = until(&form.until, visit.now())?;
        change(&app, &visit.actor(), &uuid, form.from, to, &form.reason).await
    };
    done.await.map_err(|wrong| Stop::because(&visit.shell, wrong))?;
    Ok(Redirect::to(&format!("/collections/{uuid}")).into_response())
}

/// `POST /collections/{uuid}/recipients`
pub(super) async fn name(
    State(app): State<App>,
    Path(uuid): Path<String>,
    headers: HeaderMap,
    uri: Uri,
    Form(form): Form<Whom>,
) -> Result<Response, Stop> {
    named(&app, &uuid, &headers, &uri, &form, true).await
}

/// `POST /collections/{uuid}/recipients/remove`
pub(super) async fn name_no_longer(
    State(app): State<App>,
    Path(uuid): Path<String>,
    headers: HeaderMap,
    uri: Uri,
    Form(form): Form<Whom>,
) -> Result<Response, Stop> {
    named(&app, &uuid, &headers, &uri, &form, false).await
}

async fn named(
    app: &App,
    uuid: &str,
    headers: &HeaderMap,
    uri: &Uri,
    form: &Whom,
    named: bool,
) -> Result<Response, Stop> {
    let visit = Visit::acting(app, headers, uri, Some(&form.csrf)).await?;
    let done = recipients::name(app, &visit.actor(), uuid, &form.person, named).await;
    done.map_err(|wrong| Stop::because(&visit.shell, wrong))?;
    Ok(Redirect::to(&format!("/collections/{uuid}")).into_response())
}

/// `POST /reports/{id}/marking`
pub(super) async fn mark(
    State(app): State<App>,
    Path(id): Path<String>,
    headers: HeaderMap,
    uri: Uri,
    Form(form): Form<Marked>,
) -> Result<Response, Stop> {
    let visit = Visit::acting(&app, &headers, &uri, Some(&form.csrf)).await?;
    let report = super::report::find(&app, &visit, &id).await?;
    let done = async {
        let tlp = Tlp::parse(&form.marking).ok_or_else(|| Wrong::Unfit("That is no TLP label.".into()))?;
        let pap = marking::pap(&form.pap)?;
        marking::mark(&app, &visit.actor(), &report, tlp, pap, &form.reason).await
    };
    let reads = done.await.map_err(|wrong| Stop::because(&visit.shell, wrong))?;
    // Who marked it for its author alone reads it no more.
    let place = if reads { format!("/reports/{}", report.uuid) } else { "/library".to_owned() };
    Ok(Redirect::to(&place).into_response())
}
