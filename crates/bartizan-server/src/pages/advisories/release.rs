//! Forms that release an advisory, take it back, and say something of it.

use axum::Form;
use axum::extract::{Path, State};
use axum::http::{HeaderMap, Uri};
use axum::response::{IntoResponse, Redirect, Response};
use bartizan_advisory::csaf::Finding;
use bartizan_clearinghouse::access::Verb;
use bartizan_clearinghouse::advisory::Receipt;
use bartizan_clearinghouse::time;
use serde::Deserialize;

use super::super::flash::said;
use super::super::stop::Stop;
use super::super::visit::Visit;
use crate::advisories::release::{self as releasing, Wanted};
use crate::advisories::{Refusal, find, find_own, withdraw};
use crate::app::App;
use crate::sharing::Wrong;

/// The fields of a form, of which some stand there several times.
pub(super) type Fields = Vec<(String, String)>;

/// The value of a field; empty if it is not there.
pub(super) fn field<'f>(form: &'f Fields, name: &str) -> &'f str {
    form.iter().find(|(n, _)| n == name).map(|(_, value)| value.as_str()).unwrap_or_default()
}

/// `POST /advisories/{uuid}/release`
pub(in super::super) async fn release(
    State(app): State<App>,
    Path(uuid): Path<String>,
    headers: HeaderMap,
    uri: Uri,
    Form(form): Form<Fields>,
) -> Result<Response, Stop> {
    let visit = Visit::acting(&app, &headers, &uri, Some(field(&form, "csrf"))).await?;
    let because = |wrong| Stop::because(&visit.shell, wrong);
    let acting = visit.actor();
    let advisory = find_own(&app, &acting, &uuid, Verb::Review).await.map_err(because)?;
    let mut to = Vec::new();
    for (_, collection) in form.iter().filter(|(name, _)| name == "to") {
        let from = field(&form, &format!("from-{collection}"));
        to.push((collection.clone(), moment(from).map_err(because)?));
    }
    let after = field(&form, "after").parse().unwrap_or(0);
    let kept: Vec<String> = field(&form, "kept").lines().map(str::to_owned).collect();
    let (summary, interim) = (field(&form, "summary"), field(&form, "interim") == "1");
    let wanted = Wanted { after, to: &to, summary, interim, kept: &kept };
    match releasing::release(&app, &acting, &advisory, &wanted).await {
        Ok(_) => visit.say(&app, said("It is released; who reads it when is below.")),
        Err(Refusal::Wrong(wrong)) => return Err(because(wrong)),
        Err(Refusal::Invalid(found)) => {
            return Err(Stop::wrong(visit.shell, failing(&found, "it was not released")));
        }
    }
    Ok(Redirect::to(&format!("/advisories/{uuid}")).into_response())
}

fn failing(found: &[Finding], so: &str) -> String {
    let first: Vec<String> =
        found.iter().take(3).map(|f| format!("{} at {}: {}", f.test, f.pointer, f.message)).collect();
    format!("Mandatory tests fail, so {so}. {}", first.join(" "))
}

/// `POST /advisories/{uuid}/retract`
pub(in super::super) async fn retract(
    State(app): State<App>,
    Path(uuid): Path<String>,
    headers: HeaderMap,
    uri: Uri,
    Form(form): Form<Fields>,
) -> Result<Response, Stop> {
    let visit = Visit::acting(&app, &headers, &uri, Some(field(&form, "csrf"))).await?;
    let because = |wrong| Stop::because(&visit.shell, wrong);
    let acting = visit.actor();
    let advisory = find_own(&app, &acting, &uuid, Verb::Review).await.map_err(because)?;
    let after = field(&form, "after").parse().unwrap_or(0);
    // Browsers end lines as mail does.
    let reason = field(&form, "reason").replace("\r\n", "\n");
    match withdraw::withdraw(&app, &acting, &advisory, after, &reason).await {
        Ok(_) => visit.say(&app, said("It is withdrawn; whoever has it has the edition that says why.")),
        Err(Refusal::Wrong(wrong)) => return Err(because(wrong)),
        Err(Refusal::Invalid(found)) => {
            return Err(Stop::wrong(visit.shell, failing(&found, "it was not withdrawn")));
        }
    }
    Ok(Redirect::to(&format!("/advisories/{uuid}")).into_response())
}

/// What `datetime-local` sends, in UTC; none for an empty field.
fn moment(text: &str) -> Result<Option<i64>, Wrong> {
    let text = text.trim();
    if text.is_empty() {
        return Ok(None);
    }
    let whole = if text.len() == 16 { format!("{text}:00Z") } else { format!("{text}Z") };
    time::parse(&whole).map(Some).ok_or_else(|| Wrong::Unfit("A time is written 2026-12-31T09:00.".into()))
}

#[derive(Deserialize)]
pub(in super::super) struct Withdrawn {
    #[serde(default)]
    csrf: String,
    #[serde(default)]
    collection: String,
}

/// `POST /advisories/{uuid}/withdraw`
pub(in super::super) async fn withdraw(
    State(app): State<App>,
    Path(uuid): Path<String>,
    headers: HeaderMap,
    uri: Uri,
    Form(form): Form<Withdrawn>,
) -> Result<Response, Stop> {
    let visit = Visit::acting(&app, &headers, &uri, Some(&form.csrf)).await?;
    let because = |wrong| Stop::because(&visit.shell, wrong);
    let acting = visit.actor();
    let advisory = find_own(&app, &acting, &uuid, Verb::Review).await.map_err(because)?;
    releasing::withdraw(&app, &acting, &advisory, &form.collection, "").await.map_err(because)?;
    visit.say(&app, said("Its readers there have it no more. Who took it away before still has it."));
    Ok(Redirect::to(&format!("/advisories/{uuid}")).into_response())
}

#[derive(Deserialize)]
pub(in super::super) struct Said {
    #[serde(default)]
    csrf: String,
    #[serde(default)]
    state: String,
    #[serde(default)]
    words: String,
}

/// `POST /advisories/{uuid}/receipt`
pub(in super::super) async fn receive(
    State(app): State<App>,
    Path(uuid): Path<String>,
    headers: HeaderMap,
    uri: Uri,
    Form(form): Form<Said>,
) -> Result<Response, Stop> {
    let visit = Visit::acting(&app, &headers, &uri, Some(&form.csrf)).await?;
    let because = |wrong| Stop::because(&visit.shell, wrong);
    let acting = visit.actor();
    let seen = find(&app, &acting, &uuid).await.map_err(because)?;
    let released = seen.released.ok_or_else(|| Stop::not_found(visit.shell.clone()))?;
    let state = Receipt::parse(&form.state);
    let unfit = || because(Wrong::Unfit("Choose how far you are.".into()));
    let state = state.ok_or_else(unfit)?;
    releasing::receive(&app, &acting, &released, state, &form.words).await.map_err(because)?;
    visit.say(&app, said("Kept; the advisory's owner sees it, and nobody else."));
    Ok(Redirect::to(&format!("/advisories/{uuid}")).into_response())
}
