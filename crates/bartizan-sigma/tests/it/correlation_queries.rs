//! Correlations as queries, in the syntax that the vendors document.

use bartizan_sigma::{
    Conversion, Failure, convert_correlation,
    pipeline::{Pipeline, Reach},
    target::{self, Job, Query},
};

use crate::collections::{base, set};

fn rules() -> String {
    base("failed_login", 4625) + &base("good_login", 4624) + &base("third-one", 4688)
}

/// As the reference tools write rules: what is of interest here is what stands around them.
fn converted(target: &str, pipelines: &[&str], source: &str) -> Result<Conversion, Failure> {
    converted_in(Reach::Reference, target, pipelines, source)
}

fn converted_in(reach: Reach, target: &str, pipelines: &[&str], source: &str) -> Result<Conversion, Failure> {
    let (set, problems) = set(source);
    assert_eq!(problems, []);
    let pipelines: Vec<String> = pipelines.iter().map(|p| (*p).to_owned()).collect();
    let mut job = Job::new(target, &pipelines, None).unwrap_or_else(|e| panic!("{e}"));
    job.reach = reach;
    convert_correlation(&set, set.correlations.len() - 1, &job)
}

fn of(body: &str) -> String {
    rules() + &format!("title: c\nname: c\ncorrelation: {{{body}}}\n---\n")
}

fn check(target: &str, pipelines: &[&str], body: &str, expected: &str, notes: &[&str]) {
    let conversion = converted(target, pipelines, &of(body)).unwrap_or_else(|e| panic!("{target}: {e}"));
    let texts: Vec<&str> = conversion
        .queries
        .iter()
        .map(|query| match query {
            Query::Text(text) => text.as_str(),
            Query::Json(_) => panic!("a text"),
        })
        .collect();
    assert_eq!(texts.join("\n\n"), expected, "{target}");
    assert_eq!(conversion.notes.iter().map(|n| n.code).collect::<Vec<_>>(), notes, "{target}");
}

const COUNT: &str = "type: event_count, rules: [failed_login], group-by: [TargetUserName], timespan: 5m, condition: {gte: 10}";
const VALUES: &str = "type: value_count, rules: [failed_login], group-by: [ComputerName], timespan: 1d, condition: {field: TargetUserName, gt: 5}";
const BOTH: &str =
    "type: temporal, rules: [failed_login, good_login], group-by: [TargetUserName], timespan: 1h";
const ORDER: &str =
    "type: temporal_ordered, rules: [failed_login, good_login], group-by: [TargetUserName], timespan: 90s";
const ALIAS: &str = "type: temporal_ordered, rules: [failed_login, good_login], group-by: [who], timespan: 5m, aliases: {who: {failed_login: TargetUserName, good_login: SubjectUserName}}";

const FIXED: &[&str] = &["correlation.fixed-windows"];
const WINDOWS: &[&str] = &["splunk_windows"];
const ECS: &[&str] = &["ecs_windows"];

#[test]
fn splunk() {
    check(
        "splunk",
        WINDOWS,
        COUNT,
        "source=\"WinEventLog:Security\" EventCode=4625\n| bin _time span=5m\n| stats count as event_count by _time, TargetUserName\n| where event_count >= 10",
        FIXED,
    );
    check(
        "splunk",
        &[],
        VALUES,
        "EventID=4625\n| bin _time span=1d\n| stats dc(TargetUserName) as value_count by _time, ComputerName\n| where value_count > 5",
        FIXED,
    );
    check(
        "splunk",
        &[],
        BOTH,
        "| multisearch\n    [search EventID=4625 | eval rule_name=\"failed_login\", event_time=_time]\n    [search EventID=4624 | eval rule_name=\"good_login\", event_time=_time]\n| bin _time span=1h\n| stats dc(rule_name) as rule_count by _time, TargetUserName\n| where rule_count >= 2",
        FIXED,
    );
    check(
        "splunk",
        &[],
        ALIAS,
        "| multisearch\n    [search EventID=4625 | eval rule_name=\"failed_login\", event_time=_time | rename TargetUserName as who]\n    [search EventID=4624 | eval rule_name=\"good_login\", event_time=_time | rename SubjectUserName as who]\n| bin _time span=5m\n| stats min(eval(if(rule_name=\"failed_login\", event_time, null()))) as first_seen, max(eval(if(rule_name=\"good_login\", event_time, null()))) as last_seen by _time, who\n| where first_seen <= last_seen",
        FIXED,
    );
    // An event that two rules match counts once.
    check(
        "splunk",
        &[],
        "type: event_count, rules: [failed_login, good_login], timespan: 5m, condition: {gt: 2, lte: 10}",
        "(EventID=4625) OR (EventID=4624)\n| bin _time span=5m\n| stats count as event_count by _time\n| where event_count > 2 AND event_count <= 10",
        FIXED,
    );
}

