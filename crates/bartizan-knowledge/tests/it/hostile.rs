//! Packs come from outside: damaged bytes are an error or a pack that answers, never a panic.

use bartizan_knowledge::{
    Domain, Entry, Facts, Fate, Kev, Label, Link, Name, NameKind, Object, ObjectKind, Pack, Source, Tables,
    Tactic, Technique, WarningClass, WarningList,
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
        ..Facts::default()
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

proptest! {
    #![proptest_config(ProptestConfig::with_cases(400))]

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
