//! How the languages of commands and the dialects of SQL write correlations.

use super::{Piped, Several, Sql, short};
use crate::rule::correlation::Kind;

/// Source: Splunk Search Reference, commands `bin`, `stats`, `multisearch`, `eval`, `where`, "Statistical and charting
/// functions".
pub(in crate::target) static SPL: Piped = Piped {
    window: "\n| bin _time span={value}",
    span: short,
    // Events without a field of `by` are not counted.
    known: None,
    summary: "\n| stats {field} by {value}",
    window_field: Some("_time"),
    named: "{value} as {field}",
    test: "\n| where ",
    operators: (" AND ", " OR "),
    equal: "=",
    count: "count",
    distinct: "dc({field})",
    numbers: ["sum({field})", "avg({field})", "min({field})", "max({field})"],
    median: Some("median({field})"),
    percentile: Some("exactperc{value}({field})"),
    estimates: &[],
    several: Several::Union {
        // `bin` replaces the time.
        tag: "\n| eval rule_name=\"{value}\", event_time=_time",
        alias: "\n| rename {value} as {field}",
        or: " OR ",
        join: searches,
        flag: "count(eval(rule_name=\"{value}\"))",
        times: Some((
            "min(eval(if(rule_name=\"{value}\", event_time, null())))",
            "max(eval(if(rule_name=\"{value}\", event_time, null())))",
        )),
    },
};

fn searches(streams: &[String]) -> String {
    match streams {
        [stream] => stream.clone(),
        streams => {
            // A search in brackets begins with its command.
            let parts = streams.iter().map(|stream| format!("\n    [search {}]", stream.replace('\n', " ")));
            format!("| multisearch{}", parts.collect::<String>())
        }
    }
}

/// Source: SPL2 Search Reference, commands `bin`, `stats`, `where`.
pub(in crate::target) static SPL2: Piped = Piped {
    window: " | bin _time span={value}",
    summary: " | stats {field} by {value}",
    named: "{value} AS {field}",
    test: " | where ",
    count: "count()",
    percentile: None,
    several: Several::No,
    ..SPL
};

/// Source: ES|QL reference, `STATS`, `DATE_TRUNC`, `CASE`, "Aggregation functions".
pub(in crate::target) static ESQL: Piped = Piped {
    window: "\n| eval timebucket=date_trunc({value}, @timestamp)",
    span: |span| {
        let unit = match span.unit {
            'd' => "days",
            'h' => "hours",
            'm' => "minutes",
            _ => "seconds",
        };
        format!("{} {unit}", span.count)
    },
    window_field: Some("timebucket"),
    known: Some(("\n| where ", "{field} is not null")),
    summary: " | stats {field} by {value}",
    named: "{field}={value}",
    test: "\n| where ",
    operators: (" and ", " or "),
    equal: "==",
    count: "count(*)",
    distinct: "count_distinct({field})",
    numbers: ["sum({field})", "avg({field})", "min({field})", "max({field})"],
    median: Some("median({field})"),
    percentile: Some("percentile({field}, {value})"),
    estimates: &[Kind::ValueCount, Kind::ValueMedian, Kind::ValuePercentile],
    several: Several::Same {
        or: " or ",
        flag: "{field}=case({value}, 1, 0)",
        most: "max({field})",
        times: Some(("min(case({value}, @timestamp, null))", "max(case({value}, @timestamp, null))")),
    },
};

/// Source: OpenSearch documentation, "PPL commands": `stats` with `span`, `eval`, `case`.
pub(in crate::target) static PPL: Piped = Piped {
    window: "",
    span: short,
    window_field: None,
    known: Some((" | where ", "isnotnull({field})")),
    summary: " | stats {field} by {value}",
    named: "{value} as {field}",
    test: " | where ",
    operators: (" and ", " or "),
    equal: "=",
    count: "count()",
    distinct: "distinct_count({field})",
    numbers: ["sum({field})", "avg({field})", "min({field})", "max({field})"],
    median: Some("percentile({field}, 50)"),
    percentile: Some("percentile({field}, {value})"),
    estimates: &[Kind::ValueCount, Kind::ValueMedian, Kind::ValuePercentile],
    several: Several::Same {
        or: " or ",
        flag: "{field}=case({value}, 1 else 0)",
        most: "max({field})",
        times: None,
    },
};

/// Source: Cortex XQL Language Reference, stages `bin` and `comp`.
pub(in crate::target) static XQL: Piped = Piped {
    window: " | bin _time span = {value}",
    span: short,
    window_field: Some("_time"),
    known: Some((" | filter ", "{field} != null")),
    summary: " | comp {field} by {value}",
    named: "{value} as {field}",
    test: " | filter ",
    operators: (" and ", " or "),
    equal: "=",
    count: "count()",
    distinct: "count_distinct({field})",
    numbers: ["sum({field})", "avg({field})", "min({field})", "max({field})"],
    median: Some("median({field})"),
    percentile: None,
    estimates: &[],
    several: Several::No,
};

/// Source: SentinelOne PowerQuery reference, commands `group` and `filter`, function `timebucket`.
pub(in crate::target) static POWER_QUERY: Piped = Piped {
    window: "",
    window_field: Some("timestamp = timebucket('{value}')"),
    known: Some((" | filter ", "{field} = *")),
    summary: " | group {field} by {value}",
    named: "{field} = {value}",
    test: " | filter ",
    equal: "==",
    distinct: "estimate_distinct({field})",
    estimates: &[Kind::ValueCount],
    ..XQL
};

