//! Withdrawing a report from a collection: every object of it there gets a version that is revoked.

use axum::Form;
use axum::extract::{Path, State};
use axum::http::{HeaderMap, Uri};
use axum::response::{IntoResponse, Redirect, Response};
use bartizan::exchange::stix::Lineage;
use bartizan_store::PublishedObjects;
use bartizan_workbench::Confirm;
use serde::Deserialize;

use super::find;
use super::publish::{allowed, before, write};
use crate::app::App;
use crate::pages::flash::said;
use crate::pages::html;
use crate::pages::stop::Stop;
use crate::pages::visit::Visit;

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
    let (audience, entry) = allowed(&visit, &report, &form.collection)?;
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
    let kept = before(&app, &visit, &report, &entry).await?.filter(|(id, _)| *id == report.id);
    // Read under the marking that it was written with, which is that of its own objects.
    let lineage = kept.as_ref().and_then(|(_, bundle)| {
        let marking = marked(bundle)?;
        Some((Lineage::read(bundle, Lineage::document(bundle)?, marking)?, marking))
    });
    let Some((lineage, marking)) = lineage else {
        let text = "What was written there was not kept, or a newer edition has gone on from it: publish the newest edition once more, then withdraw that.";
        return Err(Stop::wrong(visit.shell, text));
    };
    let bundle = serde_json::to_value(lineage.withdraw(marking, visit.now() / 1_000_000));
    let bundle = bundle.map_err(|e| Stop::wrong(visit.shell.clone(), e.to_string()))?;
    let number = write(&app, &visit, &audience, &entry, &bundle).await?;
    let text = bundle.to_string();
    let written = PublishedObjects {
        collection: entry.access.id,
        objects: number,
        bundle: text.as_bytes(),
        continues: true,
    };
    let done = app.store.withdrawn(&visit.by(), &report, &written).await;
    done.map_err(|e| visit.stop(&e))?;
    visit.say(&app, said(format!("Withdrawn from {}: its objects there are revoked.", entry.title)));
    Ok(Redirect::to(&place).into_response())
}

/// The marking that the objects of a bundle of ours carry.
fn marked(bundle: &serde_json::Value) -> Option<bartizan_stix::Tlp> {
    let objects = bundle["objects"].as_array()?;
    let report = objects.iter().find(|object| object["type"] == "report")?;
    let id = report["object_marking_refs"][0].as_str()?;
    bartizan_stix::Tlp::ALL.iter().copied().find(|tlp| tlp.marking_id().as_str() == id)
}
