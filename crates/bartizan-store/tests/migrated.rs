//! A process that brings a database of an older release to this one's form is killed at random moments, on both engines. Whoever comes
//! next goes on: in the end the form is the newest, what was there is there, and the chain of the log holds.
//!
//! This program is the test; called as `… bring DATABASE` it is the process that is killed. `BARTIZAN_KILLS` says how often to kill
//! (default 6 for each engine), `BARTIZAN_TEST_PG_URL` names the server.

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::hash::{BuildHasher, Hasher};
use std::path::Path;
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use bartizan_clearinghouse::audit::{Entry, START};
use bartizan_store::{Action, Store};
use sqlx::migrate::{Migration, MigrationType, Migrator};
use sqlx::{AssertSqlSafe, Connection, PgConnection, SqlStr, SqliteConnection};

/// Entries of the log and organisations that are there before.
const ENTRIES: i64 = 400;

fn random(below: u64) -> u64 {
    std::hash::RandomState::new().build_hasher().finish() % below
}

/// The migrations as they lie in the folder: number, name, text.
fn migrations(engine: &str) -> Vec<(i64, String, String)> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("migrations");
    let mut found = Vec::new();
    for entry in std::fs::read_dir(folder).expect("migrations") {
        let path = entry.expect("a file").path();
        let stem = path.file_stem().and_then(|s| s.to_str()).expect("a name").to_owned();
        let other = if engine == "sqlite" { "_postgres" } else { "_sqlite" };
        if stem.ends_with(other) {
            continue;
        }
        let (number, name) = stem.split_once('_').expect("a number");
        let text = std::fs::read_to_string(&path).expect("a text");
        let own = stem.ends_with(engine);
        found.push((number.parse::<i64>().expect("a number"), own, name.to_owned(), text));
    }
    found.sort();
    // What is said to both engines and what each does its own way may be one migration: as the store puts them together.
    let mut joined: Vec<(i64, String, String)> = Vec::new();
    for (number, _, name, text) in found {
        match joined.last_mut().filter(|last| last.0 == number) {
            Some(last) => last.2.push_str(&text),
            None => joined.push((number, name, text)),
        }
    }
    joined
}

fn migrator(engine: &str, first: usize) -> Migrator {
    let some = migrations(engine).into_iter().take(first).map(|(number, name, text)| {
        let text: SqlStr = sqlx::SqlSafeStr::into_sql_str(AssertSqlSafe(text));
        Migration::new(number, Cow::Owned(name), MigrationType::Simple, text, false)
    });
    Migrator::with_migrations(some.collect())
}

/// What an older release left, in SQL that both engines know.
fn left() -> Vec<String> {
    let mut sql = Vec::new();
    let mut previous = START.to_owned();
    for number in 1..=ENTRIES {
        let entry = Entry {
            number,
            at: number,
            actor: "system".into(),
            action: "organisation.create".into(),
            thing: format!("organisation/{number}"),
            detail: "{}".into(),
            previous,
            hash: String::new(),
        }
        .sealed();
        sql.push(format!("INSERT INTO organisation (id, uuid, name, created) VALUES ({number}, 'u{number}', 'o{number}', {number})"));
        sql.push(format!(
            "INSERT INTO audit (number, at, actor, action, thing, detail, previous, hash) VALUES ({number}, {number}, '{}', '{}', '{}', '{}', '{}', '{}')",
            entry.actor, entry.action, entry.thing, entry.detail, entry.previous, entry.hash
        ));
        previous = entry.hash;
    }
    sql.push(format!("UPDATE counter SET last = {ENTRIES} WHERE name IN ('audit', 'organisation')"));
    sql
}

/// Makes a database of an older form; how many migrations it has.
async fn older(database: &str, first: usize) {
    if let Some(path) = database.strip_prefix("sqlite:") {
        let url = format!("sqlite:{path}?mode=rwc");
        let mut connection = SqliteConnection::connect(&url).await.expect("SQLite");
        migrator("sqlite", first).run(&mut connection).await.expect("an older form");
        sqlx::query("PRAGMA journal_mode = WAL").execute(&mut connection).await.expect("WAL");
        let text = format!("BEGIN; {}; COMMIT", left().join("; "));
        sqlx::raw_sql(AssertSqlSafe(text)).execute(&mut connection).await.expect("filled");
        connection.close().await.expect("closed");
        return;
    }
    let mut connection = PgConnection::connect(database).await.expect("PostgreSQL: is it running?");
    migrator("postgres", first).run(&mut connection).await.expect("an older form");
    let text = format!("BEGIN; {}; COMMIT", left().join("; "));
    sqlx::raw_sql(AssertSqlSafe(text)).execute(&mut connection).await.expect("filled");
    connection.close().await.expect("closed");
}

