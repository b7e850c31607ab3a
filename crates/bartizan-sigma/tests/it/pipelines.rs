//! Pipelines from YAML: what each step does, seen through a target.

use std::sync::Arc;

use bartizan_sigma::{
    convert,
    pipeline::Pipeline,
    target::{Job, Query},
};

use crate::rule;

fn query(pipeline: &str, detection: &str) -> Result<String, String> {
    let mut job = Job::new("splunk", &[], None)?;
    job.user = vec![Arc::new(Pipeline::parse(pipeline).map_err(|e| e.to_string())?)];
    let queries = convert(&rule(detection), &job).map_err(|f| f.to_string())?.queries;
    match queries.as_slice() {
        [Query::Text(text)] => Ok(text.clone()),
        other => Err(format!("{other:?}")),
    }
}

const DETECTION: &str = "  s:\n    Image|endswith: '\\a.exe'\n    User: bob\n  condition: s\n";

#[test]
fn fields_conditions_and_text_around() {
    let pipeline = r#"
name: test
priority: 10
transformations:
  - id: names
    type: field_name_mapping
    mapping: {Image: process.path, User: [user, account]}
    rule_conditions:
      - {type: logsource, product: windows}
  - type: add_condition
    conditions: {index: main}
    rule_conditions:
      - {type: processing_item_applied, processing_item_id: names}
  - type: field_name_prefix
    prefix: x.
    field_name_conditions:
      - {type: include_fields, fields: [process.path]}
postprocessing:
  - {type: embed, prefix: "search ", suffix: " | table _time"}
"#;
    assert_eq!(
        query(pipeline, DETECTION).as_deref(),
        Ok(r#"search index="main" x.process.path="*\\a.exe" user="bob" OR account="bob" | table _time"#)
    );
}

#[test]
fn placeholders_get_their_values() {
    let detection = "  s:\n    User|expand: '%admins%'\n  condition: s\n";
    let with = "vars: {admins: [root, 'adm*']}\ntransformations:\n  - {type: value_placeholders}\n";
    assert_eq!(query(with, detection).as_deref(), Ok(r#"User IN ("root", "adm*")"#));
    let without = "transformations:\n  - {type: value_placeholders}\n";
    assert!(query(without, detection).is_err_and(|e| e.contains("admins")));
    let wild = "transformations:\n  - {type: wildcard_placeholders}\n";
    assert_eq!(query(wild, detection).as_deref(), Ok(r#"User="*""#));
}

#[test]
fn refusals_and_what_is_not_known() {
    let fail = "transformations:\n  - {type: rule_failure, message: not here}\n";
    assert!(query(fail, DETECTION).is_err_and(|e| e.contains("not here")));
    for unknown in [
        "transformations:\n  - {type: nothing_like_it}\n",
        "finalisers: []\n",
        "transformations:\n  - {type: set_state}\n",
        "transformations:\n  - {type: drop_detection_item, rule_cond_expr: 'a and b'}\n",
        "transformations:\n  - {type: drop_detection_item, rule_cond_expr: 'a and b', rule_conditions: {a: {type: tag, tag: x}}}\n",
        "transformations:\n  - {type: drop_detection_item, rule_cond_op: or, rule_cond_expr: a, rule_conditions: {a: {type: tag, tag: x}}}\n",
        "postprocessing:\n  - {type: template, template: '{{ query'}\n",
        "postprocessing:\n  - {type: json, json_template: '{'}\n",
        "finalizers:\n  - {type: nested, finalizers: [{type: sum}]}\n",
    ] {
        assert!(Pipeline::parse(unknown).is_err(), "{unknown}");
    }
}

#[test]
fn conditions_by_name() {
    let pipeline = |expression: &str| {
        format!(
            r#"
transformations:
  - type: add_condition
    conditions: {{index: main}}
    rule_conditions:
      win: {{type: logsource, product: windows}}
      bob: {{type: contains_detection_item, field: User, value: bob}}
      low: {{type: rule_attribute, attribute: level, value: medium, op: lt}}
    rule_cond_expr: {expression}
"#
        )
    };
    let plain = r#"Image="*\\a.exe" User="bob""#;
    let added = format!("index=\"main\" {plain}");
    assert_eq!(query(&pipeline("win and (bob or low)"), DETECTION).as_deref(), Ok(added.as_str()));
    assert_eq!(query(&pipeline("win and not bob or low"), DETECTION).as_deref(), Ok(plain));
}

#[test]
fn values_any_or_all() {
    let detection = "  s:\n    A: ['x1', 'y1']\n  condition: s\n";
    let pipeline = |cond: &str| {
        format!(
            "transformations:\n  - type: set_value\n    value: z\n    detection_item_conditions:\n      - {{type: match_string, pattern: '^x', cond: {cond}}}\n"
        )
    };
    assert_eq!(query(&pipeline("any"), detection).as_deref(), Ok(r#"A="z""#));
    assert_eq!(query(&pipeline("all"), detection).as_deref(), Ok(r#"A IN ("x1", "y1")"#));
    assert!(query(&pipeline("some"), detection).is_err());
}

#[test]
fn fields_by_expression_and_state_for_the_target() {
    let pipeline = "transformations:\n  - type: field_name_prefix\n    prefix: p.\n    field_name_conditions:\n      - {type: include_fields, fields: ['Im.*'], mode: re}\n";
    assert_eq!(query(pipeline, DETECTION).as_deref(), Ok(r#"p.Image="*\\a.exe" User="bob""#));
    let pipeline = "transformations:\n  - {type: set_state, key: index, val: logs-*}\n";
    let mut job = Job::new("esql", &[], None).unwrap_or_else(|e| panic!("{e}"));
    job.user = vec![Arc::new(Pipeline::parse(pipeline).unwrap_or_else(|e| panic!("{e}")))];
    let done =
        convert(&rule("  s:\n    User: bob\n  condition: s\n"), &job).unwrap_or_else(|e| panic!("{e}"));
    assert!(matches!(&done.queries[..], [Query::Text(text)] if text.starts_with("from logs-* metadata")));
}
