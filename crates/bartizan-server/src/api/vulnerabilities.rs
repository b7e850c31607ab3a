//! Reports of vulnerabilities: handing in, looking, deciding. The form is that of the Akrites intake (`TAP-API-Spec.md`).

use axum::extract::{Request, State};
use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::response::Response;
use bartizan_clearinghouse::access::Verb;
use bartizan_clearinghouse::intake::{LONGEST, Refused};
use bartizan_clearinghouse::time;
use bartizan_store::{ReportQuestion, ReportState, Taken, VulnerabilityFile, VulnerabilityReport};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value, json};

use super::ROOT;
use super::ask::{self, Asker, Body, Place, Query};
use super::endpoint::{Endpoint, Tags};
use super::paging::Paging;
use super::problem::{Failed, Fault, Problem};
use super::shapes::{Items, LINE, Named};
use super::tagged;
use crate::app::App;
use crate::intake;

pub(super) fn list() -> Vec<Endpoint> {
    let states = ReportState::ALL.map(ReportState::as_str);
    let state = json!({ "type": "string", "enum": states });
    vec![
        Endpoint::get("/desks", "listDesks", "Where reports of vulnerabilities are handed in.", desks)
            .gives::<Desks>(),
        Endpoint::post(
            "/desks/{id}/reports",
            "reportVulnerability",
            "Hands in a report of a vulnerability. 202: it is kept on disk. The same report again has the same receipt.",
            report,
        )
        .largest(LONGEST)
        .takes::<Report>()
        .takes_bytes("multipart/mixed")
        .takes_bytes("message/rfc822")
        .status(202)
        .gives::<Receipt>(),
        Endpoint::get("/receipts/{receipt}", "getReceipt", "How far a report is, for who holds its receipt.", receipt)
            .gives::<Status>()
            .open(),
        Endpoint::get(
            "/vulnerability-reports",
            "listVulnerabilityReports",
            "Reports that your desk took or your organisation sent, newest first.",
            all,
        )
        .with("state", "Only in this state.", state)
        .with("box", "Only what was taken, or sent.", json!({ "type": "string", "enum": ["taken", "sent"] }))
        .paged()
        .gives::<Items<Line>>(),
        Endpoint::get("/vulnerability-reports/{id}", "getVulnerabilityReport", "One report.", one)
            .gives::<Whole>()
            .tags(Tags::Given),
        Endpoint::patch(
            "/vulnerability-reports/{id}",
            "decideVulnerabilityReport",
            "Says how far a report is, and what came of it.",
            decide,
        )
        .takes::<Change>()
        .gives::<Line>(),
        Endpoint::get(
            "/vulnerability-reports/{id}/files/{position}",
            "getVulnerabilityFile",
            "A file of a report, opened; for who decides about it. That you looked is in the audit log.",
            file,
        )
        .gives_bytes("application/octet-stream"),
    ]
}

#[derive(Serialize, JsonSchema)]
struct Desks {
    items: Vec<Desk>,
}

#[derive(Serialize, JsonSchema)]
struct Desk {
    id: String,
    title: String,
    /// What it takes and what becomes of it.
    about: String,
    organisation: Named,
    open: bool,
}

