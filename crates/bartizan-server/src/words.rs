//! Keeps the words of objects while the node runs, behind the requests that add them.

use std::time::Duration;

use bartizan_store::Store;

/// How long nothing is asked for after nothing was found.
const REST: Duration = Duration::from_millis(400);
/// Between two sets: requests that write come first.
const BREATH: Duration = Duration::from_millis(30);
/// After a failure.
const FAILED: Duration = Duration::from_secs(5);

/// Never ends; it is dropped with the node. What was not kept then is kept by the next start.
pub(crate) async fn keep(store: Store) {
    loop {
        let wait = match store.keep_object_words().await {
            Ok(0) => REST,
            Ok(_) => BREATH,
            Err(e) => {
                tracing::warn!(error = %e, "the words of objects could not be kept");
                FAILED
            }
        };
        tokio::time::sleep(wait).await;
    }
}
