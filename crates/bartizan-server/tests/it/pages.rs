//! Pages that read what reports name: two organisations on a node, of which each finds its own and nothing of the other's, counts
//! included.

use std::sync::Arc;

use axum::Router;
use axum::body::Body;
use axum::http::{Method, Request, StatusCode};
use bartizan_clearinghouse::access::{OrganisationId, PersonId, Role, Roles};
use bartizan_stix::Tlp;
use bartizan_store::{Content, KeptRule, Named, NewCollection, NewJob, NewReport, Store};
use tower::ServiceExt;

use crate::harness::{self, CSRF, NOW, Still, app, then as by, uuid};

/// An organisation, its person, and what they are signed in with.
struct Side {
    organisation: OrganisationId,
    uuid: String,
    person: PersonId,
    secret: String,
}

struct Node {
    store: Store,
    router: Router,
    first: Side,
    second: Side,
    /// A report of each.
    reports: [String; 2],
    collection: String,
}

async fn side(store: &Store, word: &str) -> Side {
    let of = uuid();
    let organisation = store.add_organisation(&by(), &of, word, None).await.expect("an organisation");
    let roles = Roles::of(&[Role::Analyst, Role::Coordinator]);
    let person = harness::person(store, &by(), organisation, word, roles).await;
    let secret = harness::session(store, &by(), person).await;
    Side { organisation, uuid: of, person, secret }
}

fn named(kind: &str, value: &str, shown: &str) -> Named {
    let sentence = format!("They used {shown} often.");
    let hit = (10, 10 + shown.chars().count() as i64);
    Named {
        kind: kind.into(),
        value: value.into(),
        shown: shown.into(),
        sure: "stated".into(),
        sentence,
        hit,
    }
}

async fn report(store: &Store, side: &Side, title: &str, names: &[Named], rules: &[KeptRule]) -> String {
    let (uuid, key) = (uuid(), uuid());
    let new = NewJob {
        name: "analyze",
        arguments: "{}",
        key: &key,
        organisation: side.organisation,
        person: Some(side.person),
        audience: None,
        content: None,
        most_attempts: 1,
    };
    store.enqueue(&by(), &new).await.expect("queued");
    let job = store.claim_job(&["analyze"], "w", NOW, NOW + 1).await.expect("asked").expect("a job");
    let analysis = serde_json::json!({
        "techniques": [{ "claim": "t1", "id": "T1053.005" }],
        "entities": [{ "id": "e1", "type": "malware", "name": "Tarrask" }],
        "relations": [{ "id": "r1", "source": "e1", "target": "t1", "type": "uses" }],
    });
    let bytes = analysis.to_string().into_bytes();
    let content = Content::new(&bytes);
    let contents = serde_json::json!({ "analysis.json": content.digest() }).to_string();
    let report = NewReport {
        uuid: &uuid,
        marking: Tlp::Amber,
        title,
        publisher: "",
        published: "",
        kind: "",
        source: "",
        contents: &contents,
        claims: 0,
        words: title,
        names,
        rules,
        language: "",
        former: None,
    };
    let done = store.finish_job(&by(), &job.lease(), "{}", &[content], Some(&report)).await;
    assert!(done.expect("finished"));
    uuid
}

async fn node(folder: &std::path::Path) -> Node {
    let store = Store::sqlite(&folder.join("node.db")).await.expect("a store");
    let (first, second) = (side(&store, "First").await, side(&store, "Second").await);
    let shared =
        [named("malware", "Tarrask", "Tarrask"), named("technique", "T1053.005", "T1053.005 Scheduled Task")];
    let with = |name: Named| [&shared[..], &[name]].concat();
    let rule = |id: &str, title: &str| KeptRule {
        id: id.into(),
        title: title.into(),
        level: "high".into(),
        verdict: "fires on 3 of 3, silent on 40 of 40".into(),
        proven: true,
        body: format!("title: {title}\n"),
        techniques: vec!["T1053.005".into()],
        ..KeptRule::default()
    };
    let ours = with(named("indicator", "http://ours.example/a?b", "hxxp://ours[.]example/a?b"));
    let one = report(&store, &first, "Report of the first", &ours, &[rule("r1", "Rule of the first")]).await;
    report(&store, &first, "Another of the first", &shared, &[]).await;
    let theirs = with(named("actor", "APT29", "APT29"));
    let two =
        report(&store, &second, "Report of the second", &theirs, &[rule("r2", "Rule of the second")]).await;
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
    store.fresh().await.expect("fresh");
    let router = app(&store, Arc::new(Still));
    Node { store, router, first, second, reports: [one, two], collection }
}

