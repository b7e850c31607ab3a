//! Access to a model: where it is reached, grants, credentials, records of calls, proofs of revocation.

use std::collections::BTreeSet;

use axum::extract::State;
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use bartizan_clearinghouse::time;
use bartizan_programme::Name;
use bartizan_programme::grant::Usage;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::super::ask::{Asker, Body, Place, Query};
use super::super::endpoint::Endpoint;
use super::super::paging::Paging;
use super::super::problem::Problem;
use super::super::shapes::Items;
use super::super::tagged;
use super::say::{SaidShape, said};
use super::shapes::EndpointShape;
use super::{checked, form, room};
use crate::app::App;
use crate::broker;
use crate::programmes::grants::{self, Wanted};

pub(super) fn list() -> Vec<Endpoint> {
    vec![
        Endpoint::put(
            "/windows/{id}/endpoints/{checkpoint}",
            "putModelEndpoint",
            "Says where a checkpoint is reached, and with which key: the developer's people. The key is never shown again.",
            endpoint,
        )
        .takes::<NewEndpoint>()
        .gives::<EndpointShape>(),
        Endpoint::post(
            "/windows/{id}/grants",
            "giveGrant",
            "Gives a grant, or proposes it. The node draws its credential, which its holder collects.",
            give,
        )
        .takes::<NewGrant>()
        .gives::<SaidShape>(),
        Endpoint::post(
            "/windows/{id}/grants/{grant}/credential",
            "collectCredential",
            "The credential of your grant, once.",
            collect,
        )
        .gives::<Credential>(),
        Endpoint::get(
            "/windows/{id}/grants/{grant}/calls",
            "listGrantCalls",
            "The record of a grant's calls: lines that hold the digest of the one before.",
            calls,
        )
        .paged()
        .gives::<Items<CallShape>>(),
        Endpoint::get(
            "/windows/{id}/grants/{grant}/proof",
            "getRevocationProof",
            "The proof that a grant was revoked, and after which call.",
            proof,
        )
        .gives_bytes("application/json"),
    ]
}

/// Where a checkpoint is reached.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(rename = "ModelEndpoint")]
struct NewEndpoint {
    /// The base that calls go below, e.g. `https://models.example/v1`.
    url: String,
    /// The key that opens it.
    key: String,
    /// What the endpoint calls the checkpoint.
    model: String,
}

/// `PUT /windows/{id}/endpoints/{checkpoint}`
async fn endpoint(
    State(app): State<App>,
    asker: Asker,
    Place((id, checkpoint)): Place<(String, String)>,
    query: Query,
    body: Body<NewEndpoint>,
) -> Result<Response, Problem> {
    query.only(&[])?;
    let checkpoint: Name = checkpoint.parse().map_err(|_| Problem::not_found())?;
    let NewEndpoint { url, key, model } = body.value;
    let to = broker::Endpoint { url, key, model };
    let kept = grants::endpoint(&app, &asker.acting(), &id, &checkpoint, &to).await?;
    let shape =
        EndpointShape { checkpoint: kept.checkpoint, host: Some(kept.host), said: time::text(kept.changed) };
    Ok(tagged::json(StatusCode::OK, &shape))
}

/// A grant to be given.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(rename = "NewGrant")]
struct NewGrant {
    /// Your role.
    role: String,
    /// Its name in the window.
    grant: String,
    /// Who may call: a person with a role of a tester.
    holder: String,
    checkpoint: String,
    /// `AL1`, `AL2` or `AL3`.
    level: String,
    /// `chat`, `completions`, `responses`, `embeddings`.
    #[schemars(length(max = 16))]
    endpoints: Vec<String>,
    #[serde(default)]
    #[schemars(length(max = 16))]
    internals: Vec<String>,
    /// Networks that calls come from, e.g. `192.0.2.0/28`.
    #[serde(default)]
    #[schemars(length(max = 64))]
    sources: Vec<String>,
    budget: Budget,
    begins: String,
    ends: String,
}

#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(rename = "GrantBudget")]
struct Budget {
    #[schemars(range(max = 9_223_372_036_854_775_807_i64))]
    calls: u64,
    #[schemars(range(max = 9_223_372_036_854_775_807_i64))]
    tokens: u64,
    /// Millionths of the programme's currency.
    #[schemars(range(max = 9_223_372_036_854_775_807_i64))]
    money_micros: u64,
}

