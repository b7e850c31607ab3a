//! Files in custody, and the archive that the separate verifier checks.

use axum::extract::{Request, State};
use axum::http::{HeaderName, HeaderValue, StatusCode};
use axum::response::Response;
use bartizan_clearinghouse::time;
use bartizan_store::TestFile;
use schemars::JsonSchema;
use serde::Serialize;
use serde_json::json;

use super::super::ask::{self, Asker, Place, Query};
use super::super::endpoint::Endpoint;
use super::super::problem::Problem;
use super::super::shapes::Items;
use super::super::tagged;
use super::room;
use crate::app::App;
use crate::download::{ANY, download};
use crate::programmes::{archive, files};

pub(super) fn list() -> Vec<Endpoint> {
    let kinds = json!({ "type": "string", "enum": files::KINDS });
    vec![
        Endpoint::get("/windows/{id}/files", "listWindowFiles", "Files in custody that you may read.", listed)
            .gives::<Items<FileShape>>(),
        Endpoint::put(
            "/windows/{id}/files/{name}",
            "putWindowFile",
            "Puts a file into custody: it is kept sealed and never changes. The answer has the name it has there.",
            put,
        )
        .largest(files::LONGEST + 1)
        .with("kind", "What it is.", kinds)
        .takes_bytes("application/octet-stream")
        .gives::<FileShape>(),
        Endpoint::get("/windows/{id}/files/{name}", "getWindowFile", "A file as it was put there.", one)
            .gives_bytes("application/octet-stream"),
        Endpoint::get(
            "/windows/{id}/custody",
            "getWindowArchive",
            "Everything in custody with its signed manifest, as a tar file for `bartizan-custody verify`.",
            whole,
        )
        .gives_bytes("application/x-tar"),
    ]
}

/// A file in custody.
#[derive(Serialize, JsonSchema)]
#[schemars(rename = "WindowFile")]
struct FileShape {
    name: String,
    kind: String,
    bytes: i64,
    /// SHA-256.
    digest: String,
    added: String,
}

fn shape(file: &TestFile) -> FileShape {
    FileShape {
        name: file.name.clone(),
        kind: file.kind.clone(),
        bytes: file.bytes,
        digest: file.digest.clone(),
        added: time::text(file.added),
    }
}

/// `GET /windows/{id}/files`
async fn listed(
    State(app): State<App>,
    asker: Asker,
    Place(id): Place<String>,
    query: Query,
) -> Result<Response, Problem> {
    query.only(&[])?;
    let room = room(&app, &asker, &id).await?;
    let found = files::list(&app, &asker.acting(), &room).await?;
    Ok(tagged::json(StatusCode::OK, &Items { items: found.iter().map(shape).collect(), next: None }))
}

/// `PUT /windows/{id}/files/{name}`
async fn put(
    State(app): State<App>,
    asker: Asker,
    Place((id, name)): Place<(String, String)>,
    query: Query,
    request: Request,
) -> Result<Response, Problem> {
    query.only(&["kind"])?;
    // Who may not is told so before the body is taken.
    room(&app, &asker, &id).await?;
    let kind = query.one("kind")?.unwrap_or("other").to_owned();
    let bytes = ask::bytes(request, &app).await?;
    let kept = files::keep(&app, &asker.acting(), &id, (&name, &kind), &bytes).await?;
    Ok(tagged::json(StatusCode::OK, &shape(&kept)))
}

/// `GET /windows/{id}/files/{name}`
async fn one(
    State(app): State<App>,
    asker: Asker,
    Place((id, name)): Place<(String, String)>,
    query: Query,
) -> Result<Response, Problem> {
    query.only(&[])?;
    let room = room(&app, &asker, &id).await?;
    let (file, bytes) = files::read(&app, &asker.acting(), &room, &name).await?;
    Ok(download(bytes, ANY, &file.name))
}

/// `GET /windows/{id}/custody`
async fn whole(
    State(app): State<App>,
    asker: Asker,
    Place(id): Place<String>,
    query: Query,
) -> Result<Response, Problem> {
    query.only(&[])?;
    let room = room(&app, &asker, &id).await?;
    let made = archive::archive(&app, &room).await?;
    let mut response = download(made.tar, "application/x-tar", "window.tar");
    for (name, text) in [("bartizan-custody-key", &made.key), ("bartizan-custody-head", &made.head)] {
        if let Ok(value) = HeaderValue::from_str(text) {
            response.headers_mut().insert(HeaderName::from_static(name), value);
        }
    }
    Ok(response)
}
