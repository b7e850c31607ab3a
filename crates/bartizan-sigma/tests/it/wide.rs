//! Conversions that go as far as the platforms' documentation does.

use bartizan_sigma::{
    convert,
    eval::{Evaluator, Event},
    prepare,
    rule::{self, Document, Rule},
    target::{Job, Query},
};
use proptest::prelude::*;

/// Target and pipeline of each of these platforms.
const ALL: &[(&str, &[&str])] = &[
    ("cortex_xdr", &[]),
    ("sentinel_one", &[]),
    ("sentinel_one_pq", &[]),
    ("carbon_black", &["carbonblack"]),
    ("kusto", &["microsoft_xdr"]),
    ("kusto", &["sentinel_asim"]),
    ("kusto", &["azure_monitor"]),
    ("carbon_black", &["carbonblack_response"]),
];

fn parse(source: &str, detection: &str) -> Rule {
    let text = format!("title: t\nlogsource:\n{source}\ndetection:\n{detection}\n");
    match rule::parse(&text).map(|documents| documents.into_iter().next()) {
        Ok(Some(Document::Rule(rule))) => *rule,
        other => panic!("{other:?}\n{text}"),
    }
}

fn query(target: (&str, &[&str]), source: &str, detection: &str) -> Result<String, String> {
    let pipelines: Vec<String> = target.1.iter().map(|name| (*name).to_owned()).collect();
    let job = Job::new(target.0, &pipelines, None)?;
    let conversion = convert(&parse(source, detection), &job).map_err(|failure| failure.to_string())?;
    assert!(conversion.notes.is_empty(), "{:?}", conversion.notes);
    match conversion.queries.as_slice() {
        [Query::Text(text)] => Ok(text.clone()),
        other => Err(format!("{other:?}")),
    }
}

/// A rule for one target, and the query that the vendor's documents ask for.
fn check(target: (&str, &[&str]), source: &str, detection: &str, expected: &str) {
    assert_eq!(query(target, source, detection).as_deref(), Ok(expected), "{source}\n{detection}");
}

fn refused(target: (&str, &[&str]), source: &str, detection: &str, part: &str) {
    let result = query(target, source, detection);
    assert!(result.as_ref().is_err_and(|error| error.contains(part)), "{result:?}");
}

const PROCESS: &str = "  product: windows\n  category: process_creation";
const RENAMED: &str = "  s:\n    Image|endswith: '\\a.exe'\n    OriginalFileName: b.exe\n  condition: s";

#[test]
fn the_name_a_file_was_built_with() {
    check(
        ALL[0],
        PROCESS,
        RENAMED,
        r#"config case_sensitive = false | dataset = xdr_data | filter (event_type = ENUM.PROCESS and event_sub_type = ENUM.PROCESS_START) and (agent_os_type = ENUM.AGENT_OS_WINDOWS and (action_process_image_path = "*\a.exe" and action_process_file_info -> original_name = "b.exe"))"#,
    );
    check(
        ALL[1],
        PROCESS,
        RENAMED,
        r#"event.type = "Process Creation" AND (endpoint.os = "windows" AND (tgt.process.image.path matches "(?s)^.*\\\\a\\.exe$" AND tgt.process.image.originalFileName in:anycase ("b.exe")))"#,
    );
    check(
        ALL[3],
        PROCESS,
        RENAMED,
        r"device_os:WINDOWS AND (process_name:*\\a.exe AND process_original_filename:b.exe)",
    );
    check(
        ALL[4],
        PROCESS,
        RENAMED,
        "DeviceProcessEvents\n| where ActionType =~ \"ProcessCreated\" and (FolderPath endswith \"\\\\a.exe\" and ProcessVersionInfoOriginalFileName =~ \"b.exe\")",
    );
    check(
        ALL[5],
        PROCESS,
        RENAMED,
        "imProcessCreate\n| where TargetProcessName endswith \"\\\\a.exe\" and TargetProcessFileOriginalName =~ \"b.exe\"",
    );
}

