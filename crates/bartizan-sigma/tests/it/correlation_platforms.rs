//! Correlations of platforms that look at windows in steps, or have rules with a threshold. What is expected is put
//! together by hand from the vendors' documentation.

use bartizan_sigma::{
    Conversion, Failure, convert_correlation,
    target::{Job, Query},
};
use serde_json::json;

use crate::collections::{base, set};

const STEPPED: &str = "correlation.stepped-windows";

const COUNT: &str = "type: event_count, rules: [failed_login], group-by: [TargetUserName], timespan: 5m, condition: {gte: 10}";
const VALUES: &str = "type: value_count, rules: [failed_login], group-by: [ComputerName], timespan: 1d, condition: {field: TargetUserName, gt: 5}";
const BOTH: &str =
    "type: temporal, rules: [failed_login, good_login], group-by: [TargetUserName], timespan: 1h";
const ORDER: &str =
    "type: temporal_ordered, rules: [failed_login, good_login], group-by: [TargetUserName], timespan: 10m";
const ALIAS: &str = "type: temporal, rules: [failed_login, good_login], group-by: [who], timespan: 5m, aliases: {who: {failed_login: TargetUserName, good_login: SubjectUserName}}";

fn source(body: &str) -> String {
    base("failed_login", 4625)
        + &base("good_login", 4624)
        + &format!(
            "title: Many logins\nid: 0b1c2d3e-0000-4000-8000-000000000001\nlevel: high\ncorrelation: {{{body}}}\n"
        )
}

fn converted(job: &Job, source: &str) -> Result<Conversion, Failure> {
    let (set, problems) = set(source);
    assert_eq!(problems, []);
    convert_correlation(&set, set.correlations.len() - 1, job)
}

fn job(target: &str, pipelines: &[&str], format: Option<&str>) -> Job {
    let pipelines: Vec<String> = pipelines.iter().map(|p| (*p).to_owned()).collect();
    Job::new(target, &pipelines, format).unwrap_or_else(|e| panic!("{e}"))
}

fn text(conversion: Conversion) -> String {
    match conversion.queries.as_slice() {
        [Query::Text(text)] => text.clone(),
        other => panic!("one text, not {other:?}"),
    }
}

fn document(conversion: Conversion) -> serde_json::Value {
    match conversion.queries.as_slice() {
        [Query::Json(document)] => document.clone(),
        other => panic!("one document, not {other:?}"),
    }
}

fn refused(target: &str, pipelines: &[&str], body: &str) {
    let refused = converted(&job(target, pipelines, None), &source(body));
    assert_eq!(refused.err().map(|f| f.reason.code()), Some("expression"), "{target} {body}");
}

#[test]
fn loki() {
    let loki = job("loki", &[], None);
    let check = |body: &str, expected: &str| {
        let conversion = converted(&loki, &source(body)).unwrap_or_else(|e| panic!("{body}: {e}"));
        assert_eq!(conversion.notes.iter().map(|n| n.code).collect::<Vec<_>>(), [STEPPED]);
        assert_eq!(text(conversion), expected);
    };
    let events =
        |id: u32| format!("{{job=~\"eventlog|winlog|windows|fluentbit.*\"}} | json | EventID=`{id}`");
    let failed = events(4625);
    let good = events(4624);
    check(
        COUNT,
        &format!("sum by (TargetUserName) (count_over_time({failed} | TargetUserName!=`` [5m])) >= 10"),
    );
    check(
        VALUES,
        &format!(
            "count by (ComputerName) (sum by (ComputerName, TargetUserName) (count_over_time({failed} | ComputerName!=`` | TargetUserName!=`` [1d]))) > 5"
        ),
    );
    check(
        BOTH,
        &format!(
            "sum by (TargetUserName) (count_over_time({failed} | TargetUserName!=`` [1h])) and sum by (TargetUserName) (count_over_time({good} | TargetUserName!=`` [1h]))"
        ),
    );
    check(
        ALIAS,
        &format!(
            "sum by (who) (count_over_time({failed} | label_format who=`{{{{ .TargetUserName }}}}` | who!=`` [5m])) and sum by (who) (count_over_time({good} | label_format who=`{{{{ .SubjectUserName }}}}` | who!=`` [5m]))"
        ),
    );
    check(
        "type: value_percentile, rules: [failed_login], group-by: [User], timespan: 1h, condition: {field: Bytes, percentile: 95, gte: 3, lt: 9}",
        &format!(
            "(quantile_over_time(0.95, {failed} | User!=`` | unwrap Bytes | __error__=`` [1h]) by (User) >= 3) < 9"
        ),
    );
    check(
        "type: value_sum, rules: [failed_login], timespan: 1h, condition: {field: Bytes, gt: 3}",
        &format!("sum (sum_over_time({failed} | unwrap Bytes | __error__=`` [1h])) > 3"),
    );
    refused("loki", &[], ORDER);
    refused("loki", &[], &COUNT.replace("gte", "lt"));
    refused("loki", &[], &COUNT.replace("[failed_login]", "[failed_login, good_login]"));
    let ruler = converted(&job("loki", &[], Some("ruler")), &source(COUNT)).expect("a rule of the ruler");
    let expected = format!(
        "    expr: \"sum by (TargetUserName) (count_over_time({} | TargetUserName!=`` [5m])) >= 10\"\n",
        failed.replace('"', "\\\"")
    );
    assert!(text(ruler).contains(&expected));
}

