//! `bartizan programme` and `bartizan window`: what is asked of a node, and what is made of its answers.

use std::io::{BufRead, BufReader, Read, Write};
use std::net::{TcpListener, TcpStream};
use std::path::Path;
use std::process::Output;
use std::thread::JoinHandle;

use serde_json::Value;

use crate::{bartizan, folder, json, stdout};

const TOKEN: &str = "bzt_of_somebody";

/// A node that answers once.
struct Node(String, JoinHandle<Asked>);

/// What it was asked: the first line, the headers in small letters, the body.
struct Asked(String, String, Vec<u8>);

impl Node {
    fn new(status: &str, headers: &str, body: &[u8]) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let url = format!("http://{}", listener.local_addr().unwrap());
        let mut answer = format!(
            "HTTP/1.1 {status}\r\n{headers}Content-Length: {}\r\nConnection: close\r\n\r\n",
            body.len()
        )
        .into_bytes();
        answer.extend_from_slice(body);
        Self(url, std::thread::spawn(move || hear(listener.accept().unwrap().0, &answer)))
    }

    fn run(self, dir: &Path, arguments: &[&str]) -> (Output, Asked) {
        let output = bartizan(dir)
            .env("BARTIZAN_TOKEN", TOKEN)
            .env("BARTIZAN_SERVER", &self.0)
            .args(arguments)
            .output()
            .unwrap();
        (output, self.1.join().unwrap())
    }
}

fn hear(stream: TcpStream, answer: &[u8]) -> Asked {
    let mut reader = BufReader::new(stream);
    let (mut first, mut headers) = (String::new(), String::new());
    reader.read_line(&mut first).unwrap();
    let mut length = 0;
    loop {
        let mut line = String::new();
        reader.read_line(&mut line).unwrap();
        if line.trim().is_empty() {
            break;
        }
        let line = line.trim().to_lowercase();
        length = line.strip_prefix("content-length: ").map_or(length, |text| text.parse().unwrap());
        headers += &format!("{line}\n");
    }
    let mut body = vec![0; length];
    reader.read_exact(&mut body).unwrap();
    reader.get_mut().write_all(answer).unwrap();
    Asked(first.trim().trim_end_matches(" HTTP/1.1").to_owned(), headers, body)
}

fn text(bytes: &[u8]) -> String {
    String::from_utf8_lossy(bytes).into_owned()
}

