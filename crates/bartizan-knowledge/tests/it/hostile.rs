//! Packs come from outside: damaged bytes are an error or a pack that answers, never a panic.

use bartizan_knowledge::{
    Control, ControlLink, Domain, Entry, Facts, Fate, Framework, Kev, Label, Link, Name, NameKind, Object,
    ObjectKind, Pack, Path, Source, Tables, Tactic, Technique, WarningClass, WarningList,
};
use proptest::prelude::*;
use sha2::{Digest, Sha256};
use std::net::IpAddr;

fn facts() -> Facts<'static> {
    let ip = |text: &str| text.parse::<IpAddr>().expect("an address");
    let technique = |id, name, parent| Technique {
        id,
        name,
        domain: Domain::Enterprise,
        tactics: vec!["execution"],
        platforms: vec!["Windows"],
        parent,
        stix_id: "attack-pattern--1",
    };
    Facts {
        built: "2026-01-02",
        sources: vec![Source { name: "Test", version: "1", date: "2026-01-01", licence: "none", records: 2 }],
        tactics: vec![Tactic {
            id: "TA0002",
            name: "Execution",
            short_name: "execution",
            domain: Domain::Enterprise,
            stix_id: "x-mitre-tactic--1",
        }],
        techniques: vec![technique("T0002", "Two", None), technique("T0002.001", "Three", Some("T0002"))],
        fates: vec![Fate { id: "T0001", successor: Some("T0002") }, Fate { id: "T0000", successor: None }],
        objects: vec![Object {
            id: "G0001",
            kind: ObjectKind::Group,
            name: "One",
            aliases: vec!["Uno"],
            stix_id: "",
        }],
        links: vec![Link { source: "G0001", kind: "uses", target: "T0002" }],
        entries: vec![Entry { kind: NameKind::Actor, name: "One", id: Some("G0001"), country: None }],
        names: vec![
            Name { text: "Uno", entry: 0, ambiguous: true },
            Name { text: "One", entry: 0, ambiguous: true },
        ],
        cwe: vec![Label { id: "CWE-1", name: "A weakness" }],
        capec: vec![Label { id: "CAPEC-1", name: "A pattern" }],
        kev: vec![Kev {
            cve: "CVE-2020-0001",
            vendor: "V",
            product: "P",
            added: "2020-01-01",
            ransomware: true,
        }],
        tlds: vec!["com", "org"],
        lists: vec![WarningList {
            name: "tested",
            title: "Tested",
            class: WarningClass::Benign,
            covers_subdomains: true,
            values: 40,
        }],
        tables: Tables::encode(
            &NAMES.map(|name| (name, 0)),
            &[
                (ip("10.0.0.0"), ip("10.0.0.9"), 0),
                (ip("10.0.0.5"), ip("10.0.1.0"), 0),
                (ip("::1"), ip("::2"), 0),
            ],
            &[(vec![7; 16], 0), (vec![9; 32], 0)],
        )
        .expect("tables"),
        mailboxes: vec![("abuse", 0)],
        artifacts: vec![Label { id: "File", name: "File" }, Label { id: "Script", name: "Script File" }],
        tactics_of: vec![Label { id: "D3-A", name: "Detect" }],
        paths: vec![path("T0002", false), path("T0002.001", true)],
        frameworks: vec![Framework { id: "nist", version: "5", attack: "16" }],
        controls: vec![
            Control { framework: 0, id: "AC-1", name: "Access" },
            Control { framework: 0, id: "AC-2", name: "Accounts" },
        ],
        control_links: vec![
            ControlLink { technique: "T0002", control: 0, kind: "mitigates" },
            ControlLink { technique: "T0002", control: 1, kind: "protect, partial" },
        ],
    }
}

