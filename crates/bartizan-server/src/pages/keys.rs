//! The keys of the workbench.

use axum::extract::State;
use axum::http::{HeaderMap, Uri};
use axum::response::Response;
use bartizan_workbench::Keys;

use super::html;
use super::stop::Stop;
use super::visit::Visit;
use crate::app::App;

/// `GET /keys`
pub(super) async fn show(State(app): State<App>, headers: HeaderMap, uri: Uri) -> Result<Response, Stop> {
    let visit = Visit::new(&app, &headers, &uri).await?;
    Ok(html(Keys { shell: visit.shell }.render()))
}
