//! The guard against real sockets on the loopback interface.

#![allow(clippy::unwrap_used, reason = "a test that cannot set up its case should fail loudly")]

mod taxii;

use std::io::{Read, Write};
use std::net::TcpListener;
use std::time::Duration;

use bartizan_fetch::{Fetcher, Rules};

/// Answers each connection with the next of `answers`, then stops. Returns the port.
fn serve(answers: Vec<Vec<u8>>) -> u16 {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let port = listener.local_addr().unwrap().port();
    std::thread::spawn(move || {
        for answer in answers {
            let Ok((mut stream, _)) = listener.accept() else { return };
            let mut request = [0; 4096];
            let _ = stream.read(&mut request);
            let _ = stream.write_all(&answer);
        }
    });
    port
}

fn ok(body: &str) -> Vec<u8> {
    let length = body.len();
    format!("HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nContent-Length: {length}\r\nConnection: close\r\n\r\n{body}")
        .into_bytes()
}

fn redirect(to: &str) -> Vec<u8> {
    format!("HTTP/1.1 302 Found\r\nLocation: {to}\r\nContent-Length: 0\r\nConnection: close\r\n\r\n")
        .into_bytes()
}

fn lab() -> Rules {
    Rules {
        allowed: vec!["127.0.0.0/8".parse().unwrap()],
        timeout: Duration::from_secs(5),
        ..Rules::default()
    }
}

#[test]
fn an_allowed_network_is_fetched() {
    let port = serve(vec![redirect("/report"), ok("<p>hello</p>")]);
    let fetched = Fetcher::new(lab()).fetch(&format!("http://127.0.0.1:{port}/")).unwrap();
    assert_eq!(fetched.bytes, b"<p>hello</p>");
    assert_eq!(fetched.media_type.as_deref(), Some("text/html"));
    assert_eq!(fetched.url, format!("http://127.0.0.1:{port}/report"));
}

#[test]
fn private_addresses_are_refused_in_every_spelling() {
    // Spellings that the WHATWG URL standard maps to loopback, link-local or private addresses.
    for url in [
        "http://127.0.0.1/",
        "http://2130706433/",
        "http://0x7f.1/",
        "http://017700000001/",
        "http://127.1/",
        "http://[::1]/",
        "http://[::ffff:127.0.0.1]/",
        "http://[64:ff9b::7f00:1]/",
        "http://169.254.169.254/",
        "http://10.0.0.1/",
        "http://0/",
        "http://[fe80::1]/",
        "http://192.168.0.1:8080/",
        "http://127.0.0.1./",
    ] {
        let error = Fetcher::new(Rules::default()).fetch(url).unwrap_err();
        assert!(error.is_refused(), "{url}: {error}");
    }
}

#[test]
fn a_name_that_resolves_to_loopback_is_refused() {
    let port = serve(vec![ok("secret")]);
    let error = Fetcher::new(Rules::default()).fetch(&format!("http://localhost:{port}/")).unwrap_err();
    assert!(error.is_refused(), "{error}");
    assert_eq!(error.code(), "fetch.refused");
}

#[test]
fn redirects_are_checked_anew() {
    for target in
        ["http://169.254.169.254/latest/", "file:///etc/passwd", "http://10.0.0.1/", "gopher://127.0.0.1/"]
    {
        let port = serve(vec![redirect(target)]);
        let error = Fetcher::new(lab()).fetch(&format!("http://127.0.0.1:{port}/")).unwrap_err();
        assert!(error.is_refused(), "{target}: {error}");
    }
}

#[test]
fn redirect_loops_end() {
    let port = serve(vec![redirect("/"); 10]);
    let error = Fetcher::new(lab()).fetch(&format!("http://127.0.0.1:{port}/")).unwrap_err();
    assert!(error.is_limit(), "{error}");
}

#[test]
fn a_body_over_the_limit_is_an_error() {
    let port = serve(vec![ok(&"x".repeat(5000)), ok(&"x".repeat(1000))]);
    let url = format!("http://127.0.0.1:{port}/");
    let fetcher = Fetcher::new(Rules { bytes: 1000, ..lab() });
    assert!(fetcher.fetch(&url).unwrap_err().is_limit());
    assert_eq!(fetcher.fetch(&url).unwrap().bytes.len(), 1000);
}

#[test]
fn a_silent_server_times_out() {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let port = listener.local_addr().unwrap().port();
    let fetcher = Fetcher::new(Rules { timeout: Duration::from_millis(300), ..lab() });
    let error = fetcher.fetch(&format!("http://127.0.0.1:{port}/")).unwrap_err();
    assert!(error.is_timeout(), "{error}");
}

#[test]
fn other_schemes_credentials_and_nonsense_are_refused() {
    let fetcher = Fetcher::new(Rules::default());
    assert!(fetcher.fetch("file:///etc/passwd").unwrap_err().is_refused());
    assert!(fetcher.fetch("ftp://ftp.gnu.org/").unwrap_err().is_refused());
    let error = fetcher.fetch("http://user:hunter2@1.1.1.1/").unwrap_err();
    assert!(error.is_refused() && !error.to_string().contains("hunter2"), "{error}");
    assert!(fetcher.fetch("not a url").unwrap_err().is_invalid());
}

#[test]
fn an_error_status_is_an_error() {
    let port =
        serve(vec![b"HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\nConnection: close\r\n\r\n".to_vec()]);
    let error = Fetcher::new(lab()).fetch(&format!("http://127.0.0.1:{port}/")).unwrap_err();
    assert!(error.is_status() && error.to_string().contains("404"), "{error}");
}
