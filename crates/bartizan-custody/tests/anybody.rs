//! Manifests of anybody: told what is wrong, never held to be good.

use bartizan_custody::{Manifest, Memory, SigningKey, Trusted, is_name, verify};
use proptest::prelude::*;

fn key() -> SigningKey {
    SigningKey::from_bytes(&[3; 32])
}

fn whole(files: &[(String, Vec<u8>)]) -> Option<String> {
    let mut manifest = Manifest::begin("w").ok()?;
    for (name, bytes) in files {
        manifest.add("log", name, bytes, "2026-12-01T00:00:00Z").ok()?;
    }
    manifest.close(&key(), "2026-12-01T00:00:00Z").ok()
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 1_000, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn bytes_of_anybody_do_not_hold(bytes in prop::collection::vec(any::<u8>(), 0..400)) {
        let verdict = verify(&bytes, &mut Memory::default(), &Trusted::from([key().verifying_key()]));
        prop_assert!(!verdict.holds());
        prop_assert!(verdict.faults.iter().all(|fault| !fault.to_string().is_empty()));
    }

    /// Lines in the form of a manifest with values of anybody.
    #[test]
    fn lines_of_anybody_do_not_hold(
        words in prop::collection::vec((any::<String>(), any::<u64>(), "[0-9a-f]{64}", any::<String>()), 0..6)
    ) {
        let mut text = String::from("{\"entry\":\"begin\",\"number\":1,\"previous\":\"");
        text += &"0".repeat(64);
        text += "\",\"subject\":\"w\"}\n";
        for (at, (name, number, digest, time)) in words.iter().enumerate() {
            let line = serde_json::json!({
                "bytes": number, "entry": "file", "kind": "log", "name": name, "number": at + 2, "previous": digest, "sha256": digest, "time": time,
            });
            text += &format!("{line}\n");
        }
        let verdict = verify(text.as_bytes(), &mut Memory::default(), &Trusted::from([key().verifying_key()]));
        prop_assert!(!verdict.holds());
    }

    /// What is written holds, whatever the files are; and not with one byte of anything changed.
    #[test]
    fn what_is_written_holds_and_nothing_else(
        files in prop::collection::btree_map("[a-z]{1,8}(/[a-z0-9._-]{0,8}[a-z0-9])?", prop::collection::vec(any::<u8>(), 0..200), 1..6),
        at in any::<prop::sample::Index>(),
        bit in 0..8u8,
    ) {
        let files: Vec<(String, Vec<u8>)> = files.into_iter().filter(|(name, _)| is_name(name)).collect();
        let Some(text) = whole(&files) else { return Ok(()) };
        let trusted = Trusted::from([key().verifying_key()]);
        let mut memory = Memory(files.iter().cloned().collect());
        prop_assert!(verify(text.as_bytes(), &mut memory, &trusted).holds());
        let mut all: Vec<Vec<u8>> = files.iter().map(|(_, bytes)| bytes.clone()).collect();
        all.push(text.into_bytes());
        let length: usize = all.iter().map(Vec::len).sum();
        let mut place = at.index(length);
        for bytes in &mut all {
            if place < bytes.len() {
                bytes[place] ^= 1 << bit;
                break;
            }
            place -= bytes.len();
        }
        let manifest = all.pop().expect("the manifest");
        let mut memory = Memory(files.iter().map(|(name, _)| name.clone()).zip(all).collect());
        prop_assert!(!verify(&manifest, &mut memory, &trusted).holds());
    }
}
