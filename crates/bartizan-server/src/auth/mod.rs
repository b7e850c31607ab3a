//! Who asks: from `Authorization`, the connection's certificate, the session's cookie, or anyone.

mod attempts;
pub(crate) mod limits;
pub(crate) mod passkey;
mod password;
pub(crate) mod peer;
pub(crate) mod provider;
pub(crate) mod second;
pub(crate) mod session;

pub use attempts::Attempts;
pub use limits::Limits;
pub use password::{Passwords, hash_password};

use attempts::Turn;
use axum::http::{HeaderMap, HeaderValue, header};
use bartizan_clearinghouse::access::{PersonId, Principal, Scopes};
use bartizan_clearinghouse::token;
use bartizan_store::{Action, Directory};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use peer::peer;

use crate::app::App;

/// Longest name and password that are looked at, in bytes.
pub(crate) const LONGEST: usize = 400;

/// How somebody showed who they are.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Way {
    /// Not at all.
    Anyone,
    Password,
    Token,
    Certificate,
}

impl Way {
    /// `anyone`, `password`, `token`, `certificate`.
    pub(crate) fn as_str(self) -> &'static str {
        match self {
            Self::Anyone => "anyone",
            Self::Password => "password",
            Self::Token => "token",
            Self::Certificate => "certificate",
        }
    }
}

/// Who asks, by what name the audit log knows them, and how they showed it.
#[derive(Clone, Debug)]
pub(crate) struct Caller {
    pub(crate) principal: Principal,
    pub(crate) name: String,
    pub(crate) way: Way,
}

impl Caller {
    fn anyone() -> Self {
        Self { principal: Principal::anyone(), name: "anyone".to_owned(), way: Way::Anyone }
    }
}

/// Why somebody is not let in.
#[derive(Debug)]
pub(crate) enum Refused {
    /// What they showed is wrong.
    Wrong,
    /// Too many are being looked at; nobody's password was compared.
    Busy,
    /// They were wrong, or asked, too often.
    Often,
}

/// The caller of a request: by `Authorization`, by the certificate of the connection, or anyone. Whoever shows something that is wrong is
/// refused, whatever else they have.
pub(crate) async fn caller(app: &App, headers: &HeaderMap, directory: &Directory) -> Result<Caller, Refused> {
    let (caller, key) = match headers.get(header::AUTHORIZATION) {
        Some(value) => shown(app, value, directory).await?,
        None => match peer().certificate {
            Some(fingerprint) => match by_certificate(app, directory, &fingerprint) {
                Some(found) => found,
                // Good for the connection, bound to nobody: as who shows nothing.
                None => return Ok(Caller::anyone()),
            },
            None => return Ok(Caller::anyone()),
        },
    };
    if app.limits.caller(&key) {
        return Ok(caller);
    }
    app.metrics.limited("caller");
    Err(Refused::Often)
}

/// The caller of what `Authorization` says, and what their requests are counted by.
async fn shown(app: &App, value: &HeaderValue, directory: &Directory) -> Result<(Caller, String), Refused> {
    let value = value.to_str().map_err(|_| Refused::Wrong)?;
    let (scheme, rest) = value.split_once(' ').ok_or(Refused::Wrong)?;
    let rest = rest.trim();
    let token = |secret: &str, name: Option<&str>| {
        by_token(app, directory, secret, name).ok_or_else(|| {
            app.metrics.refused("token");
            Refused::Wrong
        })
    };
    if scheme.eq_ignore_ascii_case("bearer") {
        return token(rest, None);
    }
    if !scheme.eq_ignore_ascii_case("basic") {
        return Err(Refused::Wrong);
    }
    let bytes = STANDARD.decode(rest).map_err(|_| Refused::Wrong)?;
    let text = String::from_utf8(bytes).map_err(|_| Refused::Wrong)?;
    let (name, password) = text.split_once(':').ok_or(Refused::Wrong)?;
    let name = name.to_lowercase();
    // Clients that know no bearer tokens send one as password.
    if token::well_formed(password) {
        return token(password, Some(&name));
    }
    if name.len() > LONGEST || password.len() > LONGEST {
        return Err(Refused::Wrong);
    }
    // What was right a moment ago costs nothing and is not counted.
    let person = match app.passwords.known(directory, &name, password) {
        Some(person) => person,
        None => password_of(app, directory, &name, password).await?,
    };
    // Whoever has or needs a second factor shows it to the sign-in page; programs use tokens.
    if second::wanted(app, directory, person) {
        refuse(app, &name, "password without second factor").await;
        return Err(Refused::Wrong);
    }
    let caller = person_caller(directory, person, Scopes::ALL, Way::Password).ok_or(Refused::Wrong)?;
    Ok((caller, format!("person {}", person.0)))
}

/// The person whose name and password these are, if it may be compared; what is refused is counted, and told the audit log.
pub(crate) async fn password_of(
    app: &App,
    directory: &Directory,
    name: &str,
    password: &str,
) -> Result<PersonId, Refused> {
    let address = peer().counted();
    match app.attempts.password(name, &address, app.now()) {
        Turn::Now => {}
        Turn::After(wait) => tokio::time::sleep(wait).await,
        Turn::Never => {
            app.metrics.refused("too often");
            return Err(Refused::Often);
        }
    }
    let found = app.passwords.check(directory, name, password).await.inspect_err(|_| {
        app.metrics.refused("busy");
    })?;
    let person = found.filter(|id| directory.principal(*id, Scopes::ALL).is_some());
    let Some(person) = person else {
        refuse(app, name, "password").await;
        return Err(Refused::Wrong);
    };
    app.attempts.password_right(name, &address, app.now());
    Ok(person)
}

/// Tells figures and audit log of a sign-in that was refused: the name that was typed, cut; what was wrong; the address.
pub(crate) async fn refuse(app: &App, name: &str, what: &'static str) {
    app.metrics.refused(what);
    let tried: String = name.chars().filter(|c| !c.is_control()).take(100).collect();
    let address = peer().shown();
    let detail = serde_json::json!({ "name": tried, "wrong": what, "address": address }).to_string();
    let by = Action { actor: "anyone", now: app.now() };
    // The log has to know; but a full log must not tell who exists.
    let _ = app.store.note(&by, "session.refused", "sign-in", &detail).await;
}

fn by_certificate(app: &App, directory: &Directory, fingerprint: &str) -> Option<(Caller, String)> {
    let entry = directory.certificates.get(fingerprint)?;
    if entry.revoked || entry.expires.is_some_and(|end| end <= app.now()) {
        return None;
    }
    let caller = person_caller(directory, entry.person, entry.scopes, Way::Certificate)?;
    Some((caller, format!("certificate {}", entry.id)))
}

fn by_token(app: &App, directory: &Directory, secret: &str, name: Option<&str>) -> Option<(Caller, String)> {
    if !token::well_formed(secret) {
        return None;
    }
    let entry = directory.tokens.get(&token::digest(secret))?;
    if entry.revoked || entry.expires.is_some_and(|end| end <= app.now()) {
        return None;
    }
    let caller = person_caller(directory, entry.person, entry.scopes, Way::Token)?;
    // A name beside the token has to be the right one; an empty one is none.
    match name {
        Some(name) if !name.is_empty() && name != caller.name => None,
        _ => Some((caller, format!("token {}", entry.id))),
    }
}

fn person_caller(directory: &Directory, person: PersonId, scopes: Scopes, way: Way) -> Option<Caller> {
    let principal = directory.principal(person, scopes)?;
    let name = directory.people.get(&person)?.name.clone();
    Some(Caller { principal, name, way })
}
