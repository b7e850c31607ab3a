//! A process that asks for jobs and does them is killed at random moments, on both engines. What it acknowledged is done
//! exactly once in the end.
//!
//! A second story does the same to pulls of a news feed and a MISP feed: each article and each object is there once.
//!
//! This program is the test; called as `… live DATABASE FROM` or `… pull DATABASE` it is the process that is killed, and as
//! `… worker …` a child of the first. `BARTIZAN_KILLS` says how often to kill (default 15 for each engine), `BARTIZAN_TEST_PG_URL` names the server.

#[path = "sources/harness.rs"]
#[allow(dead_code)]
mod harness;

use std::collections::BTreeMap;
use std::io::{BufRead, BufReader, Cursor, Write};
use std::process::{Child, Command, Stdio};
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::{Duration, Instant};

use bartizan_clearinghouse::access::OrganisationId;
use bartizan_clearinghouse::feed::{Limits, misp};
use bartizan_server::jobs::isolate::{Isolation, Task};
use bartizan_server::jobs::{
    Outcome, Outside, Runner, Settings, TableQueue, Tell, Wake, Work, WorkFault, schedule,
};
use bartizan_server::{Seal, Surroundings, System};
use bartizan_store::{Action, ChannelKind, Content, Job, JobFilter, JobId, JobState, NewJob, Store};
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

/// Articles of the feed, events of the MISP feed.
const ARTICLES: usize = 160;
const EVENTS: usize = 60;

/// Pulls what is due, until killed.
async fn pull(database: &str) {
    let store = Store::open(database).await.expect("the database opens again");
    tokio::spawn(puller(&store).run(std::future::pending()));
    println!("up");
    let every = Duration::from_millis(100);
    schedule(store, Arc::new(Fast), Wake::default(), every, std::future::pending()).await;
}

fn puller(store: &Store) -> Runner<TableQueue, Outside> {
    let outside = Outside {
        privacy: bartizan_clearinghouse::privacy::Mode::Remove,
        store: store.clone(),
        seal: Arc::new(Seal::new(None)),
        rules: harness::rules(),
        around: Arc::new(Fast),
        wake: Wake::default(),
    };
    let settings = Settings {
        workers: 2,
        lease: 1_000_000 * HASTE,
        beat: Duration::from_millis(150),
        poll: Duration::from_millis(50),
        grace: Duration::from_secs(5),
    };
    Runner::new(TableQueue(store.clone()), outside, Arc::new(Fast), settings)
}

/// A site with a news feed and a MISP feed; how many objects the latter makes.
fn site() -> (harness::Site, usize) {
    let site = harness::Site::new();
    let item = |n: usize| format!("<item><guid>{n}</guid><title>{n}</title><link>/a{n}</link></item>");
    let items: String = (0..ARTICLES).map(item).collect();
    let feed = format!("<rss version=\"2.0\"><channel>{items}</channel></rss>");
    site.set("/feed", harness::ok("application/rss+xml", feed));
    for n in 0..ARTICLES {
        site.set(&format!("/a{n}"), harness::ok("text/plain", format!("T1059 {n}")));
    }
    let (mut manifest, mut ids) = (Vec::new(), std::collections::BTreeSet::new());
    for n in 0..EVENTS {
        let uuid = format!("57c4445b-c548-4654-af0b-{n:012}");
        manifest.push(format!("\"{uuid}\": {{\"timestamp\": \"{}\"}}", 1000 + n));
        let event = format!(
            r#"{{"Event": {{"uuid": "{uuid}", "info": "n{n}", "date": "2026-11-01", "timestamp": "{}", "Tag": [{{"name": "tlp:green"}}],
            "Attribute": [{{"type": "domain", "value": "n{n}.example", "to_ids": true, "uuid": "46ffb1da-25f8-4b5c-b9a5-{n:012}"}}]}}}}"#,
            1000 + n
        );
        let (objects, _) =
            misp::event(event.as_bytes(), &misp::Options::default(), &Limits::default()).expect("an event");
        ids.extend(objects.iter().map(|o| o["id"].to_string()));
        site.set(&format!("/misp/{uuid}.json"), harness::ok("application/json", event));
    }
    site.set("/misp/manifest.json", harness::ok("application/json", format!("{{{}}}", manifest.join(","))));
    (site, ids.len())
}

