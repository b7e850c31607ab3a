//! A process that asks for jobs and does them is killed at random moments, on both engines. What it acknowledged is done
//! exactly once in the end.
//!
//! This program is the test; called as `… live DATABASE FROM` it is the process that is killed, and as `… worker …` a child of
//! that. `BARTIZAN_KILLS` says how often to kill (default 15 for each engine), `BARTIZAN_TEST_PG_URL` names the server.

use std::collections::BTreeMap;
use std::io::{BufRead, BufReader, Cursor, Write};
use std::process::{Child, Command, Stdio};
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::{Duration, Instant};

use bartizan_clearinghouse::access::OrganisationId;
use bartizan_server::jobs::isolate::{Isolation, Task};
use bartizan_server::jobs::{Outcome, Runner, Settings, TableQueue, Tell, Work, WorkFault};
use bartizan_server::{Surroundings, System};
use bartizan_store::{Action, Content, Job, JobFilter, JobId, JobState, NewJob, Store};
use sqlx::Connection;
use zip::ZipWriter;
use zip::write::SimpleFileOptions;

/// How much faster the clock of leases and waits runs: a lease of half a minute is over in a second.
const HASTE: i64 = 30;

/// A fast clock, the same in every process.
struct Fast;

impl Surroundings for Fast {
    fn now(&self) -> i64 {
        (System.now() % 10_000_000_000_000) * HASTE
    }

    fn fill(&self, bytes: &mut [u8]) {
        System.fill(bytes);
    }
}

fn random() -> u64 {
    let mut bytes = [0; 8];
    System.fill(&mut bytes);
    u64::from_le_bytes(bytes)
}

/// Jobs that take a while; every tenth does so in a child.
struct Slow(Isolation);

impl Work for Slow {
    fn names(&self) -> &[&str] {
        &["slow"]
    }

    async fn run(&self, job: &Job, _: Tell) -> Result<Outcome, WorkFault> {
        let n: u64 = job.key.parse().expect("a number");
        if n % 10 == 3 {
            let task = Task { name: n.to_string(), ..Task::default() };
            let package = self.0.run(&task, |_| {}).await;
            package.map_err(|e| WorkFault {
                code: e.code.as_str().into(),
                message: e.message,
                passing: true,
            })?;
        } else {
            tokio::time::sleep(Duration::from_millis(random() % 30)).await;
        }
        // What came of it names the attempt: two that are kept would be seen.
        let bytes = format!("{n} by {}", job.worker).into_bytes();
        Ok(Outcome {
            result: format!("\"{}\"", Content::new(&bytes).digest()),
            contents: vec![bytes],
            report: None,
        })
    }
}

fn runner(store: &Store) -> Runner<TableQueue, Slow> {
    let timeout = Duration::from_secs(10);
    let isolation = Isolation { timeout, ..Isolation::new(std::env::current_exe().expect("this program")) };
    let settings = Settings {
        workers: 3,
        lease: 1_000_000 * HASTE,
        beat: Duration::from_millis(150),
        poll: Duration::from_millis(50),
        grace: Duration::from_secs(5),
    };
    Runner::new(TableQueue(store.clone()), Slow(isolation), Arc::new(Fast), settings)
}

/// Asks for job after job, tells of each that was committed, and does them, until killed.
async fn live(database: &str, from: u64) {
    let store = Store::open(database).await.expect("the database opens again");
    let runner = runner(&store);
    let wake = runner.wake();
    tokio::spawn(runner.run(std::future::pending()));
    println!("up");
    for n in from.. {
        enqueue(&store, n).await;
        wake.now();
        println!("{n}");
        tokio::time::sleep(Duration::from_millis(5 + random() % 10)).await;
    }
}

async fn enqueue(store: &Store, n: u64) -> bool {
    let key = n.to_string();
    let new = NewJob {
        name: "slow",
        arguments: "{}",
        key: &key,
        organisation: OrganisationId(1),
        person: None,
        audience: None,
        content: Some(Content::new(key.as_bytes())),
        most_attempts: 1_000,
    };
    let by = Action { actor: "test", now: Fast.now() };
    store.enqueue(&by, &new).await.expect("queued").fresh
}

fn start(database: &str, from: u64) -> Child {
    let mut command = Command::new(std::env::current_exe().expect("this program"));
    command.args(["live", database, &from.to_string()]).stdout(Stdio::piped());
    command.spawn().expect("it starts")
}

/// Lets a process live for a moment; the number after the last that it acknowledged.
fn one_life(database: &str, from: u64) -> u64 {
    let mut child = start(database, from);
    let mut lines = BufReader::new(child.stdout.take().expect("a pipe")).lines();
    // Now and then it is killed while it opens.
    if !random().is_multiple_of(8) {
        assert_eq!(lines.next().expect("a line").expect("text"), "up");
    }
    std::thread::sleep(Duration::from_millis(random() % 300));
    child.kill().expect("killed");
    child.wait().expect("its end");
    let acknowledged = lines.map_while(Result::ok).filter_map(|line| line.parse::<u64>().ok()).max();
    acknowledged.map_or(from, |n| n + 1)
}

