//! Reports of vulnerabilities: handed in, listed, decided.

use axum::Form;
use axum::extract::{Multipart, Path, RawQuery, State};
use axum::http::{HeaderMap, StatusCode, Uri};
use axum::response::{IntoResponse, Redirect, Response};
use bartizan_clearinghouse::access::{Thing, Verb};
use bartizan_clearinghouse::intake::{FormFile, LONGEST, Refused, form};
use bartizan_store::{DeskEntry, ReportQuestion, ReportState, VulnerabilityReport};
use bartizan_workbench::{
    Choice, Desk, DeskLine, Flash, Moment, Problem, ReportForm, SealedFile, Vulnerabilities, Vulnerability,
    VulnerabilityLine,
};
use serde::Deserialize;
use serde_json::{Map, Value, json};

use super::home::count;
use super::html;
use super::stop::Stop;
use super::visit::Visit;
use crate::app::App;
use crate::intake;
use crate::sharing::reason;

/// Reports in a list.
const SHOWN: usize = 100;

/// `GET /vulnerabilities`
pub(super) async fn list(
    State(app): State<App>,
    RawQuery(query): RawQuery,
    headers: HeaderMap,
    uri: Uri,
) -> Result<Response, Stop> {
    let visit = Visit::new(&app, &headers, &uri).await?;
    let own = visit.principal.organisation.ok_or_else(|| Stop::Go("/sign-in".into()))?;
    visit.must(Verb::Read, &intake::any(own), "Reports are for those who read.")?;
    let query = query.unwrap_or_default();
    let chosen = form_urlencoded::parse(query.as_bytes()).find(|(name, _)| name == "state");
    let state = chosen.and_then(|(_, word)| ReportState::parse(&word));
    let mut lists = [Vec::new(), Vec::new()];
    let mut more = false;
    for (list, (desk, sender)) in lists.iter_mut().zip([(Some(own), None), (None, Some(own))]) {
        let asked = ReportQuestion { desk, sender, state, before: None };
        let found = intake::list(&app, &visit.actor(), asked, SHOWN + 1).await;
        let mut found = found.map_err(|wrong| Stop::because(&visit.shell, wrong))?;
        more |= found.len() > SHOWN;
        found.truncate(SHOWN);
        *list = found.iter().map(|report| line(&visit, report, sender.is_none())).collect();
    }
    let [taken, sent] = lists;
    let desks = visit.directory.desks.values().filter(|d| !d.closed);
    let page = Vulnerabilities {
        desks: desks.map(|desk| desk_line(&visit, desk)).collect(),
        own: visit.directory.desks.contains_key(&own),
        taken,
        sent,
        states: states(state, true),
        more,
        shell: visit.shell,
    };
    Ok(html(page.render()))
}

fn states(chosen: Option<ReportState>, any: bool) -> Vec<Choice> {
    let any = any.then(|| Choice { value: String::new(), label: "any".into(), chosen: chosen.is_none() });
    let each = ReportState::ALL.map(|state| Choice {
        value: state.as_str().into(),
        label: state.as_str().into(),
        chosen: chosen == Some(state),
    });
    any.into_iter().chain(each).collect()
}

fn desk_line(visit: &Visit, desk: &DeskEntry) -> DeskLine {
    DeskLine {
        uuid: desk.uuid.clone(),
        title: desk.title.clone(),
        organisation: visit.organisation(desk.organisation),
    }
}

/// A report in a list: told by its sender, or by its desk.
fn line(visit: &Visit, report: &VulnerabilityReport, by_sender: bool) -> VulnerabilityLine {
    let desk =
        || visit.directory.desks.get(&report.between.desk).map(|d| d.title.clone()).unwrap_or_default();
    VulnerabilityLine {
        uuid: report.uuid.clone(),
        title: report.title.clone(),
        product: report.product.clone(),
        other: if by_sender { visit.organisation(report.between.sender) } else { desk() },
        state: report.state.as_str().into(),
        received: Moment(report.received),
        outcome: report.outcome.clone(),
    }
}

/// A desk that the visitor may know of.
fn desk<'v>(visit: &'v Visit, uuid: &str) -> Result<&'v DeskEntry, Stop> {
    let found = visit.directory.desks.values().find(|desk| desk.uuid == uuid);
    let found = found.ok_or_else(|| Stop::not_found(visit.shell.clone()))?;
    visit.must(Verb::List, &Thing::Desk(found.organisation, !found.closed), "")?;
    Ok(found)
}

