//! Commands of a node: what an administrator does beside the server, straight on its database.

use std::fs;
use std::io::{BufRead, BufReader};
use std::path::Path;
use std::process::{Child, Stdio};

use serde_json::Value;

use crate::{bartizan, folder};

fn run(dir: &Path, arguments: &[&str]) -> (i32, Value) {
    let output = bartizan(dir)
        .env("BARTIZAN_PASSWORD", "correct horse battery staple")
        .env_remove("BARTIZAN_DATABASE")
        .arg("--json")
        .args(arguments)
        .output()
        .unwrap();
    (output.status.code().unwrap(), serde_json::from_slice(&output.stdout).unwrap_or_default())
}

/// A server on a free port, ended with the test.
struct Server(Child);

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
        assert!(line.starts_with("Bartizan is at http://127.0.0.1:"), "{line}");
        Self(child)
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

#[test]
fn organisations_people_tokens_collections_and_their_log() {
    let dir = &folder("node-admin");
    assert_eq!(run(dir, &["organisation", "add", "First"]).0, 0);
    assert_eq!(run(dir, &["organisation", "add", "First"]).0, 2, "the name is taken");
    assert_eq!(run(dir, &["organisation", "add", "Client", "--client-of", "Nobody"]).0, 2);
    assert_eq!(run(dir, &["user", "add", "ada", "--organisation", "First", "--roles", "analyst,king"]).0, 2);
    assert_eq!(run(dir, &["user", "add", "system", "--organisation", "First"]).0, 2, "the log's own word");
    assert_eq!(run(dir, &["user", "add", "ada", "--organisation", "First", "--roles", "analyst"]).0, 0);
    let (_, made) = run(dir, &["token", "create", "ada", "--label", "feed"]);
    let secret = made["tokens"][0]["token"].as_str().unwrap();
    assert!(secret.starts_with("bzt_"), "{secret}");
    assert_eq!(run(dir, &["collection", "add", "Shared", "--owner", "First", "--alias", "Not good"]).0, 2);
    assert_eq!(run(dir, &["collection", "add", "Shared", "--owner", "First", "--alias", "shared"]).0, 0);
    let (code, audit) = run(dir, &["audit", "verify"]);
    assert_eq!((code, &audit["entries"], &audit["broken"]), (0, &4.into(), &Value::Null));
    let log = run(dir, &["audit", "list"]).1.to_string();
    assert!(log.contains("token.create") && !log.contains(secret), "no secret is in the log");
    let database = fs::read(dir.join("bartizan.db")).unwrap_or_default();
    let wal = fs::read(dir.join("bartizan.db-wal")).unwrap_or_default();
    let kept = [database, wal].concat();
    assert!(!kept.windows(secret.len()).any(|w| w == secret.as_bytes()), "nor in the database");
}

#[test]
fn a_copy_is_put_back_only_if_it_is_one_and_nobody_uses_the_database() {
    let dir = &folder("node-restore");
    run(dir, &["organisation", "add", "First"]);
    assert_eq!(run(dir, &["backup", "copy.db"]).0, 0);
    assert_eq!(run(dir, &["backup", "copy.db"]).0, 73, "nothing is written over");
    run(dir, &["organisation", "add", "Second"]);
    fs::write(dir.join("empty.db"), b"").unwrap();
    fs::write(dir.join("text.db"), b"no database at all, but some text").unwrap();
    for bad in ["empty.db", "text.db"] {
        assert_eq!(run(dir, &["restore", bad]).0, 65, "{bad} is no copy");
    }
    assert_eq!(run(dir, &["restore", "missing.db"]).0, 66);
    let server = Server::start(dir);
    assert_eq!(run(dir, &["restore", "copy.db"]).0, 2, "a server uses it");
    drop(server);
    let names = |dir: &Path| {
        let (_, list) = run(dir, &["organisation", "list"]);
        let names = list["organisations"].as_array().unwrap().iter().map(|o| o["name"].clone());
        names.collect::<Vec<_>>()
    };
    assert_eq!(names(dir), ["First", "Second"], "whatever was refused changed nothing");
    assert_eq!(run(dir, &["restore", "copy.db"]).0, 0);
    assert_eq!(names(dir), ["First"]);
    assert!(dir.join("bartizan.db.before-restore").is_file(), "the former is kept");
    assert!(!dir.join("bartizan.db.restoring").exists());
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt;
        for name in ["copy.db", "bartizan.db"] {
            let mode = fs::metadata(dir.join(name)).unwrap().permissions().mode();
            assert_eq!(mode & 0o077, 0, "{name} is its owner's alone");
        }
    }
}
