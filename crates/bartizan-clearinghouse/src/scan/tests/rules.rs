//! Reading, overlap, leases and owners.

use std::collections::BTreeSet;

use super::{HOUR, at, intent, target, wire};
use crate::scan::ground::{self, Ground};
use crate::scan::{Code, Held, Intent, Overlap, Rules, State, StopReason, Wire, overlap};

const NOW: &str = "2026-12-01T10:00:00Z";

fn codes(wire: &Wire) -> Vec<Code> {
    let faults = Intent::of(wire, at(NOW), &Rules::default()).expect_err("refused");
    faults.into_iter().map(|fault| fault.code).collect()
}

#[test]
fn things_of_the_same_meaning_are_in_the_same_cell() {
    // RFC 4632 section 3.1 for networks, ECMA-427 for packages, NISTIR 7695 for CPE names.
    for (text, cells) in [
        ("pkg:NPM/left-pad@1.2.0", vec!["pkg:npm/left-pad"]),
        ("pkg:npm/left-pad vers:npm/<1.3.0", vec!["pkg:npm/left-pad"]),
        ("https://github.com/Madler/Zlib.git", vec!["pkg:github/madler/zlib"]),
        ("git@github.com:madler/zlib.git 0123abc..4567def", vec!["pkg:github/madler/zlib"]),
        ("https://git.example.org:8443/a/B/", vec!["repo:git.example.org:8443/a/B"]),
        ("cpe:2.3:a:openssl:openssl:3.0.1:*:*:*:*:*:*:*", vec!["cpe:a:openssl:openssl"]),
        ("198.51.100.77/28", vec!["net:198.51.0.0/16"]),
        ("192.0.0.0/15", vec!["net:192.0.0.0/16", "net:192.1.0.0/16"]),
        ("2001:db8:1::/48", vec!["net:2001:db8::/32"]),
        ("::ffff:192.0.2.1", vec!["net:192.0.0.0/16"]),
        ("WWW.Example.ORG.", vec![]),
    ] {
        assert_eq!(target(text).cells(), cells, "{text}");
    }
    assert_eq!(target("198.51.100.77/28").text(), "198.51.100.64/28");
    assert_eq!(target("10.0.0.0/8").cells().len(), 256);
    assert_eq!(target("pkg:npm/left-pad@1.2.0").text(), "pkg:npm/left-pad vers:npm/1.2.0");
}

#[test]
fn overlap_is_of_versions_commits_names_and_addresses() {
    use Overlap::{Certain, Perhaps};
    for (one, other, expected) in [
        ("pkg:npm/a", "pkg:npm/b", None),
        ("pkg:npm/a", "pkg:npm/a@1.0.0", Some(Certain)),
        ("pkg:npm/a vers:npm/<1.0.0", "pkg:npm/a vers:npm/>=1.0.0", None),
        ("pkg:npm/a vers:npm/<1.0.1", "pkg:npm/a vers:npm/>=1.0.0", Some(Certain)),
        ("pkg:npm/a@1.5.0", "pkg:npm/a vers:npm/>=1.0.0|<2.0.0", Some(Certain)),
        ("pkg:npm/a@2.5.0", "pkg:npm/a vers:npm/>=1.0.0|<2.0.0", None),
        ("pkg:npm/a vers:npm/*", "pkg:npm/a@2.5.0", Some(Certain)),
        ("pkg:generic/a@1", "pkg:generic/a@2", None),
        ("https://github.com/o/r", "pkg:github/o/r", Some(Certain)),
        ("https://github.com/o/r abcdef1", "https://github.com/o/r", Some(Certain)),
        ("https://git.example/r abcdef1", "https://git.example/r abcdef2..abcdef9", Some(Perhaps)),
        ("https://git.example/r", "https://git.example/s", None),
        ("cpe:2.3:a:v:p:*:*:*:*:*:*:*:*", "cpe:2.3:a:v:p:1.0:*:*:*:*:*:*:*", Some(Certain)),
        ("cpe:2.3:a:v:p:1.1:*:*:*:*:*:*:*", "cpe:2.3:a:v:p:1.0:*:*:*:*:*:*:*", None),
        ("192.0.2.0/24", "192.0.2.128/25", Some(Certain)),
        ("192.0.2.0/25", "192.0.2.128/25", None),
        ("2001:db8::/33", "2001:db8:8000::/33", None),
        ("192.0.2.0/24", "2001:db8::/32", None),
        ("www.example.org", "www.example.org", Some(Certain)),
        ("www.example.org", "192.0.2.1", None),
    ] {
        let (one, other) = (target(one), target(other));
        assert_eq!(overlap(&one, &other), expected, "{} {}", one.text(), other.text());
        assert_eq!(overlap(&other, &one), expected, "{} {}", other.text(), one.text());
    }
}

