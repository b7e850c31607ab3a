//! Selection from a corpus, from outside.

use bartizan::{Analyzer, Input, Options};
use bartizan_detection::{detect, select};
use bartizan_knowledge::Pack;
use bartizan_sigma::rule::{self, Document, Rule};

fn rule(title: &str, tag: &str, product: &str, value: &str) -> (String, Rule) {
    let text = format!(
        "title: {title}\nid: 00000000-0000-4000-8000-{:012}\nstatus: stable\ntags:\n    - {tag}\nlogsource:\n    category: process_creation\n    product: {product}\ndetection:\n    selection:\n        CommandLine|contains: '{value}'\n    condition: selection\nlevel: high\n",
        title.len()
    );
    match rule::parse(&text).expect("a rule").remove(0) {
        Document::Rule(rule) => ("x.yml".to_owned(), *rule),
        _ => panic!("not a rule"),
    }
}

#[test]
fn a_rule_that_fires_on_the_reported_command_is_first_and_other_platforms_are_left_out() {
    let rules = [
        rule("Shadow Copies Deleted", "attack.t1490", "windows", "delete shadows"),
        rule("Boot Settings Changed", "attack.t1490", "windows", "recoveryenabled"),
        rule("Snapshots Deleted On Linux", "attack.t1490", "linux", "delete shadows"),
        rule("Keylogger", "attack.t1056.001", "windows", "delete shadows everywhere"),
    ];
    let corpus = select::Corpus::new(rules, Pack::built_in());
    let text = "On Windows the ransomware deleted the shadow copies (T1490) with the command `vssadmin.exe delete shadows /all /quiet`.";
    let analyzer = Analyzer::new(Pack::built_in());
    let analysis = analyzer.analyze(&Input::new("report.md", text.as_bytes()), &Options::default()).unwrap();
    let options = bartizan_detection::Options { author: "x".to_owned(), date: "2026-11-30".to_owned() };
    let found = detect(&analysis, Pack::built_in(), &options);
    let selected = corpus.select(&analysis, &found, select::Limits::default());
    let titles: Vec<&str> = selected.iter().map(|s| corpus.rules()[s.rule].title.as_str()).collect();
    assert_eq!(titles, ["Shadow Copies Deleted"], "{selected:?}");
    assert!(selected[0].reasons[0].starts_with("it fires on the event"), "{selected:?}");
    assert!(selected[0].supported);
    assert_eq!(selected, corpus.select(&analysis, &found, select::Limits::default()));
}
