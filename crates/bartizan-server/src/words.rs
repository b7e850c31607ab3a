//! Keeps the words of objects while the node runs, behind the requests that add them.

use std::time::{Duration, Instant};

use bartizan_store::Store;

/// How long nothing is asked for after nothing was found.
const REST: Duration = Duration::from_millis(400);
/// Between two sets: requests that write come first.
const BREATH: Duration = Duration::from_millis(30);
/// After a failure.
const FAILED: Duration = Duration::from_secs(5);

/// While objects are being added, their words wait for so long; then both go on side by side until all words are kept.
const PATIENCE: Duration = Duration::from_secs(30);
/// Whether somebody adds is looked at so often.
const LOOK: Duration = Duration::from_millis(250);

/// Never ends; it is dropped with the node. What was not kept then is kept by the next start.
pub(crate) async fn keep(store: Store) {
    // Since when words have waited for whoever adds.
    let (mut seen, mut waiting) = (store.additions(), None::<Instant>);
    loop {
        let additions = store.additions();
        if additions != seen && waiting.get_or_insert_with(Instant::now).elapsed() < PATIENCE {
            seen = additions;
            tokio::time::sleep(LOOK).await;
            continue;
        }
        seen = additions;
        let begun = Instant::now();
        let wait = match store.keep_object_words().await {
            Ok(0) => {
                waiting = None;
                REST
            }
            // At most half of the time: whoever reads has the rest.
            Ok(_) => begun.elapsed().max(BREATH),
            Err(e) => {
                tracing::warn!(error = %e, "the words of objects could not be kept");
                FAILED
            }
        };
        tokio::time::sleep(wait).await;
    }
}