/// A report of a vulnerability: `purl`, or `cpe`, or both `software` and `ecosystem`. Files are attachments.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(rename = "VulnerabilityReportForm")]
#[expect(dead_code, reason = "it describes what bartizan_clearinghouse::intake reads")]
struct Report {
    #[schemars(length(max = 256))]
    title: Option<String>,
    #[schemars(length(max = 65536))]
    description: Option<String>,
    #[schemars(length(max = 512))]
    purl: Option<String>,
    #[schemars(length(max = 512))]
    cpe: Option<String>,
    #[schemars(length(max = 256))]
    software: Option<String>,
    #[schemars(length(max = 128))]
    ecosystem: Option<String>,
    #[schemars(length(max = 64))]
    versions: Option<Vec<String>>,
    #[schemars(length(max = 1024))]
    code_path: Option<String>,
    affected_symbol: Option<Map<String, Value>>,
    #[schemars(length(max = 16))]
    references: Option<Vec<String>>,
    #[schemars(length(max = 16))]
    upstream_ids: Option<Vec<String>>,
    introduced_commit: Option<String>,
    fixed_commit: Option<String>,
    package_repo_url: Option<String>,
    #[schemars(length(max = 32))]
    discovery_method: Option<String>,
    #[schemars(length(max = 128))]
    discovery_tooling: Option<String>,
    /// Whether that tooling is open to the public.
    public_tooling: Option<bool>,
    /// Whether it is known to be used against somebody.
    exploited: Option<bool>,
    /// The day on which the finder makes it public.
    public_on: Option<String>,
    /// Whom to credit, letter for letter.
    finders: Option<Vec<String>>,
    /// `finder`, `vendor`, `coordinator` or `other`.
    relation: Option<String>,
    email: Option<String>,
    /// `off`, `final`, `milestones` or `all`.
    notify: Option<String>,
    enrichment: Option<Map<String, Value>>,
    #[schemars(length(max = 16))]
    attachments: Option<Vec<Map<String, Value>>>,
}

#[derive(Serialize, JsonSchema)]
pub(super) struct Receipt {
    /// Who holds it may ask how far the report is.
    receipt: String,
    /// The report, for your organisation and the desk.
    id: String,
    message: String,
}

#[derive(Serialize, JsonSchema)]
#[schemars(rename = "ReceiptStatus")]
struct Status {
    receipt: String,
    status: StateName,
    #[schemars(extend("format" = "date-time"))]
    at: String,
}

/// How far a report is.
#[derive(Clone, Copy, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
#[schemars(rename = "VulnerabilityReportState")]
enum StateName {
    Queued,
    Processing,
    Done,
}

impl From<ReportState> for StateName {
    fn from(state: ReportState) -> Self {
        match state {
            ReportState::Queued => Self::Queued,
            ReportState::Processing => Self::Processing,
            ReportState::Done => Self::Done,
        }
    }
}

impl From<StateName> for ReportState {
    fn from(state: StateName) -> Self {
        match state {
            StateName::Queued => Self::Queued,
            StateName::Processing => Self::Processing,
            StateName::Done => Self::Done,
        }
    }
}

#[derive(Serialize, JsonSchema)]
#[schemars(rename = "VulnerabilityReport")]
struct Line {
    id: String,
    title: String,
    product: String,
    desk: Named,
    sender: Named,
    state: StateName,
    #[schemars(extend("format" = "date-time"))]
    since: String,
    outcome: String,
    #[schemars(extend("format" = "date-time"))]
    received: String,
}

#[derive(Serialize, JsonSchema)]
#[schemars(rename = "WholeVulnerabilityReport")]
struct Whole {
    #[serde(flatten)]
    line: Line,
    /// For its sender.
    receipt: Option<String>,
    /// As it was handed in, without where news go and without what is in files.
    report: Map<String, Value>,
    files: Vec<File>,
}

#[derive(Serialize, JsonSchema)]
#[schemars(rename = "VulnerabilityFile")]
struct File {
    position: i64,
    filename: String,
    content_type: String,
    r#type: String,
    description: String,
    /// Bytes.
    size: i64,
    sha256: String,
}

#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(rename = "VulnerabilityDecision")]
struct Change {
    state: StateName,
    /// What came of it, for its sender; one line.
    #[serde(default)]
    #[schemars(length(max = 500), regex(pattern = LINE))]
    outcome: Option<String>,
}

/// `GET /desks`
async fn desks(State(_): State<App>, asker: Asker, query: Query) -> Result<Response, Problem> {
    query.only(&[])?;
    asker.reads()?;
    let known = asker.directory.desks.values().filter(|desk| {
        asker.may(Verb::List, &bartizan_clearinghouse::access::Thing::Desk(desk.organisation, !desk.closed))
    });
    let items = known
        .map(|desk| Desk {
            id: desk.uuid.clone(),
            title: desk.title.clone(),
            about: desk.about.clone(),
            organisation: asker.organisation(desk.organisation),
            open: !desk.closed,
        })
        .collect();
    Ok(tagged::json(StatusCode::OK, &Desks { items }))
}

