//! A model's endpoint, compatible with OpenAI's: answers from what it is asked, so that a test can foretell them.

use std::convert::Infallible;
use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};

use axum::body::{Body, Bytes};
use axum::extract::State;
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse, Response};
use axum::routing::post;
use axum::{Json, Router};
use serde_json::{Value, json};
use tokio::sync::Notify;

pub const KEY: &str = "sk-of-the-developer";

/// What the endpoint saw, and what its streams wait for.
#[derive(Default)]
pub struct Model {
    pub calls: AtomicU32,
    /// A stream goes on by one token each time.
    pub go: Notify,
}

/// Starts one; it ends with the test.
pub async fn start() -> (SocketAddr, Arc<Model>) {
    let model = Arc::new(Model::default());
    let router = Router::new().route("/v1/chat/completions", post(chat)).with_state(Arc::clone(&model));
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.expect("a socket");
    let address = listener.local_addr().expect("an address");
    tokio::spawn(async move { axum::serve(listener, router).await });
    (address, model)
}

async fn chat(State(model): State<Arc<Model>>, headers: HeaderMap, Json(asked): Json<Value>) -> Response {
    model.calls.fetch_add(1, Ordering::SeqCst);
    let key = headers.get("authorization").and_then(|value| value.to_str().ok());
    if key != Some(&format!("Bearer {KEY}")) || asked["model"] != "internal-falcon" {
        return (
            StatusCode::UNAUTHORIZED,
            Json(json!({ "error": { "message": format!("wrong key: {key:?}") } })),
        )
            .into_response();
    }
    let said = asked["messages"][0]["content"].as_str().unwrap_or("").to_owned();
    let usage = json!({ "prompt_tokens": 5, "completion_tokens": 3, "total_tokens": 8 });
    if asked["stream"] != true {
        let choice = json!({ "index": 0, "message": { "role": "assistant", "content": format!("heard {said}") }, "finish_reason": "stop" });
        return Json(json!({ "id": "c", "object": "chat.completion", "choices": [choice], "usage": usage }))
            .into_response();
    }
    // The words one by one, each when it is told to go on; `forever` never ends.
    let words: Vec<String> = said.split(' ').map(str::to_owned).collect();
    let stream = futures_util::stream::unfold(0, move |at: usize| {
        let (model, words, usage) = (Arc::clone(&model), words.clone(), usage.clone());
        async move {
            let piece = match words.get(at) {
                Some(word) => {
                    if at > 0 {
                        model.go.notified().await;
                    }
                    json!({ "choices": [{ "index": 0, "delta": { "content": word } }] }).to_string()
                }
                None if at == words.len() => json!({ "choices": [], "usage": usage }).to_string(),
                None if at == words.len() + 1 => "[DONE]".to_owned(),
                None => return None,
            };
            Some((Ok::<_, Infallible>(Bytes::from(format!("data: {piece}\n\n"))), at + 1))
        }
    });
    ([("content-type", "text/event-stream")], Body::from_stream(stream)).into_response()
}
