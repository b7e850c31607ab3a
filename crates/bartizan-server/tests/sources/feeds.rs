//! News feeds, pages and MISP feeds, pulled again and again.

use bartizan_server::sources::{Refused, Secret, Wanted};
use bartizan_stix::Tlp;
use bartizan_store::{ChannelKind, JobState};

use crate::harness::{Answer, Node, Site, ok, uuid};

fn rss(items: &[(&str, &str, &str)]) -> Vec<u8> {
    let item = |(id, link, date): &(&str, &str, &str)| {
        format!(
            "<item><guid isPermaLink=\"false\">{id}</guid><title>Article {id}</title><link>{link}</link><pubDate>{date}</pubDate></item>"
        )
    };
    let items: String = items.iter().map(item).collect();
    format!("<rss version=\"2.0\"><channel><title>News</title>{items}</channel></rss>").into_bytes()
}

fn feed(etag: &str, items: &[(&str, &str, &str)]) -> Answer {
    Answer::Plain(200, format!("Content-Type: application/rss+xml\r\nETag: \"{etag}\"\r\n"), rss(items))
}

const MONDAY: &str = "Mon, 02 Nov 2026 10:00:00 GMT";
const TUESDAY: &str = "Tue, 03 Nov 2026 10:00:00 GMT";

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn each_new_article_becomes_a_submission_once() {
    let (node, site) = (Node::new().await, Site::new());
    site.set("/a", ok("text/html", "<p>T1059 of a</p>"));
    site.set("/b", ok("text/html", "<p>T1059 of b</p>"));
    site.set("/feed", feed("one", &[("1", "/a", MONDAY), ("2", "/b", MONDAY), ("3", "/gone", MONDAY)]));
    let source = node.source(ChannelKind::Feed, &site.url("/feed"), "", None).await;
    let run = node.round(&source).await;
    assert_eq!((run.state, run.taken, run.known, run.refused), (JobState::Done, 2, 0, 1), "{run:?}");
    assert!(run.notes.iter().any(|note| note.contains("/gone") && note.contains("404")), "{run:?}");
    let expected = [("Article 1", "/a"), ("Article 2", "/b")];
    let expected = expected.map(|(t, p)| (t.to_owned(), site.url(p), "TLP:AMBER".to_owned()));
    assert_eq!(node.submissions().await, expected);

    // Nothing changed: the feed says so, and no article is asked for.
    let run = node.round(&source).await;
    assert_eq!((run.state, run.taken, run.refused), (JobState::Done, 0, 0), "{run:?}");
    assert!(site.head("/feed").contains("if-none-match: \"one\""));
    assert_eq!((site.asked("/a"), site.asked("/gone")), (1, 1));

    // One changed, one is new under the same bytes as an old one, one is written twice.
    site.set("/a", ok("text/html", "<p>T1059 of a, second edition</p>"));
    site.set("/c", ok("text/html", "<p>T1059 of b</p>"));
    site.set(
        "/feed",
        feed("two", &[("1", "/a", TUESDAY), ("2", "/b", MONDAY), ("4", "/c", TUESDAY), ("4", "/c", TUESDAY)]),
    );
    let run = node.round(&source).await;
    assert_eq!((run.state, run.taken, run.known, run.refused), (JobState::Done, 1, 1, 0), "{run:?}");
    assert_eq!((site.asked("/a"), site.asked("/b"), site.asked("/c")), (2, 1, 1));
    assert_eq!(node.submissions().await.len(), 3);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_article_that_may_come_later_is_asked_for_again_a_few_times() {
    let (node, site) = (Node::new().await, Site::new());
    site.set("/a", Answer::Plain(503, String::new(), Vec::new()));
    site.set("/feed", feed("one", &[("1", "/a", MONDAY)]));
    let source = node.source(ChannelKind::Feed, &site.url("/feed"), "", None).await;
    for asked in [1, 2] {
        assert_eq!(node.round(&source).await.refused, 1);
        assert_eq!(site.asked("/a"), asked);
    }
    site.set("/a", ok("text/plain", "T1059"));
    assert_eq!(node.round(&source).await.taken, 1);
    let run = node.round(&source).await;
    assert_eq!((run.taken, site.asked("/a")), (0, 3));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_page_is_read_again_when_it_changes() {
    let (node, site) = (Node::new().await, Site::new());
    site.set("/report", ok("text/plain", "T1059"));
    let source = node.source(ChannelKind::Page, &site.url("/report"), "", None).await;
    assert_eq!(node.round(&source).await.taken, 1);
    let run = node.round(&source).await;
    assert_eq!((run.state, run.taken, run.known), (JobState::Done, 0, 0), "the same bytes");
    site.set("/report", ok("text/plain", "T1059, second edition"));
    assert_eq!(node.round(&source).await.taken, 1);
    site.set("/report", Answer::Plain(403, String::new(), Vec::new()));
    let run = node.round(&source).await;
    assert_eq!((run.state, run.code.as_deref()), (JobState::Failed, Some("fetch.status")), "{run:?}");
}

fn event(uuid: &str, stamp: u32, domain: &str, tag: &str) -> Vec<u8> {
    format!(
        r#"{{"Event": {{"uuid": "{uuid}", "info": "An event", "date": "2026-11-01", "timestamp": "{stamp}", "Tag": [{tag}],
        "Attribute": [{{"type": "domain", "value": "{domain}", "to_ids": true, "uuid": "46ffb1da-25f8-4b5c-b9a5-{stamp:012}"}}]}}}}"#
    )
    .into_bytes()
}