/// `GET /desks/{uuid}`
pub(super) async fn show(
    State(app): State<App>,
    Path(uuid): Path<String>,
    headers: HeaderMap,
    uri: Uri,
) -> Result<Response, Stop> {
    let visit = Visit::new(&app, &headers, &uri).await?;
    let desk = desk(&visit, &uuid)?;
    Ok(html(page(&visit, desk, ReportForm::default(), Vec::new()).render()))
}

fn page(visit: &Visit, desk: &DeskEntry, form: ReportForm, problems: Vec<Problem>) -> Desk {
    Desk {
        desk: desk_line(visit, desk),
        about: desk.about.clone(),
        may_report: visit.may(Verb::Add, &Thing::Desk(desk.organisation, !desk.closed)),
        form,
        problems,
        most: LONGEST as u64,
        shell: visit.shell.clone(),
    }
}

/// `POST /desks/{uuid}`
pub(super) async fn report(
    State(app): State<App>,
    Path(uuid): Path<String>,
    headers: HeaderMap,
    uri: Uri,
    body: Multipart,
) -> Result<Response, Stop> {
    // Whoever may not is told so before anything is read.
    let visit = Visit::new(&app, &headers, &uri).await?;
    intake::desk(&visit.actor(), &uuid).map_err(|wrong| Stop::because(&visit.shell, wrong))?;
    let read = read(body).await;
    let csrf = read.as_ref().ok().map(|(csrf, ..)| csrf.clone());
    let visit = Visit::acting(&app, &headers, &uri, csrf.as_deref()).await?;
    let actor = visit.actor();
    let desk = intake::desk(&actor, &uuid).map_err(|wrong| Stop::because(&visit.shell, wrong))?;
    let again = |typed: ReportForm, problems: Vec<Problem>| {
        let mut response = html(page(&visit, desk, typed, problems).render());
        *response.status_mut() = StatusCode::UNPROCESSABLE_ENTITY;
        response
    };
    let (_, typed, files) = match read {
        Ok(read) => read,
        Err(text) => {
            return Ok(again(ReportForm::default(), vec![Problem { field: "files".into(), text }]));
        }
    };
    let handed = match form(members(&typed), files) {
        Ok(report) => report,
        Err(Refused::Malformed(text)) => {
            return Ok(again(typed, vec![Problem { field: String::new(), text }]));
        }
        Err(Refused::Invalid(all)) => {
            let problems = all.into_iter().map(|v| Problem { field: v.field, text: v.reason }).collect();
            return Ok(again(typed, problems));
        }
    };
    let taken = intake::hand_in(&app, &actor, desk, &handed).await;
    let taken = taken.map_err(|wrong| Stop::because(&visit.shell, wrong))?;
    let text = if taken.fresh { "It is handed in." } else { "The same was handed in before: this is it." };
    visit.say(&app, Flash { text: text.into(), ..Flash::default() });
    Ok(Redirect::to(&format!("/vulnerabilities/{}", taken.uuid)).into_response())
}

/// The token of the form, what was typed, and the files.
async fn read(mut body: Multipart) -> Result<(String, ReportForm, Vec<FormFile>), String> {
    let (mut csrf, mut form, mut files) = (String::new(), ReportForm::default(), Vec::new());
    let failed = |e: axum::extract::multipart::MultipartError| {
        if e.status() == StatusCode::PAYLOAD_TOO_LARGE {
            format!("more than {} MiB in all", LONGEST >> 20)
        } else {
            "the form did not arrive whole".to_owned()
        }
    };
    while let Some(field) = body.next_field().await.map_err(failed)? {
        let name = field.name().unwrap_or_default().to_owned();
        if name == "proof" {
            let filename = field.file_name().unwrap_or_default().to_owned();
            let media = field.content_type().unwrap_or_default().to_owned();
            let data = field.bytes().await.map_err(failed)?.to_vec();
            // A browser sends an empty file where none was chosen.
            if !filename.is_empty() || !data.is_empty() {
                files.push(FormFile { filename, media, data });
            }
            continue;
        }
        let text = field.text().await.map_err(failed)?;
        let place = match name.as_str() {
            "csrf" => &mut csrf,
            "title" => &mut form.title,
            "description" => &mut form.description,
            "purl" => &mut form.purl,
            "cpe" => &mut form.cpe,
            "software" => &mut form.software,
            "ecosystem" => &mut form.ecosystem,
            "versions" => &mut form.versions,
            "file" => &mut form.file,
            "function" => &mut form.function,
            "cwe" => &mut form.cwe,
            "cvss_vector" => &mut form.cvss_vector,
            "references" => &mut form.references,
            "upstream_ids" => &mut form.upstream_ids,
            "discovery_method" => &mut form.discovery_method,
            "discovery_tooling" => &mut form.discovery_tooling,
            "public_on" => &mut form.public_on,
            "finders" => &mut form.finders,
            "email" => &mut form.email,
            "public_tooling" => {
                form.public_tooling = text == "1";
                continue;
            }
            "exploited" => {
                form.exploited = text == "1";
                continue;
            }
            _ => continue,
        };
        *place = text;
    }
    Ok((csrf, form, files))
}

