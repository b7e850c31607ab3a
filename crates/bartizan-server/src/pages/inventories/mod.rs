//! Inventories, looked through.

mod change;

use axum::extract::{Path, RawQuery, State};
use axum::http::{HeaderMap, Uri};
use axum::response::Response;
use bartizan_clearinghouse::access::{OrganisationId, Thing, Verb};
use bartizan_product::inventory::Asset;
use bartizan_workbench::{
    AssetLine, Choice, ComponentLine, Inventories, Inventory, InventoryLine, Moment, OwnLogLine, Problem,
};

use super::home::count;
use super::html;
use super::stop::Stop;
use super::visit::Visit;
use crate::app::App;
use crate::inventories::{self, LARGEST, Opened, Upload};

pub(super) use change::{add, assets, change, remove, replace};

/// Assets, components and entries of the log on a page.
const ASSETS: usize = 25;
const COMPONENTS: usize = 200;
const ENTRIES: i64 = 10;

fn own(visit: &Visit) -> Result<OrganisationId, Stop> {
    visit.principal.organisation.ok_or_else(|| Stop::Go("/sign-in".into()))
}

/// `yes`, `no`, `unknown`, in words.
fn exposures(chosen: &str) -> Vec<Choice> {
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
        words.is_empty()
            || a.name.to_lowercase().contains(&words)
            || a.owner.as_deref().is_some_and(|o| o.to_lowercase().contains(&words))
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
