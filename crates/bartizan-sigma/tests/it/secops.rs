//! Google SecOps: forms from its documentation ("UDM search", "YARA-L 2.0", "re.regex"), negation, literals.

use bartizan_sigma::rule::{Document, Rule, parse};

use crate::{rule, written};

fn search(detection: &str) -> Result<String, String> {
    written("secops", &["secops_udm"], None, &rule(detection))
}

fn of(log_source: &str, detection: &str) -> Rule {
    let source = format!("title: t\nlogsource:\n{log_source}detection:\n{detection}");
    match parse(&source).map(|documents| documents.into_iter().next()) {
        Ok(Some(Document::Rule(rule))) => *rule,
        other => panic!("{other:?}"),
    }
}

#[test]
fn strings_and_expressions() {
    assert_eq!(
        search("  s:\n    Image|endswith: '\\a.exe'\n    CommandLine|contains: 'x/y'\n    ParentImage: 'C:\\b.exe'\n  condition: s\n").as_deref(),
        Ok(concat!(
            "(metadata.event_type = \"PROCESS_LAUNCH\") AND (target.process.file.full_path = /\\\\a\\.exe$/ nocase ",
            "AND target.process.command_line = /(?s)x\\/y/ nocase ",
            "AND principal.process.file.full_path = \"C:\\\\b.exe\" nocase)"
        ))
    );
}

#[test]
fn a_negated_list_is_escaped_and_negated_as_a_whole() {
    assert_eq!(
        search("  s:\n    CommandLine: a\n  f:\n    Image: ['C:\\a.exe', 'C:\\b.exe']\n  condition: s and not f\n").as_deref(),
        Ok(concat!(
            "(metadata.event_type = \"PROCESS_LAUNCH\") AND (target.process.command_line = \"a\" nocase ",
            "AND NOT (target.process.file.full_path = /^C:\\\\a\\.exe$|^C:\\\\b\\.exe$/ nocase))"
        ))
    );
}

#[test]
fn a_negated_group_keeps_its_brackets() {
    let query = search(
        "  s:\n    CommandLine: a\n  f:\n    Image: b\n    ParentImage: c\n  condition: s and not f\n",
    );
    assert!(query.as_ref().is_ok_and(|q| q.contains(
        "AND NOT (target.process.file.full_path = \"b\" nocase AND principal.process.file.full_path = \"c\" nocase)"
    )), "{query:?}");
}

#[test]
fn forms_that_udm_holds_otherwise() {
    let query = |field: &str| {
        search(&format!("  s:\n    {field}\n  condition: s\n"))
            .map(|q| q.trim_start_matches("(metadata.event_type = \"PROCESS_LAUNCH\") AND ").to_owned())
    };
    assert_eq!(query("IntegrityLevel: High").as_deref(), Ok("(target.process.integrity_level_rid = 12288)"));
    let md5 = "0123456789abcdef0123456789abcdef";
    assert_eq!(
        query(&format!("Hashes|contains: 'MD5={}'", md5.to_uppercase())),
        Ok(format!("(target.process.file.md5 = \"{md5}\" nocase)"))
    );
    assert_eq!(
        query("User: 'NT AUTHORITY\\SYSTEM'").as_deref(),
        Ok(
            "(principal.administrative_domain = \"NT AUTHORITY\" nocase AND principal.user.userid = \"SYSTEM\" nocase)"
        )
    );
    assert_eq!(query("User|endswith: '\\bob'").as_deref(), Ok("(principal.user.userid = \"bob\" nocase)"));
    for refused in ["Hashes|contains: 'MD5=0123'", "IntegrityLevel: Huge", "User: 'a*b'", "NoSuchField: x"] {
        assert!(query(refused).is_err(), "{refused}");
    }
}

#[test]
fn parts_of_an_address() {
    let query = |field: &str| {
        written(
            "secops",
            &["secops_udm"],
            None,
            &of("  category: proxy\n", &format!("  s:\n    {field}\n  condition: s\n")),
        )
        .map(|q| q.trim_start_matches("(metadata.event_type = \"NETWORK_HTTP\") AND ").to_owned())
    };
    assert_eq!(query("cs-uri-query|contains: 'a=b'").as_deref(), Ok("(target.url = /\\?.*a=b/ nocase)"));
    assert_eq!(
        query("cs-uri-stem|endswith: '.php'").as_deref(),
        Ok("(target.url = /^[^?]*\\.php(?:\\?|$)/ nocase)")
    );
    assert_eq!(query("sc-status: 404").as_deref(), Ok("(network.http.response_code = 404)"));
    assert_eq!(query("c-uri|contains: '/x'").as_deref(), Ok("(target.url = /\\/x/ nocase)"));
}

