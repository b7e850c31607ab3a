//! Hand-labelled cases, and what holds for any text.

use proptest::prelude::*;
use serde::Deserialize;
use serde_json::{Value, json};

use super::record::digest;
use super::{Keep, Kind, Mode, find, scrub_json, scrub_text};

/// Texts with what is to be found in them, labelled by hand.
const CASES: &str = include_str!("../../tests/privacy/cases.jsonl");

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Case {
    text: String,
    #[serde(default)]
    keep: Vec<String>,
    found: Vec<String>,
}

fn keep(values: &[String]) -> Keep {
    Keep::new(b"of the tests").values(values.iter().map(String::as_str))
}

#[test]
fn labelled_cases_are_found_and_nothing_else() {
    let mut wrong = Vec::new();
    let mut cases = 0;
    for line in CASES.lines() {
        let case: Case = serde_json::from_str(line).unwrap_or_else(|e| panic!("{line}: {e}"));
        cases += 1;
        let keep = keep(&case.keep);
        let found = find::all(&case.text, &keep);
        let told: Vec<String> =
            found.iter().map(|f| format!("{}:{}", f.kind, &case.text[f.start..f.end])).collect();
        if told != case.found {
            wrong.push(format!("{}\n  found  {told:?}\n  wanted {:?}", case.text, case.found));
        }
        let (left, record) = scrub_text(&case.text, &keep, Mode::Remove);
        for one in &found {
            assert!(!left.contains(&case.text[one.start..one.end]), "{left}");
        }
        assert_eq!(record.found(), found.len() as u64, "{}", case.text);
        assert_eq!(scrub_text(&left, &keep, Mode::Remove).0, left, "once more");
        if found.is_empty() {
            assert_eq!(left, case.text);
        }
    }
    assert!(cases >= 60, "{cases}");
    assert!(wrong.is_empty(), "{} of {cases} cases:\n{}", wrong.len(), wrong.join("\n"));
}

#[test]
fn values_are_scrubbed_by_path_and_what_is_kept_stays() {
    let value = json!({
        "finders": ["Ada Byron <ada@lab.example>"],
        "victim": { "firstName": "Maria", "last-name": "Lopez", "phone": 12_025_550_143u64, "passport_number": "X1" },
        "objects": [{ "pattern": "[email-addr:value = 'boss@evil.example']", "name": "Boss", "count": 4 }],
        "log": { "carol@victim.example": "seen twice" },
        "contact": "dave@victim.example, dave@victim.example",
    });
    let keep = Keep::new(b"salt").path("/finders/*").path("/objects/*/pattern");
    let (left, record) = scrub_json(&value, &keep, Mode::Remove);
    assert_eq!(
        left,
        json!({
            "finders": ["Ada Byron <ada@lab.example>"],
            "victim": {
                "firstName": "[removed:name]", "last-name": "[removed:name]", "phone": "[removed:phone]",
                "passport_number": "[removed:national-id]",
            },
            "objects": [{ "pattern": "[email-addr:value = 'boss@evil.example']", "name": "Boss", "count": 4 }],
            "log": { "[removed:email]": "seen twice" },
            "contact": "[removed:email], [removed:email]",
        })
    );
    let told: Vec<_> = record.entries.iter().map(|e| (e.rule, &*e.path, e.count)).collect();
    assert_eq!(
        told,
        [
            (Kind::Email, "/contact", 2),
            (Kind::Email, "/log/[removed:email]", 1),
            (Kind::Name, "/victim/firstName", 1),
            (Kind::Name, "/victim/last-name", 1),
            (Kind::NationalId, "/victim/passport_number", 1),
            (Kind::Phone, "/victim/phone", 1),
        ]
    );
    assert_eq!(record.entries[0].digest, digest(b"salt", Kind::Email, "dave@victim.example"));
    let written = serde_json::to_string(&record).expect("JSON");
    for word in ["dave", "carol", "Maria", "Lopez", "555", "X1"] {
        assert!(!written.contains(word), "{word} in {written}");
    }
    assert_eq!(scrub_json(&left, &keep, Mode::Remove).0, left, "once more");
    // Two members that become the same stay two.
    let two = json!({ "a@x.example": 1, "b@x.example": 2 });
    assert_eq!(
        scrub_json(&two, &keep, Mode::Remove).0,
        json!({ "[removed:email]": 1, "[removed:email] (2)": 2 })
    );
}

