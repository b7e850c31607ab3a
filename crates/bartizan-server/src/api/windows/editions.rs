//! The source of the editions, what each audience would read, publishing; and editions that left.

use axum::extract::State;
use axum::http::StatusCode;
use axum::response::Response;
use bartizan_clearinghouse::time;
use bartizan_programme::Id;
use bartizan_store::KeptEdition;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::super::ask::{Asker, Body, Place, Query};
use super::super::endpoint::Endpoint;
use super::super::problem::Problem;
use super::super::shapes::Items;
use super::super::tagged;
use super::say::{SaidShape, said};
use super::{checked, room};
use crate::app::App;
use crate::programmes::editions;

/// Largest source.
const LARGE: usize = 3 << 20;

pub(super) fn list() -> Vec<Endpoint> {
    vec![
        Endpoint::get("/windows/{id}/source", "getEditionSource", "The newest source of the editions.", source)
            .gives::<SourceShape>(),
        Endpoint::put("/windows/{id}/source", "putEditionSource", "Writes the next version of the source.", write)
            .largest(LARGE)
            .takes::<NewSource>()
            .gives::<Written>(),
        Endpoint::get(
            "/windows/{id}/editions",
            "listWindowEditions",
            "Editions that left this window, newest first.",
            of_window,
        )
        .gives::<Items<EditionLine>>(),
        Endpoint::get(
            "/windows/{id}/editions/{edition}/preview",
            "previewEdition",
            "What an audience would read, and what of it may not leave.",
            preview,
        )
        .gives::<Preview>(),
        Endpoint::post(
            "/windows/{id}/editions/{edition}",
            "publishEdition",
            "Proposes to publish exactly what the preview shows. Refused while something sealed survives in it.",
            publish,
        )
        .takes::<Publish>()
        .gives::<SaidShape>(),
        Endpoint::delete(
            "/windows/{id}/editions/{edition}",
            "withdrawEdition",
            "Withdraws an edition that left.",
            withdraw,
        )
        .status(204),
        Endpoint::get("/editions", "listEditions", "Editions of windows that you may read, newest first.", readable)
            .gives::<Items<EditionLine>>(),
        Endpoint::get("/editions/{id}", "getEdition", "An edition that you may read.", one)
            .gives::<EditionShape>(),
    ]
}

/// A version of the source.
#[derive(Serialize, JsonSchema)]
#[schemars(rename = "EditionSource")]
struct SourceShape {
    /// 0 before the first.
    version: i64,
    at: Option<String>,
    body: String,
}

/// `GET /windows/{id}/source`
async fn source(
    State(app): State<App>,
    asker: Asker,
    Place(id): Place<String>,
    query: Query,
) -> Result<Response, Problem> {
    query.only(&[])?;
    let room = room(&app, &asker, &id).await?;
    let found = editions::source(&app, &room, None).await?;
    let shape = SourceShape {
        version: found.as_ref().map_or(0, |found| found.number),
        at: found.as_ref().map(|found| time::text(found.at)),
        body: found.map(|found| found.body).unwrap_or_default(),
    };
    Ok(tagged::json(StatusCode::OK, &shape))
}

/// The next version of the source.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(rename = "NewEditionSource")]
struct NewSource {
    /// The version that it was written from; 0: there was none.
    before: u32,
    body: String,
}

/// What was written.
#[derive(Serialize, JsonSchema)]
#[schemars(rename = "WrittenEditionSource")]
struct Written {
    version: u64,
}

/// `PUT /windows/{id}/source`
async fn write(
    State(app): State<App>,
    asker: Asker,
    Place(id): Place<String>,
    query: Query,
    body: Body<NewSource>,
) -> Result<Response, Problem> {
    query.only(&[])?;
    let NewSource { before, body } = body.value;
    let version = editions::write(&app, &asker.acting(), &id, u64::from(before), &body).await?;
    Ok(tagged::json(StatusCode::OK, &Written { version }))
}

/// An edition in a list.
#[derive(Serialize, JsonSchema)]
#[schemars(rename = "EditionLine")]
struct EditionLine {
    id: String,
    audience: String,
    title: String,
    marking: String,
    at: String,
    withdrawn: Option<String>,
}

fn line(edition: &KeptEdition) -> EditionLine {
    EditionLine {
        id: edition.uuid.clone(),
        audience: edition.audience.clone(),
        title: edition.title.clone(),
        marking: edition.marking.clone(),
        at: time::text(edition.at),
        withdrawn: edition.withdrawn.map(time::text),
    }
}

