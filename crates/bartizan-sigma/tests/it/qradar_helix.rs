//! QRadar AQL and Trellix Helix TQL, over rules written by hand.
//!
//! What is expected follows IBM's "Ariel Query Language Guide" (quotation marks, `LIKE`, logical and comparison operators)
//! and Trellix' "TQL" (quotes, wildcards, set notation, regular expressions).

use bartizan_sigma::{
    convert,
    rule::{self, Document, Rule},
    target::{self, Job, Query},
};

/// A rule of a log source.
fn of(log_source: &str, detection: &str) -> Rule {
    let source = format!("title: t\nlogsource: {{{log_source}}}\ndetection:\n{detection}");
    match rule::parse(&source).unwrap_or_else(|e| panic!("{e}\n{source}")).into_iter().next() {
        Some(Document::Rule(rule)) => *rule,
        _ => panic!("no rule"),
    }
}

const PROCESS: &str = "product: windows, category: process_creation";

fn run(job: &Job, rule: &Rule) -> Result<String, String> {
    let conversion = convert(rule, job).map_err(|failure| failure.reason.code().to_owned())?;
    match conversion.queries.into_iter().next() {
        Some(Query::Text(text)) => Ok(text),
        other => panic!("{other:?}"),
    }
}

/// The wide reach of a target.
fn wide(target: &str, rule: &Rule) -> Result<String, String> {
    run(&Job::new(target, &[], None).unwrap_or_else(|e| panic!("{e}")), rule)
}

fn label(name: &str, rule: &Rule) -> Result<String, String> {
    let label = target::label(name).unwrap_or_else(|| panic!("no label {name}"));
    run(&Job::of_label(label).unwrap_or_else(|e| panic!("{e}")), rule)
}

/// `item` as the only item, in the wide reach of QRadar, behind what is asked of the log source.
fn aql(item: &str) -> Result<String, String> {
    let rule = of("category: proxy", &format!("  s:\n    {item}\n  condition: s\n"));
    wide("qradar", &rule).map(|query| {
        let asked = query.strip_prefix("SELECT * FROM events WHERE ");
        asked.unwrap_or_else(|| panic!("{query}")).to_owned()
    })
}

/// `item` as the only item of a process, in the wide reach of Helix.
fn tql(item: &str) -> Result<String, String> {
    let query = wide("tql", &of(PROCESS, &format!("  s:\n    {item}\n  condition: s\n")))?;
    let asked = query
        .strip_prefix("(category : [\"process create (rule: processcreate)\",\"process creation\"]) AND (metaclass:\"windows\" AND ")
        .and_then(|rest| rest.strip_suffix(')'));
    Ok(asked.unwrap_or_else(|| panic!("{query}")).to_owned())
}

#[test]
fn aql_strings_and_wildcards() {
    let check = |item: &str, expected: &str| assert_eq!(aql(item).as_deref(), Ok(expected), "{item}");
    check("CommandLine|contains: WhoAmI", "Command ILIKE '%WhoAmI%'");
    check("CommandLine|startswith: net", "Command ILIKE 'net%'");
    check("CommandLine: 'a?b*'", "Command ILIKE 'a_b%'");
    check("CommandLine: WhoAmI", "LOWER(Command)='whoami'");
    check("CommandLine: '1'", "Command='1'");
    check("CommandLine|cased: WhoAmI", "Command='WhoAmI'");
    check("CommandLine|contains|cased: WhoAmI", "Command LIKE '%WhoAmI%'");
    check("ParentImage|endswith: '\\x.exe'", "\"Parent Process Path\" ILIKE '%\\x.exe'");
    // `%` and `_` are wildcards of `LIKE` whatever stands before them.
    check("CommandLine|contains: '%TEMP%'", "Command IMATCHES '(?s)\\A.*%TEMP%.*\\z'");
    check("CommandLine|contains: 'a_b.c'", "Command IMATCHES '(?s)\\A.*a_b\\.c.*\\z'");
    check("CommandLine: [a, B]", "LOWER(Command) IN('a', 'b')");
    check("EventID: [1, 2]", "\"Event ID\" IN(1, 2)");
    check("EventID: 1", "\"Event ID\"=1");
    check("CommandLine: null", "Command IS NULL");
    check("CommandLine|exists: true", "Command IS NOT NULL");
    check("ProcessId|gte: 5", "\"Process ID\">=5");
}

