//! The runner with work that behaves and work that does not.

use std::future::Future;
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::Duration;

use bartizan_clearinghouse::access::OrganisationId;
use bartizan_server::jobs::analyze::{Analyze, Analyzed, Submission, submit};
use bartizan_server::jobs::isolate::Isolation;
use bartizan_server::jobs::{Outcome, Runner, Settings, TableQueue, Tell, Work, WorkFault};
use bartizan_server::{Surroundings, System};
use bartizan_store::{Action, Job, JobId, JobProgress, JobState, NewJob, Store};
use tokio::sync::oneshot;

/// Does what the key of a job says.
#[derive(Default)]
struct Odd {
    begun: AtomicU32,
    ended: Arc<AtomicU32>,
}

struct OnDrop(Arc<AtomicU32>);

impl Drop for OnDrop {
    fn drop(&mut self) {
        self.0.fetch_add(1, Ordering::SeqCst);
    }
}

impl Work for Odd {
    fn names(&self) -> &[&str] {
        &["odd"]
    }

    async fn run(&self, job: &Job, tell: Tell) -> Result<Outcome, WorkFault> {
        let attempt = self.begun.fetch_add(1, Ordering::SeqCst);
        let _ended = OnDrop(Arc::clone(&self.ended));
        let fault = |passing| WorkFault { code: "odd.fault".into(), message: "odd".into(), passing };
        match job.key.as_str() {
            "panics" => panic!("odd"),
            "refuses" => return Err(fault(false)),
            "fails" => return Err(fault(true)),
            "lies" => return Ok(Outcome { result: "{".into(), contents: Vec::new(), report: None }),
            "waits" => {
                tell.say(JobProgress { stage: "waiting".into(), done: 1, of: 2 });
                tokio::time::sleep(Duration::from_secs(60)).await;
            }
            _ => tokio::time::sleep(Duration::from_millis(300)).await,
        }
        Ok(Outcome {
            result: attempt.to_string(),
            contents: vec![job.key.clone().into_bytes()],
            report: None,
        })
    }
}

fn settings() -> Settings {
    Settings {
        workers: 2,
        lease: 3_000_000,
        beat: Duration::from_millis(100),
        poll: Duration::from_millis(50),
        grace: Duration::from_millis(700),
    }
}

async fn enqueue(store: &Store, key: &str) -> JobId {
    let new = NewJob {
        name: "odd",
        arguments: "{}",
        key,
        organisation: OrganisationId(1),
        person: None,
        audience: None,
        content: None,
        most_attempts: 2,
    };
    store.enqueue(&Action { actor: "test", now: System.now() }, &new).await.expect("queued").id
}

async fn until(store: &Store, id: JobId, what: impl Fn(&Job) -> bool) -> Job {
    for _ in 0..400 {
        let job = store.job(id).await.expect("asked").expect("a job");
        if what(&job) {
            return job;
        }
        tokio::time::sleep(Duration::from_millis(25)).await;
    }
    panic!("it never came to that: {:?}", store.job(id).await);
}

async fn with<T: Future<Output = ()>>(story: impl FnOnce(Store) -> T) {
    let folder = tempfile::tempdir().expect("a folder");
    let store = Store::sqlite(&folder.path().join("jobs.db")).await.expect("SQLite");
    story(store.clone()).await;
    store.close().await;
}

