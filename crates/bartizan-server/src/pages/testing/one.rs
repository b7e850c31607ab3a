//! One thing of a window: a run, an edition beside what it withholds, a file, the archive, a programme's rules, an edition that left.

use axum::extract::{Path, RawQuery, State};
use axum::http::{HeaderMap, HeaderValue, Uri, header};
use axum::response::{IntoResponse, Response};
use bartizan_clearinghouse::access::{Principal, Verb};
use bartizan_programme::rules::Act;
use bartizan_programme::{Id, Name};
use bartizan_workbench::{
    ActForm, Moment, TestEdition, TestLeak, TestMessage, TestRun, TestSample, TestScore,
};

use super::super::html;
use super::super::stop::Stop;
use super::super::visit::Visit;
use super::acts::Maker;
use crate::app::App;
use crate::download::{ANY, download};
use crate::programmes::{self, Room, archive, editions, files, rules as programme_rules, runs};
use crate::sharing::{Acting, Wrong};

/// Samples on a page.
const SAMPLES: usize = 20;

/// `GET /testing/{uuid}/runs/{run}`
pub(super) async fn run(
    State(app): State<App>,
    Path((uuid, run)): Path<(String, String)>,
    RawQuery(query): RawQuery,
    headers: HeaderMap,
    uri: Uri,
) -> Result<Response, Stop> {
    let visit = Visit::new(&app, &headers, &uri).await?;
    let page = run_page(&app, &visit, &uuid, &run, query.as_deref().unwrap_or_default()).await;
    Ok(html(page.map_err(|wrong| Stop::because(&visit.shell, wrong))?.render()))
}

async fn run_page(app: &App, visit: &Visit, uuid: &str, name: &str, query: &str) -> Result<TestRun, Wrong> {
    let acting = visit.actor();
    let room = programmes::find(app, &acting, uuid, Verb::Read).await?;
    let name: Name = name.parse().map_err(|_| Wrong::NotThere)?;
    let run = runs::run(&room, &name)?;
    let asked = |word: &str| {
        let found = form_urlencoded::parse(query.as_bytes()).find(|(key, _)| key == word);
        found.map(|(_, value)| value.into_owned()).unwrap_or_default()
    };
    let (search, from) = (asked("search"), asked("from").parse().unwrap_or(0));
    let results = runs::results(app, &room, &name).await?;
    let (samples, next) = runs::samples(app, &room, &name, Some(search.clone()), (from, SAMPLES)).await?;
    let title = |name: &Name| programmes::title(&visit.directory, name);
    let when = |at: i64| format!("{} UTC", Moment(at).words());
    let mut facts = vec![
        ("Plan".to_owned(), format!("{}, SHA-256 {}", run.plan, run.plan_digest)),
        ("Suite".to_owned(), run.suite.to_string()),
        ("Checkpoint".to_owned(), format!("{} under {}", run.checkpoint, run.grant)),
        ("Environment, SHA-256".to_owned(), run.environment.to_string()),
        ("Begun".to_owned(), format!("{} by {}", when(run.begun), title(&run.by))),
    ];
    if let (Some(end), Some(at)) = (&run.ended, run.ended_at) {
        facts.push(("Ended".to_owned(), format!("{}, {}, {} samples", when(at), end.outcome, end.samples)));
    }
    facts.extend(run.log().map(|digest| ("Log, SHA-256".to_owned(), digest.to_string())));
    let allowed = room.window.allowed(&room.me, acting.now);
    let make = Maker { room: &room, directory: &visit.directory, allowed: &allowed, files: &[] };
    let next = next.map(|next| {
        let query: String = form_urlencoded::Serializer::new(String::new())
            .append_pair("search", &search)
            .append_pair("from", &next.to_string())
            .finish();
        format!("/testing/{uuid}/runs/{name}?{query}")
    });
    Ok(TestRun {
        shell: super::confidential(visit),
        window: (uuid.to_owned(), room.entry.title.clone()),
        facts,
        problems: results.as_ref().map(problems).unwrap_or_default(),
        scores: results.iter().flat_map(|found| found.scores.iter().map(score)).collect(),
        anomalies: results.iter().flat_map(|found| found.anomalies.iter().map(anomaly)).collect(),
        judged: run
            .judged
            .iter()
            .map(|one| (one.judgement.to_string(), one.words.to_string(), title(&one.by)))
            .collect(),
        acts: make.judge(name.as_str()).into_iter().collect(),
        has_log: results.is_some(),
        name: name.to_string(),
        search,
        samples: samples.into_iter().map(sample).collect(),
        next,
    })
}

