//! Public facts about vulnerabilities: what there is, and the form that brings newer ones.

use axum::extract::{Multipart, State};
use axum::http::{HeaderMap, StatusCode, Uri};
use axum::response::{IntoResponse, Redirect, Response};
use bartizan_clearinghouse::access::{Thing, Verb};
use bartizan_clearinghouse::priority::NOT_LISTED_HOLDS;
use bartizan_clearinghouse::time;
use bartizan_store::FactKind;
use bartizan_workbench::{Choice, FactLine, Facts, Moment, Problem};

use super::flash::said;
use super::html;
use super::stop::Stop;
use super::visit::Visit;
use crate::app::App;
use crate::due::{self, LARGEST_FACTS};
use crate::sharing::Wrong;

const REFUSED: &str = "Whoever runs the node brings the facts.";

fn name(kind: FactKind) -> String {
    kind.as_str().to_ascii_uppercase()
}

async fn page(app: &App, visit: Visit, chosen: FactKind, problem: Option<Problem>) -> Result<Response, Stop> {
    visit.must(Verb::List, &Thing::Node, "Facts are for whoever is known here.")?;
    let facts = due::kept(app).await.map_err(|wrong| Stop::because(&visit.shell, wrong))?;
    let brought = due::brought(app).await.map_err(|wrong| Stop::because(&visit.shell, wrong))?;
    let stale = |kind, dated: i64| kind == FactKind::Kev && visit.now() - dated > NOT_LISTED_HOLDS;
    let page = Facts {
        facts: facts
            .into_iter()
            .map(|kept| FactLine {
                name: name(kept.kind),
                dated: Moment(kept.dated),
                stale: stale(kept.kind, kept.dated),
                entries: kept.entries,
                digest: kept.digest,
                brought: kept.brought.map(Moment),
                by: String::new(),
            })
            .collect(),
        brought: brought
            .into_iter()
            .map(|arrival| FactLine {
                name: name(arrival.kind),
                dated: Moment(arrival.file.dated),
                stale: false,
                entries: u64::try_from(arrival.file.entries).unwrap_or_default(),
                digest: arrival.file.digest,
                brought: Some(Moment(arrival.file.kept)),
                by: arrival.actor,
            })
            .collect(),
        may_bring: visit.may(Verb::Manage, &Thing::Node),
        kinds: FactKind::ALL
            .iter()
            .map(|kind| Choice { value: kind.as_str().into(), label: name(*kind), chosen: *kind == chosen })
            .collect(),
        problem: problem.clone(),
        shell: visit.shell,
    };
    let mut response = html(page.render());
    if problem.is_some() {
        *response.status_mut() = StatusCode::UNPROCESSABLE_ENTITY;
    }
    Ok(response)
}

/// `GET /facts`
pub(super) async fn show(State(app): State<App>, headers: HeaderMap, uri: Uri) -> Result<Response, Stop> {
    let visit = Visit::new(&app, &headers, &uri).await?;
    page(&app, visit, FactKind::Kev, None).await
}

/// What the form sent: its token, the kind, the file.
async fn read(mut body: Multipart) -> Result<(String, String, Vec<u8>), String> {
    let (mut csrf, mut kind, mut bytes) = (String::new(), String::new(), Vec::new());
    let failed = |e: axum::extract::multipart::MultipartError| match e.status() {
        StatusCode::PAYLOAD_TOO_LARGE => format!("A file has at most {} MiB.", LARGEST_FACTS >> 20),
        _ => "The form did not arrive whole.".to_owned(),
    };
    while let Some(field) = body.next_field().await.map_err(failed)? {
        match field.name().unwrap_or_default() {
            "csrf" => csrf = field.text().await.map_err(failed)?,
            "kind" => kind = field.text().await.map_err(failed)?,
            "file" => bytes = field.bytes().await.map_err(failed)?.to_vec(),
            _ => {}
        }
    }
    Ok((csrf, kind, bytes))
}

/// `POST /facts`
pub(super) async fn bring(
    State(app): State<App>,
    headers: HeaderMap,
    uri: Uri,
    body: Multipart,
) -> Result<Response, Stop> {
    // Whoever may not is told so before anything is read.
    let visit = Visit::new(&app, &headers, &uri).await?;
    visit.must(Verb::Manage, &Thing::Node, REFUSED)?;
    let read = read(body).await;
    let csrf = read.as_ref().ok().map(|(csrf, ..)| csrf.clone());
    let visit = Visit::acting(&app, &headers, &uri, csrf.as_deref()).await?;
    let wrong = |text: String| Some(Problem { field: "file".into(), text });
    let (kind, bytes) = match read {
        Ok((_, kind, bytes)) => (kind, bytes),
        Err(text) => return page(&app, visit, FactKind::Kev, wrong(text)).await,
    };
    let Some(kind) = FactKind::ALL.into_iter().find(|known| known.as_str() == kind) else {
        return page(&app, visit, FactKind::Kev, wrong("Say what it is: KEV or EPSS.".into())).await;
    };
    match due::keep_facts(&app, &visit.actor(), kind, &bytes).await {
        Ok(kept) => {
            let text = format!(
                "{} of {}, {} vulnerabilities, is there.",
                name(kind),
                time::text(kept.dated).get(..10).unwrap_or_default(),
                kept.entries
            );
            visit.say(&app, said(&text));
            Ok(Redirect::to("/facts").into_response())
        }
        Err(Wrong::Unfit(text)) => page(&app, visit, kind, wrong(format!("It was not taken: {text}."))).await,
        Err(other) => Err(Stop::because(&visit.shell, other)),
    }
}
