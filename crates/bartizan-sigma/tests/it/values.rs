//! Values and modifiers. Expectations: Sigma Rules Specification and Modifiers specification 2.1, RFC 4648.

use bartizan_sigma::rule::{Part, Shape, Text, Value};
use proptest::prelude::*;

use crate::rule;

fn values(item: &str) -> Vec<Value> {
    let rule = rule(&format!("  s:\n    {item}\n  condition: s\n"));
    rule.selections[0].1.items()[0].values.clone()
}

fn bare(values: &[Value]) -> Vec<String> {
    let mut out = Vec::new();
    for value in values {
        match value {
            Value::Text { text, .. } => out.push(text.bare()),
            Value::AnyOf(values) => out.extend(bare(values)),
            other => out.push(format!("{other:?}")),
        }
    }
    out
}

#[test]
fn backslashes_and_wildcards() {
    // The table of the specification's section on escaping.
    let plain = |s: &str| Text::parse(s).as_plain().map(str::to_owned);
    assert_eq!(plain(r"C:\Windows\x").as_deref(), Some(r"C:\Windows\x"));
    assert_eq!(plain(r"a\\b").as_deref(), Some(r"a\b"));
    assert_eq!(plain(r"a\*b").as_deref(), Some("a*b"));
    assert_eq!(plain(r"a\?b").as_deref(), Some("a?b"));
    assert_eq!(Text::parse(r"a\\*").parts(), [Part::Plain(r"a\".into()), Part::Any]);
    assert_eq!(plain(r"a\\\*").as_deref(), Some(r"a\*"));
    assert_eq!(Text::parse("*x*").shape(), Shape::Contains);
    assert_eq!(Text::parse("x?").shape(), Shape::Pattern);
}

#[test]
fn anchors_keep_a_wildcard_that_is_there() {
    assert_eq!(bare(&values("F|contains: 'a'")), ["*a*"]);
    assert_eq!(bare(&values("F|contains: '*a'")), ["*a*"]);
    assert_eq!(bare(&values("F|startswith: 'a'")), ["a*"]);
    assert_eq!(bare(&values("F|endswith: 'a'")), ["*a"]);
}

#[test]
fn dashes_of_a_command_line() {
    // Five characters stand for a dash that opens a word; one inside a word stays.
    assert_eq!(bare(&values("F|windash: ' -f'")), [" -f", " /f", " –f", " —f", " ―f"]);
    assert_eq!(bare(&values("F|windash: 'a-f'")), ["a-f"]);
    assert_eq!(bare(&values("F|windash|contains: '-a -b'")).len(), 25);
}

#[test]
fn base64_at_three_offsets() {
    // The example of the modifiers specification.
    let found = bare(&values("F|base64offset|contains: 'http://'"));
    assert_eq!(found, ["*aHR0cDovL*", "*h0dHA6Ly*", "*odHRwOi8v*"]);
    assert_eq!(bare(&values("F|base64: 'foobar'")), ["Zm9vYmFy"]);
    assert_eq!(bare(&values("F|base64: 'f'")), ["Zg=="]);
    assert_eq!(bare(&values("F|wide|base64: 'ab'")), ["YQBiAA=="]);
}

/// Found by mutating rules: an empty text has no encoding at an offset, and one byte has none in the middle.
#[test]
fn base64_of_next_to_nothing_is_refused() {
    for text in ["", "f"] {
        let source = format!(
            "title: t\nlogsource: {{product: x}}\ndetection:\n  s: {{F|base64offset|contains: '{text}'}}\n  condition: s\n"
        );
        assert!(bartizan_sigma::rule::parse(&source).is_err(), "{text:?}");
    }
}

#[test]
fn plain_scalars_have_types_and_quoted_ones_do_not() {
    assert_eq!(values("F: 0x1f"), [Value::integer(31)]);
    assert_eq!(values("F: 010"), [Value::integer(8)]);
    assert_eq!(values("F: '10'"), [Value::plain("10")]);
    assert_eq!(values("F: 170141183460469231731687303715884105727"), [Value::integer(i128::MAX)]);
    assert_eq!(values("F: yes"), [Value::Bool(true)]);
    assert_eq!(values("F: null"), [Value::Null]);
    assert_eq!(values("F:"), [Value::Null]);
}

proptest! {
    /// What encodes a text anywhere in a stream contains one of the three.
    #[test]
    fn an_encoded_text_is_found(before in "[a-z]{0,7}", text in "[a-zA-Z]{4,12}", after in "[a-z]{0,7}") {
        let whole = bare(&values(&format!("F|base64: '{before}{text}{after}'"))).concat();
        let found = bare(&values(&format!("F|base64offset: '{text}'")));
        prop_assert!(found.iter().any(|f| whole.contains(f.as_str())), "{whole} {found:?}");
    }

    /// No text panics, and a plain one comes back.
    #[test]
    fn any_text(source in "\\PC{0,40}") {
        let text = Text::parse(&source);
        let _ = (text.shape(), text.inner(), text.bare());
        let plain = Text::plain(&source);
        prop_assert_eq!(plain.as_plain(), Some(source.as_str()));
    }
}