#[test]
fn event_logs_and_scripts() {
    let logon = (
        "  product: windows\n  service: security",
        "  s:\n    EventID: 4624\n    LogonType: 10\n  condition: s",
    );
    check(
        ALL[0],
        logon.0,
        logon.1,
        r#"config case_sensitive = false | dataset = xdr_data | filter event_type = ENUM.EVENT_LOG and ((action_evtlog_provider_name in ("Microsoft-Windows-Security-Auditing", "Microsoft-Windows-Eventlog")) and (action_evtlog_event_id = 4624 and action_evtlog_data_fields -> LogonType = "10"))"#,
    );
    check(
        ALL[2],
        logon.0,
        logon.1,
        r#"dataSource.name = "Windows Event Logs" and (winEventLog.channel in:anycase ("Security") and (winEventLog.id = 4624 and winEventLog.data.event.eventData.logonType in:anycase ("10")))"#,
    );
    check(
        ALL[4],
        logon.0,
        logon.1,
        "DeviceLogonEvents\n| where ActionType =~ \"LogonSuccess\" and LogonType =~ \"RemoteInteractive\"",
    );
    check(
        ALL[5],
        logon.0,
        "  s:\n    EventID: 4625\n  condition: s",
        "imAuthentication\n| where EventType =~ \"Logon\" and EventResult =~ \"Failure\"",
    );
    let script = "  product: windows\n  category: ps_script";
    let block = "  s:\n    ScriptBlockText|contains: 'a\"b'\n  condition: s";
    check(
        ALL[1],
        script,
        block,
        r#"event.type = "Command Script" AND (cmdScript.applicationName matches "(?s)^PowerShell_.*$" AND (endpoint.os = "windows" AND cmdScript.content contains:anycase "a\"b"))"#,
    );
    check(
        ALL[3],
        script,
        block,
        r#"device_os:WINDOWS AND (scriptload_content:*a\"b* OR fileless_scriptload_cmdline:*a\"b*)"#,
    );
    check(
        ALL[4],
        script,
        block,
        "DeviceEvents\n| where ActionType =~ \"ScriptContent\" and tostring(parse_json(AdditionalFields).ScriptContent) contains \"a\\\"b\"",
    );
}

#[test]
fn events_that_only_look_alike_are_refused() {
    // The schema knows events by provider: a channel of many needs one.
    refused(
        ALL[0],
        "  product: windows\n  service: system",
        "  s:\n    EventID: 104\n  condition: s",
        "log-source",
    );
    // A number must be asked in every branch.
    refused(
        ALL[4],
        "  product: windows\n  service: security",
        "  a:\n    EventID: 4624\n  b:\n    LogonType: 3\n  condition: a or b",
        "log-source",
    );
    // An appliance is no endpoint.
    for target in &ALL[..5] {
        let source = "  product: paloalto\n  category: file_event\n  service: globalprotect";
        refused(*target, source, "  s:\n    TargetFilename: x\n  condition: s", "log-source");
    }
    // No field, no query.
    for target in &ALL[..5] {
        refused(*target, PROCESS, "  s:\n    CurrentDirectory: x\n  condition: s", "CurrentDirectory");
        refused(*target, PROCESS, "  s:\n    Hashes: IMPHASH=00ff\n  condition: s", "IMPHASH");
    }
}

#[test]
fn directions_and_registry_values() {
    let network = "  product: windows\n  category: network_connection";
    let out = "  s:\n    Initiated: 'true'\n    DestinationPort: '88'\n  condition: s";
    check(
        ALL[2],
        network,
        out,
        r#"event.category = "ip" and (endpoint.os = "windows" and (event.network.direction in:anycase ("OUTGOING") and dst.port.number = 88))"#,
    );
    check(ALL[3], network, out, "device_os:WINDOWS AND (netconn_inbound:false AND netconn_port:88)");
    let set = "  product: windows\n  category: registry_set";
    for target in [ALL[1], ALL[3]] {
        refused(
            target,
            set,
            "  s:\n    TargetObject|startswith: 'HKLM\\S\\'\n  condition: s",
            "not documented",
        );
    }
    let value =
        "  s:\n    TargetObject|startswith: 'HKLM\\S\\'\n    Details: DWORD (0x00000010)\n  condition: s";
    check(
        ALL[4],
        set,
        value,
        "DeviceRegistryEvents\n| where ActionType =~ \"RegistryValueSet\" and (iff(isempty(RegistryValueName), RegistryKey, strcat(RegistryKey, \"\\\\\", RegistryValueName)) startswith \"HKEY_LOCAL_MACHINE\\\\S\\\\\" and RegistryValueData =~ \"16\")",
    );
}

