//! Messages, streams and chains of reporters.

use proptest::prelude::*;
use serde_json::{Value, json};

use super::*;
use crate::case::{EmbargoState, ReportStep};
use crate::token;

fn keys() -> [NodeKey; 3] {
    [NodeKey::from_seed([1; 32]), NodeKey::from_seed([2; 32]), NodeKey::from_seed([3; 32])]
}

const REPORT: &str = r#"{"title":"Überlauf","email":"ann@example.org","notify":"all","purl":"pkg:npm/pump","versions":["1.0"],"finders":["Ann „A“ Ångström","Bo\tT"],"references":["https://example.org/1"],"discovery_method":"manual"}"#;

fn provenance() -> Provenance {
    let text = REPORT.replace("\\t", " ");
    Provenance::of(&text).expect("a report")
}

fn handover(a: &NodeKey) -> Handover {
    Handover {
        cves: vec!["CVE-2026-1".into()],
        embargo: Embargo {
            limits: vec![],
            proposal: None,
            reason: None,
            state: EmbargoState::None,
            until: None,
        },
        marking: "TLP:AMBER".into(),
        products: vec![],
        provenances: vec![provenance().passed_on(a, "A", 1_796_036_400_000_000)],
        summary: "Something\nwith lines".into(),
        title: "Pump".into(),
    }
}

fn message(a: &NodeKey, b: &NodeKey, body: Body) -> Message {
    Message {
        body,
        from: a.id(),
        handling: None,
        id: "m1".into(),
        origin: Origin { case: "c1".into(), node: a.id() },
        previous: None,
        sent: "2026-11-30T11:00:00.000000Z".into(),
        sequence: 1,
        to: b.id(),
        version: VERSION,
    }
}

fn refused(bytes: &[u8], a: &NodeKey, b: &NodeKey) -> Code {
    Message::open(bytes, &a.sign(bytes), &a.id(), &b.id()).expect_err("refused").code
}

/// The message with one member of its JSON changed, signed anew.
fn changed(message: &Message, change: impl FnOnce(&mut Value), a: &NodeKey, b: &NodeKey) -> Code {
    let mut value = serde_json::to_value(message).expect("a value");
    change(&mut value);
    refused(canonical(&value).as_bytes(), a, b)
}

#[test]
fn keys_sign_as_rfc_8032_has_it() {
    // Section 7.1, test 1.
    let mut seed = [0; 32];
    let hex = "9d61b19deffd5a60ba844af492ec2cc44449c5697b326919703bac031cae7f60";
    for (byte, pair) in seed.iter_mut().zip(hex.as_bytes().chunks(2)) {
        *byte = u8::from_str_radix(std::str::from_utf8(pair).expect("text"), 16).expect("digits");
    }
    let key = NodeKey::from_seed(seed);
    assert_eq!(key.id().as_str(), "d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a");
    let signature =
        "5VZDAMNgrHKQhuLMgG6CioSHfx645dl02HPgZSJJAVVfuIIVkKM7rMYeOXAc+bRr0lv18FlbviRlUUFDjnoQCw==";
    assert_eq!(key.sign(b""), signature);
    assert!(key.id().signed(b"", signature));
    assert!(!key.id().signed(b"a", signature));
    for wrong in ["", "x", &"0".repeat(63), &"G".repeat(64), &"AB".repeat(32)] {
        assert!(wrong.parse::<NodeId>().is_err(), "{wrong}");
    }
    assert_eq!(format!("{key:?}"), "NodeKey");
}

