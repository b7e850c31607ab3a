//! Plans, runs, findings that leave, and what follows from the results.

use axum::extract::{Request, State};
use axum::http::StatusCode;
use axum::response::Response;
use bartizan_inspect::statistics::Decision;
use bartizan_programme::plan::Catalogue;
use bartizan_programme::{Digest, Id, Name};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use super::super::ask::{self, Asker, Body, Place, Query};
use super::super::endpoint::Endpoint;
use super::super::problem::Problem;
use super::super::shapes::Items;
use super::super::tagged;
use super::say::{SaidShape, said};
use super::{checked, form, room};
use crate::app::App;
use crate::programmes::{files, handover, runs};

/// Samples of a transcript at once.
const SAMPLES: usize = 20;

pub(super) fn list() -> Vec<Endpoint> {
    let text = || json!({ "type": "string" });
    let outcomes = json!({ "type": "string", "enum": ["finished", "failed", "cancelled"] });
    vec![
        Endpoint::get(
            "/windows/{id}/catalogue",
            "listWindowPlans",
            "Plans of the catalogue that the programme has room for; `body` is what `{\"do\":\"plan\"}` takes.",
            catalogue,
        )
        .gives::<Items<CataloguePlan>>(),
        Endpoint::get(
            "/windows/{id}/runs/{run}",
            "getRunResults",
            "What the log of a run says: scores recomputed from its samples, the threshold decided, anomalies.",
            results,
        )
        .gives::<RunResults>(),
        Endpoint::get(
            "/windows/{id}/runs/{run}/samples",
            "listRunSamples",
            "The transcripts of a run.",
            samples,
        )
        .with("search", "Only samples that say this.", text())
        .with("from", "Go on with this sample.", json!({ "type": "integer", "minimum": 0 }))
        .gives::<Transcripts>(),
        Endpoint::post(
            "/windows/{id}/runs/{run}/end",
            "endRun",
            "Puts the log of a run (.eval or .json) into custody and records how the run ended.",
            end,
        )
        .largest(files::LONGEST + 1)
        .with("role", "Your role.", text())
        .with("outcome", "How it ended; `finished` if it is not said.", outcomes)
        .with("egress", "SHA-256 of the egress record, which is in custody.", text())
        .takes_bytes("application/octet-stream")
        .gives::<SaidShape>(),
        Endpoint::post(
            "/windows/{id}/findings/{finding}/hand-over",
            "handOverFinding",
            "Hands a vulnerability in somebody else's software over to a desk of the clearinghouse: with its provenance, without the transcript.",
            hand_over,
        )
        .takes::<HandOver>()
        .gives::<SaidShape>(),
        Endpoint::get(
            "/windows/{id}/determination",
            "draftDetermination",
            "What the valid runs give for each suite: what `{\"do\":\"determine\"}` takes as `determination`.",
            determination,
        )
        .gives::<Draft>(),
    ]
}

/// A plan of the catalogue.
#[derive(Serialize, JsonSchema)]
#[schemars(rename = "CataloguePlan")]
struct CataloguePlan {
    id: String,
    title: String,
    suite: String,
    digest: String,
    body: Value,
}

/// `GET /windows/{id}/catalogue`
async fn catalogue(
    State(app): State<App>,
    asker: Asker,
    Place(id): Place<String>,
    query: Query,
) -> Result<Response, Problem> {
    query.only(&[])?;
    let room = room(&app, &asker, &id).await?;
    let all = Catalogue::embedded().map_err(|error| Problem::window(&error))?;
    let fit = all.plans.iter().filter(|plan| plan.fits(&room.window.programme).is_ok());
    let items = fit.map(|plan| CataloguePlan {
        id: plan.id.to_string(),
        title: plan.title.to_string(),
        suite: plan.suite.to_string(),
        digest: plan.digest().to_string(),
        body: serde_json::to_value(plan).unwrap_or_default(),
    });
    Ok(tagged::json(StatusCode::OK, &Items { items: items.collect(), next: None }))
}

