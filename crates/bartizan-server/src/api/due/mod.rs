//! The due list of the own organisation: computed for the asker, and nobody else's.

mod shape;

use axum::extract::State;
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use bartizan_clearinghouse::due::{Closure, Exception, How, State as Standing};
use bartizan_clearinghouse::priority::When;
use bartizan_clearinghouse::time;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::json;

use super::ask::{Asker, Body, Place, Query};
use super::endpoint::Endpoint;
use super::inventories::private;
use super::paging::Paging;
use super::problem::Problem;
use super::shapes::Items;
use super::tagged;
use crate::advisories::provider::base;
use crate::app::App;
use crate::due::{self, Line, List};
use crate::ics;
use shape::{Due, Past, Whole, due_shape, past, whole};

pub(super) fn list() -> Vec<Endpoint> {
    let states = Standing::ALL.iter().map(|state| state.as_str()).collect::<Vec<_>>();
    let state = || json!({ "type": "string", "enum": states });
    let until = || json!({ "type": "string", "format": "date" });
    let narrowed = |endpoint: Endpoint| {
        endpoint
            .with("state", "Only in this state.", state())
            .with("until", "Only what may be due on this day or before.", until())
            .with(
                "verdict",
                "Only what is affected for certain, or only what may be.",
                json!({ "type": "string", "enum": ["affected", "unknown"] }),
            )
            .with("inventory", "Only of this inventory.", json!({ "type": "string" }))
    };
    vec![
        narrowed(Endpoint::get(
            "/due",
            "listDue",
            "What your organisation has to do, what comes first first. Computed for you, kept nowhere.",
            all,
        ))
        .paged()
        .gives::<Items<Due>>(),
        narrowed(Endpoint::get("/due.csv", "exportDue", "The same as a table; no cell is a formula.", table))
            .gives_bytes("text/csv"),
        narrowed(Endpoint::get(
            "/due.ics",
            "subscribeDue",
            "The dates as a file for calendars, which may ask for it again and again with a token for reading; what is closed is not there.",
            dates,
        ))
        .gives_bytes("text/calendar"),
        Endpoint::get(
            "/due/past",
            "listPastDue",
            "What was closed and is in no inventory any more, newest first.",
            gone,
        )
        .gives::<Items<Past>>(),
        Endpoint::get(
            "/due/{id}",
            "getDue",
            "One item with everything: why, by when, what helps, how to hunt.",
            one,
        )
        .gives::<Whole>(),
        Endpoint::post(
            "/due/{id}/exceptions",
            "exceptDue",
            "Puts an item off with a reason, for a time. It cannot be changed; a later one stands instead.",
            except,
        )
        .takes::<NewException>()
        .gives::<Due>(),
        Endpoint::post(
            "/due/{id}/closures",
            "closeDue",
            "Says that an item is done, with evidence. A newer document that still has it opens it again.",
            close,
        )
        .takes::<NewClosure>()
        .gives::<Due>(),
        Endpoint::post(
            "/due/{id}/answers",
            "answerDue",
            "Says what you found out about the vulnerability of an item: a decision point and its value.",
            answer,
        )
        .takes::<NewAnswer>()
        .gives::<Due>(),
    ]
}

#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(rename = "NewDueException")]
struct NewException {
    #[schemars(length(min = 1, max = 2000))]
    reason: String,
    /// Until when it holds: at most two years.
    #[schemars(extend("format" = "date-time"))]
    until: String,
}

#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(rename = "NewDueClosure")]
struct NewClosure {
    /// `patched`, `removed`, `mitigated` or `not-affected`.
    how: String,
    /// What shows it: a ticket, a digest of a document, an address; one line.
    #[schemars(length(min = 1, max = 500))]
    evidence: String,
}

#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(rename = "NewDueAnswer")]
struct NewAnswer {
    /// For example `ssvc:A:2.0.0`.
    point: String,
    /// For example `Y`.
    value: String,
    /// How you found out; one line.
    #[schemars(length(min = 1, max = 500))]
    reason: String,
}

#[derive(Serialize, JsonSchema)]
#[schemars(rename = "DueDate")]
struct Date {
    /// Null: with the next upgrade.
    #[schemars(extend("format" = "date-time"))]
    date: Option<String>,
}

fn date(when: When) -> Date {
    match when {
        When::By(at) => Date { date: Some(time::text(at)) },
        When::OnUpgrade => Date { date: None },
    }
}

/// The lines that a question asks for, in order.
fn narrowed<'l>(list: &'l List, query: &Query) -> Result<Vec<&'l Line>, Problem> {
    let wrong = || Problem::bad("state is open, overdue, excepted or closed.");
    let state = query
        .one("state")?
        .map(|word| Standing::ALL.iter().copied().find(|state| state.as_str() == word).ok_or_else(wrong));
    let state = state.transpose()?;
    let wrong = || Problem::bad("until is a day, for example 2026-12-07.");
    let until =
        query.one("until")?.map(|day| time::parse(&format!("{day}T23:59:59.999999Z")).ok_or_else(wrong));
    let until = until.transpose()?;
    let verdict = query.one("verdict")?;
    if verdict.is_some_and(|word| !["affected", "unknown"].contains(&word)) {
        return Err(Problem::bad("verdict is affected or unknown."));
    }
    let inventory = query.one("inventory")?;
    let wanted = |line: &&Line| {
        let item = list.item(line);
        let by = |end: i64| matches!(item.due.earliest, When::By(at) if at <= end);
        state.is_none_or(|state| line.state == state)
            && until.is_none_or(by)
            && verdict.is_none_or(|word| item.verdict.as_str() == word)
            && inventory.is_none_or(|uuid| list.inventory(item).entry.uuid == uuid)
    };
    Ok(list.lines.iter().filter(wanted).collect())
}

