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

/// An archive with these entries, written by `tar`'s own writer.
fn archive(entries: &[(&str, &[u8])], more: &[u8]) -> tempfile::NamedTempFile {
    let mut builder = tar::Builder::new(Vec::new());
    for (name, bytes) in entries {
        let mut header = tar::Header::new_ustar();
        header.set_size(u64::try_from(bytes.len()).expect("short"));
        if let Some(target) = name.strip_prefix("link:") {
            header.set_entry_type(tar::EntryType::Symlink);
            header.set_size(0);
            header.set_link_name("elsewhere").expect("a name");
            header.set_cksum();
            builder.append_data(&mut header, target, std::io::empty()).expect("added");
            continue;
        }
        header.set_cksum();
        builder.append_data(&mut header, name, *bytes).expect("added");
    }
    let mut bytes = builder.into_inner().expect("written");
    bytes.extend_from_slice(more);
    let file = tempfile::NamedTempFile::new().expect("a file");
    std::fs::write(file.path(), bytes).expect("written");
    file
}

#[test]
fn a_tar_file_holds_until_something_is_changed_or_hidden_in_it() {
    let key = SigningKey::from_bytes(&[9; 32]);
    let mut manifest = Manifest::begin("window-7").expect("one");
    manifest.add("log", "runs/1.eval", b"log", "2026-12-01T00:00:00Z").expect("added");
    let manifest = manifest.close(&key, "2026-12-02T00:00:00Z").expect("closed").into_bytes();
    let hex: String = key.verifying_key().as_bytes().iter().map(|byte| format!("{byte:02x}")).collect();
    let check = |entries: &[(&str, &[u8])], more: &[u8]| {
        let file = archive(entries, more);
        run(&["verify", &file.path().display().to_string(), "--key", &hex, "--json"])
    };
    let log: &[u8] = b"log";
    for before in ["", "window-7/", "a/b/"] {
        let (one, two) = (format!("{before}{MANIFEST}"), format!("{before}runs/1.eval"));
        let told = check(&[(&one, &manifest), (&two, log)], b"");
        assert_eq!(told.0, 0, "{}", told.1);
    }
    let (one, two) = (("w/manifest.jsonl", &manifest[..]), ("w/runs/1.eval", log));
    for (entries, code) in [
        (vec![one, ("w/runs/1.eval", b"lag")], "custody.digest"),
        (vec![one], "custody.missing"),
        (vec![one, two, ("w/more", b"")], "custody.extra"),
        (vec![one, two, ("beside", b"")], "custody.extra"),
        (vec![one, two, ("runs/1.eval", log)], "custody.extra"),
        // The same name twice: which of them is unpacked last is not for the check to guess.
        (vec![one, ("w/runs/1.eval", b"lag"), two], "custody.extra"),
        (vec![one, two, one], "custody.extra"),
        (vec![one, two, ("link:w/link", b"")], "custody.extra"),
    ] {
        let told = check(&entries, b"");
        assert!(told.0 == 1 && told.1.contains(code), "{code}: {}", told.1);
    }
    let told = check(&[one, two], b"hidden");
    assert!(told.0 == 1 && told.1.contains("after the end"), "{}", told.1);
    assert_eq!(check(&[two], b"").0, 66, "no manifest");
    assert_eq!(check(&[], b"this is no tar file").0, 66);
}
