//! Correlations, filters and `action` documents: read, and joined over files.

use bartizan_sigma::{
    Collection, Member,
    eval::{Evaluator, Event},
    lint,
    rule::{self, Document},
};
use serde_json::json;

/// A rule of this name that asks for one event id.
pub fn base(name: &str, id: u32) -> String {
    format!(
        "title: {name}\nname: {name}\nlogsource: {{product: windows, service: security}}\ndetection:\n  s: {{EventID: {id}}}\n  condition: s\n---\n"
    )
}

pub fn set(source: &str) -> (Collection, Vec<(usize, &'static str)>) {
    let documents = rule::parse(source).unwrap_or_else(|e| panic!("{e}\n{source}"));
    let (set, problems) = Collection::new(documents);
    (set, problems.iter().map(|p| (p.document, p.error.code())).collect())
}

fn code(correlation: &str) -> Option<&'static str> {
    rule::parse(&format!("title: t\ncorrelation:\n{correlation}")).err().map(|e| e.code())
}

#[test]
fn what_is_missing_has_a_code_and_a_place() {
    let good = "  type: event_count\n  rules: [a]\n  group-by: [U]\n  timespan: 5m\n  condition: {gte: 10}\n";
    assert_eq!(code(good), None);
    let cases = [
        ("  type: event_count\n", "", "sigma.correlation"),
        ("event_count", "often", "sigma.correlation"),
        ("  rules: [a]\n", "", "sigma.correlation"),
        ("[a]", "[]", "sigma.correlation"),
        ("  timespan: 5m\n", "", "sigma.timespan"),
        ("5m", "5", "sigma.timespan"),
        ("5m", "5M", "sigma.timespan"),
        ("5m", "-5m", "sigma.timespan"),
        ("5m", "99999999999d", "sigma.timespan"),
        ("  condition: {gte: 10}\n", "", "sigma.correlation"),
        ("{gte: 10}", "{field: A}", "sigma.correlation"),
        ("{gte: 10}", "{about: 10}", "sigma.correlation"),
        ("{gte: 10}", "{gte: ten}", "sigma.correlation"),
        ("event_count", "value_count", "sigma.correlation"),
        ("event_count", "value_sum", "sigma.correlation"),
        ("5m\n", "5m\n  aliases: {x: {b: F}}\n", "sigma.correlation"),
    ];
    for (old, new, expected) in cases {
        assert_eq!(code(&good.replace(old, new)), Some(expected), "{old} -> {new}");
    }
    let error = rule::parse(&format!("title: t\ncorrelation:\n{}", good.replace("5m", "5y"))).unwrap_err();
    assert_eq!((error.place().line, error.place().column), (6, 13));
}

#[test]
fn conditions_of_temporal_correlations() {
    let rules = "  type: temporal\n  rules: [a, b]\n  timespan: 5m\n";
    for (condition, ok) in [
        ("", true),
        ("  condition: a and b\n", true),
        ("  condition: 1 of them\n", true),
        ("  condition: {gte: 2}\n", true),
        ("  condition: a and c\n", false),
        ("  condition: a |\n", false),
    ] {
        assert_eq!(code(&format!("{rules}{condition}")).is_none(), ok, "{condition}");
    }
}

#[test]
fn references_are_followed_by_id_and_name() {
    let id = "0e95725d-7320-415d-80f7-004da920fc11";
    let source = base("a", 1)
        + &format!(
            "title: c\nname: c\nid: {id}\ncorrelation:\n  type: event_count\n  rules: [a]\n  timespan: 5m\n  condition: {{gte: 10}}\n---\n"
        )
        + &format!(
            "title: d\ncorrelation:\n  type: temporal_ordered\n  rules: [{id}, b]\n  timespan: 5m\n---\n"
        )
        + &base("b", 2);
    let (set, problems) = set(&source);
    assert_eq!(problems, []);
    assert_eq!(set.members(0), [Member::Rule(0)]);
    assert_eq!(set.members(1), [Member::Correlation(0), Member::Rule(1)]);
    assert!(!set.stands_alone(Member::Rule(0)) && !set.stands_alone(Member::Correlation(0)));
    assert!(set.stands_alone(Member::Correlation(1)));
}

#[test]
fn generate_lets_rules_stand_alone() {
    let correlation =
        "title: c\ncorrelation:\n  type: event_count\n  rules: [a]\n  timespan: 5m\n  condition: {gte: 10}\n";
    let (one, _) = set(&(base("a", 1) + correlation));
    assert!(!one.stands_alone(Member::Rule(0)));
    let (two, _) = set(&(base("a", 1) + correlation + "---\n" + correlation + "  generate: true\n"));
    assert!(two.stands_alone(Member::Rule(0)));
}

