//! `bartizan analyze --assist`: a language model behind a flag, with a server of our own and with recordings.

use std::fs;
use std::io::{Read, Write};
use std::net::TcpListener;
use std::path::Path;
use std::sync::mpsc;

use serde_json::Value;

use crate::analyze::FILES;
use crate::{bartizan, folder, json, sample};

const ANSWER: &[u8] = include_bytes!("../data/assist/answer.json");
const KEY: &str = "sk-very-secret";

/// A server that gives the same answer to every request; what it reads can be had from the receiver.
fn server(status: &'static str, answer: &'static [u8]) -> (String, mpsc::Receiver<String>) {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let port = listener.local_addr().unwrap().port();
    let (sender, receiver) = mpsc::channel();
    std::thread::spawn(move || {
        for stream in listener.incoming() {
            let mut stream = stream.unwrap();
            let mut read = Vec::new();
            while !whole(&read) {
                let mut buffer = [0; 4096];
                let n = stream.read(&mut buffer).unwrap();
                read.extend_from_slice(&buffer[..n]);
            }
            let head = format!(
                "HTTP/1.1 {status}\r\nContent-Type: application/json\r\nContent-Length: {}\r\nConnection: close\r\n\r\n",
                answer.len()
            );
            stream.write_all(head.as_bytes()).unwrap();
            stream.write_all(answer).unwrap();
            if sender.send(String::from_utf8(read).unwrap()).is_err() {
                return;
            }
        }
    });
    (format!("http://127.0.0.1:{port}/v1"), receiver)
}

/// Whether a request has come with all of its body.
fn whole(read: &[u8]) -> bool {
    let text = String::from_utf8_lossy(read);
    let Some((head, body)) = text.split_once("\r\n\r\n") else { return false };
    let length = head.lines().find_map(|l| l.to_lowercase().strip_prefix("content-length: ")?.parse().ok());
    body.len() >= length.unwrap_or(usize::MAX)
}

fn technique<'a>(analysis: &'a Value, id: &str) -> Option<&'a Value> {
    analysis["techniques"].as_array().unwrap().iter().find(|t| t["id"] == id)
}

fn analysis(dir: &Path) -> Value {
    serde_json::from_slice(&fs::read(dir.join("analysis.json")).unwrap()).unwrap()
}

#[test]
fn an_endpoint_is_asked_and_its_recordings_give_the_same_bytes_without_it() {
    let dir = folder("assist");
    let (url, requests) = server("200 OK", ANSWER);
    let report = sample("package-stealer.md");
    let run = |out: &str, more: &[&str]| {
        let mut command = bartizan(&dir);
        command.arg("analyze").arg(&report).args(["-o", out, "--point", "balanced"]).args(more);
        command.env("MODEL_KEY", KEY).output().unwrap()
    };
    let asked = run(
        "asked",
        &[
            "--assist",
            &url,
            "--assist-model",
            "test-model",
            "--assist-key-env",
            "MODEL_KEY",
            "--assist-record",
            "rec",
        ],
    );
    assert!(asked.status.success(), "{}", String::from_utf8_lossy(&asked.stderr));
    let request = requests.try_recv().unwrap();
    assert!(requests.try_recv().is_err(), "one question for a short report");
    assert!(request.starts_with("POST /v1/chat/completions HTTP/1.1\r\n"));
    assert!(request.to_lowercase().contains(&format!("authorization: bearer {KEY}")));
    let body = request.split_once("\r\n\r\n").unwrap().1;
    assert!(body.contains("\"model\":\"test-model\"") && body.contains("started through mshta.exe"));

    // Server and key are gone: the recordings give the same files.
    let replay = run("replayed", &["--assist-replay", "rec", "--assist-model", "test-model"]);
    assert!(replay.status.success(), "{}", String::from_utf8_lossy(&replay.stderr));
    assert!(requests.try_recv().is_err(), "a replay sends nothing");
    for file in FILES {
        let read = |out: &str| fs::read(dir.join(out).join(file)).unwrap();
        assert!(read("asked") == read("replayed"), "{file} differs");
        assert!(!String::from_utf8_lossy(&read("asked")).contains(&url), "{file} tells the address");
    }
    for entry in fs::read_dir(dir.join("rec")).unwrap() {
        let path = entry.unwrap().path();
        assert!(!fs::read_to_string(&path).unwrap().contains(KEY), "{} holds the key", path.display());
    }
    let said = [asked.stdout, asked.stderr, replay.stdout].concat();
    assert!(!String::from_utf8_lossy(&said).contains(KEY));

    assert!(run("plain", &[]).status.success());
    let (plain, assisted) = (analysis(&dir.join("plain")), analysis(&dir.join("asked")));
    let confidence = |a: &Value, id: &str| technique(a, id).map(|t| t["confidence"].as_f64().unwrap());
    assert!(confidence(&assisted, "T1218.005") > confidence(&plain, "T1218.005"), "agreed");
    assert!(confidence(&assisted, "T1105") < confidence(&plain, "T1105"), "rejected");
    let proposed = technique(&assisted, "T1102.002").expect("proposed");
    assert!(technique(&plain, "T1102.002").is_none());
    assert_eq!(
        (&proposed["provenance"], &proposed["reasons"][0]["text"]),
        (&"inferred".into(), &"language model: proposes".into())
    );
    assert_eq!(proposed["evidence"][0]["quote"], "sent to a Telegram bot");
    let counts = &assisted["assisted"];
    assert_eq!(
        (
            &counts["model"],
            &counts["questions"],
            &counts["answered"],
            &counts["claims"],
            &counts["discarded"]
        ),
        (&"test-model".into(), &1.into(), &1.into(), &3.into(), &4.into()),
    );
    assert!(plain.get("assisted").is_none());
    for member in ["observables", "withheld", "entities", "mitigations", "marking", "document"] {
        assert_eq!(plain[member], assisted[member], "{member}");
    }
    let mentions =
        |file: &str| fs::read_to_string(dir.join("asked").join(file)).unwrap().contains("test-model");
    assert!(mentions("report.html") && mentions("report.md"));
    assert!(!fs::read_to_string(dir.join("asked/report.html")).unwrap().contains("onerror=alert"));
}