#[test]
fn aql_regular_expressions_may_stand_anywhere() {
    let check = |item: &str, expected: &str| assert_eq!(aql(item).as_deref(), Ok(expected), "{item}");
    check("CommandLine|re: 'a+'", "Command MATCHES '(?s:.*)(?:a+)(?s:.*)'");
    check("CommandLine|re|i: 'a+'", "Command IMATCHES '(?s:.*)(?:a+)(?s:.*)'");
    check("CommandLine|re|m|s: '^a.b'", "Command MATCHES '(?s:.*)(?ms:^a.b)(?s:.*)'");
}

#[test]
fn aql_addresses_ports_and_hashes() {
    let check = |item: &str, expected: &str| assert_eq!(aql(item).as_deref(), Ok(expected), "{item}");
    check("src_ip|cidr: 10.0.0.0/8", "INCIDR('10.0.0.0/8', sourceip)");
    check("DestinationIp: '192.168.*'", "INCIDR('192.168.0.0/16', destinationip)");
    check("DestinationIp: 192.0.2.1", "destinationip='192.0.2.1'");
    check("dst_port: '443'", "destinationport=443");
    check("dst_port: [80, 443]", "destinationport IN(80, 443)");
    check(
        "Hashes|contains: 'MD5=09D278F9DE118EF09163C6140255C690'",
        "LOWER(\"MD5 Hash\")='09d278f9de118ef09163c6140255c690'",
    );
    // A part of a hash says nothing of its kind; IPv6 has no place in these fields.
    assert_eq!(aql("Hashes|contains: '09D278F9'"), Err("value".into()));
    assert_eq!(aql("src_ip|cidr: 'fe80::/10'"), Err("value".into()));
    assert_eq!(aql("dst_port: '70000'"), Err("value".into()));
}

#[test]
fn aql_keywords_stand_in_the_payload() {
    let rule = of("product: linux", "  k:\n    - one\n    - \"it's\"\n  condition: k\n");
    assert_eq!(
        wide("qradar", &rule).as_deref(),
        Ok(
            "SELECT * FROM events WHERE devicetype=11 AND (UTF8(payload) ILIKE '%one%' OR UTF8(payload) ILIKE '%it''s%')"
        )
    );
}

#[test]
fn aql_negations_and_several_properties() {
    let rule = of(
        PROCESS,
        "  s:\n    CommandLine|contains: a\n  f:\n    Image|endswith: '\\b.exe'\n  condition: s and not f\n",
    );
    assert_eq!(
        wide("qradar", &rule).as_deref(),
        Ok(
            "SELECT * FROM events WHERE devicetype=12 AND ((\"Event ID\" IN(1, 4688)) AND (Command ILIKE '%a%' AND \
            (NOT((\"Process Path\" ILIKE '%\\b.exe' OR \"Process Name\" ILIKE '%\\b.exe')))))"
        )
    );
    // `neq`: none of the properties may have it.
    let rule = of("category: proxy", "  s:\n    Image|neq: '7'\n  condition: s\n");
    assert_eq!(
        wide("qradar", &rule).as_deref(),
        Ok("SELECT * FROM events WHERE (NOT(\"Process Path\"='7')) AND (NOT(\"Process Name\"='7'))")
    );
}

#[test]
fn aql_members_of_json() {
    let rule = of("product: aws, service: cloudtrail", "  s:\n    eventName: 'Stop\"x'\n  condition: s\n");
    assert_eq!(
        wide("qradar", &rule).as_deref(),
        Ok(
            r#"SELECT * FROM events WHERE devicetype IN(516, 519, 456, 460, 436, 501, 502, 507, 440, 347) AND UTF8(payload) IMATCHES '(?s:.*)(?:"eventName"\s*:\s*"?Stop\\"x"?\s*[,}\]])(?s:.*)'"#
        )
    );
}

#[test]
fn aql_members_of_linux_audit() {
    let rule = of(
        "product: linux, service: auditd",
        "  s:\n    type: EXECVE\n    a1|startswith: /etc/\n  condition: s\n",
    );
    assert_eq!(
        wide("qradar", &rule).as_deref(),
        Ok(
            r#"SELECT * FROM events WHERE devicetype=11 AND UTF8(payload) IMATCHES '(?s:.*)(?:(?:^|[\s\x1d])type=["'']?EXECVE["'']?(?:[\s\x1d]|$))(?s:.*)' AND UTF8(payload) IMATCHES '(?s:.*)(?:(?:^|[\s\x1d])a1=["'']?/etc/[^\s"''\x1d]*["'']?(?:[\s\x1d]|$))(?s:.*)'"#
        )
    );
}

