//! A scanner that registers what it does, and is stopped by a button.

use std::fs;
use std::io::{BufRead, BufReader, Read, Write};
use std::net::TcpStream;
use std::path::Path;
use std::process::{Child, Stdio};
use std::time::{Duration, Instant};

use serde_json::Value;

use crate::{bartizan, folder};

fn run(dir: &Path, arguments: &[&str]) -> Value {
    let output = bartizan(dir)
        .env("BARTIZAN_PASSWORD", "correct horse battery staple")
        .env_remove("BARTIZAN_DATABASE")
        .arg("--json")
        .args(arguments)
        .output()
        .unwrap();
    assert_eq!(output.status.code(), Some(0), "{arguments:?}: {}", String::from_utf8_lossy(&output.stderr));
    serde_json::from_slice(&output.stdout).unwrap_or_default()
}

struct Server(Child, String);

impl Server {
    fn start(dir: &Path) -> Self {
        let mut child = bartizan(dir)
            .env_remove("BARTIZAN_DATABASE")
            .args(["serve", "--quiet", "--listen", "127.0.0.1:0"])
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        let mut line = String::new();
        BufReader::new(child.stdout.as_mut().unwrap()).read_line(&mut line).unwrap();
        let url = line.trim().strip_prefix("Bartizan is at ").expect("an address").to_owned();
        Self(child, url)
    }

    fn ask(&self, method: &str, path: &str, token: &str, body: &str) -> String {
        let host = self.1.strip_prefix("http://").expect("http");
        let mut stream = TcpStream::connect(host).expect("connected");
        write!(
            stream,
            "{method} /api/v1{path} HTTP/1.1\r\nHost: {host}\r\nAuthorization: Bearer {token}\r\nConnection: close\r\n\
             Content-Type: application/json\r\nContent-Length: {}\r\n\r\n{body}",
            body.len()
        )
        .expect("sent");
        let mut answer = String::new();
        stream.read_to_string(&mut answer).expect("an answer");
        answer
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

#[test]
fn a_command_runs_while_its_intent_is_held_and_ends_when_told() {
    let dir = &folder("scan-hold");
    run(dir, &["organisation", "add", "First"]);
    run(dir, &["desk", "open", "First", "--title", "First's desk"]);
    run(dir, &["user", "add", "ada", "--organisation", "First", "--roles", "analyst"]);
    let made = run(dir, &["token", "create", "ada", "--label", "scanner", "--scopes", "read,write"]);
    let token = made["tokens"][0]["token"].as_str().unwrap().to_owned();
    fs::write(dir.join("token"), format!("{token}\n")).unwrap();
    let until = jiff::Timestamp::now() + jiff::SignedDuration::from_hours(5);
    let intent = format!(
        r#"{{"scope": [{{"purl": "pkg:npm/example-lib"}}], "method": "fuzzing", "until": "{until:.0}", "contact": "ada"}}"#
    );
    fs::write(dir.join("intent.json"), &intent).unwrap();
    fs::write(dir.join("wrong.json"), intent.replace("fuzzing", "magic")).unwrap();
    let server = Server::start(dir);
    let scan = |file: &str, form: &[&str], hold: &[&str]| {
        let mut command = bartizan(dir);
        command
            .args(form)
            .args(["scan", "intent", file, "--server", &server.1, "--token-file", "token"])
            .args(hold);
        command.stdout(Stdio::piped()).stderr(Stdio::piped());
        command
    };
    // What is wrong is told by its code.
    let wrong = scan("wrong.json", &["--json"], &[]).output().unwrap();
    let text = [wrong.stdout, wrong.stderr].concat();
    assert_eq!(wrong.status.code(), Some(65));
    assert!(String::from_utf8_lossy(&text).contains("scan.method"), "{}", String::from_utf8_lossy(&text));
    // A command that ends by itself: its intent is taken back.
    let done = scan("intent.json", &["--json"], &["--hold", "true"]).output().unwrap();
    assert_eq!(done.status.code(), Some(0), "{}", String::from_utf8_lossy(&done.stderr));
    let told: Value = serde_json::from_slice(&done.stdout).unwrap();
    assert_eq!((&told["state"], &told["parts"][0]["seen"]), (&"active".into(), &"mediated".into()));
    let kept = server.ask("GET", &format!("/scan-intents/{}", told["id"].as_str().unwrap()), &token, "");
    assert!(kept.contains(r#""state":"withdrawn""#), "{kept}");
    // One that would go on for long: somebody presses the button.
    let mut holder = scan("intent.json", &[], &["--hold", "sleep", "300"]).spawn().unwrap();
    let mut line = String::new();
    BufReader::new(holder.stdout.as_mut().unwrap()).read_line(&mut line).unwrap();
    let id = line.split_whitespace().next().expect("a name");
    let path = format!("/scan-intents/{id}/stop");
    std::thread::sleep(Duration::from_millis(1_500));
    assert!(holder.try_wait().unwrap().is_none(), "it runs");
    let pressed = Instant::now();
    let answer = server.ask("POST", &path, &token, r#"{"reason": "harm"}"#);
    assert!(answer.starts_with("HTTP/1.1 200"), "{answer}");
    let status = holder.wait().unwrap();
    assert!(pressed.elapsed() < Duration::from_secs(10), "{:?}", pressed.elapsed());
    assert_eq!(status.code(), Some(77));
    let mut said = String::new();
    holder.stderr.take().unwrap().read_to_string(&mut said).unwrap();
    assert!(said.contains("the scan is to stop: harm"), "{said}");
}
