//! Rules asked of events.

use bartizan_sigma::eval::{Evaluator, Event};
use proptest::prelude::*;
use serde_json::{Value, json};

use crate::rule;

fn fires(detection: &str, event: Value) -> bool {
    let mut evaluator = Evaluator::default();
    evaluator.add(&rule(detection)).unwrap_or_else(|e| panic!("{e}"));
    !evaluator.run(&Event::new(event), false).is_empty()
}

fn one(item: &str, event: Value) -> bool {
    fires(&format!("  s:\n    {item}\n  condition: s\n"), event)
}

#[test]
fn strings_match_either_case() {
    assert!(one(r"Image|endswith: '\cmd.exe'", json!({"Image": r"C:\Windows\CMD.EXE"})));
    assert!(!one(r"Image|endswith|cased: '\cmd.exe'", json!({"Image": r"C:\Windows\CMD.EXE"})));
    assert!(one("A: 'a*c?e'", json!({"A": "abbbcde"})));
    assert!(!one("A: 'a*c?e'", json!({"A": "abbbce"})));
    assert!(one(r"A: 'a\*c'", json!({"A": "a*c"})));
    assert!(!one(r"A: 'a\*c'", json!({"A": "abc"})));
}

#[test]
fn numbers_networks_and_absence() {
    assert!(one("A: 5", json!({"A": "5"})) && one("A: 5", json!({"A": 5})));
    assert!(one("A|gte: 5", json!({"A": 5.5})) && !one("A|lt: 5", json!({"A": 5})));
    assert!(one("A|cidr: 10.0.0.0/9", json!({"A": "10.127.255.1"})));
    assert!(!one("A|cidr: 10.0.0.0/9", json!({"A": "10.128.0.1"})));
    assert!(one("A|cidr: 'fe80::/10'", json!({"A": "febf::1"})));
    assert!(one("A: null", json!({"B": 1})) && one("A: null", json!({"A": null})));
    assert!(one("A|exists: false", json!({"B": 1})) && one("A|exists: true", json!({"A": ""})));
    assert!(one("A|fieldref: B", json!({"A": "X", "B": "x"})));
    // What is absent matches no value, so its negation holds.
    assert!(fires("  s:\n    A: 1\n  f:\n    C: 2\n  condition: s and not f\n", json!({"A": 1})));
}

#[test]
fn windows_events_are_laid_flat() {
    let event = json!({"Event": {
        "System": {"Provider": {"#attributes": {"Name": "P"}}, "EventID": 1119, "Channel": "C"},
        "EventData": {"Threat Name": "EICAR"},
        "UserData": {"Operation": {"Id": "{0}"}}
    }});
    assert!(fires(
        "  s:\n    EventID: 1119\n    Provider_Name: P\n    ThreatName: eicar\n    Id: '{0}'\n  condition: s\n",
        event
    ));
}

#[test]
fn log_sources_route() {
    let mut evaluator = Evaluator::default();
    let rule = rule("  s:\n    A: 1\n  condition: s\n");
    evaluator.add(&rule).unwrap_or_else(|e| panic!("{e}"));
    let sysmon = |id: u32| {
        Event::new(json!({"Channel": "Microsoft-Windows-Sysmon/Operational", "EventID": id, "A": 1}))
    };
    assert_eq!(evaluator.run(&sysmon(1), true).len(), 1);
    assert_eq!(evaluator.run(&sysmon(3), true).len(), 0);
    assert_eq!(evaluator.run(&sysmon(3), false).len(), 1);
    let hit = &evaluator.run(&sysmon(1), true)[0];
    assert_eq!(hit.matched, [("A".to_owned(), "1".to_owned())]);
}

#[test]
fn numbers_are_the_same_however_json_writes_them() {
    assert!(one("A: 5", json!({"A": 5.0})) && one("A: 5.0", json!({"A": 5})));
    assert!(!one("A: 5", json!({"A": "05"})) && !one("A|gt: 1", json!({"A": "inf"})));
}

#[test]
fn expressions_know_ascii_classes() {
    assert!(one(r"A|re: '^\w+$'", json!({"A": "aZ_0"})) && !one(r"A|re: '\w'", json!({"A": "é"})));
    assert!(one(r"A|re: '\bx\b'", json!({"A": "éxé"})));
}

proptest! {
    /// A rule that may match is always asked: under two negations nothing is known of it, so that it is.
    #[test]
    fn the_index_leaves_no_rule_out(
        items in prop::collection::vec(("[AB]", "(\\|contains|\\|endswith|\\|re|)", "[aXé*.?]{0,3}"), 1..4),
        a in "[axÉ.]{0,4}",
        b in prop::option::of("[AXé]{0,3}"),
        all in prop::bool::ANY,
    ) {
        let mut text = String::new();
        for (n, (field, modifier, value)) in items.iter().enumerate() {
            // An expression opens with no quantifier.
            let value = if modifier == "|re" { value.replace(['*', '?'], ".") } else { value.clone() };
            text.push_str(&format!("  s{n}:\n    {field}{modifier}: '{value}'\n"));
        }
        let quantity = if all { "all" } else { "1" };
        let event = json!({"A": a, "B": b});
        let once = fires(&format!("{text}  condition: {quantity} of s*\n"), event.clone());
        let twice = fires(&format!("{text}  condition: not (not ({quantity} of s*))\n"), event);
        prop_assert_eq!(once, twice);
    }

    /// Wildcards as a regular expression would have them.
    #[test]
    fn wildcards(pattern in "[ab*?]{0,8}", text in "[ab]{0,10}") {
        let expected = {
            // Dynamic programming over both, from the definition.
            let (p, t): (Vec<char>, Vec<char>) = (pattern.chars().collect(), text.chars().collect());
            let mut ok = vec![vec![false; t.len() + 1]; p.len() + 1];
            ok[0][0] = true;
            for i in 0..p.len() {
                for j in 0..=t.len() {
                    ok[i + 1][j] = match p[i] {
                        '*' => ok[i][j] || (j > 0 && ok[i + 1][j - 1]),
                        '?' => j > 0 && ok[i][j - 1],
                        c => j > 0 && t[j - 1] == c && ok[i][j - 1],
                    };
                }
            }
            ok[p.len()][t.len()]
        };
        prop_assert_eq!(one(&format!("A: '{pattern}'"), json!({"A": text})), expected);
    }
}
