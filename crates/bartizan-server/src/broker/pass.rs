//! Sending a call on and passing its answer back while it is watched.

use std::convert::Infallible;
use std::sync::Arc;
use std::time::Duration;

use axum::body::{Body, Bytes};
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};
use bartizan_clearinghouse::token::digest_bytes;
use http_body_util::BodyExt;
use hyper::body::Incoming;
use serde_json::{Map, Value, json};
use tokio::sync::mpsc;

use super::endpoint::Endpoint;
use super::ledger::Draft;
use super::live::Live;
use super::refusal::Refusal;
use super::wire;
use crate::app::App;

/// How often an answer under way is looked at, besides when something changes.
const LOOK: Duration = Duration::from_millis(100);
/// The longest answer that is recorded, in bytes.
const LONGEST: usize = 16 << 20;
/// Pieces of a stream that wait for a slow tester.
const WAITING: usize = 64;

/// A call whose first line is written.
pub(super) struct Call {
    pub(super) app: App,
    pub(super) live: Arc<Live>,
    pub(super) to: Arc<Endpoint>,
    pub(super) id: String,
    pub(super) begun: i64,
    pub(super) reserved: i64,
    pub(super) usage: bool,
    pub(super) request: Bytes,
}

/// How a call ended.
struct Ended {
    status: u16,
    note: &'static str,
    answer: Vec<u8>,
    tokens: Option<i64>,
}

impl Call {
    /// Returns when the call may not go on.
    async fn closed(&self) -> Refusal {
        let mut changes = self.live.changes();
        loop {
            let open =
                if self.app.broker.sees() { self.live.open(self.app.now()) } else { Err(Refusal::Blind) };
            if let Err(refusal) = open {
                return refusal;
            }
            tokio::select! {
                _ = changes.changed() => {}
                () = tokio::time::sleep(LOOK) => {}
            }
        }
    }

    /// Writes the last line: what was asked and answered, sealed, and what was used.
    async fn end(self, ended: Ended) -> bool {
        let Ended { status, note, answer, tokens } = ended;
        let app = &self.app;
        let now = app.now();
        let mut line = Map::new();
        line.insert("call".to_owned(), self.id.clone().into());
        line.insert("event".to_owned(), "ended".into());
        line.insert("status".to_owned(), status.into());
        line.insert("note".to_owned(), note.into());
        line.insert("answer_sha256".to_owned(), digest_bytes(&answer).into());
        line.insert("answer_bytes".to_owned(), answer.len().into());
        line.insert("tokens".to_owned(), tokens.map_or(Value::Null, Value::from));
        line.insert("microseconds".to_owned(), now.saturating_sub(self.begun).into());
        let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
        let whole = json!({ "request": text(&self.request), "answer": text(&answer) }).to_string();
        let sealed = app.seal.seal(&*app.around, &format!("test-call/{}", self.id), &whole);
        let sealed = sealed
            .inspect_err(|error| tracing::warn!(%error, "a call could not be sealed"))
            .unwrap_or_default();
        // What the model's endpoint does not tell stays counted as the most it can be.
        let spent = tokens.unwrap_or(self.reserved);
        let uses = (0, spent.saturating_sub(self.reserved));
        let draft = Draft { grant: self.live.id, at: now, body: line, sealed, uses, most: None };
        app.broker.ledger.add(draft).await == super::ledger::Written::Yes
    }
}

/// Sends a call on. The answer is passed on as it comes if it is a stream, else whole.
pub(super) async fn on(call: Call, path: &'static str, body: Vec<u8>) -> Result<Response, Refusal> {
    let (told, tells) = tokio::sync::oneshot::channel();
    // On its own: a tester that hangs up does not keep the last line from being written.
    tokio::spawn(async move {
        let app = call.app.clone();
        let answered = tokio::select! {
            biased;
            refusal = call.closed() => Err(refusal),
            answer = app.broker.upstream.send(&call.to, path, body) => answer.ok_or(Refusal::Upstream),
        };
        match answered {
            Err(refusal) => {
                call.end(Ended {
                    status: 0,
                    note: refusal.code(),
                    answer: Vec::new(),
                    tokens: (refusal == Refusal::Upstream).then_some(0),
                })
                .await;
                let _ = told.send(Err(refusal));
            }
            Ok(answer) => {
                let status = answer.status();
                let kind = answer
                    .headers()
                    .get(header::CONTENT_TYPE)
                    .and_then(|kind| kind.to_str().ok())
                    .unwrap_or("")
                    .to_owned();
                if status == StatusCode::OK && kind.starts_with("text/event-stream") {
                    let (sender, receiver) = mpsc::channel(WAITING);
                    let stream =
                        futures_util::stream::unfold(receiver, |mut receiver: mpsc::Receiver<Bytes>| async {
                            Some((Ok::<_, Infallible>(receiver.recv().await?), receiver))
                        });
                    let headers =
                        [(header::CONTENT_TYPE, "text/event-stream"), (header::CACHE_CONTROL, "no-store")];
                    let _ = told.send(Ok((status, headers, Body::from_stream(stream)).into_response()));
                    stream_on(call, answer.into_body(), sender).await;
                } else {
                    let _ = told.send(whole(call, status, answer.into_body()).await);
                }
            }
        }
    });
    tells.await.unwrap_or(Err(Refusal::Blind))
}

