//! Ten thousand changes to an archive, over every file of it: each is told.

use std::collections::BTreeMap;

use bartizan_custody::{MANIFEST, Manifest, Memory, SigningKey, Trusted, verify};

/// xorshift64*: the same changes each time.
struct Seeds(u64);

impl Seeds {
    fn below(&mut self, most: usize) -> usize {
        self.0 ^= self.0 >> 12;
        self.0 ^= self.0 << 25;
        self.0 ^= self.0 >> 27;
        usize::try_from((self.0.wrapping_mul(0x2545_f491_4f6c_dd1d) >> 33) % most.max(1) as u64).unwrap_or(0)
    }
}

/// An archive as a window leaves one: the manifest under its own name, logs, transcripts, grants, calls, egress.
fn archive(key: &SigningKey) -> Memory {
    let mut files = Memory::default();
    let mut manifest = Manifest::begin("test-window/7").expect("one");
    for run in 1..=6 {
        let log: Vec<u8> = (0..3_000 + run * 500).map(|at| ((at * 31 + run * 7) % 251) as u8).collect();
        let transcript = format!("user: task {run}\nassistant: {}\n", "thinking about it ".repeat(40));
        for (kind, name, bytes) in [
            ("log", format!("runs/{run}/log.eval"), log),
            ("transcript", format!("runs/{run}/transcript.txt"), transcript.into_bytes()),
            (
                "egress",
                format!("runs/{run}/egress.jsonl"),
                format!("{{\"host\":\"10.0.0.{run}\",\"port\":443}}\n").into_bytes(),
            ),
            (
                "grant",
                format!("grants/{run}.json"),
                format!("{{\"grant\":{run},\"calls\":100}}").into_bytes(),
            ),
            ("empty", format!("runs/{run}/stderr.txt"), Vec::new()),
        ] {
            manifest.add(kind, &name, &bytes, &format!("2026-12-0{run}T00:00:00Z")).expect("added");
            files.0.insert(name, bytes);
        }
        manifest.checkpoint(key, &format!("2026-12-0{run}T12:00:00Z")).expect("signed");
    }
    files.0.insert(
        MANIFEST.to_owned(),
        manifest.close(key, "2026-12-31T00:00:00Z").expect("closed").into_bytes(),
    );
    files
}

/// One change; what it was.
fn change(files: &mut Memory, seeds: &mut Seeds) -> String {
    let names: Vec<String> = files.0.keys().cloned().collect();
    // The manifest is one of many files and deserves more than its share.
    let name =
        if seeds.below(3) == 0 { MANIFEST.to_owned() } else { names[seeds.below(names.len())].clone() };
    let kind = seeds.below(16);
    let other = names[seeds.below(names.len())].clone();
    let bytes = files.0.get_mut(&name).expect("there");
    let at = seeds.below(bytes.len());
    match kind {
        0 | 1 if !bytes.is_empty() => bytes[at] ^= 1 << seeds.below(8),
        2 if !bytes.is_empty() => drop(bytes.remove(at)),
        3 => bytes.insert(at, [b' ', b'\n', b'0', 0][seeds.below(4)]),
        4 if !bytes.is_empty() => bytes.truncate(at),
        5 => {
            let mut lines: Vec<Vec<u8>> =
                bytes.split_inclusive(|byte| *byte == b'\n').map(<[u8]>::to_vec).collect();
            let (one, two) = (seeds.below(lines.len()), seeds.below(lines.len()));
            if lines.is_empty() {
                return "nothing".into();
            }
            lines.swap(one, two);
            *bytes = lines.concat();
        }
        6 => {
            let lines: Vec<Vec<u8>> =
                bytes.split_inclusive(|byte| *byte == b'\n').map(<[u8]>::to_vec).collect();
            let drop = seeds.below(lines.len());
            *bytes = lines
                .iter()
                .enumerate()
                .filter(|(at, _)| *at != drop)
                .flat_map(|(_, line)| line.clone())
                .collect();
        }
        7 => {
            let lines: Vec<Vec<u8>> =
                bytes.split_inclusive(|byte| *byte == b'\n').map(<[u8]>::to_vec).collect();
            if let Some(line) = lines.get(seeds.below(lines.len())) {
                bytes.extend_from_slice(&line.clone());
            }
        }
        8 => {
            let (one, two) = (files.0[&name].clone(), files.0[&other].clone());
            files.0.insert(name.clone(), two);
            files.0.insert(other.clone(), one);
        }
        9 => drop(files.0.remove(&name)),
        10 => drop(files.0.insert(format!("{name}.{at}"), vec![0; at % 9])),
        11 => {
            let bytes = files.0.remove(&name).unwrap_or_default();
            files.0.insert(format!("moved/{name}"), bytes);
        }
        12 => drop(files.0.insert(name.clone(), files.0[&other].clone())),
        13 => signed_otherwise(files, seeds),
        14 => written_again(files, seeds, stranger(at)),
        _ => {
            // Lines turned round, a few places on.
            let mut lines: Vec<Vec<u8>> =
                bytes.split_inclusive(|byte| *byte == b'\n').map(<[u8]>::to_vec).collect();
            if lines.len() > 1 {
                let by = 1 + seeds.below(lines.len() - 1);
                lines.rotate_left(by);
            }
            *bytes = lines.concat();
        }
    }
    format!("{kind} {name} {at} {other}")
}

