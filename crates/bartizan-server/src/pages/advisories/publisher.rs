//! Under which name the own organisation publishes.

use axum::Form;
use axum::extract::State;
use axum::http::{HeaderMap, StatusCode, Uri};
use axum::response::{IntoResponse, Redirect, Response};
use bartizan_advisory::advisory::PublisherCategory;
use bartizan_clearinghouse::access::{Thing, Verb};
use bartizan_store::NewPublisher;
use bartizan_workbench::{AdvisoryPublisher, Choice, Problem};
use serde::Deserialize;

use super::super::flash::said;
use super::super::html;
use super::super::stop::Stop;
use super::super::visit::Visit;
use crate::advisories::provider::{self, OPEN};
use crate::advisories::write;
use crate::app::App;
use crate::sharing::Wrong;

/// `GET /advisories/publisher`
pub(in super::super) async fn show(
    State(app): State<App>,
    headers: HeaderMap,
    uri: Uri,
) -> Result<Response, Stop> {
    let visit = Visit::new(&app, &headers, &uri).await?;
    may(&visit)?;
    let entry = visit.principal.organisation.and_then(|own| visit.directory.publishers.get(&own));
    let form = entry.map_or_else(Typed::default, |entry| Typed {
        csrf: String::new(),
        alias: entry.alias.clone(),
        name: entry.name.clone(),
        category: entry.category.clone(),
        namespace: entry.namespace.clone(),
        contact: entry.contact.clone(),
        authority: entry.authority.clone(),
    });
    Ok(html(page(&app, &visit, form, None).render()))
}

fn may(visit: &Visit) -> Result<(), Stop> {
    let own = visit.principal.organisation.ok_or_else(|| Stop::not_found(visit.shell.clone()))?;
    let what = "A coordinator says under which name advisories are published.";
    visit.must(Verb::Manage, &Thing::Library(own), what)
}

fn page(app: &App, visit: &Visit, form: Typed, problem: Option<Problem>) -> AdvisoryPublisher {
    let entry = visit.principal.organisation.and_then(|own| visit.directory.publishers.get(&own));
    let fingerprint =
        app.signer.signs().then(|| app.signer.key(&*app.around).map(|key| key.fingerprint()).ok()).flatten();
    let address = entry
        .map(|entry| format!("{}{OPEN}/{}/provider-metadata.json", provider::base(&app.config), entry.alias));
    let category = |category: &PublisherCategory| Choice {
        value: category.word().into(),
        label: category.word().into(),
        chosen: category.word() == form.category,
    };
    AdvisoryPublisher {
        there: entry.is_some(),
        categories: PublisherCategory::ALL.iter().map(category).collect(),
        address: address.unwrap_or_default(),
        fingerprint: fingerprint.unwrap_or_default(),
        alias: form.alias,
        name: form.name,
        namespace: form.namespace,
        contact: form.contact,
        authority: form.authority,
        problem,
        shell: visit.shell.clone(),
    }
}

#[derive(Deserialize, Default)]
pub(in super::super) struct Typed {
    #[serde(default)]
    csrf: String,
    #[serde(default)]
    alias: String,
    #[serde(default)]
    name: String,
    #[serde(default)]
    category: String,
    #[serde(default)]
    namespace: String,
    #[serde(default)]
    contact: String,
    #[serde(default)]
    authority: String,
}

/// `POST /advisories/publisher`
pub(in super::super) async fn set(
    State(app): State<App>,
    headers: HeaderMap,
    uri: Uri,
    Form(form): Form<Typed>,
) -> Result<Response, Stop> {
    let visit = Visit::acting(&app, &headers, &uri, Some(&form.csrf)).await?;
    may(&visit)?;
    let acting = visit.actor();
    let (own, _) = acting.known().map_err(|wrong| Stop::because(&visit.shell, wrong))?;
    let new = NewPublisher {
        organisation: own,
        alias: form.alias.trim(),
        name: form.name.trim(),
        category: form.category.trim(),
        namespace: form.namespace.trim(),
        contact: form.contact.trim(),
        authority: form.authority.trim(),
    };
    let wrong = match write::publisher(&app, &acting, &new).await {
        Ok(()) => {
            visit.say(&app, said("Kept. Advisories written from now on say so."));
            return Ok(Redirect::to("/advisories/publisher").into_response());
        }
        Err(wrong) => wrong,
    };
    let text = match wrong {
        Wrong::Unfit(text) => text,
        Wrong::Store(e) if e.is_conflict() || e.is_invalid() => format!("{e}."),
        wrong => return Err(Stop::because(&visit.shell, wrong)),
    };
    let problem = Problem { field: String::new(), text };
    let mut response = html(page(&app, &visit, form, Some(problem)).render());
    *response.status_mut() = StatusCode::UNPROCESSABLE_ENTITY;
    Ok(response)
}