#[test]
fn modes_do_what_they_say() {
    let text = "from maria@bank.example";
    let keep = Keep::new(b"");
    let (left, record) = scrub_text(text, &keep, Mode::Off);
    assert_eq!((&*left, record.found()), (text, 0));
    let (left, record) = scrub_text(text, &keep, Mode::RecordOnly);
    assert_eq!((&*left, record.found(), record.removed()), (text, 1, 0));
    let (left, record) = scrub_text(text, &keep, Mode::Remove);
    assert_eq!((&*left, record.found(), record.removed()), ("from [removed:email]", 1, 1));
    let value = json!({ "first_name": "Maria", "log": text });
    assert_eq!(scrub_json(&value, &keep, Mode::Off).0, value);
    let (left, record) = scrub_json(&value, &keep, Mode::RecordOnly);
    assert_eq!((&left, record.found(), record.removed()), (&value, 2, 0));
    // The salt decides the digest.
    let of = |salt: &[u8]| scrub_text(text, &Keep::new(salt), Mode::Remove).1.entries[0].digest.clone();
    assert_ne!(of(b"one"), of(b"two"));
}

#[test]
fn what_nests_too_deep_does_not_leave() {
    let mut value = json!("maria@bank.example");
    for _ in 0..200 {
        value = json!([value]);
    }
    let (left, record) = scrub_json(&value, &Keep::new(b""), Mode::Remove);
    assert!(left.to_string().contains("[removed:too-deep]") && !left.to_string().contains("maria"));
    assert_eq!(record.entries[0].rule, Kind::TooDeep);
}

#[test]
fn long_texts_take_no_longer_than_they_are() {
    // Each would be slow if a rule looked back or ahead without an end.
    for piece in [
        "a@",
        "@a.",
        "1 ",
        "4111 ",
        "user=10.0.0.1 ",
        "/home/",
        "password=",
        "-----BEGIN PRIVATE KEY-----",
        "eyJ",
        "+1 ",
        "[at]",
        "DE89",
    ] {
        let text = piece.repeat(200_000 / piece.len());
        let (left, _) = scrub_text(&text, &Keep::new(b""), Mode::Remove);
        assert!(left.len() < 4_000_000, "{piece}");
    }
}

fn personal() -> impl Strategy<Value = String> {
    prop_oneof![
        "[a-z]{3,9}\\.[a-z]{3,9}@[a-z]{3,9}\\.example",
        "[2-9][0-9]{2}-[2-9][0-9]{2}-[0-9]{4}",
        "\\+[1-9][0-9] [0-9]{3} [0-9]{3} [0-9]{4}",
        "ghp_[A-Za-z0-9]{36}",
        Just("4111 1111 1111 1111".to_owned()),
        Just("DE89370400440532013000".to_owned()),
        Just("123-45-6789".to_owned()),
    ]
}

fn nested() -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![
        any::<bool>().prop_map(Value::from),
        any::<i64>().prop_map(Value::from),
        "\\PC{0,60}".prop_map(Value::from),
        personal().prop_map(Value::from)
    ];
    leaf.prop_recursive(3, 24, 5, |inner| {
        prop_oneof![
            proptest::collection::vec(inner.clone(), 0..5).prop_map(Value::from),
            proptest::collection::btree_map("[a-z_@.]{0,12}|first_name|phone", inner, 0..5)
                .prop_map(|members| Value::Object(members.into_iter().collect())),
        ]
    })
}

proptest! {
    #[test]
    fn nothing_of_what_is_removed_remains(before in "[ -~äß\n]{0,80}", one in personal(), after in "[ -~äß\n]{0,80}") {
        let text = format!("{before} \n{one}\n {after}");
        let keep = Keep::new(b"salt");
        let (left, record) = scrub_text(&text, &keep, Mode::Remove);
        // Repeated characters of an example are no secret.
        prop_assume!(record.found() > 0 || !one.starts_with("ghp_"));
        prop_assert!(!left.contains(&one), "{left}");
        prop_assert!(record.found() > 0);
        prop_assert!(find::all(&left, &keep).is_empty());
        prop_assert_eq!(scrub_text(&left, &keep, Mode::Remove).0, left);
    }

    #[test]
    fn any_text_comes_to_rest(text in "\\PC{0,300}") {
        let keep = Keep::new(b"");
        let (left, _) = scrub_text(&text, &keep, Mode::Remove);
        prop_assert_eq!(scrub_text(&left, &keep, Mode::Remove).0, left);
    }

    #[test]
    fn any_value_comes_to_rest(value in nested()) {
        let keep = Keep::new(b"");
        let (left, _) = scrub_json(&value, &keep, Mode::Remove);
        let (again, record) = scrub_json(&left, &keep, Mode::Remove);
        prop_assert_eq!(&again, &left);
        prop_assert_eq!(record.found(), 0);
    }

    #[test]
    fn what_is_kept_stays_letter_by_letter(before in "[ a-z\n]{0,40}", one in personal(), after in "[ a-z\n]{0,40}") {
        let text = format!("{before} {one} {after}");
        let (left, record) = scrub_text(&text, &Keep::new(b"").value(&one), Mode::Remove);
        prop_assert_eq!((&left, record.found()), (&text, 0));
    }
}
