//! `taxii`, `feed` and mail from outside. The TAXII client has its tests in `bartizan-fetch`; here are files, state and exit
//! codes, against a server in this process.

use std::io::{BufRead, BufReader, Read, Write};
use std::net::TcpListener;
use std::path::Path;
use std::sync::{Arc, Mutex};

use crate::{bartizan, folder, json, stdout};

const COLLECTION: &str = "91a7b528-80eb-42ed-a74d-c6fbd5a26116";
const ODD: &str =
    r#"{ "type":"x" , "id":"indicator--46ffb1da-25f8-4b5c-b9a5-e1ee4a1b4d9a", "n":1.0,"s":"\u00e9" }"#;

/// A TAXII server with one collection: `object` is added at second 1, `added` holds what is posted, with its bodies.
fn serve() -> (String, Arc<Mutex<Vec<String>>>) {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("http://127.0.0.1:{}", listener.local_addr().unwrap().port());
    let bodies = Arc::new(Mutex::new(Vec::new()));
    let kept = bodies.clone();
    std::thread::spawn(move || {
        for stream in listener.incoming() {
            let mut stream = stream.unwrap();
            let mut reader = BufReader::new(stream.try_clone().unwrap());
            let (mut first, mut headers) = (String::new(), String::new());
            reader.read_line(&mut first).unwrap();
            while reader.read_line(&mut headers).unwrap() > 2 {}
            let headers = headers.to_lowercase();
            let length =
                headers.split("content-length: ").nth(1).and_then(|r| r.split("\r\n").next()?.parse().ok());
            let mut body = vec![0; length.unwrap_or(0)];
            reader.read_exact(&mut body).unwrap();
            if first.starts_with("POST") {
                kept.lock().unwrap().push(String::from_utf8(body).unwrap());
            }
            let path = first.split(' ').nth(1).unwrap();
            let collection = format!("/api/collections/{COLLECTION}/objects/");
            let status = r#"{"id": "s", "status": "complete", "success_count": 0, "failure_count": 1,
                "failures": [{"id": "x--1", "message": "no"}]}"#;
            let (status, header, body) = match path {
                // `us:secret`
                _ if headers.contains("authorization: basic") && !headers.contains("dxm6c2vjcmv0") => {
                    ("401 No", "", "{}".to_owned())
                }
                "/taxii2/" => ("200 OK", "", r#"{"title": "T", "api_roots": ["/api/"]}"#.to_owned()),
                "/api/" => (
                    "200 OK",
                    "",
                    r#"{"title": "R", "versions": [], "max_content_length": 10000}"#.to_owned(),
                ),
                "/api/collections/" => (
                    "200 OK",
                    "",
                    format!(
                        r#"{{"collections": [{{"id": "{COLLECTION}", "title": "Shared\u0007", "can_read": true, "can_write": true}}]}}"#
                    ),
                ),
                _ if path.starts_with(&collection) && first.starts_with("POST") => {
                    ("202 Accepted", "", status.to_owned())
                }
                _ if path.starts_with(&collection) && path.contains("added_after") => {
                    ("200 OK", "", "{}".to_owned())
                }
                _ if path.starts_with(&collection) => (
                    "200 OK",
                    "X-TAXII-Date-Added-Last: 2024-01-01T00:00:01Z\r\n",
                    format!("{{\"objects\": [{ODD}]}}"),
                ),
                _ => ("404 No", "", "{}".to_owned()),
            };
            let length = body.len();
            let _ = write!(
                stream,
                "HTTP/1.1 {status}\r\nContent-Type: application/taxii+json;version=2.1\r\n{header}Content-Length: {length}\r\nConnection: close\r\n\r\n{body}"
            );
        }
    });
    (url, bodies)
}

fn taxii(dir: &Path, arguments: &[&str]) -> std::process::Output {
    let mut command = bartizan(dir);
    command.arg("taxii").args(arguments).args(["--allow-net", "127.0.0.0/8"]);
    command.env("BARTIZAN_TAXII_PASSWORD", "secret").output().unwrap()
}

