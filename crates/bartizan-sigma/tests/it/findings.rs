//! Every lint code has a case.

use std::collections::BTreeSet;

use bartizan_sigma::lint::{self, Finding};

const GOOD: &str = "title: A title
id: 2e8c1f0a-6f0c-4b0e-9d0b-0f2a7a1c9b11
status: test
level: high
date: 2026-01-31
tags:
    - attack.t1059.001
logsource:
    product: windows
detection:
    s:
        A|re: 'x+'
        B:
            - 1
            - 2
    condition: s
";

fn codes(source: &str) -> Vec<&'static str> {
    lint::check(source).into_iter().map(|f| f.code).collect()
}

#[test]
fn a_good_rule_has_none() {
    assert_eq!(codes(GOOD), Vec::<&str>::new());
}

const GOOD_CORRELATION: &str = "title: A title
id: 2e8c1f0a-6f0c-4b0e-9d0b-0f2a7a1c9b11
correlation:
    type: temporal
    rules:
        - a
        - b
    group-by:
        - user
    timespan: 5m
    aliases:
        user:
            a: UserA
            b: UserB
    condition:
        gte: 2
";

const GOOD_FILTER: &str = "title: A title
id: 2e8c1f0a-6f0c-4b0e-9d0b-0f2a7a1c9b11
logsource:
    product: windows
filter:
    rules:
        - a
    s:
        A: 1
    condition: not s
";

#[test]
fn good_correlations_and_filters_have_none() {
    assert_eq!(codes(GOOD_CORRELATION), Vec::<&str>::new());
    assert_eq!(codes(GOOD_FILTER), Vec::<&str>::new());
}

/// Codes that only several documents together have.
fn of_references(source: &str) -> Vec<&'static str> {
    let documents = bartizan_sigma::rule::parse(source).unwrap_or_default();
    lint::references(documents).into_iter().map(|(_, finding)| finding.code).collect()
}