const ONE: &str = "57c4445b-c548-4654-af0b-4be3950d210f";
const TWO: &str = "57c4445b-c548-4654-af0b-4be3950d2110";

fn manifest(one: u32, two: u32) -> Vec<u8> {
    format!(r#"{{"{ONE}": {{"info": "a", "timestamp": "{one}"}}, "{TWO}": {{"info": "b", "timestamp": "{two}"}}}}"#).into_bytes()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn events_become_objects_under_the_marking_of_the_source() {
    let (node, site) = (Node::new().await, Site::new());
    site.set("/misp/manifest.json", ok("application/json", manifest(1000, 2000)));
    let clear = r#"{"name": "tlp:clear"}"#;
    site.set(&format!("/misp/{ONE}.json"), ok("application/json", event(ONE, 1000, "one.example", "")));
    site.set(&format!("/misp/{TWO}.json"), ok("application/json", event(TWO, 2000, "two.example", clear)));
    let source = node.source(ChannelKind::Misp, &site.url("/misp"), "", None).await;
    let run = node.round(&source).await;
    assert_eq!((run.state, run.refused), (JobState::Done, 0), "{run:?}");
    let objects = node.objects().await;
    let indicator = |domain: &str| objects.iter().find(|o| o.contains(domain)).expect("an indicator").clone();
    let amber = Tlp::Amber.marking_id().to_string();
    assert!(indicator("one.example").contains(&amber), "no marking of its own: the source's");
    assert!(!indicator("two.example").contains(&amber), "its own");
    let directory = node.store.fresh().await.expect("a directory");
    let markings: Vec<Tlp> = directory.audiences.values().map(|a| a.marking).collect();
    assert!(
        markings.contains(&Tlp::Amber) && markings.contains(&Tlp::Clear) && !markings.contains(&Tlp::Green)
    );

    // Nothing new; then one event changed and one cannot be read.
    let count = objects.len();
    assert_eq!(node.round(&source).await.taken, 0);
    assert_eq!(site.asked(&format!("/misp/{ONE}.json")), 1);
    site.set("/misp/manifest.json", ok("application/json", manifest(1000, 3000)));
    site.set(&format!("/misp/{TWO}.json"), ok("application/json", "no event"));
    let run = node.round(&source).await;
    assert_eq!((run.state, run.taken, run.refused), (JobState::Done, 0, 1), "{run:?}");
    assert_eq!(node.objects().await.len(), count);
    site.set("/misp/manifest.json", ok("application/json", manifest(1000, 4000)));
    site.set(&format!("/misp/{TWO}.json"), ok("application/json", event(TWO, 4000, "new.example", clear)));
    assert!(node.round(&source).await.taken > 0);
    assert!(node.objects().await.iter().any(|o| o.contains("new.example")));
    assert_eq!(site.asked(&format!("/misp/{ONE}.json")), 1);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn credentials_go_to_the_host_of_the_source_alone_and_are_never_told() {
    let (node, site, other) = (Node::new().await, Site::new(), Site::new());
    let secret = || Some(Secret::Basic { user: "us".into(), password: "hunter2".into() });
    site.set("/own", ok("text/plain", "T1059"));
    other.set("/away", ok("text/plain", "T1105"));
    site.set("/feed?key=s3cret", feed("e", &[("1", "/own", MONDAY), ("2", &other.url("/away"), MONDAY)]));
    let source = node.source(ChannelKind::Feed, &site.url("/feed?key=s3cret"), "", secret()).await;
    assert!(!source.sealed.is_empty() && !source.sealed.contains("hunter2"), "sealed");
    assert_eq!(node.round(&source).await.taken, 2);
    // RFC 7617: base64 of "us:hunter2".
    let shown = "authorization: basic dxm6ahvudgvymg==";
    assert!(site.head("/feed?key=s3cret").contains(shown) && site.head("/own").contains(shown));
    assert!(!other.head("/away").contains("authorization"), "{}", other.head("/away"));
    // What is told of a failure has neither.
    site.set("/feed?key=s3cret", Answer::Plain(404, String::new(), Vec::new()));
    let run = node.round(&source).await;
    let told = format!("{run:?}");
    assert!(told.contains("404") && !told.contains("s3cret") && !told.contains("hunter2"), "{told}");
    let log = format!("{:?}", node.store.audit(None, 500).await.expect("the log"));
    assert!(!log.contains("s3cret") && !log.contains("hunter2"), "the audit log");
    // A copy of the database without the key opens nothing.
    std::fs::remove_file(node.folder.path().join("node.key")).expect("removed");
    let mut node = node;
    node.stop().await;
    node.seal = std::sync::Arc::new(bartizan_server::Seal::new(Some(node.folder.path().join("node.key"))));
    node.start();
    let run = node.round(&source).await;
    assert_eq!(run.code.as_deref(), Some("source.sealed"), "{run:?}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_makes_no_sense_is_refused_with_its_reason() {
    let node = Node::new().await;
    let id = uuid();
    let good = Wanted {
        uuid: &id,
        kind: ChannelKind::Misp,
        title: "A source",
        address: "https://feed.example/",
        remote: "",
        collection: "shared",
        reader: "",
        marking: Tlp::Amber,
        minutes: 60,
        secret: None,
    };
    let basic = |user: &str| Some(Secret::Basic { user: user.into(), password: "p".into() });
    for (wanted, part) in [
        (Wanted { address: "ftp://feed.example/", ..good.clone() }, "neither http nor https"),
        (Wanted { address: "https://a:b@feed.example/", ..good.clone() }, "credentials"),
        (Wanted { address: "http://169.254.169.254/", ..good.clone() }, "not a public address"),
        (Wanted { address: "nothing", ..good.clone() }, "no URL"),
        (Wanted { collection: "nowhere", ..good.clone() }, "Choose a collection"),
        (Wanted { collection: "", ..good.clone() }, "Choose a collection"),
        (Wanted { remote: "x", ..good.clone() }, "Only TAXII"),
        (Wanted { kind: ChannelKind::Taxii, ..good.clone() }, "collection there"),
        (Wanted { kind: ChannelKind::Feed, ..good.clone() }, "go to the library"),
        (Wanted { minutes: 1, ..good.clone() }, "five minutes"),
        (Wanted { title: " ", ..good.clone() }, "1 to 200"),
        (Wanted { secret: basic("a:b"), ..good.clone() }, "no header"),
        (Wanted { secret: basic("a\nb"), ..good.clone() }, "no header"),
        (Wanted { kind: ChannelKind::Push, remote: "x", reader: "First", ..good.clone() }, "not your own"),
        (Wanted { kind: ChannelKind::Push, remote: "x", reader: "Second", ..good.clone() }, "may not read"),
    ] {
        match node.wanted(&wanted).await {
            Err(Refused::Input(why)) => assert!(why.contains(part), "{why}"),
            other => panic!("{part}: {other:?}"),
        }
    }
    node.wanted(&good).await.expect("a source");
}