/// Source: Kusto Query Language reference, `summarize`, `bin`, `union`, "aggregation functions".
pub(in crate::target) fn kusto(defender: bool) -> Piped {
    let window_field = match defender {
        true => "timebucket=bin(Timestamp, {value})",
        false => "timebucket=bin(TimeGenerated, {value})",
    };
    Piped {
        window: "",
        span: short,
        window_field: Some(window_field),
        known: Some(("\n| where ", "isnotempty({field})")),
        summary: "\n| summarize {field} by {value}",
        named: "{field}={value}",
        test: "\n| where ",
        operators: (" and ", " or "),
        equal: "==",
        count: "count()",
        distinct: "count_distinct({field})",
        numbers: ["sum({field})", "avg({field})", "min({field})", "max({field})"],
        median: Some("percentile({field}, 50)"),
        percentile: Some("percentile({field}, {value})"),
        estimates: &[Kind::ValueMedian, Kind::ValuePercentile],
        several: Several::Union {
            tag: "\n| extend rule_name=\"{value}\"",
            alias: "\n| extend {field}={value}",
            or: " or ",
            join: |streams| match streams {
                [stream] => stream.clone(),
                streams => {
                    let parts: Vec<String> = streams.iter().map(|stream| format!("({stream})")).collect();
                    format!("union {}", parts.join(",\n"))
                }
            },
            flag: "countif(rule_name == \"{value}\")",
            times: None,
        },
    }
}

/// Source: LogScale documentation, "Query Functions": `groupBy` keeps the most groups with `limit=max`; a distinct
/// count is an estimate.
pub(in crate::target) static LOG_SCALE: Piped = Piped {
    window: " | timebucket := @timestamp / {value} | timebucket := math:floor(timebucket)",
    // Times are in milliseconds.
    span: |span| (span.seconds() * 1000).to_string(),
    window_field: Some("timebucket"),
    known: Some((" | ", "{field}=*")),
    summary: " | groupBy([{value}], function={field}, limit=max)",
    named: "{value}as={field})",
    test: " | ",
    operators: (" and ", " or "),
    equal: "=",
    count: "count(",
    distinct: "count({field}, distinct=true, ",
    numbers: ["sum({field}, ", "avg({field}, ", "min({field}, ", "max({field}, "],
    median: None,
    percentile: None,
    estimates: &[Kind::ValueCount],
    several: Several::No,
};

/// The SQL of a target.
pub(in crate::target) fn sql(target: &str) -> Option<Sql> {
    Some(match target {
        "athena" => ATHENA,
        "clickhouse" => CLICKHOUSE,
        "databricks" => DATABRICKS,
        "duckdb" => DUCKDB,
        "postgresql" => POSTGRESQL,
        "snowflake" => SNOWFLAKE,
        "sqlite" => SQLITE,
        _ => return None,
    })
}

/// Source: SQLite documentation, "Date And Time Functions".
const SQLITE: Sql = Sql {
    table: "logs",
    seconds: "(strftime('%s', {field}) + CAST(substr(strftime('%f', {field}), 3) AS REAL))",
    time_field: "timestamp",
    window: "CAST({field} / {value} AS INTEGER)",
    number: "CAST({field} AS REAL)",
    percentile: None,
};

/// Source: ClickHouse documentation, "Type conversion functions", `quantileExactInclusive`.
const CLICKHOUSE: Sql = Sql {
    seconds: "toUnixTimestamp64Milli(parseDateTime64BestEffort(toString({field}), 3)) / 1000",
    window: FLOOR,
    number: "toFloat64OrNull(toString({field}))",
    percentile: Some("quantileExactInclusive({value})({field})"),
    ..SQLITE
};

const FLOOR: &str = "FLOOR({field} / {value})";

/// Source: PostgreSQL documentation, "Date/Time Functions", "Ordered-Set Aggregate Functions".
const POSTGRESQL: Sql = Sql {
    seconds: "EXTRACT(EPOCH FROM CAST({field} AS TIMESTAMP WITH TIME ZONE))",
    window: FLOOR,
    number: "CAST({field} AS DOUBLE PRECISION)",
    percentile: Some("PERCENTILE_CONT({value}) WITHIN GROUP (ORDER BY {field})"),
    ..SQLITE
};

/// Source: DuckDB documentation, "Timestamp Functions", "Aggregate Functions".
const DUCKDB: Sql = Sql {
    seconds: "EPOCH(CAST({field} AS TIMESTAMP))",
    number: "TRY_CAST({field} AS DOUBLE)",
    percentile: Some("QUANTILE_CONT({field}, {value})"),
    ..POSTGRESQL
};

/// Source: Databricks SQL language manual, `cast` of timestamps, `percentile`. The table's name is left to the reader.
const DATABRICKS: Sql = Sql {
    table: "<TABLE_NAME>",
    seconds: "CAST(CAST({field} AS TIMESTAMP) AS DOUBLE)",
    number: "TRY_CAST({field} AS DOUBLE)",
    percentile: Some("PERCENTILE({field}, {value})"),
    ..POSTGRESQL
};

/// Source: Snowflake SQL reference, `DATE_PART`, `PERCENTILE_CONT`.
const SNOWFLAKE: Sql = Sql {
    seconds: "DATE_PART(EPOCH_MILLISECOND, CAST({field} AS TIMESTAMP_TZ)) / 1000",
    number: "TRY_TO_DOUBLE(CAST({field} AS VARCHAR))",
    ..POSTGRESQL
};

/// Source: Amazon Athena documentation and Trino's "Date and time functions", "Aggregate functions".
const ATHENA: Sql = Sql {
    seconds: "TO_UNIXTIME(FROM_ISO8601_TIMESTAMP({field}))",
    number: "TRY_CAST({field} AS DOUBLE)",
    percentile: None,
    ..POSTGRESQL
};
