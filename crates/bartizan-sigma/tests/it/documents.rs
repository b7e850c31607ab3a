//! Targets whose queries are whole documents, through the front door.

use bartizan_sigma::{
    convert,
    rule::{self, Document},
    target::{self, Job, Query},
};

const RULE: &str = "title: 'Keys: made'
status: test
description: A key was made by someone who does not use the console, which is where people usually make keys.
author: Someone
tags: [attack.persistence, attack.t1098.001]
logsource: { product: aws, service: cloudtrail }
detection:
  selection:
    eventName: [CreateAccessKey, CreateKeyPair]
    requestParameters.userName|startswith: adm
  filter:
    userAgent|contains: [console, browser]
  condition: selection and not filter
level: high
";

fn check(label: &str, part: impl Fn(&Query) -> String, expected: &str) {
    let label = target::label(label).expect("the label is known");
    let job = Job::of_label(label).expect("the label is whole");
    let documents = rule::parse(RULE).expect("the rule is one");
    let Some(Document::Rule(rule)) = documents.first() else { panic!("no rule") };
    let queries = convert(rule, &job).expect("it is converted").queries;
    assert_eq!(queries.iter().map(part).collect::<String>(), expected);
}

#[test]
fn panther_as_yaml() {
    let text = |query: &Query| match query {
        Query::Text(text) => text.clone(),
        Query::Json(_) => panic!("a text"),
    };
    check(
        "panther-sdyaml",
        text,
        "AnalysisType: rule
Description: 'A key was made by someone who does not use the console, which is where
  people usually make keys.


  Status: test


  Author: Someone'
Detection:
- All:
  - Condition: IsIn
    KeyPath: eventName
    Values:
    - CreateAccessKey
    - CreateKeyPair
  - Condition: StartsWith
    KeyPath: requestParameters.userName
    Value: adm
  - Condition: DoesNotContain
    KeyPath: userAgent
    Value: console
  - Condition: DoesNotContain
    KeyPath: userAgent
    Value: browser
DisplayName: 'Keys: made'
Enabled: true
LogTypes:
- AWS.CloudTrail
Reports:
  MITRE ATT&CK:
  - TA0003:T1098.001
Severity: High
Tags:
- Sigma
- persistence
- t1098.001
",
    );
}

#[test]
fn panther_as_python() {
    let code = |query: &Query| match query {
        Query::Json(document) => document["Detection"][0].as_str().unwrap_or_default().to_owned(),
        Query::Text(_) => panic!("a document"),
    };
    check(
        "panther-python",
        code,
        r#"def rule(event):
    if all(
        [
            event.deep_get("eventName", default="") in ["CreateAccessKey", "CreateKeyPair"],
            event.deep_get("requestParameters", "userName", default="").startswith("adm"),
            not any(
                [
                    "console" in event.deep_get("userAgent", default=""),
                    "browser" in event.deep_get("userAgent", default=""),
                ]
            ),
        ]
    ):
        return True
    return False
"#,
    );
}
