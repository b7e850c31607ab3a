//! Reports at an address that somebody hands in: fetched by a job, with an end that is told.

use bartizan_server::jobs::fetch::{Wanted, want};
use bartizan_stix::Tlp;
use bartizan_store::{JobId, JobState};

use crate::harness::{Answer, Node, Site, by, ok};

async fn hand_in(node: &Node, url: &str) -> JobId {
    let wanted =
        Wanted { url, marking: Tlp::Green, update_of: None, organisation: node.first, person: node.ada };
    want(&node.store, &by(), &wanted).await.expect("queued").id
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_address_is_fetched_by_a_job_and_becomes_a_submission() {
    let (node, site) = (Node::new().await, Site::new());
    site.set("/report", Answer::Plain(302, "Location: /moved\r\n".into(), Vec::new()));
    site.set("/moved", ok("text/html; charset=utf-8", "<p>APT29 used T1566.002.</p>"));
    let id = hand_in(&node, &site.url("/report")).await;
    assert_eq!(hand_in(&node, &site.url("/report")).await, id, "the same wish");
    let job = node.job_until(id, |job| job.state.is_final()).await;
    assert_eq!(job.state, JobState::Done, "{job:?}");
    let result: serde_json::Value = serde_json::from_str(&job.result.expect("a result")).expect("JSON");
    let next = node.store.job_called(result["next"].as_str().expect("a name")).await.expect("asked");
    let next = next.expect("the job that analyses it");
    assert_eq!((next.name.as_str(), next.audience), ("analyze", job.audience), "for the same people");
    let moved = site.url("/moved");
    assert_eq!(node.submissions().await, [(moved.clone(), moved, "TLP:GREEN".to_owned())]);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn every_ending_has_its_code() {
    let (node, site) = (Node::new().await, Site::new());
    site.set("/busy", Answer::Plain(503, String::new(), Vec::new()));
    site.set("/empty", ok("text/plain", ""));
    site.set("/inside", Answer::Plain(302, "Location: http://127.0.0.2/\r\n".into(), Vec::new()));
    site.set("/endless", Answer::Endless);
    site.set("/slow", Answer::Slow);
    site.set("/round", Answer::Plain(302, "Location: /round\r\n".into(), Vec::new()));
    for (path, code, state) in [
        ("/missing", "fetch.status", JobState::Failed),
        ("/empty", "fetch.answer", JobState::Failed),
        ("/inside", "fetch.refused", JobState::Failed),
        ("/endless", "fetch.limit", JobState::Failed),
        ("/round", "fetch.limit", JobState::Failed),
        // What may pass is tried again, later.
        ("/busy", "fetch.status", JobState::Queued),
        ("/slow", "fetch.timeout", JobState::Queued),
    ] {
        let id = hand_in(&node, &site.url(path)).await;
        let job = node.job_until(id, |job| job.code.is_some()).await;
        assert_eq!((job.code.as_deref(), job.state), (Some(code), state), "{path}: {job:?}");
    }
    assert!(node.submissions().await.is_empty());
    // By hand, once the site is mended.
    let id = hand_in(&node, &site.url("/missing")).await;
    node.job_until(id, |job| job.state == JobState::Failed).await;
    site.set("/missing", ok("text/plain", "It is here now: T1059."));
    assert!(node.store.retry_job(&by(), id).await.expect("asked"));
    node.job_until(id, |job| job.state == JobState::Done).await;
    assert_eq!(node.submissions().await.len(), 1);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn who_is_closed_meanwhile_hands_nothing_in() {
    let (mut node, site) = (Node::new().await, Site::new());
    node.stop().await;
    site.set("/report", ok("text/plain", "T1059"));
    let id = hand_in(&node, &site.url("/report")).await;
    node.store.close_person(&by(), node.ada, true).await.expect("closed");
    node.start();
    let job = node.job_until(id, |job| job.state.is_final()).await;
    assert_eq!(job.code.as_deref(), Some("source.nobody"));
    assert_eq!(site.asked("/report"), 0);
}