#[test]
fn what_is_not_exactly_a_message_is_refused_by_code() {
    let [a, b, c] = keys();
    let good = message(&a, &b, Body::Handover(Box::new(handover(&a))));
    let bytes = good.bytes();
    let (read, digest) = Message::open(&bytes, &a.sign(&bytes), &a.id(), &b.id()).expect("read");
    assert_eq!((read, digest), (good.clone(), token::digest_bytes(&bytes)));
    assert_eq!(Message::sender(&bytes), Some(a.id()));
    assert_eq!(Message::sender(b"{}"), None);
    let unsigned = Message::open(&bytes, &b.sign(&bytes), &a.id(), &b.id()).expect_err("refused");
    assert_eq!(unsigned.code, Code::NotTrusted);
    assert_eq!(refused(&vec![b' '; LONGEST + 1], &a, &b), Code::TooLarge);
    assert_eq!(refused(b"nothing", &a, &b), Code::Malformed);
    let spaced = String::from_utf8(bytes.clone()).expect("text").replace(",\"version\"", ", \"version\"");
    assert_eq!(refused(spaced.as_bytes(), &a, &b), Code::NotCanonical);
    let twice = String::from_utf8(bytes).expect("text").replacen('{', "{\"version\":1,", 1);
    assert_eq!(refused(twice.as_bytes(), &a, &b), Code::NotCanonical);
    let case = |change: fn(&mut Value)| changed(&good, change, &a, &b);
    assert_eq!(case(|v| v["version"] = 2.into()), Code::Version);
    assert_eq!(case(|v| v["more"] = 2.into()), Code::Malformed);
    assert_eq!(case(|v| v["body"]["with"]["more"] = 2.into()), Code::Malformed);
    assert_eq!(case(|v| v["sequence"] = 0.into()), Code::Malformed);
    assert_eq!(case(|v| v["sent"] = "now".into()), Code::Malformed);
    assert_eq!(case(|v| v["id"] = "".into()), Code::Malformed);
    assert_eq!(case(|v| v["previous"] = "x".into()), Code::Malformed);
    assert_eq!(case(|v| v["body"]["with"]["marking"] = "TLP:RED".into()), Code::Red);
    assert_eq!(case(|v| v["body"]["with"]["marking"] = "secret".into()), Code::Malformed);
    assert_eq!(case(|v| v["body"]["with"]["title"] = "a\nb".into()), Code::Malformed);
    assert_eq!(case(|v| v["body"]["with"]["provenances"] = json!([])), Code::Malformed);
    let second = |v: &mut Value| {
        v["sequence"] = 2.into();
        v["previous"] = "x".into();
    };
    assert_eq!(case(second), Code::NotFirst);
    let other = |v: &mut Value| v["to"] = json!(c.id());
    assert_eq!(changed(&good, other, &a, &b), Code::WrongNode);
    let third = |v: &mut Value| v["origin"]["node"] = json!(c.id());
    assert_eq!(changed(&good, third, &a, &b), Code::Transitive);
    let theirs = |v: &mut Value| v["origin"]["node"] = json!(b.id());
    assert_eq!(changed(&good, theirs, &a, &b), Code::NotFirst);
    let said = Said::Step { step: ReportStep::Receive };
    let said = Body::Said(Spoken { at: "2026-11-30T11:00:00Z".into(), said });
    assert_eq!(refused(&message(&a, &b, said).bytes(), &a, &b), Code::Malformed);
    for text in ["", "a\u{202e}b", &"x".repeat((16 << 10) + 1)] {
        let said = Said::Wrote { text: text.to_owned() };
        let said = Body::Said(Spoken { at: "2026-11-30T11:00:00Z".into(), said });
        assert_eq!(refused(&message(&a, &b, said).bytes(), &a, &b), Code::Malformed);
    }
}

#[test]
fn a_report_keeps_its_text_its_credits_and_its_way() {
    let [a, b, c] = keys();
    let first = provenance();
    // The finder's address stays at the node that was told it; the credits are letter for letter.
    assert!(!first.original.contains("ann@example.org") && !first.original.contains("notify"));
    assert_eq!(first.credits, ["Ann „A“ Ångström", "Bo T"]);
    assert_eq!(first.references, ["https://example.org/1"]);
    let one = first.passed_on(&a, "A", 1);
    let two = one.passed_on(&b, "B", 2);
    one.check(&a.id(), &b.id()).expect("holds");
    two.check(&b.id(), &c.id()).expect("holds");
    assert_eq!(two.reporters[0], one.reporters[0]);
    assert_eq!(two.original, first.original);
    let code = |p: &Provenance, sender: &NodeKey, own: &NodeKey| {
        p.check(&sender.id(), &own.id()).expect_err("refused").code
    };
    assert_eq!(code(&two, &a, &c), Code::Reporters, "not by the last");
    assert_eq!(code(&two, &b, &a), Code::Reporters, "a circle");
    assert_eq!(code(&first, &a, &b), Code::Reporters, "by nobody");
    assert_eq!(code(&two.passed_on(&a, "A", 3), &a, &c), Code::Reporters, "twice by one");
    let mut wrong = two.clone();
    wrong.reporters.remove(0);
    assert_eq!(code(&wrong, &b, &c), Code::Reporters, "one left out");
    let mut wrong = two.clone();
    wrong.reporters[0].title = "Other".into();
    assert_eq!(code(&wrong, &b, &c), Code::Reporters, "one renamed");
    for change in [
        (|p| p.credits.clear()) as fn(&mut Provenance),
        |p| p.credits.push("Mallory".into()),
        |p| p.original.push(' '),
        |p| p.original_sha256.clear(),
        |p| p.references.clear(),
        |p| p.tooling.push("x".into()),
    ] {
        let mut wrong = two.clone();
        change(&mut wrong);
        assert_eq!(code(&wrong, &b, &c), Code::Original);
    }
    assert!(Provenance::of("[]").is_err() && Provenance::of("{").is_err());
    assert!(two.report().expect("a report").title.is_some());
}

