//! Searches that people keep: each sees their own, with what is new since they last looked.

use axum::Form;
use axum::extract::{Path, State};
use axum::http::{HeaderMap, Uri};
use axum::response::{IntoResponse, Redirect, Response};
use bartizan_workbench::SavedLine;
use serde::Deserialize;

use super::Asked;
use crate::app::App;
use crate::pages::flash::undoable;
use crate::pages::home::count;
use crate::pages::stop::Stop;
use crate::pages::visit::Visit;

#[derive(Deserialize)]
pub(in crate::pages) struct New {
    #[serde(default)]
    csrf: String,
    name: String,
    #[serde(default)]
    query: String,
}

#[derive(Deserialize)]
pub(in crate::pages) struct Gone {
    #[serde(default)]
    csrf: String,
}

/// `POST /library/searches`
pub(in crate::pages) async fn save(
    State(app): State<App>,
    headers: HeaderMap,
    uri: Uri,
    Form(new): Form<New>,
) -> Result<Response, Stop> {
    let visit = Visit::acting(&app, &headers, &uri, Some(&new.csrf)).await?;
    let Some(person) = visit.principal.person else { return Err(Stop::Go("/sign-in".into())) };
    // Kept as it was understood, so that what is shown later is what is counted.
    let asked = Asked::read(&new.query);
    let uuid = app.uuid();
    let kept = app.store.save_search(&visit.by(), person, &uuid, &new.name, &asked.query()).await;
    kept.map_err(|e| visit.stop(&e))?;
    Ok(Redirect::to(&format!("/library?{}&saved={uuid}", asked.query())).into_response())
}

/// `POST /library/searches/{id}/remove`
pub(in crate::pages) async fn remove(
    State(app): State<App>,
    Path(id): Path<String>,
    headers: HeaderMap,
    uri: Uri,
    Form(form): Form<Gone>,
) -> Result<Response, Stop> {
    let visit = Visit::acting(&app, &headers, &uri, Some(&form.csrf)).await?;
    let Some(person) = visit.principal.person else { return Err(Stop::Go("/sign-in".into())) };
    let kept = app.store.saved_searches(person).await.map_err(|e| visit.stop(&e))?;
    let search = kept.into_iter().find(|s| s.uuid == id);
    let search = search.ok_or_else(|| Stop::not_found(visit.shell.clone()))?;
    app.store.forget_search(&visit.by(), person, &id).await.map_err(|e| visit.stop(&e))?;
    let fields = [("name", search.name.as_str()), ("query", &search.query)];
    visit.say(
        &app,
        undoable(format!("The search “{}” is forgotten.", search.name), "/library/searches", &fields),
    );
    Ok(Redirect::to("/library").into_response())
}

/// The searches of the visitor with how many reports are new in each, for the home page.
pub(in crate::pages) async fn fresh(
    app: &App,
    visit: &Visit,
    readable: &[i64],
) -> Result<Vec<SavedLine>, Stop> {
    let Some(person) = visit.principal.person else { return Ok(Vec::new()) };
    let mut lines = Vec::new();
    for search in app.store.saved_searches(person).await.map_err(|e| visit.stop(&e))? {
        let asked = Asked::read(&search.query);
        let fresh = app.store.count_reports(readable, &asked.filter(), Some(search.seen)).await;
        lines.push(SavedLine {
            href: format!("/library?{}&saved={}", search.query, search.uuid),
            id: search.uuid,
            name: search.name,
            fresh: count(fresh.map_err(|e| visit.stop(&e))?),
            shown: false,
        });
    }
    Ok(lines)
}
