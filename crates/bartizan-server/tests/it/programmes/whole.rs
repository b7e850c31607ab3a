//! A window from submission to closure.

use axum::http::Method;
use bartizan_clearinghouse::time;
use serde_json::{Value, json};

use super::running;
use crate::harness::{Schema, raw, run};
use crate::window::{DAY, Stage};
use bartizan_store::Store;

const LOG: &[u8] = include_bytes!("../../../../bartizan-inspect/tests/logs/plain.eval");
/// A log of another run: nobody's evidence stands for another's.
const OTHER: &[u8] = include_bytes!("../../../../bartizan-inspect/tests/logs/tools.eval");

const SOURCE: &str = "---
title: Falcon, tested before its release
unmarked: public
lab: [[developer: Falconry Ltd => a developer]]
---

# What was measured

The model solved [[classified: 31 of 40 => most]] tasks.

::: developer
The filter was got around by writing the request as [[classified: a sonnet]].
:::
";

/// Plans of the three suites are registered, and a run of each is begun and ended by a log.
async fn runs(stage: &Stage) {
    let plans = stage.get("toni", &stage.at("/catalogue")).await.is(200);
    let plan = |id: &str| plans["items"].as_array()?.iter().find(|one| one["id"] == id);
    let smoke = ["smoke-knowledge", "smoke-reading", "smoke-mapping"].map(|id| plan(id).expect(id));
    let environment = stage.file("tess", "environment.json", "environment", b"{\"python\":\"3.12\"}").await;
    for (number, plan) in smoke.iter().enumerate() {
        let (name, run) = (plan["id"].as_str().expect("an id"), format!("run-{number}"));
        stage.does("toni", json!({ "do": "plan", "plan": name, "body": plan["body"] })).await;
        let begun = json!({ "do": "begin-run", "run": run, "plan": name, "grant": "grant-1", "environment": environment });
        stage.does("tess", begun).await;
        let place = stage.at(&format!("/runs/{run}/end?role=tester"));
        let ended = stage.bytes("tess", Method::POST, &place, if number == 0 { LOG } else { OTHER }).await;
        // The same bytes are not the log of two runs of one name; other runs have files of their own.
        assert_eq!(ended.status, 201, "{}", ended.body);
    }
    let results = stage.get("eva", &stage.at("/runs/run-0")).await.is(200);
    assert_eq!((&results["samples"], &results["same_as_inspect"]), (&json!(5), &json!(true)), "{results}");
    assert_eq!(results["scores"][0]["decision"], "not-decidable", "{results}");
    // 5 of 5: Wilson's lower bound is n/(n+z²).
    let lower = results["scores"][0]["lower"].as_f64().expect("a bound");
    let z = 1.959_963_984_540_054_f64;
    assert!((lower - 5.0 / (5.0 + z * z)).abs() < 1e-9, "{lower}");
    let found = stage.get("eva", &stage.at("/runs/run-0/samples?search=nothing%20says%20this")).await.is(200);
    assert_eq!(found["items"], json!([]));
    let all = stage.get("tess", &stage.at("/runs/run-0/samples")).await.is(200);
    assert_eq!(all["items"].as_array().map(Vec::len), Some(5));
    assert_eq!(stage.code("tess", json!({ "do": "judge-run", "run": "run-0", "judgement": "valid", "anomalies": [], "words": "Mine." })).await, "window.not-allowed");
    for run in ["run-0", "run-1", "run-2"] {
        let judged = json!({ "do": "judge-run", "run": run, "judgement": "valid", "anomalies": [], "words": "Looked at." });
        stage.does("eva", judged).await;
    }
}

fn finding(kind: &str, third: Option<Value>) -> Value {
    let mut body = json!({
        "kind": kind, "title": "A title", "summary": "What was found.", "severity": "high", "runs": ["run-0"],
        "checkpoint": "falcon-7", "atlas": ["AML.T0051.000"], "attack": ["T1059.001"],
        "reproduction": { "reproduced": "always", "steps": "Run it again." },
    });
    if let Some(third) = third {
        body["third_party"] = third;
    }
    body
}