#[test]
fn every_code() {
    let long = "x".repeat(300);
    let big = "x".repeat(5 << 20);
    let cases = [
        ("sigma.yaml", GOOD.replace("title: A", "title: [A")),
        ("sigma.too-large", GOOD.replace("A title", &big)),
        ("sigma.rule", GOOD.replace("logsource:\n    product: windows", "logsource: windows")),
        ("sigma.condition", GOOD.replace("condition: s", "condition: t")),
        ("sigma.modifier", GOOD.replace("A|re", "A|rex")),
        ("sigma.value", GOOD.replace("- 1", "- [1]")),
        ("sigma.title", GOOD.replace("A title", &long)),
        ("sigma.id", GOOD.replace("2e8c1f0a", "2e8c1f0")),
        ("sigma.level", GOOD.replace("high", "severe")),
        ("sigma.status", GOOD.replace("status: test", "status: done")),
        ("sigma.date", GOOD.replace("2026-01-31", "2026/01/31")),
        ("sigma.tag", GOOD.replace("attack.t1059.001", "Attack T1059")),
        ("sigma.log-source", GOOD.replace("product: windows", "definition: all of it")),
        ("sigma.duplicate-key", GOOD.replace("level: high", "level: high\nlevel: low")),
        ("sigma.unused-selection", GOOD.replace("    condition", "    t:\n        A: 1\n    condition")),
        ("sigma.single-all", GOOD.replace("A|re: 'x+'", "A|contains|all: x")),
        ("sigma.unknown-key", GOOD.replace("level: high", "level: high\nmood: good")),
        ("sigma.trailing-space", GOOD.replace("level: high", "level: high  ")),
        ("sigma.duplicate-item", GOOD.replace("tags:", "tags:\n    - attack.t1059.001")),
        ("sigma.pattern-in-re", GOOD.replace("x+", "(?!x)y")),
        ("sigma.correlation", GOOD_CORRELATION.replace("type: temporal", "type: often")),
        ("sigma.timespan", GOOD_CORRELATION.replace("5m", "5x")),
        ("sigma.filter", GOOD_FILTER.replace("    condition: not s", "")),
        ("sigma.filter-keeps", GOOD_FILTER.replace("not s", "s")),
        ("sigma.group-by", GOOD_CORRELATION.replace("        - user\n", "")),
        ("sigma.alias", GOOD_CORRELATION.replace("            b: UserB\n", "")),
        (
            "sigma.percentile",
            GOOD_CORRELATION
                .replace("temporal", "value_percentile")
                .replace("gte: 2", "gte: 2\n        field: F"),
        ),
        ("sigma.never-true", GOOD_CORRELATION.replace("gte: 2", "gte: 3")),
    ];
    let together = [
        ("sigma.unknown-rule", GOOD_FILTER.to_owned()),
        (
            "sigma.cycle",
            GOOD_CORRELATION.replace("title: A title", "name: a")
                + "---\n"
                + &GOOD.replace("title: A title", "name: b\ntitle: A title"),
        ),
        (
            "sigma.ambiguous-rule",
            GOOD_CORRELATION.replace("- a\n", "- twice\n").replace(" a: UserA", " twice: UserA")
                + &format!("---\n{0}---\n{0}", GOOD.replace("title: A title", "name: twice\ntitle: A title")),
        ),
        (
            "sigma.filter-log-source",
            GOOD_FILTER.replace("windows", "linux")
                + "---\n"
                + &GOOD.replace("title: A title", "name: a\ntitle: A title"),
        ),
    ];
    let mut seen = BTreeSet::from(["sigma.unreadable"]);
    assert_eq!(Finding::unreadable(String::new()).code, "sigma.unreadable");
    for (code, source) in &cases {
        assert!(codes(source).contains(code), "{code}: {:?}", codes(source));
        seen.insert(code);
    }
    for (code, source) in &together {
        assert!(of_references(source).contains(code), "{code}: {:?}", of_references(source));
        seen.insert(code);
    }
    let all: BTreeSet<&str> = lint::CODES.iter().map(|(code, _)| *code).collect();
    assert_eq!(seen, all);
}

#[test]
fn fixes_change_only_what_they_name() {
    let source =
        "title: Ü # a comment  \nid: 2e8c1f0a-6f0c-4b0e-9d0b-0f2a7a1c9b11\nstatus: Test\r\nlevel: 'High'
date: 2026/1/3 # of the first\ndescription: |\n    two spaces  \n    stay\ntags:
    - attack.T1059.001   # why\n    - attack.execution\n    - \"attack.execution\"
references:\n    - https://a.example/#x\n    - https://a.example/#x\nlogsource:\n    product: windows
detection:\n    s:\n        A: 'b '\n    condition: s\n";
    let expected = "title: Ü # a comment\nid: 2e8c1f0a-6f0c-4b0e-9d0b-0f2a7a1c9b11\nstatus: test\r\nlevel: 'high'
date: 2026-01-03 # of the first\ndescription: |\n    two spaces  \n    stay\ntags:
    - attack.t1059.001   # why\n    - attack.execution\nreferences:\n    - https://a.example/#x\nlogsource:\n    product: windows
detection:\n    s:\n        A: 'b '\n    condition: s\n";
    let fixed = lint::fix(source);
    assert_eq!(fixed.text, expected);
    let codes: Vec<_> = fixed.fixes.iter().map(|fix| fix.code).collect();
    assert_eq!(
        codes,
        [
            "sigma.trailing-space",
            "sigma.status",
            "sigma.level",
            "sigma.date",
            "sigma.tag",
            "sigma.duplicate-item",
            "sigma.duplicate-item",
        ]
    );
    assert_eq!(lint::fix(&fixed.text).fixes, []);
    // A day and a month that cannot be told apart, a tag that is none in lower case, no YAML at all.
    for stays in ["date: 01/02/2026\n", "tags:\n    - Two Words\n", "tags: [x\n"] {
        assert_eq!(lint::fix(stays).text, stays);
    }
}