#[test]
fn cycles_and_unknown_rules_are_left_out() {
    let over = |name: &str, rules: &str| {
        format!(
            "title: t\nname: {name}\ncorrelation:\n  type: temporal\n  rules: [{rules}]\n  timespan: 5m\n---\n"
        )
    };
    let source =
        over("x", "y") + &over("y", "z") + &over("z", "x, a") + &base("a", 1) + &over("self", "self");
    let (_, problems) = set(&source);
    assert_eq!(problems, [0, 1, 2, 4].map(|at| (at, "sigma.cycle")));
    let (set, problems) = set(&(over("x", "nobody") + &over("y", "x") + &base("a", 1) + &over("z", "a")));
    assert_eq!(problems, [(0, "sigma.unknown-rule"), (1, "sigma.unknown-rule")]);
    assert_eq!((set.correlations.len(), set.members(0)), (1, [Member::Rule(0)].as_slice()));
}

#[test]
fn long_chains_end() {
    let mut source = base("c0", 1);
    for at in 1..3000 {
        source += &format!(
            "title: t\nname: c{at}\ncorrelation: {{type: temporal, rules: [c{}], timespan: 5m}}\n---\n",
            at - 1
        );
    }
    let (set, problems) = set(&source);
    assert_eq!(set.correlations.len() + problems.len(), 2999);
    assert_eq!(problems[0].1, "sigma.too-large");
}

#[test]
fn filters_change_the_rules_they_name() {
    let filter = |source: &str, condition: &str| {
        format!(
            "title: f\nlogsource: {{{source}}}\nfilter:\n  rules: [a]\n  s: {{User|startswith: adm_}}\n  t: {{Host: DC}}\n  condition: {condition}\n---\n"
        )
    };
    let fires = |source: &str, event: serde_json::Value| {
        let (set, problems) = set(source);
        let mut evaluator = Evaluator::default();
        evaluator.add(&set.rules[0]).unwrap();
        (!evaluator.run(&Event::new(event), false).is_empty(), problems)
    };
    let admin = || json!({"EventID": 1, "User": "adm_x"});
    let user = || json!({"EventID": 1, "User": "x"});
    // The rule's own `1 of *` must not take the filter's selections in.
    let rule = base("a", 1).replace("condition: s", "condition: 1 of *");
    let source = filter("product: windows", "not s and not 1 of t*") + &rule;
    assert_eq!(fires(&source, admin()), (false, vec![]));
    assert_eq!(fires(&source, user()), (true, vec![]));
    assert_eq!(fires(&source, json!({"EventID": 2, "User": "x"})), (false, vec![]));
    assert_eq!(fires(&source, json!({"EventID": 1, "Host": "dc"})), (false, vec![]));
    let source = filter("product: windows", "not 1 of them") + &filter("service: security", "not t") + &rule;
    assert_eq!(fires(&source, admin()), (false, vec![]));
    let other = filter("product: linux", "not s") + &rule;
    assert_eq!(fires(&other, admin()), (true, vec![(0, "sigma.filter-log-source")]));
    let any = filter("product: windows", "not s").replace("[a]", "any") + &rule;
    assert_eq!(fires(&any, admin()), (false, vec![]));
    let unknown = filter("product: windows", "not s").replace("[a]", "[b]") + &rule;
    assert_eq!(fires(&unknown, admin()), (true, vec![(0, "sigma.unknown-rule")]));
}

#[test]
fn global_parts_are_in_each_document_that_follows() {
    let source = "action: global\ntitle: g\nid: i\nlevel: high\ndetection:\n  s: {A: 1}\n  condition: s and t\n---\n\
        logsource: {product: windows}\ndetection:\n  t: {B: 1}\n---\nlogsource: {product: linux}\nlevel: low\ndetection:\n  t: {B: 2}\n---\n\
        action: repeat\nlevel: medium\n---\naction: reset\n---\ntitle: n\nlogsource: {product: x}\ndetection:\n  u: {C: 1}\n  condition: u\n";
    let documents = rule::parse(source).unwrap();
    let rules: Vec<_> = documents
        .iter()
        .map(|document| match document {
            Document::Rule(rule) => (
                rule.title.as_str(),
                rule.level.as_deref(),
                rule.log_source.product.as_deref(),
                rule.selections.iter().map(|(name, _)| name.as_str()).collect::<Vec<_>>(),
            ),
            other => panic!("{other:?}"),
        })
        .collect();
    assert_eq!(
        rules,
        [
            ("g", Some("high"), Some("windows"), vec!["s", "t"]),
            ("g", Some("low"), Some("linux"), vec!["s", "t"]),
            ("g", Some("medium"), Some("linux"), vec!["s", "t"]),
            ("n", None, Some("x"), vec!["u"]),
        ]
    );
}

#[test]
fn global_parts_do_not_multiply_without_end() {
    let big: String = (0..20_000).map(|i| format!("k{i}: 1\n")).collect();
    let source = format!("action: global\n{big}---\n{}", "a: 1\n---\n".repeat(20_000));
    assert_eq!(rule::parse(&source).unwrap_err().code(), "sigma.too-large");
}

#[test]
fn findings_name_the_document() {
    let documents =
        rule::parse(&(base("a", 1) + "title: t\ncorrelation: {type: temporal, rules: [b], timespan: 1s}\n"));
    let found = lint::references(documents.unwrap());
    assert_eq!(found.len(), 1);
    assert_eq!((found[0].0, found[0].1.code), (1, "sigma.unknown-rule"));
}