/// Words of a closed list, each once.
fn set<T: Ord + serde::de::DeserializeOwned>(what: &str, words: Vec<String>) -> Result<BTreeSet<T>, Problem> {
    words.into_iter().map(|word| form(what, Value::String(word))).collect()
}

fn moment(what: &str, text: &str) -> Result<i64, Problem> {
    time::parse(text)
        .ok_or_else(|| Problem::unprocessable(format!("`{what}` is a time like 2026-12-01T00:00:00Z.")))
}

/// `POST /windows/{id}/grants`
async fn give(
    State(app): State<App>,
    asker: Asker,
    Place(id): Place<String>,
    query: Query,
    body: Body<NewGrant>,
) -> Result<Response, Problem> {
    query.only(&[])?;
    let new = body.value;
    let Budget { calls, tokens, money_micros } = new.budget;
    let wanted = Wanted {
        role: checked(&new.role)?,
        grant: checked(&new.grant)?,
        holder: checked(&new.holder)?,
        checkpoint: checked(&new.checkpoint)?,
        level: form("level", Value::String(new.level))?,
        endpoints: set("endpoints", new.endpoints)?,
        internals: set("internals", new.internals)?,
        sources: set("sources", new.sources)?,
        budget: Usage { calls, tokens, money_micros },
        begins: moment("begins", &new.begins)?,
        ends: moment("ends", &new.ends)?,
    };
    let done = grants::give(&app, &asker.acting(), &id, wanted).await?;
    Ok(tagged::json(StatusCode::CREATED, &said(&app, &asker, done).await?))
}

/// What a tester calls with.
#[derive(Serialize, JsonSchema)]
#[schemars(rename = "GrantCredential")]
struct Credential {
    /// Shown now and never again.
    credential: String,
    /// Below the node's address: the base for clients of OpenAI-compatible endpoints.
    base_path: &'static str,
    /// The model to name.
    checkpoint: String,
}

/// `POST /windows/{id}/grants/{grant}/credential`
async fn collect(
    State(app): State<App>,
    asker: Asker,
    Place((id, grant)): Place<(String, String)>,
    query: Query,
) -> Result<Response, Problem> {
    query.only(&[])?;
    let grant: Name = grant.parse().map_err(|_| Problem::not_found())?;
    let credential = grants::collect(&app, &asker.acting(), &id, &grant).await?;
    let room = room(&app, &asker, &id).await?;
    let checkpoint = grants::held(&room, &grant)?.terms.checkpoint.to_string();
    let mut response =
        tagged::json(StatusCode::CREATED, &Credential { credential, base_path: "/broker/v1", checkpoint });
    response.headers_mut().insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    Ok(response)
}

/// A line of the record.
#[derive(Serialize, JsonSchema)]
#[schemars(rename = "GrantCall")]
struct CallShape {
    number: i64,
    at: String,
    /// The line as it was written: JSON in one form, without what was said.
    line: String,
    /// SHA-256 of the line.
    digest: String,
}

/// `GET /windows/{id}/grants/{grant}/calls`
async fn calls(
    State(app): State<App>,
    asker: Asker,
    Place((id, grant)): Place<(String, String)>,
    query: Query,
) -> Result<Response, Problem> {
    query.only(&["limit", "next"])?;
    let grant: Name = grant.parse().map_err(|_| Problem::not_found())?;
    let room = room(&app, &asker, &id).await?;
    let paging = Paging::new(&query, &format!("windows/{id}/grants/{grant}/calls"))?;
    let limit = i64::try_from(paging.limit + 1).unwrap_or(i64::MAX);
    let found = grants::calls(&app, &room, &grant, paging.after.unwrap_or(0), limit).await?;
    let shape = |line: &bartizan_store::CallLine| CallShape {
        number: line.number,
        at: time::text(line.at),
        line: line.line.clone(),
        digest: line.digest.clone(),
    };
    Ok(tagged::json(StatusCode::OK, &paging.page(found, |line| line.number, shape)))
}

/// `GET /windows/{id}/grants/{grant}/proof`
async fn proof(
    State(app): State<App>,
    asker: Asker,
    Place((id, grant)): Place<(String, String)>,
    query: Query,
) -> Result<Response, Problem> {
    query.only(&[])?;
    let grant: Name = grant.parse().map_err(|_| Problem::not_found())?;
    let room = room(&app, &asker, &id).await?;
    let text = grants::proof(&app, &room, &grant).await?;
    let mut response = text.into_response();
    response.headers_mut().insert(header::CONTENT_TYPE, HeaderValue::from_static("application/json"));
    Ok(response)
}
