//! Jobs: asked for once, leased to one, done or given up.

use std::collections::BTreeSet;

use bartizan_clearinghouse::access::{Audience, OrganisationId};
use bartizan_stix::Tlp;
use bartizan_store::{
    Action, Content, Fault, Job, JobFilter, JobId, JobProgress, JobState, Lease, NewJob, Store, backoff,
};
use proptest::prelude::*;

use crate::harness::{NOW, both, by, fixture};

const SECOND: i64 = 1_000_000;

fn new(key: &str, organisation: OrganisationId) -> NewJob<'_> {
    NewJob {
        name: "analyze",
        arguments: r#"{"name": "a.pdf"}"#,
        key,
        organisation,
        person: None,
        audience: None,
        content: None,
        most_attempts: 3,
    }
}

fn at(now: i64) -> Action<'static> {
    Action { now, ..by() }
}

async fn claim(store: &Store, now: i64) -> Option<Job> {
    store.claim_job(&["analyze"], "w1", now, now + 30 * SECOND).await.expect("asked")
}

const PASSING: Fault<'static> = Fault { code: "worker.killed", message: "it was\nkilled", passing: true };
const LASTING: Fault<'static> = Fault { code: "worker.refused", message: "no report", passing: false };

#[test]
fn the_same_work_is_queued_once_for_each_organisation() {
    both(|store| async move {
        let f = fixture(&store).await;
        let first = store.enqueue(&by(), &new("k", f.first)).await.expect("queued");
        assert!(first.fresh);
        let again = store.enqueue(&by(), &new("k", f.first)).await.expect("queued");
        assert_eq!((again.id, again.fresh), (first.id, false));
        let other = store.enqueue(&by(), &new("k", f.second)).await.expect("queued");
        assert!(other.fresh && other.id != first.id, "one must not learn what another works on");
        let job = claim(&store, NOW).await.expect("a job");
        assert!(store.finish_job(&by(), &job.lease(), "{}", &[], None).await.expect("asked"));
        assert!(!store.enqueue(&by(), &new("k", f.first)).await.expect("queued").fresh, "it is done");
        let job = claim(&store, NOW).await.expect("the other's");
        let failed = store.fail_job(&by(), &job.lease(), LASTING, 0).await.expect("asked");
        assert_eq!(failed, Some(JobState::Failed));
        let anew = store.enqueue(&by(), &new("k", f.second)).await.expect("queued");
        assert!(anew.fresh && anew.id != other.id, "what failed may be asked for again");
        let mut tries = Vec::new();
        for _ in 0..8 {
            let store = store.clone();
            tries.push(tokio::spawn(async move {
                store.enqueue(&by(), &new("at-once", f.first)).await.expect("queued")
            }));
        }
        let mut all = Vec::new();
        for each in tries {
            all.push(each.await.expect("a try"));
        }
        assert_eq!(all.iter().filter(|e| e.fresh).count(), 1);
        assert_eq!(all.iter().map(|e| e.id).collect::<BTreeSet<_>>().len(), 1);
    });
}

#[test]
fn what_is_no_job_is_refused() {
    both(|store| async move {
        let f = fixture(&store).await;
        let long = format!("\"{}\"", "x".repeat(300 << 10));
        for bad in [
            NewJob { name: "", ..new("k", f.first) },
            NewJob { name: "a/b", ..new("k", f.first) },
            NewJob { arguments: "{", ..new("k", f.first) },
            NewJob { arguments: &long, ..new("k", f.first) },
            new("", f.first),
            new("K", f.first),
        ] {
            assert!(store.enqueue(&by(), &bad).await.expect_err("refused").is_invalid(), "{}", bad.name);
        }
        assert!(store.jobs(&JobFilter::default(), 10).await.expect("a list").is_empty());
        assert_eq!(store.verify_audit().await.expect("verified").broken, None);
    });
}

#[test]
fn every_job_is_leased_to_one() {
    both(|store| async move {
        let f = fixture(&store).await;
        for i in 0..60 {
            store.enqueue(&by(), &new(&format!("k{i}"), f.first)).await.expect("queued");
        }
        let mut workers = Vec::new();
        for w in 0..8 {
            let store = store.clone();
            workers.push(tokio::spawn(async move {
                let mut mine = Vec::new();
                let name = format!("w{w}");
                while let Some(job) =
                    store.claim_job(&["other", "analyze"], &name, NOW, NOW + SECOND).await.expect("asked")
                {
                    assert_eq!(
                        (job.state, job.attempts, job.worker.as_str()),
                        (JobState::Running, 1, name.as_str())
                    );
                    mine.push(job.id);
                }
                mine
            }));
        }
        let mut all = Vec::new();
        for worker in workers {
            all.extend(worker.await.expect("a worker"));
        }
        assert_eq!(all.len(), 60);
        assert_eq!(all.iter().collect::<BTreeSet<_>>().len(), 60);
        let none = store.claim_job(&["other"], "w", NOW, NOW).await.expect("asked");
        assert!(none.is_none() && store.claim_job(&[], "w", NOW, NOW).await.expect("asked").is_none());
    });
}