impl Node {
    async fn send(
        &self,
        side: Option<&Side>,
        method: Method,
        path: &str,
        body: String,
    ) -> (StatusCode, String) {
        let cookie = side.map(|side| format!("bartizan={}", side.secret));
        let mut headers = vec![("content-type", "application/x-www-form-urlencoded")];
        headers.extend(cookie.as_deref().map(|cookie| ("cookie", cookie)));
        let answer = harness::ask(&self.router, method, path, &headers, body.as_bytes()).await;
        (StatusCode::from_u16(answer.status).expect("a status"), answer.body)
    }

    async fn get(&self, side: &Side, path: &str) -> String {
        let (status, body) = self.send(Some(side), Method::GET, path, String::new()).await;
        assert_eq!(status, StatusCode::OK, "{path}: {body}");
        body
    }

    async fn status(&self, side: &Side, path: &str) -> StatusCode {
        self.send(Some(side), Method::GET, path, String::new()).await.0
    }

    async fn post(&self, side: &Side, path: &str, pairs: &[(&str, &str)]) -> StatusCode {
        let mut body = form_urlencoded::Serializer::new(String::new());
        body.append_pair("csrf", CSRF).extend_pairs(pairs);
        self.send(Some(side), Method::POST, path, body.finish()).await.0
    }
}

fn run(story: impl AsyncFn(Node)) {
    harness::run(async {
        let folder = tempfile::tempdir().expect("a folder");
        story(node(folder.path()).await).await;
    });
}

/// Everything on a page that is the other organisation's.
const THEIRS: [&str; 4] = ["of the second", "APT29", "Rule of the second", "r2"];
const OURS: [&str; 4] = ["of the first", "ours[.]example", "ours.example", "Rule of the first"];

#[test]
fn each_organisation_sees_what_its_own_reports_name() {
    run(async |node| {
        let (one, two) = (&node.first, &node.second);
        let paths = [
            "/names/malware/Tarrask".to_owned(),
            "/names/technique/T1053.005".to_owned(),
            "/coverage".to_owned(),
            "/coverage?show=all".to_owned(),
            "/graph".to_owned(),
            "/graph?kind=malware&name=tarrask".to_owned(),
            "/graph/around?node=malware%3Atarrask".to_owned(),
            "/rules".to_owned(),
            "/rules?q=rule&level=high&verdict=proven".to_owned(),
            "/library?q=tarrask".to_owned(),
        ];
        for path in &paths {
            let (first, second) = (node.get(one, path).await, node.get(two, path).await);
            for text in THEIRS {
                assert!(!first.contains(text), "{path} shows the first {text}");
            }
            for text in OURS {
                assert!(!second.contains(text), "{path} shows the second {text}");
            }
            // Nobody who has not signed in sees any of it.
            let (status, _) = node.send(None, Method::GET, path, String::new()).await;
            assert_eq!(status, StatusCode::SEE_OTHER, "{path}");
        }
        let page = node.get(one, "/names/malware/tarrask").await;
        assert!(page.contains("Named in 2 reports") && page.contains("<mark>Tarrask</mark>"), "{page}");
        assert!(page.contains("/names/indicator/http%3A%2F%2Fours.example%2Fa%3Fb"), "{page}");
        assert!(node.get(two, "/names/malware/TARRASK").await.contains("Named in 1 report<"));
        let technique = node.get(one, "/names/technique/T1053.005").await;
        assert!(technique.contains("/rules?q=Rule+of+the+first"), "{technique}");
        let parent = node.get(one, "/names/technique/t1053").await;
        assert!(parent.contains("Named in 0 reports") && parent.contains("/names/technique/T1053.005"));
        let board = node.get(one, "/coverage").await;
        assert!(board.contains("T1053: 2 reports, 1 rule\""), "{board}");
        assert!(node.get(two, "/coverage").await.contains("T1053: 1 report, 1 rule\""));
        let library = node.get(one, "/library?q=Tarrask").await;
        assert!(library.contains("named in 2 of your reports") && library.contains("/names/malware/Tarrask"));
    });
}

