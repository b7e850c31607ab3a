//! A report that is handed in again in a new edition: found to be one, compared, decided with what went on, published as new versions,
//! withdrawn.

use std::collections::BTreeMap;
use std::io::{Cursor, Write};
use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use axum::body::Body;
use axum::http::{Method, Request, StatusCode};
use bartizan::exchange::{self, Format};
use bartizan::{Analyzer, Input, Options};
use bartizan_clearinghouse::access::{Audience, OrganisationId, PersonId, Role, Roles, Scopes};
use bartizan_clearinghouse::token;
use bartizan_knowledge::Pack;
use bartizan_server::jobs::analyze::{Analyze, Submission, submit};
use bartizan_server::jobs::isolate::Isolation;
use bartizan_server::jobs::{Runner, Settings, TableQueue};
use bartizan_server::{App, Config, Surroundings, System, router};
use bartizan_stix::Tlp;
use bartizan_store::{Action, Filter, JobState, NewCollection, NewPerson, Session, Store};
use serde_json::Value;
use tower::ServiceExt;

const CSRF: &str = "a token of forms";
const HEAD: &str = "<html><head><title>Midnight Relay</title><meta property=\"og:site_name\" content=\"Example Labs\">\
    <link rel=\"canonical\" href=\"https://labs.example/relay\"></head><body><h1>Midnight Relay</h1>";
/// Its second sentence is in both editions, the third in the first alone.
const FIRST: &str = "<p>The malware Tarrask used PowerShell (T1059.001) to run a script. It dumped LSASS memory (T1003.001) with \
    a tool. Then it sent data to 198[.]51[.]100[.]7 over HTTPS (T1041).</p><h2>Indicators of compromise</h2>\
    <ul><li>SHA-256: 7692c3ad3540bb803c020b3aee66cd8887123234ea0c6e7143c0add73ff431ed</li></ul>";
const SECOND: &str = "<p>Updated in March. The malware Tarrask used PowerShell (T1059.001) to run a script. It dumped LSASS memory \
    (T1003.001) with a tool. Then it sent data to 203[.]0[.]113[.]9 over HTTPS (T1041). It also cleared event logs \
    (T1070.001).</p><h2>Indicators of compromise</h2>\
    <ul><li>SHA-256: 3fc4ccfe745870e2c0d99f71f30ff0656c8dedd41cc1d7d3d376b0dbe685e2f3</li></ul>";

/// Hashes of a file that one of them names.
const GONE: &str = "7692c3ad3540bb803c020b3aee66cd8887123234ea0c6e7143c0add73ff431ed";
const CAME: &str = "3fc4ccfe745870e2c0d99f71f30ff0656c8dedd41cc1d7d3d376b0dbe685e2f3";

fn by() -> Action<'static> {
    Action { actor: "test", now: System.now() }
}

fn uuid() -> String {
    let mut bytes = [0; 16];
    System.fill(&mut bytes);
    uuid::Builder::from_random_bytes(bytes).into_uuid().to_string()
}

struct Side {
    organisation: OrganisationId,
    person: PersonId,
    secret: String,
}

struct Node {
    store: Store,
    router: Router,
    first: Side,
    second: Side,
    collection: String,
}

async fn side(store: &Store, word: &str) -> Side {
    let organisation = store.add_organisation(&by(), &uuid(), word, None).await.expect("an organisation");
    let roles = Roles::of(&[Role::Reviewer, Role::Coordinator]);
    let new = NewPerson { uuid: &uuid(), organisation, name: word, shown: word, roles, password: None };
    let person = store.add_person(&by(), &new).await.expect("a person");
    let secret = format!("{word:-<64}");
    let session = Session { person, csrf: CSRF.into(), expires: System.now() + 1_000_000_000 };
    store.add_session(&by(), &token::digest(&secret), &session).await.expect("a session");
    Side { organisation, person, secret }
}