/// A report as the API has it, from what was typed: empty fields are none.
fn members(form: &ReportForm) -> Map<String, Value> {
    let mut members = Map::new();
    for (name, text) in [
        ("title", &form.title),
        ("purl", &form.purl),
        ("cpe", &form.cpe),
        ("software", &form.software),
        ("ecosystem", &form.ecosystem),
        ("discovery_method", &form.discovery_method),
        ("discovery_tooling", &form.discovery_tooling),
        ("public_on", &form.public_on),
        ("email", &form.email),
    ] {
        if !text.trim().is_empty() {
            members.insert(name.into(), text.trim().into());
        }
    }
    if !form.description.trim().is_empty() {
        // Browsers end lines as forms do.
        members.insert("description".into(), form.description.replace("\r\n", "\n").into());
    }
    for (name, text) in [
        ("versions", &form.versions),
        ("references", &form.references),
        ("upstream_ids", &form.upstream_ids),
        ("finders", &form.finders),
    ] {
        let lines: Vec<&str> = text.lines().map(str::trim).filter(|line| !line.is_empty()).collect();
        if !lines.is_empty() {
            members.insert(name.into(), json!(lines));
        }
    }
    let object = |pairs: &[(&str, &str)]| {
        let pairs = pairs.iter().filter(|(_, text)| !text.trim().is_empty());
        pairs.map(|(name, text)| ((*name).to_owned(), json!(text.trim()))).collect::<Map<_, _>>()
    };
    let symbol = object(&[("file", &form.file), ("function", &form.function)]);
    let enrichment = object(&[("cwe", &form.cwe), ("cvss_vector", &form.cvss_vector)]);
    for (name, members_) in [("affected_symbol", symbol), ("enrichment", enrichment)] {
        if !members_.is_empty() {
            members.insert(name.into(), Value::Object(members_));
        }
    }
    for (name, said) in [("public_tooling", form.public_tooling), ("exploited", form.exploited)] {
        if said {
            members.insert(name.into(), Value::Bool(true));
        }
    }
    members
}

/// `GET /vulnerabilities/{uuid}`
pub(super) async fn one(
    State(app): State<App>,
    Path(uuid): Path<String>,
    headers: HeaderMap,
    uri: Uri,
) -> Result<Response, Stop> {
    let visit = Visit::new(&app, &headers, &uri).await?;
    let report = find(&app, &visit, &uuid, Verb::Read).await?;
    let files = app.store.vulnerability_files(report.id).await.map_err(|e| visit.stop(&e))?;
    let body: Map<String, Value> = serde_json::from_str(&report.body).unwrap_or_default();
    let sent = visit.principal.organisation == Some(report.between.sender);
    let desk = visit.directory.desks.get(&report.between.desk);
    let (case, open) = case(&app, &visit, &report).await?;
    let page = Vulnerability {
        case,
        open,
        line: line(&visit, &report, true),
        desk: desk.map(|d| d.title.clone()).unwrap_or_default(),
        sender: visit.organisation(report.between.sender),
        changed: Moment(report.changed),
        receipt: if sent { report.receipt.clone() } else { String::new() },
        description: body.get("description").and_then(Value::as_str).unwrap_or_default().to_owned(),
        facts: facts(&body),
        files: files
            .into_iter()
            .map(|file| SealedFile {
                position: count(file.position),
                filename: file.filename,
                kind: file.kind.replace('-', " "),
                description: file.description,
                size: count(file.size),
                digest: file.digest,
            })
            .collect(),
        may_decide: intake::may(&visit.actor(), Verb::Review, &report),
        states: states(Some(report.state), false),
        shell: visit.shell,
    };
    Ok(html(page.render()))
}

