//! Inventories: brought, looked through, said something of, replaced, deleted.

use axum::Form;
use axum::extract::{Multipart, Path, RawQuery, State};
use axum::http::{HeaderMap, StatusCode, Uri};
use axum::response::{IntoResponse, Redirect, Response};
use bartizan_clearinghouse::access::{OrganisationId, Thing, Verb};
use bartizan_clearinghouse::due::Edit;
use bartizan_product::inventory::Asset;
use bartizan_workbench::{
    AssetLine, Choice, ComponentLine, Confirm, Flash, Inventories, Inventory, InventoryLine, Moment, OwnLogLine,
    Problem,
};
use serde::Deserialize;

use super::home::count;
use super::html;
use super::stop::Stop;
use super::visit::Visit;
use crate::app::App;
use crate::inventories::{self, LARGEST, Opened, Refused, Said, Upload};

/// Assets, components and entries of the log on a page.
const ASSETS: usize = 25;
const COMPONENTS: usize = 200;
const ENTRIES: i64 = 10;

fn own(visit: &Visit) -> Result<OrganisationId, Stop> {
    visit.principal.organisation.ok_or_else(|| Stop::Go("/sign-in".into()))
}

/// `yes`, `no`, `unknown`, in words.
pub(super) fn exposures(chosen: &str) -> Vec<Choice> {
    let choice = |value: &str| Choice { value: value.into(), label: value.into(), chosen: value == chosen };
    ["unknown", "yes", "no"].map(choice).into()
}

fn line(opened: &Opened) -> InventoryLine {
    let Opened { entry, holding } = opened;
    InventoryLine {
        uuid: entry.uuid.clone(),
        title: holding.title.clone(),
        format: holding.format.clone(),
        assets: holding.assets,
        components: holding.components,
        edition: count(entry.edition),
        uploaded: Moment(holding.uploaded),
    }
}

async fn page(app: &App, visit: &Visit, typed: &Upload, problem: Option<Problem>) -> Result<Response, Stop> {
    let own = own(visit)?;
    let all = inventories::all(app, &visit.actor()).await;
    let all = all.map_err(|wrong| Stop::because(&visit.shell, wrong))?;
    let log = app.store.own_log(own, None, ENTRIES).await.map_err(|e| visit.stop(&e))?;
    let page = Inventories {
        inventories: all.iter().map(line).collect(),
        may_add: visit.may(Verb::Add, &Thing::Inventory(own)),
        title: typed.title.clone(),
        exposures: exposures(&typed.exposure),
        problem,
        most: count(i64::try_from(LARGEST).unwrap_or_default()),
        log: log
            .into_iter()
            .map(|e| OwnLogLine { at: Moment(e.at), actor: e.actor, action: e.action, thing: e.thing })
            .collect(),
        shell: visit.shell.clone(),
    };
    Ok(html(page.render()))
}

fn nothing() -> Upload {
    Upload { title: String::new(), media: String::new(), exposure: "unknown".into(), bytes: Vec::new() }
}

/// `GET /inventories`
pub(super) async fn list(State(app): State<App>, headers: HeaderMap, uri: Uri) -> Result<Response, Stop> {
    let visit = Visit::new(&app, &headers, &uri).await?;
    visit.must(Verb::Read, &Thing::Inventory(own(&visit)?), "")?;
    page(&app, &visit, &nothing(), None).await
}

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
                let end = field.file_name().and_then(|name| name.rsplit_once('.')).map(|(_, end)| end.to_owned());
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
pub(super) async fn add(
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
    let typed = Upload { bytes: Vec::new(), title: upload.title.clone(), media: String::new(), exposure: upload.exposure.clone() };
    match inventories::add(&app, &visit.actor(), upload).await {
        Ok(opened) => {
            visit.say(&app, Flash { text: "It is kept. What is due stands under Due.".into(), ..Flash::default() });
            Ok(Redirect::to(&format!("/inventories/{}", opened.entry.uuid)).into_response())
        }
        Err(refused) => {
            let problem = told(&visit, refused)?;
            Ok(unfit(page(&app, &visit, &typed, Some(problem)).await?))
        }
    }
}

async fn find(app: &App, visit: &Visit, uuid: &str, verb: Verb) -> Result<Opened, Stop> {
    let found = inventories::find(app, &visit.actor(), uuid, verb).await;
    found.map_err(|e| Stop::because(&visit.shell, e))
}

