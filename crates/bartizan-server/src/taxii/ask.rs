//! What every TAXII request does first: negotiate, find the caller, find the collection, ask whether they may.

use axum::http::HeaderMap;
use bartizan_clearinghouse::access::{Decision, Refusal, Thing, Verb, decide};
use bartizan_store::{CollectionEntry, Directory};

use super::media;
use super::problem::Problem;
use crate::app::App;
use crate::auth::{Caller, caller};

/// The caller, known or anyone.
pub(super) async fn who(app: &App, headers: &HeaderMap, directory: &Directory) -> Result<Caller, Problem> {
    media::accepts(headers)?;
    Ok(caller(app, headers, directory).await?)
}

/// The collection, if the caller may know of it and do this in it.
pub(super) fn collection<'d>(
    app: &App,
    caller: &Caller,
    directory: &'d Directory,
    address: &str,
    verb: Verb,
) -> Result<&'d CollectionEntry, Problem> {
    let unknown = || if caller.principal.known() { Problem::not_found() } else { Problem::sign_in() };
    let entry = directory.collection(address).ok_or_else(unknown)?;
    match decide(&caller.principal, verb, &Thing::Collection(&entry.access), app.now()) {
        Decision::Allow => Ok(entry),
        Decision::Deny(Refusal::Unknown | Refusal::SignIn) => Err(unknown()),
        Decision::Deny(Refusal::Forbidden) => Err(Problem::forbidden(match verb {
            Verb::Add => "add to this collection",
            Verb::Remove => "take objects out of this collection",
            _ => "read this collection",
        })),
    }
}
