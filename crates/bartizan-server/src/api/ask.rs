//! What requests carry: who asks, which thing, which values, which body.

use std::sync::Arc;

use axum::body::Bytes;
use axum::extract::rejection::BytesRejection;
use axum::extract::{FromRequest, FromRequestParts, Path, Request};
use axum::http::request::Parts;
use axum::http::{HeaderMap, StatusCode, header};
use bartizan_clearinghouse::access::{
    Decision, OrganisationId, PersonId, Principal, Refusal, Thing, Verb, decide,
};
use bartizan_clearinghouse::token;
use bartizan_store::{Action, Directory};
use serde::de::DeserializeOwned;

use super::problem::Problem;
use super::shapes::Named;
use crate::app::App;
use crate::auth::{Way, caller};
use crate::sharing::{Acting, lacking};

/// Somebody known. Cookies say nothing here: no page elsewhere can make a browser act.
pub(super) struct Asker {
    pub(super) directory: Arc<Directory>,
    pub(super) principal: Principal,
    pub(super) person: PersonId,
    pub(super) organisation: OrganisationId,
    pub(super) name: String,
    /// How they showed who they are.
    pub(super) way: Way,
    pub(super) now: i64,
}

impl FromRequestParts<App> for Asker {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, app: &App) -> Result<Self, Problem> {
        let directory = app.store.fresh().await?;
        let found = caller(app, &parts.headers, &directory).await?;
        let (Some(person), Some(organisation)) = (found.principal.person, found.principal.organisation)
        else {
            return Err(Problem::sign_in());
        };
        let now = app.now();
        let (principal, name, way) = (found.principal, found.name, found.way);
        Ok(Self { directory, principal, person, organisation, name, way, now })
    }
}

impl Asker {
    /// The asker, to what pages and API do alike.
    pub(super) fn acting(&self) -> Acting<'_> {
        Acting { directory: &self.directory, principal: &self.principal, name: &self.name, now: self.now }
    }

    pub(super) fn by(&self) -> Action<'_> {
        Action { actor: &self.name, now: self.now }
    }

    pub(super) fn may(&self, verb: Verb, thing: &Thing<'_>) -> bool {
        decide(&self.principal, verb, thing, self.now).allowed()
    }

    /// Goes on if they may; what they may not know of is not there.
    pub(super) fn must(&self, verb: Verb, thing: &Thing<'_>, what: &str) -> Result<(), Problem> {
        match decide(&self.principal, verb, thing, self.now) {
            Decision::Allow => Ok(()),
            Decision::Deny(Refusal::Forbidden) => {
                Err(Problem::forbidden(lacking(&self.principal, verb).unwrap_or(what)))
            }
            Decision::Deny(Refusal::Unknown) => Err(Problem::not_found()),
            Decision::Deny(Refusal::SignIn) => Err(Problem::sign_in()),
        }
    }

    /// Looking at what everybody on the node may: a token has to be for reading.
    pub(super) fn reads(&self) -> Result<(), Problem> {
        self.must(Verb::List, &Thing::Node, "This token is not for reading.")
    }

    /// The audiences of the own library that they read.
    pub(super) fn readable(&self) -> Vec<i64> {
        self.directory.readable(&self.principal, None, self.now)
    }

    pub(super) fn organisation(&self, id: OrganisationId) -> Named {
        let entry = self.directory.organisations.get(&id);
        entry.map(|o| Named { id: o.uuid.clone(), name: o.name.clone() }).unwrap_or_default()
    }

    pub(super) fn person(&self, id: PersonId) -> Option<Named> {
        let entry = self.directory.people.get(&id)?;
        Some(Named { id: entry.uuid.clone(), name: entry.shown.clone() })
    }
}

/// What the address names. An address that cannot be read names nothing.
pub(super) struct Place<T>(pub(super) T);