/// `POST /desks/{id}/reports`
pub(super) async fn report(
    State(app): State<App>,
    asker: Asker,
    Place(id): Place<String>,
    query: Query,
    request: Request,
) -> Result<Response, Problem> {
    query.only(&[])?;
    let acting = asker.acting();
    // Whoever may not is told so before anything is read.
    let desk = intake::desk(&acting, &id)?;
    let media = ask::media(request.headers()).unwrap_or_default();
    if !intake::MEDIA.contains(&&*media) {
        return Err(Problem::media("application/json, multipart/mixed or message/rfc822"));
    }
    let boundary = boundary(request.headers());
    if media == "multipart/mixed" && boundary.is_none() {
        return Err(Problem::bad("multipart/mixed needs its boundary."));
    }
    let bytes = ask::bytes(request, &app).await?;
    let report = intake::read(&media, boundary.as_deref(), &bytes).map_err(refused)?;
    let taken = intake::hand_in(&app, &acting, desk, &report).await?;
    let place = format!("{ROOT}/receipts/{}", taken.receipt);
    let receipt = receipt_of(taken);
    let mut response = tagged::json(StatusCode::ACCEPTED, &receipt);
    // RFC 8288 and RFC 5989.
    if let Ok(link) = HeaderValue::from_str(&format!("<{place}>; rel=\"monitor\"")) {
        response.headers_mut().insert(header::LINK, link);
    }
    Ok(response)
}

/// What is told of what was taken.
pub(super) fn receipt_of(taken: Taken) -> Receipt {
    let message = format!("accepted; poll {ROOT}/receipts/{} for its status", taken.receipt);
    Receipt { receipt: taken.receipt, id: taken.uuid, message }
}

/// The boundary of a body of several parts (RFC 2046, section 5.1.1).
fn boundary(headers: &HeaderMap) -> Option<String> {
    let text = headers.get(header::CONTENT_TYPE)?.to_str().ok()?;
    text.split(';').skip(1).find_map(|parameter| {
        let (name, value) = parameter.split_once('=')?;
        let value = value.trim().trim_matches('"');
        name.trim().eq_ignore_ascii_case("boundary").then(|| value.to_owned())
    })
}

pub(super) fn refused(refused: Refused) -> Problem {
    match refused {
        Refused::Malformed(why) => Problem::malformed(why),
        Refused::Invalid(all) => {
            let size = all.iter().all(|violation| violation.code.is_size());
            let faults = all.into_iter().map(|violation| Fault {
                code: serde_json::to_value(violation.code)
                    .ok()
                    .and_then(|v| v.as_str().map(str::to_owned))
                    .unwrap_or_default(),
                field: violation.field,
                also_field: violation.also_field,
                reason: violation.reason,
            });
            Problem::invalid(Failed::Report, faults.collect(), size)
        }
    }
}

/// `GET /receipts/{receipt}`
async fn receipt(
    State(app): State<App>,
    Place(receipt): Place<String>,
    query: Query,
) -> Result<Response, Problem> {
    query.only(&[])?;
    let report = app.store.by_receipt(&receipt).await?.ok_or_else(Problem::not_found)?;
    let status = Status { receipt, status: report.state.into(), at: time::text(report.changed) };
    let mut response = tagged::json(StatusCode::OK, &status);
    response.headers_mut().insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    Ok(response)
}

