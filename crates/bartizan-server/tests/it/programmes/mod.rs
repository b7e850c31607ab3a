//! Model testing through the API: a whole window, and what each side of it is shown.

mod shown;
mod whole;

use std::sync::Arc;

use bartizan_knowledge::Pack;
use bartizan_server::{App, Config, Surroundings};
use bartizan_store::Store;

use crate::harness::Still;
use crate::window::Stage;

fn app(store: &Store, folder: &tempfile::TempDir, around: &Arc<dyn Surroundings>) -> App {
    let key = Some(folder.path().join("node.key"));
    let mut config = Config { rate: 0, key, ..Config::local(([127, 0, 0, 1], 0).into()) };
    config.fetch.allowed = vec!["127.0.0.0/8".parse().expect("a network")];
    App::new(store.clone(), config, Pack::built_in(), Arc::clone(around))
}

/// A window that runs, everything signed, one endpoint said; the clock stands still.
async fn running(store: Store, folder: &tempfile::TempDir) -> Stage {
    let around: Arc<dyn Surroundings> = Arc::new(Still);
    let app = app(&store, folder, &around);
    let stage = Stage::submitted(store, app, around).await;
    stage.runs().await;
    stage.signed().await;
    stage.endpoint("falcon-7", "http://127.0.0.1:9/v1", "sk-of-the-developer", "internal-falcon").await;
    stage
}
