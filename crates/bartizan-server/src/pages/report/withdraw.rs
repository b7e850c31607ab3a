//! Withdrawing a report from a collection: every object of it there gets a version that is revoked.

use axum::Form;
use axum::extract::{Path, State};
use axum::http::{HeaderMap, Uri};
use axum::response::{IntoResponse, Redirect, Response};
use bartizan_workbench::Confirm;
use serde::Deserialize;

use super::find;
use crate::app::App;
use crate::pages::flash::said;
use crate::pages::html;
use crate::pages::stop::Stop;
use crate::pages::visit::Visit;
use crate::sharing::publish::allowed;
use crate::sharing::withdraw;

#[derive(Deserialize)]
pub(in crate::pages) struct Withdraw {
    #[serde(default)]
    csrf: String,
    collection: String,
    /// `1`: asked and answered.
    #[serde(default)]
    sure: String,
}

/// `POST /reports/{id}/withdraw`
pub(in crate::pages) async fn withdraw(
    State(app): State<App>,
    Path(id): Path<String>,
    headers: HeaderMap,
    uri: Uri,
    Form(form): Form<Withdraw>,
) -> Result<Response, Stop> {
    let visit = Visit::acting(&app, &headers, &uri, Some(&form.csrf)).await?;
    let report = find(&app, &visit, &id).await?;
    let entry = match allowed(&visit.actor(), &report, &form.collection) {
        Ok((_, entry)) => entry.clone(),
        Err(wrong) => return Err(Stop::because(&visit.shell, wrong)),
    };
    let place = format!("/reports/{}", report.uuid);
    if form.sure != "1" {
        let page = Confirm {
            title: format!("Withdraw it from {}?", entry.title),
            what: vec![
                format!("“{}” was published there.", report.title),
                "Each of its objects gets a new version there that says it is revoked. Clients over TAXII learn of it when they next ask; what they made of it in the meantime is theirs to undo.".into(),
                "This cannot be taken back: if you publish the report again, its objects have new identifiers (STIX 2.1, section 3.6).".into(),
            ],
            action: format!("{place}/withdraw"),
            fields: vec![("collection".into(), entry.uuid.clone()), ("sure".into(), "1".into())],
            button: "Withdraw".into(),
            back: place,
            shell: visit.shell,
        };
        return Ok(html(page.render()));
    }
    let done = withdraw::withdraw(&app, &visit.actor(), &report, &form.collection).await;
    done.map_err(|wrong| Stop::because(&visit.shell, wrong))?;
    visit.say(&app, said(format!("Withdrawn from {}: its objects there are revoked.", entry.title)));
    Ok(Redirect::to(&place).into_response())
}
