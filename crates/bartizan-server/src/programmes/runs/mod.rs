//! Runs: their logs taken into custody and read.

mod results;
mod transcripts;

use std::io::Cursor;

use bartizan_clearinghouse::access::{Matter, Verb};
use bartizan_inspect::{Limits, LogFile};
use bartizan_programme::run::{End, Outcome, Run};
use bartizan_programme::window::Action;
use bartizan_programme::{Code, Digest, Id, Name};

pub(crate) use results::{Results, Score, proposal, results};
pub(super) use transcripts::transcript;
pub(crate) use transcripts::{Message, Shown, samples};

use super::act::{Said, held, say};
use super::matter::run_of;
use super::{Room, files, find};
use crate::app::App;
use crate::sharing::{Acting, Wrong};

type Log = LogFile<Cursor<Vec<u8>>>;

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
        held(app, room, "egress", egress.as_str()).await?;
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
