//! Who the caller is.

use axum::extract::State;
use axum::http::HeaderMap;
use axum::response::Response;
use bartizan_clearinghouse::access::{Member, Thing, Verb};
use schemars::JsonSchema;
use serde::Serialize;

use super::ask::{Asker, Query};
use super::endpoint::{Endpoint, Tags};
use super::problem::Problem;
use super::shapes::{Named, RoleName, ScopeName, role_names, scope_names};
use super::tagged;
use crate::app::App;

pub(super) fn list() -> Vec<Endpoint> {
    vec![
        Endpoint::get("/me", "getMe", "Who you are and what you may do.", show)
            .gives::<Me>()
            .tags(Tags::Given),
    ]
}

#[derive(Serialize, JsonSchema)]
struct Me {
    id: String,
    /// What you sign in with.
    name: String,
    organisation: Named,
    roles: Vec<RoleName>,
    /// How you signed in: `password`, `token` or `certificate`.
    way: &'static str,
    /// What this way of signing in may be used for.
    scopes: Vec<ScopeName>,
    /// The node's name.
    node: String,
}

/// `GET /me`
async fn show(
    State(app): State<App>,
    asker: Asker,
    query: Query,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    query.only(&[])?;
    let (id, organisation, roles) = (asker.person, asker.organisation, asker.principal.roles);
    let own = Thing::Person(Member { id, organisation, roles }, roles);
    asker.must(Verb::Read, &own, "This token is not for reading.")?;
    let me = Me {
        id: asker.person(id).unwrap_or_default().id,
        name: asker.name.clone(),
        organisation: asker.organisation(organisation),
        roles: role_names(roles),
        way: asker.way.as_str(),
        scopes: scope_names(asker.principal.scopes),
        node: app.config.title.clone(),
    };
    Ok(tagged::single(&headers, &me))
}
