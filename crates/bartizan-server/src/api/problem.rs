//! Errors of the API: RFC 9457.

use axum::http::{HeaderValue, Method, StatusCode, header};
use axum::response::{IntoResponse, Response};
use schemars::JsonSchema;
use serde::Serialize;

/// What an error is sent as.
pub(super) const MEDIA: &str = "application/problem+json";

/// An error as it is sent (RFC 9457, section 3.1).
#[derive(Debug, Serialize, JsonSchema)]
#[schemars(rename = "Problem")]
pub(super) struct Shape {
    /// What kind of problem: a path, the same for all of the kind.
    #[serde(rename = "type")]
    kind: String,
    /// The kind in a few words.
    title: String,
    /// The status again.
    status: u16,
    /// This one in words.
    detail: String,
    /// What was made by an earlier request of the same Idempotency-Key.
    #[serde(skip_serializing_if = "Option::is_none")]
    id: Option<String>,
    /// What is wrong, field by field, where that is told.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    errors: Vec<Fault>,
}

/// What is wrong with a field.
#[derive(Debug, Serialize, JsonSchema)]
pub(super) struct Fault {
    /// Why; a code never changes its meaning.
    pub(super) code: String,
    /// Where, as a path: `versions[0]`.
    pub(super) field: String,
    /// The other field, where two do not fit together.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) also_field: Option<String>,
    /// The same in words.
    pub(super) reason: String,
}

/// What failed validation.
#[derive(Clone, Copy, Debug)]
pub(super) enum Failed {
    /// A report of a vulnerability.
    Report,
    /// An inventory.
    Inventory,
    /// An intent to scan.
    ScanIntent,
}

impl Failed {
    fn title(self) -> &'static str {
        match self {
            Self::Report => "The report failed validation",
            Self::Inventory => "The inventory failed validation",
            Self::ScanIntent => "The scan intent failed validation",
        }
    }
}

/// An error. What went wrong inside is in the log, never in the answer.
#[derive(Debug)]
pub(crate) struct Problem {
    status: StatusCode,
    kind: &'static str,
    title: &'static str,
    detail: String,
    id: Option<String>,
    errors: Vec<Fault>,
}

impl Problem {
    fn new(status: StatusCode, kind: &'static str, title: &'static str, detail: impl Into<String>) -> Self {
        Self { status, kind, title, detail: detail.into(), id: None, errors: Vec::new() }
    }

    /// Nothing is there, or nothing this caller may know of.
    pub(super) fn not_found() -> Self {
        let text = "There is nothing here that you may see.";
        Self::new(StatusCode::NOT_FOUND, "not-found", "Not found", text)
    }

    pub(super) fn sign_in() -> Self {
        let text = "Send a bearer token or Basic authentication; what you sent is not valid here. Whoever has a second factor uses a token.";
        Self::new(StatusCode::UNAUTHORIZED, "sign-in", "Sign in", text)
    }

    pub(super) fn forbidden(detail: impl Into<String>) -> Self {
        Self::new(StatusCode::FORBIDDEN, "forbidden", "Not allowed", detail)
    }

    pub(super) fn bad(detail: impl Into<String>) -> Self {
        Self::new(StatusCode::BAD_REQUEST, "bad-request", "Bad request", detail)
    }

    /// Not exactly one JSON document of the form that is wanted.
    pub(super) fn malformed(detail: impl Into<String>) -> Self {
        Self::new(StatusCode::BAD_REQUEST, "malformed-json", "Malformed JSON", detail)
    }

    /// Understood, and wrong in these fields; too large in all of them, if that is so. `what` it is: `The report`.
    pub(super) fn invalid(what: Failed, errors: Vec<Fault>, size: bool) -> Self {
        let status = if size { StatusCode::PAYLOAD_TOO_LARGE } else { StatusCode::BAD_REQUEST };
        let text = match errors.len() {
            1 => "1 violation; see errors".to_owned(),
            count => format!("{count} violations; see errors"),
        };
        Self { errors, ..Self::new(status, "validation", what.title(), text) }
    }