/// The whole story on one database.
async fn story(database: &str, kills: u32) -> String {
    // The form of the database is not what is tested here.
    Store::open(database).await.expect("a database").close().await;
    let start = Instant::now();
    let mut next = 0;
    for _ in 0..kills {
        next = one_life(database, next);
    }
    let store = Store::open(database).await.expect("the database opens");
    // What was not acknowledged may be there or not; asked for again it is there once.
    enqueue(&store, next).await;
    let total = next + 1;
    let (stop, stopped) = tokio::sync::oneshot::channel::<()>();
    let running = tokio::spawn(runner(&store).run(async {
        let _ = stopped.await;
    }));
    let limit = Instant::now() + Duration::from_secs(120);
    loop {
        let counts = store.job_counts().await.expect("counts");
        if counts.keys().all(|state| state.is_final()) {
            break;
        }
        assert!(Instant::now() < limit, "jobs that nobody does: {counts:?}");
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
    stop.send(()).expect("it runs");
    running.await.expect("it stops");

    let (mut jobs, mut before) = (Vec::new(), None);
    loop {
        let page = store.jobs(&JobFilter { before, ..JobFilter::default() }, 500).await.expect("a page");
        let Some(last) = page.last() else { break };
        before = Some(last.id);
        jobs.extend(page);
    }
    let keys: BTreeMap<u64, &Job> =
        jobs.iter().map(|job| (job.key.parse().expect("a number"), job)).collect();
    assert_eq!(keys.len(), jobs.len(), "a job is there twice");
    assert!(keys.keys().copied().eq(0..total), "{} of {total} are there", keys.len());
    let mut again = 0;
    for job in &jobs {
        assert_eq!(job.state, JobState::Done, "{job:?}");
        let digest = job.result.as_deref().expect("a result").trim_matches('"');
        let kept = store.content(digest).await.expect("asked").expect("what came of it is there");
        let kept = String::from_utf8(kept).expect("text");
        assert_eq!(kept, format!("{} by {}", job.key, job.worker), "of the attempt that counts");
        again += u64::from(job.attempts > 1);
    }
    let mut ends: BTreeMap<String, u32> = BTreeMap::new();
    let mut last = None;
    loop {
        let entries = store.audit(last, 1_000).await.expect("the log");
        let Some(entry) = entries.last() else { break };
        last = Some(entry.number);
        for entry in entries.iter().filter(|e| e.action == "job.done" || e.action == "job.enqueue") {
            *ends.entry(format!("{} {}", entry.action, entry.thing)).or_default() += 1;
        }
    }
    assert!(ends.values().all(|&count| count == 1), "an entry is there twice");
    assert_eq!(ends.len() as u64, 2 * total);
    assert_eq!(store.verify_audit().await.expect("verified").broken, None);
    assert!(!enqueue(&store, 0).await, "what is done is not done again");
    assert_eq!(store.job(JobId(0)).await.expect("asked"), None);
    store.close().await;
    let seconds = start.elapsed().as_secs_f32();
    format!("{kills} kills, {total} jobs, {again} begun more than once, {seconds:.0} s")
}

static SCHEMAS: AtomicU32 = AtomicU32::new(0);

async fn tests() {
    let kills = std::env::var("BARTIZAN_KILLS").ok().and_then(|n| n.parse().ok()).unwrap_or(15);
    let folder = tempfile::tempdir().expect("a folder");
    let file = folder.path().join("killed.db");
    println!("SQLite: {}", story(&file.display().to_string(), kills).await);

    let server = std::env::var("BARTIZAN_TEST_PG_URL")
        .unwrap_or_else(|_| "postgres://postgres@127.0.0.1:5432/postgres".to_owned());
    let schema = format!("killed_{}_{}", std::process::id(), SCHEMAS.fetch_add(1, Ordering::Relaxed));
    let mut admin = sqlx::PgConnection::connect(&server).await.expect("PostgreSQL: is it running?");
    let make = format!("CREATE SCHEMA {schema}");
    sqlx::query(sqlx::AssertSqlSafe(make)).execute(&mut admin).await.expect("a schema");
    println!("PostgreSQL: {}", story(&format!("{server}?options[search_path]={schema}"), kills).await);
    let drop = format!("DROP SCHEMA {schema} CASCADE");
    sqlx::query(sqlx::AssertSqlSafe(drop)).execute(&mut admin).await.expect("schema dropped");
}

fn main() {
    let arguments: Vec<String> = std::env::args().collect();
    if arguments.iter().any(|a| a == "worker") {
        let mut archive = ZipWriter::new(Cursor::new(Vec::new()));
        archive.start_file("analysis.json", SimpleFileOptions::default()).expect("a file");
        archive.write_all(b"{}").expect("content");
        std::thread::sleep(Duration::from_millis(random() % 30));
        // Whoever started this may be gone.
        let _ = std::io::stdout().write_all(&archive.finish().expect("an archive").into_inner());
        return;
    }
    if arguments.iter().any(|a| a == "--list") {
        println!("killed: test");
        return;
    }
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build();
    let runtime = runtime.expect("a runtime");
    match arguments.get(1).map(String::as_str) {
        Some("live") => runtime.block_on(live(&arguments[2], arguments[3].parse().expect("a number"))),
        _ => runtime.block_on(tests()),
    }
}
