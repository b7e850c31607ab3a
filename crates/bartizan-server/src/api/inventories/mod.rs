//! Inventories of the own organisation: nobody else learns that there are any.

mod shape;

use axum::extract::{Request, State};
use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use bartizan_clearinghouse::access::{Thing, Verb};
use bartizan_clearinghouse::due::{Change, Edit};
use bartizan_clearinghouse::time;
use serde_json::json;
use std::collections::BTreeMap;

use super::ROOT;
use super::ask::{self, Asker, Body, Place, Query};
use super::endpoint::{Endpoint, Tags};
use super::paging::Paging;
use super::problem::{Failed, Fault, Problem};
use super::shapes::Items;
use super::tagged;
use crate::app::App;
use crate::inventories::{self, LARGEST, Refused, Said, Upload};
use shape::{AssetSaid, Changed, Component, Entry, Line, Patch, Replaced, Whole, line, whole};

/// Changes that are told one by one.
const TOLD: usize = 1_000;

pub(super) fn list() -> Vec<Endpoint> {
    let title = || json!({ "type": "string", "maxLength": 200 });
    let exposure = || json!({ "type": "string", "enum": ["yes", "no", "unknown"], "default": "unknown" });
    let takes = |endpoint: Endpoint| {
        endpoint
            .largest(LARGEST)
            .takes_bytes("application/json")
            .takes_bytes("application/xml")
            .takes_bytes("text/csv")
            .takes_bytes("text/plain")
            .with("title", "What people call it; else as its first asset is called.", title())
            .with("exposure", "Exposure of assets of which the document does not say.", exposure())
    };
    vec![
        Endpoint::get("/inventories", "listInventories", "Your organisation's inventories, oldest first.", all)
            .gives::<Items<Line>>(),
        takes(Endpoint::post(
            "/inventories",
            "addInventory",
            "Brings a bill of materials (CycloneDX, SPDX), CPE names or a table of assets. It is kept sealed; no other organisation learns of it.",
            add,
        ))
        .gives::<Whole>(),
        Endpoint::get("/inventories/log", "listInventoryLog", "What was done with inventories and due items, newest first; for your organisation alone.", log)
            .paged()
            .gives::<Items<Entry>>(),
        Endpoint::get("/inventories/{id}", "getInventory", "One inventory.", one).gives::<Whole>().tags(Tags::Given),
        takes(Endpoint::put("/inventories/{id}", "replaceInventory", "Puts a newer document in the place of the one that is there. What you said of assets holds on.", replace))
            .gives::<Replaced>(),
        Endpoint::patch("/inventories/{id}", "changeInventory", "Says something else of an inventory or its assets.", change)
            .largest(4 << 20)
            .takes::<Patch>()
            .gives::<Line>(),
        Endpoint::delete("/inventories/{id}", "deleteInventory", "Deletes an inventory with all its documents. What was decided about its items stays.", remove)
            .status(204),
        Endpoint::get("/inventories/{id}/document", "getInventoryDocument", "The document as it came.", document)
            .gives_bytes("application/octet-stream"),
        Endpoint::get("/inventories/{id}/components", "listInventoryComponents", "Its components, in the order of the document.", components)
            .with("q", "Only with this in the name, version, package URL or asset.", json!({ "type": "string" }))
            .paged()
            .gives::<Items<Component>>(),
    ]
}

/// What is somebody's alone is kept by nothing on the way.
pub(super) fn private(mut response: Response) -> Response {
    response.headers_mut().insert(header::CACHE_CONTROL, HeaderValue::from_static("private, no-store"));
    response
}

fn refused(refused: Refused) -> Problem {
    match refused {
        Refused::Wrong(wrong) => wrong.into(),
        Refused::Document(code, reason, size) => {
            let fault = Fault { code: code.to_owned(), field: String::new(), also_field: None, reason };
            Problem::invalid(Failed::Inventory, vec![fault], size)
        }
    }
}

/// The document of a request.
async fn upload(app: &App, query: &Query, request: Request) -> Result<Upload, Problem> {
    let media = ask::media(request.headers()).unwrap_or_default();
    if !inventories::is_media(&media) {
        return Err(Problem::media("application/json, application/xml, text/csv or text/plain"));
    }
    let title = query.one("title")?.unwrap_or_default().to_owned();
    let exposure = query.one("exposure")?.unwrap_or("unknown").to_owned();
    let bytes = ask::bytes(request, app).await?.to_vec();
    Ok(Upload { title, media, exposure, bytes })
}

/// `GET /inventories`
async fn all(State(app): State<App>, asker: Asker, query: Query) -> Result<Response, Problem> {
    query.only(&[])?;
    let all = inventories::all(&app, &asker.acting()).await?;
    Ok(private(tagged::json(StatusCode::OK, &Items { items: all.iter().map(line).collect(), next: None })))
}

/// `POST /inventories`
async fn add(
    State(app): State<App>,
    asker: Asker,
    query: Query,
    request: Request,
) -> Result<Response, Problem> {
    query.only(&["title", "exposure"])?;
    let acting = asker.acting();
    // Whoever may not is told so before anything is read.
    inventories::own(&acting, Verb::Add)?;
    let upload = upload(&app, &query, request).await?;
    let opened = inventories::add(&app, &acting, upload).await.map_err(refused)?;
    let mut response = private(tagged::json(StatusCode::CREATED, &whole(&opened)));
    if let Ok(place) = HeaderValue::from_str(&format!("{ROOT}/inventories/{}", opened.entry.uuid)) {
        response.headers_mut().insert(header::LOCATION, place);
    }
    Ok(response)
}

