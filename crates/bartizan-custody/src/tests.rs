//! Faults that a verifier must tell, each by its code.

use crate::*;

const DAY: &str = "2026-12-01T00:00:00Z";

fn signing() -> SigningKey {
    SigningKey::from_bytes(&[7; 32])
}

fn whole() -> (String, Memory) {
    let mut manifest = Manifest::begin("window-1").expect("a manifest");
    let files =
        Memory::from([("a.txt".to_owned(), b"one".to_vec()), ("b/c.txt".to_owned(), b"two".to_vec())]);
    manifest.add("log", "a.txt", b"one", DAY).expect("added");
    manifest.checkpoint(&signing(), DAY).expect("signed");
    manifest.add("grant", "b/c.txt", b"two", "2026-12-01T00:00:01.5Z").expect("added");
    (manifest.close(&signing(), "2026-12-02T00:00:00Z").expect("closed"), files)
}

fn codes(text: &str, files: &mut Memory) -> Vec<Code> {
    verify(text.as_bytes(), files, &Trusted::from([signing().verifying_key()]))
        .faults
        .into_iter()
        .map(|fault| fault.code)
        .collect()
}

#[test]
fn a_whole_one_holds() {
    let (text, mut files) = whole();
    let verdict = verify(text.as_bytes(), &mut files, &Trusted::from([signing().verifying_key()]));
    assert!(verdict.holds(), "{:?}", verdict.faults);
    assert_eq!((verdict.files, verdict.bytes, verdict.subject.as_str()), (2, 6, "window-1"));
    assert_eq!(verdict.closed.as_deref(), Some("2026-12-02T00:00:00Z"));
}

#[test]
fn every_code_has_a_case() {
    let lines = |change: &dyn Fn(&mut Vec<String>)| {
        let (text, files) = whole();
        let mut lines: Vec<String> = text.lines().map(str::to_owned).collect();
        change(&mut lines);
        (format!("{}\n", lines.join("\n")), files)
    };
    let file = |change: &dyn Fn(&mut Memory)| {
        let (text, mut files) = whole();
        change(&mut files);
        (text, files)
    };
    // A manifest that somebody with the key wrote otherwise.
    let written = |write: &dyn Fn(&mut Manifest)| {
        let mut manifest = Manifest::begin("window-1").expect("a manifest");
        write(&mut manifest);
        (manifest.text().to_owned(), Memory::default())
    };
    let other = SigningKey::from_bytes(&[8; 32]);
    for code in Code::ALL {
        let (text, mut files) = match code {
            Code::TooLong => ("\n".repeat(MOST_LINES + 1), Memory::default()),
            Code::Form => lines(&|lines| lines[1] = lines[1].replace("\":", "\": ")),
            Code::Number => lines(&|lines| drop(lines.remove(1))),
            Code::Chain => lines(&|lines| lines[1] = lines[1].replace("a.txt", "z.txt")),
            Code::Time => lines(&|lines| lines[1] = lines[1].replace("2026-12-01", "2027-12-01")),
            Code::Begin => lines(&|lines| drop(lines.remove(0))),
            Code::Name => lines(&|lines| lines[1] = lines[1].replace("a.txt", "../a.txt")),
            Code::Signature => lines(&|lines| {
                lines[2] = lines[2].replace("\"time\":\"2026-12-01T00", "\"time\":\"2026-12-01T01")
            }),
            Code::Key => written(&|manifest| manifest.checkpoint(&other, DAY).expect("signed")),
            Code::Unsigned | Code::Open => {
                written(&|manifest| manifest.add("log", "a", b"", DAY).expect("added"))
            }
            Code::AfterClose => lines(&|lines| lines.push(lines[1].clone())),
            Code::Missing => file(&|files| drop(files.0.remove("a.txt"))),
            Code::Extra => file(&|files| drop(files.0.insert("x".into(), vec![]))),
            Code::Length => file(&|files| files.0.get_mut("a.txt").expect("there").push(0)),
            Code::Digest => file(&|files| files.0.get_mut("a.txt").expect("there")[0] ^= 1),
            Code::Unreadable => {
                struct Broken;
                impl Files for Broken {
                    fn names(&mut self) -> std::io::Result<Vec<String>> {
                        Err(std::io::ErrorKind::Other.into())
                    }
                    fn open(&mut self, _: &str) -> std::io::Result<Box<dyn std::io::Read + '_>> {
                        Err(std::io::ErrorKind::Other.into())
                    }
                }
                let verdict =
                    verify(whole().0.as_bytes(), &mut Broken, &Trusted::from([signing().verifying_key()]));
                assert!(
                    verdict.faults.iter().all(|fault| fault.code == Code::Unreadable)
                        && verdict.faults.len() == 3
                );
                continue;
            }
        };
        let row = format!("| `{}` | {} | {} |", code.as_str(), code.meaning(), code.advice());
        assert!(include_str!("../../../docs/custody.md").contains(&row), "{row}");
        let found = codes(&text, &mut files);
        assert!(found.contains(code), "{}: {found:?}", code.as_str());
    }
}

#[test]
fn names_lead_nowhere_else() {
    for (name, good) in [
        ("a", true),
        ("runs/1.eval", true),
        ("a..b", true),
        ("", false),
        ("/a", false),
        ("a/", false),
        ("a//b", false),
        ("..", false),
        ("a/../b", false),
        (".hidden", false),
        ("a\\b", false),
        ("a b", false),
        ("a.", false),
        ("ä", false),
        ("a/b/c/d/e/f/g/h/i", false),
        ("nul\0", false),
        ("c:x", false),
    ] {
        assert_eq!(is_name(name), good, "{name:?}");
    }
    let mut manifest = Manifest::begin("w").expect("one");
    manifest.add("log", "A", b"", DAY).expect("added");
    assert!(manifest.add("log", "a", b"", DAY).is_err());
    assert!(manifest.add("log", MANIFEST, b"", DAY).is_err());
    assert!(manifest.add("log", "b", b"", "2026-11-30T00:00:00Z").is_err());
}