/// What a log says of its run.
#[derive(Serialize, JsonSchema)]
#[schemars(rename = "RunResults")]
struct RunResults {
    run: String,
    /// Whether there is a log; without it the rest is empty.
    has_log: bool,
    status: Option<String>,
    model: Option<String>,
    error: Option<String>,
    samples: u64,
    /// As many as the plan wants.
    expected: u64,
    scores: Vec<ScoreShape>,
    /// Whether Inspect's own metrics are those that its samples give.
    same_as_inspect: bool,
    anomalies: Vec<AnomalyShape>,
    diagnostics: Vec<String>,
}

#[derive(Serialize, JsonSchema)]
#[schemars(rename = "RunScore")]
struct ScoreShape {
    scorer: String,
    samples: usize,
    /// Null if there is no number.
    estimate: Option<f64>,
    lower: Option<f64>,
    upper: Option<f64>,
    level: f64,
    threshold: f64,
    /// `below`, `at-or-above`, `not-decidable`.
    decision: String,
    /// How many samples would decide it, if that can be said.
    samples_needed: Option<u64>,
}

#[derive(Serialize, JsonSchema)]
#[schemars(rename = "RunAnomaly")]
struct AnomalyShape {
    code: String,
    sample: Option<String>,
    epoch: Option<u32>,
    seen: String,
}

/// `GET /windows/{id}/runs/{run}`
async fn results(
    State(app): State<App>,
    asker: Asker,
    Place((id, run)): Place<(String, String)>,
    query: Query,
) -> Result<Response, Problem> {
    query.only(&[])?;
    let run: Name = run.parse().map_err(|_| Problem::not_found())?;
    let room = room(&app, &asker, &id).await?;
    let found = runs::results(&app, &room, &run).await?;
    let has_log = found.is_some();
    let finite = |value: f64| value.is_finite().then_some(value);
    let score = |score: &runs::Score| ScoreShape {
        scorer: score.scorer.clone(),
        samples: score.samples,
        estimate: finite(score.estimate),
        lower: finite(score.lower),
        upper: finite(score.upper),
        level: score.level,
        threshold: score.threshold,
        decision: score.decision.as_str().to_owned(),
        samples_needed: match score.decision {
            Decision::NotDecidable { needed } => needed,
            _ => None,
        },
    };
    let anomaly = |one: &bartizan_programme::anomaly::Anomaly| AnomalyShape {
        code: one.kind.as_str().to_owned(),
        sample: one.sample.as_ref().map(|(id, _)| id.clone()),
        epoch: one.sample.as_ref().map(|(_, epoch)| *epoch),
        seen: one.seen.clone(),
    };
    let shape = RunResults {
        run: run.to_string(),
        has_log,
        status: found.as_ref().map(|found| found.status.clone()),
        model: found.as_ref().map(|found| found.model.clone()),
        error: found.as_ref().and_then(|found| found.error.clone()),
        samples: found.as_ref().map_or(0, |found| found.samples),
        expected: found.as_ref().map_or(0, |found| found.expected),
        scores: found.iter().flat_map(|found| found.scores.iter().map(score)).collect(),
        same_as_inspect: found.as_ref().is_some_and(|found| found.same_as_inspect),
        anomalies: found.iter().flat_map(|found| found.anomalies.iter().map(anomaly)).collect(),
        diagnostics: found.map(|found| found.diagnostics).unwrap_or_default(),
    };
    Ok(tagged::json(StatusCode::OK, &shape))
}

/// Samples of a run.
#[derive(Serialize, JsonSchema)]
#[schemars(rename = "RunTranscripts")]
struct Transcripts {
    items: Vec<SampleShape>,
    /// What the parameter `from` takes to go on; null: there are no more.
    next: Option<usize>,
}

#[derive(Serialize, JsonSchema)]
#[schemars(rename = "RunSample")]
struct SampleShape {
    id: String,
    epoch: u64,
    target: Vec<String>,
    scores: Vec<SampleScore>,
    error: Option<String>,
    messages: Vec<MessageShape>,
}

#[derive(Serialize, JsonSchema)]
#[schemars(rename = "RunSampleScore")]
struct SampleScore {
    scorer: String,
    value: String,
}

#[derive(Serialize, JsonSchema)]
#[schemars(rename = "RunMessage")]
struct MessageShape {
    role: String,
    text: String,
    tool: Option<String>,
    calls: Vec<ToolCallShape>,
}

