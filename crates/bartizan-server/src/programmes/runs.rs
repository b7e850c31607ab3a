//! Runs: their logs read, scores recomputed, thresholds decided, anomalies found, transcripts looked through.

use std::io::Cursor;
use std::ops::ControlFlow;

use bartizan_clearinghouse::access::{Matter, Verb};
use bartizan_inspect::score::{Book, Comparison, Scalar, Value};
use bartizan_inspect::statistics::{Decision, Failed, Measured, decide};
use bartizan_inspect::{Limits, LogFile, Sample};
use bartizan_programme::anomaly::{self, Anomaly};
use bartizan_programme::determination::{Proposal, Standing, SuiteResult};
use bartizan_programme::rules::Operator;
use bartizan_programme::run::{End, Judgement, Outcome, Run};
use bartizan_programme::window::Action;
use bartizan_programme::{Code, Digest, Id, Name};

use super::act::{Said, say};
use super::matter::run_of;
use super::{Room, files, find};
use crate::app::App;
use crate::sharing::{Acting, Wrong};

type Log = LogFile<Cursor<Vec<u8>>>;

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

fn open(bytes: Vec<u8>) -> Result<Log, Wrong> {
    // What is taken up here is at most 64 MiB; what it unpacks to is bounded too.
    let limits = Limits { total_bytes: 2 << 30, ..Limits::default() };
    LogFile::open(Cursor::new(bytes), limits).map_err(unreadable)
}

fn unreadable(error: bartizan_inspect::Error) -> Wrong {
    Wrong::Unfit(format!("The log cannot be read: {error} [{}].", error.code().as_str()))
}

/// Hard work, off the threads that answer.
async fn apart<T: Send + 'static>(
    work: impl FnOnce() -> Result<T, Wrong> + Send + 'static,
) -> Result<T, Wrong> {
    let failed = |error| {
        tracing::error!(%error, "a log could not be looked at");
        Wrong::Store(bartizan_store::Error::busy("the log cannot be looked at now"))
    };
    tokio::task::spawn_blocking(work).await.map_err(failed)?
}

/// A run that the looker may see.
pub(crate) fn run<'r>(room: &'r Room, name: &Name) -> Result<&'r Run, Wrong> {
    let run = room.window.runs_made.get(name).ok_or(Wrong::NotThere)?;
    room.must_read(Matter::Testing, run_of(&room.window, name).as_ref())?;
    Ok(run)
}

/// Whether what is said of the end of a run fits the log in custody.
pub(super) async fn ends(app: &App, room: &Room, end: &End) -> Result<(), Wrong> {
    if let Some(egress) = &end.egress {
        super::act::held(app, room, "egress", egress.as_str()).await?;
    }
    let Some(digest) = &end.log else { return Ok(()) };
    let bytes = files::content(app, room, "log", digest.as_str()).await?;
    let bytes = bytes.ok_or_else(|| Wrong::Unfit("The log is not in custody; put it there first.".into()))?;
    let samples = apart(move || Ok(open(bytes)?.keys().len())).await?;
    if u64::try_from(samples).ok() == Some(end.samples) {
        return Ok(());
    }
    Err(Wrong::Unfit(format!("The log has {samples} samples.")))
}