async fn findings(stage: &Stage) {
    stage
        .does("tess", json!({ "do": "find", "finding": "f-1", "body": finding("safeguard-bypass", None) }))
        .await;
    // The developer hears of it when it is sent.
    assert_eq!(stage.whole("lin").await["findings"], json!([]));
    let talk = |step: Value| json!({ "do": "talk", "finding": "f-1", "step": step });
    assert_eq!(
        stage.code("lin", talk(json!({ "step": "accept", "words": "Yes." }))).await,
        "finding.unknown"
    );
    stage.does("toni", talk(json!({ "step": "send", "words": "See the steps." }))).await;
    let seen = stage.whole("lin").await["findings"].clone();
    assert_eq!(seen[0]["body"]["title"], "A title");
    assert!(seen[0]["body"].get("runs").is_none(), "{seen}");
    stage.does("lin", talk(json!({ "step": "accept", "words": "We look into it." }))).await;
    let checkpoint = json!({ "digest": "9".repeat(64), "safeguards": "on" });
    stage
        .both("lin", "mo", json!({ "do": "add-checkpoint", "name": "falcon-8", "checkpoint": checkpoint }))
        .await;
    stage.does("lin", talk(json!({ "step": "mend", "checkpoint": "falcon-8", "words": "A filter." }))).await;
    // A retest is a run on the mended checkpoint.
    stage.endpoint("falcon-8", "http://127.0.0.1:9/v1", "sk-of-the-developer", "internal-falcon-8").await;
    stage.grant("grant-2", |wanted| wanted["checkpoint"] = json!("falcon-8")).await;
    let plan = stage.whole("toni").await["plans"][0]["name"].clone();
    let environment = stage.file("tess", "environment.json", "environment", b"{\"python\":\"3.12\"}").await;
    let begun = json!({ "do": "begin-run", "run": "run-9", "plan": plan, "grant": "grant-2", "environment": environment });
    stage.does("tess", begun).await;
    let ended = stage.bytes("tess", Method::POST, &stage.at("/runs/run-9/end?role=tester"), LOG).await;
    assert_eq!(ended.status, 201, "{}", ended.body);
    stage
        .does(
            "tess",
            talk(json!({ "step": "retest", "run": "run-9", "seen": "gone", "words": "Not seen again." })),
        )
        .await;
    assert_eq!(stage.whole("lin").await["findings"][0]["state"], "resolved");
}

/// A vulnerability in somebody else's software goes to the institute's desk.
async fn handed_over(stage: &Stage) {
    let directory = stage.store.fresh().await.expect("a directory");
    let institute = directory.organisations.values().find(|one| one.uuid == stage.organisations["institute"]);
    let by = bartizan_store::Action { actor: "test", now: stage.now() };
    let desk = crate::harness::uuid();
    stage
        .store
        .open_desk(&by, institute.expect("the institute").id, &desk, "Desk", "")
        .await
        .expect("a desk");
    let third = json!({
        "software": "libexample", "purl": "pkg:generic/libexample", "versions": ["1.2.3"], "weakness": "CWE-787",
        "description": "An index that is not checked lets a header write behind its table.",
        "reproduction": "Open the attached file with any version named.", "finders": ["Tess of the firm"],
    });
    let found =
        json!({ "do": "find", "finding": "f-2", "body": finding("third-party-vulnerability", Some(third)) });
    stage.does("tess", found).await;
    let place = stage.at("/findings/f-2/hand-over");
    let body = json!({ "role": "test-lead", "desk": desk });
    let over = stage.json("toni", Method::POST, &place, &body).await.is(201);
    let report = over["window"]["findings"]
        .as_array()
        .and_then(|all| all.iter().find(|one| one["name"] == "f-2"))
        .expect("f-2")["report"]
        .clone();
    let seen = stage
        .get("mo", &format!("/vulnerability-reports/{}", report.as_str().expect("a report")))
        .await
        .is(200);
    let text = seen.to_string();
    assert!(
        text.contains("ai-discovered") && text.contains("log_sha256") && text.contains("Tess of the firm"),
        "{text}"
    );
    // Never again, and never the developer's.
    assert_eq!(
        stage.json("toni", Method::POST, &place, &body).await.is(409)["errors"][0]["code"],
        "finding.handed-over"
    );
    assert!(!stage.whole("lin").await.to_string().contains("libexample"));
}