fn asset(asset: &Asset) -> AssetLine {
    AssetLine {
        name: asset.name.clone(),
        exposures: exposures(asset.exposure.as_str()),
        owner: asset.owner.clone().unwrap_or_default(),
        location: asset.attributes.get("location").cloned().unwrap_or_default(),
        components: asset.components.len() as u64,
    }
}

async fn show(
    app: &App,
    visit: &Visit,
    opened: &Opened,
    (q, from): (&str, usize),
    problem: Option<Problem>,
) -> Result<Response, Stop> {
    let assets = inventories::assets(app, opened).await.map_err(|e| Stop::because(&visit.shell, e))?;
    let words = q.trim().to_lowercase();
    let fit = |a: &&Asset| {
        words.is_empty() || a.name.to_lowercase().contains(&words) || a.owner.as_deref().is_some_and(|o| o.to_lowercase().contains(&words))
    };
    let fitting = assets.iter().filter(fit).count();
    let found = inventories::components(&assets, &words).count();
    let components = inventories::components(&assets, &words).skip(from).take(COMPONENTS);
    let component = |(asset, c): (&Asset, &bartizan_product::inventory::Component)| ComponentLine {
        asset: asset.name.clone(),
        name: c.name.clone(),
        version: c.version.clone().unwrap_or_default(),
        identifier: match (&c.purl, c.cpes.first()) {
            (Some(purl), _) => purl.to_string(),
            (None, Some(cpe)) => cpe.to_string(),
            (None, None) => String::new(),
        },
        place: c.place.clone(),
    };
    let holding = &opened.holding;
    let page = Inventory {
        line: line(opened),
        digest: holding.digest.clone(),
        size: holding.size,
        exposures: exposures(&holding.exposure),
        q: q.to_owned(),
        assets: assets.iter().filter(fit).take(ASSETS).map(asset).collect(),
        more_assets: fitting.saturating_sub(ASSETS) as u64,
        components: components.map(component).collect(),
        found: found as u64,
        next: (from + COMPONENTS < found).then_some((from + COMPONENTS) as u64),
        diagnostics: holding.diagnostics.clone(),
        more_diagnostics: holding.more,
        may_change: visit.may(Verb::Add, &Thing::Inventory(opened.entry.organisation)),
        problem,
        shell: visit.shell.clone(),
    };
    Ok(html(page.render()))
}

/// `GET /inventories/{uuid}`
pub(super) async fn one(
    State(app): State<App>,
    Path(uuid): Path<String>,
    RawQuery(query): RawQuery,
    headers: HeaderMap,
    uri: Uri,
) -> Result<Response, Stop> {
    let visit = Visit::new(&app, &headers, &uri).await?;
    let opened = find(&app, &visit, &uuid, Verb::Read).await?;
    let query = query.unwrap_or_default();
    let value = |wanted: &str| {
        let found = form_urlencoded::parse(query.as_bytes()).find(|(name, _)| name == wanted);
        found.map(|(_, value)| value.into_owned()).unwrap_or_default()
    };
    let from = value("from").parse().unwrap_or(0);
    show(&app, &visit, &opened, (&value("q"), from), None).await
}

/// `GET /inventories/{uuid}/document`
pub(super) async fn document(
    State(app): State<App>,
    Path(uuid): Path<String>,
    headers: HeaderMap,
    uri: Uri,
) -> Result<Response, Stop> {
    let visit = Visit::new(&app, &headers, &uri).await?;
    let opened = find(&app, &visit, &uuid, Verb::Read).await?;
    let bytes = inventories::document(&app, &opened).await.map_err(|e| Stop::because(&visit.shell, e))?;
    Ok(inventories::taken_away(&opened, bytes))
}

/// `POST /inventories/{uuid}/document`
pub(super) async fn replace(
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
pub(super) struct SaidOfAsset {
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
pub(super) async fn assets(
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
pub(super) struct Changed {
    #[serde(default)]
    csrf: String,
    title: String,
    exposure: String,
}

/// `POST /inventories/{uuid}/change`
pub(super) async fn change(
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
pub(super) struct Sure {
    #[serde(default)]
    csrf: String,
    #[serde(default)]
    sure: String,
}

/// `POST /inventories/{uuid}/remove`
pub(super) async fn remove(
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
