//! The broker: between testers and the endpoint of a developer's model. A tester has a credential of this node and never the developer's
//! key; every call is looked at, recorded and metered, and ends when its grant or its window does.
//!
//! `live` is what is known of the grants, `ledger` writes the record, `upstream` reaches the model, `call` is the endpoint, `pass` hands
//! an answer on while it is watched, `wire` reads and writes what OpenAI-compatible endpoints take.

mod call;
mod ledger;
mod live;
mod pass;
mod refusal;
mod terms;
mod upstream;
mod wire;

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError, RwLock};
use std::time::{Duration, Instant};

use axum::Router;
use axum::extract::DefaultBodyLimit;
use axum::routing::{get, post};
use bartizan_fetch::Rules;
use bartizan_store::Store;

use crate::app::{App, Surroundings};
use crate::seal::Seal;
pub(crate) use ledger::Ledger;
pub(crate) use live::Live;
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
    /// By the digest of the credential.
    grants: RwLock<HashMap<String, Arc<Live>>>,
    mark: Mutex<i64>,
    looked: Mutex<Option<Instant>>,
    pub(super) ledger: Ledger,
    pub(super) upstream: Upstream,
}

impl Broker {
    pub(crate) fn new(store: Store, seal: Arc<Seal>, around: Arc<dyn Surroundings>, rules: &Rules) -> Self {
        let ledger = Ledger::new(store.clone());
        let upstream = Upstream::new(rules.clone());
        let (grants, mark, looked) = (RwLock::default(), Mutex::new(-1), Mutex::new(None));
        Self { store, seal, around, grants, mark, looked, ledger, upstream }
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
        let begun = Instant::now();
        let known = *self.mark.lock().unwrap_or_else(PoisonError::into_inner);
        let mark = self.store.broker_mark().await?;
        if mark != known {
            let changed = self.store.grants_since(known).await?;
            let mut grants = self.grants.write().unwrap_or_else(PoisonError::into_inner);
            for standing in changed {
                if let Some(live) = grants.get(&standing.credential) {
                    live.stands(&standing);
                } else if let Some(live) = Live::of(&standing, &self.seal, &*self.around) {
                    grants.insert(standing.credential, Arc::new(live));
                }
            }
            drop(grants);
            *self.mark.lock().unwrap_or_else(PoisonError::into_inner) = mark;
        }
        *self.looked.lock().unwrap_or_else(PoisonError::into_inner) = Some(begun);
        Ok(())
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
