//! The editor of an advisory.

use axum::Form;
use axum::extract::{Path, State};
use axum::http::{HeaderMap, StatusCode, Uri};
use axum::response::{IntoResponse, Redirect, Response};
use bartizan_advisory::csaf::{Report, Severity, Version};
use bartizan_advisory::{emit, read};
use bartizan_clearinghouse::access::Verb;
use bartizan_store::Advisory;
use bartizan_workbench::{AdvisoryEdit, AdvisoryForm, FindingLine, Problem};
use serde_json::Value;

use super::super::flash::said;
use super::super::html;
use super::super::stop::Stop;
use super::super::visit::Visit;
use super::count;
use super::form;
use super::release::{Fields, field};
use crate::advisories::write::{self, latest};
use crate::advisories::{find_own, judge};
use crate::app::App;
use crate::sharing::Wrong;

/// The most findings on the page.
const SHOWN: usize = 200;

/// `GET /advisories/{uuid}/edit`
pub(in super::super) async fn show(
    State(app): State<App>,
    Path(uuid): Path<String>,
    headers: HeaderMap,
    uri: Uri,
) -> Result<Response, Stop> {
    let visit = Visit::new(&app, &headers, &uri).await?;
    let because = |wrong| Stop::because(&visit.shell, wrong);
    let advisory = find_own(&app, &visit.actor(), &uuid, Verb::Add).await.map_err(because)?;
    let document = latest(&app, &advisory).await.map_err(because)?;
    Ok(html(page(&visit, &advisory, &document, None, None, None).render()))
}

/// The editor of a document; with what was typed and what is wrong with it, where it came back.
fn page(
    visit: &Visit,
    advisory: &Advisory,
    document: &Value,
    typed: Option<AdvisoryForm>,
    json: Option<String>,
    problem: Option<Problem>,
) -> AdvisoryEdit {
    let (covered, beyond) = form::covered(document);
    let form = typed.or_else(|| covered.map(|plain| form::from(&plain)));
    let json = json.unwrap_or_else(|| String::from_utf8_lossy(&emit::bytes(document)).trim_end().to_owned());
    let mut shell = visit.shell.clone();
    shell.marking = advisory.marking;
    AdvisoryEdit {
        uuid: advisory.uuid.clone(),
        tracking: advisory.tracking.clone(),
        after: count(advisory.edition),
        fixed: advisory.version > 0,
        form,
        beyond,
        json,
        findings: findings(judge(document, advisory.version + 1, visit.now())),
        problem,
        shell,
    }
}

fn findings(report: Report) -> Vec<FindingLine> {
    let mut all = report.findings;
    all.sort_by_key(|finding| finding.severity);
    let line = |finding: bartizan_advisory::csaf::Finding| FindingLine {
        test: finding.test.into(),
        severity: match finding.severity {
            Severity::Error => "error",
            Severity::Warning => "warning",
            Severity::Information => "information",
        }
        .into(),
        pointer: finding.pointer,
        message: finding.message,
    };
    all.into_iter().take(SHOWN).map(line).collect()
}

/// `POST /advisories/{uuid}/edit`
pub(in super::super) async fn save(
    State(app): State<App>,
    Path(uuid): Path<String>,
    headers: HeaderMap,
    uri: Uri,
    Form(fields): Form<Fields>,
) -> Result<Response, Stop> {
    let visit = Visit::acting(&app, &headers, &uri, Some(field(&fields, "csrf"))).await?;
    let because = |wrong| Stop::because(&visit.shell, wrong);
    let acting = visit.actor();
    let advisory = find_own(&app, &acting, &uuid, Verb::Add).await.map_err(because)?;
    let before = latest(&app, &advisory).await.map_err(because)?;
    let typed = form::read(&fields);
    let version = read::version(&before).unwrap_or(Version::V2_0);
    let (covered, _) = form::covered(&before);
    let saved = match covered.map(|plain| form::onto(&typed, plain)) {
        None => Err(Wrong::Unfit("The document says more than the form covers: edit it as it is.".into())),
        Some(Err(text)) => Err(Wrong::Unfit(text)),
        Some(Ok(plain)) => match write::document(&plain, version) {
            Ok(document) => {
                let after = field(&fields, "after").parse().unwrap_or(0);
                write::save(&app, &acting, &advisory, after, document, field(&fields, "summary")).await
            }
            Err(wrong) => Err(wrong),
        },
    };
    let again = |problem| page(&visit, &advisory, &before, Some(typed), None, Some(problem));
    ended(&app, &visit, &advisory, saved, again)
}

/// `POST /advisories/{uuid}/document`
pub(in super::super) async fn document(
    State(app): State<App>,
    Path(uuid): Path<String>,
    headers: HeaderMap,
    uri: Uri,
    Form(fields): Form<Fields>,
) -> Result<Response, Stop> {
    let visit = Visit::acting(&app, &headers, &uri, Some(field(&fields, "csrf"))).await?;
    let because = |wrong| Stop::because(&visit.shell, wrong);
    let acting = visit.actor();
    let advisory = find_own(&app, &acting, &uuid, Verb::Add).await.map_err(because)?;
    let before = latest(&app, &advisory).await.map_err(because)?;
    let text = field(&fields, "document");
    let after = field(&fields, "after").parse().unwrap_or(0);
    let saved = match write::parse(text.as_bytes()) {
        Ok(document) => {
            write::save(&app, &acting, &advisory, after, document, field(&fields, "summary")).await
        }
        Err(wrong) => Err(wrong),
    };
    let again = |problem| page(&visit, &advisory, &before, None, Some(text.to_owned()), Some(problem));
    ended(&app, &visit, &advisory, saved, again)
}

/// Back to the editor: with what is kept, or with what was typed and what is wrong with it.
fn ended(
    app: &App,
    visit: &Visit,
    advisory: &Advisory,
    saved: Result<i64, Wrong>,
    again: impl FnOnce(Problem) -> AdvisoryEdit,
) -> Result<Response, Stop> {
    let text = match saved {
        Ok(number) => {
            visit.say(app, said(format!("Kept as edition {number}.")));
            return Ok(Redirect::to(&format!("/advisories/{}/edit", advisory.uuid)).into_response());
        }
        Err(Wrong::Unfit(text)) => text,
        Err(Wrong::Store(e)) if e.is_conflict() || e.is_invalid() => format!("{e}."),
        Err(wrong) => return Err(Stop::because(&visit.shell, wrong)),
    };
    let mut response = html(again(Problem { field: String::new(), text }).render());
    *response.status_mut() = StatusCode::UNPROCESSABLE_ENTITY;
    Ok(response)
}