#[test]
fn what_is_wrong_is_told_by_codes_all_of_it() {
    let change = |scope: &[&str], f: &dyn Fn(&mut Wire)| {
        let mut wire = wire(scope);
        f(&mut wire);
        codes(&wire)
    };
    let package = &["pkg:npm/a"][..];
    assert_eq!(change(package, &|w| w.scope.clear()), [Code::Scope]);
    assert_eq!(change(package, &|w| w.scope = vec![w.scope[0].clone(); 65]), [Code::Scope]);
    assert_eq!(change(package, &|w| w.scope.push(w.scope[0].clone())), [Code::Scope]);
    assert_eq!(change(package, &|w| w.scope[0].host = Some("a.example".into())), [Code::Target]);
    assert_eq!(change(package, &|w| w.scope[0].purl = Some("left-pad".into())), [Code::Target]);
    assert_eq!(change(package, &|w| w.scope[0].versions = Some("<1".into())), [Code::Versions]);
    assert_eq!(
        change(&["https://a.example/r"], &|w| w.scope[0].commits = Some("main".into())),
        [Code::Commits]
    );
    assert_eq!(
        change(&["192.0.2.0/24"], &|w| w.scope[0].network = Some("11.0.0.0/7".into())),
        [Code::TooWide]
    );
    assert_eq!(
        change(&["192.0.2.0/24"], &|w| w.scope[0].network = Some("192.0.2.0/33".into())),
        [Code::Target]
    );
    let wide = "cpe:2.3:a:v:*:*:*:*:*:*:*:*:*";
    assert_eq!(
        change(&["cpe:2.3:a:v:p:*:*:*:*:*:*:*:*"], &|w| w.scope[0].cpe = Some(wide.into())),
        [Code::TooWide]
    );
    assert_eq!(change(&["192.0.2.0/24", "pkg:npm/a"], &|_| ()), [Code::Mixed]);
    assert_eq!(change(package, &|w| w.method = "magic".into()), [Code::Method]);
    assert_eq!(change(&["192.0.2.0/24"], &|w| w.sources.clear()), [Code::Sources]);
    assert_eq!(change(package, &|w| w.contact = " ".into()), [Code::Contact]);
    assert_eq!(change(package, &|w| w.note = Some("two\nlines".into())), [Code::Words]);
    for until in ["2026-12-01T09:00:00Z", "2027-12-01T10:00:00Z", "soon"] {
        assert_eq!(change(package, &|w| w.until = until.into()), [Code::Window], "{until}");
    }
    assert_eq!(change(package, &|w| w.from = Some("2026-12-04T00:00:00Z".into())), [Code::Window]);
    assert_eq!(
        change(package, &|w| (w.method, w.contact) = (String::new(), String::new())),
        [Code::Method, Code::Contact]
    );
    let malformed = Intent::read(br#"{"scope": [], "scope": []}"#, at(NOW), &Rules::default());
    assert_eq!(malformed.expect_err("refused")[0].code, Code::Malformed);
    assert_eq!(Ground::read("*.").expect_err("refused").code, Code::Ground);
    // Every code has its case here.
    assert_eq!(Code::ALL.len(), 13);
}

#[test]
fn an_intent_is_kept_as_it_was_said() {
    for scope in
        [&["pkg:npm/a@1.0.0", "https://github.com/o/r abcdef1..abcdef2"][..], &["192.0.2.0/24", "a.example"]]
    {
        let intent = intent(scope);
        assert_eq!(Intent::kept(&intent.to_json()).as_ref(), Some(&intent));
    }
    assert_eq!(intent(&["pkg:npm/a", "pkg:npm/b"]).title(), "pkg:npm/a and 1 more");
}

#[test]
fn a_lease_is_kept_by_heartbeats_and_does_not_come_back() {
    let rules = Rules::default();
    let (now, ends) = (at(NOW), at("2026-12-03T12:00:00Z"));
    let held = Held::new((now, ends), false, &rules, now);
    assert_eq!((held.state, held.lease), (State::Active, now + HOUR));
    let beat = held.beat(&rules, now + HOUR / 2);
    assert_eq!((beat.go, beat.stop, beat.lease), (true, false, now + HOUR + HOUR / 2));
    // An earlier clock shortens nothing.
    assert_eq!(Held { lease: beat.lease, ..held }.beat(&rules, now).lease, beat.lease);
    let late = held.beat(&rules, now + HOUR + 1);
    assert_eq!((late.state, late.go, late.stop, late.lease), (State::Lapsed, false, true, held.lease));
    // Never beyond the window.
    assert_eq!(Held { lease: ends - 1, ..held }.beat(&rules, ends - 1).lease, ends);
    assert_eq!(held.beat(&rules, ends).state, State::Over);
    // What lies ahead is held until it has begun, and says not to begin before.
    let ahead = Held::new((now + 5 * HOUR, ends), false, &rules, now);
    assert_eq!(ahead.lease, now + 6 * HOUR);
    assert!(!ahead.beat(&rules, now + HOUR).go && !ahead.beat(&rules, now + HOUR).stop);
    // What is stopped says so for ever.
    let stopped = Held { state: State::Stopped, reason: Some(StopReason::Harm), ..held };
    let told = stopped.beat(&rules, now);
    assert_eq!((told.go, told.stop, told.reason), (false, true, Some(StopReason::Harm)));
}

#[test]
fn what_is_alive_waits_for_those_whose_it_is() {
    let rules = Rules::default();
    let (now, ends) = (at(NOW), at("2026-12-30T12:00:00Z"));
    let waits = Held::new((now, ends), true, &rules, now);
    assert_eq!(waits.state(now), State::AwaitingOwner);
    let beat = waits.beat(&rules, now + HOUR);
    assert_eq!(
        (beat.go, beat.stop, beat.lease),
        (false, false, waits.lease),
        "a heartbeat is no authorisation"
    );
    assert_eq!(waits.state(now + 15 * 24 * HOUR), State::Lapsed);
    assert!(waits.approved(&rules, now + HOUR).beat(&rules, now + HOUR).go);

    let range = |owner: i64, text: &str| (owner.into(), Ground::read(text).expect("a range"));
    let ranges = [range(1, "192.0.2.0/24"), range(2, "198.51.100.0/24"), range(1, "*.example.org")];
    let targets = |scope: &[&str]| intent(scope).targets().to_vec();
    let asked = |scope: &[&str]| {
        ground::owners(&targets(scope), &ranges).into_iter().map(|o| o.0).collect::<Vec<_>>()
    };
    let may = |scope: &[&str], approved: &[i64]| {
        let approved: BTreeSet<_> = approved.iter().map(|o| (*o).into()).collect();
        ground::authorised(&targets(scope), &ranges, &approved)
    };
    assert_eq!(asked(&["192.0.2.64/26", "198.51.100.1"]), [1, 2]);
    assert!(may(&["192.0.2.64/26"], &[1]) && !may(&["192.0.2.64/26"], &[2]));
    assert!(!may(&["192.0.2.64/26", "198.51.100.1"], &[1]), "one of two owners is not both");
    assert!(may(&["192.0.2.64/26", "198.51.100.1"], &[1, 2]));
    assert!(!may(&["192.0.0.0/16"], &[1]), "more than what is owned");
    assert!(may(&["a.b.example.org", "example.org"], &[1]) && !may(&["notexample.org"], &[1]));
    assert_eq!(asked(&["notexample.org", "203.0.113.1"]), [0i64; 0]);
    assert!(may(&["pkg:npm/a"], &[]), "source needs nobody");
    let own = targets(&["192.0.2.64/26", "198.51.100.1"]);
    let shown: Vec<_> = ground::on(&own, &ranges, 2.into()).into_iter().map(|t| t.text()).collect();
    assert_eq!(shown, ["198.51.100.1/32"]);
}