/// An answer that is no stream: passed on when all of it is there, recorded, and still allowed.
async fn whole(call: Call, status: StatusCode, mut body: Incoming) -> Result<Response, Refusal> {
    let mut answer = Vec::new();
    let refusal = loop {
        let frame = tokio::select! {
            biased;
            refusal = call.closed() => break Some(refusal),
            frame = body.frame() => frame,
        };
        match frame {
            None => break None,
            Some(Ok(frame)) => {
                if let Ok(data) = frame.into_data() {
                    answer.extend_from_slice(&data);
                }
            }
            Some(Err(_)) => break Some(Refusal::Upstream),
        }
        if answer.len() > LONGEST {
            break Some(Refusal::TooLong);
        }
    };
    let parsed: Option<Value> = serde_json::from_slice(&answer).ok();
    // A refusal of the endpoint costs nothing.
    let tokens = parsed
        .as_ref()
        .and_then(wire::tokens)
        .or((status.is_client_error() || status.is_server_error()).then_some(0));
    let note = refusal.map_or("", Refusal::code);
    let bytes = answer.clone();
    let live = Arc::clone(&call.live);
    let app = call.app.clone();
    let written = call.end(Ended { status: status.as_u16(), note, answer, tokens }).await;
    match refusal {
        Some(refusal) => Err(refusal),
        None if !written => Err(Refusal::Blind),
        None => {
            // Writing takes time; what was revoked meanwhile is not passed on.
            live.open(app.now())?;
            // Text of an endpoint that answers with a page is nobody's markup here.
            let kind = if parsed.is_some() { "application/json" } else { "text/plain; charset=utf-8" };
            Ok((status, [(header::CONTENT_TYPE, kind), (header::CACHE_CONTROL, "no-store")], bytes)
                .into_response())
        }
    }
}

/// A stream: each event is passed on as it comes, until the end or until the call may not go on.
async fn stream_on(call: Call, mut body: Incoming, sender: mpsc::Sender<Bytes>) {
    let (mut answer, mut pending) = (Vec::new(), Vec::new());
    let (mut tokens, mut note) = (None, "");
    loop {
        let frame = tokio::select! {
            biased;
            refusal = call.closed() => {
                note = refusal.code();
                // The tester's client sees why the answer ends here.
                let _ = sender.try_send(Bytes::from(format!("data: {}\n\n", refusal.body())));
                break;
            }
            frame = body.frame() => frame,
        };
        let data = match frame {
            None => break,
            Some(Ok(frame)) => frame.into_data().unwrap_or_default(),
            Some(Err(_)) => {
                note = Refusal::Upstream.code();
                break;
            }
        };
        if answer.len() + data.len() > LONGEST {
            note = Refusal::TooLong.code();
            break;
        }
        answer.extend_from_slice(&data);
        pending.extend_from_slice(&data);
        let whole = passed(&mut pending, call.usage, &mut tokens);
        if whole.is_empty() {
            continue;
        }
        let left = tokio::select! {
            biased;
            refusal = call.closed() => { note = refusal.code(); break; }
            left = sender.send(Bytes::from(whole)) => left,
        };
        if left.is_err() {
            note = "tester left";
            break;
        }
    }
    if note.is_empty() && !pending.is_empty() {
        let _ = sender.send(Bytes::from(pending)).await;
    }
    drop(sender);
    call.end(Ended { status: 200, note, answer, tokens }).await;
}

/// Takes the events that are whole, and gives those that are passed on: not the one that only tells the usage, unless the tester asked
/// for it.
fn passed(pending: &mut Vec<u8>, usage: bool, tokens: &mut Option<i64>) -> Vec<u8> {
    let mut out = Vec::new();
    let mut from = 0;
    while let Some(end) = event_end(&pending[from..]) {
        let event = &pending[from..from + end];
        from += end;
        let mut only = false;
        for line in event.split(|byte| *byte == b'\n') {
            let piece =
                line.strip_prefix(b"data:").and_then(|data| serde_json::from_slice::<Value>(data).ok());
            if let Some(piece) = piece {
                *tokens = wire::tokens(&piece).or(*tokens);
                only = wire::only_usage(&piece);
            }
        }
        if usage || !only {
            out.extend_from_slice(event);
        }
    }
    pending.drain(..from);
    out
}

/// Where the first event ends: after a blank line.
fn event_end(bytes: &[u8]) -> Option<usize> {
    let plain = bytes.windows(2).position(|pair| pair == b"\n\n").map(|at| at + 2);
    let crlf = bytes.windows(4).position(|four| four == b"\r\n\r\n").map(|at| at + 4);
    match (plain, crlf) {
        (Some(plain), Some(crlf)) => Some(plain.min(crlf)),
        (plain, crlf) => plain.or(crlf),
    }
}

#[cfg(test)]
mod tests {
    use super::passed;

    #[test]
    fn events_pass_whole_and_the_usage_stays_here() {
        let stream = b"data: {\"choices\":[{\"delta\":{\"content\":\"a\"}}]}\n\ndata: {\"choices\":[],\"usage\":{\"total_tokens\":7}}\r\n\r\ndata: [DONE]\n\n";
        for usage in [false, true] {
            // Whatever the pieces that it comes in.
            for size in 1..stream.len() {
                let (mut pending, mut out, mut tokens) = (Vec::new(), Vec::new(), None);
                for piece in stream.chunks(size) {
                    pending.extend_from_slice(piece);
                    out.extend(passed(&mut pending, usage, &mut tokens));
                }
                let text = String::from_utf8(out).expect("text");
                assert_eq!((text.contains("total_tokens"), tokens), (usage, Some(7)), "{size}");
                assert!(
                    text.starts_with("data: {\"choices\"")
                        && text.ends_with("data: [DONE]\n\n")
                        && pending.is_empty(),
                    "{size}: {text}"
                );
            }
        }
    }
}