#[test]
fn what_may_not_be_read_is_not_there() {
    run(async |node| {
        let (one, two) = (&node.first, &node.second);
        let indicator = "/names/indicator/http%3A%2F%2Fours.example%2Fa%3Fb";
        let page = node.get(one, indicator).await;
        assert!(page.contains("hxxp://ours[.]example/a?b"), "{page}");
        assert_eq!(node.status(two, indicator).await, StatusCode::NOT_FOUND);
        assert_eq!(node.status(two, "/names/malware/nobody-knows").await, StatusCode::NOT_FOUND);
        // The pack knows it, and no report of the first names it.
        assert!(node.get(one, "/names/actor/APT29").await.contains("Named in 0 reports"));
        assert!(node.get(two, "/names/actor/APT29").await.contains("Named in 1 report<"));
        let [ours, theirs] = &node.reports;
        assert_eq!(node.status(one, &format!("/graph?report={theirs}")).await, StatusCode::NOT_FOUND);
        assert_eq!(
            node.status(one, &format!("/graph/around?node=report:{theirs}")).await,
            StatusCode::NOT_FOUND
        );
        assert_eq!(node.status(one, "/graph/around?node=actor:apt29").await, StatusCode::NOT_FOUND);
        assert_eq!(node.status(one, "/graph/around?node=").await, StatusCode::NOT_FOUND);
        let around = node.get(one, &format!("/graph/around?node=report:{ours}")).await;
        let graph: serde_json::Value = serde_json::from_str(&around).expect("JSON");
        assert_eq!(graph["nodes"].as_array().map(Vec::len), Some(4));
        assert_eq!(graph["edges"].as_array().map(Vec::len), Some(4), "three names, one relation: {graph}");
        let page = node.get(one, &format!("/graph?report={ours}")).await;
        assert!(page.contains("uses"), "{page}");
        assert_eq!(page, node.get(one, &format!("/graph?report={ours}")).await, "the same picture");
    });
}

#[test]
fn groups_are_seen_by_members_and_changed_by_their_owner() {
    run(async |node| {
        let (one, two) = (&node.first, &node.second);
        assert_eq!(node.post(one, "/admin/groups", &[("name", "Sector")]).await, StatusCode::SEE_OTHER);
        let directory = node.store.fresh().await.expect("fresh");
        let group = directory.groups.values().next().expect("a group").clone();
        assert!(node.get(one, "/admin/groups").await.contains("Sector"));
        assert!(!node.get(two, "/admin/groups").await.contains("Sector"), "no member");
        let (add, remove) =
            (format!("/admin/groups/{}/add", group.uuid), format!("/admin/groups/{}/remove", group.uuid));
        let member = [("organisation", two.uuid.as_str())];
        assert_eq!(node.post(two, &add, &member).await, StatusCode::NOT_FOUND);
        let forged =
            node.send(Some(one), Method::POST, &add, format!("csrf=x&organisation={}", two.uuid)).await;
        assert_ne!(forged.0, StatusCode::SEE_OTHER);
        assert_eq!(
            node.post(one, &add, &[("organisation", "nobody")]).await,
            StatusCode::UNPROCESSABLE_ENTITY
        );
        assert_eq!(node.post(one, &add, &member).await, StatusCode::SEE_OTHER);
        let page = node.get(two, "/admin/groups").await;
        assert!(page.contains("Sector") && !page.contains(&remove), "seen, not changed");
        assert_eq!(node.post(two, &remove, &member).await, StatusCode::FORBIDDEN);

        // A collection granted to the group is read by its members, as long as they are in it.
        let collection = format!("/collections/{}", node.collection);
        let to = format!("group:{}", group.group.id.0);
        assert_eq!(node.status(two, &collection).await, StatusCode::NOT_FOUND);
        assert!(node.get(one, &collection).await.contains(&format!("value=\"{to}\"")));
        let grant = format!("{collection}/grants");
        assert_eq!(node.post(two, &grant, &[("to", &to)]).await, StatusCode::NOT_FOUND);
        assert_eq!(node.post(one, &grant, &[("to", "group:99")]).await, StatusCode::UNPROCESSABLE_ENTITY);
        assert_eq!(node.post(one, &grant, &[("to", &to)]).await, StatusCode::SEE_OTHER);
        assert!(node.get(two, &collection).await.contains("Sector (First, Second)"));
        assert!(node.get(two, "/admin/groups").await.contains("Shared"));
        assert_eq!(node.post(one, &remove, &member).await, StatusCode::SEE_OTHER);
        assert_eq!(node.status(two, &collection).await, StatusCode::NOT_FOUND);
        assert!(!node.get(two, "/admin/groups").await.contains("Sector"));
        assert_eq!(node.post(one, &format!("{grant}/remove"), &[("to", &to)]).await, StatusCode::SEE_OTHER);
        assert!(node.store.fresh().await.expect("fresh").collections.values().all(|c| c.groups.is_empty()));
    });
}