fn start<W: Work>(store: &Store, work: W) -> (oneshot::Sender<()>, tokio::task::JoinHandle<()>) {
    let runner = Runner::new(TableQueue(store.clone()), work, Arc::new(System), settings());
    let (stop, stopped) = oneshot::channel();
    let running = tokio::spawn(runner.run(async {
        let _ = stopped.await;
    }));
    (stop, running)
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn every_ending_is_told() {
    with(|store| async move {
        let (stop, running) = start(&store, Odd::default());
        let ids = [
            ("good", JobState::Done, None),
            ("refuses", JobState::Failed, Some("odd.fault")),
            ("lies", JobState::Failed, Some("job.unstorable")),
            ("fails", JobState::Queued, Some("odd.fault")),
            ("panics", JobState::Queued, Some("job.panicked")),
        ];
        for (key, state, code) in ids {
            let id = enqueue(&store, key).await;
            let job = until(&store, id, |job| job.state == state && job.attempts == 1).await;
            assert_eq!(job.code.as_deref(), code, "{key}");
            if state == JobState::Queued {
                assert!(job.not_before > System.now(), "it waits");
            }
        }
        stop.send(()).expect("it runs");
        running.await.expect("it stops");
    })
    .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn stopping_finishes_or_gives_back() {
    with(|store| async move {
        let work = Odd::default();
        let ended = Arc::clone(&work.ended);
        let (stop, running) = start(&store, work);
        let (short, long) = (enqueue(&store, "short").await, enqueue(&store, "waits").await);
        let later = enqueue(&store, "later").await;
        let job = until(&store, long, |job| !job.progress.stage.is_empty()).await;
        assert_eq!(job.progress, JobProgress { stage: "waiting".into(), done: 1, of: 2 });
        until(&store, short, |job| job.state != JobState::Queued).await;
        stop.send(()).expect("it runs");
        running.await.expect("it stops");
        assert_eq!(store.job(short).await.expect("asked").expect("a job").state, JobState::Done);
        let job = store.job(long).await.expect("asked").expect("a job");
        assert_eq!((job.state, job.attempts), (JobState::Queued, 0));
        let job = store.job(later).await.expect("asked").expect("a job");
        assert!(job.state == JobState::Done || job.attempts == 0, "{job:?}");
        assert!(ended.load(Ordering::SeqCst) >= 2, "nothing runs on");
    })
    .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_cancelled_job_ends_at_once() {
    with(|store| async move {
        let work = Odd::default();
        let ended = Arc::clone(&work.ended);
        let (stop, running) = start(&store, work);
        let id = enqueue(&store, "waits").await;
        until(&store, id, |job| job.state == JobState::Running).await;
        let by = Action { actor: "ada", now: System.now() };
        assert!(store.cancel_job(&by, id).await.expect("asked"));
        for _ in 0..100 {
            if ended.load(Ordering::SeqCst) == 1 {
                break;
            }
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
        assert_eq!(ended.load(Ordering::SeqCst), 1);
        let job = store.job(id).await.expect("asked").expect("a job");
        assert_eq!((job.state, job.code.as_deref()), (JobState::Failed, Some("job.cancelled")));
        stop.send(()).expect("it runs");
        running.await.expect("it stops");
    })
    .await;
}

/// Every connection is cut again and again, by the database's own administrator; the database is one of its own.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_database_that_goes_and_comes_back_loses_nothing() {
    use sqlx::{AssertSqlSafe, Connection, PgConnection, query};
    let server = std::env::var("BARTIZAN_TEST_PG_URL")
        .unwrap_or_else(|_| "postgres://postgres@127.0.0.1:5432/postgres".to_owned());
    let name = format!("jobs_{}", std::process::id());
    let mut admin = PgConnection::connect(&server).await.expect("PostgreSQL: is it running?");
    query(AssertSqlSafe(format!("CREATE DATABASE {name}"))).execute(&mut admin).await.expect("a database");
    let own = server.rsplit_once('/').map_or(server.as_str(), |(host, _)| host).to_owned();
    let store = Store::postgres(&format!("{own}/{name}")).await.expect("PostgreSQL");
    let (stop, running) = start(&store, Odd::default());
    let mut ids = Vec::new();
    for n in 0..12 {
        let cut = format!(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = '{name}' AND pid <> pg_backend_pid()"
        );
        let key = format!("k{n}");
        let new = NewJob {
            name: "odd",
            arguments: "{}",
            key: &key,
            organisation: OrganisationId(1),
            person: None,
            audience: None,
            content: None,
            most_attempts: 50,
        };
        ids.push(loop {
            match store.enqueue(&Action { actor: "test", now: System.now() }, &new).await {
                Ok(enqueued) => break enqueued.id,
                Err(e) => assert!(e.is_unavailable(), "{e}"),
            }
        });
        query(AssertSqlSafe(cut)).execute(&mut admin).await.expect("cut");
        tokio::time::sleep(Duration::from_millis(60)).await;
    }
    for id in ids {
        for _ in 0..1_200 {
            match store.job(id).await.expect("asked").expect("a job").state {
                JobState::Done => break,
                state => assert!(!state.is_final(), "{state:?}"),
            }
            tokio::time::sleep(Duration::from_millis(25)).await;
        }
        assert_eq!(store.job(id).await.expect("asked").expect("a job").state, JobState::Done);
    }
    assert_eq!(store.verify_audit().await.expect("verified").broken, None);
    stop.send(()).expect("it runs");
    running.await.expect("it stops");
    store.close().await;
    let drop = format!("DROP DATABASE {name} WITH (FORCE)");
    query(AssertSqlSafe(drop)).execute(&mut admin).await.expect("dropped");
}

/// `cat` is a worker that gives back what it gets: a document that is a package.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_submission_becomes_what_its_worker_made_of_it() {
    with(|store| async move {
        let script = tempfile::tempdir().expect("a folder");
        let program = script.path().join("worker");
        std::fs::write(&program, "#!/bin/sh\nexec /bin/cat\n").expect("a script");
        let mode = std::os::unix::fs::PermissionsExt::from_mode(0o755);
        std::fs::set_permissions(&program, mode).expect("executable");
        let work = Analyze {
            store: store.clone(),
            isolation: Isolation::new(&program),
            pack: bartizan_knowledge::Pack::built_in(),
        };
        let (stop, running) = start(&store, work);
        let mut archive = zip::ZipWriter::new(std::io::Cursor::new(Vec::new()));
        let options = zip::write::SimpleFileOptions::default();
        for (name, content) in [("analysis.json", "{}"), ("response/checklist.md", "x")] {
            archive.start_file(name, options).expect("a file");
            std::io::Write::write_all(&mut archive, content.as_bytes()).expect("content");
        }
        let document = archive.finish().expect("an archive").into_inner();
        let submission = Submission {
            name: "a.pdf",
            document: &document,
            marking: None,
            source_url: None,
            media_type: None,
            update_of: None,
            organisation: OrganisationId(1),
            person: None,
            audience: None,
        };
        let by = Action { actor: "ada", now: System.now() };
        let first = submit(&store, &by, &submission).await.expect("taken");
        let again =
            submit(&store, &by, &Submission { name: "b.pdf", ..submission.clone() }).await.expect("taken");
        assert_eq!((again.id, again.fresh), (first.id, false), "the same report");
        let red = Submission { marking: Some(bartizan_stix::Tlp::Red), ..submission.clone() };
        assert!(submit(&store, &by, &red).await.expect("taken").fresh, "under another marking");
        let broken = Submission { document: b"no package", ..submission };
        let broken = submit(&store, &by, &broken).await.expect("taken");
        let job = until(&store, first.id, |job| job.state.is_final()).await;
        let made: Analyzed = serde_json::from_str(job.result.as_deref().expect("a result")).expect("JSON");
        assert_eq!(made.files, ["analysis.json", "response/checklist.md"]);
        let kept = |name: &str| store.content(&made.contents[name]);
        assert_eq!(kept("analysis.json").await.expect("asked").as_deref(), Some(&b"{}"[..]));
        assert_eq!(kept("package.zip").await.expect("asked").as_deref(), Some(&document[..]));
        let job = until(&store, broken.id, |job| job.state.is_final()).await;
        assert_eq!((job.state, job.code.as_deref()), (JobState::Failed, Some("worker.broken-package")));
        stop.send(()).expect("it runs");
        running.await.expect("it stops");
    })
    .await;
}
