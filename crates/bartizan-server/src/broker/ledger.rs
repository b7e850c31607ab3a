//! The record of calls: lines bound to one another by their digests, a chain for each grant, written in sets.
//!
//! A call goes on only when its first line is on the disk. One task writes, so that lines of a grant have an order; another process that
//! writes for the same grant is noticed by the number of its line, and what it used is taken up.

use std::collections::HashMap;

use bartizan_clearinghouse::token::digest_bytes;
use bartizan_store::{CallLine, Store};
use serde_json::{Map, Value};
use tokio::sync::{mpsc, oneshot};

/// How many lines are written at once, and how many may wait.
const SET: usize = 128;
const WAITING: usize = 4_096;
/// How often a set is tried when another process was first.
const TRIES: usize = 4;

/// A line to be written.
pub(super) struct Draft {
    pub(super) grant: i64,
    pub(super) at: i64,
    pub(super) body: Map<String, Value>,
    pub(super) sealed: String,
    /// What it adds to the calls and tokens used up, and how many of each the grant has; a line that would use more is not written.
    pub(super) uses: (i64, i64),
    pub(super) most: Option<(i64, i64)>,
}

/// What came of a line.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Written {
    Yes,
    OverBudget,
    No,
}

type Waiting = (Draft, oneshot::Sender<Written>);

/// Where lines are handed in.
pub(crate) struct Ledger(mpsc::Sender<Waiting>);

impl Ledger {
    /// Begins to write. Ends when it is dropped.
    pub(super) fn new(store: Store) -> Self {
        let (sender, receiver) = mpsc::channel(WAITING);
        // Nothing is written where nothing runs (a command, a test of something else).
        if tokio::runtime::Handle::try_current().is_ok() {
            tokio::spawn(write(store, receiver));
        }
        Self(sender)
    }

    pub(super) async fn add(&self, draft: Draft) -> Written {
        let (told, tells) = oneshot::channel();
        if self.0.send((draft, told)).await.is_err() {
            return Written::No;
        }
        tells.await.unwrap_or(Written::No)
    }
}

/// Where a grant's record stands.
#[derive(Clone, Debug)]
struct End {
    number: i64,
    digest: String,
    used: (i64, i64),
}

async fn write(store: Store, mut receiver: mpsc::Receiver<Waiting>) {
    let mut ends: HashMap<i64, End> = HashMap::new();
    let mut set = Vec::with_capacity(SET);
    while receiver.recv_many(&mut set, SET).await > 0 {
        let mut told = vec![Written::No; set.len()];
        for _ in 0..TRIES {
            match attempt(&store, &mut ends, &set).await {
                Ok(answers) => {
                    told = answers;
                    break;
                }
                Err(error) => {
                    tracing::warn!(%error, "lines of the record of calls were not written");
                    // Somebody else may have written: what is known is asked for anew.
                    ends.clear();
                }
            }
        }
        for ((_, waiting), told) in set.drain(..).zip(told) {
            // Whoever asked may be gone.
            let _ = waiting.send(told);
        }
    }
}

async fn attempt(
    store: &Store,
    ends: &mut HashMap<i64, End>,
    set: &[Waiting],
) -> Result<Vec<Written>, bartizan_store::Error> {
    for (draft, _) in set {
        if let std::collections::hash_map::Entry::Vacant(vacant) = ends.entry(draft.grant) {
            let (number, digest, used) = store.end_of_calls(draft.grant).await?;
            vacant.insert(End { number, digest, used });
        }
    }
    let mut after = ends.clone();
    let (mut lines, mut told) = (Vec::with_capacity(set.len()), Vec::with_capacity(set.len()));
    for (draft, _) in set {
        let Some(end) = after.get_mut(&draft.grant) else {
            told.push(Written::No);
            continue;
        };
        let used = (end.used.0.saturating_add(draft.uses.0), end.used.1.saturating_add(draft.uses.1));
        if draft.most.is_some_and(|most| used.0 > most.0 || used.1 > most.1) {
            told.push(Written::OverBudget);
            continue;
        }
        let line = line(draft, end);
        (end.number, end.digest, end.used) = (line.number, line.digest.clone(), used);
        lines.push(line);
        told.push(Written::Yes);
    }
    if !lines.is_empty() {
        store.write_calls(&lines).await?;
    }
    *ends = after;
    Ok(told)
}

fn line(draft: &Draft, end: &End) -> CallLine {
    let number = end.number + 1;
    let mut body = draft.body.clone();
    body.insert("at".to_owned(), draft.at.into());
    body.insert("number".to_owned(), number.into());
    body.insert("previous".to_owned(), end.digest.clone().into());
    // Keys in order: one form for one line.
    let line = Value::Object(body).to_string();
    let digest = digest_bytes(line.as_bytes());
    CallLine {
        grant: draft.grant,
        number,
        at: draft.at,
        line,
        sealed: draft.sealed.clone(),
        digest,
        uses: draft.uses,
    }
}