#[test]
fn splunk_saved_searches() {
    let (set, _) = set(&of(COUNT));
    let saved = |format| {
        let job = Job::new("splunk", &[], Some(format)).unwrap_or_else(|e| panic!("{e}"));
        convert_correlation(&set, 0, &job)
    };
    let conversion = saved("savedsearches").unwrap();
    assert_eq!(
        conversion.queries,
        [Query::Text(
            "\n[default]\ndispatch.earliest_time = -30d\ndispatch.latest_time = now\n\n[c]\ndescription = \nsearch = EventID=4625 \\\n| bin _time span=5m \\\n| stats count as event_count by _time, TargetUserName \\\n| where event_count >= 10".into()
        )]
    );
    assert_eq!(saved("data_model").unwrap_err().reason.code(), "expression");
}

#[test]
fn elastic() {
    check(
        "esql",
        ECS,
        COUNT,
        "from * metadata _id, _index, _version | where winlog.channel==\"Security\" and event.code==\"4625\"\n| where winlog.event_data.TargetUserName is not null\n| eval timebucket=date_trunc(5 minutes, @timestamp) | stats event_count=count(*) by timebucket, winlog.event_data.TargetUserName\n| where event_count >= 10",
        FIXED,
    );
    check(
        "esql",
        &[],
        "type: temporal, rules: [failed_login, good_login, third-one], timespan: 2h, condition: failed_login and (good_login or third-one)",
        "from * metadata _id, _index, _version | where (EventID==4625) or (EventID==4624) or (EventID==4688)\n| eval failed_login=case(EventID==4625, 1, 0), good_login=case(EventID==4624, 1, 0), rule_3=case(EventID==4688, 1, 0)\n| eval timebucket=date_trunc(2 hours, @timestamp) | stats failed_login=max(failed_login), good_login=max(good_login), rule_3=max(rule_3) by timebucket\n| where (failed_login > 0 and (good_login > 0 or rule_3 > 0))",
        FIXED,
    );
}

#[test]
fn eql() {
    check(
        "eql",
        &[],
        ORDER,
        "sequence with maxspan=90s\n  [any where EventID:4625] by TargetUserName\n  [any where EventID:4624] by TargetUserName",
        &[],
    );
    check(
        "eql",
        &[],
        COUNT,
        "sequence with maxspan=5m\n  [any where EventID:4625] by TargetUserName with runs=10",
        &[],
    );
    // Both orders.
    check(
        "eql",
        &[],
        "type: temporal, rules: [failed_login, good_login], timespan: 1h",
        "sequence with maxspan=1h\n  [any where EventID:4625]\n  [any where EventID:4624]\n\nsequence with maxspan=1h\n  [any where EventID:4624]\n  [any where EventID:4625]",
        &[],
    );
}

#[test]
fn kusto() {
    check(
        "kusto",
        &[],
        COUNT,
        "EventID == 4625\n| where isnotempty(TargetUserName)\n| summarize event_count=count() by timebucket=bin(TimeGenerated, 5m), TargetUserName\n| where event_count >= 10",
        FIXED,
    );
    check(
        "kusto",
        &[],
        ORDER,
        "EventID == 4625\n| project key_0=tostring(TargetUserName), t_0=TimeGenerated\n| join kind=inner (EventID == 4624\n| project key_0=tostring(TargetUserName), t_1=TimeGenerated) on key_0\n| where t_1 >= t_0\n| where isnotempty(key_0) and t_1 - t_0 <= 90s\n| project TargetUserName=key_0, first_seen=t_0, last_seen=t_1",
        &[],
    );
}

#[test]
fn fields_go_through_the_pipelines_of_the_rules() {
    let source = "title: r\nname: whoami_run\nlogsource: {product: windows, category: process_creation}\ndetection:\n  s: {Image|endswith: '\\whoami.exe'}\n  condition: s\n---\ntitle: c\ncorrelation: {type: value_count, rules: [whoami_run], group-by: [Computer], timespan: 5m, condition: {field: CommandLine, gte: 3}}\n";
    let text = |target: &str, pipelines: &[&str]| match converted(target, pipelines, source) {
        Ok(conversion) => match &conversion.queries[..] {
            [Query::Text(text)] => text.clone(),
            other => panic!("{other:?}"),
        },
        Err(failure) => panic!("{target}: {failure}"),
    };
    let query = text("kusto", &["microsoft_xdr"]);
    assert!(query.starts_with("DeviceProcessEvents\n| where "), "{query}");
    assert!(
        query.ends_with("| where isnotempty(DeviceName)\n| summarize value_count=count_distinct(ProcessCommandLine) by timebucket=bin(Timestamp, 5m), DeviceName\n| where value_count >= 3"),
        "{query}"
    );
    let query = text("esql", ECS);
    assert!(
        query.contains("count_distinct(process.command_line) by timebucket, winlog.event_data.Computer"),
        "{query}"
    );
    // What the schema has not is refused as in a rule.
    let source = source.replace("[Computer]", "[Nonsense]");
    let refused = converted("kusto", &["microsoft_xdr"], &source).unwrap_err();
    assert_eq!(refused.reason.code(), "field");
}

