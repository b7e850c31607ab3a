//! The audit log.

use axum::Form;
use axum::extract::{RawQuery, State};
use axum::http::{HeaderMap, Uri};
use axum::response::Response;
use bartizan_clearinghouse::access::{Thing, Verb};
use bartizan_clearinghouse::audit::Break;
use bartizan_workbench::{Audit, AuditLine, Chain, Moment};

use super::home::count;
use super::html;
use super::sign_in::Token;
use super::stop::Stop;
use super::visit::Visit;
use crate::app::App;

const PAGE: i64 = 100;

/// `GET /audit`
pub(super) async fn show(
    State(app): State<App>,
    RawQuery(query): RawQuery,
    headers: HeaderMap,
    uri: Uri,
) -> Result<Response, Stop> {
    let visit = Visit::new(&app, &headers, &uri).await?;
    page(&app, visit, query.as_deref(), Chain::Unknown).await
}

/// `POST /audit/verify`
pub(super) async fn verify(
    State(app): State<App>,
    headers: HeaderMap,
    uri: Uri,
    Form(form): Form<Token>,
) -> Result<Response, Stop> {
    let visit = Visit::acting(&app, &headers, &uri, Some(&form.csrf)).await?;
    visit.must(Verb::Read, &Thing::Audit, "Only an auditor or administrator reads the audit log.")?;
    let state = app.store.verify_audit().await.map_err(|e| visit.stop(&e))?;
    let at = Moment(visit.now());
    let chain = match state.broken {
        None => Chain::Verified { entries: count(state.entries), at },
        Some(Break::Missing(n) | Break::Unlinked(n) | Break::Changed(n)) => {
            Chain::Broken { number: count(n), at }
        }
    };
    page(&app, visit, None, chain).await
}

async fn page(app: &App, visit: Visit, query: Option<&str>, chain: Chain) -> Result<Response, Stop> {
    visit.must(Verb::Read, &Thing::Audit, "Only an auditor or administrator reads the audit log.")?;
    let (mut actor, mut action, mut thing, mut before) = (String::new(), String::new(), String::new(), None);
    for (name, value) in form_urlencoded::parse(query.unwrap_or_default().as_bytes()) {
        match name.as_ref() {
            "actor" => actor = value.into_owned(),
            "action" => action = value.into_owned(),
            "thing" => thing = value.into_owned(),
            "before" => before = value.parse().ok(),
            _ => {}
        }
    }
    let entries = app.store.audit(before, PAGE).await.map_err(|e| visit.stop(&e))?;
    let next = (entries.len() as i64 == PAGE).then(|| entries.last().map(|e| e.number.to_string())).flatten();
    let fits = |wanted: &str, text: &str| wanted.is_empty() || text.contains(wanted);
    let lines = entries
        .into_iter()
        .filter(|e| fits(&actor, &e.actor) && fits(&action, &e.action) && fits(&thing, &e.thing))
        .map(|e| AuditLine {
            number: count(e.number),
            at: Moment(e.at),
            actor: e.actor,
            action: e.action,
            thing: e.thing,
            detail: e.detail,
            hash: e.hash,
        })
        .collect();
    let page =
        Audit { shell: visit.shell, actor, action, thing, from: String::new(), entries: lines, chain, next };
    Ok(html(page.render()))
}
