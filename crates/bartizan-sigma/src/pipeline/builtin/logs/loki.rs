//! Streams of Loki, and the fields that its collectors write.
//!
//! Sources: Grafana Loki documentation, "Promtail" (`windows_events`: `event_id`, `channel`, `computer`, `keywords`,
//! `levelText`, `message`), "Parser expressions" (nested JSON keys are joined with `_`).

use crate::{
    error::Failure,
    pipeline::{Fields, Reach, Work},
    rule::LogSource,
};

static FIELDS: &Fields = &[
    ("Channel", "channel"),
    ("Computer", "computer"),
    ("EventID", "event_id"),
    ("Keywords", "keywords"),
    ("Level", "level"),
    ("Message", "message"),
];

/// Products whose logs are JSON, by the reference set.
const JSON: &[&str] = &["azure", "windows", "zeek"];

/// Further products whose logs are JSON, by their vendors' documentation.
const JSON_WIDE: &[&str] =
    &["aws", "bitbucket", "gcp", "github", "kubernetes", "m365", "okta", "onelogin", "opencanary"];

/// Sysmon's message has a field a line, as `Name: value`; written as `Name="value"` it can be parsed.
const SYSMON: &str = r#"json | label_format Message=`{{ .message | replace "\\" "\\\\" | replace "\"" "\\\"" }}` | line_format `{{ regexReplaceAll "([^:]+): ?((?:[^\\r]*|$))(\r\n|$)" .Message "${1}=\"${2}\" "}}` | logfmt"#;

/// The streams of a log source, and how their lines are parsed.
pub(super) fn streams(work: &mut Work) -> Result<(), Failure> {
    let source = &work.rule.log_source;
    let product = source.product.as_deref().unwrap_or_default();
    let selector = match product {
        "windows" => "{job=~\"eventlog|winlog|windows|fluentbit.*\"}",
        "azure" => "{job=\"logstash\"}",
        _ => "{job=~\".+\"}",
    };
    let json = JSON.contains(&product) || (work.reach == Reach::Wide && JSON_WIDE.contains(&product));
    let parser = if json { "json" } else { "logfmt" };
    work.state.insert("loki_selector", selector.to_owned());
    work.state.insert("loki_parser", parser.to_owned());
    Ok(())
}

/// Windows events by Promtail.
pub(super) fn promtail(work: &mut Work) -> Result<(), Failure> {
    work.rename_by(FIELDS);
    if sysmon(&work.rule.log_source) {
        work.state.insert("loki_parser", SYSMON.to_owned());
    }
    Ok(())
}

fn sysmon(source: &LogSource) -> bool {
    source.product("windows") && source.service("sysmon")
}
