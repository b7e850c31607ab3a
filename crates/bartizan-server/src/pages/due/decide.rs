//! What is decided about an item.

use axum::Form;
use axum::extract::{Path, State};
use axum::http::{HeaderMap, Uri};
use axum::response::{IntoResponse, Redirect, Response};
use bartizan_clearinghouse::due::{Closure, Exception, How};
use bartizan_clearinghouse::time;
use bartizan_workbench::Flash;
use serde::Deserialize;

use super::super::stop::Stop;
use super::super::visit::Visit;
use crate::app::App;
use crate::due;

fn kept(
    app: &App,
    visit: &Visit,
    id: &str,
    done: Result<(), crate::sharing::Wrong>,
) -> Result<Response, Stop> {
    done.map_err(|e| Stop::because(&visit.shell, e))?;
    visit.say(app, Flash { text: "Kept.".into(), ..Flash::default() });
    Ok(Redirect::to(&format!("/due/{id}")).into_response())
}

#[derive(Deserialize)]
pub(in crate::pages) struct Excepted {
    #[serde(default)]
    csrf: String,
    #[serde(default)]
    reason: String,
    #[serde(default)]
    until: String,
}

/// `POST /due/{id}/exceptions`
pub(in crate::pages) async fn except(
    State(app): State<App>,
    Path(id): Path<String>,
    headers: HeaderMap,
    uri: Uri,
    Form(form): Form<Excepted>,
) -> Result<Response, Stop> {
    let visit = Visit::acting(&app, &headers, &uri, Some(&form.csrf)).await?;
    // A day is meant whole.
    let until = time::parse(&format!("{}T23:59:59.999999Z", form.until)).unwrap_or(0);
    let exception = Exception { reason: form.reason.replace("\r\n", "\n"), until };
    let done = due::except(&app, &visit.actor(), &id, exception).await;
    kept(&app, &visit, &id, done)
}

#[derive(Deserialize)]
pub(in crate::pages) struct Closed {
    #[serde(default)]
    csrf: String,
    #[serde(default)]
    how: String,
    #[serde(default)]
    evidence: String,
}

/// `POST /due/{id}/closures`
pub(in crate::pages) async fn close(
    State(app): State<App>,
    Path(id): Path<String>,
    headers: HeaderMap,
    uri: Uri,
    Form(form): Form<Closed>,
) -> Result<Response, Stop> {
    let visit = Visit::acting(&app, &headers, &uri, Some(&form.csrf)).await?;
    let how = How::ALL.iter().copied().find(|how| how.as_str() == form.how);
    // Whoever may not is told so, whatever was sent.
    let closure = Closure {
        how: how.unwrap_or(How::Patched),
        evidence: if how.is_some() { form.evidence } else { String::new() },
    };
    let done = due::close(&app, &visit.actor(), &id, closure).await;
    kept(&app, &visit, &id, done)
}

#[derive(Deserialize)]
pub(in crate::pages) struct Answered {
    #[serde(default)]
    csrf: String,
    #[serde(default)]
    point: String,
    #[serde(default)]
    value: String,
    #[serde(default)]
    reason: String,
}

/// `POST /due/{id}/answers`
pub(in crate::pages) async fn answer(
    State(app): State<App>,
    Path(id): Path<String>,
    headers: HeaderMap,
    uri: Uri,
    Form(form): Form<Answered>,
) -> Result<Response, Stop> {
    let visit = Visit::acting(&app, &headers, &uri, Some(&form.csrf)).await?;
    let done = due::answer(&app, &visit.actor(), &id, (&form.point, &form.value, &form.reason)).await;
    kept(&app, &visit, &id, done)
}
