//! One story, both engines: a fresh SQLite file and a fresh schema of a real PostgreSQL.
//!
//! `BARTIZAN_TEST_PG_URL` names the server (default: `postgres://postgres@127.0.0.1:5432/postgres`).

use std::future::Future;
use std::sync::atomic::{AtomicU32, Ordering};

use bartizan_clearinghouse::access::{CollectionId, OrganisationId, PersonId, Role, Roles};
use bartizan_stix::Tlp;
use bartizan_store::{Action, Engine, NewCollection, NewPerson, Store};
use sqlx::Connection;

/// When everything in the tests happens: 2026-11-30T11:00:00Z.
pub const NOW: i64 = 1_796_036_400_000_000;

pub fn by() -> Action<'static> {
    Action { actor: "test", now: NOW }
}

static COUNT: AtomicU32 = AtomicU32::new(0);

/// Identifiers that differ; a test's random source.
pub fn uuid() -> String {
    let n = COUNT.fetch_add(1, Ordering::Relaxed);
    format!("{n:08x}-0000-4000-8000-{:012x}", std::process::id())
}

/// Runs a story on a fresh database of each engine.
pub fn both<F, T>(story: F)
where
    F: Fn(Store) -> T,
    T: Future<Output = ()>,
{
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build();
    runtime.expect("a runtime").block_on(async {
        let folder = tempfile::tempdir().expect("a folder");
        let store = Store::sqlite(&folder.path().join("test.db")).await.expect("SQLite");
        story(store.clone()).await;
        store.close().await;

        let server = std::env::var("BARTIZAN_TEST_PG_URL")
            .unwrap_or_else(|_| "postgres://postgres@127.0.0.1:5432/postgres".to_owned());
        let schema = format!("test_{}_{}", std::process::id(), COUNT.fetch_add(1, Ordering::Relaxed));
        let mut admin = sqlx::PgConnection::connect(&server).await.expect("PostgreSQL: is it running?");
        let make = format!("CREATE SCHEMA {schema}");
        sqlx::query(sqlx::AssertSqlSafe(make)).execute(&mut admin).await.expect("a schema");
        let store = Store::postgres(&format!("{server}?options[search_path]={schema}")).await;
        let store = store.expect("PostgreSQL");
        assert_eq!(store.engine(), Engine::Postgres);
        story(store.clone()).await;
        store.close().await;
        let drop = format!("DROP SCHEMA {schema} CASCADE");
        sqlx::query(sqlx::AssertSqlSafe(drop)).execute(&mut admin).await.expect("schema dropped");
    });
}

/// Two organisations with one analyst each, and a collection of the first.
pub struct Fixture {
    pub first: OrganisationId,
    pub second: OrganisationId,
    pub ada: PersonId,
    pub ben: PersonId,
    pub collection: CollectionId,
}

pub async fn fixture(store: &Store) -> Fixture {
    let by = by();
    let first = store.add_organisation(&by, &uuid(), "First", None).await.expect("first");
    let second = store.add_organisation(&by, &uuid(), "Second", None).await.expect("second");
    let person = async |organisation, name: &str| {
        let new = NewPerson {
            uuid: &uuid(),
            organisation,
            name,
            shown: name,
            roles: Roles::of(&[Role::Analyst]),
            password: None,
        };
        store.add_person(&by, &new).await.expect("a person")
    };
    let ada = person(first, "ada").await;
    let ben = person(second, "ben").await;
    let new = NewCollection {
        uuid: &uuid(),
        alias: Some("shared"),
        owner: first,
        title: "Shared",
        description: "",
        marking: Tlp::Green,
        public: false,
    };
    let collection = store.add_collection(&by, &new).await.expect("a collection");
    Fixture { first, second, ada, ben, collection }
}