/// A key that is not the trusted one, whose bytes are all 42.
fn stranger(at: usize) -> SigningKey {
    SigningKey::from_bytes(&[u8::try_from(at % 42).unwrap_or(0); 32])
}

/// Another signature in place of one: of another place, of nobody, with one digit changed.
fn signed_otherwise(files: &mut Memory, seeds: &mut Seeds) {
    let text = String::from_utf8(files.0[MANIFEST].clone()).expect("text");
    let of = |line: &str| line.split("\"signature\":\"").nth(1).map(|rest| rest[..128].to_owned());
    let signatures: Vec<String> = text.lines().filter_map(of).collect();
    let one = &signatures[seeds.below(signatures.len())];
    let two = match seeds.below(3) {
        0 => signatures[seeds.below(signatures.len())].clone(),
        1 => "0".repeat(128),
        _ => {
            let mut digits = one.clone().into_bytes();
            let at = seeds.below(128);
            digits[at] = b"0123456789abcdef"[seeds.below(16)];
            String::from_utf8(digits).expect("text")
        }
    };
    files.0.insert(MANIFEST.to_owned(), text.replacen(one, &two, 1).into_bytes());
}

/// Somebody with a key of their own changes a file and writes the whole manifest again, as it should be.
fn written_again(files: &mut Memory, seeds: &mut Seeds, key: SigningKey) {
    files.0.remove(MANIFEST);
    let at = seeds.below(files.0.len());
    if let Some(bytes) = files.0.values_mut().nth(at) {
        bytes.push(b'!');
    }
    let mut manifest = Manifest::begin("test-window/7").expect("one");
    for (name, bytes) in &files.0 {
        manifest.add("log", name, bytes, "2026-12-01T00:00:00Z").expect("added");
    }
    let text = manifest.close(&key, "2026-12-31T00:00:00Z").expect("closed");
    files.0.insert(MANIFEST.to_owned(), text.into_bytes());
}

/// The names of the files that a change touched.
fn touched<'f>(before: &'f Memory, after: &'f Memory) -> impl Iterator<Item = &'f String> {
    before.0.iter().filter(|(name, bytes)| after.0.get(*name) != Some(bytes)).map(|(name, _)| name)
}

#[test]
fn ten_thousand_changes_are_all_told() {
    let key = SigningKey::from_bytes(&[42; 32]);
    let trusted = Trusted::from([key.verifying_key()]);
    let whole = archive(&key);
    let check = |files: &Memory| {
        let mut files = files.clone();
        let manifest = files.0.remove(MANIFEST).unwrap_or_default();
        verify(&manifest, &mut files, &trusted)
    };
    assert!(check(&whole).holds());
    let mut seeds = Seeds(0xbad_5eed);
    let (mut changes, mut missed) = (0, Vec::new());
    let (mut kinds, mut by_file) = (BTreeMap::<String, u32>::new(), BTreeMap::<String, u32>::new());
    while changes < 10_000 {
        let mut files = whole.clone();
        let what = change(&mut files, &mut seeds);
        if files == whole {
            continue;
        }
        changes += 1;
        *kinds.entry(what.split(' ').next().unwrap_or_default().to_owned()).or_default() += 1;
        for name in touched(&whole, &files) {
            *by_file.entry(name.clone()).or_default() += 1;
        }
        if check(&files).holds() {
            missed.push(what);
        }
    }
    println!("{changes} changes, {} missed; by kind {kinds:?}; by file {by_file:?}", missed.len());
    assert!(missed.is_empty(), "{missed:?}");
    assert!(kinds.len() == 16 && kinds.values().all(|count| *count > 100), "every kind of change: {kinds:?}");
    assert!(
        by_file.len() == whole.0.len() && by_file.values().all(|count| *count > 50),
        "every file: {by_file:?}"
    );
}
