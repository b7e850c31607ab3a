//! Inventories brought, replaced, said something of, deleted.

use axum::Form;
use axum::extract::{Multipart, Path, State};
use axum::http::{HeaderMap, StatusCode, Uri};
use axum::response::{IntoResponse, Redirect, Response};
use bartizan_clearinghouse::access::Verb;
use bartizan_clearinghouse::due::Edit;
use bartizan_workbench::{Confirm, Flash, Problem};
use serde::Deserialize;

use super::super::html;
use super::super::stop::Stop;
use super::super::visit::Visit;
use super::{find, nothing, page, show};
use crate::app::App;
use crate::inventories::{self, LARGEST, Opened, Refused, Said, Upload};

/// The token of the form, and the document with what was typed.
async fn read(mut body: Multipart) -> Result<(String, Upload), String> {
    let (mut csrf, mut upload) = (String::new(), nothing());
    let failed = |e: axum::extract::multipart::MultipartError| {
        if e.status() == StatusCode::PAYLOAD_TOO_LARGE {
            format!("A document has at most {} MiB.", LARGEST >> 20)
        } else {
            "The form did not arrive whole.".to_owned()
        }
    };
    while let Some(field) = body.next_field().await.map_err(failed)? {
        match field.name().unwrap_or_default() {
            "csrf" => csrf = field.text().await.map_err(failed)?,
            "title" => upload.title = field.text().await.map_err(failed)?,
            "exposure" => upload.exposure = field.text().await.map_err(failed)?,
            "file" => {
                let end =
                    field.file_name().and_then(|name| name.rsplit_once('.')).map(|(_, end)| end.to_owned());
                upload.media = match end.as_deref() {
                    Some("json") => "application/json",
                    Some("xml") => "application/xml",
                    Some("csv") => "text/csv",
                    _ => "text/plain",
                }
                .into();
                upload.bytes = field.bytes().await.map_err(failed)?.to_vec();
            }
            _ => {}
        }
    }
    Ok((csrf, upload))
}

fn wrong(text: impl Into<String>) -> Problem {
    Problem { field: "file".into(), text: text.into() }
}

fn told(visit: &Visit, refused: Refused) -> Result<Problem, Stop> {
    match refused {
        Refused::Document(code, text, _) => Ok(wrong(format!("{text} [{code}]"))),
        Refused::Wrong(crate::sharing::Wrong::Unfit(text)) => Ok(wrong(text)),
        Refused::Wrong(other) => Err(Stop::because(&visit.shell, other)),
    }
}

fn unfit(mut response: Response) -> Response {
    *response.status_mut() = StatusCode::UNPROCESSABLE_ENTITY;
    response
}

/// `POST /inventories`
pub(in crate::pages) async fn add(
    State(app): State<App>,
    headers: HeaderMap,
    uri: Uri,
    body: Multipart,
) -> Result<Response, Stop> {
    // Whoever may not is told so before anything is read.
    let visit = Visit::new(&app, &headers, &uri).await?;
    inventories::own(&visit.actor(), Verb::Add).map_err(|e| Stop::because(&visit.shell, e))?;
    let read = read(body).await;
    let csrf = read.as_ref().ok().map(|(csrf, _)| csrf.clone());
    let visit = Visit::acting(&app, &headers, &uri, csrf.as_deref()).await?;
    let upload = match read {
        Ok((_, upload)) => upload,
        Err(text) => return Ok(unfit(page(&app, &visit, &nothing(), Some(wrong(text))).await?)),
    };
    let typed = Upload {
        bytes: Vec::new(),
        title: upload.title.clone(),
        media: String::new(),
        exposure: upload.exposure.clone(),
    };
    match inventories::add(&app, &visit.actor(), upload).await {
        Ok(opened) => {
            visit.say(
                &app,
                Flash { text: "It is kept. What is due stands under Due.".into(), ..Flash::default() },
            );
            Ok(Redirect::to(&format!("/inventories/{}", opened.entry.uuid)).into_response())
        }
        Err(refused) => {
            let problem = told(&visit, refused)?;
            Ok(unfit(page(&app, &visit, &typed, Some(problem)).await?))
        }
    }
}