#[derive(Serialize, JsonSchema)]
#[schemars(rename = "RunToolCall")]
struct ToolCallShape {
    tool: String,
    arguments: String,
}

/// `GET /windows/{id}/runs/{run}/samples`
async fn samples(
    State(app): State<App>,
    asker: Asker,
    Place((id, run)): Place<(String, String)>,
    query: Query,
) -> Result<Response, Problem> {
    query.only(&["search", "from"])?;
    let run: Name = run.parse().map_err(|_| Problem::not_found())?;
    let from = match query.one("from")? {
        None => 0,
        Some(text) => text.parse().map_err(|_| Problem::bad("from is the number of a sample."))?,
    };
    let search = query.one("search")?.map(str::to_owned);
    let room = room(&app, &asker, &id).await?;
    let (found, next) = runs::samples(&app, &room, &run, search, (from, SAMPLES)).await?;
    let call = |(tool, arguments): (String, String)| ToolCallShape { tool, arguments };
    let message = |one: runs::Message| MessageShape {
        role: one.role,
        text: one.text,
        tool: one.tool,
        calls: one.calls.into_iter().map(call).collect(),
    };
    let items = found.into_iter().map(|one| SampleShape {
        id: one.id,
        epoch: one.epoch,
        target: one.target,
        scores: one.scores.into_iter().map(|(scorer, value)| SampleScore { scorer, value }).collect(),
        error: one.error,
        messages: one.messages.into_iter().map(message).collect(),
    });
    Ok(tagged::json(StatusCode::OK, &Transcripts { items: items.collect(), next }))
}

/// `POST /windows/{id}/runs/{run}/end`
async fn end(
    State(app): State<App>,
    asker: Asker,
    Place((id, run)): Place<(String, String)>,
    query: Query,
    request: Request,
) -> Result<Response, Problem> {
    query.only(&["role", "outcome", "egress"])?;
    let run: Name = run.parse().map_err(|_| Problem::not_found())?;
    // Who may not is told so before the body is taken.
    room(&app, &asker, &id).await?;
    let role: Id = checked(query.one("role")?.ok_or_else(|| Problem::bad("role is needed."))?)?;
    let outcome = form("outcome", Value::String(query.one("outcome")?.unwrap_or("finished").to_owned()))?;
    let egress = query.one("egress")?.map(checked::<Digest>).transpose()?;
    let bytes = ask::bytes(request, &app).await?.to_vec();
    let done = runs::end(&app, &asker.acting(), &id, (&run, &role), (outcome, egress), bytes).await?;
    Ok(tagged::json(StatusCode::CREATED, &said(&app, &asker, done).await?))
}

/// To whom a finding is handed over.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(rename = "FindingHandOver")]
struct HandOver {
    /// Your role.
    role: String,
    /// A desk of the clearinghouse that takes reports.
    desk: String,
}

/// `POST /windows/{id}/findings/{finding}/hand-over`
async fn hand_over(
    State(app): State<App>,
    asker: Asker,
    Place((id, finding)): Place<(String, String)>,
    query: Query,
    body: Body<HandOver>,
) -> Result<Response, Problem> {
    query.only(&[])?;
    let finding: Name = finding.parse().map_err(|_| Problem::not_found())?;
    let role: Id = checked(&body.value.role)?;
    let done = handover::hand_over(&app, &asker.acting(), &id, (&finding, &role), &body.value.desk).await?;
    Ok(tagged::json(StatusCode::CREATED, &said(&app, &asker, done).await?))
}

/// A determination as it could be proposed.
#[derive(Serialize, JsonSchema)]
#[schemars(rename = "DeterminationDraft")]
struct Draft {
    determination: Value,
}

/// `GET /windows/{id}/determination`
async fn determination(
    State(app): State<App>,
    asker: Asker,
    Place(id): Place<String>,
    query: Query,
) -> Result<Response, Problem> {
    query.only(&[])?;
    let room = room(&app, &asker, &id).await?;
    let proposal = runs::proposal(&app, &room).await?;
    let determination = serde_json::to_value(&proposal).unwrap_or_default();
    Ok(tagged::json(StatusCode::OK, &Draft { determination }))
}