    /// A document in which a mandatory test fails.
    pub(super) fn findings(errors: Vec<Fault>) -> Self {
        let text = "Mandatory tests of CSAF fail; see errors. Nothing was released.";
        let status = StatusCode::UNPROCESSABLE_ENTITY;
        Self { errors, ..Self::new(status, "csaf", "The document is not valid", text) }
    }

    pub(super) fn conflict(detail: impl Into<String>) -> Self {
        Self::new(StatusCode::CONFLICT, "conflict", "Conflict", detail)
    }

    /// What another node sent, and why it is not taken.
    pub(crate) fn relay(status: StatusCode, code: &str, reason: String) -> Self {
        let fault =
            Fault { code: code.to_owned(), field: String::new(), also_field: None, reason: reason.clone() };
        Self { errors: vec![fault], ..Self::new(status, "relay", "The message is not taken", reason) }
    }

    /// The rules of a programme, or where its window stands, do not let it.
    pub(super) fn window(error: &bartizan_programme::Error) -> Self {
        let status = match () {
            () if error.is_forbidden() => StatusCode::FORBIDDEN,
            () if error.is_malformed() || error.is_unknown() => StatusCode::UNPROCESSABLE_ENTITY,
            () => StatusCode::CONFLICT,
        };
        let fault = |fault: &bartizan_programme::Fault| Fault {
            code: fault.code.as_str().to_owned(),
            field: fault
                .place
                .map(|(line, column)| format!("line {line}, column {column}"))
                .unwrap_or_default(),
            also_field: None,
            reason: format!("{} ({})", fault.message, fault.code.advice()),
        };
        let errors: Vec<Fault> = error.faults().iter().map(fault).collect();
        let text = errors.first().map(|first| first.reason.clone()).unwrap_or_default();
        Self { errors, ..Self::new(status, "window", "The rules of the window do not let it", text) }
    }

    /// It was made by an earlier request; its secret is not told again.
    pub(super) fn made_already(id: String) -> Self {
        let text =
            "An earlier request with this Idempotency-Key made it; its secret was told then and is not kept.";
        Self { id: Some(id), ..Self::new(StatusCode::CONFLICT, "made-already", "Made already", text) }
    }

    pub(super) fn unprocessable(detail: impl Into<String>) -> Self {
        Self::new(StatusCode::UNPROCESSABLE_ENTITY, "unprocessable", "Unprocessable content", detail)
    }

    pub(super) fn changed() -> Self {
        let text = "It is not what If-Match names any more. Read it again.";
        Self::new(StatusCode::PRECONDITION_FAILED, "changed", "Changed meanwhile", text)
    }

    pub(super) fn media(wanted: &str) -> Self {
        let text = format!("Send Content-Type: {wanted}.");
        Self::new(StatusCode::UNSUPPORTED_MEDIA_TYPE, "media-type", "Unsupported media type", text)
    }

    pub(super) fn too_large() -> Self {
        let text = "The body is larger than this endpoint takes.";
        Self::new(StatusCode::PAYLOAD_TOO_LARGE, "too-large", "Too large", text)
    }

    pub(super) fn method(method: &Method) -> Self {
        let text = format!("{method} does nothing here; Allow names what does.");
        Self::new(StatusCode::METHOD_NOT_ALLOWED, "method", "Method not allowed", text)
    }

    fn unavailable() -> Self {
        let text = "The node cannot reach its database, or is busy. Try again in a few seconds.";
        Self::new(StatusCode::SERVICE_UNAVAILABLE, "unavailable", "Try again", text)
    }

    pub(super) fn internal() -> Self {
        let text = "The node failed; its log tells why.";
        Self::new(StatusCode::INTERNAL_SERVER_ERROR, "internal", "Internal error", text)
    }

