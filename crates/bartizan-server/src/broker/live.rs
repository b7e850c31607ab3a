//! A grant as the broker knows it. Whether a call may be made is decided by the library (`bartizan_programme::grant`) over the window as it
//! was last heard of; here that is only kept and asked.

use std::net::IpAddr;
use std::sync::{Arc, PoisonError, RwLock};

use bartizan_programme::Name;
use bartizan_programme::grant::{Call, Grant, Usage, in_use, may_call};
use bartizan_programme::rules::{Endpoint as Called, Internal};
use bartizan_programme::window::Window;
use bartizan_store::GrantStanding;
use tokio::sync::watch;

use super::endpoint::Endpoint;
use super::refusal::Refusal;

/// A grant.
pub(crate) struct Live {
    pub(super) id: i64,
    pub(super) uuid: String,
    pub(super) window: String,
    name: Name,
    state: RwLock<State>,
    /// Tells answers under way that something changed.
    changed: watch::Sender<()>,
}

/// What was last heard of.
#[derive(Clone)]
pub(super) struct State {
    /// The window; none if it cannot be read: then nobody calls.
    pub(super) window: Option<Arc<Window>>,
    /// Where calls go; none if the developer has not said, or it cannot be opened.
    pub(super) endpoint: Option<Arc<Endpoint>>,
}

impl Live {
    /// As the store has it; `None` for one whose name is none.
    pub(super) fn of(standing: &GrantStanding, state: State) -> Option<Self> {
        let grant = &standing.grant;
        Some(Self {
            id: grant.id,
            uuid: grant.uuid.clone(),
            window: standing.window.clone(),
            name: grant.name.parse().ok()?,
            state: RwLock::new(state),
            changed: watch::Sender::new(()),
        })
    }

    /// Takes up a change.
    pub(super) fn stands(&self, state: State) {
        *self.state.write().unwrap_or_else(PoisonError::into_inner) = state;
        self.changed.send_replace(());
    }

    pub(super) fn changes(&self) -> watch::Receiver<()> {
        self.changed.subscribe()
    }

    fn state(&self) -> State {
        self.state.read().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// Where calls go.
    pub(super) fn endpoint(&self) -> Result<Arc<Endpoint>, Refusal> {
        self.state().endpoint.ok_or(Refusal::Upstream)
    }

    fn with<T>(&self, ask: impl FnOnce(&Window, &Grant) -> T) -> Result<T, Refusal> {
        let window = self.state().window.ok_or(Refusal::Blind)?;
        let grant = window.grants.get(&self.name).ok_or(Refusal::Unknown)?;
        Ok(ask(&window, grant))
    }

    /// The checkpoint as testers name it.
    pub(super) fn checkpoint(&self) -> Result<Name, Refusal> {
        self.with(|_, grant| grant.terms.checkpoint.clone())
    }

    /// How much may be used in all.
    pub(super) fn budget(&self) -> Result<Usage, Refusal> {
        self.with(|_, grant| grant.terms.budget)
    }

    /// Whether a call may go on at that time. Microseconds since 1970.
    pub(super) fn open(&self, now: i64) -> Result<(), Refusal> {
        self.with(|window, grant| in_use(window, &window.agreements, grant, now))?.map_err(Refusal::from)
    }

    /// Whether a call may begin. What is used of the budget is the ledger's to know.
    pub(super) fn may(
        &self,
        now: i64,
        source: Option<IpAddr>,
        model: &str,
        (endpoint, internals): (Called, &[Internal]),
    ) -> Result<(), Refusal> {
        let checkpoint: Name = model.parse().map_err(|_| Refusal::Checkpoint)?;
        let wants = Usage { calls: 1, tokens: 0, money_micros: 0 };
        let used = Usage { calls: 0, tokens: 0, money_micros: 0 };
        let call = Call { endpoint, internals, checkpoint: &checkpoint, source, used, wants };
        self.with(|window, grant| may_call(window, &window.agreements, grant, &call, now))?
            .map_err(Refusal::from)
    }
}