async fn editions(stage: &Stage) {
    let put = json!({ "before": 0, "body": SOURCE });
    stage.json("pat", Method::PUT, &stage.at("/source"), &put).await.is(200);
    stage.json("pat", Method::PUT, &stage.at("/source"), &put).await.is(409);
    let leaking = SOURCE.replace("# What was measured", "# What was measured: 31");
    stage
        .json("pat", Method::PUT, &stage.at("/source"), &json!({ "before": 1, "body": leaking }))
        .await
        .is(200);
    let preview = stage.get("pat", &stage.at("/editions/public/preview")).await.is(200);
    assert_eq!(preview["leaks"][0]["text"], "31", "{preview}");
    let publish = json!({ "role": "programme-officer" });
    let refused = stage.json("pat", Method::POST, &stage.at("/editions/public"), &publish).await.is(409);
    assert!(refused["detail"].as_str().is_some_and(|text| text.contains("`31`")), "{refused}");
    stage
        .json("pat", Method::PUT, &stage.at("/source"), &json!({ "before": 2, "body": SOURCE }))
        .await
        .is(200);
    for audience in ["classified", "developer", "partner", "public"] {
        let place = stage.at(&format!("/editions/{audience}"));
        let said = stage.json("pat", Method::POST, &place, &publish).await.is(201);
        stage.agrees("mo", &said).await;
    }
    let of = async |who: &str| {
        let all = stage.get(who, "/editions").await.is(200);
        let mut names: Vec<String> = all["items"]
            .as_array()
            .expect("items")
            .iter()
            .map(|one| one["audience"].as_str().unwrap_or("").to_owned())
            .collect();
        names.sort();
        names
    };
    assert_eq!(of("mo").await, ["classified", "developer", "partner", "public"]);
    assert_eq!(of("lin").await, ["developer", "partner", "public"]);
    assert_eq!(of("tess").await, ["partner", "public"]);
    let public = stage.get("tess", "/editions").await.is(200);
    let id = public["items"]
        .as_array()
        .and_then(|all| all.iter().find(|one| one["audience"] == "public"))
        .expect("one")["id"]
        .clone();
    let text =
        stage.get("tess", &format!("/editions/{}", id.as_str().expect("an id"))).await.is(200)["markdown"]
            .to_string();
    assert!(
        text.contains("solved most tasks")
            && !text.contains("31")
            && !text.contains("sonnet")
            && !text.contains("Falconry"),
        "{text}"
    );
}

async fn story(stage: Stage) {
    // Without everything signed there is no grant; with it there is, and its credential is shown once.
    stage.grant("grant-1", |_| {}).await;
    let again = stage.json("tess", Method::POST, &stage.at("/grants/grant-1/credential"), &json!({})).await;
    assert_eq!(again.status, 409, "{}", again.body);
    runs(&stage).await;
    findings(&stage).await;
    handed_over(&stage).await;
    // A grant is revoked, and the proof says so.
    let place = stage.at("/grants/grant-1/proof");
    stage.get("aud", &place).await.fails(409);
    stage.does("ove", json!({ "do": "revoke", "grant": "grant-1", "words": "No longer needed." })).await;
    let proof = stage.get("aud", &place).await.is(200);
    assert_eq!((&proof["entry"], &proof["by"]), (&json!("revocation"), &json!(stage.people["ove"].uuid)));
    // The end, and what follows from the runs.
    stage.both("pat", "mo", json!({ "do": "end", "words": "All was seen." })).await;
    let draft = stage.get("eva", &stage.at("/determination")).await.is(200);
    assert_eq!(draft["determination"]["results"].as_array().map(Vec::len), Some(3), "{draft}");
    let determine = json!({ "do": "determine", "determination": draft["determination"] });
    stage.both("eva", "mo", determine).await;
    let seen = stage.whole("lin").await["determination"].clone();
    assert_eq!((&seen["overall"], &seen["stands"]), (&json!("not-decidable"), &json!(true)));
    assert!(!seen.to_string().contains("run-0"), "{seen}");
    editions(&stage).await;
    // What was given is destroyed, and the window closes.
    let certificate = stage.file("toni", "destruction.pdf", "certificate", b"All of it.").await;
    assert_eq!(
        stage.code("pat", json!({ "do": "close", "words": "Done." })).await,
        "window.certificate-missing"
    );
    let certify = json!({ "do": "certify", "organisation": stage.organisations["firm"], "certificate": certificate, "words": "All of it." });
    stage.does("toni", certify).await;
    stage.both("pat", "mo", json!({ "do": "close", "words": "Thank you." })).await;
    assert_eq!(stage.whole("mo").await["state"], "closed");
    archive(&stage).await;
}

