//! `POST /relay/v1/messages`: a message of another node. 202: it is on disk.

use axum::Router;
use axum::body::Bytes;
use axum::extract::rejection::BytesRejection;
use axum::extract::{DefaultBodyLimit, State};
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{IntoResponse, Response};
use axum::routing::post;
use bartizan_clearinghouse::relay::{Code, LONGEST, Message, Refusal};
use bartizan_store::{Action, Arrived, Arriving, RelayPeer};

use super::key::own_key;
use super::send::{PATH, SIGNATURE};
use super::take;
use crate::api::Problem;
use crate::app::App;
use crate::auth::peer::peer;

pub(crate) fn router() -> Router<App> {
    Router::new().route(PATH, post(message)).layer(DefaultBodyLimit::max(LONGEST))
}

/// What a code is answered with. What may be taken later is 503, so that the sender tries again.
fn problem(refusal: &Refusal) -> Problem {
    let status = match refusal.code {
        Code::NotTrusted | Code::Transitive => StatusCode::FORBIDDEN,
        Code::Paused | Code::TooFar | Code::Full => StatusCode::SERVICE_UNAVAILABLE,
        Code::TooLarge => StatusCode::PAYLOAD_TOO_LARGE,
        Code::Malformed | Code::NotCanonical | Code::Version | Code::WrongNode => StatusCode::BAD_REQUEST,
        Code::Replayed | Code::Sequence | Code::Chain => StatusCode::CONFLICT,
        Code::UnknownCase => StatusCode::NOT_FOUND,
        Code::Original | Code::Reporters | Code::Red | Code::NotFirst => StatusCode::UNPROCESSABLE_ENTITY,
    };
    Problem::relay(status, refusal.code.as_str(), refusal.message.clone())
}

async fn message(
    State(app): State<App>,
    headers: HeaderMap,
    body: Result<Bytes, BytesRejection>,
) -> Result<Response, Problem> {
    let bytes = body.map_err(|_| problem(&Code::TooLarge.into()))?;
    let signature = headers.get(SIGNATURE).and_then(|value| value.to_str().ok()).unwrap_or_default();
    let (sender, arrived) = taken(&app, &bytes, signature).await?;
    // It is on disk; what comes of it may as well come now. If not, the next round does it.
    if arrived == Arrived::Kept
        && let Err(e) = take::take_up(&app, &sender).await
    {
        tracing::warn!(error = %e, peer = sender.uuid, "a message waits to be taken up");
    }
    let json = [(header::CONTENT_TYPE, "application/json")];
    Ok((StatusCode::ACCEPTED, json, "{\"kept\":true}").into_response())
}

async fn taken(app: &App, bytes: &[u8], signature: &str) -> Result<(RelayPeer, Arrived), Problem> {
    let refused = |code: Code| problem(&code.into());
    // Whoever is not trusted, shows another certificate or signs wrongly is answered alike.
    let sender = Message::sender(bytes).ok_or_else(|| refused(Code::NotTrusted))?;
    let found = app.store.relay_peer(sender.as_str()).await?.filter(|p| p.node == sender.as_str());
    let found = found.filter(|trusted| shows(app, trusted)).ok_or_else(|| refused(Code::NotTrusted))?;
    let own = own_key(&app.store, &app.seal, &*app.around).await.map_err(|e| {
        tracing::error!(error = %e, "the key of this node cannot be used");
        Problem::of(StatusCode::SERVICE_UNAVAILABLE, &axum::http::Method::POST)
    })?;
    let own = own.id();
    let (message, digest) = Message::open(bytes, signature, &sender, &own).map_err(|e| problem(&e))?;
    if found.paused {
        return Err(refused(Code::Paused));
    }
    let new = Arriving {
        peer: found.id,
        id: &message.id,
        origin: (message.origin.node.as_str(), &message.origin.case),
        ours: message.origin.node == own,
        sequence: i64::try_from(message.sequence).unwrap_or(i64::MAX),
        previous: message.previous.as_deref().unwrap_or_default(),
        digest: &digest,
        body: bytes,
        signature,
    };
    let by = Action { actor: "system", now: app.now() };
    match app.store.arrive(&by, &new).await? {
        Arrived::Refused(code) => Err(refused(code)),
        arrived => Ok((found, arrived)),
    }
}

/// Whether the connection showed the certificate of the node, where connections show certificates.
fn shows(app: &App, trusted: &RelayPeer) -> bool {
    let asked = app.config.tls.as_ref().is_some_and(|tls| tls.client_ca.is_some());
    !asked || (peer().certificate.as_deref() == Some(trusted.certificate.as_str()))
}
