//! Publishing a report: what the review left, as STIX objects into a collection.

use axum::Form;
use axum::extract::{Path, State};
use axum::http::{HeaderMap, Uri};
use axum::response::{IntoResponse, Redirect, Response};
use serde::Deserialize;

use super::find;
use crate::app::App;
use crate::pages::flash::said;
use crate::pages::stop::Stop;
use crate::pages::visit::Visit;
use crate::sharing::embargo::until;
use crate::sharing::publish::{Wish, allowed, publish as put};

#[derive(Deserialize)]
pub(in crate::pages) struct Publish {
    #[serde(default)]
    csrf: String,
    collection: String,
    #[serde(default)]
    embargo: String,
    /// `1`: only what reviewers accepted.
    #[serde(default)]
    reviewed: String,
}

/// `POST /reports/{id}/publish`
pub(in crate::pages) async fn publish(
    State(app): State<App>,
    Path(id): Path<String>,
    headers: HeaderMap,
    uri: Uri,
    Form(form): Form<Publish>,
) -> Result<Response, Stop> {
    let visit = Visit::acting(&app, &headers, &uri, Some(&form.csrf)).await?;
    let report = find(&app, &visit, &id).await?;
    let done = async {
        let acting = visit.actor();
        let (_, entry) = allowed(&acting, &report, &form.collection)?;
        let wish = Wish {
            collection: &form.collection,
            embargo: until(&form.embargo, visit.now())?,
            accepted: form.reviewed == "1",
        };
        let (objects, _) = put(&app, &acting, &report, wish).await?;
        Ok(format!("Published to {}: {objects} objects.", entry.title))
    };
    let text = done.await.map_err(|wrong| Stop::because(&visit.shell, wrong))?;
    visit.say(&app, said(text));
    Ok(Redirect::to(&format!("/reports/{}", report.uuid)).into_response())
}