#[test]
fn a_rule_of_yara_l() {
    let source = "title: 'It''s 100% \"bad\".'\nid: 2e8c1f0a-6f0c-4b0e-9d0b-0f2a7a1c9b11\ndescription: |\n  two\n  lines\nlevel: high\nlogsource:\n  category: process_creation\n  product: windows\ndetection:\n  s:\n    Image|endswith: '\\a.exe'\n  f:\n    CommandLine: null\n  condition: s and not f\n";
    let Ok(Some(Document::Rule(rule))) = parse(source).map(|d| d.into_iter().next()) else {
        panic!("no rule")
    };
    assert_eq!(
        written("secops", &["secops_udm"], Some("yara_l"), &rule).as_deref(),
        Ok(concat!(
            "rule it_s_100_bad {\n  meta:\n    id = \"2e8c1f0a-6f0c-4b0e-9d0b-0f2a7a1c9b11\"\n",
            "    title = \"It's 100% \\\"bad\\\".\"\n    description = \"two\\nlines\"\n    severity = \"high\"\n",
            "    falsepositives = \"Unknown\"\n\n  events:\n    ($event1.metadata.event_type = \"PROCESS_LAUNCH\")\n",
            "    $event1.target.process.file.full_path = /\\\\a\\.exe$/ nocase and ",
            "not $event1.target.process.command_line = \"\"\n\n  condition:\n    $event1\n}\n"
        ))
    );
}

#[test]
fn expressions_beyond_re2_and_keywords_are_refused() {
    assert!(search("  s:\n    CommandLine|re: 'a(?!b)'\n  condition: s\n").is_err());
    assert!(search("  s:\n    CommandLine|re: '(a)\\1'\n  condition: s\n").is_err());
    assert!(search("  s:\n    - word\n  condition: s\n").is_err());
    assert!(search("  s:\n    CommandLine|re: 'a(?:b|c)\\d+'\n  condition: s\n").is_ok());
}

#[test]
fn sources_are_asked_for() {
    let query = |source: &str, item: &str| {
        written("secops", &["secops_udm"], None, &of(source, &format!("  s:\n    {item}\n  condition: s\n")))
    };
    assert_eq!(
        query("  product: aws\n  service: cloudtrail\n", "eventName: StopLogging").as_deref(),
        Ok(
            "metadata.product_name = \"AWS CloudTrail\" nocase AND (metadata.vendor_name = \"AMAZON\" nocase AND metadata.product_event_type = \"StopLogging\" nocase)"
        )
    );
    assert!(query("  product: windows\n  service: system\n", "EventID: 7045").is_err());
    assert!(
        query("  product: windows\n  service: system\n", "{EventID: 6038, Provider_Name: LsaSrv}").is_ok()
    );
    assert!(query("  product: nobody\n  service: nothing\n", "a: b").is_err());
}

#[test]
fn the_place_of_a_windows_field_depends_on_the_event() {
    let query = |items: &str| {
        let source =
            of("  product: windows\n  service: security\n", &format!("  s:\n{items}  condition: s\n"));
        written("secops", &["secops_udm"], None, &source)
    };
    let user = query("    EventID: 4720\n    TargetUserName: x\n");
    assert!(user.as_ref().is_ok_and(|q| q.contains("target.user.userid = \"x\" nocase")), "{user:?}");
    let group = query("    EventID: 4728\n    TargetUserName: x\n");
    assert!(
        group.as_ref().is_ok_and(|q| q.contains("target.group.group_display_name = \"x\" nocase")),
        "{group:?}"
    );
    // Two places, or none.
    assert!(query("    EventID: [4720, 4728]\n    TargetUserName: x\n").is_err());
    assert!(query("    TargetUserName: x\n").is_err());
    let logon = query("    EventID: 4624\n    LogonType: 10\n");
    assert!(
        logon.as_ref().is_ok_and(|q| q.contains("extensions.auth.mechanism = \"REMOTE_INTERACTIVE\"")),
        "{logon:?}"
    );
}

#[test]
fn names_of_rules() {
    let name = |title: &str| {
        let mut rule = rule("  s:\n    Image: a\n  condition: s\n");
        rule.title = title.to_owned();
        let text = written("secops", &["secops_udm"], Some("yara_l"), &rule).unwrap_or_default();
        text.split_whitespace().nth(1).unwrap_or_default().to_owned()
    };
    assert_eq!(name("Two  words - and .NET"), "two_words_and_net");
    assert_eq!(name("7zip"), "rule_7zip");
    assert_eq!(name("Rule"), "rule_rule");
    assert_eq!(name("\u{421}\u{43b}"), "rule_");
}
