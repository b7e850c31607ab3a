//! Cloud SIEM, uberAgent, Elastic Security and Quickwit: what their documentation asks for, and hostile texts.

use bartizan_sigma::{
    Conversion, Failure, Reason, convert,
    pipeline::Reach,
    rule::Rule,
    target::{Job, Query},
};
use serde_json::Value;

use crate::rule;

fn job(target: &str, format: Option<&str>, reach: Reach) -> Job {
    let job = Job::new(target, &[], format).expect("the target is known");
    Job { reach, ..job }
}

fn converted(rule: &Rule, job: &Job) -> Result<Conversion, Failure> {
    convert(rule, job)
}

/// The only query, as text.
fn text(rule: &Rule, job: &Job) -> String {
    let conversion = converted(rule, job).expect("it is converted");
    match conversion.queries.first() {
        Some(Query::Text(text)) => text.clone(),
        Some(Query::Json(json)) => json.to_string(),
        None => panic!("no query"),
    }
}

/// The expression of a match rule of Cloud SIEM.
fn expression(detection: &str, reach: Reach) -> String {
    let document = text(&rule(detection), &job("sumologic_cse", None, reach));
    let document: Value = serde_json::from_str(&document).expect("it is JSON");
    document["rules"][0]["expression"].as_str().expect("it has an expression").to_owned()
}

#[test]
fn cloud_siem_asks_normalised_fields_by_name_and_others_as_parsed() {
    let detection = "  s:\n    CommandLine|contains: whoami\n    LogonGuid: x\n  condition: s\n";
    assert_eq!(
        expression(detection, Reach::Reference),
        r#"metadata_vendor="Microsoft" AND metadata_product="Windows" AND commandLine matches /.*whoami.*/ AND fields['EventData.LogonGuid']="x""#
    );
    assert_eq!(
        expression(detection, Reach::Wide),
        r#"metadata_vendor="Microsoft" AND metadata_product="Windows" AND (commandLine matches /(?i)^[\s\S]*whoami[\s\S]*$/ AND fields['EventData.LogonGuid'] matches /(?i)^x$/)"#
    );
}

/// By the schema's words: `severity` is the source's own, `http_response_statusCode` a number.
#[test]
fn cloud_siem_asks_no_field_for_what_it_does_not_hold() {
    let detection = "  s:\n    IntegrityLevel: High\n    ParentProcessId: 4\n  condition: s\n";
    assert_eq!(
        expression(detection, Reach::Wide),
        "metadata_vendor=\"Microsoft\" AND metadata_product=\"Windows\" AND \
         (fields['EventData.IntegrityLevel'] matches /(?i)^High$/ AND parentPid=4)"
    );
}

#[test]
fn cloud_siem_keeps_alternatives_together() {
    let detection = "  a:\n    Foo: 1\n  b:\n    Bar: 2\n  condition: a or b\n";
    assert_eq!(
        expression(detection, Reach::Wide),
        "metadata_vendor=\"Microsoft\" AND metadata_product=\"Windows\" AND \
         (fields['EventData.Foo']=1 OR fields['EventData.Bar']=2)"
    );
}

/// What stands outside of strings and of expressions between strokes.
fn outside(expression: &str) -> String {
    let mut out = String::new();
    let mut quote = None;
    let mut escaped = false;
    for c in expression.chars() {
        match quote {
            Some(_) if escaped => escaped = false,
            Some(_) if c == '\\' => escaped = true,
            Some(open) if c == open => quote = None,
            Some(_) => {}
            None if matches!(c, '"' | '/' | '\'') => quote = Some(c),
            None => out.push(c),
        }
    }
    assert_eq!(quote, None, "a literal does not end: {expression}");
    out
}