/// The newest form that a database has.
async fn form(database: &str) -> i64 {
    let sql = "SELECT COALESCE(MAX(version), 0) FROM _sqlx_migrations";
    if let Some(path) = database.strip_prefix("sqlite:") {
        let mut connection = SqliteConnection::connect(&format!("sqlite:{path}")).await.expect("SQLite");
        return sqlx::query_scalar(sql).fetch_one(&mut connection).await.expect("a form");
    }
    let mut connection = PgConnection::connect(database).await.expect("PostgreSQL");
    sqlx::query_scalar(sql).fetch_one(&mut connection).await.expect("a form")
}

/// Kills whoever brings the database to the newest form; the form it was left in.
async fn killed(database: &str, most: u64) -> i64 {
    let program = std::env::current_exe().expect("this program");
    let mut child =
        Command::new(program).args(["bring", database]).stdout(Stdio::null()).spawn().expect("started");
    std::thread::sleep(Duration::from_micros(random(most)));
    // It may have ended by itself.
    let _ = child.kill();
    child.wait().expect("it ends");
    form(database).await
}

async fn whole(database: &str) {
    let store = Store::open(database).await.expect("the next one goes on");
    let state = store.verify_audit().await.expect("verified");
    assert_eq!((state.entries, state.broken), (ENTRIES, None));
    assert_eq!(store.directory().organisations.len() as i64, ENTRIES);
    assert_eq!(store.check().await.expect("asked"), "ok");
    // It can be used: the chain goes on.
    let by = Action { actor: "test", now: 1_000_000 };
    store.add_organisation(&by, "u", "o", None).await.expect("added");
    let state = store.verify_audit().await.expect("verified");
    assert_eq!((state.entries, state.broken), (ENTRIES + 1, None));
    store.close().await;
    assert_eq!(form(database).await, Store::newest_form());
}

async fn story(kills: u64, engine: &str, mut fresh: impl AsyncFnMut(u64) -> String) -> String {
    let begun = Instant::now();
    let all = migrations(engine).len() as u64;
    // How long it takes when nobody kills it: moments are taken from as long, and some more.
    let database = fresh(kills).await;
    older(&database, 1).await;
    let program = std::env::current_exe().expect("this program");
    let start = Instant::now();
    assert!(
        Command::new(program)
            .args(["bring", &database])
            .stdout(Stdio::null())
            .status()
            .expect("run")
            .success()
    );
    let most = u64::try_from(start.elapsed().as_micros()).unwrap_or(u64::MAX) * 11 / 10;
    whole(&database).await;
    let mut forms: BTreeMap<i64, u32> = BTreeMap::new();
    for n in 0..kills {
        let database = fresh(n).await;
        // From every form that a release had.
        let first = usize::try_from(1 + random(all - 1)).unwrap_or(1);
        older(&database, first).await;
        *forms.entry(killed(&database, most).await).or_default() += 1;
        // Who goes on may be killed too.
        killed(&database, most).await;
        whole(&database).await;
    }
    format!("{kills} kills within {most} µs, left in forms {forms:?}, {} s", begun.elapsed().as_secs())
}

async fn tests() {
    let kills = std::env::var("BARTIZAN_KILLS").ok().and_then(|n| n.parse().ok()).unwrap_or(6);
    let folder = tempfile::tempdir().expect("a folder");
    let file = async |n: u64| format!("sqlite:{}", folder.path().join(format!("{n}.db")).display());
    println!("SQLite: {}", story(kills, "sqlite", file).await);
    let server = std::env::var("BARTIZAN_TEST_PG_URL")
        .unwrap_or_else(|_| "postgres://postgres@127.0.0.1:5432/postgres".to_owned());
    let mut admin = PgConnection::connect(&server).await.expect("PostgreSQL: is it running?");
    let name = |n: u64| format!("migrated_{}_{n}", std::process::id());
    let schema = async |n: u64| {
        let mut admin = PgConnection::connect(&server).await.expect("PostgreSQL: is it running?");
        let make = format!("CREATE SCHEMA {}", name(n));
        sqlx::query(AssertSqlSafe(make)).execute(&mut admin).await.expect("a schema");
        format!("{server}?options[search_path]={}", name(n))
    };
    println!("PostgreSQL: {}", story(kills, "postgres", schema).await);
    for n in 0..=kills {
        let drop = format!("DROP SCHEMA {} CASCADE", name(n));
        sqlx::query(AssertSqlSafe(drop)).execute(&mut admin).await.expect("dropped");
    }
}

fn main() {
    let arguments: Vec<String> = std::env::args().collect();
    if arguments.iter().any(|a| a == "--list") {
        println!("migrated: test");
        return;
    }
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build();
    let runtime = runtime.expect("a runtime");
    match arguments.get(1).map(String::as_str) {
        Some("bring") => {
            let store = runtime.block_on(Store::open(&arguments[2])).expect("brought to the newest form");
            runtime.block_on(store.close());
        }
        _ => runtime.block_on(tests()),
    }
}
