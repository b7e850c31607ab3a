//! Facts looked up at the publishers' sites, and rules that every pack must keep.

use bartizan_knowledge::{ChangeKind, Domain, NameKind, ObjectKind, Pack, Resolution, WarningClass, changes};

fn pack() -> &'static Pack {
    Pack::built_in()
}

#[test]
fn built_in_pack_is_whole() {
    Pack::check(Pack::built_in_bytes()).expect("a whole pack");
    assert!(Pack::built_in_bytes().len() < 8 << 20);
    assert!(Pack::recognises(Pack::built_in_bytes()));
}

#[test]
fn techniques_carry_their_publishers_names() {
    for (id, name, domain) in [
        ("T1059.001", "PowerShell", Domain::Enterprise),
        ("T1566.001", "Spearphishing Attachment", Domain::Enterprise),
        ("T1003.001", "LSASS Memory", Domain::Enterprise),
        ("T1603", "Scheduled Task/Job", Domain::Mobile),
        ("T0803", "Block Command Message", Domain::Ics),
        ("AML.T0000", "Search Open Technical Databases", Domain::Atlas),
    ] {
        let technique = pack().technique(id).unwrap_or_else(|| panic!("{id}"));
        assert_eq!((technique.name, technique.domain), (name, domain), "{id}");
        assert_eq!(pack().resolve(id), Resolution::Current, "{id}");
    }
    assert_eq!(pack().technique("T1059.001").and_then(|t| t.parent), Some("T1059"));
    assert_eq!(pack().technique("T9999"), None);
}

#[test]
fn retired_ids_lead_to_live_ones() {
    for (old, new) in [("T1086", "T1059.001"), ("T1193", "T1566.001"), ("T1574.002", "T1574.001")] {
        assert_eq!(pack().resolve(old), Resolution::Replaced(new), "{old}");
        assert!(pack().technique(old).is_none(), "{old}");
    }
    assert_eq!(pack().resolve("T1064"), Resolution::Deprecated, "Scripting, withdrawn");
    assert_eq!(pack().resolve("T4242"), Resolution::Unknown);
    for fate in pack().fates() {
        assert_ne!(pack().resolve(fate.id), Resolution::Current, "{} is live and retired", fate.id);
        if let Some(new) = fate.successor {
            assert_eq!(pack().resolve(new), Resolution::Current, "{} leads to {new}", fate.id);
        }
    }
}

#[test]
fn every_reference_inside_the_pack_has_an_end() {
    for technique in pack().techniques() {
        if let Some(parent) = technique.parent {
            assert!(pack().technique(parent).is_some_and(|p| p.parent.is_none()), "{}", technique.id);
        }
        let tactics = pack().tactics(technique.domain);
        assert!(!technique.tactics.is_empty(), "{} has no tactic", technique.id);
        let places: Vec<_> =
            technique.tactics.iter().map(|t| tactics.iter().position(|x| x.short_name == *t)).collect();
        assert!(places.iter().all(Option::is_some), "{}", technique.id);
        assert!(places.is_sorted(), "{}: not in matrix order", technique.id);
    }
    let known = |id: &str| pack().technique(id).is_some() || pack().object(id).is_some();
    for link in pack().links() {
        assert!(known(link.source) && known(link.target), "{link:?}");
    }
    for entry in pack().entries() {
        if let Some(id) = entry.id {
            let object = pack().object(id).unwrap_or_else(|| panic!("{entry:?}"));
            assert_eq!(entry.name, object.name, "the name is not the one of {id}");
        }
    }
}

#[test]
fn tactics_stand_in_matrix_order() {
    let names: Vec<_> = pack().tactics(Domain::Enterprise).iter().map(|t| t.short_name).collect();
    assert_eq!(names.first(), Some(&"reconnaissance"));
    assert_eq!(names.last(), Some(&"impact"));
    let place = |t: &str| names.iter().position(|n| *n == t);
    assert!(place("initial-access") < place("execution") && place("execution") < place("exfiltration"));
    for domain in Domain::ALL {
        assert!(pack().tactics(domain).iter().all(|t| t.domain == domain));
        assert!(pack().tactics(domain).len() > 10);
    }
}

