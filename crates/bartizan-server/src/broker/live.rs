//! A grant as the broker knows it, and the one decision for a call.

use std::net::IpAddr;
use std::sync::{Mutex, MutexGuard, PoisonError};

use bartizan_store::GrantStanding;
use tokio::sync::watch;

use super::refusal::Refusal;
use super::terms::{Endpoint, Terms};
use crate::app::Surroundings;
use crate::seal::Seal;

/// A grant.
pub(crate) struct Live {
    pub(super) id: i64,
    pub(super) uuid: String,
    pub(super) window: String,
    pub(super) terms: Terms,
    pub(super) endpoint: Endpoint,
    between: (i64, i64),
    state: Mutex<State>,
    /// Tells answers under way that something changed.
    changed: watch::Sender<()>,
}

#[derive(Clone, Copy)]
struct State {
    runs: Option<(i64, i64)>,
    revoked: bool,
}

impl Live {
    /// As the store has it; `None` for one whose endpoint cannot be opened or whose terms cannot be read: nobody calls under it.
    pub(super) fn of(standing: &GrantStanding, seal: &Seal, around: &dyn Surroundings) -> Option<Self> {
        let grant = &standing.grant;
        let opened = seal.open(around, &Endpoint::thing(&grant.uuid), &grant.endpoint);
        let endpoint = opened.inspect_err(|error| tracing::warn!(grant = grant.uuid, %error, "the endpoint of a grant cannot be opened")).ok()?;
        Some(Self {
            id: grant.id,
            uuid: grant.uuid.clone(),
            window: standing.window.clone(),
            terms: serde_json::from_str(&grant.terms).ok()?,
            endpoint: serde_json::from_str(&endpoint).ok()?,
            between: (grant.begins, grant.ends),
            state: Mutex::new(State { runs: standing.runs_between, revoked: grant.revoked.is_some() }),
            changed: watch::Sender::new(()),
        })
    }

    /// Takes up a change.
    pub(super) fn stands(&self, standing: &GrantStanding) {
        *self.state() = State { runs: standing.runs_between, revoked: standing.grant.revoked.is_some() };
        self.changed.send_replace(());
    }

    pub(super) fn changes(&self) -> watch::Receiver<()> {
        self.changed.subscribe()
    }

    /// Whether a call may be made, or go on, at that time. Microseconds since 1970.
    pub(super) fn open(&self, now: i64) -> Result<(), Refusal> {
        let State { runs, revoked } = *self.state();
        let within = |(from, until): (i64, i64)| from <= now && now < until;
        match runs {
            _ if revoked => Err(Refusal::Revoked),
            _ if !within(self.between) => Err(Refusal::Time),
            Some(runs) if within(runs) => Ok(()),
            _ => Err(Refusal::Window),
        }
    }

    /// Whether a call may begin: time, window, address, checkpoint.
    pub(super) fn may(&self, now: i64, address: Option<IpAddr>, model: &str) -> Result<(), Refusal> {
        self.open(now)?;
        match () {
            () if !self.terms.takes_from(address) => Err(Refusal::Source),
            () if model != self.terms.checkpoint => Err(Refusal::Checkpoint),
            () => Ok(()),
        }
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