/// Pulls, killed at random moments.
async fn pulls(database: &str, kills: u32) -> String {
    let start = Instant::now();
    let (site, objects) = site();
    let folder = tempfile::tempdir().expect("a folder");
    let mut node = harness::Node::on(database, folder, harness::rules()).await;
    // What is pulled here is pulled by the processes that are killed.
    node.stop().await;
    let feed = node.source(ChannelKind::Feed, &site.url("/feed"), "", None).await;
    let events = node.source(ChannelKind::Misp, &site.url("/misp/"), "", None).await;
    for _ in 0..kills {
        let mut command = Command::new(std::env::current_exe().expect("this program"));
        let mut child = command.args(["pull", database]).stdout(Stdio::piped()).spawn().expect("it starts");
        let mut lines = BufReader::new(child.stdout.take().expect("a pipe")).lines();
        assert_eq!(lines.next().expect("a line").expect("text"), "up");
        std::thread::sleep(Duration::from_millis(random() % 400));
        child.kill().expect("killed");
        child.wait().expect("its end");
        // Rounds that were given up are not due for long: somebody asks for the next.
        for source in [&feed, &events] {
            let now = node.store.channel(&source.uuid).await.expect("asked").expect("a channel");
            let by = Action { actor: "test", now: Fast.now() };
            node.store.begin_channel(&by, &now, random()).await.expect("asked");
        }
    }
    let (stop, stopped) = tokio::sync::oneshot::channel::<()>();
    let running = tokio::spawn(puller(&node.store).run(async {
        let _ = stopped.await;
    }));
    let limit = Instant::now() + Duration::from_secs(120);
    // Until a round of each ended well and found nothing new.
    loop {
        let mut quiet = true;
        for source in [&feed, &events] {
            let last = node.store.runs(source.id, 1).await.expect("runs").pop();
            let done = last
                .as_ref()
                .is_some_and(|r| r.state == JobState::Done && r.taken + r.known + r.refused == 0);
            quiet &= done;
            if !done && last.is_none_or(|r| r.state.is_final()) {
                let now = node.store.channel(&source.uuid).await.expect("asked").expect("a channel");
                let by = Action { actor: "test", now: Fast.now() };
                node.store.begin_channel(&by, &now, 0).await.expect("asked");
            }
        }
        if quiet {
            break;
        }
        assert!(Instant::now() < limit, "pulls that do not end: {:?}", node.store.runs(feed.id, 3).await);
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    stop.send(()).expect("it runs");
    running.await.expect("it stops");
    assert_eq!(node.submissions().await.len(), ARTICLES, "each article once");
    assert_eq!(node.objects().await.len(), objects, "each object once");
    let mut rounds = 0;
    for (source, whole) in [(&feed, ARTICLES), (&events, objects)] {
        let runs = node.store.runs(source.id, 200).await.expect("runs");
        rounds += runs.len();
        if runs.len() < 200 {
            assert_eq!(
                runs.iter().map(|r| r.taken).sum::<i64>(),
                whole as i64,
                "the log counts what came, once"
            );
        }
    }
    assert_eq!(node.store.verify_audit().await.expect("verified").broken, None);
    node.store.close().await;
    let seconds = start.elapsed().as_secs_f32();
    format!("{kills} kills, {ARTICLES} articles and {objects} objects in {rounds} rounds, {seconds:.0} s")
}

static SCHEMAS: AtomicU32 = AtomicU32::new(0);

async fn tests() {
    let kills = std::env::var("BARTIZAN_KILLS").ok().and_then(|n| n.parse().ok()).unwrap_or(15);
    let folder = tempfile::tempdir().expect("a folder");
    let file = folder.path().join("killed.db");
    println!("SQLite: {}", story(&file.display().to_string(), kills).await);
    let file = folder.path().join("pulls.db");
    println!("SQLite, pulls: {}", pulls(&file.display().to_string(), kills).await);

    let server = std::env::var("BARTIZAN_TEST_PG_URL")
        .unwrap_or_else(|_| "postgres://postgres@127.0.0.1:5432/postgres".to_owned());
    let schema = format!("killed_{}_{}", std::process::id(), SCHEMAS.fetch_add(1, Ordering::Relaxed));
    let mut admin = sqlx::PgConnection::connect(&server).await.expect("PostgreSQL: is it running?");
    let make = format!("CREATE SCHEMA {schema}");
    sqlx::query(sqlx::AssertSqlSafe(make)).execute(&mut admin).await.expect("a schema");
    println!("PostgreSQL: {}", story(&format!("{server}?options[search_path]={schema}"), kills).await);
    let make = format!("CREATE SCHEMA {schema}_pulls");
    sqlx::query(sqlx::AssertSqlSafe(make)).execute(&mut admin).await.expect("a schema");
    println!(
        "PostgreSQL, pulls: {}",
        pulls(&format!("{server}?options[search_path]={schema}_pulls"), kills).await
    );
    let drop = format!("DROP SCHEMA {schema} CASCADE; DROP SCHEMA {schema}_pulls CASCADE");
    sqlx::raw_sql(sqlx::AssertSqlSafe(drop)).execute(&mut admin).await.expect("schema dropped");
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
        Some("pull") => runtime.block_on(pull(&arguments[2])),
        Some("live") => runtime.block_on(live(&arguments[2], arguments[3].parse().expect("a number"))),
        _ => runtime.block_on(tests()),
    }
}