/// `GET /inventories/{id}`
async fn one(
    State(app): State<App>,
    asker: Asker,
    Place(id): Place<String>,
    query: Query,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    query.only(&[])?;
    let opened = inventories::find(&app, &asker.acting(), &id, Verb::Read).await?;
    Ok(private(tagged::single(&headers, &whole(&opened))))
}

/// `PUT /inventories/{id}`
async fn replace(
    State(app): State<App>,
    asker: Asker,
    Place(id): Place<String>,
    query: Query,
    request: Request,
) -> Result<Response, Problem> {
    query.only(&["title", "exposure"])?;
    let acting = asker.acting();
    let before = inventories::find(&app, &acting, &id, Verb::Add).await?;
    let mut upload = upload(&app, &query, request).await?;
    if query.one("exposure")?.is_none() {
        upload.exposure.clone_from(&before.holding.exposure);
    }
    let (opened, changes) = inventories::replace(&app, &acting, &before, upload).await.map_err(refused)?;
    let some = |came: bool| {
        let these = changes.iter().filter(|c| c.came == came).take(TOLD);
        these
            .map(|Change { asset, component, .. }| Changed {
                asset: asset.clone(),
                component: component.clone(),
            })
            .collect()
    };
    let mut answer = Replaced {
        whole: whole(&opened),
        came: some(true),
        went: some(false),
        changes: u64::try_from(changes.len()).unwrap_or(u64::MAX),
    };
    // A token that only writes learns nothing of what was there.
    if !asker.may(Verb::Read, &Thing::Inventory(asker.organisation)) {
        (answer.came, answer.went, answer.changes) = (Vec::new(), Vec::new(), 0);
        answer.whole.said = BTreeMap::new();
    }
    Ok(private(tagged::json(StatusCode::OK, &answer)))
}

/// `PATCH /inventories/{id}`
async fn change(
    State(app): State<App>,
    asker: Asker,
    Place(id): Place<String>,
    query: Query,
    body: Body<Patch>,
) -> Result<Response, Problem> {
    query.only(&[])?;
    let acting = asker.acting();
    let before = inventories::find(&app, &acting, &id, Verb::Add).await?;
    let Patch { title, exposure, assets } = body.value;
    let edit = |AssetSaid { exposure, owner, location }| Edit { exposure, owner, location };
    let assets = assets.into_iter().map(|(name, said)| (name, edit(said))).collect();
    let opened = inventories::change(&app, &acting, &before, Said { title, exposure, assets }).await?;
    Ok(private(tagged::json(StatusCode::OK, &line(&opened))))
}

/// `DELETE /inventories/{id}`
async fn remove(
    State(app): State<App>,
    asker: Asker,
    Place(id): Place<String>,
    query: Query,
) -> Result<Response, Problem> {
    query.only(&[])?;
    let opened = inventories::find(&app, &asker.acting(), &id, Verb::Remove).await?;
    app.store.remove_inventory(&asker.by(), &opened.entry).await?;
    Ok(StatusCode::NO_CONTENT.into_response())
}

/// `GET /inventories/{id}/document`
async fn document(
    State(app): State<App>,
    asker: Asker,
    Place(id): Place<String>,
    query: Query,
) -> Result<Response, Problem> {
    query.only(&[])?;
    let opened = inventories::find(&app, &asker.acting(), &id, Verb::Read).await?;
    Ok(inventories::taken_away(&opened, inventories::document(&app, &opened).await?))
}

/// `GET /inventories/{id}/components`
async fn components(
    State(app): State<App>,
    asker: Asker,
    Place(id): Place<String>,
    query: Query,
) -> Result<Response, Problem> {
    query.only(&["q", "limit", "next"])?;
    let opened = inventories::find(&app, &asker.acting(), &id, Verb::Read).await?;
    let paging = Paging::new(&query, "inventory-components")?;
    let words = query.one("q")?.unwrap_or_default().to_lowercase();
    let assets = inventories::assets(&app, &opened).await?;
    let found = (1i64..).zip(inventories::components(&assets, &words));
    let page = paging.cut(
        found,
        |(at, _)| *at,
        |(_, (asset, c))| Component {
            asset: asset.name.clone(),
            exposure: asset.exposure.as_str().into(),
            name: c.name.clone(),
            version: c.version.clone(),
            purl: c.purl.as_ref().map(ToString::to_string),
            cpes: c.cpes.iter().map(ToString::to_string).collect(),
            place: c.place.clone(),
        },
    );
    Ok(private(tagged::json(StatusCode::OK, &page)))
}

/// `GET /inventories/log`
async fn log(State(app): State<App>, asker: Asker, query: Query) -> Result<Response, Problem> {
    query.only(&["limit", "next"])?;
    let own = inventories::own(&asker.acting(), Verb::Read)?;
    let paging = Paging::new(&query, "inventory-log")?;
    let limit = i64::try_from(paging.limit + 1).unwrap_or(i64::MAX);
    let found = app.store.own_log(own, paging.after, limit).await?;
    let page = paging.page(
        found,
        |e| e.number,
        |e| Entry {
            number: e.number,
            at: time::text(e.at),
            actor: e.actor.clone(),
            action: e.action.clone(),
            thing: e.thing.clone(),
            hash: e.hash.clone(),
        },
    );
    Ok(private(tagged::json(StatusCode::OK, &page)))
}