#[test]
fn each_command_asks_for_what_it_says() {
    let dir = folder("window-verbs");
    std::fs::write(dir.join("body.json"), "{\"a\": 1}").unwrap();
    std::fs::write(dir.join("log.eval"), "log").unwrap();
    let cases: &[(&str, &str, Option<&str>)] = &[
        ("programme list", "GET /api/v1/programmes", None),
        ("programme show p", "GET /api/v1/programmes/p", None),
        ("programme rules p", "GET /api/v1/programmes/p/rules", None),
        ("programme add log.eval", "POST /api/v1/programmes", Some("log")),
        ("programme staff p body.json", "PUT /api/v1/programmes/p/staff", Some(r#"{"a":1}"#)),
        ("programme retire p", "POST /api/v1/programmes/p/retire", None),
        ("window list --limit 5 --next a/b", "GET /api/v1/windows?limit=5&next=a%2Fb", None),
        ("window show w", "GET /api/v1/windows/w", None),
        ("window show ../x", "GET /api/v1/windows/..%2Fx", None),
        ("window submit body.json", "POST /api/v1/windows", Some(r#"{"a":1}"#)),
        (
            "window do w tester body.json",
            "POST /api/v1/windows/w/events",
            Some(r#"{"action":{"a":1},"role":"tester"}"#),
        ),
        (
            "window agree w r 7",
            "POST /api/v1/windows/w/events",
            Some(r#"{"action":{"do":"second","proposal":7},"role":"r"}"#),
        ),
        (
            "window refuse w r 7 no",
            "POST /api/v1/windows/w/events",
            Some(r#"{"action":{"do":"refuse","proposal":7,"words":"no"},"role":"r"}"#),
        ),
        (
            "window revoke w r g lost",
            "POST /api/v1/windows/w/events",
            Some(r#"{"action":{"do":"revoke","grant":"g","words":"lost"},"role":"r"}"#),
        ),
        (
            "window find w r f body.json",
            "POST /api/v1/windows/w/events",
            Some(r#"{"action":{"body":{"a":1},"do":"find","finding":"f"},"role":"r"}"#),
        ),
        ("window events w", "GET /api/v1/windows/w/events", None),
        ("window calendar w", "GET /api/v1/windows/w/calendar", None),
        ("window grant w body.json", "POST /api/v1/windows/w/grants", Some(r#"{"a":1}"#)),
        ("window calls w g", "GET /api/v1/windows/w/grants/g/calls", None),
        ("window proof w g", "GET /api/v1/windows/w/grants/g/proof", None),
        (
            "window put-file w log.eval --kind other",
            "PUT /api/v1/windows/w/files/log.eval?kind=other",
            Some("log"),
        ),
        ("window files w", "GET /api/v1/windows/w/files", None),
        ("window get-file w n", "GET /api/v1/windows/w/files/n", None),
        ("window plans w", "GET /api/v1/windows/w/catalogue", None),
        ("window run w r", "GET /api/v1/windows/w/runs/r", None),
        (
            "window samples w r --search a&b --from 20",
            "GET /api/v1/windows/w/runs/r/samples?search=a%26b&from=20",
            None,
        ),
        (
            "window run-end w r log.eval --role tester",
            "POST /api/v1/windows/w/runs/r/end?role=tester&outcome=finished",
            Some("log"),
        ),
        (
            "window hand-over w r f d",
            "POST /api/v1/windows/w/findings/f/hand-over",
            Some(r#"{"desk":"d","role":"r"}"#),
        ),
        ("window determination w", "GET /api/v1/windows/w/determination", None),
        ("window source w", "GET /api/v1/windows/w/source", None),
        (
            "window source w --write log.eval --before 2",
            "PUT /api/v1/windows/w/source",
            Some(r#"{"before":2,"body":"log"}"#),
        ),
        ("window edition w public", "GET /api/v1/windows/w/editions/public/preview", None),
        ("window publish w r public", "POST /api/v1/windows/w/editions/public", Some(r#"{"role":"r"}"#)),
        ("window unpublish w e", "DELETE /api/v1/windows/w/editions/e", None),
        ("window editions w", "GET /api/v1/windows/w/editions", None),
        ("window editions", "GET /api/v1/editions", None),
        ("window read e", "GET /api/v1/editions/e", None),
        ("window custody w", "GET /api/v1/windows/w/custody", None),
    ];
    for (typed, asked, body) in cases {
        let arguments: Vec<&str> = typed.split(' ').collect();
        let (output, Asked(first, headers, sent)) = Node::new("200 OK", "", b"{}").run(&dir, &arguments);
        assert_eq!(output.status.code(), Some(0), "{typed}: {}", text(&output.stderr));
        assert_eq!((first.as_str(), text(&sent).as_str()), (*asked, body.unwrap_or_default()), "{typed}");
        assert!(headers.contains(&format!("authorization: bearer {TOKEN}\n")), "{typed}");
    }
}

#[test]
fn keys_come_from_the_environment_and_credentials_go_into_a_file() {
    let dir = folder("window-secrets");
    let node = Node::new("200 OK", "", br#"{"checkpoint":"falcon-7","host":"models.example","said":"now"}"#);
    let output = bartizan(&dir)
        .env("BARTIZAN_TOKEN", TOKEN)
        .env("KEY", "sk-of-the-developer")
        .args([
            "window",
            "endpoint",
            "w",
            "falcon-7",
            "--url",
            "https://models.example/v1",
            "--model-name",
            "m",
        ])
        .args(["--key-env", "KEY", "--server", &node.0])
        .output()
        .unwrap();
    let Asked(first, _, body) = node.1.join().unwrap();
    assert_eq!(first, "PUT /api/v1/windows/w/endpoints/falcon-7");
    assert_eq!(text(&body), r#"{"key":"sk-of-the-developer","model":"m","url":"https://models.example/v1"}"#);
    assert!(output.status.success() && !stdout(&output).contains("sk-of"), "{}", stdout(&output));

    let answer = br#"{"credential":"bzg_secret","base_path":"/broker/v1","checkpoint":"falcon-7"}"#;
    let node = Node::new("201 Created", "", answer);
    let base = format!("{}/broker/v1", node.0);
    let (output, Asked(first, ..)) = node.run(&dir, &["window", "credential", "w", "g", "--out", "secret"]);
    assert_eq!(first, "POST /api/v1/windows/w/grants/g/credential");
    let told = stdout(&output) + &text(&output.stderr);
    assert!(told.contains(&base) && told.contains("falcon-7") && !told.contains("bzg_secret"), "{told}");
    assert_eq!(std::fs::read_to_string(dir.join("secret")).unwrap(), "bzg_secret");
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt;
        assert_eq!(std::fs::metadata(dir.join("secret")).unwrap().permissions().mode() & 0o777, 0o600);
    }
    // What is there is not overwritten, and nothing is asked: the credential would be lost.
    let output = bartizan(&dir)
        .env("BARTIZAN_TOKEN", TOKEN)
        .args(["window", "credential", "w", "g", "--out", "secret", "--server", "http://127.0.0.1:9"])
        .output()
        .unwrap();
    assert_eq!(output.status.code(), Some(73));
}

#[test]
fn a_refusal_is_told_with_its_code_and_what_to_do() {
    let dir = folder("window-refused");
    std::fs::write(dir.join("pause.json"), r#"{"do":"pause"}"#).unwrap();
    let problem = br#"{"type":"/problems/window","title":"no","status":409,"detail":"d","errors":[
        {"code":"grant.agreement","field":"","reason":"it is not in force (have it signed)"},
        {"code":"window.not-second","field":"x","reason":"steered \u001b[2J"}]}"#;
    let run = |arguments: &[&str]| Node::new("409 Conflict", "", problem).run(&dir, arguments).0;
    let output = run(&["window", "do", "w", "r", "pause.json"]);
    let told = text(&output.stderr);
    assert_eq!(output.status.code(), Some(65), "{told}");
    assert!(
        told.contains("it is not in force (have it signed) [grant.agreement]") && !told.contains('\u{1b}'),
        "{told}"
    );
    let output = run(&["--json", "window", "do", "w", "r", "pause.json"]);
    assert_eq!(json(&output)["error"]["code"], "grant.agreement");
    for (status, exit) in [
        ("401 Unauthorized", 77),
        ("403 Forbidden", 77),
        ("404 Not Found", 66),
        ("429 Too Many", 69),
        ("500 Oh", 69),
        ("302 Found", 65),
    ] {
        let (output, _) = Node::new(status, "Location: http://127.0.0.1:9/\r\n", b"{}")
            .run(&dir, &["window", "custody", "w", "-o", "x.tar"]);
        assert_eq!(output.status.code(), Some(exit), "{status}: {}", text(&output.stderr));
        assert!(
            std::fs::read_dir(&dir).unwrap().all(|entry| entry.unwrap().file_name() == "pause.json"),
            "{status}"
        );
    }
    let output = bartizan(&dir)
        .env_remove("BARTIZAN_SERVER")
        .env("BARTIZAN_TOKEN", TOKEN)
        .args(["window", "list"])
        .output()
        .unwrap();
    assert_eq!(output.status.code(), Some(2));
    let output = bartizan(&dir)
        .env_remove("BARTIZAN_TOKEN")
        .args(["window", "list", "--server", "http://127.0.0.1:9"])
        .output()
        .unwrap();
    assert_eq!(output.status.code(), Some(78));
}

#[test]
fn answers_are_told_in_short_or_byte_for_byte() {
    let dir = folder("window-answers");
    let answer = r#"{"items":[{"id":"w1","state":"running","title":"Falcon\u001b[2J","my_roles":["tester","test-lead"],"developer":{"name":"Lab"}}],"next":"abc"}"#;
    let list = |arguments: &[&str]| Node::new("200 OK", "", answer.as_bytes()).run(&dir, arguments).0;
    let told = stdout(&list(&["window", "list"]));
    assert_eq!(told, "w1  running  Lab  Falcon [2J  tester, test-lead\nmore: abc\n");
    assert_eq!(stdout(&list(&["--json", "window", "list"])), format!("{answer}\n"));

    let headers = "bartizan-custody-key: aa\r\nbartizan-custody-head: bb\r\n";
    let (output, _) =
        Node::new("200 OK", headers, b"tar").run(&dir, &["--json", "window", "custody", "w", "-o", "w.tar"]);
    let told: Value = json(&output);
    assert_eq!((&told["key"], &told["head"]), (&"aa".into(), &"bb".into()));
    assert_eq!(std::fs::read(dir.join("w.tar")).unwrap(), b"tar");

    let answer = br#"{"items":[{"id":"p","body":{"id":"p","samples":3}}]}"#;
    let (output, _) = Node::new("200 OK", "", answer).run(&dir, &["window", "plans", "w", "--plan", "p"]);
    assert_eq!(json(&output)["samples"], 3);
    let (output, _) = Node::new("200 OK", "", answer).run(&dir, &["window", "plans", "w", "--plan", "q"]);
    assert_eq!(output.status.code(), Some(66));
}
