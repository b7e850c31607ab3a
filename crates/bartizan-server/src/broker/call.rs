//! `POST /broker/v1/…`: one call of a tester.

use std::sync::Arc;

use axum::body::Bytes;
use axum::extract::{Path, State};
use axum::http::{HeaderMap, header};
use axum::response::{IntoResponse, Response};
use bartizan_clearinghouse::token::{digest, digest_bytes};
use serde_json::{Map, Value, json};

use super::ledger::{Draft, Written};
use super::live::Live;
use super::pass::{self, Call};
use super::refusal::Refusal;
use super::wire;
use crate::app::App;
use crate::auth::peer::peer;

/// The grant of the credential that was sent.
fn grant(app: &App, headers: &HeaderMap) -> Result<Arc<Live>, Refusal> {
    let sent = headers.get(header::AUTHORIZATION).and_then(|value| value.to_str().ok());
    let secret = sent
        .and_then(|value| value.split_once(' '))
        .filter(|(scheme, _)| scheme.eq_ignore_ascii_case("bearer"));
    let (_, secret) = secret.ok_or(Refusal::Unknown)?;
    let live = app.broker.grant(&digest(secret.trim())).ok_or(Refusal::Unknown)?;
    // A revocation that was not heard of would let somebody in.
    if app.broker.sees() { Ok(live) } else { Err(Refusal::Blind) }
}

/// The one model that a grant is for.
pub(super) async fn models(State(app): State<App>, headers: HeaderMap) -> Response {
    let named = grant(&app, &headers).and_then(|live| {
        live.open(app.now())?;
        Ok(json!({ "object": "list", "data": [{ "id": live.checkpoint()?, "object": "model", "created": 0, "owned_by": "broker" }] }))
    });
    match named {
        Ok(list) => (
            [(header::CONTENT_TYPE, "application/json"), (header::CACHE_CONTROL, "no-store")],
            list.to_string(),
        )
            .into_response(),
        Err(refusal) => refusal.into_response(),
    }
}

/// Looks at a call, writes its first line, sends it on, and passes the answer back.
pub(super) async fn call(
    State(app): State<App>,
    Path(path): Path<String>,
    headers: HeaderMap,
    body: Bytes,
) -> Response {
    match begin(&app, &path, &headers, &body).await {
        Ok(response) => response,
        Err(refusal) => refusal.into_response(),
    }
}

async fn begin(app: &App, path: &str, headers: &HeaderMap, body: &Bytes) -> Result<Response, Refusal> {
    let live = grant(app, headers)?;
    let (path, endpoint) = wire::path(path).ok_or(Refusal::Path)?;
    let budget = live.budget()?;
    let most = |count: u64| i64::try_from(count).unwrap_or(i64::MAX);
    let from = peer().address;
    let now = app.now();
    // Who may not call at all is told that first, whatever they sent.
    live.open(now)?;
    let to = live.endpoint()?;
    let asked = wire::asked(path, body, most(budget.tokens), &to.model).ok_or(Refusal::Body)?;
    live.may(now, from, &asked.model, (endpoint, &asked.internals))?;
    let id = app.uuid();
    let mut line = Map::new();
    line.insert("call".to_owned(), id.clone().into());
    line.insert("event".to_owned(), "begun".into());
    line.insert("grant".to_owned(), live.uuid.clone().into());
    line.insert("window".to_owned(), live.window.clone().into());
    line.insert("path".to_owned(), path.into());
    line.insert("checkpoint".to_owned(), asked.model.clone().into());
    line.insert("from".to_owned(), from.map_or(Value::Null, |address| address.to_string().into()));
    line.insert("request_sha256".to_owned(), digest_bytes(body).into());
    let uses = (1, asked.tokens);
    let most = Some((most(budget.calls), most(budget.tokens)));
    let draft = Draft { grant: live.id, at: now, body: line, sealed: String::new(), uses, most };
    match app.broker.ledger.add(draft).await {
        Written::Yes => {}
        Written::OverBudget => return Err(Refusal::Budget),
        Written::No => return Err(Refusal::Blind),
    }
    let call = Call {
        app: app.clone(),
        live,
        to,
        id,
        begun: now,
        reserved: asked.tokens,
        usage: asked.usage,
        request: body.clone(),
    };
    pass::on(call, path, asked.body).await
}