/// What a worker would write of a page.
fn package(body: &str) -> Vec<u8> {
    let pack = Pack::built_in();
    let options = Options { now: System.now() / 1_000_000, marking: Some(Tlp::Green), ..Options::default() };
    let input = Input::new("relay.html", format!("{HEAD}{body}</body></html>"));
    let analysis = Analyzer::new(pack).analyze(&input, &options).expect("an analysis");
    let json = exchange::render(Format::Json, &analysis, pack);
    let mut archive = zip::ZipWriter::new(Cursor::new(Vec::new()));
    let options = zip::write::SimpleFileOptions::default();
    for (name, bytes) in [("analysis.json", json), ("report.html", b"<p>whole</p>".to_vec())] {
        archive.start_file(name, options).expect("a file");
        archive.write_all(&bytes).expect("content");
    }
    archive.finish().expect("an archive").into_inner()
}

impl Node {
    async fn send(
        &self,
        side: &Side,
        method: Method,
        path: &str,
        body: String,
    ) -> (StatusCode, String, String) {
        let request = Request::builder().method(method).uri(path).header("host", "localhost");
        let request = request.header("cookie", format!("bartizan={}", side.secret));
        let request = request.header("content-type", "application/x-www-form-urlencoded");
        let request = request.body(Body::from(body)).expect("a request");
        let response = self.router.clone().oneshot(request).await.expect("an answer");
        let status = response.status();
        let policy = response.headers().get("content-security-policy");
        let policy = policy.and_then(|v| v.to_str().ok()).unwrap_or_default().to_owned();
        let bytes = axum::body::to_bytes(response.into_body(), 1 << 24).await.expect("a body");
        (status, String::from_utf8(bytes.to_vec()).expect("text"), policy)
    }

    async fn get(&self, side: &Side, path: &str) -> String {
        let (status, body, _) = self.send(side, Method::GET, path, String::new()).await;
        assert_eq!(status, StatusCode::OK, "{path}: {body}");
        body
    }

    async fn post(&self, path: &str, pairs: &[(&str, &str)]) -> (StatusCode, String) {
        let mut body = form_urlencoded::Serializer::new(String::new());
        body.append_pair("csrf", CSRF).extend_pairs(pairs);
        let (status, body, _) = self.send(&self.first, Method::POST, path, body.finish()).await;
        (status, body)
    }

    /// Hands a report in and waits for it; its id.
    async fn hand_in(&self, document: &[u8], update_of: Option<&str>) -> String {
        let audience = Audience {
            author: Some(self.first.person),
            ..Audience::new(self.first.organisation, Tlp::Green)
        };
        let submission = Submission {
            name: "relay.html",
            document,
            marking: Some(Tlp::Green),
            source_url: None,
            media_type: None,
            update_of,
            organisation: self.first.organisation,
            person: Some(self.first.person),
            audience: Some(&audience),
        };
        let id = submit(&self.store, &by(), &submission).await.expect("taken").id;
        for _ in 0..1_200 {
            let job = self.store.job(id).await.expect("asked").expect("a job");
            match job.state {
                JobState::Done => {
                    return self.store.report_of_job(id.0).await.expect("asked").expect("a report");
                }
                state => assert!(!state.is_final(), "{job:?}"),
            }
            tokio::time::sleep(Duration::from_millis(25)).await;
        }
        panic!("it never ended");
    }

    /// All versions of everything in the collection, in the order they came.
    async fn objects(&self) -> Vec<Value> {
        let directory = self.store.fresh().await.expect("fresh");
        let entry = directory.collection(&self.collection).expect("a collection").clone();
        let principal = directory.principal(self.first.person, Scopes::ALL).expect("a principal");
        let readable = directory.readable(&principal, Some(entry.access.id), System.now());
        let filter = Filter { versions: vec![bartizan_store::VersionWanted::All], ..Filter::default() };
        let page = self.store.objects(entry.access.id, &readable, &filter, 5_000, 1 << 26).await;
        let items = page.expect("asked").items;
        items.iter().map(|o| serde_json::from_str(&o.body).expect("JSON")).collect()
    }
}