/// `GET /due`
async fn all(State(app): State<App>, asker: Asker, query: Query) -> Result<Response, Problem> {
    query.only(&["state", "until", "verdict", "inventory", "limit", "next"])?;
    let list = due::list(&app, &asker.acting()).await?;
    let paging = Paging::new(&query, "due")?;
    let lines = narrowed(&list, &query)?;
    let numbered = (1i64..).zip(lines);
    let page = paging.cut(numbered, |(at, _)| *at, |(_, line)| due_shape(&asker, &list, line));
    Ok(private(tagged::json(StatusCode::OK, &page)))
}

/// `GET /due.csv`
async fn table(State(app): State<App>, asker: Asker, query: Query) -> Result<Response, Problem> {
    query.only(&["state", "until", "verdict", "inventory"])?;
    let list = due::list(&app, &asker.acting()).await?;
    let text = due::csv(&list, &narrowed(&list, &query)?);
    Ok(private(file(text)))
}

/// `GET /due.ics`
async fn dates(State(app): State<App>, asker: Asker, query: Query) -> Result<Response, Problem> {
    query.only(&["state", "until", "verdict", "inventory"])?;
    let list = due::list(&app, &asker.acting()).await?;
    let text = due::ics(&list, &narrowed(&list, &query)?, &base(&app.config), asker.now);
    Ok(ics::answer(text, "attachment; filename=\"due.ics\""))
}

/// A table to be taken away.
pub(super) fn file(text: String) -> Response {
    let mut response = text.into_response();
    let headers = response.headers_mut();
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static("text/csv; charset=utf-8"));
    headers.insert(header::CONTENT_DISPOSITION, HeaderValue::from_static("attachment; filename=\"due.csv\""));
    response
}

/// `GET /due/past`
async fn gone(State(app): State<App>, asker: Asker, query: Query) -> Result<Response, Problem> {
    query.only(&[])?;
    let list = due::list(&app, &asker.acting()).await?;
    let mut items: Vec<Past> = list.past.iter().map(|decided| past(&asker, decided)).collect();
    items.sort_by(|a, b| (&b.closed.at, &b.id).cmp(&(&a.closed.at, &a.id)));
    Ok(private(tagged::json(StatusCode::OK, &Items { items, next: None })))
}

async fn line(app: &App, asker: &Asker, id: &str) -> Result<Response, Problem> {
    let list = due::list(app, &asker.acting()).await?;
    let line = list.find(id).ok_or_else(Problem::not_found)?;
    Ok(private(tagged::json(StatusCode::CREATED, &due_shape(asker, &list, line))))
}

/// `GET /due/{id}`
async fn one(
    State(app): State<App>,
    asker: Asker,
    Place(id): Place<String>,
    query: Query,
) -> Result<Response, Problem> {
    query.only(&[])?;
    let acting = asker.acting();
    let list = due::list(&app, &acting).await?;
    let line = list.find(&id).ok_or_else(Problem::not_found)?;
    let rules = due::hunt(&app, &acting, &list.item(line).vulnerability).await?;
    Ok(private(tagged::json(StatusCode::OK, &whole(&asker, &list, line, rules))))
}

/// `POST /due/{id}/exceptions`
async fn except(
    State(app): State<App>,
    asker: Asker,
    Place(id): Place<String>,
    query: Query,
    body: Body<NewException>,
) -> Result<Response, Problem> {
    query.only(&[])?;
    let NewException { reason, until } = body.value;
    let until = time::parse(&until).ok_or_else(|| Problem::unprocessable("until is no time."))?;
    due::except(&app, &asker.acting(), &id, Exception { reason, until }).await?;
    line(&app, &asker, &id).await
}

/// `POST /due/{id}/closures`
async fn close(
    State(app): State<App>,
    asker: Asker,
    Place(id): Place<String>,
    query: Query,
    body: Body<NewClosure>,
) -> Result<Response, Problem> {
    query.only(&[])?;
    let NewClosure { how, evidence } = body.value;
    let how = How::ALL.iter().copied().find(|known| known.as_str() == how);
    let wrong = || Problem::unprocessable("how is patched, removed, mitigated or not-affected.");
    due::close(&app, &asker.acting(), &id, Closure { how: how.ok_or_else(wrong)?, evidence }).await?;
    line(&app, &asker, &id).await
}

/// `POST /due/{id}/answers`
async fn answer(
    State(app): State<App>,
    asker: Asker,
    Place(id): Place<String>,
    query: Query,
    body: Body<NewAnswer>,
) -> Result<Response, Problem> {
    query.only(&[])?;
    let NewAnswer { point, value, reason } = &body.value;
    due::answer(&app, &asker.acting(), &id, (point, value, reason)).await?;
    line(&app, &asker, &id).await
}