#[test]
fn aql_comes_near_only_when_asked() {
    let rule = of(PROCESS, "  s:\n    Description: x\n  condition: s\n");
    let mut job = Job::new("qradar", &[], None).unwrap();
    assert_eq!(run(&job, &rule), Err("field".into()));
    job.approximate = true;
    let near = "SELECT * FROM events WHERE devicetype=12 AND (\"Event ID\" IN(1, 4688)) AND UTF8(payload) ILIKE '%x%'";
    assert_eq!(run(&job, &rule).as_deref(), Ok(near));
    let codes = |job: &Job, rule: &Rule| -> Vec<&'static str> {
        convert(rule, job).unwrap().notes.iter().map(|note| note.code).collect()
    };
    assert_eq!(codes(&job, &rule), ["approximation.payload"]);
    // Naming the pipeline asks for the payload, and for nothing else.
    let job = Job::new("ibm-qradar-aql", &["qradar-aql-payload".into()], None).unwrap();
    assert_eq!(run(&job, &rule).as_deref(), Ok(near));
    assert_eq!(codes(&job, &rule), ["approximation.payload"]);
    let rule = of("product: windows, category: ps_script", "  s:\n    ScriptBlockText: x\n  condition: s\n");
    assert_eq!(run(&job, &rule), Err("value".into()));
}

#[test]
fn aql_as_the_reference_writes_it() {
    let rule = of(
        PROCESS,
        "  s:\n    CommandLine|contains: WhoAmI\n    EventID: 1\n  f:\n    CommandLine: [\"it's\", b]\n  condition: s and not f\n",
    );
    let expected = "SELECT * FROM events WHERE devicetype=12 AND (LOWER(Command) LIKE '%whoami%' AND \"Event ID\"=1) AND \
                    (NOT((Command IN('it''s', 'b'))))";
    assert_eq!(label("qradar-aql-fields", &rule).as_deref(), Ok(expected));
    assert_eq!(label("qradar-community-fields", &rule).as_deref(), Ok(expected));
    assert_eq!(
        label("qradar-aql-fields", &of(PROCESS, "  s:\n    - word\n  condition: s\n")),
        Err("field".into())
    );
}

/// A query without the insides of its literals and names; panics where one does not end.
fn skeleton(query: &str) -> String {
    let mut out = String::new();
    let mut open = None;
    let mut chars = query.chars().peekable();
    while let Some(c) = chars.next() {
        match open {
            // A doubled quote stands for one.
            Some('\'') if c == '\'' && chars.peek() == Some(&'\'') => {
                chars.next();
            }
            Some(quote) if c == quote => open = None,
            Some(_) => {}
            None => {
                open = ['\'', '"'].contains(&c).then_some(c);
                out.push(c);
            }
        }
    }
    assert_eq!(open, None, "{query}");
    out
}

#[test]
fn aql_text_of_a_rule_ends_no_literal() {
    for hostile in
        ["' OR '1'='1", "x'; --", "'", "''", "\\'", "a\" OR \"b", "%' OR 'x", ")) OR ((1=1", "\n' --"]
    {
        for modifier in ["", "|contains", "|startswith", "|re", "|cased", "|windash|contains"] {
            let rule = |value: &str| {
                of(
                    "category: proxy",
                    &format!("  s:\n    CommandLine{modifier}: {value:?}\n  condition: s\n"),
                )
            };
            let (Ok(plain), Ok(query)) = (wide("qradar", &rule("z")), wide("qradar", &rule(hostile))) else {
                continue;
            };
            let same = |text: &str| {
                let asked = text.split('\'').next().unwrap_or_default();
                asked.replace("IMATCHES", "ILIKE").replace("LOWER(Command)", "Command")
            };
            assert_eq!(same(&skeleton(&query)), same(&skeleton(&plain)), "{hostile} {modifier}");
            assert!(!skeleton(&query).contains("1=1") && !skeleton(&query).contains("--"), "{query}");
        }
        let keywords = of("product: linux", &format!("  k:\n    - {hostile:?}\n  condition: k\n"));
        let query = wide("qradar", &keywords).unwrap();
        let asked = skeleton(&query).replace("AND (", "AND ");
        assert!(asked.starts_with("SELECT * FROM events WHERE devicetype=11 AND UTF8(payload) I"), "{query}");
        let json = of(
            "product: okta, service: okta",
            &format!("  s:\n    {hostile:?}: {hostile:?}\n  condition: s\n"),
        );
        let query = wide("qradar", &json).unwrap();
        assert_eq!(
            skeleton(&query),
            "SELECT * FROM events WHERE LOGSOURCETYPENAME(devicetype) ILIKE ' AND UTF8(payload) IMATCHES '",
            "{query}"
        );
    }
}