#[test]
fn tables_of_a_workspace() {
    let monitor = ALL[6];
    check(
        monitor,
        PROCESS,
        RENAMED,
        "WindowsEvent\n| where Channel =~ \"Microsoft-Windows-Sysmon/Operational\" and (EventID == 1 and (tostring(EventData.Image) endswith \"\\\\a.exe\" and tostring(EventData.OriginalFileName) =~ \"b.exe\"))",
    );
    check(
        monitor,
        "  product: azure\n  service: signinlogs",
        "  s:\n    ResultType: 50053\n    DeviceDetail.trusttype: Hybrid\n  condition: s",
        "SigninLogs\n| where ResultType =~ \"50053\" and tostring(DeviceDetail.trusttype) =~ \"Hybrid\"",
    );
    check(
        monitor,
        "  product: linux\n  service: sshd",
        "  keywords:\n    - 'bad \"x'\n  condition: keywords",
        "Syslog\n| where ProcessName =~ \"sshd\" and SyslogMessage contains \"bad \\\"x\"",
    );
    refused(
        monitor,
        "  product: azure\n  service: auditlogs",
        "  s:\n    a.b) or (1: x\n  condition: s",
        "no column",
    );
    refused(monitor, "  product: linux\n  category: process_creation", RENAMED, "no table");
}

#[test]
fn a_parent_known_by_its_name_only() {
    let response = ALL[7];
    let detection =
        "  s:\n    Image|endswith: '\\a.exe'\n    ParentImage|endswith: '\\b c.exe'\n  condition: s";
    check(response, PROCESS, detection, r"os_type:windows AND (path:*\\a.exe AND parent_name:b\ c.exe)");
    refused(
        response,
        PROCESS,
        "  s:\n    ParentImage|contains: '\\Temp\\'\n  condition: s",
        "name of this file only",
    );
    // Defender has no more of the parent of the process that acts.
    check(
        ALL[4],
        "  product: windows\n  category: file_event",
        "  s:\n    TargetFilename: x\n    ParentImage|endswith: '\\b.exe'\n  condition: s",
        "DeviceFileEvents\n| where (ActionType in~ (\"FileCreated\", \"FileModified\")) and (FolderPath =~ \"x\" and InitiatingProcessParentFileName =~ \"b.exe\")",
    );
}

#[test]
fn nothing_that_only_takes_away() {
    let detection = "  a:\n    Image: x\n  b:\n    CommandLine: null\n  condition: a or not b";
    check(
        ALL[3],
        PROCESS,
        detection,
        "device_os:WINDOWS AND (process_name:x OR (*:* -(*:* -process_cmdline:*)))",
    );
}

/// Text that tries to end its literal, in every position of a string.
#[test]
fn hostile_text_stays_inside() {
    let hostile = r#"x" or 1 = 1 | y \" '*)] }\"#;
    let yaml = hostile.replace('\'', "''");
    for target in ALL {
        for modifier in ["", "|contains", "|startswith", "|endswith"] {
            let detection = format!(
                "  s:\n    CommandLine{modifier}: '{yaml}'\n    Image:\n      - '{yaml}'\n      - b\n  condition: s"
            );
            let text = query(*target, PROCESS, &detection).unwrap_or_else(|e| panic!("{target:?} {e}"));
            assert!(closed(target.0, &text), "{target:?}: {text}");
        }
        let detection = format!("  s:\n    CommandLine|re: '(?i)a\"b|\\\"c{}'\n  condition: s", "d");
        if let Ok(text) = query(*target, PROCESS, &detection) {
            assert!(closed(target.0, &text), "{target:?}: {text}");
        }
    }
}

/// Whether nothing of the hostile text stands outside of a string.
fn closed(target: &str, text: &str) -> bool {
    let mut outside = String::new();
    let (mut inside, mut chars) = (false, text.chars());
    while let Some(c) = chars.next() {
        match c {
            // XQL knows no escape in double quotes.
            '\\' if target != "cortex_xdr" => drop(chars.next()),
            '"' if target != "carbon_black" => inside = !inside,
            c if !inside => outside.push(c),
            _ => {}
        }
    }
    !inside && !outside.contains("1 = 1") && !outside.contains(" y ")
}