#[test]
fn qradar() {
    let qradar = job("qradar", &[], None);
    let logins = |id: u32| {
        source(COUNT)
            .replace("service: security", "category: process_creation")
            .replace(&format!("EventID: {id}"), "Image|endswith: '\\cmd.exe'")
    };
    let count = logins(4625).replace("TargetUserName", "User");
    let conversion = converted(&qradar, &count).unwrap_or_else(|e| panic!("{e}"));
    assert_eq!(conversion.notes.iter().map(|n| n.code).collect::<Vec<_>>(), [STEPPED]);
    let text = text(conversion);
    let (head, rest) = text.split_once(" WHERE ").expect("a condition");
    let key =
        head.strip_prefix("SELECT ").and_then(|rest| rest.split_once(',')).expect("a group").0.to_owned();
    assert_eq!(head, format!("SELECT {key}, COUNT(*) AS event_count FROM events"));
    let end = format!(" AND {key} IS NOT NULL GROUP BY {key} HAVING event_count >= 10 LAST 5 MINUTES");
    assert!(rest.starts_with('(') && rest.contains("ILIKE '%\\cmd.exe'") && rest.ends_with(&end), "{rest}");
    refused("qradar", &[], BOTH);
    let seconds = count.replace("5m", "90s");
    assert_eq!(converted(&qradar, &seconds).expect_err("no seconds").reason.code(), "expression");
}

/// Rules over processes, whose fields the UDM has.
fn processes(body: &str) -> String {
    let rule = |name: &str, image: &str| {
        format!(
            "title: {name}\nname: {name}\nlogsource: {{product: windows, category: process_creation}}\ndetection:\n  s: {{Image: '{image}'}}\n  condition: s\n---\n"
        )
    };
    rule("run_one", "a")
        + &rule("run_two", "b")
        + &format!("title: Many runs\nid: 0b1c2d3e-0000-4000-8000-000000000001\ncorrelation: {{{body}}}\n")
}

#[test]
fn yara_l() {
    let secops = job("secops", &["secops_udm"], None);
    let check = |body: &str, expected: &str| {
        let conversion = converted(&secops, &processes(body)).unwrap_or_else(|e| panic!("{body}: {e}"));
        assert_eq!(conversion.notes.iter().map(|n| n.code).collect::<Vec<_>>(), [STEPPED]);
        let head = "rule many_runs {\n  meta:\n    id = \"0b1c2d3e-0000-4000-8000-000000000001\"\n    title = \"Many runs\"\n    falsepositives = \"Unknown\"\n";
        assert_eq!(text(conversion), format!("{head}{expected}}}\n"));
    };
    let event = |number: u8, image: &str| {
        let event = format!("$event{number}");
        format!(
            "    ({event}.metadata.event_type = \"PROCESS_LAUNCH\") and ({event}.target.process.file.full_path = \"{image}\" nocase)\n"
        )
    };
    let host = |number: u8| format!("    $event{number}.principal.process.file.full_path = $key_1\n");
    check(
        "type: event_count, rules: [run_one], group-by: [ParentImage], timespan: 5m, condition: {gte: 10}",
        &format!(
            "\n  events:\n{}{}\n  match:\n    $key_1 over 5m\n\n  condition:\n    #event1 >= 10\n",
            event(1, "a"),
            host(1)
        ),
    );
    check(
        "type: value_count, rules: [run_one], group-by: [ParentImage], timespan: 2h, condition: {field: CommandLine, gt: 5}",
        &format!(
            "\n  events:\n{}{}\n  match:\n    $key_1 over 2h\n\n  outcome:\n    $value_count = count_distinct($event1.target.process.command_line)\n\n  condition:\n    $event1 and $value_count > 5\n",
            event(1, "a"),
            host(1)
        ),
    );
    check(
        "type: temporal_ordered, rules: [run_one, run_two], group-by: [ParentImage], timespan: 1d",
        &format!(
            "\n  events:\n{}{}    $event1.metadata.event_timestamp.seconds <= $event2.metadata.event_timestamp.seconds\n{}{}\n  match:\n    $key_1 over 24h\n\n  condition:\n    $event1 and $event2\n",
            event(1, "a"),
            event(2, "b"),
            host(1),
            host(2)
        ),
    );
    for body in [
        "type: event_count, rules: [run_one], timespan: 5m, condition: {gte: 10}",
        "type: event_count, rules: [run_one], group-by: [ParentImage], timespan: 3d, condition: {gte: 10}",
        "type: event_count, rules: [run_one], group-by: [ParentImage], timespan: 5m, condition: {lt: 10}",
    ] {
        let refused = converted(&secops, &processes(body));
        assert_eq!(refused.err().map(|f| f.reason.code()), Some("expression"), "{body}");
    }
}