#[test]
fn collections_are_listed_without_what_a_terminal_would_obey() {
    let (url, _) = serve();
    let dir = folder("taxii-collections");
    let output = taxii(&dir, &["collections", &url, "--user", "us"]);
    assert_eq!(output.status.code(), Some(0), "{}", String::from_utf8_lossy(&output.stderr));
    let text = stdout(&output);
    assert!(
        text.starts_with(COLLECTION) && text.contains("read, write") && !text.contains('\u{7}'),
        "{text}"
    );
    let refused = bartizan(&dir).args(["taxii", "collections", &url, "--json"]).output().unwrap();
    assert_eq!(
        (refused.status.code(), json(&refused)["error"]["code"].as_str()),
        (Some(77), Some("fetch.refused"))
    );
    let denied = taxii(&dir, &["collections", &url, "--user", "someone", "--json"]);
    assert_eq!(denied.status.code(), Some(69));
    assert!(!stdout(&denied).contains("secret"));
    let without = bartizan(&dir)
        .args(["taxii", "collections", &url, "--user", "us"])
        .env_remove("BARTIZAN_TAXII_PASSWORD")
        .output()
        .unwrap();
    assert_eq!(without.status.code(), Some(78));
}

#[test]
fn a_pull_keeps_bytes_and_goes_on_where_it_was() {
    let (url, _) = serve();
    let dir = folder("taxii-pull");
    let arguments = ["pull", &url, COLLECTION, "-o", "out", "--state", "state.json", "--json"];
    let first = json(&taxii(&dir, &arguments));
    assert_eq!(
        (first["objects"].as_u64(), first["added_after"].as_str()),
        (Some(1), Some("2024-01-01T00:00:01Z"))
    );
    let text = std::fs::read_to_string(dir.join(first["files"][0].as_str().unwrap())).unwrap();
    assert!(text.contains(ODD), "{text}");
    assert!(serde_json::from_str::<serde_json::Value>(&text).is_ok());
    let second = json(&taxii(&dir, &arguments));
    assert_eq!((second["objects"].as_u64(), second["files"].as_array().map(Vec::len)), (Some(0), Some(0)));
    assert_eq!(second["added_after"], "2024-01-01T00:00:01Z", "nothing new moves nothing");
    let piped = taxii(&dir, &["pull", &format!("{url}/api"), "Shared\u{7}", "-o", "-"]);
    assert!(stdout(&piped).contains(ODD));
    std::fs::write(dir.join("state.json"), r#"{"api_root": "x", "collection": "y", "added_after": null}"#)
        .unwrap();
    assert_eq!(taxii(&dir, &arguments).status.code(), Some(78), "a state of another collection");
    assert_eq!(taxii(&dir, &["pull", &url, "none", "-o", "out"]).status.code(), Some(69));
    assert_eq!(
        taxii(&dir, &["pull", &url, "x", "-o", "out", "--added-after", "soon"]).status.code(),
        Some(2)
    );
}

#[test]
fn a_push_sends_bytes_and_tells_what_was_refused() {
    let (url, bodies) = serve();
    let dir = folder("taxii-push");
    std::fs::write(
        dir.join("b.json"),
        format!(r#"{{"type": "bundle", "id": "bundle--x", "objects": [{ODD}]}}"#),
    )
    .unwrap();
    let output = taxii(&dir, &["push", &url, COLLECTION, "b.json", "--json"]);
    assert_eq!(output.status.code(), Some(1));
    assert_eq!(json(&output)["refusals"][0]["reason"], "no");
    assert_eq!(*bodies.lock().unwrap(), [format!("{{\"objects\":[{ODD}]}}")]);
    std::fs::write(dir.join("no.json"), r#"{"type": "indicator"}"#).unwrap();
    assert_eq!(taxii(&dir, &["push", &url, COLLECTION, "no.json"]).status.code(), Some(65));
    assert_eq!(taxii(&dir, &["push", &url, COLLECTION, "missing.json"]).status.code(), Some(66));
}

#[test]
fn a_misp_feed_becomes_bundles() {
    let dir = folder("feed-misp");
    let event = |uuid: &str, tag: &str| {
        format!(
            r#"{{"Event": {{"uuid": "{uuid}", "info": "Event", "date": "2024-01-01", "timestamp": "1704240000", {tag} "Attribute": [
            {{"type": "domain", "value": "evil.example", "to_ids": true, "uuid": "46ffb1da-25f8-4b5c-b9a5-e1ee4a1b4d9a"}},
            {{"type": "bic", "value": "x"}}]}}}}"#
        )
    };
    let (old, new) = ("a6ef17d6-91cb-4a05-b10b-2f045daf874c", "a6ef17d6-91cb-4a05-b10b-2f045daf874d");
    let manifest = format!(
        r#"{{"{old}": {{"info": "Old", "timestamp": "1600000000"}}, "{new}": {{"info": "New", "date": "2024-01-01", "timestamp": "1704240000"}}}}"#
    );
    std::fs::create_dir(dir.join("feed")).unwrap();
    std::fs::write(dir.join("feed/manifest.json"), manifest).unwrap();
    std::fs::write(dir.join(format!("feed/{new}.json")), event(new, r#""Tag": [{"name": "tlp:green"}],"#))
        .unwrap();
    let run = |arguments: &[&str]| bartizan(&dir).arg("feed").args(arguments).output().unwrap();
    let shown = json(&run(&["show", "feed", "--json"]));
    assert_eq!(shown["entries"][1]["title"], "New");
    let output = run(&["misp", "feed", "-o", "out", "--since", "2023-01-01T00:00:00Z", "--json"]);
    assert_eq!(output.status.code(), Some(0));
    assert_eq!(
        json(&output)["findings"],
        serde_json::json!([{"code": "misp.type", "what": "bic", "count": 1}])
    );
    let bundle: serde_json::Value =
        serde_json::from_str(&std::fs::read_to_string(dir.join(format!("out/{new}.json"))).unwrap()).unwrap();
    assert_eq!(bundle["objects"][1]["pattern"], "[domain-name:value = 'evil.example']");
    // The file of the older event is missing: the other one is there, and the exit code says so.
    assert_eq!(run(&["misp", "feed", "-o", "all"]).status.code(), Some(1));
    std::fs::write(dir.join("e.json"), event(old, "")).unwrap();
    let marked = json(&run(&["misp", "e.json", "-o", "-", "--tlp", "amber"]));
    assert_eq!(marked["objects"][0]["name"], "TLP:AMBER");
    assert_eq!(run(&["misp", "e.json", "-o", "-", "--tlp", "purple"]).status.code(), Some(2));
    assert_eq!(run(&["misp", "none.json", "-o", "-"]).status.code(), Some(66));
    std::fs::write(dir.join("page.html"), "<html></html>").unwrap();
    assert_eq!(run(&["show", "page.html"]).status.code(), Some(65));
}

#[test]
fn news_feeds_are_listed() {
    let dir = folder("feed-news");
    let rss = "<rss version='2.0'><channel><title>N</title><item><title>A &amp; B\u{1b}[31m</title><link>https://example.org/a</link>\
               <pubDate>Tue, 10 Jun 2003 04:00:00 GMT</pubDate></item></channel></rss>";
    std::fs::write(dir.join("f.xml"), rss).unwrap();
    let output = bartizan(&dir).args(["feed", "show", "f.xml"]).output().unwrap();
    let text = stdout(&output);
    assert!(
        text.starts_with("2003-06-10  A & B")
            && text.contains("https://example.org/a")
            && !text.contains('\u{1b}'),
        "{text}"
    );
}

#[test]
fn a_mail_is_analysed() {
    let dir = folder("mail");
    let mail = "From: Lab <lab@example.org>\r\nSubject: [TLP:GREEN] Loader report\r\nDate: Tue, 02 Jun 2026 10:00:00 +0000\r\n\
                MIME-Version: 1.0\r\nContent-Type: multipart/mixed; boundary=b\r\n\r\n--b\r\nContent-Type: text/plain; charset=utf-8\r\n\
                Content-Transfer-Encoding: quoted-printable\r\n\r\nThe loader connects to cdn-check[.]top and runs =\r\npowershell.exe -enc.\r\n\
                --b\r\nContent-Type: application/zip; name=\"a.zip\"\r\nContent-Transfer-Encoding: base64\r\n\r\nUEs=\r\n--b--\r\n";
    std::fs::write(dir.join("mail.eml"), mail).unwrap();
    let output =
        bartizan(&dir).args(["analyze", "mail.eml", "--stdout", "--format", "json"]).output().unwrap();
    assert_eq!(output.status.code(), Some(0), "{}", String::from_utf8_lossy(&output.stderr));
    let analysis = json(&output);
    assert_eq!(analysis["document"]["format"], "email");
    assert_eq!(analysis["marking"], "TLP:GREEN");
    let values: Vec<_> =
        analysis["observables"].as_array().unwrap().iter().map(|o| o["value"].as_str().unwrap()).collect();
    assert!(values.contains(&"cdn-check.top"), "{values:?}");
    assert!(analysis["diagnostics"].to_string().contains("mail.attachment"), "{}", analysis["diagnostics"]);
}