#[test]
fn sources_are_run_on_their_page_and_are_nobody_elses() {
    run(async |node| {
        let (one, two) = (&node.first, &node.second);
        let empty = node.get(one, "/sources").await;
        assert!(empty.contains("There is none yet") && empty.contains("New source"), "{empty}");
        let form = [
            ("kind", "feed"),
            ("title", "News <b>of the first</b>"),
            ("address", "https://feed.example/all.xml?key=s3cret"),
            ("marking", "TLP:GREEN"),
            ("minutes", "30"),
            ("remote", ""),
            ("collection", ""),
        ];
        let send = async |pairs: &[(&str, &str)]| {
            let mut body = form_urlencoded::Serializer::new(String::new());
            body.append_pair("csrf", CSRF).extend_pairs(pairs);
            node.send(Some(one), Method::POST, "/sources", body.finish()).await
        };
        // What was typed comes back with the reason; what is secret does not.
        for (name, value, part) in [
            ("address", "http://127.0.0.1/feed", "not a public address"),
            ("minutes", "soon", "minutes"),
            ("marking", "", "marking"),
            ("kind", "odd", "kind"),
            ("password", "hunter2", "a name with its password"),
        ] {
            let mut pairs: Vec<_> = form.iter().copied().filter(|(n, _)| *n != name).collect();
            pairs.push((name, value));
            let (status, page) = send(&pairs).await;
            assert_eq!(status, StatusCode::UNPROCESSABLE_ENTITY, "{name}");
            assert!(page.contains(part) && page.contains("News &lt;b&gt;of the first"), "{name}: {page}");
            assert!(!page.contains("hunter2"), "{name}");
        }
        let (status, _) = send(&form).await;
        assert_eq!(status, StatusCode::SEE_OTHER);
        let list = node.get(one, "/sources").await;
        let id =
            list.split("href=\"/sources/").nth(1).and_then(|rest| rest.split('"').next()).expect("a link");
        let place = format!("/sources/{id}");
        let page = node.get(one, &place).await;
        assert!(page.contains("It has not run yet") && page.contains("30 minutes"), "{page}");
        assert!(!page.contains("s3cret") && page.contains("https://feed.example/all.xml?…"), "{page}");
        // The other organisation finds neither it nor its name.
        assert!(!node.get(two, "/sources").await.contains("of the first"));
        assert_eq!(node.status(two, &place).await, StatusCode::NOT_FOUND);
        for verb in ["run", "pause", "change", "remove"] {
            let path = format!("{place}/{verb}");
            assert_eq!(node.post(two, &path, &[("paused", "1")]).await, StatusCode::NOT_FOUND, "{verb}");
            // Without this session's token nothing is done.
            let (status, _) = node.send(Some(one), Method::POST, &path, "csrf=x&paused=1".into()).await;
            assert_ne!(status, StatusCode::SEE_OTHER, "{verb}");
        }
        assert_eq!(node.post(one, &format!("{place}/run"), &[]).await, StatusCode::SEE_OTHER);
        assert!(node.get(one, &place).await.contains("under way"));
        assert_eq!(
            node.post(one, &format!("{place}/pause"), &[("paused", "1")]).await,
            StatusCode::SEE_OTHER
        );
        assert!(node.get(one, "/sources").await.contains("paused"));
        let change = [("title", "Renamed"), ("minutes", "45"), ("marking", "TLP:RED"), ("token", "n3w")];
        assert_eq!(node.post(one, &format!("{place}/change"), &change).await, StatusCode::SEE_OTHER);
        let page = node.get(one, &place).await;
        assert!(page.contains("Renamed") && page.contains("45 minutes") && !page.contains("n3w"), "{page}");
        let short = [("title", "Renamed"), ("minutes", "1")];
        assert_eq!(
            node.post(one, &format!("{place}/change"), &short).await,
            StatusCode::UNPROCESSABLE_ENTITY
        );
        assert_eq!(node.post(one, &format!("{place}/remove"), &[]).await, StatusCode::SEE_OTHER);
        assert_eq!(node.status(one, &place).await, StatusCode::NOT_FOUND);
    });
}

