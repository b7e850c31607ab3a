//! VictoriaLogs, Loki and PantherFlow: queries as their vendors' documentation has them.

use bartizan_sigma::{
    convert,
    pipeline::Reach,
    rule::Rule,
    target::{self, Job, Query},
};

use crate::rule;

/// The query of a rule, or the reason why there is none.
fn query(rule: &Rule, job: &Job) -> Result<String, String> {
    let conversion = convert(rule, job).map_err(|failure| failure.reason.code().to_owned())?;
    match conversion.queries.as_slice() {
        [Query::Text(text)] => Ok(text.clone()),
        other => panic!("{other:?}"),
    }
}

fn wide(name: &str, pipelines: &[&str], format: Option<&str>) -> Job {
    let pipelines: Vec<String> = pipelines.iter().map(|p| (*p).to_owned()).collect();
    Job::new(name, &pipelines, format).expect("a target")
}

fn check(job: &Job, detection: &str, expected: &str) {
    assert_eq!(query(&rule(detection), job).as_deref(), Ok(expected), "{detection}");
}

fn one(item: &str) -> String {
    format!("  s:\n    {item}\n  condition: s\n")
}

/// LogsQL: exact, prefix, phrase and regular expression filters mind letter case, but `(?i)` does not.
#[test]
fn victorialogs() {
    let job = wide("victorialogs", &[], None);
    check(&job, &one("A: x.y"), r#"A:~"(?is)^x\\.y$""#);
    check(&job, &one("A|startswith: 'C:\\'"), r#"A:~"(?is)^C:\\\\""#);
    check(&job, &one("A|endswith: x"), r#"A:~"(?is)x$""#);
    check(&job, &one("A|contains: '\"'"), r#"A:~"(?is)\"""#);
    check(&job, &one("A|cased: x"), r#"A:~"(?s)^x$""#);
    check(&job, &one("A: '*'"), "A:*");
    check(&job, &one("A: null"), r#"A:"""#);
    check(&job, &one("A|gte: 5"), "A:>=5");
    check(&job, &one("A|cidr: 10.0.0.0/8"), r#"A:ipv4_range("10.0.0.0/8")"#);
    check(&job, &one("A|cidr: fe80::/10"), r#"A:ipv6_range("fe80::/10")"#);
    check(&job, &one("a-b|re: 'x\\d'"), r#""a-b":~"x\\d""#);
    check(
        &job,
        "  s:\n    A|exists: true\n  f:\n    - B: 1\n    - C|fieldref: D\n  condition: s and not f\n",
        r#"A:* AND NOT (B:="1" OR C:eq_field(D))"#,
    );
    // RE2 has no look-around.
    assert_eq!(query(&rule(&one("A|re: 'x(?=y)'")), &job), Err("expression".to_owned()));
}

/// Winlogbeat's names; the service asks for its channel.
#[test]
fn victorialogs_windows_events() {
    let mut rule = rule(&one("EventID: 4624"));
    rule.log_source.category = None;
    rule.log_source.service = Some("security".to_owned());
    let job = wide("victorialogs", &["victorialogs_windows_eventlog"], None);
    let expected = r#"winlog.channel:~"(?is)^Security$" AND winlog.event_id:="4624""#;
    assert_eq!(query(&rule, &job).as_deref(), Ok(expected));
}

const WINDOWS: &str = "{job=~\"eventlog|winlog|windows|fluentbit.*\"}";

/// LogQL: label filters match the whole value; there is no `not`; keys of nested JSON are joined with `_`.
#[test]
fn loki() {
    let job = wide("loki", &[], None);
    let fields =
        |item: &str, expected: &str| check(&job, &one(item), &format!("{WINDOWS} | json | {expected}"));
    fields("A: x", "A=~`(?is)^x$`");
    fields("a.b|contains: x", "a_b=~`(?is).*x.*`");
    fields("A|contains: '`'", "A=~\"(?is).*`.*\"");
    fields("A|re: 'a|b'", "A=~`(?s:.*)(?:a|b)(?s:.*)`");
    fields("A: 5", "A=`5`");
    fields("A: null", "A=``");
    fields("A|lt: 5", "A<5");
    fields("A|cidr: 10.0.0.0/8", "A=ip(\"10.0.0.0/8\")");
    fields(
        "A|fieldref: B",
        "label_format match_0=`{{ if eq (lower .B) (lower .A) }}true{{ else }}false{{ end }}` | match_0=`true`",
    );
    check(
        &job,
        "  s:\n    A: x\n  f:\n    B: y\n    C|gt: 1\n  condition: s and not f\n",
        &format!("{WINDOWS} | json | A=~`(?is)^x$` and (B!~`(?is)^y$` or (C<=1 or C=``))"),
    );
}

/// Keywords are line filters, before the parser; in an `or` with fields they ask a label that holds the line.
#[test]
fn loki_keywords() {
    let job = wide("loki", &[], None);
    check(
        &job,
        "  k:\n    - one\n    - two\n  s:\n    A: x\n  condition: k and s\n",
        &format!("{WINDOWS} |~ `(?:(?is)one)|(?:(?is)two)` | json | A=~`(?is)^x$`"),
    );
    check(&job, "  k:\n    - one\n  condition: not k\n", &format!("{WINDOWS} !~ `(?:(?is)one)`"));
    check(
        &job,
        "  k:\n    - one\n  s:\n    A: x\n  condition: k or s\n",
        &format!(
            "{WINDOWS} | json | label_format log_line=`{{{{ __line__ }}}}` | log_line=~`(?s:.*)(?:(?is)one)(?s:.*)` or A=~`(?is)^x$`"
        ),
    );
}

/// Loki's ruler: labels and annotations are templates, so that braces of a rule are written as text.
#[test]
fn loki_ruler() {
    let mut rule = rule(&one("A: x"));
    rule.title = "a \"{{ b".to_owned();
    rule.level = Some("high".to_owned());
    let expected = r#"groups:
- name: "2e8c1f0a-6f0c-4b0e-9d0b-0f2a7a1c9b11"
  interval: 1m
  rules:
  - alert: "a \"{{ b"
    expr: "sum(count_over_time({job=~\"eventlog|winlog|windows|fluentbit.*\"} | json | A=~`(?is)^x$` [1m])) > 0"
    labels:
      severity: "high"
    annotations:
      summary: "a \"{{ \"{{\" }} b"
"#;
    let text = query(&rule, &wide("loki", &[], Some("ruler"))).expect("a rule file");
    assert_eq!(text, expected);
    bartizan_sigma::yaml::parse(&text).expect("YAML");
}

/// A query that is too long for the reference tools is cut there; the wide reach leaves nothing out.
#[test]
fn loki_long_rules() {
    let values: String = (0..500).map(|n| format!("      - value-{n:04}\n")).collect();
    let rule = rule(&format!("  s:\n    A|contains:\n{values}  condition: s\n"));
    let job = wide("loki", &[], None);
    assert!(query(&rule, &job).is_ok_and(|text| (0..500).all(|n| text.contains(&format!("{n:04}")))));
    let label = target::label("loki-sysmon").expect("a label");
    let reference = Job::of_label(label).expect("a job");
    let conversion = convert(&rule, &reference).expect("converted");
    assert!(
        matches!(conversion.queries.as_slice(), [Query::Json(parts)] if parts.as_array().is_some_and(|p| p.len() > 1))
    );
}

/// PantherFlow: a table, `where`, comparisons; what is absent is null.
#[test]
fn pantherflow() {
    let mut base = wide("panther", &["panther"], Some("pantherflow"));
    let ask = |job: &Job, detection: &str| {
        let mut rule = rule(detection);
        rule.log_source.category = None;
        rule.log_source.product = Some("aws".to_owned());
        rule.log_source.service = Some("cloudtrail".to_owned());
        query(&rule, job)
    };
    let table = |test: &str| Ok(format!("aws_cloudtrail\n| where {test}"));
    assert_eq!(ask(&base, &one("a.b: 5")), table("a.b == 5"));
    assert_eq!(ask(&base, &one("a: null")), table("a == null"));
    assert_eq!(ask(&base, &one("a|contains|cased: 'x\"'")), table(r#"strings.contains(a, "x\"")"#));
    assert_eq!(
        ask(&base, "  s:\n    a|gt: 1\n  f:\n    b-c.d|cased: x\n  condition: s and not f\n"),
        Err("field".to_owned())
    );
    assert_eq!(
        ask(&base, "  s:\n    a|gt: 1\n  f:\n    b.c-d|cased: x\n  condition: s and not f\n"),
        table(r#"a > 1 and not ((b["c-d"] != null and b["c-d"] == "x"))"#)
    );
    // Letter case counts there: only on request.
    assert_eq!(ask(&base, &one("a: x")), Err("expression".to_owned()));
    base.approximate = true;
    assert_eq!(ask(&base, &one("a: [x, 'y\\']")), table(r#"a in ["x", "y\\"]"#));
    assert_eq!(ask(&base, &one("a|startswith: x")), Err("expression".to_owned()));
    base.reach = Reach::Reference;
    assert_eq!(ask(&base, &one("a: 5")), Err("expression".to_owned()));
}

/// Alternatives that a modifier makes of one value stay together under a negation.
#[test]
fn negated_alternatives_have_brackets() {
    let rule = rule("  s:\n    A|contains|windash: ' -x'\n  f:\n    B: y\n  condition: f and not s\n");
    let expected = "@B:y AND (NOT (@A:*\\ \\-x* OR @A:*\\ /x* OR @A:*\\ –x* OR @A:*\\ —x* OR @A:*\\ ―x*))";
    assert_eq!(query(&rule, &wide("datadog", &[], None)).as_deref(), Ok(expected));
}

/// NetWitness has no wildcards in strings: those inside one make an expression of it.
#[test]
fn netwitness_wildcards() {
    let job = wide("net_witness", &[], None);
    check(&job, &one("A: 'a*b?'"), "A regex '(?i)^a.*b.$'");
    check(&job, &one("A|contains: ['x', 'y']"), "A contains 'x','y'");
    assert_eq!(query(&rule(&one("A: \"'\\\"\"")), &job), Err("value".to_owned()));
}