/// The case that a report is in, if the visitor may know of it; opening one, if they decide about the report and it is in none.
async fn case(
    app: &App,
    visit: &Visit,
    report: &VulnerabilityReport,
) -> Result<(String, Option<bartizan_workbench::ActForm>), Stop> {
    let decides = intake::may(&visit.actor(), Verb::Review, report) && super::cases::may_open(visit);
    match &report.case {
        None => Ok((String::new(), decides.then(|| super::cases::opening(&report.uuid)))),
        Some(case) => {
            let known = crate::cases::find(app, &visit.actor(), &case.uuid, Verb::List).await.is_ok();
            Ok((if known { case.uuid.clone() } else { String::new() }, None))
        }
    }
}

async fn find(app: &App, visit: &Visit, uuid: &str, verb: Verb) -> Result<VulnerabilityReport, Stop> {
    let found = intake::find(app, &visit.actor(), uuid, verb).await;
    found.map_err(|wrong| Stop::because(&visit.shell, wrong))
}

/// What a report says, in words, in the order of the form. Where news go is between the sender and the node.
fn facts(body: &Map<String, Value>) -> Vec<(String, Vec<String>)> {
    const NAMES: [(&str, &str); 18] = [
        ("purl", "Package"),
        ("cpe", "CPE"),
        ("software", "Software"),
        ("ecosystem", "Ecosystem"),
        ("versions", "Affected versions"),
        ("affected_symbol", "In the source"),
        ("code_path", "In the source, in words"),
        ("introduced_commit", "Brought by commit"),
        ("fixed_commit", "Mended by commit"),
        ("package_repo_url", "Repository"),
        ("discovery_method", "Found by"),
        ("discovery_tooling", "With"),
        ("public_tooling", "The tool is public"),
        ("exploited", "Used against somebody"),
        ("public_on", "Public on"),
        ("finders", "Credit"),
        ("references", "References"),
        ("upstream_ids", "Known as"),
    ];
    let plain = |value: &Value| match value {
        Value::String(text) => text.clone(),
        Value::Bool(true) => "yes".into(),
        Value::Bool(false) => "no".into(),
        other => other.to_string(),
    };
    let words = |value: &Value| match value {
        Value::Array(all) => all.iter().map(plain).collect(),
        Value::Object(all) => all.iter().map(|(key, value)| format!("{key}: {}", plain(value))).collect(),
        other => vec![plain(other)],
    };
    let mut facts = Vec::new();
    for (name, label) in NAMES.iter().chain(&[("enrichment", "What the sender thinks of it")]) {
        if let Some(value) = body.get(*name) {
            facts.push(((*label).to_owned(), words(value)));
        }
    }
    facts
}

#[derive(Deserialize)]
pub(super) struct Decided {
    #[serde(default)]
    csrf: String,
    state: String,
    #[serde(default)]
    outcome: String,
}

/// `POST /vulnerabilities/{uuid}`
pub(super) async fn decide(
    State(app): State<App>,
    Path(uuid): Path<String>,
    headers: HeaderMap,
    uri: Uri,
    Form(form): Form<Decided>,
) -> Result<Response, Stop> {
    let visit = Visit::acting(&app, &headers, &uri, Some(&form.csrf)).await?;
    let report = find(&app, &visit, &uuid, Verb::Review).await?;
    let state = ReportState::parse(&form.state);
    let state = state.ok_or_else(|| Stop::wrong(visit.shell.clone(), "Choose a state."))?;
    let outcome = reason(&form.outcome).map_err(|wrong| Stop::because(&visit.shell, wrong))?;
    let moved = app.store.move_report(&visit.by(), &report.uuid, state, outcome).await;
    if moved.map_err(|e| visit.stop(&e))? {
        visit.say(&app, Flash { text: "Kept; its sender sees it.".into(), ..Flash::default() });
    }
    Ok(Redirect::to(&format!("/vulnerabilities/{}", report.uuid)).into_response())
}

/// `GET /vulnerabilities/{uuid}/files/{position}`
pub(super) async fn file(
    State(app): State<App>,
    Path((uuid, position)): Path<(String, i64)>,
    headers: HeaderMap,
    uri: Uri,
) -> Result<Response, Stop> {
    let visit = Visit::new(&app, &headers, &uri).await?;
    let report = find(&app, &visit, &uuid, Verb::Review).await?;
    let opened = intake::content(&app, &visit.actor(), &report, position).await;
    let (file, bytes) = opened.map_err(|wrong| Stop::because(&visit.shell, wrong))?;
    Ok(intake::taken_away(&file, bytes))
}
