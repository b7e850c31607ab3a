//! The schedule: asks for the rounds of sources and peers that are due, and forgets the node's own jobs of long ago.

use std::future::Future;
use std::pin::pin;
use std::sync::Arc;
use std::time::Duration;

use bartizan_store::{Action, Store};

use super::Wake;
use super::runner::random;
use crate::app::Surroundings;

/// Between two times of tidying, microseconds: ten minutes.
const TIDY: i64 = 600 * 1_000_000;

/// Looks every so often until `stop` is ready. A look that fails is one that is made again later; nothing is kept in memory, so
/// that a node that was away asks for what fell due meanwhile once.
pub async fn schedule(
    store: Store,
    around: Arc<dyn Surroundings>,
    wake: Wake,
    every: Duration,
    stop: impl Future<Output = ()> + Send,
) {
    let mut stop = pin!(stop);
    let mut tidied = i64::MIN;
    loop {
        let by = Action { actor: "system", now: around.now() };
        // A clock that was put back tidies once more.
        if !(0..TIDY).contains(&by.now.saturating_sub(tidied)) {
            tidied = by.now;
            match store.forget_jobs(by.now).await {
                Ok(0) => {}
                Ok(count) => tracing::info!(count, "old jobs of the node were forgotten"),
                Err(e) => tracing::warn!(error = %e, "old jobs cannot be forgotten"),
            }
        }
        match store.lapse_scans(&by).await {
            Ok(0) => {}
            Ok(count) => tracing::info!(count, "scan intents lapsed: their heartbeats did not come"),
            Err(e) => tracing::warn!(error = %e, "scan intents cannot be looked through"),
        }
        match store.begin_due(&by, random(&*around)).await {
            Ok(0) => {}
            Ok(count) => {
                tracing::info!(count, "rounds of sources and peers are due");
                wake.now();
            }
            Err(e) => tracing::warn!(error = %e, "the schedule cannot be read"),
        }
        match store.begin_relays(&by).await {
            Ok(0) => {}
            Ok(_) => wake.now(),
            Err(e) => tracing::warn!(error = %e, "the nodes that are to be reached cannot be read"),
        }
        tokio::select! {
            () = tokio::time::sleep(every) => {}
            () = &mut stop => return,
        }
    }
}