#[test]
fn aql_names_of_fields_end_nowhere() {
    let rule = of("product: linux", "  s:\n    'a\" OR 1=1 OR \"b': x\n  condition: s\n");
    assert_eq!(wide("ibm-qradar-aql", &rule), Err("field".into()));
    assert_eq!(wide("qradar", &rule), Err("field".into()));
    let rule = of("product: linux", "  s:\n    a|fieldref: 'b\" OR 1=1 OR \"c'\n  condition: s\n");
    assert_eq!(wide("ibm-qradar-aql", &rule), Err("field".into()));
    // Columns to show are only those of the table.
    let mut rule = of(PROCESS, "  s:\n    CommandLine: x\n  condition: s\n");
    rule.fields = vec!["x FROM events --".into(), "CommandLine".into()];
    assert!(wide("qradar", &rule).unwrap().starts_with("SELECT *, Command FROM events WHERE "));
}

#[test]
fn tql_strings_lists_and_wildcards() {
    let check = |item: &str, expected: &str| assert_eq!(tql(item).as_deref(), Ok(expected), "{item}");
    check("CommandLine|contains: whoami", "args : \"whoami\"");
    check("CommandLine|contains: [a, b]", "(args : [\"*a*\",\"*b*\"])");
    check("Image|endswith: '\\x.exe'", "process:\"*\\\\x.exe\"");
    check("CommandLine|startswith: net", "args:\"net*\"");
    // `:` contains, `=` is exact.
    check("CommandLine: whoami", "args=\"whoami\"");
    check("CommandLine: [a, b]", "(args=\"a\" OR args=\"b\")");
    check("CommandLine: null", "missing(args)");
    check("CommandLine|re: 'a/b'", "args:/a\\/b/");
    // `*` is the only wildcard, and cannot be asked for.
    assert_eq!(tql("CommandLine: 'a?b'"), Err("value".into()));
    assert_eq!(tql("CommandLine: 'a\\*b'"), Err("expression".into()));
    assert_eq!(tql("CommandLine|re: 'a(?=b)'"), Err("expression".into()));
    assert_eq!(tql("CommandLine|cased: a"), Err("expression".into()));
    assert_eq!(tql("Description: a"), Err("field".into()));
}

#[test]
fn tql_takes_any_characters_for_one_when_asked() {
    let rule = of(PROCESS, "  s:\n    CommandLine: 'a?b'\n  condition: s\n");
    let mut job = Job::new("tql", &[], None).unwrap();
    job.approximate = true;
    let conversion = convert(&rule, &job).unwrap();
    assert!(matches!(conversion.queries.as_slice(), [Query::Text(text)] if text.ends_with("args:\"a*b\")")));
    assert_eq!(conversion.notes.first().map(|note| note.code), Some("approximation.wildcard"));
}

#[test]
fn tql_negates_all_alternatives() {
    let rule = of(
        PROCESS,
        "  s:\n    Image|endswith: x\n  f:\n    CommandLine|windash|contains: ' -n '\n  condition: s and not f\n",
    );
    let query = wide("tql", &rule).unwrap();
    assert!(query.contains("(NOT (args : \" -n \" OR args : \" /n \" OR "), "{query}");
}

#[test]
fn tql_text_of_a_rule_ends_no_literal() {
    let check = |item: &str, expected: &str| assert_eq!(tql(item).as_deref(), Ok(expected), "{item}");
    check("CommandLine: 'a\" OR x:\"b'", "args=\"a\\\" OR x:\\\"b\"");
    check("CommandLine: 'a\\'", "args=\"a\\\\\"");
    check("CommandLine|endswith: '\\\"'", "args:\"*\\\\\\\"\"");
    check("CommandLine|re: 'a/ OR x:/b'", "args:/a\\/ OR x:\\/b/");
    check("CommandLine|re: 'a\\'", "args:/a\\\\/");
    check("CommandLine|re: 'a\\/b'", "args:/a\\/b/");
}

#[test]
fn tql_as_the_reference_writes_it() {
    let rule = of(PROCESS, "  s:\n    Image|endswith: '\\x.exe'\n    CommandLine: 'a?b'\n  condition: s\n");
    assert_eq!(
        label("trellix-helix-tql", &rule).as_deref(),
        Ok(
            "(category : [\"process create (rule: processcreate)\",\"process creation\"]) AND (metaclass:\"windows\" AND \
            (process:\"*\\\\x.exe\" AND args:\"a*b\"))"
        )
    );
    assert_eq!(
        label("trellix-helix-tql", &of("category: proxy", "  s:\n    Image: x\n  condition: s\n")),
        Err("log-source".into())
    );
}
