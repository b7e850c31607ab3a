//! What each side is shown of a window.

use bartizan_clearinghouse::access::{Role, Roles, Scopes};
use serde_json::{Value, json};

use super::running;
use crate::harness::{person, run, secret};
use crate::window::{Person, Stage};
use bartizan_store::{Action, Store};

/// A second firm with a tester of its own.
async fn rival(stage: &mut Stage) {
    let by = Action { actor: "test", now: stage.now() };
    let uuid = crate::harness::uuid();
    let organisation = stage.store.add_organisation(&by, &uuid, "rival", None).await.expect("one");
    let id = person(&stage.store, &by, organisation, "riva", Roles::of(&[Role::Analyst])).await;
    let secret = secret(&stage.store, &by, id, Scopes::ALL, None).await;
    let name = stage.store.fresh().await.expect("a directory").people[&id].uuid.clone();
    stage.organisations.insert("rival", uuid);
    stage.people.insert("riva", Person { id, uuid: name, secret, role: "tester" });
}

/// Everything that somebody can look at.
async fn all(stage: &Stage, who: &str) -> Vec<(String, u16, String)> {
    let mut seen = Vec::new();
    for tail in [
        "",
        "/events",
        "/calendar",
        "/files",
        "/catalogue",
        "/determination",
        "/source",
        "/editions",
        "/custody",
        "/grants/hidden/calls",
        "/grants/hidden/proof",
        "/runs/hidden",
        "/runs/hidden/samples",
        "/editions/public/preview",
    ] {
        let answer = stage.get(who, &stage.at(tail)).await;
        seen.push((tail.to_owned(), answer.status, answer.body));
    }
    let listed = stage.get(who, "/windows").await;
    seen.push(("list".to_owned(), listed.status, listed.body));
    seen
}

#[test]
fn what_is_hidden_from_somebody_changes_nothing_of_what_they_see() {
    run(async {
        let folder = tempfile::tempdir().expect("a folder");
        let store = Store::sqlite(&folder.path().join("w.db")).await.expect("a store");
        let mut stage = running(store, &folder).await;
        rival(&mut stage).await;
        let riva = &stage.people["riva"];
        let part =
            json!({ "person": riva.uuid, "organisation": stage.organisations["rival"], "role": "tester" });
        stage.does("mo", json!({ "do": "assign", "part": part })).await;
        let before = (all(&stage, "riva").await, all(&stage, "lin").await);
        // What follows is the firm's, or the programme's own.
        let developer_sees = stage.grant("hidden", |_| {}).await;
        assert!(!developer_sees.is_empty());
        assert_eq!(all(&stage, "riva").await, before.0, "a rival sees nothing of another's grant");
        let with_grant = all(&stage, "lin").await;
        assert_ne!(with_grant, before.1, "whose model it is sees who may call it");
        let plans = stage.get("toni", &stage.at("/catalogue")).await.is(200);
        stage.does("toni", json!({ "do": "plan", "plan": "p", "body": plans["items"][0]["body"] })).await;
        let environment = stage.file("tess", "e.json", "environment", b"{}").await;
        stage.does("tess", json!({ "do": "begin-run", "run": "hidden", "plan": "p", "grant": "hidden", "environment": environment })).await;
        let found = json!({
            "kind": "harness-incident", "title": "T", "summary": "S", "severity": "low", "runs": [], "checkpoint": "falcon-7",
            "atlas": [], "attack": [], "reproduction": { "reproduced": "never", "steps": "None." },
        });
        stage.does("tess", json!({ "do": "find", "finding": "f", "body": found })).await;
        stage
            .json(
                "pat",
                axum::http::Method::PUT,
                &stage.at("/source"),
                &json!({ "before": 0, "body": "---\ntitle: T\nunmarked: public\n---\nText.\n" }),
            )
            .await
            .is(200);
        assert_eq!(all(&stage, "riva").await, before.0, "a rival sees nothing of runs, findings, sources");
        assert_eq!(all(&stage, "lin").await, with_grant, "the developer sees nothing of them either");
        // What names it is answered as what was never there.
        let code = async |who: &str, action: Value| stage.code(who, action).await;
        assert_eq!(
            code(
                "riva",
                json!({ "do": "end-run", "run": "hidden", "end": { "outcome": "failed", "samples": 0 } })
            )
            .await,
            "run.unknown"
        );
        assert_eq!(
            code(
                "riva",
                json!({ "do": "end-run", "run": "never", "end": { "outcome": "failed", "samples": 0 } })
            )
            .await,
            "run.unknown"
        );
    });
}

#[test]
fn who_has_no_part_sees_no_window_and_who_answers_for_it_its_front() {
    run(async {
        let folder = tempfile::tempdir().expect("a folder");
        let store = Store::sqlite(&folder.path().join("w.db")).await.expect("a store");
        let mut stage = running(store, &folder).await;
        rival(&mut stage).await;
        for tail in ["", "/events", "/files", "/custody", "/source"] {
            stage.get("riva", &stage.at(tail)).await.fails(404);
        }
        assert_eq!(stage.get("riva", "/windows").await.is(200)["items"], json!([]));
        // Nothing of the window can be said by who is none of it, whatever role they claim.
        let answer =
            stage.tries("riva", json!({ "do": "pause", "reason": "tester-request", "words": "Stop." })).await;
        answer.fails(404);
        assert_eq!(
            stage.code("tess", json!({ "do": "pause", "reason": "tester-request", "words": "Stop." })).await,
            "window.not-allowed"
        );
        // A token that is not for writing writes nothing.
        let by = Action { actor: "test", now: stage.now() };
        let read = Scopes::of(&[bartizan_clearinghouse::access::Scope::Read]);
        let mo = stage.people["mo"].id;
        let secret = secret(&stage.store, &by, mo, read, None).await;
        stage.people.get_mut("mo").expect("mo").secret = secret;
        stage
            .tries("mo", json!({ "do": "pause", "reason": "tester-request", "words": "Stop." }))
            .await
            .fails(403);
    });
}
