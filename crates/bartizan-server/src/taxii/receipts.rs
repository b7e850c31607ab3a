//! Status of what was added (section 4.3): for who added it, and nobody else.

use axum::extract::{Path, State};
use axum::http::{HeaderMap, StatusCode};
use axum::response::Response;

use super::ask;
use super::media::answer;
use super::problem::Problem;
use crate::app::App;

/// `GET …/status/{id}/`
pub(super) async fn status(
    State(app): State<App>,
    Path(uuid): Path<String>,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    let directory = app.store.fresh().await?;
    let caller = ask::who(&app, &headers, &directory).await?;
    let person = caller.principal.person.ok_or_else(Problem::sign_in)?;
    let body = app.store.receipt(&uuid, person).await?.ok_or_else(Problem::not_found)?;
    Ok(answer(StatusCode::OK, body))
}