/// `GET /windows/{id}/editions`
async fn of_window(
    State(app): State<App>,
    asker: Asker,
    Place(id): Place<String>,
    query: Query,
) -> Result<Response, Problem> {
    query.only(&[])?;
    let room = room(&app, &asker, &id).await?;
    let found = editions::of_room(&app, &room).await?;
    Ok(tagged::json(StatusCode::OK, &Items { items: found.iter().map(line).collect(), next: None }))
}

/// What would leave.
#[derive(Serialize, JsonSchema)]
#[schemars(rename = "EditionPreview")]
struct Preview {
    audience: String,
    /// The version of the source that it is made of.
    source: u64,
    title: String,
    marking: String,
    html: String,
    markdown: String,
    /// SHA-256 of page and text.
    digest: String,
    /// What is sealed and survives; while there is something, it does not leave.
    leaks: Vec<LeakShape>,
}

#[derive(Serialize, JsonSchema)]
#[schemars(rename = "EditionLeak")]
struct LeakShape {
    /// `words`, `name`, `number`.
    kind: String,
    text: String,
    /// In which file, or the title.
    output: String,
    /// The line of the source that seals it; 0 for what the window seals.
    line: usize,
    excerpt: String,
}

/// `GET /windows/{id}/editions/{edition}/preview`
async fn preview(
    State(app): State<App>,
    asker: Asker,
    Place((id, audience)): Place<(String, String)>,
    query: Query,
) -> Result<Response, Problem> {
    query.only(&[])?;
    let audience: Id = audience.parse().map_err(|_| Problem::not_found())?;
    let room = room(&app, &asker, &id).await?;
    let found = editions::preview(&app, &asker.acting(), &room, &audience).await?;
    let leak = |leak: &bartizan_programme::edition::Leak| LeakShape {
        kind: leak.term.kind.as_str().to_owned(),
        text: leak.term.text.clone(),
        output: leak.output.clone(),
        line: leak.sealed_at,
        excerpt: leak.excerpt.clone(),
    };
    let shape = Preview {
        audience: found.audience.to_string(),
        source: found.source,
        title: found.edition.title.clone(),
        marking: found.edition.marking.clone(),
        digest: found.digest.to_string(),
        leaks: found.leaks.iter().map(leak).collect(),
        html: found.html,
        markdown: found.markdown,
    };
    Ok(tagged::json(StatusCode::OK, &shape))
}

/// As which of your roles.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(rename = "PublishEdition")]
struct Publish {
    role: String,
}

/// `POST /windows/{id}/editions/{edition}`
async fn publish(
    State(app): State<App>,
    asker: Asker,
    Place((id, audience)): Place<(String, String)>,
    query: Query,
    body: Body<Publish>,
) -> Result<Response, Problem> {
    query.only(&[])?;
    let audience: Id = audience.parse().map_err(|_| Problem::not_found())?;
    let role: Id = checked(&body.value.role)?;
    let done = editions::propose(&app, &asker.acting(), &id, &audience, &role).await?;
    Ok(tagged::json(StatusCode::CREATED, &said(&app, &asker, done).await?))
}

/// `DELETE /windows/{id}/editions/{edition}`
async fn withdraw(
    State(app): State<App>,
    asker: Asker,
    Place((id, edition)): Place<(String, String)>,
    query: Query,
) -> Result<StatusCode, Problem> {
    query.only(&[])?;
    editions::withdraw(&app, &asker.acting(), &id, &edition).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// `GET /editions`
async fn readable(State(app): State<App>, asker: Asker, query: Query) -> Result<Response, Problem> {
    query.only(&[])?;
    asker.reads()?;
    let found = editions::readable(&app, &asker.acting()).await?;
    Ok(tagged::json(StatusCode::OK, &Items { items: found.iter().map(line).collect(), next: None }))
}

/// An edition.
#[derive(Serialize, JsonSchema)]
#[schemars(rename = "Edition")]
struct EditionShape {
    #[serde(flatten)]
    line: EditionLine,
    html: String,
    markdown: String,
}

/// `GET /editions/{id}`
async fn one(
    State(app): State<App>,
    asker: Asker,
    Place(id): Place<String>,
    query: Query,
) -> Result<Response, Problem> {
    query.only(&[])?;
    let found = editions::one(&app, &asker.acting(), &id).await?;
    let shape = EditionShape { line: line(&found), html: found.html, markdown: found.markdown };
    Ok(tagged::json(StatusCode::OK, &shape))
}