/// The newest version of each object.
fn newest(objects: &[Value]) -> BTreeMap<String, Value> {
    let mut newest: BTreeMap<String, Value> = BTreeMap::new();
    for object in objects {
        let version = |o: &Value| o["modified"].as_str().unwrap_or_default().to_owned();
        let there = newest.entry(object["id"].as_str().expect("an id").to_owned()).or_insert(object.clone());
        if version(object) > version(there) {
            *there = object.clone();
        }
    }
    newest
}

fn run(story: impl AsyncFn(Node)) {
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build();
    runtime.expect("a runtime").block_on(async {
        let folder = tempfile::tempdir().expect("a folder");
        let store = Store::sqlite(&folder.path().join("node.db")).await.expect("a store");
        let (first, second) = (side(&store, "First").await, side(&store, "Second").await);
        let collection = uuid();
        let new = NewCollection {
            uuid: &collection,
            alias: None,
            owner: first.organisation,
            title: "Shared",
            description: "",
            marking: Tlp::Green,
            public: false,
        };
        store.add_collection(&by(), &new).await.expect("a collection");
        // `cat` is a worker that gives back what it gets: a document that is a package.
        let program = folder.path().join("worker");
        std::fs::write(&program, "#!/bin/sh\nexec /bin/cat\n").expect("a script");
        let mode = std::os::unix::fs::PermissionsExt::from_mode(0o755);
        std::fs::set_permissions(&program, mode).expect("executable");
        let isolation = Isolation::new(&program);
        let work = Analyze { store: store.clone(), isolation, pack: Pack::built_in() };
        let settings = Settings { poll: Duration::from_millis(20), ..Settings::default() };
        let runner = Runner::new(TableQueue(store.clone()), work, Arc::new(System), settings);
        let (stop, stopped) = tokio::sync::oneshot::channel::<()>();
        let running = tokio::spawn(runner.run(async {
            let _ = stopped.await;
        }));
        let config = Config::local(([127, 0, 0, 1], 0).into());
        let router = router(App::new(store.clone(), config, Pack::built_in(), Arc::new(System)));
        story(Node { store, router, first, second, collection }).await;
        let _ = stop.send(());
        running.await.expect("it stops");
    });
}

