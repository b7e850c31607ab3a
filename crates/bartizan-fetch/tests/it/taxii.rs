//! The TAXII client against a small server in this process. Requests and answers are those of TAXII 2.1, sections 3 to 5;
//! `scripts/taxii-client-oracle.sh` runs it against medallion.

use std::io::{BufRead, BufReader, Read, Write};
use std::net::TcpListener;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use bartizan_fetch::Rules;
use bartizan_fetch::taxii::{Credentials, Patience, RawValue, Taxii, Walk};
use proptest::prelude::*;
use url::Url;

const COLLECTION: &str = "91a7b528-80eb-42ed-a74d-c6fbd5a26116";
const ROOT: &str =
    r#"{"title": "Root", "versions": ["application/taxii+json;version=2.1"], "max_content_length": 400}"#;

/// What was asked: the first line, the header lines in lower case, the body.
#[derive(Clone, Debug)]
struct Request {
    line: String,
    headers: String,
    body: String,
}

struct Server {
    url: String,
    requests: Arc<Mutex<Vec<Request>>>,
}

/// Answers each request by its number and itself.
fn serve(answer: impl Fn(usize, &Request, &str) -> String + Send + 'static) -> Server {
    let listener = TcpListener::bind("127.0.0.1:0").expect("a socket");
    let url = format!("http://127.0.0.1:{}", listener.local_addr().expect("an address").port());
    let requests = Arc::new(Mutex::new(Vec::new()));
    let (kept, own) = (requests.clone(), url.clone());
    std::thread::spawn(move || {
        for stream in listener.incoming() {
            let Ok(mut stream) = stream else { return };
            let mut reader = BufReader::new(stream.try_clone().expect("a stream"));
            let mut request = Request { line: String::new(), headers: String::new(), body: String::new() };
            let _ = reader.read_line(&mut request.line);
            let mut length = 0;
            loop {
                let mut line = String::new();
                if reader.read_line(&mut line).unwrap_or(0) <= 2 {
                    break;
                }
                let line = line.to_lowercase();
                if let Some(n) = line.strip_prefix("content-length:") {
                    length = n.trim().parse().unwrap_or(0);
                }
                request.headers += &line;
            }
            let mut body = vec![0; length];
            let _ = reader.read_exact(&mut body);
            request.body = String::from_utf8(body).expect("text");
            let number = {
                let mut kept = kept.lock().expect("a lock");
                kept.push(request.clone());
                kept.len() - 1
            };
            let _ = stream.write_all(answer(number, &request, &own).as_bytes());
        }
    });
    Server { url, requests }
}

fn answer(status: &str, headers: &str, body: &str) -> String {
    format!(
        "HTTP/1.1 {status}\r\nContent-Type: application/taxii+json;version=2.1\r\n{headers}Content-Length: {}\r\nConnection: close\r\n\r\n{body}",
        body.len()
    )
}

fn ok(body: &str) -> String {
    answer("200 OK", "", body)
}

fn client(credentials: Option<Credentials>) -> (Taxii, Arc<Mutex<Vec<u64>>>) {
    let waits = Arc::new(Mutex::new(Vec::new()));
    let kept = waits.clone();
    let patience = Patience {
        tries: 4,
        longest: Duration::from_secs(30),
        sleep: Box::new(move |d| kept.lock().expect("a lock").push(d.as_secs())),
        ..Patience::default()
    };
    let rules = Rules {
        allowed: vec!["127.0.0.0/8".parse().expect("a network")],
        timeout: Duration::from_secs(5),
        bytes: 10_000,
        ..Rules::default()
    };
    (Taxii::new(rules, credentials, patience), waits)
}

fn root(server: &Server) -> Url {
    Url::parse(&format!("{}/api/", server.url)).expect("a URL")
}

fn lines(server: &Server) -> Vec<String> {
    let requests = server.requests.lock().expect("a lock");
    requests.iter().map(|r| r.line.trim_end_matches(" HTTP/1.1\r\n").to_owned()).collect()
}

fn user() -> Option<Credentials> {
    Some(Credentials::Basic { user: "Aladdin".into(), password: "open sesame".into() })
}