/// `POST /inventories/{uuid}/document`
pub(in crate::pages) async fn replace(
    State(app): State<App>,
    Path(uuid): Path<String>,
    headers: HeaderMap,
    uri: Uri,
    body: Multipart,
) -> Result<Response, Stop> {
    let visit = Visit::new(&app, &headers, &uri).await?;
    find(&app, &visit, &uuid, Verb::Add).await?;
    let read = read(body).await;
    let csrf = read.as_ref().ok().map(|(csrf, _)| csrf.clone());
    let visit = Visit::acting(&app, &headers, &uri, csrf.as_deref()).await?;
    let before = find(&app, &visit, &uuid, Verb::Add).await?;
    let mut upload = match read {
        Ok((_, upload)) => upload,
        Err(text) => return Ok(unfit(show(&app, &visit, &before, ("", 0), Some(wrong(text))).await?)),
    };
    upload.exposure.clone_from(&before.holding.exposure);
    match inventories::replace(&app, &visit.actor(), &before, upload).await {
        Ok((_, changes)) => {
            let came = changes.iter().filter(|change| change.came).count();
            let text = format!("It is kept. {came} components came, {} went.", changes.len() - came);
            visit.say(&app, Flash { text, ..Flash::default() });
            Ok(Redirect::to(&format!("/inventories/{uuid}")).into_response())
        }
        Err(refused) => {
            let problem = told(&visit, refused)?;
            Ok(unfit(show(&app, &visit, &before, ("", 0), Some(problem)).await?))
        }
    }
}

#[derive(Deserialize)]
pub(in crate::pages) struct SaidOfAsset {
    #[serde(default)]
    csrf: String,
    asset: String,
    exposure: String,
    #[serde(default)]
    owner: String,
    #[serde(default)]
    location: String,
}

/// `POST /inventories/{uuid}/assets`
pub(in crate::pages) async fn assets(
    State(app): State<App>,
    Path(uuid): Path<String>,
    headers: HeaderMap,
    uri: Uri,
    Form(form): Form<SaidOfAsset>,
) -> Result<Response, Stop> {
    let visit = Visit::acting(&app, &headers, &uri, Some(&form.csrf)).await?;
    let before = find(&app, &visit, &uuid, Verb::Add).await?;
    let edit = Edit {
        exposure: Some(form.exposure),
        owner: Some(form.owner.trim().to_owned()),
        location: Some(form.location.trim().to_owned()),
    };
    let said = Said { assets: [(form.asset, edit)].into(), ..Said::default() };
    changed(&app, &visit, &before, said).await
}

#[derive(Deserialize)]
pub(in crate::pages) struct Changed {
    #[serde(default)]
    csrf: String,
    title: String,
    exposure: String,
}

/// `POST /inventories/{uuid}/change`
pub(in crate::pages) async fn change(
    State(app): State<App>,
    Path(uuid): Path<String>,
    headers: HeaderMap,
    uri: Uri,
    Form(form): Form<Changed>,
) -> Result<Response, Stop> {
    let visit = Visit::acting(&app, &headers, &uri, Some(&form.csrf)).await?;
    let before = find(&app, &visit, &uuid, Verb::Add).await?;
    let said = Said { title: Some(form.title), exposure: Some(form.exposure), ..Said::default() };
    changed(&app, &visit, &before, said).await
}

async fn changed(app: &App, visit: &Visit, before: &Opened, said: Said) -> Result<Response, Stop> {
    let done = inventories::change(app, &visit.actor(), before, said).await;
    let opened = done.map_err(|e| Stop::because(&visit.shell, e))?;
    visit.say(app, Flash { text: "Kept.".into(), ..Flash::default() });
    Ok(Redirect::to(&format!("/inventories/{}", opened.entry.uuid)).into_response())
}

#[derive(Deserialize)]
pub(in crate::pages) struct Sure {
    #[serde(default)]
    csrf: String,
    #[serde(default)]
    sure: String,
}

/// `POST /inventories/{uuid}/remove`
pub(in crate::pages) async fn remove(
    State(app): State<App>,
    Path(uuid): Path<String>,
    headers: HeaderMap,
    uri: Uri,
    Form(form): Form<Sure>,
) -> Result<Response, Stop> {
    let visit = Visit::acting(&app, &headers, &uri, Some(&form.csrf)).await?;
    let opened = find(&app, &visit, &uuid, Verb::Remove).await?;
    if form.sure != "1" {
        let page = Confirm {
            title: "Delete this inventory?".into(),
            what: vec![
                format!("{} is deleted with all its documents.", opened.holding.title),
                "What is due in it is shown no more; exceptions and closures stay.".into(),
            ],
            action: format!("/inventories/{uuid}/remove"),
            fields: vec![("sure".into(), "1".into())],
            button: "Delete".into(),
            back: format!("/inventories/{uuid}"),
            shell: visit.shell,
        };
        return Ok(html(page.render()));
    }
    app.store.remove_inventory(&visit.by(), &opened.entry).await.map_err(|e| visit.stop(&e))?;
    visit.say(&app, Flash { text: "It is deleted.".into(), ..Flash::default() });
    Ok(Redirect::to("/inventories").into_response())
}