#[test]
fn relations_can_be_followed_both_ways() {
    let apt29 = pack().links_from("G0016");
    assert!(apt29.iter().any(|l| l.kind == "uses" && l.target == "S0002"), "APT29 uses Mimikatz");
    assert!(pack().links_to("S0002").any(|l| l.source == "G0016"));
    assert!(pack().links_from("C0024").iter().any(|l| l.kind == "attributed-to" && l.target == "G0016"));
    let forward = pack().links_from("M1026").iter().filter(|l| l.kind == "mitigates").count();
    assert!(forward > 50, "{forward}");
    let (all, by_source): (usize, usize) = (
        pack().links().len(),
        pack().objects().iter().map(|o| pack().links_from(o.id).len()).sum::<usize>()
            + pack().techniques().iter().map(|t| pack().links_from(t.id).len()).sum::<usize>(),
    );
    assert_eq!(all, by_source);
    let by_target: usize = pack().objects().iter().map(|o| pack().links_to(o.id).count()).sum::<usize>()
        + pack().techniques().iter().map(|t| pack().links_to(t.id).count()).sum::<usize>();
    assert_eq!(all, by_target);
    assert!(pack().links_to("T1001").any(|l| l.kind == "counters" && l.source == "D3-CSPP"));
    assert!(pack().links_from("nothing").is_empty() && pack().links_to("nothing").next().is_none());
}

/// Entry that a name of this kind leads to.
fn entry(kind: NameKind, text: &str) -> Option<&'static bartizan_knowledge::Entry<'static>> {
    let hits = pack().names().iter().filter(|n| n.text.eq_ignore_ascii_case(text));
    hits.map(|n| &pack().entries()[n.entry as usize]).find(|e| e.kind == kind)
}

#[test]
fn names_of_all_sources_lead_to_one_entry() {
    // MITRE, MISP and Microsoft each have their own name for these.
    for (name, id) in [
        ("APT29", "G0016"),
        ("Midnight Blizzard", "G0016"),
        ("Cozy Bear", "G0016"),
        ("Fancy Bear", "G0007"),
        ("Forest Blizzard", "G0007"),
        ("Lazarus Group", "G0032"),
        ("Sandworm Team", "G0034"),
    ] {
        assert_eq!(entry(NameKind::Actor, name).and_then(|e| e.id), Some(id), "{name}");
    }
    assert_eq!(entry(NameKind::Actor, "APT28").and_then(|e| e.country), Some("RU"));
    assert_eq!(entry(NameKind::Tool, "Mimikatz").and_then(|e| e.id), Some("S0002"));
    assert_eq!(entry(NameKind::Malware, "LockBit 3.0").and_then(|e| e.id), Some("S1202"));
}

#[test]
fn one_text_of_one_kind_names_one_entry() {
    for pair in pack().names().windows(2) {
        if pair[0].text == pair[1].text {
            let kinds = pair.iter().map(|n| pack().entries()[n.entry as usize].kind).collect::<Vec<_>>();
            assert_ne!(kinds[0], kinds[1], "{}", pair[0].text);
        }
    }
}

#[test]
fn words_of_the_language_are_ambiguous_names() {
    for (text, ambiguous) in [
        ("Play", true),
        ("Net", true),
        ("Empire", true),
        ("Royal", true),
        ("at", true),
        ("Carbon", true),
        ("Silence", true),
        ("Emotet", false),
        ("Mimikatz", false),
        ("netsh", false),
        ("certutil", false),
        ("Cobalt Strike", false),
        ("APT29", false),
    ] {
        let hits: Vec<_> = pack().names().iter().filter(|n| n.text == text).collect();
        assert!(!hits.is_empty(), "{text} is no name");
        assert!(hits.iter().all(|n| n.ambiguous == ambiguous), "{text}");
    }
    for name in pack().names() {
        assert!(name.text.chars().any(char::is_alphabetic), "{:?}", name.text);
        assert!(name.ambiguous || name.text.chars().count() > 3, "{:?}", name.text);
    }
}

#[test]
fn weaknesses_patterns_and_exploited_vulnerabilities_have_names() {
    let xss = "Improper Neutralization of Input During Web Page Generation ('Cross-site Scripting')";
    assert_eq!(pack().cwe("CWE-79"), Some(xss));
    assert_eq!(pack().cwe("CWE-999999"), None);
    assert_eq!(pack().capec("CAPEC-66"), Some("SQL Injection"));
    let kev = pack().kev("CVE-2024-3400").expect("PAN-OS GlobalProtect is in the catalogue");
    assert_eq!((kev.vendor, kev.product, kev.added), ("Palo Alto Networks", "PAN-OS", "2024-04-12"));
    assert!(pack().kev("CVE-1999-0001").is_none());
    assert!(
        pack().is_tld("com") && pack().is_tld("xn--p1ai") && !pack().is_tld("exe") && !pack().is_tld("COM")
    );
}