fn problems(found: &runs::Results) -> Vec<String> {
    let mut all = Vec::new();
    if found.status != "success" {
        all.push(format!(
            "The log says {}: {}",
            found.status,
            found.error.as_deref().unwrap_or("no reason is given")
        ));
    }
    if !found.same_as_inspect {
        all.push("The metrics in the log are not those that its samples give.".to_owned());
    }
    if found.expected > 0 && found.samples != found.expected {
        all.push(format!("The plan wants {} samples, the log has {}.", found.expected, found.samples));
    }
    all.extend(found.diagnostics.iter().take(20).cloned());
    all
}

fn score(score: &runs::Score) -> TestScore {
    let at = |value: f64| {
        let value = if value.is_finite() { value } else { 0.0 };
        // A share of the line; what lies beyond its ends is drawn at the end.
        #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "between 0 and 1000")]
        let place = (value.clamp(0.0, 1.0) * 1000.0).round() as u32;
        place
    };
    TestScore {
        scorer: score.scorer.clone(),
        words: format!(
            "{:.3} ({:.3} to {:.3} at {}) over {} samples, threshold {}",
            score.estimate, score.lower, score.upper, score.level, score.samples, score.threshold
        ),
        decision: score.decision.as_str().replace('-', " "),
        bar: (at(score.lower), at(score.upper).max(at(score.lower)), at(score.estimate), at(score.threshold)),
    }
}

fn anomaly(one: &bartizan_programme::anomaly::Anomaly) -> (String, String, String) {
    let place = one.sample.as_ref().map(|(id, epoch)| format!("sample {id}, epoch {epoch}"));
    (one.kind.as_str().to_owned(), place.unwrap_or_default(), one.seen.clone())
}

fn sample(one: runs::Shown) -> TestSample {
    let message = |message: runs::Message| TestMessage {
        role: match message.tool {
            Some(tool) => format!("{} {tool}", message.role),
            None => message.role,
        },
        text: message.text,
        calls: message.calls,
    };
    TestSample {
        name: format!("{}, epoch {}", one.id, one.epoch),
        target: one.target.join(", "),
        scores: one.scores,
        error: one.error.unwrap_or_default(),
        messages: one.messages.into_iter().map(message).collect(),
    }
}

/// `GET /testing/{uuid}/editions/{audience}`
pub(super) async fn edition(
    State(app): State<App>,
    Path((uuid, audience)): Path<(String, String)>,
    headers: HeaderMap,
    uri: Uri,
) -> Result<Response, Stop> {
    let visit = Visit::new(&app, &headers, &uri).await?;
    let page = edition_page(&app, &visit, &uuid, &audience).await;
    Ok(html(page.map_err(|wrong| Stop::because(&visit.shell, wrong))?.render()))
}

async fn edition_page(app: &App, visit: &Visit, uuid: &str, audience: &str) -> Result<TestEdition, Wrong> {
    let acting = visit.actor();
    let room = programmes::find(app, &acting, uuid, Verb::Read).await?;
    let audience: Id = audience.parse().map_err(|_| Wrong::NotThere)?;
    let found = editions::preview(app, &acting, &room, &audience).await?;
    let first = room.window.programme.editions.first().map(|one| one.id.clone());
    let whole = match first.filter(|first| *first != audience) {
        Some(first) => editions::preview(app, &acting, &room, &first).await?.markdown,
        None => found.markdown.clone(),
    };
    let leak = |leak: &bartizan_programme::edition::Leak| TestLeak {
        kind: leak.term.kind.as_str().to_owned(),
        text: leak.term.text.clone(),
        place: format!("{}: {}", leak.output, leak.excerpt),
        line: leak.sealed_at,
    };
    Ok(TestEdition {
        shell: super::confidential(visit),
        window: (uuid.to_owned(), room.entry.title.clone()),
        audience: audience.to_string(),
        marking: found.edition.marking.clone(),
        source: found.source,
        whole,
        leaks: found.leaks.iter().map(leak).collect(),
        acts: publish(&room, &acting, &audience, found.leaks.is_empty()).into_iter().collect(),
        shown: found.markdown,
    })
}