fn path(technique: &'static str, inherited: bool) -> Path<'static> {
    Path {
        technique,
        inherited,
        countermeasure: "D3-A",
        does: "modifies",
        artifact: "Script",
        answers: "analyzes",
        guarded: "File",
    }
}

/// More than one block of names, some with a name of another one inside.
const NAMES: [&str; 20] = [
    "a.com", "b.com", "c.com", "ab.com", "aab.com", "x.a.com", "d.org", "e.org", "f.org", "g.org", "h.org",
    "i.org", "j.org", "k.org", "l.org", "m.org", "n.org", "o.org", "p.org", "q.org",
];

/// Every look-up there is, over a pack that may be nonsense.
fn use_it(pack: &Pack) {
    let _ = pack.version_line();
    for domain in Domain::ALL {
        let _ = pack.tactics(domain);
    }
    for id in ["T0001", "T0002", "G0001", "", "zzz"] {
        let _ = pack.technique(id);
        let _ = pack.resolve(id);
        let _ = pack.object(id);
        let _ = pack.links_from(id);
        let _ = pack.links_to(id).count();
        let _ = (pack.cwe(id), pack.capec(id), pack.kev(id), pack.is_tld(id));
        let _ = (pack.domain_warnings(id), pack.hash_warnings(id), pack.email_warnings(id));
    }
    for id in ["T0002", "T0002.001", "zzz"] {
        let _ = pack.paths_to(id).len();
        for link in pack.controls_of(id) {
            let control = &pack.controls()[link.control as usize];
            let _ = &pack.frameworks()[usize::from(control.framework)];
        }
    }
    for id in ["D3-A", "File", ""] {
        let _ = (pack.artifact(id), pack.countermeasure_tactic(id));
    }
    for name in pack.names() {
        assert!((name.entry as usize) < pack.entries().len());
    }
    for host in NAMES {
        let _ = pack.domain_matches(host);
    }
    for ip in ["10.0.0.1", "::1", "255.255.255.255"] {
        let _ = pack.ip_warnings(ip.parse().expect("an address"));
    }
    let _ = pack.hash_warnings("07070707070707070707070707070707");
    let _ = pack.email_warnings("abuse@a.com");
    let _ = pack.section_sizes().count();
}

/// Makes the checksum right again, as an attacker would.
fn sign(bytes: &mut [u8]) {
    if bytes.len() >= 48 {
        let mut sum = Sha256::new();
        sum.update(&bytes[8..16]);
        sum.update(&bytes[48..]);
        let sum: [u8; 32] = sum.finalize().into();
        bytes[16..48].copy_from_slice(&sum);
    }
}

#[test]
fn what_was_written_is_read() {
    let pack = Pack::open(facts().encode().expect("encodes")).expect("opens");
    assert_eq!(pack.built(), "2026-01-02");
    assert_eq!(pack.techniques(), facts().techniques);
    assert_eq!(pack.objects(), facts().objects);
    assert_eq!(pack.links(), facts().links);
    assert_eq!(pack.paths(), facts().paths);
    assert_eq!(pack.artifacts(), facts().artifacts);
    assert_eq!(pack.controls(), facts().controls);
    assert_eq!(pack.control_links(), facts().control_links);
    assert_eq!(pack.names().iter().map(|n| n.text).collect::<Vec<_>>(), ["One", "Uno"]);
    for name in NAMES {
        assert!(pack.domain_warnings(name).contains(&"tested"), "{name}");
        assert!(pack.domain_warnings(&format!("sub.{name}")).contains(&"tested"), "{name}");
    }
    for not in ["com", "z.com", "org", "r.org", "bab.co", "a.comx"] {
        assert!(pack.domain_warnings(not).is_empty(), "{not}");
    }
    for (ip, listed) in [
        ("10.0.0.0", true),
        ("10.0.0.9", true),
        ("10.0.1.0", true),
        ("10.0.1.1", false),
        ("9.255.255.255", false),
        ("::1", true),
        ("::2", true),
        ("::3", false),
        ("::a00:1", false),
    ] {
        assert_eq!(!pack.ip_warnings(ip.parse().expect("an address")).is_empty(), listed, "{ip}");
    }
    use_it(pack);
}

#[test]
fn contradictions_are_refused() {
    let mut twice = facts();
    twice.techniques.extend(facts().techniques);
    assert!(twice.encode().is_err(), "two techniques with one id");
    let mut nobody = facts();
    nobody.names.push(Name { text: "Nobody", entry: 7, ambiguous: false });
    assert!(nobody.encode().is_err(), "a name of no entry");
    assert!(Tables::encode(&[("a.com", 64)], &[], &[]).is_err(), "a list beyond the mask");
    assert!(Tables::encode(&[], &[], &[(vec![1; 3], 0)]).is_err(), "three bytes are no hash");
}

#[test]
fn damage_is_named() {
    let whole = facts().encode().expect("encodes");
    let error = |bytes: Vec<u8>| Pack::open(bytes).expect_err("damaged").to_string();
    assert!(error(Vec::new()).contains("too short"));
    assert!(error(b"%PDF-1.7".repeat(10)).contains("magic"));
    let mut flipped = whole.clone();
    if let Some(last) = flipped.last_mut() {
        *last ^= 1;
    }
    assert!(error(flipped).contains("checksum"));
    let mut newer = whole;
    newer[8] = 200;
    assert!(error(newer).contains("format 200"));
}

/// The sections of a pack: tag and bytes (`format.rs`).
fn sections(bytes: &[u8]) -> Vec<([u8; 4], Vec<u8>)> {
    let number = |at: usize| u32::from_le_bytes(bytes[at..at + 4].try_into().expect("four bytes")) as usize;
    let rows = (0..number(12)).map(|row| 48 + 12 * row);
    rows.map(|at| {
        let (start, length) = (number(at + 4), number(at + 8));
        (bytes[at..at + 4].try_into().expect("a tag"), bytes[start..start + length].to_vec())
    })
    .collect()
}

/// The same pack with other bytes in one section, its checksum right.
fn with_section(tag: &[u8; 4], section: &[u8]) -> Vec<u8> {
    let whole = facts().encode().expect("encodes");
    let mut sections = sections(&whole);
    for (_, bytes) in sections.iter_mut().filter(|(t, _)| t == tag) {
        *bytes = section.to_vec();
    }
    let mut out = whole[..48].to_vec();
    let mut at = 48 + 12 * sections.len();
    for (tag, bytes) in &sections {
        out.extend(tag);
        out.extend((at as u32).to_le_bytes());
        out.extend((bytes.len() as u32).to_le_bytes());
        at += bytes.len();
    }
    out.extend(sections.into_iter().flat_map(|(_, bytes)| bytes));
    sign(&mut out);
    out
}

fn section(tag: &[u8; 4]) -> Vec<u8> {
    let whole = facts().encode().expect("encodes");
    let found = sections(&whole).into_iter().find(|(t, _)| t == tag);
    found.expect("the section").1
}

fn refused(tag: &[u8; 4], bytes: &[u8]) -> String {
    Pack::open(with_section(tag, bytes)).expect_err("damaged").to_string()
}

#[test]
fn a_section_put_back_is_the_same_pack() {
    for tag in [b"PATH", b"CTRL"] {
        assert_eq!(with_section(tag, &section(tag)), facts().encode().expect("encodes"));
    }
}

#[test]
fn paths_and_controls_cut_off_are_refused() {
    for (tag, name) in [(b"PATH", "D3FEND paths"), (b"CTRL", "controls")] {
        let whole = section(tag);
        for cut in 1..whole.len() {
            let error = refused(tag, &whole[..cut]);
            assert!(error.contains(name), "{cut}: {error}");
        }
        let mut longer = whole.clone();
        longer.push(0);
        assert!(refused(tag, &longer).contains("left over"));
        // No section is an empty one.
        assert!(Pack::open(with_section(tag, &[])).is_ok());
    }
}

/// Written by hand: counts and indexes are postcard's varints, one byte each below 128.
#[test]
fn indexes_out_of_range_are_refused() {
    // No artifacts, no tactics, words, one row.
    let no_words = [0, 0, 0, 1, 0, 0, 0, 0, 0, 0, 0];
    let one_word = [0, 0, 1, 1, b'x', 1, 0, 0, 0, 0, 0, 1, 0];
    let whole = [0, 0, 1, 1, b'x', 1, 0, 0, 0, 0, 0, 0, 0];
    assert!(refused(b"PATH", &no_words).contains("out of range"));
    assert!(refused(b"PATH", &one_word).contains("out of range"));
    assert!(Pack::open(with_section(b"PATH", &whole)).is_ok(), "the pattern itself is right");
    let no_truth = [0, 0, 1, 1, b'x', 1, 0, 2, 0, 0, 0, 0, 0];
    assert!(refused(b"PATH", &no_truth).contains("D3FEND paths"));
    let twice = [&whole[..5], &[2], &[0; 14]].concat();
    assert!(refused(b"PATH", &twice).contains("not sorted"));

    // Frameworks, controls, techniques, kinds, rows.
    let framework = [1, 1, b'f', 1, b'1', 1, b'2'];
    let control = |framework: u8| [1, framework, 1, b'c', 1, b'n'];
    let row = |technique: u8, control: u8, kind: u8| [1, 1, b't', 1, 1, b'k', 1, technique, control, kind];
    let section = |f: u8, r: [u8; 10]| [&framework[..], &control(f), &r].concat();
    assert!(
        Pack::open(with_section(b"CTRL", &section(0, row(0, 0, 0)))).is_ok(),
        "the pattern itself is right"
    );
    for wrong in [
        section(1, row(0, 0, 0)),
        section(0, row(1, 0, 0)),
        section(0, row(0, 1, 0)),
        section(0, row(0, 0, 1)),
    ] {
        assert!(refused(b"CTRL", &wrong).contains("out of range"), "{wrong:?}");
    }
}

/// A count says nothing of what follows: nobody may reserve memory for it.
#[test]
fn huge_counts_cost_nothing() {
    let huge = [0xff, 0xff, 0xff, 0xff, 0x0f];
    for lists in 0..5 {
        for tag in [b"PATH", b"CTRL"] {
            let mut bytes = vec![0; lists];
            bytes.extend(huge);
            refused(tag, &bytes);
            // Of a name's length, too.
            bytes.splice(lists.., [1].into_iter().chain(huge));
            refused(tag, &bytes);
        }
    }
    let error = refused(b"PATH", &vec![0; (4 << 20) + 1]);
    assert!(error.contains("the most is"), "{error}");
    // As many rows as the limit allows, all the same: decoded in bounded memory, and refused.
    let mut rows = vec![0, 0, 1, 1, b'x', 0x80, 0x80, 0x20];
    rows.resize(rows.len() + (1 << 19) * 7, 0);
    assert!(refused(b"PATH", &rows).contains("not sorted"));
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(400))]

    #[test]
    fn no_paths_or_controls_make_the_reader_panic(
        bytes in prop::collection::vec(prop_oneof![0u8..4, any::<u8>()], 0..60),
        flips in prop::collection::vec((any::<usize>(), any::<u8>()), 0..4),
        noise in any::<bool>(),
        paths in any::<bool>(),
    ) {
        let tag = if paths { b"PATH" } else { b"CTRL" };
        let mut section = if noise { bytes } else { section(tag) };
        for (at, with) in flips {
            let length = section.len().max(1);
            if let Some(byte) = section.get_mut(at % length) {
                *byte ^= with;
            }
        }
        if let Ok(pack) = Pack::open(with_section(tag, &section)) {
            use_it(pack);
        }
    }

    #[test]
    fn no_bytes_make_the_reader_panic(
        cut in 0usize..4000,
        flips in prop::collection::vec((0usize..4000, any::<u8>()), 0..6),
        signed in any::<bool>(),
    ) {
        let mut bytes = facts().encode().expect("encodes");
        bytes.truncate(bytes.len().saturating_sub(cut.saturating_sub(3000)));
        for (at, with) in flips {
            let length = bytes.len().max(1);
            if let Some(byte) = bytes.get_mut(at % length) {
                *byte ^= with;
            }
        }
        if signed {
            sign(&mut bytes);
        }
        if let Ok(pack) = Pack::open(bytes) {
            use_it(pack);
        }
    }

    #[test]
    fn noise_is_no_pack(bytes in prop::collection::vec(any::<u8>(), 0..300)) {
        prop_assert!(Pack::open(bytes).is_err());
    }
}