#[test]
fn discovery_roots_and_collections_are_found_with_credentials() {
    let server = serve(|_, request, _| {
        let path = request.line.split(' ').nth(1).unwrap_or_default();
        match path {
            "/taxii2/" => {
                ok(r#"{"title": "T", "default": "/api/", "api_roots": ["/other/", "/api/"], "more": 1}"#)
            }
            "/api/" => ok(ROOT),
            "/api/collections/" => ok(&format!(
                r#"{{"collections": [{{"id": "{COLLECTION}", "title": "C", "alias": "c", "can_read": true, "can_write": false}}]}}"#
            )),
            _ => answer("404 Not Found", "", r#"{"title": "Nothing here"}"#),
        }
    });
    let (taxii, _) = client(user());
    for name in [COLLECTION, "c", "C"] {
        let (url, about, collection) = taxii.find(&server.url, name).expect("a collection");
        assert_eq!(
            (url.path(), about.max_content_length, collection.id.as_str()),
            ("/api/", 400, COLLECTION)
        );
    }
    assert!(taxii.find(&server.url, "none").expect_err("none").to_string().contains("Nothing here"));
    let roots = taxii.roots(&format!("{}/api", server.url)).expect("a root");
    assert_eq!((roots.len(), roots[0].url.path()), (1, "/api/"));
    // RFC 7617, section 2: the example's header.
    let headers = server.requests.lock().expect("a lock")[0].headers.clone();
    assert!(headers.contains("authorization: basic qwxhzgrpbjpvcgvuihnlc2ftzq=="), "{headers}");
    assert!(headers.contains("accept: application/taxii+json;version=2.1"), "{headers}");
    assert!(!format!("{taxii:?}").contains("sesame"));
}

/// Objects byte for byte: spelling of numbers, order of members, blanks and escapes.
const ODD: &str = r#"{ "id":"x--1" ,"b":1.0, "a":"\u00e9", "b2": 1e2 }"#;

#[test]
fn pages_follow_next_and_objects_stay_the_bytes_they_were() {
    let server = serve(|number, _, _| match number {
        0 => answer(
            "200 OK",
            "X-TAXII-Date-Added-Last: 2024-01-01T00:00:01Z\r\n",
            &format!(r#"{{"more": true, "next": "a b&c", "objects": [{ODD}]}}"#),
        ),
        1 => answer(
            "200 OK",
            "X-TAXII-Date-Added-Last: 2024-01-01T00:00:01.5Z\r\n",
            &format!(r#"{{"more": true, "next": "2", "objects": [{ODD}, {ODD}]}}"#),
        ),
        _ => ok(r#"{"more": false}"#),
    });
    let (taxii, _) = client(None);
    let walk = Walk { limit: 7, added_after: Some("2023-01-01T00:00:00Z".into()), ..Walk::default() };
    let mut pull = taxii.pull(&root(&server), COLLECTION, walk).expect("a walk");
    let mut cursors = Vec::new();
    let mut objects = Vec::new();
    while let Some(page) = pull.next_page().expect("a page") {
        cursors.push(page.cursor.0.expect("a cursor"));
        objects.extend(page.objects.iter().map(|o| o.get().to_owned()));
    }
    assert_eq!(objects, [ODD, ODD, ODD]);
    // In the middle the cursor stays behind the page, since more of the same moment may follow.
    assert_eq!(cursors, ["2023-01-01T00:00:00Z", "2024-01-01T00:00:01Z", "2024-01-01T00:00:01.5Z"]);
    let base =
        format!("GET /api/collections/{COLLECTION}/objects/?limit=7&added_after=2023-01-01T00%3A00%3A00Z");
    assert_eq!(lines(&server), [base.clone(), format!("{base}&next=a+b%26c"), format!("{base}&next=2")]);
}

#[test]
fn without_next_the_walk_goes_on_from_the_last_time_stamp_and_never_in_a_circle() {
    let page = |last: &str| {
        let header = format!("X-TAXII-Date-Added-Last: {last}\r\n");
        answer("200 OK", &header, r#"{"more": true, "objects": [{"id": "x--1"}]}"#)
    };
    let server = serve(move |number, _, _| match number {
        0 => page("2024-01-01T00:00:01.000Z"),
        1 => page("2024-01-01T00:00:02.000Z"),
        _ => ok(r#"{"objects": [{"id": "x--3"}]}"#),
    });
    let (taxii, _) = client(None);
    let mut pull = taxii.pull(&root(&server), COLLECTION, Walk::default()).expect("a walk");
    let mut count = 0;
    while let Some(page) = pull.next_page().expect("a page") {
        count += page.objects.len();
    }
    assert_eq!(count, 3);
    assert!(lines(&server)[2].ends_with("added_after=2024-01-01T00%3A00%3A02.000Z"), "{:?}", lines(&server));

    for stuck in [
        answer(
            "200 OK",
            "X-TAXII-Date-Added-Last: 2024-01-01T00:00:01Z\r\n",
            r#"{"more": true, "objects": [{"id": "x--1"}]}"#,
        ),
        ok(r#"{"more": true, "next": "same", "objects": [{"id": "x--1"}]}"#),
        ok(r#"{"more": true}"#),
    ] {
        let server = serve(move |_, _, _| stuck.clone());
        let mut pull = taxii.pull(&root(&server), COLLECTION, Walk::default()).expect("a walk");
        let error =
            std::iter::repeat_with(|| pull.next_page()).take(5).find_map(Result::err).expect("an error");
        assert!(error.is_answer() && error.to_string().contains("no way on"), "{error}");
    }
    let endless = serve(|number, _, _| ok(&format!(r#"{{"more": true, "next": "{number}"}}"#)));
    let mut pull =
        taxii.pull(&root(&endless), COLLECTION, Walk { pages: 3, ..Walk::default() }).expect("a walk");
    let error = std::iter::repeat_with(|| pull.next_page()).take(5).find_map(Result::err).expect("an error");
    assert!(error.is_limit());
    assert_eq!(lines(&endless).len(), 3);
}

#[test]
fn a_busy_server_is_given_the_time_it_asks_for_and_no_more_tries_than_agreed() {
    let busy = |header: &str| answer("503 Service Unavailable", header, "{}");
    let later = "Date: Tue, 02 Jun 2026 10:00:00 GMT\r\nRetry-After: Tue, 02 Jun 2026 10:00:07 GMT\r\n";
    let answers = [
        busy("Retry-After: 5\r\n"),
        busy(later),
        answer("429 Too Many Requests", "", "{}"),
        ok(r#"{"collections": []}"#),
    ];
    let server = serve(move |number, _, _| answers[number].clone());
    let (taxii, waits) = client(None);
    assert!(taxii.collections(&root(&server)).expect("patience").is_empty());
    assert_eq!(*waits.lock().expect("a lock"), [5, 7, 4]);

    let server = serve(move |_, _, _| busy("Retry-After: 86400\r\n"));
    let (taxii, waits) = client(None);
    let error = taxii.collections(&root(&server)).expect_err("busy");
    assert!(error.is_status() && error.to_string().contains("busy"), "{error}");
    assert_eq!(*waits.lock().expect("a lock"), [30, 30, 30], "never longer than agreed");
}

fn raw(count: usize) -> Vec<Box<RawValue>> {
    let object = |n| {
        RawValue::from_string(format!(r#"{{"id": "x--{n}", "pad": "{}"}}"#, "y".repeat(60))).expect("JSON")
    };
    (0..count).map(object).collect()
}

#[test]
fn objects_are_added_in_envelopes_that_fit_and_their_status_is_waited_for() {
    let server = serve(|number, request, _| {
        let id = format!("2d086da7-4bdc-4f91-900e-{number:012}");
        if request.line.starts_with("POST") {
            return answer(
                "202 Accepted",
                "",
                &format!(
                    r#"{{"id": "{id}", "status": "pending", "total_count": 4, "success_count": 0, "failure_count": 0, "pending_count": 4}}"#
                ),
            );
        }
        ok(&format!(
            r#"{{"id": "{id}", "status": "complete", "total_count": 4, "success_count": 3, "failure_count": 1, "pending_count": 0,
                "failures": [{{"id": "x--0", "version": "1", "message": "no\u0007"}}]}}"#
        ))
    });
    let about = serde_json::from_str(ROOT).expect("a root");
    let (taxii, waits) = client(Some(Credentials::Bearer("t0ken".into())));
    let mut objects = raw(9);
    objects.push(
        RawValue::from_string(format!(r#"{{"id": "x--large", "pad": "{}"}}"#, "y".repeat(500)))
            .expect("JSON"),
    );
    let mut steps = Vec::new();
    let added =
        taxii.add(&root(&server), &about, COLLECTION, &objects, 100, |n| steps.push(n)).expect("added");
    // 4 objects of 89 bytes fit into 400.
    assert_eq!(steps, [4, 8, 9]);
    assert_eq!((added.taken, added.refused, added.pending), (9, 4, 0));
    assert!(added.refusals.iter().any(|r| r.id == "x--large" && r.reason.contains("400")));
    assert_eq!(added.refusals[0].reason, "no");
    assert_eq!(waits.lock().expect("a lock").len(), 3);
    let requests = server.requests.lock().expect("a lock").clone();
    let posts: Vec<_> = requests.iter().filter(|r| r.line.starts_with("POST")).collect();
    assert!(
        posts.iter().all(|p| p.body.len() <= 400 && p.headers.contains("authorization: bearer t0ken")),
        "{posts:?}"
    );
    let first: serde_json::Value = serde_json::from_str(&posts[0].body).expect("JSON");
    assert_eq!(first["objects"].as_array().map(Vec::len), Some(4));
    assert!(
        requests[1].line.starts_with("GET /api/status/2d086da7-4bdc-4f91-900e-000000000000/ "),
        "{}",
        requests[1].line
    );
}

#[test]
fn credentials_stay_with_the_named_host() {
    let other = serve(|_, _, _| ok(r#"{"collections": []}"#));
    let there = other.url.clone();
    let server = serve(move |_, request, own| match request.line.split(' ').nth(1).unwrap_or_default() {
        "/api/collections/" => answer("302 Found", &format!("Location: {there}/x/\r\n"), ""),
        "/near/collections/" => answer("302 Found", &format!("Location: {own}/found/\r\n"), ""),
        "/taxii2/" => ok(&format!(r#"{{"title": "T", "api_roots": ["{there}/api/"]}}"#)),
        _ => ok(r#"{"collections": []}"#),
    });
    let (taxii, _) = client(user());
    assert!(taxii.collections(&root(&server)).expect_err("another host").is_refused());
    assert!(
        taxii.roots(&server.url).expect("a discovery")[0]
            .about
            .as_ref()
            .expect_err("another host")
            .is_refused()
    );
    assert_eq!(lines(&other).len(), 0);
    assert!(taxii.collections(&Url::parse(&format!("{}/near/", server.url)).expect("a URL")).is_ok());
    let (anybody, _) = client(None);
    assert!(anybody.collections(&root(&server)).is_ok());
    // In the clear to a public address, neither password nor token goes.
    let error = taxii.discovery("http://8.8.8.8/taxii2/").expect_err("in the clear");
    assert!(error.is_refused() && error.to_string().contains("unencrypted"), "{error}");
    assert!(taxii.discovery("http://10.1.2.3/").expect_err("private").is_refused());
    let moved = serve(|_, _, own| answer("307 Temporary Redirect", &format!("Location: {own}/x/\r\n"), ""));
    let about = serde_json::from_str(ROOT).expect("a root");
    let error = taxii.add(&root(&moved), &about, COLLECTION, &raw(1), 1, |_| ()).expect_err("a redirect");
    assert!(error.is_refused(), "{error}");
}

#[test]
fn pages_of_the_web_and_floods_are_errors_without_secrets() {
    let page =
        "HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nContent-Length: 2\r\nConnection: close\r\n\r\n{}"
            .to_owned();
    for (text, check) in [
        (page, bartizan_fetch::Error::is_answer as fn(&bartizan_fetch::Error) -> bool),
        (ok("no JSON"), bartizan_fetch::Error::is_answer),
        (ok(&" ".repeat(20_000)), bartizan_fetch::Error::is_limit),
        (answer("401 Unauthorized", "", r#"{"title": "No"}"#), bartizan_fetch::Error::is_status),
    ] {
        let server = serve(move |_, _, _| text.clone());
        let (taxii, _) = client(user());
        let error = taxii.collections(&root(&server)).expect_err("an error");
        assert!(check(&error) && !error.to_string().contains("sesame"), "{error}");
    }
}

#[test]
fn the_manifest_is_joined() {
    let server = serve(|number, _, _| {
        let (more, next) = if number == 0 { (true, r#""next": "1","#) } else { (false, "") };
        ok(&format!(
            r#"{{"more": {more}, {next} "objects": [{{"id": "x--{number}", "date_added": "2024-01-0{}T00:00:00Z", "version": "v"}}]}}"#,
            number + 1
        ))
    });
    let (taxii, _) = client(None);
    let manifest = taxii.manifest(&root(&server), COLLECTION, Walk::default()).expect("a manifest");
    assert_eq!(manifest.iter().map(|m| m.id.as_str()).collect::<Vec<_>>(), ["x--0", "x--1"]);
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]
    /// Whatever a server sends, there is an answer or an error.
    #[test]
    fn arbitrary_answers_never_panic(status in "(200 OK|404 No|503 Busy|302 Found)", headers in "(Location: [!-~]{0,20}\r\n|Retry-After: [ -~]{0,10}\r\n|X-TAXII-Date-Added-Last: [ -~]{0,9}\r\n)?",
        body in prop_oneof!["\\PC{0,60}", r#"\{"(more|objects|collections|title|status)": ?(true|\[\]|\[\{\}\]|"x"|1)\}"#])
    {
        let text = answer(&status, &headers, &body);
        let server = serve(move |_, _, _| text.clone());
        let (taxii, _) = client(None);
        let _ = taxii.roots(&server.url);
        let mut pull = taxii.pull(&root(&server), COLLECTION, Walk { pages: 3, ..Walk::default() }).expect("a walk");
        while let Ok(Some(_)) = pull.next_page() {}
    }
}