const HOSTILE: &[&str] =
    &[r#"a" OR "1"="1"#, r"a/ OR b matches /", r"a\", r#"\" OR x="#, "a' OR 'b", "a\nOR b"];

#[test]
fn no_text_ends_its_literal() {
    for hostile in HOSTILE {
        let yaml = serde_json::to_string(hostile).expect("it is a string");
        for modifier in ["", "|contains", "|startswith", "|endswith"] {
            let rule = rule(&format!("  s:\n    CommandLine{modifier}: {yaml}\n  condition: s\n"));
            let sumo = text(&rule, &job("sumologic_cse", None, Reach::Wide));
            let sumo: Value = serde_json::from_str(&sumo).expect("it is JSON");
            let expression = sumo["rules"][0]["expression"].as_str().expect("it has an expression");
            assert_eq!(outside(expression), "commandLine matches ", "{hostile}");
            let agent = text(&rule, &job("uberagent", None, Reach::Wide));
            assert!(!outside(&agent.replace(['/', '\''], "")).contains("OR"), "{agent}");
        }
    }
}

#[test]
fn names_that_would_end_their_quotes_are_refused() {
    let rule = rule("  s:\n    \"a'] OR fields['b\": x\n  condition: s\n");
    let refused = converted(&rule, &job("sumologic_cse", None, Reach::Wide)).expect_err("it is refused");
    assert_eq!(refused.reason, Reason::Field);
}

#[test]
fn uberagent_asks_properties_of_the_process() {
    let agent = job("uberagent", None, Reach::Wide);
    let parent =
        rule("  s:\n    Image|endswith: '\\cmd.exe'\n    ParentUser: 'NT\\SYSTEM'\n  condition: s\n");
    assert_eq!(
        text(&parent, &agent),
        r#"iendswith(Process.Path, "\\cmd.exe") and Parent.User == "NT\\SYSTEM""#
    );
    let underscore =
        rule("  s:\n    CommandLine|contains: a_b\n  f:\n    CommandLine: 'a?_'\n  condition: s and not f\n");
    assert_eq!(
        text(&underscore, &agent),
        r#"icontains(Process.CommandLine, "a_b") and not Process.CommandLine like r"a_\_""#
    );
}

#[test]
fn the_original_name_is_not_the_name() {
    let rule = rule("  s:\n    OriginalFileName: cmd.exe\n  condition: s\n");
    let agent = job("uberagent", None, Reach::Wide);
    assert_eq!(converted(&rule, &agent).expect_err("it is refused").reason, Reason::Field);
    let near = Job { approximate: true, ..agent };
    let conversion = converted(&rule, &near).expect("it may come near");
    assert_eq!(
        conversion.notes.iter().map(|note| note.code).collect::<Vec<_>>(),
        ["approximation.original-name"]
    );
}

fn tagged(tags: &[&str]) -> Rule {
    let mut rule = rule("  s:\n    CommandLine: x\n  condition: s\n");
    rule.tags = tags.iter().map(|tag| (*tag).to_owned()).collect();
    rule.level = Some("informational".to_owned());
    rule
}

fn detection_rule(tags: &[&str], target: &str, reach: Reach) -> Value {
    let job = job(target, Some("siem_rule_ndjson"), reach);
    serde_json::from_str(&text(&tagged(tags), &job)).expect("it is JSON")
}

#[test]
fn a_detection_rule_names_its_threat() {
    let tags = ["attack.execution", "attack.stealth", "attack.t1059.001", "attack.t1105"];
    let rule = detection_rule(&tags, "lucene", Reach::Wide);
    assert_eq!(rule["severity"], "low");
    let named: Vec<String> = rule["threat"]
        .as_array()
        .expect("it has a threat")
        .iter()
        .map(|threat| {
            let technique = &threat["technique"][0];
            format!(
                "{} {} {} {}",
                threat["tactic"]["name"],
                technique["id"],
                technique["name"],
                technique["subtechnique"][0]["name"]
            )
        })
        .collect();
    assert_eq!(
        named,
        [
            r#""Execution" "T1059" "Command and Scripting Interpreter" "PowerShell""#,
            r#""Command and Control" "T1105" "Ingress Tool Transfer" null"#,
        ]
    );
}

#[test]
fn the_reference_pairs_tags_in_their_order() {
    let tags = ["attack.initial-access", "attack.stealth", "attack.t1059.001", "attack.t1105"];
    let rule = detection_rule(&tags, "lucene", Reach::Reference);
    assert_eq!(rule["threat"].as_array().map(Vec::len), Some(1));
    assert_eq!(rule["threat"][0]["tactic"]["name"], "Initial-Access");
    assert_eq!(rule["threat"][0]["technique"][0]["subtechnique"][0]["id"], "T1059.001");
    assert_eq!(
        detection_rule(&["attack.t1070.001"], "lucene", Reach::Reference)["tags"][0],
        "attack-t1070.001"
    );
}

#[test]
fn detection_rules_of_other_languages() {
    let eql = detection_rule(&[], "eql", Reach::Wide);
    assert_eq!((&eql["type"], &eql["language"]), (&Value::from("eql"), &Value::from("eql")));
    let esql = detection_rule(&[], "esql", Reach::Wide);
    assert_eq!((&esql["type"], &esql["index"]), (&Value::from("esql"), &Value::Null));
    assert!(esql["query"].as_str().is_some_and(|query| query.starts_with("from ")));
}

#[test]
fn quickwit_groups_alternatives() {
    let rule = rule("  a:\n    A: [x, 'y z']\n    B: '1*'\n  f:\n    C: [q, r]\n  condition: a and not f\n");
    assert_eq!(
        text(&rule, &job("quickwit", None, Reach::Wide)),
        r#"(A:"x" OR A:"y z") AND B:1* AND (NOT (C:"q" OR C:"r"))"#
    );
}

#[test]
fn ppl_writes_backslashes() {
    let ppl = job("open_search_ppl", None, Reach::Wide);
    let asked = |item: &str| text(&rule(&format!("  s:\n    {item}\n  condition: s\n")), &ppl);
    let head = "source=windows-process_creation-* | where ";
    // Twice in a string, and twice again in a pattern of LIKE.
    assert_eq!(asked("Image: 'C:\\a%b.exe'"), format!(r#"{head}Image="C:\\a%b.exe""#));
    assert_eq!(asked("Image|endswith: '\\cmd_1.exe'"), format!(r#"{head}LIKE(Image, "%\\\\cmd\\_1.exe")"#));
    // A wildcard behind a backslash is no part of a pattern of LIKE.
    assert_eq!(
        asked("Image|contains: '\\AppData\\'"),
        format!(r"{head}regexp_match(Image, '(?isu)\\\\AppData\\\\')")
    );
    assert_eq!(asked("Image|re: 'a\\\\b''c\\d'"), format!(r"{head}regexp_match(Image, 'a\\\\b\'c\\d')"));
}

#[test]
fn kql_brackets_its_words() {
    let kusto = job("kusto", None, Reach::Wide);
    let asked = |field: &str| text(&rule(&format!("  s:\n    {field}: x\n  condition: s\n")), &kusto);
    assert_eq!(asked("scan"), "['scan'] =~ \"x\"");
    assert_eq!(asked("host.scan.vuln"), "host['scan'].vuln =~ \"x\"");
    assert_eq!(asked("Scan"), "Scan =~ \"x\"");
    assert_eq!(asked("order|contains"), "['order'] contains \"x\"");
}