#[test]
fn an_address_is_answered_at_once_and_what_failed_can_be_tried_again() {
    run(async |node| {
        let (one, two) = (&node.first, &node.second);
        let part = |name: &str, value: &str| {
            format!("--x\r\nContent-Disposition: form-data; name=\"{name}\"\r\n\r\n{value}\r\n")
        };
        let submit = async |url: &str| {
            let mut body = part("csrf", CSRF) + &part("kind", "url") + &part("url", url);
            body += &(part("marking", "TLP:AMBER") + "--x--\r\n");
            let request = Request::builder().method(Method::POST).uri("/submit").header("host", "localhost");
            let request = request.header("cookie", format!("bartizan={}", one.secret));
            let request = request.header("content-type", "multipart/form-data; boundary=x");
            let request = request.body(Body::from(body)).expect("a request");
            let response = node.router.clone().oneshot(request).await.expect("an answer");
            let place = response.headers().get("location").map(|v| v.to_str().expect("text").to_owned());
            (response.status(), place)
        };
        // Nothing answers there: nobody waited for it.
        let (status, place) = submit("https://192.0.2.1/").await;
        assert_eq!((status, place), (StatusCode::UNPROCESSABLE_ENTITY, None), "not a public address");
        let (status, place) = submit("https://report.example/").await;
        assert_eq!(status, StatusCode::SEE_OTHER);
        let place = place.expect("a place");
        assert_eq!(place.len(), "/jobs/".len() + 36, "{place}");
        assert!(node.get(one, &place).await.contains("Waiting"));
        assert_eq!(node.status(two, &place).await, StatusCode::NOT_FOUND);
        assert_eq!(node.status(one, "/jobs/1").await, StatusCode::NOT_FOUND);
        let job = node.store.claim_job(&["fetch"], "w", NOW, NOW + 1).await.expect("asked").expect("a job");
        let fault =
            bartizan_store::Fault { code: "fetch.status", message: "it answered 404", passing: false };
        node.store.fail_job(&by(), &job.lease(), fault, 0).await.expect("told");
        let page = node.get(one, &place).await;
        assert!(page.contains("it answered 404") && page.contains("Try again"), "{page}");
        assert_eq!(node.post(two, &format!("{place}/retry"), &[]).await, StatusCode::NOT_FOUND);
        assert_eq!(node.post(one, &format!("{place}/retry"), &[]).await, StatusCode::SEE_OTHER);
        assert!(node.get(one, &place).await.contains("Waiting"));
        // What was fetched is another job, to which the page leads.
        let job = node.store.claim_job(&["fetch"], "w", NOW, NOW + 1).await.expect("asked").expect("a job");
        let result = format!("{{\"next\":\"{}\"}}", job.uuid);
        node.store.finish_job(&by(), &job.lease(), &result, &[], None).await.expect("finished");
        let (status, _) = node.send(Some(one), Method::GET, &place, String::new()).await;
        assert_eq!(status, StatusCode::SEE_OTHER);
    });
}

