//! Analyses over a real NATS server with JetStream; `BARTIZAN_TEST_NATS_URL` names it (default `nats://127.0.0.1:4222`).

use std::io::Write;
use std::sync::Arc;
use std::time::Duration;

use bartizan_clearinghouse::access::OrganisationId;
use bartizan_server::jobs::analyze::{Submission, submit};
use bartizan_server::jobs::isolate::Isolation;
use bartizan_server::jobs::remote::{Names, Remote, Station};
use bartizan_server::jobs::{Runner, Settings, TableQueue};
use bartizan_server::{Surroundings, System};
use bartizan_store::{Action, JobId, JobState, Store};

async fn client() -> async_nats::Client {
    let url = std::env::var("BARTIZAN_TEST_NATS_URL").unwrap_or_else(|_| "nats://127.0.0.1:4222".to_owned());
    async_nats::connect(url).await.expect("NATS: is it running with JetStream?")
}

/// A worker that gives back what it gets: a document that is a package.
fn script(folder: &std::path::Path) -> Isolation {
    let program = folder.join("worker");
    std::fs::write(&program, "#!/bin/sh\nexec /bin/cat\n").expect("a script");
    let mode = std::os::unix::fs::PermissionsExt::from_mode(0o755);
    std::fs::set_permissions(&program, mode).expect("executable");
    Isolation::new(program)
}

fn package(n: usize) -> Vec<u8> {
    let mut archive = zip::ZipWriter::new(std::io::Cursor::new(Vec::new()));
    archive.start_file("analysis.json", zip::write::SimpleFileOptions::default()).expect("a file");
    archive.write_all(n.to_string().as_bytes()).expect("content");
    archive.finish().expect("an archive").into_inner()
}

async fn hand_in(store: &Store, document: &[u8]) -> JobId {
    let submission = Submission {
        name: "a.pdf",
        document,
        marking: None,
        source_url: None,
        media_type: None,
        update_of: None,
        organisation: OrganisationId(1),
        person: None,
        audience: None,
    };
    let by = Action { actor: "ada", now: System.now() };
    submit(store, &by, &submission).await.expect("taken").id
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn stations_do_what_the_table_asks_for() {
    let folder = tempfile::tempdir().expect("a folder");
    let store = Store::sqlite(&folder.path().join("jobs.db")).await.expect("SQLite");
    let names = Names { prefix: format!("test{}", std::process::id()) };
    let isolation = script(folder.path());
    let remote = Remote::new(
        store.clone(),
        client().await,
        names.clone(),
        Duration::from_secs(20),
        isolation.clone(),
        bartizan_knowledge::Pack::built_in(),
    );
    let remote = remote.await.expect("the server's end");
    let settings = Settings {
        workers: 8,
        beat: Duration::from_millis(200),
        poll: Duration::from_millis(50),
        ..Settings::default()
    };
    let runner = Runner::new(TableQueue(store.clone()), remote, Arc::new(System), settings);
    let mut ids = Vec::new();
    for n in 0..20 {
        ids.push(hand_in(&store, &package(n)).await);
    }
    let broken = hand_in(&store, b"no package").await;
    let station = async |names: Names, isolation: Isolation| {
        let station = Station::new(client().await, names, isolation).await.expect("a station");
        station.run().await
    };
    let stations = [
        tokio::spawn(station(names.clone(), isolation.clone())),
        tokio::spawn(station(names.clone(), isolation)),
    ];
    let waiting = store.clone();
    runner
        .run(async move {
            for _ in 0..600 {
                let counts = waiting.job_counts().await.expect("counts");
                if counts.keys().all(|state| state.is_final()) {
                    return;
                }
                tokio::time::sleep(Duration::from_millis(50)).await;
            }
        })
        .await;
    for (n, id) in ids.into_iter().enumerate() {
        let job = store.job(id).await.expect("asked").expect("a job");
        assert_eq!((job.state, job.attempts), (JobState::Done, 1), "{job:?}");
        let digest = serde_json::from_str::<serde_json::Value>(job.result.as_deref().expect("a result"))
            .expect("JSON");
        let digest = digest["contents"]["analysis.json"].as_str().expect("a digest").to_owned();
        let kept = store.content(&digest).await.expect("asked").expect("kept");
        assert_eq!(kept, n.to_string().into_bytes());
    }
    let job = store.job(broken).await.expect("asked").expect("a job");
    assert_eq!((job.state, job.code.as_deref()), (JobState::Failed, Some("worker.broken-package")));
    stations.into_iter().for_each(|station| station.abort());
    let context = async_nats::jetstream::new(client().await);
    context.delete_stream(format!("{}_tasks", names.prefix)).await.expect("tidied");
    context.delete_object_store(format!("{}_blobs", names.prefix)).await.expect("tidied");
    store.close().await;
}