/// Puts a log into custody and records the end of its run by it.
pub(crate) async fn end(
    app: &App,
    acting: &Acting<'_>,
    uuid: &str,
    (run, role): (&Name, &Id),
    (outcome, egress): (Outcome, Option<Digest>),
    bytes: Vec<u8>,
) -> Result<Said, Wrong> {
    let room = find(app, acting, uuid, Verb::Add).await?;
    self::run(&room, run)?;
    if room.window.runs_made.get(run).is_some_and(|run| run.ended.is_some()) {
        return Err(Wrong::Window(Code::RunEnded.into()));
    }
    let digest = Digest::of(&bytes);
    let (samples, bytes) = apart(move || Ok((open(bytes.clone())?.keys().len(), bytes))).await?;
    let kind = if bytes.starts_with(b"PK") { "eval" } else { "json" };
    files::keep(app, acting, uuid, (&format!("{run}.{kind}"), "log"), &bytes).await?;
    let samples = u64::try_from(samples).unwrap_or(u64::MAX);
    let end = End { outcome, log: Some(digest), egress, samples };
    say(app, acting, uuid, role, &Action::EndRun { run: run.clone(), end }).await
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
    let checkpoint = run.checkpoint.clone();
    apart(move || {
        let mut file = open(bytes)?;
        let mut book = Book::new(file.log());
        file.each(|sample| {
            book.add(&sample);
            ControlFlow::<()>::Continue(())
        })
        .map_err(unreadable)?;
        let seen = anomaly::of_log(&mut file).map_err(unreadable)?;
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

/// A sample as it is looked at.
#[derive(Clone, Debug)]
pub(crate) struct Shown {
    pub(crate) id: String,
    pub(crate) epoch: u64,
    pub(crate) scores: Vec<(String, String)>,
    pub(crate) target: Vec<String>,
    pub(crate) error: Option<String>,
    pub(crate) messages: Vec<Message>,
}

/// A message of a transcript.
#[derive(Clone, Debug)]
pub(crate) struct Message {
    pub(crate) role: String,
    pub(crate) text: String,
    /// Tool calls that it asks for: the tool and its arguments.
    pub(crate) calls: Vec<(String, String)>,
    /// Of a tool's message: the tool.
    pub(crate) tool: Option<String>,
}

/// What is shown of one text, and how many messages of a sample.
const TEXT: usize = 8 << 10;
const MESSAGES: usize = 400;

/// Samples of a run from a place on that say something, and where to go on.
pub(crate) async fn samples(
    app: &App,
    room: &Room,
    name: &Name,
    search: Option<String>,
    (from, limit): (usize, usize),
) -> Result<(Vec<Shown>, Option<usize>), Wrong> {
    let run = run(room, name)?;
    let Some(digest) = run.log() else { return Ok((Vec::new(), None)) };
    let bytes = files::content(app, room, "log", digest.as_str()).await?;
    let bytes = bytes.ok_or_else(|| Wrong::Unfit("The log is not in custody.".into()))?;
    apart(move || {
        let mut file = open(bytes)?;
        let wanted = search.map(|text| text.to_lowercase()).filter(|text| !text.trim().is_empty());
        let (mut shown, count) = (Vec::new(), file.keys().len());
        for number in from..count {
            let Some(sample) = file.sample(number).map_err(unreadable)? else { continue };
            let one = shape(&sample);
            if wanted.as_ref().is_none_or(|wanted| says(&one, &sample, wanted)) {
                shown.push(one);
            }
            if shown.len() == limit {
                return Ok((shown, (number + 1 < count).then_some(number + 1)));
            }
        }
        Ok((shown, None))
    })
    .await
}

/// Everything that was said in a run, for what must not leave with a finding.
pub(super) async fn transcript(app: &App, room: &Room, name: &Name) -> Result<Vec<String>, Wrong> {
    let run = run(room, name)?;
    let Some(digest) = run.log() else { return Ok(Vec::new()) };
    let bytes = files::content(app, room, "log", digest.as_str()).await?;
    let bytes = bytes.ok_or_else(|| Wrong::Unfit("The log is not in custody.".into()))?;
    apart(move || {
        let mut texts = Vec::new();
        let mut file = open(bytes)?;
        file.each(|sample| {
            texts.extend(sample.messages().map(|message| message.text()));
            ControlFlow::<()>::Continue(())
        })
        .map_err(unreadable)?;
        Ok(texts)
    })
    .await
}

fn shape(sample: &Sample) -> Shown {
    let cut = |text: &str| -> String {
        let mut end = text.len().min(TEXT);
        while !text.is_char_boundary(end) {
            end -= 1;
        }
        let more = if end < text.len() { "…" } else { "" };
        format!("{}{more}", &text[..end])
    };
    let messages = sample.messages().take(MESSAGES).map(|message| Message {
        role: message.role.to_owned(),
        text: cut(&message.text()),
        calls: message
            .calls
            .iter()
            .map(|call| (call.function.to_owned(), cut(&call.arguments.to_string())))
            .collect(),
        tool: message.function.map(str::to_owned),
    });
    Shown {
        id: sample.id.text.clone(),
        epoch: sample.epoch,
        scores: sample
            .scores
            .iter()
            .map(|(scorer, score)| (scorer.clone(), cut(&value(&score.value))))
            .collect(),
        target: sample.target.iter().map(|one| cut(one)).collect(),
        error: sample.error.as_ref().map(|error| cut(&error.message)),
        messages: messages.collect(),
    }
}

fn value(value: &Value) -> String {
    match value {
        Value::One(one) => one.label(),
        Value::List(all) => all.iter().map(Scalar::label).collect::<Vec<_>>().join(", "),
        Value::Keys(all) => {
            all.iter().map(|(key, one)| format!("{key}: {}", one.label())).collect::<Vec<_>>().join(", ")
        }
    }
}

/// Whether a sample says something, also in what is not shown for its length.
fn says(shown: &Shown, sample: &Sample, wanted: &str) -> bool {
    let has = |text: &str| text.to_lowercase().contains(wanted);
    has(&shown.id)
        || sample.messages().any(|message| {
            has(&message.text())
                || message.calls.iter().any(|call| has(call.function) || has(&call.arguments.to_string()))
        })
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
    match (Standing::from(score.decision.clone()), score.at_most) {
        (Standing::Below, true) => Standing::AtOrAbove,
        (Standing::AtOrAbove, true) => Standing::Below,
        (standing, _) => standing,
    }
}