#[test]
fn rules_are_found_written_for_products_and_taken_along() {
    run(async |node| {
        let (one, two) = (&node.first, &node.second);
        let [ours, theirs] = &node.reports;
        let rule = format!("/rules/{ours}/r1");
        let page = node.get(one, "/rules?q=T1053.005").await;
        assert!(page.contains(&format!("href=\"{rule}\"")) && page.contains("sees T1053.005"), "{page}");
        assert!(node.get(one, "/rules?technique=T1053.005&level=high").await.contains("Rule of the first"));
        assert!(node.get(one, "/rules?level=low").await.contains("No rule fits"));
        assert!(node.get(one, &format!("/rules?report={ours}")).await.contains("Rule of the first"));
        assert_eq!(node.status(one, &format!("/rules?report={theirs}")).await, StatusCode::NOT_FOUND);
        // What it is for a product, or the coded reason; the rule of the fixture has no detection.
        let page = node.get(one, &rule).await;
        assert!(
            page.contains("Choose what you search your logs with") && page.contains("<option value=\"splunk"),
            "{page}"
        );
        let target =
            page.split("<option value=\"").nth(1).and_then(|rest| rest.split('"').next()).expect("a target");
        let page = node.get(one, &format!("{rule}?target={target}")).await;
        assert!(page.contains("cannot say this rule") && page.contains("<code>rule</code>"), "{page}");
        for path in [rule.clone(), format!("{rule}/query"), format!("/rules/{ours}/nothing")] {
            assert_eq!(node.status(two, &path).await, StatusCode::NOT_FOUND, "{path}");
        }
        assert_eq!(node.status(one, &format!("{rule}?target=none-such")).await, StatusCode::NOT_FOUND);
        assert_eq!(node.get(one, &format!("{rule}/query")).await, "title: Rule of the first\n");
        // Together: those that are named, or all that fit, and nobody else's.
        let yaml = node.get(one, "/rules/download?as=yaml").await;
        assert_eq!(yaml, "# TLP:AMBER\ntitle: Rule of the first\n");
        assert_eq!(node.get(one, &format!("/rules/download?as=yaml&rule={ours}/r1")).await, yaml);
        assert_eq!(
            node.status(two, &format!("/rules/download?as=yaml&rule={ours}/r1")).await,
            StatusCode::NOT_FOUND
        );
        assert!(!node.get(two, "/rules/download?as=yaml").await.contains("of the first"));
        let lines = node.get(one, &format!("/rules/download?as=target&target={target}")).await;
        let line: serde_json::Value = serde_json::from_str(lines.trim()).expect("one line of JSON");
        assert_eq!((&line["error"]["code"], &line["rule_id"]), (&"rule".into(), &"r1".into()));
        assert_eq!(node.status(one, "/rules/download?as=none-such").await, StatusCode::NOT_FOUND);
        assert_eq!(node.status(one, "/rules/download?level=low").await, StatusCode::UNPROCESSABLE_ENTITY);
    });
}

#[test]
fn names_and_the_board_are_taken_along_by_who_may_read_them() {
    run(async |node| {
        let (one, two) = (&node.first, &node.second);
        let table = node.get(one, "/names/malware/tarrask/export/csv").await;
        assert_eq!(table.lines().count(), 3, "a head and two reports: {table}");
        assert!(table.contains("They used Tarrask often.") && !table.contains("of the second"));
        assert_eq!(node.status(one, "/names/actor/APT29/export/csv").await, StatusCode::NOT_FOUND);
        assert_eq!(node.status(one, "/names/malware/tarrask/export/exe").await, StatusCode::NOT_FOUND);
        assert_eq!(node.get(two, "/names/malware/tarrask/export/csv").await.lines().count(), 2);
        let layer = node.get(one, "/coverage/layer.json").await;
        let layer: serde_json::Value = serde_json::from_str(&layer).expect("JSON");
        assert_eq!(layer["techniques"][0]["techniqueID"], "T1053.005");
        assert_eq!(layer["techniques"][0]["score"], 2);
        // By actor: the first has no report that names one.
        assert!(node.get(one, "/coverage?actor=APT29").await.contains("No report of this time"));
        assert!(node.get(two, "/coverage?actor=APT29").await.contains("T1053: 1 report"));
        assert!(
            node.get(two, "/coverage?since=2026-01").await.contains("No report of this time"),
            "it says no day"
        );
    });
}

