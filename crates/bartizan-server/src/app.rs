//! What the endpoints share.

use std::sync::Arc;

use bartizan_knowledge::Pack;
use bartizan_store::Store;

use crate::advisories::openpgp::Signer;
use crate::auth::provider::Known;
use crate::auth::{Attempts, Limits, Passwords};
use crate::broker::Broker;
use crate::cases::{Folds, Turns};
use crate::config::Config;
use crate::due::cache::Cache;
use crate::jobs::Wake;
use crate::metrics::Metrics;
use crate::pages::Flashes;
use crate::programmes::Folds as Windows;
use crate::seal::Seal;
use crate::sharing::export::Feeds;

/// Time and randomness, so that tests can hold them still.
pub trait Surroundings: Send + Sync {
    /// Microseconds since 1970.
    fn now(&self) -> i64;
    /// Fills with randomness fit for secrets.
    fn fill(&self, bytes: &mut [u8]);
}

/// The machine's clock and random source.
#[derive(Clone, Copy, Debug)]
pub struct System;

impl Surroundings for System {
    fn now(&self) -> i64 {
        jiff::Timestamp::now().as_microsecond()
    }

    fn fill(&self, bytes: &mut [u8]) {
        // Without randomness there are no secrets: nothing sensible can be done.
        getrandom::fill(bytes).expect("the machine gives no randomness");
    }
}

/// What the endpoints share. Cheap to clone.
#[derive(Clone)]
pub struct App {
    pub(crate) store: Store,
    pub(crate) config: Arc<Config>,
    pub(crate) around: Arc<dyn Surroundings>,
    pub(crate) passwords: Arc<Passwords>,
    pub(crate) attempts: Arc<Attempts>,
    pub(crate) limits: Arc<Limits>,
    pub(crate) metrics: Arc<Metrics>,
    pub(crate) provider: Arc<Known>,
    pub(crate) pack: &'static Pack,
    pub(crate) wake: Wake,
    pub(crate) seal: Arc<Seal>,
    pub(crate) signer: Arc<Signer>,
    pub(crate) feeds: Arc<Feeds>,
    pub(crate) flashes: Arc<Flashes>,
    pub(crate) due: Arc<Cache>,
    pub(crate) broker: Arc<Broker>,
    pub(crate) folds: Arc<Folds>,
    pub(crate) turns: Arc<Turns>,
    pub(crate) windows: Arc<Windows>,
}

impl App {
    /// Puts a server together; nothing runs yet.
    pub fn new(store: Store, config: Config, pack: &'static Pack, around: Arc<dyn Surroundings>) -> Self {
        let mut key = [0; 32];
        around.fill(&mut key);
        let seal = Arc::new(Seal::new(config.key.clone()));
        let windows: Arc<Windows> = Arc::default();
        let broker = Broker::new(
            store.clone(),
            Arc::clone(&seal),
            Arc::clone(&around),
            Arc::clone(&windows),
            &config.fetch,
        );
        Self {
            store,
            signer: Arc::new(Signer::beside(config.key.as_ref())),
            seal,
            broker: Arc::new(broker),
            limits: Arc::new(Limits::new(config.rate)),
            metrics: Arc::default(),
            provider: Arc::default(),
            config: Arc::new(config),
            around,
            passwords: Arc::new(Passwords::new(key)),
            attempts: Arc::default(),
            pack,
            wake: Wake::default(),
            feeds: Arc::default(),
            flashes: Arc::default(),
            due: Arc::default(),
            folds: Arc::default(),
            turns: Arc::default(),
            windows,
        }
    }

    /// The same, telling a runner of this process when something was handed in.
    #[must_use]
    pub fn waking(mut self, wake: Wake) -> Self {
        self.wake = wake;
        self
    }

    /// Microseconds since 1970.
    pub(crate) fn now(&self) -> i64 {
        self.around.now()
    }

    /// A random UUID (version 4).
    pub(crate) fn uuid(&self) -> String {
        uuid(&*self.around)
    }
}

/// A random UUID (version 4).
pub(crate) fn uuid(around: &dyn Surroundings) -> String {
    let mut bytes = [0; 16];
    around.fill(&mut bytes);
    uuid::Builder::from_random_bytes(bytes).into_uuid().to_string()
}
