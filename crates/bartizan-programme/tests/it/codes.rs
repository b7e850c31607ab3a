//! Every code has a case, and every form that is checked is.

use bartizan_programme::{Code, Digest, Error, Id, Kind, Line, Name, Words};

use crate::world::*;

#[test]
fn every_code_is_in_a_test() {
    let tests = [
        include_str!("agreements.rs"),
        include_str!("clocks.rs"),
        include_str!("codes.rs"),
        include_str!("determinations.rs"),
        include_str!("findings.rs"),
        include_str!("grants.rs"),
        include_str!("keygen.rs"),
        include_str!("meters.rs"),
        include_str!("people.rs"),
        include_str!("plans.rs"),
        include_str!("rules.rs"),
        include_str!("stories.rs"),
        include_str!("../../src/anomaly/record.rs"),
        include_str!("../../src/network.rs"),
    ]
    .concat();
    let mut seen = std::collections::BTreeSet::new();
    for code in Code::ALL {
        let name = format!("Code::{code:?}");
        let there = tests
            .match_indices(&name)
            .any(|(at, _)| !tests[at + name.len()..].starts_with(|next: char| next.is_ascii_alphanumeric()));
        assert!(there, "{code:?} has no test");
        assert!(seen.insert(code.as_str()), "{code} is there twice");
        assert!(code.as_str().contains('.') && !code.meaning().is_empty() && !code.advice().is_empty());
    }
}

#[test]
fn names_and_words_of_others_are_refused_when_they_are_none() {
    fn refused<T: std::str::FromStr<Err = Error> + std::fmt::Debug>(texts: &[&str], code: Code) {
        for text in texts {
            let error = text.parse::<T>().expect_err(text);
            assert_eq!(error.code(), code, "{text:?}");
            assert!(error.is_malformed() && !error.to_string().contains('\u{202e}'), "{error}");
        }
    }
    let long = "a".repeat(9000);
    refused::<Id>(&["", "A", "1a", "a_b", "a-", "-a", "a b", "ä", &long], Code::MalformedId);
    refused::<Name>(
        &["", "a b", "a\u{202e}b", "<b>", "a\"b", "a'b", "a\\b", "a`b", "é", &long],
        Code::MalformedName,
    );
    refused::<Line>(&["", " ", "a\nb", "a\u{202e}b", "a\u{0}b", &long], Code::MalformedLine);
    refused::<Words>(&["", " \n", "a\u{202e}b", "a\u{0}b", "a\rb", &long], Code::MalformedWords);
    let digest = "0".repeat(64);
    refused::<Digest>(&["", &digest[1..], &"A".repeat(64), &"g".repeat(64)], Code::MalformedDigest);
    refused::<bartizan_programme::time::Day>(
        &[
            "",
            "2026-12-1",
            "2026-13-01",
            "2027-02-29",
            "1969-12-31",
            "20261201",
            "2026-12-01T00:00:00Z",
            "-026-12-01",
        ],
        Code::MalformedDay,
    );
    assert_eq!(
        "2028-02-29".parse::<bartizan_programme::time::Day>().expect("a leap day").to_string(),
        "2028-02-29"
    );
    assert_eq!(digest.parse::<Digest>().expect("one").as_str(), digest);
    // Serde goes through the same check.
    assert!(serde_json::from_str::<Name>("\"a b\"").is_err());
    assert_eq!(serde_json::to_string(&name("a")).expect("written"), "\"a\"");
}

#[test]
fn errors_tell_what_sort_they_are() {
    let sorts = |code: Code| {
        let error = Error::from(code);
        [
            (Kind::Malformed, error.is_malformed()),
            (Kind::Forbidden, error.is_forbidden()),
            (Kind::Conflict, error.is_conflict()),
            (Kind::Unknown, error.is_unknown()),
            (Kind::Missing, error.is_missing()),
            (Kind::Spent, error.is_spent()),
        ]
    };
    for &code in Code::ALL {
        for (kind, is) in sorts(code) {
            assert_eq!(is, kind == code.kind(), "{code}");
        }
        let text = Error::from(code).to_string();
        assert!(text.ends_with(&format!("[{code}]")) && text.contains(code.advice()), "{text}");
    }
}
