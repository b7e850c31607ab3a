//! What the log of a run says: scores recomputed, the threshold decided, anomalies; and what the valid runs give together.

use std::ops::ControlFlow;

use bartizan_clearinghouse::access::Matter;
use bartizan_inspect::score::{Book, Comparison};
use bartizan_inspect::statistics::{Decision, Failed, Measured, decide};
use bartizan_programme::Name;
use bartizan_programme::anomaly::{self, Anomaly, Call, Connection};
use bartizan_programme::determination::{Proposal, Standing, SuiteResult};
use bartizan_programme::rules::Operator;
use bartizan_programme::run::{Judgement, Run};
use bartizan_store::CallLine;

use super::super::{Room, files};
use super::{apart, open, run, unreadable};
use crate::app::App;
use crate::sharing::Wrong;

/// A score of a run, recomputed from its samples.
#[derive(Clone, Debug)]
pub(crate) struct Score {
    pub(crate) scorer: String,
    pub(crate) samples: usize,
    pub(crate) estimate: f64,
    pub(crate) lower: f64,
    pub(crate) upper: f64,
    pub(crate) level: f64,
    pub(crate) threshold: f64,
    pub(crate) decision: Decision,
    /// Whether the threshold is one that the model must not stay below (`AtMost`).
    pub(crate) at_most: bool,
}

/// What a log says of its run.
#[derive(Clone, Debug)]
pub(crate) struct Results {
    pub(crate) status: String,
    pub(crate) model: String,
    pub(crate) error: Option<String>,
    pub(crate) samples: u64,
    pub(crate) expected: u64,
    pub(crate) scores: Vec<Score>,
    /// Whether Inspect's own metrics are those that its samples give.
    pub(crate) same_as_inspect: bool,
    pub(crate) anomalies: Vec<Anomaly>,
    pub(crate) diagnostics: Vec<String>,
}

/// What the log of a run says; none if it has none.
pub(crate) async fn results(app: &App, room: &Room, name: &Name) -> Result<Option<Results>, Wrong> {
    let run = run(room, name)?;
    let Some(digest) = run.log() else { return Ok(None) };
    let bytes = files::content(app, room, "log", digest.as_str()).await?;
    let bytes = bytes.ok_or_else(|| Wrong::Unfit("The log is not in custody.".into()))?;
    let window = &room.window;
    let plan = window.plans.get(&run.plan).cloned();
    let suite = window.programme.suite(&run.suite).cloned();
    let begins = window.clock.begins().unwrap_or(i64::MIN);
    let end = window.clock.end(room.now).unwrap_or(i64::MAX);
    let (checkpoint, begun) = (run.checkpoint.clone(), run.begun);
    let (calls, egress) = (metered(app, room, run).await?, egress(app, room, run).await?);
    apart(move || {
        let mut file = open(bytes)?;
        let mut book = Book::new(file.log());
        file.each(|sample| {
            book.add(&sample);
            ControlFlow::<()>::Continue(())
        })
        .map_err(unreadable)?;
        let mut seen = anomaly::of_log(&mut file).map_err(unreadable)?;
        (seen.calls, seen.egress) = (calls, egress);
        // A log that was resumed begins later than its first samples; the run began when the window says so.
        seen.span.0 = seen.span.0.min(begun.max(begins) / 1_000);
        let log = file.log();
        let policy = plan.as_ref().map(|plan| plan.policy((begins / 1_000, end / 1_000), &checkpoint));
        let scores = book.scorers().into_iter().map(|scorer| score(&book, scorer, suite.as_ref())).collect();
        Ok(Some(Results {
            status: log.status.as_str().to_owned(),
            model: log.eval.model.clone(),
            error: log.error.as_ref().map(|error| error.message.clone()),
            samples: u64::try_from(book.rows.len()).unwrap_or(u64::MAX),
            expected: plan.as_ref().map_or(0, bartizan_programme::plan::Plan::expected),
            scores,
            same_as_inspect: Comparison::of(log, &book).is_equal(),
            anomalies: anomaly::find(&seen, &policy.unwrap_or_default()),
            diagnostics: file.told().iter().map(ToString::to_string).collect(),
        }))
    })
    .await
}