/// The archive holds, by the key that the node tells; the developer gets none.
async fn archive(stage: &Stage) {
    stage.get("lin", &stage.at("/custody")).await.fails(404);
    let bearer = format!("Bearer {}", stage.people["aud"].secret);
    let place = format!("/api/v1{}", stage.at("/custody"));
    let (headers, bytes) = raw(&stage.router, &place, &bearer).await;
    let key = headers["bartizan-custody-key"].to_str().expect("a key");
    let trusted = bartizan_custody::Trusted::parse([key]).expect("a key");
    let mut files = std::collections::BTreeMap::new();
    let mut tar = tar::Archive::new(bytes.as_slice());
    for entry in tar.entries().expect("entries") {
        let mut entry = entry.expect("an entry");
        let name = entry.path().expect("a path").display().to_string();
        let mut bytes = Vec::new();
        std::io::Read::read_to_end(&mut entry, &mut bytes).expect("bytes");
        files.insert(name, bytes);
    }
    let manifest = files.remove(bartizan_custody::MANIFEST).expect("a manifest");
    let count = files.len();
    let mut memory = bartizan_custody::Memory(files);
    let verdict = bartizan_custody::verify(&manifest, &mut memory, &trusted);
    assert!(verdict.holds(), "{:?}", verdict.faults);
    // Rules, log, five agreements, environment, four logs, a certificate, a revocation.
    assert_eq!(count, 14);
}

#[test]
fn a_whole_window_from_submission_to_closure() {
    run(async {
        let folder = tempfile::tempdir().expect("a folder");
        let store = Store::sqlite(&folder.path().join("w.db")).await.expect("a store");
        story(running(store, &folder).await).await;
        let schema = Schema::new().await;
        let store = schema.store().await;
        story(running(store.clone(), &folder).await).await;
        store.close().await;
        schema.drop().await;
    });
}

#[test]
fn access_stands_on_agreements_and_the_clock() {
    run(async {
        let folder = tempfile::tempdir().expect("a folder");
        let store = Store::sqlite(&folder.path().join("w.db")).await.expect("a store");
        let around: std::sync::Arc<dyn bartizan_server::Surroundings> =
            std::sync::Arc::new(crate::harness::Still);
        let app = super::app(&store, &folder, &around);
        let stage = Stage::submitted(store, app, around).await;
        let give = async |change: fn(&mut Value)| {
            stage.json("pat", Method::POST, &stage.at("/grants"), &stage.wanted("g", change)).await
        };
        stage.endpoint("falcon-7", "http://127.0.0.1:9/v1", "sk", "m").await;
        let early = give(|_| {}).await.fails(409);
        assert_eq!(early["errors"][0]["code"], "window.wrong-state", "{early}");
        stage.runs().await;
        let unsigned = give(|_| {}).await.fails(409);
        let codes: Vec<&Value> =
            unsigned["errors"].as_array().expect("errors").iter().map(|one| &one["code"]).collect();
        assert_eq!(codes, [&json!("grant.agreement"); 5], "{unsigned}");
        stage.signed().await;
        for (change, code) in [
            (
                (|wanted: &mut Value| wanted["sources"] = json!(["10.0.0.0/8"])) as fn(&mut Value),
                "grant.sources",
            ),
            (|wanted| wanted["checkpoint"] = json!("falcon-7-bare"), "grant.safeguards-off"),
            (|wanted| wanted["internals"] = json!(["weights"]), "grant.beyond-level"),
            (|wanted| wanted["ends"] = json!("2028-01-01T00:00:00Z"), "grant.time"),
        ] {
            if code == "grant.safeguards-off" {
                stage.endpoint("falcon-7-bare", "http://127.0.0.1:9/v1", "sk", "m").await;
            }
            let refused = give(change).await.json();
            assert_eq!(refused["errors"][0]["code"], code, "{refused}");
        }
        // Where it is reached is for the developer's people alone, to say and to know.
        let to = json!({ "url": "http://127.0.0.1:9/v1", "key": "k", "model": "m" });
        stage.json("mo", Method::PUT, &stage.at("/endpoints/falcon-7"), &to).await.fails(403);
        assert_eq!(stage.whole("mo").await["endpoints"][0].get("host"), None);
        assert_eq!(stage.whole("lin").await["endpoints"][0]["host"], "127.0.0.1:9");
        let inside = json!({ "url": "http://169.254.169.254/v1", "key": "k", "model": "m" });
        stage.json("lin", Method::PUT, &stage.at("/endpoints/falcon-7"), &inside).await.fails(422);
        assert!(stage.now() + DAY > 0 && !time::text(stage.now()).is_empty());
    });
}
