//! What forms of a window bring beside acts: endpoints, grants, plans, logs, files, sources, editions.

use axum::extract::{Multipart, Path, State};
use axum::http::{HeaderMap, StatusCode, Uri};
use axum::response::{IntoResponse, Redirect, Response};
use bartizan_clearinghouse::access::Verb;
use bartizan_programme::grant::Usage;
use bartizan_programme::plan::Catalogue;
use bartizan_programme::rules::Act;
use bartizan_programme::run::Outcome;
use bartizan_workbench::Flash;
use serde_json::{Value, json};

use super::super::stop::Stop;
use super::super::visit::Visit;
use super::form::{one as sent, time};
use super::posted::{Posted, done};
use crate::app::App;
use crate::broker::Endpoint;
use crate::programmes::grants::{self, Wanted};
use crate::programmes::{self, editions, files, handover, runs};
use crate::sharing::Wrong;

/// A word of a closed list of the library.
fn word<T: serde::de::DeserializeOwned>(what: &str, text: &str) -> Result<T, Wrong> {
    serde_json::from_value(Value::String(text.to_owned()))
        .map_err(|error| Wrong::Unfit(format!("{what}: {error}.")))
}

fn several<T: serde::de::DeserializeOwned + Ord>(
    fields: &[(String, String)],
    name: &str,
) -> Result<std::collections::BTreeSet<T>, Wrong> {
    let all = fields.iter().filter(|(known, _)| known == name);
    let parts = all.flat_map(|(_, value)| value.split(',')).map(str::trim).filter(|part| !part.is_empty());
    parts.map(|part| word(name, part)).collect()
}

fn number(fields: &[(String, String)], name: &str) -> Result<u64, Wrong> {
    let text = sent(fields, name).replace(['_', '\'', ' '], "");
    let text = if text.is_empty() { "0" } else { &text };
    text.parse().map_err(|_| Wrong::Unfit(format!("{name} is a whole number.")))
}

fn moment(fields: &[(String, String)], name: &str) -> Result<i64, Wrong> {
    time(sent(fields, name)).ok_or_else(|| Wrong::Unfit(format!("{name} is a time.")))
}

/// `POST /testing/{uuid}/endpoint`
pub(super) async fn endpoint(Path(uuid): Path<String>, posted: Posted) -> Result<Response, Stop> {
    let text = |name: &str| posted.one(name).to_owned();
    let to = Endpoint { url: text("url"), key: text("key"), model: text("model") };
    let said = async {
        let checkpoint = text("checkpoint").parse()?;
        grants::endpoint(&posted.app, &posted.acting(), &uuid, &checkpoint, &to).await
    };
    said.await.map_err(|wrong| posted.stop(wrong))?;
    Ok(posted.kept(&posted.back(&uuid), "Kept; the key is not shown again."))
}

fn wanted(fields: &[(String, String)]) -> Result<Wanted, Wrong> {
    let budget = Usage {
        calls: number(fields, "calls")?,
        tokens: number(fields, "tokens")?,
        money_micros: number(fields, "money")?,
    };
    Ok(Wanted {
        role: sent(fields, "role").parse()?,
        grant: sent(fields, "grant").parse()?,
        holder: sent(fields, "holder").parse()?,
        checkpoint: sent(fields, "checkpoint").parse()?,
        level: word("level", sent(fields, "level"))?,
        endpoints: several(fields, "endpoints")?,
        internals: several(fields, "internals")?,
        sources: several(fields, "sources")?,
        budget,
        begins: moment(fields, "begins")?,
        ends: moment(fields, "ends")?,
    })
}

/// `POST /testing/{uuid}/grants`
pub(super) async fn grant(Path(uuid): Path<String>, posted: Posted) -> Result<Response, Stop> {
    posted.room(&uuid).await?;
    let said = async { grants::give(&posted.app, &posted.acting(), &uuid, wanted(&posted.fields)?).await };
    posted.done(&uuid, said.await)
}

/// `POST /testing/{uuid}/plan`
pub(super) async fn plan(Path(uuid): Path<String>, posted: Posted) -> Result<Response, Stop> {
    posted.room(&uuid).await?;
    let said = async {
        let (catalogue, name) = (Catalogue::embedded()?, posted.one("plan"));
        let found = catalogue.plans.iter().find(|plan| plan.id.as_str() == name);
        let found = found.ok_or_else(|| Wrong::Unfit("The catalogue has no such plan.".into()))?;
        let action = json!({ "do": "plan", "plan": name, "body": found });
        posted.say(&uuid, posted.one("role"), action).await
    };
    posted.done(&uuid, said.await)
}

/// `POST /testing/{uuid}/hand-over`
pub(super) async fn hand_over(Path(uuid): Path<String>, posted: Posted) -> Result<Response, Stop> {
    posted.room(&uuid).await?;
    let said = async {
        let (finding, role) = (posted.one("finding").parse()?, posted.one("role").parse()?);
        let desk = posted.one("desk");
        handover::hand_over(&posted.app, &posted.acting(), &uuid, (&finding, &role), desk).await
    };
    posted.done(&uuid, said.await)
}

