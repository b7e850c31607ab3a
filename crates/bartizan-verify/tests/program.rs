//! The program itself, on folders.
#![allow(clippy::disallowed_methods)]

use std::process::Command;

use bartizan_custody::{MANIFEST, Manifest, SigningKey};

fn run(arguments: &[&str]) -> (i32, String) {
    let done =
        Command::new(env!("CARGO_BIN_EXE_bartizan-custody")).args(arguments).output().expect("it runs");
    (done.status.code().expect("a code"), String::from_utf8_lossy(&done.stdout).into_owned())
}

#[test]
fn a_folder_holds_until_something_is_changed_added_or_linked() {
    let folder = tempfile::tempdir().expect("a folder");
    let at = |name: &str| folder.path().join(name);
    let key = SigningKey::from_bytes(&[9; 32]);
    let mut manifest = Manifest::begin("window-7").expect("one");
    std::fs::create_dir(at("runs")).expect("made");
    std::fs::write(at("runs/1.eval"), b"log").expect("written");
    manifest.add("log", "runs/1.eval", b"log", "2026-12-01T00:00:00Z").expect("added");
    std::fs::write(at(MANIFEST), manifest.close(&key, "2026-12-02T00:00:00Z").expect("closed"))
        .expect("written");
    let hex: String = key.verifying_key().as_bytes().iter().map(|byte| format!("{byte:02x}")).collect();
    let path = folder.path().display().to_string();
    let check = || run(&["verify", &path, "--key", &hex, "--json"]);
    assert_eq!(check().0, 0, "{}", check().1);
    assert_eq!(run(&["verify", &path, "--key", &"0".repeat(64)]).0, 2, "a weak key is none");
    assert_eq!(run(&["verify", &path]).0, 2);
    assert_eq!(run(&["verify", "/nowhere", "--key", &hex]).0, 66);
    std::fs::write(at("runs/2.eval"), b"").expect("written");
    assert!(check().0 == 1 && check().1.contains("custody.extra"), "{}", check().1);
    std::fs::remove_file(at("runs/2.eval")).expect("removed");
    std::fs::write(at("runs/1.eval"), b"lag").expect("written");
    assert!(check().0 == 1 && check().1.contains("custody.digest"), "{}", check().1);
    #[cfg(unix)]
    {
        std::fs::remove_file(at("runs/1.eval")).expect("removed");
        let elsewhere = tempfile::NamedTempFile::new().expect("a file");
        std::fs::write(elsewhere.path(), b"log").expect("written");
        std::os::unix::fs::symlink(elsewhere.path(), at("runs/1.eval")).expect("linked");
        assert!(check().0 == 1 && check().1.contains("custody.missing"), "{}", check().1);
    }
}
