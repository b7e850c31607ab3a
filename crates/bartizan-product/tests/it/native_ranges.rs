//! Ranges as package managers document them, and ranges that VERS refuses.

use bartizan_product::{Comparator, Constraint, Range};

/// Each line from the ecosystem's own documentation of its ranges, or from the form that advisory databases use.
#[test]
fn notations_of_ecosystems() {
    let cases = [
        ("cargo", "1.2.3", ">=1.2.3|<2"),
        ("cargo", "0.2.3", ">=0.2.3|<0.3"),
        ("cargo", "0.0.3", ">=0.0.3|<0.0.4"),
        ("cargo", "~1.2", ">=1.2|<1.3"),
        ("cargo", "1.2.*", ">=1.2|<1.3"),
        ("cargo", ">= 1.2, < 1.5", ">=1.2|<1.5"),
        ("cargo", "=1.2.3", "1.2.3"),
        ("composer", "~1.2", ">=1.2|<2"),
        ("composer", "~1.2.3", ">=1.2.3|<1.3"),
        ("composer", "^0.3", ">=0.3|<0.4"),
        ("composer", "1.0.*", ">=1.0|<1.1"),
        ("composer", "1.0 - 2.0", ">=1.0|<2.1"),
        ("composer", ">=1.0,<1.1 || >=1.2", ">=1.0|<1.1|>=1.2"),
        ("gem", "~> 2.2", ">=2.2|<3"),
        ("gem", "~> 2.2.0", ">=2.2.0|<2.3"),
        ("gem", ">= 1.0, < 2.0", ">=1.0|<2.0"),
        ("hex", "~> 2.1", ">=2.1|<3"),
        ("hex", ">= 1.0.0 and < 2.0.0", ">=1.0.0|<2.0.0"),
        ("pypi", "~=2.2", ">=2.2|<3"),
        ("pypi", "~=1.4.5", ">=1.4.5|<1.5"),
        ("pypi", "==1.1.*", ">=1.1|<1.2"),
        ("pypi", "!=1.5, >=1.0", ">=1.0|!=1.5"),
        ("maven", "(,1.0],[1.2,)", "<=1.0|>=1.2"),
        ("maven", "[1.2,1.3]", ">=1.2|<=1.3"),
        ("maven", "[1.5]", "1.5"),
        ("maven", "(,1.1),(1.1,)", "<1.1|>1.1"),
        ("nuget", "1.0", ">=1.0"),
        ("nuget", "(1.0,2.0)", ">1.0|<2.0"),
        ("nuget", "1.*", ">=1|<2"),
        ("npm", "1.2.3 - 2.3", ">=1.2.3|<2.4.0"),
        ("npm", "^0", ">=0.0.0|<1.0.0"),
        ("npm", "^0.0", ">=0.0.0|<0.1.0"),
        ("npm", "< 1.x", "<1.0.0"),
        ("npm", ">1.x", ">=2.0.0"),
        ("npm", "", "*"),
        ("deb", "<< 1:2.0-1", "<1:2.0-1"),
        ("deb", ">= 1.0~rc1, << 2.0", ">=1.0~rc1|<2.0"),
        ("golang", ">= 1.0.0, < 1.2.3", ">=1.0.0|<1.2.3"),
        ("nginx", "1.1.4-1.2.8, 1.3.9-1.4.0", ">=1.1.4|<=1.2.8|>=1.3.9|<=1.4.0"),
        ("nginx", "1.3.0+", ">=1.3.0"),
        ("nginx", "all", "*"),
        ("pub", "1.2.3", "1.2.3"),
        ("pub", "^1.2.3", ">=1.2.3|<2"),
        ("rpm", "< 0:1.2.3-4.el9", "<0:1.2.3-4.el9"),
    ];
    for (kind, native, constraints) in cases {
        let range = Range::from_native(kind, native).map(|r| r.to_string());
        assert_eq!(range, Ok(format!("vers:{kind}/{constraints}")), "{native}");
    }
    for (kind, native) in
        [("npm", "not a range"), ("maven", "[1.0"), ("pypi", ">1.*"), ("gem", "~> x"), ("cargo", "^")]
    {
        assert!(Range::from_native(kind, native).is_err(), "{kind} {native}");
    }
}

/// Clauses 5.3 and 5.4.
#[test]
fn what_vers_refuses() {
    for text in [
        "vers:npm/1.0.0|1.0.0",
        "vers:npm/<=1.0.0|>=1.0.0",
        "vers:npm/>1.0.0|>=2.0.0",
        "vers:npm/<1.0.0|<2.0.0",
        "vers:npm/1.0.0|<2.0.0",
        "vers:npm/=1.0.0",
        "vers:npm/*|1.0.0",
        "vers:npm/1.*",
        "vers:npm/",
        "vers:npm",
        "vers:NPM/1.0.0",
        "Vers:npm/1.0.0",
        "vers:1npm/1.0.0",
        "vers:invalid/1.0.0",
        "vers:all/1.0.0",
        "vers:npm/1.0%2e0",
        "vers:npm/1%2E0",
        "vers:npm/1.0%0A",
        "vers:datetime/2024-02-30T00:00:00Z",
    ] {
        assert!(Range::parse(text).is_err(), "{text}");
    }
    for text in [
        "vers:npm/1.2.3|>=2.0.0|<5.0.0",
        "vers:gem/>=2.2.0|!=2.2.1|<2.3.0",
        "vers:example/z|a",
        "vers:test/*",
        "vers:all/*",
        "vers:none/*",
        "vers:generic/1.0%20beta",
        "vers:datetime/>=2024-02-29T00:00:00Z",
    ] {
        assert_eq!(Range::parse(text).map(|r| r.to_string()), Ok(text.to_owned()));
    }
    assert_eq!(Range::parse("vers:none/*").and_then(|r| r.contains("1")), Ok(false));
    assert_eq!(Range::parse("vers:all/*").and_then(|r| r.contains("1")), Ok(true));
    assert!(Range::parse("vers:example/1").and_then(|r| r.contains("1")).is_err());
}

#[test]
fn complements_and_unions() {
    let read = |text: &str| Range::read(text).expect(text);
    let inverted = |text: &str| read(text).inverted().expect(text).to_string();
    assert_eq!(inverted("vers:npm/>=1.0.0|<2.0.0"), "vers:npm/<1.0.0|>=2.0.0");
    assert_eq!(inverted("vers:npm/1.0.0|>2.0.0"), "vers:npm/!=1.0.0|<=2.0.0");
    assert_eq!(inverted("vers:npm/*"), "vers:none/*");
    let (a, b) = (read("vers:npm/>=1.0.0|<2.0.0"), read("vers:npm/>=1.5.0|<=3.0.0"));
    assert_eq!(Range::merged(&[&a, &b]).map(|r| r.to_string()), Ok("vers:npm/>=1.0.0|<=3.0.0".into()));
    assert!(Range::merged(&[&a, &read("vers:gem/1")]).is_err());
    let built = Range::build(
        "npm",
        vec![Constraint::new(Comparator::Equal, "2*"), Constraint::new(Comparator::Less, "1")],
    );
    assert_eq!(built.map(|r| r.to_string()), Ok("vers:npm/2%2A|<1".into()));
}
