//! Rules for the platforms that a user names in everyday words: target, pipelines and format together.

use bartizan_sigma::{
    convert,
    rule::{self, Document},
    target::{Job, Query},
};
use serde_json::json;

use crate::{Detection, Detections};

/// A platform by its everyday name.
#[derive(Clone, Copy, Debug)]
pub struct Platform {
    /// As `--targets` takes it.
    pub name: &'static str,
    /// The product.
    pub about: &'static str,
    target: &'static str,
    pipelines: &'static [&'static str],
}

const fn platform(
    name: &'static str,
    about: &'static str,
    target: &'static str,
    pipelines: &'static [&'static str],
) -> Platform {
    Platform { name, about, target, pipelines }
}

/// Every platform, the most common first.
pub static PLATFORMS: &[Platform] = &[
    platform("splunk", "Splunk", "splunk", &["splunk_windows"]),
    platform("sentinel", "Microsoft Sentinel (ASIM)", "kusto", &["sentinel_asim"]),
    platform("defender", "Microsoft Defender XDR", "kusto", &["microsoft_xdr"]),
    platform("elastic", "Elastic (Lucene)", "lucene", &["ecs_windows"]),
    platform("elastic-eql", "Elastic (EQL)", "eql", &["ecs_windows"]),
    platform("elastic-esql", "Elastic (ES|QL)", "esql", &["ecs_windows"]),
    platform("opensearch", "OpenSearch", "opensearch_lucene", &["ecs_windows"]),
    platform("crowdstrike", "CrowdStrike LogScale", "log_scale", &["crowdstrike_fdr"]),
    platform("sentinelone", "SentinelOne PowerQuery", "sentinel_one_pq", &[]),
    platform("carbonblack", "Carbon Black Cloud", "carbon_black", &["carbonblack"]),
    platform("cortex", "Cortex XDR", "cortex_xdr", &[]),
    platform("insightidr", "Rapid7 InsightIDR", "insight_idr", &[]),
    platform("logpoint", "LogPoint", "logpoint", &["logpoint_windows"]),
    platform("netwitness", "NetWitness", "net_witness", &["netwitness_windows"]),
    platform("datadog", "Datadog", "datadog", &[]),
    platform("qradar", "IBM QRadar (AQL)", "qradar", &[]),
    platform("secops", "Google SecOps (UDM search)", "secops", &[]),
    platform("sumologic", "Sumo Logic Cloud SIEM", "sumologic_cse", &[]),
    platform("helix", "Trellix Helix", "tql", &[]),
    platform("graylog", "Graylog", "graylog", &[]),
    platform("wazuh", "Wazuh", "wazuh", &[]),
    platform("fortisiem", "FortiSIEM", "fortisiem", &[]),
    platform("databricks", "Databricks", "databricks", &[]),
    platform("clickhouse", "ClickHouse", "clickhouse", &[]),
    platform("sqlite", "SQLite", "sqlite", &[]),
    platform("postgresql", "PostgreSQL", "postgresql", &[]),
    platform("duckdb", "DuckDB", "duckdb", &[]),
    platform("snowflake", "Snowflake", "snowflake", &[]),
];

/// What is converted to where the user names nothing.
pub const USUAL: &[&str] = &["splunk", "sentinel", "defender", "elastic", "crowdstrike"];

/// The platform of this name.
pub fn by_name(name: &str) -> Option<&'static Platform> {
    PLATFORMS.iter().find(|p| p.name == name)
}

/// The query of one rule, or why there is none.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Converted {
    /// The query.
    Query(String),
    /// A code of `bartizan sigma convert`, and its words.
    Refused(&'static str, String),
}

impl Platform {
    /// Converts every rule, in their order.
    pub fn convert(&self, rules: &[Detection]) -> Vec<Converted> {
        let names: Vec<String> = self.pipelines.iter().map(|p| (*p).to_owned()).collect();
        match Job::new(self.target, &names, None) {
            Ok(job) => rules.iter().map(|rule| one(rule, &job)).collect(),
            Err(message) => rules.iter().map(|_| Converted::Refused("target", message.clone())).collect(),
        }
    }
}

/// The rules of an analysis in the language of one platform.
#[derive(Clone, Debug)]
pub struct Queries {
    /// Name of the platform, as `--targets` takes it.
    pub platform: String,
    /// The product.
    pub about: String,
    /// One for each rule, in their order.
    pub converted: Vec<Converted>,
}

impl Queries {
    /// Converts all rules for a platform.
    pub fn of(platform: &Platform, detections: &Detections) -> Self {
        Queries {
            platform: platform.name.to_owned(),
            about: platform.about.to_owned(),
            converted: platform.convert(&detections.rules),
        }
    }

    /// As lines of JSON, one for each of the rules they were made of.
    pub fn lines(&self, rules: &[Detection]) -> Vec<u8> {
        let mut out = Vec::new();
        for (rule, converted) in rules.iter().zip(&self.converted) {
            let mut line = json!({ "rule_id": rule.id, "title": rule.title, "level": rule.level.as_str() });
            match converted {
                Converted::Query(query) => line["query"] = json!(query),
                Converted::Refused(code, message) => {
                    line["error"] = json!({ "code": code, "message": message })
                }
            }
            out.extend_from_slice(line.to_string().as_bytes());
            out.push(b'\n');
        }
        out
    }
}

fn one(rule: &Detection, job: &Job) -> Converted {
    let documents = match rule::parse(&rule.yaml) {
        Ok(documents) => documents,
        Err(error) => return Converted::Refused("rule", error.to_string()),
    };
    let Some(Document::Rule(parsed)) = documents.first() else {
        return Converted::Refused("rule", "no rule".to_owned());
    };
    match convert(parsed, job) {
        Ok(conversion) => {
            let queries = conversion.queries.iter().map(|query| match query {
                Query::Text(text) => text.clone(),
                Query::Json(value) => format!("{value:#}"),
            });
            Converted::Query(queries.collect::<Vec<_>>().join("\n"))
        }
        Err(failure) => Converted::Refused(failure.reason.code(), failure.message),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_platform_is_there() {
        for platform in PLATFORMS {
            let names: Vec<String> = platform.pipelines.iter().map(|p| (*p).to_owned()).collect();
            Job::new(platform.target, &names, None).unwrap_or_else(|e| panic!("{}: {e}", platform.name));
        }
        assert!(USUAL.iter().all(|name| by_name(name).is_some()));
    }
}