#[test]
fn facets_narrow_and_searches_are_kept_by_their_owner() {
    run(async |node| {
        let (one, two) = (&node.first, &node.second);
        let page = node.get(two, "/library?actor=APT29&malware=tarrask").await;
        assert!(page.contains("Report of the second") && page.contains("take away"), "{page}");
        assert!(node.get(two, "/library?actor=nobody").await.contains("Nothing you may read matches"));
        assert!(node.get(one, "/library?marking=TLP%3AGREEN").await.contains("Nothing you may read matches"));
        let page = node.get(one, "/library?marking=TLP%3AAMBER").await;
        assert!(page.contains("Report of the first") && page.contains("Another of the first"));

        let keep = [("name", "Tarrask <b>"), ("query", "q=first&malware=TARRASK&nonsense=1")];
        assert_eq!(node.post(one, "/library/searches", &keep).await, StatusCode::SEE_OTHER);
        let home = node.get(one, "/").await;
        assert!(home.contains("Tarrask &lt;b&gt;") && home.contains("nothing new"), "{home}");
        assert!(!node.get(two, "/").await.contains("Tarrask &lt;b&gt;"), "another person's");
        let names = [named("malware", "Tarrask", "Tarrask")];
        report(&node.store, one, "Third of the first", &names, &[]).await;
        assert!(node.get(one, "/").await.contains("1 new"));
        let directory = node.store.fresh().await.expect("fresh");
        assert!(directory.people.contains_key(&one.person));
        let kept = node.store.saved_searches(one.person).await.expect("asked");
        assert_eq!((kept.len(), kept[0].query.as_str()), (1, "q=first&malware=tarrask"));
        let address = format!("/library?{}&saved={}", kept[0].query, kept[0].uuid);
        assert!(node.get(one, &address).await.contains("Third of the first"));
        assert!(node.get(one, "/").await.contains("nothing new"), "seen");
        let remove = format!("/library/searches/{}/remove", kept[0].uuid);
        assert_eq!(node.post(two, &remove, &[]).await, StatusCode::NOT_FOUND);
        assert_eq!(node.post(one, &remove, &[]).await, StatusCode::SEE_OTHER);
        assert!(node.store.saved_searches(one.person).await.expect("asked").is_empty());
        assert_eq!(
            node.post(one, "/library/searches", &[("name", " "), ("query", "q=x")]).await,
            StatusCode::UNPROCESSABLE_ENTITY
        );
    });
}

impl Node {
    /// A page as a browser asks for it.
    async fn browse(&self, side: &Side, path: &str) -> String {
        let request = Request::builder().uri(path).header("host", "localhost").header("accept", "text/html");
        let request = request.header("cookie", format!("bartizan={}", side.secret));
        let response = self.router.clone().oneshot(request.body(Body::empty()).expect("a request")).await;
        let body = response.expect("an answer").into_body();
        let bytes = axum::body::to_bytes(body, 1 << 24).await.expect("a body");
        String::from_utf8(bytes.to_vec()).expect("text")
    }
}

#[test]
fn what_was_done_is_said_once_and_can_be_taken_back() {
    run(async |node| {
        let one = &node.first;
        let collection = format!("/collections/{}", node.collection);
        let to = format!("organisation:{}", node.second.organisation.0);
        let grant = [("to", to.as_str()), ("write", "1")];
        assert_eq!(node.post(one, &format!("{collection}/grants"), &grant).await, StatusCode::SEE_OTHER);
        assert!(node.browse(one, &collection).await.contains("Second reads and adds to Shared."));
        assert_eq!(
            node.post(one, &format!("{collection}/grants/remove"), &grant[..1]).await,
            StatusCode::SEE_OTHER
        );
        assert_eq!(node.status(&node.second, &collection).await, StatusCode::NOT_FOUND);
        let page = node.browse(one, &collection).await;
        let form = page
            .split("class=\"flash\"")
            .nth(1)
            .and_then(|rest| rest.split("</form>").next())
            .expect("a word");
        assert!(form.contains(&format!("action=\"{collection}/grants\"")) && form.contains("Undo"), "{form}");
        assert!(
            form.contains("name=\"write\" value=\"1\"")
                && form.contains(&format!("name=\"to\" value=\"{to}\"")),
            "{form}"
        );
        assert!(!node.browse(one, &collection).await.contains("class=\"flash\""), "once");
        assert_eq!(node.post(one, &format!("{collection}/grants"), &grant).await, StatusCode::SEE_OTHER);
        assert!(node.get(&node.second, &collection).await.contains("Shared"));

        // A collection is closed after a question, and is as it was when it is opened.
        let close = format!("{collection}/close");
        assert_eq!(node.post(&node.second, &close, &[("sure", "1")]).await, StatusCode::FORBIDDEN);
        assert_eq!(node.post(one, &close, &[]).await, StatusCode::OK, "it asks");
        assert_eq!(node.status(one, &collection).await, StatusCode::OK);
        assert_eq!(node.post(one, &close, &[("sure", "1")]).await, StatusCode::SEE_OTHER);
        assert_eq!(node.status(&node.second, &collection).await, StatusCode::NOT_FOUND);
        assert_eq!(node.status(one, &collection).await, StatusCode::NOT_FOUND);
        assert!(node.get(one, "/collections").await.contains("Open again"));
        assert!(!node.get(&node.second, "/collections").await.contains("Open again"));
        let open = format!("{collection}/open");
        assert_eq!(node.post(&node.second, &open, &[]).await, StatusCode::NOT_FOUND);
        assert_eq!(node.post(one, &open, &[]).await, StatusCode::SEE_OTHER);
        assert!(node.get(&node.second, &collection).await.contains("Shared"));
        // Only an administrator of the node closes organisations.
        let of = format!("/admin/organisations/{}/disable", node.second.uuid);
        assert_eq!(node.post(one, &of, &[]).await, StatusCode::FORBIDDEN);
    });
}

