//! Sources that mean harm: bounded, told with a code, and nothing of them anywhere else.

use std::io::Write;
use std::time::{Duration, Instant};

use bartizan_store::{ChannelKind, JobState};
use flate2::Compression;
use flate2::write::GzEncoder;

use crate::harness::{Answer, Node, Site, ok};

fn items(count: usize, link: &str) -> Vec<u8> {
    let item = |n: usize| format!("<item><guid>{n}</guid><title>{n}</title><link>{link}{n}</link></item>");
    let items: String = (0..count).map(item).collect();
    format!("<rss version=\"2.0\"><channel>{items}</channel></rss>").into_bytes()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_a_hostile_feed_does_ends_the_round_with_a_code() {
    let (node, site) = (Node::new().await, Site::new());
    let mut bomb = GzEncoder::new(Vec::new(), Compression::best());
    bomb.write_all(&vec![b' '; 64 << 20]).expect("packed");
    let bomb = bomb.finish().expect("packed");
    assert!(bomb.len() < 1 << 17, "{}", bomb.len());
    let away = |to: &str| Answer::Plain(302, format!("Location: {to}\r\n"), Vec::new());
    site.set("/bomb", Answer::Plain(200, "Content-Encoding: gzip\r\n".into(), bomb));
    site.set("/endless", Answer::Endless);
    site.set("/slow", Answer::Slow);
    site.set("/inside", away("http://127.0.0.2/"));
    site.set("/metadata", away("http://169.254.169.254/latest/meta-data/"));
    site.set("/file", away("file:///etc/passwd"));
    site.set("/picture", ok("image/png", b"\x89PNG\r\n\x1a\n".to_vec()));
    site.set("/json", ok("application/json", "[]"));
    site.set("/empty", ok("application/xml", ""));
    for (path, code, state) in [
        ("/bomb", "fetch.limit", JobState::Failed),
        ("/endless", "fetch.limit", JobState::Failed),
        ("/inside", "fetch.refused", JobState::Failed),
        ("/metadata", "fetch.refused", JobState::Failed),
        ("/file", "fetch.refused", JobState::Failed),
        ("/picture", "feed.unreadable", JobState::Failed),
        ("/json", "feed.unreadable", JobState::Failed),
        ("/empty", "feed.unreadable", JobState::Failed),
        ("/slow", "fetch.timeout", JobState::Queued),
    ] {
        let source = node.source(ChannelKind::Feed, &site.url(path), "", None).await;
        let begun = Instant::now();
        let by = crate::harness::by();
        assert!(node.store.begin_channel(&by, &source, 0).await.expect("begun"));
        let run = node.until(&source, |run| run.code.is_some()).await;
        assert_eq!((run.code.as_deref(), run.state), (Some(code), state), "{path}: {run:?}");
        assert!(begun.elapsed() < Duration::from_secs(20), "{path}: {:?}", begun.elapsed());
    }
    assert!(node.submissions().await.is_empty());
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn entities_are_neither_fetched_nor_expanded() {
    let (node, site) = (Node::new().await, Site::new());
    site.set("/stolen", ok("text/plain", "stolen"));
    let outer = site.url("/stolen");
    let text = format!(
        "<!DOCTYPE rss [<!ENTITY x SYSTEM \"{outer}\"><!ENTITY f SYSTEM \"file:///etc/passwd\">
         <!ENTITY a \"aaaaaaaaaa\"><!ENTITY b \"&a;&a;&a;&a;&a;&a;&a;&a;&a;&a;\"><!ENTITY c \"&b;&b;&b;&b;&b;&b;&b;&b;\">]>
         <rss version=\"2.0\"><channel><item><guid>1</guid><title>&x;&f;&c;</title>
         <description>A text of T1059 &x; &f; &c;</description></item></channel></rss>"
    );
    site.set("/feed", ok("application/rss+xml", text));
    let source = node.source(ChannelKind::Feed, &site.url("/feed"), "", None).await;
    let run = node.round(&source).await;
    assert_eq!((run.state, site.asked("/stolen")), (JobState::Done, 0), "{run:?}");
    let told = format!("{:?}", node.submissions().await);
    assert!(
        !told.contains("stolen") && !told.contains("root:") && !told.contains("aaaaaaaaaaaaaaaaaaaa"),
        "{told}"
    );
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn ten_thousand_entries_come_in_portions() {
    let (node, site) = (Node::new().await, Site::new());
    site.set("/feed", ok("application/rss+xml", items(10_000, "/article-")));
    for n in 0..60 {
        site.set(&format!("/article-{n}"), ok("text/plain", format!("T1059 {n}")));
    }
    let source = node.source(ChannelKind::Feed, &site.url("/feed"), "", None).await;
    let begun = Instant::now();
    let run = node.round(&source).await;
    assert_eq!((run.state, run.taken), (JobState::Done, 50), "{run:?}");
    let due = node.store.channel(&source.uuid).await.expect("asked").expect("a channel").due;
    let wait = due - crate::harness::by().now;
    assert!(wait <= 60_000_000, "the rest within a minute, not an hour: {wait}");
    let run = node.round(&source).await;
    // Articles 50 to 59 are there, the next 40 are not.
    assert_eq!((run.state, run.taken, run.refused), (JobState::Done, 10, 40), "{run:?}");
    assert!(begun.elapsed() < Duration::from_secs(60), "{:?}", begun.elapsed());
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_hostile_misp_feed_names_no_path() {
    let (node, site) = (Node::new().await, Site::new());
    let manifest =
        r#"{"../../secret": {"timestamp": "1"}, "57c4445b-c548-4654-af0b-4be3950d210f": {"timestamp": "1"}}"#;
    site.set("/misp/manifest.json", ok("application/json", manifest));
    let deep = "[".repeat(100_000);
    site.set("/misp/57c4445b-c548-4654-af0b-4be3950d210f.json", ok("application/json", deep));
    let source = node.source(ChannelKind::Misp, &site.url("/misp/"), "", None).await;
    let run = node.round(&source).await;
    assert_eq!((run.state, run.taken, run.refused), (JobState::Done, 0, 1), "{run:?}");
    assert_eq!(site.asked("/secret.json") + site.asked("/misp/../../secret.json"), 0);
}
