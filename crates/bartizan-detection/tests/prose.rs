//! What prose tells: process trees, operations of audit logs; and the level of what our library knows.

use bartizan::{Analyzer, Input, Options};
use bartizan_detection::{Detection, Detections, detect};
use bartizan_knowledge::Pack;

fn found(text: &str) -> Detections {
    let analyzer = Analyzer::new(Pack::built_in());
    let analysis =
        analyzer.analyze(&Input::new("r.md", text.as_bytes()), &Options::default()).expect("a report");
    let options = bartizan_detection::Options { author: "x".to_owned(), date: "2026-11-30".to_owned() };
    detect(&analysis, Pack::built_in(), &options)
}

fn with<'f>(found: &'f Detections, title: &str) -> Vec<&'f Detection> {
    found.rules.iter().filter(|rule| rule.title.starts_with(title)).collect()
}

#[test]
fn a_process_tree_that_is_told_makes_a_rule() {
    for text in [
        "The macro made winword.exe spawn powershell.exe.",
        "We saw powershell.exe running as a child process of winword.exe on every host.",
        "Microsoft Word launched PowerShell once the macro was allowed.",
        "PowerShell, which was spawned by WINWORD.EXE, fetched the loader.",
    ] {
        let found = found(text);
        let rules = with(&found, "Powershell Started By Winword");
        assert_eq!(rules.len(), 1, "{text}: {:?}", found.rules.iter().map(|r| &r.title).collect::<Vec<_>>());
        assert!(rules[0].yaml.contains("ParentImage|endswith: '\\winword.exe'"), "{}", rules[0].yaml);
        assert_eq!(rules[0].level.as_str(), "medium");
    }
}

#[test]
fn daily_sights_and_denials_make_no_rule() {
    for text in [
        "The legitimate svchost.exe is started by services.exe on every system.",
        "Explorer.exe launches cmd.exe when the user opens a prompt.",
        "In this wave winword.exe did not spawn powershell.exe.",
        "It looks for winword.exe. It started powershell.exe.",
        "Tools such as excel.exe and cmd.exe were present.",
    ] {
        let found = found(text);
        assert!(!found.rules.iter().any(|rule| rule.title.contains(" Started By ")), "{text}");
    }
}

#[test]
fn operations_of_audit_logs_make_a_list_for_each_log() {
    let found = found(
        "In the AWS account the actor called GetCallerIdentity and ListBuckets, then CreateAccessKey and StopLogging. \
         In Azure they ran Microsoft.Compute/snapshots/write, in Google Cloud \
         google.iam.admin.v1.CreateServiceAccountKey. On ESXi hosts they ran vim-cmd vmsvc/snapshot.removeall and \
         esxcli vm process kill.",
    );
    let yaml = |title: &str| {
        let rules = with(&found, title);
        assert_eq!(rules.len(), 1, "{title}: {:?}", found.rules.iter().map(|r| &r.title).collect::<Vec<_>>());
        rules[0].yaml.clone()
    };
    let changes = yaml("AWS Calls Named In A Report That Change");
    assert!(
        changes.contains("CreateAccessKey") && changes.contains("'cloudtrail.amazonaws.com'"),
        "{changes}"
    );
    let reads = yaml("AWS Calls Named In A Report That Read");
    assert!(reads.contains("ListBuckets") && reads.contains("level: low"), "{reads}");
    assert!(yaml("Azure Operations").contains("Microsoft.Compute/snapshots/write"));
    assert!(yaml("Google Cloud Calls").contains("google.iam.admin.v1.CreateServiceAccountKey"));
    assert!(yaml("ESXi Commands").contains("vim-cmd vmsvc/snapshot.removeall"));
}

#[test]
fn a_name_of_another_product_is_no_operation() {
    let found =
        found("On Windows the malware calls CreateUser and ListUsers of its own server, and StartSession.");
    assert!(!found.rules.iter().any(|rule| rule.title.starts_with("AWS")));
}

#[test]
fn a_command_that_our_library_knows_has_its_level() {
    let found = found("The ransomware ran the following command:\n\n    vssadmin delete shadows\n");
    let rules = with(&found, "Vssadmin Execution");
    assert_eq!(rules.len(), 1);
    assert_eq!(rules[0].level.as_str(), "high", "{}", rules[0].level_reason);
    assert!(rules[0].yaml.contains("\n# level_reason: in our library it is "), "{}", rules[0].yaml);
    assert!(rules[0].yaml.contains("\n# noise: "), "{}", rules[0].yaml);
}