/// The way of an operator: brings what is installed, sees what is due and why, puts it off, brings a newer document, closes it.
#[test]
fn an_operator_goes_from_an_inventory_to_evidence_on_pages() {
    crate::world::run(async |world| {
        let (cora, ada) = (world.visitor("reviewer-first").clone(), world.visitor("analyst-first").clone());
        let bill = "host,purl,exposed\nmail1,pkg:npm/gate@1.5.0,no\n";
        let send = async |path: &str, bill: &str| {
            let crate::world::Shows::Cookie(_, csrf) = &ada.shows else { panic!("a session") };
            let body = format!(
                "--b\r\nContent-Disposition: form-data; name=\"csrf\"\r\n\r\n{csrf}\r\n--b\r\nContent-Disposition: form-data; name=\"title\"\r\n\r\nMail\r\n\
                 --b\r\nContent-Disposition: form-data; name=\"file\"; filename=\"assets.csv\"\r\nContent-Type: text/csv\r\n\r\n{bill}\r\n--b--\r\n"
            );
            let kind = [("content-type", "multipart/form-data; boundary=b")];
            let answer = world.ask(&ada, "POST", path, &kind, body.as_bytes()).await;
            assert_eq!(answer.status, 303, "{}", answer.body);
            answer.header("location").expect("a place").to_owned()
        };
        let inventory = send("/inventories", bill).await;
        let page = world.get(&ada, &inventory).await;
        assert!(page.body.contains("mail1") && page.body.contains("pkg:npm/gate@1.5.0"));
        let narrowed = format!("/due?inventory={}", inventory.trim_start_matches("/inventories/"));
        let page = world.get(&ada, &narrowed).await;
        let item = page
            .body
            .split("href=\"/due/")
            .find_map(|rest| rest.split('"').next().filter(|id| id.len() == 32));
        let item = format!("/due/{}", item.expect("something is due"));
        let page = world.get(&ada, &item).await.body;
        for said in ["CVE-2026-4242", "Update to 2.0.0.", "Turn tokens off.", "What to find out", "FIRST-1"] {
            assert!(page.contains(said), "{said}");
        }
        assert!(!page.contains("/exceptions\""), "an analyst makes no exception");
        let put_off = [("reason", "Window in January."), ("until", "2027-01-31")];
        assert_eq!(world.form(&ada, &format!("{item}/exceptions"), &put_off).await.status, 403);
        assert_eq!(world.form(&cora, &format!("{item}/exceptions"), &put_off).await.status, 303);
        assert!(world.get(&ada, &format!("{narrowed}&state=excepted")).await.body.contains("CVE-2026-4242"));
        assert!(!world.get(&ada, &narrowed).await.body.contains("CVE-2026-4242"), "nothing is to do");
        send(&format!("{inventory}/document"), "host,purl\nmail1,pkg:npm/gate@2.0.0\n").await;
        let page = world.get(&ada, &item).await.body;
        assert!(
            page.contains("does not have it any more") && page.contains("not in edition 2 of the inventory")
        );
        let close = [("how", "patched"), ("evidence", "CHG-17")];
        assert_eq!(world.form(&ada, &format!("{item}/closures"), &close).await.status, 303);
        let page = world.get(&ada, &item).await.body;
        assert!(page.contains("patched: CHG-17") && page.contains("<b>closed</b>"));
    });
}