fn publish(room: &Room, acting: &Acting<'_>, audience: &Id, clean: bool) -> Option<ActForm> {
    let allowed = room.window.allowed(&room.me, acting.now);
    let role = allowed.get(&Act::Publish).and_then(|roles| roles.first()).filter(|_| clean)?;
    Some(ActForm {
        id: "publish".into(),
        title: "Publish exactly this".into(),
        action: format!("/testing/{}/editions/{audience}", room.entry.uuid),
        hidden: vec![("role", role.to_string())],
        fields: vec![],
        button: "Propose to publish it".into(),
    })
}

/// `GET /testing/{uuid}/files/{name}`
pub(super) async fn file(
    State(app): State<App>,
    Path((uuid, name)): Path<(String, String)>,
    headers: HeaderMap,
    uri: Uri,
) -> Result<Response, Stop> {
    let visit = Visit::new(&app, &headers, &uri).await?;
    let stop = |wrong| Stop::because(&visit.shell, wrong);
    let acting = visit.actor();
    let room = programmes::find(&app, &acting, &uuid, Verb::Read).await.map_err(stop)?;
    let (file, bytes) = files::read(&app, &acting, &room, &name).await.map_err(stop)?;
    Ok(download(bytes, ANY, &file.name))
}

/// `GET /testing/{uuid}/archive`
pub(super) async fn archive(
    State(app): State<App>,
    Path(uuid): Path<String>,
    headers: HeaderMap,
    uri: Uri,
) -> Result<Response, Stop> {
    let visit = Visit::new(&app, &headers, &uri).await?;
    let stop = |wrong| Stop::because(&visit.shell, wrong);
    let room = programmes::find(&app, &visit.actor(), &uuid, Verb::Read).await.map_err(stop)?;
    let made = archive::archive(&app, &room).await.map_err(stop)?;
    Ok(download(made.tar, ANY, "window.tar"))
}

/// `GET /testing/programmes/{programme}/rules`
pub(super) async fn rules(
    State(app): State<App>,
    Path(programme): Path<String>,
    headers: HeaderMap,
    uri: Uri,
) -> Result<Response, Stop> {
    let visit = Visit::new(&app, &headers, &uri).await?;
    let found = programme_rules::find(&app, &visit.actor(), &programme, Verb::Read).await;
    Ok(download(
        found.map_err(|wrong| Stop::because(&visit.shell, wrong))?.entry.rules,
        ANY,
        "programme.toml",
    ))
}

/// `GET /editions/{uuid}`: an edition that left, as it left; a public one for anybody.
pub(super) async fn published(
    State(app): State<App>,
    Path(uuid): Path<String>,
    headers: HeaderMap,
    uri: Uri,
) -> Result<Response, Stop> {
    let directory =
        app.store.fresh().await.map_err(|e| Stop::store(bartizan_workbench::Shell::default(), &e))?;
    let anyone = Principal::anyone();
    let acting = Acting { directory: &directory, principal: &anyone, name: "anyone", now: app.now() };
    let edition = match editions::one(&app, &acting, &uuid).await {
        Ok(edition) => edition,
        Err(Wrong::NotThere) => {
            let visit = Visit::new(&app, &headers, &uri).await?;
            editions::one(&app, &visit.actor(), &uuid)
                .await
                .map_err(|wrong| Stop::because(&visit.shell, wrong))?
        }
        Err(wrong) => return Err(Stop::because(&bartizan_workbench::Shell::default(), wrong)),
    };
    let mut response = edition.html.into_response();
    let headers = response.headers_mut();
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static("text/html; charset=utf-8"));
    // Its one style is part of it; nothing else is loaded or run.
    let policy = "default-src 'none'; style-src 'unsafe-inline'; frame-ancestors 'none'; sandbox";
    headers.insert(header::CONTENT_SECURITY_POLICY, HeaderValue::from_static(policy));
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("private, no-store"));
    Ok(response)
}
