//! What is told: members of groups, that something is there, who took what, what a label means.

use bartizan_stix::Tlp;
use serde_json::{Value, json};

use super::token;
use crate::harness::{MEDIA, NOW, uuid};
use crate::world::{Asker, anyone, object, run};

/// MISP#1720, melicertes/csp#22: who is in a sharing group showed through; a node that was not in it could pull.
#[test]
fn membership_of_a_sharing_group() {
    run(async |world| {
        // Third reads the shared collection as a client, Fourth has nothing to do with it.
        let shared = &world.shared.uuid;
        for name in ["coordinator-third", "coordinator-fourth", "admin-fourth", "analyst-second"] {
            let visitor = world.visitor(name);
            for path in
                ["/admin/groups".to_owned(), format!("/collections/{shared}"), "/collections".to_owned()]
            {
                let page = world.get(visitor, &path).await;
                assert!(!page.body.contains("Circle"), "{name} {path}");
            }
        }
        let seen =
            world.get(&token(&world, "reader-third"), &format!("/api/v1/collections/{shared}")).await.is(200);
        assert_eq!(seen["grants"], Value::Null, "a client is not told who else is in it");
        let page = world.get(world.visitor("reader-third"), &format!("/collections/{shared}")).await;
        assert!(!page.body.contains("Fifth"), "{}", page.body);
        let page = world.get(world.visitor("reader-fifth"), &format!("/collections/{shared}")).await;
        assert!(page.body.contains("Circle"), "who is in it knows it");
        for tail in ["", "objects/", "manifest/"] {
            let path = format!("/taxii2/root/collections/{}/{tail}", world.private.uuid);
            assert_eq!(world.get(&token(&world, "coordinator-first"), &path).await.status, 404);
        }
    });
}

/// Receipts, counts, and whether something is a repetition tell of what somebody may not know.
#[test]
fn oracles_of_existence() {
    run(async |world| {
        let ben = token(&world, "analyst-second");
        let path = format!("/taxii2/root/collections/{}/objects/", world.shared.uuid);
        let put = async |asker: &Asker, id: &str| {
            let body = format!(
                r#"{{"objects":[{{"type":"malware","id":"{id}","spec_version":"2.1","modified":"2024-01-01T00:00:00Z","name":"m"}}]}}"#
            );
            let headers = [("accept", MEDIA), ("content-type", MEDIA)];
            world.ask(asker, "POST", &path, &headers, body.as_bytes()).await.is(202)
        };
        // The same object is there, under embargo and for somebody else: the answer is that of one that was never there.
        let hidden = format!("malware--{}", uuid());
        let whose = (world.first().id, world.person("analyst-first"));
        let at = (hidden.as_str(), "2024-01-01T00:00:00Z");
        object(&world.store, world.shared.id, whose, at, (Tlp::Clear, Some(NOW + 1))).await;
        let new = format!("malware--{}", uuid());
        let (one, other) = (put(&ben, &hidden).await, put(&ben, &new).await);
        let told = |status: &Value, id: &str| {
            let mut status = status.clone();
            status["id"] = json!("");
            status.to_string().replace(id, "X")
        };
        assert_eq!(told(&one, &hidden), told(&other, &new));
        // A receipt is its sender's; to everybody else it is one that never was.
        let receipt = one["id"].as_str().expect("an id");
        let of = |id: &str| format!("/taxii2/root/status/{id}/");
        for name in ["coordinator-first", "reviewer-second", "analyst-fourth"] {
            let asker = token(&world, name);
            let (theirs, none) =
                (world.get(&asker, &of(receipt)).await, world.get(&asker, &of(&uuid())).await);
            assert_eq!((theirs.status, &theirs), (404, &none), "{name}");
        }
        // The same document, handed in by another organisation, is new here.
        let new = json!({ "name": "a.txt", "marking": "TLP:AMBER", "text": "The same words for both." });
        let first =
            world.json(&token(&world, "analyst-first"), "POST", "/api/v1/submissions", &new).await.is(202);
        let second = world.json(&ben, "POST", "/api/v1/submissions", &new).await.is(202);
        assert_ne!(first["id"], second["id"]);
        assert_eq!((&second["state"], &second["attempts"]), (&json!("queued"), &json!(0)));
        // Who guesses names is told nothing of them.
        let enter = async |name: &str| {
            world.form(&anyone(), "/sign-in", &[("name", name), ("password", "wrong")]).await
        };
        let (there, not) = (enter("analyst-first").await, enter("analyst-ninth").await);
        assert_eq!(there.status, not.status);
        assert_eq!(there.body.replace("analyst-first", "X"), not.body.replace("analyst-ninth", "X"));
    });
}

