//! Model testing: the board, a window, its runs and editions.

mod acts;
mod board;
mod bring;
mod form;
mod one;
mod posted;
mod show;

use axum::Router;
use axum::extract::{DefaultBodyLimit, Path, State};
use axum::http::{HeaderMap, Uri};
use axum::response::Response;
use axum::routing::{get, post};
use bartizan_clearinghouse::access::Verb;
use bartizan_workbench::TestWindow;

use self::acts::Maker;
use self::posted::Posted;
use super::stop::Stop;
use super::visit::Visit;
use super::{SMALL, html};
use crate::app::App;
use crate::programmes::{self, files, grants};
use crate::sharing::Wrong;

/// Largest form: a file of rules, a source of editions.
const LARGE: usize = 3 << 20;

pub(super) fn routes() -> Router<App> {
    let large = || DefaultBodyLimit::max(LARGE);
    let file = || DefaultBodyLimit::max(files::LONGEST + (1 << 16));
    Router::new()
        .route("/testing", get(board::board).post(board::submit).layer(DefaultBodyLimit::max(SMALL)))
        .route("/testing/programmes", post(board::bring).layer(large()))
        .route("/testing/programmes/{programme}", post(board::staff).layer(DefaultBodyLimit::max(SMALL)))
        .route("/testing/programmes/{programme}/rules", get(one::rules))
        .route("/testing/{uuid}", get(window))
        .route("/testing/{uuid}/act", post(act).layer(DefaultBodyLimit::max(512 << 10)))
        .route("/testing/{uuid}/endpoint", post(bring::endpoint).layer(DefaultBodyLimit::max(SMALL)))
        .route("/testing/{uuid}/grants", post(bring::grant).layer(DefaultBodyLimit::max(SMALL)))
        .route("/testing/{uuid}/credential", post(credential).layer(DefaultBodyLimit::max(SMALL)))
        .route("/testing/{uuid}/plan", post(bring::plan).layer(DefaultBodyLimit::max(SMALL)))
        .route("/testing/{uuid}/end", post(bring::end).layer(file()))
        .route("/testing/{uuid}/files", post(bring::file).layer(file()))
        .route("/testing/{uuid}/files/{name}", get(one::file))
        .route("/testing/{uuid}/archive", get(one::archive))
        .route("/testing/{uuid}/hand-over", post(bring::hand_over).layer(DefaultBodyLimit::max(SMALL)))
        .route("/testing/{uuid}/determine", post(bring::determine).layer(DefaultBodyLimit::max(SMALL)))
        .route("/testing/{uuid}/source", post(bring::source).layer(large()))
        .route("/testing/{uuid}/runs/{run}", get(one::run))
        .route(
            "/testing/{uuid}/editions/{audience}",
            get(one::edition).post(bring::publish).layer(DefaultBodyLimit::max(SMALL)),
        )
        .route("/testing/{uuid}/{tab}", get(tab))
        .route("/editions/{uuid}", get(one::published))
}

/// A window's page.
async fn shown(app: &App, visit: &Visit, uuid: &str, tab: &str) -> Result<TestWindow, Wrong> {
    let acting = visit.actor();
    let room = programmes::find(app, &acting, uuid, Verb::Read).await?;
    let allowed = room.window.allowed(&room.me, acting.now);
    let files = files::list(app, &acting, &room).await?;
    let make = Maker { room: &room, directory: &visit.directory, allowed: &allowed, files: &files };
    let page = show::Page { app, acting: &acting, room: &room, make, files: &files };
    page.window(tab, confidential(visit)).await
}

/// What stands around a page of a window: nothing of it goes further than those who have a part in it.
fn confidential(visit: &Visit) -> bartizan_workbench::Shell {
    bartizan_workbench::Shell { marking: bartizan_stix::Tlp::AmberStrict, ..visit.shell.clone() }
}

/// `GET /testing/{uuid}`
async fn window(
    State(app): State<App>,
    Path(uuid): Path<String>,
    headers: HeaderMap,
    uri: Uri,
) -> Result<Response, Stop> {
    let visit = Visit::new(&app, &headers, &uri).await?;
    let page = shown(&app, &visit, &uuid, "").await.map_err(|wrong| Stop::because(&visit.shell, wrong))?;
    Ok(html(page.render()))
}

/// `GET /testing/{uuid}/{tab}`
async fn tab(
    State(app): State<App>,
    Path((uuid, tab)): Path<(String, String)>,
    headers: HeaderMap,
    uri: Uri,
) -> Result<Response, Stop> {
    let visit = Visit::new(&app, &headers, &uri).await?;
    let stop = |wrong| Stop::because(&visit.shell, wrong);
    if !show::TABS.iter().any(|(known, _)| !known.is_empty() && *known == tab) {
        return Err(stop(Wrong::NotThere));
    }
    let page = shown(&app, &visit, &uuid, &tab).await.map_err(stop)?;
    Ok(html(page.render()))
}

/// `POST /testing/{uuid}/act`
async fn act(Path(uuid): Path<String>, posted: Posted) -> Result<Response, Stop> {
    posted.room(&uuid).await?;
    let (role, action) = form::read(&posted.fields);
    posted.done(&uuid, posted.say(&uuid, &role, action).await)
}

/// `POST /testing/{uuid}/credential`: shown in the answer and nowhere else.
async fn credential(Path(uuid): Path<String>, posted: Posted) -> Result<Response, Stop> {
    let page = async {
        let grant = posted.one("grant").parse().map_err(|_| Wrong::NotThere)?;
        let secret = grants::collect(&posted.app, &posted.acting(), &uuid, &grant).await?;
        let page = shown(&posted.app, &posted.visit, &uuid, "access").await?;
        Ok(TestWindow { secret: Some(secret), ..page })
    };
    Ok(html(page.await.map_err(|wrong| posted.stop(wrong))?.render()))
}