#[test]
fn a_new_edition_is_compared_reviewed_published_and_withdrawn() {
    run(async |node| {
        let us = &node.first;
        let one = node.hand_in(&package(FIRST), None).await;
        let review = node.get(us, &format!("/reports/{one}/review")).await;
        let key = |name: &str| {
            let at = review.match_indices("name=\"claim\" value=\"").map(|(at, text)| at + text.len());
            let keys = at.map(|at| review[at..].split('"').next().unwrap_or_default().replace("&gt;", ">"));
            keys.into_iter().find(|key| key.ends_with(name)).unwrap_or_else(|| panic!("{name} in {review}"))
        };
        for (name, act) in [("T1003.001", "accept"), ("T1059.001", "reject"), ("ipv4:198.51.100.7", "accept")]
        {
            let pairs = [("act", act), ("claim", &key(name)), ("reason", "a quotation")];
            let (status, body) = node.post(&format!("/reports/{one}/decisions"), &pairs).await;
            assert_eq!(status, StatusCode::SEE_OTHER, "{body}");
        }
        let page = node.get(us, &format!("/reports/{one}/changes")).await;
        assert!(page.contains("There is one edition of this report"), "{page}");
        let publish = |id: &str| format!("/reports/{id}/publish");
        let to = [("collection", node.collection.as_str())];
        assert_eq!(node.post(&publish(&one), &to).await.0, StatusCode::SEE_OTHER);
        let before = newest(&node.objects().await);
        let patterns = |objects: &BTreeMap<String, Value>| {
            let told = objects.values().map(|o| format!("{} {} {}", o["type"], o["pattern"], o["value"]));
            told.collect::<Vec<_>>().join("\n")
        };
        assert!(patterns(&before).contains(GONE), "{}", patterns(&before));

        // The same text at the same address, changed: a new edition by itself.
        let two = node.hand_in(&package(SECOND), None).await;
        let page = node.get(us, &format!("/reports/{two}/changes")).await;
        for text in
            ["edition 1", "edition 2", "203[.]0[.]113[.]9", "198[.]51[.]100[.]7", "T1070.001", "2 decisions"]
        {
            assert!(page.contains(text), "{text}: {page}");
        }
        assert!(
            !page.contains("203.0.113.9") && !page.contains("T1003.001 "),
            "defanged; what stayed is not listed"
        );
        let (status, _, _) =
            node.send(&node.second, Method::GET, &format!("/reports/{two}/changes"), String::new()).await;
        assert_eq!(status, StatusCode::NOT_FOUND);
        let review = node.get(us, &format!("/reports/{two}/review")).await;
        assert_eq!(
            review.matches("data-s=\"accepted\"").count(),
            1,
            "T1003.001, not the address that is gone"
        );
        assert_eq!(review.matches("data-s=\"rejected\"").count(), 1);
        let home = node.get(us, "/").await;
        assert!(
            home.contains("handed in edition 2 of") && home.contains(&format!("/reports/{two}/changes")),
            "{home}"
        );
        let library = node.get(us, "/library").await;
        assert!(library.contains(&two) && !library.contains(&one), "the newest edition alone");
        assert!(node.get(us, "/library?editions=all").await.contains(&one));
        assert!(node.get(us, &format!("/reports/{one}")).await.contains("newer edition"));
        assert!(node.get(us, &format!("/reports/{two}")).await.contains("still have an earlier one"));

        // Published again, its objects go on: same identifiers, same `created`, later `modified`; what is gone is revoked.
        assert_eq!(node.post(&publish(&two), &to).await.0, StatusCode::SEE_OTHER);
        let after = newest(&node.objects().await);
        let report = |objects: &BTreeMap<String, Value>| {
            objects.values().find(|o| o["type"] == "report").expect("a report").clone()
        };
        let (old, new) = (report(&before), report(&after));
        assert_eq!((&old["id"], &old["created"]), (&new["id"], &new["created"]));
        assert!(new["modified"].as_str() > old["modified"].as_str());
        let indicator = |objects: &BTreeMap<String, Value>, value: &str| {
            let found = objects.values().find(|o| o["pattern"].as_str().is_some_and(|p| p.contains(value)));
            found.cloned().unwrap_or_else(|| panic!("no indicator of {value}"))
        };
        assert_eq!(indicator(&after, GONE)["revoked"], true);
        assert!(indicator(&after, CAME).get("revoked").is_none());
        assert_eq!(node.objects().await.iter().filter(|o| o["type"] == "report").count(), 2, "two versions");
        // The older edition does not come back.
        assert_eq!(node.post(&publish(&one), &to).await.0, StatusCode::UNPROCESSABLE_ENTITY);

        // Withdrawing asks first, then revokes everything of ours.
        let withdraw = format!("/reports/{two}/withdraw");
        let (status, body) = node.post(&withdraw, &to).await;
        assert!(status == StatusCode::OK && body.contains("Withdraw it from Shared?"), "{body}");
        assert_eq!(newest(&node.objects().await), after, "nothing yet");
        let sure = [to[0], ("sure", "1")];
        assert_eq!(node.post(&withdraw, &sure).await.0, StatusCode::SEE_OTHER);
        let gone = newest(&node.objects().await);
        assert_eq!(report(&gone)["revoked"], true);
        assert_eq!(indicator(&gone, CAME)["revoked"], true);
        assert!(node.get(us, &format!("/reports/{two}")).await.contains("Only your organisation reads it"));
        // What comes back is new.
        assert_eq!(node.post(&publish(&two), &to).await.0, StatusCode::SEE_OTHER);
        let back = newest(&node.objects().await);
        assert_eq!(back.values().filter(|o| o["type"] == "report" && o.get("revoked").is_none()).count(), 1);
        assert_eq!(back[new["id"].as_str().expect("an id")]["revoked"], true);
    });
}

