//! Adding what a file holds to a collection.

use axum::extract::{Request, State};
use axum::http::StatusCode;
use axum::response::Response;
use bartizan_clearinghouse::access::{Thing, Verb};
use bartizan_clearinghouse::token;
use schemars::JsonSchema;
use serde::Serialize;
use serde_json::json;

use super::ROOT;
use super::ask::{self, Asker, Place, Query};
use super::endpoint::Endpoint;
use super::once::{Made, Once, asked};
use super::problem::Problem;
use crate::app::App;
use crate::sharing::{embargo, upload};

/// Largest file.
const LARGEST: usize = 10 << 20;
const MEDIA: [&str; 4] =
    ["application/json", "application/stix+json", "text/csv", "application/octet-stream"];

pub(super) fn list() -> Vec<Endpoint> {
    let about = "Adds a STIX 2.1 bundle, a MISP event or a table of values (CSV); which of them, the file itself tells.";
    let embargo = json!({ "type": "string", "format": "date-time" });
    let endpoint = Endpoint::post("/collections/{id}/objects", "addObjects", about, add)
        .largest(LARGEST)
        .with("embargo", "Until when only your organisation reads them.", embargo)
        .gives::<Taken>()
        .once();
    vec![MEDIA.into_iter().fold(endpoint, Endpoint::takes_bytes)]
}

/// What became of a file.
#[derive(Serialize, JsonSchema)]
struct Taken {
    /// `STIX bundle`, `MISP event` or `table`.
    kind: String,
    /// Identifiers of what is new.
    added: Vec<String>,
    /// Identifiers of what was there.
    known: Vec<String>,
    refused: Vec<Refused>,
}

/// What was not taken, and why.
#[derive(Serialize, JsonSchema)]
struct Refused {
    what: String,
    why: String,
}

/// `POST /collections/{id}/objects`
async fn add(
    State(app): State<App>,
    asker: Asker,
    once: Once,
    Place(id): Place<String>,
    query: Query,
    request: Request,
) -> Result<Response, Problem> {
    query.only(&["embargo"])?;
    let acting = asker.acting();
    // Whoever may not is told so before anything is read.
    let entry = acting.collection(&id)?;
    acting.must(Verb::Add, &Thing::Collection(&entry.access), "You may not add to this collection.")?;
    if !ask::media(request.headers()).is_some_and(|media| MEDIA.contains(&media.as_str())) {
        return Err(Problem::media("application/json, application/stix+json or text/csv"));
    }
    let until = match query.one("embargo")? {
        Some("") => return Err(Problem::bad("embargo is an RFC 3339 time.")),
        Some(text) => embargo::until(text, asker.now)?,
        None => None,
    };
    let bytes = ask::bytes(request, &app).await?.to_vec();
    let digest = token::digest(&format!("{until:?} {}", String::from_utf8_lossy(&bytes)));
    let work = async |_: String| {
        let taken = upload::upload(&app, &acting, &id, bytes, until).await?;
        let refused = taken.refused.into_iter().map(|(what, why)| Refused { what, why });
        let taken = Taken {
            kind: taken.kind.to_owned(),
            added: taken.added,
            known: taken.known,
            refused: refused.collect(),
        };
        let place = format!("{ROOT}/collections/{}/objects", entry.uuid);
        Ok(Made::new(StatusCode::CREATED, place, &taken))
    };
    once.run(&app, &asker, &digest, asked, work).await
}