impl<T: DeserializeOwned + Send> FromRequestParts<App> for Place<T> {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, app: &App) -> Result<Self, Problem> {
        // PostgreSQL's texts hold no zero byte; no name here has a control character.
        if parts.uri.path().to_ascii_lowercase().contains("%00") {
            return Err(Problem::not_found());
        }
        let path = Path::<T>::from_request_parts(parts, app).await;
        path.map(|Path(value)| Self(value)).map_err(|_| Problem::not_found())
    }
}

/// The values behind the question mark.
pub(super) struct Query(Vec<(String, String)>);

impl FromRequestParts<App> for Query {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, _: &App) -> Result<Self, Problem> {
        let pairs = form_urlencoded::parse(parts.uri.query().unwrap_or_default().as_bytes());
        let pairs: Vec<_> = pairs.map(|(name, value)| (name.into_owned(), value.into_owned())).collect();
        if pairs.iter().any(|(_, value)| value.contains('\0')) {
            return Err(Problem::bad("A value holds a zero byte."));
        }
        Ok(Self(pairs))
    }
}

impl Query {
    /// Refuses names other than these: a filter with a typing error must not give everything.
    pub(super) fn only(&self, names: &[&str]) -> Result<(), Problem> {
        match self.0.iter().find(|(name, _)| !names.contains(&name.as_str())) {
            Some(_) => {
                let known = names.join(", ");
                let known = if known.is_empty() { "none".to_owned() } else { known };
                Err(Problem::bad(format!("Parameters here: {known}.")))
            }
            None => Ok(()),
        }
    }

    /// The value of a name that may stand there once.
    pub(super) fn one(&self, name: &str) -> Result<Option<&str>, Problem> {
        let mut values = self.0.iter().filter(|(n, _)| n == name).map(|(_, value)| value.as_str());
        let first = values.next();
        if values.next().is_some() {
            return Err(Problem::bad(format!("{name} stands there twice.")));
        }
        Ok(first)
    }

    /// The same as text, without some names.
    pub(super) fn without(&self, names: &[&str]) -> String {
        let mut text = form_urlencoded::Serializer::new(String::new());
        text.extend_pairs(self.0.iter().filter(|(name, _)| !names.contains(&name.as_str())));
        text.finish()
    }
}

/// A JSON body, and the digest of its bytes.
pub(super) struct Body<T> {
    pub(super) value: T,
    pub(super) digest: String,
}

impl<T: DeserializeOwned> FromRequest<App> for Body<T> {
    type Rejection = Problem;

    async fn from_request(request: Request, app: &App) -> Result<Self, Problem> {
        if media(request.headers()).as_deref() != Some("application/json") {
            return Err(Problem::media("application/json"));
        }
        let bytes = bytes(request, app).await?;
        Self::read(&bytes)
    }
}

impl<T: DeserializeOwned> Body<T> {
    pub(super) fn read(bytes: &[u8]) -> Result<Self, Problem> {
        let value = serde_json::from_slice(bytes).map_err(|e| {
            let text = format!("The body is not what is wanted here: {e}.");
            if e.is_data() { Problem::unprocessable(text) } else { Problem::bad(text) }
        })?;
        // Members without their names would be taken in order; a body names what it says.
        if bytes.iter().find(|b| !b.is_ascii_whitespace()) != Some(&b'{') {
            return Err(Problem::unprocessable("The body is no JSON object."));
        }
        let text: String = String::from_utf8_lossy(bytes).into_owned();
        Ok(Self { value, digest: token::digest(&text) })
    }
}

/// All of a body, within the endpoint's limit.
pub(super) async fn bytes(request: Request, app: &App) -> Result<Bytes, Problem> {
    Bytes::from_request(request, app).await.map_err(|e: BytesRejection| {
        if e.status() == StatusCode::PAYLOAD_TOO_LARGE {
            Problem::too_large()
        } else {
            Problem::bad("The body did not arrive whole.")
        }
    })
}

/// The media type of a body, without parameters, in lower case.
pub(super) fn media(headers: &HeaderMap) -> Option<String> {
    let text = headers.get(header::CONTENT_TYPE)?.to_str().ok()?;
    Some(text.split(';').next().unwrap_or_default().trim().to_ascii_lowercase())
}