#[test]
fn warning_lists_know_values_and_their_parents() {
    let domains = |host| pack().domain_warnings(host);
    assert!(domains("google.com").contains(&"tranco10k"));
    assert!(domains("mail.google.com").contains(&"tranco10k"), "a parent is listed");
    assert!(domains("bit.ly").contains(&"url-shortener"));
    assert!(domains("evil-c2.example").is_empty());
    assert!(domains("notgoogle.com").is_empty(), "a longer name is no subdomain");
    assert!(domains("").is_empty() && domains(".").is_empty() && domains("..").is_empty());
    assert!(domains(&"a.".repeat(50_000)).is_empty());
    let near = pack().domain_matches("mail.google.com");
    assert!(near.iter().all(|m| "mail.google.com".ends_with(m.domain)));
    let ips = |ip: &str| pack().ip_warnings(ip.parse().expect("an address"));
    assert!(ips("8.8.8.8").contains(&"public-dns-v4"));
    assert!(ips("10.1.2.3").contains(&"rfc1918") && ips("172.31.255.255").contains(&"rfc1918"));
    assert!(!ips("172.32.0.0").contains(&"rfc1918") && !ips("11.0.0.0").contains(&"rfc1918"));
    assert!(ips("203.0.113.9").contains(&"rfc5735") && ips("2001:db8::1").contains(&"rfc3849"));
    assert!(ips("::ffff:10.0.0.1").contains(&"rfc1918"), "an IPv4 address in IPv6 clothes");
    assert!(ips("fe80::1").contains(&"ipv6-linklocal") && ips("2607:f8b0::1").is_empty());
    // Hashes of the empty file: RFC 1321 A.5, and FIPS 180 of nothing.
    for empty in [
        "d41d8cd98f00b204e9800998ecf8427e",
        "DA39A3EE5E6B4B0D3255BFEF95601890AFD80709",
        "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855",
    ] {
        assert!(pack().hash_warnings(empty).contains(&"empty-hashes"), "{empty}");
    }
    assert!(pack().hash_warnings("44d88612fea8a8f36de82e1278abb02f").contains(&"eicar.com"));
    assert!(pack().hash_warnings("00000000000000000000000000000001").is_empty());
    assert!(pack().hash_warnings("not a hash").is_empty());
    assert!(pack().email_warnings("abuse@victim.example").contains(&"common-contact-emails"));
    assert!(pack().email_warnings("bob@victim.example").is_empty());
}

#[test]
fn what_attackers_use_is_not_called_benign() {
    for list in pack().warning_lists() {
        if ["dynamic-dns", "url-shortener", "lots-project", "disposable-email"].contains(&list.name) {
            assert_eq!(list.class, WarningClass::Abusable, "{}", list.name);
        }
        assert!(list.values > 0, "{}", list.name);
    }
    assert_eq!(pack().warning_list("sinkholes").map(|l| l.class), Some(WarningClass::Sinkhole));
    assert!(pack().warning_lists().len() > 30);
}

#[test]
fn a_pack_does_not_differ_from_itself() {
    assert_eq!(changes(pack(), pack()), []);
    let empty =
        Pack::open(bartizan_knowledge::Facts::default().encode().expect("an empty pack")).expect("opens");
    let added = changes(empty, pack());
    assert!(added.iter().all(|c| c.kind == ChangeKind::Added));
    assert_eq!(added.iter().filter(|c| c.subject == "technique").count(), pack().techniques().len());
    assert!(changes(pack(), empty).iter().all(|c| c.kind == ChangeKind::Removed));
}

#[test]
fn countermeasures_and_mitigations_are_objects() {
    assert_eq!(
        pack().object("D3-PSA").map(|o| (o.kind, o.name)),
        Some((ObjectKind::Countermeasure, "Process Spawn Analysis"))
    );
    assert_eq!(pack().object("M1017").map(|o| o.name), Some("User Training"));
    assert_eq!(
        pack().object("G0016").map(|o| o.stix_id),
        Some("intrusion-set--899ce53f-13a0-479b-a0e4-67d46e241542")
    );
}