#[test]
fn a_missing_recording_is_an_error_that_names_it() {
    let dir = folder("assist-missing");
    fs::create_dir(dir.join("rec")).unwrap();
    let output = bartizan(&dir)
        .args(["analyze", "-o", "out", "--json", "--assist-replay", "rec", "--assist-model", "m"])
        .arg(sample("package-stealer.md"))
        .output()
        .unwrap();
    assert_eq!(output.status.code(), Some(66));
    let error = &json(&output)["results"][0]["error"];
    assert_eq!(error["code"], "assist.no-recording");
    let message = error["message"].as_str().unwrap();
    assert!(message.contains(".answer.json") && message.contains("--assist-record"), "{message}");
    assert!(!dir.join("out").exists());
}

#[test]
fn an_endpoint_that_fails_leaves_the_analysis_as_it_is() {
    let dir = folder("assist-fails");
    let report = sample("package-stealer.md");
    let closed = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
    let (broken, _requests) = server("500 Internal Server Error", b"{}");
    let (odd, _requests) = server("200 OK", b"<html>a login page</html>");
    assert!(bartizan(&dir).arg("analyze").arg(&report).args(["-qo", "plain"]).status().unwrap().success());
    let plain = analysis(&dir.join("plain"));
    for url in [format!("http://{closed}/v1"), broken, odd] {
        let output = bartizan(&dir)
            .arg("analyze")
            .arg(&report)
            .args(["-o", "out", "--assist", &url, "--assist-model", "m"])
            .output()
            .unwrap();
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
        let analysis = analysis(&dir.join("out"));
        for member in ["techniques", "observables", "entities", "relations", "events", "mitigations"] {
            assert_eq!(plain[member], analysis[member], "{member}");
        }
        let codes: Vec<&Value> =
            analysis["diagnostics"].as_array().unwrap().iter().map(|d| &d["code"]).collect();
        assert!(codes.contains(&&Value::from("assist.unanswered")), "{codes:?}");
        assert_eq!(analysis["assisted"]["answered"], 0);
    }
}

#[test]
fn half_a_wish_is_a_usage_error() {
    let dir = folder("assist-usage");
    fs::write(dir.join("a.txt"), "evil[.]top").unwrap();
    for (arguments, code) in [
        (vec!["--assist", "http://localhost:1/v1"], 2),
        (vec!["--assist-model", "m"], 2),
        (vec!["--assist-replay", "rec"], 2),
        (vec!["--assist-record", "rec", "--assist-model", "m"], 2),
        (vec!["--assist", "ftp://localhost/v1", "--assist-model", "m"], 2),
        (vec!["--assist", "http://me:secret@localhost/v1", "--assist-model", "m"], 2),
        (vec!["--assist", "http://localhost:1/v1", "--assist-model", "m", "--assist-replay", "rec"], 2),
        (
            vec![
                "--assist",
                "http://localhost:1/v1",
                "--assist-model",
                "m",
                "--assist-key-env",
                "NO_SUCH_KEY",
            ],
            78,
        ),
    ] {
        let output = bartizan(&dir).args(["analyze", "a.txt"]).args(&arguments).output().unwrap();
        assert_eq!(output.status.code(), Some(code), "{arguments:?}");
        let said = String::from_utf8_lossy(&output.stderr);
        assert!(!said.is_empty() && !said.contains("secret"), "{arguments:?}: {said}");
    }
}