#[test]
fn log_scale() {
    check(
        "log_scale",
        &[],
        COUNT,
        "EventID=4625 | TargetUserName=* | timebucket := @timestamp / 300000 | timebucket := math:floor(timebucket) | groupBy([timebucket, TargetUserName], function=count(as=event_count), limit=max) | event_count >= 10",
        FIXED,
    );
    check(
        "log_scale",
        &[],
        ORDER,
        "correlate(\n  failed_login: { EventID=4625 } include: [TargetUserName],\n  good_login: { EventID=4624 } include: [TargetUserName],\n  sequence=true, within=90s, globalConstraints=[TargetUserName]\n)",
        &[],
    );
    check(
        "log_scale",
        &[],
        ALIAS,
        "correlate(\n  failed_login: { EventID=4625 } include: [TargetUserName],\n  good_login: { EventID=4624 | SubjectUserName <=> failed_login.TargetUserName } include: [SubjectUserName],\n  sequence=true, within=5m\n)",
        &[],
    );
}

#[test]
fn sql() {
    let events = |id| {
        format!(
            "(strftime('%s', timestamp) + CAST(substr(strftime('%f', timestamp), 3) AS REAL)) AS t, TargetUserName AS key_1 FROM logs WHERE EventID={id}"
        )
    };
    check(
        "sqlite",
        &[],
        COUNT,
        &format!(
            "WITH events AS (SELECT 'failed_login' AS rule_name, {}) SELECT a.key_1 AS TargetUserName, MIN(b.t) AS first_seen, a.t AS last_seen, COUNT(*) AS event_count FROM (SELECT DISTINCT key_1, t FROM events) a JOIN events b ON b.key_1 = a.key_1 WHERE b.t BETWEEN a.t - 300 AND a.t GROUP BY a.key_1, a.t HAVING COUNT(*) >= 10",
            events(4625)
        ),
        &[],
    );
    check(
        "sqlite",
        &[],
        ORDER,
        &format!(
            "WITH events AS (SELECT 'failed_login' AS rule_name, {} UNION ALL SELECT 'good_login' AS rule_name, {}) SELECT DISTINCT e1.key_1 AS TargetUserName, e1.t AS first_seen, e2.t AS last_seen FROM events e1 JOIN events e2 ON e2.key_1 = e1.key_1 WHERE e1.rule_name = 'failed_login' AND e2.rule_name = 'good_login' AND e1.t <= e2.t AND e2.t - e1.t <= 90",
            events(4625),
            events(4624)
        ),
        &[],
    );
    // What more events can undo is asked of windows that begin at fixed times.
    let few = COUNT.replace("gte", "lt");
    let conversion = converted("clickhouse", &[], &of(&few)).unwrap();
    assert_eq!(conversion.notes[0].code, "correlation.fixed-windows");
    // A correlation over another one.
    let chain = of(COUNT).replace("name: c", "name: many_failed")
        + "title: d\ncorrelation: {type: temporal_ordered, rules: [many_failed, good_login], group-by: [TargetUserName], timespan: 10m}\n";
    assert!(converted("databricks", &[], &chain).is_ok());
    assert_eq!(converted("splunk", &[], &chain).unwrap_err().reason.code(), "expression");
}

#[test]
fn a_pipeline_names_the_field_with_the_time() {
    let (set, _) = set(&of(COUNT));
    let mut job = Job::new("sqlite", &[], None).unwrap_or_else(|e| panic!("{e}"));
    let pipeline =
        "name: p\ntransformations:\n  - {id: t, type: set_state, key: time_field, val: SystemTime}\n";
    job.user = vec![Pipeline::parse(pipeline).map(std::sync::Arc::new).unwrap_or_else(|e| panic!("{e}"))];
    let conversion = convert_correlation(&set, 0, &job).unwrap();
    assert!(
        matches!(&conversion.queries[0], Query::Text(text) if text.contains("strftime('%s', SystemTime)"))
    );
}

