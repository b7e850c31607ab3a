//! Why a call is refused, in the form that clients of OpenAI-compatible endpoints read.

use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};
use serde_json::json;

/// Why.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Refusal {
    /// No credential of this node, or one that was never given.
    Unknown,
    Revoked,
    /// Before or after the grant's time.
    Time,
    /// Its holder is no tester any more.
    Holder,
    /// An agreement that access needs is not in force.
    Agreement,
    /// The grant does not permit this endpoint, or to see the inside that is asked for.
    Endpoint,
    Internal,
    /// The window does not run: not begun, paused, ended.
    Window,
    Source,
    Checkpoint,
    Path,
    Body,
    Budget,
    /// The record cannot be written, or changes cannot be looked for.
    Blind,
    Upstream,
    TooLong,
}

impl Refusal {
    pub(crate) fn code(self) -> &'static str {
        match self {
            Self::Unknown => "broker.unknown-credential",
            Self::Revoked => "broker.revoked",
            Self::Time => "broker.outside-grant",
            Self::Window => "broker.window-closed",
            Self::Holder => "broker.holder",
            Self::Agreement => "broker.agreement",
            Self::Endpoint => "broker.endpoint",
            Self::Internal => "broker.internal",
            Self::Source => "broker.source",
            Self::Checkpoint => "broker.checkpoint",
            Self::Path => "broker.path",
            Self::Body => "broker.body",
            Self::Budget => "broker.budget",
            Self::Blind => "broker.unavailable",
            Self::Upstream => "broker.upstream",
            Self::TooLong => "broker.too-long",
        }
    }

    fn status(self) -> StatusCode {
        match self {
            Self::Unknown => StatusCode::UNAUTHORIZED,
            Self::Revoked
            | Self::Time
            | Self::Window
            | Self::Holder
            | Self::Agreement
            | Self::Endpoint
            | Self::Internal
            | Self::Source
            | Self::Checkpoint => StatusCode::FORBIDDEN,
            Self::Path => StatusCode::NOT_FOUND,
            Self::Body => StatusCode::BAD_REQUEST,
            Self::Budget => StatusCode::TOO_MANY_REQUESTS,
            Self::Blind => StatusCode::SERVICE_UNAVAILABLE,
            Self::Upstream | Self::TooLong => StatusCode::BAD_GATEWAY,
        }
    }

    fn message(self) -> &'static str {
        match self {
            Self::Unknown => {
                "This credential is none of this node. Send the one of your grant as `Authorization: Bearer …`."
            }
            Self::Revoked => "The grant was revoked. Ask the programme's manager.",
            Self::Time => "The grant is not valid now.",
            Self::Window => "The window is not running now: it has not begun, is paused, or has ended.",
            Self::Holder => "The holder of the grant is no tester of this window any more.",
            Self::Agreement => "An agreement that access needs is not in force. Ask the programme's manager.",
            Self::Endpoint => "The grant does not permit this endpoint.",
            Self::Internal => {
                "The grant does not permit to see that of the model's inside; leave it out of the request."
            }
            Self::Source => "Calls under this grant do not come from this address.",
            Self::Checkpoint => "The grant is for another checkpoint; GET /broker/v1/models names it.",
            Self::Path => "The broker takes chat/completions, completions, embeddings and responses.",
            Self::Body => "The body is no JSON object with a model.",
            Self::Budget => "The budget of the grant does not cover this call.",
            Self::Blind => {
                "The broker cannot make sure that the call is allowed and recorded. Nothing was sent; try again."
            }
            Self::Upstream => "The model's endpoint gave no answer.",
            Self::TooLong => "The answer is longer than the broker records; nothing of it was passed on.",
        }
    }

    /// What clients read.
    pub(crate) fn body(self) -> String {
        let kind = match self {
            Self::Budget => "insufficient_quota",
            Self::Blind | Self::Upstream | Self::TooLong => "server_error",
            _ => "invalid_request_error",
        };
        json!({ "error": { "message": self.message(), "type": kind, "param": null, "code": self.code() } })
            .to_string()
    }
}

impl From<bartizan_programme::Error> for Refusal {
    /// The first reason is the one that is told.
    fn from(error: bartizan_programme::Error) -> Self {
        use bartizan_programme::Code;
        match error.code() {
            Code::CallRevoked => Self::Revoked,
            Code::CallEarly | Code::CallLate => Self::Time,
            Code::CallWindow => Self::Window,
            Code::CallHolder => Self::Holder,
            Code::CallAgreement => Self::Agreement,
            Code::CallEndpoint => Self::Endpoint,
            Code::CallInternal => Self::Internal,
            Code::CallCheckpoint => Self::Checkpoint,
            Code::CallSource => Self::Source,
            Code::CallBudget => Self::Budget,
            // Whatever else it is: nobody calls.
            _ => Self::Blind,
        }
    }
}

impl IntoResponse for Refusal {
    fn into_response(self) -> Response {
        let headers = [(header::CONTENT_TYPE, "application/json"), (header::CACHE_CONTROL, "no-store")];
        (self.status(), headers, self.body()).into_response()
    }
}
