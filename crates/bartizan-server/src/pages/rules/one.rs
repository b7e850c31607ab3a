//! One rule: its proof, its text, and what it is in the language of another product.

use axum::extract::{Path, RawQuery, State};
use axum::http::{HeaderMap, Uri};
use axum::response::Response;
use bartizan_workbench::{Query, RulePage};

use super::{choices, find, line};
use crate::app::App;
use crate::download::download;
use crate::pages::html;
use crate::pages::name::reader;
use crate::pages::stop::Stop;
use crate::pages::visit::Visit;
use crate::rules::{Converted, convert, plain, targets};

/// The target of an address; empty where none is named.
fn target(query: Option<String>) -> String {
    let query = query.unwrap_or_default();
    let found = form_urlencoded::parse(query.as_bytes()).find(|(name, _)| name == "target");
    found.map(|(_, value)| value.into_owned()).unwrap_or_default()
}

/// `GET /rules/{report}/{rule}?target=…`
pub(in crate::pages) async fn show(
    State(app): State<App>,
    Path((report, rule)): Path<(String, String)>,
    RawQuery(query): RawQuery,
    headers: HeaderMap,
    uri: Uri,
) -> Result<Response, Stop> {
    let visit = Visit::new(&app, &headers, &uri).await?;
    reader(&visit)?;
    let (report, rule) = find(&app, &visit, &report, &rule).await?;
    let target = target(query);
    let shown = line(&app, &visit, &report, &rule);
    let written = if target.is_empty() { None } else { converted(&visit, &rule.body, &target)? };
    let mut shell = visit.shell.clone();
    shell.marking = shown.marking;
    let about = targets().find(|(name, _)| *name == target).map(|(_, about)| about).unwrap_or_default();
    let page = RulePage {
        shell,
        targets: choices(&target),
        query: written.map(|converted| match converted {
            Converted::Query(text) => Query { target: target.clone(), about, text, code: String::new() },
            Converted::Refused(code, text) => {
                Query { target: target.clone(), about, text, code: code.to_owned() }
            }
        }),
        rule: shown,
    };
    Ok(html(page.render()))
}

/// `GET /rules/{report}/{rule}/query?target=…`: the query as a file; the rule itself without a target.
pub(in crate::pages) async fn query(
    State(app): State<App>,
    Path((report, rule)): Path<(String, String)>,
    RawQuery(query): RawQuery,
    headers: HeaderMap,
    uri: Uri,
) -> Result<Response, Stop> {
    let visit = Visit::new(&app, &headers, &uri).await?;
    reader(&visit)?;
    let (report, rule) = find(&app, &visit, &report, &rule).await?;
    let target = target(query);
    let name = plain(&rule.title);
    let (bytes, name, media) = if target.is_empty() {
        (rule.body.clone().into_bytes(), format!("{name}.yml"), "application/yaml")
    } else {
        match converted(&visit, &rule.body, &target)? {
            Some(Converted::Query(text)) => {
                (text.into_bytes(), format!("{name}-{}.txt", plain(&target)), "text/plain; charset=utf-8")
            }
            Some(Converted::Refused(code, text)) => {
                return Err(Stop::wrong(
                    visit.shell,
                    format!("It cannot be expressed there ({code}): {text}"),
                ));
            }
            None => return Err(Stop::not_found(visit.shell)),
        }
    };
    let detail = serde_json::json!({ "rule": rule.id, "target": target }).to_string();
    let thing = format!("report/{}", report.uuid);
    app.store.note(&visit.by(), "rule.export", &thing, &detail).await.map_err(|e| visit.stop(&e))?;
    Ok(download(bytes, media, &name))
}

/// The rule for a target; a page that is not there if there is no such target.
fn converted(visit: &Visit, body: &str, target: &str) -> Result<Option<Converted>, Stop> {
    let converted = convert(body, target).ok_or_else(|| Stop::not_found(visit.shell.clone()))?;
    Ok(Some(converted))
}