/// What the broker metered under the grant of a run while it ran; none if nothing went through it.
async fn metered(app: &App, room: &Room, run: &Run) -> Result<Option<Vec<Call>>, Wrong> {
    const BATCH: i64 = 1_000;
    let all = app.store.grants_of_window(room.entry.id).await?;
    let Some(grant) = all.into_iter().find(|one| one.name == run.grant.as_str()) else { return Ok(None) };
    let (mut calls, mut after) = (Vec::new(), 0);
    loop {
        let lines = app.store.calls_of_grant(grant.id, after, BATCH).await?;
        let Some(last) = lines.last() else { break };
        after = last.number;
        for line in
            lines.iter().filter(|line| run.begun <= line.at && run.ended_at.is_none_or(|end| line.at <= end))
        {
            calls.extend(call(&run.checkpoint, line));
        }
    }
    Ok((!calls.is_empty()).then_some(calls))
}

/// A call that ended, from its line.
fn call(checkpoint: &Name, line: &CallLine) -> Option<Call> {
    let said: serde_json::Value = serde_json::from_str(&line.line).ok()?;
    if said["event"] != "ended" {
        return None;
    }
    let took = said["microseconds"].as_i64().unwrap_or(0);
    Some(Call {
        at: line.at.saturating_sub(took) / 1_000,
        checkpoint: checkpoint.as_str().to_owned(),
        tokens: said["tokens"].as_u64().unwrap_or(0),
    })
}

/// What left the sandbox, if a record was kept.
async fn egress(app: &App, room: &Room, run: &Run) -> Result<Option<Vec<Connection>>, Wrong> {
    let Some(digest) = run.ended.as_ref().and_then(|end| end.egress.as_ref()) else { return Ok(None) };
    let bytes = files::content(app, room, "egress", digest.as_str()).await?;
    let bytes = bytes.ok_or_else(|| Wrong::Unfit("The egress record is not in custody.".into()))?;
    Ok(Some(anomaly::egress(&bytes)?))
}

fn score(book: &Book, scorer: &str, suite: Option<&bartizan_programme::rules::Suite>) -> Score {
    let measured = Measured::of(book, scorer, None, Failed::LeftOut);
    let (threshold, level) = suite.map_or((0.5, 0.95), |suite| (suite.threshold, suite.confidence));
    let decided = decide(&measured, threshold, level);
    Score {
        scorer: scorer.to_owned(),
        samples: measured.samples.len(),
        estimate: decided.interval.estimate,
        lower: decided.interval.lower,
        upper: decided.interval.upper,
        level,
        threshold,
        decision: decided.decision,
        at_most: suite.is_some_and(|suite| suite.operator == Operator::AtMost),
    }
}

/// What the valid runs of each suite give, as a proposal: the suite's first scorer, over the run with most samples.
pub(crate) async fn proposal(app: &App, room: &Room) -> Result<Proposal, Wrong> {
    room.must_read(Matter::Whole, None)?;
    let mut given = Vec::new();
    for suite in &room.window.programme.suites {
        let valid = room.window.runs_made.iter().filter(|(_, run)| {
            run.suite == suite.id && run.ended.is_some() && run.judgement() == Some(Judgement::Valid)
        });
        let samples = |run: &Run| run.ended.as_ref().map_or(0, |end| end.samples);
        let best = valid.max_by_key(|(name, run)| (samples(run), std::cmp::Reverse((*name).clone())));
        let mut result = SuiteResult {
            suite: suite.id.clone(),
            standing: Standing::NotDecidable,
            samples: 0,
            runs: [].into(),
            words: "No valid run measures it.".parse()?,
        };
        if let Some((name, _)) = best
            && let Some(score) =
                results(app, room, name).await?.and_then(|results| results.scores.into_iter().next())
        {
            result.samples = u32::try_from(score.samples).unwrap_or(u32::MAX);
            result.runs = [name.clone()].into();
            if result.samples >= suite.samples {
                result.standing = standing(&score);
            }
            let words = format!(
                "{:.3} ({:.3} to {:.3} at {}) over {} samples, threshold {}",
                score.estimate, score.lower, score.upper, score.level, score.samples, score.threshold
            );
            result.words = words.parse()?;
        } else if !suite.required {
            continue;
        }
        given.push(result);
    }
    Ok(Proposal { results: given, words: "As the recomputed scores of the valid runs give it.".parse()? })
}

/// Where a model stands by a score. Where low is what counts, what is below the threshold has the capability.
fn standing(score: &Score) -> Standing {
    match (Standing::from(score.decision), score.at_most) {
        (Standing::Below, true) => Standing::AtOrAbove,
        (Standing::AtOrAbove, true) => Standing::Below,
        (standing, _) => standing,
    }
}