    /// Of a status that something before the endpoint answered with.
    pub(crate) fn of(status: StatusCode, method: &Method) -> Self {
        match status {
            StatusCode::NOT_FOUND => Self::not_found(),
            StatusCode::METHOD_NOT_ALLOWED => Self::method(method),
            StatusCode::PAYLOAD_TOO_LARGE => Self::too_large(),
            StatusCode::UNPROCESSABLE_ENTITY => Self::unprocessable("The body is not what is wanted here."),
            StatusCode::SERVICE_UNAVAILABLE => Self::unavailable(),
            StatusCode::UNSUPPORTED_MEDIA_TYPE => {
                let text = "This kind of body, or the way it is compressed, is not taken here.";
                Self::new(status, "media-type", "Unsupported media type", text)
            }
            _ if status.is_server_error() => Self::internal(),
            _ => Self { status, ..Self::bad("The request makes no sense, or did not arrive whole.") },
        }
    }

    /// Whether the request is at fault: it has changed nothing and never will.
    pub(super) fn by_client(&self) -> bool {
        self.status.is_client_error()
    }

    /// From a change by what a caller sent: what makes no sense is theirs to mend.
    pub(super) fn input(e: bartizan_store::Error) -> Self {
        if e.is_invalid() { Self::unprocessable(format!("{e}.")) } else { e.into() }
    }
}

impl From<bartizan_store::Error> for Problem {
    fn from(e: bartizan_store::Error) -> Self {
        if e.is_conflict() {
            return Self::conflict("Something of that name is there already.");
        }
        tracing::error!(error = %e, "the store failed an API request");
        if e.is_full() {
            let text = "The node has no room left. Nothing was changed.";
            return Self::new(StatusCode::INSUFFICIENT_STORAGE, "full", "No room", text);
        }
        if e.is_unavailable() { Self::unavailable() } else { Self::internal() }
    }
}

impl From<crate::sharing::Wrong> for Problem {
    fn from(wrong: crate::sharing::Wrong) -> Self {
        use crate::sharing::Wrong;
        match wrong {
            Wrong::NotThere => Self::not_found(),
            Wrong::Forbidden(what) => Self::forbidden(what),
            Wrong::Unfit(what) => Self::unprocessable(what),
            Wrong::Late(what) => Self::conflict(what),
            Wrong::Refused(refusal) => {
                let reason = refusal.message.clone();
                let code = refusal.code.as_str().to_owned();
                let fault = Fault { code, field: String::new(), also_field: None, reason };
                Self { errors: vec![fault], ..Self::conflict(refusal.message) }
            }
            Wrong::Window(error) => Self::window(&error),
            Wrong::TooMany(what) => {
                Self::new(StatusCode::TOO_MANY_REQUESTS, "too-many", "Too many requests", what)
            }
            Wrong::Store(e) if e.is_conflict() => Self::conflict(format!("{e}.")),
            Wrong::Store(e) => Self::input(e),
        }
    }
}

impl From<crate::auth::Refused> for Problem {
    fn from(refused: crate::auth::Refused) -> Self {
        match refused {
            crate::auth::Refused::Wrong | crate::auth::Refused::Busy => Self::sign_in(),
            crate::auth::Refused::Often => {
                let text = "Too many requests, or too many wrong passwords. Try again later.";
                Self::new(StatusCode::TOO_MANY_REQUESTS, "too-many", "Too many requests", text)
            }
        }
    }
}

impl IntoResponse for Problem {
    fn into_response(self) -> Response {
        let shape = Shape {
            kind: format!("/problems/{}", self.kind),
            title: self.title.to_owned(),
            status: self.status.as_u16(),
            detail: self.detail,
            id: self.id,
            errors: self.errors,
        };
        let body = serde_json::to_string(&shape).unwrap_or_default();
        let mut response = (self.status, body).into_response();
        let headers = response.headers_mut();
        headers.insert(header::CONTENT_TYPE, HeaderValue::from_static(MEDIA));
        if self.status == StatusCode::UNAUTHORIZED {
            headers.insert(header::WWW_AUTHENTICATE, HeaderValue::from_static("Bearer realm=\"bartizan\""));
            let basic = HeaderValue::from_static("Basic realm=\"bartizan\", charset=\"UTF-8\"");
            headers.append(header::WWW_AUTHENTICATE, basic);
        }
        if matches!(self.status, StatusCode::SERVICE_UNAVAILABLE | StatusCode::TOO_MANY_REQUESTS) {
            headers.insert(header::RETRY_AFTER, HeaderValue::from_static("5"));
        }
        response
    }
}
