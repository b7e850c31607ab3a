//! Who asks: from `Authorization`, the session's cookie, or anyone.

mod attempts;
mod password;
pub(crate) mod session;

pub use attempts::Attempts;
pub use password::{Passwords, hash_password};

use axum::http::{HeaderMap, header};
use bartizan_clearinghouse::access::{PersonId, Principal, Scopes};
use bartizan_clearinghouse::token;
use bartizan_store::Directory;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

use crate::app::App;

/// Longest name and password that are looked at, in bytes.
pub(crate) const LONGEST: usize = 400;

/// Who asks, and by what name the audit log knows them.
#[derive(Clone, Debug)]
pub(crate) struct Caller {
    pub(crate) principal: Principal,
    pub(crate) name: String,
}

impl Caller {
    fn anyone() -> Self {
        Self { principal: Principal::anyone(), name: "anyone".to_owned() }
    }
}

/// Why somebody is not let in.
#[derive(Debug)]
pub(crate) enum Refused {
    /// What they showed is wrong.
    Wrong,
    /// Too many are being looked at; nobody's password was compared.
    Busy,
}

/// The caller of a request that carries `Authorization`, or anyone.
pub(crate) async fn caller(app: &App, headers: &HeaderMap, directory: &Directory) -> Result<Caller, Refused> {
    let Some(value) = headers.get(header::AUTHORIZATION) else {
        return Ok(Caller::anyone());
    };
    let value = value.to_str().map_err(|_| Refused::Wrong)?;
    let (scheme, rest) = value.split_once(' ').ok_or(Refused::Wrong)?;
    let rest = rest.trim();
    if scheme.eq_ignore_ascii_case("bearer") {
        return by_token(app, directory, rest, None).ok_or(Refused::Wrong);
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
        return by_token(app, directory, password, Some(&name)).ok_or(Refused::Wrong);
    }
    if name.len() > LONGEST || password.len() > LONGEST {
        return Err(Refused::Wrong);
    }
    // What was right a moment ago costs nothing and is not counted.
    let known = app.passwords.known(directory, &name, password);
    let person = match known {
        Some(person) => person,
        None => {
            if !app.attempts.take(&name, app.now()) {
                return Err(Refused::Busy);
            }
            let person = app.passwords.check(directory, &name, password).await?.ok_or(Refused::Wrong)?;
            app.attempts.right(&name);
            person
        }
    };
    person_caller(directory, person, Scopes::ALL).ok_or(Refused::Wrong)
}

fn by_token(app: &App, directory: &Directory, secret: &str, name: Option<&str>) -> Option<Caller> {
    if !token::well_formed(secret) {
        return None;
    }
    let entry = directory.tokens.get(&token::digest(secret))?;
    if entry.revoked || entry.expires.is_some_and(|end| end <= app.now()) {
        return None;
    }
    let caller = person_caller(directory, entry.person, entry.scopes)?;
    // A name beside the token has to be the right one; an empty one is none.
    match name {
        Some(name) if !name.is_empty() && name != caller.name => None,
        _ => Some(caller),
    }
}

fn person_caller(directory: &Directory, person: PersonId, scopes: Scopes) -> Option<Caller> {
    let principal = directory.principal(person, scopes)?;
    let name = directory.people.get(&person)?.name.clone();
    Some(Caller { principal, name })
}
