//! Public facts about vulnerabilities, for everybody on the node.

use axum::extract::{Request, State};
use axum::http::StatusCode;
use axum::response::Response;
use bartizan_clearinghouse::access::{Thing, Verb};
use bartizan_clearinghouse::time;
use bartizan_store::{FactArrival, FactKind};
use schemars::JsonSchema;
use serde::Serialize;

use super::ask::{self, Asker, Query};
use super::endpoint::Endpoint;
use super::problem::Problem;
use super::tagged;
use crate::app::App;
use crate::due::{self, Kept, LARGEST_FACTS};

pub(super) fn list() -> Vec<Endpoint> {
    vec![
        Endpoint::get("/facts", "listFacts", "The catalogues that due lists look at, with their dates.", all)
            .gives::<Facts>(),
        Endpoint::put("/facts/kev", "putKev", "Brings CISA's catalogue of known exploited vulnerabilities, the JSON file as it is published. An older one is refused.", kev)
            .largest(LARGEST_FACTS)
            .takes_bytes("application/json")
            .gives::<Fact>(),
        Endpoint::put("/facts/epss", "putEpss", "Brings FIRST's EPSS scores of a day, the CSV file as it is published, unpacked. An older one is refused.", epss)
            .largest(LARGEST_FACTS)
            .takes_bytes("text/csv")
            .gives::<Fact>(),
    ]
}

#[derive(Serialize, JsonSchema)]
struct Facts {
    items: Vec<Fact>,
    /// The files that were brought, newest first; at most 50.
    brought: Vec<Brought>,
}

#[derive(Serialize, JsonSchema)]
#[schemars(rename = "FactArrival")]
struct Brought {
    /// `kev` or `epss`.
    kind: String,
    #[schemars(extend("format" = "date-time"))]
    dated: String,
    entries: i64,
    sha256: String,
    #[schemars(extend("format" = "date-time"))]
    at: String,
    /// Who, as they are called here.
    by: String,
}

fn told(arrival: FactArrival) -> Brought {
    let FactArrival { kind, file, actor } = arrival;
    Brought {
        kind: kind.as_str().into(),
        dated: time::text(file.dated),
        entries: file.entries,
        sha256: file.digest,
        at: time::text(file.kept),
        by: actor,
    }
}

#[derive(Serialize, JsonSchema)]
struct Fact {
    /// `kev` or `epss`.
    kind: String,
    /// `file`: somebody brought it; `pack`: it came with the program.
    from: String,
    #[schemars(extend("format" = "date-time"))]
    dated: String,
    entries: u64,
    /// Of the file; empty without one.
    sha256: String,
    /// When it was brought; null: it came with the program.
    #[schemars(extend("format" = "date-time"))]
    at: Option<String>,
}

fn fact(kept: Kept) -> Fact {
    Fact {
        kind: kept.kind.as_str().into(),
        from: kept.from.into(),
        dated: time::text(kept.dated),
        entries: kept.entries,
        sha256: kept.digest,
        at: kept.brought.map(time::text),
    }
}

/// `GET /facts`
async fn all(State(app): State<App>, asker: Asker, query: Query) -> Result<Response, Problem> {
    query.only(&[])?;
    asker.reads()?;
    let items = due::kept(&app).await?.into_iter().map(fact).collect();
    let brought = due::brought(&app).await?.into_iter().map(told).collect();
    Ok(tagged::json(StatusCode::OK, &Facts { items, brought }))
}

/// `PUT /facts/kev`
async fn kev(
    State(app): State<App>,
    asker: Asker,
    query: Query,
    request: Request,
) -> Result<Response, Problem> {
    put(&app, &asker, &query, request, (FactKind::Kev, "application/json")).await
}

/// `PUT /facts/epss`
async fn epss(
    State(app): State<App>,
    asker: Asker,
    query: Query,
    request: Request,
) -> Result<Response, Problem> {
    put(&app, &asker, &query, request, (FactKind::Epss, "text/csv")).await
}

async fn put(
    app: &App,
    asker: &Asker,
    query: &Query,
    request: Request,
    (kind, media): (FactKind, &str),
) -> Result<Response, Problem> {
    query.only(&[])?;
    // Whoever may not is told so before anything is read.
    asker.must(Verb::Manage, &Thing::Node, "Whoever runs the node brings the facts.")?;
    if ask::media(request.headers()).as_deref() != Some(media) {
        return Err(Problem::media(media));
    }
    let bytes = ask::bytes(request, app).await?;
    let kept = due::keep_facts(app, &asker.acting(), kind, &bytes).await?;
    Ok(tagged::json(StatusCode::OK, &fact(kept)))
}