/// `POST /testing/{uuid}/determine`
pub(super) async fn determine(Path(uuid): Path<String>, posted: Posted) -> Result<Response, Stop> {
    let room = posted.room(&uuid).await?;
    let said = async {
        let proposal = runs::proposal(&posted.app, &room).await?;
        let action = json!({ "do": "determine", "determination": proposal });
        posted.say(&uuid, posted.one("role"), action).await
    };
    posted.done(&uuid, said.await)
}

/// `POST /testing/{uuid}/source`
pub(super) async fn source(Path(uuid): Path<String>, posted: Posted) -> Result<Response, Stop> {
    let written = async {
        let before = number(&posted.fields, "before")?;
        editions::write(&posted.app, &posted.acting(), &uuid, before, &posted.text("body")).await
    };
    let number = written.await.map_err(|wrong| posted.stop(wrong))?;
    Ok(posted.kept(&posted.back(&uuid), format!("Version {number} is kept.")))
}

/// `POST /testing/{uuid}/editions/{audience}`
pub(super) async fn publish(
    Path((uuid, audience)): Path<(String, String)>,
    posted: Posted,
) -> Result<Response, Stop> {
    posted.room(&uuid).await?;
    let said = async {
        let audience = audience.parse().map_err(|_| Wrong::NotThere)?;
        let role = posted.one("role").parse()?;
        editions::propose(&posted.app, &posted.acting(), &uuid, &audience, &role).await
    };
    posted.done(&uuid, said.await)
}

/// What a form with a file sent.
#[derive(Default)]
struct Sent {
    csrf: String,
    kind: String,
    run: String,
    name: String,
    bytes: Vec<u8>,
}

async fn read(mut body: Multipart) -> Result<Sent, String> {
    let mut sent = Sent::default();
    let failed = |e: axum::extract::multipart::MultipartError| match e.status() {
        StatusCode::PAYLOAD_TOO_LARGE => "A file has at most 64 MiB.".to_owned(),
        _ => "The form did not arrive whole.".to_owned(),
    };
    while let Some(field) = body.next_field().await.map_err(failed)? {
        match field.name().unwrap_or_default() {
            "csrf" => sent.csrf = field.text().await.map_err(failed)?,
            "kind" => sent.kind = field.text().await.map_err(failed)?,
            "run" => sent.run = field.text().await.map_err(failed)?,
            "file" => {
                sent.name = field.file_name().unwrap_or_default().to_owned();
                sent.bytes = field.bytes().await.map_err(failed)?.to_vec();
            }
            _ => {}
        }
    }
    Ok(sent)
}

/// The form, of somebody who may act in the window; who may not is told so before anything is read.
async fn taken(
    app: &App,
    uuid: &str,
    (headers, uri): (&HeaderMap, &Uri),
    body: Multipart,
) -> Result<(Visit, programmes::Room, Sent), Stop> {
    let visit = Visit::new(app, headers, uri).await?;
    let room = programmes::find(app, &visit.actor(), uuid, Verb::Add).await;
    let room = room.map_err(|wrong| Stop::because(&visit.shell, wrong))?;
    let read = read(body).await;
    let csrf = read.as_ref().ok().map(|sent| sent.csrf.clone());
    let visit = Visit::acting(app, headers, uri, csrf.as_deref()).await?;
    let sent = read.map_err(|text| Stop::because(&visit.shell, Wrong::Unfit(text)))?;
    Ok((visit, room, sent))
}

/// `POST /testing/{uuid}/files`
pub(super) async fn file(
    State(app): State<App>,
    Path(uuid): Path<String>,
    headers: HeaderMap,
    uri: Uri,
    body: Multipart,
) -> Result<Response, Stop> {
    let (visit, _, sent) = taken(&app, &uuid, (&headers, &uri), body).await?;
    let plain = |c: char| if c.is_ascii_alphanumeric() || "._-".contains(c) { c } else { '-' };
    let name: String = sent.name.chars().map(plain).take(96).collect();
    let name = name.trim_matches(['.', '-']);
    let kept = files::keep(&app, &visit.actor(), &uuid, (name, &sent.kind), &sent.bytes).await;
    let kept = kept.map_err(|wrong| Stop::because(&visit.shell, wrong))?;
    visit.say(&app, Flash { text: format!("{} is in custody.", kept.name), ..Flash::default() });
    Ok(Redirect::to(&format!("/testing/{uuid}/custody")).into_response())
}

/// `POST /testing/{uuid}/end`
pub(super) async fn end(
    State(app): State<App>,
    Path(uuid): Path<String>,
    headers: HeaderMap,
    uri: Uri,
    body: Multipart,
) -> Result<Response, Stop> {
    let (visit, room, sent) = taken(&app, &uuid, (&headers, &uri), body).await?;
    let stop = |wrong| Stop::because(&visit.shell, wrong);
    let run = sent.run.parse().map_err(|_| stop(Wrong::NotThere))?;
    let acting = visit.actor();
    let allowed = room.window.allowed(&room.me, acting.now);
    let role = allowed.get(&Act::EndRun).and_then(|roles| roles.first()).cloned();
    let role = role.ok_or_else(|| stop(Wrong::Forbidden("The rules do not let you end a run now.")))?;
    let said = runs::end(&app, &acting, &uuid, (&run, &role), (Outcome::Finished, None), sent.bytes).await;
    let said = said.map_err(stop)?;
    Ok(done(&app, &visit, &uuid, &headers, &said))
}