/// `GET /vulnerability-reports`
async fn all(State(app): State<App>, asker: Asker, query: Query) -> Result<Response, Problem> {
    query.only(&["state", "box", "limit", "next"])?;
    let own = asker.organisation;
    asker.must(Verb::Read, &intake::any(own), "Your roles or this token do not include reading reports.")?;
    let (paging, after) = Paging::named(&query, "vulnerability-reports")?;
    let wrong = || Problem::bad("state is queued, processing or done.");
    let state = query.one("state")?.map(|s| ReportState::parse(s).ok_or_else(wrong)).transpose()?;
    let (desk, sender) = match query.one("box")? {
        None => (Some(own), Some(own)),
        Some("taken") => (Some(own), None),
        Some("sent") => (None, Some(own)),
        Some(_) => return Err(Problem::bad("box is taken or sent.")),
    };
    let before = match &after {
        None => None,
        Some(uuid) => {
            let last = intake::find(&app, &asker.acting(), uuid, Verb::Read).await;
            Some(last.map_err(|_| Paging::wrong())?.id)
        }
    };
    let asked = ReportQuestion { desk, sender, state, before };
    let mut found = intake::list(&app, &asker.acting(), asked, paging.limit + 1).await?;
    let next = paging.named_next(&mut found, |report| &report.uuid);
    let items = found.iter().map(|report| line(&asker, report)).collect();
    Ok(tagged::json(StatusCode::OK, &Items { items, next }))
}

fn line(asker: &Asker, report: &VulnerabilityReport) -> Line {
    Line {
        id: report.uuid.clone(),
        title: report.title.clone(),
        product: report.product.clone(),
        desk: asker.organisation(report.between.desk),
        sender: asker.organisation(report.between.sender),
        state: report.state.into(),
        since: time::text(report.changed),
        outcome: report.outcome.clone(),
        received: time::text(report.received),
    }
}

async fn whole(app: &App, asker: &Asker, report: &VulnerabilityReport) -> Result<Whole, Problem> {
    let mut body: Map<String, Value> = serde_json::from_str(&report.body).unwrap_or_default();
    // Where news go is between the sender and the node; files stand apart.
    body.remove("email");
    body.remove("attachments");
    let files = app.store.vulnerability_files(report.id).await?;
    let sent = report.between.sender == asker.organisation;
    Ok(Whole {
        line: line(asker, report),
        receipt: sent.then(|| report.receipt.clone()),
        report: body,
        files: files.into_iter().map(file_shape).collect(),
    })
}

fn file_shape(file: VulnerabilityFile) -> File {
    File {
        position: file.position,
        filename: file.filename,
        content_type: file.content_type,
        r#type: file.kind,
        description: file.description,
        size: file.size,
        sha256: file.digest,
    }
}

/// `GET /vulnerability-reports/{id}`
async fn one(
    State(app): State<App>,
    asker: Asker,
    Place(id): Place<String>,
    query: Query,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    query.only(&[])?;
    let report = intake::find(&app, &asker.acting(), &id, Verb::Read).await?;
    Ok(tagged::single(&headers, &whole(&app, &asker, &report).await?))
}

/// `PATCH /vulnerability-reports/{id}`
async fn decide(
    State(app): State<App>,
    asker: Asker,
    Place(id): Place<String>,
    query: Query,
    body: Body<Change>,
) -> Result<Response, Problem> {
    query.only(&[])?;
    let report = intake::find(&app, &asker.acting(), &id, Verb::Review).await?;
    let outcome = match &body.value.outcome {
        None => report.outcome.clone(),
        Some(text) => crate::sharing::reason(text)?.to_owned(),
    };
    app.store.move_report(&asker.by(), &report.uuid, body.value.state.into(), &outcome).await?;
    // What was reported is not told again: whoever only writes need not read it.
    let report = app.store.vulnerability_report(&id, intake::looker(&asker.acting())).await?;
    let report = report.ok_or_else(Problem::not_found)?;
    Ok(tagged::json(StatusCode::OK, &line(&asker, &report)))
}

/// `GET /vulnerability-reports/{id}/files/{position}`
async fn file(
    State(app): State<App>,
    asker: Asker,
    Place((id, position)): Place<(String, i64)>,
    query: Query,
) -> Result<Response, Problem> {
    query.only(&[])?;
    let acting = asker.acting();
    let report = intake::find(&app, &acting, &id, Verb::Review).await?;
    let (file, bytes) = intake::content(&app, &acting, &report, position).await?;
    Ok(intake::taken_away(&file, bytes))
}
