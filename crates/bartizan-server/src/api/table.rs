//! Indicators and observables of a collection as a table for spreadsheets.

use axum::extract::{RawQuery, State};
use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use bartizan_clearinghouse::access::Verb;
use bartizan_clearinghouse::feed::{StixObject, table};

use super::ask::{Asker, Place, Query};
use super::collections::find;
use super::endpoint::{Endpoint, Tags};
use super::objects::{AT_ONCE, BYTES, FILTERS, filters};
use super::paging;
use super::problem::Problem;
use crate::app::App;
use crate::sharing::export::{Extent, dated, extent, has, tag};
use crate::taxii::Wanted;

/// The most bytes of objects in a table: it is put in order in memory.
const MOST: usize = 64 << 20;

pub(super) fn list() -> Vec<Endpoint> {
    let path = "/collections/{id}/objects.csv";
    let about = "Indicators and observables as CSV, the newest version of each: the filters of TAXII.";
    vec![filters(Endpoint::get(path, "exportTable", about, export)).gives_bytes("text/csv").tags(Tags::Given)]
}

/// `GET /collections/{id}/objects.csv`
async fn export(
    State(app): State<App>,
    asker: Asker,
    Place(address): Place<String>,
    query: Query,
    headers: HeaderMap,
    RawQuery(raw): RawQuery,
) -> Result<Response, Problem> {
    // A table is whole: there are no pages.
    query.only(&FILTERS[2..])?;
    let entry = find(&asker, &asker.directory, &address, Verb::Read)?;
    let wanted = Wanted::parse(raw.as_deref().unwrap_or_default(), &entry.uuid, paging::MOST);
    let mut filter = wanted.map_err(|e| Problem::bad(e.description()))?.filter;
    let readable = asker.directory.readable(&asker.principal, Some(entry.access.id), asker.now);
    let Extent { state, newest } = extent(&app, entry, &readable).await?;
    let tag = tag(&state, raw.as_deref().unwrap_or_default());
    if has(&headers, &tag) {
        return Ok(dated(StatusCode::NOT_MODIFIED.into_response(), &tag, newest));
    }
    let (mut objects, mut size): (Vec<StixObject>, usize) = (Vec::new(), 0);
    loop {
        let page = app.store.objects(entry.access.id, &readable, &filter, AT_ONCE, BYTES).await?;
        size += page.items.iter().map(|o| o.body.len()).sum::<usize>();
        if size > MOST {
            let text = "That is too much for one table. Use added_after or match[type].";
            return Err(Problem::unprocessable(text));
        }
        objects.extend(page.items.iter().filter_map(|o| serde_json::from_str(&o.body).ok()));
        match page.items.last().filter(|_| page.more) {
            Some(last) => filter.after = Some(last.added),
            None => break,
        }
    }
    app.store.note(&asker.by(), "collection.export", &format!("collection/{}", entry.uuid), "{}").await?;
    let mut response = dated(table::csv(&objects).into_response(), &tag, newest);
    let headers = response.headers_mut();
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static("text/csv; charset=utf-8"));
    let name = HeaderValue::from_static("attachment; filename=\"objects.csv\"");
    headers.insert(header::CONTENT_DISPOSITION, name);
    Ok(response)
}