#[test]
fn who_hands_it_in_has_the_last_word() {
    run(async |node| {
        let us = &node.first;
        let one = node.hand_in(&package(FIRST), None).await;
        let own = node.hand_in(&package(SECOND), Some("")).await;
        assert!(node.get(us, &format!("/reports/{own}/changes")).await.contains("There is one edition"));
        // Another text, chosen as a new edition.
        let other = "<p>Nothing of the old text is left here; the actor APT29 used Mimikatz (T1003).</p>";
        let chosen = node.hand_in(&package(other), Some(&one)).await;
        let page = node.get(us, &format!("/reports/{chosen}/changes")).await;
        assert!(page.contains("withdrawn") && page.contains("T1059.001"), "{page}");
        let unrelated =
            "<p>Nothing of the old text is left; somebody used a wiper (T1485) on 192[.]0[.]2[.]1.</p>";
        let apart = node.hand_in(&package(unrelated), None).await;
        let page = node.get(us, &format!("/reports/{apart}/changes")).await;
        assert!(page.contains("There is one edition"), "a title alone does not take another's place: {page}");
        // What is not there is not taken.
        let nowhere = node.hand_in(&package("<p>It ran whoami (T1033).</p>"), Some("no-such-report")).await;
        assert!(node.get(us, &format!("/reports/{nowhere}/changes")).await.contains("There is one edition"));
        let form = node.get(us, &format!("/submit?update={one}")).await;
        assert!(form.contains(&format!("value=\"{one}\" selected")), "{form}");
    });
}

#[test]
fn the_whole_analysis_stands_in_a_frame_of_its_own() {
    run(async |node| {
        let one = node.hand_in(&package(FIRST), None).await;
        let (_, page, policy) =
            node.send(&node.first, Method::GET, &format!("/reports/{one}/full"), String::new()).await;
        assert_eq!(policy, bartizan_workbench::POLICY);
        assert!(
            page.contains("aria-label=\"Pages\"")
                && page.contains(&format!("src=\"/reports/{one}/full/page\"")),
            "{page}"
        );
        assert!(!page.contains("allow-same-origin"));
        let (_, page, policy) =
            node.send(&node.first, Method::GET, &format!("/reports/{one}/full/page"), String::new()).await;
        assert_eq!(page, "<p>whole</p>");
        assert!(
            policy.starts_with("sandbox ")
                && policy.contains("frame-ancestors 'self'")
                && !policy.contains("same-origin")
        );
        let (status, _, _) =
            node.send(&node.second, Method::GET, &format!("/reports/{one}/full/page"), String::new()).await;
        assert_eq!(status, StatusCode::NOT_FOUND);
    });
}

#[test]
fn a_vulnerability_without_a_fix_is_drafted_at_the_own_desk_once() {
    const TEXT: &str = "A hole in a door\n\nCVE-2026-10101 lets anybody in. No patch is available for CVE-2026-10101. CVE-2026-10102 is fixed in version 4.2.";
    run(async |node| {
        let us = &node.first;
        // Without a desk there is nowhere to draft.
        node.hand_in(&package(&format!("{TEXT} It was found in May.")), None).await;
        assert!(!node.get(us, "/vulnerabilities").await.contains("CVE-2026-10101"));
        node.store.open_desk(&by(), us.organisation, &uuid(), "Desk", "").await.expect("a desk");
        node.hand_in(&package(TEXT), None).await;
        node.hand_in(&package(&format!("{TEXT} It was found in June.")), None).await;
        let page = node.get(us, "/vulnerabilities").await;
        // One report, among those that were sent and those that came.
        let rows = page
            .split("href=\"/vulnerabilities/")
            .skip(1)
            .filter(|row| row.contains("says that it has no fix"));
        let reports: std::collections::BTreeSet<&str> =
            rows.map(|row| row.get(..36).unwrap_or(row)).collect();
        assert_eq!(reports.len(), 1, "{page}");
        assert!(!page.contains("CVE-2026-10102"), "{page}");
    });
}