#[test]
fn only_near_on_request() {
    let detection = "  s:\n    CommandLine: x\n    CurrentDirectory: y\n  condition: s";
    let mut job = Job::new("kusto", &["microsoft_xdr".to_owned()], None).unwrap();
    let rule = parse(PROCESS, detection);
    assert!(convert(&rule, &job).is_err());
    job.approximate = true;
    let conversion = convert(&rule, &job).unwrap();
    assert_eq!(conversion.notes.iter().map(|note| note.code).collect::<Vec<_>>(), ["approximation.field"]);
    // Nothing would be left.
    let rule = parse(PROCESS, "  s:\n    CurrentDirectory: y\n  condition: s");
    assert!(convert(&rule, &job).is_err());
}

/// Carbon Black has no regular expressions: those that ask no more than wildcards do are written so, and no others.
#[test]
fn expressions_as_wildcards() {
    let asked = |item: &str| {
        let rule = crate::rule(&format!("  s:\n    {item}\n  condition: s\n"));
        crate::written("carbon_black", &["carbonblack"], None, &rule)
    };
    let found = |item: &str| asked(item).unwrap_or_else(|e| panic!("{item}: {e}"));
    for (item, expected) in [
        (
            "Image|re: '(?i)^C:\\\\(a|b)\\.exe$'",
            "(process_name:C\\:\\\\a\\.exe OR process_name:C\\:\\\\b\\.exe)",
        ),
        ("Image|re|i: 'x.*y'", "process_name:*x*y*"),
        ("Image|re: '[Aa][Bb]$'", "process_name:*ab"),
        ("CommandLine|re: '\\+{3}'", "process_cmdline:*\\+\\+\\+*"),
        ("CommandLine|re|s: '\\^.+\\^'", "process_cmdline:*\\^?*\\^*"),
        ("Image|re: '.{3,}$'", "process_name:*???*"),
    ] {
        let expected = expected.replace("\\.", ".");
        assert_eq!(found(item), format!("device_os:WINDOWS AND {expected}"), "{item}");
    }
    for item in [
        // Letters of one case, a line break that `.` does not match, sets, ends inside, an expression that finds anything.
        "Image|re: 'abc'",
        "CommandLine|re: '\\+.*\\+'",
        "Image|re|i: 'a\\s+b'",
        "Image|re|i: 'a[0-9]b'",
        "Image|re|i: 'a$b'",
        "Image|re|i: 'a(?=b)'",
        "Image|re|i: 'a\\bb'",
        "Image|re: '.*'",
        "Image|re|i: '(a|b|c)(a|b|c)(a|b|c)(a|b|c)(a|b|c)'",
        "Image|re|i|m: '^a$'",
    ] {
        assert!(asked(item).is_err_and(|e| e.contains("[expression]")), "{item}: {:?}", asked(item));
    }
}

/// One rule over `Image`, and the one field that its pipelines put in its place.
fn hits(rule: &Rule, field: &str, value: &str) -> bool {
    let mut evaluator = Evaluator::default();
    evaluator.add(rule).unwrap_or_else(|e| panic!("{e}"));
    let event = serde_json::json!({ field: value, "device_os": "WINDOWS" });
    !evaluator.run(&Event::new(event), false).is_empty()
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 512, failure_persistence: None, ..ProptestConfig::default() })]

    /// What is written with wildcards finds what the engine of regular expressions finds.
    #[test]
    fn wildcards_find_what_expressions_find(
        pieces in prop::collection::vec(prop::sample::select(vec![
            "a", "B", ".*", ".+", ".", r"\.", "(a|b.)", "[aA]", "[.x]", "x?", "c{2}", "^", "$", ".{2,}", "(a|)b", ".{1,2}",
        ]), 1..6),
        values in prop::collection::vec("[aAbBcxX.]{0,6}", 1..24),
    ) {
        let rule = crate::rule(&format!("  s:\n    Image|re|i: '{}'\n  condition: s\n", pieces.concat()));
        let job = Job::new("carbon_black", &["carbonblack".to_owned()], None).expect("a target");
        if convert(&rule, &job).is_ok() {
            let written = prepare(&rule, &job).expect("what is converted is prepared").rule;
            for value in &values {
                prop_assert_eq!(
                    hits(&rule, "Image", value), hits(&written, "process_name", value), "{:?} {}", pieces, value
                );
            }
        }
    }
}