#[test]
fn a_lost_lease_changes_nothing() {
    both(|store| async move {
        let f = fixture(&store).await;
        let id = store.enqueue(&by(), &new("k", f.first)).await.expect("queued").id;
        let lost = claim(&store, NOW).await.expect("a job").lease();
        let progress = JobProgress { stage: "mapping".into(), done: 3, of: 9 };
        assert!(store.beat_job(&lost, &progress, NOW + SECOND, NOW + 40 * SECOND).await.expect("asked"));
        let job = store.job(id).await.expect("asked").expect("a job");
        assert_eq!((job.progress, job.lease), (progress.clone(), NOW + 40 * SECOND));
        assert_eq!(store.reclaim_jobs(&at(NOW + 39 * SECOND), 0).await.expect("asked"), 0, "it holds");
        let late = NOW + 41 * SECOND;
        assert_eq!(store.reclaim_jobs(&at(late), 0).await.expect("asked"), 1);
        let job = store.job(id).await.expect("asked").expect("a job");
        assert_eq!((job.state, job.code.as_deref()), (JobState::Queued, Some("job.lost")));
        assert_eq!(claim(&store, late).await, None, "it waits");
        let next = claim(&store, job.not_before).await.expect("a job").lease();
        assert_eq!(next.attempt, 2);
        let content = [Content::new(b"late")];
        assert!(!store.beat_job(&lost, &progress, late, late).await.expect("asked"));
        assert!(!store.finish_job(&at(late), &lost, "{}", &content, None).await.expect("asked"));
        assert_eq!(store.fail_job(&at(late), &lost, LASTING, 0).await.expect("asked"), None);
        assert!(!store.release_job(&lost, late).await.expect("asked"));
        assert_eq!(store.content(content[0].digest()).await.expect("asked"), None, "nothing of it was kept");
        assert!(store.finish_job(&at(late), &next, r#"{"n": 2}"#, &content, None).await.expect("asked"));
        assert!(!store.finish_job(&at(late), &next, "{}", &[], None).await.expect("asked"), "it is done");
        let job = store.job(id).await.expect("asked").expect("a job");
        assert_eq!((job.state, job.result.as_deref(), job.code), (JobState::Done, Some(r#"{"n": 2}"#), None));
        assert_eq!(store.content(content[0].digest()).await.expect("asked").as_deref(), Some(&b"late"[..]));
        assert_eq!(store.verify_audit().await.expect("verified").broken, None);
    });
}

#[test]
fn failures_wait_longer_and_end() {
    both(|store| async move {
        let f = fixture(&store).await;
        let id = store.enqueue(&by(), &new("k", f.first)).await.expect("queued").id;
        let mut now = NOW;
        for (attempt, random) in [(1, 0), (2, u64::MAX)] {
            let job = claim(&store, now).await.expect("a job");
            assert_eq!(job.attempts, attempt);
            let state = store.fail_job(&at(now), &job.lease(), PASSING, random).await.expect("asked");
            assert_eq!(state, Some(JobState::Queued));
            let job = store.job(id).await.expect("asked").expect("a job");
            assert_eq!(job.not_before, now + backoff(attempt, random));
            assert_eq!(
                (job.code.as_deref(), job.message.as_deref()),
                (Some("worker.killed"), Some("it was killed"))
            );
            assert_eq!(claim(&store, job.not_before - 1).await, None);
            now = job.not_before;
        }
        let job = claim(&store, now).await.expect("a job");
        assert_eq!(
            store.fail_job(&at(now), &job.lease(), PASSING, 0).await.expect("asked"),
            Some(JobState::Dead)
        );
        assert_eq!(claim(&store, i64::MAX / 2).await, None);
        // One whose workers never come back dies too.
        let id =
            store.enqueue(&by(), &NewJob { most_attempts: 1, ..new("k", f.first) }).await.expect("queued").id;
        claim(&store, now).await.expect("a job");
        assert_eq!(store.reclaim_jobs(&at(now + 31 * SECOND), 0).await.expect("asked"), 1);
        assert_eq!(store.job(id).await.expect("asked").expect("a job").state, JobState::Dead);
        let counts = store.job_counts().await.expect("counts");
        assert_eq!(counts.into_iter().collect::<Vec<_>>(), [(JobState::Dead, 2)]);
    });
}

#[test]
fn cancelling_and_giving_back() {
    both(|store| async move {
        let f = fixture(&store).await;
        let id = store.enqueue(&by(), &new("k", f.first)).await.expect("queued").id;
        let job = claim(&store, NOW).await.expect("a job");
        assert!(store.release_job(&job.lease(), NOW).await.expect("asked"));
        let job = claim(&store, NOW).await.expect("at once again");
        assert_eq!(job.attempts, 1, "the attempt does not count");
        assert!(store.cancel_job(&by(), id).await.expect("asked"));
        assert!(!store.cancel_job(&by(), id).await.expect("asked"), "only once");
        let progress = JobProgress::default();
        assert!(
            !store.beat_job(&job.lease(), &progress, NOW, NOW).await.expect("asked"),
            "its worker hears of it"
        );
        let job = store.job(id).await.expect("asked").expect("a job");
        assert_eq!((job.state, job.code.as_deref()), (JobState::Failed, Some("job.cancelled")));
        assert!(store.enqueue(&by(), &new("k", f.first)).await.expect("queued").fresh);
        assert!(!store.cancel_job(&by(), JobId(77)).await.expect("asked"));
    });
}

#[test]
fn old_jobs_of_the_node_itself_are_forgotten() {
    both(|store| async move {
        let f = fixture(&store).await;
        let month = 30 * 24 * 3600 * SECOND;
        for (name, key) in [("webhook", "a"), ("webhook", "b"), ("release", "c"), ("analyze", "d")] {
            store.enqueue(&by(), &NewJob { name, ..new(key, f.first) }).await.expect("queued");
        }
        for (name, count) in [("webhook", 1), ("release", 1), ("analyze", 1)] {
            for _ in 0..count {
                let job =
                    store.claim_job(&[name], "w", NOW, NOW + SECOND).await.expect("asked").expect("a job");
                assert!(store.fail_job(&by(), &job.lease(), LASTING, 0).await.expect("asked").is_some());
            }
        }
        assert_eq!(store.forget_jobs(NOW + month).await.expect("asked"), 0, "not older than a month");
        assert_eq!(store.forget_jobs(NOW + month + 1).await.expect("asked"), 2);
        assert!(
            store.claim_job(&["webhook"], "w", NOW, NOW + SECOND).await.expect("asked").is_some(),
            "one waits"
        );
    });
}

#[test]
fn a_clock_that_jumps_holds_nothing_up() {
    both(|store| async move {
        let f = fixture(&store).await;
        let day = 86_400 * SECOND;
        let id = store.enqueue(&at(NOW + day), &new("k", f.first)).await.expect("queued").id;
        let job = claim(&store, NOW + day).await.expect("a job");
        store.fail_job(&at(NOW + day), &job.lease(), PASSING, 0).await.expect("asked");
        // A day back: what waits until tomorrow does not.
        claim(&store, NOW).await.expect("a job");
        // And one that was leased tomorrow is taken back.
        store.release_job(&Lease { job: id, worker: "w1".into(), attempt: 2 }, NOW).await.expect("asked");
        claim(&store, NOW + day).await.expect("a job");
        assert_eq!(store.reclaim_jobs(&at(NOW), 0).await.expect("asked"), 1);
    });
}

#[test]
fn lists_are_of_the_owner_and_of_what_may_be_seen() {
    both(|store| async move {
        let f = fixture(&store).await;
        let audience = Audience::new(f.first, Tlp::Amber);
        let mut ids = Vec::new();
        for i in 0..7 {
            let (organisation, audience) =
                if i % 3 == 2 { (f.second, None) } else { (f.first, Some(&audience)) };
            let key = format!("k{i}");
            let job = NewJob { audience, person: Some(f.ada), ..new(&key, organisation) };
            ids.push(store.enqueue(&by(), &job).await.expect("queued").id);
        }
        let list = async |filter: JobFilter<'_>, limit| -> Vec<JobId> {
            store.jobs(&filter, limit).await.expect("a list").iter().map(|job| job.id).collect()
        };
        let first = JobFilter { organisation: Some(f.first), ..JobFilter::default() };
        assert_eq!(list(first.clone(), 2).await, [ids[6], ids[4]]);
        let mut seen = Vec::new();
        let mut before = None;
        loop {
            // A job that arrives while pages are turned is on none of them.
            store.enqueue(&by(), &new(&format!("late{}", seen.len()), f.first)).await.expect("queued");
            let page =
                list(JobFilter { before: before.or(Some(JobId(ids[6].0 + 1))), ..first.clone() }, 2).await;
            before = page.last().copied();
            seen.extend(page.iter().copied());
            if page.is_empty() {
                break;
            }
        }
        assert_eq!(seen, [ids[6], ids[4], ids[3], ids[1], ids[0]]);
        let number = store.job(ids[0]).await.expect("asked").expect("a job").audience.expect("an audience");
        let readable = [number, 9_999];
        let filter = JobFilter { readable: Some(&readable), person: Some(f.ada), ..JobFilter::default() };
        assert_eq!(list(filter.clone(), 10).await.len(), 5);
        assert_eq!(list(JobFilter { state: Some(JobState::Done), ..filter }, 10).await, []);
        assert_eq!(list(JobFilter { readable: Some(&[]), ..first }, 10).await, []);
    });
}

proptest! {
    #[test]
    fn waits_grow_and_are_bounded(attempts in 0i64..100, random in any::<u64>()) {
        let wait = backoff(attempts, random);
        prop_assert!((2_500_000..=3_600_000_000).contains(&wait), "{wait}");
        prop_assert!(backoff(attempts + 1, random) >= backoff(attempts, 0));
    }
}
