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

/// Titles of what is selected for a text.
fn selected(text: &str, rules: impl IntoIterator<Item = (String, Rule)>) -> Vec<String> {
    let corpus = select::Corpus::new(rules, Pack::built_in());
    let analyzer = Analyzer::new(Pack::built_in());
    let analysis =
        analyzer.analyze(&Input::new("report.md", text.as_bytes()), &Options::default()).expect("a report");
    let options = bartizan_detection::Options { author: "x".to_owned(), date: "2026-11-30".to_owned() };
    let found = detect(&analysis, Pack::built_in(), &options);
    // What is left out at all is asked here, not how far down it stands.
    let limits = select::Limits { by_words: 10, least: 3.0, ..select::Limits::default() };
    let chosen = corpus.select(&analysis, &found, limits);
    chosen.iter().map(|s| corpus.rules()[s.rule].title.clone()).collect()
}

#[test]
fn a_program_that_is_only_a_word_is_not_run() {
    let rules = || [rule("Execution of Hostname", "attack.t1082", "windows", "\\hostname.exe")];
    let word = "On Windows it sends the system information (T1082): the hostname, the user and the version.";
    assert_eq!(selected(word, rules()), [""; 0]);
    for run in [
        "On Windows it gets system information (T1082) with the command hostname.",
        "On Windows it gets system information (T1082) from hostname.exe.",
    ] {
        assert_eq!(selected(run, rules()), ["Execution of Hostname"], "{run}");
    }
}

#[test]
fn a_way_that_the_report_does_not_give_puts_a_rule_behind() {
    let rules = || {
        [
            rule("Scheduled Task From Download", "attack.t1053.005", "windows", "downloads"),
            rule("Scheduled Task Creation", "attack.t1053.005", "windows", "schtasks"),
        ]
    };
    let text = "On Windows persistence is a scheduled task (T1053.005).";
    assert_eq!(selected(text, rules())[0], "Scheduled Task Creation");
}

#[test]
fn a_rule_of_another_system_needs_that_system_in_the_claim() {
    let rules = || [rule("File Deletion", "attack.t1070.004", "linux", "rm -rf")];
    let text =
        "The Windows malware, a DLL on Windows, deletes its files (T1070.004). A build for Linux was sold.";
    assert_eq!(selected(text, rules()), [""; 0]);
    let text = "The Linux malware, an ELF file for Linux, deletes its files (T1070.004).";
    assert_eq!(selected(text, rules()), ["File Deletion"]);
}
