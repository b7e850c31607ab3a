//! The worked example of docs/custody.md: a folder that is kept, its manifest as the crate writes it, the check by the program, and by
//! `openssl` and `sha256sum` where they are.
#![allow(clippy::disallowed_methods)]

use std::path::Path;
use std::process::Command;

use bartizan_custody::{MANIFEST, Manifest, SigningKey, digest};

const FOLDER: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/example");
const PAGE: &str = include_str!("../../../docs/custody.md");
/// RFC 8032, section 7.1, test 1: everybody's key, good for nothing but examples.
const SECRET: [u8; 32] = [
    0x9d, 0x61, 0xb1, 0x9d, 0xef, 0xfd, 0x5a, 0x60, 0xba, 0x84, 0x4a, 0xf4, 0x92, 0xec, 0x2c, 0xc4, 0x44,
    0x49, 0xc5, 0x69, 0x7b, 0x32, 0x69, 0x19, 0x70, 0x3b, 0xac, 0x03, 0x1c, 0xae, 0x7f, 0x60,
];
const PUBLIC: &str = "d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a";

fn read(name: &str) -> Vec<u8> {
    std::fs::read(Path::new(FOLDER).join(name)).expect(name)
}

/// `BARTIZAN_RENEW=1` writes it.
#[test]
fn the_manifest_is_the_one_that_is_written() {
    let key = SigningKey::from_bytes(&SECRET);
    let mut manifest = Manifest::begin("window-7").expect("begun");
    for (kind, name, time) in [
        ("grant", "grants/1.json", "2026-12-02T09:00:00Z"),
        ("log", "runs/1/log.txt", "2026-12-02T12:00:00Z"),
    ] {
        manifest.add(kind, name, &read(name), time).expect("added");
    }
    manifest.checkpoint(&key, "2026-12-02T12:00:01Z").expect("signed");
    let text = manifest.close(&key, "2027-01-01T00:00:00Z").expect("closed");
    if std::env::var_os("BARTIZAN_RENEW").is_some() {
        std::fs::write(Path::new(FOLDER).join(MANIFEST), &text).expect("written");
    }
    assert_eq!(String::from_utf8(read(MANIFEST)).expect("text"), text);
    // The page shows these lines, and these figures.
    for line in text.lines() {
        assert!(PAGE.contains(line), "{line}");
    }
    assert!(PAGE.contains(PUBLIC));
    let head = digest(text.lines().last().expect("a line").as_bytes());
    let done = Command::new(env!("CARGO_BIN_EXE_bartizan-custody"))
        .args(["verify", FOLDER, "--key", PUBLIC])
        .output()
        .expect("it runs");
    let told = String::from_utf8(done.stdout).expect("text");
    assert_eq!(done.status.code(), Some(0), "{told}");
    assert!(told.contains(&head) && PAGE.contains(&head), "{told}");
}

/// The commands of the page, as they stand there.
#[test]
fn the_commands_of_the_page_say_that_it_holds() {
    let script = PAGE.split("```sh\n").nth(1).and_then(|rest| rest.split("```").next()).expect("a script");
    let have =
        |tool: &str| Command::new(tool).arg("--version").output().is_ok_and(|done| done.status.success());
    if !have("sha256sum") || Command::new("openssl").arg("version").output().is_err() {
        println!("there is no sha256sum or openssl here");
        return;
    }
    let work = tempfile::tempdir().expect("a folder");
    let copy = |name: &str| {
        let to = work.path().join(name);
        std::fs::create_dir_all(to.parent().expect("a folder")).expect("made");
        std::fs::write(to, read(name)).expect("written");
    };
    [MANIFEST, "grants/1.json", "runs/1/log.txt"].into_iter().for_each(copy);
    let run =
        || Command::new("sh").args(["-eu", "-c", script]).current_dir(work.path()).output().expect("it runs");
    let done = run();
    let told = String::from_utf8_lossy(&done.stdout).into_owned();
    assert!(done.status.success(), "{told}{}", String::from_utf8_lossy(&done.stderr));
    assert_eq!(told.matches("OK").count(), 2, "{told}");
    assert_eq!(told.matches("Signature Verified Successfully").count(), 2, "{told}");
    // And that it does not, when it does not.
    std::fs::write(work.path().join("runs/1/log.txt"), b"another").expect("written");
    assert!(!run().status.success());
}