#[test]
fn datadog() {
    let datadog = job("datadog", &[], None);
    let conversion = converted(&datadog, &source(COUNT)).unwrap_or_else(|e| panic!("{e}"));
    assert_eq!(conversion.notes, []);
    let query = |name: &str, id: u32, aggregation: &str, group: &str| {
        json!({
            "name": name, "query": format!("@EventID:{id}"), "aggregation": aggregation,
            "groupByFields": [group], "distinctFields": [], "hasOptionalGroupByFields": false, "dataSource": "logs",
        })
    };
    assert_eq!(
        document(conversion),
        json!({
            "name": "Many logins", "type": "log_detection", "isEnabled": true, "message": "Many logins", "tags": [],
            "queries": [query("event_count", 4625, "count", "@TargetUserName")],
            "cases": [{"name": "", "status": "high", "condition": "event_count >= 10", "notifications": []}],
            "options": {"detectionMethod": "threshold", "evaluationWindow": 300, "keepAlive": 300, "maxSignalDuration": 86400},
        })
    );
    let values = document(converted(&datadog, &source(VALUES)).unwrap_or_else(|e| panic!("{e}")));
    assert_eq!(values["queries"][0]["aggregation"], "cardinality");
    assert_eq!(values["queries"][0]["distinctFields"], json!(["@TargetUserName"]));
    assert_eq!(values["cases"][0]["condition"], "value_count > 5");
    let both = document(converted(&datadog, &source(BOTH)).unwrap_or_else(|e| panic!("{e}")));
    assert_eq!(
        both["queries"],
        json!([
            query("failed_login", 4625, "count", "@TargetUserName"),
            query("good_login", 4624, "count", "@TargetUserName")
        ])
    );
    assert_eq!(both["cases"][0]["condition"], "failed_login > 0 && good_login > 0");
    for body in [ORDER, ALIAS, &COUNT.replace("5m", "7m"), &COUNT.replace("gte", "eq")] {
        refused("datadog", &[], body);
    }
    // A message notifies nobody.
    let named =
        source(COUNT).replace("title: Many logins", "title: Many logins\ndescription: ask @all {{x}}");
    let document = document(converted(&datadog, &named).unwrap_or_else(|e| panic!("{e}")));
    assert_eq!(document["message"], "ask (at)all { {x}}");
}

fn cloud(body: &str) -> String {
    let rule = "title: r\nname: key_made\nlogsource: {product: aws, service: cloudtrail}\ndetection:\n  s: {eventName: CreateAccessKey}\n  condition: s\n---\n";
    format!("{rule}title: Many keys\ncorrelation: {{{body}}}\n")
}

#[test]
fn panther() {
    let panther = job("panther", &["panther"], None);
    let body = "type: value_count, rules: [key_made], group-by: [userIdentity.arn, awsRegion], timespan: 1h, condition: {field: sourceIPAddress, gt: 4}";
    let document = document(converted(&panther, &cloud(body)).unwrap_or_else(|e| panic!("{e}")));
    assert_eq!((&document["Threshold"], &document["DedupPeriodMinutes"]), (&json!(5), &json!(60)));
    assert_eq!(document["LogTypes"], json!(["AWS.CloudTrail"]));
    let expected = r#"def rule(event):
    if event.deep_get("userIdentity", "arn", default="") == "":
        return False
    if event.deep_get("awsRegion", default="") == "":
        return False
    if event.deep_get("sourceIPAddress", default="") == "":
        return False
    if event.deep_get("eventName", default="") == "CreateAccessKey":
        return True
    return False


def dedup(event):
    return str([event.deep_get("userIdentity", "arn", default=""), event.deep_get("awsRegion", default="")])


def unique(event):
    return str(event.deep_get("sourceIPAddress", default=""))
"#;
    assert_eq!(document["Detection"], json!([expected]));
    for body in [
        "type: event_count, rules: [key_made], timespan: 10m, condition: {gte: 4}",
        "type: event_count, rules: [key_made], timespan: 15m, condition: {lt: 4}",
        "type: value_sum, rules: [key_made], timespan: 15m, condition: {field: x, gt: 4}",
    ] {
        let refused = converted(&panther, &cloud(body));
        assert_eq!(refused.err().map(|f| f.reason.code()), Some("expression"), "{body}");
    }
}
