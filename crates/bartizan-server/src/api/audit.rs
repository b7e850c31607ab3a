//! The audit log.

use axum::extract::State;
use axum::http::StatusCode;
use axum::response::Response;
use bartizan_clearinghouse::access::{Thing, Verb};
use bartizan_clearinghouse::audit::{Break, Entry as Kept};
use bartizan_clearinghouse::time;
use schemars::JsonSchema;
use serde::Serialize;
use serde_json::{Value, json};

use super::ask::{Asker, Query};
use super::endpoint::Endpoint;
use super::paging::Paging;
use super::problem::Problem;
use super::shapes::Items;
use super::tagged;
use crate::app::App;

pub(super) fn list() -> Vec<Endpoint> {
    let number = json!({ "type": "integer", "format": "int64", "minimum": 1 });
    vec![
        Endpoint::get("/audit", "listAudit", "Who did what, newest first (auditors, administrators).", all)
            .with("before", "Entries before this number.", number)
            .paged()
            .gives::<Items<Entry>>(),
        Endpoint::get("/audit/verify", "verifyAudit", "Whether the log's chain holds.", verify)
            .gives::<Chain>(),
    ]
}

#[derive(Serialize, JsonSchema)]
struct Entry {
    number: i64,
    #[schemars(extend("format" = "date-time"))]
    at: String,
    actor: String,
    action: String,
    thing: String,
    detail: Value,
    previous: String,
    hash: String,
}

#[derive(Serialize, JsonSchema)]
struct Chain {
    /// How many entries hold.
    entries: i64,
    /// The hash of the last of them: kept elsewhere, it shows whether the log was cut.
    hash: String,
    broken: Option<Broken>,
}

/// Where a chain is broken.
#[derive(Serialize, JsonSchema)]
struct Broken {
    number: i64,
    how: How,
}

#[derive(Serialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
enum How {
    /// An entry is missing before this number.
    Missing,
    /// It does not name the hash of the one before.
    Unlinked,
    /// It is not what was hashed.
    Changed,
}

impl From<Break> for Broken {
    fn from(found: Break) -> Self {
        let (number, how) = match found {
            Break::Missing(n) => (n, How::Missing),
            Break::Unlinked(n) => (n, How::Unlinked),
            Break::Changed(n) => (n, How::Changed),
        };
        Self { number, how }
    }
}

fn shape(entry: &Kept) -> Entry {
    Entry {
        number: entry.number,
        at: time::text(entry.at),
        actor: entry.actor.clone(),
        action: entry.action.clone(),
        thing: entry.thing.clone(),
        detail: serde_json::from_str(&entry.detail).unwrap_or_else(|_| json!(entry.detail)),
        previous: entry.previous.clone(),
        hash: entry.hash.clone(),
    }
}

fn reads(asker: &Asker) -> Result<(), Problem> {
    asker.must(Verb::Read, &Thing::Audit, "Only an auditor or administrator reads the audit log.")
}

/// `GET /audit`
async fn all(State(app): State<App>, asker: Asker, query: Query) -> Result<Response, Problem> {
    query.only(&["before", "limit", "next"])?;
    reads(&asker)?;
    let paging = Paging::new(&query, "audit")?;
    let wrong = || Problem::bad("before is a whole number from 1.");
    let before =
        query.one("before")?.map(|text| text.parse().ok().filter(|n: &i64| *n > 0).ok_or_else(wrong));
    let before = paging.after.or(before.transpose()?);
    let limit = i64::try_from(paging.limit).unwrap_or(i64::MAX) + 1;
    let found = app.store.audit(before, limit).await?;
    Ok(tagged::json(StatusCode::OK, &paging.page(found, |e| e.number, shape)))
}

/// `GET /audit/verify`
async fn verify(State(app): State<App>, asker: Asker, query: Query) -> Result<Response, Problem> {
    query.only(&[])?;
    reads(&asker)?;
    let state = app.store.verify_audit().await?;
    let chain = Chain { entries: state.entries, hash: state.hash, broken: state.broken.map(Broken::from) };
    Ok(tagged::json(StatusCode::OK, &chain))
}