#[test]
fn other_languages() {
    let source = "title: r\nname: whoami_run\nlogsource: {product: windows, category: process_creation}\ndetection:\n  s: {Image|endswith: '\\whoami.exe'}\n  condition: s\n---\ntitle: c\ncorrelation: {type: event_count, rules: [whoami_run], group-by: [User], timespan: 5m, condition: {gte: 3}}\n";
    for (target, end) in [
        ("cortex_xdr", " | bin _time span = 5m | comp count() as event_count by _time, "),
        ("sentinel_one_pq", " | group event_count = count() by timestamp = timebucket('5m'), "),
        ("open_search_ppl", " | stats count() as event_count by span(@timestamp, 5m) as timebucket, "),
        ("splunk_spl2", " | bin _time span=5m | stats count() AS event_count by _time, "),
    ] {
        let conversion = converted(target, &[], source).unwrap_or_else(|e| panic!("{target}: {e}"));
        let Query::Text(text) = &conversion.queries[0] else { panic!("a text") };
        assert!(text.contains(end), "{target}: {text}");
        assert_eq!(conversion.notes[0].code, "correlation.fixed-windows");
    }
}

#[test]
fn what_cannot_be_said_is_refused() {
    let not = "type: temporal, rules: [failed_login, good_login], timespan: 5m, condition: failed_login and not good_login";
    let three = "type: temporal_ordered, rules: [failed_login, good_login, third-one], timespan: 5m";
    for (target, body) in [
        ("lucene", COUNT),
        ("splunk", not),
        ("sqlite", not),
        ("esql", not),
        ("splunk", three),
        ("esql", ALIAS),
        ("eql", VALUES),
        (
            "log_scale",
            "type: value_median, rules: [failed_login], timespan: 5m, condition: {field: A, gte: 1}",
        ),
        ("sqlite", "type: value_median, rules: [failed_login], timespan: 5m, condition: {field: A, gte: 1}"),
    ] {
        let refused = converted(target, &[], &of(body));
        assert_eq!(refused.err().map(|f| f.reason.code()), Some("expression"), "{target} {body}");
    }
}

/// Names of fields and rules never end what they stand in.
#[test]
fn hostile_names() {
    for name in ["a' OR 1=1 --", "x` | delete", "a\"b", "a|b", "a\nb", "a]b", "a)b", "a,b", ""] {
        let quoted = serde_json::json!(name);
        let body = format!(
            "type: event_count, rules: [failed_login], group-by: [{quoted}], timespan: 5m, condition: {{gte: 1}}"
        );
        for target in target::targets() {
            for reach in [Reach::Reference, Reach::Wide] {
                let refused = converted_in(reach, target.name, &[], &of(&body)).is_err();
                assert!(refused, "{}: {name}", target.name);
            }
        }
    }
    let source = base("x", 1).replace("name: x", "name: \"x' OR '1'='1\"")
        + &base("y", 2)
        + "title: c\ncorrelation: {type: temporal, rules: [\"x' OR '1'='1\", y], timespan: 5m}\n";
    for target in target::targets() {
        if let Ok(conversion) = converted_in(Reach::Wide, target.name, &[], &source) {
            assert!(!format!("{conversion:?}").contains("OR '1'"), "{}", target.name);
        }
    }
}

/// Every kind for every target is converted or refused, never a panic, and a chain that doubles at each step ends.
#[test]
fn every_kind_and_hostile_chains() {
    for kind in bartizan_sigma::rule::correlation::Kind::ALL {
        let field = if kind.asks_field() { "field: Bytes, percentile: 90, " } else { "" };
        let body = format!(
            "type: {}, rules: [failed_login, good_login], group-by: [User], timespan: 5m, condition: {{{field}gte: 2}}",
            kind.name()
        );
        for target in target::targets() {
            let _ = converted(target.name, &[], &of(&body));
            let _ = converted_in(Reach::Wide, target.name, &[], &of(&body));
        }
    }
    let mut chain = rules()
        + "title: t\nname: c_0\ncorrelation: {type: temporal, rules: [failed_login, good_login], timespan: 5m}\n---\n";
    for at in 1..14 {
        chain += &format!(
            "title: t\nname: c_{at}\ncorrelation: {{type: event_count, rules: [c_{0}, c_{0}], timespan: 5m, condition: {{gte: 1}}}}\n---\n",
            at - 1
        );
    }
    let refused = converted("sqlite", &[], &chain).unwrap_err();
    assert_eq!(refused.reason.code(), "expression");
}

#[test]
fn elastalert() {
    check(
        "elastalert",
        &[],
        COUNT,
        "description: ''\nfilter:\n- query:\n    query_string:\n      query: (EventID:4625) AND _exists_:TargetUserName\nindex: '*'\nname: c\nnum_events: 10\npriority: 2\nquery_key:\n- TargetUserName\ntimeframe:\n  minutes: 5\ntype: frequency\n",
        &[],
    );
    check(
        "elastalert",
        &[],
        VALUES,
        "description: ''\nfilter:\n- query:\n    query_string:\n      query: (EventID:4625) AND _exists_:ComputerName\nindex: '*'\nname: c\ncardinality_field: TargetUserName\nmax_cardinality: 5\npriority: 2\nquery_key:\n- ComputerName\ntimeframe:\n  days: 1\ntype: cardinality\n",
        &[],
    );
}
