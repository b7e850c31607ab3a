//! Several rules as one file: chosen ones, or all that a search found.

use axum::extract::{RawQuery, State};
use axum::http::{HeaderMap, Uri};
use axum::response::Response;
use serde_json::json;

use super::{Asked, find};
use crate::app::App;
use crate::download::download as file;
use crate::pages::home::marking;
use crate::pages::html;
use crate::pages::name::reader;
use crate::pages::stop::Stop;
use crate::pages::visit::Visit;
use crate::rules::{Marked, archive, documents, lines};

/// The most rules of a file.
const MOST: usize = 200;

/// `GET /rules/download?as=…&rule=…`: `zip`, `yaml`, or a target.
pub(in crate::pages) async fn download(
    State(app): State<App>,
    RawQuery(query): RawQuery,
    headers: HeaderMap,
    uri: Uri,
) -> Result<Response, Stop> {
    let visit = Visit::new(&app, &headers, &uri).await?;
    reader(&visit)?;
    let query = query.unwrap_or_default();
    let (mut chosen, mut form) = (Vec::new(), String::new());
    for (name, value) in form_urlencoded::parse(query.as_bytes()) {
        match name.as_ref() {
            "rule" => chosen.push(value.into_owned()),
            // A target beside "for the target" says which.
            "as" if value == "target" => {}
            "as" => form = value.into_owned(),
            "target" if form.is_empty() => form = value.into_owned(),
            _ => {}
        }
    }
    let found = if chosen.is_empty() {
        let asked = Asked { after: None, ..Asked::read(&app, &visit, &query).await? };
        app.store.rules(&visit.readable(), &asked.filter(), MOST).await.map_err(|e| visit.stop(&e))?
    } else {
        let mut found = Vec::new();
        for key in chosen.iter().take(MOST) {
            let (report, rule) = key.split_once('/').unwrap_or_default();
            found.push(find(&app, &visit, report, rule).await?);
        }
        found
    };
    if found.is_empty() {
        return Err(Stop::wrong(visit.shell, "No rule fits, so there is nothing to take along."));
    }
    let rules: Vec<Marked> =
        found.iter().map(|(report, rule)| (rule.clone(), marking(&visit, report))).collect();
    let detail = json!({ "rules": rules.len(), "as": form }).to_string();
    app.store.note(&visit.by(), "rule.export", "rules", &detail).await.map_err(|e| visit.stop(&e))?;
    let wanted = form.clone();
    // Converting hundreds of rules must not hold up the others.
    let made = tokio::task::spawn_blocking(move || match wanted.as_str() {
        "zip" | "" => archive(&rules).ok().map(|bytes| (bytes, "application/zip", "rules.zip".to_owned())),
        "yaml" => Some((documents(&rules), "application/yaml", "rules.yml".to_owned())),
        target => {
            let name = format!("rules-{}.jsonl", crate::rules::plain(target));
            lines(&rules, target).map(|bytes| (bytes, "application/jsonl", name))
        }
    });
    match made.await {
        Ok(Some((bytes, media, name))) => Ok(file(bytes, media, &name)),
        Ok(None) => Err(Stop::not_found(visit.shell)),
        Err(e) => {
            tracing::error!(error = %e, "rules could not be written");
            Ok(html(bartizan_workbench::ErrorPage::fault(visit.shell, "").render()))
        }
    }
}