#[test]
fn names_go_there_and_come_back() {
    let [a, b, c] = keys();
    let name: crate::case::Name = "e1".parse().expect("a name");
    let (at_b, of) = there(&name, &b.id(), &a.id());
    assert_eq!(of, a.id());
    let at_b = here(&at_b, &of, &a.id(), &b.id()).expect("a name");
    assert_eq!(at_b.as_str(), format!("{}.e1", a.id().prefix()));
    let (back, of) = there(&at_b, &a.id(), &b.id());
    assert_eq!(here(&back, &of, &b.id(), &a.id()), Some(name.clone()));
    // On to a third, which knows it as the second's.
    let (on, of) = there(&at_b, &c.id(), &b.id());
    let at_c = here(&on, &of, &b.id(), &c.id()).expect("a name");
    assert_eq!(at_c.as_str(), format!("{}.{}.e1", b.id().prefix(), a.id().prefix()));
    assert_eq!(here(&name, &c.id(), &a.id(), &b.id()), None);
}

#[test]
fn every_code_has_its_own_word() {
    let words: std::collections::BTreeSet<_> = Code::ALL.iter().map(|code| code.as_str()).collect();
    assert_eq!(words.len(), Code::ALL.len());
    assert!(Code::ALL.iter().all(|c| c.as_str().starts_with("relay.") && c.meaning().ends_with('.')));
    assert_eq!(Refusal::from(Code::Red).to_string(), format!("{} [relay.red]", Code::Red.meaning()));
}

proptest! {
    /// Whatever is lost, doubled and mixed up: what is resent until it is there arrives once and in order.
    #[test]
    fn a_stream_takes_each_once_and_in_order(order in prop::collection::vec(0u64..12, 0..80)) {
        let digests: Vec<String> = (0..12).map(|n| token::digest(&format!("message {n}"))).collect();
        let previous = |n: u64| (n > 0).then(|| digests[usize::try_from(n - 1).expect("small")].as_str());
        let (mut stream, mut taken) = (Stream::default(), Vec::new());
        for n in order.into_iter().chain(0..12) {
            match stream.place(n + 1, previous(n)) {
                Place::Next => {
                    stream = stream.with(&digests[usize::try_from(n).expect("small")]);
                    taken.push(n);
                }
                Place::Ahead => prop_assert!(n + 1 > stream.sequence),
                Place::Behind => prop_assert!(taken.contains(&n)),
                Place::Broken | Place::TooFar => prop_assert!(false, "nothing here is that"),
            }
        }
        prop_assert_eq!(taken, (0..12).collect::<Vec<_>>());
    }

    #[test]
    fn what_does_not_follow_is_never_next(sequence in any::<u64>(), at in any::<u64>(), previous in "[a-f]{0,2}") {
        let stream = Stream { sequence: at, digest: Some("ab".into()) };
        let place = stream.place(sequence, Some(&previous));
        let next = at.checked_add(1) == Some(sequence);
        prop_assert_eq!(place == Place::Next, next && previous == "ab");
        prop_assert_eq!(place == Place::Broken, next && previous != "ab");
        prop_assert_eq!(place == Place::Behind, sequence <= at);
    }

    #[test]
    fn bytes_of_anybody_are_read_or_refused(bytes in prop::collection::vec(any::<u8>(), 0..200)) {
        let [a, b, _] = keys();
        let _ = Message::sender(&bytes);
        prop_assert!(Message::open(&bytes, &a.sign(&bytes), &a.id(), &b.id()).is_err());
    }

    #[test]
    fn one_changed_byte_is_refused(at in any::<prop::sample::Index>(), bit in 0u8..8) {
        let [a, b, _] = keys();
        let mut bytes = message(&a, &b, Body::Handover(Box::new(handover(&a)))).bytes();
        let signature = a.sign(&bytes);
        let at = at.index(bytes.len());
        bytes[at] ^= 1 << bit;
        prop_assert!(Message::open(&bytes, &signature, &a.id(), &b.id()).is_err());
    }
}
