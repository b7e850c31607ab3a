//! The broker: between testers and the endpoint of a developer's model. A tester has a credential of this node and never the developer's
//! key; every call is looked at, recorded and metered, and ends when its grant or its window does.
//!
//! `live` is what is known of the grants (whether somebody may call is the library's to decide), `endpoint` where calls go, `ledger` writes the record, `upstream` reaches the model, `call` is the endpoint, `pass` hands
//! an answer on while it is watched, `wire` reads and writes what OpenAI-compatible endpoints take.

mod call;
mod endpoint;
mod ledger;
mod live;
mod pass;
mod refusal;
mod upstream;
mod wire;

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError, RwLock};
use std::time::{Duration, Instant};

use axum::Router;
use axum::extract::DefaultBodyLimit;
use axum::routing::{get, post};
use bartizan_fetch::Rules;
use bartizan_store::{GrantStanding, Store};

use crate::app::{App, Surroundings};
use crate::programmes::Folds;
use crate::seal::Seal;
use crate::sharing::Wrong;
pub(crate) use endpoint::Endpoint;
pub(crate) use ledger::Ledger;
use live::{Live, State};
use upstream::Upstream;

/// How often other processes' changes are looked for.
const LOOK: Duration = Duration::from_millis(150);
/// Who has not heard of changes for so long lets nobody call: a revocation may have been missed.
const BLIND: Duration = Duration::from_millis(700);
/// The longest request, in bytes.
pub(super) const LONGEST: usize = 8 << 20;

/// What the node knows of the grants, and what calls go through.
pub(crate) struct Broker {
    store: Store,
    seal: Arc<Seal>,
    around: Arc<dyn Surroundings>,
    windows: Arc<Folds>,
    /// By the digest of the credential.
    grants: RwLock<HashMap<String, Arc<Live>>>,
    mark: Mutex<i64>,
    looked: Mutex<Option<Instant>>,
    /// One look at a time: what was read first must not be taken up last.
    turn: tokio::sync::Mutex<()>,
    pub(super) ledger: Ledger,
    pub(super) upstream: Upstream,
}

impl Broker {
    pub(crate) fn new(
        store: Store,
        seal: Arc<Seal>,
        around: Arc<dyn Surroundings>,
        windows: Arc<Folds>,
        rules: &Rules,
    ) -> Self {
        let ledger = Ledger::new(store.clone());
        let upstream = Upstream::new(rules.clone());
        let (grants, mark, looked) = (RwLock::default(), Mutex::new(-1), Mutex::new(None));
        let turn = tokio::sync::Mutex::default();
        Self { store, seal, around, windows, grants, mark, looked, turn, ledger, upstream }
    }

    /// The grant of a credential.
    pub(super) fn grant(&self, credential: &str) -> Option<Arc<Live>> {
        self.grants.read().unwrap_or_else(PoisonError::into_inner).get(credential).cloned()
    }

    /// Whether changes were heard of lately.
    pub(super) fn sees(&self) -> bool {
        let looked = *self.looked.lock().unwrap_or_else(PoisonError::into_inner);
        looked.is_some_and(|looked| looked.elapsed() < BLIND)
    }

    /// Takes up what changed since the last look.
    pub(crate) async fn refresh(&self) -> Result<(), bartizan_store::Error> {
        let _turn = self.turn.lock().await;
        let begun = Instant::now();
        let known = *self.mark.lock().unwrap_or_else(PoisonError::into_inner);
        let mark = self.store.broker_mark().await?;
        if mark != known {
            let changed = self.store.grants_since(known).await?;
            let mut heard = Vec::with_capacity(changed.len());
            for standing in changed {
                let state = self.state(&standing).await?;
                heard.push((standing, state));
            }
            let mut grants = self.grants.write().unwrap_or_else(PoisonError::into_inner);
            for (standing, state) in heard {
                if let Some(live) = grants.get(&standing.grant.credential) {
                    live.stands(state);
                } else if let Some(live) = Live::of(&standing, state) {
                    grants.insert(standing.grant.credential, Arc::new(live));
                }
            }
            drop(grants);
            *self.mark.lock().unwrap_or_else(PoisonError::into_inner) = mark;
        }
        *self.looked.lock().unwrap_or_else(PoisonError::into_inner) = Some(begun);
        Ok(())
    }
}

impl Broker {
    /// How the window of a grant stands, and where its calls go. A log that cannot be read lets nobody call, and says so in the log.
    async fn state(&self, standing: &GrantStanding) -> Result<State, bartizan_store::Error> {
        let mut state = State { window: None, endpoint: None };
        let Some(entry) = self.store.window(&standing.window).await? else { return Ok(state) };
        let window = match self.windows.window(&self.store, &entry).await {
            Ok(window) => window,
            // Looked at again: what is only out of reach now must not shut anybody out for good.
            Err(Wrong::Store(error)) => return Err(error),
            Err(_) => return Ok(state),
        };
        let named = standing.grant.name.parse().ok().and_then(|name| window.grants.get(&name));
        if let Some(grant) = named {
            let checkpoint = grant.terms.checkpoint.as_str();
            let known = self.store.test_endpoints(entry.id).await?;
            let sealed = known.into_iter().find(|one| one.checkpoint == checkpoint);
            let thing = Endpoint::thing(&standing.window, checkpoint);
            state.endpoint = sealed.and_then(|one| {
                let opened = self.seal.open(&*self.around, &thing, &one.sealed);
                let told =
                    |error: &_| tracing::warn!(%error, "the endpoint of a checkpoint cannot be opened");
                serde_json::from_str(&opened.inspect_err(told).ok()?).ok().map(Arc::new)
            });
        }
        state.window = Some(window);
        Ok(state)
    }
}

/// Hears of changes while the node runs. Never ends; it is dropped with the node.
pub(crate) async fn watch(broker: Arc<Broker>) {
    loop {
        if let Err(error) = broker.refresh().await {
            tracing::warn!(%error, "changes of grants could not be looked for: nobody may call");
        }
        tokio::time::sleep(LOOK).await;
    }
}

pub(crate) fn router() -> Router<App> {
    Router::new()
        .route("/broker/v1/models", get(call::models))
        .route("/broker/v1/{*path}", post(call::call))
        .layer(DefaultBodyLimit::max(LONGEST))
}
