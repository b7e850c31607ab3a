//! Hostile sources end in a coded error, in bounded memory.

use bartizan_sigma::{lint, pipeline::Pipeline, rule};
use proptest::prelude::*;

fn code(source: &str) -> Option<&'static str> {
    rule::parse(source).err().map(|e| e.code())
}

#[test]
fn a_billion_laughs() {
    let mut source = String::from("a0: &a0 [x, x, x, x, x, x, x, x, x, x]\n");
    for level in 1..12 {
        let refs = vec![format!("*a{}", level - 1); 10].join(", ");
        source += &format!("a{level}: &a{level} [{refs}]\n");
    }
    assert_eq!(code(&source), Some("sigma.too-large"));
    assert_eq!(Pipeline::parse(&source).err().map(|e| e.code()), Some("sigma.too-large"));
}

#[test]
fn an_anchor_inside_itself() {
    assert_eq!(code("a: &a [*a]\n"), Some("sigma.yaml"));
    assert_eq!(code("a: *nowhere\n"), Some("sigma.yaml"));
}

#[test]
fn nesting_and_size() {
    assert_eq!(code(&format!("a: {}1{}", "[".repeat(100), "]".repeat(100))), Some("sigma.too-large"));
    assert_eq!(code(&format!("title: {}", "x".repeat(5 << 20))), Some("sigma.too-large"));
}

#[test]
fn many_dashes_do_not_multiply_without_end() {
    let value = " -a".repeat(50);
    let source = format!(
        "title: t\nlogsource: {{product: windows}}\ndetection:\n  s:\n    A|windash: '{value}'\n  condition: s\n"
    );
    assert!(rule::parse(&source).is_ok());
}

proptest! {
    /// Nothing panics.
    #[test]
    fn any_bytes(source in "[a-z:\\-\\[\\]{}&*|>'\"#% \\n0-9.!?\\\\]{0,200}") {
        let _ = rule::parse(&source);
        let _ = lint::check(&source);
        let _ = Pipeline::parse(&source);
    }

    /// Nothing panics behind a detection either.
    #[test]
    fn any_detection(
        key in "[A-Za-z|.]{1,30}",
        value in "\\PC{0,60}",
        condition in "[a-z1*_ ()|]{0,30}",
    ) {
        let value = serde_json::json!(value);
        let source = format!("title: t\nlogsource: {{product: windows}}\ndetection:\n  s:\n    {key}: {value}\n  condition: {condition}\n");
        let _ = rule::parse(&source);
    }
}
