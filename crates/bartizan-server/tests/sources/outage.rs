//! The database goes away while rounds run, and comes back: nothing is lost and nobody has to do anything.

use std::time::Duration;

use bartizan_store::{ChannelKind, JobState};
use sqlx::Connection;

use crate::harness::{Node, Site, by, ok, rules, uuid};

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn cut_connections_lose_nothing() {
    let server = std::env::var("BARTIZAN_TEST_PG_URL")
        .unwrap_or_else(|_| "postgres://postgres@127.0.0.1:5432/postgres".to_owned());
    let schema = format!("outage_{}", uuid().replace('-', "_"));
    let mut admin = sqlx::PgConnection::connect(&server).await.expect("PostgreSQL: is it running?");
    let run = async |admin: &mut sqlx::PgConnection, sql: String| {
        sqlx::query(sqlx::AssertSqlSafe(sql)).execute(admin).await.expect("a statement");
    };
    // A role of its own: its connections are told from everybody else's.
    run(&mut admin, format!("CREATE ROLE {schema} LOGIN")).await;
    run(&mut admin, format!("CREATE SCHEMA {schema} AUTHORIZATION {schema}")).await;
    let folder = tempfile::tempdir().expect("a folder");
    let own = server.replacen("postgres@", &format!("{schema}@"), 1);
    let database = format!("{own}?options[search_path]={schema}");
    let mut node = Node::on(&database, folder, rules()).await;
    let site = Site::new();
    let item = |n: usize| format!("<item><guid>{n}</guid><title>{n}</title><link>/a{n}</link></item>");
    let items: String = (0..40).map(item).collect();
    site.set(
        "/feed",
        ok("application/rss+xml", format!("<rss version=\"2.0\"><channel>{items}</channel></rss>")),
    );
    for n in 0..40 {
        site.set(&format!("/a{n}"), ok("text/plain", format!("T1059 {n}")));
    }
    let source = node.source(ChannelKind::Feed, &site.url("/feed"), "", None).await;
    assert!(node.store.begin_channel(&by(), &source, 0).await.expect("begun"));
    // All of its connections are cut, again and again, while the round runs.
    let cut = format!("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE usename = '{schema}'");
    for _ in 0..30 {
        run(&mut admin, cut.clone()).await;
        tokio::time::sleep(Duration::from_millis(60)).await;
    }
    let limit = std::time::Instant::now() + Duration::from_secs(90);
    let done = loop {
        let now = node.store.runs(source.id, 1).await.ok().and_then(|mut runs| runs.pop());
        if let Some(run) = now.filter(|run| run.state == JobState::Done) {
            break run;
        }
        assert!(
            std::time::Instant::now() < limit,
            "it does not recover: {:?}",
            node.store.runs(source.id, 1).await
        );
        tokio::time::sleep(Duration::from_millis(200)).await;
    };
    assert_eq!((done.taken, done.refused), (40, 0), "each article once: {done:?}");
    assert_eq!(node.submissions().await.len(), 40);
    assert_eq!(node.store.verify_audit().await.expect("verified").broken, None);
    node.stop().await;
    node.store.close().await;
    run(&mut admin, format!("DROP SCHEMA {schema} CASCADE")).await;
    run(&mut admin, format!("DROP ROLE {schema}")).await;
}