/// Whoever takes a report along, by whatever way, stands in the audit log.
#[test]
fn what_is_taken_along_is_in_the_log() {
    run(async |world| {
        let ada = world.visitor("analyst-first");
        let report = &world.reports[0].id;
        let entries = async || {
            let all = world.store.audit(None, 50).await.expect("asked");
            all.into_iter()
                .filter(|e| e.action == "report.export")
                .map(|e| (e.actor, e.thing, e.detail))
                .collect::<Vec<_>>()
        };
        let mut before = entries().await.len();
        for (tail, file) in [
            ("full/page", "report.html"),
            ("labels", "labels.jsonl"),
            ("files/analysis.json", "analysis.json"),
            ("files/package.zip", "package.zip"),
        ] {
            assert_eq!(world.get(ada, &format!("/reports/{report}/{tail}")).await.status, 200, "{tail}");
            let after = entries().await;
            assert_eq!(after.len(), before + 1, "{tail}");
            let expected =
                ("analyst-first".to_owned(), format!("report/{report}"), json!({ "file": file }).to_string());
            assert_eq!(after[0], expected);
            before += 1;
        }
        // Who may not read it leaves no such entry.
        let eve = world.visitor("analyst-fourth");
        assert_eq!(world.get(eve, &format!("/reports/{report}/full/page")).await.status, 404);
        assert_eq!(entries().await.len(), before);
    });
}

/// What is sent under the identifier of a TLP label changes nothing of what the label means, in neither direction, and is not
/// thereby everybody's.
#[test]
fn labels_that_are_defined_anew() {
    run(async |world| {
        let ada = token(&world, "analyst-first");
        let path = format!("/taxii2/root/collections/{}/objects/", world.shared.uuid);
        let headers = [("accept", MEDIA), ("content-type", MEDIA)];
        let put = async |objects: Vec<Value>| {
            let body = json!({ "objects": objects }).to_string();
            world.ask(&ada, "POST", &path, &headers, body.as_bytes()).await.is(202)
        };
        let label = |tlp: Tlp, says: Tlp| {
            json!({
                "type": "marking-definition", "spec_version": "2.1", "id": tlp.marking_id().as_str(),
                "created": "2022-10-01T00:00:00.000Z", "name": says.as_str(),
                "extensions": { "extension-definition--60a3c5c5-0d10-413e-aab3-9e08dde9e88d":
                    { "extension_type": "property-extension", "tlp_2_0": says.extension_value() } },
            })
        };
        let marked = |tlp: Tlp| {
            let id = format!("malware--{}", uuid());
            let object = json!({
                "type": "malware", "spec_version": "2.1", "id": id, "created": "2024-01-01T00:00:00.000Z",
                "modified": "2024-01-01T00:00:00.000Z", "object_marking_refs": [tlp.marking_id().as_str()],
            });
            (id, object)
        };
        let reads = async |asker: &Asker, id: &str| {
            world.ask(asker, "GET", &format!("{path}{id}/"), &[("accept", MEDIA)], b"").await.status == 200
        };
        // TLP:RED that says it is TLP:CLEAR loosens nothing; TLP:CLEAR that says it is TLP:RED leaves nothing open.
        for (tlp, says) in [(Tlp::Red, Tlp::Clear), (Tlp::Clear, Tlp::Red), (Tlp::Green, Tlp::AmberStrict)] {
            let (id, object) = marked(tlp);
            let told = put(vec![object.clone(), label(tlp, says)]).await;
            assert_eq!(told["success_count"], 0, "{tlp} as {says}: {told}");
            assert!(!reads(&anyone(), &id).await);
            // The same object without the odd definition is what it is marked.
            assert_eq!(put(vec![object]).await["success_count"], 1);
            assert_eq!(reads(&anyone(), &id).await, tlp == Tlp::Clear, "{tlp}");
        }
        // As they were published they are everybody's, with their objects in the same envelope.
        for tlp in Tlp::ALL {
            let (_, object) = marked(tlp);
            assert_eq!(put(vec![label(tlp, tlp), object]).await["success_count"], 2, "{tlp}");
            assert!(reads(&anyone(), tlp.marking_id().as_str()).await, "{tlp}");
        }
        // With more in it, it goes as far as anything else: not to anyone, in a collection whose own marking is TLP:AMBER.
        let mut more = label(Tlp::Clear, Tlp::Clear);
        more["x_secret"] = json!("what nobody may read");
        more["modified"] = json!("2026-11-29T00:00:00.000Z");
        assert_eq!(put(vec![more]).await["success_count"], 1);
        let path = format!("{path}{}/?match[version]=all", Tlp::Clear.marking_id().as_str());
        let seen = world.ask(&anyone(), "GET", &path, &[("accept", MEDIA)], b"").await;
        assert!(seen.status == 200 && !seen.body.contains("what nobody"), "{}", seen.body);
    });
}
