//! `Idempotency-Key`: a request that is sent again makes nothing twice. Whoever sends it again is asked again whether they may: an answer
//! that is kept is given to nobody who would not get it now.

use std::future::Future;

use axum::extract::FromRequestParts;
use axum::http::request::Parts;
use axum::http::{HeaderValue, Method, StatusCode, header};
use axum::response::Response;
use bartizan_clearinghouse::token;
use bartizan_store::{Attempt, Earlier, KeptAnswer};
use serde::Serialize;

use super::ask::Asker;
use super::problem::Problem;
use super::tagged;
use crate::app::App;

/// The header.
pub(super) const NAME: &str = "Idempotency-Key";
/// Longest key.
const LONGEST: usize = 255;

/// The key of a request, if it has one, and what it is for.
pub(super) struct Once {
    key: Option<String>,
    method: Method,
    path: String,
}

impl FromRequestParts<App> for Once {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, _: &App) -> Result<Self, Problem> {
        let key = match parts.headers.get(NAME) {
            None => None,
            Some(value) => {
                let good =
                    |t: &&str| (1..=LONGEST).contains(&t.len()) && t.bytes().all(|b| b.is_ascii_graphic());
                let text = value.to_str().ok().filter(good);
                let wrong =
                    || Problem::bad(format!("{NAME} has 1 to {LONGEST} ASCII characters, no blanks."));
                Some(text.ok_or_else(wrong)?.to_owned())
            }
        };
        Ok(Self { key, method: parts.method.clone(), path: parts.uri.path().to_owned() })
    }
}

/// What a request made.
pub(super) struct Made {
    status: StatusCode,
    location: String,
    body: String,
    /// Its identifier, if the body holds a secret: what is kept in its place.
    secret: Option<String>,
}

impl Made {
    pub(super) fn new(status: StatusCode, location: String, body: &impl Serialize) -> Self {
        Self { status, location, body: serde_json::to_string(body).unwrap_or_default(), secret: None }
    }

    /// The same; the body is told once and never kept.
    pub(super) fn secret(self, id: String) -> Self {
        Self { secret: Some(id), ..self }
    }
}

impl Once {
    /// Does the work, unless it was done; `body` is the digest of the request's. The work is told by which identifier to call
    /// what it makes: if an earlier attempt died half-way, it is the one of that attempt, and the thing may be there.
    ///
    /// Before an answer that is kept is given, `still` asks the rule of access about what was made (where the last part of its location
    /// names it); it may make the answer anew instead. [`asked`] if the handler asked before, of all that the answer tells.
    pub(super) async fn run<F, S>(
        self,
        app: &App,
        asker: &Asker,
        body: &str,
        still: impl FnOnce(String) -> S,
        work: impl FnOnce(String) -> F,
    ) -> Result<Response, Problem>
    where
        F: Future<Output = Result<Made, Problem>>,
        S: Future<Output = Result<Option<Made>, Problem>>,
    {
        let Some(key) = self.key else { return Ok(told(work(app.uuid()).await?)) };
        let attempt = Attempt {
            person: asker.person,
            key: &key,
            fingerprint: &token::digest(&format!("{} {} {body}", self.method, self.path)),
            thing: &app.uuid(),
            now: asker.now,
        };
        let thing = match app.store.attempt(&attempt).await? {
            Earlier::Go(thing) => thing,
            Earlier::Other => {
                return Err(Problem::unprocessable(format!("This {NAME} was used for another request.")));
            }
            Earlier::Busy => return Err(Problem::conflict("A request with this key is under way.")),
            Earlier::Done(kept) => {
                let made = kept.location.rsplit('/').next().unwrap_or_default().to_owned();
                return match still(made).await? {
                    Some(anew) => Ok(told(anew)),
                    None => again(kept),
                };
            }
        };
        match work(thing).await {
            Ok(made) => {
                let kept = match &made.secret {
                    Some(id) => (StatusCode::CONFLICT, id),
                    None => (made.status, &made.body),
                };
                let answer = KeptAnswer {
                    status: kept.0.as_u16().into(),
                    location: made.location.clone(),
                    body: kept.1.clone(),
                };
                app.store.settle(asker.person, &key, &answer).await?;
                Ok(told(made))
            }
            Err(problem) => {
                // After a failure of the node's own it is unknown what was done: the attempt stays, and is taken up later.
                if problem.by_client() {
                    app.store.forget(asker.person, &key).await?;
                }
                Err(problem)
            }
        }
    }
}

/// The rule was asked before, and the answer tells nothing else: for [`Once::run`].
pub(super) async fn asked(_: String) -> Result<Option<Made>, Problem> {
    Ok(None)
}

fn told(made: Made) -> Response {
    located(tagged::plain(made.status, made.body), &made.location)
}

fn again(kept: KeptAnswer) -> Result<Response, Problem> {
    let status = u16::try_from(kept.status).ok().and_then(|s| StatusCode::from_u16(s).ok());
    match status {
        Some(StatusCode::CONFLICT) => Err(Problem::made_already(kept.body)),
        Some(status) => Ok(located(tagged::plain(status, kept.body), &kept.location)),
        None => Err(Problem::internal()),
    }
}

fn located(mut response: Response, location: &str) -> Response {
    if let Ok(value) = HeaderValue::from_str(location) {
        response.headers_mut().insert(header::LOCATION, value);
    }
    response
}
